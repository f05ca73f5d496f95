//! Changes and searches by several threads, in the orders in which these can take turns at the gallery's lock.
//!
//! shuttle runs the threads one at a time and chooses at each lock who goes on. Whatever they were told has to be what they
//! would have been told one after the other, in an order in which nothing comes before what had returned when it began. So a
//! change that returned is seen, what was removed is not, and nobody sees half a change.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;
use shuttle::scheduler::{DfsScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner};

use super::*;
use crate::gallery::rows::SEGMENT_ROWS;

/// Templates that threads change; the face of each is a direction of its own.
const TEMPLATES: u128 = 6;
/// Faces of others, so that changes go across segments: they are in one direction more.
const OTHERS: u128 = 1_000;
/// More orders than the largest program below has.
const ORDERS_MAX: usize = 200_000;
/// Programs at random, each in one order at random.
const ROUNDS: usize = 3_000;
/// Bytes of a thread's stack: a search keeps the products of a block there.
const STACK: usize = 1 << 18;

use Operation::{Insert, List, Remove, RemoveSubject, Replace, Search};

/// What a thread does; subjects and templates by number.
#[derive(Debug, Clone, Copy)]
enum Operation {
    Insert { template: u128, subject: u128 },
    Remove(u128),
    RemoveSubject(u128),
    Replace { subject: u128, templates: [u128; 2] },
    Search(u128),
    List,
}

/// What it was told.
#[derive(Debug, Clone, PartialEq)]
enum Answer {
    Done,
    Removed(usize),
    Found(Option<Top2>),
    Listed(Vec<u128>),
}

/// What was done, and at which ticks of a clock it began and had returned.
#[derive(Debug, Clone)]
struct Event {
    operation: Operation,
    answer: Answer,
    begun: usize,
    ended: usize,
}

fn face(template: u128) -> Embedding {
    let direction = template.min(TEMPLATES);
    Embedding::new((0..=TEMPLATES).map(|at| f32::from(at == direction)).collect()).ok().unwrap()
}

fn done(gallery: &Gallery, operation: Operation) -> Answer {
    match operation {
        Insert { template, subject } => {
            gallery.insert(TemplateId(template), Subject(subject), TAG, &face(template)).unwrap();
            Answer::Done
        }
        Remove(template) => Answer::Removed(usize::from(gallery.remove(TemplateId(template)))),
        RemoveSubject(subject) => Answer::Removed(gallery.remove_subject(Subject(subject))),
        Replace { subject, templates } => {
            let templates = templates.map(|template| (TemplateId(template), face(template)));
            assert!(gallery.replace_subject(Subject(subject), TAG, &templates).is_empty());
            Answer::Done
        }
        Search(template) => Answer::Found(gallery.search(&face(template)).unwrap()),
        List => {
            let ids = gallery.templates_after(None, usize::MAX);
            Answer::Listed(ids.into_iter().map(|id| id.0).collect())
        }
    }
}

/// Whose each template is, for one thread alone.
#[derive(Debug, Clone, Default)]
struct Model(BTreeMap<u128, u128>);

impl Model {
    fn done(&mut self, operation: Operation) -> Answer {
        match operation {
            Insert { template, subject } => {
                self.0.insert(template, subject);
                Answer::Done
            }
            Remove(template) => Answer::Removed(usize::from(self.0.remove(&template).is_some())),
            RemoveSubject(subject) => Answer::Removed(self.remove_subject(subject)),
            Replace { subject, templates } => {
                self.remove_subject(subject);
                self.0.extend(templates.map(|template| (template, subject)));
                Answer::Done
            }
            Search(template) => Answer::Found(self.top(template)),
            List => Answer::Listed(self.0.keys().copied().collect()),
        }
    }

    fn remove_subject(&mut self, subject: u128) -> usize {
        let before = self.0.len();
        self.0.retain(|_, of| *of != subject);
        before - self.0.len()
    }

    /// Only a template's own face is like it; of equals the smallest id is first.
    fn top(&self, face: u128) -> Option<Top2> {
        let own = self.0.get(&face).map(|subject| (face, *subject));
        let first = self.0.iter().next().map(|(template, subject)| (*template, *subject));
        let (template, subject) = own.or(first)?;
        let runner_up = self.0.values().any(|other| *other != subject).then_some(0.0);
        Some(Top2 {
            subject: Subject(subject),
            template: TemplateId(template),
            similarity: f32::from(own.is_some()),
            runner_up,
            searched: self.0.len(),
        })
    }
}

/// Whether the events can have happened one after the other, none before one that had returned when it began.
fn explained(model: &Model, events: &[Event]) -> bool {
    let first_end = events.iter().map(|event| event.ended).min().unwrap_or(0);
    events.is_empty()
        || (0..events.len()).filter(|at| events[*at].begun < first_end).any(|at| {
            let (mut model, mut rest) = (model.clone(), events.to_vec());
            let event = rest.swap_remove(at);
            model.done(event.operation) == event.answer && explained(&model, &rest)
        })
}

/// A gallery of `others` and of the first three templates, two of subject 0 and one of subject 1; and what is in it.
fn gallery(others: usize) -> (Gallery, Model) {
    let gallery = Gallery::new(TEMPLATES as usize + 1, TAG);
    let mut model = Model::default();
    let others = (0..others as u128).map(|other| (OTHERS + other, OTHERS));
    for (template, subject) in others.chain([(0, 0), (1, 0), (2, 1)]) {
        let insert = Insert { template, subject };
        assert_eq!(done(&gallery, insert), model.done(insert));
    }
    (Gallery { rows: gallery.rows.into_checked(), ..Gallery::new(TEMPLATES as usize + 1, TAG) }, model)
}

/// Each program by a thread of its own, in the order that shuttle has chosen, and then a look at what is left.
fn run(others: usize, programs: Vec<Vec<Operation>>) {
    let (gallery, model) = gallery(others);
    let shared = Arc::new((gallery, AtomicUsize::new(0), Mutex::new(Vec::new())));
    let step = |(gallery, clock, events): &(Gallery, AtomicUsize, Mutex<Vec<Event>>), operation| {
        let begun = clock.fetch_add(1, Ordering::SeqCst);
        let answer = done(gallery, operation);
        let ended = clock.fetch_add(1, Ordering::SeqCst);
        events.lock().push(Event { operation, answer, begun, ended });
    };
    let thread = |program: Vec<Operation>| {
        let shared = shared.clone();
        shuttle::thread::spawn(move || program.into_iter().for_each(|operation| step(&shared, operation)))
    };
    let threads: Vec<_> = programs.into_iter().map(thread).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    step(&shared, List);
    let events = shared.2.lock();
    assert!(explained(&model, &events), "no order of these explains what was seen: {events:#?}");
}

/// Runs a program in the orders of the scheduler; says how many that were.
fn in_orders(scheduler: impl Scheduler + 'static, program: impl Fn() + Send + Sync + 'static) -> usize {
    let mut config = Config::new();
    config.stack_size = STACK;
    Runner::new(scheduler, config).run(program)
}

/// Runs the programs in every order.
fn check(programs: &[&[Operation]]) {
    let programs: Vec<Vec<Operation>> = programs.iter().map(|program| program.to_vec()).collect();
    let scheduler = DfsScheduler::new(Some(ORDERS_MAX), false);
    let orders = in_orders(scheduler, move || run(0, programs.clone()));
    assert!((6..ORDERS_MAX).contains(&orders), "{orders} orders");
}

#[test]
fn what_came_is_found_and_what_went_is_not_in_every_order() {
    check(&[&[Insert { template: 3, subject: 2 }, Remove(3)], &[Search(3), Search(3)]]);
    check(&[&[Remove(0), Insert { template: 0, subject: 1 }], &[Search(0), List]]);
    check(&[&[RemoveSubject(0)], &[Search(0), Search(1)]]);
}

#[test]
fn nobody_sees_half_a_replacement_in_any_order() {
    check(&[&[Replace { subject: 0, templates: [3, 4] }], &[List, Search(3)]]);
    check(&[&[Replace { subject: 0, templates: [1, 3] }], &[Search(1), List]]);
}

#[test]
fn of_two_changes_of_one_person_one_is_the_last_in_every_order() {
    let replace = |templates| Replace { subject: 0, templates };
    check(&[&[replace([3, 4])], &[replace([4, 5])]]);
    check(&[&[replace([3, 4])], &[RemoveSubject(0)]]);
    check(&[&[RemoveSubject(0)], &[RemoveSubject(0), Search(0)]]);
    check(&[&[RemoveSubject(0)], &[Insert { template: 5, subject: 0 }, Search(5)]]);
    check(&[&[Remove(1)], &[replace([0, 1])]]);
}

#[test]
fn programs_at_random_across_segments_can_be_explained() {
    let rounds = AtomicU64::new(1);
    let program = move || {
        let mut numbers = Numbers(rounds.fetch_add(1, Ordering::Relaxed) * 0x9e37_79b9);
        let mut pick = |count: u128| ((numbers.next() + 0.5) * count as f32) as u128 % count;
        let mut operation = || match pick(8) {
            0 | 1 => Insert { template: pick(TEMPLATES), subject: pick(3) },
            2 => Remove(pick(TEMPLATES)),
            3 => RemoveSubject(pick(3)),
            4 => Replace { subject: pick(3), templates: [pick(3), 3 + pick(3)] },
            5 => List,
            _ => Search(pick(TEMPLATES)),
        };
        let programs = (0..3).map(|_| (0..3).map(|_| operation()).collect()).collect();
        // So that rows come and go at the end of one segment and the beginning of the next.
        run(SEGMENT_ROWS - 4, programs);
    };
    assert_eq!(in_orders(RandomScheduler::new_from_seed(90, ROUNDS), program), ROUNDS);
}
