//! The host that a probed plugin is given: with services or without any, and with a log that can be read.

use std::ffi::{CStr, c_char, c_void};
use std::sync::{Arc, Mutex, PoisonError};

use plugin_sdk::abi::{self, fp_host, fp_kv, fp_str};
use plugin_sdk::{InferenceService, SecretService};

use crate::metrics::MetricsBook;
use crate::services::{Executor, Frames, HostServices, Recorder, contain, log};
use crate::settings::Settled;

/// Most lines that are kept.
const LINES_MAX: usize = 10_000;

/// What the host offers.
#[derive(Clone, Default)]
pub struct Extensions {
    /// Answers every `get_extension` with NULL.
    pub none: bool,
    /// The networks.
    pub inference: Option<Arc<dyn InferenceService>>,
    /// The keys.
    pub secrets: Option<Arc<dyn SecretService>>,
}

/// A host for probed instances. Never freed (rule R8).
pub struct ProbeHost {
    raw: *const fp_host,
}

// SAFETY: the host and what it leads to are never freed, and its services are `Sync`.
unsafe impl Send for ProbeHost {}
// SAFETY: as above.
unsafe impl Sync for ProbeHost {}

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

static LOG: abi::fp_host_log_v1 = abi::fp_host_log_v1 {
    struct_size: size_of::<abi::fp_host_log_v1>() as u32,
    _pad: 0,
    enabled: Some(enabled),
    log: Some(keep),
};

impl ProbeHost {
    /// A host with these extensions, whose keys are open to the handles of the settings.
    pub fn new(plugin: &str, extensions: Extensions, settled: Option<&Settled>) -> Self {
        let recorder = Recorder::here(&MetricsBook::default(), plugin);
        let mut services = HostServices::new(plugin, extensions.inference, extensions.secrets)
            .with_metrics(recorder)
            .with_executor(Executor::new(1))
            .with_frames(Frames::default());
        if let Some(settled) = settled {
            services.allow(&settled.secret_handles);
        }
        // SAFETY: just made, and never freed.
        let mut host = unsafe { *services.leak() };
        host.get_extension = Some(if extensions.none { no_extension } else { extension });
        Self { raw: Box::leak(Box::new(host)) }
    }

    pub(super) fn as_ptr(&self) -> *const fp_host {
        self.raw
    }

    /// Every line that plugins of this process have logged to a probing host, on every level.
    pub fn log_lines() -> Vec<String> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// [any]
unsafe extern "C" fn no_extension(_host: *const fp_host, _id: *const c_char) -> *const c_void {
    std::ptr::null()
}

/// [any]
unsafe extern "C" fn extension(host: *const fp_host, id: *const c_char) -> *const c_void {
    if id.is_null() {
        return std::ptr::null();
    }
    let found = contain(|| {
        // SAFETY: the plugin passes the host that it was given, and a NUL-terminated id.
        let (services, id) = unsafe { (HostServices::of(host), CStr::from_ptr(id)) };
        if id == abi::FP_HOST_LOG {
            return Ok((&raw const LOG).cast());
        }
        Ok(services.map_or(std::ptr::null(), |services| services.extension(id)))
    });
    found.unwrap_or(std::ptr::null())
}

/// `[any]` Every level is heard.
unsafe extern "C" fn enabled(_host: *const fp_host, _level: u32) -> i32 {
    1
}

/// [any]
unsafe extern "C" fn keep(_host: *const fp_host, _level: u32, message: fp_str, fields: *const fp_kv, n: u32) {
    // A line that is not text is not kept.
    let _ = contain(|| {
        // SAFETY: texts and fields are borrowed during the call.
        let line = unsafe { log::line(message, fields, n) }?;
        let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < LINES_MAX {
            lines.push(line);
        }
        Ok(())
    });
}
