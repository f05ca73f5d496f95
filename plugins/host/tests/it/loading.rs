//! What is refused at loading, each with an error that names what differs and what to do.

use plugin_host::{CallContext, Host, Isolation, PluginState};

use crate::fixture::{ID, both, compile, compile_source, host, load_in, settings};

fn refusal(isolation: Isolation, fault: &str) -> String {
    match load_in(isolation, fault) {
        Ok(_) => panic!("{fault} was loaded"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn each_unfit_library_is_refused_with_its_own_error() {
    let rows = [
        ("BAD_MAGIC", "fp_entry.magic is 0x12345678, expected 0x31595046"),
        (
            "BAD_MAJOR",
            "fp_entry.abi_major is 7, expected 1: the plugin is for a newer FacePay; update FacePay",
        ),
        ("SHORT_ENTRY", "fp_entry.struct_size is 24, expected at least 56: rebuild it"),
        ("NO_CREATE", "fp_entry.create is a null pointer, expected a function"),
        ("SHORT_DESCRIPTOR", "fp_descriptor.struct_size is 16, expected at least 120: rebuild it"),
        ("BAD_ID", "fp_descriptor.id is Not An Id, expected reverse DNS"),
        ("BAD_VERSION", "fp_descriptor.version is one, expected SemVer 2"),
        ("NO_INTERFACES", "fp_descriptor.interfaces is none, expected at least one"),
        ("MISSING_EXT", "requires the host extension facepay.host.teleport/1, which is not offered here"),
        ("INIT_FAILS", "refused to start: internal fault"),
        ("CREATE_FAILS", "refused to create: settings refused: licence expired"),
        ("CONFIGURE_FAILS", "refused to configure: settings refused: no such sensor"),
        ("SHORT_PLUGIN", "fp_plugin.struct_size is 8, expected at least 64"),
        (
            "NO_TABLE",
            "fp_plugin.get_interface() is fp_detector_v1 is a null pointer, expected a table for facepay.detector/1",
        ),
        ("NULL_DETECT", "fp_detector_v1.detect is a null pointer, expected a function: fill it in"),
        ("NULL_SCORE", "fp_liveness_v1.score is a null pointer"),
        ("NULL_DESCRIBE", "fp_recognizer_v1.describe is a null pointer"),
        ("NULL_EMBED", "fp_recognizer_v1.embed is a null pointer"),
        ("NULL_BEGIN", "fp_payment_v1.begin is a null pointer"),
        ("NULL_STEP", "fp_payment_v1.step is a null pointer"),
        ("NULL_END", "fp_payment_v1.end is a null pointer"),
        ("BAD_DIM", "fp_embedding_info is dim 0, metric 1, expected dim 1 to 8192"),
    ];
    for (fault, expected) in rows {
        for isolation in both() {
            let error = refusal(isolation, fault);
            assert!(error.contains(expected), "{fault}: {error}");
        }
    }
}

#[test]
fn what_is_no_plugin_is_refused() {
    let (_dir, library) = compile_source("int facepay = 1;\n", "SOUND");
    for isolation in both() {
        let error = host(isolation).load(&library, &settings(ID, "")).err().unwrap().to_string();
        assert!(error.contains("exports no symbol `facepay_plugin_entry`"), "{error}");
    }

    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("text.so");
    std::fs::write(&text, "not a library").unwrap();
    let error = Host::default().load(&text, &settings(ID, "")).err().unwrap().to_string();
    assert!(error.contains("is not a loadable shared library"), "{error}");

    let missing = dir.path().join("missing.so");
    let error = Host::default().load(&missing, &settings(ID, "")).err().unwrap().to_string();
    assert!(error.contains("check that the file exists"), "{error}");
}

#[test]
fn another_plugins_id_is_refused_and_the_found_one_named() {
    let (_dir, library) = compile("SOUND");
    let error = Host::default().load(&library, &settings("org.example.other", "")).err().unwrap().to_string();
    assert!(error.contains("fp_descriptor.id is org.example.fixture, expected org.example.other"), "{error}");
}

#[test]
fn settings_of_a_plugin_that_takes_none_are_refused() {
    let (_dir, library) = compile("SOUND");
    let error = Host::default().load(&library, &settings(ID, r#"{"a":1}"#)).err().unwrap().to_string();
    assert!(error.contains("settings of plugin org.example.fixture: a: is no setting"), "{error}");
}

#[test]
fn a_file_overwritten_after_loading_changes_nothing_and_its_new_content_is_what_loads_next() {
    let (_dir, library) = compile("SOUND");
    let first = Host::default().load(&library, &settings(ID, "")).unwrap();
    let (_other_dir, other) = compile("RETURNS_ERROR");
    std::fs::write(&library, std::fs::read(&other).unwrap()).unwrap(); // in place: the same inode
    let second = Host::default().load(&library, &settings(ID, "")).unwrap();
    assert_ne!(first.manifest().sha256, second.manifest().sha256);
    let frames = [crate::fixture::frame()];
    assert!(first.detector().unwrap().detect(&CallContext::default(), &frames).is_ok());
    assert!(second.detector().unwrap().detect(&CallContext::default(), &frames).is_err());
    assert_eq!(first.state(), PluginState::Active);
}
