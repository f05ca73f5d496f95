//! Where one plugin records: words in memory that the host reads, its own or shared with the plugin's process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use plugin_sdk::{Error, MetricKind};

use super::definition::{BOUNDS_MAX, Definition};
use super::{MetricSeries, MetricValue, PluginMetrics};
use crate::isolated::Area;

/// Most metrics of one plugin.
const METRICS_MAX: usize = 64;
/// Words of a metric: its value or sum, then one for each bucket of a histogram.
const WORDS_EACH: usize = BOUNDS_MAX + 2;
/// The first word counts what was not recorded.
const WORDS: usize = 1 + METRICS_MAX * WORDS_EACH;
/// Bytes of a board.
pub(crate) const BOARD_BYTES: usize = WORDS * size_of::<u64>();
/// Most values in one bucket. What a hostile plugin writes stays below, so that adding up a histogram does not overflow.
pub(super) const COUNT_MAX: u64 = 1 << 57;

/// The metrics of one loaded plugin. In the plugin's own process it is written, in the host's only read; there is nothing in its
/// memory but numbers.
pub(crate) struct Board {
    words: Words,
    metrics: Box<[OnceLock<Definition>]>,
    /// Metrics that are defined.
    count: Mutex<usize>,
    /// What the host read last: what a plugin writes over does not fall.
    seen: Mutex<Box<[u64]>>,
}

enum Words {
    Own(Box<[AtomicU64]>),
    Shared(Area),
}

// SAFETY: of shared memory only its words are used, and those atomically.
unsafe impl Sync for Words {}

impl Board {
    /// A board for a plugin in this process.
    pub(crate) fn own() -> Self {
        Self::over(Words::Own((0..WORDS).map(|_| AtomicU64::new(0)).collect()))
    }

    /// A board over memory of [`BOARD_BYTES`] that the plugin's process writes and the host reads.
    pub(crate) fn shared(area: Area) -> Self {
        assert!(area.len() >= BOARD_BYTES, "mapped with this length");
        Self::over(Words::Shared(area))
    }

    fn over(words: Words) -> Self {
        let metrics = (0..METRICS_MAX).map(|_| OnceLock::new()).collect();
        Self { words, metrics, count: Mutex::default(), seen: Mutex::new(vec![0; WORDS].into()) }
    }

    /// The handle of a metric, the same one when the same is defined again.
    pub(crate) fn define(&self, definition: Definition) -> Result<u32, Error> {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.metrics[..*count]
            .iter()
            .position(|metric| metric.get().is_some_and(|known| known.name == definition.name));
        if let Some(at) = known {
            return match self.metrics[at].get() == Some(&definition) {
                true => Ok(at as u32),
                false => {
                    Err(Error::Invalid(format!("metric {} was defined otherwise before", definition.name)))
                }
            };
        }
        let place = self.metrics.get(*count);
        let full = || Error::Unsupported(format!("metric {} is one above {METRICS_MAX}", definition.name));
        let place = place.ok_or_else(full)?;
        place.get_or_init(|| definition);
        *count += 1;
        Ok(*count as u32 - 1)
    }

    /// Takes over the handle that the host gave to a metric.
    pub(crate) fn adopt(&self, handle: u32, definition: Definition) {
        if let Some(place) = self.metrics.get(handle as usize) {
            place.get_or_init(|| definition);
        }
    }

    /// Takes a value, from any thread: some atomic additions.
    pub(crate) fn record(&self, handle: u32, value: f64) {
        let metric = self.metrics.get(handle as usize).and_then(OnceLock::get);
        let Some(metric) = metric.filter(|metric| is_taken(metric.kind, value)) else {
            self.word(0).fetch_add(1, Ordering::Relaxed);
            return;
        };
        let at = first_word(handle as usize);
        match metric.kind {
            MetricKind::Counter => add(self.word(at), value),
            MetricKind::Gauge => self.word(at).store(value.to_bits(), Ordering::Relaxed),
            MetricKind::Histogram => {
                let bucket = metric.bounds.partition_point(|bound| *bound < value);
                self.word(at + 1 + bucket).fetch_add(1, Ordering::Relaxed);
                add(self.word(at), value);
            }
        }
    }

    /// What is on the board now. Whoever wrote it, it is finite, and what only rises has not fallen.
    pub(crate) fn reading(&self) -> PluginMetrics {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let ignored = self.risen(&mut seen, 0);
        let defined = self.metrics.iter().enumerate().filter_map(|(at, metric)| Some((at, metric.get()?)));
        let series = defined.map(|(handle, metric)| MetricSeries {
            name: metric.name.clone(),
            unit: metric.unit,
            help: metric.help.clone(),
            value: self.value(&mut seen, metric, first_word(handle)),
        });
        PluginMetrics { ignored, series: series.collect(), ..PluginMetrics::default() }
    }

    fn value(&self, seen: &mut [u64], metric: &Definition, at: usize) -> MetricValue {
        match metric.kind {
            MetricKind::Counter => MetricValue::Counter(self.summed(seen, at)),
            MetricKind::Gauge => {
                let now = f64::from_bits(self.word(at).load(Ordering::Relaxed));
                if now.is_finite() {
                    seen[at] = now.to_bits();
                }
                MetricValue::Gauge(f64::from_bits(seen[at]))
            }
            MetricKind::Histogram => {
                let bounds = metric.bounds.iter().copied().chain([f64::INFINITY]);
                let buckets = bounds.zip(at + 1..).map(|(bound, at)| (bound, self.risen(seen, at)));
                let buckets = buckets.collect();
                MetricValue::Histogram { sum: self.summed(seen, at), buckets }
            }
        }
    }

    /// A sum: it is what it was before where it is less, or no number.
    fn summed(&self, seen: &mut [u64], at: usize) -> f64 {
        let (now, before) = (f64::from_bits(self.word(at).load(Ordering::Relaxed)), f64::from_bits(seen[at]));
        if now.is_finite() && now > before {
            seen[at] = now.to_bits();
        }
        f64::from_bits(seen[at])
    }

    /// A count: it is what it was before where it is less.
    fn risen(&self, seen: &mut [u64], at: usize) -> u64 {
        seen[at] = seen[at].max(self.word(at).load(Ordering::Relaxed).min(COUNT_MAX));
        seen[at]
    }

    fn word(&self, at: usize) -> &AtomicU64 {
        match &self.words {
            Words::Own(words) => &words[at],
            Words::Shared(area) => {
                assert!(at < WORDS);
                // SAFETY: within the mapping, which is at least this long and begins on a page; both sides access its words
                // atomically only, and any bits are a number. The host maps it to read and only loads.
                unsafe { &*area.base().cast::<AtomicU64>().add(at) }
            }
        }
    }
}

fn first_word(metric: usize) -> usize {
    1 + metric * WORDS_EACH
}

/// Whether a metric of this kind takes the value.
fn is_taken(kind: MetricKind, value: f64) -> bool {
    value.is_finite() && (value >= 0.0 || kind == MetricKind::Gauge)
}

fn add(word: &AtomicU64, value: f64) {
    let sum = |bits: u64| {
        let before = f64::from_bits(bits);
        // What no addition made is overwritten memory: it must not become the largest number, which is taken for good.
        let before = if before.is_finite() && before >= 0.0 { before } else { 0.0 };
        Some((before + value).min(f64::MAX).to_bits())
    };
    let _ = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum); // always gives some
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::sync::Arc;

    use super::*;

    fn counter(name: &str) -> Definition {
        Definition::checked(1, (name, "", ""), &[]).unwrap()
    }

    fn values(board: &Board) -> Vec<MetricValue> {
        board.reading().series.into_iter().map(|series| series.value).collect()
    }

    #[test]
    fn what_is_not_finite_or_cannot_be_is_counted_and_not_recorded() {
        let board = Board::own();
        let hits = board.define(counter("hits")).unwrap();
        let heat = board.define(Definition::checked(2, ("heat", "celsius", ""), &[]).unwrap()).unwrap();
        let took =
            board.define(Definition::checked(3, ("took", "seconds", ""), &[1.0, 2.0]).unwrap()).unwrap();
        let good = [(hits, 1.0), (hits, 0.5), (heat, -4.0), (took, 1.0), (took, 1.5), (took, 9.0)];
        let bad = [
            (hits, f64::NAN),
            (hits, -1.0),
            (heat, f64::INFINITY),
            (took, -0.1),
            (took, f64::NAN),
            (77, 1.0),
        ];
        for (handle, value) in good.into_iter().chain(bad).chain([(u32::MAX, 1.0)]) {
            board.record(handle, value);
        }
        assert_eq!(board.reading().ignored, 7);
        let buckets = vec![(1.0, 1), (2.0, 1), (f64::INFINITY, 1)];
        let histogram = MetricValue::Histogram { sum: 11.5, buckets };
        assert_eq!(values(&board), [MetricValue::Counter(1.5), MetricValue::Gauge(-4.0), histogram]);
    }

    #[test]
    fn the_same_metric_has_one_handle_and_there_is_an_end_to_metrics() {
        let board = Board::own();
        for at in 0..METRICS_MAX as u32 {
            assert_eq!(board.define(counter(&format!("m{at}"))), Ok(at));
        }
        assert_eq!(board.define(counter("m7")), Ok(7));
        assert!(
            board.define(counter("more")).unwrap_err().to_string().contains("metric more is one above 64")
        );
        let other = Definition::checked(2, ("m7", "", ""), &[]).unwrap();
        assert!(board.define(other).unwrap_err().to_string().contains("otherwise"));
    }

    #[test]
    fn every_thread_counts() {
        let board = Arc::new(Board::own());
        let hits = board.define(counter("hits")).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|_| board.record(hits, 1.0)));
            }
        });
        assert_eq!(values(&board), [MetricValue::Counter(40_000.0)]);
    }

    #[test]
    fn what_a_hostile_process_writes_neither_falls_nor_overflows() {
        let (area, file) = Area::to_read(BOARD_BYTES).unwrap();
        let host = Board::shared(area);
        let plugin = Board::shared(Area::map(file.as_fd(), BOARD_BYTES, true).unwrap());
        let hits = host.define(counter("hits")).unwrap();
        let took = Definition::checked(3, ("took", "seconds", ""), &[1.0; 1]).unwrap();
        plugin.adopt(hits, counter("hits"));
        plugin.adopt(host.define(took.clone()).unwrap(), took);
        plugin.record(hits, 5.0);
        plugin.record(1, 0.5);
        let sound = values(&host);
        let buckets = vec![(1.0, 1), (f64::INFINITY, 0)];
        assert_eq!(sound, [MetricValue::Counter(5.0), MetricValue::Histogram { sum: 0.5, buckets }]);
        for bits in [0, f64::NAN.to_bits(), f64::INFINITY.to_bits(), (-1.0_f64).to_bits()] {
            for word in [first_word(0), first_word(1)] {
                plugin.word(word).store(bits, Ordering::Relaxed);
            }
            plugin.word(first_word(1) + 1).store(0, Ordering::Relaxed);
            assert_eq!(values(&host), sound, "{bits:#x}");
        }
        // Nor does going on from there make it the largest number.
        for bits in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0].map(f64::to_bits) {
            plugin.word(first_word(0)).store(bits, Ordering::Relaxed);
            plugin.record(hits, 1.0);
            assert_eq!(values(&host), sound, "{bits:#x}");
        }
        for word in 0..WORDS {
            plugin.word(word).store(u64::MAX, Ordering::Relaxed);
        }
        let MetricValue::Histogram { buckets, .. } = &values(&host)[1] else { panic!("a histogram") };
        let total = buckets.iter().try_fold(0_u64, |total, (_, count)| total.checked_add(*count));
        assert!(total.is_some_and(|total| total < 1 << 63), "{buckets:?}");
    }
}
