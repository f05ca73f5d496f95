//! The report of searches among many.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::wording::{count, interval, number, percent};
use super::super::{Failure, provenance};
use crate::evaluate::report::axis::Axis;
use crate::evaluate::report::page::{Page, Part, Table};
use crate::evaluate::report::plot::{Curve, Plot};
use crate::evaluate::scores::Point;
use crate::settings::Settings;

/// Places of a curve.
pub(super) const POINTS: usize = 300;

/// The whole report; `curves` are those of each gallery's size.
pub(super) fn page(
    report: &Map<String, Value>,
    curves: &BTreeMap<u32, Vec<Point>>,
    settings: &Settings,
) -> Result<Page, Failure> {
    let of = |name: &str| report.get(name).cloned().unwrap_or_default();
    let about = "Who of N enrolled people is this, if anybody? Terms are those of ISO/IEC 19795-1: FPIR is the share of \
                 strangers who are named, FNIR that of enrolled people who are not.";
    let sizes = of("sizes");
    let sizes: Vec<&Value> = sizes.as_array().into_iter().flatten().collect();
    let mut parts = vec![
        Part::Warning(of("drawn").as_str().unwrap_or_default().to_owned()),
        Part::Heading("By the number of people".to_owned()),
        Part::Table(rates(&sizes)),
        Part::Plots(plots(curves)),
        Part::Heading("Look-alikes".to_owned()),
        Part::Table(look_alikes(&of("look_alikes"))),
        Part::Heading("Speed".to_owned()),
        Part::Table(speed(&sizes)),
    ];
    let margin = format!(
        "Thresholds are computed for an FPIR of {} and model tag {}; the best must be ahead of the next by {}.",
        percent(&of("fpir_target")),
        of("model_tag"),
        number(&of("margin_min"), 3)
    );
    parts.insert(3, Part::Text(margin));
    parts.extend(provenance::parts(settings, report)?);
    Ok(Page { title: "One face among many".to_owned(), about: provenance::made(about), parts })
}

fn rates(sizes: &[&Value]) -> Table {
    let row = |size: &&Value| {
        let rate = |of: &Value| [percent(&of["rate"]), interval(&of["ci95"]), count(&of["n"])];
        let mut row =
            vec![count(&size["n"]), count(&size["real_people"]), number(&size["similarity_min"], 3)];
        row.extend(rate(&size["fpir_detail"]));
        row.extend(rate(&size["fnir_detail"]));
        row.push(percent(&size["recall_at_1"]));
        row
    };
    let head =
        ["People", "Real", "Threshold", "FPIR", "95 %", "n", "FNIR", "95 %", "n", "First (recall at 1)"];
    Table::new(&head, sizes.iter().map(row).collect())
}

fn plots(curves: &BTreeMap<u32, Vec<Point>>) -> Vec<Plot> {
    let least = |of: &dyn Fn(&Point) -> f64| {
        curves.values().flatten().map(of).filter(|rate| *rate > 0.0).fold(1e-2, f64::min)
    };
    let lines = |y: &dyn Fn(&Point) -> f64| -> Vec<Curve> {
        let line = |(size, points): (&u32, &Vec<Point>)| Curve {
            name: format!("{size} people"),
            points: points.iter().map(|point| [point.false_accept_rate, y(point)]).collect(),
        };
        curves.iter().map(line).collect()
    };
    let named = least(&|point| point.false_accept_rate);
    let found = lines(&|point| 1.0 - point.false_reject_rate);
    let lowest = found.iter().flat_map(|curve| &curve.points).map(|[_, y]| *y).fold(1.0, f64::min);
    vec![
        Plot {
            title: "DET: enrolled people missed against strangers named".to_owned(),
            x: Axis::error_rate("strangers who are named (FPIR)", named, 0.9),
            y: Axis::error_rate(
                "enrolled people missed (FNIR)",
                least(&|point| point.false_reject_rate),
                0.9,
            ),
            curves: lines(&|point| point.false_reject_rate),
            marks: Vec::new(),
        },
        Plot {
            title: "ROC: enrolled people named against strangers named".to_owned(),
            x: Axis::decades("strangers who are named (FPIR)", named),
            y: Axis::share("enrolled people who are named (1 - FNIR)", lowest),
            curves: found,
            marks: Vec::new(),
        },
    ]
}

fn look_alikes(planted: &Value) -> Table {
    let row = |one: &Value| {
        let mut row = vec![number(&one["similarity"], 1)];
        row.extend(["n", "right", "step_up", "wrong", "nobody"].map(|key| count(&one[key])));
        row.push(interval(&one["wrong_ci95"]));
        row
    };
    let head = ["Templates' cosine", "n", "Right", "Asked for more", "Wrong", "Nobody", "Wrong, 95 %"];
    Table::new(&head, planted.as_array().into_iter().flatten().map(row).collect())
}

fn speed(sizes: &[&Value]) -> Table {
    let row = |size: &&Value| {
        let mut row = vec![count(&size["n"]), count(&size["searches"])];
        row.extend(["p50_ms", "p95_ms", "p99_ms"].map(|key| number(&size[key], 2)));
        row.extend([number(&size["ready_ms"], 0), number(&size["rss_mb"], 0)]);
        row
    };
    let head = ["People", "Searches", "p50 ms", "p95 ms", "p99 ms", "Filled in ms", "Memory MB"];
    Table::new(&head, sizes.iter().map(row).collect())
}
