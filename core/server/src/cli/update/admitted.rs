//! Whether an update is taken: who vouches for it, and whether it is for this appliance.

use std::path::Path;

use domain::Timestamp;
use plugin_package::{Refusal, Source, StoreError, Trust};
use serde_json::json;
use uuid::Uuid;

use super::super::plugin::not_believed;
use super::super::{Exit, Failure, terminal};
use crate::api::wire::money::moment;
use crate::app::start::machine_clock;
use crate::packages::Packages;
use crate::settings::Settings;
use crate::update::journal::{Entry, Place, Version};
use crate::update::plan::{self, Installed, Misfit, Outcome};
use crate::update::{database, debian};

/// An update that is taken, and what it comes after.
pub(super) struct Admitted {
    pub(super) update: plugin_package::Update,
    pub(super) installed: Version,
    /// How many migrations it brings.
    migrations: usize,
}

/// Why one is not.
pub(super) struct Refused {
    reason: &'static str,
    failure: Failure,
    /// What it says of itself, which perhaps nobody has verified.
    version: String,
    installed: String,
}

/// Believes the update in `file` by the operator's policy, and holds it against what is installed.
pub(super) fn admitted(settings: &Settings, file: &Path) -> Result<Admitted, Refused> {
    let installed = installed();
    let refused = |reason, failure, version: &str| Refused {
        reason,
        failure,
        version: version.to_owned(),
        installed: installed.as_ref().map(|(version, _)| version.version.clone()).unwrap_or_default(),
    };
    let update = believed(settings, file, machine_clock()()).map_err(|error| {
        let reason = match &error {
            StoreError::Refused(refusal) => refusal.code(),
            _ => "not_read",
        };
        refused(reason, not_believed(&error), "unknown")
    })?;
    let version = update.manifest.version.clone();
    let (installed, architecture) = match &installed {
        Ok(installed) => installed.clone(),
        Err(why) => return Err(refused("not_a_package", Failure::failed(why), &version)),
    };
    let here = Installed {
        version: &installed.version,
        architecture: &architecture,
        migrations: &installed.migrations,
        owns_database: database::is_own(settings),
    };
    match plan::fits(&update.manifest, &here, debian::compare) {
        Ok(migrations) => Ok(Admitted { update, installed, migrations }),
        Err(misfit) => Err(refused(misfit.code(), misfit.into(), &version)),
    }
}

fn installed() -> Result<(Version, String), String> {
    let migrations = store::migrations().map_err(|error| error.to_string())?;
    let version = Version { version: debian::installed()?, sha256: None, migrations };
    Ok((version, debian::architecture()?))
}

fn believed(settings: &Settings, file: &Path, at: Timestamp) -> Result<plugin_package::Update, StoreError> {
    let verifier = Packages::of_the_appliance(settings).verifier(at)?;
    Ok(verifier.verify_update(&Source::open(file)?)?)
}

impl From<Misfit> for Failure {
    fn from(misfit: Misfit) -> Self {
        Self::new(Exit::Integrity, misfit.to_string())
    }
}

impl Refused {
    /// Leaves a note for the audit, and says why.
    pub(super) fn recorded(self, place: &Place, as_json: bool) -> Result<Exit, Failure> {
        place.add(&Entry {
            id: Uuid::now_v7().to_string(),
            at: moment(machine_clock()()),
            outcome: Outcome::Refused,
            from: self.installed.clone(),
            to: self.version.clone(),
            migrates: false,
            why: Some(format!("{}: {}", self.reason, self.failure.text)),
        })?;
        self.said(as_json)
    }

    fn said(self, as_json: bool) -> Result<Exit, Failure> {
        let Self { reason, failure, .. } = self;
        if !as_json {
            return Err(failure);
        }
        terminal::json(&json!({ "ok": false, "reason": reason, "detail": failure.text }));
        Ok(failure.exit)
    }
}

/// Says what the update is, and whether this appliance would take it.
pub(super) fn check(settings: &Settings, place: &Place, file: &Path, as_json: bool) -> Result<Exit, Failure> {
    // The policy's counter is remembered in the folder, which has to be as others read it.
    drop(place.lock()?);
    let Admitted { update, installed, migrations } = match admitted(settings, file) {
        Ok(admitted) => admitted,
        Err(refused) => return refused.said(as_json),
    };
    let manifest = &update.manifest;
    let key_id = match &update.trust {
        Trust::Signed { key_id } => key_id.as_str(),
        Trust::Unsigned => return Err(not_believed(&Refusal::Unsigned.into())),
    };
    if as_json {
        terminal::json(&json!({
            "ok": true, "version": manifest.version, "installed": installed.version, "architecture": manifest.architecture,
            "sha256": update.digest, "key_id": key_id, "counter": manifest.counter, "not_after": manifest.not_after,
            "migrations": migrations, "bytes": update.package.len(),
        }));
        return Ok(Exit::Ok);
    }
    terminal::out(format!("{} over {}: signed by {key_id}", manifest.version, installed.version));
    terminal::out(format!("  update      {}", update.digest));
    terminal::out(format!("  valid       until {}, counter {}", manifest.not_after, manifest.counter));
    terminal::out(format!("  migrations  {migrations}"));
    Ok(Exit::Ok)
}
