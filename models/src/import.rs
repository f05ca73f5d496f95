//! Published network files to the safetensors this crate loads. The bytes that come out depend on nothing but the
//! bytes that go in.
//!
//! A reader takes the layers' parameters out of an `.onnx` or `.tflite` file in the order of its graph; the
//! hand-written network gives them their names and the shapes they must have.

use safetensors::tensor::TensorView;

use crate::manifest::{Digest, Entry};
use crate::net;

mod array;
mod onnx;
mod protobuf;

mod flatbuffer;
mod tflite;

use array::Parameter;

/// Why a published file cannot be converted.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The bytes aren't the file that the manifest names: fetch that version of the package.
    #[error("{file}: sha256 is {found}, the manifest says {expected}")]
    Digest {
        /// The file.
        file: String,
        /// What the manifest says.
        expected: Digest,
        /// What the bytes say.
        found: Digest,
    },
    /// The file's name ends in neither `.onnx` nor `.tflite`.
    #[error("{0}: only .onnx and .tflite files can be read")]
    Kind(String),
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
    let (expected, found) = (entry.source.sha256, Digest::of(source));
    if found != expected {
        return Err(ImportError::Digest { file: entry.source.file.clone(), expected, found });
    }
    convert_unchecked(entry, source)
}

/// Converts without asking whether the bytes are those that the manifest names.
///
/// # Errors
/// As [`convert`], but for the digest.
pub fn convert_unchecked(entry: &Entry, source: &[u8]) -> Result<Vec<u8>, ImportError> {
    let found = match entry.source.file.rsplit_once('.') {
        Some((_, "onnx")) => onnx::parameters(source)?,
        Some((_, "tflite")) => tflite::parameters(source)?,
        _ => return Err(ImportError::Kind(entry.source.file.clone())),
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
