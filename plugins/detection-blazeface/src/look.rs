//! Where in a frame a network looks, and which of the faces it sees there count.

use face_mesh::Square;
use plugin_sdk::Point;

use crate::decode::Candidate;
use crate::tiles::{cover, tiles};

/// How much larger than the frame the view from further back is. Faces that fill a frame are larger than those that the
/// networks were trained on; so seen, 90 % of the frame's height are 56 %.
const BACK_SCALE: f32 = 1.6;

/// How much larger than a hint the square is that looks closer at it.
const HINT_SCALE: f32 = 4.0;

/// The side of the smallest tiles in widths of the smallest face searched for: that face is then 15 of the network's 256
/// pixels wide. In the corner of a frame 14 are too few.
const TILE_FACES: f32 = 16.5;

/// How much larger the next tiles are: what the overlap of two tiles can't hold is large enough for the next.
const TILE_GROWTH: f32 = 2.25;

/// Tiles looked at in one frame of a camera when a second look searches it, so that a frame without a face costs a bounded
/// number of looks. Tiles take turns; whose turn it is is drawn by the frame's number.
const TILES_A_FRAME: usize = 1;

/// One look at one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Index into the call's frames.
    pub frame_index: u32,
    /// What is looked at.
    pub square: Square,
    /// Boxes that reach beyond these lines (left, top, right, bottom) are cut; lines at the frame's own edges are nowhere.
    cut: [f32; 4],
}

/// Size and number of a frame, as far as looks depend on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Index into the call's frames.
    pub frame_index: u32,
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The frame's number in its stream; 0 for a still picture.
    pub seq: u64,
}

impl Look {
    /// A face in this look counts unless the look's edge cuts it: then it is whole in the next look. At the frame's own
    /// edge nothing is cut that another look would show.
    pub fn shows(&self, face: &Candidate) -> bool {
        let ([left, top, right, bottom], (min, max)) = (self.cut, (face.min(), face.max()));
        min.x >= left && min.y >= top && max.x <= right && max.y <= bottom
    }
}

impl View {
    /// The first look: the whole frame, and `across` tiles along its longer side.
    pub fn first(&self, across: u32) -> Vec<Look> {
        let whole = self.look(Square::around_frame(self.width, self.height));
        let parts = tiles(self.width, self.height, across).into_iter().map(|tile| self.look(tile));
        std::iter::once(whole).chain(parts).collect()
    }

    /// The second look at a frame without a good face: from further back, for faces that fill it or that the first look
    /// missed, and closer, tile by tile, for those of `face_px_min` pixels and more. A still picture is seen in all tiles, a
    /// camera's frame in few.
    pub fn search(&self, face_px_min: u32) -> Vec<Look> {
        let whole = Square::around_frame(self.width, self.height);
        let back = self.look(Square { side: BACK_SCALE * whole.side, ..whole });
        let parts = self.parts(face_px_min as f32);
        let turns = parts.len().div_ceil(TILES_A_FRAME) as u64;
        let due = |index: usize| self.seq == 0 || index as u64 % turns == self.turn(turns);
        let parts = parts.into_iter().enumerate().filter(|(index, _)| due(*index));
        std::iter::once(back).chain(parts.map(|(_, tile)| self.look(tile))).collect()
    }

    /// Tiles in all sizes in which the whole frame does not show its faces. They reach over the frame's edge by a face: at
    /// the edge of what a network sees it sees worst.
    fn parts(&self, face_px_min: f32) -> Vec<Square> {
        let longer = self.width.max(self.height) as f32;
        let sides = std::iter::successors(Some(TILE_FACES * face_px_min), |side| Some(TILE_GROWTH * side));
        let sides: Vec<f32> = sides.take_while(|side| *side < longer).collect();
        let cover = |side| cover(self.width, self.height, side, face_px_min);
        match sides.is_empty() {
            true => cover(longer + 2.0 * face_px_min),
            false => sides.into_iter().flat_map(cover).collect(),
        }
    }

    /// The second look at a place where there may be a face.
    pub fn closer(&self, hint: &Candidate) -> Look {
        let (min, max) = (hint.min(), hint.max());
        let centre = Point { x: (min.x + max.x) / 2.0, y: (min.y + max.y) / 2.0 };
        self.look(Square { centre, side: HINT_SCALE * (max.x - min.x).max(max.y - min.y), angle: 0.0 })
    }

    /// Whose turn of `turns` it is. Multiplying by the golden ratio keeps a camera of which every third frame comes from
    /// taking every third turn only.
    fn turn(&self, turns: u64) -> u64 {
        let drawn = self.seq.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (drawn * turns) >> 32
    }

    fn look(&self, square: Square) -> Look {
        let Point { x, y } = square.centre;
        let half = square.side / 2.0;
        // Pixels are counted from the centre of the first, so a frame begins half a pixel before 0.
        let (right, bottom) = (self.width as f32 - 0.5, self.height as f32 - 0.5);
        let before = |edge: f32| if edge <= -0.49 { f32::NEG_INFINITY } else { edge };
        let behind = |edge: f32, end: f32| if edge >= end - 0.01 { f32::INFINITY } else { edge };
        let cut = [before(x - half), before(y - half), behind(x + half, right), behind(y + half, bottom)];
        Look { frame_index: self.frame_index, square, cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(width: u32, height: u32, seq: u64) -> View {
        View { frame_index: 0, width, height, seq }
    }

    fn face(x: f32, y: f32, size: f32) -> Candidate {
        let mut points = [Point { x, y }; 8];
        points[1] = Point { x: x + size, y: y + size };
        Candidate { score: 1.0, points }
    }

    #[test]
    fn a_face_cut_by_a_tile_counts_only_where_the_tile_ends_with_the_frame() {
        let looks = view(700, 400, 0).first(2);
        let (left, right) = (looks[1], looks[2]);
        for (look, face, counts) in [
            (left, face(-20.0, 100.0, 80.0), true),
            (left, face(100.0, -20.0, 80.0), true),
            (left, face(350.0, 100.0, 80.0), false),
            (right, face(290.0, 100.0, 80.0), false),
            (right, face(660.0, 360.0, 80.0), true),
            (right, face(350.0, 100.0, 80.0), true),
        ] {
            assert_eq!(look.shows(&face), counts, "{look:?} {face:?}");
        }
    }

    #[test]
    fn nothing_is_cut_in_the_whole_frame_nor_from_further_back() {
        let view = view(640, 480, 0);
        for look in [view.first(1)[0], view.search(24)[0]] {
            assert!(look.shows(&face(-100.0, -100.0, 900.0)), "{look:?}");
        }
    }

    #[test]
    fn a_still_picture_is_searched_in_all_its_parts_at_once() {
        let looks = |width, height| view(width, height, 0).search(24).len();
        assert_eq!((looks(640, 480), looks(1920, 1080), looks(250, 250)), (5, 35, 2));
    }

    #[test]
    fn a_cameras_frame_gets_few_looks_and_each_look_its_turn() {
        for step in 1..=8 {
            let mut left = view(1920, 1080, 0).search(24);
            for n in 1..=400 {
                let looks = view(1920, 1080, n * step).search(24);
                assert_eq!(looks.len(), 1 + TILES_A_FRAME);
                left.retain(|look| !looks.contains(look));
            }
            assert_eq!(left, [], "every {step}th frame");
        }
    }

    #[test]
    fn a_hint_is_looked_at_in_the_middle_of_a_square_of_four_times_its_size() {
        let Square { centre, side, angle } = view(640, 480, 5).closer(&face(100.0, 50.0, 40.0)).square;
        assert_eq!((centre, side, angle), (Point { x: 120.0, y: 70.0 }, 160.0, 0.0));
    }
}
