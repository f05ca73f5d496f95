//! Who people are, by the word of issuers: an identity provider is asked, and what it finds is kept with the person.

mod portrait;
mod question;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use domain::identity::{Assurance, Purpose, State};
use domain::{IdentityCheckId, Secret, UserId};
use plugin_host::identity::{self as plugin, Attested, Finding, Identity, Op, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{By, IdentityCheckRow, IdentityEnding, NewIdentityCheck};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::App;
use crate::api::{Problem, chain};
use crate::auth::Principal;
use crate::effects::{self, Bounds, Ending, Journal};
use crate::metrics::FaultLabels;
use crate::plugins::{self, IdentitySteps};
use crate::settings::{self, Settings};

/// A check takes no longer than its deadline and this much: what is still asked then was left behind.
const GRACE: Duration = Duration::from_secs(30);

/// The loaded identity plugins, in the order of the settings.
#[derive(Default)]
pub(crate) struct Identities(Vec<Identity>);

impl Identities {
    pub(crate) fn new(identities: Vec<Identity>) -> Self {
        Self(identities)
    }

    /// The one with this id, with or without our own prefix.
    fn find(&self, id: &str) -> Result<&Identity, Problem> {
        let is = |known: &str| known == id || known.strip_prefix("org.facepay.") == Some(id);
        let found = self.0.iter().find(|identity| is(&id_of(identity)));
        found.ok_or_else(|| {
            let known = self.0.iter().map(id_of).collect::<Vec<_>>().join(", ");
            let detail = match known.is_empty() {
                true => "no identity plugin is loaded: see plugins.identity".to_owned(),
                false => format!("there is no identity provider {id:.80}; there are: {known}"),
            };
            Problem::unprocessable("provider_unknown", detail)
        })
    }
}

fn id_of(identity: &Identity) -> String {
    identity.plugin().manifest().id.clone()
}

/// What is to be checked.
pub(crate) struct Claimed {
    pub(crate) provider: String,
    /// What the document or claim is, in the provider's words.
    pub(crate) kind: String,
    pub(crate) purpose: Purpose,
    /// What the person says, their consent among it.
    pub(crate) claim: Map<String, Value>,
    /// What the person confides: it is handed on and not kept.
    pub(crate) secret: BTreeMap<String, Secret<String>>,
    /// What the person hands over, as it was read.
    pub(crate) document: Bytes,
}

/// What an issuer attests, as far as it is kept; sealed with the person's key.
#[derive(Serialize, Deserialize)]
pub(crate) struct Attestation {
    pub(crate) issuer: String,
    pub(crate) issued_at_s: u64,
    pub(crate) attributes: BTreeMap<String, String>,
    /// How like the document's picture is to the person's enrolled face. It helps a person who decides, and decides nothing.
    pub(crate) portrait_similarity: Option<f32>,
}

impl Attestation {
    /// That of a check which verified somebody.
    pub(crate) fn of(row: &IdentityCheckRow) -> Option<Self> {
        row.attested.as_ref().and_then(|json| serde_json::from_slice(json).ok())
    }
}

/// A check, with what is told of the person this once.
pub(crate) struct Checked {
    pub(crate) row: IdentityCheckRow,
    pub(crate) attestation: Option<Attestation>,
}

/// Asks a provider who `user` is. It goes on to its end, whether or not whoever asked waits for it.
pub(crate) async fn check(
    app: &App,
    by: &Principal,
    user: UserId,
    claimed: Claimed,
) -> Result<Checked, Problem> {
    let identity = app.identities().find(&claimed.provider)?.clone();
    if claimed.document.len() > plugin::DOCUMENT_BYTES_MAX {
        let detail = format!("a document has at most {} bytes", plugin::DOCUMENT_BYTES_MAX);
        return Err(Problem::unprocessable("document_too_large", detail));
    }
    let new = NewIdentityCheck {
        id: IdentityCheckId(Uuid::now_v7()),
        user,
        provider: id_of(&identity),
        kind: claimed.kind.clone(),
        purpose: claimed.purpose,
        attempt_ref: *Uuid::new_v4().as_bytes(),
        day_count_max: app.settings().identity.day_count_max,
    };
    let (actor, at) = (by.actor(), app.now());
    let row = app.store(move |store| store.begin_identity_check(By { actor: &actor, at }, &new)).await?;
    let request = question::verify(&row, claimed, app.now());
    let (app, by) = (app.clone(), by.clone());
    app.clone().finish(async move { asked(&app, &by, &identity, row, request).await }).await
}

/// Asks the provider what became of a check that has no verdict.
pub(crate) async fn ask_again(app: &App, by: &Principal, id: IdentityCheckId) -> Result<Checked, Problem> {
    let row = app.store(move |store| store.identity_check(id)).await?;
    if !row.state.is_open() {
        let detail = format!("this identity check is {}: there is nothing to ask", row.state);
        return Err(Problem::conflict("conflict", detail));
    }
    let identity = app.identities().find(&row.provider)?.clone();
    if !identity.offers(Op::Sync) {
        let detail = "this provider cannot be asked again; begin another check";
        return Err(Problem::conflict("not_offered", detail));
    }
    let request = question::sync(&row, app.now());
    let (app, by) = (app.clone(), by.clone());
    app.clone().finish(async move { asked(&app, &by, &identity, row, request).await }).await
}

/// A person's checks before `before`, newest first.
pub(crate) async fn checks(
    app: &App,
    user: UserId,
    before: Option<IdentityCheckId>,
    limit: u32,
) -> Result<Vec<IdentityCheckRow>, Problem> {
    Ok(app.store(move |store| store.identity_checks(user, before, limit)).await?)
}

/// How surely a provider has to vouch for a payer.
pub(super) fn least(settings: &Settings) -> Assurance {
    match settings.identity.step_up_assurance {
        settings::Assurance::Low => Assurance::Low,
        settings::Assurance::Substantial => Assurance::Substantial,
        settings::Assurance::High => Assurance::High,
    }
}

/// The full ids of the providers whose checks carry payments.
pub(super) fn carriers(settings: &Settings) -> Vec<String> {
    settings.identity.step_up.iter().map(|name| plugins::full_id(name)).collect()
}

/// What is still asked for was left behind by an appliance that is gone.
pub(super) async fn leave(app: &App) -> Result<(), store::StoreError> {
    let longest = Duration::from_millis(app.settings().identity.deadline_ms_max) + GRACE;
    let (actor, at) = (Principal::SYSTEM.actor(), app.now());
    app.store(move |store| store.leave_identity_checks(By { actor: &actor, at }, at.minus(longest))).await
}

async fn asked(
    app: &App,
    by: &Principal,
    identity: &Identity,
    row: IdentityCheckRow,
    request: plugin::Request,
) -> Result<Checked, Problem> {
    let finding = found(app, identity, &row, request).await;
    let provider_ref = Some(finding.provider_ref).filter(|reference| !reference.is_empty());
    let ended = |state, code| IdentityEnding { state, code, provider_ref, attested: None };
    let (ending, attestation) = match finding.verdict {
        Verdict::Verified(attested) => {
            let likeness = portrait::likeness(app, row.user, attested.portrait.as_ref()).await;
            let (kept, told) = attestation(app, attested, likeness)?;
            (IdentityEnding { attested: Some(kept), ..ended(State::Verified, None) }, Some(told))
        }
        Verdict::Refused { code } => (ended(State::Refused, Some(code)), None),
        Verdict::Pending => (ended(State::Pending, None), None),
        Verdict::NotSent => (ended(State::NotSent, None), None),
        Verdict::Unknown => (ended(State::Unknown, None), None),
    };
    let (actor, at, id) = (by.actor(), app.now(), row.id);
    let row = app.store(move |store| store.end_identity_check(By { actor: &actor, at }, id, &ending)).await?;
    Ok(Checked { row, attestation })
}

/// Drives the plugin through one operation.
async fn found(app: &App, identity: &Identity, row: &IdentityCheckRow, request: plugin::Request) -> Finding {
    let settings = &app.settings().identity;
    let bounds = Bounds {
        step_count_max: settings.step_count_max,
        deadline: Duration::from_millis(settings.deadline_ms_max),
        asks: request.op == Op::Sync,
    };
    let steps = IdentitySteps::new(identity, request);
    let endpoints = app.identity_endpoints().with_secrets(steps.secret_handles());
    let notes = Notes { app, check: row.id };
    let Ending { outcome, fault } = effects::drive(Box::new(steps), &endpoints, &notes, bounds).await;
    if let Some(fault) = fault {
        let plugin = &row.provider;
        tracing::error!(plugin, kind = fault.kind, detail = fault.detail, "identity plugin failed");
        let labels = FaultLabels { plugin: plugin.clone(), kind: fault.kind };
        app.metrics().plugin_faults.get_or_create(&labels).inc();
    }
    outcome
}

/// What is kept of an attestation, and what of it is told now.
fn attestation(
    app: &App,
    attested: Attested,
    portrait_similarity: Option<f32>,
) -> Result<(store::Attested, Attestation), Problem> {
    let Attested { reference_key, issuer, issued_at_s, attributes, .. } = attested;
    let assurance = match attested.assurance {
        plugin::Assurance::Low => Assurance::Low,
        plugin::Assurance::Substantial => Assurance::Substantial,
        plugin::Assurance::High => Assurance::High,
    };
    let keep = &app.settings().identity.keep;
    let mut kept = Attestation { issuer, issued_at_s, attributes: attributes.clone(), portrait_similarity };
    kept.attributes.retain(|name, _| keep.contains(name));
    let json = serde_json::to_vec(&kept).map(Zeroizing::new).map_err(|error| Problem::internal(&error))?;
    Ok((store::Attested { assurance, reference_key, json }, Attestation { attributes, ..kept }))
}

/// Keeps a plugin's notes with its check, sealed.
struct Notes<'a> {
    app: &'a App,
    check: IdentityCheckId,
}

impl Journal for Notes<'_> {
    async fn keep(&self, json: Vec<u8>) -> Result<(), String> {
        let (id, at, json) = (self.check, self.app.now(), Zeroizing::new(json));
        let actor = Principal::SYSTEM.actor();
        let kept =
            self.app.store(move |store| store.keep_identity_check(By { actor: &actor, at }, id, &json)).await;
        kept.map_err(|error| chain(&error))
    }
}
