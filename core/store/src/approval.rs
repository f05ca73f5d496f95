//! Four eyes: what waits for a second person, whose yes and what it allows are one transaction.
use diesel::prelude::*;
use domain::{
    ApprovalId, Money, OperationId, Timestamp,
    approval::{Kind, Refused, Request, State},
    operation,
};
use sha2::{Digest, Sha256};

use crate::{
    By, Outcome, Preparation, Prepared, Store, StoreError, audit::NewAudit, connection::AnyConnection,
    operation::settled, outbox, row, schema::approvals,
};

/// Who stands behind a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sanction {
    /// One person, for as long as all that goes back of a payment stays below this many minor units.
    Alone {
        /// From which sum on a second person is needed.
        amount_below: i64,
    },
    /// A second person, by this approval, who says yes in the same transaction.
    Approved(ApprovalId),
}

impl Sanction {
    /// Needs nobody else.
    pub const ENOUGH: Self = Self::Alone { amount_below: i64::MAX };
}

/// Something that is to wait for a second person.
#[derive(Debug, Clone)]
pub struct NewApproval {
    /// The id to be given.
    pub id: ApprovalId,
    /// What for.
    pub kind: Kind,
    /// Of which payment or request.
    pub subject: String,
    /// What exactly, as JSON.
    pub detail: String,
    /// From when on it is too late.
    pub expires_at: Timestamp,
}

/// Something that waits, or waited, for a second person.
#[derive(Debug, Clone)]
pub struct ApprovalRow {
    /// The id. What it allows is done under the same one.
    pub id: ApprovalId,
    /// What for.
    pub kind: Kind,
    /// Of which payment or request.
    pub subject: String,
    /// What exactly, as JSON.
    pub detail: String,
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// From when on it is too late.
    pub expires_at: Timestamp,
    /// Who decided, and when.
    pub decided: Option<(String, Timestamp)>,
    /// How it was decided.
    pub decision: Option<State>,
}

impl ApprovalRow {
    /// Where it stands.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        domain::approval::state(self.decision, self.expires_at, now)
    }
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = approvals)]
struct Record {
    id: String,
    kind: String,
    subject: String,
    body_sha256: Vec<u8>,
    detail: String,
    requested_by: String,
    requested_at: i64,
    expires_at: i64,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    decision: Option<String>,
}

impl TryFrom<Record> for ApprovalRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        if r.body_sha256 != digest(&r.detail) {
            return Err(StoreError::Corrupt(format!("approval {}", r.id)));
        }
        Ok(Self {
            id: row::parse(&r.id)?,
            kind: row::parse(&r.kind)?,
            subject: r.subject,
            detail: r.detail,
            requested_by: r.requested_by,
            requested_at: Timestamp(r.requested_at),
            expires_at: Timestamp(r.expires_at),
            decided: r.decided_by.zip(r.decided_at.map(Timestamp)),
            decision: row::parse_opt(r.decision.as_deref())?,
        })
    }
}

/// What a refund's approval says that it allows.
#[must_use]
pub fn refund_detail(amount: Money) -> String {
    format!("{{\"amount\":{},\"currency\":\"{}\"}}", amount.minor(), amount.currency())
}

impl Store {
    /// Lets something wait for a second person.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn add_approval(&self, by: By<'_>, new: &NewApproval) -> Result<ApprovalRow, StoreError> {
        self.write_audited(by, |c| {
            let record = Record {
                id: new.id.to_string(),
                kind: new.kind.to_string(),
                subject: new.subject.clone(),
                body_sha256: digest(&new.detail),
                detail: new.detail.clone(),
                requested_by: by.actor.to_owned(),
                requested_at: by.at.0,
                expires_at: new.expires_at.0,
                decided_by: None,
                decided_at: None,
                decision: None,
            };
            diesel::insert_into(approvals::table).values(&record).execute(c)?;
            let sha256 = hex::encode(&record.body_sha256);
            let row = ApprovalRow::try_from(record)?;
            announce(c, by, &row, State::Awaiting)?;
            let ApprovalRow { kind, subject, .. } = &row;
            let detail = format!("{{\"kind\":\"{kind}\",\"of\":\"{subject}\",\"body_sha256\":\"{sha256}\"}}");
            let audit = NewAudit::new("approval.requested", row.id).with(detail);
            Ok((row, audit))
        })
    }

    /// The approval with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn approval(&self, id: ApprovalId) -> Result<ApprovalRow, StoreError> {
        self.read(|c| load(c, id))
    }

    /// Approvals before `before`, newest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn approvals(&self, before: Option<ApprovalId>, limit: u32) -> Result<Vec<ApprovalRow>, StoreError> {
        let rows = self.read(|c| {
            let mut query = approvals::table.into_boxed();
            if let Some(before) = before {
                query = query.filter(approvals::id.lt(before.to_string()));
            }
            Ok(query.order(approvals::id.desc()).limit(row::page(limit)).load::<Record>(c)?)
        })?;
        rows.into_iter().map(ApprovalRow::try_from).collect()
    }

    /// A second person's no.
    ///
    /// # Errors
    /// When it is not open any more, or whoever asked decides.
    pub fn reject(&self, by: By<'_>, id: ApprovalId) -> Result<ApprovalRow, StoreError> {
        self.write_audited(by, |c| {
            let known = load(c, id)?;
            let audit = decided(c, by, &known, State::Rejected)?;
            Ok((load(c, id)?, audit))
        })
    }

    /// A second person's yes to what is done outside of the database.
    ///
    /// # Errors
    /// When it is not open any more, or whoever asked decides.
    pub fn approve(&self, by: By<'_>, id: ApprovalId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let known = load(c, id)?;
            if matches!(known.kind, Kind::Refund | Kind::Resolve) {
                return Err(StoreError::Conflict("a yes about money moves it in the same step".to_owned()));
            }
            Ok(((), decided(c, by, &known, State::Approved)?))
        })
    }

    /// A second person's yes to what the first found out about a request that no provider answers for.
    ///
    /// # Errors
    /// When it is not open any more, whoever asked decides, or the request was settled meanwhile.
    pub fn resolve_operation(
        &self,
        by: By<'_>,
        id: ApprovalId,
        event: operation::Event,
    ) -> Result<Prepared, StoreError> {
        self.write_audited(by, |c| {
            let known = of_kind(c, id, Kind::Resolve)?;
            decided(c, by, &known, State::Approved)?.append(c, by)?;
            let operation: OperationId = row::parse(&known.subject)?;
            let outcome = Outcome { event, provider_ref: None, reason: Some("resolved".to_owned()) };
            settled(c, by, &self.key, (operation, &outcome))
        })
    }
}

/// Checks that enough people stand behind a refund, after which `gone_back` minor units of its payment will have
/// gone back in all.
pub(crate) fn sanctioned(
    c: &mut AnyConnection,
    by: By<'_>,
    new: &Preparation,
    gone_back: i64,
) -> Result<(), StoreError> {
    match new.sanction {
        Sanction::Alone { amount_below } if gone_back < amount_below => Ok(()),
        Sanction::Alone { .. } => Err(StoreError::ApprovalNeeded),
        Sanction::Approved(id) => {
            let known = of_kind(c, id, Kind::Refund)?;
            if (known.subject.as_str(), &known.detail)
                != (new.transaction.to_string().as_str(), &refund_detail(new.amount))
            {
                return Err(StoreError::Conflict("this approval is about another refund".to_owned()));
            }
            decided(c, by, &known, State::Approved)?.append(c, by)
        }
    }
}

fn of_kind(c: &mut AnyConnection, id: ApprovalId, kind: Kind) -> Result<ApprovalRow, StoreError> {
    let known = load(c, id)?;
    match known.kind == kind {
        true => Ok(known),
        false => Err(StoreError::Conflict(format!("this is an approval of kind {}", known.kind))),
    }
}

/// Writes a decision; the audit record is the caller's to append.
fn decided(
    c: &mut AnyConnection,
    by: By<'_>,
    known: &ApprovalRow,
    decision: State,
) -> Result<NewAudit, StoreError> {
    Request { requested_by: &known.requested_by, state: known.state(by.at) }.decide(by.actor)?;
    let open =
        approvals::table.filter(approvals::id.eq(known.id.to_string())).filter(approvals::decision.is_null());
    let change = (
        approvals::decided_by.eq(by.actor),
        approvals::decided_at.eq(by.at.0),
        approvals::decision.eq(decision.as_str()),
    );
    if diesel::update(open).set(change).execute(c)? == 0 {
        return Err(Refused::Decided.into());
    }
    announce(c, by, known, decision)?;
    let action = if decision == State::Approved { "approval.approved" } else { "approval.rejected" };
    Ok(NewAudit::new(action, known.id))
}

fn announce(
    c: &mut AnyConnection,
    by: By<'_>,
    approval: &ApprovalRow,
    state: State,
) -> Result<(), StoreError> {
    let ApprovalRow { id, kind, subject, .. } = approval;
    let payload = format!(
        "{{\"approval\":\"{id}\",\"kind\":\"{kind}\",\"subject\":\"{subject}\",\"state\":\"{state}\"}}"
    );
    outbox::append(c, by.at, &format!("approval.{state}"), &payload)
}

fn load(c: &mut AnyConnection, id: ApprovalId) -> Result<ApprovalRow, StoreError> {
    let record: Option<Record> = approvals::table.find(id.to_string()).first(c).optional()?;
    record.ok_or(StoreError::NotFound("approval"))?.try_into()
}

fn digest(detail: &str) -> Vec<u8> {
    Sha256::digest(detail).to_vec()
}
