//! Which layer each key has its value from.

use std::collections::{BTreeMap, BTreeSet};

use super::{ALIASES, ENV_PREFIX, SettingsError, flatten, parse};

/// What the delivered defaults are called.
const DEFAULT: &str = "default";

/// The layer of each of the `known` keys, with `texts` over the defaults, the later over the earlier, and `env` over them.
pub(super) fn of(
    known: &BTreeSet<String>,
    texts: &[(String, String)],
    env: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, SettingsError> {
    let mut sources: BTreeMap<_, _> = known.iter().map(|key| (key.clone(), DEFAULT.to_owned())).collect();
    for (layer, text) in texts {
        let mut keys = BTreeSet::new();
        flatten("", &parse(layer, text)?, &mut keys);
        for key in keys {
            sources.insert(key, layer.clone());
        }
    }
    let aliased = ALIASES.iter().filter(|(name, _)| env.get(*name).is_some_and(|value| !value.is_empty()));
    let aliased = aliased.map(|(name, key)| (*name, (*key).to_owned()));
    let prefixed = env.keys().filter_map(|name| {
        let key = name.strip_prefix(ENV_PREFIX)?.to_ascii_lowercase().replace("__", ".");
        Some((name.as_str(), key))
    });
    for (name, key) in aliased.chain(prefixed) {
        // What is below a table of free keys is told of with the table.
        let table =
            known.iter().find(|known| key.strip_prefix(*known).is_some_and(|rest| rest.starts_with('.')));
        sources.insert(table.unwrap_or(&key).clone(), format!("environment {name}"));
    }
    Ok(sources)
}
