//! The known key that looks most like an unknown one.

/// A section's name may have so many letters wrong.
const SECTION_DISTANCE_MAX: usize = 2;

/// The candidate with the smallest edit distance to `key`, in the section that is meant where that can be told; a
/// shared last segment breaks ties.
pub(super) fn nearest<'a>(key: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> &'a str {
    let section = |k: &str| k.split('.').next().unwrap_or_default().to_owned();
    let off = |candidate: &str| distance(&section(key), &section(candidate));
    let least = candidates.clone().map(off).min().filter(|off| *off <= SECTION_DISTANCE_MAX);
    let candidates = candidates.filter(|candidate| least.is_none_or(|least| off(candidate) == least));
    let last = |k: &str| k.rsplit('.').next().unwrap_or_default().to_owned();
    candidates
        .min_by_key(|candidate| {
            let whole = distance(key, candidate);
            let segment = distance(&last(key), &last(candidate));
            (whole.min(segment + 1), whole)
        })
        .unwrap_or_default()
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
