//! The data elements of ISO 8583:1987 that acquirers use: how long each is and what it may hold.

/// How a data element is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Digits of the length before it; 0 = it always has `length` bytes.
    pub prefix: usize,
    /// Its length in bytes, or the longest.
    pub length: usize,
    /// What it may hold.
    pub content: Content,
}

/// What a data element may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// `n`: digits.
    Digits,
    /// `an`, `ans` and `z`: printable ASCII.
    Text,
    /// `b`: any bytes.
    Bytes,
}

impl Field {
    /// Whether a value may stand in this data element.
    pub fn takes(&self, value: &[u8]) -> bool {
        let fits = match self.prefix {
            0 => value.len() == self.length,
            _ => value.len() <= self.length,
        };
        fits && match self.content {
            Content::Digits => value.iter().all(u8::is_ascii_digit),
            Content::Text => value.iter().all(|byte| (b' '..=b'~').contains(byte)),
            Content::Bytes => true,
        }
    }
}

/// How the data element with this number is laid out; `None` for one that no acquirer should send here.
pub fn field(number: u8) -> Option<Field> {
    use Content::{Bytes, Digits, Text};
    let (prefix, length, content) = match number {
        2 => (2, 19, Digits),       // primary account number, or a token in its place
        3 => (0, 6, Digits),        // processing code
        4..=6 => (0, 12, Digits),   // amounts: transaction, settlement, cardholder billing
        7 => (0, 10, Digits),       // transmission date and time, MMDDhhmmss
        11 => (0, 6, Digits),       // systems trace audit number (STAN)
        12 => (0, 6, Digits),       // local time, hhmmss
        13..=17 => (0, 4, Digits),  // dates: local, expiry, settlement, conversion, capture
        18 => (0, 4, Digits),       // merchant category
        19..=21 => (0, 3, Digits),  // countries
        22..=24 => (0, 3, Digits),  // point of service entry mode, card number, network
        25 | 26 => (0, 2, Digits),  // point of service condition, PIN length
        32 | 33 => (2, 11, Digits), // acquiring and forwarding institution
        35 => (2, 37, Text),        // track 2
        37 => (0, 12, Text),        // retrieval reference number (RRN)
        38 => (0, 6, Text),         // authorisation code
        39 => (0, 2, Text),         // response code
        40 => (0, 3, Text),         // service restriction
        41 => (0, 8, Text),         // terminal
        42 => (0, 15, Text),        // merchant
        43 => (0, 40, Text),        // merchant's name and place
        44 | 45 => (2, 25 + 51 * (number as usize - 44), Text), // response data, track 1
        46..=48 => (3, 999, Text),  // additional data
        49..=51 => (0, 3, Digits),  // currencies: transaction, settlement, cardholder billing
        52 | 64 | 128 => (0, 8, Bytes), // PIN block, message authentication codes
        53 => (0, 16, Digits),      // security
        54 => (3, 120, Text),       // further amounts
        55 => (3, 999, Bytes),      // chip data
        56..=63 => (3, 999, Text),  // reserved
        70 => (0, 3, Digits),       // network management
        90 => (0, 42, Digits),      // original data elements
        95 => (0, 42, Text),        // replacement amounts
        100 => (2, 11, Digits),     // receiving institution
        102 | 103 => (2, 28, Text), // accounts
        _ => return None,
    };
    Some(Field { prefix, length, content })
}
