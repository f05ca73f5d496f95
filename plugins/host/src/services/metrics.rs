//! The host's metrics behind the C table: a plugin defines each once, and records by its handle.

use std::sync::{Arc, Mutex, PoisonError};

use plugin_sdk::Error;
use plugin_sdk::abi::{self, fp_host, fp_status};

use super::{HostServices, contain};
use crate::metrics::{Board, Definition, MetricsBook, Seat};

/// Most bounds that are read of a definition: more than any may have.
const BOUNDS_READ_MAX: usize = 64;

pub(super) static TABLE: abi::fp_host_metrics_v1 = abi::fp_host_metrics_v1 {
    struct_size: size_of::<abi::fp_host_metrics_v1>() as u32,
    _pad: 0,
    define: Some(define),
    record: Some(record),
};

/// Has the host define a metric, from another process.
pub(crate) type DefineAway = Box<dyn Fn(&Definition) -> Result<u32, Error> + Send + Sync>;

/// What a plugin records in.
pub(crate) struct Recorder {
    board: Arc<Board>,
    /// Its place in the host's book, left when the instance has ended.
    seat: Mutex<Option<Seat>>,
    /// Where the handles come from, when not from the board.
    away: Option<DefineAway>,
}

impl Recorder {
    /// Over a board of this process, with a place in the book until the instance has ended.
    pub(crate) fn here(book: &MetricsBook, plugin: &str) -> Self {
        Self::of(book, plugin, Arc::new(Board::own()))
    }

    /// Over this board, which a process may share and write by itself, with a place in the book until the instance has ended.
    pub(crate) fn of(book: &MetricsBook, plugin: &str, board: Arc<Board>) -> Self {
        let seat = book.seat(plugin, Arc::clone(&board));
        Self { board, seat: Mutex::new(Some(seat)), away: None }
    }

    /// Over a board that the host reads and gives handles for.
    pub(crate) fn away(board: Arc<Board>, define: DefineAway) -> Self {
        Self { board, seat: Mutex::default(), away: Some(define) }
    }

    /// The handle of a metric.
    pub(crate) fn define(&self, definition: Definition) -> Result<u32, Error> {
        let Some(away) = &self.away else {
            let seat = self.seat.lock().unwrap_or_else(PoisonError::into_inner);
            let gone = || Error::Invalid("a metric for an instance that is gone".into());
            return seat.as_ref().ok_or_else(gone)?.define(definition);
        };
        let handle = away(&definition)?;
        self.board.adopt(handle, definition);
        Ok(handle)
    }

    /// Leaves the host's book: what is recorded from now on is not read any more.
    pub(super) fn leave(&self) {
        drop(self.seat.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// [ctl]
unsafe extern "C" fn define(
    host: *const fp_host,
    metric: *const abi::fp_metric,
    handle: *mut u32,
) -> fp_status {
    // SAFETY: the plugin passes the host that it was given.
    let Some(services) = (unsafe { HostServices::of(host) }) else { return abi::FP_E_INVALID };
    let defined = contain(|| {
        let recorder = services.metrics.as_ref();
        let recorder = recorder.ok_or_else(|| Error::Unsupported("this host has no metrics".into()))?;
        if handle.is_null() {
            return Err(Error::Invalid("no place for the metric's handle".into()));
        }
        // SAFETY: texts and bounds are valid during the call.
        let number = recorder.define(unsafe { definition(metric) }?)?;
        // SAFETY: not null, and writable during the call.
        unsafe { *handle = number };
        Ok(())
    });
    services.told(defined) // the table has no place for a reason
}

/// # Safety
/// The metric and what it leads to are valid now.
unsafe fn definition(metric: *const abi::fp_metric) -> Result<Definition, Error> {
    // SAFETY: the caller's contract.
    unsafe {
        let raw = abi::read(metric).map_err(|error| Error::Invalid(error.to_string()))?;
        let bounds = match (raw.bounds.is_null(), raw.n_bounds as usize) {
            (_, 0) => &[][..],
            (false, n) if raw.bounds.is_aligned() => {
                std::slice::from_raw_parts(raw.bounds, n.min(BOUNDS_READ_MAX))
            }
            _ => return Err(Error::Invalid("a metric's bounds cannot be read".into())),
        };
        Definition::checked(raw.kind, (raw.name.text()?, raw.unit.text()?, raw.help.text()?), bounds)
    }
}

/// [any]
unsafe extern "C" fn record(host: *const fp_host, handle: u32, value: f64) {
    // Nothing is said of a value that is not recorded: it is counted.
    let _ = contain(|| {
        // SAFETY: the plugin passes the host that it was given.
        let services = unsafe { HostServices::of(host) };
        if let Some(recorder) = services.and_then(|services| services.metrics.as_ref()) {
            recorder.board.record(handle, value);
        }
        Ok(())
    });
}
