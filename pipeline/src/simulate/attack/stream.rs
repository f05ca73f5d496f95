//! Attacks on the stream rather than on the lens: repeated, late and exchanged pictures.

use super::digital::Genuine;
use super::random::Draws;
use super::recapture::Recapture;
use super::sensor::compressed;
use super::{AttackOptions, Mark, Species};
use crate::simulate::SimulateError;
use crate::still::Still;

/// A genuine view that is tampered with in time.
pub(super) struct Stream {
    genuine: Genuine,
    fps: u32,
    seed: u64,
    /// After so many pictures it begins anew.
    period: u32,
    /// Fresh grain on each picture, in levels of 255; 0 leaves the bytes alone.
    grain: f32,
    behind_ms: u64,
}

impl Stream {
    /// Loops of 0.7 to 1.6 seconds; grain of 0.8 to 2.5 levels and JPEG quality of 80 to 94 where it is encoded anew;
    /// late by 1.5 to 8 seconds.
    pub(super) fn draw(
        species: Species,
        genuine: Genuine,
        options: &AttackOptions,
        mut draws: Draws,
    ) -> Stream {
        let looped = ((draws.between(0.7, 1.6) * options.fps as f32) as u32).max(2);
        let grain = draws.between(0.8, 2.5);
        let late_ms = draws.between(1_500.0, 8_000.0) as u64;
        let stream = Stream {
            genuine,
            fps: options.fps,
            seed: options.seed,
            period: options.pictures,
            grain: 0.0,
            behind_ms: 0,
        };
        match species {
            Species::ReplayLooped => Stream { period: looped, ..stream },
            Species::ReplayReencoded => Stream { period: looped, grain, ..stream },
            Species::Frozen => Stream { period: 1, ..stream },
            Species::FrozenNoisy => Stream { period: 1, grain, ..stream },
            _ => Stream { behind_ms: late_ms, ..stream },
        }
    }

    /// How late its pictures are.
    pub(super) fn behind_ms(&self) -> u64 {
        self.behind_ms
    }

    pub(super) fn paint(&self, index: u32) -> Result<Still, SimulateError> {
        let from = index % self.period;
        let still = self.genuine.paint(from as f32 / self.fps as f32, from)?;
        if self.grain <= 0.0 {
            return Ok(still);
        }
        let mut draws = Draws::new(self.seed ^ (u64::from(index) << 20), "grain");
        let quality = draws.between(80.0, 94.0) as u8;
        let noisy = still
            .rgb()
            .iter()
            .map(|sample| (f32::from(*sample) + self.grain * draws.grain() + 0.5).clamp(0.0, 255.0) as u8);
        compressed(noisy.collect(), (still.width() as usize, still.height() as usize), quality)
    }

    pub(super) fn marks(&self) -> Vec<Mark> {
        vec![
            ("period_pictures", self.period as f32),
            ("grain_levels", self.grain),
            ("behind_ms", self.behind_ms as f32),
        ]
    }
}

/// Two people in one place, exchanged from picture to picture.
pub(super) struct Splice {
    own: Genuine,
    payer: Payer,
}

enum Payer {
    /// `run` pictures of the payer in every `every`.
    Flickering { view: Box<Genuine>, run: u32, every: u32 },
    /// Only the payer's print, from this picture on.
    Then { print: Box<Recapture>, from: u32 },
}

impl Splice {
    /// One or two of the payer's pictures in every four to six.
    pub(super) fn flickering(own: Genuine, payer: Genuine, mut draws: Draws) -> Splice {
        let run = draws.between(1.0, 2.99) as u32;
        let every = draws.between(4.0, 6.99) as u32;
        Splice { own, payer: Payer::Flickering { view: Box::new(payer), run, every } }
    }

    /// The attacker for the first half.
    pub(super) fn halves(own: Genuine, print: Recapture, options: &AttackOptions) -> Splice {
        Splice { own, payer: Payer::Then { print: Box::new(print), from: options.pictures / 2 } }
    }

    pub(super) fn paint(&self, seconds: f32, index: u32) -> Result<Still, SimulateError> {
        match &self.payer {
            Payer::Flickering { view, run, every } if index % every < *run => view.paint(seconds, index),
            Payer::Then { print, from } if index >= *from => print.paint(seconds, index),
            Payer::Flickering { .. } | Payer::Then { .. } => self.own.paint(seconds, index),
        }
    }

    pub(super) fn marks(&self) -> Vec<Mark> {
        match &self.payer {
            Payer::Flickering { run, every, .. } => {
                vec![("run_pictures", *run as f32), ("every_pictures", *every as f32)]
            }
            Payer::Then { from, .. } => vec![("from_picture", *from as f32)],
        }
    }
}
