//! Every network of the manifest answers what the original answered to a portrait.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use models::manifest::{Entry, Manifest};
use models::net::{self, Network};
use models::{verify, weights};

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("weights")
}

pub(crate) fn entry(name: &str) -> Entry {
    Manifest::builtin().unwrap().entry(name).unwrap().clone()
}

pub(crate) fn network(name: &str, device: &Device) -> Box<dyn Network> {
    let entry = entry(name);
    net::load(&entry, &weights::read(&entry, &folder()).unwrap(), device).unwrap()
}

#[test]
fn every_network_answers_as_the_original_did() {
    let manifest = Manifest::builtin().unwrap();
    let reports = verify(&manifest, &folder());
    assert_eq!(reports.len(), manifest.models.len());
    for report in reports {
        let parity = report.parity.unwrap();
        eprintln!(
            "{:22} cosine {:.8}, largest difference {:.2e}",
            report.name, parity.cosine_min, parity.difference_max
        );
        assert!(parity.holds(), "{}: {parity:?}", report.name);
    }
}
