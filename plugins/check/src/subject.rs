//! The plugin under test, with the settings that it gets and the host that it meets.

use std::path::PathBuf;
use std::sync::Arc;

use plugin_host::probe::{Age, Answer, Extensions, Instance, Library, ProbeHost, Sink};
use plugin_host::{InferenceService, Limits, Manifest, Schema, SecretService, Settled, WorkerOptions};
use plugin_sdk::abi::{FP_E_CONFIG, FP_OK};
use serde_json::Value;

use crate::case::Stop;
use crate::sample::Sampler;
use crate::seed::Chance;

/// What every test promises a plugin not to exceed.
pub(crate) const LIMITS: Limits = Limits { max_batch: 8, max_width: 1920, max_height: 1920, threads: 1 };

/// What the caller has for plugins that ask for it.
#[derive(Clone, Default)]
pub struct Offers {
    /// The networks.
    pub inference: Option<Arc<dyn InferenceService>>,
    /// The keys.
    pub secrets: Option<Arc<dyn SecretService>>,
    /// As many other keys under the same names.
    pub other_secrets: Option<Arc<dyn SecretService>>,
    /// How sandboxed plugins are run.
    pub worker: Option<WorkerOptions>,
}

/// One plugin under test.
pub(crate) struct Subject {
    pub(crate) path: PathBuf,
    pub(crate) library: Library,
    pub(crate) manifest: Manifest,
    pub(crate) schema: Schema,
    /// The schema as it stands, for what is drawn by chance.
    pub(crate) schema_json: Value,
    pub(crate) settled: Result<Settled, String>,
    /// Nobody gave settings: those that the schema asks for are made up, and a plugin may refuse them.
    pub(crate) made_up: bool,
    pub(crate) offers: Offers,
    pub(crate) seed: u64,
    /// Endpoints that the appliance has for a payment plugin.
    pub(crate) endpoints: u32,
    /// What a payer left for a payment plugin.
    pub(crate) instrument: Value,
    /// A message of the provider, signed with the key of the tests.
    pub(crate) message: Option<Value>,
    /// The calls are made in a sandboxed process, where a test does without the raw ones.
    pub(crate) isolated: bool,
}

impl Subject {
    /// What the plugin requires of its host and the caller does not have.
    pub(crate) fn missing(&self) -> Option<&str> {
        let missing = |id: &&String| match id.as_str() {
            "facepay.host.log/1" | "facepay.host.metrics/1" | "facepay.host.executor/1" => false,
            "facepay.host.frame-ref/1" => false,
            "facepay.host.inference/1" => self.offers.inference.is_none(),
            "facepay.host.secret/1" => self.offers.secrets.is_none(),
            _ => true,
        };
        self.manifest.required_host_ext.iter().find(missing).map(String::as_str)
    }

    /// The settings of every test that is not about settings.
    pub(crate) fn settled(&self) -> Result<&Settled, Stop> {
        self.settled.as_ref().map_err(|why| Stop::Skip(format!("no settings to test with: {why}")))
    }

    /// A host with everything that the caller has.
    pub(crate) fn host(&self) -> ProbeHost {
        self.host_with(self.offers.inference.clone())
    }

    pub(crate) fn host_with(&self, inference: Option<Arc<dyn InferenceService>>) -> ProbeHost {
        let extensions = Extensions { none: false, inference, secrets: self.offers.secrets.clone() };
        ProbeHost::new(&self.manifest.id, extensions, self.settled.as_ref().ok())
    }

    /// A new instance on this host.
    pub(crate) fn created(&self, host: &ProbeHost) -> Result<Instance, Stop> {
        let made = self.library.create(&self.manifest.id, host, Sink::Keeps);
        made.map_err(|answer| Stop::Fail(format!("create answered {}", said(&answer))))
    }

    /// An instance at work.
    pub(crate) fn active(&self) -> Result<Instance, Stop> {
        self.active_on(&self.host())
    }

    pub(crate) fn active_on(&self, host: &ProbeHost) -> Result<Instance, Stop> {
        if let Some(extension) = self.missing() {
            return Stop::skip(format!("it requires {extension}, which is not offered here"));
        }
        let instance = self.created(host)?;
        self.configured(&instance)?;
        expect_ok("activate", &instance.activate(&LIMITS, Age::Same, Sink::Keeps))?;
        Ok(instance)
    }

    /// Gives an instance the settings of the tests.
    pub(crate) fn configured(&self, instance: &Instance) -> Result<(), Stop> {
        let answer = instance.configure(&self.settled()?.json, Sink::Keeps);
        match answer.status {
            FP_E_CONFIG if self.made_up && !answer.reason.is_empty() => Stop::skip(format!(
                "it refuses settings that are made up from its schema, so give it true ones: {}",
                answer.reason
            )),
            _ => expect_ok("configure", &answer),
        }
    }

    /// Chance of this run, apart for each purpose.
    pub(crate) fn chance(&self, purpose: u64) -> Chance {
        Chance::from_seed(self.seed ^ purpose.wrapping_mul(0x2545_F491_4F6C_DD1D))
    }
}

/// Reads the schema and finds settings: the given ones, or the least that the schema asks for.
pub(crate) fn settle(
    manifest: &Manifest,
    given: Option<&str>,
) -> Result<(Schema, Value, Result<Settled, String>), String> {
    let schema = Schema::parse(&manifest.config_schema).map_err(|error| error.to_string())?;
    let text = if manifest.config_schema.trim().is_empty() {
        r#"{"type":"object"}"#
    } else {
        &manifest.config_schema
    };
    let schema_json: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let least = || Sampler::new(&mut Chance::from_seed(1)).least(&schema_json).to_string();
    let settings = given.map_or_else(least, str::to_owned);
    let settled = schema.settle(&settings).map_err(|error| match given {
        Some(_) => error.to_string(),
        None => format!("{error}; give settings"),
    });
    Ok((schema, schema_json, settled))
}

/// A status and its reason, for a person.
pub(crate) fn said(answer: &Answer) -> String {
    let Answer { status, reason, .. } = answer;
    match plugin_sdk::Error::from_status(*status, reason.clone()) {
        None => "FP_OK".into(),
        Some(error) => format!("{error} (status {status})"),
    }
}

pub(crate) fn expect_ok(what: &str, answer: &Answer) -> Result<(), Stop> {
    match answer.status {
        FP_OK => Ok(()),
        _ => Stop::fail(format!("{what} answered {}", said(answer))),
    }
}
