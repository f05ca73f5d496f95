//! Does a camera still see what it is there to see? It does not when its lens is covered or out of focus, or when it was
//! turned away. Pure: the clock comes in.
//!
//! The picture is compared with what the camera [has seen so far](super::learnt). People who stand before the place, lamps that
//! are switched and the sun that goes round hide or change parts of it, or all of it alike; what is asked for is always
//! something that they do not do.

use std::time::{Duration, Instant};

use super::learnt::{Learnt, UNKNOWN};
use super::luma::{CELLS as LIGHTS, Thumbnail};
use super::texture::{CELLS, COLUMNS, LETTERED_ROWS, ROWS, Texture};
use super::{CameraState, ViewOptions};

/// Pictures are compared so often.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A cell with an edge has at least so much.
const EDGE_MIN: u8 = 24;
/// A place with fewer edges that stay has no view to be lost: a blank wall.
const STAYING_MIN: usize = CELLS / 20;
/// Of the edges that stay so many are gone when something lies over the lens,
const LOST_SHARE_MIN: f32 = 0.85;
/// and hardly a cell has an edge: a person who comes close brings edges along.
const EMPTY_SHARE_MAX: f32 = 0.05;
/// Light that falls as it always does, only less of it, is a lamp that was switched off.
const SAME_LIGHT_MIN: f32 = 0.6;
/// The sharpest edges became this much less steep.
const BLURRED_RATIO_MAX: f32 = 0.55;
/// Correlation with the place: from here on it is the same view.
const SAME_VIEW_MIN: f32 = 0.5;
/// A shifted view fits at its shift by at least this,
const SHIFTED_MIN: f32 = 0.5;
/// and so much better than in its place.
const SHIFTED_GAIN_MIN: f32 = 0.25;
/// Shifts are looked for in cells of twice the size, so far across and down. A camera that was only touched may be one off.
const SHIFT_COLUMNS_MAX: isize = 12;
const SHIFT_ROWS_MAX: isize = 9;
const SHIFT_MIN: isize = 2;
/// Another view fits hardly anywhere in the picture by more than this, in one region of eight by chance,
const OTHER_VIEW_MAX: f32 = 0.5;
const OTHER_VIEW_REGIONS: usize = 8;
/// and stays as it is: people move.
const STILL_MIN: f32 = 0.8;
/// Regions across and down, each compared for itself.
const REGION_COLUMNS: usize = 4;
const REGION_ROWS: usize = 3;
/// Regions that must show enough of the place to be told from another.
const REGIONS_MIN: usize = 4;
/// Cells with edges that stay, for a region to be compared.
const REGION_STAYING_MIN: usize = 12;
/// A fault must be seen for so long, and be gone for so long.
const HELD: Duration = Duration::from_millis(1_500);
const GONE: Duration = Duration::from_millis(1_000);
/// A person reaches so many face widths to each side, and face heights above their face; and to the picture's lower edge.
const PERSON_BESIDE: f32 = 1.0;
const PERSON_ABOVE: f32 = 0.7;

/// What is wrong with a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ViewFault {
    Covered,
    Blurred,
    Moved,
}

/// A face in shares of the picture's width and height.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FaceArea {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// The view of one camera, over all the times that its source was opened.
pub(crate) struct View {
    options: ViewOptions,
    learnt: Learnt,
    next: Option<Instant>,
    /// The picture before, to see whether things move.
    before: Option<Texture>,
    /// What is wrong with the newest pictures, and since when.
    seen: Option<(Option<ViewFault>, Instant)>,
    fault: Option<ViewFault>,
}

impl ViewFault {
    pub(crate) fn state(self) -> CameraState {
        match self {
            ViewFault::Covered => CameraState::Covered,
            ViewFault::Blurred => CameraState::Blurred,
            ViewFault::Moved => CameraState::Moved,
        }
    }
}

impl View {
    pub(crate) fn new(options: ViewOptions) -> Self {
        let learnt = Learnt::new(Duration::from_secs(options.learn_s));
        Self { options, learnt, next: None, before: None, seen: None, fault: None }
    }

    /// Whether a picture that came at `now` is to be compared.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.options.learn_s > 0 && self.next.is_none_or(|next| now >= next);
        if due {
            self.next = Some(now + LOOK_EVERY);
        }
        due
    }

    /// Compares a picture of a camera that is healthy otherwise, with `faces` in view.
    pub(crate) fn on_picture(
        &mut self,
        now: Instant,
        texture: Texture,
        light: &Thumbnail,
        faces: &[FaceArea],
    ) {
        let hidden = hidden(faces);
        let judged = self.learnt.is_known().then(|| self.judge(&texture, light, &hidden)).flatten();
        let found = judged.filter(|fault| self.is_looked_for(*fault));
        if found.is_none() && self.fault.is_none() {
            self.learnt.see(now, &texture, light, &hidden);
        }
        self.before = Some(texture);
        match self.seen {
            Some((seen, since)) if seen == found => {
                let held = if found.is_some() { HELD } else { GONE };
                if now.saturating_duration_since(since) >= held {
                    self.fault = found;
                }
            }
            _ => self.seen = Some((found, now)),
        }
    }

    /// What is wrong, if anything.
    pub(crate) fn fault(&self) -> Option<ViewFault> {
        self.fault
    }

    /// Forgets the view: what is seen from now on is what the camera is there to see.
    pub(crate) fn forget(&mut self) {
        *self = Self::new(self.options);
    }

    fn is_looked_for(&self, fault: ViewFault) -> bool {
        match fault {
            ViewFault::Covered => self.options.covered,
            ViewFault::Blurred => self.options.blurred,
            ViewFault::Moved => self.options.moved,
        }
    }

    fn judge(&self, texture: &Texture, light: &Thumbnail, hidden: &[bool]) -> Option<ViewFault> {
        let (known, now) = (&self.learnt.edges, &texture.edges);
        let in_view = |cell: usize| known[cell] != UNKNOWN && !hidden[cell];
        let stays = |cell: usize| in_view(cell) && known[cell] >= EDGE_MIN;
        let staying = (0..CELLS).filter(|cell| stays(*cell)).count();
        if staying < STAYING_MIN {
            return None;
        }
        let lost = (0..CELLS).filter(|cell| stays(*cell) && now[*cell] < known[*cell] / 2).count();
        let edges = now.iter().filter(|edge| **edge >= EDGE_MIN).count();
        if lost as f32 >= LOST_SHARE_MIN * staying as f32 && edges as f32 <= EMPTY_SHARE_MAX * CELLS as f32 {
            return self.without_edges(light);
        }
        let sharp = texture.sharpness.zip(self.learnt.sharpness);
        if sharp.is_some_and(|(now, usual)| now < BLURRED_RATIO_MAX * usual) {
            return Some(ViewFault::Blurred);
        }
        let fits = correlation(known, now, in_view);
        if fits >= SAME_VIEW_MIN {
            return None;
        }
        (self.is_shifted(now, fits, in_view) || self.is_another(now, in_view, stays))
            .then_some(ViewFault::Moved)
    }

    /// All edges are gone: something lies over the lens, unless the light falls as it always does.
    fn without_edges(&self, light: &Thumbnail) -> Option<ViewFault> {
        let now: [f32; LIGHTS] = std::array::from_fn(|cell| f32::from(light.cells()[cell]));
        let usual = &self.learnt.light;
        let (spread_now, spread) = (spread(&now), spread(usual));
        let mean = |light: &[f32]| light.iter().sum::<f32>() / LIGHTS as f32;
        let dimmed = mean(&now) / mean(usual).max(1.0);
        let same = pearson(now.iter().copied().zip(usual.iter().copied())) >= SAME_LIGHT_MIN
            && spread_now >= spread * dimmed.min(1.0) / 2.0;
        match same {
            // Too dim to say more.
            true if dimmed < 0.5 => None,
            true => Some(ViewFault::Blurred),
            false => Some(ViewFault::Covered),
        }
    }

    /// Whether the place is seen elsewhere in the picture.
    fn is_shifted(&self, now: &[u8], fits: f32, in_view: impl Fn(usize) -> bool) -> bool {
        let (known, now) = (halved(&self.learnt.edges, &in_view), halved(now, &in_view));
        let mut best = (f32::MIN, 0);
        for down in -SHIFT_ROWS_MAX..=SHIFT_ROWS_MAX {
            for right in -SHIFT_COLUMNS_MAX..=SHIFT_COLUMNS_MAX {
                let fit = shifted(&known, &now, right, down);
                if fit > best.0 {
                    best = (fit, right.abs().max(down.abs()));
                }
            }
        }
        let (fit, by) = best;
        by >= SHIFT_MIN && fit >= SHIFTED_MIN && fit >= fits + SHIFTED_GAIN_MIN
    }

    /// Whether nothing of the place is seen anywhere, and what is seen instead stands still.
    fn is_another(&self, now: &[u8], in_view: impl Fn(usize) -> bool, stays: impl Fn(usize) -> bool) -> bool {
        let still = self.before.as_ref().map(|before| correlation(&before.edges, now, &in_view));
        if still.is_none_or(|still| still < STILL_MIN) {
            return false;
        }
        let (mut compared, mut fitting) = (0, 0);
        for region in 0..REGION_COLUMNS * REGION_ROWS {
            let inside = |cell: usize| {
                let (row, column) = (cell / COLUMNS, cell % COLUMNS);
                row * REGION_ROWS / ROWS * REGION_COLUMNS + column * REGION_COLUMNS / COLUMNS == region
            };
            if (0..CELLS).filter(|cell| inside(*cell) && stays(*cell)).count() < REGION_STAYING_MIN {
                continue;
            }
            compared += 1;
            let fits = correlation(&self.learnt.edges, now, |cell| inside(cell) && in_view(cell));
            fitting += usize::from(fits > OTHER_VIEW_MAX);
        }
        compared >= REGIONS_MIN && fitting * OTHER_VIEW_REGIONS <= compared
    }
}

/// The cells before which somebody stands, or letters may be.
fn hidden(faces: &[FaceArea]) -> Vec<bool> {
    let letters = LETTERED_ROWS * COLUMNS;
    let mut hidden = vec![false; CELLS];
    hidden[..letters].fill(true);
    hidden[CELLS - letters..].fill(true);
    for face in faces {
        let cell = |share: f32, cells: usize| (share.clamp(0.0, 1.0) * cells as f32) as usize;
        let left = cell(face.left - PERSON_BESIDE * face.width, COLUMNS);
        let right = cell(face.left + (1.0 + PERSON_BESIDE) * face.width + 1.0 / COLUMNS as f32, COLUMNS);
        let top = cell(face.top - PERSON_ABOVE * face.height, ROWS);
        for row in hidden.chunks_exact_mut(COLUMNS).skip(top) {
            row[left..right.max(left)].fill(true);
        }
    }
    hidden
}

/// Means over two by two cells; `None` where none of the four counts.
fn halved(edges: &[u8], counts: impl Fn(usize) -> bool) -> Vec<Option<f32>> {
    let mut out = Vec::with_capacity(CELLS / 4);
    for row in (0..ROWS).step_by(2) {
        for column in (0..COLUMNS).step_by(2) {
            let first = row * COLUMNS + column;
            let cells = [first, first + 1, first + COLUMNS, first + COLUMNS + 1];
            let counted = cells.iter().filter(|cell| counts(**cell));
            let (sum, count) =
                counted.fold((0.0, 0), |(sum, count), cell| (sum + f32::from(edges[*cell]), count + 1));
            out.push((count > 0).then(|| sum / count as f32));
        }
    }
    out
}

/// How well halved maps fit when the second is shifted; of what both show.
fn shifted(known: &[Option<f32>], now: &[Option<f32>], right: isize, down: isize) -> f32 {
    const ACROSS: isize = (COLUMNS / 2) as isize;
    const ALONG: isize = (ROWS / 2) as isize;
    let rows = (0..ALONG).filter(|row| (0..ALONG).contains(&(row + down)));
    let pairs = rows.flat_map(|row| {
        let columns = (0..ACROSS).filter(move |column| (0..ACROSS).contains(&(column + right)));
        columns.filter_map(move |column| {
            let (here, there) = (row * ACROSS + column, (row + down) * ACROSS + column + right);
            known[here as usize].zip(now[there as usize])
        })
    });
    pearson(pairs)
}

fn correlation(known: &[u8], now: &[u8], counts: impl Fn(usize) -> bool) -> f32 {
    let cells = (0..CELLS).filter(|cell| counts(*cell));
    pearson(cells.map(|cell| (f32::from(known[cell]), f32::from(now[cell]))))
}

/// Pearson's coefficient; 0 where one of both does not vary.
fn pearson(pairs: impl Iterator<Item = (f32, f32)>) -> f32 {
    let (mut n, mut a, mut b, mut aa, mut bb, mut ab) = (0.0_f64, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (one, other) in pairs {
        let (one, other) = (f64::from(one), f64::from(other));
        (n, a, b) = (n + 1.0, a + one, b + other);
        (aa, bb, ab) = (aa + one * one, bb + other * other, ab + one * other);
    }
    let varied = (n * aa - a * a) * (n * bb - b * b);
    if varied <= f64::EPSILON { 0.0 } else { ((n * ab - a * b) / varied.sqrt()) as f32 }
}

/// Standard deviation.
fn spread(values: &[f32]) -> f32 {
    let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
    let squares: f32 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / values.len().max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests;
