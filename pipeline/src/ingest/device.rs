//! What the system knows about where pictures come from: a USB camera's place and serial number, a network camera's
//! neighbour address.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::camera::identity::Identity;

/// Longest text that is read of the system.
const TEXT_BYTES_MAX: u64 = 64 << 10;

/// Of a V4L2 device: driver, card, bus place, vendor and product, serial number, as the kernel names them below `root`
/// (`/sys/class/video4linux`). Without any of these it is named by its path.
pub(super) fn of_video(path: &Path, root: &Path) -> Identity {
    // A link such as /dev/v4l/by-id/… leads to the node.
    let node = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let class = node.file_name().map(|name| root.join(name)).unwrap_or_default();
    let device = class.join("device").canonicalize().unwrap_or_default();
    let named = |link: PathBuf| {
        let target = link.canonicalize().ok();
        target.and_then(|target| Some(target.file_name()?.to_string_lossy().into_owned())).unwrap_or_default()
    };
    let usb = device.parent().unwrap_or(&device);
    let fields = [
        ("card", text(&class.join("name"))),
        ("driver", named(device.join("driver"))),
        ("bus", device.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()),
        ("vendor", text(&usb.join("idVendor"))),
        ("product", text(&usb.join("idProduct"))),
        ("serial", text(&usb.join("serial"))),
    ];
    let identity = Identity::of(fields);
    if identity.fields().next().is_some() {
        return identity;
    }
    Identity::of([("path", path.to_string_lossy().into_owned())])
}

/// The link-layer address of a neighbour in the same network, from the kernel's table (`/proc/net/arp`): empty for one
/// behind a router, and for IPv6.
pub(super) fn neighbour(address: IpAddr, table: &Path) -> String {
    let wanted = address.to_string();
    let row = text(table).lines().find_map(|line| {
        let mut columns = line.split_whitespace();
        (columns.next() == Some(wanted.as_str())).then(|| columns.nth(2).unwrap_or_default().to_owned())
    });
    row.filter(|mac| mac.contains(':') && mac != "00:00:00:00:00:00").unwrap_or_default()
}

fn text(path: &Path) -> String {
    use std::io::Read;
    let mut text = String::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(TEXT_BYTES_MAX).read_to_string(&mut text));
    if read.is_ok() { text.trim().to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<'a>(identity: &'a Identity, name: &str) -> Option<&'a str> {
        identity.fields().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// A tree as the kernel makes it: video0 on a USB device of this serial number at this port.
    fn system(folder: &Path, port: &str, serial: &str) -> PathBuf {
        let usb = folder.join("devices/usb1").join(port);
        let interface = usb.join(format!("{port}:1.0"));
        let class = folder.join("class");
        for made in [&interface, &folder.join("drivers/uvcvideo"), &class.join("video0")] {
            std::fs::create_dir_all(made).unwrap();
        }
        for (name, text) in [("idVendor", "046d"), ("idProduct", "085c"), ("serial", serial)] {
            std::fs::write(usb.join(name), format!("{text}\n")).unwrap();
        }
        std::fs::write(class.join("video0/name"), "Webcam\n").unwrap();
        std::os::unix::fs::symlink(&interface, class.join("video0/device")).unwrap();
        std::os::unix::fs::symlink(folder.join("drivers/uvcvideo"), interface.join("driver")).unwrap();
        class
    }

    #[test]
    fn a_usb_camera_is_known_by_its_driver_its_port_and_its_serial_number() {
        let seen = |port: &str, serial: &str| {
            let folder = tempfile::tempdir().unwrap();
            of_video(Path::new("/dev/video0"), &system(folder.path(), port, serial))
        };
        let one = seen("1-4", "AB12");
        for (name, value) in [
            ("card", "Webcam"),
            ("driver", "uvcvideo"),
            ("bus", "1-4:1.0"),
            ("vendor", "046d"),
            ("product", "085c"),
            ("serial", "AB12"),
        ] {
            assert_eq!(field(&one, name), Some(value));
        }
        assert_eq!(one.changes(&seen("1-4", "CD34")), ["serial"]);
        assert_eq!(one.changes(&seen("1-2", "AB12")), ["bus"]);
        let unknown = of_video(Path::new("/dev/video9"), Path::new("/nowhere"));
        assert_eq!(field(&unknown, "path"), Some("/dev/video9"));
    }

    #[test]
    fn a_neighbour_is_known_by_its_address_in_the_kernels_table() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("arp");
        let rows = "IP address       HW type     Flags       HW address            Mask     Device\n\
                    10.0.0.7         0x1         0x2         00:11:22:33:44:55     *        eth0\n\
                    10.0.0.70        0x1         0x0         00:00:00:00:00:00     *        eth0\n";
        std::fs::write(&table, rows).unwrap();
        for (address, expected) in [("10.0.0.7", "00:11:22:33:44:55"), ("10.0.0.70", ""), ("10.0.0.8", "")] {
            assert_eq!(neighbour(address.parse().unwrap(), &table), expected, "{address}");
        }
    }
}
