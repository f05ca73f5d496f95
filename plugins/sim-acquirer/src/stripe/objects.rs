//! Payment intents and refunds as JSON.

use serde_json::{Value, json};

use super::Ledger;
use crate::book::{Charge, State};

impl Ledger {
    /// A charge of this face as a payment intent.
    pub(super) fn intent(&self, index: usize) -> Value {
        let charge = &self.book.charges[index];
        let intent = self.intents.get(&charge.id);
        let held = if charge.state == State::Authorized { charge.order.amount } else { 0 };
        json!({
            "id": charge.id,
            "object": "payment_intent",
            "amount": charge.order.amount,
            "amount_capturable": held,
            "amount_received": charge.captured,
            "capture_method": if charge.order.at_once { "automatic" } else { "manual" },
            "created": charge.created_s,
            "canceled_at": charge.voided_s,
            "currency": charge.order.currency.to_ascii_lowercase(),
            "last_payment_error": last_error(charge),
            "latest_charge": charge.id.replacen("pi_", "ch_", 1),
            "livemode": false,
            "metadata": intent.map(|intent| &intent.metadata),
            "payment_method": intent.map(|intent| &intent.payment_method),
            "status": status(charge),
        })
    }

    /// A refund of this face.
    pub(super) fn refund(&self, index: usize) -> Value {
        let refund = &self.book.refunds[index];
        let charge = &self.book.charges[refund.charge];
        json!({
            "id": refund.id,
            "object": "refund",
            "amount": refund.amount,
            "charge": charge.id.replacen("pi_", "ch_", 1),
            "created": refund.created_s,
            "currency": charge.order.currency.to_ascii_lowercase(),
            "metadata": self.refunds.get(&refund.id),
            "payment_intent": charge.id,
            "status": "succeeded",
        })
    }
}

fn status(charge: &Charge) -> &'static str {
    match charge.state {
        State::Declined => "requires_payment_method",
        State::Authorized => "requires_capture",
        State::Captured => "succeeded",
        State::Voided | State::Reversed => "canceled",
    }
}

fn last_error(charge: &Charge) -> Value {
    match charge.order.declined {
        Some(reason) => json!({ "type": "card_error", "code": "card_declined", "decline_code": reason }),
        None => Value::Null,
    }
}
