//! A sheet or a screen in a hand, seen by the till's camera.

use super::display::{Device, Display};
use super::eyes::{Blinks, Holes};
use super::grid::Sampling;
use super::light::{Canvas, Light, Window, mix};
use super::motion::{Motion, Turn};
use super::place::Place;
use super::pose::{Lens, Sight, Surface};
use super::random::Draws;
use super::sensor::Sensor;
use super::sheet::Sheet;
use super::view::{eye_distance, eyes_in, face};
use super::{AttackOptions, Mark, Source};
use crate::simulate::SimulateError;
use crate::still::Still;

/// Horizontal view of the simulated camera: 60 degrees, as webcams have it.
const HALF_VIEW_DEG: f32 = 30.0;
/// Pixels of the medium's picture for each camera pixel that will see them.
const RASTER_RATIO: f32 = 1.25;

/// One attempt.
pub(super) struct Recapture {
    size: (usize, usize),
    seed: u64,
    lens: Lens,
    motion: Motion,
    surface: Surface,
    medium: Medium,
    gloss: Gloss,
    sampling: Sampling,
    place: Place,
    sensor: Sensor,
}

enum Medium {
    Sheet(Box<Sheet>),
    Screen(Box<Screen>),
}

/// A display and what it plays.
struct Screen {
    display: Display,
    /// What the display sends out for each picture of the source.
    played: Vec<Canvas>,
    fps: u32,
}

/// The lamp's reflection in the medium, and the room's.
#[derive(Clone, Copy, Debug)]
struct Gloss {
    /// Where it lies when the medium is held straight, in millimetres from the middle.
    at_mm: (f32, f32),
    /// Its deviation.
    radius_mm: f32,
    /// Light added in its middle, in parts of white.
    lamp: f32,
    /// Part of the room's light that is mirrored.
    room: f32,
}

impl Gloss {
    /// A mirror turned by an angle moves a reflection by twice that: at `distance_mm` by so many millimetres a degree.
    fn moved(&self, angles_deg: [f32; 3], distance_mm: f32) -> (f32, f32) {
        let per_deg = 2.0 * distance_mm * std::f32::consts::PI / 180.0;
        (self.at_mm.0 + per_deg * angles_deg[0], self.at_mm.1 - per_deg * angles_deg[1])
    }

    fn draw(draws: &mut Draws, half_mm: (f32, f32), lamp: (f32, f32), room: (f32, f32)) -> Gloss {
        let at_mm = (
            draws.between(0.3, 1.2) * half_mm.0 * draws.sign(),
            draws.between(0.2, 1.1) * half_mm.1 * draws.sign(),
        );
        let radius_mm = draws.between(8.0, 30.0);
        let (lamp, room) = (draws.between(lamp.0, lamp.1), draws.between(room.0, room.1));
        Gloss { at_mm, radius_mm, lamp, room }
    }
}

/// How a medium is held.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Still,
    /// Turned as a head would be: by 18 to 32 degrees about one axis, once in 1.6 to 3 seconds.
    Turned,
}

impl Recapture {
    /// A print of 85 by 120 to A4 in millimetres; `bent` around a radius of 90 to 260 mm, which covers that of a head.
    pub(super) fn print(
        source: &Source,
        options: &AttackOptions,
        mut draws: Draws,
        bent: bool,
        held: Held,
    ) -> Recapture {
        let picture_mm = (draws.between(85.0, 190.0), 0.0);
        let picture_mm = (picture_mm.0, picture_mm.0 * draws.between(1.25, 1.42));
        let hold = Hold::draw(&mut draws, options, picture_mm, held);
        let window = face(&source.pictures[0], source.eyes, picture_mm.0 / picture_mm.1, hold.eyes_wide);
        let picture = Canvas::of(&source.pictures[0], window, hold.raster);
        let sheet = Sheet::draw(&mut draws, picture, picture_mm);
        let gloss = Gloss::draw(&mut draws, sheet.half_mm(), (0.0, 0.25), (0.0, 0.01));
        let radius_mm = draws.between(90.0, 260.0);
        let surface = if bent { Surface::Bent { radius_mm } } else { Surface::Flat };
        Recapture::before_camera(options, draws, Medium::Sheet(Box::new(sheet)), surface, gloss, hold.motion)
    }

    /// A flat print whose eyes are cut out; `wearer` looks through.
    pub(super) fn cut_eyes(
        source: &Source,
        wearer: &Source,
        options: &AttackOptions,
        mut draws: Draws,
    ) -> Recapture {
        let mut cut = Draws::new(options.seed, "cut-eyes");
        let picture_mm = (draws.between(130.0, 190.0), 0.0);
        let picture_mm = (picture_mm.0, picture_mm.0 * 1.3);
        let hold = Hold::draw(&mut draws, options, picture_mm, Held::Still);
        let window = face(&source.pictures[0], source.eyes, picture_mm.0 / picture_mm.1, hold.eyes_wide);
        let picture = Canvas::of(&source.pictures[0], window, hold.raster);
        let mut sheet = Sheet::draw(&mut draws, picture, picture_mm);
        let eyes = eyes_in(window, source.eyes, picture_mm);
        let apart = eye_distance(eyes);
        let own = |eye: (f32, f32)| {
            let side = eye_distance(wearer.eyes);
            let window =
                Window { left: eye.0 - side / 2.0, top: eye.1 - side / 2.0, width: side, height: side };
            Canvas::of(&wearer.pictures[0], window, (64, 64))
        };
        sheet.holes = Some(Holes {
            at_mm: eyes.map(|(u, v)| (u - picture_mm.0 / 2.0, v - picture_mm.1 / 2.0)),
            half_mm: (0.23 * apart, 0.12 * apart),
            own: wearer.eyes.map(own),
            own_mm: apart,
            behind_mm: cut.between(4.0, 15.0),
            blinks: Blinks::draw(&mut cut),
        });
        let gloss = Gloss::draw(&mut draws, sheet.half_mm(), (0.0, 0.15), (0.0, 0.01));
        let medium = Medium::Sheet(Box::new(sheet));
        Recapture::before_camera(options, draws, medium, Surface::Flat, gloss, hold.motion)
    }

    /// A screen that shows the source's picture, or plays its video.
    pub(super) fn screen(
        source: &Source,
        options: &AttackOptions,
        mut draws: Draws,
        device: Device,
        held: Held,
    ) -> Recapture {
        let display = Display::draw(&mut draws, device);
        let lit_mm = display.lit_mm;
        let hold = Hold::draw(&mut draws, options, lit_mm, held);
        let pictures = source.pictures.iter().take(options.pictures as usize * 4);
        let eyes_wide = if source.pictures.len() > 1 { f32::INFINITY } else { hold.eyes_wide };
        let play = |picture: &Still| {
            // A video is played as it is, a photograph is zoomed to the face.
            let window = face(picture, source.eyes, lit_mm.0 / lit_mm.1, eyes_wide);
            display.lit(Canvas::of(picture, window, hold.raster))
        };
        let played = pictures.map(play).collect();
        let gloss = Gloss::draw(&mut draws, display.half_mm(), (0.0, 0.6), (0.005, 0.04));
        let screen = Box::new(Screen { display, played, fps: source.fps });
        let medium = Medium::Screen(screen);
        Recapture::before_camera(options, draws, medium, Surface::Flat, gloss, hold.motion)
    }

    fn before_camera(
        options: &AttackOptions,
        mut draws: Draws,
        medium: Medium,
        surface: Surface,
        gloss: Gloss,
        motion: Motion,
    ) -> Recapture {
        let sampling = Sampling { aperture_px: draws.between(0.3, 0.9), blur_px: draws.between(0.08, 0.3) };
        let place = Place::draw(&mut draws);
        let mut sensor = Sensor::draw(&mut draws);
        let mean = match &medium {
            Medium::Sheet(sheet) => sheet.picture.mean(),
            Medium::Screen(screen) => screen.played[0].mean(),
        };
        // Automatic exposure, never quite the same.
        sensor.gain = (draws.between(0.18, 0.30) / mean.max(0.02)).clamp(0.5, 2.5);
        let size = options.size();
        let lens = lens(options);
        Recapture { size, seed: options.seed, lens, motion, surface, medium, gloss, sampling, place, sensor }
    }

    /// The picture taken at `seconds`.
    pub(super) fn paint(&self, seconds: f32, index: u32) -> Result<Still, SimulateError> {
        let (width, height) = self.size;
        let pose = self.motion.pose(seconds);
        let angles = self.motion.angles(seconds);
        let look = Look {
            sight: pose.seen_by(self.surface, self.lens),
            px_mm: pose.distance_mm() / self.lens.focal_px,
            lamp: self.gloss.moved(angles, pose.distance_mm()),
            slope: (angles[0].to_radians().tan(), -angles[1].to_radians().tan()),
            seconds,
        };
        let mut light = Vec::with_capacity(width * height);
        for y in 0..height {
            let down = y as f32 / height as f32;
            let row = match &self.medium {
                Medium::Sheet(_) => 1.0,
                Medium::Screen(screen) => screen.display.flicker.row(seconds, down),
            };
            light.extend((0..width).map(|x| self.pixel(x, y, &look, row)));
        }
        let mut grain = Draws::new(self.seed ^ (u64::from(index) << 20), "sensor");
        self.sensor.develop(&light, self.size, &mut grain)
    }

    fn pixel(&self, x: usize, y: usize, look: &Look, row: f32) -> Light {
        let (x, y) = (x as f32, y as f32);
        let behind = || self.place.light(x / self.size.0 as f32, y / self.size.1 as f32);
        let Some(point) = look.sight.point(x, y) else { return behind() };
        let half = self.half_mm();
        // How far inside the rim, in pixels: half a pixel on both sides is mixed.
        let inside = (half.0 - point.0.abs()).min(half.1 - point.1.abs()) / look.px_mm;
        if inside <= -0.5 {
            return behind();
        }
        let mut light = self.medium_light(point, look).map(|light| light * row);
        let away = ((point.0 - look.lamp.0).powi(2) + (point.1 - look.lamp.1).powi(2))
            / (2.0 * self.gloss.radius_mm * self.gloss.radius_mm);
        let lamp = if away < 8.0 { self.gloss.lamp * (-away).exp() } else { 0.0 };
        if lamp > 0.0 || self.gloss.room > 0.0 {
            let mirrored = self.place.light(1.0 - x / self.size.0 as f32, y / self.size.1 as f32);
            light = std::array::from_fn(|c| light[c] + lamp + self.gloss.room * mirrored[c]);
        }
        if inside < 0.5 { mix(behind(), light, inside + 0.5) } else { light }
    }

    fn medium_light(&self, point: (f32, f32), look: &Look) -> Light {
        match &self.medium {
            Medium::Sheet(sheet) => {
                let through =
                    sheet.holes.as_ref().and_then(|holes| holes.light(point, look.slope, look.seconds));
                through.unwrap_or_else(|| sheet.light(point, look.px_mm, &self.sampling))
            }
            Medium::Screen(screen) => {
                let at = (look.seconds * screen.fps as f32) as usize % screen.played.len();
                screen.display.light(&screen.played[at], point, look.px_mm, &self.sampling)
            }
        }
    }

    fn half_mm(&self) -> (f32, f32) {
        match &self.medium {
            Medium::Sheet(sheet) => sheet.half_mm(),
            Medium::Screen(screen) => screen.display.half_mm(),
        }
    }

    /// What was drawn, for the report.
    pub(super) fn marks(&self) -> Vec<Mark> {
        let distance_mm = self.motion.pose(0.0).distance_mm();
        let mut marks = vec![
            ("distance_mm", distance_mm),
            ("aperture_px", self.sampling.aperture_px),
            ("lens_blur_px", self.sampling.blur_px),
            ("lamp", self.gloss.lamp),
            ("gain", self.sensor.gain),
        ];
        if let Surface::Bent { radius_mm } = self.surface {
            marks.push(("radius_mm", radius_mm));
        }
        if let Medium::Screen(screen) = &self.medium {
            let per_px = screen.display.pixels_per_mm() * distance_mm / self.lens.focal_px;
            let flicker = screen.display.flicker;
            marks.push(("screen_pixels_per_px", per_px));
            marks.push(("moire_contrast", self.sampling.left(per_px)));
            marks.push(("flicker_hz", flicker.hertz));
            marks.push(("flicker_depth", flicker.depth));
        }
        marks
    }
}

/// One moment, prepared.
struct Look {
    sight: Sight,
    /// Millimetres that a pixel sees.
    px_mm: f32,
    lamp: (f32, f32),
    slope: (f32, f32),
    seconds: f32,
}

/// How large the medium appears, and how it moves.
struct Hold {
    motion: Motion,
    /// Width of the face's window in eye distances.
    eyes_wide: f32,
    /// Size of the medium's picture in pixels.
    raster: (usize, usize),
}

impl Hold {
    /// The picture fills 62 to 92 % of the view's height, so that the face has the size of a customer's.
    fn draw(draws: &mut Draws, options: &AttackOptions, picture_mm: (f32, f32), held: Held) -> Hold {
        let lens = lens(options);
        let tall_px = draws.between(0.62, 0.92) * options.height as f32;
        let distance_mm = lens.focal_px * picture_mm.1 / tall_px;
        let turn = (held == Held::Turned).then(|| {
            let (angle, period_s) = (draws.between(18.0, 32.0) * draws.sign(), draws.between(1.6, 3.0));
            // Mostly to the sides; a nod in every fourth.
            if draws.unit() < 0.75 {
                Turn { yaw_deg: angle, pitch_deg: 0.0, period_s }
            } else {
                Turn { yaw_deg: 0.0, pitch_deg: angle * 0.8, period_s }
            }
        });
        let motion = Motion::draw(draws, distance_mm, turn);
        let raster =
            |length_mm: f32| ((length_mm / picture_mm.1 * tall_px * RASTER_RATIO) as usize).clamp(16, 2_048);
        let eyes_wide = draws.between(3.4, 4.6) * (picture_mm.0 / picture_mm.1 / 0.75).max(1.0);
        Hold { motion, eyes_wide, raster: (raster(picture_mm.0), raster(picture_mm.1)) }
    }
}

fn lens(options: &AttackOptions) -> Lens {
    let (width, height) = (options.width as f32, options.height as f32);
    Lens { focal_px: width / 2.0 / HALF_VIEW_DEG.to_radians().tan(), centre: (width / 2.0, height / 2.0) }
}
