//! Device, cores, memory, weights and their rights.

use std::sync::OnceLock;
use std::thread::available_parallelism;

use models::DeviceKind;
use models::manifest::{CommercialUse, Entry, Manifest, Weights};
use models::weights::Shelf;

use super::{Case, Check, Status, ask};
use crate::api::chain;
use crate::app::installed::{self, Record};
use crate::settings::{Device, Settings};

const CORES_MIN: usize = 2;
const MEMORY_MB_MIN: u64 = 2_048;

pub(super) fn checks(case: &Case) -> Vec<Check> {
    vec![device(case), adapters(case.settings()), features(), cores(), memory()]
}

fn device(case: &Case) -> Check {
    let tried = case.tried();
    let mend = "vulkaninfo --summary; set compute.device to auto or cpu; facepay models verify";
    let found =
        tried.device.as_ref().map(|d| format!("{} through {} ({}): {}", d.adapter, d.backend, d.kind, d.why));
    let asked = ask("compute.device", "every face runs through it", mend);
    if case.is_running() && !case.settings().recognition.enabled {
        return asked.found(Status::Skip, "recognition is switched off, so that nothing runs");
    }
    asked.must(found.map_err(Clone::clone))
}

fn adapters(settings: &Settings) -> Check {
    let asked = ask(
        "compute.gpu",
        "a GPU serves more cameras",
        "install the GPU's Vulkan driver: apt install mesa-vulkan-drivers or nvidia-driver",
    );
    // They stay as they are as long as a process runs, and its driver is not asked twice.
    static ADAPTERS: OnceLock<Vec<models::AdapterInfo>> = OnceLock::new();
    let adapters = ADAPTERS.get_or_init(models::engine::adapters);
    let name = |adapter: &models::AdapterInfo| {
        format!("{} ({}, {})", adapter.name, adapter.kind.as_str(), adapter.driver)
    };
    let list = adapters.iter().map(name).collect::<Vec<_>>().join("; ");
    let hardware = adapters.iter().any(|adapter| adapter.kind == DeviceKind::Gpu);
    match (hardware, settings.compute.device) {
        (true, _) => asked.found(Status::Ok, list),
        (false, Device::Gpu) => asked.found(Status::Fail, format!("compute.device is gpu; found: {list}")),
        (false, _) if adapters.is_empty() => {
            asked.found(Status::Skip, "no Vulkan adapter; the CPU runs the networks")
        }
        (false, _) => asked.found(Status::Skip, format!("software only: {list}; the CPU runs the networks")),
    }
}

fn features() -> Check {
    let asked = ask(
        "compute.cpu_features",
        "without vector instructions a face takes ten times as long",
        "use a CPU with AVX2 and FMA, or a GPU",
    );
    #[cfg(target_arch = "x86_64")]
    let found = [
        ("AVX2", is_x86_feature_detected!("avx2")),
        ("FMA", is_x86_feature_detected!("fma")),
        ("AVX-512F", is_x86_feature_detected!("avx512f")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let found = [("NEON", cfg!(target_arch = "aarch64")), ("", true), ("", true)];
    let there: Vec<&str> =
        found.iter().filter(|(name, there)| *there && !name.is_empty()).map(|(name, _)| *name).collect();
    asked.should(match found[0].1 && found[1].1 {
        true => Ok(there.join(", ")),
        false => Err(format!("only: {}", there.join(", "))),
    })
}

fn cores() -> Check {
    let cores = available_parallelism().map_or(1, usize::from);
    ask("compute.cores", "recognition and video decoding share them", "use a machine with at least 2 cores")
        .should(match cores >= CORES_MIN {
            true => Ok(format!("{cores} cores")),
            false => Err(format!("{cores} core")),
        })
}

fn memory() -> Check {
    let asked = ask(
        "compute.memory",
        "networks, gallery and video need about 1 GB",
        "use a machine with at least 2 GB",
    );
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = total.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    match kib.map(|kib| kib / 1024) {
        None => asked.found(Status::Skip, "this system does not say how much there is"),
        Some(mb) => {
            asked.should(if mb >= MEMORY_MB_MIN { Ok(format!("{mb} MB")) } else { Err(format!("{mb} MB")) })
        }
    }
}

pub(super) fn networks(case: &Case) -> Vec<Check> {
    let settings = case.settings();
    let whole = ask(
        "models.weights",
        "changed weights recognise other people",
        "facepay models verify; install the weights anew or set compute.weights_folder",
    );
    let cleared = ask(
        "models.licence",
        "a network whose training data is not cleared is a legal risk",
        "facepay models list; ask the makers or a lawyer",
    );
    let (shelf, records) = match (installed::shelf(settings), installed::records(settings)) {
        (Ok(shelf), Ok(records)) => (shelf, records),
        (Err(error), _) | (_, Err(error)) => return vec![whole.must(Err(chain(&error)))],
    };
    let manifest = match Manifest::read(&shelf.folder.join("manifest.toml")) {
        Ok(manifest) => manifest,
        Err(error) => return vec![whole.must(Err(chain(&error)))],
    };
    let is_here = |entry: &&Entry| {
        matches!(entry.weights, Weights::Delivered(_))
            || records.iter().any(|record| record.name == entry.name)
    };
    let here: Vec<&Entry> = manifest.models.iter().filter(is_here).collect();
    let open: Vec<&str> = here
        .iter()
        .filter(|entry| entry.rights.commercial_use != CommercialUse::Yes)
        .map(|entry| entry.name.as_str())
        .collect();
    let cleared = cleared.should(match open.is_empty() {
        true => Ok("every network is cleared for commercial use".to_owned()),
        false => Err(format!("not known to be cleared for commercial use: {}", open.join(", "))),
    });
    vec![whole.must(sound(&here, &shelf)), vouched(&records), cleared]
}

fn sound(networks: &[&Entry], shelf: &Shelf) -> Result<String, String> {
    let faults = networks.iter().filter_map(|entry| shelf.read(entry).err());
    let faults: Vec<String> = faults.map(|error| chain(&error)).collect();
    match faults.is_empty() {
        true => Ok(format!(
            "{} networks are as published or as installed; delivered ones lie in {}",
            networks.len(),
            shelf.folder.display()
        )),
        false => Err(faults.join("; ")),
    }
}

fn vouched(records: &[Record]) -> Check {
    let asked = ask(
        "models.vouched",
        "nobody but the person who installed it says what a network of an unknown file does",
        "facepay models list --json; facepay models remove, then install the makers' known file",
    );
    let vouched = records.iter().filter(|record| !record.is_known);
    let vouched: Vec<String> =
        vouched.map(|record| format!("{} from sha256 {}", record.name, record.source_sha256)).collect();
    asked.should(match vouched.is_empty() {
        true => Ok(format!("{} networks were installed, each from a known file", records.len())),
        false => Err(format!("installed from files that the manifest doesn't know: {}", vouched.join(", "))),
    })
}
