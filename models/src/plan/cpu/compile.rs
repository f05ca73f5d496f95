//! From a plan's steps to stages: what can be done together is, and every value gets its place.

use super::bands::{Held, ScratchLens};
use super::depthwise::{Depthwise, SIDE};
use super::product::{Inputs, Product, patch_len};
use super::stage::{Convolution, Stage, Work, tile_rows};
use crate::plan::{Filter, Op, Plan, Step, Value};

/// What runs a plan.
pub(super) struct Compiled {
    pub(super) stages: Vec<Stage>,
    /// Of every value that is kept, by its number.
    pub(super) held: Vec<Option<Held>>,
    pub(super) scratch: ScratchLens,
}

/// A stage before its values have places.
struct Draft {
    work: Work,
    from: Vec<Value>,
    around: Option<(Value, bool)>,
    to: Value,
}

/// `None` when the plan has a step that only Burn can do.
pub(super) fn compile(plan: &Plan, lanes: usize) -> Option<Compiled> {
    let drafts = drafts(plan, lanes)?;
    let held = places(plan, &drafts, lanes);
    let mut scratch = ScratchLens::default();
    for draft in &drafts {
        scratch = scratch.max(needed(draft, plan, &held, lanes)?);
    }
    let stages = staged(drafts, &held)?;
    Some(Compiled { stages, held, scratch })
}

fn drafts(plan: &Plan, lanes: usize) -> Option<Vec<Draft>> {
    let readers = readers(plan);
    let mut drafts: Vec<Draft> = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let last = drafts.last_mut().filter(|last| step.from.contains(&last.to) && readers[last.to.0] == 1);
        if last.is_some_and(|last| joins(last, step, plan, lanes)) {
            continue;
        }
        drafts.push(Draft {
            work: work(step, plan, lanes)?,
            from: step.from[..from_len(step)].to_vec(),
            around: around(step).map(|value| (value, false)),
            to: step.to,
        });
    }
    Some(drafts)
}

/// How often each value is read; answers are read once more.
fn readers(plan: &Plan) -> Vec<usize> {
    let mut readers = vec![0; plan.shapes.len()];
    let read =
        plan.steps.iter().flat_map(|step| &step.from).chain(plan.answers.iter().flat_map(|a| &a.parts));
    read.for_each(|value| readers[value.0] += 1);
    readers
}

/// What comes around a convolution.
fn around(step: &Step) -> Option<Value> {
    matches!(step.op, Op::Filter(_)).then(|| step.from.get(1).copied()).flatten()
}

fn from_len(step: &Step) -> usize {
    if matches!(step.op, Op::Filter(_)) { 1 } else { step.from.len() }
}

/// Lets the stage do the step too, if it can.
fn joins(last: &mut Draft, step: &Step, plan: &Plan, lanes: usize) -> bool {
    match &step.op {
        // all channels of what was filtered each by itself
        Op::Filter(filter) if step.from[0] == last.to && around(step) != Some(last.to) => {
            let Work::Depthwise(_) = last.work else { return false };
            if filter.per_channel || !is_pointwise(filter, step, plan) {
                return false;
            }
            let product = Product::of(filter, inputs(step, plan, lanes), lanes);
            let Work::Depthwise(depthwise) = std::mem::replace(&mut last.work, Work::Means) else {
                return false;
            };
            last.work = Work::Separable(depthwise, product);
            last.around = around(step).map(|value| (value, false));
        }
        // a sum of what comes around and what was bent
        Op::Add { relu: false } if last.around.is_none() && step.from[0] != step.from[1] => {
            let convolves = matches!(last.work, Work::Pointwise(_) | Work::Separable(..));
            let other = if step.from[0] == last.to { step.from[1] } else { step.from[0] };
            if !convolves || other == Value(0) || plan.shape(other) != plan.shape(last.to) {
                return false;
            }
            last.around = Some((other, true));
        }
        _ => return false,
    }
    last.to = step.to;
    true
}

/// Whether each place is made of one place, the same.
fn is_pointwise(filter: &Filter, step: &Step, plan: &Plan) -> bool {
    let [[_, height, width], [_, rows, columns]] = [step.from[0], step.to].map(|value| plan.shape(value));
    filter.kernel == [1; 2] && filter.stride == 1 && [height, width] == [rows, columns]
}

fn inputs(step: &Step, plan: &Plan, lanes: usize) -> Inputs {
    let together = if step.from[0] == Value(0) { 1 } else { lanes };
    Inputs { channels: plan.shape(step.from[0])[0], together }
}

fn work(step: &Step, plan: &Plan, lanes: usize) -> Option<Work> {
    let of_input = step.from.contains(&Value(0));
    let [_, height, width] = plan.shape(step.from[0]);
    let [_, rows, columns] = plan.shape(step.to);
    let filter = match &step.op {
        Op::Filter(filter) => filter,
        _ if of_input => return None,
        Op::Pool(pool) => return Some(Work::Pool(*pool)),
        Op::Double(how) => return Some(Work::Double(*how)),
        Op::Add { relu } => return Some(Work::Add { relu: *relu }),
        Op::Means => return Some(Work::Means),
        Op::Gate => return Some(Work::Gate),
        Op::Softmax => return Some(Work::Softmax),
        Op::ByColumn => return Some(Work::ByColumn),
        Op::Join => return Some(Work::Join),
    };
    let is_around = around(step).is_some();
    let sees_all = filter.kernel == [height, width] && [rows, columns] == [1; 2] && filter.before == [0; 2];
    if filter.per_channel {
        let depthwise = Depthwise::of(filter, lanes);
        return match sees_all {
            _ if of_input || is_around => None,
            true => Some(Work::DepthwiseAll(depthwise)),
            false if filter.kernel == [SIDE; 2] && filter.stride <= 2 => Some(Work::Depthwise(depthwise)),
            false => None,
        };
    }
    let (inputs, kernel) = (inputs(step, plan, lanes), filter.kernel);
    let product = Product::of(filter, inputs, lanes);
    let convolution =
        |product| Convolution { product, inputs, kernel, stride: filter.stride, before: filter.before };
    match around(step) {
        Some(Value(0)) => None,
        None if of_input => Some(Work::Stem(convolution(product))),
        _ if of_input => None,
        None if sees_all => Some(Work::DenseAll(product)),
        _ if is_pointwise(filter, step, plan) && [height, width] != [1; 2] => Some(Work::Pointwise(product)),
        _ => Some(Work::Dense(convolution(product))),
    }
}

/// The memory of its own that a stage's member needs; `None` when what comes around it isn't cut as it is.
fn needed(draft: &Draft, plan: &Plan, held: &[Option<Held>], lanes: usize) -> Option<ScratchLens> {
    if let Some((around, _)) = draft.around {
        held[around.0].filter(|held| !held.by_blocks)?;
    }
    let (from, to) = (held[draft.from[0].0], held[draft.to.0]?);
    let patch = match &draft.work {
        Work::Stem(convolution) | Work::Dense(convolution) => {
            patch_len(convolution.kernel, convolution.stride, convolution.inputs)
        }
        Work::Depthwise(depthwise) | Work::Separable(depthwise, _) => {
            depthwise.between_len(to.shape[1], to.shape[2], lanes)
        }
        _ => 0,
    };
    let all = |held: Option<Held>| held.map_or(0, |held| held.blocks() * held.shape[1] * held.line());
    let tile = match &draft.work {
        Work::Separable(..) => {
            let [channels, ..] = plan.shape(draft.from[0]);
            let inner = Held { shape: [channels, to.shape[1], to.shape[2]], ..to };
            tile_rows(inner).min(to.shape[1]) * inner.line() * inner.blocks()
        }
        Work::DenseAll(_) => all(from),
        Work::Gate | Work::Softmax => to.blocks() * lanes,
        _ => 0,
    };
    Some(ScratchLens { tile, zeros: from.map_or(0, |from| from.line()), patch })
}

/// Gives every value that is made a place: that of one which is no longer needed, the most alike in size.
fn places(plan: &Plan, drafts: &[Draft], lanes: usize) -> Vec<Option<Held>> {
    let mut last = vec![0; plan.shapes.len()];
    for (at, draft) in drafts.iter().enumerate() {
        draft
            .from
            .iter()
            .chain(draft.around.iter().map(|(value, _)| value))
            .for_each(|value| last[value.0] = at);
    }
    plan.answered().into_iter().for_each(|value| last[value.0] = usize::MAX);
    let mut held: Vec<Option<Held>> = vec![None; plan.shapes.len()];
    // of every slot, the most numbers that lie in it and the stage after which it is free
    let mut slots: Vec<(usize, usize)> = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let shape = plan.shape(draft.to);
        let len = shape[0].next_multiple_of(lanes) * shape[1] * shape[2];
        let free = (0..slots.len()).filter(|slot| slots[*slot].1 < at);
        let slot = free.min_by_key(|slot| slots[*slot].0.abs_diff(len)).unwrap_or(slots.len());
        if slot == slots.len() {
            slots.push((0, 0));
        }
        slots[slot] = (slots[slot].0.max(len), last[draft.to.0].max(at));
        let by_blocks = shape[1..] == [1; 2]
            && !matches!(
                draft.work,
                Work::Stem(_)
                    | Work::Dense(_)
                    | Work::Pointwise(_)
                    | Work::Depthwise(_)
                    | Work::Separable(..)
                    | Work::Pool(_)
                    | Work::Double(_)
            );
        held[draft.to.0] = Some(Held { slot, shape, lanes, by_blocks });
    }
    held
}

/// The stages, each with how many the other members must have done before: those that made what it reads of theirs, and
/// those that still read of its own band what it is about to overwrite.
fn staged(drafts: Vec<Draft>, held: &[Option<Held>]) -> Option<Vec<Stage>> {
    let mut made = vec![0; held.len()];
    let mut read_of_slot: Vec<usize> = Vec::new();
    let mut stages = Vec::with_capacity(drafts.len());
    for (at, Draft { work, from, around, to }) in drafts.into_iter().enumerate() {
        let slot = held[to.0]?.slot;
        read_of_slot.resize(read_of_slot.len().max(slot + 1), 0);
        let mut after = read_of_slot[slot];
        let of_others: &[Value] = if matches!(work, Work::Pointwise(_)) { &[] } else { &from };
        for value in of_others.iter().filter(|value| held[value.0].is_some()) {
            after = after.max(made[value.0]);
            read_of_slot[held[value.0]?.slot] = at + 1;
        }
        made[to.0] = at + 1;
        let kept = |value: Value| held[value.0];
        let from = from.into_iter().filter_map(kept).collect();
        let around = match around {
            Some((value, after)) => Some((kept(value)?, after)),
            None => None,
        };
        stages.push(Stage { work, from, around, to: kept(to)?, after });
    }
    Some(stages)
}
