//! What was done with packages of plugins: nothing is kept but the audit record.
use crate::{By, Store, StoreError, audit::NewAudit};

/// Something done with a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginAct {
    /// It is in force from the next start on.
    Installed,
    /// The version before is in force again from the next start on.
    RolledBack,
    /// It was not believed, so nothing changed.
    Refused,
}

impl PluginAct {
    fn action(self) -> &'static str {
        match self {
            Self::Installed => "plugin.installed",
            Self::RolledBack => "plugin.rolled_back",
            Self::Refused => "plugin.refused",
        }
    }
}

impl Store {
    /// Records what was done with the package called `id`. `detail` is a JSON object.
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
}
