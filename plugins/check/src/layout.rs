//! Structs as older and newer hosts lay them out, and arrays with too little room.

use plugin_host::probe::{Age, Picture, Way};
use plugin_sdk::abi::{FP_E_BUFFER_TOO_SMALL, FP_OK};

use crate::body::Body;
use crate::case::{Checked, Stop};
use crate::eye::{Eye, agree};
use crate::picture::{Format, Scene, picture};
use crate::subject::{LIMITS, Subject, expect_ok, said};
use crate::vision::Sight;

/// Structs and strides that are longer than any revision knows, with 0xAA behind what is known.
pub(crate) fn structs_of_a_newer_host(subject: &Subject) -> Checked {
    answers_as_always(subject, Age::Newer)
}

/// Faces that end where they ended in revision 1.0; nothing may be read or written behind them.
pub(crate) fn structs_of_an_older_host(subject: &Subject) -> Checked {
    answers_as_always(subject, Age::Older)
}

/// What a plugin answers does not depend on the age of its host, but for what an older one has no place for.
fn answers_as_always(subject: &Subject, age: Age) -> Checked {
    let host = subject.host();
    let sight = Sight::on(subject, &host)?;
    let aged = subject.created(&host)?;
    subject.configured(&aged)?;
    expect_ok("activate", &aged.activate(&LIMITS, age, Default::default()))?;
    let aged = Body::Here(aged);
    let scenes = [3, 4].map(|n| Scene::drawn(160, 120, &mut subject.chance(n)));
    let pictures = [0, 1].map(|index: usize| picture(&scenes[index].desc(sight.format, 0)));
    let [one, other] = pictures;
    let (one, other) = (one?, other?);
    let batch = [&one, &other, &one];
    for eye in &sight.eyes {
        let usual = eye.see(&sight.instance, &Way::default(), &batch)?;
        let seen = eye.see(&aged, &Way { age, ..Way::default() }, &batch)?;
        // An older face ends before what revision 1.1 added: of a detector's faces only their number is compared.
        let same = usual.iter().zip(&seen).all(|(usual, seen)| match (age, eye) {
            (Age::Older, Eye::Detector) => usual.is_empty() == seen.is_empty(),
            _ => agree(usual, seen),
        });
        if !same {
            return Stop::fail(format!("{} answers a host of another age ({age:?}) otherwise", eye.name()));
        }
    }
    if sight.eyes.iter().any(|eye| matches!(eye, Eye::Detector)) {
        fill_exactly(&aged, &Way { age, ..Way::default() }, &batch)?;
    }
    Ok(format!("{} calls with 3 pictures", sight.eyes.len()))
}

/// Finds faces into exactly the room that they need: nothing may be written behind the last.
fn fill_exactly(instance: &Body, way: &Way, batch: &[&Picture]) -> Result<(), Stop> {
    let found = instance.detect(way, batch, 256).map_err(Stop::Fail)?;
    let again = instance.detect(way, batch, found.count).map_err(Stop::Fail)?;
    expect_ok("detect with exact room", &again.answer)
}

/// The recogniser's description in a struct that is longer than it knows.
pub(crate) fn description(subject: &Subject) -> Checked {
    let instance = subject.active()?;
    let newer = instance.describe(Age::Newer).map_err(Stop::Fail)?;
    if newer.status != FP_OK {
        return Stop::fail(format!("describe answered status {} to a newer host", newer.status));
    }
    let newer = newer.info.map_err(Stop::Fail)?;
    let same = instance.describe(Age::Same).and_then(|described| described.info).map_err(Stop::Fail)?;
    match same == newer {
        true => Ok(format!("dim {}, tag {}", newer.dim, newer.model_tag)),
        false => Stop::fail("describe says something else to a newer host"),
    }
}

/// A call about nothing succeeds and gives nothing.
pub(crate) fn nothing_to_look_at(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    for eye in &sight.eyes {
        let seen = eye.see(&sight.instance, &Way::default(), &[])?;
        if !seen.is_empty() {
            return Stop::fail(format!("{} saw something in no picture", eye.name()));
        }
    }
    let scene = Scene::drawn(160, 120, &mut subject.chance(3));
    let frame = picture(&scene.desc(sight.format, 0))?;
    for eye in &sight.eyes {
        let answer = match eye {
            Eye::Detector => continue,
            Eye::Liveness => sight.instance.score(&Way::default(), &[&frame], &[]),
            Eye::Recognizer(info) => sight.instance.embed(&Way::default(), &[&frame], &[], info.dim),
        };
        expect_ok(eye.name(), &answer.map_err(Stop::Fail)?.answer)?;
    }
    Ok("no pictures, and a picture without faces".into())
}

/// The pictures in which faces are looked for until there are some.
fn crowd(subject: &Subject, sight: &Sight) -> Result<(Picture, u32), Stop> {
    for n in 0..8 {
        let scene = Scene::drawn(320, 240, &mut subject.chance(100 + n));
        let frame = picture(&scene.desc(sight.format, 0))?;
        let found = sight.instance.detect(&Way::default(), &[&frame], 256).map_err(Stop::Fail)?;
        if found.answer.status == FP_OK && found.count > 0 {
            return Ok((frame, found.count));
        }
    }
    Stop::skip("it finds no face in the drawn pictures")
}

/// Without room the needed number is reported, and nothing is written.
pub(crate) fn no_room(subject: &Subject) -> Checked {
    let sight = Sight::here(subject)?;
    let scene = Scene::drawn(64, 48, &mut subject.chance(5));
    let blank = picture(&scene.desc(sight.format, 0))?;
    let found = sight.instance.detect(&Way::default(), &[&blank], 0).map_err(Stop::Fail)?;
    match (found.answer.status, found.count) {
        (FP_OK, 0) | (FP_E_BUFFER_TOO_SMALL, 1..) => {}
        (status, count) => {
            return Stop::fail(format!("with room for none it answered status {status} and count {count}"));
        }
    }
    let (frame, count) = crowd(subject, &sight)?;
    let found = sight.instance.detect(&Way::default(), &[&frame], 0).map_err(Stop::Fail)?;
    match (found.answer.status, found.count) {
        (FP_E_BUFFER_TOO_SMALL, needed) if needed == count => Ok(format!("needs room for {count}")),
        (status, needed) => Stop::fail(format!(
            "{count} faces into no room: status {status} and count {needed}, expected \
             FP_E_BUFFER_TOO_SMALL and {count}"
        )),
    }
}

/// With too little room the needed number is reported; with that room the call succeeds.
pub(crate) fn too_little_room(subject: &Subject) -> Checked {
    let sight = Sight::here(subject)?;
    let (frame, count) = crowd(subject, &sight)?;
    let copies = vec![&frame; LIMITS.max_batch as usize];
    let needed = count * LIMITS.max_batch;
    let short = sight.instance.detect(&Way::default(), &copies, needed - 1).map_err(Stop::Fail)?;
    if short.answer.status != FP_E_BUFFER_TOO_SMALL || short.count != needed {
        return Stop::fail(format!(
            "{needed} faces in room for {}: {} and count {}",
            needed - 1,
            said(&short.answer),
            short.count
        ));
    }
    let enough = sight.instance.detect(&Way::default(), &copies, needed).map_err(Stop::Fail)?;
    if let Some(flaw) = enough.flaw {
        return Stop::fail(flaw);
    }
    match (enough.answer.status, enough.count) {
        (FP_OK, found) if found == needed => Ok(format!("{needed} faces in the room that it asked for")),
        (_, found) => Stop::fail(format!("in room for {needed}: {} and {found}", said(&enough.answer))),
    }
}

/// The format that every test uses, unless the plugin refuses it.
pub(crate) const USUAL: Format = Format::Rgb24;
