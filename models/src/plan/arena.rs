//! Where each value lies in the memory that all share, so that what is no longer needed makes room.

use super::{Plan, Value};

/// Places of a plan's values in one piece of memory, for one item; a batch of `n` has each place `n` times as far in.
#[derive(Debug, Clone)]
pub(crate) struct Arena {
    /// Of every value, by its number.
    pub(crate) offsets: Vec<usize>,
    /// Of all.
    pub(crate) len: usize,
}

impl Arena {
    /// Gives every value `len(value)` numbers that no other value has while both are needed. The first that fits is
    /// taken, as early in memory as possible, so that the caches see the same places again.
    pub(crate) fn of(plan: &Plan, len: impl Fn(Value) -> usize) -> Self {
        let last = last_uses(plan);
        // Values that lie in memory now: first number, number after the last, and the step after which they are done.
        let mut living: Vec<(usize, usize, usize)> = Vec::new();
        let mut arena = Self { offsets: Vec::with_capacity(plan.shapes.len()), len: 0 };
        for value in (0..plan.shapes.len()).map(Value) {
            // the step that makes the value; the input is there before the first
            let made = value.0;
            living.retain(|(_, _, last)| *last >= made);
            living.sort_unstable();
            let needed = len(value);
            let mut offset = 0;
            for &(from, to, _) in &living {
                if offset + needed <= from {
                    break;
                }
                offset = offset.max(to);
            }
            living.push((offset, offset + needed, last[value.0]));
            arena.offsets.push(offset);
            arena.len = arena.len.max(offset + needed);
        }
        arena
    }
}

/// The number of the last step that reads each value, counted from one; after all steps for answers.
fn last_uses(plan: &Plan) -> Vec<usize> {
    let mut last: Vec<usize> = (0..plan.shapes.len()).collect();
    for step in &plan.steps {
        for value in &step.from {
            last[value.0] = last[value.0].max(step.to.0);
        }
    }
    for value in plan.answered() {
        last[value.0] = usize::MAX;
    }
    last
}
