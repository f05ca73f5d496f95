//! Settings on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What the appliance goes by.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingsInForce {
    /// As in `config/default.toml`, with the values in force; secrets are masked.
    #[schema(value_type = Object)]
    pub(crate) values: Value,
    /// For each key, as `policy.sale_amount_max`: `default`, `profile NAME`, a file, or `environment NAME`.
    pub(crate) sources: BTreeMap<String, String>,
}

/// A change to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsProposal {
    /// By key, as `policy.sale_amount_max`; of a plugin by its own keys.
    #[schema(value_type = Object)]
    pub(crate) changes: Map<String, Value>,
}

/// What came of trying it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingsCheck {
    /// Whether the appliance would start with it.
    pub(crate) valid: bool,
    /// Why it would not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
    /// What would be different, each from the next start on.
    pub(crate) changes: Vec<SettingsDifference>,
}

/// A key that would have another value.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingsDifference {
    pub(crate) key: String,
    pub(crate) from: Value,
    pub(crate) to: Value,
    /// The layer that it comes from now.
    pub(crate) source: String,
    /// Whether a layer above files says otherwise, so that a file changes nothing.
    pub(crate) overridden: bool,
}

/// A plugin's settings in force, and what they may be.
#[derive(Serialize, ToSchema)]
pub(crate) struct PluginSettings {
    /// The plugin's id.
    pub(crate) plugin: String,
    /// What the settings call it: its own lie in the table `plugins.settings.NAME`.
    pub(crate) name: String,
    /// JSON Schema 2020-12, as the plugin tells it. `"x-secret": true` marks names of secrets, which lie in `secrets.folder`.
    #[schema(value_type = Object)]
    pub(crate) schema: Value,
    /// With defaults filled in, and without what is hidden.
    #[schema(value_type = Object)]
    pub(crate) values: Value,
    /// What has a value that is not shown.
    pub(crate) hidden: Vec<HiddenSetting>,
    /// For each key that is set: `default`, `profile NAME`, a file, `environment NAME`, or `plugins.recognition_set` and the like. For others
    /// the plugin's own default holds.
    pub(crate) sources: BTreeMap<String, String>,
}

/// A setting of a plugin that has a value which is not shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct HiddenSetting {
    /// With the names of the objects that it lies in, as `acquirer.key`.
    pub(crate) key: String,
    /// Whether it names secrets; it is one itself else.
    pub(crate) names_secrets: bool,
    /// The secrets that it names and that are in `secrets.folder`.
    pub(crate) found: Vec<String>,
    /// Whether it names one that is not there.
    pub(crate) misses_one: bool,
}

/// What came of trying a change of a plugin's settings.
#[derive(Serialize, ToSchema)]
pub(crate) struct PluginSettingsCheck {
    /// Whether the plugin goes to work with it.
    pub(crate) valid: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
    /// The setting that does not fit the plugin's schema, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// What would be different, once the plugin is loaded anew.
    pub(crate) changes: Vec<SettingsDifference>,
    /// Settings that name a secret which is not in `secrets.folder`.
    pub(crate) secrets_missing: Vec<String>,
}
