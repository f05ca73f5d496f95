//! Single named facts about this appliance.
use diesel::prelude::*;

use crate::{
    Store, StoreError,
    connection::{AnyConnection, insert_or_ignore},
    schema::facts,
};

/// The value of `name`, when it was ever set.
pub(crate) fn value(connection: &mut AnyConnection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(facts::table.find(name).select(facts::value).first(connection).optional()?)
}

/// Takes a fact away, if there is one.
pub(crate) fn forget(connection: &mut AnyConnection, name: &str) -> Result<(), StoreError> {
    diesel::delete(facts::table.find(name)).execute(connection)?;
    Ok(())
}

impl Store {
    /// The value of `name`, when it was ever set.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn fact(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|c| value(c, name))
    }

    /// Sets `name` to `value` unless it was set before, by whomever; returns what it is then.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn fact_once(&self, name: &str, value: &str) -> Result<String, StoreError> {
        if let Some(known) = self.fact(name)? {
            return Ok(known);
        }
        self.write(|c| {
            let row = (facts::name.eq(name), facts::value.eq(value));
            insert_or_ignore!(c, facts::table, row);
            Ok(facts::table.find(name).select(facts::value).first(c)?)
        })
    }
}
