//! One axis of a plot: which values it has, and where they lie on it.

use super::quantile;

/// How values are spread over an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By their logarithm.
    Log,
    /// By their normal deviate, as a DET plot has it.
    NormalDeviate,
}

/// An axis of shares between 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it measures.
    pub label: String,
    /// How.
    pub scale: Scale,
    /// The least value it shows.
    pub from: f64,
    /// The largest.
    pub to: f64,
    /// The values that are written at it.
    pub ticks: Vec<f64>,
}

/// What is written at an axis of rates, where it lies within.
const RATES: [f64; 10] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.05, 0.1, 0.2, 0.4, 0.6];
/// As [`RATES`], on an axis whose decades are of one length.
const DECADES: [f64; 7] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0];
const TENTHS: [f64; 11] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
const HUNDREDTHS: [f64; 11] = [0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1.0];

impl Axis {
    /// An error rate by its normal deviate, from the decade that holds `least` on, to `most`.
    pub fn error_rate(label: &str, least: f64, most: f64) -> Self {
        let (from, to) = (decade_below(least).min(1e-2), most.clamp(0.05, 0.9));
        Self::with(label, Scale::NormalDeviate, (from, to), &RATES)
    }

    /// An error rate by its logarithm, from the decade that holds `least` on, to 1.
    pub fn decades(label: &str, least: f64) -> Self {
        Self::with(label, Scale::Log, (decade_below(least).min(0.1), 1.0), &DECADES)
    }

    /// A share, from near `least` to 1.
    pub fn share(label: &str, least: f64) -> Self {
        if least >= 0.9 {
            return Self::with(label, Scale::Linear, (0.9, 1.0), &HUNDREDTHS);
        }
        let from = if least.is_finite() { (least * 10.0).floor().clamp(0.0, 9.0) / 10.0 } else { 0.0 };
        Self::with(label, Scale::Linear, (from, 1.0), &TENTHS)
    }

    fn with(label: &str, scale: Scale, (from, to): (f64, f64), ticks: &[f64]) -> Self {
        let within = |tick: &&f64| **tick >= from * (1.0 - 1e-9) && **tick <= to * (1.0 + 1e-9);
        let ticks = ticks.iter().filter(within).copied().collect();
        Self { label: label.to_owned(), scale, from, to, ticks }
    }

    /// Where a value lies, 0 at the beginning and 1 at the end, and beyond for values beyond; `None` for one that lies
    /// nowhere, such as no share at all on a logarithmic axis.
    pub fn place(&self, value: f64) -> Option<f64> {
        let on = |value: f64| match self.scale {
            Scale::Linear => value,
            Scale::Log => value.log10(),
            Scale::NormalDeviate => quantile::normal(value),
        };
        let place = (on(value) - on(self.from)) / (on(self.to) - on(self.from));
        place.is_finite().then_some(place)
    }
}

/// The power of ten at or below a rate, not below one in a million.
fn decade_below(rate: f64) -> f64 {
    let decade = rate.max(1e-6).log10();
    // A rate that is a power of ten but for rounding is that power.
    if decade.is_finite() { 10_f64.powf((decade + 1e-9).floor()) } else { 1e-6 }
}

/// A share in per cent, with as many digits as it takes: `0.0001`.
pub fn percent(share: f64) -> String {
    let digits =
        if share > 0.0 && share < 0.01 { (-(share * 100.0).log10() - 1e-9).ceil().max(0.0) } else { 0.0 };
    format!("{:.*}", digits as usize, share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_where_their_scale_puts_them() {
        let linear = Axis::share("accepted", 0.0);
        let log = Axis::decades("false matches", 1e-4);
        let deviate = Axis::error_rate("misses", 0.01, 0.4);
        for (axis, value, expected) in [
            (&linear, 0.25, Some(0.25)),
            (&linear, f64::NAN, None),
            (&log, 1e-4, Some(0.0)),
            (&log, 1e-2, Some(0.5)),
            (&log, 1.0, Some(1.0)),
            (&log, 0.0, None),
            (&deviate, 0.01, Some(0.0)),
            (&deviate, 0.4, Some(1.0)),
            // -1.2816 lies 1.0448 above -2.3263 of the 2.0730 up to -0.2533.
            (&deviate, 0.1, Some(0.5040)),
            (&deviate, 0.0, None),
        ] {
            let place = axis.place(value);
            let near = |a: f64, b: f64| (a - b).abs() < 1e-4;
            assert!(place.zip(expected).map_or(place == expected, |(a, b)| near(a, b)), "{value}: {place:?}");
        }
    }

    #[test]
    fn an_axis_begins_at_a_decade_and_writes_what_lies_on_it() {
        let axis = Axis::error_rate("misses", 3e-5, 0.4);
        assert_eq!(axis.from, 1e-5);
        assert_eq!(axis.ticks, [1e-5, 1e-4, 1e-3, 1e-2, 0.05, 0.1, 0.2, 0.4]);
        assert_eq!(Axis::decades("all", f64::NAN).from, 1e-6);
        assert_eq!(Axis::decades("all", 0.0).from, 1e-6);
        assert_eq!(Axis::decades("one in a thousand", 1e-3).from, 1e-3);
        assert_eq!(Axis::share("accepted", 0.97).ticks.len(), 11);
        assert_eq!((Axis::share("accepted", 0.42).from, Axis::share("accepted", f64::NAN).from), (0.4, 0.0));
    }

    #[test]
    fn shares_are_written_with_the_digits_they_need() {
        for (share, text) in
            [(1e-6, "0.0001"), (1e-3, "0.1"), (0.05, "5"), (0.4, "40"), (1.0, "100"), (0.0, "0")]
        {
            assert_eq!(percent(share), text);
        }
    }
}
