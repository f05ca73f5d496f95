//! Whether Stripe's clock agrees with the appliance's, by the date of an answer.
//!
//! An attempt is looked for among the charges made since it began. With clocks too far apart it would not be among them, and
//! "not there" would say nothing.

use plugin_sdk::HttpResponse;

/// How far the clocks may be apart: less than the lists go back beyond an attempt's beginning.
const APART_S_MAX: u64 = 240;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// False when the answer's date is too far from `now_s`. An answer without a date that can be read agrees with any clock.
pub(crate) fn agrees(response: &HttpResponse, now_s: i64) -> bool {
    let mut dates = response.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("date"));
    let date_s = dates.next().and_then(|(_, value)| unix_s(value));
    date_s.is_none_or(|date_s| date_s.abs_diff(now_s) <= APART_S_MAX)
}

/// Unix seconds of a date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn unix_s(date: &str) -> Option<i64> {
    let words: Vec<&str> = date.split_ascii_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = words.as_slice() else { return None };
    let number = |text: &str, max: i64| text.parse::<i64>().ok().filter(|number| (0..=max).contains(number));
    let month = i64::try_from(MONTHS.iter().position(|name| name == month)?).ok()? + 1;
    let (day, year) = (number(day, 31)?, number(year, 9999)?);
    let mut parts = time.split(':');
    let mut part = |max| number(parts.next()?, max);
    let of_day_s = part(23)? * 3600 + part(59)? * 60 + part(60)?;
    // Years that begin in March: the day that not every year has is their last.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = years / 4 - years / 100 + years / 400;
    let days = years * 365 + leap_days + (153 * months + 2) / 5 + day - 1;
    Some((days - 719_468) * 86_400 + of_day_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_http_is_read_to_the_second() {
        for (date, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199)),
            ("Fri, 01 Mar 2024 00:00:00 GMT", Some(1_709_251_200)),
            ("Sun, 29 Nov 2026 01:00:12 GMT", Some(1_795_914_012)),
            ("Sun, 29 Nov 2026 01:00:12", None),
            ("Sun, 29 Nvo 2026 01:00:12 GMT", None),
            ("Sun, 29 Nov 2026 01:00 GMT", None),
            ("", None),
        ] {
            assert_eq!(unix_s(date), expected, "{date}");
        }
    }
}
