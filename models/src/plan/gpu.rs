//! A plan on a GPU: every launch, with its kernel, its parameters and its memory, is made once; a run encodes them into one
//! command buffer, submits it, and reads the answers when they are there.
//!
//! The kernels are WGSL, so that they run on Vulkan, Metal and DX12. Numbers are kept as `f32`, or as `f16` where that was
//! asked for and the adapter has it; sums are `f32`.

use std::sync::mpsc::{Receiver, sync_channel};

use super::Plan;

mod kernel;
mod launch;

use kernel::{Kernel, Kernels};
use launch::{Launch, Launches};

pub(crate) use kernel::{compiled, written_out};
pub use launch::Width;

/// A device on which plans run.
pub struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    precision: Precision,
    width: Width,
    kernels: Kernels,
}

/// How numbers are kept between two launches; sums are always of 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits.
    Full,
    /// 16 bits, where the device has them.
    Half,
}

/// Runs that may be under way at once: while one computes, the next is prepared.
pub const SLOTS: usize = 2;

/// Bytes that the words of a launch may take; devices align bindings to no more than this.
const WORDS_PITCH: usize = 256;

impl Gpu {
    /// Plans on an open device, with numbers of 32 bits where it has no others.
    pub fn new(device: wgpu::Device, queue: wgpu::Queue, precision: Precision, width: Width) -> Self {
        let precision = match device.features().contains(wgpu::Features::SHADER_F16) {
            true => precision,
            false => Precision::Full,
        };
        let kernels = Kernels::new(&device, precision);
        Self { device, queue, precision, width, kernels }
    }

    /// How this device really keeps numbers.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Compiles a plan for batches of up to `max` items, or as many as the device can hold.
    pub fn compile(&mut self, plan: &Plan, max: usize) -> Program {
        let Launches { launches, weights, arena_len } = Launches::of(plan);
        let number = self.precision.bytes();
        let limits = self.device.limits();
        let binding_max = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        let max = max.min(binding_max as usize / (4 * number * arena_len)).max(1);
        let storage = wgpu::BufferUsages::STORAGE;
        let arena = self.buffer("arena", 4 * number * arena_len * max, storage);
        let weights_buffer =
            self.buffer("weights", number * weights.len(), storage | wgpu::BufferUsages::COPY_DST);
        self.queue.write_buffer(&weights_buffer, 0, &self.numbers(&weights));
        let words = self.buffer(
            "words",
            WORDS_PITCH * launches.len(),
            wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        );
        for (at, launch) in launches.iter().enumerate() {
            self.queue.write_buffer(&words, (WORDS_PITCH * at) as u64, &launch.words.bytes());
        }
        let answer_lens = plan.answer_lens();
        let shared = Shared { arena, weights: weights_buffer, words };
        let input_len = plan.input().iter().product();
        let each: usize = answer_lens.iter().sum();
        let slots = (0..SLOTS).map(|_| self.slot(&shared, &launches, [input_len, each].map(|len| max * len)));
        let slots = slots.collect();
        let recipes = (1..=max).map(|items| self.recipe(&launches, items)).collect();
        Program { slots, next: 0, answer_lens, max, recipes }
    }

    /// What a batch of `items` launches; kernels that are new are compiled.
    fn recipe(&mut self, launches: &[Launch], items: usize) -> Recipe {
        let launch = |launch: &Launch| {
            let (kernel, groups) = launch.work.launched(items, self.width);
            (kernel, self.kernels.pipeline(kernel), groups)
        };
        launches.iter().map(launch).collect()
    }

    fn numbers(&self, numbers: &[f32]) -> Vec<u8> {
        match self.precision {
            Precision::Half => {
                numbers.iter().flat_map(|&number| half::f16::from_f32(number).to_le_bytes()).collect()
            }
            Precision::Full => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
        }
    }

    fn buffer(&self, label: &str, size: usize, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        let size = size.next_multiple_of(16).max(16) as u64;
        let descriptor =
            wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        self.device.create_buffer(&descriptor)
    }

    fn slot(&self, shared: &Shared, launches: &[Launch], [input, answers]: [usize; 2]) -> Slot {
        let written = wgpu::BufferUsages::COPY_DST;
        let input = self.buffer("input", 4 * input, wgpu::BufferUsages::STORAGE | written);
        let batch = self.buffer("batch", 4, wgpu::BufferUsages::UNIFORM | written);
        let read = self.buffer("read", 4 * answers, wgpu::BufferUsages::MAP_READ | written);
        let answers =
            self.buffer("answers", 4 * answers, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
        let bound = |at: usize| {
            let words = wgpu::BufferBinding {
                buffer: &shared.words,
                offset: (WORDS_PITCH * at) as u64,
                size: std::num::NonZeroU64::new(WORDS_PITCH as u64),
            };
            let resources = [
                shared.arena.as_entire_binding(),
                shared.weights.as_entire_binding(),
                wgpu::BindingResource::Buffer(words),
                batch.as_entire_binding(),
                answers.as_entire_binding(),
                input.as_entire_binding(),
            ];
            let entries: Vec<wgpu::BindGroupEntry<'_>> = (0_u32..)
                .zip(resources)
                .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
                .collect();
            self.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout: &self.kernels.bindings,
                entries: &entries,
            })
        };
        let bindings = (0..launches.len()).map(bound).collect();
        Slot { input, batch, answers, read, bindings }
    }

    /// Begins to run a program on `items` inputs, at most [`Program::max`], that `fill` brings into the batch.
    pub fn begin(
        &mut self,
        program: &mut Program,
        items: usize,
        fill: impl FnOnce(&mut Batch<'_, '_>),
    ) -> Pending {
        let recipe = &program.recipes[items - 1];
        let slot = &program.slots[program.next];
        program.next = (program.next + 1) % program.slots.len();
        self.queue.write_buffer(&slot.batch, 0, &(items as u32).to_le_bytes());
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        fill(&mut Batch { queue: &self.queue, pass: &mut pass, inputs: &slot.input });
        let mut before = None;
        for ((kernel, pipeline, [x, y, z]), bindings) in recipe.iter().zip(&slot.bindings) {
            if before != Some(*kernel) {
                pass.set_pipeline(pipeline);
                before = Some(*kernel);
            }
            pass.set_bind_group(0, bindings, &[]);
            pass.dispatch_workgroups(*x, *y, *z);
        }
        drop(pass);
        let size = (4 * items * program.answer_lens.iter().sum::<usize>()) as u64;
        encoder.copy_buffer_to_buffer(&slot.answers, 0, &slot.read, 0, size);
        let submission = self.queue.submit([encoder.finish()]);
        let (done, mapped) = sync_channel(1);
        slot.read.map_async(wgpu::MapMode::Read, ..size, move |result| {
            // whoever asked may be gone
            let _ = done.send(result);
        });
        let lens = program.answer_lens.iter().map(|len| items * len).collect();
        Pending { device: self.device.clone(), submission, mapped, read: slot.read.clone(), size, lens }
    }
}

impl Precision {
    /// The standard name of such numbers, for logs and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "f32",
            Self::Half => "f16",
        }
    }

    /// How far a plan's answers may be from Burn's in f32, in parts of an answer's largest number or of one. The networks
    /// delivered stay under 0.3 % with 16 bits; a plan that is wrong is off by far more than ten times that.
    pub(crate) fn apart_max(self) -> f32 {
        match self {
            Self::Full => 1e-4,
            Self::Half => 2e-2,
        }
    }

    /// Of one number.
    fn bytes(self) -> usize {
        match self {
            Self::Full => 4,
            Self::Half => 2,
        }
    }
}

struct Shared {
    arena: wgpu::Buffer,
    weights: wgpu::Buffer,
    words: wgpu::Buffer,
}

/// What one run needs for itself, so that another can be under way.
struct Slot {
    input: wgpu::Buffer,
    batch: wgpu::Buffer,
    answers: wgpu::Buffer,
    read: wgpu::Buffer,
    bindings: Vec<wgpu::BindGroup>,
}

/// The inputs of a run that begins.
///
/// # Shapes
/// `inputs`: `[n, 3, height, width]` numbers of 32 bits
pub struct Batch<'a, 'pass> {
    queue: &'a wgpu::Queue,
    /// What is launched here is done before the plan is.
    pub pass: &'a mut wgpu::ComputePass<'pass>,
    /// Where the inputs lie.
    pub inputs: &'a wgpu::Buffer,
}

impl Batch<'_, '_> {
    /// Writes inputs from the number `at` on.
    pub fn write(&mut self, at: usize, numbers: &[f32]) {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.queue.write_buffer(self.inputs, 4 * at as u64, &bytes);
    }
}

/// The launches of a batch of one size.
type Recipe = Vec<(Kernel, wgpu::ComputePipeline, [u32; 3])>;

/// A plan compiled for a device.
pub struct Program {
    slots: Vec<Slot>,
    next: usize,
    answer_lens: Vec<usize>,
    max: usize,
    /// Of batches of one, two and so on.
    recipes: Vec<Recipe>,
}

impl Program {
    /// Items that run at once.
    pub fn max(&self) -> usize {
        self.max
    }
}

/// Answers on their way.
pub struct Pending {
    device: wgpu::Device,
    submission: wgpu::SubmissionIndex,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
    read: wgpu::Buffer,
    size: u64,
    lens: Vec<usize>,
}

impl Pending {
    /// Waits for the answers: of each output, those of all items.
    ///
    /// # Errors
    /// What the device said instead.
    pub fn wait(self) -> Result<Vec<Vec<f32>>, String> {
        let submission_index = Some(self.submission);
        self.device
            .poll(wgpu::PollType::Wait { submission_index, timeout: None })
            .map_err(|error| format!("the device returned no result: {error}"))?;
        let mapped = self.mapped.recv().map_err(|error| error.to_string())?;
        mapped.map_err(|error| format!("the device's memory can't be read: {error}"))?;
        let view = self.read.get_mapped_range(..self.size).map_err(|error| error.to_string())?;
        let (words, _) = view.as_chunks::<4>();
        let mut numbers = words.iter().map(|word| f32::from_le_bytes(*word));
        let answers = self.lens.iter().map(|len| numbers.by_ref().take(*len).collect()).collect();
        drop(view);
        self.read.unmap();
        Ok(answers)
    }
}

#[cfg(test)]
mod tests;
