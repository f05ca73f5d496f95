//! One payer's part of a group checkout. Where it stands follows from its payment and from what the provider was asked
//! about it, so that it can't say anything else than the books.
use crate::{
    name::named,
    operation::{self, Kind},
    transaction,
};

named! {
    /// Where a leg stands.
    State("leg state") {
        /// Nobody was recognised for it yet.
        AwaitingPayer = "awaiting_payer",
        /// Its payer must prove a further factor.
        AwaitingStepUp = "awaiting_step_up",
        /// Its payer must say yes to this amount.
        AwaitingConfirmation = "awaiting_confirmation",
        /// Its payer said yes; the others are waited for.
        Confirmed = "confirmed",
        /// The provider is being asked to set the money aside.
        Authorizing = "authorizing",
        /// The money is set aside.
        Authorized = "authorized",
        /// The provider is being asked to take it.
        Capturing = "capturing",
        /// Set aside, but the provider refuses to take it.
        CaptureRefused = "capture_refused",
        /// The money is the merchant's.
        Captured = "captured",
        /// It is being given free or given back.
        Undoing = "undoing",
        /// The provider's answer is not known.
        InDoubt = "in_doubt",
        /// Refused by a rule or by the provider.
        Declined = "declined",
        /// Its payer or the till said no.
        Cancelled = "cancelled",
        /// Its time ran out.
        Expired = "expired",
        /// Set aside, then given free.
        Voided = "voided",
        /// Taken, then given back.
        Refunded = "refunded",
    }
}

/// A capture that provably never reached the provider is tried so often before it counts as refused.
pub const CAPTURE_TRIES_MAX: u32 = 5;

/// One request to the provider about a leg, oldest first where there are several.
pub type Asked = (Kind, operation::State);

impl State {
    /// Where a leg stands whose payment is in `payment`, for which the provider was asked `asked`, and whose payer said
    /// yes when `confirmed` charges had been tried.
    ///
    /// A yes is for one try: when that provably never reached the provider, the payer is asked again.
    #[must_use]
    pub fn of(payment: transaction::State, confirmed: Option<u32>, asked: &[Asked]) -> Self {
        use transaction::State as Payment;
        match payment {
            Payment::RequiresIdentification => Self::AwaitingPayer,
            Payment::RequiresStepUp => Self::AwaitingStepUp,
            Payment::RequiresConfirmation if confirmed == Some(charges(asked)) => Self::Confirmed,
            Payment::RequiresConfirmation => Self::AwaitingConfirmation,
            Payment::Processing => Self::Authorizing,
            Payment::InDoubt => Self::InDoubt,
            Payment::Authorized => set_aside(asked),
            Payment::Captured | Payment::PartiallyRefunded => under_way(asked).unwrap_or(Self::Captured),
            Payment::Refunded => Self::Refunded,
            Payment::Voided => Self::Voided,
            Payment::Declined => Self::Declined,
            Payment::Cancelled => Self::Cancelled,
            Payment::Expired => Self::Expired,
        }
    }

    /// Whether nothing of its money is or will be the merchant's.
    #[must_use]
    pub fn is_dead(self) -> bool {
        matches!(self, Self::Declined | Self::Cancelled | Self::Expired | Self::Voided | Self::Refunded)
    }

    /// Whether its provider's answer must be waited for.
    #[must_use]
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Authorizing | Self::Capturing | Self::Undoing | Self::InDoubt)
    }

    /// Whether it waits for its payer, and no provider was asked.
    #[must_use]
    pub fn is_waiting(self) -> bool {
        matches!(
            self,
            Self::AwaitingPayer | Self::AwaitingStepUp | Self::AwaitingConfirmation | Self::Confirmed
        )
    }
}

/// How often the payer was charged or was tried to be.
#[must_use]
pub fn charges(asked: &[Asked]) -> u32 {
    count(asked, |(kind, _)| matches!(kind, Kind::Authorize | Kind::Sale))
}

fn count(asked: &[Asked], which: impl Fn(&Asked) -> bool) -> u32 {
    u32::try_from(asked.iter().filter(|asked| which(asked)).count()).unwrap_or(u32::MAX)
}

/// Money is set aside: has the provider been asked to take it or to give it free?
fn set_aside(asked: &[Asked]) -> State {
    use operation::State as Request;
    let refused = |(kind, state): &Asked| {
        *kind == Kind::Capture && matches!(state, Request::Declined | Request::Reversed)
    };
    let not_sent = count(asked, |asked| *asked == (Kind::Capture, Request::NotSent));
    let ended = match asked.iter().any(refused) || not_sent >= CAPTURE_TRIES_MAX {
        true => State::CaptureRefused,
        false => State::Authorized,
    };
    under_way(asked).unwrap_or(ended)
}

/// What the provider is being asked about money that is set aside or taken.
fn under_way(asked: &[Asked]) -> Option<State> {
    use operation::State as Request;
    let open = |(kind, state): &&Asked| {
        matches!(kind, Kind::Capture | Kind::Void | Kind::Refund) && state.is_unsettled()
    };
    let (kind, state) = asked.iter().rfind(open)?;
    Some(match (kind, state) {
        (Kind::Capture, Request::Prepared | Request::Submitting) => State::Capturing,
        (_, Request::Prepared | Request::Submitting) => State::Undoing,
        _ => State::InDoubt,
    })
}
