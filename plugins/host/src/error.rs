//! What can go wrong with a plugin, and what to do about it.

use std::path::PathBuf;
use std::time::Duration;

use plugin_sdk::abi::ReadError;

use crate::settings::SettingsError;

/// Why a plugin was not loaded. Every case names what differs and what to do.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read, or not be copied to memory.
    #[error("cannot read plugin {}: check that the file exists and is readable", path.display())]
    Read {
        /// The plugin's file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than a plugin may be.
    #[error("plugin {} has {found} bytes, at most {expected} are loaded", path.display())]
    Large {
        /// The plugin's file.
        path: PathBuf,
        /// Its size in bytes.
        found: u64,
        /// The most that is loaded.
        expected: u64,
    },
    /// As many different libraries as a process keeps were loaded already; they are never unloaded.
    #[error("{found} plugin libraries are loaded already: restart the process to load another")]
    TooMany {
        /// Libraries in the process.
        found: usize,
    },
    /// The dynamic linker refused the file.
    #[error("plugin {} is not a loadable shared library for this machine: {detail}", path.display())]
    Link {
        /// The plugin's file.
        path: PathBuf,
        /// What the dynamic linker said.
        detail: String,
    },
    /// The file does not export the entry.
    #[error(
        "plugin {} exports no symbol `facepay_plugin_entry`: it is not a FacePay plugin, or was built without \
         export_plugin!",
        path.display()
    )]
    NoEntry {
        /// The plugin's file.
        path: PathBuf,
    },
    /// A field of the plugin does not have the value that this host needs.
    #[error("plugin {}: {field} is {found}, expected {expected}: {remedy}", path.display())]
    Field {
        /// The plugin's file.
        path: PathBuf,
        /// The field, as the C header names it.
        field: &'static str,
        /// What the plugin says.
        found: String,
        /// What it should say.
        expected: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The plugin needs a service that this host does not offer here.
    #[error("plugin {id} requires the host extension {extension}, which is not offered here: {remedy}")]
    Extension {
        /// The plugin's id.
        id: String,
        /// The missing extension.
        extension: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The plugin's settings do not fit its schema, or the schema cannot be used.
    #[error("settings of plugin {id}: {source}")]
    Settings {
        /// The plugin's id.
        id: String,
        /// What is wrong.
        source: SettingsError,
    },
    /// The plugin itself refused.
    #[error("plugin {id} refused to {stage}: {source}")]
    Refused {
        /// The plugin's id.
        id: String,
        /// `start`, `create`, `configure`, `activate`, `describe its embeddings`.
        stage: &'static str,
        /// What it said.
        source: plugin_sdk::Error,
    },
    /// The plugin was refused in its sandboxed process; the text is that of the error there.
    #[error("{what}")]
    Apart {
        /// What the process reported.
        what: String,
    },
    /// The plugin's sandboxed process could not be started, or failed before the plugin was ready.
    #[error("plugin {id} in a sandboxed process: {what}")]
    Worker {
        /// The plugin's id.
        id: String,
        /// What happened and what to do.
        what: String,
    },
}

impl LoadError {
    /// A struct of the plugin that could not be read, as an error that names the field.
    pub(crate) fn unreadable(path: PathBuf, field: &'static str, error: ReadError) -> Self {
        let (found, expected) = match error {
            ReadError::Null { .. } => ("a null pointer".to_owned(), "a table".to_owned()),
            ReadError::Misaligned { .. } => ("a misaligned pointer".to_owned(), "a table".to_owned()),
            ReadError::Short { found, expected, .. } => (found.to_string(), format!("at least {expected}")),
        };
        Self::Field { path, field, found, expected, remedy: "rebuild it against this facepay_plugin.h" }
    }
}

/// Why a call into a plugin gave nothing. Money and doors stay closed on each of them.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The plugin answered with an error. `Busy` may be tried again, `Config` needs an operator.
    #[error("plugin {id}: {source}")]
    Refused {
        /// The plugin's id.
        id: String,
        /// What it said.
        source: plugin_sdk::Error,
    },
    /// The plugin returned something that it must not; nothing of the answer was used.
    #[error("plugin {id} returned {what}")]
    Malformed {
        /// The plugin's id.
        id: String,
        /// What was wrong.
        what: String,
    },
    /// The answer came after the deadline and was not used.
    #[error("plugin {id} answered {by:?} after the deadline")]
    Overrun {
        /// The plugin's id.
        id: String,
        /// How late.
        by: Duration,
    },
    /// The deadline passed before the plugin was called: it is fully occupied.
    #[error("plugin {id} was not called: the deadline passed first")]
    NotCalled {
        /// The plugin's id.
        id: String,
    },
    /// The plugin is out of use until it is loaded anew.
    #[error("plugin {id} is out of use: {reason}")]
    Faulted {
        /// The plugin's id.
        id: String,
        /// What happened.
        reason: String,
    },
    /// An operator took the plugin out of use.
    #[error("plugin {id} is disabled: {reason}")]
    Disabled {
        /// The plugin's id.
        id: String,
        /// Why.
        reason: String,
    },
    /// The plugin's sandboxed process ended during the call, or before it; nothing of an answer was used.
    #[error("plugin {id} {how}")]
    Crashed {
        /// The plugin's id.
        id: String,
        /// For example `was killed by SIGSEGV`.
        how: String,
    },
    /// The plugin's sandboxed process gave no answer and was killed.
    #[error("plugin {id} did not answer within {after:?} and was killed")]
    Hung {
        /// The plugin's id.
        id: String,
        /// How long it was given.
        after: Duration,
    },
    /// The caller asked for what the contract does not allow.
    #[error("plugin {id} was not called: {what}")]
    Caller {
        /// The plugin's id.
        id: String,
        /// What was wrong with the call.
        what: String,
    },
}

impl CallError {
    /// The id of the plugin.
    pub fn plugin(&self) -> &str {
        match self {
            Self::Refused { id, .. }
            | Self::Malformed { id, .. }
            | Self::Overrun { id, .. }
            | Self::NotCalled { id }
            | Self::Faulted { id, .. }
            | Self::Disabled { id, .. }
            | Self::Crashed { id, .. }
            | Self::Hung { id, .. }
            | Self::Caller { id, .. } => id,
        }
    }

    /// Every [`Self::kind`].
    pub const KINDS: [&str; 9] =
        ["refused", "malformed", "overrun", "not_called", "faulted", "disabled", "crashed", "hung", "caller"];

    /// Stable machine-readable name.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::Malformed { .. } => "malformed",
            Self::Overrun { .. } => "overrun",
            Self::NotCalled { .. } => "not_called",
            Self::Faulted { .. } => "faulted",
            Self::Disabled { .. } => "disabled",
            Self::Crashed { .. } => "crashed",
            Self::Hung { .. } => "hung",
            Self::Caller { .. } => "caller",
        }
    }
}
