//! A network as a list of steps, recorded once from its Burn module: what the fast ways of running it are compiled from.
//!
//! Burn stays the definition: a module's one `forward` is run over [`Recorded`] instead of numbers, and every step it
//! takes, with its weights, is written down. The shapes of all that flows are known then, so that memory, kernels and
//! launches are laid out once for all runs, for any number of items.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::net::flow::{Doubling, Pool};

mod arena;

pub mod cpu;

pub mod gpu;

mod record;

pub use record::{Answer, Recorded, record};

pub(crate) use arena::Arena;

/// Channels, rows, columns of one item.
pub(crate) type Shape = [usize; 3];

/// Something that flows: the network's input is the first, every step makes the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Value(pub(crate) usize);

/// The steps of a network. Serialised it is whole, weights included: for whoever wants to run it in another engine.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// Of every value, by its number.
    pub(crate) shapes: Vec<Shape>,
    /// In their order.
    pub(crate) steps: Vec<Step>,
    /// In the order of the network's.
    pub(crate) answers: Vec<Answer>,
}

/// One thing that is done.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Step {
    pub(crate) op: Op,
    pub(crate) from: Vec<Value>,
    pub(crate) to: Value,
}

/// What can be done to values; what each means is said at [`Flow`](crate::net::flow::Flow).
#[derive(Debug, Clone, Serialize)]
pub(crate) enum Op {
    /// Of the first value; the second, if there is one, comes around.
    Filter(Filter),
    Pool(Pool),
    Double(Doubling),
    Add {
        relu: bool,
    },
    Means,
    Gate,
    Softmax,
    ByColumn,
    Join,
}

/// A convolution, its weights as Burn has them.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Filter {
    /// `[outputs, inputs / groups, rows, columns]`
    pub(crate) weights: Vec<f32>,
    /// `[outputs]`
    pub(crate) bias: Vec<f32>,
    /// Rows, columns.
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: usize,
    /// Rows and columns of zeros before the first; as many after the last as the shapes need.
    pub(crate) before: [usize; 2],
    /// One filter per channel, instead of all channels into each output.
    pub(crate) per_channel: bool,
    pub(crate) below: Below,
}

/// What happens to numbers below zero after a convolution.
#[derive(Debug, Clone, Serialize)]
pub(crate) enum Below {
    Linear,
    Zero,
    /// One factor per output channel.
    Slopes(Vec<f32>),
}

impl Below {
    /// The factor of a channel.
    pub(crate) fn slope(&self, channel: usize) -> f32 {
        match self {
            Self::Linear => 1.0,
            Self::Zero => 0.0,
            Self::Slopes(slopes) => slopes[channel],
        }
    }
}

impl Plan {
    /// The shape of one input.
    pub fn input(&self) -> [usize; 3] {
        self.shapes[0]
    }

    /// Numbers of each answer to one item.
    pub(crate) fn answer_lens(&self) -> Vec<usize> {
        let len = |answer: &Answer| answer.parts.iter().map(|part| self.len(*part)).sum();
        self.answers.iter().map(len).collect()
    }

    pub(crate) fn shape(&self, value: Value) -> Shape {
        self.shapes[value.0]
    }

    /// Numbers of a value.
    pub(crate) fn len(&self, value: Value) -> usize {
        self.shape(value).iter().product()
    }

    /// The values that are part of an answer: they are read when all steps are done.
    pub(crate) fn answered(&self) -> BTreeSet<Value> {
        self.answers.iter().flat_map(|answer| answer.parts.iter().copied()).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests;
