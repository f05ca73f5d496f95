//! From frames to faces: BlazeFace finds them, the mesh refines them.

use face_mesh::detection::{self, Share, surest_of_each_frame};
use face_mesh::{Detection, FaceFinder, Mesher};
use plugin_sdk::{Call, Face, Frame, Inference, Point, Rect, Result};

use crate::config::Config;
use crate::eye::{Eye, OVERLAP_MAX, Seen};
use crate::look::{Look, View};

/// A face with less mesh presence than this is none to rely on.
const QUALITY_FACE: f32 = 0.5;

/// The networks opened, and how to use them.
pub struct Finder {
    first: Eye,
    second: Option<Eye>,
    mesher: Mesher,
    config: Config,
}

impl FaceFinder for Finder {
    type Config = Config;

    fn open(inference: &Inference, config: Config) -> Result<Self> {
        let second = config.second_look.then(|| Eye::open(inference, config.model.second()));
        Ok(Self {
            first: Eye::open(inference, config.model.network())?,
            second: second.transpose()?,
            mesher: Mesher::open(inference)?,
            config,
        })
    }

    fn find(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        let views: Vec<View> = frames.iter().zip(0..).map(|(frame, index)| view(frame, index)).collect();
        let looks: Vec<Look> = views.iter().flat_map(|view| view.first(self.config.tiles)).collect();
        let seen = self.first.see(call, frames, &looks, &self.config)?;
        let mut found = self.faces(call, frames, &seen)?;
        if let Some(second) = &self.second {
            let looks = self.second_looks(&views, &seen, &found);
            let seen = second.see(call, frames, &looks, &self.config)?;
            let again = self.faces(call, frames, &seen)?;
            found = views.iter().flat_map(|view| joined(of(&found, view), of(&again, view))).collect();
        }
        Ok(surest_of_each_frame(found, self.config.faces_max, |face| (face.frame_index, face.score)))
    }
}

impl Finder {
    /// Where to look again: at the hints, and everywhere in frames without a good face.
    fn second_looks(&self, views: &[View], seen: &[Seen], found: &[Face]) -> Vec<Look> {
        let again = |(view, seen): (&View, &Seen)| {
            let searched = best(&of(found, view)) < QUALITY_FACE;
            let search = if searched { view.search(self.config.face_px_min) } else { Vec::new() };
            let hints = seen.hints.iter().map(|hint| view.closer(hint));
            search.into_iter().chain(hints).collect::<Vec<Look>>()
        };
        views.iter().zip(seen).flat_map(again).collect()
    }

    /// The faces of what was seen, with their meshes: one inference for all, and one more for those that need a better
    /// crop.
    fn faces(&self, call: &Call<'_>, frames: &[Frame<'_>], seen: &[Seen]) -> Result<Vec<Face>> {
        let detections = seen
            .iter()
            .flat_map(|seen| seen.faces.iter().map(|candidate| candidate.detection(seen.frame_index)));
        let detections: Vec<Detection> = detections.collect();
        self.mesher.faces(call, frames, detections)
    }
}

fn view(frame: &Frame<'_>, frame_index: u32) -> View {
    View { frame_index, width: frame.width(), height: frame.height(), seq: frame.seq() }
}

/// The faces of one frame.
fn of(faces: &[Face], view: &View) -> Vec<Face> {
    faces.iter().filter(|face| face.frame_index == view.frame_index).copied().collect()
}

/// The best quality of a face; less than any when there is none.
fn best(faces: &[Face]) -> f32 {
    faces.iter().map(|face| face.quality).fold(-1.0, f32::max)
}

/// The faces of one frame after both looks. When the first found no good face, the better look counts, and of many looks
/// only what the mesh confirms; when it found one, the second adds good faces that the first did not see.
fn joined(mut first: Vec<Face>, mut second: Vec<Face>) -> Vec<Face> {
    let (quality, again) = (best(&first), best(&second));
    if again >= QUALITY_FACE {
        second.retain(|face| face.quality >= QUALITY_FACE);
    }
    if quality < QUALITY_FACE {
        return if again > quality { second } else { first };
    }
    for face in second {
        let known = first.iter().any(|other| overlap(other, &face) > OVERLAP_MAX);
        if again >= QUALITY_FACE && !known {
            first.push(face);
        }
    }
    first
}

/// Intersection over union of two faces' boxes, 0 to 1.
fn overlap(a: &Face, b: &Face) -> f32 {
    let corners = |face: &Face| {
        let Rect { x, y, w, h } = face.bbox;
        [Point { x, y }, Point { x: x + w, y: y + h }]
    };
    detection::overlap(corners(a), corners(b), Share::Union)
}
