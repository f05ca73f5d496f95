//! What must be known of a candidate before it takes over.

use crate::interval::wilson95;

/// What is known of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// People with a live consent and a template of the recogniser in force.
    pub people: u64,
    /// Those of them who have a template of the other recogniser as well.
    pub covered: u64,
    /// Visits of people whom the one in force was sure of and the candidate was asked about.
    pub compared: u64,
    /// Those at which the candidate named the same person.
    pub agreed: u64,
    /// Those at which it named somebody else; at the rest it named nobody.
    pub named_others: u64,
    /// Whether its own impostor scores are known, from which its thresholds follow.
    pub has_impostors: bool,
}

/// What the operator asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// The least share of people with a template, 0 to 1.
    pub coverage_min: f64,
    /// The least number of visits.
    pub comparisons_min: u64,
    /// The least rate of agreement, 0 to 1, that the lower end of its 95 % interval must reach.
    pub agreement_min: f64,
}

/// What is missing, with what there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Missing {
    /// Too many people would be known to nobody.
    Coverage {
        /// The share that is covered.
        found: f64,
        /// The least share.
        min: f64,
    },
    /// Too few visits.
    Comparisons {
        /// How many there were.
        found: u64,
        /// How many there must be.
        min: u64,
    },
    /// The candidate may agree too seldom.
    Agreement {
        /// The lower end of the 95 % interval.
        lower: f64,
        /// What it must reach.
        min: f64,
    },
    /// Nobody measured how alike strangers look to it: no face alone would pay.
    Impostors,
}

impl Missing {
    /// Stable machine-readable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Coverage { .. } => "coverage",
            Self::Comparisons { .. } => "comparisons",
            Self::Agreement { .. } => "agreement",
            Self::Impostors => "impostor_scores",
        }
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Coverage { found, min } => {
                write!(
                    f,
                    "coverage: {:.1} % of the people have a template, {:.1} % must",
                    found * 1e2,
                    min * 1e2
                )
            }
            Self::Comparisons { found, min } => {
                write!(f, "comparisons: {found} visits compared, {min} must be")
            }
            Self::Agreement { lower, min } => {
                write!(f, "agreement: it may be as low as {lower:.4}, {min:.4} is the least")
            }
            Self::Impostors => {
                f.write_str("impostor_scores: nobody measured how alike strangers look to this recogniser")
            }
        }
    }
}

/// Whether a candidate may take over.
#[derive(Debug, Clone, PartialEq)]
pub enum Gate {
    /// It may.
    Ready,
    /// It may not, for at least one reason.
    Missing(Vec<Missing>),
}

impl Report {
    /// The share of people with a template of the other recogniser; all of nobody.
    #[must_use]
    pub fn coverage(&self) -> f64 {
        if self.people == 0 { 1.0 } else { self.covered as f64 / self.people as f64 }
    }

    /// The rate of agreement with its 95 % interval; `None` before the first visit.
    #[must_use]
    pub fn agreement(&self) -> Option<(f64, [f64; 2])> {
        let rate = self.agreed as f64 / self.compared as f64;
        (self.compared > 0).then(|| (rate, wilson95(self.agreed, self.compared)))
    }

    /// Whether the candidate may take over by `rules`. What is no number is not enough.
    #[must_use]
    pub fn gate(&self, rules: &Rules) -> Gate {
        let (coverage, [lower, _]) = (self.coverage(), wilson95(self.agreed, self.compared));
        let covered = coverage >= rules.coverage_min;
        let compared = self.compared >= rules.comparisons_min;
        let agrees = lower >= rules.agreement_min;
        let asked = [
            (covered, Missing::Coverage { found: coverage, min: rules.coverage_min }),
            (compared, Missing::Comparisons { found: self.compared, min: rules.comparisons_min }),
            (agrees, Missing::Agreement { lower, min: rules.agreement_min }),
            (self.has_impostors, Missing::Impostors),
        ];
        let missing: Vec<Missing> =
            asked.into_iter().filter(|(enough, _)| !enough).map(|(_, missing)| missing).collect();
        if missing.is_empty() { Gate::Ready } else { Gate::Missing(missing) }
    }
}
