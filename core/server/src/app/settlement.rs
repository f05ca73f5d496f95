//! Settlement: business days are closed, providers' files are compared, breaks are resolved.

use std::time::Duration;

use domain::SettlementId;
use domain::settlement::{Day, Line};
use plugin_host::{Op, Request, Verdict};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{
    By, Closing, ProviderFile, Resolution, SettlementDay, SettlementLine, SettlementRow, Statement, Store,
};
use uuid::Uuid;

use super::App;
use super::provider::Provider;
use crate::api::Problem;
use crate::auth::Principal;
use crate::effects::{self, Bounds, Journal};
use crate::plugins::PaymentSteps;

mod csv;
pub(crate) mod hours;

use hours::Hours;

/// One of ours goes without this before its id, as in the settings.
const OWN_PREFIX: &str = "org.facepay.";

/// The hours of this appliance's business days.
pub(crate) fn hours(app: &App) -> Hours {
    Hours::new(&app.settings().settlement)
}

/// The business day that it is now.
pub(crate) fn today(app: &App) -> Result<Day, Problem> {
    let day = hours(app).day_of(app.now());
    day.ok_or_else(|| Problem::conflict("clock_wrong", "the clock of this machine shows no day; set it"))
}

/// Closes a provider's business day; without a name that of the first one.
pub(crate) async fn close(
    app: &App,
    by: &Principal,
    provider: Option<String>,
    day: Day,
) -> Result<SettlementRow, Problem> {
    let provider = known_provider(app, provider).await?;
    let (actor, at, hours) = (by.actor(), app.now(), hours(app));
    let id = SettlementId(Uuid::now_v7());
    let close = move |store: &Store| {
        let starts_at = |day| hours.starts_at(day);
        let closing = Closing { id, provider: &provider, day, starts_at: &starts_at };
        store.close_settlement(By { actor: &actor, at }, &closing)
    };
    Ok(app.store(close).await?)
}

/// The id of the provider that is meant: a loaded one, or one that was asked for something before.
async fn known_provider(app: &App, named: Option<String>) -> Result<String, Problem> {
    if let Some(loaded) = app.providers().find(named.as_deref()) {
        return Ok(loaded.id().to_owned());
    }
    let Some(named) = named else {
        let detail = "name the provider; no payment plugin is loaded";
        return Err(Problem::unprocessable("provider_missing", detail));
    };
    let id = if named.contains('.') { named } else { format!("{OWN_PREFIX}{named}") };
    if app.store(Store::providers).await?.contains(&id) {
        return Ok(id);
    }
    Err(Problem::unprocessable("provider_unknown", "no payment was ever made through this provider"))
}

/// Brings a provider's file in for a closed day. The same file again changes nothing.
pub(crate) async fn import(
    app: &App,
    by: &Principal,
    id: SettlementId,
    text: String,
) -> Result<SettlementRow, Problem> {
    let row = app.store(move |store| store.settlement(id)).await?;
    let sha256 = hex::encode(Sha256::digest(&text));
    if row.file.as_ref().is_some_and(|file| file.sha256 == sha256) {
        return Ok(row);
    }
    let reader = app.providers().find(Some(&row.provider));
    let lines = match reader.filter(|provider| provider.payment().offers(Op::Settlement)) {
        Some(provider) => read_by_plugin(app, provider, &text).await?,
        None => csv::read(&text).map_err(invalid)?,
    };
    let (actor, at, file) = (by.actor(), app.now(), ProviderFile { sha256, lines });
    Ok(app.store(move |store| store.compare_settlement(By { actor: &actor, at }, id, &file)).await?)
}

/// A file with faults, each named.
fn invalid(faults: Vec<String>) -> Problem {
    let detail = "the file was not taken; the reasons name its lines";
    Problem::unprocessable("settlement_file_invalid", detail).with_reasons(faults)
}

/// What a plugin found in a file.
#[derive(Deserialize)]
struct Found {
    lines: Vec<FoundLine>,
}

#[derive(Deserialize)]
struct FoundLine {
    #[serde(default)]
    provider_ref: Option<String>,
    #[serde(default)]
    attempt: Option<String>,
    kind: String,
    amount: i64,
    #[serde(default)]
    fee: Option<i64>,
    currency: String,
    at: String,
}

async fn read_by_plugin(app: &App, provider: &Provider, text: &str) -> Result<Vec<Line>, Problem> {
    let request = Request {
        op: Op::Settlement,
        attempt_ref: *Uuid::new_v4().as_bytes(),
        original_ref: None,
        provider_ref: None,
        money: None,
        payload_json: json!({ "file": text }).to_string().into_bytes(),
    };
    let payment = &app.settings().payment;
    let bounds = Bounds {
        step_count_max: payment.step_count_max,
        deadline: Duration::from_millis(payment.deadline_ms_max),
        asks: false,
    };
    let _turn = provider.turn().await;
    let steps = PaymentSteps::new(provider.payment(), request);
    let endpoints = app.endpoints().with_secrets(steps.secret_handles());
    let ending = effects::drive(Box::new(steps), &endpoints, &Nowhere, bounds).await;
    match ending.outcome.verdict {
        Verdict::Approved => found(&ending.outcome.result_json).map_err(invalid),
        Verdict::Declined { code } => {
            let detail = format!("the provider's plugin does not take this file: {code}");
            Err(Problem::unprocessable("settlement_file_refused", detail))
        }
        Verdict::Pending | Verdict::NotSent | Verdict::Unknown => {
            let detail = "the provider's plugin could not read the file; its log has the cause";
            Err(Problem::unavailable("settlement_file_unread", detail))
        }
    }
}

/// Reading a file is no request about money: there is nothing to keep with it.
struct Nowhere;

impl Journal for Nowhere {
    async fn keep(&self, _: Vec<u8>) -> Result<(), String> {
        Err("a settlement file is read without notes".to_owned())
    }
}

fn found(json: &[u8]) -> Result<Vec<Line>, Vec<String>> {
    let found: Found =
        serde_json::from_slice(json).map_err(|error| vec![format!("the plugin's answer: {error}")])?;
    let line = |(line, number): (&FoundLine, usize)| {
        let read = csv::line(&csv::Fields {
            provider_ref: line.provider_ref.as_deref().unwrap_or_default(),
            attempt: line.attempt.as_deref().unwrap_or_default(),
            kind: &line.kind,
            amount: &line.amount.to_string(),
            currency: &line.currency,
            fee: &line.fee.unwrap_or(0).to_string(),
            at: &line.at,
        });
        read.map_err(|fault| vec![format!("line {number} of the plugin's answer: {fault}")])
    };
    found.lines.iter().zip(1..).map(line).collect()
}

/// Resolves a break.
pub(crate) async fn resolve(
    app: &App,
    by: &Principal,
    id: SettlementId,
    resolution: Resolution,
) -> Result<SettlementLine, Problem> {
    let (actor, at) = (by.actor(), app.now());
    let resolve =
        move |store: &Store| store.resolve_settlement_line(By { actor: &actor, at }, id, &resolution);
    Ok(app.store(resolve).await?)
}

/// The statement of a closed day.
pub(crate) async fn statement(app: &App, id: SettlementId) -> Result<Statement, Problem> {
    Ok(app.store(move |store| store.settlement_statement(id)).await?)
}

/// Every provider's business day as it stands now.
pub(crate) async fn report(app: &App, day: Day) -> Result<Vec<SettlementDay>, Problem> {
    let hours = hours(app);
    Ok(app.store(move |store| store.settlement_day(day, &|day| hours.starts_at(day))).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_plugin_found_is_checked_as_strictly_as_a_file() {
        let line = |amount: &str| {
            format!(
                r#"{{"lines":[{{"provider_ref":"p","attempt":null,"kind":"sale","amount":{amount},
                   "currency":"KWD","at":"2026-01-31T12:00:00Z"}}]}}"#
            )
        };
        assert_eq!(found(line("1250").as_bytes()).unwrap()[0].amount.to_string(), "1.250 KWD");
        for amount in ["0", "-5", "12.5", "\"5\""] {
            assert!(found(line(amount).as_bytes()).is_err(), "{amount}");
        }
        assert!(found(b"{}").is_err() && found(b"").is_err());
    }
}
