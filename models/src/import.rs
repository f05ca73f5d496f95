//! Published network files to the safetensors this crate loads. The bytes that come out depend on nothing but the
//! bytes that go in.
//!
//! A reader takes the layers' parameters out of an `.onnx` or `.tflite` file in the order of its graph, or out of a
//! state dict in the order that is written down for it; the hand-written network gives them their names and the shapes
//! they must have.

use safetensors::tensor::TensorView;

use crate::manifest::{Digest, Entry, Format, Weights};
use crate::net;

mod affine;
mod array;
mod cursor;

mod onnx;
mod protobuf;

mod flatbuffer;
mod tflite;

mod torch;

mod dlib;

use array::Parameter;

/// Why a published file cannot be converted.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The bytes aren't a file that the manifest names: fetch that version of the package.
    #[error("{model}: sha256 is {found}; known are {}", listed(known))]
    Digest {
        /// The network.
        model: String,
        /// The files that the manifest names, and their digests.
        known: Vec<(String, Digest)>,
        /// What the bytes say.
        found: Digest,
    },
    /// No file of this kind can be read.
    #[error(
        "{0} can't be read; .onnx and .tflite graphs, state dicts of torch.save and dlib's recogniser can"
    )]
    Kind(String),
    /// A pickle has what a state dict doesn't need. Nothing of it was run.
    #[error(
        "the file has {what}, which no state dict has; save the network's state_dict() alone, with torch.save"
    )]
    Pickle {
        /// What it has.
        what: String,
    },
    /// The network has a tensor that the file lacks.
    #[error("tensor {tensor} is missing; this is another network's file")]
    Missing {
        /// Its name in the file.
        tensor: String,
    },
    /// The file has a tensor that the network lacks.
    #[error("tensor {tensor} belongs to no layer; this is another network's file")]
    Surplus {
        /// Its name in the file.
        tensor: String,
    },
    /// The bytes end early or point outside themselves.
    #[error("the file is damaged: {0}")]
    Damaged(&'static str),
    /// The graph has an operator that these networks don't use.
    #[error("operator {operator} is not one that this importer knows")]
    Operator {
        /// Its name or number.
        operator: String,
    },
    /// A layer isn't built as these networks' layers are.
    #[error("layer {layer}: {problem}")]
    Layer {
        /// Its name in the file.
        layer: String,
        /// What is different.
        problem: &'static str,
    },
    /// The graph has fewer or more parameters than the network.
    #[error("the graph has {found} parameters, the network {expected}")]
    Count {
        /// The network's.
        expected: usize,
        /// The file's.
        found: usize,
    },
    /// A parameter has another shape than the network's.
    #[error("{layer} has shape {found:?}, {tensor} needs {expected:?}")]
    Shape {
        /// Its name in the file.
        layer: String,
        /// The parameter it would become.
        tensor: String,
        /// The network's shape.
        expected: Vec<usize>,
        /// The file's shape.
        found: Vec<usize>,
    },
    /// The tensors can't be written.
    #[error("the tensors cannot be written as safetensors")]
    Write(#[from] safetensors::SafeTensorError),
}

/// Converts the published file of a manifest entry into the bytes of its safetensors file.
///
/// # Errors
/// The bytes aren't the file that the manifest names, are damaged, or hold another network.
pub fn convert(entry: &Entry, source: &[u8]) -> Result<Vec<u8>, ImportError> {
    let (known, found) = (known(entry), Digest::of(source));
    if !known.iter().any(|(_, digest)| *digest == found) {
        return Err(ImportError::Digest { model: entry.name.clone(), known, found });
    }
    convert_unchecked(entry, source)
}

/// The makers' files of an entry and their digests.
pub fn known(entry: &Entry) -> Vec<(String, Digest)> {
    match &entry.weights {
        Weights::Installed(installable) => {
            installable.known.iter().map(|known| (known.file.clone(), known.sha256)).collect()
        }
        Weights::Delivered(_) => {
            entry.source.iter().map(|source| (source.file.clone(), source.sha256)).collect()
        }
    }
}

fn listed(known: &[(String, Digest)]) -> String {
    match known.is_empty() {
        true => "none".to_owned(),
        false => {
            known.iter().map(|(file, digest)| format!("{digest} ({file})")).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Converts without asking whether the bytes are those that the manifest names.
///
/// # Errors
/// As [`convert`], but for the digest.
pub fn convert_unchecked(entry: &Entry, source: &[u8]) -> Result<Vec<u8>, ImportError> {
    let found = match entry.format() {
        Some(Format::Onnx) => onnx::parameters(source)?,
        Some(Format::Tflite) => tflite::parameters(source)?,
        Some(Format::Dlib) => dlib::parameters(source, &net::dlib_resnet::strides())?,
        Some(Format::Torch) => torch::parameters(entry.architecture, source)?,
        None => return Err(ImportError::Kind(format!("the file of {}", entry.name))),
    };
    name(&net::parameters(entry.architecture), &found)
}

fn name(expected: &[(String, Vec<usize>)], found: &[Parameter]) -> Result<Vec<u8>, ImportError> {
    if let Some(((tensor, shape), wrong)) =
        expected.iter().zip(found).find(|((_, shape), found)| *shape != found.array.shape)
    {
        return Err(ImportError::Shape {
            layer: wrong.layer.clone(),
            tensor: tensor.clone(),
            expected: shape.clone(),
            found: wrong.array.shape.clone(),
        });
    }
    if expected.len() != found.len() {
        return Err(ImportError::Count { expected: expected.len(), found: found.len() });
    }
    let bytes: Vec<Vec<u8>> = found.iter().map(|parameter| parameter.array.bytes()).collect();
    let mut views = Vec::with_capacity(found.len());
    for (((tensor, shape), parameter), bytes) in expected.iter().zip(found).zip(&bytes) {
        views.push((tensor.as_str(), TensorView::new(parameter.array.dtype(), shape.clone(), bytes)?));
    }
    Ok(safetensors::serialize(views, None)?)
}

#[cfg(test)]
mod tests;
