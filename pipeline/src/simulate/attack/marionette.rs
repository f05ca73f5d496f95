//! A photograph that does what it is told: turns, nods, blinks and smiles, as a head or as the flat sheet that it is.
//!
//! A program that hears a challenge's prompts can let such pictures answer them (a puppet). As a head the photograph lies on
//! an egg with a nose; as a sheet it is turned in perspective, so that its points follow a homography.

use super::act::Act;
use super::light::Canvas;
use super::random::Draws;
use super::sensor::Sensor;
use super::view::{Eyes, covering, eye_distance, eyes_in, middle};
use super::{AttackOptions, Shown, Source, check};
use crate::simulate::SimulateError;

/// What the photograph is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A head: an egg with a nose, onto which the photograph is laid.
    Head,
    /// The flat sheet that it is.
    Sheet,
}

/// A photograph that is moved as somebody likes.
pub struct Marionette {
    canvas: Canvas,
    eyes: Eyes,
    size: (usize, usize),
    sensor: Sensor,
    seed: u64,
    fps: u32,
    body: Body,
}

/// The egg in eye distances: half width, half height, half depth.
const EGG: (f32, f32, f32) = (1.25, 1.75, 1.2);
/// The egg's middle below the eyes, in eye distances.
const MIDDLE: f32 = 0.4;
/// The nose: how far below the egg's middle, how far out, how wide and how long, in eye distances.
const NOSE: (f32, f32, f32, f32) = (0.2, 0.35, 0.22, 0.35);
/// The mouth below the eyes, and half the width and height of what a smile moves, in eye distances.
const MOUTH: (f32, f32, f32) = (0.97, 0.8, 0.5);
/// Half the width and height of an eye, in eye distances.
const EYE: (f32, f32) = (0.28, 0.16);
/// From where the sheet is looked at, in eye distances.
const DISTANCE: f32 = 8.0;
/// Steps in which a point's place before the turn is found.
const STEPS: usize = 12;

impl Marionette {
    /// Of a source's first picture.
    ///
    /// # Errors
    /// [`SimulateError::Options`] for sources or sizes that make no video.
    pub fn new(source: &Source, options: &AttackOptions, body: Body) -> Result<Self, SimulateError> {
        check(source, options)?;
        let (size, picture) = (options.size(), &source.pictures[0]);
        let window = covering(picture, source.eyes, size.0 as f32 / size.1 as f32);
        Ok(Self {
            canvas: Canvas::of(picture, window, size),
            eyes: eyes_in(window, source.eyes, (size.0 as f32, size.1 as f32)),
            size,
            sensor: Sensor::draw(&mut Draws::new(options.seed, "actor")),
            seed: options.seed,
            fps: options.fps,
            body,
        })
    }

    /// One picture, with the grain of a camera's sensor; the same `index` gives the same grain.
    ///
    /// # Errors
    /// [`SimulateError`] when the picture cannot be encoded.
    pub fn paint(&self, index: u32, act: &Act) -> Result<Shown, SimulateError> {
        let width = self.size.0 as f32;
        let mut light = Vec::with_capacity(self.size.0 * self.size.1);
        for y in 0..self.size.1 {
            for x in 0..self.size.0 {
                let at = (x as f32 - act.shift.0 * width, y as f32 - act.shift.1 * width);
                let (u, v) = self.blinked(self.smiled(self.turned(at, act), act.smile), act.closed);
                light.push(self.canvas.sample(u, v));
            }
        }
        let mut grain = Draws::new(self.seed ^ (u64::from(index) << 20), "actor");
        let still = self.sensor.develop(&light, self.size, &mut grain)?;
        Ok(Shown { at_ms: u64::from(index) * 1_000 / u64::from(self.fps), behind_ms: 0, still })
    }

    /// Where a point of the turned face lay before.
    fn turned(&self, (x, y): (f32, f32), act: &Act) -> (f32, f32) {
        if act.yaw_deg == 0.0 && act.nod_deg == 0.0 {
            return (x, y);
        }
        let (apart, (cx, cy)) = (eye_distance(self.eyes), middle(self.eyes));
        let to = ((x - cx) / apart, (y - cy) / apart - MIDDLE);
        let is_head = self.body == Body::Head;
        // So far beside the head nothing moves.
        if is_head && (to.0.abs() > 2.0 * EGG.0 || to.1.abs() > 2.0 * EGG.1) {
            return (x, y);
        }
        let turn = (act.yaw_deg.to_radians().sin_cos(), act.nod_deg.to_radians().sin_cos());
        let (mut q, gain) = (to, if is_head { 0.5 } else { 0.8 });
        for _ in 0..STEPS {
            let seen = if is_head { head(q, turn) } else { sheet(q, turn) };
            q = (q.0 + gain * (to.0 - seen.0), q.1 + gain * (to.1 - seen.1));
        }
        (q.0 * apart + cx, (q.1 + MIDDLE) * apart + cy)
    }

    fn smiled(&self, (x, y): (f32, f32), smile: f32) -> (f32, f32) {
        let (apart, (cx, cy)) = (eye_distance(self.eyes), middle(self.eyes));
        let (across, down) = ((x - cx) / apart, (y - cy) / apart - MOUTH.0);
        let out = (across / MOUTH.1).powi(2) + (down / MOUTH.2).powi(2);
        if smile == 0.0 || out >= 1.0 {
            return (x, y);
        }
        (cx + across * apart / (1.0 + smile * (1.0 - out * out)), y)
    }

    /// A shut eye shows the skin below it: above it are brows, and the rims of glasses.
    fn blinked(&self, (x, y): (f32, f32), closed: f32) -> (f32, f32) {
        let apart = eye_distance(self.eyes);
        let (half_x, half_y) = (EYE.0 * apart, EYE.1 * apart);
        let covers = |eye: &&(f32, f32)| {
            let (across, down) = ((x - eye.0) / half_x, (y - eye.1) / half_y);
            closed > 0.0 && across.hypot(down) < 1.0 && down < 2.0 * closed - 1.0
        };
        let eye = self.eyes.iter().find(covers);
        eye.map_or((x, y), |eye| (x, eye.1 + 2.2 * half_y + 0.5 * (y - eye.1)))
    }
}

/// Sine and cosine of the turn and of the nod.
type Turn = ((f32, f32), (f32, f32));

/// Where a point of the head is seen, in eye distances from the egg's middle. Beside the head the picture stays as it is,
/// with a smooth seam.
fn head((q, s): (f32, f32), ((sy, cy), (sn, cn)): Turn) -> (f32, f32) {
    let out = (q / EGG.0).powi(2) + (s / EGG.1).powi(2);
    let part = (1.6 - out).clamp(0.0, 0.6) / 0.6;
    let nose = NOSE.1 * (-(q / NOSE.2).powi(2) - ((s - NOSE.0) / NOSE.3).powi(2)).exp();
    let near = EGG.2 * (1.0 - out).max(0.0).sqrt() + nose;
    let (x, z) = (q * cy + near * sy, near * cy - q * sy);
    let y = s * cn + z * sn;
    (q + part * (x - q), s + part * (y - s))
}

/// Where a point of the sheet is seen.
fn sheet((q, s): (f32, f32), ((sy, cy), (sn, cn)): Turn) -> (f32, f32) {
    let (x, z) = (q * cy, -q * sy);
    let (y, z) = (s * cn + z * sn, z * cn - s * sn);
    let scale = DISTANCE / (DISTANCE - z).max(1.0);
    (x * scale, y * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::still::Still;

    fn turn(yaw: f32, nod: f32) -> Turn {
        (yaw.to_radians().sin_cos(), nod.to_radians().sin_cos())
    }

    #[test]
    fn a_head_that_turns_moves_its_nose_more_than_its_cheeks_and_a_sheet_does_not() {
        let (nose, cheek) = ((0.0, NOSE.0), (0.0, -1.0));
        let moved = |seen: fn((f32, f32), Turn) -> (f32, f32), at, turn: Turn| seen(at, turn).0 - at.0;
        let right = turn(25.0, 0.0);
        assert!(moved(head, nose, right) > 1.2 * moved(head, cheek, right));
        assert!(moved(head, cheek, right) > 0.2, "to the right of the image");
        assert!((moved(sheet, nose, right) - moved(sheet, cheek, right)).abs() < 0.02);
        assert!(head(nose, turn(0.0, 15.0)).1 > nose.1 + 0.3, "the chin goes down");
    }

    #[test]
    fn a_point_is_found_where_it_was_before_the_turn() {
        let rgb = (0..96 * 96 * 3).map(|index| (index % 251) as u8).collect();
        let still = Still::from_rgb(96, 96, rgb).expect("pixels");
        let source = Source { pictures: vec![still], fps: 10, eyes: [(36.0, 36.0), (60.0, 36.0)] };
        let options = AttackOptions { width: 96, height: 96, ..AttackOptions::default() };
        for body in [Body::Head, Body::Sheet] {
            let marionette = Marionette::new(&source, &options, body).expect("it can be made");
            let (apart, (cx, cy)) = (eye_distance(marionette.eyes), middle(marionette.eyes));
            let act = Act { yaw_deg: 20.0, nod_deg: 5.0, ..Act::default() };
            for q in [(0.0, 0.2), (0.5, -0.4), (-0.5, 0.8), (0.2, 1.0)] {
                let seen = match body {
                    Body::Head => head(q, turn(20.0, 5.0)),
                    Body::Sheet => sheet(q, turn(20.0, 5.0)),
                };
                let at = (seen.0 * apart + cx, (seen.1 + MIDDLE) * apart + cy);
                let (u, v) = marionette.turned(at, &act);
                let found = ((u - cx) / apart, (v - cy) / apart - MIDDLE);
                let off = (found.0 - q.0).hypot(found.1 - q.1);
                assert!(off < 0.05, "{body:?} {q:?}: {off}");
            }
        }
    }
}
