//! Packages of other vendors' plugins: the operator's policy, the store, and what is believed today.

use std::path::PathBuf;

use domain::Timestamp;
use plugin_package::{Date, Package, PackageStore, PublicKey, Refusal, StoreError, Trust, Verifier};

use crate::api::chain;
use crate::app::StartError;
use crate::plugins::Version;
use crate::settings::Settings;

/// Where packages lie and who is trusted.
#[derive(Clone)]
pub(crate) struct Packages {
    store: PackageStore,
    policy_file: PathBuf,
    /// Signs the policy; without it no policy is read.
    root_key: Option<PublicKey>,
    allow_unsigned: bool,
}

impl Packages {
    pub(crate) fn new(settings: &Settings) -> Self {
        let named = &settings.plugins;
        let folder = match named.store.as_os_str().is_empty() {
            true => settings.data.folder.join("plugins"),
            false => named.store.clone(),
        };
        let policy_file = match named.policy.as_os_str().is_empty() {
            true => folder.join("policy.json"),
            false => named.policy.clone(),
        };
        // The settings were checked: what does not parse is empty.
        let root_key = named.root_key.parse().ok();
        let allow_unsigned = named.allow_unsigned;
        Self { store: PackageStore::new(folder), policy_file, root_key, allow_unsigned }
    }

    /// Where updates of the appliance itself are believed: by the same policy, whose counter root remembers apart from what the
    /// appliance's account can write, and never without a signature.
    pub(crate) fn of_the_appliance(settings: &Settings) -> Self {
        let store = PackageStore::new(settings.update.folder.clone());
        Self { store, allow_unsigned: false, ..Self::new(settings) }
    }

    /// The same, believing packages that nobody vouches for as well.
    pub(crate) fn allowing_unsigned(self, allow: bool) -> Self {
        Self { allow_unsigned: self.allow_unsigned || allow, ..self }
    }

    pub(crate) fn store(&self) -> &PackageStore {
        &self.store
    }

    /// Believes by the policy as it is now.
    ///
    /// # Errors
    /// When there is a policy and it is not believed.
    pub(crate) fn verifier(&self, at: Timestamp) -> Result<Verifier, StoreError> {
        let today = day(at);
        let read = self.root_key.as_ref().map(|root| self.store.policy(&self.policy_file, root, today));
        Ok(Verifier { policy: read.transpose()?.flatten(), allow_unsigned: self.allow_unsigned, today })
    }

    /// That version of an installed package, believed; where it is not kept `apart`, one that may be loaded into this process.
    ///
    /// # Errors
    /// Why it may not.
    pub(crate) fn open(
        &self,
        id: &str,
        version: Version,
        at: Timestamp,
        apart: bool,
    ) -> Result<Package, StartError> {
        let opened = self.verifier(at).and_then(|verifier| match version {
            Version::InForce => self.store.open(id, &verifier),
            Version::Previous => self.store.open_previous(id, &verifier),
        });
        let opened = opened.and_then(|package| if apart { Ok(package) } else { Ok(in_process(package)?) });
        opened.map_err(|error| refused(id, &error))
    }
}

/// A package that may run within this process: one that the policy lists, or one for development.
fn in_process(package: Package) -> Result<Package, Refusal> {
    match package.may_run_in_process || package.trust == Trust::Unsigned {
        true => Ok(package),
        false => Err(Refusal::NotInProcess { digest: package.digest }),
    }
}

fn refused(id: &str, error: &StoreError) -> StartError {
    match error {
        StoreError::Refused(_) | StoreError::Damaged(_) => {
            StartError::Plugin { id: id.to_owned(), why: chain(error) }
        }
        _ => StartError::Unavailable(format!("the plugin {id} is not loaded: {}", chain(error))),
    }
}

/// The day of a moment (UTC).
fn day(at: Timestamp) -> Date {
    let moment = jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::MAX);
    jiff::tz::TimeZone::UTC.to_datetime(moment).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_utc() {
        let rows = [(0, "1970-01-01"), (86_399_999_999, "1970-01-01"), (86_400_000_000, "1970-01-02")];
        for (micros, expected) in rows {
            assert_eq!(day(Timestamp(micros)).to_string(), expected);
        }
        assert_eq!(day(Timestamp(i64::MAX)).to_string(), "9999-12-30", "no clock makes it fail open");
    }
}
