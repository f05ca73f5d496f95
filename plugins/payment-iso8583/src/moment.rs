//! Unix seconds as the date and time fields of a message.

const DAY_S: u64 = 86_400;

/// A time, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    year: u64,
    /// 1 to 366.
    day_of_year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Moment {
    /// The time in UTC of so many seconds since 1970.
    pub fn utc(at_s: u64) -> Self {
        let (mut year, mut left) = (1970, at_s / DAY_S);
        while left >= days(year) {
            left -= days(year);
            year += 1;
        }
        let day_of_year = left + 1;
        let february = days(year) - 337;
        let mut month = 1;
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
            if left < length {
                break;
            }
            left -= length;
            month += 1;
        }
        let second = at_s % DAY_S;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        Self { year, day_of_year, month, day: left + 1, hour, minute, second }
    }

    /// The wall clock so many minutes east of Greenwich.
    pub fn local(at_s: u64, offset_minutes: i32) -> Self {
        Self::utc(at_s.saturating_add_signed(i64::from(offset_minutes) * 60))
    }

    /// `MMDDhhmmss`, data element 7.
    pub fn date_time(&self) -> String {
        format!("{}{}", self.date(), self.time())
    }

    /// `hhmmss`, data element 12.
    pub fn time(&self) -> String {
        format!("{:02}{:02}{:02}", self.hour, self.minute, self.second)
    }

    /// `MMDD`, data element 13.
    pub fn date(&self) -> String {
        format!("{:02}{:02}", self.month, self.day)
    }

    /// `YDDDhh`: last digit of the year, day of the year, hour. With it begins a retrieval reference number.
    pub fn day_and_hour(&self) -> String {
        format!("{}{:03}{:02}", self.year % 10, self.day_of_year, self.hour)
    }
}

fn days(year: u64) -> u64 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if is_leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_time_is_written_as_the_fields_want_it() {
        let rows = [
            (0, "0101000000", "000100"),
            (951_782_399, "0228235959", "005923"),
            (951_782_400, "0229000000", "006000"),
            (1_735_689_599, "1231235959", "436623"),
            (1_764_374_401, "1129000001", "533300"),
        ];
        for (at_s, date_time, day_and_hour) in rows {
            let moment = Moment::utc(at_s);
            assert_eq!((moment.date_time(), moment.day_and_hour()), (date_time.into(), day_and_hour.into()));
        }
        assert_eq!(Moment::local(1_764_374_401, 330).date_time(), "1129053001");
        assert_eq!(Moment::local(1_764_374_401, -60).date_time(), "1128230001");
    }
}
