//! The settings: which keys exist, how the layers are laid over each other, what may be shown.

mod check;
mod decode;
mod nearest;
mod privacy;
pub(crate) mod schema;
mod sections;
mod sources;
#[cfg(test)]
mod strangers;
mod sync;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, File, FileFormat};
use store::{DatabaseUrl, StoreError};

use crate::redaction::Redacted;

pub use sources::PluginSources;
pub use sync::{Holds, Sync};

pub use decode::Decode;
pub use sections::{
    Assurance, Audit, Auth, Backup, Cameras, Challenge, Checkout, Compute, Data, Database, Device, Identity,
    Limits, ListedCamera, Log, LogFormat, ModelChange, Oidc, Payment, Plugins, Policy, Precision, Privacy,
    Quality, Recognition, RecognitionMember, Redis, Secrets, Server, Settings, Settlement, Tls, TlsVersion,
    Traces, Update, Warp, Webhooks, Webrtc, WithoutPin, Ws,
};

/// Every key with its default, as delivered.
pub const DEFAULT_TOML: &str = include_str!("../../../config/default.toml");
const DEMO_TOML: &str = include_str!("../../../config/demo.toml");
const PRODUCTION_TOML: &str = include_str!("../../../config/production.toml");

/// Subtrees whose keys are not fixed; their own types check them.
const FREE: [&str; 3] = ["plugins.settings", "cameras.list", "payment.endpoints"];

/// Environment names of older deployments and the keys they set.
const ALIASES: [(&str, &str); 4] = [
    ("DATABASE_URL", "database.url"),
    ("REDIS_URL", "redis.url"),
    ("FACE_RECOGNITION_THRESHOLD", "recognition.similarity_min"),
    ("MAX_CONCURRENT_CONNECTIONS", "server.connections_max"),
];
const ENV_PREFIX: &str = "FACEPAY__";

/// Why the settings cannot be used; the text names the layer, the key and the way out.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{layer}: unknown key `{key}`; the nearest known key is `{nearest}`")]
    UnknownKey { layer: String, key: String, nearest: String },
    // Without the line itself, which may hold a password.
    #[error("{layer}: line {line}: {problem}")]
    Syntax { layer: String, line: usize, problem: String },
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("unknown profile `{0}`; there are `demo` and `production`")]
    UnknownProfile(String),
    // Without the value, which may be a password in the wrong place.
    #[error("settings: {0}")]
    Value(String),
    #[error("settings: `{key}` {problem}")]
    OutOfRange { key: Cow<'static, str>, problem: String },
}

impl From<ConfigError> for SettingsError {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::At { error, origin: _, key } => match Self::from(*error) {
                Self::Value(problem) => {
                    Self::Value(key.map_or(problem.clone(), |key| format!("`{key}` {problem}")))
                }
                other => other,
            },
            ConfigError::Type { expected, key, .. } => {
                let what = key.map(|key| format!("`{key}` ")).unwrap_or_default();
                Self::Value(format!("{what}has to be {expected}"))
            }
            other => Self::Value(other.to_string()),
        }
    }
}

/// Where the layers above the defaults come from; `main` reads them from the machine.
#[derive(Default, Clone)]
pub struct Layers {
    /// A shipped profile by name; wins over one named in a file or the environment.
    pub profile: Option<String>,
    /// Files in the order in which they apply.
    pub files: Vec<PathBuf>,
    /// Over the files: what somebody wants to try, as TOML.
    pub proposed: Option<String>,
    /// The process environment.
    pub env: BTreeMap<String, String>,
}

/// What the layer of [`Layers::proposed`] is called.
pub(crate) const PROPOSED: &str = "proposed";

impl Layers {
    /// The layers of this machine: `/etc/facepay/*.toml`, then `config_file`, then the environment.
    pub fn of_this_machine(profile: Option<String>, config_file: Option<PathBuf>) -> Self {
        let mut files: Vec<PathBuf> = std::fs::read_dir("/etc/facepay")
            .map(|entries| entries.flatten().map(|e| e.path()).collect())
            .unwrap_or_default();
        files.retain(|path| path.extension().is_some_and(|e| e == "toml"));
        files.sort();
        files.extend(config_file);
        // Undecodable variables cannot be ours: our names and values are text.
        let env = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect();
        Self { profile, files, proposed: None, env }
    }
}

impl Settings {
    /// The settings that result from `layers` over the defaults.
    pub fn load(layers: &Layers) -> Result<Self, SettingsError> {
        let known = known_keys()?;
        let env = env_overrides(&layers.env, &known)?;
        let mut texts = Vec::new();
        for path in &layers.files {
            let text = std::fs::read_to_string(path)
                .map_err(|source| SettingsError::Read { path: path.clone(), source })?;
            texts.push((path.display().to_string(), text));
        }
        texts.extend(layers.proposed.iter().map(|text| (PROPOSED.to_owned(), text.clone())));
        let profile = profile_name(layers, &texts, &env)?;
        if !profile.is_empty() {
            let text = profile_text(&profile)?;
            texts.insert(0, (format!("profile {profile}"), text.to_owned()));
        }
        let mut builder = Config::builder().add_source(File::from_str(DEFAULT_TOML, FileFormat::Toml));
        for (layer, text) in &texts {
            check_keys(layer, text, &known)?;
            builder = builder.add_source(File::from_str(text, FileFormat::Toml));
        }
        for (key, value) in env {
            builder = builder.set_override(key, env_value(&value))?;
        }
        builder = builder.set_override("profile", profile)?;
        let mut settings: Self = builder.build()?.try_deserialize()?;
        if settings.secrets.folder.as_os_str().is_empty() {
            settings.secrets.folder = secrets_folder(&layers.env, &settings.data.folder);
        }
        settings.check()?;
        settings.sources = sources::of(&known, &texts, &layers.env)?;
        settings.plugin_sources = sources::of_plugins(&texts, &layers.env)?;
        settings.layers = layers.clone();
        Ok(settings)
    }

    /// Where the database is.
    ///
    /// # Errors
    /// The URL is none; loaded settings were checked for that.
    pub fn database_url(&self) -> Result<DatabaseUrl, StoreError> {
        self.database.url.parse()
    }

    /// The settings as TOML, without secrets.
    pub fn redacted(&self) -> String {
        let mut shown = self.clone();
        let cameras = shown.cameras.list.iter_mut().map(|camera| &mut camera.source);
        let stores = [&mut shown.database.url, &mut shown.redis.url];
        for url in cameras.chain(stores).chain(&mut shown.payment.endpoints) {
            *url = Redacted::url(url).into();
        }
        let plugins = &mut shown.plugins;
        for table in plugins.settings.values_mut() {
            *table = Redacted::table(table);
        }
        for member in plugins.recognition_set.iter_mut().chain(&mut plugins.recognition_shadow) {
            member.settings = Redacted::fields(&member.settings);
        }
        toml::to_string_pretty(&shown).unwrap_or_else(|e| format!("# cannot be shown: {e}\n"))
    }
}

fn known_keys() -> Result<BTreeSet<String>, SettingsError> {
    let mut keys = BTreeSet::new();
    flatten("", &parse("default.toml", DEFAULT_TOML)?, &mut keys);
    Ok(keys)
}

fn parse(layer: &str, text: &str) -> Result<toml::Table, SettingsError> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        SettingsError::Syntax { layer: layer.to_owned(), line, problem: error.message().to_owned() }
    })
}

fn flatten(prefix: &str, table: &toml::Table, keys: &mut BTreeSet<String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) if !FREE.contains(&key.as_str()) => flatten(&key, inner, keys),
            _ => {
                keys.insert(key);
            }
        }
    }
}

fn check_keys(layer: &str, text: &str, known: &BTreeSet<String>) -> Result<(), SettingsError> {
    let mut keys = BTreeSet::new();
    flatten("", &parse(layer, text)?, &mut keys);
    keys.into_iter().try_for_each(|key| check_key(layer, key, known).map(drop))
}

fn check_key(layer: &str, key: String, known: &BTreeSet<String>) -> Result<String, SettingsError> {
    let free = FREE.iter().any(|root| key.strip_prefix(root).is_some_and(|r| r.starts_with('.')));
    if free || known.contains(&key) {
        return Ok(key);
    }
    let nearest = nearest::nearest(&key, known.iter().map(String::as_str)).to_owned();
    Err(SettingsError::UnknownKey { layer: layer.to_owned(), key, nearest })
}

fn env_overrides(
    env: &BTreeMap<String, String>,
    known: &BTreeSet<String>,
) -> Result<Vec<(String, String)>, SettingsError> {
    let aliased = ALIASES.iter().filter_map(|(name, key)| {
        let value = env.get(*name).filter(|v| !v.is_empty())?;
        Some(Ok(((*key).to_owned(), value.clone())))
    });
    let prefixed = env.iter().filter_map(|(name, value)| {
        let key = name.strip_prefix(ENV_PREFIX)?.to_ascii_lowercase().replace("__", ".");
        Some(check_key(&format!("environment {name}"), key, known).map(|key| (key, value.clone())))
    });
    aliased.chain(prefixed).collect()
}

/// A value of the environment with the type it spells: TOML where it parses, else text.
fn env_value(text: &str) -> config::Value {
    let parsed = toml::from_str::<toml::Table>(&format!("v = {text}")).ok();
    parsed.and_then(|mut table| table.remove("v")).map_or_else(|| text.into(), typed)
}

fn typed(value: toml::Value) -> config::Value {
    match value {
        toml::Value::Integer(n) => n.into(),
        toml::Value::Float(n) => n.into(),
        toml::Value::Boolean(b) => b.into(),
        toml::Value::String(s) => s.into(),
        toml::Value::Datetime(d) => d.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(typed).collect::<Vec<_>>().into(),
        toml::Value::Table(table) => {
            let fields = table.into_iter().map(|(name, value)| (name, typed(value)));
            fields.collect::<config::Map<String, config::Value>>().into()
        }
    }
}

fn profile_name(
    layers: &Layers,
    texts: &[(String, String)],
    env: &[(String, String)],
) -> Result<String, SettingsError> {
    if let Some(profile) = &layers.profile {
        return Ok(profile.clone());
    }
    if let Some((_, profile)) = env.iter().find(|(key, _)| key == "profile") {
        return Ok(profile.clone());
    }
    for (layer, text) in texts.iter().rev() {
        if let Some(profile) = parse(layer, text)?.get("profile").and_then(toml::Value::as_str) {
            return Ok(profile.to_owned());
        }
    }
    Ok(String::new())
}

fn profile_text(name: &str) -> Result<&'static str, SettingsError> {
    match name {
        "demo" => Ok(DEMO_TOML),
        "production" => Ok(PRODUCTION_TOML),
        other => Err(SettingsError::UnknownProfile(other.to_owned())),
    }
}

/// The folder of people's shares of keys, inside the data folder.
pub fn keys_folder(data_folder: &Path) -> PathBuf {
    data_folder.join("keys")
}

/// The file of the appliance key, inside the data folder.
pub fn appliance_key_file(data_folder: &Path) -> PathBuf {
    data_folder.join("appliance.key")
}

/// Where secrets lie when the settings do not say: in what the service manager hands over, else in the data folder.
fn secrets_folder(env: &BTreeMap<String, String>, data_folder: &Path) -> PathBuf {
    match env.get("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => data_folder.join("secrets"),
    }
}

#[cfg(test)]
mod tests;
