//! One browser: its negotiated connection, and the pictures that go over it.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::format::PayloadParams;
use str0m::media::{KeyframeRequestKind, MediaData, MediaKind, MediaTime, Mid, Rid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};

use crate::answer::{self, OfferError, Way};
use crate::endpoint::Closed;
use crate::unit::{Codec, Sink, Source, Unit, Wanted};

/// A browser that offered must come within so long.
const CONNECT_MAX: Duration = Duration::from_secs(15);
/// A lost key frame request is repeated by what asks for the next; more often than this, encoders only make worse pictures.
const KEY_FRAMES_EVERY: Duration = Duration::from_millis(500);
/// After a close, the farewell may take so long.
const FAREWELL_MAX: Duration = Duration::from_secs(1);

/// What one session carries.
pub(crate) enum Role {
    /// Pictures come in.
    Receives(Box<dyn Sink>),
    /// Pictures go out: they wait here until the socket's turn.
    Sends(Box<dyn Source>, mpsc::Receiver<Unit>),
}

impl Role {
    fn way(&self) -> Way {
        match self {
            Role::Receives(_) => Way::FromBrowser,
            Role::Sends(..) => Way::ToBrowser,
        }
    }
}

/// What every session keeps to.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// A browser that sends nothing for so long is gone.
    pub(crate) silence_max: Duration,
    /// What comes faster than this, in kbit/s, is dropped.
    pub(crate) kbit_per_s_max: u32,
}

pub(crate) struct Connection {
    rtc: Rtc,
    role: Role,
    limits: Limits,
    local: SocketAddr,
    mid: Option<Mid>,
    rid: Option<Option<Rid>>,
    connected: bool,
    /// Since when it is waited for a packet.
    heard: Instant,
    opened: Instant,
    asked: Option<Instant>,
    allowance: Allowance,
    /// When str0m wants to be called again.
    pub(crate) due: Instant,
    /// Dropped by whoever holds the session, who thereby ends it.
    held: oneshot::Receiver<()>,
    closed: Option<oneshot::Sender<Closed>>,
    leaving_since: Option<Instant>,
}

impl Connection {
    /// Reads an offer. Gives the connection and its answer.
    pub(crate) fn open(
        config: RtcConfig,
        (offer, addresses, port): (&str, &[IpAddr], u16),
        role: Role,
        limits: Limits,
        (held, closed): (oneshot::Receiver<()>, oneshot::Sender<Closed>),
        now: Instant,
    ) -> Result<(Self, String), OfferError> {
        let way = role.way();
        answer::check(offer, way)?;
        let unreadable = |error: &dyn std::fmt::Display| OfferError::Unreadable(error.to_string());
        let offer = SdpOffer::from_sdp_string(offer).map_err(|error| unreadable(&error))?;
        let mut rtc = config.build(now);
        let places = addresses.iter().map(|address| SocketAddr::new(*address, port));
        for place in places.clone() {
            let candidate = Candidate::host(place, "udp").map_err(|error| unreadable(&error))?;
            rtc.add_local_candidate(candidate);
        }
        let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| unreadable(&error))?.to_sdp_string();
        let answer = match way {
            Way::FromBrowser => answer::limited(&answer, limits.kbit_per_s_max),
            Way::ToBrowser => answer,
        };
        let local = places.into_iter().next().unwrap_or(SocketAddr::new([127, 0, 0, 1].into(), port));
        let connection = Self {
            rtc,
            role,
            limits,
            local,
            mid: None,
            rid: None,
            connected: false,
            heard: now,
            opened: now,
            asked: None,
            allowance: Allowance::new(limits.kbit_per_s_max, now),
            due: now,
            held,
            closed: Some(closed),
            leaving_since: None,
        };
        Ok((connection, answer))
    }

    /// Whether a packet from there is this browser's.
    pub(crate) fn accepts(&self, now: Instant, source: SocketAddr, packet: &[u8]) -> bool {
        self.input(now, source, packet).is_some_and(|input| self.rtc.accepts(&input))
    }

    fn input<'a>(&self, now: Instant, source: SocketAddr, packet: &'a [u8]) -> Option<Input<'a>> {
        let contents = packet.try_into().ok()?;
        Some(Input::Receive(now, Receive { proto: Protocol::Udp, source, destination: self.local, contents }))
    }

    /// Takes one of its packets.
    pub(crate) fn receive(&mut self, now: Instant, source: SocketAddr, packet: &[u8], socket: &UdpSocket) {
        self.heard = now;
        if !self.allowance.spend(packet.len(), now) {
            return;
        }
        let Some(input) = self.input(now, source, packet) else { return };
        if let Err(error) = self.rtc.handle_input(input) {
            tracing::debug!(%error, "a WebRTC packet makes no sense");
            return self.end(Closed::Broken);
        }
        self.drain(now, socket);
    }

    /// Does what is due: str0m's timers, pictures that wait, an end.
    pub(crate) fn attend(&mut self, now: Instant, socket: &UdpSocket) {
        if self.leaving_since.is_some_and(|since| now.duration_since(since) > FAREWELL_MAX) {
            return self.rtc.disconnect();
        }
        if self.leaving_since.is_none() {
            if self.held.try_recv() == Err(oneshot::error::TryRecvError::Closed) {
                self.leave(Closed::Asked, now, socket);
            } else if !self.connected && now.duration_since(self.opened) > CONNECT_MAX {
                return self.end(Closed::NeverCame);
            } else if self.connected && now.duration_since(self.heard) > self.limits.silence_max {
                return self.end(Closed::Silent);
            }
        }
        if now >= self.due {
            if let Err(error) = self.rtc.handle_input(Input::Timeout(now)) {
                tracing::debug!(%error, "a WebRTC session is broken");
                return self.end(Closed::Broken);
            }
            self.drain(now, socket);
        }
        self.send_waiting(now, socket);
    }

    fn send_waiting(&mut self, now: Instant, socket: &UdpSocket) {
        loop {
            let Role::Sends(_, units) = &mut self.role else { return };
            let Ok(unit) = units.try_recv() else { return };
            if self.connected {
                self.send(&unit);
                self.drain(now, socket);
            }
        }
    }

    fn send(&mut self, unit: &Unit) {
        let Some(writer) = self.mid.and_then(|mid| self.rtc.writer(mid)) else { return };
        let params = writer.payload_params().find(|params| codec(params.spec().codec) == Some(unit.codec));
        let Some(pt) = params.map(PayloadParams::pt) else { return };
        if let Err(error) = writer.write(pt, unit.at, MediaTime::from_90khz(unit.ticks), unit.data.clone()) {
            tracing::debug!(%error, "a picture was not sent");
        }
    }

    /// Says goodbye, and why to whoever holds the session.
    pub(crate) fn leave(&mut self, why: Closed, now: Instant, socket: &UdpSocket) {
        self.tell(why);
        self.leaving_since = Some(now);
        if self.rtc.close().is_err() {
            return self.rtc.disconnect();
        }
        self.drain(now, socket);
    }

    /// Whether anything is still to be done for it.
    pub(crate) fn is_over(&self) -> bool {
        !self.rtc.is_alive()
    }

    fn end(&mut self, why: Closed) {
        self.tell(why);
        self.rtc.disconnect();
    }

    fn tell(&mut self, why: Closed) {
        if let Some(closed) = self.closed.take() {
            // Whoever held it may be gone: that is why it ends.
            let _ = closed.send(why);
        }
    }

    /// Sends what str0m wants sent, and acts on what it has seen.
    fn drain(&mut self, now: Instant, socket: &UdpSocket) {
        loop {
            match self.rtc.poll_output() {
                // Packets get lost on their way as well: one that does not fit the socket's buffer is no other case.
                Ok(Output::Transmit(packet)) => {
                    let _ = socket.try_send_to(&packet.contents, packet.destination);
                }
                Ok(Output::Event(event)) => self.on_event(event, now),
                Ok(Output::Timeout(due)) => {
                    self.due = due;
                    return;
                }
                Err(error) => {
                    tracing::debug!(%error, "a WebRTC session is broken");
                    return self.end(Closed::Broken);
                }
            }
        }
    }

    fn on_event(&mut self, event: Event, now: Instant) {
        match event {
            Event::MediaAdded(media) if media.kind == MediaKind::Video => {
                self.mid.get_or_insert(media.mid);
            }
            Event::Connected => {
                self.connected = true;
                if let Role::Sends(source, _) = &mut self.role {
                    source.want_key_frame();
                }
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => self.end(Closed::Silent),
            Event::Closed => self.tell(Closed::Theirs),
            Event::KeyframeRequest(_) => {
                if let Role::Sends(source, _) = &mut self.role {
                    source.want_key_frame();
                }
            }
            Event::MediaData(data) if self.mid == Some(data.mid) => self.take(data, now),
            _ => {}
        }
    }

    fn take(&mut self, data: MediaData, now: Instant) {
        let Role::Receives(sink) = &mut self.role else { return };
        // Of several sizes of one picture the first that comes is taken.
        if *self.rid.get_or_insert(data.rid) != data.rid {
            return;
        }
        let Some(codec) = codec(data.params.spec().codec) else { return };
        let unit = Unit {
            codec,
            is_key: data.is_keyframe(),
            ticks: data.time.rebase(str0m::media::Frequency::NINETY_KHZ).numer(),
            at: data.network_time,
            follows: data.contiguous,
            data: data.data,
        };
        if sink.take(unit) == Wanted::KeyFrame {
            self.ask_for_key_frame(now);
        }
    }

    fn ask_for_key_frame(&mut self, now: Instant) {
        if self.asked.is_some_and(|asked| now.duration_since(asked) < KEY_FRAMES_EVERY) {
            return;
        }
        self.asked = Some(now);
        let rid = self.rid.flatten();
        let Some(mut writer) = self.mid.and_then(|mid| self.rtc.writer(mid)) else { return };
        if let Err(error) = writer.request_keyframe(rid, KeyframeRequestKind::Pli) {
            tracing::debug!(%error, "a key frame cannot be asked for");
        }
    }
}

fn codec(codec: str0m::format::Codec) -> Option<Codec> {
    match codec {
        str0m::format::Codec::Vp8 => Some(Codec::Vp8),
        str0m::format::Codec::H264 => Some(Codec::H264),
        _ => None,
    }
}

/// How many bytes a browser may send now: a bucket that fills at one and a half times the rate that it was told, which leaves
/// room for repeated packets, and holds two seconds' worth of it.
struct Allowance {
    bytes: f64,
    bytes_per_s: f64,
    at: Instant,
}

impl Allowance {
    fn new(kbit_per_s: u32, at: Instant) -> Self {
        let bytes_per_s = f64::from(kbit_per_s) * 125.0 * 1.5;
        Self { bytes: bytes_per_s * 2.0, bytes_per_s, at }
    }

    fn spend(&mut self, bytes: usize, now: Instant) -> bool {
        let filled = self.bytes + now.duration_since(self.at).as_secs_f64() * self.bytes_per_s;
        self.bytes = filled.min(self.bytes_per_s * 2.0);
        self.at = now;
        let enough = self.bytes >= bytes as f64;
        if enough {
            self.bytes -= bytes as f64;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_faster_than_it_may_is_dropped() {
        let start = Instant::now();
        // 80 kbit/s are 10 000 bytes a second, with room 15 000; twice that waits at first.
        let mut allowance = Allowance::new(80, start);
        let taken = (0..100).filter(|_| allowance.spend(1_000, start)).count();
        assert_eq!(taken, 30);
        let later = start + Duration::from_secs(1);
        assert_eq!((0..100).filter(|_| allowance.spend(1_000, later)).count(), 15);
    }
}
