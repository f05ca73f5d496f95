//! The parts of a group checkout: which payment is whose, who said yes, and what was given back.
use diesel::prelude::*;
use domain::{
    CheckoutId, Timestamp, TransactionId, UserId,
    group::{self as machine, Remedy, Tries, leg::State},
    operation::Kind,
};

use crate::{
    By, GroupRow, NewTransaction, OperationRow, Store, StoreError, TransactionRow,
    audit::NewAudit,
    connection::AnyConnection,
    group, operation, outbox, row,
    schema::checkout_legs as legs,
    step_up,
    transaction::{insert, load as load_transaction, opened},
};

/// A part to be opened.
#[derive(Debug, Clone)]
pub struct NewLeg {
    /// Its number within the group, from 1.
    pub number: u32,
    /// What it counts for when the whole is shared anew.
    pub weight: i64,
    /// Whose it is, when that is known already; nobody else can take it then.
    pub user: Option<UserId>,
    /// Its payment.
    pub transaction: NewTransaction,
}

/// A part of a group checkout.
#[derive(Debug, Clone)]
pub struct LegRow {
    /// Its payment.
    pub transaction: TransactionId,
    /// The group.
    pub group: CheckoutId,
    /// Its number within the group, from 1.
    pub number: u32,
    /// In which round the whole was shared like this.
    pub round: i64,
    /// What it counts for when the whole is shared anew.
    pub weight: i64,
    /// Whose it is, once known.
    pub user: Option<UserId>,
    /// How many charges had been tried when its payer said yes.
    pub confirmed: Option<u32>,
    /// Whether it counts at present: those of earlier rounds do not.
    pub in_force: bool,
}

/// A part with its payment and everything that its provider was asked.
#[derive(Debug, Clone)]
pub struct GroupLeg {
    /// The part.
    pub row: LegRow,
    /// Its payment.
    pub transaction: TransactionRow,
    /// What its provider was asked, oldest first.
    pub operations: Vec<OperationRow>,
}

impl GroupLeg {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        let asked: Vec<_> = self.operations.iter().map(|asked| (asked.kind, asked.state)).collect();
        State::of(self.transaction.state, self.row.confirmed, &asked)
    }

    /// It as [`machine::assess`] weighs it.
    #[must_use]
    pub fn weighed(&self) -> machine::Leg {
        let of = |kinds: &[Kind]| {
            let asked = self.operations.iter().filter(|asked| kinds.contains(&asked.kind));
            let last = asked.clone().next_back().map(|asked| asked.created_at);
            (u32::try_from(asked.count()).unwrap_or(u32::MAX), last)
        };
        let ((captures, captured), (returns, returned)) =
            (of(&[Kind::Capture]), of(&[Kind::Void, Kind::Refund]));
        let last: Option<Timestamp> = captured.max(returned);
        machine::Leg { state: self.state(), tries: Tries { captures, returns, last } }
    }
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = legs)]
struct Record {
    transaction_id: String,
    group_id: String,
    number: i64,
    round: i64,
    weight: i64,
    user_id: Option<String>,
    confirmed: Option<i64>,
    in_force: i64,
}

impl TryFrom<Record> for LegRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        let small = |n: i64| u32::try_from(n).map_err(|_| StoreError::Corrupt(format!("checkout_legs {n}")));
        Ok(Self {
            transaction: row::parse(&r.transaction_id)?,
            group: row::parse(&r.group_id)?,
            number: small(r.number)?,
            round: r.round,
            weight: r.weight,
            user: row::parse_opt(r.user_id.as_deref())?,
            confirmed: r.confirmed.map(small).transpose()?,
            in_force: r.in_force != 0,
        })
    }
}

impl Store {
    /// A group's parts, those of earlier rounds first, by number.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn group_legs(&self, id: CheckoutId) -> Result<Vec<GroupLeg>, StoreError> {
        self.read_at_once(|c| load_all(c, id))
    }

    /// The part whose payment this is; `None` for a payment by one person.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn leg_of(&self, id: TransactionId) -> Result<Option<LegRow>, StoreError> {
        self.read(|c| of(c, id))
    }

    /// The payer's yes to their part.
    ///
    /// # Errors
    /// When nobody is known to pay it, it waits for something else, or its time is over.
    pub fn confirm_leg(&self, by: By<'_>, id: TransactionId) -> Result<LegRow, StoreError> {
        self.write_audited(by, |c| {
            let row = open(c, id)?;
            let leg = whole(c, row)?;
            if !matches!(leg.state(), State::AwaitingConfirmation | State::Confirmed) {
                let words = format!("a leg that is {} can't be confirmed", leg.state());
                return Err(StoreError::Conflict(words));
            }
            if by.at >= leg.transaction.expires_at {
                let words = "the time for this payment is over; open a new one".to_owned();
                return Err(StoreError::Conflict(words));
            }
            step_up::hold(c, by, &leg.transaction)?;
            let asked: Vec<_> = leg.operations.iter().map(|asked| (asked.kind, asked.state)).collect();
            let tried = machine::leg::charges(&asked);
            diesel::update(legs::table.find(id.to_string()))
                .set(legs::confirmed.eq(Some(i64::from(tried))))
                .execute(c)?;
            let row = LegRow { confirmed: Some(tried), ..leg.row };
            announce(c, by, &row, State::Confirmed)?;
            let detail = format!("{{\"leg\":{},\"transaction\":\"{id}\"}}", row.number);
            let audit = NewAudit::new("group.leg_confirmed", row.group).with(detail);
            Ok((row, audit))
        })
    }

    /// Gives a part that nobody said yes to back to whoever looks next, with a payment of its own: `new`.
    ///
    /// # Errors
    /// When its payer said yes already, or it is over.
    pub fn replace_leg(
        &self,
        by: By<'_>,
        id: TransactionId,
        new: &NewTransaction,
    ) -> Result<LegRow, StoreError> {
        self.write_audited(by, |c| {
            let row = open(c, id)?;
            let leg = whole(c, row)?;
            let state = leg.state();
            if !state.is_waiting() || state == State::Confirmed || new.amount != leg.transaction.amount {
                let words = format!("the payer of a leg that is {state} can't be changed");
                return Err(StoreError::Conflict(words));
            }
            retire(c, id)?;
            group::cancel(c, by, id, "payer_changed")?;
            let GroupLeg { row: LegRow { number, weight, group, .. }, .. } = leg;
            let part = NewLeg { number, weight, user: None, transaction: new.clone() };
            let opened = group::load(c, group)?;
            let row = add(c, by, &opened, &part)?;
            let detail = format!("{{\"leg\":{number},\"from\":\"{id}\",\"to\":\"{}\"}}", new.id);
            Ok((row, NewAudit::new("group.payer_changed", group).with(detail)))
        })
    }

    /// Puts on record that staff said whose face pays the checkout or its part `leg`, by the track at the camera.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn note_payer_named(
        &self,
        by: By<'_>,
        id: CheckoutId,
        leg: u32,
        track: u64,
    ) -> Result<(), StoreError> {
        self.write_audited(by, |_| {
            let detail = format!("{{\"leg\":{leg},\"track\":{track}}}");
            Ok(((), NewAudit::new("checkout.payer_named", id).with(detail)))
        })
    }

    /// Puts on record that money of a part is to be given free or given back, and why.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn note_return(
        &self,
        by: By<'_>,
        leg: &LegRow,
        remedy: Remedy,
        reason: &str,
    ) -> Result<(), StoreError> {
        let kind = match remedy {
            Remedy::Cancel => "cancel",
            Remedy::Void => "void",
            Remedy::Refund => "refund",
        };
        let LegRow { transaction, group, number, .. } = leg;
        let detail = format!(
            "\"checkout\":\"{group}\",\"leg\":{number},\"transaction\":\"{transaction}\",\"kind\":\"{kind}\",\"reason\":\"{reason}\""
        );
        self.write_audited(by, |c| {
            let camera = group::load(c, *group)?.camera;
            let payload = format!("{{{detail},\"camera\":\"{camera}\"}}");
            outbox::append(c, by.at, "checkout.compensation", &payload)?;
            Ok(((), NewAudit::new("group.compensated", group).with(format!("{{{detail}}}"))))
        })
    }
}

/// Lets the part whose payment took a step know its payer, and tells of it.
pub(crate) fn follow(c: &mut AnyConnection, by: By<'_>, after: &TransactionRow) -> Result<(), StoreError> {
    let Some(mut leg) = of(c, after.id)?.filter(|leg| leg.in_force) else { return Ok(()) };
    match (leg.user, after.user) {
        (Some(known), Some(user)) if known != user => {
            return Err(StoreError::Conflict("this part of the group is another person's".to_owned()));
        }
        (None, Some(user)) => {
            diesel::update(legs::table.find(after.id.to_string()))
                .set(legs::user_id.eq(user.to_string()))
                .execute(c)?;
            leg.user = Some(user);
        }
        _ => {}
    }
    let leg = whole(c, leg)?;
    announce(c, by, &leg.row, leg.state())
}

/// Opens the parts of a group.
pub(crate) fn insert_all(
    c: &mut AnyConnection,
    by: By<'_>,
    group: &GroupRow,
    parts: &[NewLeg],
) -> Result<(), StoreError> {
    parts.iter().try_for_each(|part| add(c, by, group, part).map(drop))
}

fn add(c: &mut AnyConnection, by: By<'_>, group: &GroupRow, part: &NewLeg) -> Result<LegRow, StoreError> {
    insert(c, by, &part.transaction)?;
    opened(&part.transaction).append(c, by)?;
    let record = Record {
        transaction_id: part.transaction.id.to_string(),
        group_id: group.id.to_string(),
        number: i64::from(part.number),
        round: group.round,
        weight: part.weight,
        user_id: part.user.map(|user| user.to_string()),
        confirmed: None,
        in_force: 1,
    };
    diesel::insert_into(legs::table).values(&record).execute(c)?;
    let row = LegRow::try_from(record)?;
    announce(c, by, &row, State::AwaitingPayer)?;
    Ok(row)
}

/// The parts that count at present, by number.
pub(crate) fn in_force(c: &mut AnyConnection, group: CheckoutId) -> Result<Vec<GroupLeg>, StoreError> {
    let mut all = load_all(c, group)?;
    all.retain(|leg| leg.row.in_force);
    Ok(all)
}

/// From here on the part does not count.
pub(crate) fn retire(c: &mut AnyConnection, id: TransactionId) -> Result<(), StoreError> {
    diesel::update(legs::table.find(id.to_string())).set(legs::in_force.eq(0)).execute(c)?;
    Ok(())
}

fn of(c: &mut AnyConnection, id: TransactionId) -> Result<Option<LegRow>, StoreError> {
    let record: Option<Record> = legs::table.find(id.to_string()).first(c).optional()?;
    record.map(LegRow::try_from).transpose()
}

/// The part whose payment this is, of a group that is not over.
fn open(c: &mut AnyConnection, id: TransactionId) -> Result<LegRow, StoreError> {
    let leg = of(c, id)?.ok_or(StoreError::NotFound("leg"))?;
    let group = group::load(c, leg.group)?;
    match leg.in_force && group.ending.is_none() && !group.state.is_final() {
        true => Ok(leg),
        false => Err(StoreError::Conflict("this part of the group is over".to_owned())),
    }
}

fn load_all(c: &mut AnyConnection, group: CheckoutId) -> Result<Vec<GroupLeg>, StoreError> {
    let of_group = legs::table.filter(legs::group_id.eq(group.to_string()));
    let rows: Vec<Record> = of_group.order((legs::round, legs::number, legs::transaction_id)).load(c)?;
    rows.into_iter().map(|record| whole(c, record.try_into()?)).collect()
}

fn whole(c: &mut AnyConnection, row: LegRow) -> Result<GroupLeg, StoreError> {
    let id = row.transaction;
    Ok(GroupLeg { row, transaction: load_transaction(c, id)?, operations: operation::load_all(c, id)? })
}

fn announce(c: &mut AnyConnection, by: By<'_>, row: &LegRow, state: State) -> Result<(), StoreError> {
    let LegRow { transaction, group, number, .. } = row;
    let camera = group::load(c, *group)?.camera;
    let payload = format!(
        "{{\"checkout\":\"{group}\",\"leg\":{number},\"transaction\":\"{transaction}\",\"state\":\"{state}\",\"camera\":\"{camera}\"}}"
    );
    outbox::append(c, by.at, "checkout.leg", &payload)
}
