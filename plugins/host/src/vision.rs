//! The vision steps as safe calls, and the checks of what they return.

use std::ffi::c_void;
use std::sync::Arc;

use plugin_sdk::abi::{self, Growing, fp_call, fp_face, fp_status};
use plugin_sdk::{EmbeddingInfo, Error, FRAME_SIDE_MAX, Face, Frame, Metric, Point};

use crate::call::CallContext;
use crate::embeddings::Embeddings;
use crate::error::{CallError, LoadError};
use crate::plugin::Plugin;

/// Room for faces per frame in the first try; a plugin that needs more says so and is asked again.
const FACES_PER_FRAME: usize = 32;
/// Most faces of one call.
const FACES_MAX: usize = 4096;
/// Most values of an embedding.
const DIM_MAX: u32 = 8192;
/// Largest ratio of two lengths within a face.
const RATIO_MAX: f32 = 100.0;
/// How far a unit vector's length may be from 1.
const UNIT_TOLERANCE: f32 = 1e-2;

type Detect = unsafe extern "C" fn(
    *mut c_void,
    *const fp_call,
    *const abi::fp_frame_batch,
    *mut abi::fp_out_array,
) -> fp_status;
type Score = unsafe extern "C" fn(
    *mut c_void,
    *const fp_call,
    *const abi::fp_frame_batch,
    *const abi::fp_face_batch,
    *mut f32,
    u32,
) -> fp_status;
type Embed = unsafe extern "C" fn(
    *mut c_void,
    *const fp_call,
    *const abi::fp_frame_batch,
    *const abi::fp_face_batch,
    *mut f32,
    usize,
) -> fp_status;

/// Finds faces.
#[derive(Clone)]
pub struct Detector {
    plugin: Arc<Plugin>,
    detect: Detect,
}

impl Detector {
    pub(crate) fn new(plugin: Arc<Plugin>, detect: Detect) -> Self {
        Self { plugin, detect }
    }

    /// The plugin behind the step.
    pub fn plugin(&self) -> &Arc<Plugin> {
        &self.plugin
    }

    /// Every face in every frame: finite, scores within 0..=1, each in one of the frames.
    pub fn detect(&self, context: &CallContext, frames: &[Frame<'_>]) -> Result<Vec<Face>, CallError> {
        check_frames(&self.plugin, frames)?;
        let mut capacity = (frames.len() * FACES_PER_FRAME).min(FACES_MAX);
        for _ in 0..2 {
            match self.detect_into(context, frames, capacity)? {
                Detected::Faces(faces) => return Ok(faces),
                Detected::Needs(count) if count > capacity && count <= FACES_MAX => capacity = count,
                Detected::Needs(count) => {
                    return Err(self.plugin.malformed(format!("a need for {count} faces, given {capacity}")));
                }
            }
        }
        Err(self.plugin.malformed("more faces than it asked room for"))
    }

    fn detect_into(
        &self,
        context: &CallContext,
        frames: &[Frame<'_>],
        capacity: usize,
    ) -> Result<Detected, CallError> {
        let mut items = vec![fp_face::empty(); capacity];
        let mut out = abi::fp_out_array::empty();
        out.stride = size_of::<fp_face>() as u32;
        out.capacity = capacity as u32;
        out.items = items.as_mut_ptr().cast();
        let batch = frame_batch(frames);
        let called = self.plugin.call(context, |call| {
            // SAFETY: [work] within a permit; the instance lives; batch, array and call are valid during the call.
            unsafe { (self.detect)(self.plugin.this(), call, &raw const batch, &raw mut out) }
        });
        let count = out.count as usize;
        match called {
            Err(CallError::Refused { source: Error::BufferTooSmall, .. }) => Ok(Detected::Needs(count)),
            Err(error) => Err(error),
            Ok(()) if count > capacity => {
                Err(self.plugin.malformed(format!("{count} faces in room for {capacity}")))
            }
            Ok(()) => {
                let faces: Vec<Face> = items[..count].iter().map(Face::from_abi).collect();
                match faces.iter().enumerate().find_map(|(index, face)| {
                    flaw(face, frames.len()).map(|flaw| format!("face {index} with {flaw}"))
                }) {
                    Some(what) => Err(self.plugin.malformed(what)),
                    None => Ok(Detected::Faces(faces)),
                }
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
    plugin: Arc<Plugin>,
    score: Score,
}

impl Liveness {
    pub(crate) fn new(plugin: Arc<Plugin>, score: Score) -> Self {
        Self { plugin, score }
    }

    /// The plugin behind the step.
    pub fn plugin(&self) -> &Arc<Plugin> {
        &self.plugin
    }

    /// One score per face, in order, within 0..=1: higher is more surely a live person.
    pub fn score(
        &self,
        context: &CallContext,
        frames: &[Frame<'_>],
        faces: &[Face],
    ) -> Result<Vec<f32>, CallError> {
        check_faces(&self.plugin, frames, faces)?;
        let raw: Vec<fp_face> = faces.iter().map(Face::to_abi).collect();
        let (frame_batch, face_batch) = (frame_batch(frames), face_batch(&raw));
        let mut scores = vec![f32::NAN; faces.len()]; // what the plugin leaves out is then malformed
        self.plugin.call(context, |call| {
            let n = scores.len() as u32;
            // SAFETY: [work] within a permit; the instance lives; batches, scores and call are valid during the call.
            unsafe {
                (self.score)(
                    self.plugin.this(),
                    call,
                    &raw const frame_batch,
                    &raw const face_batch,
                    scores.as_mut_ptr(),
                    n,
                )
            }
        })?;
        match scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
            Some(index) => {
                Err(self.plugin.malformed(format!("live score {} for face {index}", scores[index])))
            }
            None => Ok(scores),
        }
    }
}

/// Turns faces into embeddings.
#[derive(Clone)]
pub struct Recognizer {
    plugin: Arc<Plugin>,
    embed: Embed,
    info: EmbeddingInfo,
}

impl Recognizer {
    pub(crate) fn new(plugin: Arc<Plugin>, embed: Embed, info: EmbeddingInfo) -> Self {
        Self { plugin, embed, info }
    }

    /// What an active plugin's embeddings are; `None` when it is no recogniser.
    pub(crate) fn describe(plugin: &Plugin) -> Result<Option<EmbeddingInfo>, LoadError> {
        let Some(table) = plugin.tables().recognizer else { return Ok(None) };
        let manifest = plugin.manifest();
        let mut raw = abi::fp_embedding_info::empty();
        let describe = table.describe.expect("checked when the plugin was loaded");
        // SAFETY: [any]; the instance lives, and `raw` is writable and says how long it is.
        let status = unsafe { describe(plugin.this(), &raw mut raw) };
        if let Some(source) = Error::from_status(status, String::new()) {
            let (id, stage) = (manifest.id.clone(), "describe its embeddings");
            return Err(LoadError::Refused { id, stage, source });
        }
        let metric = match raw.metric {
            abi::FP_DISTANCE_COSINE => Some(Metric::Cosine),
            abi::FP_DISTANCE_L2 => Some(Metric::L2),
            _ => None,
        };
        match metric {
            Some(metric) if (1..=DIM_MAX).contains(&raw.dim) => {
                Ok(Some(EmbeddingInfo { dim: raw.dim, metric, model_tag: raw.model_tag }))
            }
            _ => Err(LoadError::Field {
                path: manifest.path.clone(),
                field: "fp_embedding_info",
                found: format!("dim {}, metric {}", raw.dim, raw.metric),
                expected: format!("dim 1 to {DIM_MAX}, metric 1 or 2"),
                remedy: "fix the plugin",
            }),
        }
    }

    /// The plugin behind the step.
    pub fn plugin(&self) -> &Arc<Plugin> {
        &self.plugin
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
        check_faces(&self.plugin, frames, faces)?;
        let raw: Vec<fp_face> = faces.iter().map(Face::to_abi).collect();
        let (frame_batch, face_batch) = (frame_batch(frames), face_batch(&raw));
        let mut values = vec![f32::NAN; faces.len() * self.dim()]; // what the plugin leaves out is then malformed
        self.plugin.call(context, |call| {
            let len = values.len();
            // SAFETY: [work] within a permit; the instance lives; batches, values and call are valid during the call.
            unsafe {
                (self.embed)(
                    self.plugin.this(),
                    call,
                    &raw const frame_batch,
                    &raw const face_batch,
                    values.as_mut_ptr(),
                    len,
                )
            }
        })?;
        for (index, embedding) in values.chunks_exact(self.dim()).enumerate() {
            let length = embedding.iter().map(|value| value * value).sum::<f32>().sqrt();
            if !length.is_finite() {
                return Err(self
                    .plugin
                    .malformed(format!("an embedding of face {index} that is not finite")));
            }
            if self.metric() == Metric::Cosine && (length - 1.0).abs() > UNIT_TOLERANCE {
                return Err(self
                    .plugin
                    .malformed(format!("embedding {index} of length {length} instead of 1")));
            }
        }
        Ok(Embeddings::new(self.dim(), values))
    }
}

fn frame_batch(frames: &[Frame<'_>]) -> abi::fp_frame_batch {
    let mut batch = abi::fp_frame_batch::empty();
    batch.count = frames.len() as u32;
    batch.stride = size_of::<abi::fp_frame>() as u32;
    batch.frames = frames.as_ptr().cast(); // `Frame` is transparent over `fp_frame`
    batch
}

fn face_batch(faces: &[fp_face]) -> abi::fp_face_batch {
    let mut batch = abi::fp_face_batch::empty();
    batch.count = faces.len() as u32;
    batch.stride = size_of::<fp_face>() as u32;
    batch.faces = faces.as_ptr();
    batch
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
fn flaw(face: &Face, frames: usize) -> Option<String> {
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
    let places = |points: &[Point], name| {
        points.iter().flat_map(|point| [point.x, point.y]).map(|v| (name, v, -far, far)).collect::<Vec<_>>()
    };
    let points =
        places(&face.landmarks, "landmark").into_iter().chain(places(face.surface.points(), "surface"));
    (checks.into_iter().chain(expression).chain(points))
        .find(|(_, value, least, most)| !within(*value, *least, *most))
        .map(|(name, value, least, most)| format!("{name} {value}, not within {least}..={most}"))
}
