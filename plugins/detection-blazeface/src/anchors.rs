//! The fixed grid of points that BlazeFace predicts faces around.

use crate::network::Network;

/// A point of the model's input in its pixels, measured from the input's outer corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// The anchors of `network` in the order of its output rows: layer by layer, row by row, cell by cell.
///
/// Every anchor sits in the middle of its cell. BlazeFace was trained with anchors of fixed size, so a point is all
/// that an anchor is.
pub fn anchors(network: &Network) -> Vec<Anchor> {
    let mut anchors = Vec::with_capacity(network.anchor_count());
    for layer in network.layers {
        let cells = network.input_side / layer.stride;
        for row in 0..cells {
            for column in 0..cells {
                let anchor = Anchor { x: middle(column, layer.stride), y: middle(row, layer.stride) };
                anchors.extend(std::iter::repeat_n(anchor, layer.per_cell));
            }
        }
    }
    anchors
}

fn middle(cell: usize, stride: usize) -> f32 {
    (cell as f32 + 0.5) * stride as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{BACK, FULL_RANGE, SHORT_RANGE};

    #[test]
    fn full_range_has_one_anchor_in_each_cell_of_four_pixels() {
        let anchors = anchors(&FULL_RANGE);
        assert_eq!(anchors.len(), 2304);
        assert_eq!(anchors[0], Anchor { x: 2.0, y: 2.0 });
        assert_eq!(anchors[1], Anchor { x: 6.0, y: 2.0 });
        assert_eq!(anchors[48], Anchor { x: 2.0, y: 6.0 });
        assert_eq!(anchors[2303], Anchor { x: 190.0, y: 190.0 });
    }

    #[test]
    fn short_range_has_two_anchors_a_cell_on_the_fine_layer_and_six_on_the_coarse_one() {
        let anchors = anchors(&SHORT_RANGE);
        assert_eq!(anchors.len(), 896);
        assert_eq!(anchors[1], Anchor { x: 4.0, y: 4.0 });
        assert_eq!(anchors[2], Anchor { x: 12.0, y: 4.0 });
        assert_eq!(anchors[511], Anchor { x: 124.0, y: 124.0 });
        assert_eq!(anchors[512], Anchor { x: 8.0, y: 8.0 });
        assert_eq!(anchors[518], Anchor { x: 24.0, y: 8.0 });
        assert_eq!(anchors[895], Anchor { x: 120.0, y: 120.0 });
    }
    #[test]
    fn back_has_the_layout_of_short_range_on_twice_the_side() {
        let twice = |anchor: &Anchor| Anchor { x: 2.0 * anchor.x, y: 2.0 * anchor.y };
        let short: Vec<Anchor> = anchors(&SHORT_RANGE).iter().map(twice).collect();
        assert_eq!(anchors(&BACK), short);
    }
}
