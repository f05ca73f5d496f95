//! The kernel against the CPU's warp, on whatever Vulkan adapter there is.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::super::tests::{Planes, coefficient, format, warped};
use super::*;

/// What warps on a device of this machine, or why there is none.
fn machine() -> Result<(Carrier, Warper), String> {
    let (device, queue) = crate::engine::test_device()?;
    let carrier = Carrier::new(&device, &queue);
    let warper = Warper::new(&device, &queue, &carrier, 8).expect("the kernel warps as the CPU does");
    Ok((carrier, warper))
}

/// So many tries; what fails is told, not written into the sources.
fn cases(count: u32) -> Config {
    Config { failure_persistence: None, ..Config::with_cases(count) }
}

fn seen(carrier: &Carrier, picture: &Picture<'_>, affine: &[f32; 6], target: &Target) -> Seen {
    Seen { picture: carrier.carried(picture).unwrap(), look: Look::new(picture, affine, target) }
}

/// The farthest that two lists of colours are apart.
fn apart(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max)
}

fn target(width: usize, height: usize) -> Target {
    Target {
        width,
        height,
        normalise: Normalise { bgr: true, mean: [1.0, 2.0, 3.0], scale: [1.0, 0.5, 0.9] },
    }
}

#[test]
fn any_region_of_any_picture_is_warped_as_the_cpu_does() {
    let (carrier, warper) = match machine() {
        Ok(machine) => machine,
        Err(reason) => return println!("SKIP({reason})"),
    };
    let pictures = (format(), 1_u32..70, 1_u32..50, any::<(bool, bool)>(), any::<u32>(), 0_usize..5);
    let linear = proptest::array::uniform4(-3.0_f32..3.0);
    let shift = proptest::array::uniform2(-40.0_f32..80.0);
    let mut runner = TestRunner::new(cases(200));
    let farthest = std::cell::Cell::new(0.0_f32);
    let held = runner.run(&(pictures, linear, shift), |(picture, linear, shift)| {
        let (format, width, height, (full_range, bt709), seed, gap) = picture;
        let planes = Planes::new(format, [width, height], seed, gap);
        let picture = planes.picture(full_range, bt709);
        let affine = [linear[0], linear[1], shift[0], linear[2], linear[3], shift[1]];
        let target = target(37, 11);
        let found = warper.warped(&target, &[seen(&carrier, &picture, &affine, &target)]).unwrap();
        let apart = apart(&found, &warped(&picture, affine, &target));
        farthest.set(farthest.get().max(apart));
        prop_assert!(apart <= APART_MAX, "{apart} apart");
        Ok(())
    });
    held.unwrap();
    println!("{} of 255 apart at the most", farthest.get());
}

#[test]
fn a_region_far_outside_is_black_and_none_reads_past_its_picture() {
    let (carrier, warper) = match machine() {
        Ok(machine) => machine,
        Err(reason) => return println!("SKIP({reason})"),
    };
    let mut runner = TestRunner::new(cases(100));
    let held = runner.run(
        &(format(), 1_u32..9, proptest::array::uniform6(coefficient())),
        |(format, side, affine)| {
            let planes = Planes::new(format, [side, side], 1, 0);
            let picture = planes.picture(false, false);
            let target = target(20, 5);
            let found = warper.warped(&target, &[seen(&carrier, &picture, &affine, &target)]).unwrap();
            let in_range = |at: usize, value: f32| {
                let (mean, scale) = (target.normalise.mean[at], target.normalise.scale[at]);
                let colour = value / scale + mean;
                (-0.1..=255.1).contains(&colour)
            };
            prop_assert!(found.iter().enumerate().all(|(at, value)| in_range(at / 100, *value)), "{found:?}");
            Ok(())
        },
    );
    held.unwrap();
}

#[test]
fn a_large_picture_shrunk_and_turned_is_warped_as_the_cpu_does() {
    let (carrier, warper) = match machine() {
        Ok(machine) => machine,
        Err(reason) => return println!("SKIP({reason})"),
    };
    for format in [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Rgb24] {
        let planes = Planes::new(format, [1921, 1081], 5, 3);
        let picture = planes.picture(false, true);
        let target = target(192, 192);
        for affine in [[10.0, 0.0, 0.0, 0.0, 10.0, -400.0], [3.1, 4.2, 300.0, -4.2, 3.1, 600.0]] {
            let found = warper.warped(&target, &[seen(&carrier, &picture, &affine, &target)]).unwrap();
            let apart = apart(&found, &warped(&picture, affine, &target));
            println!("{format:?}: {apart} of 255");
            assert!(apart <= APART_MAX, "{format:?} {affine:?}: {apart}");
        }
    }
}

#[test]
fn regions_of_several_pictures_go_to_their_own_items() {
    let (carrier, warper) = match machine() {
        Ok(machine) => machine,
        Err(reason) => return println!("SKIP({reason})"),
    };
    let planes = [1, 2].map(|seed| Planes::new(PixelFormat::I420, [32, 24], seed, 1));
    let target = target(16, 16);
    let (mut regions, mut expected) = (Vec::new(), Vec::new());
    for (which, shift) in [(0, 0.0), (0, 3.5), (1, 1.0), (0, 7.0), (1, 2.0)] {
        let picture = planes[which].picture(false, false);
        let affine = [1.0, 0.2, shift, -0.2, 1.0, shift];
        regions.push(seen(&carrier, &picture, &affine, &target));
        expected.extend(warped(&picture, affine, &target));
    }
    assert!(apart(&warper.warped(&target, &regions).unwrap(), &expected) <= APART_MAX);
}
