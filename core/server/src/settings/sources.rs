//! Which layer each key has its value from.

use std::collections::{BTreeMap, BTreeSet};

use super::{ALIASES, DEFAULT_TOML, ENV_PREFIX, SettingsError, flatten, parse};

/// For each plugin that has a table of settings, the layer of each of its keys.
pub type PluginSources = BTreeMap<String, BTreeMap<String, String>>;

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

/// The layers of plugins' own settings, which [`of`] tells of as one.
pub(super) fn of_plugins(
    texts: &[(String, String)],
    env: &BTreeMap<String, String>,
) -> Result<PluginSources, SettingsError> {
    let mut sources = PluginSources::new();
    let defaults = (DEFAULT.to_owned(), DEFAULT_TOML.to_owned());
    for (layer, text) in std::iter::once(&defaults).chain(texts) {
        let file = parse(layer, text)?;
        let tables = file.get("plugins").and_then(|plugins| plugins.get("settings"));
        for (plugin, table) in tables.and_then(toml::Value::as_table).into_iter().flatten() {
            put(&mut sources, plugin, table, layer);
        }
    }
    for (name, text) in env {
        let key = name.strip_prefix(ENV_PREFIX).map(|key| key.to_ascii_lowercase().replace("__", "."));
        let Some(rest) = key.as_deref().and_then(|key| key.strip_prefix("plugins.settings")) else {
            continue;
        };
        let layer = format!("environment {name}");
        let value =
            toml::from_str::<toml::Table>(&format!("v = {text}")).ok().and_then(|mut v| v.remove("v"));
        match (rest.trim_start_matches('.').split_once('.'), rest.strip_prefix('.'), value) {
            (Some((plugin, key)), ..) => {
                let key = key.split('.').next().unwrap_or(key).to_owned();
                sources.entry(plugin.to_owned()).or_default().insert(key, layer);
            }
            (None, Some(plugin), Some(table)) => put(&mut sources, plugin, &table, &layer),
            (None, None, Some(toml::Value::Table(tables))) => {
                tables.iter().for_each(|(plugin, table)| put(&mut sources, plugin, table, &layer));
            }
            _ => {}
        }
    }
    Ok(sources)
}

/// Notes where the keys of a plugin's table come from.
fn put(sources: &mut PluginSources, plugin: &str, table: &toml::Value, layer: &str) {
    let keys = table.as_table().into_iter().flat_map(toml::Table::keys);
    sources.entry(plugin.to_owned()).or_default().extend(keys.map(|key| (key.clone(), layer.to_owned())));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_of_a_plugin_is_told_with_the_topmost_layer_that_has_it() {
        let file = "[plugins.settings.payment-wallet]\nsale_amount_max = 1\nrefund_window_days = 2\n\
                    [plugins.settings.\"com.acme.pay\"]\nfee = 3\n";
        let texts = [("a.toml".to_owned(), file.to_owned())];
        let env = [
            ("FACEPAY__PLUGINS__SETTINGS__PAYMENT-WALLET__REFUND_WINDOW_DAYS", "4"),
            ("FACEPAY__PLUGINS__SETTINGS", "{ hook = { key = \"k\" } }"),
            ("FACEPAY__PLUGINS__SETTINGS__PRINT", "{ scale = 2 }"),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let found = of_plugins(&texts, &env).unwrap();
        let at = |plugin: &str, key: &str| found[plugin][key].as_str();
        assert_eq!(at("payment-wallet", "currencies"), "default");
        assert_eq!(at("payment-wallet", "sale_amount_max"), "a.toml");
        let name = "environment FACEPAY__PLUGINS__SETTINGS__PAYMENT-WALLET__REFUND_WINDOW_DAYS";
        assert_eq!(at("payment-wallet", "refund_window_days"), name);
        assert_eq!(at("com.acme.pay", "fee"), "a.toml");
        assert_eq!(at("hook", "key"), "environment FACEPAY__PLUGINS__SETTINGS");
        assert_eq!(at("print", "scale"), "environment FACEPAY__PLUGINS__SETTINGS__PRINT");
    }
}
