//! UIDAI's times as Unix seconds. What it writes without a zone is Indian Standard Time, UTC+05:30.

/// Indian Standard Time is so far ahead of UTC.
const IST_AHEAD_S: i64 = 19_800;
const DAY_S: i64 = 86_400;

/// Unix seconds of `YYYYMMDDhhmmss` with any digits of a second behind it, in India.
pub fn compact(text: &str) -> Option<u64> {
    if !(14..=17).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let day = day([part(0, 4)?, part(4, 6)?, part(6, 8)?])?;
    let time = time([part(8, 10)?, part(10, 12)?, part(12, 14)?])?;
    u64::try_from(day * DAY_S + time - IST_AHEAD_S).ok()
}

/// Unix seconds of `YYYY-MM-DDThh:mm:ss` as ISO 8601 writes it: with or without fractions, and in the zone behind it or in India.
pub fn iso(text: &str) -> Option<u64> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let clock = rest.strip_prefix('T')?;
    let (clock, rest) = (clock.get(..8)?, clock.get(8..)?);
    let zone = match rest.strip_prefix('.') {
        None => rest,
        Some(rest) => {
            let zone = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
            (zone.len() < rest.len() && rest.len() - zone.len() <= 9).then_some(zone)?
        }
    };
    let day = day(three(date, '-', [4, 2, 2])?)?;
    let time = time(three(clock, ':', [2, 2, 2])?)?;
    u64::try_from(day * DAY_S + time - ahead_s(zone)?).ok()
}

/// How far a zone is ahead of UTC: `Z`, `+05:30`, or none, which is India's.
fn ahead_s(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.split_at_checked(1) {
        None => return Some(IST_AHEAD_S),
        Some(("Z", "")) => return Some(0),
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        Some(_) => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    Some(sign * time([digits(hours, 2)?, digits(minutes, 2)?, 0])?)
}

fn three(text: &str, between: char, lengths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(between).zip(lengths).map(|(part, length)| digits(part, length));
    Some([parts.next()??, parts.next()??, parts.next()??])
}

fn digits(text: &str, length: usize) -> Option<i64> {
    let are_digits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| text.parse().ok()).flatten()
}

/// Days since 1970 of a year, month and day of the Gregorian calendar.
pub(crate) fn day([year, month, day]: [i64; 3]) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || !(1850..=9999).contains(&year) {
        return None;
    }
    // Years that begin in March: the day that not every year has is their last.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = years / 4 - years / 100 + years / 400;
    Some(years * 365 + leap_days + (153 * months + 2) / 5 + day - 1 - 719_468)
}

fn time([hour, minute, second]: [i64; 3]) -> Option<i64> {
    let is_one = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    is_one.then_some(hour * 3600 + minute * 60 + second)
}
