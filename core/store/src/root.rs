//! The root key of a database, and the replacement of the appliance's key that seals it.
use diesel::prelude::*;

use crate::{
    By, DatabaseUrl, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    fact,
    schema::facts,
    seal::{KEY_BYTES, Key, context},
};

/// Tells whether a key is the appliance's, without telling anything of it.
pub(crate) const KEY_CHECK: &str = "appliance_key_check";
/// The root, sealed by the appliance's key, in hexadecimal.
const ROOT: &str = "root_key_sealed";

/// The root of a database that knows the key `appliance`; `None` for a new database.
///
/// # Errors
/// [`StoreError::Seal`] when it knows another key.
pub(crate) fn of(c: &mut AnyConnection, appliance: &Key) -> Result<Option<Key>, StoreError> {
    let Some(check) = fact::value(c, KEY_CHECK)? else { return Ok(None) };
    if check != check_of(appliance) {
        return Err(StoreError::Seal);
    }
    match fact::value(c, ROOT)? {
        Some(sealed) => opened(&sealed, appliance).map(Some),
        // Of a version before there were roots: everything hangs on the first key.
        None => Ok(Some(appliance.clone())),
    }
}

fn check_of(appliance: &Key) -> String {
    hex::encode(appliance.tag(KEY_CHECK, ""))
}

fn bound() -> Vec<u8> {
    context(&["root-key"])
}

fn sealed(root: &Key, appliance: &Key) -> Result<String, StoreError> {
    Ok(hex::encode(root.wrap_as(appliance, &bound())?))
}

fn opened(sealed: &str, appliance: &Key) -> Result<Key, StoreError> {
    let sealed = hex::decode(sealed).map_err(|_| StoreError::Seal)?;
    Key::unwrap_as(&sealed, appliance, &bound())
}

impl Store {
    /// Makes the database one of this appliance's key and root, unless it is one already, and gives the root.
    pub(crate) fn claim_database(&self) -> Result<Key, StoreError> {
        self.write(|c| {
            let own = [(KEY_CHECK, check_of(&self.appliance)), (ROOT, sealed(&self.key, &self.appliance)?)];
            for (name, value) in own {
                insert_or_ignore!(c, facts::table, (facts::name.eq(name), facts::value.eq(value)));
            }
            // Of two that start at once with keys of their own, the first one's is the database's.
            of(c, &self.appliance)?.ok_or(StoreError::Seal)
        })
    }

    /// Whether `appliance` is the key that the database at `url` knows. Changes nothing.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub fn knows_key(url: &DatabaseUrl, appliance: &Key) -> Result<bool, StoreError> {
        if !Self::has_key(url)? {
            return Ok(false);
        }
        match of(&mut AnyConnection::open(url)?, appliance) {
            Err(StoreError::Seal) => Ok(false),
            known => known.map(|_| true),
        }
    }

    /// Another key for one `purpose`, which stays the same when the appliance's key is replaced.
    #[must_use]
    pub fn derived_key(&self, purpose: &str) -> [u8; KEY_BYTES] {
        self.key.derived(purpose)
    }

    /// As [`Self::derived_key`], of a database as it is; `None` for one that has no key yet.
    ///
    /// # Errors
    /// When the database can't be reached or knows another key.
    pub fn derived_key_of(
        url: &DatabaseUrl,
        appliance: &Key,
        purpose: &str,
    ) -> Result<Option<[u8; KEY_BYTES]>, StoreError> {
        if !Self::has_key(url)? {
            return Ok(None);
        }
        let root = of(&mut AnyConnection::open(url)?, appliance)?;
        Ok(root.map(|root| root.derived(purpose)))
    }

    /// Replaces the appliance's key by `new`: every data key and the root are wrapped by it, in one commit, and from then on the
    /// old one opens nothing. No appliance may be at work on the database meanwhile. Says how many data keys there are.
    ///
    /// # Errors
    /// When the key was replaced meanwhile, or the database can't be written; then nothing changed.
    pub fn replace_appliance_key(&self, by: By<'_>, new: &Key) -> Result<usize, StoreError> {
        self.write_audited(by, |c| {
            of(c, &self.appliance)?;
            let people = self.wrap_all(c, |wrapped, user| self.data_key(wrapped, user), new)?;
            for (name, value) in [(KEY_CHECK, check_of(new)), (ROOT, sealed(&self.key, new)?)] {
                diesel::delete(facts::table.find(name)).execute(c)?;
                let row = (facts::name.eq(name), facts::value.eq(value));
                diesel::insert_into(facts::table).values(row).execute(c)?;
            }
            let detail = format!("{{\"data_keys\":{people}}}");
            Ok((people, NewAudit::new("appliance_key.replaced", "appliance").with(detail)))
        })
    }
}
