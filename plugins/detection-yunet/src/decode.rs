//! YuNet's numbers turned into boxes and eyes.

use plugin_sdk::Point;

/// Input pixels from one cell to the next, map by map in output order.
const STRIDES: [usize; 3] = [8, 16, 32];

/// Values of a box and of the five points of one cell.
const BOX: usize = 4;
const POINTS: usize = 10;

/// What the network answered to one input, one row for each cell.
#[derive(Clone, Copy)]
pub struct Answers<'a> {
    /// Probability that a cell's object is a face.
    pub classes: &'a [f32],
    /// Probability that a cell has an object.
    pub objects: &'a [f32],
    /// Offset of the box's centre from the cell's corner and the logarithm of its size, in strides.
    pub boxes: &'a [f32],
    /// Eyes (the one on the image's left first), nose, corners of the mouth: offsets from the cell's corner, in strides.
    pub points: &'a [f32],
}

/// A possible face in pixels of the input, measured from the input's outer corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The network's confidence, 0 to 1.
    pub score: f32,
    /// Top left of the box, bottom right, the eye on the image's left, the one on its right.
    pub points: [Point; 4],
}

/// Cells of an input of `side` pixels.
pub fn cell_count(side: usize) -> usize {
    STRIDES.iter().map(|stride| (side / stride).pow(2)).sum()
}

/// The candidates that score at least `score_min`, in the order of the cells.
pub fn decode(answers: &Answers<'_>, side: usize, score_min: f32) -> Vec<Candidate> {
    let corners = STRIDES.iter().flat_map(|&stride| {
        let cells = side / stride;
        (0..cells * cells).map(move |cell| (cell % cells, cell / cells, stride as f32))
    });
    let scores = answers.classes.iter().zip(answers.objects);
    let rows = answers.boxes.chunks_exact(BOX).zip(answers.points.chunks_exact(POINTS));
    let cells = corners.zip(scores).zip(rows);
    cells
        .filter_map(|(((column, row, stride), (class, object)), (bounds, points))| {
            let score = (class * object).clamp(0.0, 1.0).sqrt();
            let place =
                |x: f32, y: f32| Point { x: (column as f32 + x) * stride, y: (row as f32 + y) * stride };
            let (half_width, half_height) = (bounds[2].exp() / 2.0, bounds[3].exp() / 2.0);
            let min = place(bounds[0] - half_width, bounds[1] - half_height);
            let max = place(bounds[0] + half_width, bounds[1] + half_height);
            let eyes = [place(points[0], points[1]), place(points[2], points[3])];
            let is_box = (min.x + min.y + max.x + max.y).is_finite() && min.x < max.x && min.y < max.y;
            (score >= score_min && is_box)
                .then_some(Candidate { score, points: [min, max, eyes[0], eyes[1]] })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers for an input of 64 pixels (64, 16 and 4 cells) that see nothing but in the cell `index`.
    fn decoded(index: usize, class: f32, bounds: [f32; 4], score_min: f32) -> Vec<Candidate> {
        let count = cell_count(64);
        let (mut classes, mut objects) = (vec![0.0; count], vec![0.0; count]);
        let (mut boxes, mut points) = (vec![0.0; BOX * count], vec![0.0; POINTS * count]);
        (classes[index], objects[index]) = (class, 1.0);
        boxes[BOX * index..][..BOX].copy_from_slice(&bounds);
        points[POINTS * index..][..4].copy_from_slice(&[-0.5, 0.25, 1.5, 0.25]);
        let answers = Answers { classes: &classes, objects: &objects, boxes: &boxes, points: &points };
        decode(&answers, 64, score_min)
    }

    #[test]
    fn a_cells_box_is_relative_to_its_corner_in_strides() {
        let log2 = 2.0_f32.ln();
        for (index, corner, stride) in [
            (0, (0.0, 0.0), 8.0),
            (8 + 3, (24.0, 8.0), 8.0),
            (64 + 4, (0.0, 16.0), 16.0),
            (83, (32.0, 32.0), 32.0),
        ] {
            let found = decoded(index, 0.81, [0.5, 0.5, log2, log2], 0.5);
            assert_eq!(found.len(), 1);
            assert!((found[0].score - 0.9).abs() < 1e-6);
            let place = |x: f32, y: f32| (corner.0 + x * stride, corner.1 + y * stride);
            let expected = [place(-0.5, -0.5), place(1.5, 1.5), place(-0.5, 0.25), place(1.5, 0.25)];
            let off =
                found[0].points.iter().zip(expected).map(|(p, (x, y))| (p.x - x).abs() + (p.y - y).abs());
            assert!(off.fold(0.0, f32::max) < 1e-4, "{:?} instead of {expected:?}", found[0]);
        }
    }

    #[test]
    fn the_score_is_the_mean_of_both_probabilities_and_has_a_least() {
        assert_eq!(decoded(5, 0.36, [0.5; 4], 0.59).len(), 1);
        assert!(decoded(5, 0.36, [0.5; 4], 0.61).is_empty());
    }

    #[test]
    fn a_box_without_bounds_is_left_out() {
        assert!(decoded(5, 0.81, [0.5, 0.5, 200.0, 0.0], 0.5).is_empty());
    }
}
