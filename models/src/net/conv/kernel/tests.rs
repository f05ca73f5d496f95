//! Every kernel against the definition of what it computes.

use super::*;

/// Numbers without a pattern in -1..1, the same on every run.
pub(in crate::net::conv) fn noise(len: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

pub(in crate::net::conv) fn assert_near(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let far = found.iter().zip(expected).position(|(f, e)| (f - e).abs() > 1e-5);
    assert_eq!(far, None, "{what}");
}

/// The number at a place that may lie outside, where everything is zero.
fn at(plane: &[f32], [height, width]: [usize; 2], row: isize, column: isize) -> f32 {
    let inside = |place: isize, side| usize::try_from(place).ok().filter(|&place| place < side);
    match (inside(row, height), inside(column, width)) {
        (Some(row), Some(column)) => plane[row * width + column],
        _ => 0.0,
    }
}

/// What a filter sees with its corner `before` above and left of each place that it stops at.
fn seen(plane: &[f32], size: [usize; 2], tap: [usize; 2], stride: usize, before: usize) -> Vec<f32> {
    let stops = size.map(|side| side.div_ceil(stride));
    seen_by(plane, size, tap, Window { kernel: [1; 2], stride, before: [before; 2], stops })
}

/// The same for any window.
fn seen_by(plane: &[f32], size: [usize; 2], tap: [usize; 2], window: Window) -> Vec<f32> {
    let Window { stride, before, stops: [rows, columns], .. } = window;
    let place = |axis: usize, stop: usize| (stop * stride + tap[axis]) as isize - before[axis] as isize;
    let number = |stop| at(plane, size, place(0, stop / columns), place(1, stop % columns));
    (0..rows * columns).map(number).collect()
}

const SIZES: [[usize; 2]; 6] = [[2, 2], [6, 6], [4, 10], [7, 7], [12, 12], [96, 34]];
const STRIDES_AND_ZEROS: [(usize, usize); 4] = [(1, 1), (2, 0), (2, 1), (1, 0)];

#[test]
fn a_filter_weighs_the_nine_numbers_around_each_place() {
    let (channels, weights, bias, slopes) = (3, noise(27), noise(3), [0.25, -0.5, 1.5]);
    for size in SIZES {
        for (stride, before) in STRIDES_AND_ZEROS {
            let x = noise(2 * channels * size[0] * size[1]);
            let filter =
                Filter { weights: &weights, bias: &bias, below: Below::Slopes(&slopes), stride, before };
            let mut expected = Vec::new();
            for (plane, x) in x.chunks(size[0] * size[1]).enumerate() {
                let channel = plane % channels;
                let mut sums = vec![bias[channel]; size.map(|side| side.div_ceil(stride)).iter().product()];
                for tap in 0..9 {
                    let weight = weights[9 * channel + tap];
                    let seen = seen(x, size, [tap / 3, tap % 3], stride, before);
                    sums.iter_mut().zip(seen).for_each(|(sum, x)| *sum += weight * x);
                }
                expected.extend(sums.iter().map(|&sum| if sum < 0.0 { sum * slopes[channel] } else { sum }));
            }
            assert_near(&filter.apply(&x, size), &expected, &format!("{size:?} {stride} {before}"));
        }
    }
}

#[test]
fn patches_are_what_a_dense_filter_sees() {
    for size in SIZES {
        for (kernel, stride, before, after) in [
            ([3, 3], 2, [0, 0], [1, 1]),
            ([3, 3], 2, [1, 1], [1, 1]),
            ([5, 5], 2, [1, 1], [2, 2]),
            ([3, 3], 1, [1, 1], [1, 1]),
            ([3, 3], 1, [1, 1], [0, 0]),
            ([2, 2], 1, [0, 0], [0, 0]),
            ([2, 2], 2, [0, 0], [0, 0]),
            ([1, 1], 2, [0, 0], [0, 0]),
            ([1, 7], 1, [0, 3], [0, 3]),
            ([7, 1], 1, [3, 0], [3, 0]),
        ] {
            let room = |axis: usize| (size[axis] + before[axis] + after[axis]).checked_sub(kernel[axis]);
            let (Some(rows), Some(columns)) = (room(0), room(1)) else { continue };
            let window = Window { kernel, stride, before, stops: [rows / stride + 1, columns / stride + 1] };
            let x = noise(3 * size[0] * size[1]);
            let taps = |x| {
                let tap = |tap| [tap / kernel[1], tap % kernel[1]];
                (0..kernel[0] * kernel[1]).flat_map(move |at| seen_by(x, size, tap(at), window))
            };
            let expected: Vec<f32> = x.chunks(size[0] * size[1]).flat_map(taps).collect();
            assert_eq!(patches(&x, size, window), expected, "{size:?} {kernel:?} {stride} {before:?}");
        }
    }
}

#[test]
fn a_plane_is_summed_with_its_channels_weights() {
    for places in [1, 9, 49, 64] {
        let (channels, bias, slopes) = (3, noise(3), [0.5, -0.25, 2.0]);
        let (x, weights) = (noise(2 * channels * places), noise(channels * places));
        let expected = x.chunks(places).enumerate().map(|(at, x)| {
            let channel = at % channels;
            let terms = x.iter().zip(&weights[channel * places..]).map(|(x, weight)| x * weight);
            let sum = terms.sum::<f32>() + bias[channel];
            if sum < 0.0 { sum * slopes[channel] } else { sum }
        });
        let found = weighted_sums(&x, &weights, &bias, Below::Slopes(&slopes));
        assert_near(&found, &expected.collect::<Vec<_>>(), &format!("{places} places"));
    }
}

#[test]
fn halving_keeps_the_largest_of_four() {
    for size in [[2, 2], [6, 4], [12, 96]] {
        let x = noise(3 * size[0] * size[1]);
        let mut expected = Vec::new();
        for x in x.chunks(size[0] * size[1]) {
            let corners = [[0, 0], [0, 1], [1, 0], [1, 1]].map(|tap| seen(x, size, tap, 2, 0));
            expected.extend(
                (0..corners[0].len()).map(|at| corners.iter().fold(f32::MIN, |max, c| max.max(c[at]))),
            );
        }
        assert_eq!(halve(&x, size[1]), expected, "{size:?}");
    }
}

#[test]
fn doubling_interpolates_between_centres_and_repeats_the_border() {
    let found = double(&[0.0, 4.0, 8.0, 12.0], [2, 2]);
    let expected = [0.0, 1.0, 3.0, 4.0, 2.0, 3.0, 5.0, 6.0, 6.0, 7.0, 9.0, 10.0, 8.0, 9.0, 11.0, 12.0];
    assert_near(&found, &expected, "one plane");
    let two = double(&[0.0, 4.0, 8.0, 12.0, 1.0, 1.0, 1.0, 1.0], [2, 2]);
    assert_near(&two[..16], &expected, "the first of two planes");
    assert_near(&two[16..], &[1.0; 16], "the second of two planes");
}
