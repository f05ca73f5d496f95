//! Builds and finds the libraries that the tests load.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use plugin_host::{FourCc, Frame, FrameDesc, Host, LoadError, Plane, Plugin, PluginSettings};

pub(crate) const ID: &str = "org.example.fixture";

/// Compiles the C fixture with one fault, named as in `fixture.c`.
pub(crate) fn compile(fault: &str) -> (tempfile::TempDir, PathBuf) {
    compile_source(&std::fs::read_to_string(here().join("fixture.c")).unwrap(), fault)
}

pub(crate) fn compile_source(source: &str, fault: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let (file, library) = (dir.path().join("fixture.c"), dir.path().join("fixture.so"));
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
        .arg(&library)
        .output()
        .unwrap_or_else(|error| panic!("cc is needed to build the C fixtures: {error}"));
    assert!(output.status.success(), "cc: {}", String::from_utf8_lossy(&output.stderr));
    (dir, library)
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")
}

pub(crate) fn settings(id: &str, config_json: &str) -> PluginSettings {
    PluginSettings { id: id.into(), config_json: config_json.into() }
}

/// Loads the C fixture with one fault.
pub(crate) fn load(fault: &str) -> Result<Arc<Plugin>, LoadError> {
    let (_dir, library) = compile(fault);
    Host::default().load(&library, &settings(ID, ""))
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
