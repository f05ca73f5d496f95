//! The vision steps as safe calls, and the checks of what they return.

use std::sync::Arc;

use plugin_sdk::abi::{Growing, fp_face};
use plugin_sdk::{EmbeddingInfo, Error, FRAME_SIDE_MAX, Face, Frame, Metric, Point};

use crate::call::CallContext;
use crate::embeddings::Embeddings;
use crate::error::CallError;
use crate::mount::Mount;
use crate::plugin::Plugin;

/// Room for faces per frame in the first try; a plugin that needs more says so and is asked again.
const FACES_PER_FRAME: usize = 32;
/// Most faces of one call.
pub(crate) const FACES_MAX: usize = 4096;
/// Largest ratio of two lengths within a face.
const RATIO_MAX: f32 = 100.0;
/// How far a unit vector's length may be from 1.
const UNIT_TOLERANCE: f32 = 1e-2;

/// Finds faces.
#[derive(Clone)]
pub struct Detector {
    mount: Arc<Mount>,
}

impl Detector {
    pub(crate) fn new(mount: Arc<Mount>) -> Self {
        Self { mount }
    }

    /// The plugin behind the step.
    pub fn plugin(&self) -> Arc<Plugin> {
        self.mount.plugin()
    }

    /// Every face in every frame: finite, scores within 0..=1, each in one of the frames.
    pub fn detect(&self, context: &CallContext, frames: &[Frame<'_>]) -> Result<Vec<Face>, CallError> {
        let plugin = self.mount.enter()?;
        check_frames(&plugin, frames)?;
        let mut capacity = (frames.len() * FACES_PER_FRAME).min(FACES_MAX);
        for _ in 0..2 {
            match detect_into(&plugin, context, frames, capacity)? {
                Detected::Faces(faces) => return Ok(faces),
                Detected::Needs(count) if count > capacity && count <= FACES_MAX => capacity = count,
                Detected::Needs(count) => {
                    return Err(plugin.malformed(format!("a need for {count} faces, given {capacity}")));
                }
            }
        }
        Err(plugin.malformed("more faces than it asked room for"))
    }
}

fn detect_into(
    plugin: &Plugin,
    context: &CallContext,
    frames: &[Frame<'_>],
    capacity: usize,
) -> Result<Detected, CallError> {
    let mut items = vec![fp_face::empty(); capacity];
    let mut count = 0;
    let called = plugin.call(context, |call| {
        let (status, found) = plugin.home().detect(call, frames, &mut items)?;
        count = found;
        Ok(status)
    });
    match called {
        Err(CallError::Refused { source: Error::BufferTooSmall, .. }) => Ok(Detected::Needs(count)),
        Err(error) => Err(error),
        Ok(()) if count > capacity => Err(plugin.malformed(format!("{count} faces in room for {capacity}"))),
        Ok(()) => {
            let faces: Vec<Face> = items[..count].iter().map(Face::from_abi).collect();
            match faces.iter().enumerate().find_map(|(index, face)| {
                flaw(face, frames.len()).map(|flaw| format!("face {index} with {flaw}"))
            }) {
                Some(what) => Err(plugin.malformed(what)),
                None => Ok(Detected::Faces(faces)),
            }
        }
    }
}

enum Detected {
    Faces(Vec<Face>),
    Needs(usize),
}

/// Tells living people from presentation attacks.
#[derive(Clone)]
pub struct Liveness {
    mount: Arc<Mount>,
}

impl Liveness {
    pub(crate) fn new(mount: Arc<Mount>) -> Self {
        Self { mount }
    }

    /// The plugin behind the step.
    pub fn plugin(&self) -> Arc<Plugin> {
        self.mount.plugin()
    }

    /// One score per face, in order, within 0..=1: higher is more surely a live person.
    pub fn score(
        &self,
        context: &CallContext,
        frames: &[Frame<'_>],
        faces: &[Face],
    ) -> Result<Vec<f32>, CallError> {
        let plugin = self.mount.enter()?;
        check_faces(&plugin, frames, faces)?;
        let raw: Vec<fp_face> = faces.iter().map(Face::to_abi).collect();
        let mut scores = vec![f32::NAN; faces.len()]; // what the plugin leaves out is then malformed
        plugin.call(context, |call| plugin.home().score(call, frames, &raw, &mut scores))?;
        match scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
            Some(index) => Err(plugin.malformed(format!("live score {} for face {index}", scores[index]))),
            None => Ok(scores),
        }
    }
}

/// Turns faces into embeddings.
#[derive(Clone)]
pub struct Recognizer {
    mount: Arc<Mount>,
    info: EmbeddingInfo,
}

impl Recognizer {
    pub(crate) fn new(mount: Arc<Mount>, info: EmbeddingInfo) -> Self {
        Self { mount, info }
    }

    /// The plugin behind the step.
    pub fn plugin(&self) -> Arc<Plugin> {
        self.mount.plugin()
    }

    /// Values per embedding.
    pub fn dim(&self) -> usize {
        self.info.dim as usize
    }

    /// How embeddings compare.
    pub fn metric(&self) -> Metric {
        self.info.metric
    }

    /// Embeddings of different tags never compare.
    pub fn model_tag(&self) -> u32 {
        self.info.model_tag
    }

    /// One embedding per face, in order: finite, and of length 1 where they compare by cosine.
    pub fn embed(
        &self,
        context: &CallContext,
        frames: &[Frame<'_>],
        faces: &[Face],
    ) -> Result<Embeddings, CallError> {
        let plugin = self.mount.enter()?;
        check_faces(&plugin, frames, faces)?;
        let raw: Vec<fp_face> = faces.iter().map(Face::to_abi).collect();
        let mut values = vec![f32::NAN; faces.len() * self.dim()]; // what the plugin leaves out is then malformed
        plugin.call(context, |call| plugin.home().embed(call, frames, &raw, &mut values))?;
        for (index, embedding) in values.chunks_exact(self.dim()).enumerate() {
            let length = embedding.iter().map(|value| value * value).sum::<f32>().sqrt();
            if !length.is_finite() {
                return Err(plugin.malformed(format!("an embedding of face {index} that is not finite")));
            }
            if self.metric() == Metric::Cosine && (length - 1.0).abs() > UNIT_TOLERANCE {
                return Err(plugin.malformed(format!("embedding {index} of length {length} instead of 1")));
            }
        }
        Ok(Embeddings::new(self.dim(), values))
    }
}

/// Refuses a call that exceeds what the plugin was promised.
fn check_frames(plugin: &Plugin, frames: &[Frame<'_>]) -> Result<(), CallError> {
    let limits = plugin.limits();
    if frames.len() > limits.max_batch as usize {
        return Err(plugin.not_called(format!("{} frames, at most {}", frames.len(), limits.max_batch)));
    }
    match frames.iter().find(|frame| frame.width() > limits.max_width || frame.height() > limits.max_height) {
        Some(frame) => {
            Err(plugin.not_called(format!("a frame of {}x{} is too large", frame.width(), frame.height())))
        }
        None => Ok(()),
    }
}

fn check_faces(plugin: &Plugin, frames: &[Frame<'_>], faces: &[Face]) -> Result<(), CallError> {
    check_frames(plugin, frames)?;
    if faces.len() > FACES_MAX {
        return Err(plugin.not_called(format!("{} faces, at most {FACES_MAX}", faces.len())));
    }
    match faces.iter().enumerate().find_map(|(index, face)| Some((index, flaw(face, frames.len())?))) {
        Some((index, flaw)) => Err(plugin.not_called(format!("face {index} with {flaw}"))),
        None => Ok(()),
    }
}

/// What is wrong with a face, if anything.
pub(crate) fn flaw(face: &Face, frames: usize) -> Option<String> {
    if face.frame_index as usize >= frames {
        return Some(format!("frame_index {} of {frames} frames", face.frame_index));
    }
    let within = |value: f32, least: f32, most: f32| (least..=most).contains(&value);
    let far = 4.0 * FRAME_SIDE_MAX as f32;
    let bbox = face.bbox;
    let checks = [
        ("score", face.score, 0.0, 1.0),
        ("quality", face.quality, 0.0, 1.0),
        ("x", bbox.x, -far, far),
        ("y", bbox.y, -far, far),
        ("w", bbox.w, f32::MIN_POSITIVE, far),
        ("h", bbox.h, f32::MIN_POSITIVE, far),
        ("yaw", face.yaw, -180.0, 180.0),
        ("pitch", face.pitch, -180.0, 180.0),
        ("roll", face.roll, -180.0, 180.0),
    ];
    let expression = [
        ("eye_open", face.eye_open[0]),
        ("eye_open", face.eye_open[1]),
        ("mouth_open", face.mouth_open),
        ("smile", face.smile),
    ];
    let expression = expression.map(|(name, value)| (name, value, 0.0, RATIO_MAX));
    let points = places(&face.landmarks, "landmark").chain(places(face.surface.points(), "surface"));
    let points = points.map(|(name, value)| (name, value, -far, far));
    (checks.into_iter().chain(expression).chain(points))
        .find(|(_, value, least, most)| !within(*value, *least, *most))
        .map(|(name, value, least, most)| format!("{name} {value}, not within {least}..={most}"))
}

/// The coordinates of points, each under the points' name.
fn places<'a>(points: &'a [Point], name: &'a str) -> impl Iterator<Item = (&'a str, f32)> {
    points.iter().flat_map(|point| [point.x, point.y]).map(move |value| (name, value))
}
