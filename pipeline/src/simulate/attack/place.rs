//! Where the camera hangs: a wall, a few things out of focus, one lamp.

use super::light::{Canvas, Light};
use super::random::Draws;

const COLUMNS: usize = 48;
const ROWS: usize = 36;

/// What the camera sees beside the medium, and what a glossy medium mirrors.
#[derive(Clone)]
pub(super) struct Place {
    room: Canvas,
}

impl Place {
    /// A wall of 10 to 35 % reflectance with six soft spots of other colours.
    pub(super) fn draw(draws: &mut Draws) -> Place {
        let wall: Light = [draws.between(0.10, 0.35), draws.between(0.10, 0.35), draws.between(0.10, 0.35)];
        let fall = draws.between(-0.4, 0.4);
        let spots: [([f32; 3], Light); 6] = std::array::from_fn(|_| {
            let place = [draws.unit(), draws.unit(), draws.between(0.05, 0.2)];
            (place, [draws.between(0.02, 0.6), draws.between(0.02, 0.6), draws.between(0.02, 0.6)])
        });
        let at = |index: usize| {
            let (x, y) = ((index % COLUMNS) as f32 / COLUMNS as f32, (index / COLUMNS) as f32 / ROWS as f32);
            let mut light = wall.map(|wall| wall * (1.0 + fall * (x - 0.5)));
            for ([sx, sy, size], colour) in &spots {
                let near = (-((x - sx).powi(2) + (y - sy).powi(2)) / (2.0 * size * size)).exp();
                light = std::array::from_fn(|c| light[c] + (colour[c] - light[c]) * near);
            }
            light
        };
        Place { room: Canvas { width: COLUMNS, height: ROWS, light: (0..COLUMNS * ROWS).map(at).collect() } }
    }

    /// The room at a place in the view, 0 to 1 across and down.
    pub(super) fn light(&self, x: f32, y: f32) -> Light {
        self.room.sample(x * COLUMNS as f32 - 0.5, y * ROWS as f32 - 0.5)
    }
}
