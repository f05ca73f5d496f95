//! An IP camera: `rtspsrc`, and as soon as it says what it sends, the chain that decodes just that.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use gst::prelude::*;
use gstreamer as gst;

use super::decoder::{Codec, make, watch_units};
use super::tail::{self, Timing};
use super::{Fault, Reporter, Signal, device};
use crate::camera::identity::Identity;
use crate::camera::seat::Seat;
use crate::source::{Rtsp, SourcePolicy};

const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Where the kernel tells the hardware addresses of neighbours.
const NEIGHBOURS: &str = "/proc/net/arp";
/// No SSRC, which has 32 bits.
const NO_SENDER: u64 = u64::MAX;
/// No number of a packet, which has 16 bits.
const NO_NUMBER: u32 = u32::MAX;

pub(super) fn build(
    pipeline: &gst::Pipeline,
    place: &Rtsp,
    policy: &SourcePolicy,
    seat: &Arc<Seat>,
    reporter: &Reporter,
) -> Result<(), Fault> {
    let address = policy.resolve(place)?;
    // A certificate names a host: only there the name itself must be used.
    let host = if place.tls { place.host.clone() } else { address.to_string() };
    let source = make("rtspsrc")?;
    source.set_property("location", place.location(&host));
    if let Some(login) = &place.login {
        source.set_property("user-id", &login.user);
        source.set_property("user-pw", &login.password);
    }
    // Interleaved TCP passes firewalls and loses nothing; with it there is nothing to reorder, hence no latency.
    source.set_property_from_str("protocols", if place.tls { "tls" } else { "tcp" });
    source.set_property("latency", 0u32);
    // Time stamps as the camera wrote them: smoothed ones hide how late a slow link is.
    source.set_property_from_str("buffer-mode", "none");
    source.set_property("tcp-timeout", CONNECT_MAX.as_micros() as u64);
    source.set_property("teardown-timeout", gst::ClockTime::from_mseconds(100));
    source.set_property("user-agent", "FacePay");

    stay(&source, place.location(&host), reporter.clone());
    let taken = AtomicBool::new(false);
    source.connect("select-stream", false, move |values| {
        let caps = values.get(2).and_then(|value| value.get::<gst::Caps>().ok());
        let video = caps.as_ref().is_some_and(|caps| field(caps, "media").as_deref() == Some("video"));
        // Sound and metadata are not even asked for; of several pictures the first is taken.
        Some((video && !taken.swap(true, Ordering::Relaxed)).to_value())
    });
    let (weak, seat, reporter) = (pipeline.downgrade(), Arc::clone(seat), reporter.clone());
    let server = SocketAddr::new(address, place.port);
    source.connect_pad_added(move |_, pad| {
        let Some(pipeline) = weak.upgrade() else { return };
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        if field(&caps, "media").as_deref() == Some("video") {
            seat.identify(identity(server, &caps));
        }
        if let Err(fault) = attach(&pipeline, pad, &seat, &reporter) {
            reporter.tell(Signal::Broken(fault));
        }
    });
    pipeline.add(&source).map_err(|_| Fault::unsupported("the pipeline cannot be built"))
}

/// Refuses to follow a redirection: policy has checked this address, not the one it leads to.
fn stay(source: &gst::Element, location: String, reporter: Reporter) {
    source.connect("before-send", false, move |values| {
        let source = values.first().and_then(|value| value.get::<gst::Element>().ok());
        let here = source
            .is_some_and(|source| source.property::<Option<String>>("location").as_ref() == Some(&location));
        if !here {
            reporter.tell(Signal::Broken(Fault::offline("the camera redirects to another address")));
        }
        Some(here.to_value())
    });
}

/// Which camera this is: its address, its hardware address where it is a neighbour, and what it sends. Neither the SDP's
/// session number nor the SSRC belong to it: they are drawn anew whenever the camera is opened.
fn identity(server: SocketAddr, caps: &gst::Caps) -> Identity {
    let number = |name: &str| caps.structure(0).and_then(|caps| caps.get::<i32>(name).ok());
    Identity::of([
        ("address", server.to_string()),
        ("neighbour", device::neighbour(server.ip(), Path::new(NEIGHBOURS))),
        ("encoding", field(caps, "encoding-name").unwrap_or_default()),
        ("profile", field(caps, "profile-level-id").unwrap_or_default()),
        ("payload", number("payload").map(|number| number.to_string()).unwrap_or_default()),
    ])
}

/// Opens the camera anew when another sender goes on in its stream: whoever that is, they are looked at again. Notes packets
/// that are missing.
fn watch_sender(entry: &gst::Pad, seat: Arc<Seat>, reporter: Reporter) {
    let (first, last) = (AtomicU64::new(NO_SENDER), AtomicU32::new(NO_NUMBER));
    let seen = move |buffer: &gst::BufferRef| {
        let mut header = [0; 12];
        // A fixed RTP header holds a running number in its bytes 2 and 3 and the SSRC in 8 to 11 (RFC 3550, 5.1).
        if buffer.copy_to_slice(0, &mut header).is_err() {
            return;
        }
        let number = u16::from_be_bytes([header[2], header[3]]);
        let before = last.swap(number.into(), Ordering::Relaxed);
        if before != NO_NUMBER && number.wrapping_sub(before as u16) != 1 {
            seat.damaged(Instant::now());
        }
        let sender = u64::from(u32::from_be_bytes([header[8], header[9], header[10], header[11]]));
        let known = first.compare_exchange(NO_SENDER, sender, Ordering::Relaxed, Ordering::Relaxed);
        if known.is_err_and(|known| known != sender) {
            reporter.tell(Signal::Broken(Fault::offline("another sender goes on in the camera's stream")));
        }
    };
    entry.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST, move |_, info| {
        match &info.data {
            Some(gst::PadProbeData::Buffer(buffer)) => seen(buffer.as_ref()),
            Some(gst::PadProbeData::BufferList(list)) => list.iter().for_each(&seen),
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
}

/// Builds the chain for one announced stream and links it.
fn attach(
    pipeline: &gst::Pipeline,
    pad: &gst::Pad,
    seat: &Arc<Seat>,
    reporter: &Reporter,
) -> Result<(), Fault> {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    if field(&caps, "media").as_deref() != Some("video") {
        return Ok(());
    }
    let encoding = field(&caps, "encoding-name").unwrap_or_default();
    let codec = Codec::of_encoding(&encoding).ok_or_else(|| {
        Fault::unsupported(format!("the camera sends {encoding}, which cannot be decoded here"))
    })?;
    let mut chain = vec![make(codec.depayloader)?];
    if let Some(parser) = codec.parser {
        chain.push(make(parser)?);
    }
    let decoder = codec.decoder()?;
    watch_units(&decoder, Arc::clone(seat));
    chain.push(decoder);

    let unbuildable = |_| Fault::unsupported(format!("the pipeline for {} cannot be built", codec.name));
    pipeline.add_many(&chain).map_err(unbuildable)?;
    let tail = tail::add(pipeline, Timing::Live, seat, reporter)?;
    chain.push(tail.clone());
    gst::Element::link_many(&chain).map_err(unbuildable)?;
    // From the sink upwards, so that nothing flows into an element that is not running yet.
    let sink = tail.static_pad("src").and_then(|pad| pad.peer()).and_then(|pad| pad.parent_element());
    for element in sink.iter().chain(chain.iter().rev()) {
        element.sync_state_with_parent().map_err(unbuildable)?;
    }
    let entry = chain[0].static_pad("sink").ok_or_else(|| Fault::missing(codec.depayloader))?;
    watch_sender(&entry, Arc::clone(seat), reporter.clone());
    pad.link(&entry).map(drop).map_err(|_| Fault::unsupported("the camera's stream cannot be linked"))
}

fn field(caps: &gst::Caps, name: &str) -> Option<String> {
    caps.structure(0)?.get::<String>(name).ok()
}
