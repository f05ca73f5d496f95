//! What the state of a PaymentIntent or refund says about an attempt. Pure: from a state to what follows.

use plugin_sdk::Verdict;

use crate::answer::{Intent, Refund};
use crate::payload::Kind;

/// What follows from a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The attempt's end.
    Verdict(Verdict),
    /// Nothing has come of the attempt: it is over once it can't arrive any more.
    Absent,
    /// The payer would have to prove who he is: cancel, then decline.
    Unproven,
    /// Something is held that has to be let go.
    Held,
    /// Something was taken that has to be given back.
    Taken,
}

use Finding::{Absent, Held, Taken, Unproven};

pub(crate) fn declined(code: &str) -> Verdict {
    Verdict::Declined { code: code.to_owned() }
}

/// What became of an attempt to charge, or to capture or void a charge. `settled`: no request about it is on its way any more.
pub(crate) fn outcome(kind: Kind, intent: &Intent, settled: bool) -> Finding {
    use Verdict::{Approved, Pending, Unknown};
    let said = intent.last_payment_error.as_ref();
    Finding::Verdict(match (kind, intent.status.as_str()) {
        (Kind::Authorize, "requires_capture" | "succeeded") | (Kind::Sale | Kind::Capture, "succeeded") => {
            Approved
        }
        (Kind::Authorize | Kind::Sale | Kind::Capture, "processing") => Pending,
        (Kind::Authorize | Kind::Sale, "requires_action") => return Unproven,
        (Kind::Authorize | Kind::Sale, "requires_payment_method") if settled || said.is_some() => {
            declined(&said.map_or_else(|| "card_declined".to_owned(), |error| error.code("card_declined")))
        }
        (Kind::Authorize | Kind::Sale, "requires_confirmation") if settled => return Unproven,
        // Seen between making and confirming.
        (Kind::Authorize | Kind::Sale, "requires_payment_method" | "requires_confirmation") => Pending,
        (Kind::Authorize | Kind::Sale, "canceled") => declined("canceled"),
        (Kind::Capture, "canceled") => declined("already_voided"),
        (Kind::Void, "canceled") => Approved,
        (Kind::Void, "succeeded" | "processing") => declined("already_captured"),
        (Kind::Capture | Kind::Void, "requires_capture") => return Absent,
        (Kind::Void, status) if status.starts_with("requires_") => return Absent,
        _ => Unknown,
    })
}

/// What became of an attempt to refund.
pub(crate) fn refund_outcome(refund: &Refund) -> Verdict {
    match refund.status.as_deref() {
        Some("succeeded") => Verdict::Approved,
        Some("pending" | "requires_action") => Verdict::Pending,
        Some("failed" | "canceled") => declined("refund_failed"),
        _ => Verdict::Unknown,
    }
}

/// What is left to undo of an attempt to charge, or to capture or void a charge.
pub(crate) fn remains(kind: Kind, intent: &Intent) -> Finding {
    use Verdict::{Approved, Unknown};
    Finding::Verdict(match (kind, intent.status.as_str()) {
        (Kind::Authorize | Kind::Sale | Kind::Capture, "succeeded") => return Taken,
        (Kind::Authorize | Kind::Sale, status) if status.starts_with("requires_") => return Held,
        (Kind::Authorize | Kind::Sale | Kind::Capture, "canceled") => Approved,
        // What is let go of can't be taken back.
        (Kind::Void, "canceled") => declined("already_voided"),
        (Kind::Void, "succeeded") => Approved,
        (Kind::Capture | Kind::Void, status) if status.starts_with("requires_") => return Absent,
        _ => Unknown,
    })
}

/// What is left to undo of an attempt to refund: money that is on its way back can't be stopped.
pub(crate) fn refund_remains(refund: &Refund) -> Verdict {
    match refund.status.as_deref() {
        Some("failed" | "canceled") => Verdict::Approved,
        Some("succeeded") => declined("already_refunded"),
        _ => Verdict::Unknown,
    }
}
