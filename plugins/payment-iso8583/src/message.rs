//! ISO 8583:1987 messages in ASCII: a type, a bitmap, the data elements that it names.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::field::field;

/// How the bitmap travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bitmap {
    /// 16 hexadecimal digits.
    #[default]
    Hex,
    /// 8 bytes.
    Binary,
}

/// Why bytes are no message, or a value cannot stand in one. Names a data element, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The message ends too early.
    Short,
    /// Bytes are left over.
    Long,
    /// The type is not four digits.
    Type,
    /// The bitmap is not hexadecimal.
    Bitmap,
    /// This data element is not known.
    Unknown(u8),
    /// This data element's value is too long, too short, or of other characters.
    Value(u8),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => f.write_str("the message ends too early"),
            Self::Long => f.write_str("bytes are left over"),
            Self::Type => f.write_str("the message type is not four digits"),
            Self::Bitmap => f.write_str("the bitmap is not hexadecimal"),
            Self::Unknown(number) => write!(f, "data element {number} is not known"),
            Self::Value(number) => write!(f, "data element {number} does not fit"),
        }
    }
}

/// One message. Every value in it fits its data element.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    mti: [u8; 4],
    fields: BTreeMap<u8, Vec<u8>>,
}

impl Message {
    /// A message without data elements.
    pub fn new(mti: &str) -> Result<Self, Fault> {
        let mti: [u8; 4] = mti.as_bytes().try_into().map_err(|_| Fault::Type)?;
        match mti.iter().all(u8::is_ascii_digit) {
            true => Ok(Self { mti, fields: BTreeMap::new() }),
            false => Err(Fault::Type),
        }
    }

    /// The same message with one more data element.
    pub fn with(mut self, number: u8, value: impl Into<Vec<u8>>) -> Result<Self, Fault> {
        let value = value.into();
        match field(number) {
            None => Err(Fault::Unknown(number)),
            Some(field) if !field.takes(&value) => Err(Fault::Value(number)),
            Some(_) => {
                self.fields.insert(number, value);
                Ok(self)
            }
        }
    }

    /// The message type.
    pub fn mti(&self) -> &str {
        std::str::from_utf8(&self.mti).expect("new() took digits only")
    }

    /// The same message marked as a repeat.
    pub fn repeated(&self) -> Self {
        let mut repeat = self.clone();
        repeat.mti[3] = b'1';
        repeat
    }

    /// The value of a data element.
    pub fn get(&self, number: u8) -> Option<&[u8]> {
        self.fields.get(&number).map(Vec::as_slice)
    }

    /// The value of a data element that holds text.
    pub fn text(&self, number: u8) -> Option<&str> {
        std::str::from_utf8(self.get(number)?).ok()
    }

    /// The message as it travels.
    pub fn encode(&self, bitmap: Bitmap) -> Vec<u8> {
        let mut bits = [0_u8; 16];
        for number in self.fields.keys() {
            bits[at(*number)] |= mask(*number);
        }
        let has_second = bits[8..] != [0; 8];
        if has_second {
            bits[0] |= mask(1);
        }
        let bits = if has_second { &bits[..] } else { &bits[..8] };
        let mut out = self.mti.to_vec();
        match bitmap {
            Bitmap::Binary => out.extend_from_slice(bits),
            Bitmap::Hex => out.extend(bits.iter().flat_map(|byte| format!("{byte:02X}").into_bytes())),
        }
        for (number, value) in &self.fields {
            let prefix = field(*number).map_or(0, |field| field.prefix);
            if prefix > 0 {
                out.extend_from_slice(format!("{:0prefix$}", value.len()).as_bytes());
            }
            out.extend_from_slice(value);
        }
        out
    }

    /// The message that travelled as these bytes, all of them.
    pub fn decode(bytes: &[u8], bitmap: Bitmap) -> Result<Self, Fault> {
        let mut rest = bytes;
        let mti = std::str::from_utf8(take(&mut rest, 4)?).map_err(|_| Fault::Type)?;
        let mut message = Self::new(mti)?;
        let mut bits = bitmap.read(&mut rest)?.to_vec();
        let has_second = bits[0] & mask(1) != 0;
        if has_second {
            bits.extend(bitmap.read(&mut rest)?);
        }
        let count = if has_second { 128 } else { 64 };
        for number in (2..=count).filter(|number| bits[at(*number)] & mask(*number) != 0) {
            let field = field(number).ok_or(Fault::Unknown(number))?;
            let length = match field.prefix {
                0 => field.length,
                prefix => decimal(take(&mut rest, prefix)?).ok_or(Fault::Value(number))?,
            };
            message = message.with(number, take(&mut rest, length)?)?;
        }
        match rest {
            [] => Ok(message),
            _ => Err(Fault::Long),
        }
    }
}

// Messages hold card numbers: only the names of what is there are printed.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {:?}", self.mti(), self.fields.keys().collect::<Vec<_>>())
    }
}

impl Bitmap {
    /// Reads the 64 bits of one bitmap.
    fn read(self, rest: &mut &[u8]) -> Result<[u8; 8], Fault> {
        let mut bits = [0; 8];
        match self {
            Self::Binary => bits.copy_from_slice(take(rest, 8)?),
            Self::Hex => {
                for (byte, digits) in bits.iter_mut().zip(take(rest, 16)?.chunks_exact(2)) {
                    *byte = (nibble(digits[0]).zip(nibble(digits[1])))
                        .map(|(high, low)| high << 4 | low)
                        .ok_or(Fault::Bitmap)?;
                }
            }
        }
        Ok(bits)
    }
}

/// The byte of a bitmap that has a data element's bit.
fn at(number: u8) -> usize {
    usize::from(number - 1) / 8
}

/// A data element's bit within its byte; the first is the highest.
fn mask(number: u8) -> u8 {
    0x80 >> ((number - 1) % 8)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

/// The number that digits write, and nothing but digits.
fn decimal(digits: &[u8]) -> Option<usize> {
    digits
        .iter()
        .try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + usize::from(digit - b'0')))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Fault> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Fault::Short)?;
    *rest = left;
    Ok(taken)
}

#[cfg(test)]
mod tests;
