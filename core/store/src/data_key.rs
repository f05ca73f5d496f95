//! People's data keys. In the database each is wrapped by the appliance's key and the person's share together.
use diesel::prelude::*;

use crate::{
    Store, StoreError,
    connection::AnyConnection,
    fact,
    schema::{facts, subject_keys},
    seal::{Key, context},
    subject::SubjectKeys,
};

/// Which keys outside the database the people of this one have shares of.
const KEYS: &str = "subject_keys";
/// Rows wrapped at a time.
const PAGE: i64 = 2_000;

/// The keys in `folder` that belong to the database; they are made when it has none yet.
pub(crate) fn keys_of(c: &mut AnyConnection, folder: &std::path::Path) -> Result<SubjectKeys, StoreError> {
    match fact::value(c, KEYS)? {
        Some(known) => {
            let keys = SubjectKeys::open(folder)?;
            belong(&known, &keys)?;
            Ok(keys)
        }
        None => SubjectKeys::make(folder),
    }
}

fn belong(known: &str, keys: &SubjectKeys) -> Result<(), StoreError> {
    match known == keys.id() {
        true => Ok(()),
        false => Err(StoreError::Keys("they are those of another database".to_owned())),
    }
}

fn bound_to(user: &str) -> Vec<u8> {
    context(&["subject-key", user])
}

impl Store {
    /// A new person's data key as it is stored.
    pub(crate) fn wrap_data_key(&self, key: &Key, user: &str) -> Result<Vec<u8>, StoreError> {
        key.wrap_as(&self.wrapping_key(&self.appliance, user)?, &bound_to(user))
    }

    /// A person's data key out of its stored form; nobody's who was erased.
    pub(crate) fn data_key(&self, wrapped: &[u8], user: &str) -> Result<Key, StoreError> {
        Key::unwrap_as(wrapped, &self.wrapping_key(&self.appliance, user)?, &bound_to(user))
    }

    pub(crate) fn data_key_of(&self, c: &mut AnyConnection, user: &str) -> Result<Key, StoreError> {
        let wrapped: Option<Vec<u8>> =
            subject_keys::table.find(user).select(subject_keys::key_wrapped).first(c).optional()?;
        self.data_key(&wrapped.ok_or(StoreError::NotFound("user"))?, user)
    }

    fn wrapping_key(&self, appliance: &Key, user: &str) -> Result<Key, StoreError> {
        let share = self.subjects.share(user)?.ok_or(StoreError::NotFound("user"))?;
        Ok(appliance.joined("subject-key", &share))
    }

    /// Makes the database one of these keys. In one of an earlier version, whose data keys are wrapped by the appliance's key
    /// alone, each is wrapped anew, all in one commit.
    pub(crate) fn adopt_keys(&self) -> Result<(), StoreError> {
        if let Some(known) = self.fact(KEYS)? {
            return belong(&known, &self.subjects);
        }
        self.write(|c| {
            // Another appliance may have been first.
            if let Some(known) = fact::value(c, KEYS)? {
                return belong(&known, &self.subjects);
            }
            let row = (facts::name.eq(KEYS), facts::value.eq(self.subjects.id()));
            diesel::insert_into(facts::table).values(row).execute(c)?;
            let opened =
                |wrapped: &[u8], user: &str| Key::unwrap_as(wrapped, &self.appliance, &bound_to(user));
            self.wrap_all(c, opened, &self.appliance).map(drop)
        })
    }

    /// Wraps every data key by `appliance` after `opened` has opened it; says how many there are.
    pub(crate) fn wrap_all(
        &self,
        c: &mut AnyConnection,
        opened: impl Fn(&[u8], &str) -> Result<Key, StoreError>,
        appliance: &Key,
    ) -> Result<usize, StoreError> {
        let (mut after, mut wrapped_keys) = (String::new(), 0);
        loop {
            let page: Vec<(String, Vec<u8>)> = subject_keys::table
                .filter(subject_keys::user_id.gt(&after))
                .order(subject_keys::user_id)
                .limit(PAGE)
                .select((subject_keys::user_id, subject_keys::key_wrapped))
                .load(c)?;
            for (user, wrapped) in &page {
                // Who was erased, and is here once more because an older backup was restored, gets no share.
                if self.subjects.share(user)?.is_none() {
                    continue;
                }
                let key = opened(wrapped, user)?;
                let wrapped = key.wrap_as(&self.wrapping_key(appliance, user)?, &bound_to(user))?;
                let row = subject_keys::table.find(user);
                wrapped_keys += diesel::update(row).set(subject_keys::key_wrapped.eq(wrapped)).execute(c)?;
            }
            match page.into_iter().last() {
                Some((last, _)) => after = last,
                None => return Ok(wrapped_keys),
            }
        }
    }
}
