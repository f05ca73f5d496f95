//! Prints the steps of a network with its weights, for engines that ours is compared with:
//! `cargo run --bench steps -- mobilefacenet-512 > mobilefacenet-512.json`.

use std::path::Path;

use models::manifest::Manifest;
use models::weights::Shelf;
use models::{net, plan};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().skip(1).find(|word| !word.starts_with('-')).ok_or("name a network")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights");
    let manifest = Manifest::read(&folder.join("manifest.toml"))?;
    let entry = manifest.entry(&name).ok_or("the manifest has no such network")?;
    let weights = Shelf { folder, installed: Vec::new() }.read(entry)?;
    let network = net::load(entry, &weights, &burn::tensor::Device::flex())?;
    let plan = plan::record(&*network).ok_or("the network has no steps")?;
    Ok(serde_json::to_writer(std::io::stdout().lock(), &plan)?)
}
