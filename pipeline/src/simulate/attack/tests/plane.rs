//! What is flat moves by a homography, what is bent does not.

use super::*;

const LENS: Lens = Lens { focal_px: 554.0, centre: (320.0, 240.0) };

fn points() -> Vec<(f32, f32)> {
    let step = |i: usize| (i as f32 - 3.0) * 25.0;
    (0..49).map(|i| (step(i % 7), step(i / 7))).collect()
}

/// The homography through four points each, in f64, by Gauss' elimination.
fn homography(from: &[(f64, f64)], to: &[(f64, f64)]) -> [f64; 9] {
    let mut rows: Vec<[f64; 9]> = Vec::new();
    for ((x, y), (u, v)) in from.iter().zip(to) {
        rows.push([*x, *y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, *u]);
        rows.push([0.0, 0.0, 0.0, *x, *y, 1.0, -v * x, -v * y, *v]);
    }
    for column in 0..8 {
        let best = (column..8).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()));
        rows.swap(column, best.expect("there are rows"));
        let pivot = rows[column].map(|value| value / rows[column][column]);
        for (index, row) in rows.iter_mut().enumerate() {
            let factor = row[column];
            *row = if index == column { pivot } else { std::array::from_fn(|c| row[c] - factor * pivot[c]) };
        }
    }
    std::array::from_fn(|i| if i < 8 { rows[i][8] } else { 1.0 })
}

/// The largest distance, in pixels, between where the points are and where a homography puts them.
fn residual(surface: Surface, angles: [f32; 3]) -> f64 {
    let see = |pose: &Pose| -> Vec<(f64, f64)> {
        let seen = points().into_iter().map(|point| pose.pixel(point, surface, &LENS));
        seen.map(|(x, y)| (f64::from(x), f64::from(y))).collect()
    };
    let before = see(&Pose::new([0.0; 3], [0.0, 0.0, 500.0]));
    let after = see(&Pose::new(angles, [12.0, -8.0, 480.0]));
    let corners = [0, 6, 42, 48];
    let h = homography(&corners.map(|i| before[i]), &corners.map(|i| after[i]));
    let away = |((x, y), (u, v)): (&(f64, f64), &(f64, f64))| {
        let w = h[6] * x + h[7] * y + h[8];
        ((h[0] * x + h[1] * y + h[2]) / w - u).hypot((h[3] * x + h[4] * y + h[5]) / w - v)
    };
    before.iter().zip(&after).map(away).fold(0.0, f64::max)
}

#[test]
fn a_flat_medium_moves_by_a_homography_and_a_bent_one_does_not() {
    for angles in [[25.0, 0.0, 0.0], [-32.0, 5.0, 3.0], [0.0, 24.0, -2.0]] {
        assert!(residual(Surface::Flat, angles) < 0.01, "{angles:?}");
    }
    for (radius_mm, least_px) in [(260.0, 1.0), (90.0, 4.0)] {
        let found = residual(Surface::Bent { radius_mm }, [25.0, 0.0, 0.0]);
        assert!(found > least_px, "{radius_mm}: {found}");
    }
}

#[test]
fn a_pixel_sees_the_point_that_is_projected_onto_it() {
    for surface in [Surface::Flat, Surface::Bent { radius_mm: 120.0 }] {
        let pose = Pose::new([18.0, -7.0, 4.0], [10.0, 5.0, 450.0]);
        let sight = pose.seen_by(surface, LENS);
        for point in points() {
            let (x, y) = pose.pixel(point, surface, &LENS);
            let (u, v) = sight.point(x, y).expect("the point is in view");
            assert!((u - point.0).hypot(v - point.1) < 0.02, "{surface:?} {point:?}: {u} {v}");
        }
    }
}

#[test]
fn a_hand_trembles_by_little_and_a_turn_reaches_its_angle_on_both_sides() {
    let turn = Some(Turn { yaw_deg: 25.0, pitch_deg: 0.0, period_s: 2.0 });
    for (turn, low, high) in [(None, 0.5, 10.0), (turn, 45.0, 65.0)] {
        let motion = Motion::draw(&mut Draws::new(5, "hand"), 400.0, turn);
        let yaws: Vec<f32> = (0..60).map(|i| motion.angles(i as f32 / 15.0)[0]).collect();
        let ends = yaws.iter().fold((f32::MAX, f32::MIN), |(a, b), yaw| (a.min(*yaw), b.max(*yaw)));
        assert!((low..high).contains(&(ends.1 - ends.0)), "{ends:?}");
    }
}

#[test]
fn lines_finer_than_the_pixels_survive_skipped_lines() {
    let skipping = Sampling { aperture_px: 0.4, blur_px: 0.1 };
    let covering = Sampling { aperture_px: 1.0, blur_px: 0.4 };
    assert!(skipping.left(1.4) > 0.25 && covering.left(1.4) < 0.01);
}
