//! The configured vision steps, and how they are called: a step that fails gives nothing, never a good score.

use std::sync::Arc;
use std::time::Instant;

use models::Engine;
use plugin_host::{
    CallContext, CallError, ColourMatrix, ColourRange, Detector, Face, FourCc, FrameDesc, Plane,
};

use crate::embedding::Embedding;
use crate::frame::{Frame, PixelFormat};
use crate::inference::picture;
use crate::liveness::LivenessStep;
use crate::meter::{Meter, Stage};
use crate::recognizer_set::RecognizerSet;

/// The plugins that look at faces.
#[derive(Clone)]
pub struct Steps {
    /// Finds faces.
    pub detector: Detector,
    /// Every one of them must pass.
    pub liveness: Vec<LivenessStep>,
    /// Embeds faces, unless another one has taken over since.
    pub recognizer: RecognizerSet,
}

/// The steps with their meter.
pub(crate) struct MeteredSteps {
    pub(crate) steps: Steps,
    pub(crate) meter: Arc<dyn Meter>,
    /// What runs their networks, when it is to know what they look at.
    pub(crate) engine: Option<Engine>,
}

type View<'a> = plugin_host::Frame<'a>;

impl MeteredSteps {
    /// Does `work`, in which the steps look at `frames` again and again; a GPU gets each of them once.
    pub(crate) fn keeping<T>(&self, frames: &[View<'_>], work: impl FnOnce() -> T) -> T {
        let Some(engine) = &self.engine else { return work() };
        match frames.iter().map(picture).collect::<Result<Vec<_>, _>>() {
            Ok(pictures) => engine.keeping(&pictures, work),
            // Whoever looks at them is told what is wrong with them.
            Err(_) => work(),
        }
    }

    /// Every face in every frame.
    pub(crate) fn detect(&self, context: &CallContext, frames: &[View<'_>]) -> Result<Vec<Face>, CallError> {
        let found = self.timed(Stage::Detection, || self.steps.detector.detect(context, frames));
        noted(&*self.meter, found)
    }

    /// One score per step for each face; `None` for a face that some step gave no score.
    pub(crate) fn liveness(
        &self,
        context: &CallContext,
        frames: &[View<'_>],
        faces: &[Face],
    ) -> Vec<Option<Vec<f32>>> {
        if faces.is_empty() {
            return Vec::new();
        }
        let mut scores = vec![Some(Vec::with_capacity(self.steps.liveness.len())); faces.len()];
        self.timed(Stage::Liveness, || {
            for step in &self.steps.liveness {
                let given =
                    each(faces, |faces| noted(&*self.meter, step.plugin.score(context, frames, faces)));
                for (all, score) in scores.iter_mut().zip(given) {
                    match (all.as_mut(), score) {
                        (Some(all), Some(score)) => all.push(score),
                        _ => *all = None,
                    }
                }
            }
        });
        scores
    }

    /// Each face's embedding by `recognizer`; `None` for a face that has none.
    pub(crate) fn embed(
        &self,
        recognizer: &RecognizerSet,
        context: &CallContext,
        frames: &[View<'_>],
        faces: &[Face],
    ) -> Vec<Option<Embedding>> {
        if faces.is_empty() {
            return Vec::new();
        }
        self.timed(Stage::Recognition, || {
            each(faces, |faces| {
                let embeddings = recognizer.embed(context, frames, faces);
                let embeddings = noted(&*self.meter, embeddings)?;
                Ok(embeddings.iter().map(|values| Embedding::new(values.to_vec()).ok()).collect())
            })
        })
        .into_iter()
        .map(Option::flatten)
        .collect()
    }

    pub(crate) fn timed<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = work();
        self.meter.stage(stage, begun.elapsed());
        result
    }
}

/// A call's result, of which the meter has heard when there is none.
fn noted<T>(meter: &dyn Meter, result: Result<T, CallError>) -> Result<T, CallError> {
    result.inspect_err(|error| meter.fault(error.plugin(), error.kind()))
}

/// One result per face. When a step refuses them together, each is tried by itself, so that one odd face does not cost
/// the others theirs.
fn each<T>(faces: &[Face], call: impl Fn(&[Face]) -> Result<Vec<T>, CallError>) -> Vec<Option<T>> {
    let none = || faces.iter().map(|_| None).collect();
    match call(faces) {
        Ok(results) if results.len() == faces.len() => results.into_iter().map(Some).collect(),
        Err(CallError::Refused { source, .. }) if faces.len() > 1 && refuses_a_face(&source) => {
            faces.iter().map(|face| call(std::slice::from_ref(face)).ok()?.pop()).collect()
        }
        Ok(_) => none(),
        Err(error) => {
            tracing::warn!(%error, "a vision step gave nothing");
            none()
        }
    }
}

fn refuses_a_face(error: &plugin_host::InferenceError) -> bool {
    use plugin_host::InferenceError as Error;
    matches!(error, Error::Invalid(_) | Error::Internal(_))
}

/// The frame as plugins see it, over the same bytes.
pub(crate) fn view(frame: &Frame, now: Instant) -> Result<View<'_>, plugin_host::InferenceError> {
    let (fourcc, rows): (_, &[u32]) = match frame.format() {
        PixelFormat::I420 => (FourCc::I420, &[1, 2, 2]),
        PixelFormat::Nv12 => (FourCc::NV12, &[1, 2]),
        PixelFormat::Rgb24 => (FourCc::RGB24, &[1]),
    };
    let colour = frame.colour();
    let age_ns = i64::try_from(frame.age(now).as_nanos()).unwrap_or(i64::MAX);
    let desc = FrameDesc {
        width: frame.width(),
        height: frame.height(),
        fourcc,
        pts_ns: plugin_host::monotonic_ns().saturating_sub(age_ns),
        seq: frame.seq,
        stream_id: stream_id(frame.camera.as_str()),
        colour_matrix: if colour.bt709 { ColourMatrix::Bt709 } else { ColourMatrix::Bt601 },
        colour_range: if colour.full_range { ColourRange::Full } else { ColourRange::Limited },
    };
    let bytes = frame.planes();
    let planes: Vec<Plane<'_>> = (rows.iter().enumerate())
        .map(|(index, share)| Plane {
            data: bytes.data[index],
            pitch: u32::try_from(bytes.strides[index]).unwrap_or_default(),
            rows: desc.height.div_ceil(*share),
        })
        .collect();
    View::new(&desc, &planes)
}

/// A number for a camera's name; the same every time.
fn stream_id(camera: &str) -> u32 {
    camera.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use gstreamer_video::{VideoFormat, VideoFrame, VideoInfo};
    use plugin_host::InferenceError;

    use super::*;

    fn refused(source: InferenceError) -> CallError {
        CallError::Refused { id: "test".to_owned(), source }
    }

    fn faces() -> [Face; 3] {
        [0.9, 0.1, 0.8].map(|score| Face { score, ..Face::default() })
    }

    #[test]
    fn one_odd_face_does_not_cost_the_others_their_result() {
        let results = each(&faces(), |faces| {
            let odd = faces.iter().any(|face| face.score < 0.5);
            let scores = faces.iter().map(|face| face.score).collect();
            if odd { Err(refused(InferenceError::Invalid("odd".to_owned()))) } else { Ok(scores) }
        });
        assert_eq!(results, [Some(0.9), None, Some(0.8)]);
    }

    #[test]
    fn a_broken_step_is_not_asked_again_for_each_face() {
        let asked = std::cell::Cell::new(0);
        let results: Vec<Option<f32>> = each(&faces(), |_| {
            asked.set(asked.get() + 1);
            Err(CallError::Faulted { id: "test".to_owned(), reason: "panicked".to_owned() })
        });
        assert_eq!((results, asked.get()), (vec![None; 3], 1));
    }

    #[test]
    fn a_failed_call_is_counted_under_its_plugin_and_kind() {
        #[derive(Default)]
        struct Heard(parking_lot::Mutex<Vec<(String, &'static str)>>);
        impl Meter for Heard {
            fn fault(&self, plugin: &str, kind: &'static str) {
                self.0.lock().push((plugin.to_owned(), kind));
            }
        }
        let heard = Heard::default();
        assert!(noted(&heard, Ok(())).is_ok());
        assert!(noted::<()>(&heard, Err(CallError::NotCalled { id: "busy".to_owned() })).is_err());
        assert!(noted::<()>(&heard, Err(refused(InferenceError::Invalid("odd".to_owned())))).is_err());
        let expected = [("busy".to_owned(), "not_called"), ("test".to_owned(), "refused")];
        assert_eq!(*heard.0.lock(), expected);
    }

    #[test]
    fn plugins_look_at_the_decoders_memory_and_not_at_a_copy() {
        gstreamer::init().unwrap();
        let info = VideoInfo::builder(VideoFormat::I420, 64, 48).build().unwrap();
        let buffer = gstreamer::Buffer::with_size(info.size()).unwrap();
        let decoded = buffer.map_readable().unwrap().as_ptr();
        let mapped = VideoFrame::from_buffer_readable(buffer, &info).unwrap();
        let now = Instant::now();
        let captured = crate::frame::Capture { at: now, wall: SystemTime::UNIX_EPOCH, pts_ns: None };
        let frame = Frame::from_video("till".parse().unwrap(), 1, captured, mapped).unwrap();
        assert_eq!(view(&frame, now).unwrap().plane(0).unwrap().data.as_ptr(), decoded);
    }

    #[test]
    fn a_step_that_answers_for_fewer_faces_answers_for_none() {
        assert_eq!(each(&faces(), |_| Ok(vec![0.9])), [None; 3]);
    }
}
