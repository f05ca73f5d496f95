//! One face among many, where most who come are not enrolled (open set): how often is a stranger named, how often is the
//! right person missed, and what becomes of look-alikes?

use pipeline::{Subject, Top2};
use serde::Serialize;

use super::interval::{Rate, wilson95};
use super::scores::{Histogram, Scores};

/// What a search has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Least similarity that names somebody.
    pub similarity_min: f32,
    /// Least lead over anybody else for which no further factor is asked.
    pub margin_min: f32,
}

/// What a search comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// For nobody.
    Nobody,
    /// For somebody, but somebody else is so near that a further factor is asked.
    StepUp,
    /// For the right person.
    Right,
    /// For another.
    Wrong,
}

/// Whom a face is taken for that belongs to `mate`, or to nobody who is enrolled.
pub fn taken(found: Option<&Top2>, mate: Option<Subject>, rules: &Rules) -> Taken {
    // A similarity that is no number reaches nothing.
    let Some(found) = found.filter(|found| found.similarity >= rules.similarity_min) else {
        return Taken::Nobody;
    };
    if !found.margin().is_none_or(|margin| margin >= rules.margin_min) {
        return Taken::StepUp;
    }
    if Some(found.subject) == mate { Taken::Right } else { Taken::Wrong }
}

/// Searches by people who are enrolled and by strangers, counted.
#[derive(Debug, Clone, Default)]
pub struct Searches {
    known: usize,
    first: usize,
    named: usize,
    strangers: usize,
    strangers_named: usize,
    strangers_taken: usize,
    /// The similarity at which each enrolled person is named; -1 for one who does not come first, and never is.
    known_at: Vec<f32>,
    /// The similarity at which each stranger is named.
    strangers_at: Vec<f32>,
}

impl Searches {
    /// Counts one search.
    pub fn add(&mut self, found: Option<&Top2>, mate: Option<Subject>, rules: &Rules) {
        let named = found.is_some_and(|found| found.similarity >= rules.similarity_min);
        let at = found.map_or(-1.0, |found| found.similarity);
        match mate {
            Some(mate) => {
                let first = found.is_some_and(|found| found.subject == mate);
                self.known_at.push(if first { at } else { -1.0 });
                self.known += 1;
                self.first += usize::from(first);
                self.named += usize::from(first && named);
            }
            None => {
                self.strangers_at.push(at);
                self.strangers += 1;
                self.strangers_named += usize::from(named);
                self.strangers_taken += usize::from(taken(found, None, rules) == Taken::Wrong);
            }
        }
    }

    /// How strangers who are named trade for enrolled people who are not, over all thresholds: strangers are the impostors.
    pub fn scores(&self) -> Scores {
        let (mut genuine, mut impostor) = (Histogram::default(), Histogram::default());
        self.known_at.iter().for_each(|similarity| genuine.add(*similarity));
        self.strangers_at.iter().for_each(|similarity| impostor.add(*similarity));
        Scores::new(&genuine, &impostor, 0)
    }

    /// The share of strangers who are named as somebody.
    pub fn false_positives(&self) -> Rate {
        Rate::of(self.strangers_named, self.strangers)
    }

    /// The share of strangers whose lead would spare them a further factor, too.
    pub fn false_positives_without_step_up(&self) -> Rate {
        Rate::of(self.strangers_taken, self.strangers)
    }

    /// The share of enrolled people who are not named, or as somebody else.
    pub fn false_negatives(&self) -> Rate {
        Rate::of(self.known - self.named, self.known)
    }

    /// The share of enrolled people who come first, however similar.
    pub fn recall_at_1(&self) -> Rate {
        Rate::of(self.first, self.known)
    }
}

/// People who come while somebody like them is enrolled as well.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LookAlikes {
    /// Cosine of the two templates.
    pub similarity: f32,
    /// How many came.
    pub n: usize,
    /// Taken for themselves.
    pub right: usize,
    /// Asked for a further factor, because the other is near.
    pub step_up: usize,
    /// Taken for the other.
    pub wrong: usize,
    /// Taken for nobody.
    pub nobody: usize,
    /// The 95 % interval of the share that is taken for the other.
    pub wrong_ci95: [f64; 2],
}

impl LookAlikes {
    /// Counts what became of them.
    pub fn of(similarity: f32, outcomes: &[Taken]) -> Self {
        let count = |taken| outcomes.iter().filter(|one| **one == taken).count();
        let (n, wrong) = (outcomes.len(), count(Taken::Wrong));
        Self {
            similarity,
            n,
            right: count(Taken::Right),
            step_up: count(Taken::StepUp),
            wrong,
            nobody: count(Taken::Nobody),
            wrong_ci95: wilson95(wrong, n),
        }
    }
}

#[cfg(test)]
mod tests {
    use pipeline::TemplateId;

    use super::super::scores::Errors;
    use super::*;

    const RULES: Rules = Rules { similarity_min: 0.5, margin_min: 0.05 };

    fn top(subject: u128, similarity: f32, runner_up: Option<f32>) -> Option<Top2> {
        Some(Top2 { subject: Subject(subject), template: TemplateId(0), similarity, runner_up, searched: 9 })
    }

    #[test]
    fn a_face_is_taken_for_whom_the_rules_say() {
        let mate = Some(Subject(1));
        for (found, mate, expected) in [
            (None, mate, Taken::Nobody),
            (top(1, 0.49, None), mate, Taken::Nobody),
            (top(1, f32::NAN, None), mate, Taken::Nobody),
            (top(1, 0.5, None), mate, Taken::Right),
            (top(1, 0.6, Some(0.5)), mate, Taken::Right),
            (top(1, 0.6, Some(0.56)), mate, Taken::StepUp),
            (top(2, 0.6, Some(0.56)), mate, Taken::StepUp),
            (top(2, 0.6, Some(0.5)), mate, Taken::Wrong),
            (top(2, 0.6, Some(f32::NAN)), mate, Taken::StepUp),
            (top(2, 0.6, Some(0.3)), None, Taken::Wrong),
        ] {
            assert_eq!(taken(found.as_ref(), mate, &RULES), expected, "{found:?} {mate:?}");
        }
    }

    #[test]
    fn rates_are_those_counted_by_hand() {
        let mut searches = Searches::default();
        for (found, mate) in [
            (top(1, 0.9, Some(0.1)), Some(1)),
            (top(1, 0.45, Some(0.1)), Some(1)),
            (top(2, 0.8, Some(0.1)), Some(1)),
            (top(3, 0.7, Some(0.69)), Some(3)),
            (top(1, 0.52, Some(0.51)), None),
            (top(1, 0.52, Some(0.1)), None),
            (top(1, 0.2, Some(0.1)), None),
            (None, None),
        ] {
            searches.add(found.as_ref(), mate.map(Subject), &RULES);
        }
        let counted = |rate: Rate| (rate.count, rate.n);
        assert_eq!(counted(searches.recall_at_1()), (3, 4));
        assert_eq!(counted(searches.false_negatives()), (2, 4), "one is below the threshold, one is another");
        assert_eq!(counted(searches.false_positives()), (2, 4));
        assert_eq!(counted(searches.false_positives_without_step_up()), (1, 4));
        assert_eq!(Searches::default().false_positives().rate, None);
        let Errors { refused, genuine, accepted, impostor } = searches.scores().errors_at(0.5);
        assert_eq!((refused, genuine, accepted, impostor), (2, 4, 2, 4), "as the rates at that threshold");
        let Errors { refused, accepted, .. } = searches.scores().errors_at(0.0);
        assert_eq!((refused, accepted), (1, 3), "who does not come first is never named");
    }

    #[test]
    fn look_alikes_are_counted_by_what_becomes_of_them() {
        use Taken::{Nobody, Right, StepUp, Wrong};
        let counted = LookAlikes::of(0.8, &[Right, Right, StepUp, Wrong, Nobody, StepUp]);
        assert_eq!((counted.n, counted.right, counted.step_up), (6, 2, 2));
        assert_eq!((counted.wrong, counted.nobody, counted.wrong_ci95), (1, 1, wilson95(1, 6)));
    }
}
