//! What a metric is, as its plugin defined it.

use plugin_sdk::{Error, MetricKind, Unit};

/// Most upper bounds of a histogram.
pub(crate) const BOUNDS_MAX: usize = 30;
/// Longest name.
const NAME_BYTES_MAX: usize = 64;
/// Longest help.
const HELP_BYTES_MAX: usize = 200;
/// What the names of series end with, so that no two metrics have a series in common.
const SUFFIXES: [&str; 6] = ["total", "bucket", "sum", "count", "created", "info"];
/// What the host says under `facepay_plugin_own_`.
const TAKEN: [&str; 1] = ["values_ignored"];

/// One metric, within its bounds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Definition {
    pub(crate) kind: MetricKind,
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) help: String,
    /// Of a histogram.
    pub(crate) bounds: Vec<f64>,
}

impl Definition {
    /// The definition, or what is wrong with it.
    pub(crate) fn checked(
        kind: u32,
        (name, unit, help): (&str, &str, &str),
        bounds: &[f64],
    ) -> Result<Self, Error> {
        let kind = MetricKind::from_code(kind)
            .ok_or_else(|| Error::Unsupported(format!("a metric of kind {kind}")))?;
        is_name(name)?;
        let known = Unit::from_name(unit);
        let unit =
            known.ok_or_else(|| Error::Unsupported(format!("metric {name}: its unit is no base unit")))?;
        let wrong = |what: &str| Err(Error::Invalid(format!("metric {name}: {what}")));
        if help.len() > HELP_BYTES_MAX || help.contains(char::is_control) {
            return wrong("its help is more than one line of 200 bytes");
        }
        let is_histogram = kind == MetricKind::Histogram;
        if bounds.is_empty() == is_histogram || bounds.len() > BOUNDS_MAX {
            return wrong("a histogram has 1 to 30 bounds, and nothing else has any");
        }
        let rise = bounds.is_sorted_by(|lower, upper| lower < upper);
        if !rise || !bounds.iter().all(|bound| bound.is_finite() && *bound > 0.0) {
            return wrong("its bounds are not above 0 and ascending");
        }
        Ok(Self { kind, name: name.to_owned(), unit, help: help.to_owned(), bounds: bounds.to_vec() })
    }
}

fn is_name(name: &str) -> Result<(), Error> {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(known);
    if !plain || name.len() > NAME_BYTES_MAX {
        return Err(Error::Invalid("a metric's name is not [a-z][a-z0-9_]* of 64 bytes at most".into()));
    }
    let last = name.rsplit('_').next().unwrap_or_default();
    if SUFFIXES.contains(&last) || (!last.is_empty() && Unit::from_name(last).is_some()) {
        return Err(Error::Invalid(format!("metric {name}: its name ends with a unit, or as a series does")));
    }
    if TAKEN.contains(&name) {
        return Err(Error::Invalid(format!("metric {name}: the host has one of this name")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_within_its_bounds_or_refused_with_what_is_wrong() {
        let (long_name, long_help, many) = ("a".repeat(65), "x".repeat(201), [1.0; 31]);
        let (counter, gauge, histogram) = (1, 2, 3);
        let none: &[f64] = &[];
        assert!(Definition::checked(counter, ("cache_hits", "", "Found"), none).is_ok());
        assert!(Definition::checked(histogram, ("took", "seconds", ""), &[0.1, 1.0]).is_ok());
        let rows = [
            (9, "a", "", "", none, "kind 9"),
            (counter, "", "", "", none, "a-z"),
            (counter, "1st", "", "", none, "a-z"),
            (counter, "a-b", "", "", none, "a-z"),
            (counter, "a\"} 1\n", "", "", none, "a-z"),
            (counter, &long_name, "", "", none, "64"),
            (counter, "hits_total", "", "", none, "ends with"),
            (gauge, "took_seconds", "", "", none, "ends with"),
            (counter, "values_ignored", "", "", none, "the host has one"),
            (counter, "a", "milliseconds", "", none, "base unit"),
            (counter, "a", "", "two\nlines", none, "one line"),
            (counter, "a", "", &long_help, none, "one line"),
            (counter, "a", "", "", &[1.0], "nothing else has any"),
            (histogram, "a", "", "", none, "1 to 30 bounds"),
            (histogram, "a", "", "", &many, "1 to 30 bounds"),
            (histogram, "a", "", "", &[2.0, 1.0], "ascending"),
            (histogram, "a", "", "", &[1.0, 1.0], "ascending"),
            (histogram, "a", "", "", &[0.0, 1.0], "above 0"),
            (histogram, "a", "", "", &[1.0, f64::INFINITY], "above 0"),
            (histogram, "a", "", "", &[f64::NAN], "above 0"),
        ];
        for (kind, name, unit, help, bounds, said) in rows {
            let refused = Definition::checked(kind, (name, unit, help), bounds).unwrap_err().to_string();
            assert!(refused.contains(said), "{kind} {name:?} {unit} {bounds:?}: {refused}");
        }
    }
}
