//! A follower that holds only those whom its centre named to it: they come with an answer, and leave without having been erased.
use std::collections::HashMap;

use diesel::{dsl::max, prelude::*};
use domain::{
    Timestamp, UserId,
    visitor::{Visit, has_double, is_current},
};

use super::{
    Change, Changed, FEED, Feed, HOLDS, POSITION, SyncPosition, TEMPLATES,
    copy::{is_erased, keep, read_to},
};
use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    fact, outbox, row,
    schema::{copies, paid_elsewhere, spending_elsewhere, stays, transactions, users},
};

/// People who leave in one commit.
const LEAVE_AT_ONCE: usize = 100;
/// What [`HOLDS`] begins with where only those are held who were named under the key that follows.
const NAMED: &str = "named ";

/// Whom a follower holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// Everybody whom the centre has.
    Everybody,
    /// Those whom it named to the appliance that comes with a certain key, by the key's digest: under another one it tells of nobody yet.
    Named {
        /// The digest, in hexadecimal digits.
        key_sha256: String,
    },
}

/// Somebody whom an answer names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NamedPerson {
    /// Who.
    pub user: UserId,
    /// How far they were ahead of anybody else at the centre; `None` where there is nobody else.
    pub lead: Option<f32>,
}

/// Those who are here because they were named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visitors {
    /// In no certain order.
    pub visits: Vec<Visit>,
    /// Among how many templates the centre found them.
    pub templates: usize,
}

impl Store {
    /// Takes up whom this appliance holds. Where that is a change, or the appliance comes with another key, everybody leaves whom the
    /// centre would not tell of any more, and the feed is read from its beginning; says who left.
    ///
    /// # Errors
    /// When the database can't be read or written; then it is to be done again.
    pub fn take_up_holding(&self, by: By<'_>, holds: &Holds) -> Result<Vec<UserId>, StoreError> {
        let known = self.fact(HOLDS)?;
        let left = match (holds, known) {
            (Holds::Everybody, None) => return Ok(Vec::new()),
            (Holds::Everybody, Some(_)) => Vec::new(),
            (Holds::Named { key_sha256 }, known) if known == Some(format!("{NAMED}{key_sha256}")) => {
                return Ok(Vec::new());
            }
            (Holds::Named { .. }, _) => {
                let copied: Vec<String> =
                    self.read(|c| Ok(copies::table.select(copies::user_id).load(c)?))?;
                let copied = copied.iter().map(|user| row::parse(user)).collect::<Result<Vec<_>, _>>()?;
                self.let_go(by, &copied)?;
                copied
            }
        };
        self.write(|c| {
            diesel::update(copies::table).set(copies::seq.eq(0)).execute(c)?;
            keep(c, POSITION, "0")?;
            match holds {
                Holds::Everybody => {
                    diesel::delete(stays::table).execute(c)?;
                    fact::forget(c, TEMPLATES)?;
                    fact::forget(c, HOLDS)
                }
                Holds::Named { key_sha256 } => keep(c, HOLDS, &format!("{NAMED}{key_sha256}")),
            }
        })?;
        Ok(left)
    }

    /// Takes over what a page of the feed of visitors says of those who are here; of others nothing is taken. A feed of another name, or one that ends
    /// too early, is that of a centre that may not know any more whom it named: all leave, and are said to.
    ///
    /// # Errors
    /// When the database or the keys can't be written.
    pub fn copy_visitors(&self, by: By<'_>, feed: &Feed) -> Result<(SyncPosition, Vec<UserId>), StoreError> {
        let known = self.sync_position()?;
        if known.is_of_before(feed) {
            let visits = self.visitors()?.visits;
            let all: Vec<UserId> = visits.into_iter().map(|visit| visit.user).collect();
            self.let_go(by, &all)?;
            self.write(|c| {
                keep(c, FEED, &feed.name)?;
                keep(c, POSITION, "0")
            })?;
            return Ok((self.sync_position()?, all));
        }
        for change in feed.changes.iter().filter(|change| matches!(change.what, Changed::Person(None))) {
            if self.read(|c| held_as_of(c, change.user))?.is_some() {
                self.erase_copy(by, change.user)?;
            }
        }
        let reached = feed.reached.max(known.position);
        self.write(|c| {
            for change in &feed.changes {
                // An answer to a look-up may have brought a later state.
                if held_as_of(c, change.user)?.is_some_and(|seq| seq <= change.seq) {
                    self.copy_one(c, by, change)?;
                }
            }
            read_to(c, by.at, feed, reached)
        })?;
        Ok((self.sync_position()?, Vec::new()))
    }

    /// Takes in those whom an answer names, all in one commit; says who is here now. `told_since` are the newest changes that came by the feed
    /// while the answer was under way: of whoever is among them with a later one nothing is taken, for they may be gone. Nor is anything of
    /// an answer that another feed's centre gave.
    ///
    /// # Errors
    /// When the database or the keys can't be written; then nobody is taken.
    pub fn take_in(
        &self,
        by: By<'_>,
        (answer, templates): (&Feed, usize),
        named: &[NamedPerson],
        told_since: &HashMap<UserId, i64>,
    ) -> Result<Vec<UserId>, StoreError> {
        self.write(|c| {
            // Whoever is named while nothing is followed could not be called back.
            if fact::value(c, FEED)?.as_ref() != Some(&answer.name) {
                return Ok(Vec::new());
            }
            keep(c, TEMPLATES, &templates.to_string())?;
            let mut taken = Vec::new();
            for person in named {
                let is_current = is_current(answer.last, told_since.get(&person.user).copied());
                if is_current && self.take_in_one(c, by, person, &answer.changes)? {
                    taken.push(person.user);
                }
            }
            Ok(taken)
        })
    }

    fn take_in_one(
        &self,
        c: &mut AnyConnection,
        by: By<'_>,
        person: &NamedPerson,
        changes: &[Change],
    ) -> Result<bool, StoreError> {
        let id = person.user.to_string();
        let told = || changes.iter().filter(|change| change.user == person.user);
        let Some(Changed::Person(Some(copied))) =
            told().map(|change| &change.what).find(|what| matches!(what, Changed::Person(Some(_))))
        else {
            return Ok(false);
        };
        if is_erased(c, &id)? {
            return Ok(false);
        }
        for change in told() {
            self.copy_one(c, by, change)?;
        }
        // What is no number would be read as having nobody else beside them.
        let lead = person.lead.map(|lead| if lead.is_finite() { f64::from(lead) } else { -1.0 });
        diesel::delete(stays::table.find(&id)).execute(c)?;
        let row = (
            stays::user_id.eq(&id),
            stays::since.eq(by.at.0),
            stays::lead.eq(lead),
            stays::alike.eq(i32::from(!copied.look_alikes.is_empty())),
        );
        diesel::insert_into(stays::table).values(row).execute(c)?;
        Ok(true)
    }

    /// Those who are here because they were named.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn visitors(&self) -> Result<Visitors, StoreError> {
        self.read(|c| {
            let rows: Vec<(String, i64)> = stays::table.select((stays::user_id, stays::since)).load(c)?;
            let visit = |(user, since): (String, i64)| {
                Ok(Visit { user: row::parse(&user)?, since: Timestamp(since) })
            };
            let templates = fact::value(c, TEMPLATES)?;
            Ok(Visitors {
                visits: rows.into_iter().map(visit).collect::<Result<_, StoreError>>()?,
                templates: row::parse_opt(templates.as_deref())?.unwrap_or_default(),
            })
        })
    }

    /// Counts those of `users` who paid here since they came as having come then; says whether there are such.
    ///
    /// # Errors
    /// When the database can't be read or written.
    pub fn renew_stays(&self, users: &[UserId]) -> Result<bool, StoreError> {
        let mut renewed = false;
        for user in users {
            let id = user.to_string();
            let paid = transactions::table
                .filter(transactions::user_id.eq(&id))
                .filter(transactions::captured.gt(0))
                .select(max(transactions::created_at));
            let Some(paid_at) = self.read(|c| Ok(paid.first::<Option<i64>>(c)?))? else { continue };
            let earlier = stays::table.find(&id).filter(stays::since.lt(paid_at));
            let changed =
                self.write(|c| Ok(diesel::update(earlier).set(stays::since.eq(paid_at)).execute(c)?))?;
            renewed |= changed > 0;
        }
        Ok(renewed)
    }

    /// Deletes the copies of `users`, who are not erased by that: they may come back. What they paid and spent here stays.
    ///
    /// # Errors
    /// When the database can't be written; some may have left then.
    pub fn let_go(&self, by: By<'_>, users: &[UserId]) -> Result<(), StoreError> {
        for users in users.chunks(LEAVE_AT_ONCE) {
            self.write(|c| users.iter().try_for_each(|user| leave(c, by, &user.to_string())))?;
        }
        Ok(())
    }

    /// Whether somebody at the centre, who need not be here, looks so much like `user` that one may be taken for the other.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn has_double_at_centre(&self, user: UserId, margin_min: f32) -> Result<bool, StoreError> {
        let stay = stays::table.find(user.to_string()).select((stays::lead, stays::alike));
        let stay: Option<(Option<f64>, i32)> = self.read(|c| Ok(stay.first(c).optional()?))?;
        Ok(stay
            .is_some_and(|(lead, alike)| alike != 0 || has_double(lead.map(|lead| lead as f32), margin_min)))
    }
}

/// As of which change somebody is held here.
fn held_as_of(c: &mut AnyConnection, user: UserId) -> Result<Option<i64>, StoreError> {
    Ok(copies::table.find(user.to_string()).select(copies::seq).first(c).optional()?)
}

fn leave(c: &mut AnyConnection, by: By<'_>, user: &str) -> Result<(), StoreError> {
    // With all that hangs on the person, their key too.
    let was_here = diesel::delete(users::table.find(user)).execute(c)? == 1;
    diesel::delete(copies::table.find(user)).execute(c)?;
    diesel::delete(spending_elsewhere::table.filter(spending_elsewhere::user_id.eq(user))).execute(c)?;
    diesel::delete(paid_elsewhere::table.find(user)).execute(c)?;
    if was_here {
        outbox::append(c, by.at, "face.retemplated", &format!("{{\"user\":\"{user}\"}}"))?;
        NewAudit::new("person.let_go", user).append(c, by)?;
    }
    Ok(())
}
