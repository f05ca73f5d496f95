//! What the operator laid down about paying by face.

use std::time::Duration;

use crate::limits::Usage;
use crate::liveness::LivenessRules;
use crate::money::Money;
use crate::threshold::{Impostors, Targets, Thresholds};

/// What the operator laid down.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The recogniser's impostor scores.
    pub impostors: Impostors,
    /// The accepted chance that a stranger is taken for anybody of the gallery.
    pub fpir_target: f64,
    /// The accepted chance that a stranger is taken for anybody so surely that the face alone pays.
    pub fpir_target_pay: f64,
    /// The accepted chance that somebody is taken for the person they say they are.
    pub fmr_target: f64,
    /// No match below this similarity, however small the gallery.
    pub similarity_floor: f32,
    /// How far the best person must be ahead of the second.
    pub margin_min: f32,
    /// How far above its least a liveness score must be to spare a further factor.
    pub liveness_grey_band: f32,
    /// What is asked for beside the passive liveness steps.
    pub liveness: LivenessRules,
    /// How old the deciding frame may be.
    pub frame_age_max: Duration,
    /// When a further factor is asked.
    pub step_up: StepUpRules,
    /// Up to which amount, in minor units, no confirmation is asked; 0 asks always.
    pub tap_free_amount_max: i64,
}

impl Policy {
    /// What a face must reach that was compared with `templates`: those of the gallery, or those of one person whom
    /// it `claimed` to be.
    #[must_use]
    pub fn thresholds(&self, templates: usize, claimed: bool) -> Thresholds {
        let named = if claimed { self.fmr_target } else { self.fpir_target };
        let targets = Targets { named, paid: self.fpir_target_pay };
        Thresholds::new(&self.impostors, targets, templates, self.similarity_floor)
    }
}

/// When a further factor is asked, beside what the face itself asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepUpRules {
    /// From which amount on, in minor units.
    pub amount_min: i64,
    /// From which sum of a day on, in minor units, this payment included.
    pub day_amount_min: i64,
    /// From which payment within an hour on, this one included.
    pub hour_count_min: u32,
    /// How old the matched template may be; `None` for any age.
    pub template_age_max: Option<Duration>,
    /// Whether the first payment at a terminal asks for it.
    pub new_terminal: bool,
    /// Whether every payment asks for it, as where the law demands two factors.
    pub always: bool,
    /// What becomes of a payer who has no PIN.
    pub without_pin: WithoutPin,
}

impl StepUpRules {
    /// What is left of the rules where staff vouches for the payer: whether every payment asks for a further factor.
    #[must_use]
    pub fn vouched(self) -> Self {
        Self {
            amount_min: i64::MAX,
            day_amount_min: i64::MAX,
            hour_count_min: u32::MAX,
            template_age_max: None,
            new_terminal: false,
            ..self
        }
    }

    /// Whether `amount` on top of what was spent asks for a further factor: weighed at the look, and again at the
    /// moment in which money moves.
    #[must_use]
    pub fn spend_asks(&self, amount: Money, usage: Usage) -> bool {
        usage.day_amount.saturating_add(amount.minor()) >= self.day_amount_min
            || usage.hour_count.saturating_add(1) >= self.hour_count_min
    }
}

/// What becomes of a payment that asks for a PIN of somebody who has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutPin {
    /// Staff may vouch for the payer.
    Staff,
    /// It is refused.
    Decline,
}
