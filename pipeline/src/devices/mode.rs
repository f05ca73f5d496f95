//! What a local camera can deliver, and which of it is asked for: enough to recognise people by, at the least work.

use std::cmp::Reverse;
use std::fmt;

use gstreamer as gst;

#[cfg(test)]
mod tests;

/// Sizes below this show a payer too small.
const WIDTH_MIN: i32 = 640;
const HEIGHT_MIN: i32 = 480;
/// A camera says no more than this.
const MODES_MAX: usize = 1_024;

/// How pictures come out of a camera. Others are left to GStreamer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Luma, then both chroma planes as one, at half the size: what the networks take.
    Nv12,
    /// Luma, then two chroma planes at half the size: the same.
    I420,
    /// Luma and chroma in turns, chroma at half the width.
    Yuy2,
    /// One JPEG picture after the other.
    Mjpg,
}

impl Coding {
    const ALL: [Coding; 4] = [Coding::Nv12, Coding::I420, Coding::Yuy2, Coding::Mjpg];

    /// Its four-character code.
    pub fn name(self) -> &'static str {
        match self {
            Coding::Nv12 => "NV12",
            Coding::I420 => "I420",
            Coding::Yuy2 => "YUY2",
            Coding::Mjpg => "MJPG",
        }
    }

    fn of(name: &str) -> Option<Coding> {
        Coding::ALL.into_iter().find(|coding| coding.name() == name)
    }

    /// Picoseconds of one core that a pixel takes until it is as the networks want it (docs/benchmarks.md).
    fn cost_ps(self) -> u64 {
        match self {
            Coding::Nv12 | Coding::I420 => 50,
            Coding::Yuy2 => 270,
            Coding::Mjpg => 4_100,
        }
    }
}

/// One of the ways in which a camera delivers pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// How they are coded.
    pub coding: Coding,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
    /// Pictures in so many seconds.
    rate: (i32, i32),
}

impl Mode {
    /// Pictures a second.
    pub fn fps(&self) -> f64 {
        f64::from(self.rate.0) / f64::from(self.rate.1.max(1))
    }

    fn caps(&self) -> gst::Caps {
        let caps = match self.coding {
            Coding::Mjpg => gst::Caps::builder("image/jpeg"),
            raw => gst::Caps::builder("video/x-raw").field("format", raw.name()),
        };
        let rate = gst::Fraction::new(self.rate.0, self.rate.1);
        caps.field("width", self.width).field("height", self.height).field("framerate", rate).build()
    }

    fn millihertz(&self) -> u64 {
        (self.fps() * 1e3) as u64
    }

    fn pixels(&self) -> u64 {
        self.width.unsigned_abs() as u64 * u64::from(self.height.unsigned_abs())
    }

    /// Less is better: first pictures that are large enough, then enough of them, then little work, then large ones.
    fn rank(&self, fps_min: u32) -> (i32, u64, u64, Reverse<u64>) {
        let short = (WIDTH_MIN - self.width).max(0) + (HEIGHT_MIN - self.height).max(0);
        let slow = (u64::from(fps_min) * 1_000).saturating_sub(self.millihertz());
        let work = self.coding.cost_ps() * self.pixels() * self.millihertz();
        (short, slow, work, Reverse(self.pixels()))
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}x{} at {}", self.coding.name(), self.width, self.height, self.fps())
    }
}

/// Every mode that a camera names.
pub(super) fn modes(caps: &gst::CapsRef) -> Vec<Mode> {
    offers(caps, None).collect()
}

/// What to ask of a camera of which `fps_min` pictures a second are analysed: it need not deliver more, but not fewer.
/// `None` when it names nothing that is known.
pub(crate) fn chosen(caps: &gst::CapsRef, fps_min: u32) -> Option<Mode> {
    offers(caps, Some(fps_min)).min_by_key(|mode| mode.rank(fps_min))
}

/// What a camera is asked for: the mode, or where it names none that is known, whatever can be decoded.
pub(crate) fn filter(chosen: Option<Mode>) -> gst::Caps {
    if let Some(mode) = chosen {
        return mode.caps();
    }
    let mut wanted = gst::Caps::new_empty();
    for media in ["video/x-raw", "image/jpeg"] {
        let rate = gst::FractionRange::new(gst::Fraction::new(5, 1), gst::Fraction::new(60, 1));
        let caps = gst::Caps::builder(media)
            .field("width", gst::IntRange::new(160, 1_920))
            .field("height", gst::IntRange::new(120, 1_440))
            .field("framerate", rate);
        wanted.merge(caps.build());
    }
    wanted
}

/// The modes; with `fps` also those out of ranges that are nearest to what is wanted.
fn offers(caps: &gst::CapsRef, fps: Option<u32>) -> impl Iterator<Item = Mode> {
    let in_memory = |features: &gst::CapsFeaturesRef| {
        !features.is_any() && features.is_equal(&gst::CAPS_FEATURES_MEMORY_SYSTEM_MEMORY)
    };
    let each = caps.iter_with_features().filter(move |(_, features)| in_memory(features));
    each.flat_map(move |(structure, _)| of_structure(structure, fps)).take(MODES_MAX)
}

fn of_structure(structure: &gst::StructureRef, fps: Option<u32>) -> Vec<Mode> {
    let side = |name: &str, wanted: i32| side(structure, name, fps.map(|_| wanted));
    let Some((width, height)) = side("width", WIDTH_MIN).zip(side("height", HEIGHT_MIN)) else {
        return Vec::new();
    };
    let rates = rates(structure, fps);
    let mode = |coding: Coding, rate: (i32, i32)| Mode { coding, width, height, rate };
    codings(structure)
        .into_iter()
        .flat_map(|coding| rates.iter().map(move |rate| mode(coding, *rate)))
        .collect()
}

fn codings(structure: &gst::StructureRef) -> Vec<Coding> {
    if structure.name() == "image/jpeg" {
        return vec![Coding::Mjpg];
    }
    if let Ok(name) = structure.get::<&str>("format") {
        return Coding::of(name).into_iter().collect();
    }
    let list = structure.get::<gst::List>("format").unwrap_or_default();
    list.iter().filter_map(|name| Coding::of(name.get::<&str>().ok()?)).collect()
}

/// One side in pixels. Of a range the nearest to what is wanted, in its steps.
fn side(structure: &gst::StructureRef, name: &str, wanted: Option<i32>) -> Option<i32> {
    if let Ok(pixels) = structure.get::<i32>(name) {
        return Some(pixels);
    }
    let range = structure.get::<gst::IntRange<i32>>(name).ok()?;
    let nearest = wanted?.clamp(range.min(), range.max());
    let step = range.step().max(1);
    // Upwards, so that it is large enough.
    let steps = (nearest - range.min() + step - 1) / step;
    Some((range.min() + steps * step).min(range.max()))
}

fn rates(structure: &gst::StructureRef, fps: Option<u32>) -> Vec<(i32, i32)> {
    let sound = |rate: gst::Fraction| (rate.numer() > 0).then(|| (rate.numer(), rate.denom()));
    if let Ok(rate) = structure.get::<gst::Fraction>("framerate") {
        return sound(rate).into_iter().collect();
    }
    if let Ok(list) = structure.get::<gst::List>("framerate") {
        return list.iter().filter_map(|rate| sound(rate.get().ok()?)).collect();
    }
    let range = structure.get::<gst::FractionRange>("framerate").ok().zip(fps);
    let nearest = range.map(|(range, fps)| {
        let fps = gst::Fraction::new(i32::try_from(fps).unwrap_or(i32::MAX), 1);
        fps.clamp(range.min(), range.max())
    });
    nearest.and_then(sound).into_iter().collect()
}
