//! Settings: defaults, missing fields, nonsense, chance, and secrets that are not told.

use std::time::{Duration, Instant};

use plugin_host::probe::{ProbeHost, Sink};
use plugin_sdk::abi::{FP_E_CONFIG, FP_OK};
use serde_json::Value;

use crate::case::{Checked, Stop};
use crate::sample::{CANARY, Sampler, required};
use crate::subject::{Subject, expect_ok, said};

/// Settings that are drawn by chance.
const DRAWN: usize = 10_000;
/// The longest that this may take; a plugin whose instances are slow gets fewer.
const DRAWN_TIME_MAX: Duration = Duration::from_secs(40);

/// The settings of a test, those without defaults given or made from the schema, are taken.
pub(crate) fn accepts_its_defaults(subject: &Subject) -> Checked {
    let settled = match &subject.settled {
        Ok(settled) => settled,
        Err(why) => return Stop::fail(format!("no settings fit the schema: {why}")),
    };
    let instance = subject.created(&subject.host())?;
    subject.configured(&instance)?;
    // The same settings come again when an operator reloads.
    expect_ok("a second configure", &instance.configure(&settled.json, Sink::Keeps))?;
    Ok("taken, twice".into())
}

/// A required field that is missing is the operator's to mend, and is named.
pub(crate) fn misses_required_fields(subject: &Subject) -> Checked {
    let settings: Value = parsed(&subject.settled()?.json)?;
    let fields = required(&subject.schema_json);
    if fields.is_empty() {
        return Stop::skip("no setting is required");
    }
    for field in &fields {
        let mut without = settings.clone();
        if let Some(object) = without.as_object_mut() {
            object.remove(*field);
        }
        let instance = subject.created(&subject.host())?;
        let answer = instance.configure(&without.to_string(), Sink::Keeps);
        if answer.status != FP_E_CONFIG {
            return Stop::fail(format!("without {field}: {}, expected FP_E_CONFIG", said(&answer)));
        }
        if answer.reason.trim().is_empty() {
            return Stop::fail(format!("without {field}: FP_E_CONFIG and no word why"));
        }
    }
    Ok(fields.join(", "))
}

/// Text that is no JSON object does not pass for settings. A plugin without settings may ignore what it gets.
pub(crate) fn refuses_what_is_no_json(subject: &Subject) -> Checked {
    if subject.manifest.config_schema.trim().is_empty() {
        return Stop::skip("it takes no settings");
    }
    let host = subject.host();
    for text in ["", "{", "nonsense", "[1]", "\"text\"", "{\"a\":}", "\u{0}"] {
        let instance = subject.created(&host)?;
        let answer = instance.configure(text, Sink::Keeps);
        match answer.status {
            FP_OK => return Stop::fail(format!("configure({text:?}) answered FP_OK")),
            _ if answer.reason.is_empty() => {
                return Stop::fail(format!("configure({text:?}) answered {} and no word why", answer.status));
            }
            _ => {}
        }
    }
    Ok("7 texts".into())
}

/// Settings that fit the schema are taken or refused with a reason, and do not spoil what comes after them.
pub(crate) fn random_settings(subject: &Subject) -> Checked {
    let host = subject.host();
    let mut chance = subject.chance(20);
    // Settings that a new instance refuses prove nothing when they are refused later.
    let good = subject.settled.as_ref().ok().filter(|_| {
        let fresh = subject.created(&host);
        fresh.is_ok_and(|instance| subject.configured(&instance).is_ok())
    });
    let (mut taken, mut refused) = (0, 0);
    let begun = Instant::now();
    for round in (0..DRAWN).take_while(|_| begun.elapsed() < DRAWN_TIME_MAX) {
        let drawn = Sampler::new(&mut chance).any(&subject.schema_json).to_string();
        let Ok(settled) = subject.schema.settle(&drawn) else { continue };
        let instance = subject.created(&host)?;
        let answer = instance.configure(&settled.json, Sink::Keeps);
        match answer.status {
            FP_OK => taken += 1,
            FP_E_CONFIG if !answer.reason.trim().is_empty() => refused += 1,
            _ => {
                let why = said(&answer);
                return Stop::fail(format!("settings {round} of seed {}: {why}", subject.seed));
            }
        }
        if let Some(good) = good {
            let after =
                format!("configure with good settings after settings {round} of seed {}", subject.seed);
            expect_ok(&after, &instance.configure(&good.json, Sink::Keeps))?;
        }
    }
    match taken + refused {
        0 => Stop::skip("no settings drawn from the schema fit it"),
        _ => Ok(format!("{taken} taken, {refused} refused with a reason, seed {}", subject.seed)),
    }
}

/// The value of a setting marked `x-secret` is in no log line and in no reason.
pub(crate) fn secrets_are_not_told(subject: &Subject) -> Checked {
    if !subject.manifest.config_schema.contains("x-secret") {
        return Stop::skip("no setting is a secret");
    }
    let host = subject.host();
    let mut chance = subject.chance(21);
    let mut reasons = Vec::new();
    for round in 0..100 {
        let mut drawn = Sampler::new(&mut chance).any(&subject.schema_json);
        match round % 3 {
            0 => {}
            1 => spoil(&mut drawn),
            _ => strip(&mut drawn),
        }
        let instance = subject.created(&host)?;
        reasons.push(instance.configure(&drawn.to_string(), Sink::Keeps).reason);
        reasons.push(instance.health(Sink::Keeps).reason);
    }
    let told = |texts: &[String]| texts.iter().any(|text| text.contains(CANARY));
    match () {
        () if told(&reasons) => Stop::fail("a reason holds the value of a secret setting"),
        () if told(&ProbeHost::log_lines()) => Stop::fail("a log line holds the value of a secret setting"),
        () => Ok(format!("{} reasons, {} log lines", reasons.len(), ProbeHost::log_lines().len())),
    }
}

/// Takes away every field that is no secret.
fn strip(settings: &mut Value) {
    if let Some(fields) = settings.as_object_mut() {
        fields.retain(|_, value| value == CANARY);
    }
}

/// Gives one field that is no secret another type, or adds one, so that there is something to complain about.
fn spoil(settings: &mut Value) {
    let Some(fields) = settings.as_object_mut() else { return };
    let plain = fields.iter().find(|(_, value)| *value != CANARY).map(|(name, _)| name.clone());
    match plain {
        Some(name) => fields.insert(name, Value::Array(vec![Value::Null])),
        None => fields.insert("no_such_setting".into(), Value::Null),
    };
}

fn parsed(json: &str) -> Result<Value, Stop> {
    serde_json::from_str(json).map_err(|error| Stop::Fail(error.to_string()))
}
