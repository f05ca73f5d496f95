//! Squares that look closer at parts of a wide frame, where faces are too small in the whole.

use face_mesh::Square;
use plugin_sdk::Point;

/// How far one tile is from the next, in tiles. What they share must hold a face that the edge of one cuts.
const STEP: f32 = 0.75;

/// Upright squares that cover a frame, `across` of them along its longer side and as many rows as it takes; none for
/// less than two, when the whole frame is the only look.
pub fn tiles(width: u32, height: u32, across: u32) -> Vec<Square> {
    if across < 2 {
        return Vec::new();
    }
    let longer = width.max(height) as f32;
    cover(width, height, longer / (1.0 + STEP * (across - 1) as f32), 0.0)
}

/// Upright squares of `side` pixels that cover a frame and `margin` pixels around it, row by row; one when they are larger
/// than that.
pub fn cover(width: u32, height: u32, side: f32, margin: f32) -> Vec<Square> {
    let columns = middles(width as f32, side, margin);
    let rows = middles(height as f32, side, margin);
    let row = |y: f32| columns.iter().map(move |&x| Square { centre: Point { x, y }, side, angle: 0.0 });
    rows.into_iter().flat_map(row).collect()
}

/// The middles of tiles spread evenly over `length` pixels and `margin` at each end, from edge to edge.
fn middles(length: f32, side: f32, margin: f32) -> Vec<f32> {
    // The little that is taken off keeps rounding from adding a tile.
    let room = length + 2.0 * margin - side;
    let more = (room / (STEP * side) - 1e-3).ceil().max(0.0);
    if more == 0.0 {
        return vec![(length - 1.0) / 2.0];
    }
    (0..=more as u32).map(|i| (side - 1.0) / 2.0 - margin + i as f32 * room / more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(size: (u32, u32), across: u32, expected: &[(f32, f32)], side: f32) {
        let found = tiles(size.0, size.1, across);
        let middles: Vec<_> = found.iter().map(|tile| (tile.centre.x, tile.centre.y)).collect();
        assert_eq!(middles, expected, "{size:?} in {across}");
        assert!(found.iter().all(|tile| tile.side == side), "{found:?}");
    }

    #[test]
    fn one_across_is_the_whole_frame_and_needs_no_tiles() {
        check((1920, 1080), 1, &[], 0.0);
    }

    #[test]
    fn two_across_a_square_make_two_rows() {
        let middles = [(199.5, 199.5), (499.5, 199.5), (199.5, 499.5), (499.5, 499.5)];
        check((700, 700), 2, &middles, 400.0);
    }

    #[test]
    fn a_wide_frame_needs_fewer_rows_and_a_tall_one_fewer_columns() {
        check((700, 400), 2, &[(199.5, 199.5), (499.5, 199.5)], 400.0);
        check((200, 700), 2, &[(99.5, 199.5), (99.5, 499.5)], 400.0);
    }

    #[test]
    fn the_outermost_tiles_end_at_the_frames_edge() {
        for (width, height) in [(1920, 1080), (1280, 720), (640, 480), (480, 640), (3, 2)] {
            for across in 2..=4 {
                let tiles = tiles(width, height, across);
                let (first, last) = (tiles[0], tiles[tiles.len() - 1]);
                let side = first.side;
                assert!(tiles.len() <= (across * across) as usize);
                assert!(first.centre.x - side / 2.0 <= -0.49 && first.centre.y - side / 2.0 <= -0.49);
                assert!(last.centre.x + side / 2.0 >= width as f32 - 0.51);
                assert!(last.centre.y + side / 2.0 >= height as f32 - 0.51);
            }
        }
    }

    #[test]
    fn a_margin_moves_the_outermost_tiles_beyond_the_frames_edge() {
        let tiles = cover(640, 480, 396.0, 24.0);
        let edges: Vec<_> = tiles.iter().map(|t| (t.centre.x - 198.0, t.centre.y - 198.0)).collect();
        assert_eq!(edges, [(-24.5, -24.5), (267.5, -24.5), (-24.5, 107.5), (267.5, 107.5)]);
    }
}
