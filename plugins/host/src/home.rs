//! Where a plugin runs: in this process or in a sandboxed one. The steps above ask here and check what comes back.

use std::fmt;
use std::time::Duration;

use plugin_sdk::abi::{self, Growing, fp_call, fp_face, fp_status};
use plugin_sdk::machine::Effect;
use plugin_sdk::machine::wire::{Ending, read_effect};
use plugin_sdk::{Error, Frame};

use crate::faults::FaultLog;
use crate::instance::{Instance, TaskPtr};
use crate::isolated::{Isolated, RemoteTask};
use crate::operation::Asked;

/// Where a plugin runs.
pub(crate) enum Home {
    /// Its tables are in this process.
    Here(Box<Instance>),
    /// Its tables are in a process of its own.
    Apart(Isolated),
}

/// Why there is no status.
#[derive(Debug)]
pub(crate) enum Lost {
    /// The process ended.
    Crashed(String),
    /// The process gave no answer for so long, and was killed.
    Hung(Duration),
    /// There is no process, and there will be none.
    Faulted(String),
    /// The answer breaks the contract.
    Malformed(String),
    /// The caller asked for more than can be carried over.
    Caller(String),
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hung(after) => write!(f, "did not answer within {after:?} and was killed"),
            Self::Crashed(text) | Self::Faulted(text) | Self::Malformed(text) | Self::Caller(text) => {
                f.write_str(text)
            }
        }
    }
}

/// A running operation of a step machine.
pub(crate) enum Task {
    Here(TaskPtr),
    Apart(RemoteTask),
}

/// What a step answered: its status, and its effect where the plugin took the step.
pub(crate) type Stepped<E> = (fp_status, Option<Result<Effect<E>, Error>>);

impl Home {
    /// What keeps the plugin from the rest, in words; `None` in this process.
    pub(crate) fn sandbox(&self) -> Option<String> {
        match self {
            Self::Here(_) => None,
            Self::Apart(isolated) => Some(isolated.sandbox()),
        }
    }

    /// Why the plugin cannot be called just now.
    pub(crate) fn absence(&self) -> Option<String> {
        match self {
            Self::Here(_) => None,
            Self::Apart(isolated) => isolated.absence(),
        }
    }

    /// Memory of the plugin's own process, in bytes.
    pub(crate) fn resident_bytes(&self) -> Option<u64> {
        match self {
            Self::Here(_) => None,
            Self::Apart(isolated) => isolated.resident_bytes(),
        }
    }

    /// Ends the plugin's process, where it has one of its own.
    pub(crate) fn stop(&self) {
        match self {
            Self::Here(_) => {}
            Self::Apart(isolated) => isolated.stop(),
        }
    }

    /// Takes note of a panic: final in this process, the end of one of its own.
    pub(crate) fn panicked(&self, reason: &str, faults: &FaultLog) {
        match self {
            Self::Here(_) => faults.panicked(reason),
            Self::Apart(isolated) => isolated.panicked(reason),
        }
    }

    pub(crate) fn health(&self) -> (fp_status, Vec<u8>) {
        match self {
            Self::Here(instance) => instance.health(),
            Self::Apart(isolated) => isolated.health(),
        }
    }

    /// The status, and the number of faces that the plugin says it found or has.
    pub(crate) fn detect(
        &self,
        call: &fp_call,
        frames: &[Frame<'_>],
        room: &mut [fp_face],
    ) -> Result<(fp_status, usize), Lost> {
        match self {
            Self::Here(instance) => {
                let mut out = abi::fp_out_array::empty();
                out.stride = size_of::<fp_face>() as u32;
                out.capacity = room.len() as u32;
                out.items = room.as_mut_ptr().cast();
                let status = instance.detect(call, &frame_batch(frames), &mut out);
                Ok((status, out.count as usize))
            }
            Self::Apart(isolated) => isolated.detect(call, frames, room),
        }
    }

    pub(crate) fn score(
        &self,
        call: &fp_call,
        frames: &[Frame<'_>],
        faces: &[fp_face],
        scores: &mut [f32],
    ) -> Result<fp_status, Lost> {
        match self {
            Self::Here(instance) => {
                Ok(instance.score(call, &frame_batch(frames), &face_batch(faces), scores))
            }
            Self::Apart(isolated) => isolated.score(call, frames, faces, scores),
        }
    }

    pub(crate) fn embed(
        &self,
        call: &fp_call,
        frames: &[Frame<'_>],
        faces: &[fp_face],
        values: &mut [f32],
    ) -> Result<fp_status, Lost> {
        match self {
            Self::Here(instance) => {
                Ok(instance.embed(call, &frame_batch(frames), &face_batch(faces), values))
            }
            Self::Apart(isolated) => isolated.embed(call, frames, faces, values),
        }
    }

    /// The status, and the task where the plugin took the operation on.
    pub(crate) fn begin(&self, call: &fp_call, asked: Asked<'_>) -> Result<(fp_status, Option<Task>), Lost> {
        match self {
            Self::Here(instance) => {
                let (status, task) = instance.begin(call, asked);
                Ok((status, task.map(Task::Here)))
            }
            Self::Apart(isolated) => {
                let (status, task) = isolated.begin(call, asked)?;
                Ok((status, task.map(Task::Apart)))
            }
        }
    }

    pub(crate) fn step<E: Ending>(
        &self,
        call: &fp_call,
        task: &mut Task,
        event: &abi::fp_event,
    ) -> Result<Stepped<E>, Lost> {
        match (self, task) {
            (Self::Here(instance), Task::Here(task)) => {
                let mut next = abi::fp_effect::empty();
                // SAFETY: the task came from `begin`; `&mut` keeps its calls to one at a time, and `end` consumes it.
                let status = unsafe { instance.step(call, *task, event, &mut next) };
                // SAFETY: what the effect of a step that was taken points to is valid until the next step or end.
                let effect = (status == abi::FP_OK).then(|| unsafe { read_effect(&next) });
                Ok((status, effect))
            }
            (Self::Apart(isolated), Task::Apart(task)) => isolated.step(call, task, event),
            _ => Err(Lost::Caller("the operation is another plugin's".into())),
        }
    }

    /// Ends an operation; it is not used any more.
    pub(crate) fn end(&self, task: &mut Task) {
        match (self, task) {
            // SAFETY: the task came from `begin`, and this is the drop of the only value that holds it.
            (Self::Here(instance), Task::Here(task)) => unsafe { instance.end(*task) },
            (Self::Apart(isolated), Task::Apart(task)) => isolated.end(task),
            _ => {}
        }
    }
}

fn frame_batch(frames: &[Frame<'_>]) -> abi::fp_frame_batch {
    let mut batch = abi::fp_frame_batch::empty();
    batch.count = frames.len() as u32;
    batch.stride = size_of::<abi::fp_frame>() as u32;
    batch.frames = frames.as_ptr().cast(); // `Frame` is transparent over `fp_frame`
    batch
}

/// The batch over these faces.
pub(crate) fn face_batch(faces: &[fp_face]) -> abi::fp_face_batch {
    let mut batch = abi::fp_face_batch::empty();
    batch.count = faces.len() as u32;
    batch.stride = size_of::<fp_face>() as u32;
    batch.faces = faces.as_ptr();
    batch
}
