//! Retention: face data of people who have neither paid nor consented for long goes, after they were told.
use std::time::Duration;

use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use domain::{Timestamp, UserId};

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    outbox, row,
    schema::{consents, face_crops, faces, paid_elsewhere, retention_notices, transactions, users},
};

/// How long face data is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// After a person's last payment, and the last consent that they gave.
    pub keep: Duration,
    /// Between the notice and the end; part of the time above.
    pub notice: Duration,
}

/// What a round of [`Store::retire_inactive`] did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Retired {
    /// Who was told.
    pub noticed: Vec<UserId>,
    /// Whose face data is gone.
    pub retired: Vec<UserId>,
}

impl Store {
    /// Tells who has not paid or consented for so long that their face data goes soon, and takes the face data of those who
    /// were told and did nothing since. Somebody who is told has the whole notice, however late it comes; who pays or
    /// consents starts anew. Looks at a page of people at a time.
    ///
    /// # Errors
    /// When the database can't be read or written; what is done stays so.
    pub fn retire_inactive(&self, by: By<'_>, retention: Retention) -> Result<Retired, StoreError> {
        let keep_since = by.at.minus(retention.keep);
        let due: Vec<String> = self.read(|c| told(c, by.at.minus(retention.notice), keep_since))?;
        let mut done = Retired::default();
        for user in due {
            // Whoever paid in the meantime stays.
            if self.write(|c| self.retire(c, by, &user, keep_since))? {
                done.retired.push(row::parse(&user)?);
            }
        }
        self.write(forget_notices)?;
        let notice_since = keep_since.plus(retention.notice);
        let soon: Vec<String> = self.read(|c| {
            let told = retention_notices::table.filter(retention_notices::user_id.eq(users::id));
            Ok(inactive(notice_since).filter(not(exists(told))).limit(row::PAGE_ROWS_MAX).load(c)?)
        })?;
        for user in soon {
            let at = by.at.plus(retention.notice);
            self.write_audited(by, |c| {
                let told = (retention_notices::user_id.eq(&user), retention_notices::noticed_at.eq(by.at.0));
                diesel::insert_into(retention_notices::table).values(told).execute(c)?;
                let detail = format!("{{\"user\":\"{user}\",\"ends_at_micros\":{}}}", at.0);
                outbox::append(c, by.at, "user.retention_notice", &detail)?;
                Ok(((), NewAudit::new("user.retention_notice", &user)))
            })?;
            done.noticed.push(row::parse(&user)?);
        }
        Ok(done)
    }

    /// Ends a person's consents, with which all face data goes; says whether they were still inactive.
    fn retire(
        &self,
        c: &mut AnyConnection,
        by: By<'_>,
        user: &str,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let still = inactive(since).filter(users::id.eq(user)).first::<String>(c).optional()?;
        if still.is_none() {
            return Ok(false);
        }
        let of_user = faces::table.filter(faces::user_id.eq(user));
        let templates: i64 = of_user.count().get_result(c)?;
        let live =
            consents::table.filter(consents::user_id.eq(user)).filter(consents::withdrawn_at.is_null());
        let ended: Vec<String> = live.select(consents::id).load(c)?;
        for consent in &ended {
            // The database's triggers take templates, crops and open enrolments along.
            let row = consents::table.find(consent);
            diesel::update(row).set(consents::withdrawn_at.eq(by.at.0)).execute(c)?;
            let detail = format!("{{\"user\":\"{user}\",\"cause\":\"retention\"}}");
            outbox::append(c, by.at, "consent.withdrawn", &detail)?;
        }
        diesel::delete(retention_notices::table.find(user)).execute(c)?;
        let detail = format!("{{\"consents\":{},\"templates\":{templates}}}", ended.len());
        NewAudit::new("user.face_data_retired", user).with(detail).append(c, by)?;
        Ok(true)
    }
}

/// People with face data who have neither paid nor consented since.
#[diesel::dsl::auto_type(no_type_alias)]
fn inactive(since: Timestamp) -> _ {
    let at: i64 = since.0;
    users::table
        .filter(users::created_at.le(at))
        .filter(
            exists(faces::table.filter(faces::user_id.eq(users::id)))
                .or(exists(face_crops::table.filter(face_crops::user_id.eq(users::id)))),
        )
        .filter(not(exists(
            consents::table.filter(consents::user_id.eq(users::id)).filter(consents::given_at.gt(at)),
        )))
        .filter(not(exists(
            transactions::table
                .filter(transactions::user_id.eq(users::id.nullable()))
                .filter(transactions::created_at.gt(at)),
        )))
        .filter(not(exists(
            paid_elsewhere::table
                .filter(paid_elsewhere::user_id.eq(users::id))
                .filter(paid_elsewhere::paid_at.gt(at)),
        )))
        .order(users::id)
        .select(users::id)
}

/// Who was told before `noticed_before` and has done nothing since `since`.
fn told(
    c: &mut AnyConnection,
    noticed_before: Timestamp,
    since: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let told = retention_notices::table
        .filter(retention_notices::user_id.eq(users::id))
        .filter(retention_notices::noticed_at.le(noticed_before.0));
    Ok(inactive(since).filter(exists(told)).limit(row::PAGE_ROWS_MAX).load(c)?)
}

/// Who paid or consented after the notice is told again when their time comes.
fn forget_notices(c: &mut AnyConnection) -> Result<(), StoreError> {
    let consented = consents::table
        .filter(consents::user_id.eq(retention_notices::user_id))
        .filter(consents::given_at.gt(retention_notices::noticed_at));
    let paid = transactions::table
        .filter(transactions::user_id.eq(retention_notices::user_id.nullable()))
        .filter(transactions::created_at.gt(retention_notices::noticed_at));
    let paid_elsewhere = paid_elsewhere::table
        .filter(paid_elsewhere::user_id.eq(retention_notices::user_id))
        .filter(paid_elsewhere::paid_at.gt(retention_notices::noticed_at));
    let active =
        retention_notices::table.filter(exists(consented).or(exists(paid)).or(exists(paid_elsewhere)));
    let active: Vec<String> = active.select(retention_notices::user_id).limit(row::PAGE_ROWS_MAX).load(c)?;
    for user in active {
        diesel::delete(retention_notices::table.find(user)).execute(c)?;
    }
    Ok(())
}
