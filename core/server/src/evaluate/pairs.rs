//! Lists of picture pairs in the format of Labeled Faces in the Wild.

use std::path::PathBuf;

/// Two pictures, and whether they show one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Paths below the pictures' folder.
    pub pictures: [PathBuf; 2],
    /// Whether both show the same person.
    pub genuine: bool,
    /// The fold that the pair belongs to, from 0.
    pub fold: usize,
}

/// A list that is not in the format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the pairs file: {what}")]
pub struct BadPairs {
    /// Counted from 1.
    pub line: usize,
    /// What was expected.
    pub what: &'static str,
}

/// Reads a pairs file: `folds pairs` in the first line; then for each fold as many lines
/// `name number number` (one person) and as many `name number name number` (two).
///
/// # Errors
/// The first line that is not as expected.
pub fn parse(text: &str) -> Result<Vec<Pair>, BadPairs> {
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    let bad = |line, what| BadPairs { line, what };
    let (_, head) = lines.next().ok_or(bad(1, "expected the number of folds and of pairs"))?;
    let numbers: Vec<usize> = head.split_whitespace().map_while(|word| word.parse().ok()).collect();
    let [folds, each] = numbers[..] else {
        return Err(bad(1, "expected the number of folds and of pairs"));
    };
    let mut pairs = Vec::new();
    for fold in 0..folds {
        for genuine in [true, false] {
            for _ in 0..each {
                let (number, line) = lines.next().ok_or(bad(pairs.len() + 2, "the file ends too soon"))?;
                let words: Vec<&str> = line.split_whitespace().collect();
                let pictures = match (genuine, &words[..]) {
                    (true, [name, a, b]) => [picture(name, a), picture(name, b)],
                    (false, [one, a, other, b]) => [picture(one, a), picture(other, b)],
                    (true, _) => return Err(bad(number, "expected a name and two numbers")),
                    (false, _) => return Err(bad(number, "expected a name and a number, twice")),
                };
                let [Some(a), Some(b)] = pictures else {
                    return Err(bad(number, "expected plain names and whole numbers"));
                };
                pairs.push(Pair { pictures: [a, b], genuine, fold });
            }
        }
    }
    Ok(pairs)
}

/// `Name/Name_0001.jpg`, unless the name would lead out of the folder.
fn picture(name: &str, number: &str) -> Option<PathBuf> {
    let plain = !name.contains(['/', '\\']) && name != ".." && name != ".";
    let number: u32 = number.parse().ok()?;
    plain.then(|| PathBuf::from(name).join(format!("{name}_{number:04}.jpg")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_fold_by_fold() {
        let pairs = parse("2\t1\nAnna 1 2\nAnna 1 Berta 3\nCarla 4 5\nCarla 4 Dora 12\n").unwrap();
        assert_eq!(pairs.len(), 4);
        assert_eq!(pairs[3].pictures, ["Carla/Carla_0004.jpg", "Dora/Dora_0012.jpg"].map(PathBuf::from));
        assert_eq!((pairs[3].genuine, pairs[3].fold), (false, 1));
    }

    #[test]
    fn a_bad_list_names_its_line() {
        for (text, line) in [
            ("", 1),
            ("x", 1),
            ("1 1\nAnna 1 2\n", 3),
            ("1 1\nAnna 1\nAnna 1 Berta 2", 2),
            ("1 1\nAnna 1 2\nAnna 1 2", 3),
            ("1 1\n../etc 1 2\nAnna 1 Berta 2", 2),
            ("1 1\nAnna 1 x\nAnna 1 Berta 2", 2),
        ] {
            assert_eq!(parse(text).unwrap_err().line, line, "{text:?}");
        }
    }
}
