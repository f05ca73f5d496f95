//! The engine's threads: they load networks and run batches, and a panic in one breaks the whole engine.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;

use super::batch::Batching;
use super::inputs::Inputs;
use super::model::{Loader, Model};
use super::queue::Queue;
use super::runner::{Machine, Runner, burns};
use super::{EngineError, Tensor};
use crate::plan::cpu::{MEMBERS_MAX, Party, Program};
use crate::plan::gpu::{Pending, SLOTS};

/// What a thread is asked to do.
pub(super) enum Job {
    /// Load a network and warm it.
    Load { model: String, reply: SyncSender<Result<Arc<Model>, EngineError>> },
    /// Run a network on a part of a call.
    Run(Run),
    /// Do a part of what another thread has begun.
    Help { party: Arc<Party>, index: usize },
}

/// A part of a call: `len` inputs.
pub(super) struct Run {
    pub(super) model: Arc<Model>,
    pub(super) part: usize,
    pub(super) len: usize,
    pub(super) inputs: Inputs,
    pub(super) reply: SyncSender<(usize, Result<Vec<Tensor>, EngineError>)>,
}

/// What every thread of an engine works with.
pub(super) struct Worker {
    pub(super) queue: Arc<Queue<Job>>,
    pub(super) machine: Machine,
    pub(super) batching: Batching,
    pub(super) loader: Loader,
}

impl Worker {
    /// Starts `threads` threads that end when the queue is closed.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the system has no more threads; those started end.
    pub(super) fn start(self, threads: usize) -> Result<Vec<JoinHandle<()>>, EngineError> {
        let shared = Arc::new(self);
        let mut handles = Vec::with_capacity(threads);
        for index in 0..threads {
            let worker = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(format!("engine-{index}"));
            match thread.spawn(move || worker.work()) {
                Ok(handle) => handles.push(handle),
                Err(error) => {
                    let error =
                        EngineError::Failed { reason: format!("a thread couldn't be started: {error}") };
                    shared.queue.close(error.clone());
                    return Err(error);
                }
            }
        }
        Ok(handles)
    }

    fn work(&self) {
        let mut under_way = VecDeque::new();
        loop {
            let joins = |taken: &[Job], next: &Job| self.joins(taken, next);
            let taken =
                if under_way.is_empty() { self.queue.pop(joins) } else { self.queue.pop_waiting(joins) };
            if taken.is_none() && under_way.is_empty() {
                return;
            }
            let mut jobs = taken.unwrap_or_default();
            let turn = AssertUnwindSafe(|| self.turn(&mut jobs, &mut under_way));
            let reason = match catch_unwind(turn).map_err(|panic| words(&*panic, "a network panicked")) {
                Ok(Ok(())) => continue,
                Ok(Err(reason)) | Err(reason) => reason,
            };
            tracing::error!(reason, "the inference engine failed");
            let left = self.queue.close(EngineError::Failed { reason });
            let error = self.queue.closed().unwrap_or(EngineError::Stopped);
            let begun = under_way.drain(..).flat_map(|begun: Begun| begun.jobs);
            jobs.into_iter().chain(begun).chain(left).for_each(|job| job.refuse(&error));
        }
    }

    /// Whether `next` may run together with those already taken.
    fn joins(&self, taken: &[Job], next: &Job) -> bool {
        let (Some(Job::Run(first)), Job::Run(next)) = (taken.first(), next) else { return false };
        let len: usize = taken.iter().map(Job::len).sum();
        self.batching.gathers
            && Arc::ptr_eq(&first.model, &next.model)
            && len + next.len <= first.model.info.max_batch
    }

    /// Does or begins the jobs, and ends what was begun first when there are none or enough is under way; an error is the
    /// reason why the device is broken.
    fn turn(&self, jobs: &mut Vec<Job>, under_way: &mut VecDeque<Begun>) -> Result<(), String> {
        let waits = jobs.is_empty();
        if let Some(pending) = self.perform(jobs)? {
            under_way.push_back(Begun { jobs: std::mem::take(jobs), pending });
        }
        if (waits || under_way.len() >= SLOTS)
            && let Some(Begun { jobs: begun, pending }) = under_way.pop_front()
        {
            *jobs = begun;
            deliver(jobs, pending.wait()?)?;
        }
        Ok(())
    }

    /// Does the jobs and answers them, unless a GPU does: then these are its answers to come.
    fn perform(&self, jobs: &mut [Job]) -> Result<Option<Pending>, String> {
        match jobs {
            [Job::Load { model, reply }] => {
                let loaded = match (self.loader)(model, &self.machine) {
                    Err(EngineError::Failed { reason }) => return Err(reason),
                    loaded => loaded.and_then(|model| self.tried(model)).map(Arc::new),
                };
                // A caller that has gone away needs no answer.
                let _ = reply.send(loaded);
                return Ok(None);
            }
            [Job::Help { party, index }] => {
                party.work(*index);
                return Ok(None);
            }
            _ => {}
        }
        let Some(Job::Run(first)) = jobs.first() else { return Ok(None) };
        let model = Arc::clone(&first.model);
        let rows = jobs.iter().map(Job::len).sum();
        if let Runner::Gpu(planned) = &model.runner {
            let inputs: Vec<&Inputs> = jobs.iter().filter_map(Job::run).map(|run| &run.inputs).collect();
            return Ok(Some(planned.begin(&model.target, &inputs, rows)));
        }
        let mut numbers = Vec::new();
        for job in &mut *jobs {
            let Job::Run(run) = job else { continue };
            match numbers.is_empty() {
                true => numbers = run.inputs.take_numbers()?,
                false => numbers.extend(run.inputs.take_numbers()?),
            }
        }
        deliver(jobs, self.answers(&model, numbers, rows)?)?;
        Ok(None)
    }

    /// The network after one run, or why it can't be used. A plan was tried when it was made.
    fn tried(&self, model: Model) -> Result<Model, EngineError> {
        if let Runner::Burn(_) = model.runner {
            let answers = self
                .answers(&model, vec![0.0; model.target.len()], 1)
                .map_err(|reason| EngineError::Failed { reason })?;
            model.check(&answers, 1)?;
        }
        Ok(model)
    }

    /// Runs `rows` inputs on the CPU or by Burn and returns the numbers of each output.
    fn answers(&self, model: &Model, inputs: Vec<f32>, rows: usize) -> Result<Vec<Vec<f32>>, String> {
        match &model.runner {
            Runner::Cpu(program) => self.shared(program, inputs, rows),
            Runner::Burn(network) => {
                let size = [rows, model.target.height, model.target.width];
                burns(&**network, inputs, size, &self.machine.burn)
            }
            Runner::Gpu(_) => Err("a plan for a GPU has none".to_owned()),
        }
    }

    /// Runs `rows` inputs on this thread and on those of the engine that have nothing else to do.
    fn shared(&self, program: &Arc<Program>, inputs: Vec<f32>, rows: usize) -> Result<Vec<Vec<f32>>, String> {
        let mut party = None;
        self.queue.recruit(self.batching.workers.min(MEMBERS_MAX) - 1, |helpers| {
            let begun = Arc::new(Party::new(Arc::clone(program), inputs, rows, 1 + helpers));
            let help = |index| Job::Help { party: Arc::clone(&begun), index };
            let jobs = (1..=helpers).map(help).collect();
            party = Some(begun);
            jobs
        });
        let party = party.ok_or("nobody ran the network")?;
        party.work(0);
        party.answers().ok_or_else(|| "a thread that helped with a network panicked".to_owned())
    }
}

/// Gives each of the jobs, which are runs of one network, its rows of the answers.
fn deliver(jobs: &[Job], answers: Vec<Vec<f32>>) -> Result<(), String> {
    let Some(Job::Run(first)) = jobs.first() else { return Ok(()) };
    let rows = jobs.iter().map(Job::len).sum();
    first.model.check(&answers, rows).map_err(|error| error.to_string())?;
    let outputs: Vec<Tensor> = answers
        .into_iter()
        .zip(&first.model.info.outputs)
        .map(|(data, output)| Tensor { dims: [&[rows], output.dims.as_slice()].concat(), data })
        .collect();
    let mut from = 0;
    for run in jobs.iter().filter_map(Job::run) {
        let part = outputs.iter().map(|output| output.rows(from, run.len)).collect();
        let _ = run.reply.send((run.part, Ok(part)));
        from += run.len;
    }
    Ok(())
}

/// Runs that a GPU has begun.
struct Begun {
    jobs: Vec<Job>,
    pending: Pending,
}

impl Job {
    fn run(&self) -> Option<&Run> {
        match self {
            Self::Run(run) => Some(run),
            Self::Load { .. } | Self::Help { .. } => None,
        }
    }

    fn len(&self) -> usize {
        self.run().map_or(0, |run| run.len)
    }

    /// Answers that the job won't be done. The answer's channel has room for it, or its caller is gone.
    pub(super) fn refuse(&self, error: &EngineError) {
        let _ = match self {
            Self::Load { reply, .. } => reply.try_send(Err(error.clone())).is_ok(),
            Self::Run(run) => run.reply.try_send((run.part, Err(error.clone()))).is_ok(),
            Self::Help { party, .. } => {
                party.give_up();
                true
            }
        };
    }
}

/// What a panic said; `otherwise` when it said nothing.
pub(crate) fn words(panic: &(dyn Any + Send), otherwise: &str) -> String {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| otherwise.to_owned())
}
