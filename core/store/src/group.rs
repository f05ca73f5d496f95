//! Group checkouts: one amount, several payers, each with a payment of their own. See [`domain::group`].
use diesel::prelude::*;
use domain::{
    CameraId, CheckoutId, Money, Timestamp, TransactionId,
    group::{Policy, State},
    transaction,
};

use crate::{
    By, NewLeg, Store, StoreError,
    audit::NewAudit,
    checkout,
    connection::AnyConnection,
    leg as legs, outbox, row,
    schema::{checkout_groups as groups, checkout_legs, transactions},
    transaction::{Details, step},
};

/// A group checkout to be opened.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// The id to be given.
    pub id: CheckoutId,
    /// The camera in front of which the payers stand.
    pub camera: CameraId,
    /// The whole.
    pub amount: Money,
    /// The merchant's own name for it.
    pub reference: Option<String>,
    /// What becomes of the others when one does not pay.
    pub policy: Policy,
    /// When it ends unless everybody said yes.
    pub expires_at: Timestamp,
    /// The parts, which are the whole.
    pub legs: Vec<NewLeg>,
}

/// A group checkout.
#[derive(Debug, Clone)]
pub struct GroupRow {
    /// The id.
    pub id: CheckoutId,
    /// Where it stands.
    pub state: State,
    /// What becomes of the others when one does not pay.
    pub policy: Policy,
    /// The camera in front of which the payers stand.
    pub camera: CameraId,
    /// The whole.
    pub amount: Money,
    /// The merchant's own name for it.
    pub reference: Option<String>,
    /// What it ends as once nobody's money is held, when it was given up.
    pub ending: Option<State>,
    /// Why it came to nothing, as a stable code.
    pub reason: Option<String>,
    /// How often the whole was shared anew.
    pub round: i64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it ends unless everybody said yes.
    pub expires_at: Timestamp,
}

/// Where a group stands now.
#[derive(Debug, Clone)]
pub struct GroupStep {
    /// There.
    pub to: State,
    /// Whether nothing can come of it any more, which is not gone back on.
    pub given_up: bool,
    /// Why it comes to nothing or to a part, as a stable code; the first one stays.
    pub reason: Option<String>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = groups)]
struct Record {
    id: String,
    state: String,
    policy: String,
    camera_id: String,
    amount: i64,
    currency: String,
    reference: Option<String>,
    ending: Option<String>,
    reason: Option<String>,
    round: i64,
    created_at: i64,
    updated_at: i64,
    expires_at: i64,
}

impl TryFrom<Record> for GroupRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        Ok(Self {
            id: row::parse(&r.id)?,
            state: row::parse(&r.state)?,
            policy: row::parse(&r.policy)?,
            camera: row::parse(&r.camera_id)?,
            amount: row::money(r.amount, &r.currency)?,
            reference: r.reference,
            ending: row::parse_opt(r.ending.as_deref())?,
            reason: r.reason,
            round: r.round,
            created_at: Timestamp(r.created_at),
            updated_at: Timestamp(r.updated_at),
            expires_at: Timestamp(r.expires_at),
        })
    }
}

impl Store {
    /// Opens a group checkout and the payments of its parts.
    ///
    /// # Errors
    /// When another checkout waits for its payer at this camera, or the parts are not the whole.
    pub fn add_group(&self, by: By<'_>, new: &NewGroup) -> Result<GroupRow, StoreError> {
        self.write_audited(by, |c| {
            checkout::camera_is_free(c, by, &new.camera)?;
            are_the_whole(new.amount, &new.legs)?;
            let record = Record {
                id: new.id.to_string(),
                state: State::Gathering.as_str().to_owned(),
                policy: new.policy.as_str().to_owned(),
                camera_id: new.camera.to_string(),
                amount: new.amount.minor(),
                currency: new.amount.currency().to_string(),
                reference: new.reference.clone(),
                ending: None,
                reason: None,
                round: 0,
                created_at: by.at.0,
                updated_at: by.at.0,
                expires_at: new.expires_at.0,
            };
            diesel::insert_into(groups::table).values(&record).execute(c)?;
            let row = GroupRow::try_from(record)?;
            legs::insert_all(c, by, &row, &new.legs)?;
            announce(c, by, &row)?;
            let (minor, currency, policy) = (new.amount.minor(), new.amount.currency(), new.policy);
            let detail = format!(
                "{{\"amount\":{minor},\"currency\":\"{currency}\",\"policy\":\"{policy}\",\"legs\":{}}}",
                new.legs.len()
            );
            Ok((row, NewAudit::new("group.opened", new.id).with(detail)))
        })
    }

    /// The group checkout with this id; `None` when there is none.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn group(&self, id: CheckoutId) -> Result<Option<GroupRow>, StoreError> {
        self.read(|c| find(c, id))
    }

    /// Group checkouts before `before`, newest first; only those at `camera`, where one is given.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn groups(
        &self,
        camera: Option<&CameraId>,
        before: Option<CheckoutId>,
        limit: u32,
    ) -> Result<Vec<GroupRow>, StoreError> {
        let rows = self.read(|c| {
            let mut query = groups::table.into_boxed();
            if let Some(camera) = camera {
                query = query.filter(groups::camera_id.eq(camera.as_str()));
            }
            if let Some(before) = before {
                query = query.filter(groups::id.lt(before.to_string()));
            }
            Ok(query.order(groups::id.desc()).limit(row::page(limit)).load::<Record>(c)?)
        })?;
        rows.into_iter().map(GroupRow::try_from).collect()
    }

    /// Group checkouts of the appliances of one branch that are not over, oldest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn open_groups(&self, branch: &str) -> Result<Vec<GroupRow>, StoreError> {
        let over = State::ALL.iter().filter(|state| state.is_final()).map(|state| state.as_str());
        let rows = self.read(|c| {
            // Its parts are paid where it was opened.
            let ours = checkout_legs::table
                .inner_join(transactions::table.on(transactions::id.eq(checkout_legs::transaction_id)))
                .filter(transactions::branch.eq(branch))
                .select(checkout_legs::group_id);
            let open = groups::table
                .filter(groups::state.ne_all(over.collect::<Vec<_>>()))
                .filter(groups::id.eq_any(ours));
            Ok(open.order(groups::id).limit(row::PAGE_ROWS_MAX).load::<Record>(c)?)
        })?;
        rows.into_iter().map(GroupRow::try_from).collect()
    }

    /// Notes where a group stands now, and why.
    ///
    /// # Errors
    /// When it can't stand there from where it stood; nothing changes then.
    pub fn step_group(&self, by: By<'_>, id: CheckoutId, step: &GroupStep) -> Result<GroupRow, StoreError> {
        self.write_audited(by, |c| {
            let before = load(c, id)?;
            let state = match step.to == before.state {
                true => before.state,
                false => before.state.changed(step.to)?,
            };
            let ending = before.ending.or(step.given_up.then_some(State::Voided));
            let reason = before.reason.clone().or_else(|| step.reason.clone());
            let row = write(c, by, GroupRow { state, ending, reason, ..before })?;
            let detail = format!("{{\"state\":\"{state}\",\"given_up\":{}}}", row.ending.is_some());
            Ok((row, NewAudit::new("group.stepped", id).with(detail)))
        })
    }

    /// Gives a group up: whoever has not paid yet will not. What is set aside is given free by whoever drives it on.
    ///
    /// # Errors
    /// When the provider is being asked already, or it is over.
    pub fn cancel_group(&self, by: By<'_>, id: CheckoutId) -> Result<GroupRow, StoreError> {
        self.write_audited(by, |c| {
            let row = load(c, id)?;
            if row.ending.is_some() || !matches!(row.state, State::Gathering | State::Confirming) {
                let words = format!("a group checkout that is {} can't be cancelled", row.state);
                return Err(StoreError::Conflict(words));
            }
            for leg in legs::in_force(c, id)? {
                if leg.state().is_waiting() {
                    cancel(c, by, leg.row.transaction, "group_cancelled")?;
                }
            }
            let reason = Some("group_cancelled".to_owned());
            let row = GroupRow { ending: Some(State::Cancelled), reason, ..row };
            let row = write(c, by, row)?;
            Ok((row, NewAudit::new("group.cancelled", id)))
        })
    }

    /// Shares the whole anew: the parts of round `round` make place for `new`.
    ///
    /// # Errors
    /// When it was shared anew meanwhile, money of a part is held or may be, or the parts are not the whole.
    pub fn share_group(
        &self,
        by: By<'_>,
        id: CheckoutId,
        round: i64,
        new: &[NewLeg],
    ) -> Result<GroupRow, StoreError> {
        self.write_audited(by, |c| {
            let row = load(c, id)?;
            are_the_whole(row.amount, new)?;
            if row.round != round || row.ending.is_some() || row.state.is_final() {
                return Err(StoreError::Conflict("this group has gone on meanwhile".to_owned()));
            }
            for leg in legs::in_force(c, id)? {
                legs::retire(c, leg.row.transaction)?;
                match leg.state() {
                    state if state.is_waiting() => cancel(c, by, leg.row.transaction, "shared_anew")?,
                    state if state.is_dead() => {}
                    state => {
                        let words = format!("leg {} is {state}; nothing is shared anew", leg.row.number);
                        return Err(StoreError::Conflict(words));
                    }
                }
            }
            let state = match row.state {
                State::Gathering => State::Gathering,
                other => other.changed(State::Gathering)?,
            };
            let row = write(c, by, GroupRow { state, round: round + 1, ..row })?;
            legs::insert_all(c, by, &row, new)?;
            let detail = format!("{{\"round\":{},\"legs\":{}}}", row.round, new.len());
            Ok((row, NewAudit::new("group.shared_anew", id).with(detail)))
        })
    }
}

/// The group that the next looks at this camera are for.
pub(crate) fn gathering_at(
    c: &mut AnyConnection,
    by: By<'_>,
    camera: &CameraId,
) -> Result<Option<String>, StoreError> {
    let gathering = groups::table
        .filter(groups::camera_id.eq(camera.as_str()))
        .filter(groups::state.eq(State::Gathering.as_str()))
        .filter(groups::ending.is_null())
        .filter(groups::expires_at.gt(by.at.0));
    Ok(gathering.select(groups::id).first(c).optional()?)
}

fn find(c: &mut AnyConnection, id: CheckoutId) -> Result<Option<GroupRow>, StoreError> {
    let record: Option<Record> = groups::table.find(id.to_string()).first(c).optional()?;
    record.map(GroupRow::try_from).transpose()
}

pub(crate) fn load(c: &mut AnyConnection, id: CheckoutId) -> Result<GroupRow, StoreError> {
    find(c, id)?.ok_or(StoreError::NotFound("checkout"))
}

/// Writes what can change of a group, and tells of it.
fn write(c: &mut AnyConnection, by: By<'_>, row: GroupRow) -> Result<GroupRow, StoreError> {
    let change = (
        groups::state.eq(row.state.as_str()),
        groups::ending.eq(row.ending.map(State::as_str)),
        groups::reason.eq(row.reason.as_deref()),
        groups::round.eq(row.round),
        groups::updated_at.eq(by.at.0),
    );
    diesel::update(groups::table.find(row.id.to_string())).set(change).execute(c)?;
    let row = GroupRow { updated_at: by.at, ..row };
    announce(c, by, &row)?;
    Ok(row)
}

/// Takes a part whose provider was never asked out of the group.
pub(crate) fn cancel(
    c: &mut AnyConnection,
    by: By<'_>,
    id: TransactionId,
    reason: &str,
) -> Result<(), StoreError> {
    let details = Details { reason: Some(reason.to_owned()), ..Details::default() };
    let (_, audit) = step(c, by, id, transaction::Event::Cancelled, &details)?;
    audit.append(c, by)
}

fn are_the_whole(whole: Money, parts: &[NewLeg]) -> Result<(), StoreError> {
    let sum: i128 = parts.iter().map(|leg| i128::from(leg.transaction.amount.minor())).sum();
    let one_currency = parts.iter().all(|leg| leg.transaction.amount.currency() == whole.currency());
    match one_currency && sum == i128::from(whole.minor()) {
        true => Ok(()),
        false => Err(StoreError::Conflict(format!("the parts are not the whole of {whole}"))),
    }
}

fn announce(c: &mut AnyConnection, by: By<'_>, row: &GroupRow) -> Result<(), StoreError> {
    let GroupRow { id, state, policy, camera, round, .. } = row;
    let reason = row.reason.as_deref().map(|code| format!(",\"reason\":\"{code}\"")).unwrap_or_default();
    let payload = format!(
        "{{\"checkout\":\"{id}\",\"state\":\"{state}\",\"camera\":\"{camera}\",\"policy\":\"{policy}\",\"round\":{round}{reason}}}"
    );
    outbox::append(c, by.at, &format!("checkout.{state}"), &payload)
}
