//! One row for each way in which people can stand before a camera.
use proptest::prelude::*;

use super::*;

const RULES: Rules =
    Rules { area_ratio_min: 2.0, centre_margin: 0.15, dwell_min: Duration::from_millis(400) };

/// A square face of `size` around (`x`, `y`) that has been in view for a second.
fn face(track: u64, size: f32, (x, y): (f32, f32)) -> Face {
    let area = Area { x: x - size / 2.0, y: y - size / 2.0, width: size, height: size };
    Face { track, area, dwell: Duration::from_secs(1) }
}

fn passing(face: Face) -> Face {
    Face { dwell: Duration::from_millis(399), ..face }
}

const MIDDLE: (f32, f32) = (0.5, 0.5);
const LEFT: (f32, f32) = (0.2, 0.5);

#[test]
fn the_payer_is_the_one_who_is_clearly_in_front() {
    let nan = Face { area: Area { width: f32::NAN, ..face(2, 0.1, LEFT).area }, ..face(2, 0.1, LEFT) };
    let rows = [
        ("nobody", vec![], Choice::Nobody),
        ("alone", vec![face(1, 0.3, MIDDLE)], Choice::Payer(1)),
        ("alone at the side", vec![face(1, 0.3, LEFT)], Choice::Payer(1)),
        ("alone, just came", vec![passing(face(1, 0.3, MIDDLE))], Choice::Nobody),
        ("a small face behind", vec![face(1, 0.3, MIDDLE), face(2, 0.2, LEFT)], Choice::Payer(1)),
        (
            "two side by side",
            vec![face(1, 0.3, (0.35, 0.5)), face(2, 0.3, (0.65, 0.5))],
            Choice::Ask(vec![2, 1]),
        ),
        ("nearly as large", vec![face(1, 0.3, MIDDLE), face(2, 0.22, LEFT)], Choice::Ask(vec![1, 2])),
        (
            "smaller, but in the middle",
            vec![face(1, 0.3, LEFT), face(2, 0.2, MIDDLE)],
            Choice::Ask(vec![1, 2]),
        ),
        ("far away in the middle", vec![face(1, 0.3, LEFT), face(2, 0.14, MIDDLE)], Choice::Payer(1)),
        ("large, but passing", vec![face(1, 0.3, MIDDLE), passing(face(2, 0.28, LEFT))], Choice::Payer(1)),
        ("passing in front", vec![face(1, 0.3, MIDDLE), passing(face(2, 0.4, LEFT))], Choice::Nobody),
        (
            "three",
            vec![face(1, 0.3, MIDDLE), face(2, 0.1, LEFT), face(3, 0.29, LEFT)],
            Choice::Ask(vec![1, 3]),
        ),
        ("no number", vec![face(1, 0.3, MIDDLE), nan], Choice::Ask(vec![2, 1])),
        ("not followed", vec![face(0, 0.3, MIDDLE)], Choice::Ask(vec![0])),
        ("not followed beside", vec![face(1, 0.3, MIDDLE), face(0, 0.29, LEFT)], Choice::Ask(vec![1, 0])),
    ];
    for (name, faces, expected) in rows {
        assert_eq!(choose(&faces, &RULES), expected, "{name}");
    }
}

#[test]
fn each_face_has_its_place() {
    let faces = [face(1, 0.3, MIDDLE), face(2, 0.28, LEFT), face(3, 0.1, LEFT)];
    for (track, named, expected) in [
        (1, None, Position::Several),
        (2, None, Position::Several),
        (3, None, Position::Bystander),
        (2, Some(2), Position::Payer),
        (1, Some(2), Position::Bystander),
        (9, None, Position::Bystander),
    ] {
        assert_eq!(place(track, &faces, named, &RULES), expected, "{track} {named:?}");
    }
}

#[test]
fn those_who_stand_side_by_side_are_a_group_and_who_stands_behind_is_not() {
    let faces =
        [face(1, 0.3, MIDDLE), face(2, 0.25, LEFT), face(3, 0.2, LEFT), passing(face(4, 0.3, MIDDLE))];
    let places = [1, 2, 3, 4].map(|track| place_in_group(track, &faces, None, &RULES));
    assert_eq!(places, [Position::Payer, Position::Payer, Position::Bystander, Position::Bystander]);
    assert_eq!(place_in_group(3, &faces, Some(3), &RULES), Position::Payer);
    assert_eq!(place_in_group(1, &faces, Some(3), &RULES), Position::Bystander);
}

fn any_face(track: u64) -> impl Strategy<Value = Face> {
    (0.02..0.6_f32, 0.0..1.0_f32, 0.0..1.0_f32, 0..2_000_u64).prop_map(move |(size, x, y, dwell)| Face {
        dwell: Duration::from_millis(dwell),
        ..face(track, size, (x, y))
    })
}

proptest! {
    #[test]
    fn no_more_than_one_face_is_the_payers_and_the_order_of_faces_is_nothing(
        faces in (any_face(1), any_face(2), any_face(3)).prop_map(|(a, b, c)| [a, b, c]),
    ) {
        let places: Vec<Position> = (1..=3).map(|track| place(track, &faces, None, &RULES)).collect();
        prop_assert!(places.iter().filter(|place| **place == Position::Payer).count() <= 1);
        let turned = [faces[2], faces[0], faces[1]];
        let again: Vec<Position> = (1..=3).map(|track| place(track, &turned, None, &RULES)).collect();
        prop_assert_eq!(places, again);
    }

    #[test]
    fn a_payer_is_larger_than_everybody_who_stays(faces in (any_face(1), any_face(2)).prop_map(|(a, b)| [a, b])) {
        if let Choice::Payer(track) = choose(&faces, &RULES) {
            let of = |wanted: bool| *faces.iter().find(|face| (face.track == track) == wanted).unwrap();
            let (payer, other) = (of(true), of(false));
            prop_assert!(payer.dwell >= RULES.dwell_min && payer.area.size() >= other.area.size());
            prop_assert!(other.dwell < RULES.dwell_min || other.area.size() * RULES.area_ratio_min <= payer.area.size());
        }
    }
}
