//! Pictures that no camera took: a virtual camera's, made from one photograph, and the genuine view beside them.

use super::eyes::{Blinks, lid};
use super::light::{Canvas, encode};
use super::random::Draws;
use super::sensor::{Sensor, compressed};
use super::view::{Eyes, covering, eye_distance, eyes_in, middle};
use super::{AttackOptions, Mark, Source};
use crate::simulate::SimulateError;
use crate::still::Still;

/// The source as the till's camera sees it, without an attack.
pub(super) struct Genuine {
    /// The source's pictures; each fills the view.
    views: Vec<View>,
    fps: u32,
    /// A photograph sways and gets the grain of a sensor; a video has its own.
    sway: Option<Sway>,
    seed: u64,
    size: (usize, usize),
}

/// A picture made a little larger than the view, so that it can sway.
struct View {
    canvas: Canvas,
    /// Canvas pixels for each pixel of the view.
    scale: f32,
}

struct Sway {
    sensor: Sensor,
    /// Amplitudes of sway and zoom: 0.4 to 1.2 % of the width, 0.5 to 1.5 %.
    shift: f32,
    zoom: f32,
    hertz: [f32; 3],
    phase: f32,
}

/// Part of the canvas' width that lies outside the view.
const SPARE: f32 = 0.06;

impl Genuine {
    pub(super) fn draw(source: &Source, options: &AttackOptions, mut draws: Draws) -> Genuine {
        let size = options.size();
        let ratio = size.0 as f32 / size.1 as f32;
        let video = source.pictures.len() > 1;
        let spare = if video { 1.0 } else { 1.0 + SPARE };
        let raster = |side: usize| (side as f32 * spare).round() as usize;
        let views = source.pictures.iter().map(|picture| {
            let window = covering(picture, source.eyes, ratio);
            View { canvas: Canvas::of(picture, window, (raster(size.0), raster(size.1))), scale: 1.0 }
        });
        let sway = (!video).then(|| Sway {
            sensor: Sensor::draw(&mut draws),
            shift: draws.between(0.004, 0.012),
            zoom: draws.between(0.005, 0.015),
            hertz: std::array::from_fn(|_| draws.between(0.2, 0.7)),
            phase: draws.between(0.0, std::f32::consts::TAU),
        });
        Genuine { views: views.collect(), fps: source.fps, sway, seed: options.seed, size }
    }

    /// The picture at `seconds`; `index` tells the sensor's grain.
    pub(super) fn paint(&self, seconds: f32, index: u32) -> Result<Still, SimulateError> {
        let view = &self.views[(seconds * self.fps as f32) as usize % self.views.len()];
        let Some(sway) = &self.sway else {
            let rgb = view.canvas.light.iter().flatten().map(|light| encode(*light)).collect();
            return compressed(rgb, self.size, 0);
        };
        let wave = |which: usize| {
            (std::f32::consts::TAU * sway.hertz[which] * seconds + sway.phase + which as f32).sin()
        };
        let (width, height) = (self.size.0 as f32, self.size.1 as f32);
        let scale = view.scale * (1.0 + sway.zoom * wave(2));
        let from = (
            view.canvas.width as f32 / 2.0 + (sway.shift * wave(0) - 0.5 * scale) * width,
            view.canvas.height as f32 / 2.0 + sway.shift * wave(1) * width - 0.5 * scale * height,
        );
        let mut light = Vec::with_capacity(self.size.0 * self.size.1);
        for y in 0..self.size.1 {
            let row = from.1 + y as f32 * scale;
            light.extend((0..self.size.0).map(|x| view.canvas.sample(from.0 + x as f32 * scale, row)));
        }
        let mut grain = Draws::new(self.seed ^ (u64::from(index) << 20), "genuine");
        sway.sensor.develop(&light, self.size, &mut grain)
    }
}

/// Half width, half height and half depth of the egg, in eye distances.
const HALF_WIDE: f32 = 1.25;
const HALF_HIGH: f32 = 1.75;
const HALF_DEEP: f32 = 1.2;

/// Where a point of the egg lay across, before it turned aside by `yaw`, in eye distances from its middle.
fn before(across: f32, down: f32, yaw: f32) -> f32 {
    if yaw == 0.0 {
        return across;
    }
    let mut q = across;
    for _ in 0..8 {
        let out = (q / HALF_WIDE).powi(2) + (down / HALF_HIGH).powi(2);
        // Beside the head the picture stays as it is, with a smooth seam.
        let part = (1.6 - out).clamp(0.0, 0.6) / 0.6;
        let near = HALF_DEEP * (1.0 - out).max(0.0).sqrt();
        let cos = 1.0 - part * (1.0 - yaw.cos());
        q = 0.5 * q + 0.5 * (across - near * yaw.sin()) / cos;
    }
    q
}

/// One photograph brought to life by warping, to its own beat.
pub(super) struct Puppet {
    canvas: Canvas,
    eyes: Eyes,
    size: (usize, usize),
    blinks: Blinks,
    /// Largest turn in degrees, and its period; none for a face that only blinks.
    turn: Option<(f32, f32)>,
    /// Zoom and shift: up to 1.5 % each.
    zoom: f32,
    shift: f32,
    hertz: f32,
    quality: u8,
}

impl Puppet {
    /// Drifts, zooms and blinks; `turning` also turns the head by 15 to 28 degrees, once in 1.8 to 3 seconds, as an
    /// egg of 2.5 by 3.5 by 2.4 eye distances onto which the photograph is laid.
    pub(super) fn draw(source: &Source, options: &AttackOptions, mut draws: Draws, turning: bool) -> Puppet {
        let size = options.size();
        let picture = &source.pictures[0];
        let window = covering(picture, source.eyes, size.0 as f32 / size.1 as f32);
        let turn = (draws.between(15.0, 28.0) * draws.sign(), draws.between(1.8, 3.0));
        Puppet {
            canvas: Canvas::of(picture, window, size),
            eyes: eyes_in(window, source.eyes, (size.0 as f32, size.1 as f32)),
            size,
            blinks: Blinks::draw(&mut draws),
            turn: turning.then_some(turn),
            zoom: draws.between(0.004, 0.015),
            shift: draws.between(0.004, 0.015),
            hertz: draws.between(0.2, 0.6),
            quality: draws.between(85.0, 95.0) as u8,
        }
    }

    /// The picture at `seconds`.
    pub(super) fn paint(&self, seconds: f32) -> Result<Still, SimulateError> {
        let wave = (std::f32::consts::TAU * self.hertz * seconds).sin();
        let yaw = self.turn.map_or(0.0, |(degrees, period_s)| {
            (degrees * (std::f32::consts::TAU * seconds / period_s).sin()).to_radians()
        });
        let closed = self.blinks.closed(seconds);
        let (width, height) = (self.size.0 as f32, self.size.1 as f32);
        let scale = 1.0 / (1.0 + self.zoom * (1.0 + wave));
        let shift = self.shift * width * wave;
        let mut rgb = Vec::with_capacity(self.size.0 * self.size.1 * 3);
        for y in 0..self.size.1 {
            for x in 0..self.size.0 {
                let at = (
                    (x as f32 - width / 2.0) * scale + width / 2.0 + shift * 0.5,
                    (y as f32 - height / 2.0) * scale + height / 2.0,
                );
                let (u, v) = self.blinked(self.turned(at, yaw), closed);
                rgb.extend(self.canvas.sample(u, v).map(encode));
            }
        }
        compressed(rgb, self.size, self.quality)
    }

    /// Where a point of the turned head lay before.
    fn turned(&self, (x, y): (f32, f32), yaw: f32) -> (f32, f32) {
        let apart = eye_distance(self.eyes);
        let (cx, cy) = middle(self.eyes);
        let (px, py) = ((x - cx) / apart, (y - cy) / apart - 0.4);
        (before(px, py, yaw) * apart + cx, y)
    }

    fn blinked(&self, (x, y): (f32, f32), closed: f32) -> (f32, f32) {
        let apart = eye_distance(self.eyes);
        let (half_x, half_y) = (0.28 * apart, 0.14 * apart);
        for eye in self.eyes {
            let across = (x - eye.0) / half_x;
            if across.abs() < 1.0 {
                let half = half_y * (1.0 - across * across).sqrt().max(0.05);
                return (x, eye.1 + lid(y - eye.1, half, closed));
            }
        }
        (x, y)
    }

    pub(super) fn marks(&self) -> Vec<Mark> {
        let mut marks = vec![("zoom", self.zoom), ("quality", f32::from(self.quality))];
        marks.extend(self.turn.map(|(degrees, _)| ("yaw_deg", degrees)));
        marks
    }
}
