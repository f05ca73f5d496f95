//! What an issuer is said to vouch for, treated as hostile. No text here repeats a value: they are a person's.

use plugin_sdk::identity::{Attested, Media, Portrait};

/// Shortest and longest reference key. Most documents' numbers are shorter; that it holds none of them is looked at apart.
const KEY_BYTES_MIN: usize = 16;
const KEY_BYTES_MAX: usize = 128;
/// Longest name of an issuer.
const ISSUER_BYTES_MAX: usize = 255;
/// The end of the year 9999, in Unix seconds.
const TIME_S_MAX: u64 = 253_402_300_799;
/// Most attributes, and the longest name and value of one.
const ATTRIBUTES_MAX: usize = 64;
const NAME_BYTES_MAX: usize = 64;
const VALUE_BYTES_MAX: usize = 1024;
/// Largest portrait.
const PORTRAIT_BYTES_MAX: usize = 512 << 10;

/// What is wrong with it, if anything.
pub(super) fn flaw(attested: &Attested) -> Option<String> {
    let key = &attested.reference_key;
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    if !(KEY_BYTES_MIN..=KEY_BYTES_MAX).contains(&key.len()) || !key.bytes().all(is_key) {
        return Some(format!(
            "a reference_key that is not {KEY_BYTES_MIN} to {KEY_BYTES_MAX} of [A-Za-z0-9_.:-]"
        ));
    }
    if attested.issuer.len() > ISSUER_BYTES_MAX || !is_line(&attested.issuer) {
        return Some(format!("an issuer that is not a line of up to {ISSUER_BYTES_MAX} bytes"));
    }
    if !(1..=TIME_S_MAX).contains(&attested.issued_at_s) {
        return Some("an issued_at_s that is no time".into());
    }
    attributes_flaw(attested).or_else(|| attested.portrait.as_ref().and_then(portrait_flaw))
}

/// Text that can be shown in a line: not empty, no blanks around it, nothing that controls a terminal.
fn is_line(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains(char::is_control)
}

fn attributes_flaw(attested: &Attested) -> Option<String> {
    let all = &attested.attributes;
    if all.len() > ATTRIBUTES_MAX {
        return Some(format!("{} attributes, at most {ATTRIBUTES_MAX}", all.len()));
    }
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_name = |name: &str| (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_letter);
    if !all.keys().all(|name| is_name(name)) {
        return Some("an attribute whose name is not a short word of [a-z0-9_]".into());
    }
    let unfit = all
        .iter()
        .find(|(name, value)| value.len() > VALUE_BYTES_MAX || !is_line(value) || !has_shape(name, value));
    if let Some((name, _)) = unfit {
        return Some(format!("an attribute {name} that is not what it should be"));
    }
    let (year, date) = (all.get("birth_year"), all.get("birth_date"));
    let differ = year.zip(date).is_some_and(|(year, date)| !date.starts_with(year.as_str()));
    differ.then(|| "a birth_year that is not that of its birth_date".into())
}

/// Whether an attribute of fixed shape has it; any other is as it likes.
fn has_shape(name: &str, value: &str) -> bool {
    match name {
        "birth_date" => is_date(value),
        "birth_year" => number(value, 4).is_some_and(is_year),
        "country" => value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase()),
        "gender" => ["female", "male", "other"].contains(&value),
        _ => true,
    }
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    let is_one = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| text.parse().ok()).flatten()
}

fn is_year(year: u32) -> bool {
    (1850..=9999).contains(&year)
}

/// A day of the Gregorian calendar as YYYY-MM-DD.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-').zip([4, 2, 2]).map(|(part, digits)| number(part, digits));
    let (Some(Some(year)), Some(Some(month)), Some(Some(day))) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    is_year(year) && (1..=days).contains(&day)
}

fn portrait_flaw(portrait: &Portrait) -> Option<String> {
    let starts: &[&[u8]] = match portrait.media {
        Media::Jpeg => &[&[0xFF, 0xD8, 0xFF]],
        Media::Png => &[b"\x89PNG\r\n\x1A\n"],
        Media::Jp2 => &[b"\x00\x00\x00\x0CjP  \r\n\x87\n", &[0xFF, 0x4F, 0xFF, 0x51]],
    };
    if portrait.bytes.len() > PORTRAIT_BYTES_MAX {
        return Some(format!("a portrait of {} bytes, at most {PORTRAIT_BYTES_MAX}", portrait.bytes.len()));
    }
    let begins = starts.iter().any(|start| portrait.bytes.starts_with(start));
    (!begins).then(|| format!("a portrait that is no {:?}", portrait.media))
}
