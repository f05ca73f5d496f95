//! Calls at once, calls given up, and what is left when instances are gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use plugin_host::CallContext;
use plugin_host::probe::{Age, Picture, Sink, Way};
use plugin_sdk::abi::{FP_E_CANCELLED, FP_E_DEADLINE, FP_OK};

use crate::case::{Checked, Stop};
use crate::eye::{Eye, Look, agree};
use crate::held::Held;
use crate::picture::{Scene, picture};
use crate::subject::{LIMITS, Subject, expect_ok, said};
use crate::vision::Sight;

/// Most threads that call at once.
const THREADS_MAX: u32 = 16;
/// Calls of each.
const CALLS: usize = 8;
/// The longest that a call may go on after it was given up.
const GIVEN_UP_MAX: Duration = Duration::from_secs(2);
/// The longest that a call may go on after its deadline: then an isolated plugin is ended.
const LATE_MAX: Duration = Duration::from_millis(250);
/// Instances that are made and destroyed, and how many of them before measuring.
const LIVES: u32 = 1000;
const LIVES_BEFORE: u32 = 100;
/// The longest that this may take; a plugin whose instances are slow lives fewer lives.
const LIVES_TIME_MAX: Duration = Duration::from_secs(30);
/// Most bytes of memory that all of those lives may leave behind.
const LEFT_BYTES_MAX: u64 = 8 << 20;

/// As many calls at once as the descriptor allows give what one call gives.
pub(crate) fn calls_at_once(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let scene = Scene::drawn(160, 120, &mut subject.chance(1));
    let frame = picture(&scene.desc(sight.format, 0))?;
    let threads = subject.manifest.max_concurrency.min(THREADS_MAX);
    for eye in &sight.eyes {
        let alone = eye.see(&sight.instance, &Way::default(), &[&frame])?;
        let calls = || {
            for _ in 0..CALLS {
                let seen = eye.see(&sight.instance, &Way::default(), &[&frame])?;
                if !agree(&seen[0], &alone[0]) {
                    return Stop::fail(format!("{} sees something else beside other calls", eye.name()));
                }
            }
            Ok(())
        };
        let done: Vec<Result<(), Stop>> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..threads).map(|_| scope.spawn(calls)).collect();
            let joined = started.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined.map(|done| done.unwrap_or_else(|_| Stop::fail("a calling thread panicked"))).collect()
        });
        done.into_iter().collect::<Result<Vec<()>, Stop>>()?;
    }
    Ok(format!("{threads} threads, {CALLS} calls each"))
}

/// A batch that takes some time.
fn work(subject: &Subject, sight: &Sight) -> Result<Picture, Stop> {
    picture(&Scene::drawn(640, 480, &mut subject.chance(1)).desc(sight.format, 0))
}

/// Looks at the batch; done, cancelled and late are all right, else it fails.
fn given_up(eye: Eye, sight: &Sight, context: CallContext, frame: &Picture) -> Result<&'static str, Stop> {
    let batch = vec![frame; LIMITS.max_batch as usize];
    match eye.look(&sight.instance, &Way { context, ..Way::default() }, &batch)? {
        Look::Saw(_) => Ok("done"),
        Look::Refused(answer) => match answer.status {
            FP_E_CANCELLED => Ok("cancelled"),
            FP_E_DEADLINE => Ok("late"),
            _ => Stop::fail(format!("{} answered {}", eye.name(), said(&answer))),
        },
    }
}

/// A call that was given up before it began ends soon.
pub(crate) fn cancelled_before(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let frame = work(subject, &sight)?;
    let mut said = Vec::new();
    for eye in &sight.eyes {
        let context = CallContext { cancel: Some(Arc::new(AtomicU32::new(1))), ..CallContext::default() };
        let begun = Instant::now();
        let answer = given_up(*eye, &sight, context, &frame)?;
        let took = begun.elapsed();
        if took > GIVEN_UP_MAX {
            return Stop::fail(format!("{} went on for {took:?} after it was given up", eye.name()));
        }
        said.push(format!("{} {answer} in {took:?}", eye.name()));
    }
    Ok(said.join(", "))
}

/// A call that is given up while it runs ends soon.
pub(crate) fn cancelled_during(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let frame = work(subject, &sight)?;
    let mut said = Vec::new();
    for eye in &sight.eyes {
        let word = Arc::new(AtomicU32::new(0));
        let context = CallContext { cancel: Some(Arc::clone(&word)), ..CallContext::default() };
        let (started, has_started) = std::sync::mpsc::sync_channel(1);
        let (answer, after) = std::thread::scope(|scope| {
            let call = scope.spawn(|| {
                let _ = started.send(());
                let answer = given_up(*eye, &sight, context, &frame);
                (answer, Instant::now())
            });
            let _ = has_started.recv();
            std::thread::sleep(Duration::from_millis(2)); // the call is inside by now, or is soon
            let given_up_at = Instant::now();
            word.store(1, Ordering::Release);
            let (answer, ended_at) =
                call.join().unwrap_or_else(|_| (Stop::fail("a calling thread panicked"), given_up_at));
            (answer, ended_at.saturating_duration_since(given_up_at))
        });
        let answer = answer?;
        if after > GIVEN_UP_MAX {
            return Stop::fail(format!("{} went on for {after:?} after it was given up", eye.name()));
        }
        said.push(format!("{} {answer} {after:?} later", eye.name()));
    }
    Ok(said.join(", "))
}

/// A call with a deadline that cannot be kept does not go on long after it. The best of three counts.
pub(crate) fn short_deadline(subject: &Subject) -> Checked {
    let sight = Sight::of(subject)?;
    let frame = work(subject, &sight)?;
    let mut said = Vec::new();
    for eye in &sight.eyes {
        let mut best = Duration::MAX;
        for _ in 0..3 {
            let deadline = Instant::now() + Duration::from_millis(1);
            given_up(*eye, &sight, CallContext::until(deadline), &frame)?;
            best = best.min(deadline.elapsed());
        }
        if best > LATE_MAX {
            return Stop::fail(format!("{} went on for {best:?} after its deadline", eye.name()));
        }
        said.push(format!("{} {best:?} after it", eye.name()));
    }
    Ok(said.join(", "))
}

/// Instances are destroyed at every point of their life, and come back to work after it.
pub(crate) fn no_call_in_a_life(subject: &Subject) -> Checked {
    let host = subject.host();
    drop(subject.created(&host)?);
    let configured = subject.created(&host)?;
    subject.configured(&configured)?;
    drop(configured);
    drop(subject.active_on(&host)?);
    let again = subject.active_on(&host)?;
    for _ in 0..3 {
        again.deactivate();
        expect_ok("configure after deactivate", &again.configure(&subject.settled()?.json, Sink::Keeps))?;
        expect_ok("activate again", &again.activate(&LIMITS, Age::Same, Sink::Keeps))?;
    }
    let health = again.health(Sink::Keeps);
    match health.status {
        FP_OK => Ok("created, configured, active, again".into()),
        _ => Stop::fail(format!("it is unfit after it was activated again: {}", said(&health))),
    }
}

/// Instances leave no memory, descriptor or thread behind.
pub(crate) fn thousand_lives(subject: &Subject) -> Checked {
    let host = subject.host();
    let begun = Instant::now();
    let mut before = None;
    let mut lives = 0;
    while lives < LIVES && begun.elapsed() < LIVES_TIME_MAX {
        drop(subject.active_on(&host)?);
        lives += 1;
        let enough = lives == LIVES_BEFORE || begun.elapsed() > LIVES_TIME_MAX / 10;
        if before.is_none() && enough {
            before = Some((Held::now()?, lives));
        }
    }
    let Some((before, at)) = before else { return Stop::skip("instances come and go too slowly") };
    let left = Held::settled(&before)?.since(&before);
    let measured = lives - at;
    let kib = left.memory_bytes >> 10;
    match () {
        () if left.threads > 0 => Stop::fail(format!("{measured} lives left {} threads", left.threads)),
        () if left.descriptors > 0 => {
            Stop::fail(format!("{measured} lives left {} file descriptors", left.descriptors))
        }
        () if left.memory_bytes > LEFT_BYTES_MAX => {
            Stop::fail(format!("{measured} lives left {kib} KiB of memory"))
        }
        () => Ok(format!("{lives} lives; the last {measured} left {kib} KiB")),
    }
}
