//! What keeps the tree as ARCHITECTURE.md draws it.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::command::root;

/// The longest a source file may be, in lines of code without comments and tests.
const CODE_LINES_MAX: usize = 500;

/// Packages that only one crate may name.
const SOLE_OWNERS: &[(&str, &str)] = &[
    ("diesel", "store"),
    ("diesel_migrations", "store"),
    ("libsqlite3-sys", "store"),
    ("bb8-redis", "store"),
    ("burn", "models"),
    ("burn-store", "models"),
    ("wgpu", "models"),
    ("gstreamer", "pipeline"),
    ("gstreamer-app", "pipeline"),
    ("gstreamer-video", "pipeline"),
    ("gstreamer-rtsp-server", "pipeline"),
    ("str0m", "webrtc"),
    ("dimpl", "webrtc"),
    ("libloading", "plugin-host"),
];

/// What `domain` may use: nothing that reads a clock, does I/O or knows a wire format.
const DOMAIN_USES: &[&str] = &["thiserror", "uuid", "zeroize"];

fn tracked_files() -> Vec<PathBuf> {
    let listing = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the tree");
    let text = String::from_utf8(listing.stdout).expect("file names are UTF-8");
    text.lines().map(PathBuf::from).filter(|path| root().join(path).is_file()).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
}

fn rust_files() -> impl Iterator<Item = (PathBuf, String)> {
    let rust = |path: &PathBuf| path.extension().is_some_and(|e| e == "rs");
    tracked_files().into_iter().filter(rust).map(|path| {
        let text = read(&path);
        (path, text)
    })
}

/// Each crate of ours with the names of its dependencies (not those of its tests).
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let manifests = tracked_files().into_iter().filter(|path| path.ends_with("Cargo.toml"));
    let parsed = manifests.map(|path| read(&path).parse::<toml::Table>().expect("a manifest is TOML"));
    parsed
        .filter_map(|manifest| {
            let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
            let uses = manifest.get("dependencies").and_then(toml::Value::as_table);
            Some((name, uses.map(|table| table.keys().cloned().collect()).unwrap_or_default()))
        })
        .collect()
}

#[test]
fn the_crate_graph_is_the_one_in_architecture_md() {
    let crates = crates();
    let ours = |name: &&String| crates.contains_key(*name);
    let found: BTreeSet<String> = crates
        .iter()
        .map(|(name, uses)| {
            let uses: Vec<&str> = uses.iter().filter(ours).map(String::as_str).collect();
            format!("{name} -> {}", if uses.is_empty() { "nothing".into() } else { uses.join(", ") })
        })
        .collect();
    let map = read(Path::new("ARCHITECTURE.md"));
    let drawn: BTreeSet<String> = map
        .lines()
        .skip_while(|line| *line != "```crates")
        .skip(1)
        .take_while(|line| *line != "```")
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(drawn, found, "left: ARCHITECTURE.md, right: the manifests");
}

#[test]
fn each_heavy_package_has_one_owner() {
    for (name, uses) in crates() {
        for (package, owner) in SOLE_OWNERS {
            assert!(name == *owner || !uses.contains(*package), "{name} names {package}; only {owner} may");
        }
    }
}

#[test]
fn every_package_comes_from_crates_io() {
    let allowed = read(Path::new("deny.toml"));
    let lock = read(Path::new("Cargo.lock")).parse::<toml::Table>().expect("the lock file is TOML");
    let packages = lock.get("package").and_then(toml::Value::as_array).expect("there are packages");
    for package in packages {
        let from = package.get("source").and_then(toml::Value::as_str).unwrap_or_default();
        let registry = from.strip_prefix("registry+");
        assert!(from.is_empty() || registry.is_some_and(|url| allowed.contains(url)), "{package}");
    }
}

#[test]
fn the_domain_is_pure() {
    let uses = crates().remove("domain").expect("there is a crate named domain");
    assert_eq!(uses, DOMAIN_USES.iter().map(ToString::to_string).collect());
    for (path, text) in rust_files().filter(|(path, _)| path.starts_with("core/domain/src")) {
        for word in ["SystemTime", "Instant::now", "std::fs", "std::net", "async fn", "std::env"] {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn every_source_file_says_what_it_is() {
    for (path, text) in rust_files() {
        assert!(text.starts_with("//! "), "{} does not open with a //! line", path.display());
    }
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let sources: String = rust_files().map(|(_, text)| text).collect();
    let model = read(Path::new("docs/threat-model.md"));
    let rows = model.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |"));
    let mut named = 0;
    for row in rows {
        let tests = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        let tests: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test is named in: {row}");
        for test in tests {
            assert!(sources.contains(&format!("fn {test}(")), "there is no test {test}");
            named += 1;
        }
    }
    assert!(named > 80, "{named}");
}

#[test]
fn no_source_file_is_too_long() {
    for (path, text) in rust_files() {
        let code = text.lines().take_while(|line| *line != "#[cfg(test)]").filter(|line| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with("//")
        });
        let lines = code.count();
        assert!(lines <= CODE_LINES_MAX, "{} has {lines} lines of code", path.display());
    }
}

#[test]
fn no_catch_all_file_names() {
    for (path, _) in rust_files() {
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let catch_all = ["mod", "util", "utils", "helper", "helpers", "manager", "base", "common", "misc"];
        assert!(!catch_all.contains(&stem.as_str()), "{} is not named after what it holds", path.display());
    }
}

#[test]
fn unsafe_code_has_two_homes() {
    for (path, text) in rust_files() {
        let home = path.starts_with("plugins/sdk") || path.starts_with("plugins/host");
        let unsafe_words = [concat!("unsafe", " {"), concat!("unsafe", " fn"), concat!("unsafe", " impl")];
        for word in unsafe_words {
            assert!(home || !text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<PathBuf> {
        let folder = Path::new("migrations").join(folder);
        let tracked = tracked_files().into_iter();
        tracked.filter_map(|path| path.strip_prefix(&folder).ok().map(Path::to_path_buf)).collect()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn nothing_is_left_to_do() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("XX", "X:")];
    for (path, text) in rust_files() {
        for mark in marks {
            assert!(!text.contains(mark), "{} has {mark}", path.display());
        }
    }
}

#[test]
fn no_file_lies_outside_the_map() {
    let map = [
        ".cargo",
        ".ci",
        ".gitignore",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "clippy.toml",
        "config",
        "console",
        "core",
        "deny.toml",
        "docs",
        "fuzz",
        "migrations",
        "models",
        "pipeline",
        "plugins",
        "rust-toolchain.toml",
        "rustfmt.toml",
        "systemd",
        "xtask",
    ];
    for path in tracked_files() {
        let top = path.components().next().map(|c| c.as_os_str().to_string_lossy().into_owned());
        let top = top.unwrap_or_default();
        assert!(map.contains(&top.as_str()), "{} is not on ARCHITECTURE.md's map", path.display());
    }
}
