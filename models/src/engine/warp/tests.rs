//! The warp against a reference that follows the definition word by word, and against hostile arguments.

use proptest::prelude::*;

use super::*;
use crate::engine::{Picture, PixelFormat, Region};

const PLAIN: Normalise = Normalise { bgr: false, mean: [0.0; 3], scale: [1.0; 3] };

fn target(width: usize, height: usize) -> Target {
    Target { width, height, normalise: PLAIN }
}

pub(super) fn warped(picture: &Picture<'_>, affine: [f32; 6], target: &Target) -> Vec<f32> {
    picture.check().unwrap();
    check_affine(&affine).unwrap();
    let mut out = vec![f32::NAN; target.len()];
    warp(picture, &affine, target, &mut out);
    out
}

/// Planes of one size, filled with a fixed but irregular pattern.
pub(super) struct Planes {
    format: PixelFormat,
    size: [u32; 2],
    data: [Vec<u8>; 3],
    strides: [usize; 3],
}

impl Planes {
    pub(super) fn new(format: PixelFormat, size: [u32; 2], seed: u32, gap: usize) -> Self {
        let [width, height] = size.map(|side| side as usize);
        let (half, rows) = (width.div_ceil(2), height.div_ceil(2));
        let lens = match format {
            PixelFormat::I420 => [(width, height), (half, rows), (half, rows)],
            PixelFormat::Nv12 => [(width, height), (2 * half, rows), (0, 0)],
            PixelFormat::Rgb24 => [(3 * width, height), (0, 0), (0, 0)],
            PixelFormat::Gray8 => [(width, height), (0, 0), (0, 0)],
        };
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let data = lens.map(|(row, rows)| {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            };
            (0..(row + gap) * rows).map(|_| next()).collect()
        });
        Self { format, size, data, strides: lens.map(|(row, _)| row + gap) }
    }

    pub(super) fn picture(&self, full_range: bool, bt709: bool) -> Picture<'_> {
        Picture {
            width: self.size[0],
            height: self.size[1],
            format: self.format,
            planes: [&self.data[0], &self.data[1], &self.data[2]],
            strides: self.strides,
            full_range,
            bt709,
        }
    }
}

/// Colour of one pixel, in f64, by the textbook: each luma sample with the chroma interpolated at its centre.
fn pixel(picture: &Picture<'_>, x: f64, y: f64, luma_at: (usize, usize)) -> [f64; 3] {
    let sample = |plane: usize, column: usize, row: usize| {
        f64::from(picture.planes[plane][row * picture.strides[plane] + column])
    };
    let (column, row) = luma_at;
    match picture.format {
        PixelFormat::Gray8 => [sample(0, column, row); 3],
        PixelFormat::Rgb24 => [0, 1, 2].map(|channel| sample(0, column * 3 + channel, row)),
        PixelFormat::I420 | PixelFormat::Nv12 => {
            let last = [(picture.width as usize).div_ceil(2) - 1, (picture.height as usize).div_ceil(2) - 1];
            let chroma = |channel: usize| {
                let at = [
                    (x / 2.0 - 0.25).clamp(0.0, last[0] as f64),
                    (y / 2.0 - 0.25).clamp(0.0, last[1] as f64),
                ];
                let mut sum = 0.0;
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let (cx, cy) = (at[0].floor() as usize + dx, at[1].floor() as usize + dy);
                    let weight = (1.0 - (at[0] - cx as f64).abs()) * (1.0 - (at[1] - cy as f64).abs());
                    let (cx, cy) = (cx.min(last[0]), cy.min(last[1]));
                    sum += weight
                        * match picture.format {
                            PixelFormat::Nv12 => sample(1, 2 * cx + channel, cy),
                            _ => sample(1 + channel, cx, cy),
                        };
                }
                sum - 128.0
            };
            let (blue, red) = (chroma(0), chroma(1));
            let luma = sample(0, column, row);
            let (grey, span) =
                if picture.full_range { (luma, 1.0) } else { ((luma - 16.0) * 255.0 / 219.0, 255.0 / 224.0) };
            let (kr, kb) = if picture.bt709 { (0.2126, 0.0722) } else { (0.299, 0.114) };
            let (red, blue) = (red * span * 2.0 * (1.0 - kr), blue * span * 2.0 * (1.0 - kb));
            [grey + red, grey - (kr * red + kb * blue) / (1.0 - kr - kb), grey + blue]
        }
    }
}

/// One channel-planar value per input pixel, by the definition in [`Region`].
fn reference(picture: &Picture<'_>, affine: [f32; 6], target: &Target) -> Vec<f64> {
    let mut out = vec![0.0; target.len()];
    for y in 0..target.height {
        for x in 0..target.width {
            let a = affine;
            let px = f64::from(a[0] * x as f32 + (a[1] * y as f32 + a[2]));
            let py = f64::from(a[3] * x as f32 + (a[4] * y as f32 + a[5]));
            let mut colour = [0.0; 3];
            let mut covered = 0.0;
            for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
                let (column, row) = (px.floor() + dx, py.floor() + dy);
                let inside = column >= 0.0
                    && row >= 0.0
                    && column < f64::from(picture.width)
                    && row < f64::from(picture.height);
                if !inside {
                    continue;
                }
                let weight = (1.0 - (px - column).abs()) * (1.0 - (py - row).abs());
                covered += weight;
                let rgb = pixel(picture, px, py, (column as usize, row as usize));
                for channel in 0..3 {
                    colour[channel] += weight * rgb[channel];
                }
            }
            for channel in 0..3 {
                out[channel * target.width * target.height + y * target.width + x] =
                    colour[channel].clamp(0.0, 255.0 * covered);
            }
        }
    }
    out
}

pub(super) fn format() -> impl Strategy<Value = PixelFormat> {
    prop_oneof![
        Just(PixelFormat::I420),
        Just(PixelFormat::Nv12),
        Just(PixelFormat::Rgb24),
        Just(PixelFormat::Gray8)
    ]
}

/// A coefficient that passes the check: of any size up to the largest, the largest too.
pub(super) fn coefficient() -> impl Strategy<Value = f32> {
    let up_to = |size: f32| -size..=size;
    prop_oneof![
        up_to(4.0),
        up_to(100.0),
        up_to(COEFFICIENT_MAX),
        Just(COEFFICIENT_MAX),
        Just(-COEFFICIENT_MAX),
        Just(f32::MIN_POSITIVE),
        Just(0.0)
    ]
}

proptest! {
    #[test]
    fn any_affine_of_any_format_equals_the_reference(
        format in format(),
        width in 1_u32..70,
        height in 1_u32..50,
        (full_range, bt709) in any::<(bool, bool)>(),
        seed in any::<u32>(),
        gap in 0_usize..5,
        linear in proptest::array::uniform4(-3.0_f32..3.0),
        shift in proptest::array::uniform2(-40.0_f32..80.0),
    ) {
        let planes = Planes::new(format, [width, height], seed, gap);
        let picture = planes.picture(full_range, bt709);
        let target = target(37, 11);
        let affine = [linear[0], linear[1], shift[0], linear[2], linear[3], shift[1]];
        let expected = reference(&picture, affine, &target);
        for (index, (got, expected)) in warped(&picture, affine, &target).iter().zip(expected).enumerate() {
            prop_assert!((f64::from(*got) - expected).abs() < 0.05, "value {index}: {got} instead of {expected}");
        }
    }

    #[test]
    fn no_affine_that_passes_its_check_panics(
        format in format(),
        side in 1_u32..9,
        affine in proptest::array::uniform6(coefficient()),
    ) {
        let planes = Planes::new(format, [side, side], 1, 0);
        let picture = planes.picture(false, false);
        let target = target(20, 5);
        prop_assert!(check_affine(&affine).is_ok());
        prop_assert!(warped(&picture, affine, &target).iter().all(|value| value.is_finite()));
    }

    #[test]
    fn planes_that_pass_their_check_are_sampled_without_a_panic(
        format in format(),
        (width, height) in (0_u32..40, 0_u32..40),
        lens in proptest::array::uniform3(0_usize..4000),
        strides in proptest::array::uniform3(prop_oneof![0_usize..130, Just(usize::MAX), Just(usize::MAX / 2)]),
    ) {
        let planes = lens.map(|len| vec![9_u8; len]);
        let picture = Picture {
            width, height, format, planes: [&planes[0], &planes[1], &planes[2]], strides, full_range: true, bt709: true,
        };
        if picture.check().is_ok() {
            let size = [width, height];
            let target = target(24, 24);
            warped(&picture, Region::letterbox(0, size, [24, 24]).affine, &target);
        }
    }
}

#[test]
fn the_identity_returns_every_pixel() {
    let planes = Planes::new(PixelFormat::Rgb24, [33, 21], 7, 3);
    let out = warped(&planes.picture(true, false), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0], &target(33, 21));
    for (index, value) in out.iter().enumerate() {
        let (channel, at) = (index / (33 * 21), index % (33 * 21));
        let expected = planes.data[0][at / 33 * planes.strides[0] + at % 33 * 3 + channel];
        assert_eq!(*value, f32::from(expected), "value {index}");
    }
}

#[test]
fn a_translation_moves_the_picture_and_leaves_black() {
    let planes = Planes::new(PixelFormat::Gray8, [8, 8], 3, 0);
    let out = warped(&planes.picture(true, false), [1.0, 0.0, 5.0, 0.0, 1.0, -2.0], &target(8, 8));
    for y in 0..8 {
        for x in 0..8 {
            let expected = if x + 5 < 8 && y >= 2 { planes.data[0][(y - 2) * 8 + x + 5] } else { 0 };
            assert_eq!(out[y * 8 + x], f32::from(expected), "at {x}, {y}");
        }
    }
}

#[test]
fn channels_come_in_the_networks_order_normalised() {
    let pixels = [10_u8, 20, 30].repeat(4);
    let normalise = Normalise { bgr: true, mean: [1.0, 2.0, 3.0], scale: [2.0, 3.0, 4.0] };
    let target = Target { width: 2, height: 2, normalise };
    let out = warped(&Picture::rgb24(2, 2, &pixels), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0], &target);
    assert_eq!([out[0], out[4], out[8]], [58.0, 54.0, 28.0]);
}

#[test]
fn outside_is_black_before_normalisation() {
    let normalise = Normalise { bgr: false, mean: [127.5; 3], scale: [1.0 / 127.5; 3] };
    let target = Target { width: 1, height: 1, normalise };
    let planes = Planes::new(PixelFormat::Nv12, [4, 4], 3, 0);
    let out = warped(&planes.picture(false, true), [1.0, 0.0, 100.0, 0.0, 1.0, 0.0], &target);
    assert_eq!(out, [-1.0; 3]);
}

#[test]
fn a_transform_that_is_not_finite_or_too_large_is_refused() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e7] {
        for at in 0..6 {
            let mut affine = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
            affine[at] = value;
            assert!(check_affine(&affine).is_err(), "{value} at {at}");
        }
    }
}

#[test]
fn planes_that_contradict_the_size_are_refused() {
    let bytes = [0_u8; 64];
    let good = Picture::gray8(8, 8, &bytes);
    assert!(good.check().is_ok());
    let rows: [(&str, Picture<'_>); 6] = [
        ("no width", Picture { width: 0, ..good }),
        ("too wide", Picture { width: 20_000, strides: [20_000, 0, 0], ..good }),
        ("one row short", Picture { height: 9, ..good }),
        ("stride shorter than a row", Picture { strides: [7, 0, 0], ..good }),
        ("stride that overflows", Picture { strides: [usize::MAX, 0, 0], ..good }),
        ("no chroma", Picture { format: PixelFormat::I420, ..good }),
    ];
    for (what, picture) in rows {
        assert!(picture.check().is_err(), "{what}");
    }
}
