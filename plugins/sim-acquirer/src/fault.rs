//! What goes wrong on purpose: a script, each entry used once, and seeded chance.

use std::collections::VecDeque;

use serde_json::{Value, json};

/// Kinds of request that a fault can wait for.
const KINDS: [&str; 8] = ["any", "authorize", "sale", "capture", "void", "refund", "reverse", "lookup"];
/// Longest delay.
const DELAY_MS_MAX: u64 = 60_000;

/// One thing that goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection closes and nothing has happened.
    DropRequest,
    /// The request takes effect, then the connection closes.
    DropReply,
    /// The answer takes so many milliseconds more.
    Delay(u64),
    /// The request is handled as if it had come twice.
    Duplicate,
    /// An internal error before any effect. Over HTTP it is remembered like any other answer.
    ErrorBefore,
    /// The request takes effect, and is answered by an internal error.
    ErrorAfter,
    /// The request takes effect, but only half of the answer comes.
    HalfBody,
    /// No answer; the request takes effect after so many milliseconds.
    LateSuccess(u64),
}

impl Fault {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, ms) = text.split_once(':').map_or((text, None), |(name, ms)| (name, Some(ms)));
        let ms = ms.map(str::parse::<u64>).transpose().map_err(|_| format!("{text}: no number of ms"))?;
        match (name, ms) {
            ("drop_request", None) => Ok(Self::DropRequest),
            ("drop_reply", None) => Ok(Self::DropReply),
            ("duplicate", None) => Ok(Self::Duplicate),
            ("http_500", None) => Ok(Self::ErrorBefore),
            ("http_500_after", None) => Ok(Self::ErrorAfter),
            ("half_body", None) => Ok(Self::HalfBody),
            ("delay_ms", Some(ms @ ..=DELAY_MS_MAX)) => Ok(Self::Delay(ms)),
            ("late_success_ms", Some(ms @ ..=DELAY_MS_MAX)) => Ok(Self::LateSuccess(ms)),
            _ => Err(format!("there is no fault {text}")),
        }
    }
}

/// The faults to come.
#[derive(Default)]
pub(crate) struct Faults {
    script: VecDeque<(String, Fault)>,
    rates: Vec<(Fault, f64)>,
    random: u64,
    used: u64,
}

impl Faults {
    /// Reads `{"script": [{"on", "fault"}], "seed": 7, "rates": {"drop_reply": 0.05}}`; what is absent is none.
    pub(crate) fn parse(body: &Value) -> Result<Self, String> {
        let mut faults = Self { random: body["seed"].as_u64().unwrap_or(0), ..Self::default() };
        for entry in body["script"].as_array().into_iter().flatten() {
            let on = entry["on"].as_str().unwrap_or("any");
            if !KINDS.contains(&on) {
                return Err(format!("there is no request {on}"));
            }
            let fault = Fault::parse(entry["fault"].as_str().unwrap_or_default())?;
            faults.script.push_back((on.to_owned(), fault));
        }
        for (name, rate) in body["rates"].as_object().into_iter().flatten() {
            let rate = rate.as_f64().filter(|rate| (0.0..=1.0).contains(rate));
            faults.rates.push((Fault::parse(name)?, rate.ok_or("a rate lies between 0 and 1")?));
        }
        if faults.rates.iter().map(|(_, rate)| rate).sum::<f64>() > 1.0 {
            return Err("the rates come to more than 1".into());
        }
        Ok(faults)
    }

    /// The fault of a request of this kind: the first entry of the script that waits for it, else by chance.
    pub(crate) fn draw(&mut self, kind: &str) -> Option<Fault> {
        let waiting = self.script.iter().position(|(on, _)| on == "any" || on == kind);
        let fault = match waiting.and_then(|index| self.script.remove(index)) {
            Some((_, fault)) => Some(fault),
            None => self.by_chance(),
        };
        self.used += u64::from(fault.is_some());
        fault
    }

    fn by_chance(&mut self) -> Option<Fault> {
        if self.rates.is_empty() {
            return None;
        }
        let mut drawn = unit(&mut self.random);
        self.rates
            .iter()
            .find(|(_, rate)| {
                drawn -= rate;
                drawn < 0.0
            })
            .map(|(fault, _)| *fault)
    }

    /// How many were used, how many requests are still to be carried out, and how many entries of the script were not.
    pub(crate) fn report(&self, in_flight: u64) -> Value {
        json!({ "used": self.used, "script_left": self.script.len(), "in_flight": in_flight })
    }
}

/// The next number of a seeded sequence (SplitMix64), from 0 up to but not including 1.
fn unit(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(faults: &Value, kinds: &[&str]) -> Vec<Option<Fault>> {
        let mut faults = Faults::parse(faults).unwrap();
        kinds.iter().map(|kind| faults.draw(kind)).collect()
    }

    #[test]
    fn each_entry_of_the_script_is_used_once_in_order_by_the_requests_it_waits_for() {
        let script = json!({ "script": [
            { "on": "capture", "fault": "drop_reply" },
            { "on": "any", "fault": "delay_ms:500" },
            { "on": "capture", "fault": "half_body" },
        ]});
        let drawn = draws(&script, &["sale", "capture", "capture", "capture"]);
        let expected = [Some(Fault::Delay(500)), Some(Fault::DropReply), Some(Fault::HalfBody), None];
        assert_eq!(drawn, expected);
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_at_about_the_rates_asked_for() {
        let rates = json!({ "seed": 7, "rates": { "drop_request": 0.1, "late_success_ms:800": 0.2 } });
        let drawn = draws(&rates, &["sale"; 2000]);
        assert_eq!(drawn, draws(&rates, &["sale"; 2000]));
        let count = |fault| drawn.iter().filter(|drawn| **drawn == Some(fault)).count();
        assert!((150..250).contains(&count(Fault::DropRequest)), "{}", count(Fault::DropRequest));
        assert!((320..480).contains(&count(Fault::LateSuccess(800))), "{}", count(Fault::LateSuccess(800)));
        let other = json!({ "seed": 8, "rates": { "drop_request": 0.1, "late_success_ms:800": 0.2 } });
        assert_ne!(drawn, draws(&other, &["sale"; 2000]));
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        let rows = [
            json!({ "script": [{ "on": "sail", "fault": "drop_reply" }] }),
            json!({ "script": [{ "on": "sale", "fault": "drop" }] }),
            json!({ "script": [{ "on": "sale", "fault": "delay_ms" }] }),
            json!({ "script": [{ "on": "sale", "fault": "delay_ms:60001" }] }),
            json!({ "rates": { "drop_reply": 1.1 } }),
            json!({ "rates": { "drop_reply": 0.6, "duplicate": 0.6 } }),
        ];
        for row in rows {
            assert!(Faults::parse(&row).is_err(), "{row}");
        }
    }
}
