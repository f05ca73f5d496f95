//! Requests to payment providers: the intent is committed before the provider hears of it, the
//! outcome together with the money it moves.
use diesel::prelude::*;
use domain::{
    Money, OperationId, Timestamp, TransactionId, TransferId, UserId,
    ledger::{AccountKind, TransferState},
    limits::Limits,
    operation::{Event, Kind, State},
    transaction,
};
use uuid::Uuid;

use crate::{
    By, Store, StoreError, TransactionRow,
    account::{self, NewTransfer},
    audit::NewAudit,
    connection::AnyConnection,
    row,
    schema::operations,
    transaction::{Details, add_refund, load as load_transaction, locked, spent, step},
};

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
    /// The reference by which the provider knows this request; never used twice.
    pub attempt_ref: [u8; 16],
    /// How much.
    pub amount: Money,
    /// Which house account the merchant's money is in.
    pub merchant: String,
    /// What the payer may spend; a charge that would break them is refused.
    pub limits: Limits,
}

/// A request to a provider.
#[derive(Debug, Clone)]
pub struct OperationRow {
    /// The id.
    pub id: OperationId,
    /// The payment.
    pub transaction: TransactionId,
    /// What was asked.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// The reference by which the provider knows it.
    pub attempt_ref: [u8; 16],
    /// The payment plugin's id.
    pub provider: String,
    /// The provider's own reference, once known.
    pub provider_ref: Option<String>,
    /// How much.
    pub amount: Money,
    /// The ledger transfer that it settles.
    pub transfer: Option<TransferId>,
    /// Why it was refused, as a stable code.
    pub reason: Option<String>,
    /// When the intent was committed.
    pub created_at: Timestamp,
}

/// A committed intent, with the payment that it belongs to.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The request.
    pub operation: OperationRow,
    /// The payment.
    pub transaction: TransactionRow,
    /// Where the payment stood before this step.
    pub before: transaction::State,
}

/// What the provider's plugin reported.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What happened.
    pub event: Event,
    /// The provider's own reference.
    pub provider_ref: Option<String>,
    /// Why it was refused, as a stable code.
    pub reason: Option<String>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = operations)]
struct Record {
    id: String,
    transaction_id: String,
    kind: String,
    state: String,
    attempt_ref: Vec<u8>,
    provider: String,
    provider_ref: Option<String>,
    amount: i64,
    currency: String,
    transfer_id: Option<String>,
    reason: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<Record> for OperationRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        let attempt_ref = r.attempt_ref.try_into();
        Ok(Self {
            id: row::parse(&r.id)?,
            transaction: row::parse(&r.transaction_id)?,
            kind: row::parse(&r.kind)?,
            state: row::parse(&r.state)?,
            attempt_ref: attempt_ref.map_err(|_| StoreError::Corrupt("attempt_ref".to_owned()))?,
            provider: r.provider,
            provider_ref: r.provider_ref,
            amount: row::money(r.amount, &r.currency)?,
            transfer: row::parse_opt(r.transfer_id.as_deref())?,
            reason: r.reason,
            created_at: Timestamp(r.created_at),
        })
    }
}

impl Store {
    /// Commits the intent: the request, the money set aside for it, the payment's step, its audit
    /// record and message, all or nothing. The provider is asked only after this returned.
    ///
    /// # Errors
    /// When the payment's state or the payer's limits forbid it, the payer's wallet holds too little, or
    /// another request of this payment moves the same money.
    pub fn prepare_operation(&self, by: By<'_>, new: &Preparation) -> Result<Prepared, StoreError> {
        self.write_audited(by, |c| {
            let before = locked(c, by, new.transaction)?;
            let transaction = prepared_transaction(c, by, new, &before)?;
            let before = before.state;
            let transfer = set_aside(c, by, new, &transaction)?;
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
                reason: None,
                created_at: by.at.0,
                updated_at: by.at.0,
            };
            diesel::insert_into(operations::table).values(&record).execute(c)?;
            let operation = OperationRow::try_from(record)?;
            let audit = audit_of(&operation, "operation.prepared");
            Ok((Prepared { operation, transaction, before }, audit))
        })
    }

    /// Takes one step of a request; an outcome moves or frees the money in the same transaction.
    ///
    /// # Errors
    /// When the state machine refuses; nothing changes then.
    pub fn settle_operation(
        &self,
        by: By<'_>,
        id: OperationId,
        outcome: &Outcome,
    ) -> Result<Prepared, StoreError> {
        self.write_audited(by, |c| {
            let operation = load(c, id)?;
            let before = locked(c, by, operation.transaction)?.state;
            let operation = load(c, operation.id)?;
            let state = operation.state.after(outcome.event)?;
            let provider_ref = outcome.provider_ref.as_ref().or(operation.provider_ref.as_ref());
            let change = (
                operations::state.eq(state.as_str()),
                operations::provider_ref.eq(provider_ref),
                operations::reason.eq(&outcome.reason),
                operations::updated_at.eq(by.at.0),
            );
            diesel::update(operations::table.find(id.to_string())).set(change).execute(c)?;
            follow(c, by, &operation, outcome)?;
            let settled = Prepared {
                operation: load(c, id)?,
                transaction: load_transaction(c, operation.transaction)?,
                before,
            };
            let audit = audit_of(&settled.operation, "operation.stepped");
            Ok((settled, audit))
        })
    }

    /// Requests whose outcome is open, oldest first: what recovery must look at.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn operations_in_flight(&self) -> Result<Vec<OperationRow>, StoreError> {
        let open = State::ALL.iter().filter(|state| state.is_open()).map(|state| state.as_str());
        let rows = self.read(|c| {
            let query = operations::table.filter(operations::state.eq_any(open.collect::<Vec<_>>()));
            Ok(query.order(operations::id).limit(row::PAGE_ROWS_MAX).load::<Record>(c)?)
        })?;
        rows.into_iter().map(OperationRow::try_from).collect()
    }

    /// A payment's requests, oldest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn operations(&self, transaction: TransactionId) -> Result<Vec<OperationRow>, StoreError> {
        self.read(|c| load_all(c, transaction))
    }

    /// Where the money that a request settles stands in the ledger; `None` when it settles none.
    ///
    /// # Errors
    /// When there is no such request.
    pub fn reservation(&self, id: OperationId) -> Result<Option<TransferState>, StoreError> {
        self.read(|c| load(c, id)?.transfer.map(|transfer| account::transfer_state(c, transfer)).transpose())
    }
}

/// Checks the payment and, for a charge, takes its step to `processing`.
fn prepared_transaction(
    c: &mut AnyConnection,
    by: By<'_>,
    new: &Preparation,
    before: &TransactionRow,
) -> Result<TransactionRow, StoreError> {
    let transaction = match new.kind {
        Kind::Sale | Kind::Authorize => {
            within_limits(c, by, new, before)?;
            not_overdue(by, before)?;
            let (row, audit) =
                step(c, by, new.transaction, transaction::Event::Confirmed, &Details::default())?;
            audit.append(c, by)?;
            row
        }
        Kind::Capture | Kind::Void => {
            nothing_under_way(c, new)?;
            before.clone()
        }
        Kind::Refund => before.clone(),
    };
    let needed: &[transaction::State] = match new.kind {
        Kind::Sale | Kind::Authorize => &[transaction::State::Processing],
        Kind::Capture | Kind::Void => &[transaction::State::Authorized],
        Kind::Refund => &[transaction::State::Captured, transaction::State::PartiallyRefunded],
    };
    if !needed.contains(&transaction.state) {
        let words = format!("a payment that is {} can't take a {}", transaction.state, new.kind);
        return Err(StoreError::Conflict(words));
    }
    // Only a refund may be about a part: everything else moves or frees the whole reservation.
    let left = transaction.amount.minor() - transaction.refunded_minor - refunds_in_flight(c, new)?;
    let fits = match new.kind {
        Kind::Refund => new.amount.minor() <= left,
        _ => new.amount.minor() == left,
    };
    if fits && new.amount.currency() == transaction.amount.currency() {
        Ok(transaction)
    } else {
        let words = format!("{} does not fit the {} of this payment", new.amount, transaction.amount);
        Err(StoreError::Conflict(words))
    }
}

/// A payment whose time is over is not begun, even before somebody has noted that it is over.
fn not_overdue(by: By<'_>, before: &TransactionRow) -> Result<(), StoreError> {
    match by.at < before.expires_at {
        true => Ok(()),
        false => Err(StoreError::Conflict("the time for this payment is over; open a new one".to_owned())),
    }
}

/// Two charges of one person that are confirmed at once may not break a limit together, so it is looked here.
fn within_limits(
    c: &mut AnyConnection,
    by: By<'_>,
    new: &Preparation,
    before: &TransactionRow,
) -> Result<(), StoreError> {
    let Some(payer) = before.user else { return Ok(()) };
    let usage = spent(c, payer, new.amount.currency(), by.at)?;
    Ok(new.limits.check(usage, new.amount)?)
}

/// What was set aside is taken or given free by one request at a time.
fn nothing_under_way(c: &mut AnyConnection, new: &Preparation) -> Result<(), StoreError> {
    let others = load_all(c, new.transaction)?;
    match others.iter().find(|o| matches!(o.kind, Kind::Capture | Kind::Void) && o.state.is_unsettled()) {
        Some(other) => {
            let words = format!("a {} of this payment is {} and not settled yet", other.kind, other.state);
            Err(StoreError::Conflict(words))
        }
        None => Ok(()),
    }
}

fn refunds_in_flight(c: &mut AnyConnection, new: &Preparation) -> Result<i64, StoreError> {
    if new.kind != Kind::Refund {
        return Ok(0);
    }
    let refunds = load_all(c, new.transaction)?;
    let open = refunds.iter().filter(|o| o.kind == Kind::Refund && o.state.is_unsettled());
    Ok(open.map(|o| o.amount.minor()).sum())
}

/// Sets money aside: a charge from the payer to the merchant, a refund the other way.
fn set_aside(
    c: &mut AnyConnection,
    by: By<'_>,
    new: &Preparation,
    transaction: &TransactionRow,
) -> Result<Option<TransferId>, StoreError> {
    let payer: UserId =
        transaction.user.ok_or_else(|| StoreError::Conflict("this payment has no payer yet".to_owned()))?;
    let currency = new.amount.currency();
    let merchant = account::opened(c, AccountKind::Merchant, &new.merchant, currency, by.at)?;
    let wallet = account::existing(c, AccountKind::Wallet, &payer.to_string(), currency)?
        .ok_or(StoreError::InsufficientFunds { available: 0, asked: new.amount.minor() })?;
    let (debit, credit, purpose) = match new.kind {
        Kind::Sale | Kind::Authorize => (wallet, merchant, "payment"),
        Kind::Refund => (merchant, wallet, "refund"),
        Kind::Capture | Kind::Void => return authorized_transfer(c, transaction.id).map(Some),
    };
    let id = TransferId(Uuid::now_v7());
    account::reserve(c, &NewTransfer { id, debit, credit, amount: new.amount, purpose }, by.at)?;
    Ok(Some(id))
}

/// The transfer that the payment's authorization set aside.
fn authorized_transfer(c: &mut AnyConnection, id: TransactionId) -> Result<TransferId, StoreError> {
    let all = load_all(c, id)?;
    let authorized = all.iter().find(|o| o.kind == Kind::Authorize && o.state == State::Approved);
    authorized
        .and_then(|o| o.transfer)
        .ok_or_else(|| StoreError::Conflict("this payment was never authorized".to_owned()))
}

/// What an outcome means for the money and for the payment.
fn follow(
    c: &mut AnyConnection,
    by: By<'_>,
    operation: &OperationRow,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    use transaction::Event as Payment;
    let (money, payment) = match (operation.kind, outcome.event) {
        (Kind::Sale | Kind::Capture, Event::Approved) => {
            (Some(TransferState::Posted), Some(Payment::Captured))
        }
        (Kind::Authorize, Event::Approved) => (None, Some(Payment::Authorized)),
        (Kind::Void, Event::Approved) => (Some(TransferState::Voided), Some(Payment::Voided)),
        (Kind::Refund, Event::Approved) => {
            add_refund(c, operation.transaction, operation.amount)?;
            (Some(TransferState::Posted), Some(refund_event(c, operation.transaction)?))
        }
        (Kind::Sale | Kind::Authorize, Event::Declined) => {
            (Some(TransferState::Voided), Some(Payment::ProviderDeclined))
        }
        (Kind::Sale | Kind::Authorize, Event::NotSent) => {
            (Some(TransferState::Voided), Some(Payment::NotSent))
        }
        (Kind::Sale | Kind::Authorize, Event::Reversed) => {
            (Some(TransferState::Voided), Some(Payment::Voided))
        }
        (Kind::Sale | Kind::Authorize, Event::AnswerLost) => (None, in_doubt(c, operation.transaction)?),
        (Kind::Refund, Event::Declined | Event::NotSent | Event::Reversed) => {
            (Some(TransferState::Voided), None)
        }
        _ => (None, None),
    };
    if let (Some(to), Some(transfer)) = (money, operation.transfer) {
        account::settle(c, transfer, to, by.at)?;
    }
    if let Some(event) = payment {
        let details = Details { reason: outcome.reason.clone(), ..Details::default() };
        let (_, audit) = step(c, by, operation.transaction, event, &details)?;
        audit.append(c, by)?;
    }
    Ok(())
}

fn refund_event(c: &mut AnyConnection, id: TransactionId) -> Result<transaction::Event, StoreError> {
    let row = load_transaction(c, id)?;
    let all_back = row.refunded_minor == row.amount.minor();
    Ok(if all_back { transaction::Event::RefundedInFull } else { transaction::Event::RefundedInPart })
}

/// A payment is put in doubt once; a second lost answer changes nothing.
fn in_doubt(c: &mut AnyConnection, id: TransactionId) -> Result<Option<transaction::Event>, StoreError> {
    let doubted = load_transaction(c, id)?.state == transaction::State::InDoubt;
    Ok((!doubted).then_some(transaction::Event::OutcomeUnknown))
}

/// Whether a charge of this payment holds or may hold money.
pub(crate) fn has_charge(c: &mut AnyConnection, id: TransactionId) -> Result<bool, StoreError> {
    let free = |o: &OperationRow| matches!(o.state, State::Declined | State::NotSent | State::Reversed);
    Ok(load_all(c, id)?.iter().any(|o| !free(o)))
}

fn load(c: &mut AnyConnection, id: OperationId) -> Result<OperationRow, StoreError> {
    let record: Option<Record> = operations::table.find(id.to_string()).first(c).optional()?;
    record.ok_or(StoreError::NotFound("operation"))?.try_into()
}

fn load_all(c: &mut AnyConnection, transaction: TransactionId) -> Result<Vec<OperationRow>, StoreError> {
    let of_payment = operations::table.filter(operations::transaction_id.eq(transaction.to_string()));
    let rows: Vec<Record> = of_payment.order(operations::id).load(c)?;
    rows.into_iter().map(OperationRow::try_from).collect()
}

fn audit_of(operation: &OperationRow, action: &'static str) -> NewAudit {
    let OperationRow { id, transaction, kind, state, .. } = operation;
    NewAudit::new(action, id)
        .with(format!("{{\"transaction\":\"{transaction}\",\"kind\":\"{kind}\",\"state\":\"{state}\"}}"))
}
