//! What a follower makes of the feed: copies of the centre's people, in step with it.
use std::collections::HashSet;

use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use domain::{Secret, Timestamp, UserId};

use super::{CLOCK, Change, Changed, CopiedFace, FEED, Feed, HEARD, POSITION, Person, Spent};
use crate::{
    By, NewFace, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    consent,
    face::Made,
    fact, instrument, look_alike, outbox, row,
    schema::{consents, copies, erasures, faces, pins, spending_elsewhere, stays, users},
    spending, user,
};

/// Who told what was spent elsewhere, where the centre did.
const CENTRE: &str = "centre";

/// How far a follower is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncPosition {
    /// The feed that it follows; `None` before it ever heard of one.
    pub feed: Option<String>,
    /// The last change that it copied.
    pub position: i64,
    /// How many people here are copies.
    pub people: i64,
    /// Receipts that the centre has not got yet.
    pub unsent: i64,
}

impl SyncPosition {
    /// Whether a centre that gives this feed began anew since: it has another name, or ends before the place reached.
    pub(super) fn is_of_before(&self, feed: &Feed) -> bool {
        self.feed.as_ref().is_some_and(|name| *name != feed.name) || feed.last < self.position
    }
}

impl Store {
    /// How far this appliance has followed.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn sync_position(&self) -> Result<SyncPosition, StoreError> {
        self.read_at_once(|c| {
            Ok(SyncPosition {
                feed: fact::value(c, FEED)?,
                position: position(c)?,
                people: copies::table.count().get_result(c)?,
                unsent: super::follower::unsent_count(c)?,
            })
        })
    }

    /// As of when the centre's people were last known here; kept now and then.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn sync_heard_at(&self) -> Result<Option<Timestamp>, StoreError> {
        let text = self.fact(HEARD)?;
        Ok(row::time_opt(row::parse_opt(text.as_deref())?))
    }

    /// Notes the time, so that a clock which is set back before the next start is found out.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn keep_sync_clock(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|c| keep(c, CLOCK, &now.0.to_string()))
    }

    /// The time that was noted last.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn sync_clock(&self) -> Result<Option<Timestamp>, StoreError> {
        let text = self.fact(CLOCK)?;
        Ok(row::time_opt(row::parse_opt(text.as_deref())?))
    }

    /// How many people here are nobody's copies.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn own_people(&self) -> Result<i64, StoreError> {
        let own = users::table.filter(not(exists(copies::table.filter(copies::user_id.eq(users::id)))));
        self.read(|c| Ok(own.count().get_result(c)?))
    }

    /// Takes over a page of the feed: all of it in one commit, but for those who are gone, who are erased before.
    ///
    /// A feed of another name, or one that ends before the place where this appliance is, is a centre that began anew: nothing of
    /// the page is taken then, and the next one is to be read from 0. Once that feed was read to its end, copies that it did not
    /// name are erased.
    ///
    /// # Errors
    /// When the database or the keys can't be written.
    pub fn copy(&self, by: By<'_>, feed: &Feed) -> Result<SyncPosition, StoreError> {
        let known = self.sync_position()?;
        if known.is_of_before(feed) {
            self.write(|c| {
                diesel::update(copies::table).set(copies::seq.eq(0)).execute(c)?;
                keep(c, FEED, &feed.name)?;
                keep(c, POSITION, "0")
            })?;
            return self.sync_position();
        }
        for change in &feed.changes {
            if matches!(change.what, Changed::Person(None)) {
                self.erase_copy(by, change.user)?;
            }
        }
        let reached = feed.reached.max(known.position);
        self.write(|c| {
            for change in &feed.changes {
                self.copy_one(c, by, change)?;
            }
            read_to(c, by.at, feed, reached)
        })?;
        if reached >= feed.last {
            self.erase_unnamed(by)?;
        }
        self.sync_position()
    }

    /// Notes whose templates were just taken here because their consent had run out by this appliance's clock. Where such a consent turns
    /// out to be live, as the clock was ahead, the feed is read from its beginning again; says whether it is.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn copies_ran_out(&self, at: Timestamp, users: &[UserId]) -> Result<bool, StoreError> {
        let users: Vec<String> = users.iter().map(ToString::to_string).collect();
        self.write(|c| {
            // Below zero: until when the consents that had run out were live. The next copy of the person replaces it.
            let taken = copies::table.filter(copies::user_id.eq_any(users));
            diesel::update(taken).set(copies::seq.eq(-at.0)).execute(c)?;
            let noted: Vec<(String, i64)> =
                copies::table.filter(copies::seq.lt(0)).select((copies::user_id, copies::seq)).load(c)?;
            for (user, taken_at) in noted {
                let live = consents::table
                    .filter(consents::user_id.eq(user))
                    .filter(consents::withdrawn_at.is_null())
                    .filter(consents::expires_at.gt(at.0))
                    .filter(consents::expires_at.le(-taken_at));
                if live.count().get_result::<i64>(c)? > 0 {
                    keep(c, POSITION, "0")?;
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    pub(super) fn erase_copy(&self, by: By<'_>, user: UserId) -> Result<(), StoreError> {
        match self.erase_user(by, user) {
            Ok(()) | Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        let gone = copies::table.find(user.to_string());
        self.write(|c| Ok(diesel::delete(gone).execute(c).map(drop)?))
    }

    /// Erases copies whom the centre's new feed has not named.
    fn erase_unnamed(&self, by: By<'_>) -> Result<(), StoreError> {
        let unnamed: Vec<String> =
            self.read(|c| Ok(copies::table.filter(copies::seq.eq(0)).select(copies::user_id).load(c)?))?;
        unnamed.iter().try_for_each(|user| self.erase_copy(by, row::parse(user)?))
    }

    pub(super) fn copy_one(
        &self,
        c: &mut AnyConnection,
        by: By<'_>,
        change: &Change,
    ) -> Result<(), StoreError> {
        let user = change.user.to_string();
        match &change.what {
            Changed::Person(None) => Ok(()),
            Changed::Person(Some(person)) => self.copy_person(c, by, (&user, change.seq), person),
            Changed::Spending(spent) => copy_spending(c, &user, spent),
        }
    }

    fn copy_person(
        &self,
        c: &mut AnyConnection,
        by: By<'_>,
        (id, seq): (&str, i64),
        person: &Person,
    ) -> Result<(), StoreError> {
        // Who was erased here stays erased, whatever a centre that was restored says.
        if is_erased(c, id)? {
            return Ok(());
        }
        let before = face_ids(c, id)?;
        user::copy(self, c, id, person)?;
        // A withdrawal takes its templates along at once.
        for row in &person.consents {
            consent::copy(c, row)?;
        }
        self.copy_faces(c, id, &person.faces)?;
        look_alike::keep(c, by, &person.look_alikes)?;
        self.copy_instruments(c, by, id, &person.instruments)?;
        // The centre's is the one that counts, and tries at it are counted there.
        diesel::delete(pins::table.find(id)).execute(c)?;
        diesel::delete(copies::table.find(id)).execute(c)?;
        let row =
            (copies::user_id.eq(id), copies::seq.eq(seq), copies::has_pin.eq(i32::from(person.has_pin)));
        diesel::insert_into(copies::table).values(row).execute(c)?;
        // Whoever looks like them need not be here.
        let alike = stays::alike.eq(i32::from(!person.look_alikes.is_empty()));
        diesel::update(stays::table.find(id)).set(alike).execute(c)?;
        if face_ids(c, id)? != before {
            outbox::append(c, by.at, "face.retemplated", &format!("{{\"user\":\"{id}\"}}"))?;
        }
        NewAudit::new("person.copied", id).with(format!("{{\"change\":{seq}}}")).append(c, by)
    }

    /// Makes a person's templates those of the centre.
    fn copy_faces(&self, c: &mut AnyConnection, id: &str, copied: &[CopiedFace]) -> Result<(), StoreError> {
        let theirs: Vec<String> = copied.iter().map(|face| face.id.to_string()).collect();
        let gone = faces::table.filter(faces::user_id.eq(id)).filter(faces::id.ne_all(theirs));
        diesel::delete(gone).execute(c)?;
        // A mean goes with any member that went, so that it is looked at only now who is there. What rests on a consent that
        // ended here stays away.
        let there = face_ids(c, id)?;
        let ended =
            consents::table.filter(consents::user_id.eq(id)).filter(consents::withdrawn_at.is_not_null());
        let ended: Vec<String> = ended.select(consents::id).load(c)?;
        let new = |face: &&CopiedFace| {
            !there.contains(&face.id.to_string()) && !ended.contains(&face.consent.to_string())
        };
        for face in copied.iter().filter(new) {
            let new = NewFace {
                id: face.id,
                user: row::parse(id)?,
                consent: face.consent,
                model_tag: face.model_tag,
                template: &face.template,
                quality: face.quality,
            };
            let origin = face.origin.map(|origin| origin.to_string());
            let made = Made { kind: face.kind, source: face.source, origin };
            self.insert_face(c, face.created_at, (&new, made))?;
        }
        Ok(())
    }

    fn copy_instruments(
        &self,
        c: &mut AnyConnection,
        by: By<'_>,
        id: &str,
        copied: &[(String, Secret<String>)],
    ) -> Result<(), StoreError> {
        let mine = instrument::tokens(self, c, id)?;
        for (provider, _) in mine.iter().filter(|(mine, _)| copied.iter().all(|(theirs, _)| theirs != mine)) {
            instrument::forget(c, id, provider)?;
        }
        for (provider, token) in copied {
            let known = mine.iter().any(|(mine, known)| mine == provider && known.expose() == token.expose());
            if !known {
                instrument::keep(self, c, by.at, (id, provider), token)?;
            }
        }
        Ok(())
    }
}

pub(super) fn is_erased(c: &mut AnyConnection, user: &str) -> Result<bool, StoreError> {
    Ok(erasures::table.find(user).count().get_result::<i64>(c)? > 0)
}

fn face_ids(c: &mut AnyConnection, user: &str) -> Result<HashSet<String>, StoreError> {
    let ids: Vec<String> = faces::table.filter(faces::user_id.eq(user)).select(faces::id).load(c)?;
    Ok(ids.into_iter().collect())
}

fn copy_spending(c: &mut AnyConnection, user: &str, spent: &[Spent]) -> Result<(), StoreError> {
    if is_erased(c, user)? {
        return Ok(());
    }
    let before = spending_elsewhere::table
        .filter(spending_elsewhere::source.eq(CENTRE))
        .filter(spending_elsewhere::user_id.eq(user));
    diesel::delete(before).execute(c)?;
    spent.iter().try_for_each(|spent| spending::count_elsewhere(c, CENTRE, user, spent))
}

fn position(c: &mut AnyConnection) -> Result<i64, StoreError> {
    let text = fact::value(c, POSITION)?;
    row::parse_opt(text.as_deref()).map(Option::unwrap_or_default)
}

/// Notes how far a feed was read, and, where that is its end, when.
pub(super) fn read_to(
    c: &mut AnyConnection,
    at: Timestamp,
    feed: &Feed,
    reached: i64,
) -> Result<(), StoreError> {
    keep(c, FEED, &feed.name)?;
    if reached >= feed.last {
        keep(c, HEARD, &at.0.to_string())?;
    }
    keep(c, POSITION, &reached.to_string())
}

/// Sets a fact, whatever it was before.
pub(super) fn keep(c: &mut AnyConnection, name: &str, value: &str) -> Result<(), StoreError> {
    use crate::schema::facts;
    let row = (facts::name.eq(name), facts::value.eq(value));
    if insert_or_ignore!(c, facts::table, row) == 0 {
        diesel::update(facts::table.find(name)).set(facts::value.eq(value)).execute(c)?;
    }
    Ok(())
}
