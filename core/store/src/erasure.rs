//! Erasure: a person's share is destroyed, and with it every copy of what their key sealed; then their rows go.
use diesel::prelude::*;
use domain::UserId;

use crate::{
    By, Part, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    outbox, row,
    schema::{erasures, paid_elsewhere, spending_elsewhere, users},
};

impl Store {
    /// Erases a person: the share of their data key, profile, consents and templates. What is left in older copies of
    /// the database can't be opened any more, by whoever has the appliance's key and all that is on its disk.
    ///
    /// # Errors
    /// When there is no such person, or the keys or the database can't be written; then it can be asked again, and a
    /// start completes it.
    pub fn erase_user(&self, by: By<'_>, id: UserId) -> Result<(), StoreError> {
        let text = id.to_string();
        let found = |c: &mut AnyConnection| {
            Ok(users::table.find(&text).select(users::id).first::<String>(c).optional()?)
        };
        self.read(found)?.ok_or(StoreError::NotFound("user"))?;
        self.subjects.destroy(id)?;
        self.write_audited(by, |c| match erased(c, by, &text)? {
            true => Ok(((), NewAudit::new("user.erased", &text))),
            false => Err(StoreError::NotFound("user")),
        })?;
        // The part may have been sealed once more in between.
        self.subjects.renew_part(Part::of(id))
    }

    /// Destroys the share of somebody whom another appliance of this database erased.
    ///
    /// # Errors
    /// When the keys can't be written.
    pub fn forget_erased(&self, id: UserId) -> Result<(), StoreError> {
        self.subjects.destroy(id)
    }

    /// Completes what was cut short, and brings database and keys together where either was restored from a backup or
    /// another appliance erased somebody: who was erased once stays so. Says who was in the database again.
    ///
    /// # Errors
    /// When the database or the keys can't be read or written.
    pub fn redo_erasures(&self, by: By<'_>) -> Result<Vec<UserId>, StoreError> {
        let listed: Vec<String> = self.read(|c| Ok(erasures::table.select(erasures::user_id).load(c)?))?;
        let known = self.subjects.erased()?;
        for user in listed.iter().filter(|user| !known.contains(*user)) {
            self.subjects.destroy(row::parse(user)?)?;
        }
        let listed = std::collections::HashSet::<String>::from_iter(listed);
        let mut again = Vec::new();
        for user in known.difference(&listed) {
            let id: UserId = row::parse(user)?;
            self.subjects.destroy(id)?;
            let was_here = self.write(|c| {
                let was_here = erased(c, by, user)?;
                if was_here {
                    let record = NewAudit::new("user.erased", user);
                    record.with("{\"again\":true}".to_owned()).append(c, by)?;
                }
                Ok(was_here)
            })?;
            self.subjects.renew_part(Part::of(id))?;
            again.extend(was_here.then_some(id));
        }
        Ok(again)
    }
}

/// Deletes a person's rows and lists them as erased; says whether there were any.
fn erased(c: &mut AnyConnection, by: By<'_>, user: &str) -> Result<bool, StoreError> {
    let row = (erasures::user_id.eq(user), erasures::erased_at.eq(by.at.0));
    let was_here = diesel::delete(users::table.find(user)).execute(c)? == 1;
    insert_or_ignore!(c, erasures::table, row);
    diesel::delete(spending_elsewhere::table.filter(spending_elsewhere::user_id.eq(user))).execute(c)?;
    diesel::delete(paid_elsewhere::table.find(user)).execute(c)?;
    if was_here {
        outbox::append(c, by.at, "user.erased", &format!("{{\"user\":\"{user}\"}}"))?;
    }
    Ok(was_here)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use domain::Timestamp;
    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;
    use crate::{
        DatabaseUrl, NewUser, Profile,
        schema::subject_keys,
        seal::{KEY_BYTES, Key, context},
        subject::shares_in,
    };

    const BY: By<'static> = By { actor: "test", at: Timestamp(1_800_000_000_000_000) };

    /// Tries to open a person's data key with the appliance's key and whatever the folder of keys gives.
    fn can_be_opened(wrapped: &[u8], appliance: &Key, folder: &Path, user: &str) -> bool {
        let mut shares = shares_in(folder, user);
        shares.push([0; KEY_BYTES]);
        let opens = |key: &Key| Key::unwrap_as(wrapped, key, &context(&["subject-key", user])).is_ok();
        opens(appliance) || shares.iter().any(|share| opens(&appliance.joined("subject-key", share)))
    }

    #[test]
    fn whoever_has_the_backup_the_appliances_key_and_its_disk_opens_nothing_of_an_erased_person() {
        let dir = TempDir::new().unwrap();
        let (keys, appliance) = (dir.path().join("keys"), Key::random());
        let url: DatabaseUrl = format!("sqlite:{}", dir.path().join("db").display()).parse().unwrap();
        let store = Store::open(&url, appliance.clone(), &keys).unwrap();
        let people: Vec<UserId> = (0..2).map(|_| UserId(Uuid::now_v7())).collect();
        for id in &people {
            let profile = Profile { name: "somebody".to_owned(), email: None };
            store.add_user(BY, &NewUser { id: *id, profile }).unwrap();
        }
        let backup: Vec<Vec<u8>> = store
            .read(|c| {
                Ok(subject_keys::table
                    .order(subject_keys::user_id)
                    .select(subject_keys::key_wrapped)
                    .load(c)?)
            })
            .unwrap();
        let opened = |nth: usize| can_be_opened(&backup[nth], &appliance, &keys, &people[nth].to_string());
        assert!(opened(0) && opened(1), "the attack works on whoever is not erased");
        store.erase_user(BY, people[0]).unwrap();
        assert!(!opened(0));
        assert!(opened(1));
    }
}
