//! WebRTC: browsers that send a camera's pictures, and browsers that look at a camera. Each session is that of whoever opened it.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use domain::CameraId;
use parking_lot::Mutex;
use pipeline::camera::{Fed, Feed, FeedCodec, FeedUnit};
use pipeline::preview::Viewing;
use tokio::sync::oneshot;
use uuid::Uuid;
use webrtc::{Codec, Endpoint, EndpointOptions, Opened, Outgoing, Session, Sink, Source, Unit, Wanted};

use super::start::StartError;
use super::{App, camera};
use crate::api::Problem;
use crate::auth::{Credential, Principal, Who};
use crate::metrics::{DirectionLabels, ReasonLabels};

/// Which way the pictures of a session go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From a browser's camera.
    In,
    /// To a browser.
    Out,
}

impl Direction {
    pub(crate) const ALL: [Self; 2] = [Self::In, Self::Out];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// The socket, once it is open, and the sessions over it.
#[derive(Default)]
pub(crate) struct Sessions {
    endpoint: OnceLock<Endpoint>,
    open: Mutex<BTreeMap<Uuid, Open>>,
}

/// A session that can be ended from outside.
struct Open {
    by: Who,
    /// Dropped to end it.
    _held: oneshot::Sender<()>,
}

/// Whoever makes an offer, and where it came in.
pub(crate) struct Offerer {
    pub(crate) principal: Principal,
    pub(crate) credential: Credential,
    pub(crate) reached: Option<IpAddr>,
}

/// What a browser is answered.
pub(crate) struct Answered {
    pub(crate) session: Uuid,
    /// SDP.
    pub(crate) answer: String,
}

/// Opens the socket, if the settings ask for it.
pub(super) async fn start(app: &App) -> Result<(), StartError> {
    let settings = &app.settings().webrtc;
    if !settings.enabled {
        return Ok(());
    }
    let options = EndpointOptions {
        listen: settings.listen,
        sessions_max: settings.sessions_max,
        silence_ms_max: settings.silence_ms_max,
        kbit_per_s_max: settings.kbit_per_s_max,
    };
    let (endpoint, running) = Endpoint::bind(options).await.map_err(|error| {
        let listen = settings.listen;
        StartError::Unavailable(format!("cannot listen on UDP {listen}: {error}; check webrtc.listen"))
    })?;
    tracing::info!(address = %endpoint.address(), "WebRTC");
    // An app begins its work once.
    let _ = app.webrtc().endpoint.set(endpoint);
    app.spawn_whole(running.run(app.stopping()));
    Ok(())
}

fn endpoint(app: &App) -> Result<&Endpoint, Problem> {
    let endpoint = app.webrtc().endpoint.get();
    endpoint
        .ok_or_else(|| Problem::unavailable("webrtc_off", "WebRTC is switched off: webrtc.enabled = false"))
}

/// Where a browser is told to send its packets.
fn addresses(app: &App, offerer: &Offerer) -> Vec<IpAddr> {
    let told = &app.settings().webrtc.addresses;
    if told.is_empty() { offerer.reached.into_iter().collect() } else { told.clone() }
}

/// A browser delivers the pictures of a `push:` camera.
pub(crate) async fn take_in(
    app: &App,
    offerer: Offerer,
    name: &str,
    offer: String,
) -> Result<Answered, Problem> {
    let endpoint = endpoint(app)?;
    let camera = camera::pushed(app, name)?;
    let (over, ended) = oneshot::channel();
    let feed = Arc::new(Mutex::new(None));
    let sink = Incoming { feed: Arc::clone(&feed), over: Some(over) };
    let opened = endpoint.receive(offer, addresses(app, &offerer), Box::new(sink)).await?;
    // Not before the offer is found good: whoever delivers now goes on until then.
    let vision = app.vision()?;
    let claim = vision.cameras().claim(&camera, camera::device::client(&offerer.principal))?;
    vision.pipeline().break_off(&camera);
    *feed.lock() = Some(claim.feed()?);
    let over = async move {
        // Dropped by the one who takes the pictures.
        let _ = ended.await;
    };
    Ok(keep(app, offerer, Direction::In, opened, over))
}

/// A browser looks at a camera.
pub(crate) async fn show(
    app: &App,
    offerer: Offerer,
    id: &CameraId,
    offer: String,
) -> Result<Answered, Problem> {
    let endpoint = endpoint(app)?;
    let viewing = app.vision()?.cameras().film(&camera::pipeline_id(id)?)?;
    let source = Asked(viewing.wanted());
    let opened = endpoint.send(offer, addresses(app, &offerer), Box::new(source)).await?;
    let Opened { answer, session: (session, outgoing) } = opened;
    Ok(keep(app, offerer, Direction::Out, Opened { answer, session }, forward(viewing, outgoing)))
}

/// Ends a session of this caller.
pub(crate) fn end(app: &App, principal: &Principal, session: Uuid) -> Result<(), Problem> {
    let mut open = app.webrtc().open.lock();
    match open.get(&session) {
        Some(found) if found.by == principal.who => {
            open.remove(&session);
            Ok(())
        }
        // Whose it is is nobody else's business, nor that it is there.
        _ => Err(Problem::not_found("WebRTC session")),
    }
}

/// Lets a session go on until somebody or something ends it; `over` ends when the camera does.
fn keep(
    app: &App,
    offerer: Offerer,
    direction: Direction,
    opened: Opened<Session>,
    over: impl Future<Output = ()> + Send + 'static,
) -> Answered {
    let Opened { answer, session: mut connection } = opened;
    let (id, by) = (Uuid::new_v4(), offerer.principal.who);
    let (held, ended) = oneshot::channel::<()>();
    app.webrtc().open.lock().insert(id, Open { by, _held: held });
    let sessions =
        app.metrics().webrtc_sessions.get_or_create_owned(&DirectionLabels { direction: direction.name() });
    sessions.inc();
    let (kept, lost) = (app.clone(), offerer.credential.lost(app.clone()));
    app.spawn_whole(async move {
        let reason = tokio::select! {
            why = connection.closed() => why.name(),
            _ = ended => "deleted",
            () = kept.stopping() => "stopping",
            () = lost => "revoked",
            () = over => "camera_gone",
        };
        drop(connection);
        kept.webrtc().open.lock().remove(&id);
        sessions.dec();
        kept.metrics().webrtc_ended.get_or_create(&ReasonLabels { reason }).inc();
        tracing::info!(session = %id, direction = direction.name(), reason, "WebRTC session over");
    });
    Answered { session: id, answer }
}

/// A browser's video on its way to its camera.
struct Incoming {
    /// There once the browser may deliver.
    feed: Arc<Mutex<Option<Feed>>>,
    /// Dropped when nothing more is taken.
    over: Option<oneshot::Sender<()>>,
}

impl Sink for Incoming {
    fn take(&mut self, unit: Unit) -> Wanted {
        let codec = match unit.codec {
            Codec::Vp8 => FeedCodec::Vp8,
            Codec::H264 => FeedCodec::H264,
        };
        let mut feed = self.feed.lock();
        let Some(feed) = feed.as_mut() else { return Wanted::KeyFrame };
        let Unit { data, ticks, is_key, follows, .. } = unit;
        match feed.push(FeedUnit { codec, data, ticks, is_key, follows }) {
            Fed::Taken => Wanted::Nothing,
            Fed::NeedsKeyFrame => Wanted::KeyFrame,
            Fed::Gone => {
                self.over = None;
                Wanted::Nothing
            }
        }
    }
}

/// Has the camera's encoder make a picture that stands for itself.
struct Asked(Arc<AtomicBool>);

impl Source for Asked {
    fn want_key_frame(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Sends what the camera shows, until it is gone.
async fn forward(mut viewing: Viewing, outgoing: Outgoing) {
    while let Some(picture) = viewing.next().await {
        let unit = Unit {
            codec: Codec::Vp8,
            data: picture.data,
            ticks: picture.ticks,
            at: picture.at,
            is_key: picture.is_key,
            follows: true,
        };
        if !outgoing.put(unit) {
            viewing.missed();
        }
    }
}
