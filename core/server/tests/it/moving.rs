//! Photographs that move as they are told, as JPEG pictures that a browser could send.
//! The portraits are NASA's and the US Navy's, in the public domain (`pipeline/assets`).

use std::time::{Instant, SystemTime};

use bytes::Bytes;
use pipeline::frame::{Capture, Frame};
use pipeline::preview::Preview;
use pipeline::simulate::attack::{Act, AttackOptions, Body, Eyes, Marionette, Source};
use pipeline::still::{StillLimits, decode};

/// A portrait and where its eyes are.
pub(crate) struct Portrait {
    pub(crate) jpeg: &'static [u8],
    eyes: Eyes,
}

pub(crate) const EILEEN: Portrait = Portrait {
    jpeg: include_bytes!("../../../../pipeline/assets/eileen-collins.jpg"),
    eyes: [(202.9, 103.9), (247.4, 103.9)],
};
pub(crate) const GRACE: Portrait = Portrait {
    jpeg: include_bytes!("../../../../pipeline/assets/grace-hopper.jpg"),
    eyes: [(222.0, 189.0), (306.0, 187.0)],
};

/// Pictures of a face that is at rest: more than are compared with each other, so that each is new.
const RESTING: u32 = 12;

/// A portrait that moves.
pub(crate) struct Moving(Marionette);

impl Moving {
    /// As a head.
    pub(crate) fn of(portrait: &Portrait) -> Self {
        Self::made(portrait, Body::Head)
    }

    /// As the sheet of paper that it is.
    pub(crate) fn flat(portrait: &Portrait) -> Self {
        Self::made(portrait, Body::Sheet)
    }

    fn made(portrait: &Portrait, body: Body) -> Self {
        let still = decode(portrait.jpeg, &StillLimits::default()).unwrap();
        let source = Source { pictures: vec![still], fps: 10, eyes: portrait.eyes };
        let options = AttackOptions { width: 480, height: 360, ..AttackOptions::default() };
        Self(Marionette::new(&source, &options, body).unwrap())
    }

    /// The face at rest, swaying around its place.
    pub(crate) fn resting(&self) -> Vec<Bytes> {
        self.held(Act::default())
    }

    /// The face held so, swaying around its place.
    pub(crate) fn held(&self, act: Act) -> Vec<Bytes> {
        (0..RESTING).map(|index| self.picture(act, index)).collect()
    }

    /// One picture; `index` tells sway and grain.
    pub(crate) fn picture(&self, act: Act, index: u32) -> Bytes {
        let angle = std::f32::consts::TAU * (index % RESTING) as f32 / RESTING as f32;
        let act = Act { shift: (0.012 * angle.cos(), 0.012 * angle.sin()), ..act };
        let still = self.0.paint(index, &act).unwrap().still;
        let captured = Capture { at: Instant::now(), wall: SystemTime::now(), pts_ns: None };
        let frame = Frame::from_still("marionette".parse().unwrap(), u64::from(index), captured, still);
        Preview { quality: 90, ..Preview::default() }.encode(&frame, &[]).unwrap()
    }
}
