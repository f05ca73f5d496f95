//! Each species has its mark, and the same seed the same bytes.

use super::grid::Sampling;
use super::motion::{Motion, Turn};
use super::pose::{Lens, Pose, Surface};
use super::*;

mod marks;
mod plane;

/// A picture that has something of everything: an oval like a face, dark eyes, a ramp behind.
fn portrait(tint: u8) -> Source {
    let (width, height) = (160_u32, 160_u32);
    let at = |index: u32| -> [u8; 3] {
        let (x, y) = ((index % width) as f32, (index / width) as f32);
        let oval = ((x - 80.0) / 42.0).powi(2) + ((y - 84.0) / 56.0).powi(2);
        let eye = |ex: f32| ((x - ex) / 7.0).powi(2) + ((y - 70.0) / 4.0).powi(2) < 1.0;
        if eye(62.0) || eye(98.0) {
            return [20, 20, 25];
        }
        if oval < 1.0 { [210, 170, tint] } else { [40 + (x / 2.0) as u8, 90, 60 + (y / 2.0) as u8] }
    };
    let rgb = (0..width * height).flat_map(at).collect();
    let still = Still::from_rgb(width, height, rgb).expect("pixels");
    Source { pictures: vec![still], fps: 15, eyes: [(62.0, 70.0), (98.0, 70.0)] }
}

fn small(seed: u64) -> AttackOptions {
    AttackOptions { width: 128, height: 96, fps: 15, pictures: 24, seed }
}

fn attempt(species: Species, options: &AttackOptions) -> Attempt {
    let (payer, attacker) = (portrait(140), portrait(60));
    Attempt::new(species, Cast { payer: &payer, attacker: &attacker }, options).expect("it can be made")
}

fn bytes(attempt: &Attempt, index: u32) -> Vec<u8> {
    attempt.paint(index).expect("it can be painted").still.rgb().to_vec()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    for species in Species::ALL {
        let one = attempt(species, &small(7));
        for index in [0, 13] {
            assert_eq!(bytes(&one, index), bytes(&attempt(species, &small(7)), index), "{species:?}");
        }
        assert_ne!(bytes(&one, 13), bytes(&attempt(species, &small(8)), 13), "{species:?}");
    }
}

#[test]
fn every_species_is_found_by_its_name() {
    for species in Species::ALL {
        assert_eq!(species.name().parse(), Ok(species));
    }
    let unknown = "mask-silicone".parse::<Species>().expect_err("it is not simulated");
    assert!(unknown.to_string().contains("print-bent-turning"), "{unknown}");
}

#[test]
fn sources_that_make_no_attack_are_refused_by_what_is_wrong() {
    let good = portrait(1);
    let still = |side: u32| Still::from_rgb(side, side, vec![9; (side * side * 3) as usize]).expect("pixels");
    let rows: [(Source, &str); 4] = [
        (Source { pictures: Vec::new(), ..good.clone() }, "needs a picture"),
        (Source { pictures: vec![still(160), still(80)], ..good.clone() }, "one size"),
        (Source { eyes: [(62.0, 70.0), (63.0, 70.0)], ..good.clone() }, "at least 4 pixels apart"),
        (Source { fps: 0, ..good.clone() }, "fps"),
    ];
    for (payer, why) in rows {
        let cast = Cast { payer: &payer, attacker: &good };
        let refused = Attempt::new(Species::PrintFlat, cast, &small(1)).err().expect(why).to_string();
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn a_marionette_moves_as_it_is_told() {
    let marionette = Marionette::new(&portrait(140), &small(3), Body::Head).expect("it can be made");
    // The eyes are the darkest of the picture: where they are in the middle, and how many pixels they take.
    let eyes = |act: &Act| {
        let still = marionette.paint(0, act).expect("it can be painted").still;
        let dark = still.rgb().chunks(3).zip(0..).filter(|(pixel, _)| pixel.iter().all(|v| *v < 60));
        let places: Vec<(f32, f32)> =
            dark.map(|(_, index)| ((index % 128) as f32, (index / 128) as f32)).collect();
        let count = places.len() as f32;
        let sum = places.iter().fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
        (sum.0 / count, sum.1 / count, count)
    };
    let rest = eyes(&Act::default());
    let left = eyes(&Act { yaw_deg: 25.0, ..Act::default() });
    let right = eyes(&Act { yaw_deg: -25.0, ..Act::default() });
    let nod = eyes(&Act { nod_deg: 20.0, ..Act::default() });
    let blink = eyes(&Act { closed: 1.0, ..Act::default() });
    assert!(left.0 > rest.0 + 2.0 && right.0 < rest.0 - 2.0, "{rest:?} {left:?} {right:?}");
    assert!(nod.1 > rest.1 + 2.0 && (nod.0 - rest.0).abs() < 1.0, "{rest:?} {nod:?}");
    assert!(blink.2 < 0.5 * rest.2 || blink.2.is_nan(), "{rest:?} {blink:?}");
}
