//! Figures of a JSON object in the words of a table.

use serde_json::Value;

/// A rate in per cent; `-` where there is none.
pub(super) fn percent(rate: &Value) -> String {
    let Some(rate) = rate.as_f64() else { return "-".to_owned() };
    // Small rates keep two figures that count.
    let digits = if rate > 0.0 && rate < 1e-3 { 1.0 - (rate * 100.0).log10().floor() } else { 2.0 };
    format!("{:.*} %", digits as usize, rate * 100.0)
}

/// An interval of rates.
pub(super) fn interval(ends: &Value) -> String {
    match ends.is_null() {
        true => "-".to_owned(),
        false => format!("{} to {}", percent(&ends[0]), percent(&ends[1])),
    }
}

/// A number with so many digits behind the point.
pub(super) fn number(value: &Value, digits: usize) -> String {
    value.as_f64().map_or("-".to_owned(), |value| format!("{value:.digits$}"))
}

/// A count with its thousands set apart.
pub(super) fn count(value: &Value) -> String {
    let Some(count) = value.as_u64() else { return "-".to_owned() };
    let digits = count.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join("\u{202f}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rates_and_counts_are_readable() {
        for (rate, text) in [
            (json!(0.1234), "12.34 %"),
            (json!(0.0), "0.00 %"),
            (json!(1.0), "100.00 %"),
            (json!(0.000_123), "0.012 %"),
            (json!(1e-6), "0.00010 %"),
            (json!(null), "-"),
        ] {
            assert_eq!(percent(&rate), text);
        }
        assert_eq!(interval(&json!([0.0, 0.5])), "0.00 % to 50.00 %");
        assert_eq!((interval(&json!(null)), number(&json!(0.4137), 3)), ("-".to_owned(), "0.414".to_owned()));
        assert_eq!(count(&json!(7_255_541)), "7\u{202f}255\u{202f}541");
        assert_eq!((count(&json!(12)), count(&json!(null))), ("12".to_owned(), "-".to_owned()));
    }
}
