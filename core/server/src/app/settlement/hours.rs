//! When business days begin and end, by the clock of a place.

use domain::Timestamp;
use domain::settlement::Day;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::settings;

/// When business days begin.
#[derive(Clone)]
pub(crate) struct Hours {
    zone: TimeZone,
    ends_at: Time,
}

/// The time that `HH:MM` names.
pub(crate) fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !two(hour) || !two(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// The time zone of this name, when the machine knows it.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    if name == "UTC" { Some(TimeZone::UTC) } else { TimeZone::get(name).ok() }
}

impl Hours {
    /// By the settings, which were checked when they were read.
    pub(crate) fn new(settings: &settings::Settlement) -> Self {
        Self {
            zone: zone(&settings.time_zone).unwrap_or(TimeZone::UTC),
            ends_at: time(&settings.day_ends_at).unwrap_or(Time::midnight()),
        }
    }

    /// When `day` begins, which is when the day before it ends. A day that ends from noon on begins on the date
    /// before its own; one that ends in the night begins on its own date.
    pub(crate) fn starts_at(&self, day: Day) -> Timestamp {
        let (year, month, day) = day.parts();
        let date = Date::new(year, month, day).unwrap_or(Date::MAX);
        let date = if self.ends_at.hour() < 12 { date } else { date.yesterday().unwrap_or(date) };
        // A time that the clock jumps over counts as the one it jumps to.
        let begins = self.zone.to_timestamp(date.to_datetime(self.ends_at));
        Timestamp(begins.unwrap_or(jiff::Timestamp::MAX).as_microsecond())
    }

    /// The business day that `at` is in.
    pub(crate) fn day_of(&self, at: Timestamp) -> Option<Day> {
        let moment = jiff::Timestamp::from_microsecond(at.0).ok()?;
        let date = self.zone.to_datetime(moment).date();
        let around = [date.yesterday().ok()?, date, date.tomorrow().ok()?];
        let days = around.into_iter().filter_map(|d| Day::new(d.year(), d.month(), d.day()).ok());
        days.filter(|day| self.starts_at(*day) <= at).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(ends_at: &str, zone: &str) -> Hours {
        Hours::new(&settings::Settlement { day_ends_at: ends_at.to_owned(), time_zone: zone.to_owned() })
    }

    fn moment(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn a_business_day_begins_where_the_day_before_it_ends() {
        for (ends_at, zone, begins) in [
            ("00:00", "UTC", "2026-03-29T00:00:00Z"),
            ("04:00", "UTC", "2026-03-29T04:00:00Z"),
            ("22:30", "UTC", "2026-03-28T22:30:00Z"),
        ] {
            let day: Day = "2026-03-29".parse().unwrap();
            assert_eq!(hours(ends_at, zone).starts_at(day), moment(begins), "{ends_at} {zone}");
        }
    }

    #[test]
    fn days_in_which_the_clock_is_turned_are_an_hour_shorter_or_longer() {
        if zone("Europe/Berlin").is_none() {
            println!("SKIP(this machine has no time zones)");
            return;
        }
        let berlin = hours("00:00", "Europe/Berlin");
        for (day, hours) in [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)] {
            let day: Day = day.parse().unwrap();
            let span = berlin.starts_at(day.next()).since(berlin.starts_at(day));
            assert_eq!(span.as_secs(), hours * 3_600, "{day}");
        }
        // The clock jumps from two to three: a day that ends at half past two ends at half past three.
        let gap = hours("02:30", "Europe/Berlin").starts_at("2026-03-29".parse().unwrap());
        assert_eq!(gap, moment("2026-03-29T01:30:00Z"));
    }

    #[test]
    fn each_moment_is_in_one_day() {
        for (ends_at, at, day) in [
            ("00:00", "2026-03-29T00:00:00Z", "2026-03-29"),
            ("00:00", "2026-03-28T23:59:59.999999Z", "2026-03-28"),
            ("04:00", "2026-03-29T03:59:59Z", "2026-03-28"),
            ("22:30", "2026-03-28T22:30:00Z", "2026-03-29"),
        ] {
            let found = hours(ends_at, "UTC").day_of(moment(at)).unwrap();
            assert_eq!(found.to_string(), day, "{ends_at} {at}");
        }
    }

    #[test]
    fn only_times_of_the_clock_and_zones_of_the_machine_are_taken() {
        for text in ["24:00", "7:00", "07:60", "0700", "", "07:00:00", "+7:00"] {
            assert!(time(text).is_none(), "{text}");
        }
        assert!(time("23:59").is_some() && zone("UTC").is_some() && zone("Mars/Olympus").is_none());
    }
}
