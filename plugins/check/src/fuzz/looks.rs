//! Looks at pictures by chance: those that a host may hand on, and now and then one that none does.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

use plugin_host::CallContext;
use plugin_host::probe::{Age, Edge, Instance, Picture, PictureDesc, Sink, Way, face_flaw};
use plugin_sdk::abi::{FP_E_BUFFER_TOO_SMALL, FP_OK};
use plugin_sdk::{EmbeddingInfo, Face};

use super::case::{Broken, Doing, sane};
use crate::eye::{Eye, row_flaw, score_flaw};
use crate::picture::{Format, Scene, face_at, picture};
use crate::seed::Chance;
use crate::subject::LIMITS;

/// Most faces of one call.
const FACES_MAX: u64 = 6;
/// Values that a coordinate or score may have by mistake.
const STRANGE: [f32; 9] =
    [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, -1.0, 0.0, f32::MIN_POSITIVE, 3e9];

/// The vision steps of an instance.
pub(crate) struct Looks<'a> {
    pub(crate) eyes: Vec<Eye>,
    pub(crate) instance: &'a Instance,
}

/// What a call brings.
struct Brought {
    pictures: Vec<Picture>,
    faces: Vec<Face>,
    /// A host may bring it: then the answer has to be sound as well.
    is_fair: bool,
    told: String,
}

/// One look by chance.
pub(crate) fn look(looks: &Looks<'_>, chance: &mut Chance, doing: &mut Doing<'_>) -> Result<(), Broken> {
    if looks.eyes.is_empty() {
        return Ok(());
    }
    let eye = looks.eyes[chance.below(looks.eyes.len() as u64) as usize];
    let with_faces = !matches!(eye, Eye::Detector);
    let (way, brought) = (way(chance), brought(chance, with_faces)?);
    let capacity = chance.below(40) as u32;
    doing(format!("{} of {}", eye.name(), brought.told));
    let flaw = match eye {
        Eye::Detector => detect(looks.instance, &way, &brought, capacity)?,
        Eye::Liveness => score(looks.instance, &way, &brought)?,
        Eye::Recognizer(info) => embed(looks.instance, &way, &brought, info)?,
    };
    match flaw {
        Some(flaw) => Broken::malformed(format!("{}: {flaw}", eye.name())),
        None => Ok(()),
    }
}

fn found<T>(answered: Result<T, String>) -> Result<T, Broken> {
    answered.or_else(Broken::malformed)
}

fn detect(
    instance: &Instance,
    way: &Way,
    brought: &Brought,
    capacity: u32,
) -> Result<Option<String>, Broken> {
    let pictures: Vec<&Picture> = brought.pictures.iter().collect();
    let found = found(instance.detect(way, &pictures, capacity))?;
    sane("detect", &found.answer)?;
    let over = found.count > capacity;
    let flaw = match found.answer.status {
        FP_OK if over => Some(format!("count is {} in room for {capacity}", found.count)),
        FP_OK => found.faces.iter().find_map(|face| face_flaw(face, pictures.len())),
        FP_E_BUFFER_TOO_SMALL if !over => Some(format!("{} faces have no room in {capacity}", found.count)),
        _ => None,
    };
    // What is written past its place counts whatever was brought.
    Ok(found.flaw.or(flaw.filter(|_| brought.is_fair)))
}

fn score(instance: &Instance, way: &Way, brought: &Brought) -> Result<Option<String>, Broken> {
    let pictures: Vec<&Picture> = brought.pictures.iter().collect();
    let scored = found(instance.score(way, &pictures, &brought.faces))?;
    sane("score", &scored.answer)?;
    let counts = scored.answer.status == FP_OK && brought.is_fair;
    Ok(score_flaw(&scored.values).filter(|_| counts))
}

fn embed(
    instance: &Instance,
    way: &Way,
    brought: &Brought,
    info: EmbeddingInfo,
) -> Result<Option<String>, Broken> {
    let pictures: Vec<&Picture> = brought.pictures.iter().collect();
    let embedded = found(instance.embed(way, &pictures, &brought.faces, info.dim))?;
    sane("embed", &embedded.answer)?;
    let counts = embedded.answer.status == FP_OK && brought.is_fair;
    let mut rows = embedded.values.chunks_exact(info.dim as usize).enumerate();
    Ok(rows.find_map(|(index, row)| row_flaw(index, row, info)).filter(|_| counts))
}

/// A host of any age, with or without a sink, in a hurry or not.
fn way(chance: &mut Chance) -> Way {
    let age = [Age::Same, Age::Same, Age::Same, Age::Older, Age::Newer][chance.below(5) as usize];
    let sink = [Sink::Keeps, Sink::Keeps, Sink::Refuses, Sink::Absent][chance.below(4) as usize];
    let context = match chance.below(12) {
        0 => CallContext { cancel: Some(Arc::new(AtomicU32::new(1))), ..CallContext::default() },
        1 => CallContext::until(Instant::now()),
        2 => CallContext::until(Instant::now() + Duration::from_secs(60)),
        _ => CallContext::default(),
    };
    Way { age, sink, context }
}

fn brought(chance: &mut Chance, with_faces: bool) -> Result<Brought, Broken> {
    let (mut pictures, mut is_fair, mut told) = (Vec::new(), true, String::new());
    let count = [0, 1, 1, 1, 2, 3, u64::from(LIMITS.max_batch)][chance.below(7) as usize];
    for _ in 0..count {
        let (desc, fair) = drawn(chance);
        let separator = if told.is_empty() { "" } else { ", " };
        told += &format!("{separator}{}", shown(&desc));
        is_fair &= fair;
        pictures.push(picture(&desc)?);
    }
    let faces = match (with_faces, pictures.len()) {
        (false, _) | (_, 0) => Vec::new(),
        (true, frames) => {
            (0..chance.below(FACES_MAX)).map(|_| face(chance, &pictures, frames)).collect::<Vec<_>>()
        }
    };
    for (index, face) in faces.iter().enumerate() {
        if let Some(flaw) = face_flaw(face, pictures.len()) {
            is_fair = false;
            told += &format!("; face {index} with {flaw}");
        }
    }
    told = if told.is_empty() { "no picture".into() } else { told };
    Ok(Brought { pictures, faces, is_fair, told })
}

fn shown(desc: &PictureDesc) -> String {
    let PictureDesc { fourcc, width, height, rotation_deg, mem_type, planes, .. } = desc;
    let planes: Vec<String> = planes
        .iter()
        .map(|plane| format!("{} bytes, pitch {}, {} rows", plane.bytes.len(), plane.pitch, plane.rows))
        .collect();
    let odd = match (rotation_deg, mem_type) {
        (0, 0) => String::new(),
        _ => format!(" turned by {rotation_deg} in memory {mem_type}"),
    };
    format!("{width}x{height} {}{odd} ({})", plugin_sdk::FourCc(*fourcc), planes.join("; "))
}

/// A picture, and whether a host may hand it on.
fn drawn(chance: &mut Chance) -> (PictureDesc, bool) {
    let side = |chance: &mut Chance, most: u64| 1 + chance.below(most) as usize;
    let (width, height) = match chance.below(8) {
        0 => (side(chance, 4), side(chance, 4)),
        1 => (side(chance, u64::from(LIMITS.max_width)), side(chance, 3)),
        2 => (side(chance, 3), side(chance, u64::from(LIMITS.max_height))),
        3 => (side(chance, 320), side(chance, 240)),
        _ => (side(chance, 160), side(chance, 160)),
    };
    let scene = match chance.below(3) {
        0 => Scene::noise(width, height, chance),
        _ => Scene::drawn(width, height, chance),
    };
    let format = Format::ALL[chance.below(Format::ALL.len() as u64) as usize];
    let tail = [0, 0, 1, 3, 61][chance.below(5) as usize];
    let edge = if chance.once_in(2) { Edge::Start } else { Edge::End };
    let mut desc = PictureDesc { edge, ..scene.desc(format, tail) };
    if chance.once_in(8) {
        desc.rotation_deg = [90, 180, 270][chance.below(3) as usize];
    }
    match chance.once_in(6) {
        true => (unfair(desc, chance), false),
        false => (desc, true),
    }
}

/// The picture with one lie in it.
fn unfair(mut desc: PictureDesc, chance: &mut Chance) -> PictureDesc {
    let numbers = [0, 1, 0x7FFF_FFFF, 0x8000_0000, u32::MAX, chance.next() as u32];
    let number = numbers[chance.below(numbers.len() as u64) as usize];
    match chance.below(9) {
        0 => desc.fourcc = number,
        1 => desc.mem_type = number,
        2 => desc.rotation_deg = number,
        3 => desc.width = number,
        4 => desc.height = number,
        5 => desc.planes.clear(),
        6 => desc.planes[0].pitch = number,
        7 => desc.planes[0].rows = number,
        _ => {
            let len = desc.planes[0].bytes.len() as u64;
            desc.planes[0].bytes.truncate(chance.below(len) as usize);
        }
    }
    desc
}

/// A face somewhere, now and then with a value that is none.
fn face(chance: &mut Chance, pictures: &[Picture], frames: usize) -> Face {
    let index = chance.below(frames as u64) as usize;
    let mut face = face_at(pictures[index].width(), pictures[index].height(), index as u32);
    let somewhere = |chance: &mut Chance| (chance.unit() * 4000.0 - 2000.0) as f32;
    if chance.once_in(2) {
        (face.bbox.x, face.bbox.y) = (somewhere(chance), somewhere(chance));
        (face.bbox.w, face.bbox.h) = (somewhere(chance).abs() + 0.01, somewhere(chance).abs() + 0.01);
    }
    if chance.once_in(3) {
        face.landmarks
            .iter_mut()
            .for_each(|point| (point.x, point.y) = (somewhere(chance), somewhere(chance)));
    }
    if chance.once_in(8) {
        let value = STRANGE[chance.below(STRANGE.len() as u64) as usize];
        let places = [
            &mut face.bbox.x,
            &mut face.bbox.y,
            &mut face.bbox.w,
            &mut face.bbox.h,
            &mut face.score,
            &mut face.landmarks[4].y,
            &mut face.roll,
            &mut face.quality,
        ];
        let index = chance.below(places.len() as u64) as usize;
        if let Some(place) = places.into_iter().nth(index) {
            *place = value;
        }
    }
    if chance.once_in(24) {
        face.frame_index = [frames as u32, u32::MAX][chance.below(2) as usize];
    }
    face
}
