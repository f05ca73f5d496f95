//! Checkouts: a payment that waits for a face at one camera. Their state follows the payment's.
use diesel::prelude::*;
use domain::{
    CameraId, CheckoutId, Timestamp, TransactionId,
    checkout::{Event, State},
    transaction,
};

use crate::{
    By, NewTransaction, Store, StoreError,
    connection::AnyConnection,
    group, outbox, row,
    schema::{checkouts, transactions},
    transaction::{insert, opened},
};

/// A checkout to be opened.
#[derive(Debug, Clone)]
pub struct NewCheckout {
    /// The id to be given.
    pub id: CheckoutId,
    /// The camera in front of which the payer stands.
    pub camera: CameraId,
    /// The payment; the checkout ends when it does.
    pub transaction: NewTransaction,
}

/// A checkout.
#[derive(Debug, Clone)]
pub struct CheckoutRow {
    /// The id.
    pub id: CheckoutId,
    /// Where it stands.
    pub state: State,
    /// The payment.
    pub transaction: TransactionId,
    /// The camera in front of which the payer stands.
    pub camera: CameraId,
    /// Why it was refused or what it waits for, as a stable code.
    pub reason: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it ends unless it is paid.
    pub expires_at: Timestamp,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = checkouts)]
struct Record {
    id: String,
    state: String,
    transaction_id: String,
    camera_id: String,
    reason: Option<String>,
    created_at: i64,
    updated_at: i64,
    expires_at: i64,
}

impl TryFrom<Record> for CheckoutRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        Ok(Self {
            id: row::parse(&r.id)?,
            state: row::parse(&r.state)?,
            transaction: row::parse(&r.transaction_id)?,
            camera: row::parse(&r.camera_id)?,
            reason: r.reason,
            created_at: Timestamp(r.created_at),
            updated_at: Timestamp(r.updated_at),
            expires_at: Timestamp(r.expires_at),
        })
    }
}

impl Store {
    /// Opens a checkout and its payment.
    ///
    /// # Errors
    /// When another checkout waits for its payer at this camera, since one look would mean both.
    pub fn add_checkout(&self, by: By<'_>, new: &NewCheckout) -> Result<CheckoutRow, StoreError> {
        self.write_audited(by, |c| {
            camera_is_free(c, by, &new.camera)?;
            insert(c, by, &new.transaction)?;
            let record = Record {
                id: new.id.to_string(),
                state: State::AwaitingPayer.as_str().to_owned(),
                transaction_id: new.transaction.id.to_string(),
                camera_id: new.camera.to_string(),
                reason: None,
                created_at: by.at.0,
                updated_at: by.at.0,
                expires_at: new.transaction.expires_at.0,
            };
            diesel::insert_into(checkouts::table).values(&record).execute(c)?;
            let row = CheckoutRow::try_from(record)?;
            announce(c, by, &row)?;
            Ok((row, opened(&new.transaction)))
        })
    }

    /// The checkout with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn checkout(&self, id: CheckoutId) -> Result<CheckoutRow, StoreError> {
        self.read(|c| Ok(checkouts::table.find(id.to_string()).first::<Record>(c).optional()?))?
            .ok_or(StoreError::NotFound("checkout"))?
            .try_into()
    }

    /// Checkouts before `before`, newest first; only those at `camera`, where one is given.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn checkouts(
        &self,
        camera: Option<&CameraId>,
        before: Option<CheckoutId>,
        limit: u32,
    ) -> Result<Vec<CheckoutRow>, StoreError> {
        let rows = self.read(|c| {
            let mut query = checkouts::table.into_boxed();
            if let Some(camera) = camera {
                query = query.filter(checkouts::camera_id.eq(camera.as_str()));
            }
            if let Some(before) = before {
                query = query.filter(checkouts::id.lt(before.to_string()));
            }
            Ok(query.order(checkouts::id.desc()).limit(row::page(limit)).load::<Record>(c)?)
        })?;
        rows.into_iter().map(CheckoutRow::try_from).collect()
    }

    /// Checkouts of the appliances of one branch that a face may still pay, oldest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn open_checkouts(&self, branch: &str) -> Result<Vec<CheckoutRow>, StoreError> {
        let over = State::ALL.iter().filter(|state| state.is_final()).map(|state| state.as_str());
        let rows = self.read(|c| {
            let open = checkouts::table
                .inner_join(transactions::table.on(transactions::id.eq(checkouts::transaction_id)))
                .filter(transactions::branch.eq(branch))
                .filter(checkouts::state.ne_all(over.collect::<Vec<_>>()));
            let page = open.order(checkouts::id).limit(row::PAGE_ROWS_MAX);
            Ok(page.select(checkouts::all_columns).load::<Record>(c)?)
        })?;
        rows.into_iter().map(CheckoutRow::try_from).collect()
    }
}

/// Nobody else's payer is waited for at this camera.
pub(crate) fn camera_is_free(c: &mut AnyConnection, by: By<'_>, camera: &CameraId) -> Result<(), StoreError> {
    let waiting = match waiting_at(c, by, camera)? {
        None => group::gathering_at(c, by, camera)?,
        single => single,
    };
    match waiting {
        None => Ok(()),
        Some(waiting) => {
            let words =
                format!("checkout {waiting} waits for its payer at this camera; cancel it or let it end");
            Err(StoreError::Conflict(words))
        }
    }
}

/// The checkout that the next look at this camera is for.
fn waiting_at(c: &mut AnyConnection, by: By<'_>, camera: &CameraId) -> Result<Option<String>, StoreError> {
    let waiting = checkouts::table
        .filter(checkouts::camera_id.eq(camera.as_str()))
        .filter(checkouts::state.eq(State::AwaitingPayer.as_str()))
        .filter(checkouts::expires_at.gt(by.at.0));
    Ok(waiting.select(checkouts::id).first(c).optional()?)
}

/// Lets the checkout of `transaction`, when it has one, follow the payment's step.
pub(crate) fn follow(
    c: &mut AnyConnection,
    by: By<'_>,
    transaction: TransactionId,
    event: transaction::Event,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let of_payment = checkouts::table.filter(checkouts::transaction_id.eq(transaction.to_string()));
    let record: Option<Record> = of_payment.first(c).optional()?;
    let (Some(record), Some(event)) = (record, Event::of_payment(event)) else { return Ok(()) };
    let mut row = CheckoutRow::try_from(record)?;
    // A paid checkout is over, whatever becomes of the money later (a void, say).
    if row.state.is_final() {
        return Ok(());
    }
    row.state = row.state.after(event)?;
    row.reason = reason.map(str::to_owned);
    let change = (
        checkouts::state.eq(row.state.as_str()),
        checkouts::reason.eq(reason),
        checkouts::updated_at.eq(by.at.0),
    );
    diesel::update(checkouts::table.find(row.id.to_string())).set(change).execute(c)?;
    announce(c, by, &row)
}

fn announce(c: &mut AnyConnection, by: By<'_>, row: &CheckoutRow) -> Result<(), StoreError> {
    let CheckoutRow { id, state, transaction, camera, .. } = row;
    let payload = format!(
        "{{\"checkout\":\"{id}\",\"state\":\"{state}\",\"transaction\":\"{transaction}\",\"camera\":\"{camera}\"}}"
    );
    outbox::append(c, by.at, &format!("checkout.{state}"), &payload)
}
