//! What plugins count and measure of themselves, as the host reads it: of all plugins, whichever process they run in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

mod board;
mod definition;

pub(crate) use board::{BOARD_BYTES, Board};
pub(crate) use definition::Definition;
pub use plugin_sdk::Unit;
use plugin_sdk::{MetricDesc, MetricsService};

/// The metrics of every plugin of a host. Cheap to clone: every clone is the same book.
///
/// What a plugin has counted stays in the book when it is unloaded, restarted or loaded anew, as counters never fall.
#[derive(Clone, Default)]
pub struct MetricsBook(Arc<Mutex<Pages>>);

/// The metrics of one plugin.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PluginMetrics {
    /// The plugin's id.
    pub plugin: String,
    /// Values that were not recorded: not finite, negative where that cannot be, or of no metric.
    pub ignored: u64,
    /// By definition, in no order.
    pub series: Vec<MetricSeries>,
}

/// One metric of a plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSeries {
    /// `[a-z][a-z0-9_]*`, without the unit.
    pub name: String,
    /// What it is measured in.
    pub unit: Unit,
    /// One line.
    pub help: String,
    /// What it is now.
    pub value: MetricValue,
}

/// What a metric is now.
#[derive(Debug, Clone, PartialEq)]
pub enum MetricValue {
    /// Finite, not negative, never falls.
    Counter(f64),
    /// Finite.
    Gauge(f64),
    /// Values by size.
    Histogram {
        /// Their sum: finite, never falls.
        sum: f64,
        /// Upper bounds, ascending, the last one infinite, each with the number of values above the bound before it. All of them
        /// together are less than 2^63.
        buckets: Vec<(f64, u64)>,
    },
}

#[derive(Default)]
struct Pages {
    /// Loaded plugins, in the order of their loading.
    seats: Vec<(String, Arc<Board>)>,
    /// What unloaded plugins have counted, by id.
    left: BTreeMap<String, PluginMetrics>,
}

/// The place of a loaded plugin in the book. When it is dropped, what was counted stays.
pub(crate) struct Seat {
    book: MetricsBook,
    plugin: String,
    board: Arc<Board>,
}

impl MetricsBook {
    /// What every plugin has counted and measured, by id.
    pub fn read(&self) -> Vec<PluginMetrics> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = pages.left.clone();
        for (plugin, board) in &pages.seats {
            of(&mut all, plugin).add(board.reading());
        }
        all.into_values().collect()
    }

    /// A place to record in from this side, under a plugin's id: for tests of plugins and of what reads the book.
    pub fn recorder(&self, plugin: &str) -> Arc<dyn MetricsService> {
        let board = Arc::new(Board::own());
        Arc::new(self.seat(plugin, board))
    }

    /// Opens the book for the plugin that this board belongs to.
    pub(crate) fn seat(&self, plugin: &str, board: Arc<Board>) -> Seat {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.seats.push((plugin.to_owned(), Arc::clone(&board)));
        Seat { book: self.clone(), plugin: plugin.to_owned(), board }
    }
}

impl MetricsService for Seat {
    fn define(&self, metric: &MetricDesc<'_>) -> plugin_sdk::Result<u32> {
        let MetricDesc { kind, name, unit, help, bounds } = *metric;
        self.board.define(Definition::checked(kind.code(), (name, unit.name(), help), bounds)?)
    }

    fn record(&self, handle: u32, value: f64) {
        self.board.record(handle, value);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut pages = self.book.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.seats.retain(|(_, board)| !Arc::ptr_eq(board, &self.board));
        let mut last = self.board.reading();
        // A gauge says how something is that is no more.
        last.series.retain(|series| !matches!(series.value, MetricValue::Gauge(_)));
        of(&mut pages.left, &self.plugin).add(last);
    }
}

fn of<'a>(all: &'a mut BTreeMap<String, PluginMetrics>, plugin: &str) -> &'a mut PluginMetrics {
    let fresh = || PluginMetrics { plugin: plugin.to_owned(), ..PluginMetrics::default() };
    all.entry(plugin.to_owned()).or_insert_with(fresh)
}

impl PluginMetrics {
    /// Adds what a later instance of the plugin has recorded. What it defines otherwise than before begins anew.
    fn add(&mut self, later: PluginMetrics) {
        self.ignored = self.ignored.saturating_add(later.ignored);
        for series in later.series {
            match self.series.iter_mut().find(|known| known.name == series.name) {
                Some(known) if known.is_same(&series) => {
                    known.help = series.help;
                    known.value.add(series.value);
                }
                Some(known) => *known = series,
                None => self.series.push(series),
            }
        }
    }
}

impl MetricSeries {
    /// Whether the values of both can be added up.
    fn is_same(&self, other: &Self) -> bool {
        let bounds = |value: &MetricValue| match value {
            MetricValue::Histogram { buckets, .. } => buckets.iter().map(|(bound, _)| *bound).collect(),
            _ => Vec::new(),
        };
        self.unit == other.unit
            && std::mem::discriminant(&self.value) == std::mem::discriminant(&other.value)
            && bounds(&self.value) == bounds(&other.value)
    }
}

impl MetricValue {
    fn add(&mut self, later: Self) {
        match (self, later) {
            (Self::Counter(value), Self::Counter(more)) => *value = (*value + more).min(f64::MAX),
            (Self::Gauge(value), Self::Gauge(now)) => *value = now,
            (Self::Histogram { sum, buckets }, Self::Histogram { sum: more, buckets: counts }) => {
                *sum = (*sum + more).min(f64::MAX);
                for ((_, count), (_, more)) in buckets.iter_mut().zip(counts) {
                    *count = (*count + more).min(board::COUNT_MAX);
                }
            }
            _ => {} // `is_same` said that they are of one kind
        }
    }
}

#[cfg(test)]
mod tests {
    use plugin_sdk::MetricKind;

    use super::*;

    fn board(book: &MetricsBook) -> (Arc<Board>, Seat) {
        let board = Arc::new(Board::own());
        let seat = book.seat("org.example.one", Arc::clone(&board));
        (board, seat)
    }

    fn define(board: &Board, kind: MetricKind, name: &str, bounds: &[f64]) -> u32 {
        board.define(Definition::checked(kind.code(), (name, "seconds", "Time"), bounds).unwrap()).unwrap()
    }

    fn values(book: &MetricsBook) -> Vec<MetricValue> {
        let all = book.read();
        assert_eq!(all.len(), 1);
        all[0].series.iter().map(|series| series.value.clone()).collect()
    }

    #[test]
    fn what_was_counted_stays_when_a_plugin_is_loaded_anew_and_is_counted_once() {
        let book = MetricsBook::default();
        let (first, seat) = board(&book);
        let busy = define(&first, MetricKind::Counter, "busy", &[]);
        let depth = define(&first, MetricKind::Gauge, "depth", &[]);
        let took = define(&first, MetricKind::Histogram, "took", &[1.0]);
        for (handle, value) in [(busy, 2.0), (depth, 7.0), (took, 0.5), (took, 3.0)] {
            first.record(handle, value);
        }
        // A new generation beside the old one, then instead of it.
        let (second, _seat) = board(&book);
        second.record(define(&second, MetricKind::Counter, "busy", &[]), 3.0);
        second.record(define(&second, MetricKind::Histogram, "took", &[1.0]), 1.0);
        let histogram = MetricValue::Histogram { sum: 4.5, buckets: vec![(1.0, 2), (f64::INFINITY, 1)] };
        let counter = MetricValue::Counter(5.0);
        assert_eq!(values(&book), [counter.clone(), MetricValue::Gauge(7.0), histogram.clone()]);
        drop(seat);
        assert_eq!(values(&book), [counter, histogram]);
    }

    #[test]
    fn what_is_defined_otherwise_begins_anew() {
        let book = MetricsBook::default();
        let (first, seat) = board(&book);
        first.record(define(&first, MetricKind::Histogram, "took", &[1.0]), 0.5);
        drop(seat);
        let (second, _seat) = board(&book);
        define(&second, MetricKind::Histogram, "took", &[2.0]);
        let buckets = vec![(2.0, 0), (f64::INFINITY, 0)];
        assert_eq!(values(&book), [MetricValue::Histogram { sum: 0.0, buckets }]);
    }
}
