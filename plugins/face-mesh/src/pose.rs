//! Where a face looks, read from its mesh.
//!
//! Two directions are taken from the mesh in three dimensions: across the face (the sum of the lines between the outer
//! eye corners, the mouth corners and the cheeks) and down it (from the top of the forehead to the chin). Made square to
//! one another and completed by their cross product they are the head's rotation, which is then taken apart as roll about
//! the camera's axis, yaw about the vertical of the image so rolled, and pitch about the line across the head. The mesh
//! knows depth only roughly, so the angles are good to tell a frontal face from a turned one and a turn from a nod, not
//! to measure: expect errors of some degrees, more beyond 40.

use crate::mesh::{Mesh, Vertex};

/// Angles of a head in degrees, all zero when it faces the camera upright.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Positive when the nose points to the image's right.
    pub yaw: f32,
    /// Positive when the chin is up.
    pub pitch: f32,
    /// Positive when the head is turned clockwise as seen.
    pub roll: f32,
}

/// The pose of `mesh`; not finite when the mesh has no extent.
pub fn pose(mesh: &Mesh) -> Pose {
    let across = [(33, 263), (61, 291), (234, 454)]
        .map(|(left, right)| between(mesh, left, right))
        .into_iter()
        .fold([0.0; 3], add);
    let right = unit(across);
    let down = between(mesh, 10, 152);
    let down = unit(add(down, scaled(right, -dot(down, right))));
    let ahead = cross(down, right);
    // `ahead` points out of the face; the camera is at negative z.
    let roll = right[1].atan2(right[0]);
    let (sin, cos) = roll.sin_cos();
    let upright = [cos * ahead[0] + sin * ahead[1], cos * ahead[1] - sin * ahead[0], ahead[2]];
    Pose {
        yaw: upright[0].atan2(-upright[2]).to_degrees(),
        pitch: -upright[1].clamp(-1.0, 1.0).asin().to_degrees(),
        roll: roll.to_degrees(),
    }
}

fn between(mesh: &Mesh, from: usize, to: usize) -> [f32; 3] {
    let (Vertex { x, y, z }, to) = (mesh.vertex(from), mesh.vertex(to));
    [to.x - x, to.y - y, to.z - z]
}

fn add(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

fn scaled(a: [f32; 3], by: f32) -> [f32; 3] {
    a.map(|v| v * by)
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn unit(a: [f32; 3]) -> [f32; 3] {
    scaled(a, 1.0 / dot(a, a).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{mesh, square::Square};

    /// The vertices that the pose is read from, on a head that faces the camera.
    const FRONTAL: [(usize, [f32; 3]); 8] = [
        (33, [-3.0, -3.0, 0.0]),
        (263, [3.0, -3.0, 0.0]),
        (61, [-2.0, 3.0, -1.0]),
        (291, [2.0, 3.0, -1.0]),
        (234, [-5.0, 0.0, 4.0]),
        (454, [5.0, 0.0, 4.0]),
        (10, [0.0, -8.0, 0.0]),
        (152, [0.0, 8.0, 0.0]),
    ];

    /// A turn of the head: `axis` 0 lifts the chin, 1 turns to the image's right, 2 rolls clockwise.
    fn turned(v: [f32; 3], axis: usize, degrees: f32) -> [f32; 3] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let [x, y, z] = v;
        match axis {
            0 => [x, cos * y + sin * z, cos * z - sin * y],
            1 => [cos * x - sin * z, y, sin * x + cos * z],
            _ => [cos * x - sin * y, sin * x + cos * y, z],
        }
    }

    fn head(turns: &[(usize, f32)]) -> Mesh {
        let mut row = vec![0.0; 3 * mesh::VERTICES];
        for (index, vertex) in FRONTAL {
            let v = turns.iter().fold(vertex, |v, &(axis, degrees)| turned(v, axis, degrees));
            row[3 * index..3 * index + 3].copy_from_slice(&v);
        }
        let whole = Square::around_frame(mesh::INPUT_SIDE as u32, mesh::INPUT_SIDE as u32);
        Mesh::new(&row, &whole).expect("the row is whole")
    }

    fn check(turns: &[(usize, f32)], yaw: f32, pitch: f32, roll: f32) {
        let found = pose(&head(turns));
        let error = (found.yaw - yaw).abs() + (found.pitch - pitch).abs() + (found.roll - roll).abs();
        assert!(error < 0.01, "{turns:?} reads as {found:?}");
    }

    #[test]
    fn a_head_that_faces_the_camera_has_no_angles() {
        check(&[], 0.0, 0.0, 0.0);
    }

    #[test]
    fn each_turn_reads_as_its_own_angle() {
        check(&[(1, 25.0)], 25.0, 0.0, 0.0);
        check(&[(1, -40.0)], -40.0, 0.0, 0.0);
        check(&[(0, 15.0)], 0.0, 15.0, 0.0);
        check(&[(0, -20.0)], 0.0, -20.0, 0.0);
        check(&[(2, 30.0)], 0.0, 0.0, 30.0);
    }

    #[test]
    fn turns_one_after_the_other_come_apart_again() {
        check(&[(0, 10.0), (1, 20.0), (2, -15.0)], 20.0, 10.0, -15.0);
    }

    #[test]
    fn a_mesh_without_extent_has_no_finite_pose() {
        let whole = Square::around_frame(10, 10);
        let point = Mesh::new(&vec![1.0; 3 * mesh::VERTICES], &whole).expect("the row is whole");
        assert!(!pose(&point).yaw.is_finite());
    }
}
