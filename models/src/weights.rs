//! Weight files: read and checked against the manifest, then put into a network, each tensor by its path.

use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use safetensors::{Dtype, SafeTensors};

use crate::manifest::{Digest, Entry, Weights};

/// Largest weight file that is read, in bytes; the largest of today's has 5 MB.
pub const FILE_BYTES_MAX: u64 = 512 << 20;

/// Numbers below this are taken as zero. Training with weight decay leaves dead channels with weights down to the smallest
/// numbers there are, on which some processors spend a hundred times as long; what such a weight adds is lost in the
/// rounding of any sum that has a living one in it.
const NEGLIGIBLE: f32 = 1e-12;

/// Weights that an operator installed, and the digest that was recorded then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The network's name in the manifest.
    pub name: String,
    /// The converted file.
    pub path: PathBuf,
    /// SHA-256 that it had when it was installed.
    pub sha256: Digest,
}

/// Where weights are found: those delivered lie in one folder, each of those installed where it was put.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    /// The weights folder.
    pub folder: PathBuf,
    /// What was installed.
    pub installed: Vec<Installed>,
}

impl Shelf {
    /// An entry's file and the SHA-256 that it has to have. The file may be missing.
    ///
    /// # Errors
    /// [`WeightsError::NotInstalled`].
    pub fn place(&self, entry: &Entry) -> Result<(PathBuf, Digest), WeightsError> {
        match &entry.weights {
            Weights::Delivered(delivered) => Ok((self.folder.join(&delivered.file), delivered.sha256)),
            Weights::Installed(_) => {
                let installed = self.installed.iter().find(|installed| installed.name == entry.name);
                let installed = installed.ok_or(WeightsError::NotInstalled { model: entry.name.clone() })?;
                Ok((installed.path.clone(), installed.sha256))
            }
        }
    }

    /// Reads an entry's weights and checks their sha256.
    ///
    /// # Errors
    /// [`WeightsError::NotInstalled`], [`WeightsError::Read`], [`WeightsError::TooLarge`], [`WeightsError::Digest`].
    pub fn read(&self, entry: &Entry) -> Result<Vec<u8>, WeightsError> {
        let (path, sha256) = self.place(entry)?;
        read_whole(&path, sha256)
    }
}

/// Why weights cannot be used. Every case names the file, or the network.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// They are not delivered, and nobody installed them.
    #[error("{model} is not installed; install its makers' file: facepay models install FILE --as {model}")]
    NotInstalled {
        /// The network.
        model: String,
    },
    /// The file isn't there or can't be read.
    #[error("{file}: the weights cannot be read; install the weights anew or set compute.weights_folder")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is larger than any network's.
    #[error("{file}: {bytes} bytes are more than weights may have; this is another file")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        bytes: u64,
    },
    /// The file isn't the one the manifest means: changed, cut short, or another version.
    #[error(
        "{file}: sha256 is {found} and should be {expected}; the file was changed or cut short, install it anew"
    )]
    Digest {
        /// The file.
        file: String,
        /// What the manifest or the record of the installation says.
        expected: Digest,
        /// What the bytes say.
        found: Digest,
    },
    /// The bytes are not safetensors.
    #[error("{file}: not a safetensors file, or cut short")]
    Format {
        /// The file.
        file: String,
        /// What is wrong with it.
        source: safetensors::SafeTensorError,
    },
    /// The network has a tensor that the file lacks.
    #[error("{file}: tensor {tensor} of shape {expected:?} is missing; these are another network's weights")]
    Missing {
        /// The file.
        file: String,
        /// The tensor.
        tensor: String,
        /// Shape it should have.
        expected: Vec<usize>,
    },
    /// A tensor has another shape than the network's.
    #[error("{file}: tensor {tensor} has shape {found:?}, the network needs {expected:?}")]
    Shape {
        /// The file.
        file: String,
        /// The tensor.
        tensor: String,
        /// Shape it should have.
        expected: Vec<usize>,
        /// Shape it has.
        found: Vec<usize>,
    },
    /// A tensor is neither f32 nor f16.
    #[error("{file}: tensor {tensor} has numbers of type {found}, not f32 or f16")]
    Type {
        /// The file.
        file: String,
        /// The tensor.
        tensor: String,
        /// Its type.
        found: String,
    },
    /// A tensor has a number that is not finite.
    #[error("{file}: tensor {tensor} has numbers that are not finite")]
    NotFinite {
        /// The file.
        file: String,
        /// The tensor.
        tensor: String,
    },
    /// The manifest describes another input than the network's.
    #[error(
        "{file}: the manifest says an input of {expected:?} (height, width), the network's is {found:?}; correct the manifest"
    )]
    Input {
        /// The file.
        file: String,
        /// What the manifest says.
        expected: [usize; 2],
        /// What the network says.
        found: [usize; 2],
    },
    /// The network answers something else than the manifest says.
    #[error(
        "{model}: the manifest says outputs of {expected:?} numbers, the network answered {found:?}; correct the manifest"
    )]
    Outputs {
        /// The network.
        model: String,
        /// Numbers of each output, by the manifest.
        expected: Vec<usize>,
        /// Numbers of each output.
        found: Vec<usize>,
    },
    /// The file has a tensor that the network lacks.
    #[error("{file}: tensor {tensor} belongs to no layer; these are another network's weights")]
    Surplus {
        /// The file.
        file: String,
        /// The tensor.
        tensor: String,
    },
}

/// Reads an entry's delivered weights from the weights folder and checks their sha256.
///
/// # Errors
/// As [`Shelf::read`].
pub fn read(entry: &Entry, dir: &Path) -> Result<Vec<u8>, WeightsError> {
    Shelf { folder: dir.to_owned(), installed: Vec::new() }.read(entry)
}

fn read_whole(path: &Path, expected: Digest) -> Result<Vec<u8>, WeightsError> {
    let file = path.display().to_string();
    let unreadable = |source| WeightsError::Read { file: file.clone(), source };
    let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(WeightsError::TooLarge { file, bytes });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let found = Digest::of(&bytes);
    if found != expected {
        return Err(WeightsError::Digest { file, expected, found });
    }
    Ok(bytes)
}

/// Puts every tensor of a safetensors file into the parameter with its path.
///
/// # Errors
/// The first thing that is wrong: the format, or a tensor that is missing, surplus, of another shape or type, or
/// not finite.
pub fn fill<M: Module>(module: M, file: &str, bytes: &[u8], device: &Device) -> Result<M, WeightsError> {
    let tensors = SafeTensors::deserialize(bytes)
        .map_err(|source| WeightsError::Format { file: file.to_owned(), source })?;
    let mut filler = Filler { file, tensors, device, path: Vec::new(), used: Vec::new(), wrong: None };
    let module = module.map(&mut filler);
    if let Some(error) = filler.wrong {
        return Err(error);
    }
    let mut names: Vec<&str> = filler.tensors.names();
    names.sort_unstable();
    match names.into_iter().find(|name| !filler.used.iter().any(|used| used == name)) {
        Some(tensor) => Err(WeightsError::Surplus { file: file.to_owned(), tensor: tensor.to_owned() }),
        None => Ok(module),
    }
}

struct Filler<'a> {
    file: &'a str,
    tensors: SafeTensors<'a>,
    device: &'a Device,
    path: Vec<String>,
    used: Vec<String>,
    wrong: Option<WeightsError>,
}

impl Filler<'_> {
    fn values(&mut self, expected: &[usize]) -> Result<Vec<f32>, WeightsError> {
        let (file, tensor) = (self.file.to_owned(), self.path.join("."));
        let Ok(view) = self.tensors.tensor(&tensor) else {
            return Err(WeightsError::Missing { file, tensor, expected: expected.to_vec() });
        };
        if view.shape() != expected {
            let (expected, found) = (expected.to_vec(), view.shape().to_vec());
            return Err(WeightsError::Shape { file, tensor, expected, found });
        }
        let Some(mut values) = floats(view.dtype(), view.data()) else {
            return Err(WeightsError::Type { file, tensor, found: format!("{:?}", view.dtype()) });
        };
        if values.iter().any(|value| !value.is_finite()) {
            return Err(WeightsError::NotFinite { file, tensor });
        }
        values.iter_mut().filter(|value| value.abs() < NEGLIGIBLE).for_each(|value| *value = 0.0);
        self.used.push(tensor);
        Ok(values)
    }
}

impl ModuleMapper for Filler<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.wrong.is_some() {
            return param;
        }
        let shape = param.lazy_shape();
        match self.values(&shape) {
            Ok(values) => {
                let tensor = Tensor::from_data(TensorData::new(values, shape), self.device);
                Param::initialized(param.id, tensor)
            }
            Err(error) => {
                self.wrong = Some(error);
                param
            }
        }
    }
}

/// Little-endian f32 or f16 numbers; `None` for another type.
pub(crate) fn floats(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    let f32s = || bytes.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect();
    let f16s = || bytes.as_chunks::<2>().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect();
    match dtype {
        Dtype::F32 => Some(f32s()),
        Dtype::F16 => Some(f16s()),
        _ => None,
    }
}

/// Path and shape of every parameter, in the order of the module's fields.
pub(crate) fn parameters<M: Module>(module: &M) -> Vec<(String, Vec<usize>)> {
    let mut lister = Lister { path: Vec::new(), found: Vec::new() };
    module.visit(&mut lister);
    lister.found
}

struct Lister {
    path: Vec<String>,
    found: Vec<(String, Vec<usize>)>,
}

impl ModuleVisitor for Lister {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.found.push((self.path.join("."), param.lazy_shape().to_vec()));
    }
}
