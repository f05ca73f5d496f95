//! The intent: what is committed before a provider hears of it.
use std::time::Duration;

use diesel::prelude::*;
use domain::{
    Money, OperationId, TransactionId, TransferId, UserId,
    ledger::AccountKind,
    limits::{Limits, PlaceLimits},
    operation::{Kind, State},
    transaction,
};
use uuid::Uuid;

use super::{OperationRow, Prepared, Record, audit_of, charge, load_all};
use crate::{
    By, Store, StoreError, TransactionRow,
    account::{self, NewTransfer},
    approval::{self, Sanction},
    connection::AnyConnection,
    counter, instrument, outbox,
    schema::operations,
    spending, step_up,
    transaction::{Details, load as load_transaction, step_from},
};

/// Where the payer's money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In the payer's wallet, in our own books.
    Wallet,
    /// Elsewhere: the provider takes it there and owes it to us.
    Provider,
}

/// The intent to ask a provider.
#[derive(Debug, Clone)]
pub struct Preparation {
    /// The id to be given.
    pub id: OperationId,
    /// The payment.
    pub transaction: TransactionId,
    /// What to ask.
    pub kind: Kind,
    /// The payment plugin's id.
    pub provider: String,
    /// Where the payer's money is.
    pub source: Source,
    /// The reference by which the provider knows this request; never used twice.
    pub attempt_ref: [u8; 16],
    /// How much.
    pub amount: Money,
    /// Which house account the merchant's money is in.
    pub merchant: String,
    /// What the payer may spend; a charge that would break them is refused.
    pub limits: Limits,
    /// Who stands behind a refund.
    pub sanction: Sanction,
    /// What may be taken at the payment's place.
    pub place_limits: PlaceLimits,
    /// For a reversal: the request that is to be undone.
    pub about: Option<OperationId>,
    /// Why it is asked for, as a stable code.
    pub reason: Option<String>,
    /// For how long whoever prepares it works on it; what is open after that was left behind.
    pub lease: Duration,
}

impl Store {
    /// Commits the intent: the request, the money set aside for it, the payment's step, its audit
    /// record and message, all or nothing. The provider is asked only after this returned.
    ///
    /// # Errors
    /// When the payment's state or a limit forbids it, the payer's wallet holds too little, or
    /// another request of this payment moves the same money.
    pub fn prepare_operation(&self, by: By<'_>, new: &Preparation) -> Result<Prepared, StoreError> {
        self.write_audited(by, |c| {
            let before = load_transaction(c, new.transaction)?;
            let earlier = load_all(c, new.transaction)?;
            fits(new, &before, &earlier)?;
            let transaction = match new.kind {
                Kind::Sale | Kind::Authorize => charged(c, by, new, before.clone())?,
                Kind::Refund => {
                    let earlier = before.refunded_minor + refunding(&earlier);
                    approval::sanctioned(c, by, new, earlier + new.amount.minor())?;
                    before.clone()
                }
                _ => before.clone(),
            };
            let transfer = set_aside(c, by, new, (&transaction, &earlier))?;
            if let Some(late) = earlier.iter().find(|o| Some(o.id) == new.about) {
                report_late(c, by, late)?;
            }
            let operation = insert(c, by, new, transfer)?;
            let audit = audit_of(&operation, "operation.prepared");
            Ok((Prepared { operation, transaction, before: before.state }, audit))
        })
    }
}

fn insert(
    c: &mut AnyConnection,
    by: By<'_>,
    new: &Preparation,
    transfer: Option<TransferId>,
) -> Result<OperationRow, StoreError> {
    let record = Record {
        id: new.id.to_string(),
        transaction_id: new.transaction.to_string(),
        kind: new.kind.to_string(),
        state: State::Prepared.to_string(),
        attempt_ref: new.attempt_ref.to_vec(),
        provider: new.provider.clone(),
        provider_ref: None,
        amount: new.amount.minor(),
        currency: new.amount.currency().to_string(),
        transfer_id: transfer.map(|id| id.to_string()),
        reason: new.reason.clone(),
        sequence: counter::next(c, "operation")?,
        kept: None,
        about: new.about.map(|id| id.to_string()),
        tries: 0,
        next_try_at: by.at.plus(new.lease).0,
        lease: i64::try_from(new.lease.as_micros()).unwrap_or(i64::MAX),
        created_at: by.at.0,
        updated_at: by.at.0,
    };
    diesel::insert_into(operations::table).values(&record).execute(c)?;
    OperationRow::try_from(record)
}

/// Whether the payment is where this may be asked, and has so much to move.
fn fits(new: &Preparation, before: &TransactionRow, earlier: &[OperationRow]) -> Result<(), StoreError> {
    use transaction::State as Payment;
    let needed: &[Payment] = match new.kind {
        Kind::Sale | Kind::Authorize => &[Payment::RequiresConfirmation],
        Kind::Capture | Kind::Void => &[Payment::Authorized],
        Kind::Refund => &[Payment::Captured, Payment::PartiallyRefunded],
        Kind::Reversal => Payment::ALL,
    };
    if !needed.contains(&before.state) {
        let words = format!("a payment that is {} can't take a {}", before.state, new.kind);
        return Err(StoreError::Conflict(words));
    }
    let in_flight = |kinds: &[Kind]| {
        earlier.iter().filter(|o| kinds.contains(&o.kind) && o.state.is_unsettled()).collect::<Vec<_>>()
    };
    // Whoever holds the money is the one to take it, to let go of it or to give it back.
    if let Some(charge) = charge(earlier).filter(|charge| charge.provider != new.provider)
        && new.kind != Kind::Reversal
    {
        let words = format!("{} has the money of this payment, not {}", charge.provider, new.provider);
        return Err(StoreError::Conflict(words));
    }
    // What was set aside is taken or given free by one request at a time.
    if matches!(new.kind, Kind::Capture | Kind::Void)
        && let Some(other) = in_flight(&[Kind::Capture, Kind::Void]).first()
    {
        let words = format!("a {} of this payment is {} and not settled yet", other.kind, other.state);
        return Err(StoreError::Conflict(words));
    }
    let minor = new.amount.minor();
    let enough = match new.kind {
        Kind::Sale | Kind::Authorize | Kind::Void => minor == before.amount.minor(),
        Kind::Capture => minor <= before.amount.minor(),
        Kind::Refund => minor <= before.captured_minor - before.refunded_minor - refunding(earlier),
        Kind::Reversal => true,
    };
    if enough && new.amount.currency() == before.amount.currency() {
        Ok(())
    } else {
        let words = format!("{} does not fit the {} of this payment", new.amount, before.amount);
        Err(StoreError::Conflict(words))
    }
}

/// What refunds under way may give back, in minor units.
fn refunding(earlier: &[OperationRow]) -> i64 {
    let open = earlier.iter().filter(|o| o.kind == Kind::Refund && o.state.is_unsettled());
    open.map(|o| o.amount.minor()).sum()
}

/// Counts a charge towards the limits and takes the payment's step to `processing`.
fn charged(
    c: &mut AnyConnection,
    by: By<'_>,
    new: &Preparation,
    mut before: TransactionRow,
) -> Result<TransactionRow, StoreError> {
    // A payment whose time is over is not begun, even before somebody has noted that it is over.
    if by.at >= before.expires_at {
        let words = "the time for this payment is over; open a new one";
        return Err(StoreError::Conflict(words.to_owned()));
    }
    let (currency, place) = (new.amount.currency(), &before.place);
    let payer = payer(&before)?;
    // Two charges that are confirmed at once may not break a limit together, so it is looked and counted here.
    new.limits.check(spending::of_payer(c, payer, currency, by.at)?, new.amount)?;
    if new.place_limits != PlaceLimits::default() {
        new.place_limits.check(spending::of_place(c, place, currency, by.at)?, new.amount)?;
    }
    spending::count(c, (payer, place), new.amount, by.at)?;
    step_up::use_evidence(c, by, new, &before)?;
    before.provider = Some(new.provider.clone());
    let confirmed = (transaction::Event::Confirmed, &Details::default());
    let (row, audit) = step_from(c, by, before, confirmed)?;
    audit.append(c, by)?;
    instrument::charged(c, by, payer, &new.provider)?;
    Ok(row)
}

fn payer(transaction: &TransactionRow) -> Result<UserId, StoreError> {
    transaction.user.ok_or_else(|| StoreError::Conflict("this payment has no payer yet".to_owned()))
}

/// Sets money aside: a charge from the payer to the merchant, a refund the other way.
fn set_aside(
    c: &mut AnyConnection,
    by: By<'_>,
    new: &Preparation,
    (transaction, earlier): (&TransactionRow, &[OperationRow]),
) -> Result<Option<TransferId>, StoreError> {
    if new.kind == Kind::Reversal {
        return Ok(None);
    }
    if matches!(new.kind, Kind::Capture | Kind::Void) {
        let transfer = charge(earlier).and_then(|charge| charge.transfer);
        let missing = || StoreError::Conflict("this payment was never authorized".to_owned());
        return transfer.ok_or_else(missing).map(Some);
    }
    let currency = new.amount.currency();
    let merchant = account::opened(c, AccountKind::Merchant, &new.merchant, currency, by.at)?;
    let payer = match new.source {
        Source::Wallet => {
            let owner = payer(transaction)?.to_string();
            account::existing(c, AccountKind::Wallet, &owner, currency)?
                .ok_or(StoreError::InsufficientFunds { available: 0, asked: new.amount.minor() })?
        }
        Source::Provider => account::opened(c, AccountKind::Clearing, &new.provider, currency, by.at)?,
    };
    let (debit, credit, purpose) = match new.kind {
        Kind::Refund => (merchant, payer, "refund"),
        _ => (payer, merchant, "payment"),
    };
    let id = TransferId(Uuid::now_v7());
    let attempt_ref = Some(new.attempt_ref);
    account::reserve(c, &NewTransfer { id, debit, credit, amount: new.amount, purpose, attempt_ref }, by.at)?;
    Ok(Some(id))
}

/// A provider that approved what was given up is an incident: it is told, whatever becomes of undoing it.
pub(super) fn report_late(c: &mut AnyConnection, by: By<'_>, late: &OperationRow) -> Result<(), StoreError> {
    let OperationRow { id, transaction, provider, kind, amount, .. } = late;
    let (minor, currency) = (amount.minor(), amount.currency());
    let payload = format!(
        "{{\"transaction\":\"{transaction}\",\"operation\":\"{id}\",\"kind\":\"{kind}\",\"provider\":\"{provider}\",\"amount\":{{\"amount\":{minor},\"currency\":\"{currency}\"}}}}"
    );
    outbox::append(c, by.at, "incident.late_approval", &payload)
}
