//! What a plugin counts and measures of itself, for the operator's monitoring.

use std::sync::Arc;

use crate::abi;
use crate::error::Result;

/// What is done with the values of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// They are added up.
    Counter,
    /// The last one stands.
    Gauge,
    /// They are counted by size.
    Histogram,
}

impl MetricKind {
    /// The kind's number in the ABI.
    pub const fn code(self) -> u32 {
        match self {
            Self::Counter => abi::FP_METRIC_COUNTER,
            Self::Gauge => abi::FP_METRIC_GAUGE,
            Self::Histogram => abi::FP_METRIC_HISTOGRAM,
        }
    }

    /// The kind with this number; `None` when it is not known.
    pub const fn from_code(code: u32) -> Option<Self> {
        Some(match code {
            abi::FP_METRIC_COUNTER => Self::Counter,
            abi::FP_METRIC_GAUGE => Self::Gauge,
            abi::FP_METRIC_HISTOGRAM => Self::Histogram,
            _ => return None,
        })
    }
}

/// What the values of a metric are measured in: base units only, never milliseconds or percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    None,
    /// Time.
    Seconds,
    /// Size of data.
    Bytes,
    /// A part of 1.
    Ratio,
    /// Temperature.
    Celsius,
    /// Length.
    Meters,
    /// Mass.
    Grams,
    /// Energy.
    Joules,
    /// Voltage.
    Volts,
    /// Current.
    Amperes,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 10] = [
        Self::None,
        Self::Seconds,
        Self::Bytes,
        Self::Ratio,
        Self::Celsius,
        Self::Meters,
        Self::Grams,
        Self::Joules,
        Self::Volts,
        Self::Amperes,
    ];

    /// Its name in the ABI; empty for none.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Seconds => "seconds",
            Self::Bytes => "bytes",
            Self::Ratio => "ratio",
            Self::Celsius => "celsius",
            Self::Meters => "meters",
            Self::Grams => "grams",
            Self::Joules => "joules",
            Self::Volts => "volts",
            Self::Amperes => "amperes",
        }
    }

    /// The unit with this name; `None` when it is not known.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }
}

/// A metric as it is defined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricDesc<'a> {
    /// What is done with its values.
    pub kind: MetricKind,
    /// `[a-z][a-z0-9_]*`, without the unit and without `_total`.
    pub name: &'a str,
    /// What its values are measured in.
    pub unit: Unit,
    /// One line for whoever reads it.
    pub help: &'a str,
    /// Of a histogram: the upper bounds, above 0 and ascending. Empty for the others.
    pub bounds: &'a [f64],
}

/// Keeps metrics. The host implements it; a plugin's tests may implement it to see what was recorded.
pub trait MetricsService: Send + Sync {
    /// The handle of a metric, the same one when the same is defined again.
    fn define(&self, metric: &MetricDesc<'_>) -> Result<u32>;

    /// Takes a value. Cheap, and never blocks.
    fn record(&self, handle: u32, value: f64);
}

/// The host's metrics, as a plugin sees them. Define each once, in `create`, `configure` or `activate`; record from any thread.
#[derive(Clone)]
pub struct Metrics {
    service: Arc<dyn MetricsService>,
}

impl Metrics {
    pub(crate) fn new(service: Arc<dyn MetricsService>) -> Self {
        Self { service }
    }

    /// A number that only rises.
    pub fn counter(&self, name: &str, unit: Unit, help: &str) -> Result<Counter> {
        self.defined(&MetricDesc { kind: MetricKind::Counter, name, unit, help, bounds: &[] }).map(Counter)
    }

    /// A number that rises and falls.
    pub fn gauge(&self, name: &str, unit: Unit, help: &str) -> Result<Gauge> {
        self.defined(&MetricDesc { kind: MetricKind::Gauge, name, unit, help, bounds: &[] }).map(Gauge)
    }

    /// How often values are at most how large.
    pub fn histogram(&self, name: &str, unit: Unit, help: &str, bounds: &[f64]) -> Result<Histogram> {
        self.defined(&MetricDesc { kind: MetricKind::Histogram, name, unit, help, bounds }).map(Histogram)
    }

    fn defined(&self, metric: &MetricDesc<'_>) -> Result<Series> {
        let handle = self.service.define(metric)?;
        Ok(Series { service: Arc::clone(&self.service), handle })
    }
}

/// A metric that the host knows.
#[derive(Clone)]
struct Series {
    service: Arc<dyn MetricsService>,
    handle: u32,
}

impl Series {
    fn record(&self, value: f64) {
        self.service.record(self.handle, value);
    }
}

/// A number that only rises.
#[derive(Clone)]
pub struct Counter(Series);

impl Counter {
    /// One more.
    pub fn inc(&self) {
        self.add(1.0);
    }

    /// So many more; what is below 0 or not finite is left out.
    pub fn add(&self, value: f64) {
        self.0.record(value);
    }
}

/// A number that rises and falls.
#[derive(Clone)]
pub struct Gauge(Series);

impl Gauge {
    /// It is this now; what is not finite is left out.
    pub fn set(&self, value: f64) {
        self.0.record(value);
    }
}

/// How often values are at most how large.
#[derive(Clone)]
pub struct Histogram(Series);

impl Histogram {
    /// One more of this size; what is below 0 or not finite is left out.
    pub fn observe(&self, value: f64) {
        self.0.record(value);
    }
}
