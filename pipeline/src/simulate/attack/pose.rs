//! Where a sheet or a screen is held before a pinhole camera, and which of its points each pixel sees.
//!
//! Millimetres, camera coordinates: x to the right, y down, z away from the camera. A point of the medium is (u, v) on
//! its surface, from its middle.

/// A camera without distortion.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lens {
    /// Focal length in pixels.
    pub(super) focal_px: f32,
    /// Principal point in pixels.
    pub(super) centre: (f32, f32),
}

/// How the medium is bent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Surface {
    Flat,
    /// A part of an upright cylinder with this radius, its middle nearest to the camera, as a face has it.
    Bent {
        radius_mm: f32,
    },
}

/// How the medium is held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pose {
    turn: [[f32; 3]; 3],
    at_mm: [f32; 3],
}

impl Pose {
    /// Turned by yaw (about the upright axis), pitch (about the level one) and roll, in degrees.
    pub(super) fn new([yaw, pitch, roll]: [f32; 3], at_mm: [f32; 3]) -> Pose {
        let angle = |degrees: f32| degrees.to_radians().sin_cos();
        let ((sy, cy), (sp, cp), (sr, cr)) = (angle(yaw), angle(pitch), angle(roll));
        let about_y = [[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]];
        let about_x = [[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]];
        let about_z = [[cr, -sr, 0.0], [sr, cr, 0.0], [0.0, 0.0, 1.0]];
        Pose { turn: product(product(about_y, about_x), about_z), at_mm }
    }

    /// How far away the middle is.
    pub(super) fn distance_mm(&self) -> f32 {
        self.at_mm[2]
    }

    /// The pixel that sees a point of the medium. The inverse of [`Self::point`], for whom checks it.
    #[cfg(test)]
    pub(super) fn pixel(&self, (u, v): (f32, f32), surface: Surface, lens: &Lens) -> (f32, f32) {
        let local = match surface {
            Surface::Flat => [u, v, 0.0],
            Surface::Bent { radius_mm } => {
                let (sin, cos) = (u / radius_mm).sin_cos();
                [radius_mm * sin, v, radius_mm * (1.0 - cos)]
            }
        };
        let turned = times(self.turn, local);
        let [x, y, z] = std::array::from_fn(|axis| turned[axis] + self.at_mm[axis]);
        (lens.focal_px * x / z + lens.centre.0, lens.focal_px * y / z + lens.centre.1)
    }

    /// Prepares the way back.
    pub(super) fn seen_by(&self, surface: Surface, lens: Lens) -> Sight {
        let back: [[f32; 3]; 3] = std::array::from_fn(|r| std::array::from_fn(|c| self.turn[c][r]));
        let origin = times(back, self.at_mm.map(|axis| -axis));
        Sight { back, origin, surface, lens }
    }
}

/// The camera as seen from the medium.
pub(super) struct Sight {
    back: [[f32; 3]; 3],
    origin: [f32; 3],
    surface: Surface,
    lens: Lens,
}

impl Sight {
    /// The point of the medium, edges left aside, that a pixel sees; `None` where its look misses it.
    pub(super) fn point(&self, x: f32, y: f32) -> Option<(f32, f32)> {
        let (o, focal) = (self.origin, self.lens.focal_px);
        let look = [(x - self.lens.centre.0) / focal, (y - self.lens.centre.1) / focal, 1.0];
        let e = times(self.back, look);
        let (u, v) = match self.surface {
            Surface::Flat => {
                let way = -o[2] / e[2];
                (way > 0.0).then(|| (o[0] + way * e[0], o[1] + way * e[1]))?
            }
            Surface::Bent { radius_mm } => {
                // The nearer of the two points where the look meets the cylinder.
                let a = e[0] * e[0] + e[2] * e[2];
                let b = o[0] * e[0] + (o[2] - radius_mm) * e[2];
                let c = o[0] * o[0] + (o[2] - radius_mm).powi(2) - radius_mm * radius_mm;
                let inside = b * b - a * c;
                let way = (inside > 0.0).then(|| (-b - inside.sqrt()) / a).filter(|way| *way > 0.0)?;
                let (px, pz) = (o[0] + way * e[0], o[2] + way * e[2]);
                (radius_mm * px.atan2(radius_mm - pz), o[1] + way * e[1])
            }
        };
        Some((u, v))
    }
}

fn times(m: [[f32; 3]; 3], v: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|row| m[row][0] * v[0] + m[row][1] * v[1] + m[row][2] * v[2])
}

fn product(a: [[f32; 3]; 3], b: [[f32; 3]; 3]) -> [[f32; 3]; 3] {
    std::array::from_fn(|row| std::array::from_fn(|column| (0..3).map(|k| a[row][k] * b[k][column]).sum()))
}
