//! A plan's steps as launches of kernels: where each finds its numbers and its parameters.

use super::kernel::{Kernel, THREADS};
use crate::net::flow::{Doubling, Pool};
use crate::plan::{Arena, Filter, Op, Plan, Shape, Step, Value};

/// What a launch tells its kernel, in the order of the kernels' `Step`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Words {
    source: usize,
    around: usize,
    goal: usize,
    weights: usize,
    bias: usize,
    slope: usize,
    source_size: [usize; 2],
    source_fours: usize,
    goal_size: [usize; 2],
    goal_fours: usize,
    around_size: [usize; 2],
    around_fours: usize,
    source_channels: usize,
    goal_channels: usize,
    kernel: [usize; 2],
    stride: usize,
    before: [usize; 2],
    first: usize,
    flag: bool,
    answer_len: usize,
}

impl Words {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let words = [
            &[self.source, self.around, self.goal, self.weights, self.bias, self.slope][..],
            &self.source_size,
            &[self.source_fours],
            &self.goal_size,
            &[self.goal_fours],
            &self.around_size,
            &[self.around_fours, self.source_channels, self.goal_channels],
            &self.kernel,
            &[self.stride],
            &self.before,
            &[self.first, usize::from(self.flag), self.answer_len],
        ];
        words.concat().into_iter().flat_map(|word| (word as u32).to_le_bytes()).collect()
    }
}

/// What a kernel has to do for one item, and how many threads that takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Work {
    /// A convolution: places, fours of channels of the target, and terms of each sum.
    Sums { places: usize, fours: usize, terms: usize, window: Option<bool> },
    /// So many threads of a kernel.
    Threads(Kernel, usize),
    /// A workgroup for each of so many fours of channels.
    Means(usize),
}

/// A launch of a kernel.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    pub(super) work: Work,
    pub(super) words: Words,
}

/// What it takes to fill a device.
#[derive(Debug, Clone, Copy)]
pub struct Width {
    /// Threads of a launch; with fewer its sums are sliced.
    threads: usize,
    /// Workgroups of tiles; with fewer, smaller tiles are taken.
    tiles: usize,
}

impl Width {
    /// Of a graphics card.
    pub const HARDWARE: Self = Self { threads: 16_384, tiles: 128 };
    /// Of a processor that plays one.
    pub const SOFTWARE: Self = Self { threads: 64, tiles: 1 };
}

/// Workgroups along one dimension of a launch.
const GROUPS_MAX: usize = 65_535;

impl Work {
    /// The kernel for a batch of `items`, and its workgroups.
    pub(super) fn launched(self, items: usize, width: Width) -> (Kernel, [u32; 3]) {
        let groups = |count: usize| {
            let rows = count.div_ceil(GROUPS_MAX).max(1);
            [count.div_ceil(rows) as u32, rows as u32, 1]
        };
        match self {
            Self::Threads(kernel, threads) => (kernel, groups((items * threads).div_ceil(THREADS))),
            Self::Means(fours) => (Kernel::Means, [fours as u32, items as u32, 1]),
            Self::Sums { places, fours, terms, window } => {
                let rows = items * places;
                if let Some(window) = window {
                    for (tile_rows, tile_fours) in [(8, 2), (4, 1)] {
                        let tiles = [fours.div_ceil(8 * tile_fours), rows.div_ceil(8 * tile_rows)];
                        if tiles[0] * tiles[1] >= width.tiles && 2 * fours > 8 * tile_fours {
                            let kernel = Kernel::Tiles { window, rows: tile_rows, fours: tile_fours };
                            return (kernel, [tiles[0] as u32, tiles[1] as u32, 1]);
                        }
                    }
                }
                let wanted = width.threads.div_ceil(rows * fours).min(terms.div_ceil(2)).max(1);
                // the power of two below
                let slices = (1 << wanted.ilog2()).min(32);
                let kernel = match window {
                    Some(window) => Kernel::Thin { window, slices },
                    None => Kernel::Filter { slices },
                };
                (kernel, groups((rows * fours).div_ceil(THREADS / slices)))
            }
        }
    }
}

/// The launches of a plan and what they read.
pub(super) struct Launches {
    pub(super) launches: Vec<Launch>,
    /// Numbers, in fours, for all launches.
    pub(super) weights: Vec<f32>,
    /// Fours of numbers in the arena, for one item.
    pub(super) arena_len: usize,
}

impl Launches {
    pub(super) fn of(plan: &Plan) -> Self {
        let arena = Arena::of(plan, |value| stored(plan.shape(value)));
        let mut packer = Packer { plan, arena: &arena, launches: Vec::new(), weights: Vec::new() };
        packer.take();
        plan.steps.iter().for_each(|step| packer.step(step));
        packer.emit();
        let Packer { launches, weights, .. } = packer;
        Self { launches, weights, arena_len: arena.len }
    }
}

/// Fours of numbers that a value takes.
fn stored([channels, rows, columns]: Shape) -> usize {
    channels.div_ceil(4) * rows * columns
}

struct Packer<'a> {
    plan: &'a Plan,
    arena: &'a Arena,
    launches: Vec<Launch>,
    weights: Vec<f32>,
}

impl Packer<'_> {
    fn launch(&mut self, kernel: Kernel, words: Words) {
        let threads = words.goal_size[0] * words.goal_size[1] * words.goal_fours;
        self.launches.push(Launch { work: Work::Threads(kernel, threads), words });
    }

    /// Words that say where a value comes from, where another goes to, and their shapes.
    fn words(&self, source: Value, goal: Value) -> Words {
        let ([channels, rows, columns], [goal_channels, goal_rows, goal_columns]) =
            (self.plan.shape(source), self.plan.shape(goal));
        Words {
            source: self.arena.offsets[source.0],
            source_size: [rows, columns],
            source_fours: channels.div_ceil(4),
            source_channels: channels,
            goal: self.arena.offsets[goal.0],
            goal_size: [goal_rows, goal_columns],
            goal_fours: goal_channels.div_ceil(4),
            goal_channels,
            stride: 1,
            ..Words::default()
        }
    }

    fn beside(&self, words: Words, around: Option<Value>) -> Words {
        let Some(around) = around else { return words };
        let [channels, rows, columns] = self.plan.shape(around);
        Words {
            around: self.arena.offsets[around.0],
            around_size: [rows, columns],
            around_fours: channels.div_ceil(4),
            ..words
        }
    }

    fn take(&mut self) {
        let words = self.words(Value(0), Value(0));
        self.launch(Kernel::Take, words);
    }

    fn step(&mut self, step: &Step) {
        let words = self.words(step.from[0], step.to);
        let with_other = |packer: &Self| packer.beside(words, step.from.get(1).copied());
        match &step.op {
            Op::Filter(filter) => {
                let words = with_other(self);
                self.filter(filter, words);
            }
            Op::Pool(pool) => {
                let (side, stride, flag) = match *pool {
                    Pool::Max { side, stride, .. } => (side, stride, false),
                    Pool::Mean2 => (2, 2, true),
                };
                self.launch(Kernel::Pool, Words { kernel: [side; 2], stride, flag, ..words });
            }
            Op::Double(how) => {
                self.launch(Kernel::Double, Words { flag: *how == Doubling::Bilinear, ..words });
            }
            Op::Add { relu } => {
                let words = Words { flag: *relu, ..with_other(self) };
                self.launch(Kernel::Add, words);
            }
            Op::Gate => {
                let words = with_other(self);
                self.launch(Kernel::Gate, words);
            }
            Op::Means => self.launches.push(Launch { work: Work::Means(words.goal_fours), words }),
            Op::Softmax => self.launch(Kernel::Softmax, words),
            Op::ByColumn => self.launch(Kernel::Column, words),
            Op::Join => {
                let mut first = 0;
                for &part in &step.from {
                    let words = Words { first, ..self.words(part, step.to) };
                    first += words.source_channels;
                    self.launch(Kernel::Join, words);
                }
            }
        }
    }

    fn filter(&mut self, filter: &Filter, words: Words) {
        let (fours, outputs) = (words.goal_fours, words.goal_channels);
        let slopes: Vec<f32> = (0..outputs).map(|channel| filter.below.slope(channel)).collect();
        let words = Words {
            weights: self.weights.len() / 4,
            kernel: filter.kernel,
            stride: filter.stride,
            before: filter.before,
            ..words
        };
        let terms = match filter.per_channel {
            true => self.pack_per_channel(filter, fours),
            false => self.pack_dense(filter, words.source_channels, fours),
        };
        let bias = self.pack(&filter.bias);
        let slope = self.pack(&slopes);
        let pointwise = filter.kernel == [1; 2] && filter.stride == 1;
        let window = (!filter.per_channel).then_some(!pointwise);
        let places = words.goal_size.iter().product();
        let work = Work::Sums { places, fours, terms, window };
        self.launches.push(Launch { work, words: Words { bias, slope, ..words } });
    }

    /// One number per channel, filled up to a whole four with zeros; where they lie.
    fn pack(&mut self, numbers: &[f32]) -> usize {
        let at = self.weights.len() / 4;
        self.weights.extend(numbers);
        self.weights.resize(self.weights.len().next_multiple_of(4), 0.0);
        at
    }

    /// Tap by tap, the weights of all channels; how many taps.
    fn pack_per_channel(&mut self, filter: &Filter, fours: usize) -> usize {
        let taps = filter.taps();
        for tap in 0..taps {
            let channels = filter.weights.chunks_exact(taps).map(|weights| weights[tap]);
            self.weights.extend(channels.chain(std::iter::repeat(0.0)).take(4 * fours));
        }
        taps
    }

    /// Tap by tap, input by input, the weights of all outputs; how many fours of inputs and taps.
    fn pack_dense(&mut self, filter: &Filter, inputs: usize, fours: usize) -> usize {
        let (taps, source_fours) = (filter.taps(), inputs.div_ceil(4));
        for tap in 0..taps {
            for input in 0..4 * source_fours {
                let of_output = |output: &[f32]| match input < inputs {
                    true => output[input * taps + tap],
                    false => 0.0,
                };
                let outputs = filter.weights.chunks_exact(inputs * taps).map(of_output);
                self.weights.extend(outputs.chain(std::iter::repeat(0.0)).take(4 * fours));
            }
        }
        taps * source_fours
    }

    fn emit(&mut self) {
        let mut answered = 0;
        for answer in &self.plan.answers {
            let len: usize = answer.parts.iter().map(|part| self.plan.len(*part)).sum();
            let mut first = 0;
            for &part in &answer.parts {
                let words = Words {
                    goal: answered,
                    first,
                    flag: answer.sigmoid,
                    answer_len: len,
                    ..self.words(part, part)
                };
                first += self.plan.len(part);
                let work = Work::Threads(Kernel::Emit, self.plan.len(part));
                self.launches.push(Launch { work, words });
            }
            answered += len;
        }
    }
}
