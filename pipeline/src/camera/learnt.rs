//! What a camera has seen for as long as it has looked: the edges that stay, whoever comes and goes before them.
//!
//! Some dozens of pictures are kept, spread over the last minutes. An edge of the place is there in nearly all of them, one of
//! a passer-by in few: the second lowest tenth of each cell is the place's.

use std::time::{Duration, Instant};

use super::luma::{CELLS as LIGHTS, Thumbnail};
use super::texture::{CELLS, Texture};

/// A cell that was hidden by a person, or is not known.
pub(crate) const UNKNOWN: u8 = 255;
/// Pictures by which a view is known.
const KNOWN_BY: usize = 16;
/// Pictures kept: then every second one goes, and the next come half as often.
const KEPT_MAX: usize = 32;
/// The share of the pictures that show less than what is taken for the place.
const LOW: usize = 5;
/// A picture is kept this often, at least.
const EVERY_MAX: Duration = Duration::from_secs(60);

/// A view that is being learnt, or is known.
pub(crate) struct Learnt {
    every: Duration,
    next: Option<Instant>,
    kept: Vec<Kept>,
    /// How strong the edges are that stay, by cell; [`UNKNOWN`] where a person always was.
    pub(crate) edges: Box<[u8]>,
    /// How the light usually falls.
    pub(crate) light: [f32; LIGHTS],
    /// How sharp the picture usually is.
    pub(crate) sharpness: Option<f32>,
}

struct Kept {
    edges: Box<[u8]>,
    light: Thumbnail,
    sharpness: Option<f32>,
}

impl Learnt {
    /// Is known after `within` of good pictures.
    pub(crate) fn new(within: Duration) -> Self {
        let edges = vec![UNKNOWN; CELLS].into_boxed_slice();
        let every = within / KNOWN_BY as u32;
        Self { every, next: None, kept: Vec::new(), edges, light: [0.0; LIGHTS], sharpness: None }
    }

    /// Whether there is something to compare with.
    pub(crate) fn is_known(&self) -> bool {
        self.kept.len() >= KNOWN_BY
    }

    /// Takes a picture of a healthy camera; `hidden` are the cells before which somebody stands.
    pub(crate) fn see(&mut self, now: Instant, texture: &Texture, light: &Thumbnail, hidden: &[bool]) {
        if self.next.is_some_and(|next| now < next) {
            return;
        }
        self.next = Some(now + self.every);
        if self.kept.len() >= KEPT_MAX {
            let mut odd = true;
            self.kept.retain(|_| {
                odd = !odd;
                odd
            });
            self.every = (self.every * 2).min(EVERY_MAX);
        }
        let seen = texture.edges.iter().zip(hidden);
        let edges = seen.map(|(edge, hidden)| if *hidden { UNKNOWN } else { *edge }).collect();
        self.kept.push(Kept { edges, light: *light, sharpness: texture.sharpness });
        if self.is_known() {
            self.learn();
        }
    }

    fn learn(&mut self) {
        let mut values = Vec::with_capacity(KEPT_MAX);
        for (cell, edge) in self.edges.iter_mut().enumerate() {
            values.clear();
            values.extend(self.kept.iter().map(|kept| kept.edges[cell]).filter(|edge| *edge != UNKNOWN));
            let enough = values.len() >= KNOWN_BY / 4;
            let low = values.len() / LOW;
            *edge = if enough { *values.select_nth_unstable(low).1 } else { UNKNOWN };
        }
        for (cell, light) in self.light.iter_mut().enumerate() {
            let sum: f32 = self.kept.iter().map(|kept| f32::from(kept.light.cells()[cell])).sum();
            *light = sum / self.kept.len() as f32;
        }
        let mut sharp: Vec<f32> = self.kept.iter().filter_map(|kept| kept.sharpness).collect();
        // A place that seldom shows an edge has no usual sharpness.
        let usual = sharp.len() >= KNOWN_BY / 2;
        let middle = sharp.len() / 2;
        self.sharpness = usual.then(|| *sharp.select_nth_unstable_by(middle, f32::total_cmp).1);
    }
}
