//! Payments as the merchant sees them. Every step goes through `domain`'s state machine.
mod page;

use diesel::prelude::*;
use domain::{
    Currency, Money, Timestamp, TransactionId, UserId,
    limits::Usage,
    operation::Kind,
    transaction::{Event, State},
};

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    checkout,
    connection::AnyConnection,
    leg, operation, outbox, row,
    schema::{operations, transactions},
    spending,
};

pub use page::TransactionFilter;

/// A payment to be opened.
#[derive(Debug, Clone)]
pub struct NewTransaction {
    /// The id to be given.
    pub id: TransactionId,
    /// How much.
    pub amount: Money,
    /// The merchant's own name for it.
    pub reference: Option<String>,
    /// When it ends unless it is paid.
    pub expires_at: Timestamp,
    /// Where it is made.
    pub place: Place,
    /// The payment plugin that is to take it; the appliance's first one when `None`.
    pub provider: Option<String>,
}

/// Where a payment is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The camera or till, where there is one.
    pub terminal: Option<String>,
    /// The branch that it is in.
    pub branch: String,
}

impl Place {
    /// The terminal's name over all branches.
    pub(crate) fn terminal_key(&self) -> Option<String> {
        self.terminal.as_ref().map(|terminal| format!("{}/{terminal}", self.branch))
    }
}

/// A payment.
#[derive(Debug, Clone)]
pub struct TransactionRow {
    /// The id.
    pub id: TransactionId,
    /// Where it stands.
    pub state: State,
    /// How much.
    pub amount: Money,
    /// How much of it was taken, in minor units.
    pub captured_minor: i64,
    /// How much of it went back, in minor units.
    pub refunded_minor: i64,
    /// Who pays, once known.
    pub user: Option<UserId>,
    /// The payment plugin that took it or is to take it; the appliance's first one when `None`.
    pub provider: Option<String>,
    /// Where it is made.
    pub place: Place,
    /// The merchant's own name for it.
    pub reference: Option<String>,
    /// Why it was refused or what it waits for, as a stable code.
    pub reason: Option<String>,
    /// What the decision was measured by, as JSON without image or template.
    pub evidence: Option<String>,
    /// Until when the payer may say yes without looking again.
    pub confirm_by: Option<Timestamp>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it ends unless it is paid.
    pub expires_at: Timestamp,
}

/// What a step adds to a payment, beside its new state.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// Who pays.
    pub user: Option<UserId>,
    /// Why it was refused or what it waits for, as a stable code.
    pub reason: Option<String>,
    /// What the decision was measured by, as JSON without image or template.
    pub evidence: Option<String>,
    /// Until when the payer may say yes without looking again.
    pub confirm_by: Option<Timestamp>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = transactions)]
struct Record {
    id: String,
    state: String,
    amount: i64,
    currency: String,
    captured: i64,
    refunded: i64,
    user_id: Option<String>,
    provider: Option<String>,
    terminal: Option<String>,
    branch: String,
    reference: Option<String>,
    reason: Option<String>,
    evidence: Option<String>,
    confirm_by: Option<i64>,
    created_at: i64,
    updated_at: i64,
    expires_at: i64,
}

impl TryFrom<Record> for TransactionRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        Ok(Self {
            id: row::parse(&r.id)?,
            state: row::parse(&r.state)?,
            amount: row::money(r.amount, &r.currency)?,
            captured_minor: r.captured,
            refunded_minor: r.refunded,
            user: row::parse_opt(r.user_id.as_deref())?,
            provider: r.provider,
            place: Place { terminal: r.terminal, branch: r.branch },
            reference: r.reference,
            reason: r.reason,
            evidence: r.evidence,
            confirm_by: row::time_opt(r.confirm_by),
            created_at: Timestamp(r.created_at),
            updated_at: Timestamp(r.updated_at),
            expires_at: Timestamp(r.expires_at),
        })
    }
}

impl Store {
    /// Opens a payment whose payer is not known yet.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn add_transaction(&self, by: By<'_>, new: &NewTransaction) -> Result<TransactionRow, StoreError> {
        self.write_audited(by, |c| {
            insert(c, by, new)?;
            Ok((load(c, new.id)?, opened(new)))
        })
    }

    /// The payment with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn transaction(&self, id: TransactionId) -> Result<TransactionRow, StoreError> {
        self.read(|c| load(c, id))
    }

    /// Takes one step of a payment before any provider is asked, and of the checkout that it belongs to.
    ///
    /// # Errors
    /// When the state machine refuses, or the step is one that money moves with, which is taken by
    /// [`Self::prepare_operation`] and [`Self::settle_operation`] only, or one that rests on a further factor, which
    /// is taken by [`Self::prove_step_up`]; nothing changes then.
    pub fn step_transaction(
        &self,
        by: By<'_>,
        id: TransactionId,
        event: Event,
        details: &Details,
    ) -> Result<TransactionRow, StoreError> {
        self.write_audited(by, |c| {
            let (row, audit) = step(c, by, id, event, details)?;
            if rests_on_more(event) || operation::has_charge(c, id)? {
                let words = format!("{event:?} goes with the request or the proof that it rests on");
                return Err(StoreError::Conflict(words));
            }
            Ok((row, audit))
        })
    }

    /// What a person spent in `currency` before `now`, payments under way included.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn usage(&self, user: UserId, currency: Currency, now: Timestamp) -> Result<Usage, StoreError> {
        self.read(|c| spending::of_payer(c, user, currency, now))
    }

    /// In which currencies a person spent within a day before `now`, each at least once.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn spending_currencies(&self, user: UserId, now: Timestamp) -> Result<Vec<Currency>, StoreError> {
        self.read(|c| spending::currencies_of(c, user, now))
    }

    /// Payments whose money was set aside before `before` and that nobody took.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn stale_authorizations(&self, before: Timestamp) -> Result<Vec<TransactionId>, StoreError> {
        let ids: Vec<String> = self.read(|c| {
            // One that is being taken or given free, or that a person must look at, is not stale.
            let ending = operations::table
                .filter(operations::transaction_id.eq(transactions::id))
                .filter(operations::kind.eq_any([Kind::Capture.as_str(), Kind::Void.as_str()]))
                .filter(operations::state.ne_all(operation::free_states()));
            let stale = transactions::table
                .filter(transactions::state.eq(State::Authorized.as_str()))
                .filter(transactions::created_at.lt(before.0))
                .filter(diesel::dsl::not(diesel::dsl::exists(ending)));
            let page = stale.order(transactions::created_at).limit(row::PAGE_ROWS_MAX);
            Ok(page.select(transactions::id).load(c)?)
        })?;
        ids.iter().map(|id| row::parse(id)).collect()
    }

    /// Whether a person has paid at this place's terminal before, payments under way included.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn has_paid_at(&self, user: UserId, place: &Place) -> Result<bool, StoreError> {
        let unpaid = [
            State::RequiresIdentification,
            State::RequiresStepUp,
            State::RequiresConfirmation,
            State::Declined,
            State::Cancelled,
            State::Expired,
            State::Voided,
        ];
        let paid = transactions::table
            .filter(transactions::user_id.eq(user.to_string()))
            .filter(transactions::terminal.eq(&place.terminal))
            .filter(transactions::branch.eq(&place.branch))
            .filter(transactions::state.ne_all(unpaid.map(State::as_str)));
        let found: Option<String> =
            self.read(|c| Ok(paid.select(transactions::id).first(c).optional()?))?;
        Ok(found.is_some())
    }

    /// Payments and checkouts that no provider was asked about and whose time is over.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn overdue_transactions(&self, now: Timestamp) -> Result<Vec<TransactionId>, StoreError> {
        let waiting = [State::RequiresIdentification, State::RequiresStepUp, State::RequiresConfirmation];
        let ids: Vec<String> = self.read(|c| {
            let overdue = transactions::table
                .filter(transactions::state.eq_any(waiting.map(State::as_str)))
                .filter(transactions::expires_at.le(now.0));
            Ok(overdue.select(transactions::id).limit(row::PAGE_ROWS_MAX).load(c)?)
        })?;
        ids.iter().map(|id| row::parse(id)).collect()
    }
}

pub(crate) fn insert(c: &mut AnyConnection, by: By<'_>, new: &NewTransaction) -> Result<(), StoreError> {
    let record = Record {
        id: new.id.to_string(),
        state: State::RequiresIdentification.as_str().to_owned(),
        amount: new.amount.minor(),
        currency: new.amount.currency().to_string(),
        captured: 0,
        refunded: 0,
        user_id: None,
        provider: new.provider.clone(),
        terminal: new.place.terminal.clone(),
        branch: new.place.branch.clone(),
        reference: new.reference.clone(),
        reason: None,
        evidence: None,
        confirm_by: None,
        created_at: by.at.0,
        updated_at: by.at.0,
        expires_at: new.expires_at.0,
    };
    diesel::insert_into(transactions::table).values(&record).execute(c)?;
    Ok(())
}

pub(crate) fn opened(new: &NewTransaction) -> NewAudit {
    let (minor, currency) = (new.amount.minor(), new.amount.currency());
    NewAudit::new("transaction.opened", new.id)
        .with(format!("{{\"amount\":{minor},\"currency\":\"{currency}\"}}"))
}

pub(crate) fn load(c: &mut AnyConnection, id: TransactionId) -> Result<TransactionRow, StoreError> {
    let record: Option<Record> = transactions::table.find(id.to_string()).first(c).optional()?;
    record.ok_or(StoreError::NotFound("transaction"))?.try_into()
}

/// One step: state machine, row, checkout, outbox. The audit record is the caller's to append.
pub(crate) fn step(
    c: &mut AnyConnection,
    by: By<'_>,
    id: TransactionId,
    event: Event,
    details: &Details,
) -> Result<(TransactionRow, NewAudit), StoreError> {
    let before = load(c, id)?;
    step_from(c, by, before, (event, details))
}

/// What a step changes of a row; what is `None` stays.
#[derive(AsChangeset)]
#[diesel(table_name = transactions)]
struct Step<'a> {
    state: &'static str,
    user_id: Option<String>,
    provider: Option<&'a str>,
    evidence: Option<&'a str>,
    confirm_by: Option<i64>,
    captured: i64,
    refunded: i64,
    updated_at: i64,
}

/// As [`step`], of a payment that was read in this database transaction, with what it took and gave back by then.
pub(crate) fn step_from(
    c: &mut AnyConnection,
    by: By<'_>,
    mut row: TransactionRow,
    (event, details): (Event, &Details),
) -> Result<(TransactionRow, NewAudit), StoreError> {
    row.state = row.state.after(event)?;
    row.user = details.user.or(row.user);
    row.reason.clone_from(&details.reason);
    row.evidence = details.evidence.clone().or(row.evidence);
    row.confirm_by = details.confirm_by.or(row.confirm_by);
    row.updated_at = by.at;
    let change = Step {
        state: row.state.as_str(),
        user_id: details.user.map(|user| user.to_string()),
        provider: row.provider.as_deref(),
        evidence: details.evidence.as_deref(),
        confirm_by: details.confirm_by.map(|at| at.0),
        captured: row.captured_minor,
        refunded: row.refunded_minor,
        updated_at: by.at.0,
    };
    diesel::update(transactions::table.find(row.id.to_string()))
        .set((change, transactions::reason.eq(&details.reason)))
        .execute(c)?;
    let message = message(&row);
    outbox::append(c, by.at, &format!("transaction.{}", row.state), &message)?;
    checkout::follow(c, by, row.id, event, details.reason.as_deref())?;
    leg::follow(c, by, &row)?;
    let audit = NewAudit::new(action(event), row.id).with(message);
    Ok((row, audit))
}

/// Whether a step belongs to a request to the provider, or to the proof of a further factor.
fn rests_on_more(event: Event) -> bool {
    !matches!(
        event,
        Event::Identified | Event::StepUpRequired | Event::PolicyDeclined | Event::Cancelled | Event::Expired
    )
}

fn message(row: &TransactionRow) -> String {
    let (id, state, amount) = (row.id, row.state, row.amount);
    // Several reasons are told by the first one, which weighs most.
    let first = row.reason.as_deref().and_then(|codes| codes.split(',').next());
    let reason = first.map(|code| format!(",\"reason\":\"{code}\"")).unwrap_or_default();
    format!(
        "{{\"transaction\":\"{id}\",\"state\":\"{state}\",\"amount\":{{\"amount\":{},\"currency\":\"{}\"}}{reason}}}",
        amount.minor(),
        amount.currency()
    )
}

fn action(event: Event) -> &'static str {
    match event {
        Event::Identified => "transaction.identified",
        Event::StepUpRequired => "transaction.step_up_required",
        Event::SteppedUp => "transaction.stepped_up",
        Event::Confirmed => "transaction.confirmed",
        Event::PolicyDeclined => "transaction.policy_declined",
        Event::Cancelled => "transaction.cancelled",
        Event::Expired => "transaction.expired",
        Event::Authorized => "transaction.authorized",
        Event::Captured => "transaction.captured",
        Event::ProviderDeclined => "transaction.provider_declined",
        Event::NotSent => "transaction.not_sent",
        Event::OutcomeUnknown => "transaction.outcome_unknown",
        Event::Voided => "transaction.voided",
        Event::RefundedInPart => "transaction.refunded_in_part",
        Event::RefundedInFull => "transaction.refunded_in_full",
    }
}
