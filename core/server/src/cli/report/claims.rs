//! What is claimed of an appliance, held against what was measured. No claim is met by too few samples.

use serde::Serialize;
use serde_json::Value;

use super::measurement::{Measurement, of};
use super::plan::Part;

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Met,
    Missed,
    NotMeasured,
}

/// A claim and its figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Claim {
    pub(super) name: String,
    /// What would meet it.
    pub(super) limit: String,
    /// What was found; `-` where nothing could be.
    pub(super) measured: String,
    /// How many samples the figure is of.
    pub(super) n: u64,
    pub(super) verdict: Verdict,
    /// Whose command measured it.
    pub(super) part: Part,
}

/// The columns of [`Claim::row`].
pub(super) const HEAD: [&str; 5] = ["CLAIM", "LIMIT", "MEASURED", "N", "VERDICT"];

impl Claim {
    pub(super) fn row(&self) -> Vec<String> {
        let (limit, measured) = (self.limit.clone(), self.measured.clone());
        vec![self.name.clone(), limit, measured, self.n.to_string(), self.verdict.word().to_owned()]
    }
}

impl Verdict {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "MISSED",
            Self::NotMeasured => "not measured",
        }
    }
}

/// Fewer samples say nothing about one in twenty, or one in a hundred.
const P95_SAMPLES_MIN: u64 = 20;
const P99_SAMPLES_MIN: u64 = 100;
/// Growth of memory that settles is not growth: less than an hour does not tell.
const GROWTH_SECONDS_MIN: f64 = 3_600.0;

/// Every claim on a branch of so many consoles and people, in the order in which somebody asks.
pub(super) fn claims(measurements: &[Measurement], clients: u16, people: u32) -> Vec<Claim> {
    let by = |part| Of { part, figures: of(measurements, part) };
    let (vision, cameras, soak) = (by(Part::Vision), by(Part::Cameras), by(Part::Soak));
    // 40 ms among a million, and less among fewer.
    let search_ms_max = (f64::from(people) * 40e-6).max(1.0);
    vec![
        vision.p95("a face is found in a picture", "/stages/detection/p95_ms", "/rounds", 50.0),
        vision.p95("a face is recognised", "/per_track/p95_ms", "/per_track/n", 100.0),
        by(Part::Events).p99("an event reaches 50 consoles", "/p99_ms", "/n", 10.0),
        by(Part::Api).p99("a request is answered, 16 clients", "/p99_ms", "/n", 200.0),
        crowd(&soak, clients),
        soak.p99(&format!("an event reaches {clients} consoles"), "/events/ms/p99", "/events/ms/n", 500.0),
        look_to_paid(&by(Part::LookToPaid)),
        cameras.p95("age of a picture that is analysed", "/frame_age_ms/p95", "/frame_age_ms/n", 250.0),
        cameras.at_least(
            "pictures analysed of each camera a second",
            "/analysed_fps_min",
            "/frame_age_ms/n",
            5.0,
        ),
        cameras.at_least(
            "times that each person in view is recognised",
            "/recognitions_min",
            "/recognitions",
            1.0,
        ),
        by(Part::Search).p95(&format!("search among {people} people"), "/p95_ms", "/searches", search_ms_max),
        exact(&by(Part::Search)),
        by(Part::Payments).p99("a sale is durable, 16 tills", "/p99_ms", "/together/sales", 1_000.0),
        attacks(&by(Part::Attacks)),
        growth(&soak),
        let_go(&soak),
        fit(&by(Part::Doctor)),
    ]
}

/// The figures of a part.
struct Of<'a> {
    part: Part,
    figures: &'a Value,
}

impl Of<'_> {
    fn figure(&self, pointer: &str) -> Option<f64> {
        self.figures.pointer(pointer).and_then(Value::as_f64)
    }

    /// A whole number; 0 where there is none.
    fn count(&self, pointer: &str) -> u64 {
        self.figures.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
    }

    fn claim(&self, name: &str, limit: String, n: u64, measured: Option<(String, bool)>) -> Claim {
        let (measured, verdict) = match measured {
            Some((measured, true)) => (measured, Verdict::Met),
            Some((measured, false)) => (measured, Verdict::Missed),
            None => ("-".to_owned(), Verdict::NotMeasured),
        };
        Claim { name: name.to_owned(), limit, measured, n, verdict, part: self.part }
    }

    fn p95(&self, name: &str, value: &str, n: &str, max_ms: f64) -> Claim {
        self.percentile(name, (value, n), max_ms, ("p95", P95_SAMPLES_MIN))
    }

    fn p99(&self, name: &str, value: &str, n: &str, max_ms: f64) -> Claim {
        self.percentile(name, (value, n), max_ms, ("p99", P99_SAMPLES_MIN))
    }

    fn percentile(
        &self,
        name: &str,
        (value, n): (&str, &str),
        max_ms: f64,
        (share, samples_min): (&str, u64),
    ) -> Claim {
        let n = self.count(n);
        let value = self.figure(value).filter(|_| n >= samples_min);
        let limit = format!("{share} under {max_ms} ms");
        self.claim(
            name,
            limit,
            n,
            value.map(|ms| (format!("{ms:.*} ms", if ms < 1.0 { 3 } else { 1 }), ms < max_ms)),
        )
    }

    fn at_least(&self, name: &str, value: &str, n: &str, min: f64) -> Claim {
        let n = self.count(n);
        let value = self.figure(value).filter(|_| n > 0);
        self.claim(
            name,
            format!("at least {min}"),
            n,
            value.map(|found| (format!("{found:.1}"), found >= min)),
        )
    }
}

/// Everybody stays connected and is answered.
fn crowd(soak: &Of<'_>, clients: u16) -> Claim {
    let n = soak.count("/requests/ms/n");
    let (gone, errors) = (soak.count("/dropped") + soak.count("/evicted"), soak.count("/errors"));
    let measured = (n > 0)
        .then(|| (format!("{gone} dropped, {errors} of {n} requests failed"), gone == 0 && errors == 0));
    soak.claim(&format!("{clients} clients at once"), "none dropped, none refused".to_owned(), n, measured)
}

/// The slowest of all looks; a run that did not end in a payment is slower than any limit.
fn look_to_paid(looks: &Of<'_>) -> Claim {
    const MAX_MS: f64 = 1_000.0;
    let runs = looks.figures.as_array().map_or(&[][..], Vec::as_slice);
    let paid = |run: &Value| {
        let events = run.as_array()?;
        let captured =
            events.iter().find(|event| event["event"] == "transaction" && event["state"] == "captured");
        captured?["look_to_paid_ms"].as_f64()
    };
    let times: Vec<Option<f64>> = runs.iter().map(paid).collect();
    let slowest = times.iter().flatten().copied().fold(0.0, f64::max);
    let unpaid = times.iter().filter(|time| time.is_none()).count();
    let measured = (!times.is_empty()).then(|| match unpaid {
        0 => (format!("{slowest:.0} ms"), slowest < MAX_MS),
        _ => (format!("{unpaid} of {} not paid", times.len()), false),
    });
    looks.claim(
        "from a face in view to paid",
        format!("each under {MAX_MS} ms"),
        times.len() as u64,
        measured,
    )
}

/// The answers of the coded search, and those of comparing with everybody.
fn exact(search: &Of<'_>) -> Claim {
    let (n, same) = (search.count("/naive_f32/compared"), search.count("/naive_f32/identical"));
    let measured = (n > 0).then(|| (format!("{same} of {n}"), same == n));
    search.claim(
        "searches answer as comparing with everybody does",
        "all, to the last bit".to_owned(),
        n,
        measured,
    )
}

/// Simulated attacks that pass everything that is asked before a payment.
fn attacks(attacks: &Of<'_>) -> Claim {
    let species = || attacks.figures["species"].as_object().into_iter().flatten();
    let sum = |key: &str| species().filter_map(|(_, of)| of["with_challenge"][key].as_u64()).sum::<u64>();
    let (passed, n) = (sum("count"), sum("n"));
    let measured = (n > 0).then(|| (format!("{passed} of {n}"), passed == 0));
    let name = "simulated attacks that pass liveness and challenge";
    attacks.claim(name, "none".to_owned(), n, measured)
}

fn growth(soak: &Of<'_>) -> Claim {
    let seconds = soak.figure("/seconds").unwrap_or_default();
    let slope = soak.figure("/memory/slope_mb_per_h").filter(|_| seconds >= GROWTH_SECONDS_MIN);
    let measured = slope.map(|mb| (format!("{mb:.2} MB/h"), mb < 1.0));
    soak.claim("memory grows", format!("under 1 MB/h, over {GROWTH_SECONDS_MIN} s"), seconds as u64, measured)
}

fn let_go(soak: &Of<'_>) -> Claim {
    let (consoles, told) = (soak.count("/events/consoles"), soak.count("/events/closed_1001"));
    let measured = soak
        .figure("/stopped_ms")
        .filter(|_| consoles > 0)
        .map(|ms| (format!("{told} of {consoles}, {ms:.0} ms"), ms <= 5_000.0 && told == consoles));
    soak.claim("consoles are told when it stops", "all, within 5 s".to_owned(), consoles, measured)
}

/// What `facepay doctor` finds.
fn fit(doctor: &Of<'_>) -> Claim {
    let n = doctor.figures["checks"].as_array().map_or(0, Vec::len) as u64;
    let (failed, warned) = (doctor.count("/summary/fail"), doctor.count("/summary/warn"));
    let measured = (n > 0).then(|| (format!("{failed} failed, {warned} warn"), failed == 0));
    doctor.claim("this machine is fit to be an appliance", "no check fails".to_owned(), n, measured)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(part: Part, output: Value, name: &str) -> (Verdict, u64) {
        let found = claims(&[Measurement::made(part, output)], 1_000, 10_000);
        let claim = found.iter().find(|claim| claim.name == name).expect(name);
        (claim.verdict, claim.n)
    }

    #[test]
    fn nothing_measured_meets_nothing() {
        let all = claims(&[], 1_000, 10_000);
        assert!(
            all.iter().all(|claim| claim.verdict == Verdict::NotMeasured && claim.measured == "-"),
            "{all:?}"
        );
    }

    #[test]
    fn a_percentile_of_too_few_is_not_printed() {
        let name = "an event reaches 50 consoles";
        for (ms, n, expected) in
            [(9.9, 100, Verdict::Met), (10.0, 100, Verdict::Missed), (1.0, 99, Verdict::NotMeasured)]
        {
            let found = verdict(Part::Events, json!({ "p99_ms": ms, "n": n }), name);
            assert_eq!(found, (expected, n));
        }
        assert_eq!(verdict(Part::Events, json!({ "p99_ms": 1.0 }), name).0, Verdict::NotMeasured);
    }

    #[test]
    fn every_look_has_to_be_paid_in_time() {
        let name = "from a face in view to paid";
        let paid = |ms: f64| json!([{ "event": "start" }, { "event": "transaction", "state": "captured", "look_to_paid_ms": ms }]);
        let declined = json!([{ "event": "transaction", "state": "declined" }]);
        for (runs, expected) in [
            (json!([paid(400.0), paid(999.0)]), Verdict::Met),
            (json!([paid(400.0), paid(1_000.0)]), Verdict::Missed),
            (json!([paid(400.0), declined]), Verdict::Missed),
            (json!([paid(400.0), Value::Null]), Verdict::Missed),
            (json!([]), Verdict::NotMeasured),
        ] {
            assert_eq!(verdict(Part::LookToPaid, runs.clone(), name).0, expected, "{runs}");
        }
    }

    #[test]
    fn one_client_lost_or_one_request_refused_is_one_too_many() {
        let soak = |dropped: u64, evicted: u64, errors: u64| json!({ "clients": 1_000, "dropped": dropped, "evicted": evicted, "errors": errors, "requests": { "ms": { "n": 9 } } });
        for (output, expected) in [
            (soak(0, 0, 0), Verdict::Met),
            (soak(1, 0, 0), Verdict::Missed),
            (soak(0, 1, 0), Verdict::Missed),
            (soak(0, 0, 1), Verdict::Missed),
        ] {
            assert_eq!(verdict(Part::Soak, output, "1000 clients at once"), (expected, 9));
        }
    }

    #[test]
    fn growth_is_said_of_an_hour_only() {
        let soak =
            |seconds: f64, slope: f64| json!({ "seconds": seconds, "memory": { "slope_mb_per_h": slope } });
        for (output, expected) in [
            (soak(3_600.0, 0.9), Verdict::Met),
            (soak(3_600.0, 1.0), Verdict::Missed),
            (soak(3_599.0, 0.0), Verdict::NotMeasured),
        ] {
            assert_eq!(verdict(Part::Soak, output, "memory grows").0, expected);
        }
    }

    #[test]
    fn one_attack_that_passes_is_one_too_many() {
        let name = "simulated attacks that pass liveness and challenge";
        let output = |passed: u64| {
            json!({ "species": {
                "print": { "with_challenge": { "count": 0, "n": 2 } },
                "screen": { "with_challenge": { "count": passed, "n": 2 } },
            } })
        };
        assert_eq!(verdict(Part::Attacks, output(0), name), (Verdict::Met, 4));
        assert_eq!(verdict(Part::Attacks, output(1), name), (Verdict::Missed, 4));
        assert_eq!(verdict(Part::Attacks, json!({ "species": {} }), name).0, Verdict::NotMeasured);
    }
}
