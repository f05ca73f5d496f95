//! The way of a camera's pictures with the real plugins and networks, from RTSP to sightings.
#![allow(clippy::print_stdout, reason = "measured on the way")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pipeline::camera::{CameraId, CameraState};
use pipeline::simulate::{Clip, ClipOptions, MountOptions, RtspFarm};
use pipeline::{
    Embedding, FaceState, Gallery, Observation, QualityReason, Sighting, Still, Subject, TemplateId,
};
use tokio::sync::broadcast;

use crate::bench::{PATIENCE, or_skip};

mod change;
mod crowd;
mod figures;
mod idle;
mod overload;
mod replay;
mod set;
mod sizes;
mod states;
mod vision;

use vision::{LIVENESS_OFF, camera, camera_frozen_after, portrait, start};

const EILEEN: Subject = Subject(0xe11ee);

fn embedding(pipeline: &pipeline::Pipeline, still: &Still) -> Embedding {
    let faces = pipeline.analyse(still).expect("the picture is analysed");
    assert_eq!(faces.len(), 1);
    assert!(faces[0].quality.ok, "{:?}", faces[0].quality);
    faces[0].embedding.clone().expect("a good face has an embedding")
}

fn enrol(pipeline: &pipeline::Pipeline, subject: Subject, still: &Still) {
    let gallery = pipeline.gallery();
    let template = embedding(pipeline, still);
    gallery.insert(TemplateId(subject.0 + 1), subject, gallery.model_tag(), &template).expect("it fits");
}

#[test]
fn portraits_show_one_good_face_each_and_two_people() {
    let pipeline = start(LIVENESS_OFF);
    let (eileen, grace) = (portrait("eileen-collins.jpg"), portrait("grace-hopper.jpg"));
    for (name, still) in [("eileen", &eileen), ("grace", &grace)] {
        let begun = Instant::now();
        let faces = pipeline.analyse(still).expect("the picture is analysed");
        println!("{name}: {:?} {:?} {:?}", begun.elapsed(), faces[0].quality, faces[0].liveness);
        assert_eq!(faces[0].liveness.len(), 1);
    }
    let similarity = embedding(&pipeline, &eileen).similarity(&embedding(&pipeline, &grace));
    println!("similarity of the two: {similarity}");
    assert!(similarity < 0.411, "{similarity}");
}

#[test]
fn a_dark_or_small_portrait_is_refused_by_name_and_gets_no_embedding() {
    let pipeline = start(LIVENESS_OFF);
    let eileen = portrait("eileen-collins.jpg");
    let dark = eileen.rgb().iter().map(|sample| sample / 8).collect();
    let dark = Still::from_rgb(eileen.width(), eileen.height(), dark).expect("pixels");
    for (still, reason) in [(dark, QualityReason::TooDark), (smaller(&eileen, 4), QualityReason::TooSmall)] {
        let faces = pipeline.analyse(&still).expect("the picture is analysed");
        let face = faces.first().expect("the face is found");
        assert!(face.quality.reasons.iter().any(|refusal| refusal.reason == reason), "{:?}", face.quality);
        assert!(face.embedding.is_none() && face.liveness.is_empty());
    }
}

/// Every `step`th pixel.
fn smaller(still: &Still, step: u32) -> Still {
    let (width, height) = (still.width() / step, still.height() / step);
    let at = |x: u32, y: u32| ((y * step * still.width() + x * step) * 3) as usize;
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| at(x, y)));
    let rgb = pixels.flat_map(|at| still.rgb()[at..at + 3].to_vec()).collect();
    Still::from_rgb(width, height, rgb).expect("pixels")
}

#[test]
fn an_enrolled_person_is_sighted_and_a_stranger_stays_unknown() {
    let Some((_farm, till, door)) = two_cameras() else { return };
    let pipeline = start(LIVENESS_OFF);
    enrol(&pipeline, EILEEN, &portrait("eileen-collins.jpg"));
    let gallery = pipeline.gallery();
    let somebody = (0..gallery.dim()).map(|i| if i % 3 == 0 { 1.0 } else { -0.5 }).collect();
    let somebody = Embedding::new(somebody).expect("a direction");
    gallery.insert(TemplateId(1), Subject(7), gallery.model_tag(), &somebody).expect("it fits");
    let mut sightings = pipeline.sightings();
    let begun = Instant::now();
    let (till, door) = (camera(&pipeline, "till", &till), camera(&pipeline, "door", &door));

    let mut seen: HashMap<CameraId, Arc<Sighting>> = HashMap::new();
    while seen.len() < 2 {
        let sighting = next(&mut sightings, begun);
        println!(
            "{:?} {}: {:?} similarity {:.3} margin {:?} liveness {:?} age {} ms",
            begun.elapsed(),
            sighting.camera,
            sighting.subject,
            sighting.similarity,
            sighting.margin,
            sighting.liveness,
            sighting.frame_age_ms
        );
        seen.insert(sighting.camera.clone(), sighting);
    }
    let known = &seen[&till];
    assert_eq!(known.subject, Some(EILEEN));
    assert_eq!(known.template, Some(TemplateId(EILEEN.0 + 1)));
    assert!(known.similarity > 0.6 && known.margin.is_some_and(|margin| margin > 0.3), "{known:?}");
    assert_eq!((known.in_view.len(), known.templates_searched, known.liveness.len()), (1, 2, 1));
    let itself = &known.in_view[0];
    assert_eq!((itself.track, itself.bbox), (Some(known.track), known.bbox));
    // Three pictures at ten a second, at least.
    assert!(itself.dwell_ms.is_some_and(|dwell_ms| dwell_ms >= 100), "{itself:?}");
    assert!(known.bbox.x + known.bbox.w <= known.size.0 as f32 && known.size.0 > 0, "{known:?}");
    assert!(known.quality.ok && known.frame_age_ms <= 1_000, "{known:?}");
    let unknown = &seen[&door];
    assert_eq!((unknown.subject, unknown.template), (None, None));
    assert!(unknown.similarity < 0.411, "{unknown:?}");
    pipeline.shutdown();
    assert!(pipeline.cameras().list().is_empty());
}

#[test]
fn a_stranger_by_whose_template_somebody_is_enrolled_is_sighted_as_the_same_track() {
    let Some((_farm, till, _)) = two_cameras() else { return };
    let pipeline = start(LIVENESS_OFF);
    let (mut sightings, mut faces, begun) = (pipeline.sightings(), pipeline.faces(), Instant::now());
    camera(&pipeline, "till", &till);
    let face = next(&mut faces, begun);
    let unknown = next(&mut sightings, begun);
    assert_eq!((face.sighting.subject, face.sighting.track), (None, unknown.track));
    let gallery = pipeline.gallery();
    gallery.insert(TemplateId(1), EILEEN, gallery.model_tag(), &face.embedding).expect("it fits");
    let asked = Instant::now();
    pipeline.ask_again(&unknown.camera, unknown.track);
    let known = loop {
        let sighting = next(&mut sightings, begun);
        // The same pictures may have been decided once more in between.
        if sighting.subject.is_some() {
            break sighting;
        }
    };
    println!("sighted {:?} after they were enrolled", asked.elapsed());
    assert_eq!((known.subject, known.track), (Some(EILEEN), unknown.track));
    assert!(known.similarity > 0.6, "{known:?}");
}

#[test]
fn a_removed_person_is_no_longer_sighted() {
    let Some((_farm, till, _)) = two_cameras() else { return };
    let pipeline = start(LIVENESS_OFF);
    enrol(&pipeline, EILEEN, &portrait("eileen-collins.jpg"));
    let (mut sightings, begun) = (pipeline.sightings(), Instant::now());
    let till = camera(&pipeline, "till", &till);
    while next(&mut sightings, begun).subject != Some(EILEEN) {}
    assert_eq!(pipeline.gallery().remove_subject(EILEEN), 1);
    pipeline.attend(&till);
    let mut sightings = pipeline.sightings();
    let after = next(&mut sightings, begun);
    // One picture may have been searched before the removal; a sighting needs three that agree.
    assert_eq!((after.subject, after.template, after.templates_searched), (None, None, 0));
}

#[test]
fn a_face_that_does_not_pass_liveness_is_shown_but_never_sighted() {
    let Some((_farm, till, _)) = two_cameras() else { return };
    // Nobody is that surely alive.
    let pipeline = start(1.0);
    enrol(&pipeline, EILEEN, &portrait("eileen-collins.jpg"));
    let (mut sightings, mut observations) = (pipeline.sightings(), pipeline.observations());
    let begun = Instant::now();
    camera(&pipeline, "till", &till);
    let refused =
        |observation: &Observation| observation.faces.iter().any(|face| face.state == FaceState::NotLive);
    while !refused(&next(&mut observations, begun)) {}
    assert!(matches!(sightings.try_recv(), Err(broadcast::error::TryRecvError::Empty)));
}

#[test]
fn a_sick_camera_sights_nobody() {
    let options = ClipOptions { pictures: 60, ..ClipOptions::default() };
    let farm = RtspFarm::start().expect("the farm starts");
    let Some(clip) = or_skip(Clip::encode(&[portrait("eileen-collins.jpg")], &options)) else { return };
    let Some(mount) = or_skip(farm.mount("till", &clip, &MountOptions::default())) else { return };
    let pipeline = start(LIVENESS_OFF);
    enrol(&pipeline, EILEEN, &portrait("eileen-collins.jpg"));
    let (mut sightings, mut events, begun) =
        (pipeline.sightings(), pipeline.cameras().events(), Instant::now());
    let till = camera_frozen_after(&pipeline, "till", mount.url(), 1_000);
    while next(&mut sightings, begun).subject != Some(EILEEN) {}
    mount.freeze(true);
    while heard(&mut events, begun).to != Some(CameraState::Frozen) {}
    // The frozen face is still looked at, as if anew, and found; it is only not believed.
    let (mut sightings, mut observations) = (pipeline.sightings(), pipeline.observations());
    pipeline.attend(&till);
    for _ in 0..10 {
        assert_eq!(next(&mut observations, begun).faces.len(), 1);
    }
    assert!(matches!(sightings.try_recv(), Err(broadcast::error::TryRecvError::Empty)));
}

/// One camera that sees Eileen Collins and one that sees Grace Hopper.
fn two_cameras() -> Option<(RtspFarm, String, String)> {
    let farm = RtspFarm::start().expect("the farm starts");
    let mut urls = Vec::new();
    for (name, file) in [("till", "eileen-collins.jpg"), ("door", "grace-hopper.jpg")] {
        let options = ClipOptions { pictures: 60, ..ClipOptions::default() };
        let clip = or_skip(Clip::encode(&[portrait(file)], &options))?;
        urls.push(or_skip(farm.mount(name, &clip, &MountOptions::default()))?.url().to_owned());
    }
    let door = urls.pop()?;
    Some((farm, urls.pop()?, door))
}

fn next<T>(receiver: &mut broadcast::Receiver<Arc<T>>, begun: Instant) -> Arc<T> {
    heard(receiver, begun)
}

fn heard<T: Clone>(receiver: &mut broadcast::Receiver<T>, begun: Instant) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let left = (4 * PATIENCE).saturating_sub(begun.elapsed()).max(Duration::from_millis(1));
        loop {
            match tokio::time::timeout(left, receiver.recv()).await.expect("it comes in time") {
                Ok(value) => return value,
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    })
}
