//! A photograph with holes for the eyes, behind which the attacker looks and blinks.

use super::light::{Canvas, Light};
use super::random::Draws;

/// The holes of one sheet. Millimetres from the sheet's middle.
#[derive(Clone)]
pub(super) struct Holes {
    /// The holes' middles.
    pub(super) at_mm: [(f32, f32); 2],
    /// Half width and half height of each.
    pub(super) half_mm: (f32, f32),
    /// The attacker's own eyes with their surroundings, as wide as high.
    pub(super) own: [Canvas; 2],
    /// Side of the square that `own` shows.
    pub(super) own_mm: f32,
    /// How far behind the paper the attacker's eyes are: 4 to 15 mm.
    pub(super) behind_mm: f32,
    pub(super) blinks: Blinks,
}

/// When somebody blinks: 0.15 to 0.3 seconds, every 1.2 to 2.5 seconds.
#[derive(Clone, Copy)]
pub(super) struct Blinks {
    every_s: f32,
    lasts_s: f32,
    first_s: f32,
}

impl Blinks {
    pub(super) fn draw(draws: &mut Draws) -> Blinks {
        Blinks {
            every_s: draws.between(1.2, 2.5),
            lasts_s: draws.between(0.15, 0.3),
            first_s: draws.between(0.2, 0.9),
        }
    }

    /// How far the lids are down, 0 to 1.
    pub(super) fn closed(&self, seconds: f32) -> f32 {
        let since = (seconds - self.first_s).rem_euclid(self.every_s);
        if seconds < self.first_s || since > self.lasts_s {
            return 0.0;
        }
        (std::f32::consts::PI * since / self.lasts_s).sin()
    }
}

impl Holes {
    /// What is seen through a hole; `None` beside the holes. `slope` is how far the look moves across and down for each
    /// millimetre behind the paper.
    pub(super) fn light(&self, (u, v): (f32, f32), slope: (f32, f32), seconds: f32) -> Option<Light> {
        for (hole, own) in self.at_mm.iter().zip(&self.own) {
            let (x, y) = ((u - hole.0) / self.half_mm.0, (v - hole.1) / self.half_mm.1);
            let out = x * x + y * y;
            if out > 1.0 {
                continue;
            }
            let across = u - hole.0 + slope.0 * self.behind_mm;
            let down = v - hole.1 + slope.1 * self.behind_mm;
            let down = lid(down, self.half_mm.1, self.blinks.closed(seconds));
            let side = own.width as f32;
            let light = own.sample((across / self.own_mm + 0.5) * side, (down / self.own_mm + 0.5) * side);
            // The paper shades what is behind its edge.
            let shade = 1.0 - 0.6 * (out - 0.6).max(0.0) / 0.4;
            return Some(light.map(|light| light * shade));
        }
        None
    }
}

/// Where in an open eye to look for what a closing one shows: the lid is the skin above it, drawn down.
pub(super) fn lid(down: f32, half: f32, closed: f32) -> f32 {
    let edge = -half + 2.0 * half * closed;
    if closed <= 0.0 || down >= edge || down < -2.0 * half {
        return down;
    }
    // The skin from 2 to 1 half heights above the middle spreads down to the lid's edge.
    -2.0 * half + (down + 2.0 * half) / (edge + 2.0 * half) * half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_eye_shows_the_skin_above_it_and_an_open_one_itself() {
        for down in [-1.9, -0.5, 0.0, 0.9, 1.5] {
            assert_eq!(lid(down, 1.0, 0.0), down);
        }
        for down in [-0.9, 0.0, 0.9] {
            assert!(lid(down, 1.0, 1.0) <= -1.0, "{down}");
        }
        assert_eq!(lid(1.5, 1.0, 1.0), 1.5, "the cheek stays");
    }

    #[test]
    fn a_blink_closes_the_eyes_and_opens_them_again() {
        let blinks = Blinks { every_s: 2.0, lasts_s: 0.2, first_s: 0.5 };
        assert_eq!((blinks.closed(0.0), blinks.closed(1.0)), (0.0, 0.0));
        assert!(blinks.closed(0.6) > 0.99 && blinks.closed(2.6) > 0.99);
    }
}
