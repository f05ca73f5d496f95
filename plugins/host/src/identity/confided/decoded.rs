//! What bytes stand for, once the other side has decoded them.

/// The bytes, with what stands for `%` and two hexadecimal digits.
pub(super) fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |rest| match rest {
        [b'%', high, low, ..] => Some((hex(&[*high, *low])? as u8, 3)),
        _ => None,
    })
}

/// JSON, with what stands for its escapes. The text is not parsed: of a name that is there twice, both are looked at.
pub(super) fn unescaped(json: &[u8]) -> Vec<u8> {
    replaced(json, |rest| match rest {
        [b'\\', b'u', digits @ ..] if digits.len() >= 4 => {
            let code = hex(&digits[..4])?;
            Some((u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(b'?'), 6))
        }
        [b'\\', b'b' | b'f' | b'n' | b'r' | b't', ..] => Some((b' ', 2)),
        [b'\\', other @ (b'\\' | b'/' | b'"'), ..] => Some((*other, 2)),
        _ => None,
    })
}

/// The bytes, in which `code` says what stands for the first ones of the rest, and how many those are.
fn replaced(bytes: &[u8], code: impl Fn(&[u8]) -> Option<(u8, usize)>) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, ..] = rest {
        let (byte, taken) = code(rest).unwrap_or((*first, 1));
        decoded.push(byte);
        rest = &rest[taken..];
    }
    decoded
}

/// The number that hexadecimal digits say.
fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}
