//! Keeps one camera running: opens its source, watches it, and opens it again when it fails.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::seat::Seat;
use super::{CameraError, CameraState};
use crate::devices;
use crate::ingest::{Fault, Ingest, Reporter, Signal};
use crate::source::{SourceKind, SourcePolicy};

/// A number in 0..1 that spreads retries; the caller decides how random it is.
pub type Jitter = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Opens the source of a camera.
pub(crate) type Open =
    Arc<dyn Fn(&Arc<Seat>, &SourcePolicy, Reporter) -> Result<Ingest, Fault> + Send + Sync>;

const SIGNALS_MAX: usize = 64;
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A source that has been stalled for this long is opened again.
const STALLED_MAX: Duration = Duration::from_secs(2);
/// A source that is late this long is opened again: that sheds the backlog, and forgives a camera that set its clock.
const LATE_MAX: Duration = Duration::from_secs(15);
/// After this long a source counts as good, and its next failure starts with a short delay.
const GOOD_AFTER: Duration = Duration::from_secs(5);

/// The thread that looks after one camera. Dropping it stops the camera.
pub(crate) struct Supervisor {
    signals: SyncSender<(u32, Signal)>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    pub(crate) fn start(
        seat: Arc<Seat>,
        policy: Arc<SourcePolicy>,
        jitter: Jitter,
    ) -> Result<Supervisor, CameraError> {
        Self::start_with(seat, policy, jitter, Arc::new(Ingest::open))
    }

    /// As [`Self::start`], with another way to open the source.
    pub(crate) fn start_with(
        seat: Arc<Seat>,
        policy: Arc<SourcePolicy>,
        jitter: Jitter,
        open: Open,
    ) -> Result<Supervisor, CameraError> {
        let (signals, inbox) = sync_channel(SIGNALS_MAX);
        let watch = Watch { seat, policy, jitter, open, signals: signals.clone(), inbox, attempt: 0 };
        let name = format!("cam-{}", watch.seat.id());
        let thread = std::thread::Builder::new()
            .name(name)
            .spawn(move || watch.run())
            .map_err(|error| CameraError::Machine(format!("no thread for the camera: {error}")))?;
        Ok(Supervisor { signals, thread: Some(thread) })
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // Blocks only while the inbox is full; the supervisor empties it all the time.
        let _ended_already = self.signals.send((0, Signal::Stop));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("a camera supervisor panicked");
        }
    }
}

struct Watch {
    seat: Arc<Seat>,
    policy: Arc<SourcePolicy>,
    jitter: Jitter,
    open: Open,
    signals: SyncSender<(u32, Signal)>,
    inbox: Receiver<(u32, Signal)>,
    /// Signals carry it, so that those of a closed source are told apart.
    attempt: u32,
}

/// How watching an opened source ended.
enum End {
    Stop,
    Fault(Fault),
}

impl Watch {
    fn run(mut self) {
        let mut backoff = Backoff::default();
        let _plugs = self.plugs();
        loop {
            self.attempt += 1;
            self.seat.opened(Instant::now(), self.attempt > 1);
            let fault = match self.attend() {
                End::Stop => return,
                End::Fault(fault) => fault,
            };
            self.seat.enter(fault.state, &fault.reason);
            if self.seat.shown_for() > GOOD_AFTER {
                backoff.reset();
            }
            let delay =
                backoff.next(fault.permanent, (self.jitter)()).min(self.seat.config().source.retry_max());
            tracing::debug!(camera = %self.seat.id(), ?delay, reason = fault.reason, "source closed, opened again later");
            if self.stopped_within(delay) {
                return;
            }
        }
    }

    /// Has a local camera hear of every one that is plugged in or out.
    fn plugs(&self) -> Option<devices::Watch> {
        let local = self.seat.config().source.kind() == SourceKind::Device;
        let reporter = Reporter::new(0, self.signals.clone());
        local.then(|| devices::Watch::start(move || reporter.tell(Signal::Plugged))).flatten()
    }

    /// Opens the source and watches it until it fails or is to stop.
    fn attend(&self) -> End {
        let reporter = Reporter::new(self.attempt, self.signals.clone());
        let mut ingest = match (self.open)(&self.seat, &self.policy, reporter) {
            Ok(ingest) => ingest,
            Err(fault) => return End::Fault(fault),
        };
        loop {
            match self.inbox.recv_timeout(LOOK_EVERY) {
                Ok((_, Signal::Stop)) | Err(RecvTimeoutError::Disconnected) => return End::Stop,
                Ok((attempt, signal)) if attempt == self.attempt || matches!(signal, Signal::Plugged) => {
                    if let Err(fault) = ingest.on_signal(signal) {
                        return End::Fault(fault);
                    }
                }
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(fault) = self.look(Instant::now()) {
                return End::Fault(fault);
            }
        }
    }

    /// Takes the state from the pictures; a fault when the source must be opened again.
    fn look(&self, now: Instant) -> Option<Fault> {
        let state = self.seat.health(now);
        match state {
            // Said once, when the camera was added: between retries the failure stays visible.
            CameraState::Connecting => {}
            CameraState::Offline => return Some(Fault::offline("no picture within ten seconds")),
            CameraState::Stalled => {
                self.seat.enter(state, "no picture for two seconds");
                if self.seat.overdue(now) > STALLED_MAX {
                    return Some(Fault {
                        state,
                        reason: "no picture for four seconds".into(),
                        permanent: false,
                    });
                }
            }
            CameraState::Throttled => {
                self.seat.enter(state, state.advice());
                if self.seat.late_for() > LATE_MAX {
                    return Some(Fault { state, reason: state.advice().into(), permanent: false });
                }
            }
            state => self.seat.enter(state, state.advice()),
        }
        None
    }

    /// Waits before the next attempt; true when the camera is to stop.
    fn stopped_within(&self, delay: Duration) -> bool {
        let until = Instant::now() + delay;
        loop {
            match self.inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((_, Signal::Stop)) | Err(RecvTimeoutError::Disconnected) => return true,
                // It may be this one.
                Ok((_, Signal::Plugged)) | Err(RecvTimeoutError::Timeout) => return false,
                Ok(_) => {}
            }
        }
    }
}
