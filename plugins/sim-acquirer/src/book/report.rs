//! The book as others read it: every charge as JSON, totals, whether money is conserved, the settlement file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Book, Charge, Refund, State};
use crate::clock;

/// What the acquirer keeps of a sale, in thousandths.
const FEE_PER_MILLE: i64 = 14;

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::Voided => "voided",
            Self::Reversed => "reversed",
        }
    }
}

impl Book {
    /// The whole book. `attempts.repeated` were named by more than one request, `attempts.doubled` had more than one effect
    /// of a kind.
    pub(crate) fn report(&self) -> Value {
        let charges: Vec<Value> = (0..self.charges.len()).map(|index| self.charge_report(index)).collect();
        let repeated = self.requests.values().filter(|count| **count > 1).count();
        json!({
            "charges": charges,
            "totals": self.totals(),
            "conserved": self.is_conserved(),
            "attempts": { "seen": self.requests.len(), "repeated": repeated, "doubled": self.doubled() },
        })
    }

    fn charge_report(&self, index: usize) -> Value {
        let charge = &self.charges[index];
        let refunds: Vec<Value> = self.refunds_of(index).map(refund_report).collect();
        json!({
            "attempt": charge.order.attempt,
            "id": charge.id,
            "amount": charge.order.amount,
            "currency": charge.order.currency,
            "state": charge.state.name(),
            "captured": charge.captured,
            "refunded": self.refunded(index),
            "voided": charge.state == State::Voided,
            "reversed": charge.state == State::Reversed,
            "declined": charge.order.declined,
            "refunds": refunds,
            "times": {
                "created_s": charge.created_s,
                "captured_s": charge.captured_s,
                "voided_s": charge.voided_s,
                "reversed_s": charge.reversed_s,
            },
        })
    }

    fn totals(&self) -> Value {
        let mut totals: BTreeMap<&str, [i64; 2]> = BTreeMap::new();
        for (index, charge) in self.charges.iter().enumerate() {
            let total = totals.entry(&charge.order.currency).or_default();
            total[0] += charge.captured;
            total[1] += self.refunded(index);
        }
        let totals = totals.into_iter().map(|(currency, [captured, refunded])| {
            let account = self.accounts.get(currency).copied().unwrap_or(0);
            let total = json!({ "captured": captured, "refunded": refunded, "account": account });
            (currency.to_owned(), total)
        });
        Value::Object(totals.collect::<Map<_, _>>())
    }

    /// Whether what was taken less what was given back is what lies in the account, and no charge has more than it may.
    pub(crate) fn is_conserved(&self) -> bool {
        let mut left = self.accounts.clone();
        for (index, charge) in self.charges.iter().enumerate() {
            let refunded = self.refunded(index);
            let taken = charge.state == State::Captured;
            if charge.captured > charge.order.amount
                || refunded > charge.captured
                || taken != (charge.captured > 0)
            {
                return false;
            }
            *left.entry(charge.order.currency.clone()).or_default() -= charge.captured - refunded;
        }
        left.values().all(|amount| *amount == 0)
    }

    /// Attempts that charged more than once, or gave back more than once. A client may undo a charge by a refund that names
    /// the same attempt.
    fn doubled(&self) -> usize {
        let charges = self.charges.iter().filter(|charge| charge.state != State::Declined);
        let charges = charges.map(|charge| (0, charge.order.attempt.as_str()));
        let refunds = self.refunds.iter().map(|refund| (1, refund.attempt.as_str()));
        let mut effects: BTreeMap<(u8, &str), u64> = BTreeMap::new();
        for effect in charges.chain(refunds).filter(|(_, attempt)| !attempt.is_empty()) {
            *effects.entry(effect).or_default() += 1;
        }
        effects.values().filter(|count| **count > 1).count()
    }

    /// The settlement file of a day (`YYYY-MM-DD`, UTC): one line for each sale and refund that stands.
    pub(crate) fn settlement(&self, date: &str) -> String {
        let sales = self.charges.iter().filter_map(|charge| {
            let fee = charge.captured * FEE_PER_MILLE / 1000;
            let at_s = charge.captured_s.filter(|_| charge.captured > 0)?;
            Some((
                at_s,
                line(at_s, [&charge.id, &charge.order.attempt, "sale"], charge, [charge.captured, fee]),
            ))
        });
        let refunds = self.refunds.iter().filter(|refund| refund.reversed_s.is_none()).map(|refund| {
            let (charge, at_s) = (&self.charges[refund.charge], refund.created_s);
            (at_s, line(at_s, [&refund.id, &refund.attempt, "refund"], charge, [refund.amount, 0]))
        });
        let mut lines: Vec<(u64, String)> = sales.chain(refunds).collect();
        lines.retain(|(at_s, _)| clock::rfc3339(*at_s).starts_with(&format!("{date}T")));
        lines.sort_by_key(|(at_s, _)| *at_s);
        let mut file = "provider_ref,attempt,kind,amount,currency,fee,at\n".to_owned();
        for (_, line) in lines {
            writeln!(file, "{line}").expect("a String takes any text");
        }
        file
    }
}

fn line(at_s: u64, [id, attempt, kind]: [&str; 3], charge: &Charge, [amount, fee]: [i64; 2]) -> String {
    let currency = &charge.order.currency;
    format!("{id},{attempt},{kind},{amount},{currency},{fee},{}", clock::rfc3339(at_s))
}

fn refund_report(refund: &Refund) -> Value {
    json!({
        "attempt": refund.attempt,
        "id": refund.id,
        "amount": refund.amount,
        "reversed": refund.reversed_s.is_some(),
        "created_s": refund.created_s,
    })
}
