//! Settings with words changed anywhere are taken or refused by name, and nothing panics. `PROPTEST_CASES` says how many are tried.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::{DEFAULT_TOML, Layers, Settings};

/// What may stand where another value stood.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:?}")),
        any::<bool>().prop_map(|yes| yes.to_string()),
        "[ -~]{0,24}".prop_map(|text| format!("{text:?}")),
        "[\\PC]{0,12}",
        Just("[]".to_owned()),
        Just("{}".to_owned()),
    ]
}

/// The delivered settings with another value in some lines.
fn changed() -> impl Strategy<Value = String> {
    prop::collection::vec((any::<Index>(), value()), 1..4).prop_map(|changes| {
        let mut lines: Vec<String> = DEFAULT_TOML.lines().map(str::to_owned).collect();
        for (at, value) in changes {
            let line = &mut lines[at.index(DEFAULT_TOML.lines().count())];
            if let Some((key, _)) = line.clone().split_once(" = ") {
                *line = format!("{key} = {value}");
            }
        }
        lines.join("\n")
    })
}

proptest! {
    #[test]
    fn a_changed_file_is_taken_or_refused(text in changed()) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("facepay.toml");
        std::fs::write(&file, text).unwrap();
        let loaded = Settings::load(&Layers { files: vec![file], ..Layers::default() });
        prop_assert!(loaded.err().is_none_or(|error| !error.to_string().is_empty()));
    }

    #[test]
    fn any_environment_is_taken_or_refused(key in "[A-Z_]{0,30}", value in value()) {
        let env = BTreeMap::from([(format!("FACEPAY__{key}"), value)]);
        let loaded = Settings::load(&Layers { env, ..Layers::default() });
        prop_assert!(loaded.err().is_none_or(|error| !error.to_string().is_empty()));
    }
}
