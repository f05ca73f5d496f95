//! A plugin instance at work: its tables, its life, and the one way into it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_sdk::abi::{self, Growing, fp_call, fp_status, fp_str, fp_writer};
use plugin_sdk::{EmbeddingInfo, Error, Health, Limits, monotonic_ns};

use crate::call::CallContext;
use crate::error::{CallError, LoadError};
use crate::faults::{FaultLog, Faults, PluginState};
use crate::library::PluginLibrary;
use crate::manifest::Manifest;
use crate::payment::Payment;
use crate::permits::{Permit, Permits};
use crate::services::HostServices;
use crate::settings::Settled;
use crate::vision::{Detector, Liveness, Recognizer};

/// A loaded, configured and active plugin. Deactivated and destroyed on drop; its code stays in the process.
pub struct Plugin {
    manifest: Manifest,
    instance: Instance,
    tables: Tables,
    embedding: Option<EmbeddingInfo>,
    limits: Limits,
    permits: Permits,
    faults: FaultLog,
    secret_handles: BTreeSet<String>,
}

/// The tables of the interfaces that the plugin has and this host knows.
#[derive(Default)]
pub(crate) struct Tables {
    pub(crate) detector: Option<abi::fp_detector_v1>,
    pub(crate) liveness: Option<abi::fp_liveness_v1>,
    pub(crate) recognizer: Option<abi::fp_recognizer_v1>,
    pub(crate) payment: Option<abi::fp_payment_v1>,
}

impl Tables {
    /// The first function that an interface lacks.
    fn missing(&self) -> Option<&'static str> {
        let (detector, liveness) = (self.detector.as_ref(), self.liveness.as_ref());
        let (recognizer, payment) = (self.recognizer.as_ref(), self.payment.as_ref());
        let functions = [
            ("fp_detector_v1.detect", detector.is_some_and(|table| table.detect.is_none())),
            ("fp_liveness_v1.score", liveness.is_some_and(|table| table.score.is_none())),
            ("fp_recognizer_v1.describe", recognizer.is_some_and(|table| table.describe.is_none())),
            ("fp_recognizer_v1.embed", recognizer.is_some_and(|table| table.embed.is_none())),
            ("fp_payment_v1.begin", payment.is_some_and(|table| table.begin.is_none())),
            ("fp_payment_v1.step", payment.is_some_and(|table| table.step.is_none())),
            ("fp_payment_v1.end", payment.is_some_and(|table| table.end.is_none())),
        ];
        functions.into_iter().find_map(|(field, is_missing)| is_missing.then_some(field))
    }
}

/// The vtable of an instance. Dropping ends the instance; the host that it was given stays.
struct Instance {
    table: abi::fp_plugin,
    active: bool,
}

// SAFETY: the vtable's functions carry thread tags: [any] and [work] functions may be called from any thread, the latter
// within `Permits`; [ctl] functions are called while the instance is owned alone, at start and on drop.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Plugin {
    /// Takes an instance from creation to activity.
    pub(crate) fn start(
        library: &PluginLibrary,
        manifest: Manifest,
        services: HostServices,
        settled: Settled,
        limits: Limits,
    ) -> Result<Self, LoadError> {
        let mut instance = Instance::create(library, &manifest, services)?;
        instance.control(&manifest.id, "configure", |table, err| {
            let configure = table.configure?;
            // SAFETY: [ctl]; the instance is not active, the text and the writer are valid during the call.
            Some(unsafe { configure(table.self_, fp_str::of(&settled.json), err) })
        })?;
        instance.control(&manifest.id, "activate", |table, err| {
            let activate = table.activate?;
            let mut raw = abi::fp_limits::empty();
            (raw.max_batch, raw.threads) = (limits.max_batch, limits.threads);
            (raw.max_width, raw.max_height) = (limits.max_width, limits.max_height);
            // SAFETY: [ctl]; the instance is not active, the limits and the writer are valid during the call.
            Some(unsafe { activate(table.self_, &raw const raw, err) })
        })?;
        instance.active = true;
        let tables = instance.tables(&manifest)?;
        let permits = Permits::new(manifest.max_concurrency);
        let faults = FaultLog::default();
        let secret_handles = settled.secret_handles;
        let mut plugin =
            Self { manifest, instance, tables, embedding: None, limits, permits, faults, secret_handles };
        plugin.embedding = Recognizer::describe(&plugin)?;
        Ok(plugin)
    }

    /// What the plugin says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The secrets that the plugin's settings name.
    pub fn secret_handles(&self) -> &BTreeSet<String> {
        &self.secret_handles
    }

    /// Whether the plugin can be called.
    pub fn state(&self) -> PluginState {
        match self.faults.faulted() {
            Some(reason) => PluginState::Faulted { reason },
            None => PluginState::Active,
        }
    }

    /// Faults since it was loaded.
    pub fn faults(&self) -> Faults {
        self.faults.counts()
    }

    /// What the plugin says about its fitness. A faulted plugin is unfit without being asked.
    pub fn health(&self) -> Health {
        if let PluginState::Faulted { reason } = self.state() {
            return Health { fit: false, detail: reason };
        }
        let Some(health) = self.instance.table.health else { return Health::fit() };
        let mut said = Vec::new();
        let mut json = fp_writer::into_reason(&mut said);
        // SAFETY: [any]; the instance lives, and the writer is valid during the call.
        let status = unsafe { health(self.instance.table.self_, &raw mut json) };
        let said = String::from_utf8_lossy(&said).into_owned();
        let detail = serde_json::from_str::<serde_json::Value>(&said).ok().and_then(|json| {
            let detail = json.get("detail")?.as_str()?.to_owned();
            Some(detail)
        });
        let detail = detail.unwrap_or(said);
        match Error::from_status(status, String::new()) {
            None => Health { fit: true, detail },
            Some(error) if detail.is_empty() => Health { fit: false, detail: error.to_string() },
            Some(_) => Health { fit: false, detail },
        }
    }

    /// The detector, where the plugin is one.
    pub fn detector(self: &Arc<Self>) -> Option<Detector> {
        Some(Detector::new(Arc::clone(self), self.tables.detector?.detect?))
    }

    /// The liveness step, where the plugin is one.
    pub fn liveness(self: &Arc<Self>) -> Option<Liveness> {
        Some(Liveness::new(Arc::clone(self), self.tables.liveness?.score?))
    }

    /// The recogniser, where the plugin is one.
    pub fn recognizer(self: &Arc<Self>) -> Option<Recognizer> {
        Some(Recognizer::new(Arc::clone(self), self.tables.recognizer?.embed?, self.embedding?))
    }

    /// The payment provider, where the plugin is one.
    pub fn payment(self: &Arc<Self>) -> Option<Payment> {
        Some(Payment::new(Arc::clone(self), self.tables.payment?))
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// The `self` argument of the instance's functions.
    pub(crate) fn this(&self) -> *mut std::ffi::c_void {
        self.instance.table.self_
    }

    /// A place inside the plugin, for a call that must be made whatever its state; `None` when the deadline comes first.
    pub(crate) fn permit(&self, deadline: Instant) -> Option<Permit<'_>> {
        self.permits.take(Some(deadline))
    }

    /// The one way into the plugin: refuses when faulted, keeps to the plugin's concurrency, passes deadline and trace,
    /// counts panics and late answers.
    pub(crate) fn call(
        &self,
        context: &CallContext,
        work: impl FnOnce(*const fp_call) -> fp_status,
    ) -> Result<(), CallError> {
        let id = || self.manifest.id.clone();
        if let Some(reason) = self.faults.faulted() {
            return Err(CallError::Faulted { id: id(), reason });
        }
        let Some(_permit) = self.permits.take(context.deadline) else {
            return Err(CallError::NotCalled { id: id() });
        };
        let deadline_ns = context.deadline_ns();
        if deadline_ns > 0 && monotonic_ns() >= deadline_ns {
            return Err(CallError::NotCalled { id: id() });
        }
        let mut reason = Vec::new();
        let mut writer = fp_writer::into_reason(&mut reason);
        let call = context.to_abi(deadline_ns, &mut writer);
        let status = work(&raw const call);
        let late_ns = monotonic_ns() - deadline_ns;
        match Error::from_status(status, String::from_utf8_lossy(&reason).into_owned()) {
            None if deadline_ns > 0 && late_ns > 0 => {
                self.faults.overran();
                Err(CallError::Overrun { id: id(), by: Duration::from_nanos(late_ns.unsigned_abs()) })
            }
            None => Ok(()),
            Some(source) => {
                if let Error::Panic(reason) = &source {
                    tracing::error!(plugin = %self.manifest.id, %reason, "plugin panicked and is out of use");
                    self.faults.panicked(reason);
                }
                Err(CallError::Refused { id: id(), source })
            }
        }
    }

    /// Counts a malformed answer.
    pub(crate) fn malformed(&self, what: impl Into<String>) -> CallError {
        let what = what.into();
        tracing::error!(plugin = %self.manifest.id, %what, "plugin returned a malformed answer");
        self.faults.malformed(&what, monotonic_ns());
        CallError::Malformed { id: self.manifest.id.clone(), what }
    }

    /// Refuses what the caller asked for.
    pub(crate) fn not_called(&self, what: impl Into<String>) -> CallError {
        CallError::Caller { id: self.manifest.id.clone(), what: what.into() }
    }
}

impl Instance {
    fn create(
        library: &PluginLibrary,
        manifest: &Manifest,
        services: HostServices,
    ) -> Result<Self, LoadError> {
        let create = library.entry.create.expect("checked when the library was opened");
        let (mut table, mut reason) = (std::ptr::null(), Vec::new());
        let mut err = fp_writer::into_reason(&mut reason);
        let host = services.leak();
        // SAFETY: [ctl]; the host is never freed; all else is valid during the call.
        let status = unsafe { create(host, fp_str::of(&manifest.id), &raw mut table, &raw mut err) };
        refused(&manifest.id, "create", status, reason)?;
        // SAFETY: null or the vtable of the new instance.
        let table = unsafe { abi::read(table) }
            .map_err(|error| LoadError::unreadable(manifest.path.clone(), "fp_plugin.struct_size", error))?;
        Ok(Self { table, active: false })
    }

    /// Makes one [ctl] call; a function that the vtable lacks has nothing to do.
    fn control(
        &mut self,
        id: &str,
        stage: &'static str,
        call: impl FnOnce(&abi::fp_plugin, *mut fp_writer) -> Option<fp_status>,
    ) -> Result<(), LoadError> {
        let mut reason = Vec::new();
        let mut err = fp_writer::into_reason(&mut reason);
        let status = call(&self.table, &raw mut err).unwrap_or(abi::FP_OK);
        refused(id, stage, status, reason)
    }

    /// The tables of the interfaces that the manifest names.
    fn tables(&self, manifest: &Manifest) -> Result<Tables, LoadError> {
        let mut tables = Tables::default();
        for id in &manifest.interfaces {
            match id.as_str() {
                "facepay.detector/1" => tables.detector = Some(self.interface(manifest, id)?),
                "facepay.liveness/1" => tables.liveness = Some(self.interface(manifest, id)?),
                "facepay.recognizer/1" => tables.recognizer = Some(self.interface(manifest, id)?),
                "facepay.payment/1" => tables.payment = Some(self.interface(manifest, id)?),
                _ => {
                    tracing::warn!(plugin = %manifest.id, interface = %id, "interface is unknown and unused");
                }
            }
        }
        match tables.missing() {
            Some(field) => Err(LoadError::Field {
                path: manifest.path.clone(),
                field,
                found: "a null pointer".to_owned(),
                expected: "a function".to_owned(),
                remedy: "fill it in and rebuild",
            }),
            None => Ok(tables),
        }
    }

    fn interface<T: Growing>(&self, manifest: &Manifest, id: &str) -> Result<T, LoadError> {
        let name = std::ffi::CString::new(id).expect("an id read from a C string holds no NUL");
        let table = match self.table.get_interface {
            // SAFETY: [any]; the instance lives, and the id is NUL-terminated.
            Some(get) => unsafe { get(self.table.self_, name.as_ptr()) },
            None => std::ptr::null(),
        };
        // SAFETY: null, or the constant table that this id stands for (rule R7).
        unsafe { abi::read(table.cast::<T>()) }.map_err(|error| LoadError::Field {
            path: manifest.path.clone(),
            field: "fp_plugin.get_interface()",
            found: error.to_string(),
            expected: format!("a table for {id}, which the descriptor promises"),
            remedy: "fix the plugin",
        })
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let table = &self.table;
        if self.active
            && let Some(deactivate) = table.deactivate
        {
            // SAFETY: [ctl]; nothing else uses the instance: it is owned here, and calls borrow it.
            unsafe { deactivate(table.self_) };
        }
        if let Some(destroy) = table.destroy {
            // SAFETY: [ctl]; not active any more, called once.
            unsafe { destroy(table.self_) };
        }
    }
}

fn refused(id: &str, stage: &'static str, status: fp_status, reason: Vec<u8>) -> Result<(), LoadError> {
    match Error::from_status(status, String::from_utf8_lossy(&reason).into_owned()) {
        None => Ok(()),
        Some(source) => Err(LoadError::Refused { id: id.to_owned(), stage, source }),
    }
}
