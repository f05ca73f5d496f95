//! A plugin at work: what it is, and the one way into it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_sdk::abi::{fp_call, fp_status, fp_writer};
use plugin_sdk::{Error, Health, Limits, monotonic_ns};

use crate::call::CallContext;
use crate::error::CallError;
use crate::faults::{FaultLog, Faults, LastFault, PluginState};
use crate::home::{Home, Lost};
use crate::identity::Identity;
use crate::instance::Offers;
use crate::manifest::Manifest;
use crate::mount::{Mount, Pins};
use crate::payment::Payment;
use crate::permits::{Permit, Permits};
use crate::settings::Settled;
use crate::vision::{Detector, Liveness, Recognizer};

/// A loaded, configured and active plugin. Deactivated and destroyed on drop; in this process its code stays mapped, a
/// sandboxed process ends.
pub struct Plugin {
    manifest: Manifest,
    home: Home,
    offers: Offers,
    limits: Limits,
    permits: Permits,
    pins: Pins,
    faults: Arc<FaultLog>,
    settled: Settled,
}

impl Plugin {
    /// An active plugin in its home, which takes `calls_max` calls at once.
    pub(crate) fn new(
        manifest: Manifest,
        (home, offers): (Home, Offers),
        (limits, calls_max): (Limits, u32),
        faults: Arc<FaultLog>,
        settled: Settled,
    ) -> Self {
        let (permits, pins) = (Permits::new(calls_max), Pins::default());
        Self { manifest, home, offers, limits, permits, pins, faults, settled }
    }

    /// What the plugin says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The secrets that the plugin's settings name.
    pub fn secret_handles(&self) -> &BTreeSet<String> {
        &self.settled.secret_handles
    }

    /// The settings in force, a JSON object with defaults filled in. They may hold what only the plugin is to know.
    pub fn settings_json(&self) -> &str {
        &self.settled.json
    }

    /// What keeps the plugin from the rest of the appliance, in words; `None` when it runs in this process.
    pub fn sandbox(&self) -> Option<String> {
        self.home.sandbox()
    }

    /// Whether the plugin can be called.
    pub fn state(&self) -> PluginState {
        match self.faults.faulted().or_else(|| self.home.absence()) {
            Some(reason) => PluginState::Faulted { reason },
            None => PluginState::Active,
        }
    }

    /// Whether it has failed for good: only another generation can take its place.
    pub fn is_out_of_use(&self) -> bool {
        self.faults.faulted().is_some()
    }

    /// Memory that its own process really has, in bytes; `None` where it has none.
    pub fn resident_bytes(&self) -> Option<u64> {
        self.home.resident_bytes()
    }

    /// Faults since it was loaded.
    pub fn faults(&self) -> Faults {
        self.faults.counts()
    }

    /// What it did wrong last, if anything.
    pub fn last_fault(&self) -> Option<LastFault> {
        self.faults.last()
    }

    /// What the plugin says about its fitness. A faulted plugin is unfit without being asked.
    pub fn health(&self) -> Health {
        if let PluginState::Faulted { reason } | PluginState::Disabled { reason } = self.state() {
            return Health { fit: false, detail: reason };
        }
        let (status, said) = self.home.health();
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
        Mount::new(Arc::clone(self)).detector()
    }

    /// The liveness step, where the plugin is one.
    pub fn liveness(self: &Arc<Self>) -> Option<Liveness> {
        Mount::new(Arc::clone(self)).liveness()
    }

    /// The recogniser, where the plugin is one.
    pub fn recognizer(self: &Arc<Self>) -> Option<Recognizer> {
        Mount::new(Arc::clone(self)).recognizer()
    }

    /// The payment provider, where the plugin is one.
    pub fn payment(self: &Arc<Self>) -> Option<Payment> {
        Mount::new(Arc::clone(self)).payment()
    }

    /// The identity provider, where the plugin is one.
    pub fn identity(self: &Arc<Self>) -> Option<Identity> {
        Mount::new(Arc::clone(self)).identity()
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    pub(crate) fn offers(&self) -> Offers {
        self.offers
    }

    /// The calls and operations that it has under way.
    pub(crate) fn pins(&self) -> &Pins {
        &self.pins
    }

    /// Ends its process, where it has one.
    pub(crate) fn stop(&self) {
        self.home.stop();
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
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
        work: impl FnOnce(&fp_call) -> Result<fp_status, Lost>,
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
        let status = work(&call).map_err(|lost| self.lost(lost))?;
        let late_ns = if deadline_ns > 0 { monotonic_ns() - deadline_ns } else { 0 };
        match Error::from_status(status, String::from_utf8_lossy(&reason).into_owned()) {
            None if late_ns > 0 => {
                self.faults.overran();
                Err(CallError::Overrun { id: id(), by: Duration::from_nanos(late_ns.unsigned_abs()) })
            }
            None => Ok(()),
            Some(source) => {
                if let Error::Panic(reason) = &source {
                    tracing::error!(plugin = %self.manifest.id, %reason, "plugin panicked and is out of use");
                    self.home.panicked(reason, &self.faults);
                }
                Err(CallError::Refused { id: id(), source })
            }
        }
    }

    /// Why a sandboxed process gave no status.
    fn lost(&self, lost: Lost) -> CallError {
        let id = self.manifest.id.clone();
        match lost {
            Lost::Crashed(how) => CallError::Crashed { id, how },
            Lost::Hung(after) => CallError::Hung { id, after },
            Lost::Faulted(reason) => CallError::Faulted { id, reason },
            Lost::Malformed(what) => self.malformed(what),
            Lost::Caller(what) => CallError::Caller { id, what },
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
