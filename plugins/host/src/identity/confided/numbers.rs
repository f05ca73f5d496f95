//! The numbers in a document: one of them is as telling as the whole of it.

/// Fewest letters and digits that are looked for: fewer are a year or the last digits of a number by chance.
pub(super) const LETTERS_MIN: usize = 6;
/// A number has so many digits, or is so long: `sha256` and `base64` stand in many documents and in many headers.
const DIGITS_MIN: usize = 4;
const LONG: usize = 8;
/// So many of its first letters stand for a longer one: a document may have very many.
const KEPT: usize = 16;

/// A number's first letters, zeros after its end.
type Number = [u8; KEPT];

/// Sorted, and none begins with another: so at most one can begin at a place, and a binary search finds it.
pub(super) struct Numbers(Vec<Number>);

impl Numbers {
    /// Those of a document: runs of letters and digits, and groups of digits that blanks or hyphens keep apart.
    pub(super) fn of(document: &[u8]) -> Self {
        let runs = document.split(|byte| !byte.is_ascii_alphanumeric());
        let mut all: Vec<Number> = runs.filter(|run| is_number(run)).map(kept).collect();
        for line in document.split(|byte| !is_grouped(*byte)) {
            let groups: Vec<&[u8]> =
                line.split(|byte| !byte.is_ascii_digit()).filter(|it| !it.is_empty()).collect();
            all.extend((0..groups.len()).filter_map(|at| joined(&groups[at..])));
        }
        all.sort_unstable();
        all.dedup_by(|next, before| next.starts_with(told(before)));
        Self(all)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them stands in a text of letters and digits.
    pub(super) fn is_in(&self, letters: &str) -> bool {
        (0..letters.len()).any(|at| {
            let rest = &letters.as_bytes()[at..];
            let after = self.0.partition_point(|number| told(number) <= rest);
            after > 0 && rest.starts_with(told(&self.0[after - 1]))
        })
    }
}

fn is_grouped(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b' ' || byte == b'-'
}

fn is_number(run: &[u8]) -> bool {
    let digits = run.iter().filter(|byte| byte.is_ascii_digit()).count();
    run.len() >= LETTERS_MIN && (digits >= DIGITS_MIN || (digits > 0 && run.len() >= LONG))
}

/// As many of the first groups, two at least, as make a number. A day is none: a request is dated, and may be as a document is.
fn joined(groups: &[&[u8]]) -> Option<Number> {
    let sizes: Vec<usize> = groups.iter().take(LONG).map(|group| group.len()).collect();
    let is_one = |count: &usize| {
        let sizes = &sizes[..*count];
        sizes.iter().sum::<usize>() >= LONG && sizes != [4, 2, 2] && sizes != [2, 2, 4]
    };
    (2..=sizes.len()).find(is_one).map(|count| kept(&groups[..count].concat()))
}

fn kept(run: &[u8]) -> Number {
    let mut number = [0; KEPT];
    number.iter_mut().zip(run).for_each(|(to, byte)| *to = byte.to_ascii_lowercase());
    number
}

fn told(number: &Number) -> &[u8] {
    let end = number.iter().position(|byte| *byte == 0).unwrap_or(KEPT);
    &number[..end]
}

/// The ASCII letters and digits of some bytes, letters in lower case.
pub(super) fn letters(bytes: &[u8]) -> String {
    let kept = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric());
    kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}
