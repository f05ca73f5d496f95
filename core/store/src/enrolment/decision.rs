//! What another person decides about an enrolment, or nobody in time; whichever, the sealed templates go.
use std::time::Duration;

use diesel::prelude::*;
use domain::{EnrolmentId, approval};
use zeroize::Zeroizing;

use super::{
    Admission, NewEnrolment,
    review::{EnrolmentRow, Record, load, tell},
    sealed::{bound_to, unpacked},
};
use crate::{
    By, FaceRow, Store, StoreError,
    connection::AnyConnection,
    row,
    schema::{enrolments, subject_keys},
};

impl Store {
    /// The templates of an enrolment that waits for `by`.
    ///
    /// # Errors
    /// When `by` is the one who enrolled, it is not open any more, or the templates do not open.
    pub fn waiting(&self, by: By<'_>, id: EnrolmentId) -> Result<NewEnrolment, StoreError> {
        self.read(|c| {
            let known = load(c, id)?;
            may_decide(&known, by)?;
            self.opened_enrolment(c, &known)
        })
    }

    /// Another person's yes: they are two people. The templates are stored, and the sealed copy is gone.
    ///
    /// # Errors
    /// As [`Self::enrol`], and when it is not open any more, or whoever enrolled decides.
    pub fn approve_enrolment(
        &self,
        by: By<'_>,
        id: EnrolmentId,
        admission: &Admission,
    ) -> Result<(EnrolmentRow, Vec<FaceRow>), StoreError> {
        self.write(|c| {
            let known = load(c, id)?;
            may_decide(&known, by)?;
            let enrolment = self.opened_enrolment(c, &known)?;
            decide(c, by, &known, approval::State::Approved)?;
            let rows = self.admit(c, by, &enrolment, admission)?;
            Ok((load(c, id)?, rows))
        })
    }

    /// Another person's no: nothing is left of the templates.
    ///
    /// # Errors
    /// When it is not open any more, or whoever enrolled decides.
    pub fn reject_enrolment(&self, by: By<'_>, id: EnrolmentId) -> Result<EnrolmentRow, StoreError> {
        self.write(|c| {
            let known = load(c, id)?;
            may_decide(&known, by)?;
            decide(c, by, &known, approval::State::Rejected)?;
            load(c, id)
        })
    }

    /// Lets go of what nobody decided in time, and forgets what was decided `kept` ago. Says how many expired.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn expire_enrolments(&self, by: By<'_>, kept: Duration) -> Result<usize, StoreError> {
        let (due, old) = (by.at.0, by.at.minus(kept).0);
        let work: i64 = self.read(|c| {
            let waits = enrolments::decision.is_null().and(enrolments::expires_at.le(due));
            let done = enrolments::decided_at.assume_not_null().le(old);
            Ok(enrolments::table.filter(waits.or(done)).count().get_result(c)?)
        })?;
        if work == 0 {
            return Ok(0);
        }
        self.write(|c| {
            diesel::delete(enrolments::table.filter(enrolments::decided_at.le(old))).execute(c)?;
            expire(c, by, None)
        })
    }

    fn opened_enrolment(
        &self,
        c: &mut AnyConnection,
        known: &EnrolmentRow,
    ) -> Result<NewEnrolment, StoreError> {
        let (id, user) = (known.id.to_string(), known.user.to_string());
        let (sealed, wrapped): (Option<Vec<u8>>, Vec<u8>) = enrolments::table
            .inner_join(subject_keys::table.on(subject_keys::user_id.eq(enrolments::user_id)))
            .filter(enrolments::id.eq(&id))
            .select((enrolments::templates_sealed, subject_keys::key_wrapped))
            .first(c)?;
        let sealed = sealed.ok_or(approval::Refused::Decided)?;
        let key = self.data_key(&wrapped, &user)?;
        let plain = Zeroizing::new(key.open(&sealed, &bound_to(&user, &id))?);
        let members =
            unpacked(&plain, known.members).ok_or_else(|| StoreError::Corrupt(format!("enrolment {id}")))?;
        let EnrolmentRow { user, consent, model_tag, .. } = *known;
        Ok(NewEnrolment { user, consent, model_tag, members })
    }
}

fn may_decide(known: &EnrolmentRow, by: By<'_>) -> Result<(), StoreError> {
    let state = approval::state(known.decision, known.expires_at, by.at);
    Ok(approval::Request { requested_by: &known.requested_by, state }.decide(by.actor)?)
}

/// Writes a decision and lets go of the sealed templates.
fn decide(
    c: &mut AnyConnection,
    by: By<'_>,
    known: &EnrolmentRow,
    decision: approval::State,
) -> Result<(), StoreError> {
    let decided_by = (decision != approval::State::Expired).then_some(by.actor);
    let change = (
        enrolments::templates_sealed.eq(None::<Vec<u8>>),
        enrolments::decided_by.eq(decided_by),
        enrolments::decided_at.eq(by.at.0),
        enrolments::decision.eq(decision.as_str()),
    );
    let open = enrolments::table
        .filter(enrolments::id.eq(known.id.to_string()))
        .filter(enrolments::decision.is_null());
    if diesel::update(open).set(change).execute(c)? == 0 {
        return Err(approval::Refused::Decided.into());
    }
    tell(c, by, (known.id, known.user), decision.into())
}

/// Lets go of what nobody decided in time, of one person or all.
pub(super) fn expire(c: &mut AnyConnection, by: By<'_>, user: Option<&str>) -> Result<usize, StoreError> {
    let mut due = enrolments::table
        .filter(enrolments::decision.is_null())
        .filter(enrolments::expires_at.le(by.at.0))
        .into_boxed();
    if let Some(user) = user {
        due = due.filter(enrolments::user_id.eq(user.to_owned()));
    }
    let due: Vec<Record> = due.order(enrolments::id).limit(row::PAGE_ROWS_MAX).load(c)?;
    let count = due.len();
    for record in due {
        decide(c, by, &record.row(Vec::new())?, approval::State::Expired)?;
    }
    Ok(count)
}
