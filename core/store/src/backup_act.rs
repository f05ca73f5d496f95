//! What came of backups that the running appliance was asked for: an audit record of each.
use crate::{By, Store, StoreError, audit::NewAudit};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupAct {
    /// It lies in the folder.
    Made,
    /// There is none.
    Failed,
}

impl BackupAct {
    fn action(self) -> &'static str {
        match self {
            Self::Made => "backup.made",
            Self::Failed => "backup.failed",
        }
    }
}

impl Store {
    /// Records what came of a backup. `detail` is a JSON object.
    ///
    /// # Errors
    /// When the database fails.
    pub fn record_backup_act(
        &self,
        by: By<'_>,
        act: BackupAct,
        subject: &str,
        detail: String,
    ) -> Result<(), StoreError> {
        self.write_audited(by, |_| Ok(((), NewAudit::new(act.action(), subject).with(detail))))
    }
}
