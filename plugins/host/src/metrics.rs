//! What plugins count and measure of themselves, as the host reads it: of all plugins, whichever process they run in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

mod board;
mod definition;

pub(crate) use board::{BOARD_BYTES, Board};
pub(crate) use definition::Definition;
pub use plugin_sdk::Unit;
use plugin_sdk::{Error, MetricDesc, MetricKind, MetricsService};

/// The metrics of every plugin of a host. Cheap to clone: every clone is the same book.
///
/// What a plugin has counted stays in the book when it is unloaded, restarted or loaded anew, as counters never fall. That is so too for
/// one that was loaded and then not put to work: it has counted while it was tried.
#[derive(Clone, Default)]
pub struct MetricsBook(Arc<Mutex<Pages>>);

/// Most series of one plugin that are kept once nobody records in them; more than its definitions are those of its other versions.
/// The one that ended first goes first.
const LEFT_MAX: usize = 256;

/// The metrics of one plugin.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PluginMetrics {
    /// The plugin's id.
    pub plugin: String,
    /// Values that were not recorded: not finite, negative where that cannot be, or of no metric.
    pub ignored: u64,
    /// By name, which each has once.
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
    /// What unloaded plugins have counted, by id. One name may be there under several definitions, the last one last.
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
        self.pages().read()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place to record in from this side, under a plugin's id: for tests of plugins and of what reads the book.
    pub fn recorder(&self, plugin: &str) -> Arc<dyn MetricsService> {
        let board = Arc::new(Board::own());
        Arc::new(self.seat(plugin, board))
    }

    /// Opens the book for the plugin that this board belongs to.
    pub(crate) fn seat(&self, plugin: &str, board: Arc<Board>) -> Seat {
        self.pages().seats.push((plugin.to_owned(), Arc::clone(&board)));
        Seat { book: self.clone(), plugin: plugin.to_owned(), board }
    }
}

impl Pages {
    fn read(&self) -> Vec<PluginMetrics> {
        let mut all = self.left.clone();
        for (plugin, board) in &self.seats {
            of(&mut all, plugin).add(board.reading());
        }
        all.into_values().map(PluginMetrics::named).collect()
    }

    /// Refuses a metric whose name another plugin has for another kind: all of one name are one family on `/metrics`.
    fn admit(&self, plugin: &str, wanted: &Definition) -> Result<(), Error> {
        let clashes = |known: &MetricSeries| {
            known.name == wanted.name && known.unit == wanted.unit && known.kind() != wanted.kind
        };
        let others = self.read().into_iter().filter(|other| other.plugin != plugin);
        match others.flat_map(|other| other.series).find(clashes) {
            None => Ok(()),
            Some(known) => Err(Error::Invalid(format!(
                "metric {}: another plugin defined a {:?} of this name before",
                wanted.name,
                known.kind()
            ))),
        }
    }
}

impl Seat {
    /// The handle of a metric, unless another plugin was first with its name.
    pub(crate) fn define(&self, definition: Definition) -> Result<u32, Error> {
        let pages = self.book.pages(); // until it is defined, so that of two at once one is first
        pages.admit(&self.plugin, &definition)?;
        self.board.define(definition)
    }
}

impl MetricsService for Seat {
    fn define(&self, metric: &MetricDesc<'_>) -> plugin_sdk::Result<u32> {
        let MetricDesc { kind, name, unit, help, bounds } = *metric;
        Seat::define(self, Definition::checked(kind.code(), (name, unit.name(), help), bounds)?)
    }

    fn record(&self, handle: u32, value: f64) {
        self.board.record(handle, value);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut pages = self.book.pages();
        pages.seats.retain(|(_, board)| !Arc::ptr_eq(board, &self.board));
        let mut last = self.board.reading();
        // A gauge says how something is that is no more.
        last.series.retain(|series| !matches!(series.value, MetricValue::Gauge(_)));
        let left = of(&mut pages.left, &self.plugin);
        left.add(last);
        let too_many = left.series.len().saturating_sub(LEFT_MAX);
        left.series.drain(..too_many);
    }
}

fn of<'a>(all: &'a mut BTreeMap<String, PluginMetrics>, plugin: &str) -> &'a mut PluginMetrics {
    let fresh = || PluginMetrics { plugin: plugin.to_owned(), ..PluginMetrics::default() };
    all.entry(plugin.to_owned()).or_insert_with(fresh)
}

impl PluginMetrics {
    /// Adds what a later instance of the plugin has recorded, and moves it to the end. What is defined otherwise than before is a series
    /// beside that.
    fn add(&mut self, later: PluginMetrics) {
        self.ignored = self.ignored.saturating_add(later.ignored);
        for series in later.series {
            let known =
                self.series.iter().position(|known| known.name == series.name && known.is_same(&series));
            let sum = match known.map(|at| self.series.remove(at)) {
                None => series,
                Some(mut known) => {
                    known.value.add(series.value);
                    MetricSeries { help: series.help, ..known }
                }
            };
            self.series.push(sum);
        }
    }

    /// With one series of each name: that of the last instance which defines it.
    fn named(self) -> Self {
        let by_name: BTreeMap<_, _> =
            self.series.into_iter().map(|series| (series.name.clone(), series)).collect();
        Self { series: by_name.into_values().collect(), ..self }
    }
}

impl MetricSeries {
    fn kind(&self) -> MetricKind {
        match self.value {
            MetricValue::Counter(_) => MetricKind::Counter,
            MetricValue::Gauge(_) => MetricKind::Gauge,
            MetricValue::Histogram { .. } => MetricKind::Histogram,
        }
    }

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

    #[test]
    fn what_another_version_defines_otherwise_takes_nothing_from_what_runs() {
        let book = MetricsBook::default();
        let (first, seat) = board(&book);
        first.record(define(&first, MetricKind::Histogram, "took", &[1.0]), 0.5);
        drop(seat);
        let (second, seat) = board(&book);
        second.record(define(&second, MetricKind::Histogram, "took", &[1.0]), 0.25);
        let both = |count: u64, sum| {
            let buckets = vec![(1.0, count), (f64::INFINITY, 0)];
            [MetricValue::Histogram { sum, buckets }]
        };
        assert_eq!(values(&book), both(2, 0.75));
        let (candidate, its_seat) = board(&book);
        candidate.record(define(&candidate, MetricKind::Histogram, "took", &[2.0]), 0.5);
        drop(its_seat);
        assert_eq!(values(&book), both(2, 0.75), "while the one at work has it");
        drop(seat);
        assert_eq!(values(&book), both(2, 0.75), "when that is gone");
        let (third, _seat) = board(&book);
        third.record(define(&third, MetricKind::Histogram, "took", &[1.0]), 0.25);
        assert_eq!(values(&book), both(3, 1.0), "when it is back");
    }

    #[test]
    fn a_name_is_of_the_kind_that_the_first_plugin_gave_it() {
        let book = MetricsBook::default();
        let desc = |kind, name, unit| MetricDesc { kind, name, unit, help: "", bounds: &[] };
        let first = book.recorder("org.example.zoo");
        let later = book.recorder("org.example.ant");
        first.define(&desc(MetricKind::Counter, "hits", Unit::None)).unwrap();
        let refused = later.define(&desc(MetricKind::Gauge, "hits", Unit::None)).unwrap_err().to_string();
        assert!(refused.contains("hits") && refused.contains("another plugin"), "{refused}");
        later.define(&desc(MetricKind::Counter, "hits", Unit::None)).unwrap();
        later.define(&desc(MetricKind::Gauge, "hits_of", Unit::None)).unwrap();
        // With a unit it is another name.
        book.recorder("org.example.bee").define(&desc(MetricKind::Gauge, "hits", Unit::Seconds)).unwrap();
        // Counters outlast their plugin, and so does their kind; gauges do not.
        drop((first, later));
        let next = book.recorder("org.example.cat");
        assert!(next.define(&desc(MetricKind::Gauge, "hits", Unit::None)).is_err());
        next.define(&desc(MetricKind::Counter, "hits_of", Unit::None)).unwrap();
    }

    #[test]
    fn there_is_an_end_to_what_stays_of_other_versions() {
        let book = MetricsBook::default();
        for version in 0..10 {
            let (first, _seat) = board(&book);
            for at in 0..64 {
                first.record(define(&first, MetricKind::Counter, &format!("v{version}_{at}"), &[]), 1.0);
            }
        }
        let names: Vec<_> = book.read().remove(0).series.into_iter().map(|series| series.name).collect();
        assert_eq!(names.len(), LEFT_MAX);
        assert!(names.iter().all(|name| name.as_str() > "v6"), "{names:?}");
    }
}
