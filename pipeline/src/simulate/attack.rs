//! Attacks on a face camera, made from pictures: prints and screens in a hand, and pictures no camera took.
//!
//! Each species is a chain of plain physical steps with named units (see the files beside this one), and everything
//! that varies is drawn from a seed, so an attempt can be made again bit by bit. A simulation finds what surely gets
//! through; that nothing does can only be shown with real prints, screens and masks (ISO/IEC 30107-3).

mod act;
mod digital;
mod display;
mod eyes;
mod footage;
mod grid;
mod light;
mod marionette;
mod motion;
mod place;
mod pose;
mod random;
mod recapture;
mod sensor;
mod sheet;
mod species;
mod stream;
#[cfg(test)]
mod tests;
mod view;

pub use act::{Act, GESTURE_MS};
pub use footage::Footage;
pub use marionette::{Body, Marionette};
pub use species::Species;
pub use view::Eyes;

use digital::{Genuine, Puppet};
use display::Device;
use random::Draws;
use recapture::{Held, Recapture};
use stream::{Splice, Stream};

use super::SimulateError;
use crate::still::Still;

/// What an attacker has of somebody: one photograph, or a video.
#[derive(Clone)]
pub struct Source {
    /// One picture, or those of a video in order; all of one size.
    pub pictures: Vec<Still>,
    /// Pictures per second of the video.
    pub fps: u32,
    /// The eyes in the first picture.
    pub eyes: Eyes,
}

/// Who plays in an attack.
#[derive(Clone, Copy)]
pub struct Cast<'a> {
    /// Whose money it is.
    pub payer: &'a Source,
    /// Who would like to pay with it.
    pub attacker: &'a Source,
}

/// How an attempt is made.
#[derive(Clone, Copy, Debug)]
pub struct AttackOptions {
    /// Width of the camera's pictures in pixels.
    pub width: u32,
    /// Their height.
    pub height: u32,
    /// Pictures per second.
    pub fps: u32,
    /// How many pictures.
    pub pictures: u32,
    /// The same seed gives the same bytes.
    pub seed: u64,
}

impl Default for AttackOptions {
    fn default() -> AttackOptions {
        AttackOptions { width: 640, height: 480, fps: 15, pictures: 60, seed: 1 }
    }
}

impl AttackOptions {
    fn size(&self) -> (usize, usize) {
        (self.width as usize, self.height as usize)
    }
}

/// One picture as the till gets it.
#[derive(Clone)]
pub struct Shown {
    /// When it arrives, from the attempt's beginning.
    pub at_ms: u64,
    /// How old it is then.
    pub behind_ms: u64,
    /// The picture.
    pub still: Still,
}

/// A drawn property, by its name with its unit.
pub type Mark = (&'static str, f32);

/// An attempt, ready to be painted.
pub struct Attempt {
    options: AttackOptions,
    scene: Scene,
}

enum Scene {
    Recapture(Box<Recapture>),
    Puppet(Puppet),
    Genuine(Box<Genuine>),
    Stream(Box<Stream>),
    Splice(Box<Splice>),
}

impl Attempt {
    /// The payer without an attack: what the same person's own visit looks like.
    ///
    /// # Errors
    /// [`SimulateError::Options`] for sources or sizes that make no video.
    pub fn genuine(payer: &Source, options: &AttackOptions) -> Result<Attempt, SimulateError> {
        check(payer, options)?;
        let scene = Scene::Genuine(Box::new(genuine(payer, options)));
        Ok(Attempt { options: *options, scene })
    }

    /// An attack.
    ///
    /// # Errors
    /// [`SimulateError::Options`] for sources or sizes that make no video.
    pub fn new(species: Species, cast: Cast<'_>, options: &AttackOptions) -> Result<Attempt, SimulateError> {
        let Cast { payer, attacker } = cast;
        check(payer, options)?;
        check(attacker, options)?;
        let draws = Draws::new(options.seed, species.name());
        let print = |bent, held, draws| recaptured(Recapture::print(payer, options, draws, bent, held));
        let screen = |device, held, draws| recaptured(Recapture::screen(payer, options, draws, device, held));
        let scene = match species {
            Species::PrintFlat => print(false, Held::Still, draws),
            Species::PrintBent => print(true, Held::Still, draws),
            Species::PrintCutEyes => recaptured(Recapture::cut_eyes(payer, attacker, options, draws)),
            Species::PrintTurning => print(false, Held::Turned, draws),
            Species::PrintBentTurning => print(true, Held::Turned, draws),
            Species::ScreenPhone => screen(Device::Phone, Held::Still, draws),
            Species::ScreenTablet => screen(Device::Tablet, Held::Still, draws),
            Species::ScreenLaptop => screen(Device::Laptop, Held::Still, draws),
            Species::ScreenTurning => screen(Device::Tablet, Held::Turned, draws),
            Species::InjectedStill => Scene::Puppet(Puppet::draw(payer, options, draws, false)),
            Species::InjectedTurning => Scene::Puppet(Puppet::draw(payer, options, draws, true)),
            Species::ReplayLooped
            | Species::ReplayReencoded
            | Species::Frozen
            | Species::FrozenNoisy
            | Species::Stale => {
                Scene::Stream(Box::new(Stream::draw(species, genuine(payer, options), options, draws)))
            }
            Species::InjectedSpliced => {
                let own = genuine(attacker, options);
                Scene::Splice(Box::new(Splice::flickering(own, genuine(payer, options), draws)))
            }
            Species::InjectedSwapped => {
                let print = Recapture::print(payer, options, draws, false, Held::Still);
                Scene::Splice(Box::new(Splice::halves(genuine(attacker, options), print, options)))
            }
        };
        Ok(Attempt { options: *options, scene })
    }

    /// How many pictures it has.
    pub fn len(&self) -> u32 {
        self.options.pictures
    }

    /// Whether there is nothing to paint.
    pub fn is_empty(&self) -> bool {
        self.options.pictures == 0
    }

    /// Paints one picture. Any order gives the same pictures.
    ///
    /// # Errors
    /// [`SimulateError`] when the picture cannot be encoded.
    pub fn paint(&self, index: u32) -> Result<Shown, SimulateError> {
        let seconds = index as f32 / self.options.fps as f32;
        let (still, behind_ms) = match &self.scene {
            Scene::Recapture(recapture) => (recapture.paint(seconds, index)?, 0),
            Scene::Puppet(puppet) => (puppet.paint(seconds)?, 0),
            Scene::Genuine(genuine) => (genuine.paint(seconds, index)?, 0),
            Scene::Stream(stream) => (stream.paint(index)?, stream.behind_ms()),
            Scene::Splice(splice) => (splice.paint(seconds, index)?, 0),
        };
        let at_ms = u64::from(index) * 1_000 / u64::from(self.options.fps);
        Ok(Shown { at_ms, behind_ms, still })
    }

    /// What was drawn for it.
    pub fn marks(&self) -> Vec<Mark> {
        match &self.scene {
            Scene::Recapture(recapture) => recapture.marks(),
            Scene::Puppet(puppet) => puppet.marks(),
            Scene::Genuine(_) => Vec::new(),
            Scene::Stream(stream) => stream.marks(),
            Scene::Splice(splice) => splice.marks(),
        }
    }
}

fn recaptured(recapture: Recapture) -> Scene {
    Scene::Recapture(Box::new(recapture))
}

fn genuine(source: &Source, options: &AttackOptions) -> Genuine {
    Genuine::draw(source, options, Draws::new(options.seed, "genuine"))
}

fn check(source: &Source, options: &AttackOptions) -> Result<(), SimulateError> {
    let Some(first) = source.pictures.first() else {
        return Err(SimulateError::Options("an attack needs a picture to start from"));
    };
    let size = (first.width(), first.height());
    if source.pictures.iter().any(|picture| (picture.width(), picture.height()) != size) {
        return Err(SimulateError::Options("the pictures of a video have one size"));
    }
    let side = |value: u32| (64..=4096).contains(&value);
    if !side(options.width) || !side(options.height) {
        return Err(SimulateError::Options("a camera's pictures are 64 to 4096 pixels wide and high"));
    }
    let rate = |fps: u32| (1..=120).contains(&fps);
    if !rate(options.fps) || !rate(source.fps) || !(1..=3_600).contains(&options.pictures) {
        return Err(SimulateError::Options("an attack has 1 to 120 fps and 1 to 3600 pictures"));
    }
    let inside = |(x, y): (f32, f32)| (0.0..size.0 as f32).contains(&x) && (0.0..size.1 as f32).contains(&y);
    if !source.eyes.iter().all(|eye| inside(*eye)) || view::eye_distance(source.eyes) < 4.0 {
        return Err(SimulateError::Options("both eyes lie in the picture, at least 4 pixels apart"));
    }
    Ok(())
}
