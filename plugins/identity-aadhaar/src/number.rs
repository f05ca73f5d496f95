//! Aadhaar numbers and virtual ids: their check digit, and the little of them that may be shown.
//!
//! Twelve digits of which the first is 2 to 9, or sixteen of a virtual id; the last is a check digit by Verhoeff (J. Verhoeff, Error
//! Detecting Decimal Codes, 1969).

/// The dihedral group D5: `PRODUCT[a][b]` is a after b.
const PRODUCT: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
/// What a digit at a place becomes, from the right; the places repeat after eight.
const PERMUTED: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

/// A number whose form is right. It is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Number {
    digits: String,
}

impl Number {
    /// The number in a text of digits, in which blanks and hyphens may stand; `None` when its form or check digit is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
        let is_one = match digits.len() {
            12 => digits.starts_with(|first: char| ('2'..='9').contains(&first)),
            16 => true,
            _ => false,
        };
        (is_one && verhoeff(&digits)).then_some(Self { digits })
    }

    /// Whether it is a virtual id, which its holder may replace at any time.
    pub fn is_virtual(&self) -> bool {
        self.digits.len() == 16
    }

    /// Its digits.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// All that may be shown or kept of it.
    pub fn masked(&self) -> String {
        masked(&self.digits[self.digits.len() - 4..])
    }
}

/// How a number is shown whose last four digits are known.
pub fn masked(last_four: &str) -> String {
    format!("XXXX-XXXX-{last_four}")
}

/// Whether the last digit of a text of ASCII digits is the check digit of those before it.
pub fn verhoeff(digits: &str) -> bool {
    let mut sum = 0;
    for (place, digit) in digits.bytes().rev().enumerate() {
        if !digit.is_ascii_digit() {
            return false;
        }
        let permuted = PERMUTED[place % 8][usize::from(digit - b'0')];
        sum = PRODUCT[usize::from(sum)][usize::from(permuted)];
    }
    sum == 0 && !digits.is_empty()
}
