//! The signals to a command that runs until it is told to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGHUP, caught from the moment this exists.
pub(super) struct ReloadSignal(Signal);

impl ReloadSignal {
    /// Catches the signal from now on. Needs a runtime.
    pub(super) fn catch() -> std::io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }

    /// Ends when it came, also when it came before.
    pub(super) async fn came(&mut self) {
        let _ = self.0.recv().await;
    }
}

/// SIGINT and SIGTERM, caught from the moment this exists.
pub(super) struct StopSignal {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignal {
    /// Catches the signals from now on. Needs a runtime.
    pub(super) fn catch() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Ends when one of them came, also when it came before.
    pub(super) async fn came(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
