//! Which addresses are understood, what of them is printed, and which are refused.

use std::path::Path;

use super::*;

fn parsed(text: &str) -> SourceUrl {
    SourceUrl::parse(text).expect("a source URL")
}

#[test]
fn each_scheme_is_understood() {
    let rows = [
        ("rtsp://10.0.0.7/live", SourceKind::Rtsp, "rtsp://10.0.0.7:554/live"),
        ("rtsps://cam.example/live", SourceKind::Rtsp, "rtsps://cam.example:322/live"),
        ("RTSP://[fd00::7]:8554/a/b", SourceKind::Rtsp, "rtsp://[fd00::7]:8554/a/b"),
        ("rtsp://cam", SourceKind::Rtsp, "rtsp://cam:554/"),
        ("v4l2:///dev/video0", SourceKind::Device, "v4l2:///dev/video0"),
        ("v4l2:/dev/video12", SourceKind::Device, "v4l2:///dev/video12"),
        (
            "v4l2:///dev/v4l/by-id/usb-046d_C920_AB12-video-index0",
            SourceKind::Device,
            "v4l2:///dev/v4l/by-id/usb-046d_C920_AB12-video-index0",
        ),
        (
            "v4l2:///dev/v4l/by-path/pci-0000:00:14.0-usb-0:3:1.0-video-index0",
            SourceKind::Device,
            "v4l2:///dev/v4l/by-path/pci-0000:00:14.0-usb-0:3:1.0-video-index0",
        ),
        ("file:///srv/a%20b.mp4", SourceKind::File, "file:///srv/a b.mp4"),
        ("push:", SourceKind::Push, "push:"),
    ];
    for (text, kind, shown) in rows {
        let url = parsed(text);
        assert_eq!((url.kind(), url.to_string().as_str()), (kind, shown), "{text}");
    }
}

#[test]
fn credentials_reach_the_camera_but_no_print() {
    let url = parsed("rtsp://admin:s%40cret@10.0.0.7:554/live?user=admin&password=s3cret");
    for shown in [format!("{url}"), format!("{url:?}")] {
        assert!(!shown.contains("cret") && !shown.contains("admin"), "{shown}");
    }
    let Place::Rtsp(rtsp) = url.place() else { panic!("an RTSP source") };
    let login = rtsp.login.as_ref().expect("a login");
    assert_eq!((login.user.as_str(), login.password.as_str()), ("admin", "s@cret"));
    assert_eq!(rtsp.location("10.0.0.7"), "rtsp://10.0.0.7:554/live?user=admin&password=s3cret");
}

#[test]
fn a_password_in_the_path_is_not_printed() {
    for (text, shown) in [
        ("rtsp://10.0.0.7/user=admin_password=s3cret_channel=1.sdp", "rtsp://10.0.0.7:554/***"),
        ("rtsp://10.0.0.7/user=admin_password=s3cret?real=1", "rtsp://10.0.0.7:554/***?***"),
        ("rtsp://10.0.0.7/cam/realmonitor?channel=1", "rtsp://10.0.0.7:554/cam/realmonitor?***"),
    ] {
        assert_eq!(parsed(text).to_string(), shown);
    }
}

#[test]
fn what_is_not_a_source_is_named() {
    let long = format!("rtsp://h/{}", "a".repeat(3000));
    let rows = [
        ("", "source_malformed"),
        ("camera", "source_malformed"),
        ("http://10.0.0.7/", "source_scheme_unsupported"),
        ("rtsp://", "source_malformed"),
        ("rtsp://h:0/", "source_malformed"),
        ("rtsp://h:99999/", "source_malformed"),
        ("rtsp://a b/", "source_malformed"),
        ("rtsp://u:%zz@h/", "source_malformed"),
        ("rtsp://admin:12/34@h/", "source_malformed"),
        ("rtsp://admin:12#34@h/", "source_malformed"),
        ("rtsp://h/\nx", "source_malformed"),
        ("v4l2:///dev/../etc/passwd", "source_malformed"),
        ("v4l2:///dev/video", "source_malformed"),
        ("v4l2:///dev/video0x", "source_malformed"),
        ("v4l2:///dev/v4l/by-id/..", "source_malformed"),
        ("v4l2:///dev/v4l/by-id/../../mem", "source_malformed"),
        ("v4l2:///dev/v4l/by-id/a camera", "source_malformed"),
        ("v4l2:///tmp/video0", "source_malformed"),
        ("file:relative.mp4", "source_malformed"),
        ("push:x", "source_malformed"),
        (long.as_str(), "source_malformed"),
    ];
    for (text, code) in rows {
        assert_eq!(SourceUrl::parse(text).map_err(|error| error.code()), Err(code), "{text}");
    }
}

fn verdict(policy: &SourcePolicy, text: &str) -> &'static str {
    policy.check(&parsed(text)).map_or_else(|error| error.code(), |()| "ok")
}

#[test]
fn private_and_loopback_open_only_when_told() {
    let closed = SourcePolicy::default();
    let open = SourcePolicy { private: true, loopback: true, ..SourcePolicy::default() };
    let listed =
        SourcePolicy { networks: vec!["10.1.0.0/16".parse().expect("a network")], ..SourcePolicy::default() };
    let rows = [
        ("rtsp://8.8.8.8/", ["ok", "ok", "ok"]),
        ("rtsp://127.0.0.1/", ["source_address_refused", "ok", "source_address_refused"]),
        ("rtsp://[::1]/", ["source_address_refused", "ok", "source_address_refused"]),
        ("rtsp://[::ffff:127.0.0.1]/", ["source_address_refused", "ok", "source_address_refused"]),
        ("rtsp://10.1.2.3/", ["source_address_refused", "ok", "ok"]),
        ("rtsp://10.2.2.3/", ["source_address_refused", "ok", "source_address_refused"]),
        ("rtsp://100.64.0.1/", ["source_address_refused", "ok", "source_address_refused"]),
        ("rtsp://[fd12::1]/", ["source_address_refused", "ok", "source_address_refused"]),
    ];
    for (text, expected) in rows {
        let found = [&closed, &open, &listed].map(|policy| verdict(policy, text));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn metadata_and_link_local_never_open() {
    let policy = SourcePolicy {
        private: true,
        loopback: true,
        networks: vec!["0.0.0.0/0".parse().expect("a network"), "::/0".parse().expect("a network")],
        ..SourcePolicy::default()
    };
    let hosts = [
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "0.0.0.0",
        "255.255.255.255",
        "239.1.1.1",
        "[ff02::1]",
        "[::]",
    ];
    for host in hosts {
        assert_eq!(verdict(&policy, &format!("rtsp://{host}/")), "source_address_refused", "{host}");
    }
}

#[test]
fn files_play_only_from_allowed_folders() {
    let allowed = tempfile::tempdir().expect("a folder");
    let other = tempfile::tempdir().expect("a folder");
    let (inside, outside) = (allowed.path().join("a.mp4"), other.path().join("b.mp4"));
    std::fs::write(&inside, b"x").expect("a file");
    std::fs::write(&outside, b"x").expect("a file");
    let link = allowed.path().join("link.mp4");
    std::os::unix::fs::symlink(&outside, &link).expect("a link");

    let policy = SourcePolicy { folders: vec![allowed.path().to_owned()], ..SourcePolicy::default() };
    let of = |path: &Path| verdict(&policy, &format!("file://{}", path.display()));
    assert_eq!(of(&inside), "ok");
    for refused in [&outside, &link, &allowed.path().join("missing.mp4"), &allowed.path().join("../b.mp4")] {
        assert_eq!(of(refused), "source_path_refused", "{}", refused.display());
    }
    assert_eq!(
        verdict(&SourcePolicy::default(), &format!("file://{}", inside.display())),
        "source_path_refused"
    );
}
