//! Whether people may pay by face: switched on by staff or by a link of their own, off at once.
use diesel::prelude::*;
use domain::{Secret, Timestamp, UserId};
use subtle::ConstantTimeEq;

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    outbox, pin, row,
    schema::{face_payment_links as links, users},
};

/// Codes that may be tried with one link.
pub const LINK_TRIES_MAX: i32 = 5;

/// A link by which a person switches payment by face on, with a code that comes another way.
pub struct FacePaymentLink<'a> {
    /// Whose.
    pub user: UserId,
    /// SHA-256 of what is in the link.
    pub token_sha256: [u8; 32],
    /// The code.
    pub code: &'a Secret<String>,
    /// From when on it is of no use.
    pub expires_at: Timestamp,
}

/// What came of a link and a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkTry {
    /// It was theirs; the link is used up.
    Taken(UserId),
    /// Another code, of which so many more may be tried.
    Wrong(i32),
    /// There is no such link, any more.
    Gone,
}

impl Store {
    /// From when on a person may pay by face; `None` where it is off.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn face_payment_from(&self, user: UserId) -> Result<Option<Timestamp>, StoreError> {
        let row = users::table.find(user.to_string()).select(users::face_payment_from);
        let found = self.read(|c| Ok(row.first::<Option<i64>>(c).optional()?))?;
        found.map(row::time_opt).ok_or(StoreError::NotFound("user"))
    }

    /// Switches payment by face on from a moment on, for who proved to be the person; or off at once. `channel` is the way
    /// by which that came. A PIN that was asked for was right.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn switch_face_payment(
        &self,
        by: By<'_>,
        user: UserId,
        from: Option<Timestamp>,
        channel: &str,
    ) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            switch(c, by, user, from)?;
            if from.is_some() {
                pin::proved(c, by, user)?;
            }
            Ok(((), record(user, from, channel)))
        })
    }

    /// Keeps a link, in the place of any other that the person has.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn offer_face_payment_link(&self, by: By<'_>, link: &FacePaymentLink<'_>) -> Result<(), StoreError> {
        let id = link.user.to_string();
        self.write_audited(by, |c| {
            if users::table.find(&id).select(users::id).first::<String>(c).optional()?.is_none() {
                return Err(StoreError::NotFound("user"));
            }
            diesel::delete(links::table.filter(links::user_id.eq(&id))).execute(c)?;
            let row = (
                links::token_sha256.eq(link.token_sha256.as_slice()),
                links::user_id.eq(&id),
                links::code_tag.eq(self.code_tag(&id, link.code)),
                links::tries.eq(0),
                links::expires_at.eq(link.expires_at.0),
            );
            diesel::insert_into(links::table).values(row).execute(c)?;
            Ok(((), NewAudit::new("face_payment.link_offered", &id)))
        })
    }

    /// Tries a code with a link; the right one switches payment by face on from a moment on. Each try is counted before the
    /// code is looked at.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn use_face_payment_link(
        &self,
        by: By<'_>,
        token_sha256: &[u8; 32],
        code: &Secret<String>,
        from: Timestamp,
    ) -> Result<LinkTry, StoreError> {
        self.write(|c| {
            let tried = link_of(self, c, by, token_sha256, code)?;
            if let LinkTry::Taken(user) = tried {
                switch(c, by, user, Some(from))?;
                record(user, Some(from), "link").append(c, by)?;
            }
            Ok(tried)
        })
    }

    fn code_tag(&self, user: &str, code: &Secret<String>) -> Vec<u8> {
        self.key.tag("face-payment-code", &format!("{user} {}", code.expose()))
    }
}

/// Tries a code with a link; the right one uses it up. Each try is counted before the code is looked at.
pub(crate) fn link_of(
    store: &Store,
    c: &mut AnyConnection,
    by: By<'_>,
    token_sha256: &[u8; 32],
    code: &Secret<String>,
) -> Result<LinkTry, StoreError> {
    let link = links::table.find(token_sha256.as_slice());
    diesel::update(link).set(links::tries.eq(links::tries + 1)).execute(c)?;
    let columns = (links::user_id, links::code_tag, links::tries, links::expires_at);
    let found: Option<(String, Vec<u8>, i32, i64)> = link.select(columns).first(c).optional()?;
    let live = found.filter(|(.., tries, ends)| *tries <= LINK_TRIES_MAX && by.at.0 < *ends);
    let Some((id, tag, tries, _)) = live else { return Ok(LinkTry::Gone) };
    if !bool::from(store.code_tag(&id, code).ct_eq(&tag)) {
        NewAudit::new("face_payment.code_wrong", &id).append(c, by)?;
        return Ok(LinkTry::Wrong(LINK_TRIES_MAX - tries));
    }
    diesel::delete(link).execute(c)?;
    Ok(LinkTry::Taken(row::parse(&id)?))
}

fn switch(
    c: &mut AnyConnection,
    by: By<'_>,
    user: UserId,
    from: Option<Timestamp>,
) -> Result<(), StoreError> {
    let change = (users::face_payment_from.eq(from.map(|at| at.0)), users::updated_at.eq(by.at.0));
    if diesel::update(users::table.find(user.to_string())).set(change).execute(c)? == 0 {
        return Err(StoreError::NotFound("user"));
    }
    let payload = format!("{{\"user\":\"{user}\",\"on\":{}}}", from.is_some());
    outbox::append(c, by.at, "user.face_payment", &payload)?;
    Ok(())
}

fn record(user: UserId, from: Option<Timestamp>, channel: &str) -> NewAudit {
    let (act, from) = match from {
        Some(from) => ("face_payment.on", format!(",\"from_micros\":{}", from.0)),
        None => ("face_payment.off", String::new()),
    };
    NewAudit::new(act, user).with(format!("{{\"channel\":\"{channel}\"{from}}}"))
}
