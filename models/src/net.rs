//! The networks, one hand-written Burn module per architecture, behind one small trait.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::manifest::{Architecture, Entry};
use crate::plan::{Answer, Recorded};
use crate::weights::{self, WeightsError, fill};

pub mod conv;

pub mod flow;

pub mod blazeface;

pub mod blazeface_back;

pub mod blazeface_full;

pub mod dlib_resnet;

pub mod face_mesh;

pub mod facenet;

pub mod minifasnet;

pub mod mobilefacenet;

pub mod mtcnn;

pub mod yunet;

use blazeface::BlazefaceShortConfig;
use blazeface_back::BlazefaceBackConfig;
use blazeface_full::BlazefaceFullConfig;
use dlib_resnet::DlibResnetConfig;
use face_mesh::FaceMeshConfig;
use facenet::FacenetConfig;
use flow::Flow;
use minifasnet::MinifasnetConfig;
use mobilefacenet::MobilefacenetConfig;
use mtcnn::{OutputConfig, ProposeConfig, RefineConfig};
use yunet::YunetConfig;

/// A network with its weights on a device.
pub trait Network: Send + Sync {
    /// What one item of the input is: `[3, height, width]`.
    fn input(&self) -> [usize; 3];

    /// Runs the network on a batch.
    ///
    /// # Shapes
    /// - input: `[n, 3, height, width]`, normalised as the manifest says
    /// - output: one `[n, len]` per output of the manifest's entry, in its order
    fn forward(&self, input: Tensor<4>) -> Vec<Tensor<2>>;

    /// Takes the same steps with one that writes them down; `None` when it is not made of layers that can be.
    fn record(&self, _input: Recorded) -> Option<Vec<Answer>> {
        None
    }
}

/// A network as it is written: once, for whatever flows through it.
trait Layers: Send + Sync {
    /// What [`Network::input`] says.
    fn input(&self) -> [usize; 3];

    /// What [`Network::forward`] says, of one item's shapes.
    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows>;
}

impl<L: Layers> Network for L {
    fn input(&self) -> [usize; 3] {
        Layers::input(self)
    }

    fn forward(&self, input: Tensor<4>) -> Vec<Tensor<2>> {
        self.run(input)
    }

    fn record(&self, input: Recorded) -> Option<Vec<Answer>> {
        Some(self.run(input))
    }
}

/// Builds the entry's network on a device from the bytes of its safetensors file.
///
/// # Errors
/// When the bytes are not safetensors, when a tensor is missing, surplus, of another shape or not finite, or when the
/// entry says another input; the error names the file and the tensor.
pub fn load(entry: &Entry, weights: &[u8], device: &Device) -> Result<Box<dyn Network>, WeightsError> {
    let file = &entry.weights_file();
    let network = match entry.architecture {
        Architecture::BlazefaceFullRange => {
            boxed(fill(BlazefaceFullConfig.init(device), file, weights, device)?)
        }
        Architecture::BlazefaceShortRange => {
            boxed(fill(BlazefaceShortConfig.init(device), file, weights, device)?)
        }
        Architecture::BlazefaceBack => boxed(fill(BlazefaceBackConfig.init(device), file, weights, device)?),
        Architecture::MtcnnPropose => boxed(fill(ProposeConfig.init(device), file, weights, device)?),
        Architecture::MtcnnRefine => boxed(fill(RefineConfig.init(device), file, weights, device)?),
        Architecture::MtcnnOutput => boxed(fill(OutputConfig.init(device), file, weights, device)?),
        Architecture::YunetN => {
            boxed(fill(YunetConfig { side: entry.input.width }.init(device), file, weights, device)?)
        }
        Architecture::FaceMesh => boxed(fill(FaceMeshConfig.init(device), file, weights, device)?),
        Architecture::MinifasnetV1se => {
            boxed(fill(MinifasnetConfig::V1seAt128.init(device), file, weights, device)?)
        }
        Architecture::MinifasnetV2At80 => {
            boxed(fill(MinifasnetConfig::V2At80.init(device), file, weights, device)?)
        }
        Architecture::MinifasnetV1seAt80 => {
            boxed(fill(MinifasnetConfig::V1seAt80.init(device), file, weights, device)?)
        }
        Architecture::DlibResnet29 => boxed(fill(DlibResnetConfig.init(device), file, weights, device)?),
        Architecture::FacenetInceptionResnetV1 => {
            boxed(fill(FacenetConfig.init(device), file, weights, device)?)
        }
        Architecture::Mobilefacenet512 => {
            boxed(fill(MobilefacenetConfig::Of512.init(device), file, weights, device)?.lean())
        }
        Architecture::Mobilefacenet192 => {
            boxed(fill(MobilefacenetConfig::Of192.init(device), file, weights, device)?.lean())
        }
    };
    let ([_, height, width], expected) = (network.input(), [entry.input.height, entry.input.width]);
    if expected != [height, width] {
        return Err(WeightsError::Input { file: file.clone(), expected, found: [height, width] });
    }
    Ok(network)
}

fn boxed<N: Network + Module + 'static>(network: N) -> Box<dyn Network> {
    Box::new(network)
}

/// Path and shape of every parameter of an architecture, in the order of its layers.
pub(crate) fn parameters(architecture: Architecture) -> Vec<(String, Vec<usize>)> {
    let device = &Device::flex();
    match architecture {
        Architecture::BlazefaceFullRange => weights::parameters(&BlazefaceFullConfig.init(device)),
        Architecture::BlazefaceShortRange => weights::parameters(&BlazefaceShortConfig.init(device)),
        Architecture::BlazefaceBack => weights::parameters(&BlazefaceBackConfig.init(device)),
        Architecture::MtcnnPropose => weights::parameters(&ProposeConfig.init(device)),
        Architecture::MtcnnRefine => weights::parameters(&RefineConfig.init(device)),
        Architecture::MtcnnOutput => weights::parameters(&OutputConfig.init(device)),
        Architecture::YunetN => weights::parameters(&YunetConfig { side: 32 }.init(device)),
        Architecture::FaceMesh => weights::parameters(&FaceMeshConfig.init(device)),
        Architecture::MinifasnetV1se => weights::parameters(&MinifasnetConfig::V1seAt128.init(device)),
        Architecture::MinifasnetV2At80 => weights::parameters(&MinifasnetConfig::V2At80.init(device)),
        Architecture::MinifasnetV1seAt80 => weights::parameters(&MinifasnetConfig::V1seAt80.init(device)),
        Architecture::DlibResnet29 => weights::parameters(&DlibResnetConfig.init(device)),
        Architecture::FacenetInceptionResnetV1 => weights::parameters(&FacenetConfig.init(device)),
        Architecture::Mobilefacenet512 => weights::parameters(&MobilefacenetConfig::Of512.init(device)),
        Architecture::Mobilefacenet192 => weights::parameters(&MobilefacenetConfig::Of192.init(device)),
    }
}
