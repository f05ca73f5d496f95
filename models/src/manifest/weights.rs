//! How an appliance comes by a network's weights: delivered with the program, or installed from their makers' file.

use serde::{Deserialize, Serialize};

use super::Digest;

/// How an appliance comes by a network's weights.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Weights {
    /// They lie in the weights folder.
    Delivered(Delivered),
    /// An operator installs them from the makers' file.
    Installed(Installable),
}

/// The makers' files that an operator may install.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Installable {
    /// How the makers' file is written.
    pub installed_from: Format,
    /// The files that are known to be the makers'.
    pub known: Vec<KnownFile>,
}

/// How a makers' file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A graph of ONNX.
    Onnx,
    /// A flatbuffer of TensorFlow Lite.
    Tflite,
    /// A state dict of `torch.save`.
    Torch,
    /// dlib's own serialisation.
    Dlib,
}

/// A makers' file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KnownFile {
    /// Its name there.
    pub file: String,
    /// SHA-256 of it.
    pub sha256: Digest,
}

/// A converted weight file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Delivered {
    /// File name in the weights folder.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: Digest,
}
