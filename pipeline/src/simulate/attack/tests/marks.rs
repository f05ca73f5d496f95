//! The marks that each species leaves in its pictures.

use std::collections::HashMap;

use super::*;

fn options(pictures: u32) -> AttackOptions {
    AttackOptions { pictures, ..small(11) }
}

fn painted(species: Species, options: &AttackOptions) -> Vec<Shown> {
    let attempt = attempt(species, options);
    (0..attempt.len()).map(|index| attempt.paint(index).expect("it can be painted")).collect()
}

fn marked(attempt: &Attempt, name: &str) -> f32 {
    let marks: HashMap<_, _> = attempt.marks().into_iter().collect();
    *marks.get(name).unwrap_or_else(|| panic!("{name} is not among {marks:?}"))
}

/// Mean of the green samples of each row.
fn rows(still: &Still) -> Vec<f32> {
    let line = still.width() as usize * 3;
    let mean = |row: &[u8]| row.iter().skip(1).step_by(3).map(|v| f32::from(*v)).sum::<f32>();
    still.rgb().chunks(line).map(|row| mean(row) * 3.0 / line as f32).collect()
}

/// Mean absolute difference of two pictures, in levels.
fn difference(a: &Still, b: &Still) -> f32 {
    let sum: u32 = a.rgb().iter().zip(b.rgb()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    sum as f32 / a.rgb().len() as f32
}

#[test]
fn a_looped_video_repeats_bit_by_bit_and_an_encoded_one_only_nearly() {
    let options = options(40);
    for (species, exact) in [(Species::ReplayLooped, true), (Species::ReplayReencoded, false)] {
        let shown = painted(species, &options);
        let period = marked(&attempt(species, &options), "period_pictures") as usize;
        assert!((10..=24).contains(&period), "{period}");
        let (now, again) = (&shown[3].still, &shown[3 + period].still);
        assert_eq!(now.rgb() == again.rgb(), exact, "{species:?}");
        assert!(difference(now, again) < 4.0);
        assert_ne!(now.rgb(), shown[4].still.rgb(), "within the loop something moves");
    }
}

#[test]
fn a_frozen_picture_stands_still_with_or_without_fresh_grain() {
    for (species, exact) in [(Species::Frozen, true), (Species::FrozenNoisy, false)] {
        let shown = painted(species, &options(6));
        let same = shown.iter().all(|one| one.still.rgb() == shown[0].still.rgb());
        assert_eq!(same, exact, "{species:?}");
        assert!(difference(&shown[0].still, &shown[5].still) < 4.0);
    }
}

#[test]
fn stale_pictures_are_late_and_all_others_are_not() {
    for species in Species::ALL {
        let shown = attempt(species, &options(4)).paint(2).expect("it can be painted");
        assert_eq!(shown.at_ms, 133);
        assert_eq!(shown.behind_ms >= 1_500, species == Species::Stale, "{species:?}");
    }
}

#[test]
fn spliced_pictures_show_two_people_and_swapped_ones_first_one_then_the_other() {
    // The payer's face is bluer than the attacker's.
    let blue = |shown: &Shown| {
        let still = &shown.still;
        let at = (still.height() / 2 * still.width() + still.width() / 2) as usize * 3;
        still.rgb()[at + 2] > 100
    };
    let spliced: Vec<bool> = painted(Species::InjectedSpliced, &options(24)).iter().map(blue).collect();
    let payer = spliced.iter().filter(|blue| **blue).count();
    assert!((3..=12).contains(&payer), "{spliced:?}");
    let longest = spliced.split(|blue| !blue).map(<[bool]>::len).max();
    assert!(longest <= Some(2), "{spliced:?}");
    let swapped: Vec<bool> = painted(Species::InjectedSwapped, &options(8)).iter().map(blue).collect();
    assert_eq!(swapped, [false, false, false, false, true, true, true, true]);
}

#[test]
fn a_print_has_a_bright_rim_and_lifted_blacks() {
    let light = |species| {
        let print = attempt(species, &options(2)).paint(0).expect("it can be painted").still;
        let mut luma: Vec<u8> = print.rgb().chunks(3).map(|pixel| pixel[1]).collect();
        luma.sort_unstable();
        luma
    };
    let genuine = Attempt::genuine(&portrait(140), &options(2)).expect("it can be made");
    let genuine = genuine.paint(0).expect("it can be painted").still;
    let darkest = |luma: &[u8]| luma[luma.len() / 100];
    let mut genuine: Vec<u8> = genuine.rgb().chunks(3).map(|pixel| pixel[1]).collect();
    genuine.sort_unstable();
    for species in [Species::PrintFlat, Species::PrintBent] {
        let print = light(species);
        assert!(darkest(&print) > darkest(&genuine), "{species:?}");
        // Paper is brighter than any skin in the picture.
        assert!(print[print.len() * 95 / 100] > 150, "{species:?}");
    }
}

#[test]
fn a_screen_has_a_dark_bezel_and_bands_that_roll() {
    let shown = painted(Species::ScreenLaptop, &AttackOptions { seed: 4, ..options(4) });
    let moved: Vec<f32> =
        rows(&shown[0].still).iter().zip(rows(&shown[1].still)).map(|(a, b)| (a - b).abs()).collect();
    let most = moved.iter().copied().fold(0.0, f32::max);
    assert!(most > 1.5, "no row changes its light: {most}");
}

#[test]
fn the_flicker_of_a_backlight_is_averaged_by_long_exposures() {
    let flicker = |exposure_s| {
        let flicker = display::Flicker { hertz: 120.0, depth: 0.5, exposure_s, readout_s: 0.02 };
        let rows: Vec<f32> = (0..200).map(|row| flicker.row(0.3, row as f32 / 200.0)).collect();
        rows.iter().fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(*v), b.max(*v)))
    };
    let (short, whole) = (flicker(0.001), flicker(1.0 / 120.0));
    assert!(short.1 - short.0 > 0.8, "{short:?}");
    assert!(whole.1 - whole.0 < 0.01, "a whole cycle averages all of it: {whole:?}");
}

/// Strength of one frequency along a line, in cycles per sample.
fn strength(line: &[f32], frequency: f32) -> f32 {
    let mean = line.iter().sum::<f32>() / line.len() as f32;
    let (mut re, mut im) = (0.0, 0.0);
    for (index, value) in line.iter().enumerate() {
        let angle = std::f32::consts::TAU * frequency * index as f32;
        re += (value - mean) * angle.cos();
        im += (value - mean) * angle.sin();
    }
    2.0 * re.hypot(im) / line.len() as f32
}

#[test]
fn a_screens_pixels_alias_to_the_frequency_that_sampling_gives_them() {
    let sampling = Sampling { aperture_px: 0.4, blur_px: 0.1 };
    let display = display::Display::draw(&mut Draws::new(1, "screen"), Device::Laptop);
    let grey = light::Canvas { width: 4, height: 4, light: vec![[0.3; 3]; 16] };
    // 1.2 screen pixels for each camera pixel: seen as 0.2 cycles.
    let px_mm = 1.2 / display.pixels_per_mm();
    let line = |sampling: &Sampling| -> Vec<f32> {
        let at = |x: i32| (x as f32 - 100.0) * px_mm;
        (0..200).map(|x| display.light(&grey, (at(x), 0.0), px_mm, sampling)[1]).collect()
    };
    let moire = line(&sampling);
    let (peak, beside) = (strength(&moire, 0.2), strength(&moire, 0.31));
    assert!(peak > 0.05 && peak > 20.0 * beside, "{peak} {beside}");
    let smooth = line(&Sampling { aperture_px: 1.0, blur_px: 0.5 });
    assert!(strength(&smooth, 0.2) < 0.01, "a blurred screen has no moiré");
}

#[test]
fn cut_out_eyes_blink_and_the_print_around_them_does_not() {
    let attempt = attempt(Species::PrintCutEyes, &AttackOptions { pictures: 60, ..options(60) });
    let shown: Vec<Still> =
        (0..60).map(|index| attempt.paint(index).expect("it can be painted").still).collect();
    // Where most changes from picture to picture is where the eyes are: near the middle of the upper half.
    let changes: Vec<f32> = shown.windows(2).map(|two| difference(&two[0], &two[1])).collect();
    let most = changes.iter().copied().fold(0.0, f32::max);
    let mut sorted = changes.clone();
    sorted.sort_by(f32::total_cmp);
    assert!(most > 1.05 * sorted[sorted.len() / 2], "nothing happens: {most} {:?}", sorted[30]);
}

#[test]
fn an_injected_puppet_blinks_and_turns_and_has_no_grain_of_its_own() {
    let options = options(24);
    for species in [Species::InjectedStill, Species::InjectedTurning] {
        let shown = painted(species, &options);
        let first = &shown[0].still;
        let most = shown.iter().map(|one| difference(first, &one.still)).fold(0.0, f32::max);
        assert!(most > 1.0, "{species:?} stands still: {most}");
    }
    assert!(marked(&attempt(Species::InjectedTurning, &options), "yaw_deg").abs() >= 15.0);
}
