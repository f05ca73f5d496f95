//! What figures were measured with: networks, plugins, device and settings, at the end of each report.

use serde_json::{Map, Value};

use super::Failure;
use crate::evaluate::report::page::{Part, Table};
use crate::settings::Settings;

/// The settings that figures can depend on, by section; of `plugins` and `cameras` only these keys.
const SECTIONS: [(&str, &[&str]); 5] = [
    ("plugins", &["detection", "liveness", "recognition", "recognition_set"]),
    ("recognition", &[]),
    ("policy", &["fpir_target_pay"]),
    ("challenge", &[]),
    ("cameras", &["analysed_fps_max", "frozen_after_ms", "loop_s_max", "view_learn_s", "view_checks"]),
];

/// Plugins, networks, device and settings of a report.
pub(super) fn parts(settings: &Settings, report: &Map<String, Value>) -> Result<Vec<Part>, Failure> {
    let of = |name: &str| report.get(name).cloned().unwrap_or_default();
    let mut parts = vec![Part::Heading("What ran".to_owned())];
    let device = if report.contains_key("compute") { of("compute") } else { of("device") };
    if let Some(adapter) = device["adapter"].as_str() {
        let backend = device["backend"].as_str().unwrap_or_default();
        parts.push(Part::Text(format!("The networks ran on {adapter} ({backend}).")));
    }
    let networks = of("networks");
    let rows = networks.as_array().into_iter().flatten().map(|network| {
        let tag = network["model_tag"].as_u64().map_or("-".to_owned(), |tag| tag.to_string());
        vec![text(&network["name"]), tag, text(&network["sha256"])]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        parts.push(Part::Text(
            "No network ran: the figures are of numbers that were there before.".to_owned(),
        ));
    } else {
        parts.push(Part::Table(Table::new(&["Network", "Model tag", "SHA-256 of its weights"], rows)));
    }
    let models = of("models");
    let models: Vec<Vec<String>> =
        models.as_array().into_iter().flatten().map(|model| vec![text(model)]).collect();
    if !models.is_empty() {
        parts.push(Part::Table(Table::new(&["Plugins, and recognisers with their weights"], models)));
    }
    parts.push(Part::Heading("Settings".to_owned()));
    parts.push(Part::Table(Table::new(&["Setting", "Value"], rows_of(settings)?)));
    Ok(parts)
}

/// Where and when a report was made.
pub(super) fn made(what: &str) -> String {
    let at = crate::app::start::machine_clock()();
    let at = jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| String::new(), |at| format!("{at:.0}"));
    format!("{what} Made by FacePay {} at {at}.", env!("CARGO_PKG_VERSION"))
}

fn rows_of(settings: &Settings) -> Result<Vec<Vec<String>>, Failure> {
    let all: toml::Table = toml::from_str(&settings.redacted())
        .map_err(|error| Failure::failed(format!("the settings cannot be shown: {error}")))?;
    let mut rows = Vec::new();
    for (section, keys) in SECTIONS {
        let Some(table) = all.get(section).and_then(toml::Value::as_table) else { continue };
        let wanted = |key: &str| keys.is_empty() || keys.contains(&key);
        let shown = table.iter().filter(|(key, _)| wanted(key));
        rows.extend(shown.map(|(key, value)| vec![format!("{section}.{key}"), value.to_string()]));
    }
    Ok(rows)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
