//! A face as a detector hands it on, and which of several detections of one face is kept.

use plugin_sdk::Point;

/// A box and two eyes in one frame, in frame pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// Index into the call's frames.
    pub frame_index: u32,
    /// The detector's confidence, 0 to 1.
    pub score: f32,
    /// Top left of the box.
    pub min: Point,
    /// Bottom right of the box.
    pub max: Point,
    /// The eye on the image's left, then the one on its right.
    pub eyes: [Point; 2],
}

/// What the part that two boxes have in common is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// All that both cover: intersection over union.
    Union,
    /// The smaller box, so that a box inside another overlaps it wholly.
    Smaller,
}

/// How much two boxes, each from its top left to its bottom right, overlap, 0 to 1.
pub fn overlap(a: [Point; 2], b: [Point; 2], share: Share) -> f32 {
    let width = a[1].x.min(b[1].x) - a[0].x.max(b[0].x);
    let height = a[1].y.min(b[1].y) - a[0].y.max(b[0].y);
    if width <= 0.0 || height <= 0.0 {
        return 0.0;
    }
    let (common, [a, b]) = (width * height, [a, b].map(|[min, max]| (max.x - min.x) * (max.y - min.y)));
    match share {
        Share::Union => common / (a + b - common),
        Share::Smaller => common / a.min(b),
    }
}

/// Non-maximum suppression: the surest of `items` first, without those that overlap a surer one in the same frame by more
/// than `overlap_max`.
pub fn surest<T>(
    mut items: Vec<T>,
    overlap_max: f32,
    share: Share,
    detection: impl Fn(&T) -> Detection,
) -> Vec<T> {
    items.sort_by(|a, b| detection(b).score.total_cmp(&detection(a).score));
    let mut kept: Vec<T> = Vec::new();
    for item in items {
        let Detection { frame_index, min, max, .. } = detection(&item);
        let known = kept.iter().map(&detection).any(|other| {
            other.frame_index == frame_index
                && overlap([other.min, other.max], [min, max], share) > overlap_max
        });
        if !known {
            kept.push(item);
        }
    }
    kept
}

/// The surest `count` of each frame, by frame, surest first. `rank` says an item's frame and how sure it is.
pub fn surest_of_each_frame<T>(mut items: Vec<T>, count: u32, rank: impl Fn(&T) -> (u32, f32)) -> Vec<T> {
    items.sort_by(|a, b| {
        let ((frame, score), (other_frame, other_score)) = (rank(a), rank(b));
        frame.cmp(&other_frame).then(other_score.total_cmp(&score))
    });
    let (mut frame, mut taken) = (None, 0);
    items.retain(|item| {
        let (of, _) = rank(item);
        taken = if frame == Some(of) { taken + 1 } else { 1 };
        frame = Some(of);
        taken <= count
    });
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f32, y: f32, side: f32) -> [Point; 2] {
        [Point { x, y }, Point { x: x + side, y: y + side }]
    }

    fn seen(frame_index: u32, x: f32, side: f32, score: f32) -> Detection {
        let [min, max] = square(x, 0.0, side);
        Detection { frame_index, score, min, max, eyes: [min; 2] }
    }

    #[test]
    fn what_is_common_is_a_share_of_both_or_of_the_smaller() {
        for (a, b, union, smaller) in [
            (square(0.0, 0.0, 2.0), square(1.0, 0.0, 2.0), 2.0 / 6.0, 0.5),
            (square(0.0, 0.0, 4.0), square(1.0, 1.0, 2.0), 0.25, 1.0),
            (square(0.0, 0.0, 2.0), square(2.0, 0.0, 2.0), 0.0, 0.0),
        ] {
            assert_eq!((overlap(a, b, Share::Union), overlap(a, b, Share::Smaller)), (union, smaller));
        }
    }

    #[test]
    fn of_overlapping_detections_the_surest_is_kept_and_each_frame_is_by_itself() {
        let all = vec![
            seen(0, 1.0, 10.0, 0.6),
            seen(0, 0.0, 10.0, 0.9),
            seen(1, 0.0, 10.0, 0.5),
            seen(0, 20.0, 10.0, 0.7),
        ];
        let kept = surest(all, 0.3, Share::Union, |d| *d);
        assert_eq!(kept.iter().map(|d| d.score).collect::<Vec<_>>(), [0.9, 0.7, 0.5]);
    }

    #[test]
    fn each_frame_keeps_its_surest_in_order() {
        let all = vec![
            seen(1, 0.0, 1.0, 0.2),
            seen(0, 0.0, 1.0, 0.3),
            seen(1, 0.0, 1.0, 0.9),
            seen(1, 0.0, 1.0, 0.5),
        ];
        let kept = surest_of_each_frame(all, 2, |d| (d.frame_index, d.score));
        let kept: Vec<_> = kept.iter().map(|d| (d.frame_index, d.score)).collect();
        assert_eq!(kept, [(0, 0.3), (1, 0.9), (1, 0.5)]);
    }

    #[test]
    fn a_detection_next_to_a_dropped_one_is_judged_by_what_is_kept() {
        let chain = vec![seen(0, 0.0, 10.0, 0.9), seen(0, 4.0, 10.0, 0.8), seen(0, 8.0, 10.0, 0.7)];
        assert_eq!(surest(chain, 0.3, Share::Union, |d| *d).len(), 2);
    }
}
