//! People: their profile is sealed with a key of their own.
use diesel::prelude::*;
use domain::{Timestamp, UserId, user::Status};

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    payer_device, root, row,
    schema::{subject_keys, users},
    seal::{Key, context},
    sync::Person,
};

/// What is known about a person. Printed nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name to greet and to print on receipts.
    pub name: String,
    /// An e-mail address.
    pub email: Option<String>,
}

/// A person to be added.
pub struct NewUser {
    /// The id to be given.
    pub id: UserId,
    /// Name and address.
    pub profile: Profile,
}

/// What to change about a person; what is `None` stays.
#[derive(Clone, Default)]
pub struct UserChange {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the person may pay.
    pub status: Option<Status>,
}

/// A person.
#[derive(Clone)]
pub struct UserRow {
    /// The id.
    pub id: UserId,
    /// Whether the person may pay.
    pub status: Status,
    /// Name and address.
    pub profile: Profile,
    /// When the person was added.
    pub created_at: Timestamp,
    /// When the person was last changed.
    pub updated_at: Timestamp,
}

type Sealed = (String, String, Vec<u8>, i64, i64, Vec<u8>);

/// Separates the profile's fields inside its sealed box; no field may hold it.
const FIELD_END: char = '\u{1f}';

impl Profile {
    fn to_bytes(&self) -> Vec<u8> {
        format!("{}{FIELD_END}{}", self.name, self.email.as_deref().unwrap_or_default()).into_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let text = std::str::from_utf8(bytes).map_err(|_| StoreError::Seal)?;
        let (name, email) = text.split_once(FIELD_END).ok_or(StoreError::Seal)?;
        let email = (!email.is_empty()).then(|| email.to_owned());
        Ok(Self { name: name.to_owned(), email })
    }
}

impl Store {
    /// Adds a person with a data key of their own.
    ///
    /// # Errors
    /// When another person has the same e-mail address.
    pub fn add_user(&self, by: By<'_>, user: &NewUser) -> Result<UserRow, StoreError> {
        let id = user.id.to_string();
        let key = Key::random();
        let (wrapped, profile) =
            (self.wrap_data_key(&key, &id)?, self.seal_profile(&key, &id, &user.profile)?);
        self.write_audited(by, |c| {
            // One that ran on while the key was replaced adds nobody whom the new one does not open.
            root::of(c, &self.appliance)?;
            let row = (
                users::id.eq(&id),
                users::status.eq("active"),
                users::profile_sealed.eq(&profile),
                users::email_tag.eq(self.email_tag(&user.profile)),
                users::created_at.eq(by.at.0),
                users::updated_at.eq(by.at.0),
            );
            diesel::insert_into(users::table).values(row).execute(c)?;
            let key_row = (subject_keys::user_id.eq(&id), subject_keys::key_wrapped.eq(&wrapped));
            diesel::insert_into(subject_keys::table).values(key_row).execute(c)?;
            Ok(((), NewAudit::new("user.added", &id)))
        })?;
        self.user(user.id)
    }

    /// The person with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn user(&self, id: UserId) -> Result<UserRow, StoreError> {
        let id = id.to_string();
        let sealed = self.read(|c| sealed_at(c, &id))?;
        self.opened(sealed)
    }

    /// People in the order of their ids, which is the order in which they were added.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn users(&self, after: Option<UserId>, limit: u32) -> Result<Vec<UserRow>, StoreError> {
        self.users_in(None, after, limit)
    }

    /// The same, only those of this status where one is given.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn users_in(
        &self,
        status: Option<Status>,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<UserRow>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let statuses = status.map_or(Status::ALL.to_vec(), |status| vec![status]);
        let statuses = statuses.into_iter().map(status_name).collect::<Vec<_>>();
        let rows: Vec<Sealed> = self.read(|c| {
            let page = sealed_users().filter(users::id.gt(&after)).filter(users::status.eq_any(statuses));
            Ok(page.order(users::id).limit(row::page(limit)).load(c)?)
        })?;
        // Whose key was just destroyed is about to go.
        let there = |user: &Result<UserRow, StoreError>| !matches!(user, Err(StoreError::NotFound(_)));
        rows.into_iter().map(|sealed| self.opened(sealed)).filter(there).collect()
    }

    /// The people of these ids who are there, in the order of their ids.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn users_named(&self, ids: &[UserId]) -> Result<Vec<UserRow>, StoreError> {
        let ids = ids.iter().map(ToString::to_string);
        let rows: Vec<Sealed> = self.read(|c| {
            let named = sealed_users().filter(users::id.eq_any(ids.collect::<Vec<_>>()));
            Ok(named.order(users::id).load(c)?)
        })?;
        let there = |user: &Result<UserRow, StoreError>| !matches!(user, Err(StoreError::NotFound(_)));
        rows.into_iter().map(|sealed| self.opened(sealed)).filter(there).collect()
    }

    /// Who was added or changed after the change of `behind`, with the moment of it, in the order of these moments.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn user_changes(
        &self,
        behind: (Timestamp, Option<UserId>),
        limit: u32,
    ) -> Result<Vec<(UserId, Timestamp)>, StoreError> {
        let (at, id) = (behind.0.0, behind.1.map(|id| id.to_string()).unwrap_or_default());
        let rows: Vec<(String, i64)> = self.read(|c| {
            let later = users::updated_at.gt(at).or(users::updated_at.eq(at).and(users::id.gt(&id)));
            let page = users::table.filter(users::updated_at.ge(at)).filter(later);
            let page = page.order((users::updated_at, users::id)).limit(row::page(limit));
            Ok(page.select((users::id, users::updated_at)).load(c)?)
        })?;
        rows.into_iter().map(|(id, at)| Ok((row::parse(&id)?, Timestamp(at)))).collect()
    }

    /// How many people there are.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn user_count(&self) -> Result<usize, StoreError> {
        let count: i64 = self.read(|c| Ok(users::table.count().get_result(c)?))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Changes a person, and signs the devices of one who is blocked out. What stays is read in the same transaction, so that two changes of different
    /// fields both hold.
    ///
    /// # Errors
    /// When there is no such person, or another has the same e-mail address.
    pub fn change_user(&self, by: By<'_>, id: UserId, change: &UserChange) -> Result<UserRow, StoreError> {
        let text = id.to_string();
        self.write_audited(by, |c| {
            let known = opened_at(self, c, &text)?;
            let profile = Profile {
                name: change.name.clone().unwrap_or(known.profile.name),
                email: change.email.clone().or(known.profile.email),
            };
            let status = status_name(change.status.unwrap_or(known.status));
            let key = self.data_key_of(c, &text)?;
            let row = (
                users::status.eq(status),
                users::profile_sealed.eq(self.seal_profile(&key, &text, &profile)?),
                users::email_tag.eq(self.email_tag(&profile)),
                users::updated_at.eq(by.at.0),
            );
            diesel::update(users::table.find(&text)).set(row).execute(c)?;
            if change.status == Some(Status::Blocked) {
                payer_device::end_all(c, &text)?;
            }
            let detail = format!("{{\"status\":\"{status}\"}}");
            Ok(((), NewAudit::new("user.changed", &text).with(detail)))
        })?;
        self.user(id)
    }

    fn seal_profile(&self, key: &Key, id: &str, profile: &Profile) -> Result<Vec<u8>, StoreError> {
        key.seal(&profile.to_bytes(), &context(&["profile", id]))
    }

    fn email_tag(&self, profile: &Profile) -> Option<Vec<u8>> {
        profile.email.as_deref().map(|email| self.key.tag("email", &email.to_lowercase()))
    }

    fn opened(&self, sealed: Sealed) -> Result<UserRow, StoreError> {
        let (id, status, profile, created_at, updated_at, wrapped) = sealed;
        let key = self.data_key(&wrapped, &id)?;
        Ok(UserRow {
            status: status_named(&status)?,
            profile: Profile::from_bytes(&key.open(&profile, &context(&["profile", &id]))?)?,
            id: row::parse(&id)?,
            created_at: Timestamp(created_at),
            updated_at: Timestamp(updated_at),
        })
    }
}

fn sealed_at(c: &mut AnyConnection, id: &str) -> Result<Sealed, StoreError> {
    let found = sealed_users().filter(users::id.eq(id)).first(c).optional()?;
    found.ok_or(StoreError::NotFound("user"))
}

/// The person with this id.
pub(crate) fn opened_at(store: &Store, c: &mut AnyConnection, id: &str) -> Result<UserRow, StoreError> {
    let sealed = sealed_at(c, id)?;
    store.opened(sealed)
}

/// Makes the person here what they are at the centre, with a data key of this appliance. A copy's address is not looked for here,
/// so that it can't be in the way of another's.
pub(crate) fn copy(
    store: &Store,
    c: &mut AnyConnection,
    id: &str,
    person: &Person,
) -> Result<(), StoreError> {
    let new = users::table.find(id).count().get_result::<i64>(c)? == 0;
    let key = if new { Key::random() } else { store.data_key_of(c, id)? };
    let row = (
        users::status.eq(status_name(person.status)),
        users::profile_sealed.eq(store.seal_profile(&key, id, &person.profile)?),
        users::face_payment_from.eq(person.face_payment_from.map(|from| from.0)),
        users::updated_at.eq(person.updated_at.0),
    );
    if person.status == Status::Blocked {
        payer_device::end_all(c, id)?;
    }
    if !new {
        return Ok(diesel::update(users::table.find(id)).set(row).execute(c).map(drop)?);
    }
    let row = (users::id.eq(id), users::created_at.eq(person.created_at.0), row);
    diesel::insert_into(users::table).values(row).execute(c)?;
    let wrapped = store.wrap_data_key(&key, id)?;
    insert_or_ignore!(
        c,
        subject_keys::table,
        (subject_keys::user_id.eq(id), subject_keys::key_wrapped.eq(&wrapped))
    );
    Ok(())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn sealed_users() -> _ {
    users::table.inner_join(subject_keys::table).select((
        users::id,
        users::status,
        users::profile_sealed,
        users::created_at,
        users::updated_at,
        subject_keys::key_wrapped,
    ))
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Blocked => "blocked",
    }
}

fn status_named(text: &str) -> Result<Status, StoreError> {
    match text {
        "active" => Ok(Status::Active),
        "blocked" => Ok(Status::Blocked),
        other => Err(StoreError::Corrupt(format!("user status `{other}`"))),
    }
}
