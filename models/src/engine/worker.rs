//! The engine's threads: they load networks and run batches, and a panic in one breaks the whole engine.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;

use burn::tensor::{TensorData, Transaction};

use super::batch::Batching;
use super::model::{Loader, Model};
use super::queue::Queue;
use super::{EngineError, Tensor};
use crate::plan::cpu::{MEMBERS_MAX, Party, Program};

/// What a thread is asked to do.
pub(super) enum Job {
    /// Load a network and warm it.
    Load { model: String, reply: SyncSender<Result<Arc<Model>, EngineError>> },
    /// Run a network on inputs that lie one after another.
    Run(Run),
    /// Do a part of what another thread has begun.
    Help { party: Arc<Party>, index: usize },
}

/// A part of a call: `len` normalised inputs.
pub(super) struct Run {
    pub(super) model: Arc<Model>,
    pub(super) part: usize,
    pub(super) len: usize,
    pub(super) inputs: Vec<f32>,
    pub(super) reply: SyncSender<(usize, Result<Vec<Tensor>, EngineError>)>,
}

/// What every thread of an engine works with.
pub(super) struct Worker {
    pub(super) queue: Arc<Queue<Job>>,
    pub(super) device: burn::tensor::Device,
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
        while let Some(mut jobs) = self.queue.pop(|taken, next| self.joins(taken, next)) {
            let broken =
                catch_unwind(AssertUnwindSafe(|| self.perform(&mut jobs))).map_err(|panic| text(&*panic));
            let reason = match broken {
                Ok(Ok(())) => continue,
                Ok(Err(reason)) | Err(reason) => reason,
            };
            tracing::error!(reason, "the inference engine failed");
            let left = self.queue.close(EngineError::Failed { reason });
            let error = self.queue.closed().unwrap_or(EngineError::Stopped);
            jobs.iter().chain(&left).for_each(|job| job.refuse(&error));
        }
    }

    /// Whether `next` may run together with those already taken.
    fn joins(&self, taken: &[Job], next: &Job) -> bool {
        let (Some(Job::Run(first)), Job::Run(next)) = (taken.first(), next) else { return false };
        let len: usize = taken.iter().map(Job::len).sum();
        self.batching.gathers()
            && Arc::ptr_eq(&first.model, &next.model)
            && len + next.len <= self.batching.max
    }

    /// Does the jobs and answers them; an error is the reason why the device is broken.
    fn perform(&self, jobs: &mut [Job]) -> Result<(), String> {
        if let [Job::Load { model, reply }] = jobs {
            let loaded = match (self.loader)(model, &self.device) {
                Ok(loaded) => self.warmed(loaded)?,
                Err(error) => Err(error),
            };
            // A caller that has gone away needs no answer.
            let _ = reply.send(loaded);
            return Ok(());
        }
        if let [Job::Help { party, index }] = jobs {
            party.work(*index);
            return Ok(());
        }
        let mut inputs = match jobs {
            [Job::Run(run)] => std::mem::take(&mut run.inputs),
            _ => jobs.iter().filter_map(Job::run).flat_map(|run| run.inputs.iter().copied()).collect(),
        };
        let Some(Job::Run(first)) = jobs.first() else { return Ok(()) };
        let len: usize = jobs.iter().map(Job::len).sum();
        let padded = self.batching.padded(len);
        inputs.resize(padded * first.model.target.len(), 0.0);
        let outputs = self.forward(&first.model, inputs, padded, len)?;
        let mut from = 0;
        for run in jobs.iter().filter_map(Job::run) {
            let part = outputs.iter().map(|output| output.rows(from, run.len)).collect();
            let _ = run.reply.send((run.part, Ok(part)));
            from += run.len;
        }
        Ok(())
    }

    /// The network after one run of every size, or why it can't be used; the outer error is a broken device.
    fn warmed(&self, model: Model) -> Result<Result<Arc<Model>, EngineError>, String> {
        for &len in self.batching.warm_up() {
            let answers = self.answers(&model, vec![0.0; len * model.target.len()], len)?;
            if let Err(error) = model.check(&answers, len) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(Arc::new(model)))
    }

    /// Runs `padded` inputs and returns what the first `len` of them gave.
    fn forward(
        &self,
        model: &Model,
        inputs: Vec<f32>,
        padded: usize,
        len: usize,
    ) -> Result<Vec<Tensor>, String> {
        let answers = self.answers(model, inputs, padded)?;
        model.check(&answers, padded).map_err(|error| error.to_string())?;
        let outputs = answers.into_iter().zip(&model.info.outputs).map(|(mut data, output)| {
            data.truncate(len * output.dims.iter().product::<usize>());
            Tensor { dims: [&[len], output.dims.as_slice()].concat(), data }
        });
        Ok(outputs.collect())
    }

    /// Runs `rows` inputs and returns the numbers of each output.
    fn answers(&self, model: &Model, inputs: Vec<f32>, rows: usize) -> Result<Vec<Vec<f32>>, String> {
        if let Some(program) = &model.program {
            return self.shared(program, inputs, rows);
        }
        let shape = [rows, 3, model.target.height, model.target.width];
        let input = burn::Tensor::<4>::from_data(TensorData::new(inputs, shape), &self.device);
        let outputs = model.network.forward(input);
        let read = outputs.into_iter().fold(Transaction::default(), Transaction::register);
        let read = read.try_execute().map_err(|error| format!("the device returned no result: {error}"))?;
        let numbers =
            |data: TensorData| data.try_into_vec().map_err(|error| format!("{}: {error:?}", model.info.name));
        read.into_iter().map(numbers).collect()
    }
}

impl Worker {
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

/// The words of a panic.
fn text(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    words
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a network panicked".to_owned())
}
