//! The report of living people and attacks.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::wording::{count, interval, percent};
use super::super::{Failure, provenance};
use crate::evaluate::report::axis::Axis;
use crate::evaluate::report::page::{Page, Part, Table};
use crate::evaluate::report::plot::{Curve, Plot};
use crate::evaluate::scores::Point;
use crate::settings::Settings;

/// Places of a curve.
pub(super) const POINTS: usize = 300;

/// The whole report; `curves` are those of each species.
pub(super) fn page(
    report: &Map<String, Value>,
    curves: &BTreeMap<String, Vec<Point>>,
    settings: &Settings,
) -> Result<Page, Failure> {
    let about = "Living people and attacks, by ISO/IEC 30107-3. APCER is the share of a species that passed, BPCER the share of \
                 living people who did not. Not a certification: that takes real artefacts and a laboratory.";
    let of = |name: &str| report.get(name).cloned().unwrap_or_default();
    let mut parts = Vec::new();
    for (level, heading) in [
        ("per_track", "By track: what a payment rests on"),
        ("per_frame", "By picture: the passive steps alone"),
    ] {
        let level = of(level);
        parts.push(Part::Heading(heading.to_owned()));
        parts.push(Part::Table(rates(&level)));
        let worst = level["worst_species"].as_str().map(|worst| {
            format!("Most of {worst} passed: {} (APCER, worst species).", percent(&level["apcer_max"]))
        });
        parts.extend(worst.map(Part::Text));
    }
    parts.push(Part::Plots(plots(curves)));
    let all = "The curves are over pictures: every least score that a step could ask for, pictures without an answer counted as \
               refused.";
    parts.push(Part::Text(all.to_owned()));
    parts.push(Part::Heading("Which layer refused".to_owned()));
    parts.push(Part::Table(layers(&of("refusals"))));
    parts.extend(provenance::parts(settings, report)?);
    Ok(Page { title: "Liveness".to_owned(), about: provenance::made(about), parts })
}

/// Living people, then each species.
pub(in super::super) fn rates(level: &Value) -> Table {
    let row = |name: &str, of: &Value, wrong: &str, rate: &str| {
        let three =
            if of["rule_of_three"].is_null() { "-".to_owned() } else { percent(&of["rule_of_three"]) };
        let mut row = vec![name.to_owned(), count(&of["n"]), count(&of[wrong]), percent(&of[rate])];
        row.extend([interval(&of["ci95"]), interval(&of["ci95_files"]), three]);
        row.extend(["not_live", "undecided", "not_acquired"].map(|key| count(&of[key])));
        row
    };
    let mut rows = vec![row("living people (BPCER)", &level["bona_fide"], "refused", "bpcer")];
    let species = level["attacks"].as_object().into_iter().flatten();
    rows.extend(species.map(|(name, of)| row(&format!("{name} (APCER)"), of, "accepted", "apcer")));
    let head =
        ["", "n", "Wrong", "Rate", "95 %", "95 % (files)", "3 in n", "Not live", "Undecided", "Not acquired"];
    Table::new(&head, rows)
}

fn plots(curves: &BTreeMap<String, Vec<Point>>) -> Vec<Plot> {
    let least = |of: &dyn Fn(&Point) -> f64| {
        curves.values().flatten().map(of).filter(|rate| *rate > 0.0).fold(1e-2, f64::min)
    };
    let lines = |y: &dyn Fn(&Point) -> f64| -> Vec<Curve> {
        let line = |(name, points): (&String, &Vec<Point>)| Curve {
            name: name.clone(),
            points: points.iter().map(|point| [point.false_accept_rate, y(point)]).collect(),
        };
        curves.iter().map(line).collect()
    };
    let passed = least(&|point| point.false_accept_rate);
    vec![
        Plot {
            title: "DET: living people refused against attacks passed".to_owned(),
            x: Axis::error_rate("attacks that pass (APCER)", passed, 0.9),
            y: Axis::error_rate(
                "living people refused (BPCER)",
                least(&|point| point.false_reject_rate),
                0.9,
            ),
            curves: lines(&|point| point.false_reject_rate),
            marks: Vec::new(),
        },
        Plot {
            title: "ROC: living people passed against attacks passed".to_owned(),
            x: Axis::decades("attacks that pass (APCER)", passed),
            y: Axis::share("living people who pass (1 - BPCER)", 0.0),
            curves: lines(&|point| 1.0 - point.false_reject_rate),
            marks: Vec::new(),
        },
    ]
}

/// Pictures that each layer refused, by who was shown.
fn layers(refusals: &Value) -> Table {
    let mut rows = Vec::new();
    let mut add = |who: &str, of: &Value| {
        for (kind, what) in
            [("steps", "liveness step"), ("acquisition", "not acquired"), ("camera", "camera")]
        {
            for (name, pictures) in of[kind].as_object().into_iter().flatten() {
                rows.push(vec![who.to_owned(), what.to_owned(), name.clone(), count(pictures)]);
            }
        }
    };
    add("living people", &refusals["bona_fide"]);
    refusals["attacks"].as_object().into_iter().flatten().for_each(|(species, of)| add(species, of));
    Table::new(&["Shown", "Layer", "Why", "Pictures"], rows)
}
