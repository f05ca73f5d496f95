//! Parameters of a PyTorch state dict: a file that `torch.save(network.state_dict(), path)` wrote.
//!
//! Such a file is a program for Python's unpickler, and a foreign one can do anything there. The reader here knows only
//! what a state dict needs and refuses everything else by name, before anything of it is used.

use super::ImportError;
use super::array::Parameter;
use crate::manifest::Architecture;

mod facenet;
mod layout;
mod minifasnet;
mod mtcnn;
mod pickle;
mod state;
mod value;
mod zip;

use layout::Layout;
use state::StateDict;

/// The parameters of the network in the order of its layers.
///
/// # Errors
/// When the file has more than tensors, is damaged, or has another network's tensors.
pub(super) fn parameters(architecture: Architecture, file: &[u8]) -> Result<Vec<Parameter>, ImportError> {
    layout(architecture)?.parameters(StateDict::read(file)?)
}

fn layout(architecture: Architecture) -> Result<Layout, ImportError> {
    match architecture {
        Architecture::MinifasnetV2At80 => Ok(minifasnet::layout(false)),
        Architecture::MinifasnetV1seAt80 => Ok(minifasnet::layout(true)),
        Architecture::FacenetInceptionResnetV1 => Ok(facenet::layout()),
        Architecture::MtcnnPropose => Ok(mtcnn::propose()),
        Architecture::MtcnnRefine => Ok(mtcnn::refine()),
        Architecture::MtcnnOutput => Ok(mtcnn::output()),
        other => Err(ImportError::Kind(format!("a state dict of {other:?}"))),
    }
}

#[cfg(test)]
mod tests;
