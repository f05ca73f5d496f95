//! Local cameras that are none: sources that describe themselves and break as USB cameras do.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::*;
use crate::camera::seat::Outlets;
use crate::camera::supervisor::Supervisor;
use crate::camera::{CameraConfig, CameraEvent, CameraId, CameraState, Pin, ViewOptions};
use crate::frame::{Frame, PixelFormat};
use crate::ingest::{Ingest, report};
use crate::meter::Unmetered;
use crate::source::{SourcePolicy, SourceUrl};

/// Slow machines run many tests at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// A camera that offers raw pictures of this format in three sizes.
fn raw(format: &str) -> String {
    let mode = |size: &str, rates: &str| format!("video/x-raw,format={format},{size},framerate={rates}");
    let caps = [
        mode("width=1280,height=720", "{(fraction)10/1,(fraction)5/1}"),
        mode("width=640,height=480", "{(fraction)30/1,(fraction)15/1,(fraction)10/1}"),
        mode("width=320,height=240", "30/1"),
    ];
    let caps = caps.join(";");
    format!("videotestsrc is-live=true pattern=smpte horizontal-speed=4 ! capsfilter caps=\"{caps}\"")
}

fn jpeg() -> String {
    "videotestsrc is-live=true pattern=smpte horizontal-speed=4 ! video/x-raw,format=I420 ! jpegenc ! \
     capsfilter caps=\"image/jpeg,width=640,height=480,framerate=15/1\""
        .to_owned()
}

/// Opens this source in place of a device that is plugged in where `plug` is.
fn open(description: &str, plug: &Path, seat: &Arc<Seat>, reporter: &Reporter) -> Result<Ingest, Fault> {
    missed(plug)?;
    crate::runtime::start().unwrap();
    let source = gst::parse::bin_from_description(description, true).unwrap();
    let pipeline = gst::Pipeline::new();
    report(&pipeline, Arc::clone(seat), reporter.clone())?;
    read(&pipeline, source.upcast(), plug, (seat, reporter))?;
    let ingest = Ingest { pipeline, looped: false, device: Some(plug.to_owned()) };
    ingest.pipeline.set_state(gst::State::Playing).map_err(|_| ingest.cause())?;
    Ok(ingest)
}

/// A local camera's seat, what it has analysed and what it tells.
struct Bench {
    seat: Arc<Seat>,
    frames: Receiver<Arc<Frame>>,
    events: broadcast::Receiver<CameraEvent>,
}

fn bench() -> Bench {
    let config = CameraConfig {
        id: "usb".parse::<CameraId>().unwrap(),
        source: SourceUrl::parse("v4l2:///dev/video0").unwrap(),
        decode: Default::default(),
        analysed_fps_max: 10,
        frozen_after_ms: 60_000,
        loop_s_max: 0,
        view: ViewOptions::default(),
        idle: Default::default(),
    };
    let (sender, frames) = sync_channel(4);
    let sink = Arc::new(move |frame| drop(sender.try_send(frame)));
    let outlets = Outlets::new(sink, Arc::new(Unmetered));
    let events = outlets.events.subscribe();
    Bench { seat: Arc::new(Seat::new(config, Pin::default(), outlets, Instant::now())), frames, events }
}

/// Waits for a state; why it was entered.
fn entered(events: &mut broadcast::Receiver<CameraEvent>, wanted: CameraState) -> String {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        match events.try_recv() {
            Ok(event) if event.to == Some(wanted) => return event.reason,
            Ok(_) => {}
            Err(_) => std::thread::park_timeout(Duration::from_millis(5)),
        }
    }
    panic!("the camera was never {}", wanted.name())
}

#[test]
fn a_cameras_pictures_come_as_they_were_asked_for() {
    for (description, codec, format, size) in [
        (raw("NV12"), "raw", PixelFormat::Nv12, (640, 480)),
        (raw("YUY2"), "raw", PixelFormat::I420, (640, 480)),
        (jpeg(), "mjpeg", PixelFormat::I420, (640, 480)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let Bench { seat, frames, .. } = bench();
        let (signals, _inbox) = sync_channel(64);
        let reporter = Reporter::new(1, signals);
        let _ingest = open(&description, folder.path(), &seat, &reporter).unwrap();
        let frame = frames.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no picture of {description}"));
        assert_eq!(
            (frame.format(), frame.width(), frame.height()),
            (format, size.0, size.1),
            "{description}"
        );
        assert_eq!(seat.status(Instant::now()).codec, codec, "{description}");
    }
}

#[test]
fn a_camera_that_names_nothing_known_is_left_to_gstreamer() {
    let folder = tempfile::tempdir().unwrap();
    let Bench { seat, frames, .. } = bench();
    let (signals, _inbox) = sync_channel(64);
    let grey =
        "videotestsrc is-live=true ! capsfilter caps=\"video/x-raw,format=GRAY8,width=640,height=480\"";
    let _ingest = open(grey, folder.path(), &seat, &Reporter::new(1, signals)).unwrap();
    let frame = frames.recv_timeout(PATIENCE).unwrap();
    assert_eq!((frame.width(), frame.height()), (640, 480));
}

mod by_the_clock {
    use super::*;

    #[test]
    fn a_camera_that_is_pulled_out_is_offline_at_once_and_comes_back_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let plug: PathBuf = folder.path().join("video0");
        std::fs::write(&plug, "").unwrap();
        let Bench { seat, mut events, .. } = bench();
        // The first one breaks after two seconds, as a device does that is pulled out; the next ones stay.
        let (opened, place) = (AtomicBool::new(false), plug.clone());
        let opener = move |seat: &Arc<Seat>, _: &SourcePolicy, reporter: Reporter| {
            missed(&place)?;
            let breaks = if opened.swap(true, Ordering::SeqCst) { "" } else { " ! identity error-after=20" };
            open(&(raw("YUY2") + breaks), &place, seat, &reporter)
        };
        let policy = Arc::new(SourcePolicy::default());
        let _running = Supervisor::start_with(seat, policy, Arc::new(|| 1.0), Arc::new(opener)).unwrap();
        entered(&mut events, CameraState::Live);
        std::fs::remove_file(&plug).unwrap();
        let reason = entered(&mut events, CameraState::Offline);
        assert_eq!(reason, format!("no camera is plugged in as {}", plug.display()));
        // Long enough for the waits between two tries to have grown to their longest.
        std::thread::sleep(Duration::from_secs(8));
        std::fs::write(&plug, "").unwrap();
        let plugged = Instant::now();
        entered(&mut events, CameraState::Live);
        let took = plugged.elapsed();
        assert!(took < Duration::from_secs(5), "it took {took:?}");
    }
}
