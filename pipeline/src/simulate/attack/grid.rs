//! Fine regular patterns, the dots of print and the sub-pixels of screens, as a camera samples them.
//!
//! Only the fundamental is kept, weakened by what lens and pixel average away; what is left above half the sampling rate
//! shows at the wrong frequency, as moiré does.

/// What lens and pixel average away.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampling {
    /// Side of the area that one pixel collects light from, in pixels: less than 1 where the camera skips lines.
    pub(super) aperture_px: f32,
    /// Deviation of the lens' point spread, in pixels.
    pub(super) blur_px: f32,
}

impl Sampling {
    /// How much of a pattern's contrast is left, 0 to 1, by its frequency in cycles per pixel.
    pub(super) fn left(&self, cycles_per_px: f32) -> f32 {
        let x = std::f32::consts::PI * cycles_per_px * self.aperture_px;
        let aperture = if x.abs() < 1e-3 { 1.0 } else { (x.sin() / x).abs() };
        let blur = std::f32::consts::TAU * self.blur_px * cycles_per_px;
        aperture * (-0.5 * blur * blur).exp()
    }
}

/// Parallel stripes on the medium.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stripes {
    /// Cycles per millimetre across and down.
    cycles: (f32, f32),
    /// Offset, in parts of a period.
    phase: f32,
}

impl Stripes {
    /// So many lines per millimetre, whose normal has this angle to the medium's level axis.
    pub(super) fn new(per_mm: f32, angle_deg: f32, phase: f32) -> Stripes {
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        Stripes { cycles: (per_mm * cos, per_mm * sin), phase }
    }

    /// Lines per millimetre.
    pub(super) fn per_mm(&self) -> f32 {
        self.cycles.0.hypot(self.cycles.1)
    }

    /// The pattern at a point of the medium, -1 to 1.
    pub(super) fn at(&self, (u, v): (f32, f32)) -> f32 {
        (std::f32::consts::TAU * (u * self.cycles.0 + v * self.cycles.1 + self.phase)).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fine_patterns_lose_contrast_and_coarse_ones_keep_it() {
        let sampling = Sampling { aperture_px: 0.5, blur_px: 0.2 };
        assert!(sampling.left(0.01) > 0.99);
        assert!(sampling.left(1.0) < sampling.left(0.5) && sampling.left(1.0) > 0.2);
        assert!(sampling.left(2.0) < 1e-3, "a pixel that covers a whole period sees none of it");
    }
}
