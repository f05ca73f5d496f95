//! Several candidates for one face merged into one.

use face_mesh::detection::{self, Share};
use plugin_sdk::Point;

use crate::decode::Candidate;

/// One candidate for each face, best first.
///
/// The best remaining candidate takes all that overlap it by more than `overlap_max` (intersection over union) and
/// becomes their mean, weighted by score; it keeps its own score. Averaging steadies the points from frame to frame,
/// which dropping the weaker candidates would not.
pub fn merge(mut candidates: Vec<Candidate>, overlap_max: f32) -> Vec<Candidate> {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut merged = Vec::new();
    while let Some(&best) = candidates.first() {
        let (near, far): (Vec<_>, Vec<_>) = candidates
            .iter()
            .enumerate()
            .partition(|&(i, other)| i == 0 || overlap(&best, other) > overlap_max);
        merged.push(mean(best.score, &near));
        candidates = far.into_iter().map(|(_, candidate)| *candidate).collect();
    }
    merged
}

/// Intersection over union of two boxes, 0 to 1.
pub fn overlap(a: &Candidate, b: &Candidate) -> f32 {
    detection::overlap([a.min(), a.max()], [b.min(), b.max()], Share::Union)
}

fn mean(score: f32, near: &[(usize, &Candidate)]) -> Candidate {
    let total: f32 = near.iter().map(|(_, candidate)| candidate.score).sum();
    let points = std::array::from_fn(|i| {
        let (x, y) = near.iter().fold((0.0, 0.0), |(x, y), (_, candidate)| {
            let share = candidate.score / total;
            (x + candidate.points[i].x * share, y + candidate.points[i].y * share)
        });
        Point { x, y }
    });
    Candidate { score, points }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f32, y: f32, side: f32, score: f32) -> Candidate {
        let mut points = [Point { x, y }; 8];
        points[1] = Point { x: x + side, y: y + side };
        Candidate { score, points }
    }

    #[test]
    fn overlapping_candidates_become_their_weighted_mean_with_the_best_score() {
        let merged = merge(vec![square(1.0, 0.0, 9.0, 0.3), square(0.0, 0.0, 9.0, 0.9)], 0.3);
        assert_eq!(merged.len(), 1);
        assert_eq!(merged[0].score, 0.9);
        assert!((merged[0].min().x - 0.25).abs() < 1e-6, "0.9 parts of 0 and 0.3 parts of 1");
        assert!((merged[0].max().x - 9.25).abs() < 1e-6);
    }

    #[test]
    fn separate_faces_stay_separate_and_come_best_first() {
        let merged = merge(vec![square(0.0, 0.0, 5.0, 0.6), square(20.0, 0.0, 5.0, 0.8)], 0.3);
        let scores: Vec<f32> = merged.iter().map(|face| face.score).collect();
        assert_eq!(scores, [0.8, 0.6]);
    }

    #[test]
    fn a_candidate_next_to_a_merged_one_is_judged_by_the_best_not_by_the_mean() {
        let chain =
            vec![square(0.0, 0.0, 10.0, 0.9), square(4.0, 0.0, 10.0, 0.8), square(7.0, 0.0, 10.0, 0.7)];
        assert_eq!(
            merge(chain, 0.3).len(),
            2,
            "the mean of the first two overlaps the third, the best does not"
        );
    }
}
