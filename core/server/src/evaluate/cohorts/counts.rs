//! Pairs and errors by group.

use std::collections::BTreeMap;

use pipeline::Embedding;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use super::Ratio;
use crate::evaluate::all_pairs::resampled95;
use crate::evaluate::every_pair;
use crate::evaluate::interval::Rate;

/// One picture of somebody of a group.
pub struct Member<'a> {
    /// Who, as a number.
    pub person: usize,
    /// In which group, as a number.
    pub group: usize,
    /// The face; `None` when there is no usable one.
    pub embedding: Option<&'a Embedding>,
}

/// Pairs of two groups, and errors at each threshold.
#[derive(Debug, Clone, Default, PartialEq)]
struct Pairs {
    n: u64,
    errors: Vec<u64>,
}

/// What was counted over pairs. A genuine pair without a face counts as refused, an impostor pair without one is left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    similarity_mins: Vec<f32>,
    /// Impostor pairs by their two groups, the lower first.
    impostor: BTreeMap<[usize; 2], Pairs>,
    /// Genuine pairs by their two groups and their person.
    genuine: BTreeMap<([usize; 2], usize), Pairs>,
    /// False matches within a group at each threshold, by their two people: none are many.
    matched: BTreeMap<(usize, [usize; 2]), Vec<u64>>,
}

/// A rate, with the interval that it has when people are drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ByPeople {
    /// As if pairs were independent.
    #[serde(flatten)]
    pub rate: Rate,
    /// With people drawn anew with all their pairs; `None` where that was not asked for or cannot be.
    pub ci95_people: Option<[f64; 2]>,
}

/// The errors within one group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GroupErrors {
    /// Two people of the group who match.
    pub fmr: ByPeople,
    /// Pairs of one person who does not.
    pub fnmr: ByPeople,
}

/// False matches of people of two groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Between {
    /// Which.
    pub groups: [String; 2],
    /// Pairs of two people, one of each.
    pub fmr: Rate,
}

/// All groups at one threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtThreshold {
    /// The least similarity that is accepted.
    pub similarity_min: f32,
    /// Each group.
    pub groups: BTreeMap<String, GroupErrors>,
    /// Each two groups.
    pub between: Vec<Between>,
    /// Worst to best false match rate within groups.
    pub fmr_ratio: Option<Ratio>,
    /// Worst to best false non-match rate.
    pub fnmr_ratio: Option<Ratio>,
}

/// Draws of people.
const ROUNDS: usize = 1_000;
const SEED: u64 = 20_261_129;

impl Counts {
    /// Nothing counted yet, at these thresholds.
    pub fn new(similarity_mins: &[f32]) -> Self {
        Self { similarity_mins: similarity_mins.to_vec(), ..Self::default() }
    }

    /// Every pair of the members.
    pub fn of_every_pair(
        members: &[Member<'_>],
        similarity_mins: &[f32],
        done: impl Fn(usize) + Sync,
    ) -> Self {
        let empty = || Self::new(similarity_mins);
        let sums = every_pair::fold(members, empty, |counts, a, b| counts.add(a, b), done);
        let mut all = Self::new(similarity_mins);
        sums.into_iter().for_each(|sum| all.merge(sum));
        all
    }

    /// Counts one pair.
    pub fn add(&mut self, a: &Member<'_>, b: &Member<'_>) {
        let similarity = a.embedding.zip(b.embedding).map(|(a, b)| a.similarity(b));
        let mut groups = [a.group, b.group];
        groups.sort_unstable();
        let mins = &self.similarity_mins;
        if a.person == b.person {
            let pairs = self.genuine.entry((groups, a.person)).or_default();
            pairs.add(mins, |least| !similarity.is_some_and(|similarity| similarity >= least));
            return;
        }
        let Some(similarity) = similarity else { return };
        self.impostor.entry(groups).or_default().add(mins, |least| similarity >= least);
        if groups[0] == groups[1] && mins.iter().any(|least| similarity >= *least) {
            let mut people = [a.person, b.person];
            people.sort_unstable();
            let matched = self.matched.entry((groups[0], people)).or_insert_with(|| vec![0; mins.len()]);
            mins.iter().zip(matched).for_each(|(least, count)| *count += u64::from(similarity >= *least));
        }
    }

    fn merge(&mut self, other: Self) {
        for (key, pairs) in other.impostor {
            self.impostor.entry(key).or_default().merge(&pairs);
        }
        for (key, pairs) in other.genuine {
            self.genuine.entry(key).or_default().merge(&pairs);
        }
        for (key, counts) in other.matched {
            let sums = self.matched.entry(key).or_insert_with(|| vec![0; counts.len()]);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }

    /// The errors at one of the thresholds. `members` gives false match rates an interval over people: only when every
    /// pair of them was counted.
    pub fn at(&self, threshold: usize, groups: &[String], members: Option<&[Member<'_>]>) -> AtThreshold {
        let errors = |group: usize| GroupErrors {
            fmr: ByPeople {
                rate: self.impostor.get(&[group; 2]).map_or(Rate::of(0, 0), |pairs| pairs.rate(threshold)),
                ci95_people: members.and_then(|members| self.fmr_ci95(threshold, group, members)),
            },
            fnmr: self.fnmr(threshold, group),
        };
        let found: Vec<(&str, GroupErrors)> =
            groups.iter().enumerate().map(|(group, name)| (name.as_str(), errors(group))).collect();
        let of = |rate: &dyn Fn(&GroupErrors) -> Rate| {
            let rates: Vec<(&str, Rate)> = found.iter().map(|(name, errors)| (*name, rate(errors))).collect();
            Ratio::of(&rates)
        };
        let between = self.impostor.iter().filter(|([one, other], _)| one != other);
        let name = |group: usize| groups.get(group).cloned().unwrap_or_default();
        AtThreshold {
            similarity_min: self.similarity_mins.get(threshold).copied().unwrap_or(f32::NAN),
            between: between
                .map(|(pair, pairs)| Between { groups: pair.map(name), fmr: pairs.rate(threshold) })
                .collect(),
            fmr_ratio: of(&|errors| errors.fmr.rate),
            fnmr_ratio: of(&|errors| errors.fnmr.rate),
            groups: found.into_iter().map(|(name, errors)| (name.to_owned(), errors)).collect(),
        }
    }

    fn fnmr(&self, threshold: usize, group: usize) -> ByPeople {
        let of_group = self.genuine.iter().filter(|((groups, _), _)| *groups == [group; 2]);
        let people: Vec<(u64, u64)> = of_group.map(|(_, pairs)| (pairs.errors[threshold], pairs.n)).collect();
        let (errors, n) = people.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        ByPeople { rate: Rate::of(errors as usize, n as usize), ci95_people: resampled95(&people) }
    }

    /// The 95 % interval of a group's false match rate when its people are drawn anew: a pair counts as often as the
    /// product of how often its two people were drawn. Pairs of somebody with themselves are no impostors.
    fn fmr_ci95(&self, threshold: usize, group: usize, members: &[Member<'_>]) -> Option<[f64; 2]> {
        let mut pictures: BTreeMap<usize, f64> = BTreeMap::new();
        for member in members.iter().filter(|member| member.group == group && member.embedding.is_some()) {
            *pictures.entry(member.person).or_default() += 1.0;
        }
        let place: BTreeMap<usize, usize> = pictures.keys().copied().zip(0..).collect();
        let shares: Vec<f64> = pictures.into_values().collect();
        let matched: Vec<(usize, usize, f64)> = (self.matched.iter())
            .filter(|((of, _), counts)| *of == group && counts[threshold] > 0)
            .filter_map(|((_, [a, b]), counts)| {
                Some((*place.get(a)?, *place.get(b)?, counts[threshold] as f64))
            })
            .collect();
        if shares.len() < 2 {
            return None;
        }
        let mut random = StdRng::seed_from_u64(SEED);
        let mut rates: Vec<f64> = (0..ROUNDS).map(|_| redrawn(&shares, &matched, &mut random)).collect();
        rates.sort_by(f64::total_cmp);
        Some([0.025, 0.975].map(|share: f64| rates[((ROUNDS - 1) as f64 * share).round() as usize]))
    }
}

/// The false match rate of people drawn with replacement. `shares` are their pictures, `matched` the false matches.
fn redrawn(shares: &[f64], matched: &[(usize, usize, f64)], random: &mut StdRng) -> f64 {
    let mut drawn = vec![0.0; shares.len()];
    for _ in 0..shares.len() {
        drawn[random.random_range(0..shares.len())] += 1.0;
    }
    let matches: f64 = matched.iter().map(|(a, b, count)| drawn[*a] * drawn[*b] * count).sum();
    let weights = drawn.iter().zip(shares).map(|(times, share)| times * share);
    let (sum, squares) = weights.fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
    let pairs = (sum * sum - squares) / 2.0;
    if pairs > 0.0 { matches / pairs } else { 0.0 }
}

impl Pairs {
    fn add(&mut self, mins: &[f32], is_error: impl Fn(f32) -> bool) {
        self.n += 1;
        self.errors.resize(mins.len(), 0);
        mins.iter().zip(&mut self.errors).for_each(|(least, count)| *count += u64::from(is_error(*least)));
    }

    fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.errors.resize(other.errors.len(), 0);
        self.errors.iter_mut().zip(&other.errors).for_each(|(sum, count)| *sum += count);
    }

    fn rate(&self, threshold: usize) -> Rate {
        let errors = self.errors.get(threshold).copied().unwrap_or_default();
        Rate::of(errors as usize, self.n as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A direction by its angle in degrees: similarities are cosines.
    fn at(degrees: f32) -> Embedding {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Embedding::new(vec![cos, sin]).ok().unwrap()
    }

    type Face = (usize, usize, Option<Embedding>);

    /// Two groups. In the first Anna and Berta look alike; of the second, Carla has one picture that looks like Dora's and
    /// one without a face.
    fn faces() -> Vec<Face> {
        let faces = [(0, 0, 0.0), (0, 0, 10.0), (1, 0, 20.0), (2, 1, 90.0), (2, 1, 170.0), (3, 1, 175.0)];
        let mut faces: Vec<Face> =
            faces.into_iter().map(|(person, group, angle)| (person, group, Some(at(angle)))).collect();
        faces.push((2, 1, None));
        faces
    }

    fn members(faces: &[Face]) -> Vec<Member<'_>> {
        faces
            .iter()
            .map(|(person, group, face)| Member { person: *person, group: *group, embedding: face.as_ref() })
            .collect()
    }

    #[test]
    fn errors_within_and_between_groups_are_those_counted_by_hand() {
        let faces = faces();
        let members = members(&faces);
        // Cosines: 0.9 is 25.8 degrees, -0.5 is 120.
        let counts = Counts::of_every_pair(&members, &[0.9, -0.5], |_| ());
        let groups = ["first".to_owned(), "second".to_owned()];
        let found = counts.at(0, &groups, Some(&members));
        let counted = |rate: Rate| (rate.count, rate.n);
        let (first, second) = (&found.groups["first"], &found.groups["second"]);
        assert_eq!(counted(first.fmr.rate), (2, 2), "Anna's two pictures and Berta's");
        assert_eq!(counted(first.fnmr.rate), (0, 1));
        assert_eq!(counted(second.fmr.rate), (1, 2), "the picture without a face is left out");
        assert_eq!(counted(second.fnmr.rate), (3, 3), "and refused where it is Carla's own");
        assert_eq!(found.between.len(), 1);
        assert_eq!(counted(found.between[0].fmr), (0, 9));
        let ratio = found.fmr_ratio.unwrap();
        assert_eq!((ratio.worst.as_str(), ratio.ratio, ratio.few.len()), ("first", Some(2.0), 2));
        // 90, 80 and 70 degrees away lie within 120; of those at 170 and 175 none does.
        let lax = counts.at(1, &groups, None);
        assert_eq!(counted(lax.between[0].fmr), (3, 9));
        assert_eq!(
            (lax.groups["second"].fmr.ci95_people, counted(lax.groups["second"].fnmr.rate)),
            (None, (2, 3))
        );
    }

    #[test]
    fn an_interval_over_people_holds_the_rate_and_is_wider_where_two_people_make_all_errors() {
        // Sixty people of one picture each on a wide arc: neighbours match.
        let spread: Vec<Face> = (0..60).map(|i| (i, 0, Some(at(i as f32 * 3.0)))).collect();
        // The same number of errors by one pair of people with many pictures each.
        let mut lumped: Vec<Face> = (0..60).map(|i| (i, 0, Some(at(i as f32 * 6.0)))).collect();
        lumped.extend((0..7).flat_map(|_| [(60, 0, Some(at(3.0))), (61, 0, Some(at(3.5)))]));
        let width = |faces: &[Face]| {
            let members = members(faces);
            let counts = Counts::of_every_pair(&members, &[0.998], |_| ());
            let fmr = counts.at(0, &["all".to_owned()], Some(&members)).groups["all"].fmr;
            let ([low, high], rate) = (fmr.ci95_people.unwrap(), fmr.rate.rate.unwrap());
            assert!(low <= rate && rate <= high, "{low} {rate} {high}");
            (high - low) / rate
        };
        let (even, uneven) = (width(&spread), width(&lumped));
        assert!(uneven > 2.0 * even, "{even} {uneven}");
    }

    #[test]
    fn a_false_match_counts_only_where_both_of_its_people_are_drawn() {
        let mut random = StdRng::seed_from_u64(9);
        let rates: Vec<f64> = (0..2_000).map(|_| redrawn(&[1.0; 50], &[(0, 1, 1.0)], &mut random)).collect();
        // Each of two people is left out by a share of 1/e of the draws.
        let none = rates.iter().filter(|rate| **rate == 0.0).count() as f64 / 2_000.0;
        assert!((none - 0.600).abs() < 0.04, "{none}");
        let mean = rates.iter().sum::<f64>() / 2_000.0;
        assert!((mean * 1_225.0 - 1.0).abs() < 0.15, "one of 1225 pairs: {mean}");
    }
}
