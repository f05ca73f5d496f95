//! How a hand moves what it holds: drift, tremor, and a turn that is to look like a head's.

use super::pose::Pose;
use super::random::Draws;

/// One oscillation of one degree of freedom.
#[derive(Clone, Copy)]
struct Wave {
    amplitude: f32,
    hertz: f32,
    phase: f32,
}

impl Wave {
    fn at(&self, seconds: f32) -> f32 {
        self.amplitude * (std::f32::consts::TAU * self.hertz * seconds + self.phase).sin()
    }
}

/// A turn to one side and the other, once in each period, beginning in the middle.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    /// Largest angle about the upright axis, in degrees.
    pub(super) yaw_deg: f32,
    /// And about the level one.
    pub(super) pitch_deg: f32,
    /// In seconds.
    pub(super) period_s: f32,
}

/// The movement of one attempt.
#[derive(Clone)]
pub(super) struct Motion {
    at_mm: [f32; 3],
    tilt_deg: [f32; 3],
    /// Drift and tremor of yaw, pitch, roll (degrees), then x, y, z (millimetres).
    waves: [[Wave; 2]; 6],
    turn: Option<Turn>,
}

impl Motion {
    /// Held at `distance_mm`. Drift: 0.3 to 0.9 Hz, up to 1.5 degrees and 4 mm. Physiological tremor: 7 to 11 Hz, up to
    /// 0.15 degrees and 0.3 mm.
    pub(super) fn draw(draws: &mut Draws, distance_mm: f32, turn: Option<Turn>) -> Motion {
        let mut wave = |amplitude: f32, slow: bool| {
            let hertz = if slow { draws.between(0.3, 0.9) } else { draws.between(7.0, 11.0) };
            let phase = draws.between(0.0, std::f32::consts::TAU);
            Wave { amplitude: amplitude * draws.between(0.3, 1.0), hertz, phase }
        };
        let waves = std::array::from_fn(|freedom| {
            let (drift, tremor) = if freedom < 3 { (1.5, 0.15) } else { (4.0, 0.3) };
            [wave(drift, true), wave(tremor, false)]
        });
        let tilt_deg = [draws.between(-4.0, 4.0), draws.between(-4.0, 4.0), draws.between(-3.0, 3.0)];
        let at_mm = [draws.between(-8.0, 8.0), draws.between(-8.0, 8.0), distance_mm];
        Motion { at_mm, tilt_deg, waves, turn }
    }

    /// Yaw, pitch and roll in degrees.
    pub(super) fn angles(&self, seconds: f32) -> [f32; 3] {
        let turned = self.turn.map_or((0.0, 0.0), |turn| {
            let sweep = (std::f32::consts::TAU * seconds / turn.period_s).sin();
            (turn.yaw_deg * sweep, turn.pitch_deg * sweep)
        });
        let own = |freedom: usize| {
            self.tilt_deg[freedom] + self.waves[freedom].iter().map(|wave| wave.at(seconds)).sum::<f32>()
        };
        [own(0) + turned.0, own(1) + turned.1, own(2)]
    }

    /// Where it is held at a moment.
    pub(super) fn pose(&self, seconds: f32) -> Pose {
        let at = |axis: usize| {
            self.at_mm[axis] + self.waves[axis + 3].iter().map(|wave| wave.at(seconds)).sum::<f32>()
        };
        Pose::new(self.angles(seconds), [at(0), at(1), at(2)])
    }
}
