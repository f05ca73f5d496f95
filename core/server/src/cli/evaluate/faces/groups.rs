//! Errors by groups of people, counted, printed and reported.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::super::wording::{count, interval, number, percent};
use super::super::{Failure, terminal, told};
use super::Measured;
use crate::evaluate::all_pairs::person;
use crate::evaluate::cohorts::{Cohorts, Counts, Member};
use crate::evaluate::interval::Rate;
use crate::evaluate::pairs::Pair;
use crate::evaluate::report::page::{Part, Table};

/// Which pairs are compared.
#[derive(Clone, Copy)]
pub(super) enum Compared<'a> {
    EveryPair,
    Listed(&'a [Pair]),
}

/// The false accept rate over all people at which groups are compared, beside the appliance's own threshold.
const FALSE_ACCEPT_RATE: &str = "1e-4";

/// The list of groups.
pub(super) fn read(file: &Path) -> Result<Cohorts, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| told("read", file, error))?;
    Cohorts::parse(&text).map_err(|error| Failure::failed(error.to_string()))
}

/// The thresholds that everybody is judged by, whatever their group: the appliance's own, and the one measured over all.
pub(super) fn thresholds(own: f32, report: &Map<String, Value>) -> Vec<(String, f32)> {
    let details = report.get("tar_detail").cloned().unwrap_or_default();
    let measured = details[FALSE_ACCEPT_RATE]["similarity_min"].as_f64().map(|least| least as f32);
    let mut named = vec![("the appliance, one to one".to_owned(), own)];
    named.extend(measured.map(|least| (format!("false accept rate {FALSE_ACCEPT_RATE}"), least)));
    named
}

/// Everything about the groups.
pub(super) fn report(
    cohorts: &Cohorts,
    measured: &Measured<'_>,
    compared: Compared<'_>,
    thresholds: &[(String, f32)],
) -> Value {
    let mut people: BTreeMap<&str, usize> = BTreeMap::new();
    let mut members: BTreeMap<&Path, Member<'_>> = BTreeMap::new();
    let mut without: Vec<&Path> = Vec::new();
    for name in &measured.names {
        let Some(of) = person(name) else { continue };
        let next = people.len();
        let person = *people.entry(of).or_insert(next);
        let embedding = measured.embedded.get(name).and_then(|one| one.embedding.as_ref());
        match cohorts.group(name) {
            Some(group) => drop(members.insert(name, Member { person, group, embedding })),
            None => without.push(name),
        }
    }
    let mins: Vec<f32> = thresholds.iter().map(|(_, least)| *least).collect();
    let nameless: BTreeSet<&str> = without.iter().filter_map(|name| person(name)).collect();
    let (counts, all) = match compared {
        Compared::EveryPair => {
            let all: Vec<Member<'_>> = members.into_values().collect();
            (Counts::of_every_pair(&all, &mins, |_| ()), all)
        }
        Compared::Listed(pairs) => (of_listed(pairs, &members, &mins), members.into_values().collect()),
    };
    let every = matches!(compared, Compared::EveryPair).then_some(&all[..]);
    let points = thresholds.iter().enumerate().map(|(place, (name, _))| {
        let mut point = json!(counts.at(place, cohorts.groups(), every));
        point["name"] = json!(name);
        point
    });
    json!({
        "groups": sizes(cohorts, &all),
        "people_without_group": nameless.len(),
        "pictures_without_group": without.len(),
        "listed_but_not_shown": cohorts.not_shown(&measured.names),
        "points": points.collect::<Vec<Value>>(),
    })
}

fn of_listed(pairs: &[Pair], members: &BTreeMap<&Path, Member<'_>>, mins: &[f32]) -> Counts {
    let mut counts = Counts::new(mins);
    for pair in pairs {
        let [a, b] = [0, 1].map(|side: usize| members.get(pair.pictures[side].as_path()));
        if let Some((a, b)) = a.zip(b) {
            counts.add(a, b);
        }
    }
    counts
}

/// Each group's people and pictures, and how many of these show no usable face.
fn sizes(cohorts: &Cohorts, members: &[Member<'_>]) -> Vec<Value> {
    let of = |(group, name): (usize, &String)| {
        let own: Vec<&Member<'_>> = members.iter().filter(|member| member.group == group).collect();
        let people: BTreeSet<usize> = own.iter().map(|member| member.person).collect();
        let failed = own.iter().filter(|member| member.embedding.is_none()).count();
        let failures = Rate::of(failed, own.len());
        json!({ "name": name, "people": people.len(), "pictures": own.len(), "failures_to_acquire": failures })
    };
    cohorts.groups().iter().enumerate().map(of).collect()
}

/// Prints the groups; nothing when none were asked for.
pub(super) fn show(cohorts: &Value) {
    if cohorts.is_null() {
        return;
    }
    for point in cohorts["points"].as_array().into_iter().flatten() {
        let (name, least) =
            (&point["name"].as_str().unwrap_or_default(), number(&point["similarity_min"], 3));
        terminal::out(format!("\nby group at the threshold of {name} (similarity {least})"));
        let Table { head, rows } = errors(point);
        terminal::table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
        said(point).into_iter().for_each(terminal::out);
        warnings(point).into_iter().for_each(|text| terminal::out(format!("WARNING {text}")));
    }
    terminal::out(left_out(cohorts));
}

/// The section of the report; nothing when no groups were asked for.
pub(super) fn parts(cohorts: &Value) -> Vec<Part> {
    if cohorts.is_null() {
        return Vec::new();
    }
    let mut parts = vec![Part::Heading("By groups of people".to_owned()), Part::Text(left_out(cohorts))];
    parts.push(Part::Table(acquired(cohorts)));
    for point in cohorts["points"].as_array().into_iter().flatten() {
        let (name, least) = (point["name"].as_str().unwrap_or_default(), number(&point["similarity_min"], 4));
        parts.push(Part::Heading(format!("By group, at the threshold of {name} (similarity {least})")));
        parts.push(Part::Table(errors(point)));
        parts.extend(said(point).into_iter().map(Part::Text));
        parts.extend(warnings(point).into_iter().map(Part::Warning));
        parts.push(Part::Text("False matches of two people, one of each group:".to_owned()));
        parts.push(Part::Table(between(point)));
    }
    parts
}

fn left_out(cohorts: &Value) -> String {
    format!(
        "{} people with {} pictures are in no group and in none of these figures; {} names of the list are not among the \
         pictures.",
        cohorts["people_without_group"], cohorts["pictures_without_group"], cohorts["listed_but_not_shown"]
    )
}

fn acquired(cohorts: &Value) -> Table {
    let row = |group: &Value| {
        let failed = &group["failures_to_acquire"];
        let name = group["name"].as_str().unwrap_or_default().to_owned();
        let mut row = vec![name, count(&group["people"]), count(&group["pictures"])];
        row.extend([count(&failed["count"]), percent(&failed["rate"]), interval(&failed["ci95"])]);
        row
    };
    let rows = cohorts["groups"].as_array().into_iter().flatten().map(row).collect();
    Table::new(&["Group", "People", "Pictures", "No usable face", "Rate", "95 %"], rows)
}

fn errors(point: &Value) -> Table {
    let row = |(name, group): (&String, &Value)| {
        let mut row = vec![name.clone()];
        for key in ["fmr", "fnmr"] {
            let rate = &group[key];
            row.extend([
                percent(&rate["rate"]),
                format!("{} of {}", count(&rate["count"]), count(&rate["n"])),
            ]);
            row.extend([interval(&rate["ci95"]), interval(&rate["ci95_people"])]);
        }
        row
    };
    let rows = point["groups"].as_object().into_iter().flatten().map(row).collect();
    let head = ["Group", "FMR", "Errors", "95 %", "95 % (people)", "FNMR", "Errors", "95 %", "95 % (people)"];
    Table::new(&head, rows)
}

fn between(point: &Value) -> Table {
    let row = |pair: &Value| {
        let [one, other] = [0, 1].map(|side: usize| pair["groups"][side].as_str().unwrap_or_default());
        let rate = &pair["fmr"];
        let errors = format!("{} of {}", count(&rate["count"]), count(&rate["n"]));
        vec![format!("{one} and {other}"), percent(&rate["rate"]), errors, interval(&rate["ci95"])]
    };
    let rows = point["between"].as_array().into_iter().flatten().map(row).collect();
    Table::new(&["Groups", "FMR", "Errors", "95 %"], rows)
}

/// Worst and best, in a sentence each.
fn said(point: &Value) -> Vec<String> {
    let of = |(what, key): (&str, &str)| {
        let ratio = &point[key];
        let [worst, best] = ["worst", "best"].map(|key| ratio[key].as_str());
        let (worst, best) = worst.zip(best)?;
        let times = match ratio["ratio"].as_f64() {
            Some(times) => format!("{times:.2} times that of {best}"),
            None => format!("above that of {best}, which has no error"),
        };
        Some(format!("{what}: the highest, of {worst}, is {times}."))
    };
    [("False match rate", "fmr_ratio"), ("False non-match rate", "fnmr_ratio")]
        .into_iter()
        .filter_map(of)
        .collect()
}

fn warnings(point: &Value) -> Vec<String> {
    let of = |(what, key): (&str, &str)| Some(format!("{what}: {}", point[key]["warning"].as_str()?));
    [("false match rate", "fmr_ratio"), ("false non-match rate", "fnmr_ratio")]
        .into_iter()
        .filter_map(of)
        .collect()
}
