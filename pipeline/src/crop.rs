//! A face cut out of its picture: what a recogniser needs of it, and nothing else that the picture shows.

mod bytes;

use plugin_host::{
    ColourMatrix, ColourRange, Face, FourCc, FrameDesc, InferenceError, Plane, Point, Rect, Surface,
};

use crate::frame::{Colour, Frame, PixelFormat, Planes};
use crate::still::Still;

pub use bytes::CropError;

/// The cut is so many times as large as the face: room for the aligned square of a tilted head.
const ROOM: f32 = 1.8;
/// Pixels of the picture that are averaged for one of the cut, in each direction, at most.
const TAPS_MAX: usize = 3;

/// A face by itself, at most so many pixels high and wide. No `Debug`: it shows a person.
#[derive(Clone)]
pub struct FaceCrop {
    picture: Still,
    face: Face,
}

impl FaceCrop {
    /// Cuts `face` out of `frame`, made smaller until no side is longer than `side_px_max`. `None` for a face that lies
    /// outside the picture.
    pub fn of(frame: &Frame, face: &Face, side_px_max: u32) -> Option<Self> {
        let cut = Cut::of((frame.width(), frame.height()), &face.bbox, side_px_max)?;
        let planes = frame.planes();
        let pixels = Pixels::of(&planes, frame.format(), frame.colour());
        let picture = Still::from_rgb(cut.width, cut.height, cut.rgb(&pixels))?;
        Some(Self { picture, face: cut.moved(face) })
    }

    /// The face's pixels.
    pub fn picture(&self) -> &Still {
        &self.picture
    }

    /// Where the face is in them. Only box and landmarks are known of it.
    pub fn face(&self) -> &Face {
        &self.face
    }

    /// The pixels as plugins see them.
    pub(crate) fn view(&self) -> Result<plugin_host::Frame<'_>, InferenceError> {
        let (width, height) = (self.picture.width(), self.picture.height());
        let desc = FrameDesc {
            width,
            height,
            fourcc: FourCc::RGB24,
            pts_ns: plugin_host::monotonic_ns(),
            seq: 0,
            stream_id: 0,
            colour_matrix: ColourMatrix::Bt601,
            colour_range: ColourRange::Full,
        };
        plugin_host::Frame::new(&desc, &[Plane { data: self.picture.rgb(), pitch: width * 3, rows: height }])
    }
}

/// Which part of a picture becomes a cut of which size.
struct Cut {
    /// Left and upper edge in the picture.
    x: f32,
    y: f32,
    width: u32,
    height: u32,
    /// Pixels of the picture for one of the cut.
    step: f32,
}

impl Cut {
    fn of((width, height): (u32, u32), bbox: &Rect, side_px_max: u32) -> Option<Self> {
        let half = bbox.w.max(bbox.h) * ROOM / 2.0;
        let (x, y) = (bbox.x + bbox.w / 2.0, bbox.y + bbox.h / 2.0);
        let span = |middle: f32, end: u32| {
            let from = (middle - half).floor().clamp(0.0, end as f32);
            let to = (middle + half).ceil().clamp(0.0, end as f32);
            (from, to - from)
        };
        let ((x, wide), (y, high)) = (span(x, width), span(y, height));
        // What is no number makes an empty cut.
        if !(wide >= 1.0 && high >= 1.0) {
            return None;
        }
        let step = (wide.max(high) / side_px_max.max(1) as f32).max(1.0);
        let scaled = |length: f32| ((length / step) as u32).clamp(1, side_px_max.max(1));
        Some(Self { x, y, width: scaled(wide), height: scaled(high), step })
    }

    fn rgb(&self, pixels: &Pixels<'_>) -> Vec<u8> {
        let taps = (self.step.ceil() as usize).clamp(1, TAPS_MAX);
        // Where the taps of one pixel lie, spread evenly over the pixels that it stands for.
        let at = |from: f32, index: u32, tap: usize| {
            let part = (tap as f32 + 0.5) / taps as f32;
            (from + (index as f32 + part) * self.step) as usize
        };
        let mut rgb = Vec::with_capacity(self.width as usize * self.height as usize * 3);
        for row in 0..self.height {
            for column in 0..self.width {
                let mut sum = [0.0_f32; 3];
                for tap in 0..taps * taps {
                    let (x, y) = (at(self.x, column, tap % taps), at(self.y, row, tap / taps));
                    let colour = pixels.at(x, y);
                    sum.iter_mut().zip(colour).for_each(|(sum, channel)| *sum += channel);
                }
                rgb.extend(sum.map(|channel| (channel / (taps * taps) as f32).round() as u8));
            }
        }
        rgb
    }

    /// The face where it lies in the cut.
    fn moved(&self, face: &Face) -> Face {
        // Pixel centres have whole numbers on both sides.
        let along = |value: f32, from: f32| (value + 0.5 - from) / self.step - 0.5;
        let bbox = &face.bbox;
        Face {
            frame_index: 0,
            bbox: Rect {
                x: along(bbox.x, self.x),
                y: along(bbox.y, self.y),
                w: bbox.w / self.step,
                h: bbox.h / self.step,
            },
            landmarks: face
                .landmarks
                .map(|point| Point { x: along(point.x, self.x), y: along(point.y, self.y) }),
            surface: Surface::default(),
            ..*face
        }
    }
}

/// Reads full-range RGB from any layout.
struct Pixels<'a> {
    planes: Planes<'a>,
    format: PixelFormat,
    /// Luma's black and gain, and what chroma adds: red from red, green from blue and from red, blue from blue.
    black: f32,
    gain: f32,
    chroma: [f32; 4],
}

impl<'a> Pixels<'a> {
    /// The coefficients follow from the standard's weights of red and blue in luma (ITU-R BT.601 and BT.709).
    fn of(planes: &Planes<'a>, format: PixelFormat, colour: Colour) -> Self {
        let (red, blue) = if colour.bt709 { (0.2126, 0.0722) } else { (0.299, 0.114) };
        let green: f32 = 1.0 - red - blue;
        let (black, gain, spread) =
            if colour.full_range { (0.0, 1.0, 1.0) } else { (16.0, 255.0 / 219.0, 255.0 / 224.0) };
        let (of_red, of_blue) = (2.0 * (1.0 - red) * spread, 2.0 * (1.0 - blue) * spread);
        let chroma = [of_red, -of_blue * blue / green, -of_red * red / green, of_blue];
        Self { planes: *planes, format, black, gain, chroma }
    }

    fn at(&self, x: usize, y: usize) -> [f32; 3] {
        let byte = |plane: usize, row: usize, at: usize| {
            let index = row * self.planes.strides[plane] + at;
            f32::from(self.planes.data[plane].get(index).copied().unwrap_or_default())
        };
        let (blue, red) = match self.format {
            PixelFormat::Rgb24 => return [0, 1, 2].map(|channel| byte(0, y, x * 3 + channel)),
            PixelFormat::I420 => (byte(1, y / 2, x / 2), byte(2, y / 2, x / 2)),
            PixelFormat::Nv12 => (byte(1, y / 2, x / 2 * 2), byte(1, y / 2, x / 2 * 2 + 1)),
        };
        let (luma, blue, red) = ((byte(0, y, x) - self.black) * self.gain, blue - 128.0, red - 128.0);
        let [red_red, green_blue, green_red, blue_blue] = self.chroma;
        [luma + red_red * red, luma + green_blue * blue + green_red * red, luma + blue_blue * blue]
            .map(|channel| channel.clamp(0.0, 255.0))
    }
}

#[cfg(test)]
mod tests;
