//! The packages in the store, for `facepay plugin list`.

use plugin_package::Placed;
use serde::Serialize;

use super::super::{Failure, terminal};
use super::package::{failure, vouched};
use crate::api::chain;
use crate::app::start::machine_clock;
use crate::packages::Packages;
use crate::settings::Settings;

/// A package in the store, believed or not.
#[derive(Serialize)]
pub(super) struct Kept {
    #[serde(flatten)]
    placed: Placed,
    id: String,
    previous: Option<Placed>,
    counter_max: u64,
    /// `signed by KEY`, `UNSIGNED`, or the reason why it is not loaded.
    state: String,
}

/// The packages in the store, each verified as at a start.
pub(super) fn kept(settings: &Settings) -> Result<Vec<Kept>, Failure> {
    let packages = Packages::new(settings);
    let records = packages.store().records().map_err(|error| failure(&error))?;
    let verifier = packages.verifier(machine_clock()());
    let state = |id: &str| match &verifier {
        Ok(verifier) => match packages.store().open(id, verifier) {
            Ok(package) => vouched(&package),
            Err(error) => chain(&error),
        },
        Err(error) => chain(error),
    };
    let kept = records.into_iter().map(|record| Kept {
        state: state(&record.id),
        id: record.id,
        placed: record.current,
        previous: record.previous,
        counter_max: record.counter_max,
    });
    Ok(kept.collect())
}

/// Shows what is installed, where anything is.
pub(super) fn show(kept: &[Kept]) {
    if kept.is_empty() {
        return;
    }
    terminal::out("");
    let row = |kept: &Kept| {
        let before = kept.previous.as_ref().map(|placed| placed.version.clone()).unwrap_or_default();
        let (version, digest) = (kept.placed.version.clone(), kept.placed.digest.short());
        vec![kept.id.clone(), version, digest, kept.placed.counter.to_string(), before, kept.state.clone()]
    };
    let rows: Vec<_> = kept.iter().map(row).collect();
    terminal::table(&["INSTALLED", "VERSION", "SHA256", "COUNTER", "BEFORE", "STATE"], &rows);
}
