//! Builds and finds the libraries that the tests load.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use plugin_host::{
    FourCc, Frame, FrameDesc, Host, HostOptions, Isolation, LoadError, Plane, Plugin, PluginSettings,
    WorkerOptions,
};

pub(crate) const ID: &str = "org.example.fixture";

/// Compiles the C fixture with one fault, named as in `fixture.c`.
pub(crate) fn compile(fault: &str) -> (tempfile::TempDir, PathBuf) {
    compile_source(&std::fs::read_to_string(here().join("fixture.c")).unwrap(), fault)
}

/// Libraries by source and fault: a compiler runs longer than the tests of what it makes.
type Compiled = HashMap<(String, String), Vec<u8>>;
static COMPILED: LazyLock<Mutex<Compiled>> = LazyLock::new(Mutex::default);

pub(crate) fn compile_source(source: &str, fault: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let library = dir.path().join("fixture.so");
    let key = (source.to_owned(), fault.to_owned());
    let known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    match known {
        Some(bytes) => std::fs::write(&library, bytes).unwrap(),
        None => {
            cc(source, fault, dir.path(), &library);
            let bytes = std::fs::read(&library).unwrap();
            COMPILED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, bytes);
        }
    }
    (dir, library)
}

fn cc(source: &str, fault: &str, dir: &Path, library: &Path) {
    let file = dir.join("fixture.c");
    // The preprocessor cannot see enumerators, so the fault is defined by its number.
    let number = source.split(['{', ',', '}']).map(str::trim).position(|word| word == fault);
    let sound = source.split(['{', ',', '}']).map(str::trim).position(|word| word == "SOUND");
    let number = number.zip(sound).map_or(0, |(fault, sound)| fault - sound);
    std::fs::write(&file, source).unwrap();
    let include = here().join("../../../sdk/include");
    let output = Command::new("cc")
        .args([
            "-std=gnu11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-fPIC",
            "-shared",
            &format!("-DFAULT={number}"),
            "-I",
        ])
        .args([&include, &file])
        .arg("-o")
        .arg(library)
        .output()
        .unwrap_or_else(|error| panic!("cc is needed to build the C fixtures: {error}"));
    assert!(output.status.success(), "cc: {}", String::from_utf8_lossy(&output.stderr));
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")
}

pub(crate) fn settings(id: &str, config_json: &str) -> PluginSettings {
    PluginSettings { id: id.into(), config_json: config_json.into() }
}

/// Loads the C fixture with one fault into this process.
pub(crate) fn load(fault: &str) -> Result<Arc<Plugin>, LoadError> {
    load_in(Isolation::InProcess, fault)
}

/// Loads the C fixture with one fault.
pub(crate) fn load_in(isolation: Isolation, fault: &str) -> Result<Arc<Plugin>, LoadError> {
    let (_dir, library) = compile(fault);
    host(isolation).load(&library, &settings(ID, ""))
}

pub(crate) fn host(isolation: Isolation) -> Host {
    Host::new(HostOptions { isolation, ..HostOptions::default() })
}

/// Both places where a plugin runs: what holds in one holds in the other.
pub(crate) fn both() -> [Isolation; 2] {
    [Isolation::InProcess, Isolation::Isolated(worker())]
}

/// How a sandboxed process is run.
pub(crate) fn worker() -> WorkerOptions {
    WorkerOptions::new(env!("CARGO_BIN_EXE_facepay-plugin-worker").into())
}

/// A library that cargo has built for these tests: beside the test's executable, or in `examples`.
pub(crate) fn built(name: &str) -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    let folders = exe.ancestors().skip(1).take(2);
    let places: Vec<PathBuf> =
        folders.flat_map(|folder| [folder.join(name), folder.join("examples").join(name)]).collect();
    let found = places.iter().find(|place| place.exists());
    found.unwrap_or_else(|| panic!("cargo should have built one of {places:?}")).clone()
}

/// A grey frame of 64 x 48 zero pixels.
pub(crate) fn frame() -> Frame<'static> {
    static PIXELS: [u8; 64 * 48] = [0; 64 * 48];
    let desc = FrameDesc {
        width: 64,
        height: 48,
        fourcc: FourCc::GRAY8,
        pts_ns: 1,
        seq: 1,
        stream_id: 1,
        colour_matrix: plugin_host::ColourMatrix::Unspecified,
        colour_range: plugin_host::ColourRange::Full,
    };
    Frame::new(&desc, &[Plane { data: &PIXELS, pitch: 64, rows: 48 }]).unwrap()
}
