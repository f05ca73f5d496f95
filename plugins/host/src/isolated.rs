//! A plugin in a sandboxed process of its own: the same library and tables, reached over sockets and shared memory.
//!
//! A process that crashes, exits, hangs or panics is named, counted and replaced; three faults within a minute take the
//! plugin out of use. Whatever happens there, a caller here gets an answer that was checked, or an error.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use plugin_sdk::abi::{self, fp_call, fp_face, fp_status};
use plugin_sdk::machine::wire::{Ending, read_effect};
use plugin_sdk::{Frame, monotonic_ns};

use crate::error::LoadError;
use crate::faults::{Failure, FaultLog};
use crate::home::{Home, Lost, Stepped};
use crate::host::{HostOptions, Source};
use crate::operation::Asked;
use crate::plugin::Plugin;
use crate::settings::PluginSettings;

mod area;
mod attendant;
mod child;
mod control;
mod lane;
mod process;
mod sandbox;
mod shared;
mod socket;
mod wire;
mod worker;

pub(crate) use area::Area;
pub use child::worker_main;
pub use sandbox::landlock_abi;
use shared::{Recorded, Shared};
use wire::{Reader, op};
use worker::Worker;

/// The name of the program that a plugin's process runs.
pub const WORKER: &str = "facepay-plugin-worker";

/// Longest wait for a replacement that is on its way; a call's deadline ends it sooner.
const ABSENCE_MAX: Duration = Duration::from_secs(2);
/// Longest wait for an operation to end on the plugin's side.
const END_MAX: Duration = Duration::from_secs(1);
/// Longest wait for a plugin to end of its own accord when it is unloaded.
const STOP_MAX: Duration = Duration::from_secs(1);

/// Where a plugin's code runs.
#[derive(Debug, Clone, Default)]
pub enum Isolation {
    /// In this process: it shares the host's networks, and its memory errors are the host's.
    #[default]
    InProcess,
    /// In a sandboxed process of its own: without files, network and the host's networks.
    Isolated(WorkerOptions),
}

/// How a plugin's process is run, and what it may use.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// The program [`WORKER`].
    pub program: PathBuf,
    /// Most memory of its own, in bytes; what is shared with it comes on top.
    pub memory_bytes_max: u64,
    /// Most processor time of one process, in seconds. A process that has used it up is replaced.
    pub cpu_s_max: u64,
    /// Most bytes of one call: its frames, or its request.
    pub call_bytes_max: usize,
    /// Runs plugins also where the kernel cannot enforce the sandbox. Each is then told of in the log as an error.
    pub unsandboxed: bool,
}

impl WorkerOptions {
    /// Half a GiB of memory, a day of processor time, calls of up to 64 MiB, and only within a sandbox.
    pub fn new(program: PathBuf) -> Self {
        let (memory_bytes_max, call_bytes_max) = (512 << 20, 64 << 20);
        Self { program, memory_bytes_max, cpu_s_max: 24 * 60 * 60, call_bytes_max, unsandboxed: false }
    }
}

/// A plugin in a process of its own. Dropping it ends the process.
pub(crate) struct Isolated {
    shared: Arc<Shared>,
}

/// A running operation in a plugin's process: it ends with the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RemoteTask {
    generation: u64,
    number: u64,
}

impl Isolated {
    /// Starts a plugin in a process of its own.
    pub(crate) fn load(
        Source { path, code, signed, artifacts }: Source,
        settings: PluginSettings,
        host: &HostOptions,
        options: WorkerOptions,
    ) -> Result<Plugin, LoadError> {
        let faults = Arc::new(FaultLog::default());
        let recorded = Recorded::new(&host.metrics, &settings.id).map_err(|error| LoadError::Worker {
            id: settings.id.clone(),
            what: format!("could not be prepared: {error}"),
        })?;
        let shared = Arc::new(Shared {
            path,
            settings,
            code,
            signed,
            artifacts,
            options,
            secrets: host.secrets.clone(),
            recorded,
            limits: host.limits,
            spec: OnceLock::new(),
            offers: OnceLock::new(),
            faults: Arc::clone(&faults),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let worker = Worker::start(&shared, 1)?;
        let (offers, lanes) = (worker.offers(), worker.lanes());
        shared.publish(worker).map_err(|end| shared.failed(&end.how))?;
        let (manifest, settled) = shared.spec.get().cloned().expect("known since the worker has started");
        let home = Home::Apart(Self { shared });
        let bounds = (host.limits, lanes);
        Ok(Plugin::new(manifest, (home, offers), bounds, faults, settled))
    }

    /// What the kernel enforces on the process.
    pub(crate) fn sandbox(&self) -> String {
        let state = self.shared.lock();
        state.worker.as_ref().map_or_else(|| "no process".to_owned(), |worker| worker.enforced().to_string())
    }

    /// Memory that the process really has, in bytes.
    pub(crate) fn resident_bytes(&self) -> Option<u64> {
        let worker = self.shared.lock().worker.clone();
        worker?.process().resident_bytes()
    }

    /// Why there is no process just now.
    pub(crate) fn absence(&self) -> Option<String> {
        let state = self.shared.lock();
        match (&state.worker, &state.last_end) {
            (Some(_), _) => None,
            (None, how) => Some(format!("{}; it is being restarted", how.as_deref().unwrap_or("ended"))),
        }
    }

    /// Ends the process of an instance that has panicked.
    pub(crate) fn panicked(&self, reason: &str) {
        let Some(worker) = self.shared.lock().worker.clone() else { return };
        let process = worker.process();
        process.kill(Failure::Panic, &format!("panicked: {reason}"));
        process.end_within(STOP_MAX);
    }

    pub(crate) fn health(&self) -> (fp_status, Vec<u8>) {
        match self.current(None).map(|worker| worker.health()) {
            Ok(Ok(said)) => said,
            Ok(Err(lost)) | Err(lost) => (abi::FP_E_INTERNAL, lost.to_string().into_bytes()),
        }
    }

    pub(crate) fn detect(
        &self,
        call: &fp_call,
        frames: &[Frame<'_>],
        room: &mut [fp_face],
    ) -> Result<(fp_status, usize), Lost> {
        let answer = self.current(Some(call))?.ask(call, op::DETECT, 0, |to| {
            to.u32(room.len() as u32)?;
            wire::put_frames(to, frames)
        })?;
        let count = usize::try_from(answer.extra).unwrap_or(usize::MAX);
        if answer.status == abi::FP_OK && count <= room.len() {
            let places = &mut room[..count];
            if answer.data.len() != size_of_val(places) {
                return Err(Lost::Malformed(format!("{} bytes for {count} faces", answer.data.len())));
            }
            wire::copy_into(places, &answer.data);
        }
        Ok((answer.status, count))
    }

    pub(crate) fn score(
        &self,
        call: &fp_call,
        frames: &[Frame<'_>],
        faces: &[fp_face],
        scores: &mut [f32],
    ) -> Result<fp_status, Lost> {
        self.values(call, (op::SCORE, 1), frames, faces, scores)
    }

    pub(crate) fn embed(
        &self,
        call: &fp_call,
        frames: &[Frame<'_>],
        faces: &[fp_face],
        values: &mut [f32],
    ) -> Result<fp_status, Lost> {
        let dim = values.len() / faces.len().max(1);
        self.values(call, (op::EMBED, dim), frames, faces, values)
    }

    /// So many values for each face.
    fn values(
        &self,
        call: &fp_call,
        (what, each): (u32, usize),
        frames: &[Frame<'_>],
        faces: &[fp_face],
        values: &mut [f32],
    ) -> Result<fp_status, Lost> {
        let answer = self.current(Some(call))?.ask(call, what, each as u64, |to| {
            wire::put_frames(to, frames)?;
            to.bytes(wire::face_bytes(faces))
        })?;
        if answer.status == abi::FP_OK {
            if answer.data.len() != size_of_val(values) {
                let (found, wanted) = (answer.data.len(), size_of_val(values));
                return Err(Lost::Malformed(format!("{found} bytes of values instead of {wanted}")));
            }
            wire::copy_into(values, &answer.data);
        }
        Ok(answer.status)
    }

    pub(crate) fn begin(
        &self,
        call: &fp_call,
        asked: Asked<'_>,
    ) -> Result<(fp_status, Option<RemoteTask>), Lost> {
        let worker = self.current(Some(call))?;
        let answer = match asked {
            // SAFETY: the request borrows its texts for as long as it is.
            Asked::Payment(raw) => worker.ask(call, op::BEGIN, 0, |to| unsafe { wire::put_request(to, raw) }),
            Asked::Identity(raw) => {
                // SAFETY: as above.
                worker.ask(call, op::BEGIN_IDENTITY, 0, |to| unsafe { wire::put_id_request(to, raw) })
            }
        }?;
        let task = RemoteTask { generation: worker.generation(), number: answer.extra };
        Ok((answer.status, (answer.status == abi::FP_OK && answer.extra != 0).then_some(task)))
    }

    pub(crate) fn step<E: Ending>(
        &self,
        call: &fp_call,
        task: &RemoteTask,
        event: &abi::fp_event,
    ) -> Result<Stepped<E>, Lost> {
        let worker = self.holder(call, task)?;
        // SAFETY: the event borrows its bodies for as long as it is.
        let answer = worker.ask(call, op::STEP, task.number, |to| unsafe { wire::put_event(to, event) })?;
        if answer.status != abi::FP_OK {
            return Ok((answer.status, None));
        }
        let effect = wire::take_effect(&mut Reader::new(&answer.data));
        let effect = effect.ok_or_else(|| Lost::Malformed("an effect that cannot be read".into()))?;
        // SAFETY: the effect's texts lie in the answer, which outlives the reading.
        Ok((answer.status, Some(unsafe { read_effect(&effect) })))
    }

    /// Ends an operation on the plugin's side, where it is still held.
    pub(crate) fn end(&self, task: &RemoteTask) {
        use plugin_sdk::abi::Growing;
        let mut call = fp_call::empty();
        call.deadline_ns = monotonic_ns() + i64::try_from(END_MAX.as_nanos()).unwrap_or(i64::MAX);
        if let Ok(worker) = self.holder(&call, task) {
            // A process that does not answer is gone, and the operation with it.
            let _ = worker.ask(&call, op::END, task.number, |_| Ok(()));
        }
    }

    /// The process that holds an operation.
    fn holder(&self, call: &fp_call, task: &RemoteTask) -> Result<Arc<Worker>, Lost> {
        let worker = self.current(Some(call))?;
        if worker.generation() == task.generation {
            return Ok(worker);
        }
        let how = self.shared.lock().last_end.clone().unwrap_or_default();
        Err(Lost::Crashed(format!("lost the operation, as its process {how}")))
    }

    /// Ends the process for good.
    pub(crate) fn stop(&self) {
        let worker = {
            let mut state = self.shared.lock();
            state.stopping = true;
            state.worker.take()
        };
        self.shared.changed.notify_all();
        if let Some(worker) = worker {
            worker.stop(STOP_MAX);
        }
    }

    /// The process at work; waits a moment for one that is being replaced, no longer than the call's deadline.
    fn current(&self, call: Option<&fp_call>) -> Result<Arc<Worker>, Lost> {
        let left_ns = call.filter(|call| call.deadline_ns > 0).map(|call| call.deadline_ns - monotonic_ns());
        let left = left_ns.map_or(ABSENCE_MAX, |ns| Duration::from_nanos(ns.max(0).unsigned_abs()));
        let until = Instant::now() + left.min(ABSENCE_MAX);
        let mut state = self.shared.lock();
        loop {
            if let Some(worker) = &state.worker {
                return Ok(Arc::clone(worker));
            }
            if let Some(reason) = self.shared.faults.faulted() {
                return Err(Lost::Faulted(reason));
            }
            if state.stopping {
                return Err(Lost::Faulted("its process was ended".to_owned()));
            }
            let Some(left) = until.checked_duration_since(Instant::now()) else {
                let how = state.last_end.as_deref().unwrap_or("ended");
                return Err(Lost::Crashed(format!("{how}, and is not back yet")));
            };
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Isolated {
    fn drop(&mut self) {
        self.stop();
    }
}
