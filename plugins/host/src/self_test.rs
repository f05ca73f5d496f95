//! The test that a plugin passes before it takes another's place: inputs whose answers are known, and nothing that has an
//! effect outside.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_sdk::machine::Effect;
use plugin_sdk::{Caps, Error, Event, Face, Frame, Money, Op, Rect, Request, Verdict};

use crate::call::CallContext;
use crate::embeddings::Embeddings;
use crate::error::CallError;
use crate::identity::{self, Identity};
use crate::payment::Payment;
use crate::plugin::Plugin;
use crate::vision::{Detector, Liveness, Recognizer};

/// One call may take so long: the first one of an instance loads and compiles.
const CALL_MAX: Duration = Duration::from_secs(20);
/// A detected face overlaps the known one by so much (intersection over union).
const OVERLAP_MIN: f32 = 0.4;
/// Two scores of the same face differ by no more.
const SCORE_DRIFT_MAX: f32 = 1e-3;
/// Two embeddings of the same face are as alike at least, by cosine.
const REPEAT_MIN: f32 = 0.999;
/// So alike are the embeddings of one face by two generations, or the enrolled templates would not be recognised.
const GENERATIONS_MIN: f32 = 0.95;
/// An operation whose provider cannot be reached ends within so many steps.
const STEPS_MAX: usize = 32;

/// Inputs whose answers are known.
pub struct Golden<'a> {
    /// A picture of one person.
    pub portrait: Frame<'a>,
    /// The person's face in it, with `frame_index` 0.
    pub face: Face,
    /// A picture without anybody.
    pub empty: Frame<'a>,
}

/// Why a plugin is not put to work.
#[derive(Debug, thiserror::Error)]
pub enum SelfTestError {
    /// A call failed.
    #[error("self-test: {0}")]
    Call(#[from] CallError),
    /// An answer is not the known one.
    #[error("self-test of {id}: {what}")]
    Answer {
        /// The plugin.
        id: String,
        /// What is wrong with it.
        what: String,
    },
}

impl Plugin {
    /// Tries everything that the plugin offers. With the generation `before`, which has to be at work, it also has to embed faces as
    /// that one does.
    ///
    /// # Errors
    /// [`SelfTestError`] says which answer is wrong.
    pub fn self_test(
        self: &Arc<Self>,
        golden: &Golden<'_>,
        before: Option<&Arc<Self>>,
    ) -> Result<(), SelfTestError> {
        let wrong = |what| SelfTestError::Answer { id: self.manifest().id.clone(), what };
        if let Some(detector) = self.detector() {
            detects(&detector, golden)?.map_or(Ok(()), |what| Err(wrong(what)))?;
        }
        if let Some(liveness) = self.liveness() {
            scores(&liveness, golden)?.map_or(Ok(()), |what| Err(wrong(what)))?;
        }
        if let Some(recognizer) = self.recognizer() {
            let before = before.and_then(Self::recognizer);
            embeds(&recognizer, golden, before.as_ref())?.map_or(Ok(()), |what| Err(wrong(what)))?;
        }
        if let Some(payment) = self.payment() {
            pays_nothing(&payment)?.map_or(Ok(()), |what| Err(wrong(what)))?;
        }
        if let Some(identity) = self.identity() {
            knows_nobody(&identity)?.map_or(Ok(()), |what| Err(wrong(what)))?;
        }
        Ok(())
    }
}

/// What a test found wrong.
type Flaw = Result<Option<String>, CallError>;

fn context() -> CallContext {
    CallContext::until(Instant::now() + CALL_MAX)
}

fn detects(detector: &Detector, golden: &Golden<'_>) -> Flaw {
    let nobody = detector.detect(&context(), &[golden.empty])?;
    if !nobody.is_empty() {
        return Ok(Some(format!("{} faces in an empty picture", nobody.len())));
    }
    let found = detector.detect(&context(), &[golden.portrait])?;
    let overlap = found.iter().map(|face| overlap(&face.bbox, &golden.face.bbox)).fold(0.0, f32::max);
    Ok(match (found.len(), overlap) {
        (1, overlap) if overlap >= OVERLAP_MIN => None,
        (1, overlap) => Some(format!("the face of a portrait is found elsewhere (overlap {overlap:.2})")),
        (faces, _) => Some(format!("{faces} faces in a portrait of one person")),
    })
}

fn scores(liveness: &Liveness, golden: &Golden<'_>) -> Flaw {
    let score = || Ok::<f32, CallError>(liveness.score(&context(), &[golden.portrait], &[golden.face])?[0]);
    let (first, second) = (score()?, score()?);
    Ok(((first - second).abs() > SCORE_DRIFT_MAX)
        .then(|| format!("the same face is scored as {first} and as {second}")))
}

fn embeds(recognizer: &Recognizer, golden: &Golden<'_>, before: Option<&Recognizer>) -> Flaw {
    let embed = |recognizer: &Recognizer| recognizer.embed(&context(), &[golden.portrait], &[golden.face]);
    let (first, second) = (embed(recognizer)?, embed(recognizer)?);
    if !at_least(cosine(&first, &second), REPEAT_MIN) {
        return Ok(Some("the same face has two embeddings".to_owned()));
    }
    let Some(before) = before else { return Ok(None) };
    let of_before = embed(before)?;
    let alike = cosine(&of_before, &first);
    Ok((!at_least(alike, GENERATIONS_MIN)).then(|| {
        format!(
            "its embeddings are not those of before, although the model tag is the same (cosine {alike:.3})"
        )
    }))
}

/// One operation whose provider cannot be reached: it must end, and not as a payment.
fn pays_nothing(payment: &Payment) -> Flaw {
    let Some(op) = [Op::Sync, Op::Sale, Op::Authorize].into_iter().find(|op| payment.offers(*op)) else {
        return Ok(None);
    };
    let outcome = payment
        .begin(&context(), &dry(op, payment.caps()))
        .and_then(|mut task| unreached(|event| task.step(&context(), event)));
    match outcome {
        Err(error) if is_plain_refusal(&error) => Ok(None),
        Err(error) => Err(error),
        Ok(None) => Ok(Some(endless(op))),
        Ok(Some(outcome)) => Ok((outcome.verdict == Verdict::Approved)
            .then(|| format!("{op:?} is approved, and no provider was reached"))),
    }
}

/// Whether the plugin answered that it does not take this on, which moves nothing.
fn is_plain_refusal(error: &CallError) -> bool {
    matches!(error, CallError::Refused { source, .. } if !matches!(source, Error::Panic(_)))
}

/// A document that says nothing about anybody, whose provider cannot be reached: nobody is verified by it.
fn knows_nobody(identity: &Identity) -> Flaw {
    let op = identity::Op::Verify;
    let request = identity::Request {
        op,
        attempt_ref: [0x5f; 16],
        original_ref: None,
        provider_ref: None,
        payload_json: br#"{"kind":"self-test"}"#.to_vec(),
        document: b"self-test".to_vec(),
    };
    let finding = identity
        .begin(&context(), &request)
        .and_then(|mut task| unreached(|event| task.step(&context(), event)));
    match finding {
        Err(error) if is_plain_refusal(&error) => Ok(None),
        Err(error) => Err(error),
        Ok(None) => Ok(Some(endless(op))),
        Ok(Some(finding)) => Ok(matches!(finding.verdict, identity::Verdict::Verified(_))
            .then(|| "somebody is verified by a document that says nothing".to_owned())),
    }
}

/// How an operation ends whose provider cannot be reached; `None` when it does not.
fn unreached<E>(
    mut step: impl FnMut(&Event) -> Result<Effect<E>, CallError>,
) -> Result<Option<E>, CallError> {
    let mut event = Event::Start;
    for _ in 0..STEPS_MAX {
        event = match step(&event)? {
            Effect::Http(_) | Effect::TcpExchange(_) => Event::ConnectFailed,
            Effect::Sleep(_) => Event::Slept,
            Effect::Prompt(_) => Event::Timeout { sent: false },
            Effect::Keep(_) => Event::Kept,
            Effect::Done(ending) => return Ok(Some(ending)),
        };
    }
    Ok(None)
}

fn endless(op: impl std::fmt::Debug) -> String {
    format!("{op:?} has no outcome after {STEPS_MAX} steps, and no provider was reached")
}

/// An operation about a payment that there never was.
fn dry(op: Op, caps: Caps) -> Request {
    let original_ref = (op == Op::Sync).then_some([0x5e; 16]);
    let payload = serde_json::json!({
        "kind": "sale", "transaction": "self-test", "merchant": "self-test", "reference": null, "sequence": 1,
        "begun_at_s": 0, "now_s": 1, "kept": null, "original": null, "captured": null, "instrument": null,
        "reservation": { "state": if caps.ledger { "voided" } else { "none" }, "amount": 1, "currency": "EUR" },
        "wallet": { "status": "frozen", "sale_max": 0 },
    });
    let money = Money::new(1, "EUR", 2).ok();
    let payload_json = payload.to_string().into_bytes();
    Request { op, attempt_ref: [0x5f; 16], original_ref, provider_ref: None, money, payload_json }
}

/// Whether a figure is so large; what is not a number never is.
fn at_least(figure: f32, least: f32) -> bool {
    figure >= least
}

/// Intersection over union.
fn overlap(a: &Rect, b: &Rect) -> f32 {
    let side = |low_a: f32, len_a: f32, low_b: f32, len_b: f32| {
        ((low_a + len_a).min(low_b + len_b) - low_a.max(low_b)).max(0.0)
    };
    let both = side(a.x, a.w, b.x, b.w) * side(a.y, a.h, b.y, b.h);
    both / (a.w * a.h + b.w * b.h - both)
}

/// The cosine of the first embeddings of two calls.
fn cosine(a: &Embeddings, b: &Embeddings) -> f32 {
    let (Some(a), Some(b)) = (a.iter().next(), b.iter().next()) else { return f32::NAN };
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_is_the_shared_part_of_both() {
        let at = |x: f32| Rect { x, y: 0.0, w: 10.0, h: 10.0 };
        assert!((overlap(&at(0.0), &at(0.0)) - 1.0).abs() < 1e-6);
        assert!((overlap(&at(0.0), &at(5.0)) - 1.0 / 3.0).abs() < 1e-6);
        assert!(overlap(&at(0.0), &at(20.0)).abs() < 1e-6);
    }

    #[test]
    fn the_cosine_does_not_depend_on_lengths() {
        let of = |values: &[f32]| Embeddings::new(2, values.to_vec());
        assert!((cosine(&of(&[2.0, 0.0]), &of(&[5.0, 0.0])) - 1.0).abs() < 1e-6);
        assert!(cosine(&of(&[1.0, 0.0]), &of(&[0.0, 3.0])).abs() < 1e-6);
        assert!(cosine(&of(&[0.0, 0.0]), &of(&[1.0, 0.0])).is_nan());
    }
}
