//! The C tables that the host gives to plugins: log lines, inference, the use of keys, metrics,
//! files of packages, threads, frames.

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use plugin_sdk::abi::{self, Growing, fp_host, fp_status, fp_str};
use plugin_sdk::{Error, InferenceService, SecretService};

use crate::metrics::Definition;
use crate::package::Artifacts;

mod artifact;
mod executor;
mod frames;
mod inference;
pub(crate) mod log;
mod metrics;
mod secret;

pub(crate) use artifact::{Files, MapAway, mapped};
pub(crate) use executor::Executor;
pub(crate) use frames::Frames;
use inference::Models;
pub(crate) use log::{LogSink, bounded, finest};
pub(crate) use metrics::{DefineAway, Recorder};
pub(crate) use secret::Keys;

/// What stands behind the `fp_host` of one plugin instance.
#[derive(Default)]
pub(crate) struct HostServices {
    plugin: String,
    log: LogSink,
    models: Option<Models>,
    keys: Option<Keys>,
    metrics: Option<Recorder>,
    /// Until the instance has ended.
    files: Mutex<Option<Files>>,
    executor: Option<Executor>,
    frames: Option<Frames>,
}

impl HostServices {
    pub(crate) fn new(
        plugin: &str,
        inference: Option<Arc<dyn InferenceService>>,
        secrets: Option<Arc<dyn SecretService>>,
    ) -> Self {
        let (models, keys) = (inference.map(Models::new), secrets.map(Keys::new));
        Self { plugin: plugin.to_owned(), models, keys, ..Self::default() }
    }

    /// The services in a worker: log lines go to the host through `log`, keys are used there.
    pub(crate) fn in_worker(plugin: &str, log: LogSink, secrets: Option<Arc<dyn SecretService>>) -> Self {
        Self { plugin: plugin.to_owned(), log, keys: secrets.map(Keys::new), ..Self::default() }
    }

    /// With a place to record metrics in.
    pub(crate) fn with_metrics(self, recorder: Recorder) -> Self {
        Self { metrics: Some(recorder), ..self }
    }

    /// With the files of the plugin's package, where it came in one.
    pub(crate) fn with_files(self, files: Option<Files>) -> Self {
        Self { files: Mutex::new(files), ..self }
    }

    /// With threads for the plugin's tasks.
    pub(crate) fn with_executor(self, executor: Executor) -> Self {
        Self { executor: Some(executor), ..self }
    }

    /// With memory for frames that outlast their call.
    pub(crate) fn with_frames(self, frames: Frames) -> Self {
        Self { frames: Some(frames), ..self }
    }

    /// Lets go of what is the plugin's as long as its instance is.
    pub(crate) fn ended(&self) {
        self.leave_book();
        if let Some(executor) = &self.executor {
            executor.end();
        }
        if let Some(frames) = &self.frames {
            frames.end();
        }
        // What the plugin has mapped of them stays (rule R8).
        drop(self.files().take());
    }

    /// Closes the book on what was recorded: it stays as it is.
    pub(crate) fn leave_book(&self) {
        if let Some(recorder) = &self.metrics {
            recorder.leave();
        }
    }

    /// Logs a line of the plugin.
    pub(crate) fn log(&self, level: u32, line: &str) -> bool {
        self.log.write(&self.plugin, level, line)
    }

    /// The status of a service call whose table has no place for a reason, which is logged instead.
    pub(crate) fn told(&self, done: Result<(), Error>) -> fp_status {
        let Err(error) = done else { return abi::FP_OK };
        // A line too many is dropped, and counted.
        let _ = contain(|| Ok(self.log(abi::FP_LOG_ERROR, &bounded(error.to_string()))));
        error.status()
    }

    /// The handle of a metric that a plugin in another process defines.
    pub(crate) fn define(&self, definition: Definition) -> Result<u32, Error> {
        let recorder = self.metrics.as_ref();
        recorder.ok_or_else(|| Error::Unsupported("this host has no metrics".into()))?.define(definition)
    }

    /// The files of the package of a plugin in another process.
    pub(crate) fn artifacts(&self) -> Result<Arc<Artifacts>, Error> {
        match &*self.files() {
            Some(Files::Here(artifacts)) => Ok(Arc::clone(artifacts)),
            _ => Err(artifact::no_package()),
        }
    }

    fn files(&self) -> MutexGuard<'_, Option<Files>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a plugin in another process gets for its use of a key: checked here like any other's.
    pub(crate) fn use_key(
        &self,
        handle: &str,
        data: &[u8],
        make: impl FnOnce(&Keys, &str, &[u8]) -> Result<Vec<u8>, Error>,
    ) -> Result<Vec<u8>, Error> {
        contain(|| {
            // SAFETY: both are borrowed during the call.
            unsafe { secret::made(self, fp_str::of(handle), abi::fp_bytes::of(data), make) }
        })
    }

    /// Opens the keys with these handles to the plugin; until then it has none.
    pub(crate) fn allow(&mut self, handles: &BTreeSet<String>) {
        if let Some(keys) = &mut self.keys {
            keys.allow(handles);
        }
    }

    /// The host to pass to the plugin. It is never freed (rule R8): safe plugin code may keep it and its models in a thread
    /// or a static for longer than any instance, also when its instance was never made.
    pub(crate) fn leak(self) -> *const fp_host {
        let services: &'static Self = Box::leak(Box::new(self));
        let mut host = fp_host::empty();
        (host.abi_major, host.abi_minor) = (abi::FP_ABI_MAJOR, abi::FP_ABI_MINOR);
        host.ctx = std::ptr::from_ref(services).cast_mut().cast();
        host.name = fp_str::of("facepay");
        host.version = fp_str::of(env!("CARGO_PKG_VERSION"));
        host.get_extension = Some(get_extension);
        Box::leak(Box::new(host))
    }

    /// Whether the host offers an extension to this plugin.
    pub(crate) fn offers(&self, id: &str) -> bool {
        std::ffi::CString::new(id).is_ok_and(|id| !self.extension(&id).is_null())
    }

    pub(crate) fn extension(&self, id: &CStr) -> *const c_void {
        if id == abi::FP_HOST_LOG {
            return (&raw const log::TABLE).cast();
        }
        if id == abi::FP_HOST_INFERENCE && self.models.is_some() {
            return (&raw const inference::TABLE).cast();
        }
        if id == abi::FP_HOST_SECRET && self.keys.is_some() {
            return (&raw const secret::TABLE).cast();
        }
        if id == abi::FP_HOST_METRICS && self.metrics.is_some() {
            return (&raw const metrics::TABLE).cast();
        }
        if id == abi::FP_HOST_ARTIFACT && self.files().is_some() {
            return (&raw const artifact::TABLE).cast();
        }
        if id == abi::FP_HOST_EXECUTOR && self.executor.is_some() {
            return (&raw const executor::TABLE).cast();
        }
        if id == abi::FP_HOST_FRAME_REF && self.frames.is_some() {
            return (&raw const frames::TABLE).cast();
        }
        std::ptr::null()
    }

    /// The services behind a host that came back from a plugin.
    ///
    /// # Safety
    /// `host` is null or one of ours.
    pub(crate) unsafe fn of(host: *const fp_host) -> Option<&'static Self> {
        // SAFETY: the caller's contract: `ctx` was set in `leak`, and neither is ever freed.
        unsafe { host.as_ref()?.ctx.cast_const().cast::<Self>().as_ref() }
    }
}

/// [any]
unsafe extern "C" fn get_extension(host: *const fp_host, id: *const c_char) -> *const c_void {
    if id.is_null() {
        return std::ptr::null();
    }
    let found = contain(|| {
        // SAFETY: the plugin passes the host that it was given, and a NUL-terminated id.
        let (services, id) = unsafe { (HostServices::of(host), CStr::from_ptr(id)) };
        Ok(services.map_or(std::ptr::null(), |services| services.extension(id)))
    });
    found.unwrap_or(std::ptr::null())
}

/// Runs host code that a plugin called; a panic of ours must not unwind into it.
pub(crate) fn contain<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::Internal("the host panicked".into())))
}

/// The status of a finished service call, its reason written for the plugin.
///
/// # Safety
/// `reason` is null or a valid writer.
unsafe fn answer(done: Result<(), Error>, reason: *mut abi::fp_writer) -> fp_status {
    let Err(error) = done else { return abi::FP_OK };
    // SAFETY: the caller's contract.
    unsafe { abi::write_text(reason, error.reason()) };
    error.status()
}
