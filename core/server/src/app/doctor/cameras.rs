//! GStreamer's elements, video devices, the cameras of the settings.

use std::fs::OpenOptions;
use std::path::Path;

use pipeline::elements::{is_installed, version};
use pipeline::source::SourceUrl;

use super::{Case, Check, Status, ask};
use crate::api::chain;
use crate::app::vision;
use crate::settings::Settings;

/// What each element is for, which ones will do, and the Debian package; the first group cannot be done without.
const NEEDED: [(&str, &[&str], &str, bool); 10] = [
    ("video.rtsp", &["rtspsrc"], "gstreamer1.0-plugins-good", true),
    ("video.rtp_h264", &["rtph264depay"], "gstreamer1.0-plugins-good", true),
    ("video.h264_parser", &["h264parse"], "gstreamer1.0-plugins-bad", true),
    (
        "video.h264_decoder",
        &["nvh264dec", "vah264dec", "v4l2h264dec", "avdec_h264", "openh264dec"],
        "gstreamer1.0-libav",
        true,
    ),
    (
        "video.h265_decoder",
        &["nvh265dec", "vah265dec", "v4l2h265dec", "avdec_h265", "libde265dec"],
        "gstreamer1.0-libav",
        false,
    ),
    ("video.jpeg_decoder", &["jpegdec", "avdec_mjpeg"], "gstreamer1.0-plugins-good", true),
    ("video.convert", &["videoconvert"], "gstreamer1.0-plugins-base", true),
    ("video.usb_cameras", &["v4l2src"], "gstreamer1.0-plugins-good", false),
    ("video.recordings", &["decodebin"], "gstreamer1.0-plugins-base", false),
    ("video.simulator", &["x264enc"], "gstreamer1.0-plugins-ugly", false),
];

/// Decoders that leave the cores to recognition.
const HARDWARE: [&str; 6] =
    ["nvh264dec", "nvh265dec", "vah264dec", "vah265dec", "v4l2h264dec", "v4l2h265dec"];

pub(super) fn checks(case: &Case) -> Vec<Check> {
    let settings = case.settings();
    let gstreamer = ask(
        "video.gstreamer",
        "it reads every camera",
        "apt install libgstreamer1.0-0 gstreamer1.0-plugins-base",
    );
    let mut checks = vec![gstreamer.must(version().ok_or_else(|| "GStreamer does not start".to_owned()))];
    checks.extend(NEEDED.iter().map(|(name, kinds, package, needed)| {
        let asked =
            ask(*name, "cameras of this kind cannot be read without it", format!("apt install {package}"));
        let found = kinds.iter().find(|kind| is_installed(kind)).map(|kind| (*kind).to_owned());
        let answer = found.ok_or_else(|| format!("none of {} is installed", kinds.join(", ")));
        if *needed { asked.must(answer) } else { asked.should(answer) }
    }));
    checks.push(hardware());
    checks.push(devices(settings));
    checks.push(listed(settings));
    checks
}

fn hardware() -> Check {
    let asked = ask(
        "video.hardware_decoder",
        "it leaves the cores to recognition",
        "apt install intel-media-va-driver or the GPU's driver",
    );
    let found: Vec<&str> = HARDWARE.into_iter().filter(|kind| is_installed(kind)).collect();
    match found.is_empty() {
        true => asked.found(Status::Skip, "none: video is decoded on the CPU"),
        false => asked.found(Status::Ok, found.join(", ")),
    }
}

fn devices(settings: &Settings) -> Check {
    let asked = ask(
        "cameras.devices",
        "USB cameras are opened by the service's own user",
        "usermod -aG video facepay",
    );
    if !settings.cameras.devices {
        return asked.found(Status::Skip, "cameras.devices is off");
    }
    let entries = std::fs::read_dir("/dev").into_iter().flatten().flatten();
    let videos: Vec<_> = entries.map(|entry| entry.path()).filter(|path| is_video(path)).collect();
    let closed = videos.iter().find(|path| OpenOptions::new().read(true).write(true).open(path).is_err());
    match (videos.len(), closed) {
        (0, _) => asked.found(Status::Skip, "no /dev/video device"),
        (_, Some(path)) => {
            asked.found(Status::Warn, format!("{} cannot be opened by this user", path.display()))
        }
        (count, None) => asked.found(Status::Ok, format!("{count} /dev/video devices can be opened")),
    }
}

fn is_video(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("video"))
}

/// Parsed and allowed; whether one answers is for `facepay camera test`.
fn listed(settings: &Settings) -> Check {
    let asked = ask(
        "cameras.list",
        "a camera that is not allowed is not opened",
        "facepay camera test URL; see [cameras]",
    );
    let policy = match vision::cameras(&settings.cameras) {
        Ok(options) => options.policy,
        Err(error) => return asked.must(Err(chain(&error))),
    };
    let fault = |camera: &crate::settings::ListedCamera| {
        let checked = SourceUrl::parse(&camera.source).and_then(|source| policy.check(&source));
        checked.err().map(|error| format!("{}: {error}", camera.id))
    };
    let faults: Vec<String> = settings.cameras.list.iter().filter_map(fault).collect();
    match (settings.cameras.list.len(), faults.is_empty()) {
        (0, _) => asked
            .found(Status::Skip, "no camera in the settings; those of the database are checked at the start"),
        (count, true) => asked.found(Status::Ok, format!("{count} cameras are allowed")),
        (_, false) => asked.found(Status::Fail, faults.join("; ")),
    }
}
