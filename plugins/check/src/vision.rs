//! Pictures of every kind, and what has to hold for the answers.

use plugin_host::probe::{Age, Edge, PictureDesc, PlaneBytes, ProbeHost, Way};
use plugin_sdk::abi::{FP_E_INVALID, FP_E_UNSUPPORTED};

use crate::body::Body;
use crate::case::{Checked, Stop};
use crate::eye::{Eye, Look, agree};
use crate::layout::USUAL;
use crate::picture::{Format, Scene, picture};
use crate::subject::{LIMITS, Subject, said};

/// An active instance, its steps, and a pixel format that it takes.
pub(crate) struct Sight {
    pub(crate) instance: Body,
    pub(crate) eyes: Vec<Eye>,
    pub(crate) format: Format,
}

impl Sight {
    /// At work where this run has its calls made.
    pub(crate) fn of(subject: &Subject) -> Result<Self, Stop> {
        Self::with(subject, Body::of(subject)?)
    }

    /// At work in this process, for raw calls.
    pub(crate) fn here(subject: &Subject) -> Result<Self, Stop> {
        Self::on(subject, &subject.host())
    }

    pub(crate) fn on(subject: &Subject, host: &ProbeHost) -> Result<Self, Stop> {
        Self::with(subject, Body::Here(subject.active_on(host)?))
    }

    fn with(subject: &Subject, instance: Body) -> Result<Self, Stop> {
        let eyes = Eye::all(subject, &instance)?;
        let scene = Scene::drawn(160, 120, &mut subject.chance(1));
        let formats = std::iter::once(USUAL).chain(Format::ALL);
        for format in formats {
            let frame = picture(&scene.desc(format, 0))?;
            let looks = eyes.iter().map(|eye| eye.look(&instance, &Way::default(), &[&frame]));
            let looks = looks.collect::<Result<Vec<_>, Stop>>()?;
            let refused = |look: &Look| matches!(look, Look::Refused(it) if it.status == FP_E_UNSUPPORTED);
            if !looks.iter().any(refused) {
                return Ok(Self { instance, eyes, format });
            }
        }
        Stop::fail("it takes no pixel format of the ABI")
    }
}

/// Each format is taken, or refused as one that is not offered.
pub(crate) fn pixel_formats(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let scene = Scene::drawn(160, 120, &mut subject.chance(1));
    let mut taken = Vec::new();
    for format in Format::ALL {
        let frame = picture(&scene.desc(format, 0))?;
        for eye in &sight.eyes {
            match eye.look(&sight.instance, &Way::default(), &[&frame])? {
                Look::Saw(_) => taken.push(format!("{} {format:?}", eye.name())),
                Look::Refused(answer) if answer.status == FP_E_UNSUPPORTED => {}
                Look::Refused(answer) => {
                    return Stop::fail(format!("{} of {format:?}: {}", eye.name(), said(&answer)));
                }
            }
        }
    }
    Ok(taken.join(", "))
}

/// Pictures of one pixel, one row, one column, odd sides and the largest that was promised.
pub(crate) fn odd_sizes(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let sizes = [(1, 1), (1, 7), (7, 1), (2, 2), (3, 5), (65, 49), (127, 1), (LIMITS.max_width as usize, 3)];
    for format in Format::ALL {
        for (width, height) in sizes {
            let scene = Scene::drawn(width, height, &mut subject.chance(2));
            let frame = picture(&scene.desc(format, 0))?;
            for eye in &sight.eyes {
                match eye.look(&sight.instance, &Way::default(), &[&frame])? {
                    Look::Saw(_) => {}
                    Look::Refused(answer) if [FP_E_UNSUPPORTED, FP_E_INVALID].contains(&answer.status) => {}
                    Look::Refused(answer) => {
                        let what = format!("{} of {width}x{height} {format:?}", eye.name());
                        return Stop::fail(format!("{what}: {}", said(&answer)));
                    }
                }
            }
        }
    }
    Ok(format!("{} sizes in 5 formats", sizes.len()))
}

/// Rows may be followed by bytes that are no pixels, which change nothing.
pub(crate) fn padded_rows(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let scene = Scene::drawn(99, 75, &mut subject.chance(1));
    let tight = picture(&scene.desc(sight.format, 0))?;
    for tail in [1, 29, 256] {
        let padded = picture(&scene.desc(sight.format, tail))?;
        for eye in &sight.eyes {
            let one = eye.see(&sight.instance, &Way::default(), &[&tight])?;
            let other = eye.see(&sight.instance, &Way::default(), &[&padded])?;
            if !agree(&one[0], &other[0]) {
                return Stop::fail(format!(
                    "{} sees something else with {tail} bytes after each row",
                    eye.name()
                ));
            }
        }
    }
    Ok("3 pitches".into())
}

/// Pictures between pages that nobody may touch, themselves not to be written: whoever does crashes.
pub(crate) fn edges_of_memory(subject: &Subject) -> Checked {
    let sight = Sight::here(subject)?;
    let scene = Scene::drawn(160, 120, &mut subject.chance(1));
    for format in Format::ALL {
        let ends = [Edge::Start, Edge::End];
        let pictures = ends.map(|edge| picture(&PictureDesc { edge, ..scene.desc(format, 0) }));
        let [start, end] = pictures;
        let (start, end) = (start?, end?);
        for eye in &sight.eyes {
            let looks = [&start, &end].map(|frame| eye.look(&sight.instance, &Way::default(), &[frame]));
            let [one, other] = looks;
            if let (Look::Saw(one), Look::Saw(other)) = (one?, other?)
                && !agree(&one[0], &other[0])
            {
                return Stop::fail(format!("{} depends on where a {format:?} picture lies", eye.name()));
            }
        }
    }
    Ok("read-only planes between forbidden pages".into())
}

/// What a plugin cannot know it refuses (rule R5); a turned picture it may take.
pub(crate) fn unknown_pictures(subject: &Subject) -> Checked {
    let mut sight = Sight::here(subject)?;
    let plain = Scene::drawn(64, 48, &mut subject.chance(1)).desc(sight.format, 0);
    let other = Scene::drawn(64, 48, &mut subject.chance(2)).desc(sight.format, 0);
    let (one, other) = (picture(&plain)?, picture(&other)?);
    let mut looking = Vec::new();
    for eye in &sight.eyes {
        let seen = [&one, &other].map(|frame| eye.see(&sight.instance, &Way::default(), &[frame]));
        let [one, other] = seen;
        if !agree(&one?[0], &other?[0]) {
            looking.push(*eye);
        }
    }
    if looking.is_empty() {
        return Stop::skip("what it answers does not depend on the pixels");
    }
    sight.eyes = looking; // who does not look at pixels cannot misread them
    let strange = [
        (
            "a pixel format of the future",
            PictureDesc { fourcc: u32::from_le_bytes(*b"ZZ99"), ..plain.clone() },
        ),
        ("memory of an unknown kind", PictureDesc { mem_type: 77, ..plain.clone() }),
        ("a rotation by 45 degrees", PictureDesc { rotation_deg: 45, ..plain.clone() }),
        ("a picture without planes", PictureDesc { planes: Vec::new(), ..plain.clone() }),
        ("a plane of fewer bytes than its rows", PictureDesc { planes: cut(&plain.planes), ..plain.clone() }),
    ];
    for (what, desc) in &strange {
        let frame = picture(desc)?;
        for eye in &sight.eyes {
            if let Look::Saw(_) = eye.look(&sight.instance, &Way::default(), &[&frame])? {
                return Stop::fail(format!("{} takes {what}", eye.name()));
            }
        }
    }
    for rotation_deg in [90, 180, 270] {
        let frame = picture(&PictureDesc { rotation_deg, ..plain.clone() })?;
        for eye in &sight.eyes {
            match eye.look(&sight.instance, &Way::default(), &[&frame])? {
                Look::Saw(_) => {}
                Look::Refused(answer) if answer.status == FP_E_UNSUPPORTED => {}
                Look::Refused(answer) => {
                    let what = format!("{} of a picture turned by {rotation_deg}", eye.name());
                    return Stop::fail(format!("{what}: {}", said(&answer)));
                }
            }
        }
    }
    Ok(format!("{} refused, 3 rotations", strange.len()))
}

/// The first plane without its second half, its rows as before.
fn cut(planes: &[PlaneBytes]) -> Vec<PlaneBytes> {
    let mut planes = planes.to_vec();
    if let Some(plane) = planes.first_mut() {
        plane.bytes.truncate(plane.bytes.len() / 2);
    }
    planes
}

/// A picture gives the same in every place of every batch up to the largest.
pub(crate) fn batches(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let scene = Scene::drawn(160, 120, &mut subject.chance(1));
    let frame = picture(&scene.desc(sight.format, 0))?;
    for eye in &sight.eyes {
        let alone = eye.see(&sight.instance, &Way::default(), &[&frame])?;
        for size in 1..=LIMITS.max_batch as usize {
            let seen = eye.see(&sight.instance, &Way::default(), &vec![&frame; size])?;
            if let Some(place) = seen.iter().position(|seen| !agree(seen, &alone[0])) {
                return Stop::fail(format!("{} sees something else in place {place} of {size}", eye.name()));
            }
        }
    }
    Ok(format!("batches of 1 to {}", LIMITS.max_batch))
}

/// What else is in a batch changes nothing about a picture, also when its sizes differ.
pub(crate) fn neighbours(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let sizes = [(160, 120), (64, 48), (33, 77), (200, 100)];
    let frames = sizes.iter().zip(10..).map(|((width, height), purpose)| {
        picture(&Scene::drawn(*width, *height, &mut subject.chance(purpose)).desc(sight.format, 0))
    });
    let frames = frames.collect::<Result<Vec<_>, Stop>>()?;
    let together: Vec<_> = frames.iter().collect();
    for eye in &sight.eyes {
        let seen = eye.see(&sight.instance, &Way::default(), &together)?;
        for (place, (frame, seen)) in frames.iter().zip(&seen).enumerate() {
            let alone = eye.see(&sight.instance, &Way::default(), &[frame])?;
            if !agree(&alone[0], seen) {
                return Stop::fail(format!(
                    "{} sees something else in picture {place} when others are in the batch",
                    eye.name()
                ));
            }
        }
    }
    Ok(format!("{} pictures of different sizes", frames.len()))
}

/// No state between calls, and no chance.
pub(crate) fn same_input_same_answer(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let frames = [1, 2]
        .map(|purpose| picture(&Scene::drawn(160, 120, &mut subject.chance(purpose)).desc(sight.format, 0)));
    let [one, other] = frames;
    let (one, other) = (one?, other?);
    for eye in &sight.eyes {
        let first = eye.see(&sight.instance, &Way::default(), &[&one])?;
        for _ in 0..5 {
            eye.see(&sight.instance, &Way::default(), &[&other])?;
            let again = eye.see(&sight.instance, &Way::default(), &[&one])?;
            if !agree(&first[0], &again[0]) {
                return Stop::fail(format!("{} sees something else in the same picture", eye.name()));
            }
        }
    }
    Ok("6 looks, others between them".into())
}

/// A recogniser's description is constant while it is active.
pub(crate) fn description_stays(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let describe = || sight.instance.describe(Age::Same).and_then(|described| described.info);
    let first = describe().map_err(Stop::Fail)?;
    if first.model_tag == 0 {
        return Stop::fail("model_tag is 0: embeddings of different networks need different tags");
    }
    let scene = Scene::drawn(160, 120, &mut subject.chance(1));
    let frame = picture(&scene.desc(sight.format, 0))?;
    for _ in 0..3 {
        for eye in &sight.eyes {
            eye.see(&sight.instance, &Way::default(), &[&frame])?;
        }
        if describe().map_err(Stop::Fail)? != first {
            return Stop::fail("describe says something else after calls");
        }
    }
    Ok(format!("dim {}, {:?}, tag {}", first.dim, first.metric, first.model_tag))
}
