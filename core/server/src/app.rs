//! The running appliance: what every handler and use case can reach, and the use cases themselves.

pub(crate) mod alone;
pub(crate) mod appliance_key;
pub(crate) mod installed;
pub mod start;

pub(crate) mod account;
pub(crate) mod analytics;
mod anchor;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod consent;
mod desk;
pub(crate) mod directory;
pub(crate) mod doctor;
pub(crate) mod enrol;
mod enrolled;
pub(crate) mod enrolment;
pub(crate) mod erase;
pub(crate) mod errand;
pub(crate) mod face_payment;
pub(crate) mod four_eyes;
pub(crate) mod identify;
pub(crate) mod identity;
pub(crate) mod look_alike;
pub(crate) mod migration;
pub(crate) mod model_change;
pub(crate) mod threshold;

pub(crate) mod challenge;
pub(crate) mod checkout;
pub mod evidence;
pub(crate) mod group;
pub(crate) mod history;
mod operation;
pub(crate) mod own;
pub(crate) mod payer;
pub(crate) mod payer_device;
pub(crate) mod pin;
pub(crate) mod plugin;
pub(crate) mod presence;
pub(crate) mod provider;
mod question;
pub(crate) mod readiness;
pub(crate) mod receipt;
pub(crate) mod recovery;
pub(crate) mod settings;
pub(crate) mod settlement;
pub(crate) mod step_up;
pub(crate) mod sync;
pub(crate) mod system;
pub(crate) mod transaction;
pub(crate) mod tried;
mod update;
pub(crate) mod verification;

pub(crate) mod camera;
mod gallery;
pub(crate) mod heartbeat;
mod relay;
mod sightings;
pub mod stranger;
mod upkeep;
pub(crate) mod vision;
pub(crate) mod webhook;
pub(crate) mod webhook_in;
pub(crate) mod webrtc;

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::{CameraId, KeyId, Secret, Timestamp};
use parking_lot::Mutex;
use store::cache::Cache;
use store::{Store, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, oneshot, watch};
use tokio::task::JoinSet;

use crate::api::Problem;
use crate::api::limits::Limits;
use crate::api::wire::camera::Camera;
use crate::auth::setup::Setup;
use crate::effects::endpoints::Endpoints;
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::plugins::Plugins;
use crate::settings::Settings;
use crate::tls::Tls;
use crate::ws::hub::Hub;
use alone::Alone;
use provider::Providers;
use vision::Vision;
use webhook::Couriers;

pub use start::StartError;

/// Tells the time; tests set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The appliance; cloning shares it.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an appliance consists of.
struct Parts {
    settings: Settings,
    clock: Clock,
    started_at: Timestamp,
    store: Arc<Store>,
    cache: Cache,
    vision: Option<Vision>,
    tails: threshold::Tails,
    plugins: Plugins,
    providers: Providers,
    identities: identity::Identities,
    desk: desk::Desk,
    endpoints: Endpoints,
    identity_endpoints: Endpoints,
    outbound: Outbound,
    centre: Option<sync::Centre>,
    /// The newest change of a person, for those who wait for one.
    changes: watch::Sender<i64>,
    look_up: sync::look_up::LookUp,
    strangers: stranger::Strangers,
    /// When it was last kept where each follower is.
    followers: Mutex<HashMap<KeyId, Timestamp>>,
    tls: Option<Tls>,
    limits: Limits,
    body_key: Secret<[u8; 32]>,
    metrics: Arc<Metrics>,
    hub: Hub,
    couriers: Couriers,
    /// Providers' messages that are worked on at one time.
    incoming: Arc<Semaphore>,
    sightings: broadcast::Sender<Arc<evidence::Seen>>,
    names: directory::Names,
    named: presence::Named,
    challenges: challenge::Challenges,
    gate: enrol::Gate,
    enrolling: enrol::camera::Sessions,
    turns: group::Turns,
    cameras_refused: Mutex<BTreeMap<CameraId, Camera>>,
    setup: Setup,
    logins: Arc<Semaphore>,
    pins: Arc<Semaphore>,
    audits: Arc<Semaphore>,
    verification: verification::Verification,
    doctor: doctor::Doctor,
    backups: backup::Desk,
    reports: Arc<Semaphore>,
    sockets: Arc<Semaphore>,
    webrtc: webrtc::Sessions,
    leaving: AtomicBool,
    stopping: watch::Sender<bool>,
    tasks: Mutex<JoinSet<()>>,
    whole_tasks: Mutex<JoinSet<()>>,
    alone: Mutex<Option<Alone>>,
    /// The last event that the gallery knew of when it was filled.
    published: i64,
}

/// Recognition that has not ended by then hangs in a plugin or a camera.
const VISION_STOPS_WITHIN: Duration = Duration::from_secs(5);

impl App {
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    pub(crate) fn couriers(&self) -> &Couriers {
        &self.0.couriers
    }

    /// Room for one more message of a provider.
    pub(crate) fn incoming_permit(&self) -> Option<OwnedSemaphorePermit> {
        self.0.incoming.clone().try_acquire_owned().ok()
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.0.cache
    }

    pub(crate) fn setup(&self) -> &Setup {
        &self.0.setup
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.0.endpoints
    }

    /// The places that identity plugins may reach.
    pub(crate) fn identity_endpoints(&self) -> &Endpoints {
        &self.0.identity_endpoints
    }

    /// The identity plugins.
    pub(crate) fn identities(&self) -> &identity::Identities {
        &self.0.identities
    }

    /// Opens the connections that the appliance opens by itself.
    pub(crate) fn outbound(&self) -> &Outbound {
        &self.0.outbound
    }

    /// What clients are met with, where they are to be met encrypted.
    pub(crate) fn tls(&self) -> Option<&Tls> {
        self.0.tls.as_ref()
    }

    /// How often anybody may ask.
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The requests to providers that are being worked on.
    pub(crate) fn desk(&self) -> &desk::Desk {
        &self.0.desk
    }

    /// The plugins at work.
    pub(crate) fn plugins(&self) -> &Plugins {
        &self.0.plugins
    }

    /// The payment plugins.
    pub(crate) fn providers(&self) -> &Providers {
        &self.0.providers
    }

    /// Cameras and faces; refused when recognition is switched off.
    pub(crate) fn vision(&self) -> Result<&Vision, Problem> {
        self.0.vision.as_ref().ok_or_else(|| {
            Problem::unavailable(
                "recognition_off",
                "recognition is switched off: recognition.enabled = false",
            )
        })
    }

    /// The impostor scores that thresholds are computed from.
    pub(crate) fn tails(&self) -> &threshold::Tails {
        &self.0.tails
    }

    pub(crate) fn has_vision(&self) -> bool {
        self.0.vision.is_some()
    }

    /// Cameras of the database and the settings that could not be started.
    pub(crate) fn cameras_refused(&self) -> &Mutex<BTreeMap<CameraId, Camera>> {
        &self.0.cameras_refused
    }

    /// Browsers that send video, or look at it.
    pub(crate) fn webrtc(&self) -> &webrtc::Sessions {
        &self.0.webrtc
    }

    /// Confirmed sightings, wherever they come from.
    pub fn sightings(&self) -> &broadcast::Sender<Arc<evidence::Seen>> {
        &self.0.sightings
    }

    /// What payers are asked to do before they pay.
    pub(crate) fn challenges(&self) -> &challenge::Challenges {
        &self.0.challenges
    }

    /// The way into the gallery.
    pub(crate) fn gate(&self) -> &enrol::Gate {
        &self.0.gate
    }

    /// The enrolments that go on before cameras.
    pub(crate) fn enrolling(&self) -> &enrol::camera::Sessions {
        &self.0.enrolling
    }

    /// The names that people are searched by.
    pub(crate) fn names(&self) -> &directory::Names {
        &self.0.names
    }

    /// Whether audit and books are whole, as far as that is known.
    pub(crate) fn verification(&self) -> &verification::Verification {
        &self.0.verification
    }

    /// What was found out about this machine.
    pub(crate) fn doctor(&self) -> &doctor::Doctor {
        &self.0.doctor
    }

    /// The backup that is being made.
    pub(crate) fn backups(&self) -> &backup::Desk {
        &self.0.backups
    }

    /// Room for the one walk through the whole audit that is made at a time.
    pub(crate) fn audit_turn(&self) -> Option<OwnedSemaphorePermit> {
        self.0.audits.clone().try_acquire_owned().ok()
    }

    /// The payers whom tills have named by their tracks.
    pub(crate) fn named(&self) -> &presence::Named {
        &self.0.named
    }

    /// Whose turn it is to drive a group checkout.
    pub(crate) fn turns(&self) -> &group::Turns {
        &self.0.turns
    }

    pub fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// When it was started.
    pub(crate) fn started_at(&self) -> Timestamp {
        self.0.started_at
    }

    /// Runs blocking work on the store away from the async threads.
    pub async fn store<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    {
        let store = self.0.store.clone();
        let done = tokio::task::spawn_blocking(move || work(&store)).await;
        done.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())))
    }

    /// As [`App::store`] for what reads many rows: few at a time, so that payments always find a connection that is free.
    pub(crate) async fn report<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    {
        let turn = self.0.reports.clone().acquire_owned().await;
        self.store(move |store| {
            // To the end even when the client hangs up: the database goes on, too.
            let _turn = turn;
            work(store)
        })
        .await
    }

    /// The key of the digests by which the bodies of requests are told apart.
    pub(crate) fn body_key(&self) -> &[u8; 32] {
        self.0.body_key.expose()
    }

    /// Room to work out one more PIN: apart from passwords, so that a flood of sign-ins stops no payment.
    pub(crate) fn pin_turn(&self) -> Option<OwnedSemaphorePermit> {
        self.0.pins.clone().try_acquire_owned().ok()
    }

    /// Room to work out one more password.
    pub(crate) fn login_turn(&self) -> Option<OwnedSemaphorePermit> {
        self.0.logins.clone().try_acquire_owned().ok()
    }

    /// Room for one more WebSocket.
    pub(crate) fn socket_permit(&self) -> Option<OwnedSemaphorePermit> {
        self.0.sockets.clone().try_acquire_owned().ok()
    }

    /// From now on not ready: whoever shares out the requests sends no more, and all that is here goes on.
    pub(crate) fn begin_leave(&self) {
        self.0.leaving.store(true, Ordering::Relaxed);
    }

    /// Whether it is about to stop.
    pub(crate) fn is_leaving(&self) -> bool {
        self.0.leaving.load(Ordering::Relaxed)
    }

    /// Not ready either, and everything that waits for [`Self::stopping`] ends.
    pub(crate) fn begin_drain(&self) {
        self.begin_leave();
        self.0.stopping.send_replace(true);
    }

    /// Whether it has begun to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.0.stopping.borrow()
    }

    /// Ends when the appliance begins to stop.
    pub(crate) fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stopping = self.0.stopping.subscribe();
        async move {
            // An error means that the app is gone, which is a stop as well.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }

    /// Ends when no WebSocket is open any more.
    pub(crate) async fn sockets_closed(&self) {
        let all = u32::try_from(self.settings().ws.clients_max).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        let _ = self.0.sockets.acquire_many(all).await;
    }

    /// Runs `work` in the background until the appliance stops.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping();
        spawn_in(&self.0.tasks, async move {
            tokio::select! {
                () = work => {}
                () = stopping => {}
            }
        });
    }

    /// Runs `work` in the background to its end: a stop waits for it, for `server.drain_timeout_ms` at most.
    pub fn spawn_whole(&self, work: impl Future<Output = ()> + Send + 'static) {
        spawn_in(&self.0.whole_tasks, work);
    }

    /// Runs `work` to its end, whether or not whoever waits for it hangs up, and gives what came of it.
    pub(crate) async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<T, Problem> {
        let (answer, answered) = oneshot::channel();
        self.spawn_whole(async move {
            // Whoever hung up needs no answer.
            let _ = answer.send(work.await);
        });
        answered.await.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    /// Ends the background work and the cameras.
    pub async fn stop(&self) {
        self.begin_drain();
        all_ended(&self.0.tasks).await;
        let limit = Duration::from_millis(self.settings().server.drain_timeout_ms);
        if tokio::time::timeout(limit, all_ended(&self.0.whole_tasks)).await.is_err() {
            tracing::error!(
                "work was still under way after server.drain_timeout_ms; the next start recovers it"
            );
        }
        if let Err(error) = self.checkpoint().await {
            tracing::error!(%error, "no last checkpoint; the next start signs one");
        }
        if let Err(error) = analytics::flush(self).await {
            tracing::warn!(%error, "what was counted last for the plots is lost");
        }
        gallery::keep_last(self).await;
        let app = self.clone();
        let ended = tokio::task::spawn_blocking(move || app.0.vision.as_ref().map(Vision::stop));
        if tokio::time::timeout(VISION_STOPS_WITHIN, ended).await.is_err() {
            tracing::error!("recognition does not end; leaving it behind");
        }
        self.0.alone.lock().take();
    }
}

fn spawn_in(tasks: &Mutex<JoinSet<()>>, work: impl Future<Output = ()> + Send + 'static) {
    let mut tasks = tasks.lock();
    // What has ended is forgotten here, so that the set stays as small as what runs.
    while tasks.try_join_next().is_some() {}
    tasks.spawn(work);
}

/// Waits for every task, those included that are begun meanwhile. Given up, it ends those it waited for.
async fn all_ended(tasks: &Mutex<JoinSet<()>>) {
    loop {
        let mut begun = std::mem::take(&mut *tasks.lock());
        if begun.is_empty() {
            return;
        }
        while begun.join_next().await.is_some() {}
    }
}
