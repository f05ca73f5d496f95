//! The calls that are timed, made as the appliance makes them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_host::{CallContext, CallError, Event, Frame, Host, Identity, Isolation, Op, Payment, Plugin};

use super::Side;
use super::figures::{Figures, Timed};
use crate::body::{hosting, load, sandboxing};
use crate::case::Stop;
use crate::identity::Desk;
use crate::payment::Till;
use crate::picture::{Format, Scene, face_at, picture};
use crate::subject::Subject;

/// Pixels of the picture that is looked at.
const PICTURE: (usize, usize) = (640, 480);
/// The longest that one call may take.
const CALL_MAX: Duration = Duration::from_secs(10);
/// Most times that a plugin is loaded.
const LOADS_MAX: usize = 50;

/// Times loading and each call of the plugin on one side.
pub(crate) fn timed(subject: &Subject, side: Side, each: Duration) -> Result<Vec<Timed>, Stop> {
    if let Some(extension) = subject.missing() {
        return Stop::skip(format!("it requires {extension}, which is not offered here"));
    }
    let host = host(subject, side)?;
    let (plugin, loading) = loaded(subject, side, &host, each)?;
    let mut calls = vec![Timed { call: "load".into(), took: Ok(loading) }];
    calls.extend(looks(&plugin, subject, each));
    if let Some(payment) = plugin.payment() {
        calls.push(Timed { call: "begin_step".into(), took: begin_step(&payment, subject, each) });
    }
    if let Some(identity) = plugin.identity() {
        calls.push(Timed { call: "verify_step".into(), took: verify_step(&identity, subject, each) });
    }
    Ok(calls)
}

/// A host that runs plugins on this side.
fn host(subject: &Subject, side: Side) -> Result<Host, Stop> {
    match side {
        Side::InProcess => Ok(hosting(subject, Isolation::InProcess)),
        Side::Isolated => sandboxing(subject),
    }
}

/// The plugin at work, and what it took to get there. A library is opened once in a process; each sandboxed process is a
/// new one.
fn loaded(
    subject: &Subject,
    side: Side,
    host: &Host,
    each: Duration,
) -> Result<(Arc<Plugin>, Figures), Stop> {
    let begun = Instant::now();
    let mut plugin = load(subject, host)?;
    if side == Side::InProcess {
        let took = subject.library.opened_in() + begun.elapsed();
        return Ok((plugin, Figures::from_times(vec![took])));
    }
    let mut times = vec![begun.elapsed()];
    while begun.elapsed() < each && times.len() < LOADS_MAX {
        drop(plugin);
        let again = Instant::now();
        plugin = load(subject, host)?;
        times.push(again.elapsed());
    }
    Ok((plugin, Figures::from_times(times)))
}

/// The vision steps that the plugin has.
fn looks(plugin: &Arc<Plugin>, subject: &Subject, each: Duration) -> Vec<Timed> {
    let scene = Scene::drawn(PICTURE.0, PICTURE.1, &mut subject.chance(40));
    let face = face_at(PICTURE.0 as u32, PICTURE.1 as u32, 0);
    let mut calls = Vec::new();
    let mut add = |call: &str, look: &Look<'_>| {
        calls.push(Timed { call: call.into(), took: look_time(&scene, each, look) });
    };
    if let Some(detector) = plugin.detector() {
        add("detect", &|context, frame| detector.detect(context, &[frame]).map(drop));
    }
    if let Some(liveness) = plugin.liveness() {
        add("score", &|context, frame| liveness.score(context, &[frame], &[face]).map(drop));
    }
    if let Some(recognizer) = plugin.recognizer() {
        add("embed", &|context, frame| recognizer.embed(context, &[frame], &[face]).map(drop));
    }
    calls
}

/// One look at one frame.
type Look<'a> = dyn Fn(&CallContext, Frame<'_>) -> Result<(), CallError> + 'a;

/// Times looks at the picture in the first format that the plugin takes.
fn look_time(scene: &Scene, each: Duration, look: &Look<'_>) -> Result<Figures, String> {
    let mut refused = String::new();
    for format in Format::ALL {
        let picture = picture(&scene.desc(format, 0)).map_err(|_| "no memory for a picture")?;
        let frame = picture.frame().map_err(|error| error.to_string())?;
        match look(&context(), frame) {
            Err(CallError::Refused { source: plugin_sdk::Error::Unsupported(why), .. }) => refused = why,
            Err(error) => return Err(error.to_string()),
            Ok(()) => return Figures::of(each, || clocked(|| look(&context(), frame))),
        }
    }
    Err(format!("it takes no pixel format of the ABI: {refused}"))
}

/// Times the begin of an operation with its first step, and its end.
fn begin_step(payment: &Payment, subject: &Subject, each: Duration) -> Result<Figures, String> {
    let first = [Op::Sale, Op::Authorize].into_iter().chain(Op::ALL);
    let op = first.into_iter().find(|op| payment.offers(*op)).ok_or("it offers no operation")?;
    let mut till = Till::new(subject);
    Figures::of(each, || {
        let request = till.request(op, None);
        clocked(|| payment.begin(&context(), &request)?.step(&context(), &Event::Start).map(drop))
    })
}

/// As [`begin_step`], of a verification.
fn verify_step(identity: &Identity, subject: &Subject, each: Duration) -> Result<Figures, String> {
    let mut desk = Desk::new(subject);
    Figures::of(each, || {
        let request = desk.verify();
        clocked(|| identity.begin(&context(), &request)?.step(&context(), &Event::Start).map(drop))
    })
}

fn context() -> CallContext {
    CallContext::until(Instant::now() + CALL_MAX)
}

fn clocked(call: impl FnOnce() -> Result<(), CallError>) -> Result<Duration, String> {
    let begun = Instant::now();
    call().map_err(|error| error.to_string())?;
    Ok(begun.elapsed())
}
