//! Hosts that refuse, lack and fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use plugin_host::probe::{Age, Answer, Extensions, Instance, ProbeHost, Sink, Way};
use plugin_sdk::abi::{FP_E_PANIC, FP_OK};
use plugin_sdk::{Call, Error, Frame, InferenceService, ModelInfo, Region, Tensor};

use crate::body::Body;
use crate::case::{Checked, Stop};
use crate::eye::{Eye, Look};
use crate::picture::{Scene, face_in, picture};
use crate::subject::{LIMITS, Subject, said};
use crate::vision::Sight;

/// A sink that refuses is not written to again, and changes no answer.
pub(crate) fn sinks_that_refuse(subject: &Subject) -> Checked {
    same_without(subject, Sink::Refuses)
}

/// Where there is no sink nothing is written, and no answer changes.
pub(crate) fn no_sinks(subject: &Subject) -> Checked {
    same_without(subject, Sink::Absent)
}

/// A call of an instance with a sink.
type Calling = fn(&Instance, Sink) -> Answer;

fn same_without(subject: &Subject, sink: Sink) -> Checked {
    let host = subject.host();
    let calls: [(&str, Calling); 3] = [
        ("configure of no JSON", |instance, sink| instance.configure("{", sink)),
        ("configure of an unknown setting", |instance, sink| instance.configure("{\"no_such\":1}", sink)),
        ("health", |instance, sink| instance.health(sink)),
    ];
    for (what, call) in calls {
        let usual = call(&subject.created(&host)?, Sink::Keeps);
        let other = call(&subject.created(&host)?, sink);
        if other.writes_after_refusal > 0 {
            return Stop::fail(format!("{what}: it went on writing after the sink had refused"));
        }
        if (usual.status == FP_OK) != (other.status == FP_OK) && what != "health" {
            return Stop::fail(format!("{what}: {} instead of {}", said(&other), said(&usual)));
        }
        if other.status == FP_E_PANIC {
            return Stop::fail(format!("{what}: it panicked"));
        }
    }
    Ok(format!("{} calls", calls.len()))
}

/// A host that offers nothing at all, not even a log: the plugin works, or says why not.
pub(crate) fn host_without_extensions(subject: &Subject) -> Checked {
    let extensions = Extensions { none: true, ..Extensions::default() };
    let bare = ProbeHost::new(&subject.manifest.id, extensions, subject.settled.as_ref().ok());
    let refused = |stage: &str, answer: &Answer| match answer.status {
        FP_E_PANIC => Stop::fail(format!("{stage} panicked: {}", answer.reason)),
        _ if answer.reason.trim().is_empty() => Stop::fail(format!("{stage} failed without a word why")),
        _ => Ok(format!("{stage} was refused: {}", answer.reason)),
    };
    let instance = match subject.library.create(&subject.manifest.id, &bare, Sink::Keeps) {
        Ok(instance) => instance,
        Err(answer) => return refused("create", &answer),
    };
    let answer = instance.configure(&subject.settled()?.json, Sink::Keeps);
    if answer.status != FP_OK {
        return refused("configure", &answer);
    }
    let answer = instance.activate(&LIMITS, Age::Same, Sink::Keeps);
    if answer.status != FP_OK {
        return refused("activate", &answer);
    }
    match subject.manifest.required_host_ext.iter().find(|id| id.as_str() == "facepay.host.inference/1") {
        Some(id) => Stop::fail(format!("it went to work without {id}, which it requires")),
        None => Ok("it does without".into()),
    }
}

/// What is wrong with a network.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ill {
    /// Every run fails.
    Fails,
    /// Every value is this one.
    Gives(f32),
}

/// The caller's networks, which open as always and then fail.
struct IllNetworks {
    inner: Arc<dyn InferenceService>,
    ill: Ill,
    runs: AtomicU32,
}

impl InferenceService for IllNetworks {
    fn open(&self, model: &str) -> plugin_sdk::Result<ModelInfo> {
        self.inner.open(model)
    }

    fn run(
        &self,
        call: &Call<'_>,
        model: &str,
        frames: &[Frame<'_>],
        regions: &[Region],
    ) -> plugin_sdk::Result<Vec<Tensor>> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        let Ill::Gives(value) = self.ill else { return Err(Error::Io("the device is gone".into())) };
        let mut tensors = self.inner.run(call, model, frames, regions)?;
        tensors.iter_mut().for_each(|tensor| tensor.data.fill(value));
        Ok(tensors)
    }
}

/// An instance over ill networks, once it is known to look through them.
fn ill(subject: &Subject, ill: Ill) -> Result<(Sight, Arc<IllNetworks>), Stop> {
    let needs = subject.manifest.required_host_ext.iter().any(|id| id == "facepay.host.inference/1");
    let Some(inner) = subject.offers.inference.clone().filter(|_| needs) else {
        return Stop::skip("it uses no network of the host");
    };
    let networks = Arc::new(IllNetworks { inner, ill, runs: AtomicU32::new(0) });
    let instance = Body::Here(subject.active_on(&subject.host_with(Some(networks.clone())))?);
    let eyes = Eye::all(subject, &instance)?;
    Ok((Sight { instance, eyes, format: crate::layout::USUAL }, networks))
}

/// Without its network a step has nothing to say: it refuses, and never lets anybody pass.
pub(crate) fn network_that_fails(subject: &Subject) -> Checked {
    let (sight, networks) = ill(subject, Ill::Fails)?;
    let scene = Scene::drawn(160, 120, &mut subject.chance(1));
    let frame = picture(&scene.desc(sight.format, 0))?;
    for eye in &sight.eyes {
        let before = networks.runs.load(Ordering::Relaxed);
        let look = eye.look(&sight.instance, &Way::default(), &[&frame])?;
        let ran = networks.runs.load(Ordering::Relaxed) > before;
        if ran && matches!(look, Look::Saw(_)) {
            return Stop::fail(format!("{} answers although its network failed", eye.name()));
        }
    }
    Ok(format!("{} runs failed", networks.runs.load(Ordering::Relaxed)))
}

/// Numbers that are none, or far too large, do not come out again.
pub(crate) fn network_without_numbers(subject: &Subject) -> Checked {
    let values = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 0.0];
    for value in values {
        let (sight, _) = ill(subject, Ill::Gives(value))?;
        let scene = Scene::drawn(160, 120, &mut subject.chance(1));
        let frame = picture(&scene.desc(sight.format, 0))?;
        for eye in &sight.eyes {
            match eye.look(&sight.instance, &Way::default(), &[&frame]) {
                Ok(_) => {}
                Err(Stop::Fail(why)) => return Stop::fail(format!("a network of {value} everywhere: {why}")),
                Err(skip) => return Err(skip),
            }
        }
    }
    Ok(format!("{} values", values.len()))
}

/// After a panic every call answers FP_E_PANIC, and the instance can be destroyed. Nothing of the ABI asks for a panic, so
/// a plugin that none of these inputs makes panic is skipped.
pub(crate) fn panic_poisons(subject: &Subject) -> Checked {
    let instance = subject.active()?;
    let provoked = ["\u{0}", "{\"panic\":true}", "nonsense"].into_iter().find_map(|text| {
        let instance = subject.created(&subject.host()).ok()?;
        (instance.configure(text, Sink::Keeps).status == FP_E_PANIC).then_some(instance)
    });
    let panicked = match provoked {
        Some(panicked) => panicked,
        None if strange_look(subject, &instance)? => instance,
        None => return Stop::skip("nothing made it panic"),
    };
    let good = subject.settled()?.json.clone();
    panicked.deactivate();
    let after = [panicked.configure(&good, Sink::Keeps), panicked.activate(&LIMITS, Age::Same, Sink::Keeps)];
    match after.iter().find(|answer| answer.status != FP_E_PANIC) {
        Some(answer) => {
            Stop::fail(format!("after a panic it answered {}, expected FP_E_PANIC", said(answer)))
        }
        None => Ok("it panicked and is out of use".into()),
    }
}

/// Whether a call with a face far outside makes it panic.
fn strange_look(subject: &Subject, instance: &Instance) -> Result<bool, Stop> {
    let scene = Scene::drawn(8, 8, &mut subject.chance(1));
    let frame = picture(&scene.desc(crate::layout::USUAL, 0))?;
    let mut face = face_in(&frame, 0);
    (face.bbox.x, face.bbox.w) = (-60_000.0, f32::MIN_POSITIVE);
    let way = Way::default();
    for interface in &subject.manifest.interfaces {
        let status = match interface.as_str() {
            "facepay.detector/1" => instance.detect(&way, &[&frame], 32).map(|found| found.answer.status),
            "facepay.liveness/1" => {
                instance.score(&way, &[&frame], &[face]).map(|scored| scored.answer.status)
            }
            "facepay.recognizer/1" => {
                let info = instance.describe(Age::Same).and_then(|described| described.info);
                info.and_then(|info| instance.embed(&way, &[&frame], &[face], info.dim))
                    .map(|embedded| embedded.answer.status)
            }
            _ => Ok(FP_OK),
        };
        if status.map_err(Stop::Fail)? == FP_E_PANIC {
            return Ok(true);
        }
    }
    Ok(false)
}
