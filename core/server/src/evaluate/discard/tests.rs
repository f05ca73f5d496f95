//! A figure that goes with the errors makes recognition better when its worst pictures go; another does not.

use pipeline::QualityOptions;
use pipeline::quality::{Measured, judge};

use super::*;

/// 100 people with two pictures each; of each tenth the second is turned away and looks like nobody.
fn people() -> Vec<(String, Embedding, QualityReport)> {
    let picture = |number: usize| {
        let (person, bad) = (number / 2, number % 20 == 19);
        let direction = if bad { vec![0.0, 1.0] } else { vec![1.0, 0.1] };
        // Brightness goes by the pictures' order, which has nothing to do with it.
        let measured = Measured {
            yaw_deg: if bad { -100.0 - number as f32 } else { (number % 7) as f32 },
            brightness_luma: ((number * 37) % 199) as f32,
            smile_ratio: None,
            ..Measured::default()
        };
        let embedding = Embedding::new(direction).ok().unwrap();
        (format!("p{person:03}"), embedding, judge(&measured, &QualityOptions::open()))
    };
    (0..200).map(picture).collect()
}

#[test]
fn errors_go_with_the_pictures_that_make_them_and_only_with_those() {
    let people = people();
    let samples: Vec<Sample<'_>> =
        people.iter().map(|(person, embedding, quality)| Sample { person, embedding, quality }).collect();
    let found = discard(&samples, 0.5);
    assert_eq!((found.genuine, found.people, found.fnmr), (100, 100, 0.1));
    let curve = |name: &str| found.limits.iter().find(|curve| curve.limit == name).unwrap();
    let yaw = &curve("yaw_deg_max").discarded;
    let told: Vec<(f64, u64, f64)> =
        yaw.iter().map(|point| (point.share, point.genuine, point.fnmr)).collect();
    // Of 200 pictures 4, 10 and 20 are to go; 10 are bad.
    assert_eq!(told[..2], [(0.02, 96, 6.0 / 96.0), (0.05, 90, 0.0)]);
    // From the second share on the limit is among the 27 pictures with a turn of 6 degrees, which all stay.
    let out: Vec<usize> = yaw.iter().map(|point| point.pictures).collect();
    assert_eq!((yaw[0].at, yaw[1].at, told[2].2), (219.0, 6.0, 0.0));
    assert_eq!(out, [4, 10, 10]);
    let [low, high] = yaw[1].change_ci95.unwrap();
    assert!(low < -0.1 && high < -0.03, "{low} {high}");
    for light in ["brightness_luma_min", "brightness_luma_max"] {
        let [low, high] = curve(light).discarded[2].change_ci95.unwrap();
        assert!(low < 0.0 && high > 0.0, "{light} {low} {high}");
    }
    assert_eq!((curve("smile_ratio_max").measured, curve("smile_ratio_max").discarded.len()), (0, 0));
}
