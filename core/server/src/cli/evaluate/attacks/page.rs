//! The report of simulated attacks.

use serde_json::{Map, Value};

use super::super::wording::{count, interval, percent};
use super::super::{Failure, provenance};
use super::{rows, stopped};
use crate::evaluate::report::page::{Page, Part, Table};
use crate::settings::Settings;

/// The whole report.
pub(super) fn page(report: &Map<String, Value>, settings: &Settings) -> Result<Page, Failure> {
    let of = |name: &str| report.get(name).cloned().unwrap_or_default();
    let about = "Simulated attacks, by the terms of ISO/IEC 30107-3. What passes here passes surely; what does not may still pass \
                 with real paper, glass and masks, which this does not have.";
    let how = format!(
        "{} attempts of each species on each of {} people, {} seconds each, seed {}. A challenge has {} gestures; {} may fail.",
        of("attempts"),
        of("people").as_array().map_or(0, Vec::len),
        of("seconds"),
        of("seed"),
        of("gestures"),
        of("tries_max")
    );
    let control = "The control is the same picture without an attack, swaying before a lens. It is no living person either: \
                   what refuses it, refuses the simulation.";
    let mut parts = vec![
        Part::Text(how),
        Part::Text(control.to_owned()),
        Part::Heading("By species".to_owned()),
        Part::Table(species(report)),
        Part::Heading("What stopped them".to_owned()),
        Part::Table(layers(report)),
        Part::Heading("The challenge by itself".to_owned()),
        Part::Table(challenges(report)),
        Part::Heading("The passive steps, picture by picture".to_owned()),
        Part::Table(frames(report)),
    ];
    parts.extend(provenance::parts(settings, report)?);
    Ok(Page { title: "Simulated attacks".to_owned(), about: provenance::made(about), parts })
}

fn species(report: &Map<String, Value>) -> Table {
    let row = |(name, of): (&str, &Value)| {
        let (plain, whole, payer) = (&of["without_challenge"], &of["with_challenge"], &of["as_payer"]);
        let mut row = vec![name.to_owned(), count(&plain["n"]), count(&plain["accepted"])];
        row.extend([percent(&plain["apcer"]), interval(&plain["ci95"]), interval(&plain["ci95_files"])]);
        row.extend([count(&payer["count"]), count(&whole["count"]), interval(&whole["ci95"])]);
        row
    };
    let head = [
        "Species",
        "n",
        "Passed",
        "APCER",
        "95 %",
        "95 % (people)",
        "As the payer",
        "Passed with challenge",
        "95 %",
    ];
    Table::new(&head, rows(report).map(row).collect())
}

fn layers(report: &Map<String, Value>) -> Table {
    let row = |(name, of): (&str, &Value)| {
        let at = of["live_at_ms_p50"].as_u64().map_or("-".to_owned(), |at| format!("{at} ms"));
        vec![name.to_owned(), stopped(of), at]
    };
    Table::new(
        &["Species", "Stopped by", "Those that passed did after (middle)"],
        rows(report).map(row).collect(),
    )
}

fn challenges(report: &Map<String, Value>) -> Table {
    let row = |(name, of): (&str, &Value)| {
        let challenge = &of["challenge"];
        let passed = &challenge["passed"];
        let failures = challenge["failures"].as_object().into_iter().flatten();
        let failures: Vec<String> = failures.map(|(why, count)| format!("{why} {count}")).collect();
        let mut row = vec![name.to_owned(), count(&passed["n"]), count(&challenge["tries"])];
        row.extend([count(&passed["count"]), percent(&passed["rate"]), interval(&passed["ci95"])]);
        row.push(failures.join(", "));
        row
    };
    let head = ["Species", "Attempts asked", "Challenges", "Passed", "Rate", "95 %", "Failures"];
    Table::new(&head, rows(report).map(row).collect())
}

fn frames(report: &Map<String, Value>) -> Table {
    let row = |(name, of): (&str, &Value)| {
        let frames = &of["per_frame"];
        let mut row = vec![name.to_owned()];
        row.extend(["n", "accepted", "not_live", "not_acquired"].map(|key| count(&frames[key])));
        row.extend([percent(&frames["apcer"]), interval(&frames["ci95"]), interval(&frames["ci95_files"])]);
        row
    };
    let head = ["Species", "n", "Passed", "Refused", "Not acquired", "APCER", "95 %", "95 % (people)"];
    Table::new(&head, rows(report).map(row).collect())
}
