//! The frame in many sizes, cut into the tiles that the first network takes.

use face_mesh::Square;
use plugin_sdk::Point;

/// Pixels of a side of the first network's input.
pub const TILE: usize = 128;

/// Pixels of a window that the network judges, and from one window to the next.
pub const WINDOW: usize = 12;
pub const STRIDE: usize = 2;

/// Windows along a side of a tile.
pub const WINDOWS: usize = (TILE - WINDOW) / STRIDE + 1;

/// From one tile to the next: the next window's place, so that tiles judge each window once.
const STEP: usize = WINDOWS * STRIDE;

/// Each size is this much smaller than the one before, as in the paper: half the area.
const FACTOR: f32 = 0.709;

/// The tiles of a frame of `width` x `height` pixels, size by size, the largest first: the first has faces of
/// `face_px_min` pixels as large as a window, the last the frame's shorter side.
pub fn levels(width: u32, height: u32, face_px_min: u32) -> Vec<Vec<Square>> {
    let (width, height) = (width as f32, height as f32);
    let first = WINDOW as f32 / face_px_min as f32;
    let scales = std::iter::successors(Some(first), |scale| Some(scale * FACTOR));
    let scales = scales.take_while(|scale| scale * width.min(height) >= WINDOW as f32);
    scales.map(|scale| level(width, height, scale)).collect()
}

fn level(width: f32, height: f32, scale: f32) -> Vec<Square> {
    let side = TILE as f32 / scale;
    // A pixel's middle has a whole number, a level's first pixel begins at its edge.
    let middle = |start: f32| (start + TILE as f32 / 2.0) / scale - 0.5;
    let starts = |length: f32| {
        let more = (length * scale - (STEP + WINDOW - STRIDE) as f32) / STEP as f32;
        (0..=more.ceil().max(0.0) as usize).map(|tile| (tile * STEP) as f32)
    };
    let row = |y: f32| {
        starts(width).map(move |x| Square { centre: Point { x: middle(x), y: middle(y) }, side, angle: 0.0 })
    };
    starts(height).flat_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_go_from_the_smallest_face_to_the_frames_shorter_side() {
        let windows: Vec<f32> =
            levels(640, 480, 40).iter().map(|level| level[0].side * WINDOW as f32 / TILE as f32).collect();
        assert!((windows[0] - 40.0).abs() < 1e-3, "{windows:?}");
        let last = windows[windows.len() - 1];
        assert!(last <= 480.0 && last > 480.0 * FACTOR, "{windows:?}");
        assert!(windows.windows(2).all(|pair| (pair[0] / pair[1] - FACTOR).abs() < 1e-3));
    }

    #[test]
    fn tiles_judge_every_window_once() {
        for level in levels(640, 480, 24) {
            let scale = TILE as f32 / level[0].side;
            for (length, of) in [(640.0, 0), (480.0, 1)] {
                let place = |square: &Square| [square.centre.x, square.centre.y][of];
                let mut starts: Vec<f32> =
                    level.iter().map(|s| ((place(s) + 0.5) * scale - TILE as f32 / 2.0).round()).collect();
                starts.sort_by(f32::total_cmp);
                starts.dedup();
                assert!(
                    starts.iter().enumerate().all(|(i, start)| *start == (i * STEP) as f32),
                    "{starts:?}"
                );
                let end = starts[starts.len() - 1] + TILE as f32;
                assert!(end >= length * scale - 1e-2, "{starts:?} end before {}", length * scale);
            }
        }
    }

    #[test]
    fn a_frame_smaller_than_the_smallest_face_has_no_sizes() {
        assert!(levels(30, 200, 40).is_empty());
    }
}
