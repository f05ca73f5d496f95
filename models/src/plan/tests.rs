//! Plans against the Burn modules that they are recorded from.

use std::path::PathBuf;

use burn::tensor::Device;

use super::*;
use crate::manifest::{Entry, Manifest};
use crate::net::{self, Network};
use crate::verify::answer;
use crate::weights::Shelf;

/// Every network whose weights are delivered.
pub(crate) fn delivered() -> Vec<(Entry, Box<dyn Network>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("weights");
    let manifest = Manifest::read(&folder.join("manifest.toml")).unwrap();
    let shelf = Shelf { folder, installed: Vec::new() };
    let entries = manifest.models.into_iter().filter(|entry| shelf.place(entry).is_ok());
    entries
        .map(|entry| {
            let weights = shelf.read(&entry).unwrap();
            let network = net::load(&entry, &weights, &Device::flex()).unwrap();
            (entry, network)
        })
        .collect()
}

/// So many inputs of noise.
pub(crate) fn noise(network: &dyn Network, items: usize) -> Vec<f32> {
    let mut state = 7_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..items * network.input().iter().product::<usize>()).map(next).collect()
}

/// Burn's answers to inputs, of each output those of all items.
pub(crate) fn burns(network: &dyn Network, inputs: &[f32]) -> Vec<Vec<f32>> {
    let each = network.input().iter().product();
    let mut answers: Vec<Vec<f32>> = Vec::new();
    for input in inputs.chunks_exact(each) {
        let found = answer(network, input.to_vec(), &Device::flex());
        answers.resize(found.len(), Vec::new());
        answers.iter_mut().zip(found).for_each(|(answers, found)| answers.extend(found));
    }
    answers
}

/// The largest difference, in parts of the largest number of an answer.
pub(crate) fn apart(found: &[Vec<f32>], expected: &[Vec<f32>]) -> f32 {
    let lens = |answers: &[Vec<f32>]| answers.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lens(found), lens(expected));
    assert!(found.iter().flatten().all(|number| number.is_finite()), "an answer is no number");
    let answer = |(found, expected): (&Vec<f32>, &Vec<f32>)| {
        let largest = expected.iter().fold(1.0_f32, |largest, number| largest.max(number.abs()));
        found.iter().zip(expected).map(|(one, other)| (one - other).abs() / largest).fold(0.0, f32::max)
    };
    found.iter().zip(expected).map(answer).fold(0.0, f32::max)
}

#[test]
fn every_delivered_network_can_be_written_down() {
    for (entry, network) in delivered() {
        let plan = record(&*network).unwrap_or_else(|| panic!("{}", entry.name));
        let lens: Vec<usize> = entry.outputs.iter().map(crate::manifest::Output::len).collect();
        assert_eq!(plan.answer_lens(), lens, "{}", entry.name);
    }
}

#[test]
fn values_that_are_needed_at_one_time_share_no_memory() {
    for (entry, network) in delivered() {
        let plan = record(&*network).unwrap();
        let arena = Arena::of(&plan, |value| plan.len(value));
        let reach = |value: Value| arena.offsets[value.0]..arena.offsets[value.0] + plan.len(value);
        let answered = plan.answered();
        for (at, step) in plan.steps.iter().enumerate() {
            let later = plan.steps[at..].iter().flat_map(|step| &step.from);
            let needed: BTreeSet<Value> =
                later.chain(&answered).copied().filter(|value| value < &step.to).collect();
            for value in needed {
                let (one, other) = (reach(value), reach(step.to));
                assert!(one.end <= other.start || other.end <= one.start, "{}: {value:?}", entry.name);
            }
        }
        let all: usize = (0..plan.shapes.len()).map(|value| plan.len(Value(value))).sum();
        assert!(arena.len < all, "{}: {} of {all}", entry.name, arena.len);
    }
}
