//! A farm of simulated cameras and the cameras that watch it.
#![allow(clippy::print_stdout, reason = "a skipped test says why")]

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use pipeline::camera::{CameraConfig, CameraEvent, CameraId, CameraState, Cameras, CamerasOptions};
use pipeline::frame::Frame;
use pipeline::simulate::{Clip, ClipOptions, Mount, MountOptions, RtspFarm, SimulateError};
use pipeline::source::{SourcePolicy, SourceUrl};
use pipeline::still::Still;
use tokio::sync::broadcast;

/// Slow machines run many tests at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Bench {
    pub(crate) cameras: Cameras,
    pub(crate) frames: Receiver<Arc<Frame>>,
    events: broadcast::Receiver<CameraEvent>,
    clock: tokio::runtime::Runtime,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench::with(SourcePolicy { loopback: true, ..SourcePolicy::default() })
    }

    pub(crate) fn with(policy: SourcePolicy) -> Bench {
        let (sender, frames) = sync_channel(4);
        let sink = move |frame| drop(sender.try_send(frame));
        let options = CamerasOptions { policy, cameras_max: 16, jitter: Arc::new(|| 0.0) };
        let cameras = Cameras::new(options, Arc::new(sink));
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let events = cameras.events();
        Bench { cameras, frames, events, clock }
    }

    pub(crate) fn add(&self, name: &str, source: &str) -> CameraId {
        self.add_with(name, source, |_| {})
    }

    pub(crate) fn add_with(
        &self,
        name: &str,
        source: &str,
        change: impl FnOnce(&mut CameraConfig),
    ) -> CameraId {
        let mut config = CameraConfig {
            id: name.parse().expect("a camera name"),
            source: SourceUrl::parse(source).expect("a source"),
            decode: Default::default(),
            analysed_fps_max: 30,
            frozen_after_ms: 60_000,
            loop_s_max: 0,
            view: Default::default(),
            idle: Default::default(),
        };
        change(&mut config);
        let id = config.id.clone();
        self.cameras.add(config).expect("the camera is added");
        id
    }

    /// Waits until the camera enters the state; returns how long that took.
    pub(crate) fn wait_for(&mut self, id: &CameraId, wanted: CameraState) -> Duration {
        let begun = Instant::now();
        let mut seen = Vec::new();
        loop {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            let next = self.clock.block_on(async { tokio::time::timeout(left, self.events.recv()).await });
            let Ok(event) = next else {
                panic!("{id} did not become {}; it was {seen:?}", wanted.name());
            };
            let event = event.expect("the cameras run, and tests keep up");
            if event.camera == *id && event.to == Some(wanted) {
                return begun.elapsed();
            }
            seen.push((event.to.map(CameraState::name), event.reason));
        }
    }

    pub(crate) fn frame(&self) -> Arc<Frame> {
        self.frames.recv_timeout(PATIENCE).expect("a picture")
    }

    /// Takes pictures, if there are any, for so long.
    pub(crate) fn let_pass(&self, time: Duration) {
        let begun = Instant::now();
        while let Some(left) = time.checked_sub(begun.elapsed()) {
            // None comes from a camera that is dark or away.
            let _picture = self.frames.recv_timeout(left);
        }
    }

    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        let timed = self.clock.block_on(async { tokio::time::timeout(PATIENCE, work).await });
        timed.expect("it ends in time")
    }
}

/// A colourful still without a face.
pub(crate) fn portrait() -> Still {
    let rgb = (0..180 * 240).flat_map(|i: u32| [(i % 180) as u8, (i / 180) as u8, 90]).collect();
    Still::from_rgb(180, 240, rgb).expect("pixels")
}

/// Ten seconds at 640 x 480, encoded once for each process; `None`, after saying so, where that cannot be done.
pub(crate) fn clip() -> Option<Clip> {
    static CLIP: OnceLock<Option<Clip>> = OnceLock::new();
    CLIP.get_or_init(|| or_skip(Clip::encode(&[portrait()], &ClipOptions::default()))).clone()
}

pub(crate) fn or_skip<T>(made: Result<T, SimulateError>) -> Option<T> {
    match made {
        Ok(made) => Some(made),
        Err(SimulateError::Missing(element)) => {
            println!("SKIP(the GStreamer element {element} is not installed)");
            None
        }
        Err(error) => panic!("no simulated camera: {error}"),
    }
}

/// A farm with one open camera.
pub(crate) fn farm() -> Option<(RtspFarm, Mount)> {
    let clip = clip()?;
    let farm = RtspFarm::start().expect("the farm starts");
    let mount = or_skip(farm.mount("door", &clip, &MountOptions::default()))?;
    Some((farm, mount))
}
