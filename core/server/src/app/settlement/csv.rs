//! Lines of a provider's file in our own CSV form, read strictly: a file with one fault is refused whole.

use domain::settlement::{Line, LineKind};
use domain::{Currency, Money, Timestamp};

/// The first line of a file.
const HEADER: [&str; 7] = ["provider_ref", "attempt", "kind", "amount", "currency", "fee", "at"];
/// The most lines that one day may have.
const LINES_MAX: usize = 200_000;
/// So many faults are told at a time.
const FAULTS_MAX: usize = 20;
const PROVIDER_REF_CHARS_MAX: usize = 255;

/// One line's fields, whatever form they came in.
pub(super) struct Fields<'a> {
    pub(super) provider_ref: &'a str,
    pub(super) attempt: &'a str,
    pub(super) kind: &'a str,
    pub(super) amount: &'a str,
    pub(super) currency: &'a str,
    pub(super) fee: &'a str,
    pub(super) at: &'a str,
}

/// The lines of a file, or what is wrong with it, each fault with the number of its line.
pub(crate) fn read(text: &str) -> Result<Vec<Line>, Vec<String>> {
    let records = records(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|fault| vec![fault])?;
    let mut records = records.into_iter();
    let header = HEADER.join(",");
    match records.next() {
        Some((_, fields)) if fields == HEADER => {}
        _ => return Err(vec![format!("line 1: the header must be {header}")]),
    }
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for (number, fields) in records {
        match of_record(&fields) {
            Ok(line) => lines.push(line),
            Err(fault) => faults.push(format!("line {number}: {fault}")),
        }
        if faults.len() == FAULTS_MAX || lines.len() > LINES_MAX {
            break;
        }
    }
    if lines.len() > LINES_MAX {
        faults.push(format!("a file has at most {LINES_MAX} lines"));
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

fn of_record(fields: &[String]) -> Result<Line, String> {
    let [provider_ref, attempt, kind, amount, currency, fee, at] = fields else {
        return Err(format!("there are {} fields; {} are needed", fields.len(), HEADER.len()));
    };
    line(&Fields { provider_ref, attempt, kind, amount, currency, fee, at })
}

/// One line, or what is wrong with it.
pub(super) fn line(fields: &Fields<'_>) -> Result<Line, String> {
    let provider_ref = fields.provider_ref;
    let visible = provider_ref.chars().all(|c| c.is_ascii_graphic());
    if !visible || provider_ref.len() > PROVIDER_REF_CHARS_MAX {
        return Err(format!("provider_ref has up to {PROVIDER_REF_CHARS_MAX} visible ASCII characters"));
    }
    let kind: LineKind =
        fields.kind.parse().map_err(|error: domain::name::UnknownName| format!("kind: {error}"))?;
    let attempt = match fields.attempt {
        "" => None,
        text => Some(reference(text)?),
    };
    if kind != LineKind::Fee && attempt.is_none() && provider_ref.is_empty() {
        return Err("a sale or refund needs provider_ref or attempt".to_owned());
    }
    let currency: Currency = (fields.currency.parse())
        .map_err(|error: domain::currency::UnknownCurrency| format!("currency: {error}"))?;
    let fee = match fields.fee {
        "" | "0" => None,
        text => Some(money("fee", text, currency)?),
    };
    if kind == LineKind::Fee && fee.is_some() {
        return Err("fee: a fee has no fee; its amount says it all".to_owned());
    }
    let at = fields.at.parse::<jiff::Timestamp>();
    let at = at.map_err(|_| "at: a time is written as RFC 3339, such as 2026-01-31T12:00:00Z".to_owned())?;
    Ok(Line {
        provider_ref: provider_ref.to_owned(),
        attempt,
        kind,
        amount: money("amount", fields.amount, currency)?,
        fee,
        at: Timestamp(at.as_microsecond()),
    })
}

fn reference(text: &str) -> Result<[u8; 16], String> {
    let mut bytes = [0; 16];
    let decoded = hex::decode_to_slice(text, &mut bytes);
    decoded.map(|()| bytes).map_err(|_| "attempt: our reference has 32 hexadecimal digits".to_owned())
}

/// Digits only: a sign, a point or a space would mean something else than whole minor units.
fn money(name: &str, text: &str, currency: Currency) -> Result<Money, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let minor = if digits { text.parse().ok() } else { None };
    let minor: i64 = minor.ok_or_else(|| {
        format!("{name}: a whole number of minor units such as 1250 is needed, not `{}`", cut(text))
    })?;
    Money::new(minor, currency).map_err(|error| format!("{name}: {error}"))
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The records of RFC 4180 text, each with the number of the line that it begins on.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, String> {
    let (mut records, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut number, mut began) = (1, 1);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if field.is_empty() => {
                number += quoted(&mut rest, &mut field).map_err(|fault| format!("line {number}: {fault}"))?;
                if !matches!(rest.peek(), None | Some(',' | '\r' | '\n')) {
                    return Err(format!("line {number}: text after a closing quote"));
                }
            }
            '"' => return Err(format!("line {number}: a quote inside a field that does not begin with one")),
            ',' => fields.push(std::mem::take(&mut field)),
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' => {
                fields.push(std::mem::take(&mut field));
                records.push((began, std::mem::take(&mut fields)));
                number += 1;
                began = number;
            }
            c if c.is_control() => return Err(format!("line {number}: a control character")),
            c => field.push(c),
        }
    }
    if !field.is_empty() || !fields.is_empty() {
        fields.push(field);
        records.push((began, fields));
    }
    Ok(records)
}

/// The rest of a quoted field; returns how many line breaks were in it.
fn quoted(
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    field: &mut String,
) -> Result<usize, &'static str> {
    let mut breaks = 0;
    while let Some(c) = rest.next() {
        match c {
            '"' if rest.peek() == Some(&'"') => {
                rest.next();
                field.push('"');
            }
            '"' => return Ok(breaks),
            c => {
                breaks += usize::from(c == '\n');
                field.push(c);
            }
        }
    }
    Err("a quoted field is not closed")
}

#[cfg(test)]
mod tests;
