//! Where plugins and weights lie: where the settings say, else where packages and builds put them.

use std::path::{Path, PathBuf};

/// The folder of the plugins; the first place that holds any when `configured` is empty.
pub(crate) fn plugins(configured: &Path) -> PathBuf {
    let installed = ["../lib/facepay/plugins", "."];
    let is_here = |folder: &Path| folder.join("libdetection_blazeface.so").is_file();
    found(configured, &installed, Path::new("/usr/lib/facepay/plugins"), None, is_here)
}

/// The folder of the weights, with their manifest; the first place that has one when `configured` is empty.
pub(crate) fn weights(configured: &Path) -> PathBuf {
    let installed = ["../share/facepay/models", "models"];
    let is_here = |folder: &Path| folder.join("manifest.toml").is_file();
    found(
        configured,
        &installed,
        Path::new("/usr/share/facepay/models"),
        Some(Path::new("models/weights")),
        is_here,
    )
}

/// The program that runs a sandboxed plugin: beside this one, or where packages put it.
pub(crate) fn plugin_worker() -> PathBuf {
    let is_here = |folder: &Path| folder.join(plugin_host::WORKER).is_file();
    let folder = found(Path::new(""), &[".", "../lib/facepay"], Path::new("/usr/lib/facepay"), None, is_here);
    folder.join(plugin_host::WORKER)
}

/// A program built in a checkout lies so deep below it at most.
const CHECKOUT_DEPTH_MAX: usize = 5;

/// Where nothing is found, the system's folder: that is the one to name in an error.
fn found(
    configured: &Path,
    beside_program: &[&str],
    system: &Path,
    checkout: Option<&Path>,
    is_here: impl Fn(&Path) -> bool,
) -> PathBuf {
    if !configured.as_os_str().is_empty() {
        return configured.to_owned();
    }
    let program = program_folder();
    let beside = beside_program.iter().filter_map(|place| Some(program.as_ref()?.join(place)));
    // A program built in a checkout lies some folders below it.
    let above = program.iter().flat_map(|folder| folder.ancestors().take(CHECKOUT_DEPTH_MAX));
    let above = checkout.map(|place| above.map(move |folder| folder.join(place))).into_iter().flatten();
    let here = checkout.map(PathBuf::from);
    let mut places = beside.chain([system.to_owned()]).chain(here).chain(above);
    places.find(|place| is_here(place)).unwrap_or_else(|| system.to_owned())
}

/// The folder of the running program; test programs lie one below the others.
fn program_folder() -> Option<PathBuf> {
    let folder = std::env::current_exe().ok()?.parent()?.to_owned();
    match folder.file_name().is_some_and(|name| name == "deps") {
        true => folder.parent().map(PathBuf::from),
        false => Some(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_settings_name_is_taken_whether_it_is_there_or_not() {
        assert_eq!(plugins(Path::new("/nowhere")), Path::new("/nowhere"));
        assert_eq!(weights(Path::new("/nowhere")), Path::new("/nowhere"));
    }

    #[test]
    fn the_first_place_that_fits_is_taken_and_else_the_systems() {
        let system = Path::new("/usr/share/x");
        let checkout = Some(Path::new("models/weights"));
        let at = |is_here: fn(&Path) -> bool| found(Path::new(""), &["a", "b"], system, checkout, is_here);
        assert!(at(|place| place.ends_with("b")).ends_with("b"));
        assert_eq!(at(|place| place.ends_with("weights")), Path::new("models/weights"));
        assert_eq!(at(|_| false), system);
    }
}
