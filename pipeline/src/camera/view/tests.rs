//! A camera in a room, and what is done to it and before it.

use std::time::{Instant, SystemTime};

use super::*;
use crate::camera::CameraId;
use crate::camera::luma::Luma;
use crate::frame::{Capture, Frame};
use crate::simulate::{Look, Person, Room, barcode};
use crate::still::{Still, StillLimits, decode};

const WIDTH: usize = 240;
const HEIGHT: usize = 180;
const LEARNT_S: u64 = 16;
const OPTIONS: ViewOptions = ViewOptions { learn_s: LEARNT_S, covered: true, blurred: true, moved: true };

/// A camera that looks at a room, and its clock.
struct Watched {
    room: Room,
    view: View,
    now: Instant,
    index: u32,
}

impl Watched {
    fn new(room: Room) -> Self {
        Self { room, view: View::new(OPTIONS), now: Instant::now(), index: 0 }
    }

    /// One that knows its view.
    fn knowing() -> Self {
        let mut watched = Self::new(Room::new(WIDTH, HEIGHT, 7));
        assert_eq!(watched.looks(2 * LEARNT_S, |_| (Look::default(), None)), None);
        watched
    }

    /// Looks for so many seconds, four times each; returns when a fault was known first, in milliseconds, and which.
    fn looks<'a>(
        &mut self,
        seconds: u64,
        look: impl Fn(u64) -> (Look<'a>, Option<FaceArea>),
    ) -> Option<(u64, ViewFault)> {
        let mut known = None;
        for ms in (0..seconds * 1_000).step_by(250) {
            let (look, face) = look(ms);
            self.index += 1;
            let mut rgb = self.room.paint(&look, self.index);
            // Letters, as cameras write them.
            barcode::draw(&mut rgb, WIDTH, HEIGHT, self.index);
            let still = Still::from_rgb(WIDTH as u32, HEIGHT as u32, rgb).unwrap();
            let captured = Capture { at: self.now, wall: SystemTime::UNIX_EPOCH, pts_ns: None };
            let frame = Frame::from_still(CameraId::trial(), 1, captured, still);
            let light = Luma::of(&frame).thumbnail;
            assert!(self.view.is_due(self.now));
            self.view.on_picture(self.now, Texture::of(&frame).unwrap(), &light, face.as_slice());
            self.now += LOOK_EVERY;
            known = known.or_else(|| Some((ms, self.view.fault()?)));
        }
        known
    }
}

fn portrait() -> Still {
    decode(include_bytes!("../../../assets/eileen-collins.jpg"), &StillLimits::default()).unwrap()
}

fn plain<'a>(look: Look<'a>) -> impl Fn(u64) -> (Look<'a>, Option<FaceArea>) {
    move |_| (look, None)
}

#[test]
fn what_is_done_to_a_camera_is_named_within_three_seconds_and_over_when_it_is_undone() {
    let cover = |grey: u8| Look { cover: Some([grey; 3]), ..Look::default() };
    let turned = |x, y| Look { turned: (x, y), ..Look::default() };
    let blurred = |blur_px| Look { blur_px, ..Look::default() };
    let rows = [
        ("a grey cover", cover(120), ViewFault::Covered),
        ("a white cover", cover(240), ViewFault::Covered),
        ("a dark cover", cover(70), ViewFault::Covered),
        ("out of focus", blurred(3), ViewFault::Blurred),
        ("far out of focus", blurred(20), ViewFault::Blurred),
        ("pushed aside", turned(30, 0), ViewFault::Moved),
        ("pushed down", turned(-4, 27), ViewFault::Moved),
        ("turned away", turned(120, 75), ViewFault::Moved),
        ("turned to the other side", turned(-120, -80), ViewFault::Moved),
    ];
    for (what, look, fault) in rows {
        let mut watched = Watched::knowing();
        let known = watched.looks(10, plain(look));
        assert!(known.is_some_and(|(ms, known)| known == fault && ms <= 2_500), "{what}: {known:?}");
        assert_eq!(watched.view.fault(), Some(fault), "{what}: nothing is learnt of it");
        watched.looks(2, plain(Look::default()));
        assert_eq!(watched.view.fault(), None, "{what}: it is over");
    }
}

#[test]
fn lamps_and_daylight_change_no_view() {
    for light in [0.3, 0.5, 1.25] {
        let mut watched = Watched::knowing();
        let look = Look { light, ..Look::default() };
        assert_eq!(watched.looks(8, plain(look)), None, "a lamp: {light}");
        assert_eq!(watched.looks(5, plain(Look::default())), None, "and back: {light}");
    }
    let mut watched = Watched::knowing();
    let dusk = |ms: u64| (Look { light: 1.0 - ms as f32 / 200_000.0, ..Look::default() }, None);
    assert_eq!(watched.looks(150, dusk), None);
}

#[test]
fn people_before_a_camera_change_no_view() {
    let portrait = portrait();
    let somebody = |x: f32, size: f32| Look {
        person: Some(Person { portrait: &portrait, at: (x, 0.5 + size / 2.0), size }),
        ..Look::default()
    };
    let mut watched = Watched::knowing();
    let passing = |ms: u64| (somebody((ms % 4_000) as f32 / 4_000.0, 0.7), None);
    assert_eq!(watched.looks(30, passing), None, "people who pass");
    // Their face is found, as it would be.
    let face = |size: f32| FaceArea { left: 0.4, top: 0.2, width: 0.2 * size, height: 0.3 * size };
    for size in [0.8, 1.2, 1.8] {
        let mut watched = Watched::knowing();
        let stands = |_| (somebody(0.5, size), Some(face(size)));
        assert_eq!(watched.looks(25, stands), None, "somebody of size {size}");
        assert_eq!(watched.looks(5, plain(Look::default())), None, "who leaves: {size}");
    }
}

#[test]
fn somebody_whose_face_fills_the_picture_for_a_while_is_not_taken_for_the_place() {
    let portrait = portrait();
    let person = Some(Person { portrait: &portrait, at: (0.5, 1.4), size: 1.8 });
    let mut watched = Watched::new(Room::new(WIDTH, HEIGHT, 7));
    let face = FaceArea { left: 0.2, top: 0.1, width: 0.6, height: 0.7 };
    // Seven seconds of ten, as at a till.
    let till = |ms: u64| {
        let there = ms % 10_000 < 7_000;
        (Look { person: person.filter(|_| there), ..Look::default() }, there.then_some(face))
    };
    assert_eq!(watched.looks(60, till), None);
    assert_eq!(watched.looks(20, plain(Look::default())), None);
}

#[test]
fn a_camera_before_a_blank_wall_has_no_view_to_lose() {
    let mut watched = Watched::new(Room::new(WIDTH, HEIGHT, 7));
    let wall = Look { cover: Some([150; 3]), ..Look::default() };
    assert_eq!(watched.looks(2 * LEARNT_S, plain(wall)), None);
    assert_eq!(watched.looks(10, plain(Look { cover: Some([90; 3]), ..Look::default() })), None);
    assert_eq!(watched.looks(10, plain(Look::default())), None);
}

#[test]
fn a_view_that_is_forgotten_is_learnt_anew() {
    let turned = Look { turned: (68, 0), ..Look::default() };
    let mut watched = Watched::knowing();
    assert!(watched.looks(5, plain(turned)).is_some());
    watched.view.forget();
    assert_eq!(watched.looks(2 * LEARNT_S, plain(turned)), None);
    assert_eq!(watched.looks(5, plain(Look::default())).map(|(_, fault)| fault), Some(ViewFault::Moved));
}

#[test]
fn without_a_time_to_learn_nothing_is_compared() {
    let mut view = View::new(ViewOptions { learn_s: 0, ..OPTIONS });
    assert!(!view.is_due(Instant::now()));
}

#[test]
fn what_is_not_looked_for_is_not_found() {
    let mut watched = Watched::new(Room::new(WIDTH, HEIGHT, 7));
    // A camera that an operator turns.
    watched.view = View::new(ViewOptions { moved: false, ..OPTIONS });
    assert_eq!(watched.looks(2 * LEARNT_S, plain(Look::default())), None);
    assert_eq!(watched.looks(6, plain(Look { turned: (120, 75), ..Look::default() })), None);
}
