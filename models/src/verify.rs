//! Do the installed networks still answer what the original ones did? Each is run on a stored input, and its answers
//! are compared with those stored beside it.

use burn::tensor::{Device, Tensor, TensorData};
use safetensors::{Dtype, SafeTensors};

use crate::manifest::{Colour, Entry, Manifest, Output, Weights};
use crate::net::{self, Network};
use crate::weights::{Shelf, WeightsError, floats};

/// File in the weights folder with an input per network and the original network's answers to it.
pub const REFERENCE_FILE: &str = "reference.safetensors";

/// What was found about one entry of the manifest.
#[derive(Debug)]
pub struct Report {
    /// The entry's name.
    pub name: String,
    /// How near the network's answers come to the original's, or why that can't be said.
    pub parity: Result<Parity, VerifyError>,
}

/// How near answers come to the reference, at the worst of the outputs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parity {
    /// Cosine between an output and its reference.
    pub cosine_min: f64,
    /// Largest difference of a number from its reference.
    pub difference_max: f64,
    /// The same as a share of the output's largest number, or of one if that is larger.
    pub relative_max: f64,
}

/// Least cosine at which an answer still counts as the original's.
pub const COSINE_MIN: f64 = 0.9999;

/// Largest relative difference at which an answer still counts as the original's: a hundred times what the rounding of
/// 32-bit sums in another order leaves.
pub const RELATIVE_MAX: f64 = 1e-4;

impl Parity {
    /// Whether the answers are the original's. Both are asked: a cosine says nothing about an output of one number, a
    /// difference little about one with a single large number.
    pub fn holds(&self) -> bool {
        self.cosine_min >= COSINE_MIN && self.relative_max <= RELATIVE_MAX
    }

    /// Parity of no outputs, which [`Parity::and`] only lowers.
    pub const PERFECT: Self = Self { cosine_min: 1.0, difference_max: 0.0, relative_max: 0.0 };

    /// Answers that can't be compared.
    const APART: Self = Self { cosine_min: -1.0, difference_max: f64::INFINITY, relative_max: f64::INFINITY };

    /// Compares one output with its reference; numbers of different count, or not finite, are as far as can be.
    pub fn of(found: &[f32], reference: &[f32]) -> Self {
        let doubles = || found.iter().map(|&f| f64::from(f)).zip(reference.iter().map(|&r| f64::from(r)));
        let (mut dot, mut of_found, mut of_reference) = (0.0, 0.0, 0.0);
        let (mut difference_max, mut largest) = (0.0_f64, 1.0_f64);
        for (f, r) in doubles() {
            dot += f * r;
            of_found += f * f;
            of_reference += r * r;
            difference_max = difference_max.max((f - r).abs());
            largest = largest.max(r.abs());
        }
        let length = (of_found * of_reference).sqrt();
        if found.len() != reference.len() || !length.is_finite() || length == 0.0 {
            return Self::APART;
        }
        Self { cosine_min: dot / length, difference_max, relative_max: difference_max / largest }
    }

    /// The worse of both.
    pub fn and(self, other: Self) -> Self {
        Self {
            cosine_min: self.cosine_min.min(other.cosine_min),
            difference_max: self.difference_max.max(other.difference_max),
            relative_max: self.relative_max.max(other.relative_max),
        }
    }
}

/// Why an entry could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Its weights are not those that the manifest means.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The reference file can't be read: install the weights folder anew.
    #[error("{file}: the reference answers cannot be read")]
    Reference {
        /// The file.
        file: String,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The reference file has no answers for this network, as for one that the operator installed.
    #[error("{file}: no reference {tensor} for this network")]
    NoReference {
        /// The file.
        file: String,
        /// What was looked for.
        tensor: String,
    },
    /// The network answers nothing that could be meant.
    #[error("{model}: {problem}; these are damaged weights")]
    Answers {
        /// The network.
        model: String,
        /// What is wrong with its answers.
        problem: &'static str,
    },
}

/// Checks every entry whose weights are delivered or installed: their sha256, that they load, and that the network
/// answers as the original did, on the CPU. A second or two for all of them.
pub fn verify(manifest: &Manifest, shelf: &Shelf) -> Vec<Report> {
    let device = Device::flex();
    let is_here =
        |entry: &&Entry| matches!(entry.weights, Weights::Delivered(_)) || shelf.place(entry).is_ok();
    let report =
        |entry: &Entry| Report { name: entry.name.clone(), parity: entry_parity(entry, shelf, &device) };
    manifest.models.iter().filter(is_here).map(report).collect()
}

/// Whether weights make a network that works: they load, and what it answers to noise has the manifest's sizes, is
/// finite, and hangs on the input. Says nothing about how good the answers are.
///
/// # Errors
/// [`VerifyError::Weights`], [`VerifyError::Answers`].
pub fn try_out(entry: &Entry, weights: &[u8]) -> Result<(), VerifyError> {
    let device = Device::flex();
    let network = net::load(entry, weights, &device)?;
    let wrong = |problem| Err(VerifyError::Answers { model: entry.name.clone(), problem });
    let [first, second] =
        [1, 2].map(|seed| answer(&*network, normalised(entry, &noise(seed, entry)), &device));
    if !first.iter().map(Vec::len).eq(entry.outputs.iter().map(Output::len)) {
        return wrong("it answers other sizes than the manifest says");
    }
    if first.iter().chain(&second).flatten().any(|number| !number.is_finite()) {
        return wrong("it answers numbers that are not finite");
    }
    if first == second {
        return wrong("it answers the same to every picture");
    }
    Ok(())
}

/// A picture of an entry's input size without a pattern, another for each seed.
fn noise(seed: u32, entry: &Entry) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..entry.input.width * entry.input.height * 3).map(|_| next()).collect()
}

fn entry_parity(entry: &Entry, shelf: &Shelf, device: &Device) -> Result<Parity, VerifyError> {
    let weights = shelf.read(entry)?;
    let network = net::load(entry, &weights, device)?;
    if matches!(entry.weights, Weights::Installed(_)) {
        try_out(entry, &weights)?;
    }
    let file = shelf.folder.join(REFERENCE_FILE).display().to_string();
    let unreadable = |source| VerifyError::Reference { file: file.clone(), source };
    let bytes = std::fs::read(&file).map_err(|error| unreadable(error.into()))?;
    let tensors = SafeTensors::deserialize(&bytes).map_err(|error| unreadable(error.into()))?;
    let missing = |tensor: String| VerifyError::NoReference { file: file.clone(), tensor };

    let name = format!("{}.input", entry.name);
    let picture = tensors.tensor(&name).ok().filter(|view| view.dtype() == Dtype::U8);
    let picture = picture.filter(|view| view.shape() == [entry.input.height, entry.input.width, 3]);
    let picture = picture.ok_or_else(|| missing(name))?.data();
    let answers = answer(&*network, normalised(entry, picture), device);
    if answers.len() != entry.outputs.len() {
        return Ok(Parity::APART);
    }
    let mut parity = Parity::PERFECT;
    for (output, found) in entry.outputs.iter().zip(&answers) {
        let name = format!("{}.{}", entry.name, output.name);
        let reference = tensors.tensor(&name).ok().and_then(|view| floats(view.dtype(), view.data()));
        parity = parity.and(Parity::of(found, &reference.ok_or_else(|| missing(name))?));
    }
    Ok(parity)
}

/// The network's input for a picture of just its size.
///
/// # Shapes
/// `[height, width, 3]`, RGB, to `[3, height, width]`
///
/// # Panics
/// When the picture has another size.
pub fn normalised(entry: &Entry, picture: &[u8]) -> Vec<f32> {
    let input = &entry.input;
    assert_eq!(picture.len(), input.width * input.height * 3, "the picture is the network's input");
    let order = match input.colour {
        Colour::Rgb => [0, 1, 2],
        Colour::Bgr => [2, 1, 0],
    };
    let plane = |channel: usize| picture[channel..].iter().step_by(3);
    let value = |&pixel: &u8| (f32::from(pixel) - input.mean) / input.divisor;
    order.into_iter().flat_map(|channel| plane(channel).map(value)).collect()
}

/// Runs a network on one input.
///
/// # Panics
/// When the input has another size than the network's.
pub fn answer(network: &dyn Network, input: Vec<f32>, device: &Device) -> Vec<Vec<f32>> {
    let [channels, height, width] = network.input();
    let input = Tensor::from_data(TensorData::new(input, [1, channels, height, width]), device);
    let answers = network.forward(input).into_iter();
    answers.map(|answer| answer.into_data().try_into_vec().expect("the networks answer in f32")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_answers_have_parity_and_other_answers_do_not() {
        assert!(Parity::of(&[1.0, -2.0], &[1.0, -2.0]).holds());
        for (found, reference) in [
            (&[1.0, 2.0][..], &[1.0, -2.0][..]),
            (&[1.0], &[1.0, 2.0]),
            (&[f32::NAN], &[1.0]),
            (&[5.0], &[4.9]),
        ] {
            assert!(!Parity::of(found, reference).holds(), "{found:?} {reference:?}");
        }
    }
}
