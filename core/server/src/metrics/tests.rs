//! What is drawn and watched elsewhere is there.

use std::collections::BTreeSet;

use pipeline::FrameResult;
use pipeline::camera::CameraState;

use super::*;

const DASHBOARD: &str = include_str!("../../../../config/observability/dashboard.json");
const ALERTS: &str = include_str!("../../../../config/observability/alerts.yml");
const ALERTS_TEST: &str = include_str!("../../../../config/observability/alerts_test.yml");

/// The text of metrics in which everything has happened once.
fn busy() -> String {
    let metrics = Metrics::new();
    let camera = "till-1".to_owned();
    for state in CameraState::ALL {
        let labels = CameraStateLabels { camera: camera.clone(), state: state.name() };
        metrics.camera_state.get_or_create(&labels).set(1);
    }
    for result in FrameResult::ALL {
        let labels = CameraResultLabels { camera: camera.clone(), result: result.name() };
        metrics.frames.get_or_create(&labels).inc();
    }
    metrics.frame_age.get_or_create(&CameraLabels { camera }).observe(0.1);
    metrics.webrtc_ended.get_or_create(&ReasonLabels { reason: "gone" }).inc();
    metrics.set_device("adapter", "backend");
    metrics.observe_threshold("pay", 0.5);
    metrics.touch_faults("wallet", &["hung"]);
    metrics.plugins.touch("wallet");
    let (id, state) = ("wallet".to_owned(), "active");
    metrics.plugins.observe(&[PluginFigures { id, state, generation: 1, resident_bytes: None }]);
    metrics.text().unwrap()
}

/// The metrics that `text` names, each with its selector, which may be empty.
fn named(text: &str) -> BTreeSet<(&str, &str)> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts = text.match_indices("facepay_").map(|(at, _)| at);
    let whole = starts.map(|at| text.get(at..).unwrap_or_default());
    whole
        .map(|rest| {
            let (name, rest) = rest.split_at(rest.find(|c: char| !is_name(c)).unwrap_or(rest.len()));
            let selector = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            (name, selector.map_or("", |(selector, _)| selector))
        })
        .collect()
}

/// The labels of a selector, each with the values that it names. Those that the scrape adds, or that are chosen, are none.
fn values(selector: &str) -> impl Iterator<Item = (&str, &str)> {
    let matchers = selector.split(',').filter_map(|matcher| {
        let (label, value) = matcher.split_once('=')?;
        Some((label.trim().trim_end_matches('!'), value.trim_matches(['~', '"', '\\', ' '])))
    });
    let ours = matchers.filter(|(label, value)| *label != "instance" && !value.contains('$'));
    ours.flat_map(|(label, values)| values.split('|').map(move |value| (label, value)))
        .filter(|(label, _)| !["le", "camera", "code"].contains(label))
}

#[test]
fn every_metric_of_dashboard_and_alerts_is_there_with_its_labels() {
    let text = busy();
    for (file, source) in [("dashboard", DASHBOARD), ("alerts", ALERTS), ("their test", ALERTS_TEST)] {
        let mut found = 0;
        for (name, selector) in named(source) {
            let series: Vec<&str> = text
                .lines()
                .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{'])))
                .collect();
            assert!(!series.is_empty(), "{file}: there is no {name}");
            for (label, value) in values(selector) {
                let labelled = format!("{label}=\"{value}\"");
                assert!(
                    series.iter().any(|line| line.contains(&labelled)),
                    "{file}: no {name} of {labelled}"
                );
            }
            found += 1;
        }
        assert!(found > 5, "{file}: {found}");
    }
}
