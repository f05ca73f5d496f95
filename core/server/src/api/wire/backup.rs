//! Backups on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use super::money::moment;
use crate::app::backup::{Listed, Occasion};

/// A backup of the database that lies in the folder.
#[derive(Serialize, ToSchema)]
pub(crate) struct Backup {
    /// The file's name.
    pub(crate) name: String,
    #[schema(format = DateTime)]
    pub(crate) made_at: String,
    pub(crate) bytes: u64,
    /// Whether somebody asked the running appliance for it; the others are those of the timer.
    pub(crate) by_hand: bool,
    /// When `facepay backup verify` opened it there and found it sound; null where nobody did, or it was changed since.
    #[schema(format = DateTime)]
    pub(crate) verified_at: Option<String>,
}

/// What lies in the folder, and how the making of one stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Backups {
    /// The newest first.
    pub(crate) items: Vec<Backup>,
    /// Whether `backup.recipients` names somebody who can open them; without, none is made.
    pub(crate) configured: bool,
    /// Whether the newest is older than two nights, or there is none.
    pub(crate) overdue: bool,
    /// Since when one is being made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) making: Option<BackupMaking>,
    /// Why the last one that the running appliance was asked for was not made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<BackupFailure>,
}

/// A backup that is being made.
#[derive(Serialize, ToSchema)]
pub(crate) struct BackupMaking {
    #[schema(format = DateTime)]
    pub(crate) since: String,
}

/// One that was not.
#[derive(Serialize, ToSchema)]
pub(crate) struct BackupFailure {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    pub(crate) detail: String,
}

impl From<Listed> for Backup {
    fn from(listed: Listed) -> Self {
        Self {
            name: listed.name,
            made_at: moment(listed.made_at),
            bytes: listed.bytes,
            by_hand: listed.occasion == Occasion::ByHand,
            verified_at: listed.verified_at.map(moment),
        }
    }
}
