//! Who of those in view is the payer: nobody is charged for standing by.
//!
//! One face is the payer's when it is by far the largest, no other is clearly nearer to the middle without being far
//! away, and it has stayed. Whoever is small, far or only passing does not block it; whoever might just as well be
//! meant does, so that the till asks.
use std::time::Duration;

/// Where a face is, relative to the picture: 0 to 1 in both directions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    fn size(self) -> f32 {
        self.width * self.height
    }

    /// From the middle of the picture, in picture sizes.
    fn off_centre(self) -> f32 {
        let (x, y) = (self.x + self.width / 2.0 - 0.5, self.y + self.height / 2.0 - 0.5);
        x.hypot(y)
    }
}

/// One face at one look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// The track within the camera; 0 for a face that is not followed.
    pub track: u64,
    /// Where it is.
    pub area: Area,
    /// For how long the track has been in view.
    pub dwell: Duration,
}

/// What the operator laid down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// So many times as large as any other face the payer's must be.
    pub area_ratio_min: f32,
    /// A face that is nearer to the middle by more than this, in picture sizes, may be meant as well.
    pub centre_margin: f32,
    /// Whoever is in view for less is passing.
    pub dwell_min: Duration,
}

/// The place that one face has at one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// It is clearly the payer's.
    Payer,
    /// Another face is in front just as much: ask.
    Several,
    /// It is not the one in front, or not yet for long enough: it is not to be charged.
    Bystander,
}

/// Who pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The face of this track, clearly.
    Payer(u64),
    /// Any of these tracks: ask.
    Ask(Vec<u64>),
    /// Nobody yet.
    Nobody,
}

/// How much smaller than by [`Rules::area_ratio_min`] a face must be not to be meant although it is nearer to the middle.
const FAR_FACTOR: f32 = 2.0;

/// Chooses the payer among everybody in view.
#[must_use]
pub fn choose(faces: &[Face], rules: &Rules) -> Choice {
    let Some(front) = faces.iter().max_by(|a, b| a.area.size().total_cmp(&b.area.size())) else {
        return Choice::Nobody;
    };
    // Whoever came up just now and covers the others is not charged, and nobody behind is.
    if front.dwell < rules.dwell_min {
        return Choice::Nobody;
    }
    let rivals = faces.iter().filter(|face| !std::ptr::eq(*face, front));
    let rivals: Vec<u64> = rivals.filter(|face| rivals_front(face, front, rules)).map(|f| f.track).collect();
    match rivals.is_empty() && front.track != 0 {
        true => Choice::Payer(front.track),
        false => Choice::Ask(std::iter::once(front.track).chain(rivals).collect()),
    }
}

/// Whether `face` might be meant as well as `front`. Comparisons are written so that NaN says yes.
fn rivals_front(face: &Face, front: &Face, rules: &Rules) -> bool {
    let (size, largest) = (face.area.size(), front.area.size());
    let passing = face.dwell < rules.dwell_min;
    let small = size * rules.area_ratio_min <= largest;
    let far = size * rules.area_ratio_min * FAR_FACTOR <= largest;
    let beside = face.area.off_centre() + rules.centre_margin >= front.area.off_centre();
    !(passing || far || (small && beside))
}

/// The place of the face of `track` when one payer is looked for. `named` is the track that the till says is the
/// payer's: with it nobody else is.
#[must_use]
pub fn place(track: u64, faces: &[Face], named: Option<u64>, rules: &Rules) -> Position {
    if let Some(named) = named {
        return if named == track { Position::Payer } else { Position::Bystander };
    }
    match choose(faces, rules) {
        Choice::Payer(payer) if payer == track => Position::Payer,
        Choice::Ask(tracks) if tracks.contains(&track) => Position::Several,
        Choice::Payer(_) | Choice::Ask(_) | Choice::Nobody => Position::Bystander,
    }
}

/// The place of the face of `track` when several payers stand side by side: whoever is about as near as the nearest,
/// and stays, is one of them.
#[must_use]
pub fn place_in_group(track: u64, faces: &[Face], named: Option<u64>, rules: &Rules) -> Position {
    if let Some(named) = named {
        return if named == track { Position::Payer } else { Position::Bystander };
    }
    let largest = faces.iter().map(|face| face.area.size()).fold(0.0, f32::max);
    let near = |face: &&Face| {
        face.track == track
            && face.dwell >= rules.dwell_min
            && face.area.size() * rules.area_ratio_min > largest
    };
    if faces.iter().any(|face| near(&face)) { Position::Payer } else { Position::Bystander }
}

#[cfg(test)]
mod tests;
