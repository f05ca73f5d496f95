//! The UDP socket of all sessions: packets are handed to the browser that they come from.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::crypto::CryptoProvider;
use str0m::crypto::dtls::DtlsCert;
use str0m::{Rtc, RtcConfig};
use tokio::net::UdpSocket;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::answer::OfferError;
use crate::session::{Connection, Limits, Role};
use crate::unit::{Sink, Source, Unit};
use crate::{certificate, crypto};

/// No packet of a session is longer: they keep to the 1 500 bytes of Ethernet.
const PACKET_BYTES_MAX: usize = 2_048;
/// Packets that are read before the sessions' timers get their turn.
const PACKETS_AT_ONCE: usize = 64;
/// Offers that wait to be read.
const OFFERS_MAX: usize = 16;
/// Pictures that wait to be sent to one browser.
const UNITS_MAX: usize = 8;
/// Sessions are looked after so often, whatever else happens.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// At the end, browsers are told within so long.
const FAREWELL_MAX: Duration = Duration::from_millis(500);

/// How sessions are run.
#[derive(Clone, Debug)]
pub struct EndpointOptions {
    /// Where the socket is.
    pub listen: SocketAddr,
    /// So many browsers at once.
    pub sessions_max: usize,
    /// A browser that sends nothing for so long is gone.
    pub silence_ms_max: u64,
    /// What a browser may send, in kbit/s.
    pub kbit_per_s_max: u32,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Offer(#[from] OfferError),
    #[error("no more than {0} WebRTC sessions can be open at once")]
    Full(usize),
    /// The browser would be told nowhere to go: none of the addresses is of the socket's kind.
    #[error("the socket at {0} has no address that the browser could be told")]
    NoAddress(SocketAddr),
    #[error("WebRTC has stopped")]
    Stopped,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Whoever held it dropped it.
    Asked,
    /// The browser said so.
    Theirs,
    /// The browser never came after its answer.
    NeverCame,
    /// The browser went away without a word.
    Silent,
    /// What it sent made no sense.
    Broken,
    /// The socket is closed.
    Stopping,
}

impl Closed {
    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Closed::Asked => "asked",
            Closed::Theirs => "theirs",
            Closed::NeverCame => "never_came",
            Closed::Silent => "silent",
            Closed::Broken => "broken",
            Closed::Stopping => "stopping",
        }
    }
}

/// Where offers are left. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    offers: mpsc::Sender<Offered>,
    wake: Arc<Notify>,
    address: SocketAddr,
}

/// The socket and its sessions, to be run.
pub struct Running {
    socket: UdpSocket,
    offers: mpsc::Receiver<Offered>,
    wake: Arc<Notify>,
    config: RtcConfig,
    options: EndpointOptions,
    port: u16,
    sessions: BTreeMap<u64, Connection>,
    opened: u64,
}

/// An offer on its way.
struct Offered {
    offer: String,
    addresses: Vec<IpAddr>,
    role: Role,
    ends: (oneshot::Receiver<()>, oneshot::Sender<Closed>),
    answer: oneshot::Sender<Result<String, OpenError>>,
}

/// What came of an offer.
pub struct Opened<T> {
    /// For the browser.
    pub answer: String,
    /// For whoever opened it.
    pub session: T,
}

/// A session is open until this is dropped.
pub struct Session {
    _held: oneshot::Sender<()>,
    closed: oneshot::Receiver<Closed>,
    _wake: WakeOnDrop,
}

struct WakeOnDrop(Arc<Notify>);

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Session {
    /// Ends when the session does, and says why.
    pub async fn closed(&mut self) -> Closed {
        (&mut self.closed).await.unwrap_or(Closed::Stopping)
    }
}

/// Where the pictures for one browser are left.
pub struct Outgoing {
    units: mpsc::Sender<Unit>,
    wake: Arc<Notify>,
}

impl Outgoing {
    /// Leaves a picture to be sent; false when the browser has not been sent those before it, or is gone. Does not block.
    pub fn put(&self, unit: Unit) -> bool {
        let put = self.units.try_send(unit).is_ok();
        self.wake.notify_one();
        put
    }
}

impl Endpoint {
    /// Takes the socket. Nothing happens until what is returned runs.
    ///
    /// # Errors
    /// When the address is taken or not this machine's.
    pub async fn bind(options: EndpointOptions) -> std::io::Result<(Endpoint, Running)> {
        let socket = UdpSocket::bind(options.listen).await?;
        let address = socket.local_addr()?;
        let certificate = certificate::generate().map_err(std::io::Error::other)?;
        let config = config(crypto::provider(), certificate);
        let (offers, offered) = mpsc::channel(OFFERS_MAX);
        let wake = Arc::new(Notify::new());
        let endpoint = Endpoint { offers, wake: Arc::clone(&wake), address };
        let (sessions, opened, port) = (BTreeMap::new(), 0, address.port());
        Ok((endpoint, Running { socket, offers: offered, wake, config, options, port, sessions, opened }))
    }

    /// Where the socket is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes a browser's pictures. `addresses` are those at which it can reach the socket.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn receive(
        &self,
        offer: String,
        addresses: Vec<IpAddr>,
        sink: Box<dyn Sink>,
    ) -> Result<Opened<Session>, OpenError> {
        self.open(offer, addresses, Role::Receives(sink)).await
    }

    /// Sends pictures to a browser. As [`Self::receive`].
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn send(
        &self,
        offer: String,
        addresses: Vec<IpAddr>,
        source: Box<dyn Source>,
    ) -> Result<Opened<(Session, Outgoing)>, OpenError> {
        let (units, waiting) = mpsc::channel(UNITS_MAX);
        let Opened { answer, session } = self.open(offer, addresses, Role::Sends(source, waiting)).await?;
        Ok(Opened { answer, session: (session, Outgoing { units, wake: Arc::clone(&self.wake) }) })
    }

    async fn open(
        &self,
        offer: String,
        mut addresses: Vec<IpAddr>,
        role: Role,
    ) -> Result<Opened<Session>, OpenError> {
        addresses.retain(|address| address.is_ipv4() == self.address.is_ipv4() && !address.is_unspecified());
        if addresses.is_empty() {
            return Err(OpenError::NoAddress(self.address));
        }
        let (held, holds) = oneshot::channel();
        let (closes, closed) = oneshot::channel();
        let (answers, answer) = oneshot::channel();
        let offered = Offered { offer, addresses, role, ends: (holds, closes), answer: answers };
        self.offers.send(offered).await.map_err(|_| OpenError::Stopped)?;
        let answer = answer.await.map_err(|_| OpenError::Stopped)??;
        let session = Session { _held: held, closed, _wake: WakeOnDrop(Arc::clone(&self.wake)) };
        Ok(Opened { answer, session })
    }
}

fn config(provider: CryptoProvider, certificate: DtlsCert) -> RtcConfig {
    Rtc::builder()
        .set_crypto_provider(Arc::new(provider))
        .set_dtls_cert(certificate)
        // Browsers look for us, and never we for them.
        .set_ice_lite(true)
        .clear_codecs()
        .enable_vp8(true)
        .enable_h264(true)
}

impl Running {
    /// Runs until `stop` ends; then browsers are told.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut packet = [0; PACKET_BYTES_MAX];
        tokio::pin!(stop);
        loop {
            let due = self.due(Instant::now());
            tokio::select! {
                () = &mut stop => break,
                Some(offered) = self.offers.recv() => self.open(offered),
                () = self.wake.notified() => {}
                got = self.socket.recv_from(&mut packet) => match got {
                    Ok((length, source)) => self.receive(source, packet.get(..length).unwrap_or_default()),
                    // An earlier packet found nobody there: that says nothing about the next.
                    Err(error) => tracing::debug!(%error, "no WebRTC packet"),
                },
                () = tokio::time::sleep_until(due.into()) => {}
            }
            self.receive_more(&mut packet);
            self.attend(Instant::now());
        }
        self.offers.close();
        self.farewell().await;
    }

    /// What has come in the meantime.
    fn receive_more(&mut self, packet: &mut [u8]) {
        for _ in 0..PACKETS_AT_ONCE {
            let Ok((length, source)) = self.socket.try_recv_from(packet) else { return };
            self.receive(source, packet.get(..length).unwrap_or_default());
        }
    }

    fn due(&self, now: Instant) -> Instant {
        let look = now + LOOK_EVERY;
        self.sessions.values().map(|session| session.due).min().map_or(look, |due| due.min(look))
    }

    fn open(&mut self, offered: Offered) {
        let Offered { offer, addresses, role, ends, answer } = offered;
        if self.sessions.len() >= self.options.sessions_max {
            // Whoever asked may have hung up.
            let _ = answer.send(Err(OpenError::Full(self.options.sessions_max)));
            return;
        }
        let limits = Limits {
            silence_max: Duration::from_millis(self.options.silence_ms_max),
            kbit_per_s_max: self.options.kbit_per_s_max,
        };
        let place = (offer.as_str(), addresses.as_slice(), self.port);
        match Connection::open(self.config.clone(), place, role, limits, ends, Instant::now()) {
            Ok((session, text)) => {
                self.opened += 1;
                self.sessions.insert(self.opened, session);
                let _ = answer.send(Ok(text));
            }
            Err(error) => drop(answer.send(Err(error.into()))),
        }
    }

    fn receive(&mut self, source: SocketAddr, packet: &[u8]) {
        let now = Instant::now();
        let session = self.sessions.values_mut().find(|session| session.accepts(now, source, packet));
        match session {
            Some(session) => session.receive(now, source, packet, &self.socket),
            None => tracing::trace!(%source, "a packet of no WebRTC session"),
        }
    }

    fn attend(&mut self, now: Instant) {
        for session in self.sessions.values_mut() {
            session.attend(now, &self.socket);
        }
        self.sessions.retain(|_, session| !session.is_over());
    }

    async fn farewell(mut self) {
        let now = Instant::now();
        for session in self.sessions.values_mut() {
            session.leave(Closed::Stopping, now, &self.socket);
        }
        let told = async {
            while !self.sessions.is_empty() {
                tokio::time::sleep_until(self.due(Instant::now()).into()).await;
                self.attend(Instant::now());
            }
        };
        // A browser that hears nothing finds out by itself.
        let _ = tokio::time::timeout(FAREWELL_MAX, told).await;
    }
}

#[cfg(test)]
mod tests;
