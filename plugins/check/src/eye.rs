//! The three vision steps as one: what a step makes of pictures, one list of numbers for each.

use plugin_host::probe::{Age, Answer, Described, Picture, Way, face_flaw};
use plugin_sdk::abi::{FP_E_BUFFER_TOO_SMALL, FP_E_PANIC, FP_OK};
use plugin_sdk::{EmbeddingInfo, Face, Metric};

use crate::body::Body;
use crate::case::Stop;
use crate::picture::face_in;
use crate::subject::{Subject, said};

/// Room for faces per picture in the first try.
const FACES_PER_PICTURE: u32 = 32;
/// How far a unit vector's length may be from 1, as the host allows.
const UNIT_TOLERANCE: f32 = 1e-2;
/// How far two answers about the same picture may lie apart, as a part of their size: networks round differently in batches.
const TOLERANCE: f32 = 1e-3;

/// One vision step of a plugin.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Eye {
    Detector,
    Liveness,
    Recognizer(EmbeddingInfo),
}

/// What it answered.
pub(crate) enum Look {
    /// Numbers for each picture, checked as the host checks them.
    Saw(Vec<Vec<f32>>),
    Refused(Answer),
}

impl Eye {
    /// The steps that an active instance has.
    pub(crate) fn all(subject: &Subject, body: &Body) -> Result<Vec<Self>, Stop> {
        Self::of(subject, || body.describe(Age::Same))
    }

    /// The steps that the plugin has, the recogniser as it is described.
    pub(crate) fn of(
        subject: &Subject,
        describe: impl Fn() -> Result<Described, String>,
    ) -> Result<Vec<Self>, Stop> {
        let mut eyes = Vec::new();
        for interface in &subject.manifest.interfaces {
            match interface.as_str() {
                "facepay.detector/1" => eyes.push(Self::Detector),
                "facepay.liveness/1" => eyes.push(Self::Liveness),
                "facepay.recognizer/1" => {
                    let described = describe().map_err(Stop::Fail)?;
                    eyes.push(Self::Recognizer(described.info.map_err(Stop::Fail)?));
                }
                _ => {}
            }
        }
        Ok(eyes)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Detector => "detect",
            Self::Liveness => "score",
            Self::Recognizer(_) => "embed",
        }
    }

    /// Looks at pictures; the steps that are given faces get one in the middle of each. A malformed answer or a panic fails.
    pub(crate) fn look(self, body: &Body, way: &Way, pictures: &[&Picture]) -> Result<Look, Stop> {
        let looked = match self {
            Self::Detector => detect(body, way, pictures),
            Self::Liveness => score(body, way, pictures),
            Self::Recognizer(info) => embed(body, way, pictures, info),
        };
        match looked {
            Ok(Look::Refused(answer)) if answer.status == FP_E_PANIC => {
                Stop::fail(format!("{} {}", self.name(), said(&answer)))
            }
            Ok(look) => Ok(look),
            Err(why) => Stop::fail(format!("{}: {why}", self.name())),
        }
    }

    /// As [`Self::look`]; to refuse fails as well.
    pub(crate) fn see(self, body: &Body, way: &Way, pictures: &[&Picture]) -> Result<Vec<Vec<f32>>, Stop> {
        match self.look(body, way, pictures)? {
            Look::Saw(numbers) => Ok(numbers),
            Look::Refused(answer) => Stop::fail(format!("{} answered {}", self.name(), said(&answer))),
        }
    }
}

fn faces_in(pictures: &[&Picture]) -> Vec<Face> {
    pictures.iter().enumerate().map(|(index, picture)| face_in(picture, index as u32)).collect()
}

fn detect(body: &Body, way: &Way, pictures: &[&Picture]) -> Result<Look, String> {
    let mut capacity = FACES_PER_PICTURE * pictures.len() as u32;
    let mut found = body.detect(way, pictures, capacity)?;
    if found.answer.status == FP_E_BUFFER_TOO_SMALL && (capacity..=4096).contains(&found.count) {
        capacity = found.count;
        found = body.detect(way, pictures, capacity)?;
    }
    if let Some(flaw) = found.flaw {
        return Err(flaw);
    }
    if found.answer.status != FP_OK {
        return Ok(Look::Refused(found.answer));
    }
    if found.count > capacity {
        return Err(format!("count is {} in room for {capacity}", found.count));
    }
    let mut numbers = vec![Vec::new(); pictures.len()];
    for face in &found.faces {
        if let Some(flaw) = face_flaw(face, pictures.len()) {
            return Err(format!("a face with {flaw}"));
        }
        numbers[face.frame_index as usize].extend(numbers_of(face));
    }
    Ok(Look::Saw(numbers))
}

/// Everything that a detector says about a face but its picture.
fn numbers_of(face: &Face) -> Vec<f32> {
    let Face { bbox, score, yaw, pitch, roll, quality, .. } = *face;
    let mut numbers = vec![bbox.x, bbox.y, bbox.w, bbox.h, score, yaw, pitch, roll, quality];
    numbers.extend(face.landmarks.iter().chain(face.surface.points()).flat_map(|point| [point.x, point.y]));
    numbers.extend([face.eye_open[0], face.eye_open[1], face.mouth_open, face.smile]);
    numbers
}

fn score(body: &Body, way: &Way, pictures: &[&Picture]) -> Result<Look, String> {
    let scored = body.score(way, pictures, &faces_in(pictures))?;
    if scored.answer.status != FP_OK {
        return Ok(Look::Refused(scored.answer));
    }
    match score_flaw(&scored.values) {
        Some(flaw) => Err(flaw),
        None => Ok(Look::Saw(scored.values.iter().map(|score| vec![*score]).collect())),
    }
}

/// What is wrong with scores, if anything.
pub(crate) fn score_flaw(scores: &[f32]) -> Option<String> {
    let index = scores.iter().position(|score| !(0.0..=1.0).contains(score))?;
    Some(format!("live score {} of face {index}", scores[index]))
}

/// What is wrong with an embedding, if anything.
pub(crate) fn row_flaw(index: usize, row: &[f32], info: EmbeddingInfo) -> Option<String> {
    let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
    match info.metric {
        _ if !length.is_finite() => Some(format!("embedding {index} is not finite")),
        Metric::Cosine if (length - 1.0).abs() > UNIT_TOLERANCE => {
            Some(format!("embedding {index} has length {length} instead of 1"))
        }
        _ => None,
    }
}

fn embed(body: &Body, way: &Way, pictures: &[&Picture], info: EmbeddingInfo) -> Result<Look, String> {
    let embedded = body.embed(way, pictures, &faces_in(pictures), info.dim)?;
    if embedded.answer.status != FP_OK {
        return Ok(Look::Refused(embedded.answer));
    }
    let rows: Vec<Vec<f32>> = embedded.values.chunks_exact(info.dim as usize).map(<[f32]>::to_vec).collect();
    match rows.iter().enumerate().find_map(|(index, row)| row_flaw(index, row, info)) {
        Some(flaw) => Err(flaw),
        None => Ok(Look::Saw(rows)),
    }
}

/// Whether two answers about one picture are the same.
pub(crate) fn agree(one: &[f32], other: &[f32]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(a, b)| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0))
}
