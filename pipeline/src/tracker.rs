//! Faces become tracks: the same face over time at one camera, by overlap and motion.
//!
//! Pure and without a clock: the time of each frame comes in with it.

use std::time::{Duration, Instant};

use plugin_host::{Face, Rect};

/// A track's number; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackId(pub u64);

/// How faces are joined to tracks.
#[derive(Debug, Clone, Copy)]
pub struct TrackerOptions {
    /// Least overlap (intersection over union) of a face with where its track should be.
    pub overlap_min: f32,
    /// A track that was not seen for so long is over.
    pub lost_after_ms: u64,
    /// From this overlap on, two tracks may be mistaken for each other: both begin anew.
    pub entangled_overlap_min: f32,
    /// The most tracks of one camera.
    pub tracks_max: usize,
}

impl Default for TrackerOptions {
    fn default() -> Self {
        Self { overlap_min: 0.25, lost_after_ms: 800, entangled_overlap_min: 0.2, tracks_max: 32 }
    }
}

/// The tracks of one camera.
pub struct Tracker {
    options: TrackerOptions,
    tracks: Vec<Track>,
    next: u64,
}

struct Track {
    id: TrackId,
    bbox: Rect,
    /// Pixels per second.
    velocity: (f32, f32),
    /// Since when it has been this face and no other.
    since: Instant,
    seen: Instant,
}

/// What became of one frame's faces.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The track of each face, in the faces' order; `None` when the camera has too many.
    pub tracks: Vec<Option<TrackId>>,
    /// Tracks that are over.
    pub lost: Vec<TrackId>,
    /// Tracks so close to each other that what is known of them may be the other's.
    pub entangled: Vec<TrackId>,
}

/// Motion is carried on for so long at the most, lest a track fly off.
const PREDICTED_MAX: Duration = Duration::from_millis(500);
/// How much of a new velocity is taken over.
const VELOCITY_GAIN: f32 = 0.5;

impl Tracker {
    /// No tracks yet. The first gets the number `first`.
    pub fn new(options: TrackerOptions, first: u64) -> Self {
        Self { options, tracks: Vec::new(), next: first }
    }

    /// Joins the faces of a frame taken at `now` to tracks, best overlap first; faces without a track
    /// begin one.
    pub fn follow(&mut self, now: Instant, faces: &[Face]) -> Followed {
        let lost = self.drop_lost(now);
        let mut tracks = vec![None; faces.len()];
        for (track, face) in self.pairs(now, faces) {
            self.tracks[track].meet(now, faces[face].bbox);
            tracks[face] = Some(self.tracks[track].id);
        }
        for (slot, face) in tracks.iter_mut().zip(faces) {
            if slot.is_none() {
                *slot = self.begin(now, face.bbox);
            }
        }
        let entangled = self.entangled(now);
        for track in self.tracks.iter_mut().filter(|track| entangled.contains(&track.id)) {
            track.since = now;
        }
        Followed { tracks, lost, entangled }
    }

    /// For how long a track has been in view, as itself.
    pub fn dwell(&self, id: TrackId, now: Instant) -> Option<Duration> {
        let track = self.tracks.iter().find(|track| track.id == id)?;
        Some(now.saturating_duration_since(track.since))
    }

    /// How many tracks there are.
    pub fn len(&self) -> usize {
        self.tracks.len()
    }

    /// Whether there are no tracks.
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    fn drop_lost(&mut self, now: Instant) -> Vec<TrackId> {
        let limit = Duration::from_millis(self.options.lost_after_ms);
        let over = |track: &Track| now.saturating_duration_since(track.seen) > limit;
        let lost = self.tracks.iter().filter(|track| over(track)).map(|track| track.id).collect();
        self.tracks.retain(|track| !over(track));
        lost
    }

    /// Pairs of track and face that overlap enough, each used once, best first.
    fn pairs(&self, now: Instant, faces: &[Face]) -> Vec<(usize, usize)> {
        let mut candidates: Vec<(f32, usize, usize)> = Vec::new();
        for (t, track) in self.tracks.iter().enumerate() {
            let expected = track.expected(now);
            for (f, face) in faces.iter().enumerate() {
                let overlap = overlap(&expected, &face.bbox).max(overlap(&track.bbox, &face.bbox));
                if overlap >= self.options.overlap_min {
                    candidates.push((overlap, t, f));
                }
            }
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut used_tracks, mut used_faces) = (vec![false; self.tracks.len()], vec![false; faces.len()]);
        candidates.retain(|(_, t, f)| {
            let free = !used_tracks[*t] && !used_faces[*f];
            if free {
                (used_tracks[*t], used_faces[*f]) = (true, true);
            }
            free
        });
        candidates.into_iter().map(|(_, t, f)| (t, f)).collect()
    }

    fn begin(&mut self, now: Instant, bbox: Rect) -> Option<TrackId> {
        if self.tracks.len() >= self.options.tracks_max {
            return None;
        }
        let id = TrackId(self.next);
        self.next += 1;
        self.tracks.push(Track { id, bbox, velocity: (0.0, 0.0), since: now, seen: now });
        Some(id)
    }

    /// Tracks that cover each other, also where one of them is not seen and only expected.
    fn entangled(&self, now: Instant) -> Vec<TrackId> {
        let close = |a: &Track, b: &Track| {
            let shared = overlap(&a.bbox, &b.bbox).max(overlap(&a.expected(now), &b.expected(now)));
            a.id != b.id && shared >= self.options.entangled_overlap_min
        };
        let tangled = |track: &&Track| self.tracks.iter().any(|other| close(track, other));
        self.tracks.iter().filter(tangled).map(|track| track.id).collect()
    }
}

impl Track {
    fn expected(&self, now: Instant) -> Rect {
        let dt = now.saturating_duration_since(self.seen).min(PREDICTED_MAX).as_secs_f32();
        Rect { x: self.bbox.x + self.velocity.0 * dt, y: self.bbox.y + self.velocity.1 * dt, ..self.bbox }
    }

    fn meet(&mut self, now: Instant, bbox: Rect) {
        let dt = now.saturating_duration_since(self.seen).as_secs_f32();
        if dt > 0.0 {
            let (old, new) = (centre(&self.bbox), centre(&bbox));
            let towards = |v: f32, from: f32, to: f32| v + VELOCITY_GAIN * ((to - from) / dt - v);
            self.velocity = (towards(self.velocity.0, old.0, new.0), towards(self.velocity.1, old.1, new.1));
        }
        self.bbox = bbox;
        self.seen = now;
    }
}

fn centre(r: &Rect) -> (f32, f32) {
    (r.x + r.w / 2.0, r.y + r.h / 2.0)
}

/// Intersection over union, 0 to 1.
pub(crate) fn overlap(a: &Rect, b: &Rect) -> f32 {
    let width = (a.x + a.w).min(b.x + b.w) - a.x.max(b.x);
    let height = (a.y + a.h).min(b.y + b.h) - a.y.max(b.y);
    let shared = width.max(0.0) * height.max(0.0);
    let all = a.w * a.h + b.w * b.h - shared;
    if all > 0.0 { shared / all } else { 0.0 }
}

#[cfg(test)]
mod tests;
