//! Writing down what a network does.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;

use super::{Filter, Op, Plan, Shape, Step, Value};
use crate::net::Network;
use crate::net::conv::{Bend, Conv};
use crate::net::flow::{Doubling, Flow, Pool};

/// The steps of a network, with its weights as they are now; `None` when it has no steps that can be written down.
///
/// # Panics
/// When the network's layers don't fit one another; with Burn's numbers it would panic too.
pub fn record(network: &dyn Network) -> Option<Plan> {
    let tape = Rc::new(RefCell::new(Tape { shapes: vec![network.input()], steps: Vec::new() }));
    let answers = network.record(Recorded { tape: Rc::clone(&tape), value: Value(0) })?;
    let Tape { shapes, steps } = tape.take();
    Some(Plan { shapes, steps, answers })
}

#[derive(Default)]
struct Tape {
    shapes: Vec<Shape>,
    steps: Vec<Step>,
}

/// Something that would flow: every step done to it is written down.
#[derive(Clone)]
pub struct Recorded {
    tape: Rc<RefCell<Tape>>,
    value: Value,
}

/// What a recorded network answers: values one behind another, each place by place.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    pub(crate) parts: Vec<Value>,
    /// Whether each number goes through the sigmoid.
    pub(crate) sigmoid: bool,
}

impl Recorded {
    fn shape(&self) -> Shape {
        self.tape.borrow().shapes[self.value.0]
    }

    /// The value after a step that makes `shape` of this one and others.
    fn step(self, op: Op, others: &[Self], shape: Shape) -> Self {
        let from = std::iter::once(self.value).chain(others.iter().map(|other| other.value)).collect();
        let mut tape = self.tape.borrow_mut();
        let to = Value(tape.shapes.len());
        tape.shapes.push(shape);
        tape.steps.push(Step { op, from, to });
        drop(tape);
        Self { value: to, ..self }
    }
}

impl Flow for Recorded {
    type Rows = Answer;

    fn convolved(self, conv: &Conv, around: Option<Self>, bend: Bend<'_>) -> Self {
        let ([channels, h, w], filter) = (self.shape(), Filter::of(conv, bend));
        let outputs = filter.bias.len();
        let inputs =
            if filter.per_channel { outputs } else { filter.weights.len() / outputs / filter.taps() };
        assert_eq!(channels, inputs, "a convolution takes what comes");
        let stops = |axis: usize| {
            let room = [h, w][axis] + conv.padding()[axis].iter().sum::<usize>();
            assert!(room >= filter.kernel[axis], "a convolution is no larger than its picture");
            (room - filter.kernel[axis]) / filter.stride + 1
        };
        let shape = [outputs, stops(0), stops(1)];
        if let Some([channels, h, w]) = around.as_ref().map(Self::shape) {
            assert!(channels <= outputs && [h, w] == shape[1..], "what comes around fits");
        }
        self.step(Op::Filter(filter), around.as_slice(), shape)
    }

    fn pooled(self, pool: Pool) -> Self {
        let [channels, h, w] = self.shape();
        self.step(Op::Pool(pool), &[], [channels, pool.of(h), pool.of(w)])
    }

    fn doubled(self, how: Doubling) -> Self {
        let [channels, h, w] = self.shape();
        self.step(Op::Double(how), &[], [channels, 2 * h, 2 * w])
    }

    fn plus(self, other: Self, relu: bool) -> Self {
        let (one, two) = (self.shape(), other.shape());
        let shape = std::array::from_fn(|axis| one[axis].max(two[axis]));
        self.step(Op::Add { relu }, &[other], shape)
    }

    fn means(self) -> Self {
        let [channels, ..] = self.shape();
        self.step(Op::Means, &[], [channels, 1, 1])
    }

    fn gated(self, gate: Self) -> Self {
        let shape = self.shape();
        assert_eq!(gate.shape(), [shape[0], 1, 1], "a gate has one number per channel");
        self.step(Op::Gate, &[gate], shape)
    }

    fn softmax(self) -> Self {
        let shape = self.shape();
        self.step(Op::Softmax, &[], shape)
    }

    fn by_column(self) -> Self {
        let shape = self.shape();
        self.step(Op::ByColumn, &[], [shape.iter().product(), 1, 1])
    }

    fn joined(parts: Vec<Self>) -> Self {
        let [_, h, w] = parts[0].shape();
        assert!(parts.iter().all(|part| part.shape()[1..] == [h, w]), "what is joined is of one size");
        let channels = parts.iter().map(|part| part.shape()[0]).sum();
        let (first, others) = (parts[0].clone(), &parts[1..]);
        first.step(Op::Join, others, [channels, h, w])
    }

    fn rows(parts: Vec<Self>, sigmoid: bool) -> Answer {
        Answer { parts: parts.iter().map(|part| part.value).collect(), sigmoid }
    }
}

impl Filter {
    /// Rows times columns of the kernel.
    pub(crate) fn taps(&self) -> usize {
        self.kernel.iter().product()
    }
}
