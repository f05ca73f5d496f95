//! What goes wrong with cameras is named, and mended when it can be.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use pipeline::camera::CameraState;
use pipeline::simulate::{MountOptions, RtspFarm};

use crate::bench::{Bench, clip, farm, or_skip};

#[test]
fn a_killed_server_is_noticed_and_found_again() {
    let Some((farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let id = bench.add("door", mount.url());
    bench.wait_for(&id, CameraState::Live);
    farm.kill();
    bench.wait_for(&id, CameraState::Offline);
    farm.revive().expect("the port is free");
    bench.wait_for(&id, CameraState::Live);
    assert!(bench.cameras.status(&id).expect("it is there").reconnects >= 1);
}

#[test]
fn an_ended_stream_is_opened_again() {
    let Some((_farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let id = bench.add("door", mount.url());
    bench.wait_for(&id, CameraState::Live);
    mount.end();
    bench.wait_for(&id, CameraState::Offline);
    bench.wait_for(&id, CameraState::Live);
}

#[test]
fn a_silent_camera_is_stalled_soon_and_recovers() {
    let Some((_farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let id = bench.add("door", mount.url());
    bench.wait_for(&id, CameraState::Live);
    mount.stall(true);
    let took = bench.wait_for(&id, CameraState::Stalled);
    // Two seconds and a look; a busy machine takes longer.
    assert!(took < Duration::from_secs(10), "noticed after {took:?}");
    mount.stall(false);
    bench.wait_for(&id, CameraState::Live);
}

#[test]
fn a_wrong_password_is_unauthorized_and_the_right_one_opens() {
    let Some(clip) = clip() else { return };
    let farm = RtspFarm::start().expect("the farm starts");
    let login = Some(("guard".to_owned(), "p@ss word".to_owned()));
    let Some(mount) = or_skip(farm.mount("safe", &clip, &MountOptions { login })) else { return };
    let with = |login: &str| mount.url().replace("rtsp://", &format!("rtsp://{login}@"));
    let mut bench = Bench::new();

    let wrong = bench.add("wrong", &with("guard:guess"));
    bench.wait_for(&wrong, CameraState::Unauthorized);
    let none = bench.add("none", mount.url());
    bench.wait_for(&none, CameraState::Unauthorized);
    let right = bench.add("right", &with("guard:p%40ss%20word"));
    bench.wait_for(&right, CameraState::Live);

    for status in bench.cameras.list() {
        let shown = format!("{status:?}");
        assert!(
            !shown.contains("guess") && !shown.contains("ss word") && !shown.contains("ss%20"),
            "{shown}"
        );
    }
}

#[test]
fn a_missing_stream_is_not_found() {
    let Some((_farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let id = bench.add("door", &mount.url().replace("/door", "/window"));
    bench.wait_for(&id, CameraState::NotFound);
}

#[test]
fn a_covered_lens_is_black_until_it_is_uncovered() {
    let Some((_farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let id = bench.add("door", mount.url());
    bench.wait_for(&id, CameraState::Live);
    mount.black(true);
    bench.wait_for(&id, CameraState::Black);
    mount.black(false);
    bench.wait_for(&id, CameraState::Live);
}

#[test]
fn a_picture_that_stays_the_same_is_frozen() {
    let Some((_farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let id = bench.add_with("door", mount.url(), |config| config.frozen_after_ms = 1_500);
    bench.wait_for(&id, CameraState::Live);
    mount.freeze(true);
    bench.wait_for(&id, CameraState::Frozen);
    mount.freeze(false);
    bench.wait_for(&id, CameraState::Live);
}

#[test]
fn a_slow_link_is_throttled_and_its_pictures_admit_their_age() {
    let Some((_farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let id = bench.add("door", mount.url());
    bench.wait_for(&id, CameraState::Live);
    // Shorter than what counts as a stall.
    mount.lag(Duration::from_millis(1_700));
    bench.wait_for(&id, CameraState::Throttled);
    while bench.frames.try_recv().is_ok() {}
    let age = bench.frame().captured.at.elapsed();
    assert!(age >= Duration::from_millis(1_500), "{age:?}");
}

#[test]
fn a_redirection_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a port");
    let target = format!("rtsp://{}/inner", elsewhere.local_addr().expect("an address"));
    let door = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("rtsp://{}/door", door.local_addr().expect("an address"));
    std::thread::spawn(move || door.incoming().flatten().for_each(|stream| redirect(&stream, &target)));

    let mut bench = Bench::new();
    let id = bench.add("door", &url);
    bench.wait_for(&id, CameraState::Offline);
    bench.cameras.remove(&id).expect("it is removed");
    elsewhere.set_nonblocking(true).expect("a socket");
    while let Ok((mut stream, _)) = elsewhere.accept() {
        stream.set_nonblocking(false).expect("a socket");
        let mut heard = String::new();
        stream.read_to_string(&mut heard).expect("the camera has closed it");
        assert_eq!(heard, "", "nothing may be said to an address that was not checked");
    }
}

#[test]
fn a_camera_that_never_answers_can_be_removed_at_once() {
    let mute = TcpListener::bind("127.0.0.1:0").expect("a port");
    let bench = Bench::new();
    for scheme in ["rtsp", "rtsps"] {
        let id = bench.add("door", &format!("{scheme}://{}/", mute.local_addr().expect("an address")));
        let _connection = mute.accept().expect("the camera is called");
        let begun = Instant::now();
        bench.cameras.remove(&id).expect("it is removed");
        assert!(begun.elapsed() < Duration::from_secs(2), "{scheme} took {:?}", begun.elapsed());
    }
}

/// Answers every request with a redirection.
fn redirect(mut stream: &TcpStream, target: &str) {
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if let Some(number) = line.strip_prefix("CSeq: ") {
            let answer = format!("RTSP/1.0 302 Found\r\nCSeq: {number}\r\nLocation: {target}\r\n\r\n");
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}
