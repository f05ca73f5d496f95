//! The BlazeFace networks: what they are called and how their output is laid out.

use serde::Deserialize;

/// One resolution at which a network predicts.
#[derive(Debug, PartialEq)]
pub struct Layer {
    /// Input pixels from one cell to the next.
    pub stride: usize,
    /// Output rows for each cell.
    pub per_cell: usize,
}

/// A BlazeFace network as the host knows it.
#[derive(Debug, PartialEq)]
pub struct Network {
    /// The host's name for it.
    pub name: &'static str,
    /// Width and height of its input in pixels.
    pub input_side: usize,
    /// Its layers in output order, those of equal stride merged.
    pub layers: &'static [Layer],
}

/// Finds faces up to about five metres away.
pub const FULL_RANGE: Network =
    Network { name: "blazeface-full-range", input_side: 192, layers: &[Layer { stride: 4, per_cell: 1 }] };

/// Finds faces up to about two metres away, also those that fill the frame.
pub const SHORT_RANGE: Network = Network {
    name: "blazeface-short-range",
    input_side: 128,
    layers: &[Layer { stride: 8, per_cell: 2 }, Layer { stride: 16, per_cell: 6 }],
};

/// Finds faces from a twentieth of its view's width up to nearly all of it.
pub const BACK: Network = Network {
    name: "blazeface-back",
    input_side: 256,
    layers: &[Layer { stride: 16, per_cell: 2 }, Layer { stride: 32, per_cell: 6 }],
};

impl Network {
    /// How many rows the output has.
    pub fn anchor_count(&self) -> usize {
        self.layers.iter().map(|layer| (self.input_side / layer.stride).pow(2) * layer.per_cell).sum()
    }
}

/// The choice of network in the configuration.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub enum Choice {
    /// [`FULL_RANGE`].
    #[default]
    #[serde(rename = "blazeface-full-range")]
    FullRange,
    /// [`SHORT_RANGE`].
    #[serde(rename = "blazeface-short-range")]
    ShortRange,
    /// [`BACK`].
    #[serde(rename = "blazeface-back")]
    Back,
}

impl Choice {
    /// The network chosen.
    pub fn network(self) -> &'static Network {
        match self {
            Self::FullRange => &FULL_RANGE,
            Self::ShortRange => &SHORT_RANGE,
            Self::Back => &BACK,
        }
    }

    /// The network for a second look: one that finds what the chosen one misses.
    pub fn second(self) -> &'static Network {
        match self {
            Self::FullRange | Self::ShortRange => &BACK,
            Self::Back => &FULL_RANGE,
        }
    }
}
