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
    /// By key, as `policy.sale_amount_max`.
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
