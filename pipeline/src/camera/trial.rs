//! Opens a source once to see what it delivers: what an installer does before adding a camera.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::identity::Pin;
use super::seat::{Outlets, Seat};
use super::{CameraConfig, CameraError, CameraId, CameraReport, CameraState, ViewOptions};
use crate::ingest::{Fault, Ingest, Reporter, Signal};
use crate::meter::Unmetered;
use crate::source::{SourceKind, SourcePolicy, SourceUrl};

/// So long the rate is measured.
const MEASURED: Duration = Duration::from_millis(1_500);
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(crate) fn run(
    source: &SourceUrl,
    policy: &SourcePolicy,
    within: Duration,
) -> Result<CameraReport, CameraError> {
    if source.kind() == SourceKind::Push {
        return Err(CameraError::Config("pictures are pushed to such a camera: there is nothing to open"));
    }
    let config = CameraConfig {
        id: CameraId::trial(),
        source: source.clone(),
        decode: Default::default(),
        analysed_fps_max: 1,
        frozen_after_ms: 600_000,
        loop_s_max: 0,
        view: ViewOptions::default(),
        idle: Default::default(),
    };
    let begun = Instant::now();
    let outlets = Outlets::new(Arc::new(drop), Arc::new(Unmetered));
    let seat = Arc::new(Seat::new(config, Pin::default(), outlets, begun));
    let (signals, inbox) = sync_channel(64);
    let failed = |fault: Fault| CameraError::Failed { state: fault.state, reason: fault.reason };
    let mut ingest = Ingest::open(&seat, policy, Reporter::new(1, signals)).map_err(failed)?;

    let mut first_frame: Option<Duration> = None;
    loop {
        match inbox.recv_timeout(LOOK_EVERY) {
            Ok((_, Signal::Ended)) if first_frame.is_some() => break,
            Ok((_, signal)) => ingest.on_signal(signal).map_err(failed)?,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        let waited = begun.elapsed();
        if first_frame.is_none() && seat.silence(Instant::now()).is_some() {
            first_frame = Some(waited);
        }
        if first_frame.is_some_and(|first| waited > first + MEASURED) || waited > within {
            break;
        }
    }
    let status = seat.status(Instant::now());
    let state = CameraState::Offline;
    let first_frame = first_frame.ok_or_else(|| CameraError::Failed {
        state,
        reason: "no picture within the time given".to_owned(),
    })?;
    Ok(CameraReport {
        codec: status.codec,
        width: status.width,
        height: status.height,
        fps: status.fps,
        decoder: status.decoder,
        first_frame,
    })
}
