//! Sessions over real sockets, with a str0m of its own for the browser.

use std::sync::atomic::{AtomicUsize, Ordering};

use str0m::change::SdpAnswer;
use str0m::media::{Direction, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output};

use super::*;
use crate::unit::{Codec, Wanted};

const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const PATIENCE: Duration = Duration::from_secs(20);

async fn bound(sessions_max: usize, silence_ms_max: u64) -> (Endpoint, oneshot::Sender<()>) {
    let listen = SocketAddr::new(LOOPBACK, 0);
    let options = EndpointOptions { listen, sessions_max, silence_ms_max, kbit_per_s_max: 2_000 };
    let (endpoint, running) = Endpoint::bind(options).await.unwrap();
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(running.run(async {
        let _ = stopped.await;
    }));
    (endpoint, stop)
}

/// What a browser does, as far as it matters here.
struct Browser {
    rtc: Rtc,
    socket: UdpSocket,
    pending: Option<str0m::change::SdpPendingOffer>,
    mid: Mid,
    due: Instant,
    connected: bool,
    closed: bool,
    keys_asked: usize,
    got: Vec<(Vec<u8>, u64)>,
}

impl Browser {
    async fn offering(direction: Direction) -> (Self, String) {
        let socket = UdpSocket::bind(SocketAddr::new(LOOPBACK, 0)).await.unwrap();
        let provider = crypto::provider();
        let mut rtc = Rtc::builder()
            .set_crypto_provider(Arc::new(provider))
            .set_dtls_cert(certificate::generate().unwrap())
            .clear_codecs()
            .enable_vp8(true)
            .build(Instant::now());
        rtc.add_local_candidate(Candidate::host(socket.local_addr().unwrap(), "udp").unwrap());
        let mut changes = rtc.sdp_api();
        let mid = changes.add_media(MediaKind::Video, direction, None, None, None);
        let (offer, pending) = changes.apply().unwrap();
        let (connected, closed, keys_asked, got) = (false, false, 0, Vec::new());
        let (pending, due) = (Some(pending), Instant::now());
        let browser = Self { rtc, socket, pending, mid, due, connected, closed, keys_asked, got };
        (browser, offer.to_sdp_string())
    }

    fn answered(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).unwrap();
        self.rtc.sdp_api().accept_answer(self.pending.take().unwrap(), answer).unwrap();
        self.drain();
    }

    /// Lives until what is asked for is true.
    async fn until(&mut self, mut done: impl FnMut(&mut Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        let mut packet = [0; PACKET_BYTES_MAX];
        while !done(self) {
            assert!(Instant::now() < end, "it does not come to that");
            tokio::select! {
                got = self.socket.recv_from(&mut packet) => {
                    let (length, source) = got.unwrap();
                    let destination = self.socket.local_addr().unwrap();
                    let contents = packet[..length].try_into().unwrap();
                    let receive = Receive { proto: Protocol::Udp, source, destination, contents };
                    self.rtc.handle_input(Input::Receive(Instant::now(), receive)).unwrap();
                }
                () = tokio::time::sleep_until(self.due.min(Instant::now() + Duration::from_millis(20)).into()) => {
                    self.rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
                }
            }
            self.drain();
        }
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(due) => {
                    self.due = due;
                    return;
                }
                Output::Transmit(packet) => {
                    let _ = self.socket.try_send_to(&packet.contents, packet.destination);
                }
                Output::Event(Event::Connected) => self.connected = true,
                Output::Event(Event::Closed) => self.closed = true,
                Output::Event(Event::KeyframeRequest(_)) => self.keys_asked += 1,
                Output::Event(Event::MediaData(data)) => {
                    self.got.push((data.data.to_vec(), data.time.numer()));
                }
                Output::Event(_) => {}
            }
        }
    }

    fn send(&mut self, picture: &[u8], ticks: u64) {
        let writer = self.rtc.writer(self.mid).unwrap();
        let pt = writer.payload_params().next().unwrap().pt();
        writer.write(pt, Instant::now(), MediaTime::from_90khz(ticks), picture.to_vec()).unwrap();
        self.drain();
    }
}

/// A VP8 picture as far as its header (RFC 6386, 9.1), of so many bytes.
fn picture(is_key: bool, bytes: usize) -> Vec<u8> {
    let mut picture = vec![0x5a; bytes];
    picture[0] = if is_key { 0x10 } else { 0x11 };
    picture[3..10].copy_from_slice(&[0x9d, 0x01, 0x2a, 64, 0, 48, 0]);
    picture
}

struct Taker {
    taken: mpsc::Sender<Unit>,
    wants: Wanted,
}

impl Sink for Taker {
    fn take(&mut self, unit: Unit) -> Wanted {
        self.taken.try_send(unit).unwrap();
        self.wants
    }
}

struct Maker(Arc<AtomicUsize>);

impl Source for Maker {
    fn want_key_frame(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

async fn received(endpoint: &Endpoint, wants: Wanted) -> (Browser, Session, mpsc::Receiver<Unit>) {
    let (mut browser, offer) = Browser::offering(Direction::SendOnly).await;
    let (taken, takes) = mpsc::channel(64);
    let opened = endpoint.receive(offer, vec![LOOPBACK], Box::new(Taker { taken, wants })).await.unwrap();
    browser.answered(&opened.answer);
    browser.until(|browser| browser.connected).await;
    (browser, opened.session, takes)
}

#[tokio::test]
async fn the_pictures_of_a_browser_arrive_whole_and_in_order() {
    let (endpoint, _stop) = bound(1, 10_000).await;
    let (mut browser, _session, mut takes) = received(&endpoint, Wanted::Nothing).await;
    // The first needs several packets.
    let sent = [picture(true, 5_000), picture(false, 900), picture(false, 100)];
    for (at, data) in (0..).zip(&sent) {
        browser.send(data, 1_000 + at * 3_000);
    }
    let mut took = Vec::new();
    browser
        .until(|_| {
            took.extend(takes.try_recv());
            took.len() == 3
        })
        .await;
    for (unit, data) in took.iter().zip(&sent) {
        assert_eq!((&unit.data[..], unit.codec), (&data[..], Codec::Vp8));
    }
    assert_eq!(
        [true, false, false].map(Some),
        [0, 1, 2].map(|at: usize| took.get(at).map(|unit| unit.is_key))
    );
    assert!(took[1].follows && took[2].follows);
    // RTP times are the browser's own, from an origin of its choice.
    assert_eq!((took[1].ticks - took[0].ticks, took[2].ticks - took[1].ticks), (3_000, 3_000));
}

#[tokio::test]
async fn a_browser_is_asked_for_a_picture_that_stands_for_itself_and_not_all_the_time() {
    let (endpoint, _stop) = bound(1, 10_000).await;
    let (mut browser, _session, _takes) = received(&endpoint, Wanted::KeyFrame).await;
    for at in 0..5 {
        browser.send(&picture(false, 100), at * 3_000);
    }
    browser.until(|browser| browser.keys_asked > 0).await;
    let later = Instant::now() + Duration::from_millis(150);
    browser.until(|_| Instant::now() > later).await;
    assert_eq!(browser.keys_asked, 1);
}

#[tokio::test]
async fn pictures_reach_a_browser_that_looks() {
    let (endpoint, _stop) = bound(1, 10_000).await;
    let (mut browser, offer) = Browser::offering(Direction::RecvOnly).await;
    let wanted = Arc::new(AtomicUsize::new(0));
    let opened = endpoint.send(offer, vec![LOOPBACK], Box::new(Maker(Arc::clone(&wanted)))).await.unwrap();
    let (_session, outgoing) = opened.session;
    browser.answered(&opened.answer);
    browser.until(|browser| browser.connected && wanted.load(Ordering::Relaxed) > 0).await;
    let unit = |data: Vec<u8>, ticks| {
        let (codec, at, is_key, follows) = (Codec::Vp8, Instant::now(), true, true);
        Unit { codec, data: data.into(), ticks, at, is_key, follows }
    };
    assert!(outgoing.put(unit(picture(true, 4_000), 0)));
    assert!(outgoing.put(unit(picture(false, 300), 6_000)));
    browser.until(|browser| browser.got.len() == 2).await;
    assert_eq!(browser.got[0].0, picture(true, 4_000));
    assert_eq!(browser.got[1].1 - browser.got[0].1, 6_000);
}

#[tokio::test]
async fn a_session_that_is_dropped_ends_at_the_browser_and_makes_room() {
    let (endpoint, _stop) = bound(1, 10_000).await;
    let (mut browser, session, _takes) = received(&endpoint, Wanted::Nothing).await;
    let (_, offer) = Browser::offering(Direction::SendOnly).await;
    let taker = || Box::new(Taker { taken: mpsc::channel(1).0, wants: Wanted::Nothing });
    let full = endpoint.receive(offer.clone(), vec![LOOPBACK], taker()).await;
    assert!(matches!(full, Err(OpenError::Full(1))));
    drop(session);
    browser.until(|browser| browser.closed).await;
    let end = Instant::now() + PATIENCE;
    while endpoint.receive(offer.clone(), vec![LOOPBACK], taker()).await.is_err() {
        assert!(Instant::now() < end, "there is no room");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn whoever_holds_a_session_is_told_when_the_browser_goes() {
    let (endpoint, stop) = bound(2, 2_000).await;
    let (browser, mut session, _takes) = received(&endpoint, Wanted::Nothing).await;
    // Without a word.
    drop(browser);
    assert_eq!(tokio::time::timeout(PATIENCE, session.closed()).await, Ok(Closed::Silent));

    let (mut browser, mut session, _takes) = received(&endpoint, Wanted::Nothing).await;
    browser.rtc.close().unwrap();
    browser.drain();
    assert_eq!(tokio::time::timeout(PATIENCE, session.closed()).await, Ok(Closed::Theirs));

    let (mut browser, mut session, _takes) = received(&endpoint, Wanted::Nothing).await;
    stop.send(()).unwrap();
    assert_eq!(tokio::time::timeout(PATIENCE, session.closed()).await, Ok(Closed::Stopping));
    browser.until(|browser| browser.closed).await;
    let (_, offer) = Browser::offering(Direction::RecvOnly).await;
    let late = endpoint.send(offer, vec![LOOPBACK], Box::new(Maker(Arc::default()))).await;
    assert!(matches!(late, Err(OpenError::Stopped)));
}

#[tokio::test]
async fn packets_of_nobody_harm_nobody() {
    let (endpoint, _stop) = bound(1, 10_000).await;
    let (mut browser, _session, mut takes) = received(&endpoint, Wanted::Nothing).await;
    let stranger = UdpSocket::bind(SocketAddr::new(LOOPBACK, 0)).await.unwrap();
    // By their first bytes STUN, DTLS, RTP, RTCP and nothing at all (RFC 7983); each too short, or without sense.
    for first in [0, 1, 20, 22, 63, 128, 200, 255] {
        for length in [0, 1, 12, 20, 300, PACKET_BYTES_MAX - 1] {
            let packet: Vec<u8> = (0..length).map(|at| if at == 0 { first } else { at as u8 }).collect();
            stranger.send_to(&packet, endpoint.address()).await.unwrap();
        }
    }
    browser.send(&picture(true, 700), 0);
    let mut took = None;
    browser
        .until(|_| {
            took = took.take().or(takes.try_recv().ok());
            took.is_some()
        })
        .await;
}

#[tokio::test]
async fn an_offer_that_is_none_is_refused_and_takes_no_place() {
    let (endpoint, _stop) = bound(1, 10_000).await;
    let video = "v=0\r\ns=-\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";
    for (offer, code) in [("", "sdp_without_video"), ("v=0\r\n", "sdp_without_video"), (video, "sdp_invalid")]
    {
        let taker = Taker { taken: mpsc::channel(1).0, wants: Wanted::Nothing };
        let refused = endpoint.receive(offer.to_owned(), vec![LOOPBACK], Box::new(taker)).await;
        assert!(matches!(&refused, Err(OpenError::Offer(error)) if error.code() == code), "{offer:?}");
    }
    let (_, offer) = Browser::offering(Direction::RecvOnly).await;
    let elsewhere = vec!["::1".parse().unwrap(), "0.0.0.0".parse().unwrap()];
    let refused = endpoint.send(offer, elsewhere, Box::new(Maker(Arc::default()))).await;
    assert!(matches!(refused, Err(OpenError::NoAddress(_))));
    let (_browser, _session, _takes) = received(&endpoint, Wanted::Nothing).await;
}
