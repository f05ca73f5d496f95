//! Times the default chain of networks on this machine: what `facepay bench vision` prints.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{Engine, EngineError, Picture, PixelFormat, Region, Warp};

/// The networks of the default chain by stage, and how many regions of each one face costs.
pub(super) const STAGES: [(&str, &str, usize); 4] = [
    ("detection", "blazeface-full-range", 1),
    ("mesh", "face-mesh", 1),
    ("liveness", "minifasnet-v1se", 2),
    ("embedding", "mobilefacenet-512", 1),
];

/// A network that could stand in for one of the chain, timed beside it.
const BESIDE: (&str, &str, usize) = ("embedding-192", "mobilefacenet-192", 1);

/// Median and 95th percentile of the wall time of one stage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Percentiles {
    /// Half of the rounds were faster.
    pub p50_ms: f64,
    /// 95 of 100 rounds were faster.
    pub p95_ms: f64,
}

/// One face through all stages, and how many faces a second when every engine thread is busy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ChainFigures {
    /// Half of the rounds were faster.
    pub p50_ms: f64,
    /// 95 of 100 rounds were faster.
    pub p95_ms: f64,
    /// Faces a second with one caller per engine thread, on a GPU with eight callers.
    pub faces_per_second: f64,
}

/// What the chain costs here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BenchReport {
    /// The adapter's or the CPU's name.
    pub device: String,
    /// what computes: `vulkan`, or the CPU's instructions.
    pub backend: String,
    /// How numbers are kept between two steps: `f32` or `f16`.
    pub precision: &'static str,
    /// Threads that run networks.
    pub threads: usize,
    /// Faces per round.
    pub batch: usize,
    /// Rounds: so many samples each figure is of.
    pub rounds: usize,
    /// What warps: `host` or `device`.
    pub warp: &'static str,
    /// By stage, warp included; `warp` alone is what callers' threads spend on all regions of one round, which is to carry the
    /// picture where the device warps. `embedding-192` is not of the chain:
    /// it is what another recogniser in the place of `embedding` would cost.
    pub stages: BTreeMap<&'static str, Percentiles>,
    /// All stages one after another.
    pub chain: ChainFigures,
}

/// Times every stage on `iterations` rounds of `batch` faces in a 640×480 picture.
///
/// The picture is noise: these networks do the same work whatever they see.
///
/// # Errors
/// The engine's own; [`EngineError::UnknownModel`] when the manifest lacks a network of the chain.
pub fn bench(engine: &Engine, iterations: usize, batch: usize) -> Result<BenchReport, EngineError> {
    let (iterations, batch) = (iterations.max(1), batch.max(1));
    let frame = Frame::noise();
    let mut stages = BTreeMap::new();
    let mut chain = vec![Duration::ZERO; iterations];
    stages.insert("warp", percentiles(warps(engine, &frame, iterations, batch)?));
    for (stage, model, crops) in STAGES {
        let times = rounds(engine, &frame, iterations, (model, crops * batch))?;
        chain.iter_mut().zip(&times).for_each(|(total, time)| *total += *time);
        stages.insert(stage, percentiles(times));
    }
    let (stage, model, crops) = BESIDE;
    stages.insert(stage, percentiles(rounds(engine, &frame, iterations, (model, crops * batch))?));
    let Percentiles { p50_ms, p95_ms } = percentiles(chain);
    let device = engine.device();
    Ok(BenchReport {
        device: device.adapter.clone(),
        backend: device.backend.clone(),
        precision: device.precision.as_str(),
        warp: device.warp.as_str(),
        threads: device.threads,
        batch,
        rounds: iterations,
        stages,
        chain: ChainFigures { p50_ms, p95_ms, faces_per_second: throughput(engine, iterations, batch)? },
    })
}

/// The times of a network's rounds of `count` regions, warp included.
fn rounds(
    engine: &Engine,
    frame: &Frame,
    iterations: usize,
    (model, count): (&str, usize),
) -> Result<Vec<Duration>, EngineError> {
    let regions = frame.regions(engine, model, count)?;
    engine.run(model, &[frame.picture()], &regions)?;
    let round = |_| {
        let start = Instant::now();
        engine.run(model, &[frame.picture()], &regions)?;
        Ok(start.elapsed())
    };
    (0..iterations).map(round).collect()
}

/// The time that warping all regions of a round takes, without the networks.
fn warps(
    engine: &Engine,
    frame: &Frame,
    iterations: usize,
    batch: usize,
) -> Result<Vec<Duration>, EngineError> {
    let mut times = vec![Duration::ZERO; iterations];
    let seen = &[frame.picture()];
    for (_, name, crops) in STAGES {
        let regions = frame.regions(engine, name, crops * batch)?;
        let model = engine.model(name)?;
        for time in &mut times {
            let start = Instant::now();
            std::hint::black_box(engine.inputs(&model, seen, &regions, &mut [None]));
            *time += start.elapsed();
            if engine.device().warp == Warp::Device {
                // What was carried piles up until something is run.
                engine.run(name, seen, &regions)?;
            }
        }
    }
    Ok(times)
}

/// Faces a second with all threads busy.
fn throughput(engine: &Engine, iterations: usize, batch: usize) -> Result<f64, EngineError> {
    let callers = if engine.inner.batching.gathers { 8 } else { engine.device().threads };
    let start = Instant::now();
    std::thread::scope(|scope| {
        let round = || {
            // Of its own: callers that look at one picture would carry it once for all.
            let frame = Frame::noise();
            let seen = &[frame.picture()];
            let face = || {
                STAGES.iter().try_for_each(|(_, model, crops)| {
                    let regions = frame.regions(engine, model, crops * batch)?;
                    engine.run(model, seen, &regions).map(drop)
                })
            };
            (0..iterations).try_for_each(|_| engine.keeping(seen, face))
        };
        let threads: Vec<_> = (0..callers).map(|_| scope.spawn(round)).collect();
        let died = |_| EngineError::Failed { reason: "a benchmark thread panicked".to_owned() };
        threads.into_iter().try_for_each(|thread| thread.join().map_err(died).flatten())
    })?;
    Ok((callers * iterations * batch) as f64 / start.elapsed().as_secs_f64())
}

fn percentiles(mut times: Vec<Duration>) -> Percentiles {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    Percentiles { p50_ms: at(50), p95_ms: at(95) }
}

/// A camera frame of noise, I420.
struct Frame {
    samples: Vec<u8>,
}

impl Frame {
    const SIZE: [u32; 2] = [640, 480];

    fn noise() -> Self {
        let mut state = 1_u32;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        Self { samples: (0..640 * 480 * 3 / 2).map(next).collect() }
    }

    fn picture(&self) -> Picture<'_> {
        let (luma, chroma) = self.samples.split_at(640 * 480);
        let (blue, red) = chroma.split_at(320 * 240);
        Picture {
            width: Self::SIZE[0],
            height: Self::SIZE[1],
            format: PixelFormat::I420,
            planes: [luma, blue, red],
            strides: [640, 320, 320],
            full_range: false,
            bt709: false,
        }
    }

    fn regions(&self, engine: &Engine, model: &str, count: usize) -> Result<Vec<Region>, EngineError> {
        let info = engine.open(model)?;
        Ok(vec![Region::letterbox(0, Self::SIZE, [info.input_width, info.input_height]); count])
    }
}
