//! Single named facts about this appliance.
use diesel::prelude::*;

use crate::{Store, StoreError, connection::AnyConnection, schema::facts};

/// The value of `name`, when it was ever set.
pub(crate) fn value(connection: &mut AnyConnection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(facts::table.find(name).select(facts::value).first(connection).optional()?)
}

impl Store {
    /// The value of `name`, when it was ever set.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn fact(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|c| value(c, name))
    }

    /// Sets `name` to `value`.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn set_fact(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.write(|c| {
            let changed = diesel::update(facts::table.find(name)).set(facts::value.eq(value)).execute(c)?;
            if changed == 0 {
                let row = (facts::name.eq(name), facts::value.eq(value));
                diesel::insert_into(facts::table).values(row).execute(c)?;
            }
            Ok(())
        })
    }

    /// Takes `name` away if its value is `value`, so that it can be used once only. Says whether it was.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn take_fact(&self, name: &str, value: &str) -> Result<bool, StoreError> {
        self.write(|c| {
            let row = facts::table.filter(facts::name.eq(name)).filter(facts::value.eq(value));
            Ok(diesel::delete(row).execute(c)? == 1)
        })
    }
}
