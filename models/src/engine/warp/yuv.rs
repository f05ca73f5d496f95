//! Luma with chroma of half the resolution, planar (I420) or interleaved (NV12).

use super::super::picture::{Picture, PixelFormat};
use super::grey::Grey;
use super::{Colours, LANES, Points, Taps, Texture};

pub(super) struct Yuv<'a> {
    luma: Grey<'a>,
    blue: Chroma<'a>,
    red: Chroma<'a>,
    matrix: Matrix,
}

impl<'a> Yuv<'a> {
    pub(super) fn new(picture: &Picture<'a>) -> Self {
        let size = [(picture.width as usize).div_ceil(2), (picture.height as usize).div_ceil(2)];
        let plane = |samples, stride, step| Chroma { samples, stride, step, size };
        let [_, second, third] = picture.planes;
        let [_, second_stride, third_stride] = picture.strides;
        let (blue, red) = match picture.format {
            PixelFormat::Nv12 => (plane(second, second_stride, 2), plane(&second[1..], second_stride, 2)),
            _ => (plane(second, second_stride, 1), plane(third, third_stride, 1)),
        };
        Self { luma: Grey::new(picture), blue, red, matrix: Matrix::of(picture) }
    }
}

impl Texture for Yuv<'_> {
    #[inline]
    fn inside(&self, x: &[f32; LANES], y: &[f32; LANES]) -> Colours {
        let luma = self.luma.values(x, y);
        let points = self.blue.points(x, y);
        let (blue, red) = (self.blue.values(&points), self.red.values(&points));
        let mut colours = Colours([[0.0; LANES]; 3]);
        for lane in 0..LANES {
            let rgb = self.matrix.rgb(luma[lane], blue[lane], red[lane], 1.0);
            for (channel, value) in rgb.into_iter().enumerate() {
                colours.0[channel][lane] = value;
            }
        }
        colours
    }

    fn anywhere(&self, x: f32, y: f32) -> [f32; 3] {
        let (luma, weight) = self.luma.value(x, y);
        if weight == 0.0 {
            return [0.0; 3];
        }
        let points = self.blue.points(&[x; LANES], &[y; LANES]);
        self.matrix.rgb(luma, self.blue.values(&points)[0], self.red.values(&points)[0], weight)
    }
}

/// A plane of chroma, each sample centred between four luma samples.
struct Chroma<'a> {
    samples: &'a [u8],
    stride: usize,
    step: usize,
    size: [usize; 2],
}

impl Chroma<'_> {
    /// Where points in luma coordinates lie in this plane; chroma goes on unchanged past the picture's edge.
    #[inline(always)]
    fn points(&self, x: &[f32; LANES], y: &[f32; LANES]) -> Points {
        let halved = |along: &[f32; LANES]| along.map(|value| value * 0.5 - 0.25);
        Points::new(&halved(x), &halved(y), self.size.map(|side| side as f32 - 1.0))
    }

    #[inline(always)]
    fn values(&self, points: &Points) -> [f32; LANES] {
        let mut taps = Taps::default();
        for lane in 0..LANES {
            let (column, row) = (points.column[lane] as usize, points.row[lane] as usize);
            let (left, right) = (column * self.step, (column + 1).min(self.size[0] - 1) * self.step);
            let (top, bottom) = (row * self.stride, (row + 1).min(self.size[1] - 1) * self.stride);
            taps.0[0][lane] = self.samples[top + left];
            taps.0[1][lane] = self.samples[top + right];
            taps.0[2][lane] = self.samples[bottom + left];
            taps.0[3][lane] = self.samples[bottom + right];
        }
        taps.mix(points)
    }
}

/// From YUV to RGB, by the picture's range and colour standard.
pub(super) struct Matrix {
    black: f32,
    luma: f32,
    red_from_red: f32,
    green_from_blue: f32,
    green_from_red: f32,
    blue_from_blue: f32,
}

impl Matrix {
    /// The coefficients follow from the standard's weights of red and blue in luma (ITU-R BT.601 and BT.709).
    pub(super) fn of(picture: &Picture<'_>) -> Self {
        let (red, blue) = if picture.bt709 { (0.2126, 0.0722) } else { (0.299, 0.114) };
        let green = 1.0 - red - blue;
        let (black, luma, chroma) =
            if picture.full_range { (0.0, 1.0, 1.0) } else { (16.0, 255.0 / 219.0, 255.0 / 224.0) };
        let (red_span, blue_span) = (2.0 * (1.0 - red) * chroma, 2.0 * (1.0 - blue) * chroma);
        Self {
            black,
            luma,
            red_from_red: red_span,
            green_from_blue: -blue_span * blue / green,
            green_from_red: -red_span * red / green,
            blue_from_blue: blue_span,
        }
    }

    /// All of them, in the order of the fields.
    pub(super) fn coefficients(&self) -> [f32; 6] {
        let Self { black, luma, red_from_red, green_from_blue, green_from_red, blue_from_blue } = *self;
        [black, luma, red_from_red, green_from_blue, green_from_red, blue_from_blue]
    }

    /// The colour of a point of which `weight` lies inside the picture, `luma` being already weighted.
    #[inline(always)]
    fn rgb(&self, luma: f32, blue: f32, red: f32, weight: f32) -> [f32; 3] {
        let grey = (luma - self.black * weight) * self.luma;
        let (blue, red) = ((blue - 128.0) * weight, (red - 128.0) * weight);
        let top = 255.0 * weight;
        [
            (grey + self.red_from_red * red).clamp(0.0, top),
            (grey + self.green_from_blue * blue + self.green_from_red * red).clamp(0.0, top),
            (grey + self.blue_from_blue * blue).clamp(0.0, top),
        ]
    }
}
