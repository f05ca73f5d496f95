//! What plugins record of themselves, as `facepay_plugin_own_NAME{plugin="ID"}`.

use std::collections::BTreeMap;
use std::fmt;

use plugin_host::{MetricSeries, MetricValue, MetricsBook, Unit};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{self, Registry};

/// Reads the book at each scrape.
struct Plugins(MetricsBook);

impl fmt::Debug for Plugins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plugins")
    }
}

/// Has the registry read the book.
pub(super) fn register(registry: &mut Registry, book: MetricsBook) {
    registry.sub_registry_with_prefix("plugin_own").register_collector(Box::new(Plugins(book)));
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PluginLabels {
    plugin: String,
}

/// The series of one name, each with its plugin. Help and kind are those of the first.
type Rows = Vec<(PluginLabels, MetricSeries)>;

impl Collector for Plugins {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let all = self.0.read();
        let help = "Values of a plugin that are not finite, negative where that cannot be, or of no metric.";
        let mut ignored = encoder.encode_descriptor("values_ignored", help, None, MetricType::Counter)?;
        let mut families: BTreeMap<(String, &str), Rows> = BTreeMap::new();
        for plugin in all {
            let labels = PluginLabels { plugin: plugin.plugin };
            ignored.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&plugin.ignored, None)?;
            for series in plugin.series {
                let rows = families.entry((series.name.clone(), series.unit.name())).or_default();
                // One name is of one kind in a scrape: the book sees to it.
                if rows.first().is_none_or(|(_, first)| is_one_kind(first, &series)) {
                    rows.push((labels.clone(), series));
                }
            }
        }
        families.into_values().try_for_each(|rows| family(&mut encoder, &rows))
    }
}

fn family(encoder: &mut DescriptorEncoder<'_>, rows: &Rows) -> fmt::Result {
    let Some((_, first)) = rows.first() else { return Ok(()) };
    let unit = (first.unit != Unit::None).then(|| registry::Unit::Other(first.unit.name().to_owned()));
    let kind = match first.value {
        MetricValue::Counter(_) => MetricType::Counter,
        MetricValue::Gauge(_) => MetricType::Gauge,
        MetricValue::Histogram { .. } => MetricType::Histogram,
    };
    let mut family = encoder.encode_descriptor(&first.name, &first.help, unit.as_ref(), kind)?;
    for (labels, series) in rows {
        let mut metric = family.encode_family(labels)?;
        match &series.value {
            MetricValue::Counter(value) => metric.encode_counter::<NoLabelSet, _, u64>(value, None)?,
            MetricValue::Gauge(value) => metric.encode_gauge(value)?,
            MetricValue::Histogram { sum, buckets } => {
                let count = buckets.iter().map(|(_, count)| count).sum();
                metric.encode_histogram::<NoLabelSet>(*sum, count, buckets, None)?;
            }
        }
    }
    Ok(())
}

fn is_one_kind(a: &MetricSeries, b: &MetricSeries) -> bool {
    std::mem::discriminant(&a.value) == std::mem::discriminant(&b.value)
}

#[cfg(test)]
mod tests {
    use plugin_host::{MetricDesc, MetricKind};

    use super::*;

    fn record(book: &MetricsBook, plugin: &str, desc: &MetricDesc<'_>, values: &[f64]) {
        // Dropped at the end, as a plugin that was unloaded: what it has counted stays.
        let recorder = book.recorder(plugin);
        let handle = recorder.define(desc).unwrap();
        values.iter().for_each(|value| recorder.record(handle, *value));
    }

    #[test]
    fn each_metric_is_one_family_with_a_series_for_each_plugin() {
        let (mut registry, book) = (Registry::with_prefix("facepay"), MetricsBook::default());
        register(&mut registry, book.clone());
        let (kind, bounds): (_, &[f64]) = (MetricKind::Counter, &[]);
        let hits = MetricDesc { kind, name: "hits", unit: Unit::None, help: "Found", bounds };
        record(&book, "com.acme.one", &hits, &[1.0, 0.5, f64::NAN]);
        record(&book, "com.acme.two", &hits, &[2.0]);
        let took = MetricDesc {
            kind: MetricKind::Histogram,
            name: "took",
            unit: Unit::Seconds,
            help: "Time",
            bounds: &[1.0],
        };
        record(&book, "com.acme.two", &took, &[0.25, 4.0]);
        let otherwise = MetricDesc { kind: MetricKind::Histogram, bounds: &[1.0], ..hits };
        assert!(book.recorder("com.acme.ant").define(&otherwise).is_err(), "it was not the first");
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        let expected = r#"# HELP facepay_plugin_own_values_ignored Values of a plugin that are not finite, negative where that cannot be, or of no metric.
# TYPE facepay_plugin_own_values_ignored counter
facepay_plugin_own_values_ignored_total{plugin="com.acme.ant"} 0
facepay_plugin_own_values_ignored_total{plugin="com.acme.one"} 1
facepay_plugin_own_values_ignored_total{plugin="com.acme.two"} 0
# HELP facepay_plugin_own_hits Found
# TYPE facepay_plugin_own_hits counter
facepay_plugin_own_hits_total{plugin="com.acme.one"} 1.5
facepay_plugin_own_hits_total{plugin="com.acme.two"} 2.0
# HELP facepay_plugin_own_took_seconds Time
# TYPE facepay_plugin_own_took_seconds histogram
# UNIT facepay_plugin_own_took_seconds seconds
facepay_plugin_own_took_seconds_sum{plugin="com.acme.two"} 4.25
facepay_plugin_own_took_seconds_count{plugin="com.acme.two"} 2
facepay_plugin_own_took_seconds_bucket{le="1.0",plugin="com.acme.two"} 1
facepay_plugin_own_took_seconds_bucket{le="+Inf",plugin="com.acme.two"} 2
# EOF
"#;
        assert_eq!(text, expected);
    }
}
