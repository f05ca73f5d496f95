//! Every picture against every other, on all cores, in memory that does not grow with the number of pairs.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use pipeline::Embedding;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::every_pair;
use super::scores::{Histogram, Scores};

/// Resampled sets of people.
const ROUNDS: usize = 1_000;
const SEED: u64 = 20_261_129;

/// One picture; `None` when it has no usable face.
pub struct Shot<'a> {
    /// Who is in it.
    pub person: &'a str,
    /// The face.
    pub embedding: Option<&'a Embedding>,
}

/// All pairs of all pictures.
pub struct AllPairs<'a> {
    /// Each person's pictures.
    people: Vec<Vec<&'a Embedding>>,
    /// What they score.
    pub scores: Scores,
    /// The scores as counts, for a picture of them.
    pub genuine: Histogram,
    /// As [`Self::genuine`].
    pub impostor: Histogram,
    /// Genuine pairs of which a picture has no usable face.
    pub genuine_failed: u64,
    /// Impostor pairs of which a picture has no usable face.
    pub impostor_failed: u64,
    /// Genuine pairs without a score, by person.
    failed: Vec<u64>,
}

/// The person whom a picture is of: the first part of its path.
pub fn person(picture: &Path) -> Option<&str> {
    match picture.components().next()? {
        Component::Normal(name) => name.to_str(),
        _ => None,
    }
}

impl<'a> AllPairs<'a> {
    /// Compares them; `done` hears how many pictures are through.
    pub fn compare(shots: &[Shot<'a>], done: impl Fn(usize) + Sync) -> Self {
        let mut by_person: BTreeMap<&str, (Vec<&Embedding>, u64)> = BTreeMap::new();
        for shot in shots {
            let (embeddings, pictures) = by_person.entry(shot.person).or_default();
            embeddings.extend(shot.embedding);
            *pictures += 1;
        }
        let pairs = |n: u64| n * n.saturating_sub(1) / 2;
        let failed: Vec<u64> =
            by_person.values().map(|(rows, all)| pairs(*all) - pairs(rows.len() as u64)).collect();
        let people: Vec<Vec<&Embedding>> = by_person.into_values().map(|(rows, _)| rows).collect();
        let rows: Vec<(usize, &Embedding)> = (people.iter().enumerate())
            .flat_map(|(person, rows)| rows.iter().map(move |row| (person, *row)))
            .collect();
        let (genuine, impostor) = count(&rows, done);
        let genuine_failed = failed.iter().sum();
        let impostor_failed = pairs(shots.len() as u64) - pairs(rows.len() as u64) - genuine_failed;
        let scores = Scores::new(&genuine, &impostor, genuine_failed);
        Self { people, scores, genuine, impostor, genuine_failed, impostor_failed, failed }
    }

    /// How many people there are.
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// The 95 % interval of the true accept rate at a threshold when people are drawn anew, with all their pairs: pairs
    /// of one person hang together, and one person with many pictures counts in all of them. `None` when fewer than
    /// two people have genuine pairs.
    pub fn accept_ci95(&self, similarity_min: f32) -> Option<[f64; 2]> {
        let counted: Vec<(u64, u64)> = (self.people.iter().zip(&self.failed))
            .map(|(rows, failed)| {
                let (mut accepted, mut all) = (0, *failed);
                for (index, row) in rows.iter().enumerate() {
                    for other in &rows[index + 1..] {
                        accepted += u64::from(row.similarity(other) >= similarity_min);
                        all += 1;
                    }
                }
                (accepted, all)
            })
            .filter(|(_, all)| *all > 0)
            .collect();
        resampled95(&counted)
    }
}

/// The 95 % interval of a ratio of sums over independent groups of (hits, all), by resampling the groups.
pub fn resampled95(groups: &[(u64, u64)]) -> Option<[f64; 2]> {
    if groups.len() < 2 {
        return None;
    }
    let mut random = StdRng::seed_from_u64(SEED);
    let mut rates: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let drawn = (0..groups.len()).map(|_| groups[random.random_range(0..groups.len())]);
            let (hits, all) = drawn.fold((0, 0), |sum, group| (sum.0 + group.0, sum.1 + group.1));
            hits as f64 / all.max(1) as f64
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    let at = |share: f64| rates[((ROUNDS - 1) as f64 * share).round() as usize];
    Some([at(0.025), at(0.975)])
}

/// Scores of all pairs of rows: genuine and impostor ones.
fn count(rows: &[(usize, &Embedding)], done: impl Fn(usize) + Sync) -> (Histogram, Histogram) {
    let empty = || (Histogram::default(), Histogram::default());
    let add = |(genuine, impostor): &mut (Histogram, Histogram),
               (person, row): &(usize, &Embedding),
               (other, later): &(usize, &Embedding)| {
        let kind = if other == person { genuine } else { impostor };
        kind.add(row.similarity(later));
    };
    let mut sums = every_pair::fold(rows, empty, add, done).into_iter();
    let mut all = sums.next().unwrap_or_else(empty);
    for (genuine, impostor) in sums {
        all.0.merge(&genuine);
        all.1.merge(&impostor);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedding(random: &mut StdRng) -> Embedding {
        Embedding::new((0..8).map(|_| random.random_range(-1.0_f32..1.0)).collect()).ok().unwrap()
    }

    #[test]
    fn every_pair_is_compared_once_and_pictures_without_a_face_are_told() {
        let mut random = StdRng::seed_from_u64(3);
        // More than a few blocks, not a whole number of them; every seventh picture has no face.
        let faces: Vec<Embedding> = (0..101).map(|_| embedding(&mut random)).collect();
        let names: Vec<String> = (0..101).map(|i| format!("p{}", i % 30)).collect();
        let shots: Vec<Shot<'_>> = faces
            .iter()
            .zip(&names)
            .enumerate()
            .map(|(i, (face, person))| Shot { person, embedding: (i % 7 != 0).then_some(face) })
            .collect();
        let found = AllPairs::compare(&shots, |_| ());
        let (mut expected, mut accepted) = ([[0_u64; 2]; 2], 0);
        for (i, a) in shots.iter().enumerate() {
            for b in &shots[i + 1..] {
                let measured = a.embedding.zip(b.embedding);
                expected[usize::from(a.person == b.person)][usize::from(measured.is_none())] += 1;
                let similar = measured.is_some_and(|(a, b)| a.similarity(b) >= 0.25);
                accepted += u64::from(a.person == b.person && similar);
            }
        }
        let [[impostor, impostor_failed], [genuine, genuine_failed]] = expected;
        assert_eq!((found.scores.impostor(), found.impostor_failed), (impostor, impostor_failed));
        assert_eq!(
            (found.scores.genuine(), found.genuine_failed),
            (genuine + genuine_failed, genuine_failed)
        );
        assert_eq!(found.people(), 30);
        let refused = found.scores.at(0.25).false_reject_rate;
        let rate = accepted as f64 / (genuine + genuine_failed) as f64;
        assert!((1.0 - refused - rate).abs() < 1e-9);
        let [low, high] = found.accept_ci95(0.25).unwrap();
        assert!(low < rate && rate < high, "{low} {rate} {high}");
    }

    #[test]
    fn an_interval_over_people_is_as_wide_as_the_normal_formula_says() {
        // 400 people with one pair each: then it is the interval of a plain rate, 0.9 within 1.96 * 0.015.
        let groups: Vec<(u64, u64)> = (0..400).map(|i| (u64::from(i % 10 != 0), 1)).collect();
        let [low, high] = resampled95(&groups).unwrap();
        assert!((low - 0.8706).abs() < 0.006 && (high - 0.9294).abs() < 0.006, "{low} {high}");
        // The same pairs in 40 people of ten: a whole person fails or none, so it is about three times as wide.
        let groups: Vec<(u64, u64)> = (0..40).map(|i| (if i % 10 == 0 { 0 } else { 10 }, 10)).collect();
        let [wide_low, wide_high] = resampled95(&groups).unwrap();
        let ratio = (wide_high - wide_low) / (high - low);
        assert!((2.5..4.0).contains(&ratio), "{ratio}");
        assert!(resampled95(&[(1, 1)]).is_none());
    }

    #[test]
    fn a_person_is_the_first_part_of_a_path() {
        for (path, expected) in
            [("Anna/Anna_0001.jpg", Some("Anna")), ("Anna.jpg", Some("Anna.jpg")), ("../x", None), ("", None)]
        {
            assert_eq!(person(Path::new(path)), expected, "{path}");
        }
    }
}
