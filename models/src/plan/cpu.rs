//! A plan on the CPU: weights packed once, memory laid out once, layers done together, and a network's work shared by
//! threads that are free.
//!
//! The numbers of a value lie in blocks of as many channels as a register holds. Members of a team do the same stages, each
//! its own rows; they wait for one another only where a stage sees rows of others.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Answer, Plan, Shape};

mod bands;

mod bend;

mod compile;

mod depthwise;

mod plain;

mod product;

mod stage;

mod team;

mod wide;

use bands::{Arena, Held, Member, ScratchLens};
use compile::Compiled;
use stage::{Part, Stage};
use team::Team;

pub use bands::MEMBERS_MAX;

/// The processor's instructions that plans are run with: `avx512`, `avx2`, `neon` or `scalar`.
pub fn instructions() -> &'static str {
    wide::instructions()
}

/// A plan made ready for the CPU.
#[derive(Debug)]
pub struct Program {
    stages: Vec<Stage>,
    /// Of every value that is kept, by its number.
    held: Vec<Option<Held>>,
    scratch: ScratchLens,
    input: Shape,
    answers: Vec<Answer>,
    /// Memory that no team uses now.
    spare: Mutex<Vec<Arc<Arena>>>,
}

impl Program {
    /// Packs a plan's weights and lays out its memory; `None` when it has a step that only Burn can do.
    pub fn compile(plan: &Plan) -> Option<Self> {
        let Compiled { stages, held, scratch } = compile::compile(plan, wide::lanes())?;
        let (input, answers) = (plan.input(), plan.answers.clone());
        if answers.iter().flat_map(|answer| &answer.parts).any(|part| held[part.0].is_none()) {
            return None;
        }
        Some(Self { stages, held, scratch, input, answers, spare: Mutex::default() })
    }

    /// Runs `n` inputs, that lie one behind another, on this thread; returns the numbers of each answer.
    ///
    /// # Panics
    /// When there are not as many inputs.
    pub fn run(&self, inputs: &[f32], n: usize) -> Vec<Vec<f32>> {
        assert_eq!(inputs.len(), n * self.input_len(), "as many inputs as said");
        let arena = self.arena(1);
        let mut answers = vec![Vec::new(); self.answers.len()];
        for input in inputs.chunks_exact(self.input_len()) {
            self.alone(input, &arena);
            let rows = self.answers(&arena);
            answers.iter_mut().zip(rows).for_each(|(answer, row)| answer.extend(row));
        }
        self.keep(arena);
        answers
    }

    fn input_len(&self) -> usize {
        self.input.iter().product()
    }

    fn alone(&self, input: &[f32], arena: &Arena) {
        let (member, mut scratch) = (Member::ALONE, arena.scratch(Member::ALONE));
        let mut part = Part { input, input_shape: self.input, arena, member, scratch: &mut scratch };
        self.stages.iter().for_each(|stage| stage.run(&mut part));
    }

    /// Memory for a team of so many.
    fn arena(&self, members: usize) -> Arc<Arena> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = spare.iter().position(|arena| arena.members == members) {
            return spare.swap_remove(at);
        }
        drop(spare);
        let held: Vec<Held> = self.held.iter().copied().flatten().collect();
        Arc::new(Arena::of(&held, self.scratch, members))
    }

    fn keep(&self, arena: Arc<Arena>) {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(arena);
    }

    /// The numbers of each answer to the item that the arena holds.
    fn answers(&self, arena: &Arena) -> Vec<Vec<f32>> {
        let numbers = |answer: &Answer| {
            let mut numbers = Vec::new();
            for held in answer.parts.iter().filter_map(|part| self.held[part.0]) {
                by_place(held, arena, &mut numbers);
            }
            if answer.sigmoid {
                numbers.iter_mut().for_each(|number| *number = plain::sigmoid(*number));
            }
            numbers
        };
        self.answers.iter().map(numbers).collect()
    }
}

/// Appends a value's numbers, place by place.
fn by_place(held: Held, arena: &Arena, numbers: &mut Vec<f32>) {
    let (seen, [channels, height, width], lanes) = (arena.all(held), held.shape, held.lanes);
    let from = numbers.len();
    numbers.resize(from + channels * height * width, 0.0);
    let mut rows = numbers[from..].chunks_exact_mut(channels * width);
    for row in 0..height {
        let Some(to) = rows.next() else { return };
        for block in 0..held.blocks() {
            let first = block * lanes;
            let count = lanes.min(channels - first);
            for (to, from) in to.chunks_exact_mut(channels).zip(seen.row(block, row).chunks_exact(lanes)) {
                to[first..][..count].iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            }
        }
    }
}

/// One call that a team works off: each member does whole items as far as they go round, and all do the rest together.
#[derive(Debug)]
pub struct Party {
    program: Arc<Program>,
    inputs: Vec<f32>,
    items: usize,
    team: Team,
    members: usize,
    arena: Option<Arc<Arena>>,
    /// Of every item.
    answers: Vec<Mutex<Vec<Vec<f32>>>>,
}

impl Party {
    /// A call of `n` inputs that lie one behind another, for so many members.
    ///
    /// # Panics
    /// When there are not as many inputs, or more than [`MEMBERS_MAX`] members.
    pub fn new(program: Arc<Program>, inputs: Vec<f32>, n: usize, members: usize) -> Self {
        assert_eq!(inputs.len(), n * program.input_len(), "as many inputs as said");
        assert!((1..=MEMBERS_MAX).contains(&members), "a team has its bounds");
        let arena = (!n.is_multiple_of(members)).then(|| program.arena(members));
        let answers = (0..n).map(|_| Mutex::default()).collect();
        Self { program, inputs, items: n, team: Team::of(members), members, arena, answers }
    }

    /// Does the part of a member, and waits for the others before it needs what they do. Every member has to be called, each
    /// on a thread of its own.
    pub fn work(&self, index: usize) {
        let (member, _watch) = (Member { index, of: self.members }, self.team.watch());
        let whole = self.items / self.members * self.members;
        if whole > 0 {
            let arena = self.program.arena(1);
            for item in (index..whole).step_by(self.members) {
                self.program.alone(self.input(item), &arena);
                self.answer(item, &arena);
            }
            self.program.keep(arena);
        }
        let mut done = 1;
        self.team.has_done(member, done);
        let Some(arena) = &self.arena else { return };
        let mut scratch = arena.scratch(member);
        for item in whole..self.items {
            // the memory is free when the answer to the item before was read
            if item > whole && !self.team.wait(done) {
                return;
            }
            let (input, input_shape) = (self.input(item), self.program.input);
            let mut part = Part { input, input_shape, arena, member, scratch: &mut scratch };
            for stage in &self.program.stages {
                if stage.after > 0 && !self.team.wait(self.first(item) + stage.after) {
                    return;
                }
                stage.run(&mut part);
                done += 1;
                self.team.has_done(member, done);
            }
            if index == 0 && self.team.wait(done) {
                self.answer(item, arena);
            }
            done += 1;
            self.team.has_done(member, done);
        }
    }

    /// Says that a member will not come, so that nobody waits for it.
    pub fn give_up(&self) {
        self.team.give_up();
    }

    /// The numbers of each answer, all items one behind another, once all members have done their part; `None` when one
    /// of them never will.
    pub fn answers(&self) -> Option<Vec<Vec<f32>>> {
        let last = self.first(self.items);
        if !self.team.wait(last) {
            return None;
        }
        if let Some(arena) = &self.arena {
            self.program.keep(Arc::clone(arena));
        }
        let mut answers = vec![Vec::new(); self.program.answers.len()];
        for item in &self.answers {
            let rows = std::mem::take(&mut *item.lock().unwrap_or_else(PoisonError::into_inner));
            answers.iter_mut().zip(rows).for_each(|(answer, row)| answer.extend(row));
        }
        Some(answers)
    }

    /// How much a member has done before the item.
    fn first(&self, item: usize) -> usize {
        let whole = self.items / self.members * self.members;
        1 + (item - whole.min(item)) * (self.program.stages.len() + 1)
    }

    fn input(&self, item: usize) -> &[f32] {
        let len = self.program.input_len();
        &self.inputs[item * len..][..len]
    }

    fn answer(&self, item: usize, arena: &Arena) {
        let answers = self.program.answers(arena);
        *self.answers[item].lock().unwrap_or_else(PoisonError::into_inner) = answers;
    }
}

#[cfg(test)]
mod tests;
