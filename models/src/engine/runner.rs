//! How a network is run: by a plan compiled for the device where that agrees with Burn, else by Burn itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::tensor::{Device, TensorData, Transaction};

use super::inputs::Inputs;
use super::warp::{Target, Warper};
use crate::net::Network;
use crate::plan::gpu::{self, Gpu, Pending, Precision};
use crate::plan::{cpu, record};
use crate::verify::answer;

/// What networks are made ready for.
pub(super) struct Machine {
    /// Where Burn runs them.
    pub(super) burn: Device,
    /// The same device for plans, when it is a GPU.
    pub(super) gpu: Option<Arc<Mutex<Gpu>>>,
    /// Warps on that GPU, where it is to.
    pub(super) warper: Option<Arc<Warper>>,
    /// Inputs of the largest batch.
    pub(super) batch_max: usize,
}

/// A plan on a GPU. An object, so that nobody has to look through all of wgpu to see that an engine can be shared.
pub(super) trait OnGpu: Send + Sync {
    /// Begins to run inputs of `target`, one behind another, `rows` in all: at most [`OnGpu::max`].
    fn begin(&self, target: &Target, inputs: &[&Inputs], rows: usize) -> Pending;

    /// Inputs that run at once.
    fn max(&self) -> usize;
}

/// Locked by the one thread that such an engine has.
struct Planned {
    gpu: Arc<Mutex<Gpu>>,
    warper: Option<Arc<Warper>>,
    program: Mutex<gpu::Program>,
}

impl OnGpu for Planned {
    fn begin(&self, target: &Target, inputs: &[&Inputs], rows: usize) -> Pending {
        locked(&self.gpu).begin(&mut locked(&self.program), rows, |batch| {
            let (mut item, mut seen) = (0, Vec::new());
            for inputs in inputs {
                match inputs {
                    Inputs::Numbers(numbers) => batch.write(item * target.len(), numbers),
                    Inputs::Seen(regions) => seen.extend((item..).zip(regions)),
                }
                item += inputs.rows(target);
            }
            if let Some(warper) = &self.warper {
                warper.fill(batch.pass, batch.inputs, target, &seen);
            }
        })
    }

    fn max(&self) -> usize {
        locked(&self.program).max()
    }
}

/// A network made ready.
pub(super) enum Runner {
    /// By a plan on the CPU.
    Cpu(Arc<cpu::Program>),
    /// By a plan on a GPU.
    Gpu(Box<dyn OnGpu>),
    /// By Burn, where it was loaded.
    Burn(Box<dyn Network>),
}

impl Runner {
    /// Compiles the network's plan and holds its answer to one input against Burn's. `None` when it has no steps to plan,
    /// or when the plan answers something else, which is logged.
    ///
    /// # Errors
    /// What the device said instead of answering.
    pub(super) fn planned(
        name: &str,
        network: &dyn Network,
        machine: &Machine,
    ) -> Result<Option<Self>, String> {
        let Some(plan) = record(network) else { return Ok(None) };
        let input: Vec<f32> =
            (0..network.input().iter().product()).map(|at: usize| (at as f32 * 0.7).sin()).collect();
        let (runner, found, precision) = match &machine.gpu {
            Some(gpu) => {
                let precision = locked(gpu).precision();
                let program = Mutex::new(locked(gpu).compile(&plan, machine.batch_max));
                let planned = Planned { gpu: Arc::clone(gpu), warper: machine.warper.clone(), program };
                let found = locked(gpu)
                    .begin(&mut locked(&planned.program), 1, |batch| batch.write(0, &input))
                    .wait()?;
                (Self::Gpu(Box::new(planned)), found, precision)
            }
            None => {
                let Some(program) = cpu::Program::compile(&plan) else { return Ok(None) };
                let found = program.run(&input, 1);
                (Self::Cpu(Arc::new(program)), found, Precision::Full)
            }
        };
        let expected = answer(network, input, &Device::flex());
        if agree(&found, &expected, precision.apart_max()) {
            return Ok(Some(runner));
        }
        tracing::error!(network = name, "the plan of a network doesn't answer as Burn does, so Burn runs it");
        Ok(None)
    }

    /// Inputs of the largest batch.
    pub(super) fn batch_max(&self, machine: &Machine) -> usize {
        match self {
            Self::Gpu(planned) => planned.max().min(machine.batch_max),
            Self::Cpu(_) | Self::Burn(_) => machine.batch_max,
        }
    }
}

/// Burn's answers to `rows` inputs of `size` pixels.
///
/// # Errors
/// What the device said instead of answering.
pub(super) fn burns(
    network: &dyn Network,
    inputs: Vec<f32>,
    [rows, height, width]: [usize; 3],
    device: &Device,
) -> Result<Vec<Vec<f32>>, String> {
    let input = burn::Tensor::<4>::from_data(TensorData::new(inputs, [rows, 3, height, width]), device);
    let outputs = network.forward(input);
    let read = outputs.into_iter().fold(Transaction::default(), Transaction::register);
    let read = read.try_execute().map_err(|error| format!("the device returned no result: {error}"))?;
    read.into_iter().map(|data| data.try_into_vec().map_err(|error| format!("{error:?}"))).collect()
}

/// Whether answers are at most so far apart, in parts of an answer's largest number or of one.
fn agree(found: &[Vec<f32>], expected: &[Vec<f32>], apart_max: f32) -> bool {
    let near = |(found, expected): (&Vec<f32>, &Vec<f32>)| {
        let largest = expected.iter().fold(1.0_f32, |largest, number| largest.max(number.abs()));
        let mut pairs = found.iter().zip(expected);
        found.len() == expected.len() && pairs.all(|(one, other)| (one - other).abs() <= apart_max * largest)
    };
    found.len() == expected.len() && found.iter().zip(expected).all(near)
}

/// What a lock guards, also when a thread that held it panicked: the engine is broken then, and nothing is run any more.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
