//! The vision calls as a host of any age makes them.

use plugin_sdk::abi::{self, Growing, fp_call, fp_face, fp_status, fp_writer};
use plugin_sdk::{EmbeddingInfo, Face, Metric};

use super::age::{Age, Laid};
use super::guarded::{Edge, Guarded};
use super::instance::Instance;
use super::picture::Picture;
use super::sink::{Answer, Sink};
use crate::call::CallContext;

/// How a call is made.
#[derive(Clone, Default)]
pub struct Way {
    /// Whose structs it brings.
    pub age: Age,
    /// Where reasons go.
    pub sink: Sink,
    /// Deadline, cancellation, trace.
    pub context: CallContext,
}

impl Way {
    /// Lays the call out and makes it.
    pub(super) fn call(&self, work: impl FnOnce(*const fp_call) -> fp_status) -> Answer {
        self.sink.during(|reason| {
            let mut absent = fp_writer { ctx: std::ptr::null_mut(), append: None };
            let writer = if reason.is_null() { &raw mut absent } else { reason };
            // SAFETY: valid during the call: the sink's writer, or the one above.
            let mut raw = self.context.to_abi(self.context.deadline_ns(), unsafe { &mut *writer });
            raw.reason = reason;
            let laid = Laid::of(self.age, &[raw]).and_then(Laid::read_only).expect("memory for the call");
            work(laid.as_ptr())
        })
    }
}

/// What a detector found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Status and reason.
    pub answer: Answer,
    /// The count that it set.
    pub count: u32,
    /// The faces, when the status is `FP_OK` and they fit.
    pub faces: Vec<Face>,
    /// What it did wrong with the array itself.
    pub flaw: Option<String>,
}

/// What a liveness step or a recogniser gave.
#[derive(Clone)]
pub struct Values {
    /// Status and reason.
    pub answer: Answer,
    /// The values; NaN where it wrote nothing.
    pub values: Vec<f32>,
}

/// What a recogniser says about its embeddings.
#[derive(Debug, Clone)]
pub struct Described {
    /// Its status.
    pub status: fp_status,
    /// What it said, or what is wrong with that.
    pub info: Result<EmbeddingInfo, String>,
}

/// The batches of one call.
struct Batches {
    _frames: Laid,
    _faces: Laid,
    frame_batch: Laid,
    face_batch: Laid,
}

impl Batches {
    fn of(age: Age, pictures: &[&Picture], faces: &[Face]) -> Self {
        let raw: Vec<_> = pictures.iter().map(|picture| picture.raw()).collect();
        let frames = laid(age, &raw);
        let mut batch = abi::fp_frame_batch::empty();
        (batch.count, batch.stride) = (pictures.len() as u32, frames.stride());
        batch.frames = frames.as_ptr::<abi::fp_frame>();
        let frame_batch = laid(age, &[batch]);
        let raw: Vec<fp_face> = faces.iter().map(Face::to_abi).collect();
        let faces = laid(age, &raw);
        let mut batch = abi::fp_face_batch::empty();
        (batch.count, batch.stride) = (raw.len() as u32, faces.stride());
        batch.faces = faces.as_ptr::<fp_face>();
        let face_batch = laid(age, &[batch]);
        Self { _frames: frames, _faces: faces, frame_batch, face_batch }
    }
}

/// Structs that a plugin may only read.
fn laid<T: Growing>(age: Age, values: &[T]) -> Laid {
    Laid::of(age, values).and_then(Laid::read_only).expect("memory for the structs of a call")
}

impl Instance {
    /// `[work]` Looks for faces, with room for so many. `Err` where there is no detector.
    pub fn detect(&self, way: &Way, pictures: &[&Picture], capacity: u32) -> Result<Found, String> {
        let table: abi::fp_detector_v1 = self.interface("facepay.detector/1")?;
        let detect = table.detect.ok_or("fp_detector_v1.detect is a null pointer")?;
        let batches = Batches::of(way.age, pictures, &[]);
        let items = Laid::of(way.age, &vec![fp_face::empty(); capacity as usize]);
        let items = items.map_err(|error| error.to_string())?;
        let mut out = abi::fp_out_array::empty();
        (out.stride, out.capacity) = (items.stride(), capacity);
        out.items = items.as_ptr();
        let out = Laid::of(way.age, &[out]).map_err(|error| error.to_string())?;
        let answer = way.call(|call| {
            // SAFETY: [work]; batch, array and call are valid during the call.
            unsafe { detect(self.this(), call, batches.frame_batch.as_ptr(), out.as_ptr()) }
        });
        let array = match out.answered::<abi::fp_out_array>() {
            Ok(array) => array,
            Err(flaw) => {
                // A call that failed may leave the array as it was; behind it, it writes nothing either.
                let is_answered = [abi::FP_OK, abi::FP_E_BUFFER_TOO_SMALL].contains(&answer.status);
                let flaw = if is_answered { Some(flaw) } else { out.tail_flaw::<abi::fp_out_array>() };
                return Ok(Found { answer, count: 0, faces: Vec::new(), flaw });
            }
        };
        let mut found = Found { answer, count: array.count, faces: Vec::new(), flaw: None };
        if found.answer.status == abi::FP_OK && array.count <= capacity {
            let first = items.as_ptr::<fp_face>().cast_const();
            // SAFETY: `capacity` items of `stride` bytes each lie there, and `count` is at most that.
            match unsafe { abi::read_array(first, array.count, items.stride()) } {
                Ok(raw) => found.faces = raw.iter().map(Face::from_abi).collect(),
                Err(error) => found.flaw = Some(error.to_string()),
            }
        }
        Ok(found)
    }

    /// `[work]` Scores faces. `Err` where there is no liveness step.
    pub fn score(&self, way: &Way, pictures: &[&Picture], faces: &[Face]) -> Result<Values, String> {
        let table: abi::fp_liveness_v1 = self.interface("facepay.liveness/1")?;
        let score = table.score.ok_or("fp_liveness_v1.score is a null pointer")?;
        let batches = Batches::of(way.age, pictures, faces);
        let n = faces.len() as u32;
        self.fill(way, faces.len(), |call, out| {
            let (frames, faces) = (batches.frame_batch.as_ptr(), batches.face_batch.as_ptr());
            // SAFETY: [work]; batches, values and call are valid during the call.
            unsafe { score(self.this(), call, frames, faces, out, n) }
        })
    }

    /// `[work]` Embeds faces, `dim` values each. `Err` where there is no recogniser.
    pub fn embed(
        &self,
        way: &Way,
        pictures: &[&Picture],
        faces: &[Face],
        dim: u32,
    ) -> Result<Values, String> {
        let table: abi::fp_recognizer_v1 = self.interface("facepay.recognizer/1")?;
        let embed = table.embed.ok_or("fp_recognizer_v1.embed is a null pointer")?;
        let batches = Batches::of(way.age, pictures, faces);
        let len = faces.len() * dim as usize;
        self.fill(way, len, |call, out| {
            let (frames, faces) = (batches.frame_batch.as_ptr(), batches.face_batch.as_ptr());
            // SAFETY: [work]; batches, values and call are valid during the call.
            unsafe { embed(self.this(), call, frames, faces, out, len) }
        })
    }

    /// Gives a call room for values, with nothing behind them.
    fn fill(
        &self,
        way: &Way,
        len: usize,
        work: impl FnOnce(*const fp_call, *mut f32) -> fp_status,
    ) -> Result<Values, String> {
        let nothing: Vec<u8> = std::iter::repeat_n(f32::NAN.to_ne_bytes(), len).flatten().collect();
        let out = Guarded::new(&nothing, Edge::End).map_err(|error| error.to_string())?;
        let answer = way.call(|call| work(call, out.as_ptr().cast()));
        let (values, _) = out.bytes().as_chunks::<4>();
        Ok(Values { answer, values: values.iter().map(|bytes| f32::from_ne_bytes(*bytes)).collect() })
    }

    /// `[any]` What the embeddings are. `Err` where there is no recogniser.
    pub fn describe(&self, age: Age) -> Result<Described, String> {
        let table: abi::fp_recognizer_v1 = self.interface("facepay.recognizer/1")?;
        let describe = table.describe.ok_or("fp_recognizer_v1.describe is a null pointer")?;
        let out = Laid::of(age, &[abi::fp_embedding_info::empty()]).map_err(|error| error.to_string())?;
        // SAFETY: [any]; the place is writable and says how long it is.
        let status = unsafe { describe(self.this(), out.as_ptr()) };
        let info = out.answered::<abi::fp_embedding_info>().and_then(|raw| {
            let metric = match raw.metric {
                abi::FP_DISTANCE_COSINE => Metric::Cosine,
                abi::FP_DISTANCE_L2 => Metric::L2,
                other => return Err(format!("fp_embedding_info.metric is {other}, expected 1 or 2")),
            };
            match raw.dim {
                1..=8192 => Ok(EmbeddingInfo { dim: raw.dim, metric, model_tag: raw.model_tag }),
                dim => Err(format!("fp_embedding_info.dim is {dim}, expected 1 to 8192")),
            }
        });
        Ok(Described { status, info })
    }
}
