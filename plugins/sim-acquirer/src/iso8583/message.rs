//! ISO 8583:1987 messages in ASCII, as far as this acquirer reads them. Written apart from the plugin's codec on purpose.

use std::collections::BTreeMap;

/// Number, digits of the length prefix (0: fixed), longest or exact length, digits only.
const FIELDS: [(u8, usize, usize, bool); 18] = [
    (2, 2, 19, true),
    (3, 0, 6, true),
    (4, 0, 12, true),
    (7, 0, 10, true),
    (11, 0, 6, true),
    (12, 0, 6, true),
    (13, 0, 4, true),
    (18, 0, 4, true),
    (22, 0, 3, true),
    (25, 0, 2, true),
    (37, 0, 12, false),
    (38, 0, 6, false),
    (39, 0, 2, false),
    (41, 0, 8, false),
    (42, 0, 15, false),
    (48, 3, 999, false),
    (49, 0, 3, true),
    (90, 0, 42, true),
];

/// How the bitmap is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bitmap {
    /// 16 hexadecimal digits.
    Hex,
    /// 8 bytes.
    Binary,
}

/// One message.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) mti: String,
    pub(crate) fields: BTreeMap<u8, String>,
    pub(crate) bitmap: Bitmap,
}

impl Message {
    /// Reads a message, whichever bitmap it has. `None` unless every byte is accounted for.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        Self::read_as(bytes, Bitmap::Hex).or_else(|| Self::read_as(bytes, Bitmap::Binary))
    }

    fn read_as(bytes: &[u8], bitmap: Bitmap) -> Option<Self> {
        let mut rest = bytes;
        let mti = text(take(&mut rest, 4)?, true)?;
        let mut numbers = Vec::new();
        read_bitmap(&mut rest, bitmap, 0, &mut numbers)?;
        if numbers.first() == Some(&1) {
            read_bitmap(&mut rest, bitmap, 64, &mut numbers)?;
        }
        let mut fields = BTreeMap::new();
        for number in numbers.into_iter().filter(|number| *number != 1) {
            let (_, prefix, length, is_numeric) = *FIELDS.iter().find(|(found, ..)| *found == number)?;
            let said = match prefix {
                0 => length,
                _ => text(take(&mut rest, prefix)?, true)?.parse().ok().filter(|said| *said <= length)?,
            };
            fields.insert(number, text(take(&mut rest, said)?, is_numeric)?);
        }
        rest.is_empty().then_some(Self { mti, fields, bitmap })
    }

    /// The message as bytes.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut bits = [0_u8; 16];
        for number in self.fields.keys().map(|number| usize::from(*number) - 1) {
            bits[number / 8] |= 0x80 >> (number % 8);
        }
        let is_long = bits[8..].iter().any(|byte| *byte != 0);
        if is_long {
            bits[0] |= 0x80;
        }
        let bits = if is_long { &bits[..] } else { &bits[..8] };
        let mut bytes = self.mti.clone().into_bytes();
        match self.bitmap {
            Bitmap::Hex => bytes.extend(hex::encode_upper(bits).into_bytes()),
            Bitmap::Binary => bytes.extend(bits),
        }
        for (number, value) in &self.fields {
            if let Some((_, prefix @ 1.., ..)) = FIELDS.iter().find(|(found, ..)| found == number) {
                bytes.extend(format!("{:0prefix$}", value.len()).into_bytes());
            }
            bytes.extend(value.bytes());
        }
        bytes
    }

    /// A field's value, empty when absent.
    pub(crate) fn field(&self, number: u8) -> &str {
        self.fields.get(&number).map_or("", String::as_str)
    }
}

fn read_bitmap(rest: &mut &[u8], bitmap: Bitmap, before: u8, numbers: &mut Vec<u8>) -> Option<()> {
    let bits = match bitmap {
        Bitmap::Hex => hex::decode(take(rest, 16)?).ok()?,
        Bitmap::Binary => take(rest, 8)?.to_vec(),
    };
    let set = (0..64_u8).filter(|at| bits[usize::from(at / 8)] & (0x80 >> (at % 8)) != 0);
    numbers.extend(set.map(|at| before + at + 1));
    Some(())
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn text(bytes: &[u8], is_numeric: bool) -> Option<String> {
    let fits = |byte: &u8| if is_numeric { byte.is_ascii_digit() } else { (b' '..=b'~').contains(byte) };
    bytes.iter().all(fits).then(|| String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_laid_out_by_hand_is_read_and_written() {
        let hex = b"0800822000000000000004000000000000000101000000000001";
        assert!(Message::read(hex).is_none(), "field 70 is none of ours");
        let body = "0101000000000001";
        let plain = format!("08000220000000000000{body}");
        let found = Message::read(plain.as_bytes()).unwrap();
        assert_eq!((found.field(7), found.field(11), found.bitmap), ("0101000000", "000001", Bitmap::Hex));
        assert_eq!(found.write(), plain.as_bytes());
        let binary = [b"0800\x02\x20\0\0\0\0\0\0".as_slice(), body.as_bytes()].concat();
        let found = Message::read(&binary).unwrap();
        assert_eq!(found.bitmap, Bitmap::Binary);
        assert_eq!(found.write(), binary);
        assert!(Message::read(&binary[..binary.len() - 1]).is_none());
        assert!(Message::read(&[&binary[..], b"0"].concat()).is_none());
    }
}
