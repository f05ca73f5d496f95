//! How the appliance starts: folder, key, database, networks, plugins, then what was under way.

use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use domain::{Secret, Timestamp};
use parking_lot::Mutex;
use store::cache::Cache;
use store::{By, PluginAct, Store, StoreError};
use tokio::sync::{Semaphore, broadcast, watch};
use tokio::task::JoinSet;

use super::alone::Alone;
use super::identity::Identities;
use super::provider::Providers;
use super::sync::Centre;
use super::threshold::Tails;
use super::vision::Vision;
use super::webhook::Couriers;
use super::{App, Clock, Parts, appliance_key, challenge, recovery, relay, sightings, upkeep};
use crate::api::chain;
use crate::api::limits::Limits;
use crate::auth::Principal;
use crate::auth::setup::Setup;
use crate::effects::endpoints::Endpoints;
use crate::metrics::Metrics;
use crate::outbound::{Outbound, Roots, Unconnected};
use crate::plugins::Plugins;
use crate::secrets::Vault;
use crate::settings::{self, Settings};
use crate::tls::Tls;
use crate::ws::hub::Hub;

/// Why the appliance does not start; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Configuration(String),
    #[error("{0}")]
    Unavailable(String),
    #[error("{0}")]
    Integrity(String),
    #[error("{0}")]
    Permission(String),
    /// A plugin whose package is not believed.
    #[error("the plugin {id} is not loaded: {why}")]
    Plugin { id: String, why: String },
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        let text = format!("database: {}", chain(&error));
        match error {
            StoreError::Url(_) => Self::Configuration(text),
            StoreError::Seal | StoreError::Keys(_) | StoreError::Corrupt(_) | StoreError::Newer(_) => {
                Self::Integrity(text)
            }
            StoreError::NotWritable(_) => Self::Permission(text),
            _ => Self::Unavailable(text),
        }
    }
}

/// Sightings that wait for a slow listener; older ones are of no use.
const SIGHTINGS_KEPT: usize = 64;

/// Providers' messages that are worked on at one time; others are told to come back.
const INCOMING_MAX: usize = 8;

/// Passwords that are worked out at one time, each in 19 MiB: a flood of sign-ins takes no more.
const LOGINS_MAX: usize = 2;
/// The same for PINs.
const PINS_MAX: usize = 2;
/// Readings of many rows at one time: half of the connections that read.
const REPORTS_MAX: usize = 2;

/// The time of this machine's clock.
pub fn machine_clock() -> Clock {
    Arc::new(|| Timestamp(jiff::Timestamp::now().as_microsecond()))
}

impl App {
    /// Starts the appliance on this machine's clock.
    ///
    /// # Errors
    /// When a part that the settings ask for cannot work.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        Self::start_at(settings, machine_clock()).await
    }

    /// Starts the appliance on a given clock. Its data folder is its own until [`Self::stop`].
    ///
    /// # Errors
    /// As [`Self::start`], and when another appliance runs on this data folder.
    pub async fn start_at(settings: Settings, clock: Clock) -> Result<Self, StartError> {
        let alone = Alone::in_folder(&settings.data.folder)?;
        let app = Self::open(settings, clock).await?;
        *app.0.alone.lock() = Some(alone);
        app.begin_work().await?;
        Ok(app)
    }

    /// The parts without their work: no recovery, no cameras. For one command beside a running appliance.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub(crate) async fn open(settings: Settings, clock: Clock) -> Result<Self, StartError> {
        let metrics = Arc::new(Metrics::new());
        let blocking = {
            let (settings, metrics, at) = (settings.clone(), metrics.clone(), clock());
            tokio::task::spawn_blocking(move || open(&settings, metrics, at))
        };
        let opened = blocking.await.map_err(|error| StartError::Unavailable(error.to_string()))??;
        let cache = Cache::open(&settings.redis.url).await;
        let cache =
            cache.map_err(|error| StartError::Unavailable(format!("{}; check redis.url", chain(&error))))?;
        if let Some(vision) = &opened.vision {
            let device = vision.compute();
            metrics.set_device(&device.adapter, &device.backend);
            metrics.gallery_filled(vision.filled());
        }
        Ok(Self(Arc::new(Parts {
            hub: Hub::new(settings.ws.events_kept, clock().0.unsigned_abs()),
            couriers: Couriers::new(opened.published),
            incoming: Arc::new(Semaphore::new(INCOMING_MAX)),
            sockets: Arc::new(Semaphore::new(settings.ws.clients_max)),
            webrtc: super::webrtc::Sessions::default(),
            endpoints: opened.endpoints,
            identity_endpoints: opened.identity_endpoints,
            outbound: opened.outbound,
            centre: opened.centre,
            changes: watch::Sender::new(0),
            look_up: Default::default(),
            strangers: Default::default(),
            followers: Mutex::default(),
            tls: opened.tls,
            limits: Limits::new(&settings.limits, settings.sync.look_ups_per_min),
            started_at: clock(),
            clock,
            store: opened.store,
            cache,
            vision: opened.vision,
            tails: opened.tails,
            plugins: opened.plugins,
            providers: opened.providers,
            identities: opened.identities,
            desk: super::desk::Desk::default(),
            body_key: opened.body_key,
            metrics,
            sightings: broadcast::Sender::new(SIGHTINGS_KEPT),
            names: super::directory::Names::default(),
            named: super::presence::Named::default(),
            challenges: challenge::Challenges::default(),
            gate: super::enrol::Gate::new(opened.published),
            enrolling: super::enrol::camera::Sessions::default(),
            turns: super::group::Turns::default(),
            cameras_refused: Mutex::default(),
            setup: Setup::default(),
            logins: Arc::new(Semaphore::new(LOGINS_MAX)),
            pins: Arc::new(Semaphore::new(PINS_MAX)),
            audits: Arc::new(Semaphore::new(1)),
            verification: super::verification::Verification::default(),
            doctor: super::doctor::Doctor::default(),
            backups: super::backup::Desk::default(),
            reports: Arc::new(Semaphore::new(REPORTS_MAX)),
            leaving: AtomicBool::new(false),
            stopping: watch::Sender::new(false),
            tasks: Mutex::new(JoinSet::new()),
            whole_tasks: Mutex::new(JoinSet::new()),
            alone: Mutex::new(None),
            published: opened.published,
            settings,
        })))
    }

    async fn begin_work(&self) -> Result<(), StartError> {
        super::anchor::check(self)?;
        super::plugin::leave_disabled(self).await?;
        super::plugin::announce(self);
        upkeep::round(self).await?;
        recovery::run(self).await?;
        super::checkout::resume(self).await?;
        super::group::resume(self).await?;
        self.spawn(relay::run(self.clone(), self.0.published));
        super::webhook::start_known(self).await?;
        super::sync::start(self).await?;
        self.spawn(upkeep::run(self.clone()));
        self.spawn(super::anchor::run(self.clone()));
        self.spawn(recovery::watch(self.clone()));
        self.spawn(super::checkout::expire_overdue(self.clone()));
        self.spawn(super::group::watch(self.clone()));
        if self.has_vision() {
            super::camera::start_known(self).await?;
            super::webrtc::start(self).await?;
            sightings::start(self);
            challenge::start(self);
            super::model_change::watch(self);
            self.spawn(super::gallery::run(self.clone()));
        }
        Ok(())
    }

    /// Opens set-up when no key exists yet, and returns the code to show once.
    pub async fn open_setup_when_new(&self) -> Option<String> {
        let keys = self.store(Store::api_keys).await;
        let new = keys.is_ok_and(|keys| keys.is_empty());
        new.then(|| self.setup().open(&mut rand::rng()))
    }
}

struct Opened {
    store: Arc<Store>,
    vision: Option<Vision>,
    tails: Tails,
    plugins: Plugins,
    providers: Providers,
    identities: Identities,
    endpoints: Endpoints,
    identity_endpoints: Endpoints,
    outbound: Outbound,
    centre: Option<Centre>,
    tls: Option<Tls>,
    body_key: Secret<[u8; 32]>,
    published: i64,
}

fn open(settings: &Settings, metrics: Arc<Metrics>, at: Timestamp) -> Result<Opened, StartError> {
    let configured = |error: &dyn std::error::Error| StartError::Configuration(chain(error));
    let tls = Tls::open(&settings.tls).map_err(|error| configured(&error))?;
    let outbound = Outbound::new(Roots::load(&settings.tls.trusted).map_err(|error| configured(&error))?);
    let centre = Centre::open(settings).map_err(|error| configured(&error))?;
    let [endpoints, identity_endpoints] =
        endpoints(settings, &outbound).map_err(|error| configured(&error))?;
    make_folder(&settings.data.folder)?;
    let url = settings.database_url()?;
    let key = appliance_key::of(settings, &url)?;
    let store = Arc::new(Store::open(&url, key, &settings::keys_folder(&settings.data.folder))?);
    let body_key = Secret::new(store.derived_key("facepay request bodies 1"));
    let actor = Principal::SYSTEM.actor();
    let by = By { actor: &actor, at };
    // Before anybody is in the gallery or asked for: an older backup may have brought somebody back.
    let again = store.redo_erasures(by)?.len();
    if again > 0 {
        tracing::warn!(people = again, "the database has people who were erased; they are erased again");
    }
    // Before the gallery is filled: what is erased in the meantime is then an event still to come.
    let published = store.outbox_last()?;
    if settings.plugins.allow_unsigned {
        tracing::warn!("plugins.allow_unsigned is set: plugins that nobody vouches for are loaded");
    }
    let plugins = Plugins::new(settings).recorded_in(metrics.recorded.clone());
    let loaded = plugins_at_work(settings, &plugins, (&store, by), metrics);
    if let Err(StartError::Plugin { id, why }) = &loaded {
        let detail = serde_json::json!({ "act": "start", "reason": why });
        store.record_plugin_act(by, PluginAct::Refused, id, detail.to_string())?;
    }
    let (providers, identities, vision) = loaded?;
    let tails = tails(settings, vision.as_ref(), &store)?;
    Ok(Opened {
        store,
        vision,
        tails,
        plugins,
        providers,
        identities,
        endpoints,
        identity_endpoints,
        outbound,
        centre,
        tls,
        body_key,
        published,
    })
}

/// The places that payment plugins may reach, and those for identity plugins.
fn endpoints(settings: &Settings, outbound: &Outbound) -> Result<[Endpoints; 2], Unconnected> {
    let vault = Arc::new(Vault::new(settings.secrets.folder.clone()));
    let make = |places: [&[String]; 2], bytes_max: usize| {
        Endpoints::new(places, bytes_max, outbound.clone(), vault.clone())
    };
    let (payment, identity) = (&settings.payment, &settings.identity);
    Ok([
        make([&payment.endpoints, &payment.networks], payment.response_bytes_max)?,
        make([&identity.endpoints, &identity.networks], identity.response_bytes_max)?,
    ])
}

/// Everything that plugins do here, put to work.
fn plugins_at_work(
    settings: &Settings,
    plugins: &Plugins,
    (store, by): (&Arc<Store>, By<'_>),
    metrics: Arc<Metrics>,
) -> Result<(Providers, Identities, Option<Vision>), StartError> {
    let providers = Providers::new(plugins.payments()?, settings.payment.attended)?;
    let identities = Identities::new(plugins.identities()?);
    let vision = match settings.recognition.enabled {
        true => Some(Vision::start(settings, plugins, (store, by), metrics)?),
        false => None,
    };
    Ok((providers, identities, vision))
}

/// The impostor scores of the recogniser, raised by what was measured here as long as people may be measured.
fn tails(settings: &Settings, vision: Option<&Vision>, store: &Store) -> Result<Tails, StartError> {
    let Some(vision) = vision else { return Tails::builtin() };
    let tails = Tails::in_folder(&settings.compute.weights_folder)?;
    if !settings.recognition.calibration_consents.is_empty() {
        for space in vision.spaces() {
            tails.remember(store, space.model_tag())?;
        }
    }
    Ok(tails)
}

pub(super) fn make_folder(folder: &Path) -> Result<(), StartError> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| not_writable(folder, &error))
}

pub(super) fn not_writable(path: &Path, error: &std::io::Error) -> StartError {
    let path = path.display();
    StartError::Permission(format!(
        "cannot write {path}: {error}; make it writable for this user or set data.folder"
    ))
}
