//! One process of a plugin, from its start to its last call.

use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use plugin_sdk::abi::{fp_call, fp_status};

use super::area::Area;
use super::control::Control;
use super::lane::{self, Answer, Lane};
use super::process::Process;
use super::sandbox::Enforced;
use super::shared::Shared;
use super::wire::{CONTROL_BYTES, Full, Head, Writer, op};
use super::{attendant, socket};
use crate::error::LoadError;
use crate::faults::Failure;
use crate::home::Lost;
use crate::host::{fitted, vouched};
use crate::instance::Offers;
use crate::manifest::Manifest;
use crate::services::HostServices;
use crate::settings::Settled;

/// Longest wait for a plugin to say how fit it is.
const HEALTH_MAX: Duration = Duration::from_secs(1);

/// A process whose plugin is active.
pub(super) struct Worker {
    generation: u64,
    process: Arc<Process>,
    control: Mutex<Control>,
    lanes: Mutex<Vec<Lane>>,
    lane_count: u32,
    offers: Offers,
    enforced: Enforced,
}

impl Worker {
    /// Starts a process, has it open the plugin and makes the plugin active. The first one of a plugin says what the plugin
    /// is; one that says otherwise is refused.
    pub(super) fn start(shared: &Arc<Shared>, generation: u64) -> Result<Self, LoadError> {
        let io = |error: std::io::Error| shared.failed(&format!("could not be prepared: {error}"));
        let (socket, theirs) = socket::pair().map_err(io)?;
        let (services, their_services) = socket::pair().map_err(io)?;
        let (request, request_file) = Area::to_write(CONTROL_BYTES).map_err(io)?;
        let (answer, answer_file) = Area::to_read(CONTROL_BYTES).map_err(io)?;
        let (data, data_file) = Area::to_read(CONTROL_BYTES).map_err(io)?;
        let (recorder, board_file) = shared.recorded.board().map_err(io)?;
        let program = &shared.options.program;
        let process = Process::start(program, theirs).map_err(|error| {
            shared.failed(&format!(
                "{} could not be started: {error}; install it beside the appliance",
                program.display()
            ))
        })?;
        let process = Arc::new(process);
        let host = Arc::new(Mutex::new(shared.services(recorder)));
        let attendant = attendant::Attendant {
            shared: Arc::clone(shared),
            generation,
            process: Arc::clone(&process),
            services: Arc::clone(&host),
        };
        attendant.begin(services, data).map_err(io)?;
        let mut control = Control { socket, request, answer, seq: 0 };
        let files = [&request_file, &answer_file, &data_file, &board_file].map(AsFd::as_fd);
        let fds = [shared.code.as_fd(), files[0], files[1], their_services.as_fd(), files[2], files[3]];
        let started = control.open(shared, &process, &fds).and_then(|(enforced, manifest)| {
            let settled = {
                let mut services = host.lock().unwrap_or_else(PoisonError::into_inner);
                let settled = known(shared, &services, manifest)?;
                services.allow(&settled.secret_handles);
                settled
            };
            let (offers, lanes) = control.activate(shared, &process, &settled)?;
            match *shared.offers.get_or_init(|| offers) == offers {
                true => Ok((enforced, offers, lanes)),
                false => Err(shared.failed("offers otherwise than before")),
            }
        });
        let (enforced, offers, lanes) = started.inspect_err(|_| {
            process.kill(Failure::Crash, "was not started");
        })?;
        let lane_count = lanes.len() as u32;
        let (control, lanes) = (Mutex::new(control), Mutex::new(lanes));
        Ok(Self { generation, process, control, lanes, lane_count, offers, enforced })
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn process(&self) -> &Process {
        &self.process
    }

    pub(super) fn offers(&self) -> Offers {
        self.offers
    }

    /// Most calls at once.
    pub(super) fn lanes(&self) -> u32 {
        self.lane_count
    }

    pub(super) fn enforced(&self) -> Enforced {
        self.enforced
    }

    /// Makes a call on a free lane; there is one for each permit.
    pub(super) fn ask(
        &self,
        call: &fp_call,
        what: u32,
        extra: u64,
        put: impl FnOnce(&mut Writer<'_>) -> Result<(), Full>,
    ) -> Result<Answer, Lost> {
        let free = self.lanes.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(mut lane) = free else { return Err(lane::gone(&self.process)) };
        let asked = lane.ask(&self.process, call, (what, extra), put);
        if asked.as_ref().err().is_none_or(|failed| failed.usable) {
            self.lanes.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
        }
        asked.map_err(|failed| failed.lost)
    }

    /// Status and text of what the plugin says of its fitness.
    pub(super) fn health(&self) -> Result<(fp_status, Vec<u8>), Lost> {
        let mut control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        let (head, data) = control.ask(&self.process, op::HEALTH, &[], HEALTH_MAX)?;
        Ok((head.status, data))
    }

    /// Has the plugin deactivated and destroyed, and its process ended: by itself within `time`, by a signal after it.
    pub(super) fn stop(&self, time: Duration) {
        let control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        let head = Head { op: op::STOP, ..Head::default() };
        let _ = socket::send(control.socket.as_fd(), &head.to_bytes(), false);
        if self.process.end_within(time).is_none() {
            self.process.kill(Failure::Crash, "did not end by itself and was killed");
        }
    }
}

/// Settings for the plugin that a process says it has opened.
fn known(shared: &Shared, services: &HostServices, manifest: Manifest) -> Result<Settled, LoadError> {
    let manifest = vouched(manifest, shared.signed.as_ref())?;
    if let Some((first, settled)) = shared.spec.get() {
        return match *first == manifest {
            true => Ok(settled.clone()),
            false => Err(shared.failed("describes itself otherwise than before")),
        };
    }
    let settled = fitted(&manifest, services, &shared.settings, true)?;
    Ok(shared.spec.get_or_init(|| (manifest, settled)).1.clone())
}
