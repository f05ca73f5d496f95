//! The C tables that the host gives to plugins: log lines and inference.

use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use plugin_sdk::abi::{self, Growing, fp_host, fp_status, fp_str};
use plugin_sdk::{Error, InferenceService};

mod inference;
mod log;

use inference::Models;
use log::LogLimit;

/// The host as one plugin instance sees it. It has to outlive the instance.
pub(crate) struct HostServices {
    // Boxed: the plugin keeps the address of `host`, whose `ctx` is the address of `context`.
    host: Box<fp_host>,
    context: Box<Context>,
}

/// What stands behind `fp_host.ctx`.
pub(crate) struct Context {
    plugin: String,
    log_limit: LogLimit,
    models: Option<Models>,
}

// SAFETY: nothing is written after `new` but through locks and atomics; the raw pointers lead into the two boxes and to
// static text.
unsafe impl Send for HostServices {}
// SAFETY: as above.
unsafe impl Sync for HostServices {}

impl HostServices {
    pub(crate) fn new(plugin: &str, inference: Option<Arc<dyn InferenceService>>) -> Self {
        let models = inference.map(Models::new);
        let context = Box::new(Context { plugin: plugin.to_owned(), log_limit: LogLimit::default(), models });
        let mut host = fp_host::empty();
        (host.abi_major, host.abi_minor) = (abi::FP_ABI_MAJOR, abi::FP_ABI_MINOR);
        host.ctx = (&raw const *context).cast_mut().cast();
        host.name = fp_str::of("facepay");
        host.version = fp_str::of(env!("CARGO_PKG_VERSION"));
        host.get_extension = Some(get_extension);
        Self { host: Box::new(host), context }
    }

    /// The host to pass to the plugin.
    pub(crate) fn host(&self) -> *const fp_host {
        &raw const *self.host
    }

    /// Whether the host offers an extension to this plugin.
    pub(crate) fn offers(&self, id: &str) -> bool {
        std::ffi::CString::new(id).is_ok_and(|id| !self.context.extension(&id).is_null())
    }
}

/// The host that libraries see in `init`, before any instance exists: log only, for the life of the process.
pub(crate) fn process_host() -> *const fp_host {
    static HOST: LazyLock<HostServices> = LazyLock::new(|| HostServices::new("plugin library", None));
    HOST.host()
}

impl Context {
    fn extension(&self, id: &CStr) -> *const c_void {
        if id == abi::FP_HOST_LOG {
            return (&raw const log::TABLE).cast();
        }
        if id == abi::FP_HOST_INFERENCE && self.models.is_some() {
            return (&raw const inference::TABLE).cast();
        }
        std::ptr::null()
    }

    /// The context behind a host that came back from a plugin.
    ///
    /// # Safety
    /// `host` is null or one of ours, alive during `'a`.
    unsafe fn of<'a>(host: *const fp_host) -> Option<&'a Self> {
        // SAFETY: the caller's contract: `ctx` was set in `HostServices::new`.
        unsafe { host.as_ref()?.ctx.cast_const().cast::<Self>().as_ref() }
    }
}

/// [any]
unsafe extern "C" fn get_extension(host: *const fp_host, id: *const c_char) -> *const c_void {
    if id.is_null() {
        return std::ptr::null();
    }
    // SAFETY: the plugin passes the host that it was given, and a NUL-terminated id.
    let (context, id) = unsafe { (Context::of(host), CStr::from_ptr(id)) };
    context.map_or(std::ptr::null(), |context| context.extension(id))
}

/// Runs host code that a plugin called; a panic of ours must not unwind into it.
fn contain(work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
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
