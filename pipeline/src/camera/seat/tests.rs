//! What is decoded of a camera while there is too much to decode.

use super::*;
use crate::meter::Unmetered;
use crate::source::SourceUrl;

/// A second of ten pictures, the first of which is a key frame.
const PICTURES: u64 = 10;
const INTERVAL: Duration = Duration::from_millis(100);

struct Place {
    hall: Arc<Seat>,
    till: Arc<Seat>,
    outlets: Outlets,
    told: broadcast::Receiver<DecodeEvent>,
    now: Instant,
    sent: u64,
}

fn seat(name: &str, outlets: &Outlets, now: Instant) -> Arc<Seat> {
    let config = CameraConfig {
        id: name.parse().unwrap(),
        source: SourceUrl::parse("rtsp://192.0.2.1/").unwrap(),
        decode: Decode::All,
        analysed_fps_max: 10,
        frozen_after_ms: 60_000,
        loop_s_max: 0,
        view: Default::default(),
        idle: Default::default(),
    };
    Arc::new(Seat::new(config, Pin::default(), outlets.clone(), now))
}

impl Place {
    /// Two cameras, at one of which somebody was asked for.
    fn new() -> Self {
        let (outlets, now) = (Outlets::new(Arc::new(drop), Arc::new(Unmetered)), Instant::now());
        let told = outlets.decodes.subscribe();
        let (hall, till) = (seat("hall", &outlets, now), seat("till", &outlets, now));
        till.attend(now);
        let mut place = Self { hall, till, outlets, told, now, sent: 0 };
        place.second(false);
        place
    }

    /// Another second; while it is too much, pictures take most of their time to be decoded, and come late. What is decoded of
    /// hall and till then.
    fn second(&mut self, too_much: bool) -> [Decode; 2] {
        let (held, lag) = if too_much { (80, 400) } else { (4, 5) };
        for picture in 0..PICTURES {
            self.now += INTERVAL;
            self.sent += 1;
            for seat in [&self.hall, &self.till] {
                let unit = Unit { at: self.now, is_key: picture == 0, pts_ns: Some(self.sent) };
                if seat.admits(&unit) {
                    let at = self.now + Duration::from_millis(held);
                    seat.arrive(at, lag * 1_000_000, unit.pts_ns);
                }
            }
        }
        [&self.hall, &self.till].map(|seat| seat.status(self.now).decodes)
    }

    fn seconds(&mut self, count: u64, too_much: bool) -> [Decode; 2] {
        (0..count).map(|_| self.second(too_much)).last().unwrap()
    }

    fn told(&mut self) -> Vec<(String, Decode, bool)> {
        std::iter::from_fn(|| self.told.try_recv().ok())
            .map(|event| (event.camera.to_string(), event.decodes, event.is_relief))
            .collect()
    }
}

#[test]
fn while_there_is_too_much_to_decode_a_camera_that_nobody_needs_is_decoded_by_its_key_frames() {
    let (all, keys) = (Decode::All, Decode::KeyFrames);
    let mut place = Place::new();
    assert_eq!(place.seconds(4, true), [all, all], "a moment");
    assert_eq!(place.seconds(4, true), [keys, all]);
    assert_eq!(place.hall.status(place.now).decode, all, "it is set to all of them");
    assert_eq!(place.told(), [("hall".to_owned(), keys, true)]);
    let before = [&place.hall, &place.till].map(|seat| seat.status(place.now).frames_in);
    place.seconds(5, true);
    let after = [&place.hall, &place.till].map(|seat| seat.status(place.now).frames_in);
    assert_eq!([after[0] - before[0], after[1] - before[1]], [5, 5 * PICTURES]);

    // Somebody follows it: from the next key frame on it is whole.
    let hold = place.hall.hold();
    assert_eq!(place.seconds(2, true), [all, all]);
    drop(hold);
    assert_eq!(place.seconds(2, true), [keys, all]);
    assert_eq!(place.told(), [("hall".to_owned(), all, false), ("hall".to_owned(), keys, true)]);

    assert_eq!(place.seconds(20, false), [keys, all], "not at once");
    assert_eq!(place.seconds(20, false), [all, all]);
    assert_eq!(place.told(), [("hall".to_owned(), all, false)]);
    assert_eq!(place.hall.status(place.now).state, CameraState::Connecting, "no picture was shown here");
}

#[test]
fn a_till_that_was_not_asked_for_in_a_while_is_needed_no_more_and_one_that_is_looked_at_is() {
    let (all, keys) = (Decode::All, Decode::KeyFrames);
    let mut place = Place::new();
    place.now += Duration::from_secs(600);
    place.second(false);
    let viewer = place.hall.watch();
    assert_eq!(place.seconds(8, true), [all, keys]);
    place.till.attend(place.now);
    drop(viewer);
    assert_eq!(place.seconds(2, true), [keys, all]);
}

#[test]
fn who_follows_a_camera_follows_it_when_it_comes_again_with_another_source() {
    let (all, keys) = (Decode::All, Decode::KeyFrames);
    let mut place = Place::new();
    let hold = place.hall.hold();
    place.hall = seat("hall", &place.outlets, place.now);
    place.second(false);
    assert_eq!(place.seconds(8, true), [all, all]);
    drop(hold);
    assert_eq!(place.seconds(2, true), [keys, all]);
}
