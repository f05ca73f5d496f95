//! What was done with plugins: an audit record of each act, and which of them an operator took out of use.
use diesel::prelude::*;

use crate::{By, Store, StoreError, audit::NewAudit, schema::disabled_plugins};

/// Something done with a plugin or its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginAct {
    /// A package is in force from the next load on.
    Installed,
    /// The package before is in force again.
    RolledBack,
    /// A new generation took the running one's place.
    Reloaded,
    /// It was not believed, or failed its self-test, so nothing changed.
    Refused,
}

/// A plugin that an operator took out of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisabledPlugin {
    /// The plugin's id.
    pub id: String,
    /// Why, in the operator's words.
    pub reason: String,
}

impl PluginAct {
    fn action(self) -> &'static str {
        match self {
            Self::Installed => "plugin.installed",
            Self::RolledBack => "plugin.rolled_back",
            Self::Reloaded => "plugin.reloaded",
            Self::Refused => "plugin.refused",
        }
    }
}

impl Store {
    /// Records what was done with the plugin called `id`. `detail` is a JSON object.
    ///
    /// # Errors
    /// When the database fails.
    pub fn record_plugin_act(
        &self,
        by: By<'_>,
        act: PluginAct,
        id: &str,
        detail: String,
    ) -> Result<(), StoreError> {
        self.write_audited(by, |_| Ok(((), NewAudit::new(act.action(), id).with(detail))))
    }

    /// The plugins of this branch that were taken out of use, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn disabled_plugins(&self, branch: &str) -> Result<Vec<DisabledPlugin>, StoreError> {
        let columns = (disabled_plugins::plugin_id, disabled_plugins::reason);
        let rows: Vec<(String, String)> = self.read(|c| {
            let rows = disabled_plugins::table.filter(disabled_plugins::branch.eq(branch)).select(columns);
            Ok(rows.order(disabled_plugins::plugin_id).load(c)?)
        })?;
        Ok(rows.into_iter().map(|(id, reason)| DisabledPlugin { id, reason }).collect())
    }

    /// Takes the plugin out of use, also after a restart. The last reason counts.
    ///
    /// # Errors
    /// When the database fails.
    pub fn disable_plugin(
        &self,
        by: By<'_>,
        branch: &str,
        DisabledPlugin { id, reason }: &DisabledPlugin,
    ) -> Result<(), StoreError> {
        let detail = serde_json::json!({ "reason": reason }).to_string();
        self.write_audited(by, |c| {
            diesel::delete(disabled_plugins::table.find((branch, id))).execute(c)?;
            let row = (
                disabled_plugins::branch.eq(branch),
                disabled_plugins::plugin_id.eq(id),
                disabled_plugins::reason.eq(reason),
                disabled_plugins::disabled_at.eq(by.at.0),
            );
            diesel::insert_into(disabled_plugins::table).values(row).execute(c)?;
            Ok(((), NewAudit::new("plugin.disabled", id).with(detail)))
        })
    }

    /// Has the plugin in use again. `detail` is a JSON object for the audit.
    ///
    /// # Errors
    /// When the database fails.
    pub fn enable_plugin(
        &self,
        by: By<'_>,
        branch: &str,
        id: &str,
        detail: String,
    ) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            diesel::delete(disabled_plugins::table.find((branch, id))).execute(c)?;
            Ok(((), NewAudit::new("plugin.enabled", id).with(detail)))
        })
    }
}
