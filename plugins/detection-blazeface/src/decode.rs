//! BlazeFace's numbers turned into boxes and key points.

use face_mesh::Detection;
use plugin_sdk::Point;

use crate::anchors::Anchor;

/// Values a row of the regressors has: centre, size and six key points.
pub const ROW: usize = 16;

/// Logits are held within this before the sigmoid, as in training.
const LOGIT_MAX: f32 = 100.0;

/// A possible face; as decoded in pixels of the model's input, measured from the input's outer corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Probability that it is a face.
    pub score: f32,
    /// Top left and bottom right of the box, then the key points: eye, eye (the one on the image's left first), nose
    /// tip, middle of the mouth, ear, ear.
    pub points: [Point; 8],
}

impl Candidate {
    /// Top left of the box.
    pub fn min(&self) -> Point {
        self.points[0]
    }

    /// Bottom right of the box.
    pub fn max(&self) -> Point {
        self.points[1]
    }

    /// The same face with every point moved by `place`.
    pub fn map(&self, place: impl Fn(Point) -> Point) -> Self {
        Self { score: self.score, points: self.points.map(place) }
    }

    /// The eye on the image's left, then the one on its right.
    pub fn eyes(&self) -> [Point; 2] {
        [self.points[2], self.points[3]]
    }

    /// This face, in frame pixels, as the mesh takes it.
    pub fn detection(&self, frame_index: u32) -> Detection {
        Detection { frame_index, score: self.score, min: self.min(), max: self.max(), eyes: self.eyes() }
    }
}

/// The candidates that score at least `score_min`, in anchor order.
///
/// `regressors` holds one row of [`ROW`] values for each anchor: centre and size of the box, then the key points, all in
/// input pixels; centre and key points are relative to the anchor. `logits` holds one value for each anchor.
pub fn decode(regressors: &[f32], logits: &[f32], anchors: &[Anchor], score_min: f32) -> Vec<Candidate> {
    let rows = regressors.chunks_exact(ROW).zip(logits).zip(anchors);
    rows.filter_map(|((row, &logit), anchor)| {
        let score = sigmoid(logit.clamp(-LOGIT_MAX, LOGIT_MAX));
        (score >= score_min).then(|| candidate(row, anchor, score))
    })
    .filter(|candidate| candidate.min().x < candidate.max().x && candidate.min().y < candidate.max().y)
    .collect()
}

fn candidate(row: &[f32], anchor: &Anchor, score: f32) -> Candidate {
    let at = |i: usize| Point { x: anchor.x + row[2 * i], y: anchor.y + row[2 * i + 1] };
    let (centre, half) = (at(0), Point { x: row[2] / 2.0, y: row[3] / 2.0 });
    let points = std::array::from_fn(|i| match i {
        0 => Point { x: centre.x - half.x, y: centre.y - half.y },
        1 => Point { x: centre.x + half.x, y: centre.y + half.y },
        _ => at(i),
    });
    Candidate { score, points }
}

/// The probability that belongs to `logit`.
fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANCHOR: Anchor = Anchor { x: 100.0, y: 50.0 };

    fn row() -> [f32; ROW] {
        [2.0, -4.0, 20.0, 30.0, -5.0, -6.0, 5.0, -6.0, 0.5, 1.0, 0.0, 7.0, -10.0, 0.0, 10.0, 0.0]
    }

    #[test]
    fn a_row_is_relative_to_its_anchor_in_input_pixels() {
        let found = decode(&row(), &[0.0], &[ANCHOR], 0.5);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].score, 0.5);
        assert_eq!(found[0].min(), Point { x: 92.0, y: 31.0 });
        assert_eq!(found[0].max(), Point { x: 112.0, y: 61.0 });
        assert_eq!(found[0].eyes(), [Point { x: 95.0, y: 44.0 }, Point { x: 105.0, y: 44.0 }]);
        assert_eq!(found[0].points[4], Point { x: 100.5, y: 51.0 });
        assert_eq!(found[0].points[7], Point { x: 110.0, y: 50.0 });
    }

    #[test]
    fn a_score_below_the_minimum_is_left_out() {
        assert!(decode(&row(), &[-0.01], &[ANCHOR], 0.5).is_empty());
    }

    #[test]
    fn a_box_without_width_is_left_out() {
        let mut flat = row();
        flat[2] = 0.0;
        assert!(decode(&flat, &[5.0], &[ANCHOR], 0.5).is_empty());
    }

    #[test]
    fn extreme_logits_are_clipped_and_stay_probabilities() {
        let scores = |logit| decode(&row(), &[logit], &[ANCHOR], 0.0)[0].score;
        assert_eq!(scores(1e9), 1.0);
        assert!(scores(-1e9) >= 0.0 && scores(-1e9) < 1e-30);
    }
}
