//! One instance of a plugin behind the C vtable: locking, panic containment, poison.

use std::any::Any;
use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, TryLockError};

use crate::abi::{self, Growing, fp_plugin, fp_status, fp_str, fp_writer};
use crate::call::Call;
use crate::error::{Error, Result};
use crate::export::Exported;
use crate::export::services::AbiHost;
use crate::host::{Host, Level};
use crate::plugin::Limits;

/// `fp_entry.create`.
pub(crate) type CreateFn =
    unsafe extern "C" fn(*const abi::fp_host, fp_str, *mut *const fp_plugin, *mut fp_writer) -> fp_status;
/// `create` of one plugin, its id already found.
pub(crate) type CreateRaw =
    unsafe fn(*const abi::fp_host, *mut *const fp_plugin, *mut fp_writer) -> fp_status;

const IDLE: u32 = 0;
const ACTIVE: u32 = 1;

/// A plugin and what surrounds it. The lock makes a host that breaks the thread rules slow instead of unsound: [work] calls
/// share it, [ctl] calls own it.
pub(super) struct Instance<P> {
    table: fp_plugin,
    host: Host,
    plugin: RwLock<P>,
    state: AtomicU32,
    poison: OnceLock<String>,
}

impl<P: Exported> Instance<P> {
    /// [ctl] Makes an instance and hands its vtable out.
    pub(super) unsafe fn create(
        host: *const abi::fp_host,
        out: *mut *const fp_plugin,
        err: *mut fp_writer,
    ) -> fp_status {
        let made = contain(|| {
            if out.is_null() {
                return Err(Error::Invalid("no place for the instance".into()));
            }
            // SAFETY: the host lives until the process ends, by the contract of `fp_entry.create` (rule R8).
            let host = Host::new(Arc::new(unsafe { AbiHost::new(host) }?));
            match contain(|| P::create(host.clone())) {
                Ok(plugin) => Ok(Self::boxed(host, plugin)),
                Err(error) => {
                    // The host takes kept frames back once it hears of this, and the plugin may have put one where it stays.
                    host.shut();
                    Err(error)
                }
            }
        });
        match made {
            Ok(instance) => {
                // SAFETY: `out` is not null and writable by contract; `instance` was just made by `Box::into_raw`.
                unsafe { *out = &raw const (*instance).table };
                abi::FP_OK
            }
            Err(error) => {
                // SAFETY: `err` is null or valid by contract.
                unsafe { abi::write_text(err, error.reason()) };
                error.status()
            }
        }
    }

    fn boxed(host: Host, plugin: P) -> *mut Self {
        let table = fp_plugin {
            struct_size: size_of::<fp_plugin>() as u32,
            _pad: 0,
            self_: std::ptr::null_mut(),
            configure: Some(configure::<P>),
            activate: Some(activate::<P>),
            deactivate: Some(deactivate::<P>),
            get_interface: Some(get_interface::<P>),
            health: Some(health::<P>),
            destroy: Some(destroy::<P>),
        };
        let state = AtomicU32::new(IDLE);
        let instance = Box::into_raw(Box::new(Self {
            table,
            host,
            plugin: RwLock::new(plugin),
            state,
            poison: OnceLock::new(),
        }));
        // SAFETY: `instance` is a live allocation that nothing else points to yet.
        unsafe { (*instance).table.self_ = instance.cast() };
        instance
    }
}

impl<P> Instance<P> {
    /// The instance behind the `self` of a call.
    ///
    /// # Safety
    /// `this` is null or the `self` of a vtable of `Instance<P>` that has not been destroyed.
    unsafe fn of<'a>(this: *mut c_void) -> Option<&'a Self> {
        // SAFETY: the caller's contract; the instance is only ever borrowed shared.
        unsafe { this.cast::<Self>().as_ref() }
    }

    /// Runs one entry: refuses when poisoned, contains panics, says why it failed.
    ///
    /// # Safety
    /// As [`Instance::of`]; `reason` is null or a valid writer.
    unsafe fn enter(
        this: *mut c_void,
        reason: *mut fp_writer,
        work: impl FnOnce(&Self) -> Result<()>,
    ) -> fp_status {
        // SAFETY: the caller's contract.
        let Some(instance) = (unsafe { Self::of(this) }) else { return abi::FP_E_INVALID };
        let done = match instance.poison.get() {
            Some(panic) => Err(Error::Panic(format!("poisoned by an earlier panic: {panic}"))),
            None => contain(|| work(instance)),
        };
        let Err(error) = done else { return abi::FP_OK };
        // What goes wrong while saying why changes nothing about the answer.
        let _ = contain(|| {
            if let Error::Panic(panic) = &error
                && instance.poison.set(panic.clone()).is_ok()
            {
                instance.host.log(Level::Error, &format!("panicked: {panic}"));
            }
            // SAFETY: `reason` is null or valid by the caller's contract.
            unsafe { abi::write_text(reason, error.reason()) };
            Ok(())
        });
        error.status()
    }

    /// Runs one [work] call on the active plugin.
    ///
    /// # Safety
    /// As [`Instance::of`]; `call` is null or points to a call that is valid during it.
    pub(super) unsafe fn work(
        this: *mut c_void,
        call: *const abi::fp_call,
        work: impl FnOnce(&P, &Call<'_>) -> Result<()>,
    ) -> fp_status {
        // SAFETY: the caller's contract.
        let raw = match unsafe { abi::read(call) } {
            Ok(raw) => raw,
            Err(_) => return abi::FP_E_INVALID,
        };
        // SAFETY: `cancel` is null, or a word that is valid during the call and only accessed atomically, by the ABI's
        // contract.
        let context = unsafe { Call::from_abi(&raw) };
        let entered = |instance: &Self| {
            let plugin = instance.plugin.read().unwrap_or_else(PoisonError::into_inner);
            if instance.state.load(Ordering::Acquire) != ACTIVE {
                return Err(Error::Invalid("the instance is not active".into()));
            }
            work(&plugin, &context)
        };
        // SAFETY: the caller's contract; `reason` belongs to the call.
        unsafe { Self::enter(this, raw.reason, entered) }
    }
}

/// Runs plugin code; a panic becomes [`Error::Panic`].
pub(super) fn contain<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What a panic left half-changed is never seen again: the instance refuses every later call.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(Error::Panic(message(payload))))
}

fn message(payload: Box<dyn Any + Send>) -> String {
    match payload.downcast::<&'static str>() {
        Ok(text) => (*text).to_owned(),
        Err(payload) => match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => {
                std::mem::forget(payload); // its drop could panic again
                "panic without a message".into()
            }
        },
    }
}

/// [ctl] Not while active.
unsafe extern "C" fn configure<P: Exported>(
    this: *mut c_void,
    json: fp_str,
    err: *mut fp_writer,
) -> fp_status {
    // SAFETY: called by the host on a live instance with a valid or null writer, as the ABI says.
    unsafe {
        Instance::<P>::enter(this, err, |instance| {
            let json = json.text()?;
            // serde would fill a struct from an array as well.
            if !json.trim_start().starts_with('{') {
                return Err(Error::Config("settings have to be a JSON object".into()));
            }
            let config =
                serde_json::from_str::<P::Config>(json).map_err(|error| Error::Config(error.to_string()))?;
            let mut plugin = instance.plugin.write().unwrap_or_else(PoisonError::into_inner);
            if instance.state.load(Ordering::Acquire) == ACTIVE {
                return Err(Error::Invalid("configure on an active instance".into()));
            }
            plugin.configure(config)
        })
    }
}

/// [ctl]
unsafe extern "C" fn activate<P: Exported>(
    this: *mut c_void,
    limits: *const abi::fp_limits,
    err: *mut fp_writer,
) -> fp_status {
    // SAFETY: called by the host on a live instance; `limits` and `err` are valid during the call, as the ABI says.
    unsafe {
        Instance::<P>::enter(this, err, |instance| {
            let raw = abi::read(limits).map_err(|error| Error::Invalid(error.to_string()))?;
            let limits = Limits {
                max_batch: raw.max_batch,
                max_width: raw.max_width,
                max_height: raw.max_height,
                threads: raw.threads,
            };
            let mut plugin = instance.plugin.write().unwrap_or_else(PoisonError::into_inner);
            if instance.state.load(Ordering::Acquire) == ACTIVE {
                return Err(Error::Invalid("the instance is active already".into()));
            }
            plugin.activate(&limits)?;
            instance.state.store(ACTIVE, Ordering::Release);
            Ok(())
        })
    }
}

/// [ctl] Waits for running [work] calls.
unsafe extern "C" fn deactivate<P: Exported>(this: *mut c_void) {
    // SAFETY: called by the host on a live instance.
    unsafe {
        Instance::<P>::enter(this, std::ptr::null_mut(), |instance| {
            let mut plugin = instance.plugin.write().unwrap_or_else(PoisonError::into_inner);
            if instance.state.swap(IDLE, Ordering::AcqRel) == ACTIVE {
                plugin.deactivate();
            }
            Ok(())
        });
    }
}

/// [any]
unsafe extern "C" fn get_interface<P: Exported>(_this: *mut c_void, id: *const c_char) -> *const c_void {
    if id.is_null() {
        return std::ptr::null();
    }
    let found = contain(|| {
        // SAFETY: not null; a NUL-terminated string by contract.
        let id = unsafe { CStr::from_ptr(id) };
        Ok(P::INTERFACES.iter().find(|interface| interface.id == id))
    });
    found.ok().flatten().map_or(std::ptr::null(), |interface| interface.table.as_ptr())
}

/// [any] Answers `FP_E_BUSY` while a [ctl] call runs.
unsafe extern "C" fn health<P: Exported>(this: *mut c_void, json: *mut fp_writer) -> fp_status {
    // SAFETY: called by the host on a live instance with a valid or null writer.
    unsafe {
        Instance::<P>::enter(this, std::ptr::null_mut(), |instance| {
            let plugin = match instance.plugin.try_read() {
                Ok(plugin) => plugin,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return Err(Error::Busy),
            };
            let health = plugin.health();
            let text = serde_json::json!({ "fit": health.fit, "detail": health.detail }).to_string();
            abi::write_text(json, &text);
            if health.fit { Ok(()) } else { Err(Error::Internal(health.detail)) }
        })
    }
}

/// [ctl] Not while active; also when poisoned.
unsafe extern "C" fn destroy<P: Exported>(this: *mut c_void) {
    if this.is_null() {
        return;
    }
    // SAFETY: `this` came from `Box::into_raw` in `boxed`, and the host calls destroy once.
    let instance = unsafe { Box::from_raw(this.cast::<Instance<P>>()) };
    let host = instance.host.clone();
    // A panic in a destructor has nobody left to poison.
    let _ = contain(|| {
        drop(instance);
        Ok(())
    });
    let _ = contain(|| {
        host.shut();
        Ok(())
    });
}

/// Reads a struct that the host wrote, as an error of the call when it is malformed.
///
/// # Safety
/// As [`abi::read`].
pub(super) unsafe fn take<T: Growing>(from: *const T) -> Result<T> {
    // SAFETY: the caller's contract.
    unsafe { abi::read(from) }.map_err(|error| Error::Invalid(error.to_string()))
}
