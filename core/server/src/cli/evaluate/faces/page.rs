//! The report of one-to-one verification.

use serde_json::{Map, Value};

use super::super::wording::{count, interval, number, percent};
use super::super::{Failure, provenance};
use super::{FALSE_ACCEPT_RATES, groups};
use crate::evaluate::report::axis::Axis;
use crate::evaluate::report::page::{Page, Part, Table};
use crate::evaluate::report::plot::{Curve, Mark, Plot};
use crate::evaluate::scores::{Point, Scores};
use crate::settings::Settings;

/// Places of a curve.
const POINTS: usize = 400;

/// The whole report.
pub(super) fn page(
    report: &Map<String, Value>,
    scores: &Scores,
    settings: &Settings,
) -> Result<Page, Failure> {
    let of = |name: &str| report.get(name).cloned().unwrap_or_default();
    let about = "Two pictures: one person or two? Terms are those of ISO/IEC 19795-1. A rate stands with its n and its \
                 95 % interval.";
    let mut parts = vec![Part::Table(summary(report))];
    if of("protocol") == "listed_pairs" {
        let few = "Curves and rates are over the listed pairs only, which are too few for small rates: see --all-pairs.";
        parts.push(Part::Warning(few.to_owned()));
    }
    parts.push(Part::Plots(plots(report, scores)));
    parts.push(Part::Heading("True accept rate at a false accept rate".to_owned()));
    parts.push(Part::Table(accept_rates(&of("tar"), &of("tar_detail"))));
    let pairs = "The first interval is Wilson's, as if pairs were independent. The second draws people anew with all their \
                 pairs: believe the wider one.";
    parts.push(Part::Text(pairs.to_owned()));
    parts.push(Part::Heading("At the appliance's own threshold".to_owned()));
    parts.push(Part::Table(operating(&of("operating"))));
    parts.extend(groups::parts(&of("cohorts")));
    parts.push(Part::Heading("Failures to acquire".to_owned()));
    parts.push(Part::Table(failures(&of("failed"))));
    parts.extend(provenance::parts(settings, report)?);
    Ok(Page { title: "Faces, one to one".to_owned(), about: provenance::made(about), parts })
}

fn summary(report: &Map<String, Value>) -> Table {
    let of = |name: &str| report.get(name).cloned().unwrap_or_default();
    let (accuracy, equal, all) = (of("accuracy"), of("eer_detail"), of("all_pairs"));
    let mut rows = vec![
        vec!["Pictures".to_owned(), count(&of("images")), String::new(), String::new()],
        vec![
            "Failures to acquire".to_owned(),
            count(&of("failures_to_acquire")),
            String::new(),
            String::new(),
        ],
    ];
    if !all.is_null() {
        rows.push(vec!["People".to_owned(), count(&all["people"]), String::new(), String::new()]);
        for (name, kind) in [("Genuine pairs", "genuine"), ("Impostor pairs", "impostor")] {
            rows.push(vec![name.to_owned(), count(&all[kind]["n"]), String::new(), String::new()]);
        }
    }
    for (name, rate, detail) in [
        ("Equal error rate", of("eer"), &equal),
        ("Accuracy over folds", accuracy["mean"].clone(), &accuracy),
    ] {
        rows.push(vec![name.to_owned(), percent(&rate), interval(&detail["ci95"]), count(&detail["n"])]);
    }
    Table::new(&["", "Figure", "95 %", "n"], rows)
}

fn plots(report: &Map<String, Value>, scores: &Scores) -> Vec<Plot> {
    let curve = scores.curve(POINTS);
    let least = 1.0 / scores.impostor().max(1) as f64;
    let points = |y: &dyn Fn(&Point) -> f64| -> Vec<[f64; 2]> {
        curve.iter().map(|point| [point.false_accept_rate, y(point)]).collect()
    };
    let missed = points(&|point| point.false_reject_rate);
    let least_missed = missed.iter().map(|[_, y]| *y).filter(|y| *y > 0.0).fold(1.0, f64::min);
    let accepted = points(&|point| 1.0 - point.false_reject_rate);
    // A share of all people who are met at some place is what the axis must show.
    let lowest = accepted.iter().map(|[_, y]| *y).fold(1.0, f64::min);
    let marks = |y: &dyn Fn(&Point) -> f64| -> Vec<Mark> {
        let places = marked(report).into_iter().map(|(name, similarity_min)| {
            let point = scores.at(similarity_min);
            Mark { name, at: [point.false_accept_rate, y(&point)] }
        });
        places.collect()
    };
    let name = "all measured pairs";
    let curves = |points| vec![Curve { name: name.to_owned(), points }];
    vec![
        Plot {
            title: "DET: missed against false matches".to_owned(),
            x: Axis::error_rate("false match rate", least, 0.4),
            y: Axis::error_rate("false non-match rate", least_missed, 0.4),
            curves: curves(missed),
            marks: marks(&|point| point.false_reject_rate),
        },
        Plot {
            title: "ROC: matched against false matches".to_owned(),
            x: Axis::decades("false match rate", least),
            y: Axis::share("true match rate", lowest),
            curves: curves(accepted),
            marks: marks(&|point| 1.0 - point.false_reject_rate),
        },
    ]
}

/// Thresholds worth a mark, by name.
fn marked(report: &Map<String, Value>) -> Vec<(String, f32)> {
    let threshold = |of: &Value| of["similarity_min"].as_f64().map(|least| least as f32);
    let equal = report.get("eer_detail").and_then(threshold);
    let own = report.get("operating").and_then(threshold);
    let named = [("equal error rate", equal), ("the appliance, one to one", own)];
    let marks = named
        .into_iter()
        .filter_map(|(name, least)| least.map(|least| (format!("{name} (similarity {least:.3})"), least)));
    marks.collect()
}

fn accept_rates(rates: &Value, details: &Value) -> Table {
    let row = |name: &str| {
        let detail = &details[name];
        if detail.is_null() {
            return vec![format!("{name}: too few pairs to tell"), "-".to_owned()];
        }
        vec![
            name.to_owned(),
            percent(&rates[name]),
            interval(&detail["ci95"]),
            interval(&detail["ci95_people"]),
            count(&detail["n"]),
            number(&detail["similarity_min"], 4),
            format!("{} of {}", count(&detail["false_accepts"]), count(&detail["impostors"])),
            interval(&detail["false_accept_rate_ci95"]),
        ]
    };
    let rows = FALSE_ACCEPT_RATES.iter().map(|(name, _)| row(name)).collect();
    let head = [
        "False accept rate",
        "True accept rate",
        "95 % (pairs)",
        "95 % (people)",
        "Genuine pairs",
        "Threshold",
        "False accepts",
        "Their rate, 95 %",
    ];
    Table::new(&head, rows)
}

fn operating(operating: &Value) -> Table {
    let row = |name: &str, key: &str| {
        let rate = &operating[key];
        let (errors, n) = (count(&rate["count"]), count(&rate["n"]));
        vec![name.to_owned(), percent(&rate["rate"]), interval(&rate["ci95"]), errors, n]
    };
    let threshold = number(&operating["similarity_min"], 4);
    let mut rows = vec![row("False match rate", "fmr"), row("False non-match rate", "fnmr")];
    rows.push(vec!["Similarity that it asks for".to_owned(), threshold]);
    Table::new(&["", "Rate", "95 %", "Errors", "n"], rows)
}

/// Reasons, not pictures: a picture's name may be somebody's.
fn failures(failed: &Value) -> Table {
    let mut reasons = std::collections::BTreeMap::<String, u64>::new();
    for one in failed.as_array().into_iter().flatten() {
        *reasons.entry(one["why"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let rows = reasons.into_iter().map(|(why, count)| vec![why, count.to_string()]).collect();
    Table::new(&["Why", "Pictures"], rows)
}
