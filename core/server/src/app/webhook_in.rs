//! Messages of payment providers. They are hints: whoever says that money moved, the provider itself is asked.

use std::time::Duration;

use plugin_host::{Op, Request, Verdict};
use serde::Deserialize;
use serde_json::json;
use store::Received;

use super::provider::Provider;
use super::{App, recovery};
use crate::api::Problem;
use crate::auth::Principal;
use crate::effects::{self, Bounds, Journal};
use crate::plugins::PaymentSteps;

const EVENT_ID_BYTES_MAX: usize = 255;
/// Looking at a message takes no longer.
const CHECKED_WITHIN: Duration = Duration::from_secs(5);

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Its payment was asked after.
    Applied,
    /// It came before.
    Duplicate,
    /// It is about nothing of ours.
    Unrelated,
}

/// What a plugin says about a message that is authentic.
#[derive(Deserialize)]
struct Understood {
    event_id: String,
    attempt: Option<String>,
}

/// The provider of this name, where it has messages to be taken.
pub(crate) fn provider<'a>(app: &'a App, name: &str) -> Result<&'a Provider, Problem> {
    let found = app.providers().find(Some(name)).filter(|provider| provider.payment().offers(Op::Webhook));
    found.ok_or_else(|| Problem::not_found("provider"))
}

/// A message is looked at and nothing of that is kept.
struct NoNotes;

impl Journal for NoNotes {
    async fn keep(&self, _: Vec<u8>) -> Result<(), String> {
        Err("nothing is kept with a message".to_owned())
    }
}

/// Checks a message and acts on it once.
pub(crate) async fn take(
    app: &App,
    name: &str,
    headers: Vec<(String, String)>,
    body: String,
) -> Result<Taken, Problem> {
    let asked = provider(app, name)?;
    let provider = asked.id().to_owned();
    let Some((understood, provider_ref)) = checked(app, asked, headers, body).await? else {
        return Ok(Taken::Unrelated);
    };
    let event_id = understood.event_id;
    let (name, event, at) = (provider.clone(), event_id.clone(), app.now());
    if app.store(move |store| store.receive_webhook(&name, &event, at)).await? == Received::Applied {
        return Ok(Taken::Duplicate);
    }
    let attempt = understood.attempt.and_then(|text| <[u8; 16]>::try_from(hex::decode(text).ok()?).ok());
    let name = provider.clone();
    let found = app.store(move |store| store.payment_at_provider(&name, attempt, &provider_ref)).await?;
    if let Some(transaction) = found {
        recovery::sync(app, &Principal::SYSTEM, transaction).await?;
    }
    // Only now: what was cut off before is acted on when the provider sends it again.
    let at = app.now();
    app.store(move |store| store.apply_webhook(&provider, &event_id, at)).await?;
    Ok(if found.is_some() { Taken::Applied } else { Taken::Unrelated })
}

/// What an authentic message says; `None` when it is about somebody else's business.
async fn checked(
    app: &App,
    provider: &Provider,
    headers: Vec<(String, String)>,
    body: String,
) -> Result<Option<(Understood, String)>, Problem> {
    let now_s = app.now().0 / 1_000_000;
    let payload = json!({ "headers": headers, "body": body, "now_s": now_s });
    let request = Request {
        op: Op::Webhook,
        attempt_ref: *uuid::Uuid::new_v4().as_bytes(),
        original_ref: None,
        provider_ref: None,
        money: None,
        payload_json: payload.to_string().into_bytes(),
    };
    let bounds = Bounds {
        step_count_max: app.settings().payment.step_count_max,
        deadline: CHECKED_WITHIN,
        asks: false,
    };
    let steps = Box::new(PaymentSteps::new(provider.payment(), request));
    let turn = provider.turn().await;
    // Anybody can send one, so looking at it reaches nowhere.
    let ending = effects::drive(steps, &app.endpoints().none(), &NoNotes, bounds).await;
    drop(turn);
    let provider = provider.id();
    if let Some(fault) = ending.fault {
        tracing::error!(
            provider,
            kind = fault.kind,
            detail = fault.detail,
            "a provider's message was not checked"
        );
        return Err(Problem::unavailable(
            "webhook_not_checked",
            "the plugin could not look at it; send it again",
        ));
    }
    let unclear = |what: &str| {
        tracing::error!(provider, what, "a provider's message was not understood");
        Problem::unavailable("webhook_not_checked", "the plugin did not understand it; send it again")
    };
    match ending.outcome.verdict {
        Verdict::Approved => {
            let understood: Understood =
                serde_json::from_slice(&ending.outcome.result_json).map_err(|_| unclear("no event_id"))?;
            match understood.event_id.len() {
                1..=EVENT_ID_BYTES_MAX => Ok(Some((understood, ending.outcome.provider_ref))),
                _ => Err(unclear("an event_id that is empty or too long")),
            }
        }
        Verdict::Declined { code } if code == "not_about_us" => Ok(None),
        Verdict::Declined { code } => {
            tracing::warn!(provider, code, "a provider's message is not authentic");
            Err(Problem::bad_request(
                "webhook_not_authentic",
                "the message is not the provider's, or too old",
            ))
        }
        Verdict::Pending | Verdict::NotSent | Verdict::Unknown => {
            Err(unclear("neither approved nor declined"))
        }
    }
}
