//! Cameras on this machine: which there are and what they can deliver.

use std::path::{Path, PathBuf};

use gst::prelude::*;
use gstreamer as gst;

mod mode;
mod watch;

use mode::modes;
pub use mode::{Coding, Mode};
pub(crate) use mode::{chosen, filter};
pub(crate) use watch::Watch;

/// What GStreamer calls cameras, and whatever else delivers pictures.
const CLASS: &str = "Video/Source";
/// Where udev names cameras by vendor, product and serial number: names that stay when the camera is plugged in elsewhere.
const NAMES: &str = "/dev/v4l/by-id";
/// More cameras than this are not looked at.
const DEVICES_MAX: usize = 64;

/// A camera on this machine.
#[derive(Clone, Debug)]
pub struct Device {
    /// What it calls itself.
    pub name: String,
    /// Its node, such as `/dev/video0`.
    pub path: PathBuf,
    /// The source to add it by: under udev's name for it where there is one, else by its node.
    pub source: String,
    /// Everything that it says it can deliver, in its own order; sizes of which it has a range are not among them.
    pub modes: Vec<Mode>,
    /// What it is asked for when so many pictures a second are to be analysed; `None` leaves the choice to GStreamer.
    pub chosen: Option<Mode>,
}

/// The cameras of this machine that can be opened, for `analysed_fps_max` pictures a second. Blocks while each is asked.
pub fn list(analysed_fps_max: u32) -> Vec<Device> {
    if crate::runtime::start().is_err() {
        return Vec::new();
    }
    let monitor = gst::DeviceMonitor::new();
    // Another filter finds nothing, which is what is then there.
    let _filter = monitor.add_filter(Some(CLASS), None);
    // Not started: that would watch for changes. Asked so, it looks once.
    let found = monitor.devices();
    let cameras = found.iter().filter_map(|device| camera(device, Path::new(NAMES), analysed_fps_max));
    let mut cameras: Vec<Device> = cameras.take(DEVICES_MAX).collect();
    cameras.sort_by(|a, b| a.path.cmp(&b.path));
    cameras
}

/// `None` for what is no V4L2 camera.
fn camera(device: &gst::Device, names: &Path, analysed_fps_max: u32) -> Option<Device> {
    let properties = device.properties()?;
    let path = PathBuf::from(properties.get::<String>("device.path").ok()?);
    let caps = device.caps()?;
    let name = device.display_name().to_string();
    let source = format!("v4l2://{}", named(&path, names).display());
    let (modes, chosen) = (modes(&caps), chosen(&caps, analysed_fps_max));
    Some(Device { name, path, source, modes, chosen })
}

/// The name below `names` that leads to this node; the node itself where there is none.
fn named(node: &Path, names: &Path) -> PathBuf {
    let entries = std::fs::read_dir(names).into_iter().flatten().flatten();
    let mut links: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|link| link.canonicalize().is_ok_and(|target| target == node))
        .collect();
    links.sort();
    links.into_iter().next().unwrap_or_else(|| node.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_is_called_by_the_name_that_stays() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let (node, other, names) = (folder.join("video0"), folder.join("video1"), folder.join("by-id"));
        for file in [&node, &other] {
            std::fs::write(file, "").unwrap();
        }
        assert_eq!(named(&node, &names), node, "no udev");
        std::fs::create_dir(&names).unwrap();
        let link = names.join("usb-046d_HD_Pro_Webcam_C920_AB12-video-index0");
        std::os::unix::fs::symlink("../video0", &link).unwrap();
        assert_eq!(named(&node, &names), link);
        assert_eq!(named(&other, &names), other);
    }

    #[test]
    fn what_is_listed_can_be_added() {
        for device in list(10) {
            assert!(crate::source::SourceUrl::parse(&device.source).is_ok(), "{device:?}");
        }
    }
}
