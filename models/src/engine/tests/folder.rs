//! The weights folder: what the engine makes of a manifest that an operator has changed or added to.

use std::io::Write;
use std::path::Path;

use super::*;

const WEIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/weights");
const FILE: &str = "blazeface-short-range.safetensors";

/// A folder with the short-range detector's weights and the manifest as `changed`.
fn folder(changed: impl Fn(String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifest = std::fs::read_to_string(Path::new(WEIGHTS).join("manifest.toml")).unwrap();
    std::fs::write(folder.path().join("manifest.toml"), changed(manifest)).unwrap();
    std::fs::copy(Path::new(WEIGHTS).join(FILE), folder.path().join(FILE)).unwrap();
    folder
}

/// The manifest with one more entry: the short-range detector under another name, with `width` pixels a row.
fn with_own_entry(manifest: &str, width: usize) -> String {
    let entries: Vec<&str> = manifest.split("[[model]]").collect();
    let short_range = entries.iter().find(|entry| entry.contains(FILE)).unwrap();
    let own = short_range.replace("name = \"blazeface-short-range\"", "name = \"own\"");
    let own = own.replace("width = 128", &format!("width = {width}"));
    let own = own.replace("commercial_use = \"yes\"", "commercial_use = \"ask\"");
    format!("{manifest}\n[[model]]{own}")
}

fn start(folder: &tempfile::TempDir) -> Result<Engine, EngineError> {
    Engine::start(EngineOptions {
        device: DeviceChoice::Cpu,
        threads: 1,
        ..EngineOptions::new(folder.path())
    })
}

#[test]
fn a_known_network_that_the_manifest_describes_otherwise_is_refused() {
    let folder = folder(|manifest| manifest.replacen("mean = 127.5", "mean = 0.0", 1));
    let Err(EngineError::Weights { source, .. }) = start(&folder) else { panic!("the manifest is refused") };
    assert!(source.to_string().contains("blazeface-full-range"), "{source}");
}

#[test]
fn an_input_that_is_not_the_networks_is_refused_and_harms_no_other() {
    let folder = folder(|manifest| with_own_entry(&manifest, 100));
    let engine = start(&folder).unwrap();
    let Err(EngineError::Weights { source, .. }) = engine.open("own") else { panic!("the entry is refused") };
    assert!(source.to_string().contains("[128, 100]"), "{source}");
    assert!(engine.open("blazeface-short-range").is_ok());
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_network_without_clearance_is_warned_of_and_others_are_not() {
    let folder = folder(|manifest| with_own_entry(&manifest, 128));
    let shelf = Shelf { folder: folder.path().to_owned(), ..Shelf::default() };
    let machine = Machine { burn: burn::tensor::Device::flex(), gpu: None, warper: None, batch_max: 1 };
    let load = model::from_shelf(shelf).unwrap();
    let warned = |model| {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
        tracing::subscriber::with_default(subscriber.finish(), || load(model, &machine))
            .map(|_| String::from_utf8(log.0.lock().unwrap().clone()).unwrap())
    };
    let own = warned("own").unwrap();
    assert!(own.contains("WARN") && own.contains("own") && own.contains("Apache-2.0"), "{own}");
    assert_eq!(warned("blazeface-short-range").unwrap(), "");
}
