//! What came of updates of the appliance: an audit record of each.
use crate::{AuditFilter, By, Store, StoreError, audit::NewAudit};

/// What came of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateAct {
    /// The new version is at work.
    Applied,
    /// The version before is at work again.
    RolledBack,
    /// The version before is installed again, and isn't ready either.
    NotReady,
    /// The version before can't be put back without somebody's help.
    Stuck,
    /// Another version was installed meanwhile by other means.
    Superseded,
    /// It ended before anything was changed.
    Abandoned,
    /// It was not believed, or not for this appliance, so nothing changed.
    Refused,
}

impl UpdateAct {
    fn action(self) -> &'static str {
        match self {
            Self::Applied => "update.applied",
            Self::RolledBack => "update.rolled_back",
            Self::NotReady => "update.not_ready",
            Self::Stuck => "update.stuck",
            Self::Superseded => "update.superseded",
            Self::Abandoned => "update.abandoned",
            Self::Refused => "update.refused",
        }
    }
}

impl Store {
    /// Records what came of the update called `id`, unless that is recorded already. `detail` is a JSON object. Gives whether it is new.
    ///
    /// # Errors
    /// When the database fails.
    pub fn record_update_act(
        &self,
        by: By<'_>,
        act: UpdateAct,
        id: &str,
        detail: String,
    ) -> Result<bool, StoreError> {
        let same = AuditFilter {
            action: Some(act.action().to_owned()),
            subject: Some(id.to_owned()),
            limit: 1,
            ..AuditFilter::default()
        };
        if !self.audit_page(&same)?.is_empty() {
            return Ok(false);
        }
        self.write_audited(by, |_| Ok(((), NewAudit::new(act.action(), id).with(detail))))?;
        Ok(true)
    }
}
