//! Further factors: proved for one charge, used up by it in the transaction that begins it.
use std::time::Duration;

use diesel::prelude::*;
use domain::{
    IdentityCheckId, Timestamp, TransactionId,
    identity::Assurance,
    step_up::{Charge, Factor, Proof, Unfit},
    transaction::{Event, State},
};
use uuid::Uuid;

use crate::{
    By, Preparation, Store, StoreError, TransactionRow,
    audit::NewAudit,
    connection::AnyConnection,
    identity, pin, row,
    schema::{step_ups, transactions},
    transaction::{Details, load, step},
};

/// A further factor that was just proved.
#[derive(Debug, Clone)]
pub struct NewProof {
    /// For which payment.
    pub transaction: TransactionId,
    /// How.
    pub factor: Factor,
    /// The check by which the payer was identified, and how surely it has to vouch.
    pub identity: Option<(IdentityCheckId, Assurance)>,
    /// Which house account the money goes to.
    pub payee: String,
    /// How long it is good for.
    pub lasts: Duration,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = step_ups)]
struct Record {
    id: String,
    transaction_id: String,
    factor: String,
    amount: i64,
    currency: String,
    payee: String,
    terminal: String,
    proved_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

impl Record {
    fn proof(&self) -> Result<Proof, StoreError> {
        Ok(Proof {
            charge: Charge {
                amount: row::money(self.amount, &self.currency)?,
                payee: self.payee.clone(),
                terminal: self.terminal.clone(),
            },
            proved_at: Timestamp(self.proved_at),
            expires_at: Timestamp(self.expires_at),
            used: self.used_at.is_some(),
        })
    }
}

impl Store {
    /// Keeps that the payer of a payment proved a further factor, and takes the payment's step. A payment that was
    /// stepped up before may be so again, as when its proof has expired.
    ///
    /// # Errors
    /// When the payment does not ask for a further factor, or its time is over.
    pub fn prove_step_up(&self, by: By<'_>, new: &NewProof) -> Result<TransactionRow, StoreError> {
        self.write_audited(by, |c| {
            let before = load(c, new.transaction)?;
            if by.at >= before.expires_at {
                let words = "the time for this payment is over; open a new one";
                return Err(StoreError::Conflict(words.to_owned()));
            }
            let again =
                before.state == State::RequiresConfirmation && !proofs(c, new.transaction)?.is_empty();
            let (after, audit) = match again {
                true => (before, NewAudit::new("transaction.stepped_up", new.transaction)),
                false => step(c, by, new.transaction, Event::SteppedUp, &Details::default())?,
            };
            let record = Record {
                id: Uuid::now_v7().to_string(),
                transaction_id: new.transaction.to_string(),
                factor: new.factor.to_string(),
                amount: after.amount.minor(),
                currency: after.amount.currency().to_string(),
                payee: new.payee.clone(),
                terminal: after.place.terminal_key().unwrap_or_default(),
                proved_at: by.at.0,
                expires_at: by.at.plus(new.lasts).0,
                used_at: None,
            };
            diesel::insert_into(step_ups::table).values(&record).execute(c)?;
            if let Some((check, least)) = new.identity {
                identity::use_check(c, by, check, (after.user, after.created_at), least)?;
            }
            if let (Factor::Pin, Some(user)) = (new.factor, after.user) {
                pin::proved(c, by, user)?;
            }
            Ok((after, audit.with(format!("{{\"factor\":\"{}\"}}", new.factor))))
        })
    }

    /// Whether a further factor was ever proved for this payment.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn is_stepped_up(&self, transaction: TransactionId) -> Result<bool, StoreError> {
        Ok(!self.read(|c| proofs(c, transaction))?.is_empty())
    }
}

/// A payment's proofs, the newest first.
fn proofs(c: &mut AnyConnection, transaction: TransactionId) -> Result<Vec<Record>, StoreError> {
    let of_payment = step_ups::table.filter(step_ups::transaction_id.eq(transaction.to_string()));
    Ok(of_payment.order(step_ups::id.desc()).limit(row::PAGE_ROWS_MAX).load(c)?)
}

/// The proof that the charge of a payment rests on: how, and when.
pub(crate) fn used(
    c: &mut AnyConnection,
    transaction: TransactionId,
) -> Result<Option<(Factor, Timestamp)>, StoreError> {
    let used = step_ups::table
        .filter(step_ups::transaction_id.eq(transaction.to_string()))
        .filter(step_ups::used_at.is_not_null());
    // One whose charge came to nothing may have been used before.
    let newest = used.order((step_ups::used_at.desc(), step_ups::id.desc()));
    let record: Option<Record> = newest.first(c).optional()?;
    record.map(|record| Ok((row::parse(&record.factor)?, Timestamp(record.proved_at)))).transpose()
}

/// Lets a charge rest on what was proved about its payer, which is used up with it: rolled back with the charge,
/// committed with it. A payment leaves `requires_step_up` only with a proof, so that one without any needs none.
pub(crate) fn use_evidence(
    c: &mut AnyConnection,
    by: By<'_>,
    new: &Preparation,
    before: &TransactionRow,
) -> Result<(), StoreError> {
    if before.confirm_by.is_some_and(|until| by.at >= until) {
        return Err(Unfit::LookTooOld.into());
    }
    let records = proofs(c, new.transaction)?;
    let charge = Charge {
        amount: new.amount,
        payee: new.merchant.clone(),
        terminal: before.place.terminal_key().unwrap_or_default(),
    };
    let mut newest = None;
    for record in &records {
        let unfit = match record.proof()?.carries(&charge, by.at) {
            Ok(()) => return use_up(c, by, &record.id),
            Err(unfit) => unfit,
        };
        newest.get_or_insert(unfit);
    }
    newest.map_or(Ok(()), |unfit| Err(unfit.into()))
}

/// Notes that the payer of a part said yes in time: what was proved is good until the payment's end, since the charge
/// follows when the last of the others says yes.
pub(crate) fn hold(c: &mut AnyConnection, by: By<'_>, payment: &TransactionRow) -> Result<(), StoreError> {
    if payment.confirm_by.is_some_and(|until| by.at >= until) {
        return Err(Unfit::LookTooOld.into());
    }
    let ends_at = payment.expires_at.0;
    if payment.confirm_by.is_some() {
        let row = transactions::table.find(payment.id.to_string());
        diesel::update(row).set(transactions::confirm_by.eq(ends_at)).execute(c)?;
    }
    let records = proofs(c, payment.id)?;
    let Some(newest) = records.first() else { return Ok(()) };
    let good = |record: &&Record| record.used_at.is_none() && by.at.0 < record.expires_at;
    let Some(good) = records.iter().find(good) else {
        return Err(if newest.used_at.is_some() { Unfit::Used } else { Unfit::Expired }.into());
    };
    let row = step_ups::table.find(&good.id);
    diesel::update(row).set(step_ups::expires_at.eq(ends_at)).execute(c)?;
    Ok(())
}

fn use_up(c: &mut AnyConnection, by: By<'_>, id: &str) -> Result<(), StoreError> {
    let unused = step_ups::table.filter(step_ups::id.eq(id)).filter(step_ups::used_at.is_null());
    match diesel::update(unused).set(step_ups::used_at.eq(by.at.0)).execute(c)? {
        1 => Ok(()),
        _ => Err(Unfit::Used.into()),
    }
}
