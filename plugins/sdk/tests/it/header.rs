//! Reads the structs and constants of the C header, and compiles against it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

/// A struct of the header and its fields, in order.
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) fields: Vec<String>,
}

pub(crate) fn include_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("include")
}

/// Every `typedef struct NAME { … } NAME;` of the header.
pub(crate) fn structs() -> Vec<Struct> {
    let mut text = header();
    let mut found = Vec::new();
    while let Some(start) = text.find("typedef struct ") {
        text = text.split_off(start + "typedef struct ".len());
        let (open, close) = (text.find('{').expect("a body"), text.find('}').expect("its end"));
        let name = text[..open].trim().to_owned();
        let fields = text[open + 1..close].split(';').flat_map(fields).collect();
        found.push(Struct { name, fields });
    }
    found
}

/// The `FP_…` macros that stand for a text, and those that stand for a number: with the latter go the enumerators.
fn macros() -> (BTreeSet<String>, BTreeSet<String>) {
    let text = header();
    let defined = text.lines().filter_map(|line| line.strip_prefix("#define FP_")?.split_once(' '));
    let valued = defined.filter(|(name, _)| !name.contains('(')); // not one with arguments
    let (ids, numbers): (Vec<_>, Vec<_>) = valued.partition(|(_, value)| value.trim().starts_with('"'));
    let named = |all: Vec<(&str, &str)>| all.into_iter().map(|(name, _)| format!("FP_{name}")).collect();
    (named(ids), named(numbers))
}

/// Every `FP_…` id of the header.
pub(crate) fn id_names() -> BTreeSet<String> {
    macros().0
}

/// Every `FP_…` number of the header: macros and enumerators.
pub(crate) fn constant_names() -> BTreeSet<String> {
    let text = header();
    let bodies = text.split("enum {").skip(1).map(|rest| rest.split('}').next().expect("a body"));
    let enumerators = bodies.flat_map(|body| body.split(',')).map(|one| one.split('=').next().unwrap_or(one));
    let enumerators = enumerators.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    enumerators.chain(macros().1).collect()
}

/// The header without its comments.
fn header() -> String {
    let text = std::fs::read_to_string(include_dir().join("facepay_plugin.h")).expect("the header is there");
    without_comments(&text)
}

fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some(start) = rest.find("/*") {
        kept.push_str(&rest[..start]);
        rest = rest[start..].split_once("*/").expect("a comment ends").1;
    }
    kept + rest
}

/// The names that one declaration declares.
fn fields(declaration: &str) -> Vec<String> {
    if let Some((_, function)) = declaration.split_once("(*") {
        return vec![function.split(')').next().expect("a name").to_owned()];
    }
    let last_word = |part: &str| {
        let part = part.split('[').next().unwrap_or_default().trim();
        part.rsplit([' ', '*']).next().unwrap_or_default().to_owned()
    };
    declaration.split(',').map(last_word).filter(|name| !name.is_empty()).collect()
}

/// Compiles a source against the header with every warning an error, and returns the program.
pub(crate) fn compile(
    compiler: &str,
    standard: &str,
    extension: &str,
    source: &str,
) -> (tempdir::Dir, PathBuf) {
    let dir = tempdir::Dir::new();
    let (file, program) = (dir.path().join(format!("probe.{extension}")), dir.path().join("probe"));
    std::fs::write(&file, source).expect("a writable folder");
    let output = Command::new(compiler)
        .args([standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(include_dir())
        .arg(&file)
        .arg("-o")
        .arg(&program)
        .output()
        .unwrap_or_else(|error| panic!("{compiler} is needed to check the C header: {error}"));
    assert!(output.status.success(), "{compiler}: {}", String::from_utf8_lossy(&output.stderr));
    (dir, program)
}

/// A folder of one test, removed at its end.
pub(crate) mod tempdir {
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering};

    pub(crate) struct Dir(PathBuf);

    impl Dir {
        pub(crate) fn new() -> Self {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("{}-{}", std::process::id(), number);
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
            std::fs::create_dir_all(&path).expect("a writable target folder");
            Self(path)
        }

        pub(crate) fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
