//! `facepay models`: weights that an operator installs.

#[allow(dead_code, reason = "the pictures are for the networks' own tests")]
#[path = "../../../../../models/tests/it/made_up.rs"]
mod made_up;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{check, run, stdout};

const NEAR: &str = "minifasnet-v2-80";
const WIDE: &str = "minifasnet-v1se-80";

/// A folder whose settings want the pair, with a made-up file for each of it; and the files' digests.
fn folder() -> (tempfile::TempDir, [String; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let settings = "[plugins.settings.liveness-minifasnet]\nmodel = \"minifasnet-80\"\n";
    std::fs::write(folder.path().join("pair.toml"), settings).unwrap();
    std::fs::write(folder.path().join("text.pth"), "no weights").unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/tests/fixtures");
    let digests = [NEAR, WIDE].map(|name| {
        let file = made_up::MadeUp::read(&fixtures, name).state_file();
        std::fs::write(folder.path().join(name).with_extension("pth"), &file).unwrap();
        hex::encode(Sha256::digest(&file))
    });
    (folder, digests)
}

fn state(folder: &Path, name: &str) -> Value {
    let list: Value = serde_json::from_slice(&run(folder, &["models", "list", "--json"]).stdout).unwrap();
    list["models"].as_array().unwrap().iter().find(|model| model["name"] == name).unwrap()["state"].clone()
}

fn fault_of_liveness(folder: &Path) -> Value {
    let output = run(folder, &["--config", "pair.toml", "plugin", "list", "--json"]);
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let plugins = list["plugins"].as_array().unwrap();
    plugins.iter().find(|plugin| plugin["role"] == "liveness").unwrap()["fault"].clone()
}

#[test]
fn a_file_that_nobody_vouches_for_is_not_installed() {
    let (folder, [near, _]) = folder();
    let known = "a5eb02e1843f19b5386b953cc4c9f011c3f985d0ee2bb9819eea9a142099bec0";
    let install = ["models", "install", "minifasnet-v2-80.pth", "--as", NEAR];
    check(&folder, &install, 3, known);
    check(&folder, &install, 3, &format!("--sha256 {near}"));
    check(&folder, &[&install[..], &["--sha256", known]].concat(), 3, &near);
    let text = hex::encode(Sha256::digest("no weights"));
    let install = ["models", "install", "text.pth", "--as", NEAR];
    check(&folder, &[&install[..], &["--sha256", &text]].concat(), 1, "torch.save");
    let of_other = ["models", "install", "minifasnet-v2-80.pth", "--as", WIDE, "--sha256", &near];
    check(&folder, &of_other, 1, "missing");
    check(&folder, &["models", "install", "text.pth", "--as", "face-mesh"], 1, "delivered");
    check(&folder, &["models", "install", "text.pth", "--as", "../x"], 1, NEAR);
    check(&folder, &["models", "install", "nowhere.pth", "--as", NEAR], 1, "nowhere.pth");
    check(&folder, &["models", "install", "text.pth", "--as", NEAR, "--sha256", "12"], 2, "64 hexadecimal");
    assert_eq!(state(folder.path(), NEAR), "missing");
    check(&folder, &["models", "remove", NEAR], 1, "not installed");
}

#[test]
fn an_installed_network_runs_is_shown_and_can_be_removed() {
    let (folder, digests) = folder();
    let fault = fault_of_liveness(folder.path());
    assert!(fault.as_str().unwrap().contains("facepay models install FILE --as minifasnet-v2-80"), "{fault}");
    for (name, sha256) in [NEAR, WIDE].iter().zip(&digests) {
        let file = format!("{name}.pth");
        let install = ["models", "install", &file, "--as", name, "--sha256", sha256];
        check(&folder, &install, 0, "installed from");
        let kept = folder.path().join("facepay-data/models").join(format!("{name}.safetensors"));
        assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(state(folder.path(), name), "vouched for");
    }
    assert_eq!(fault_of_liveness(folder.path()), Value::Null);
    check(&folder, &["models", "verify"], 0, "minifasnet-v1se-80");
    let doctor: Value = serde_json::from_slice(&run(folder.path(), &["doctor", "--json"]).stdout).unwrap();
    let vouched = doctor["checks"].as_array().unwrap().iter().find(|check| check["name"] == "models.vouched");
    let vouched = vouched.unwrap();
    assert!(
        vouched["status"] == "warn" && vouched["what"].as_str().unwrap().contains(&digests[0]),
        "{vouched}"
    );
    check(&folder, &["models", "remove", NEAR], 0, "removed");
    assert_eq!(state(folder.path(), NEAR), "missing");
    assert!(fault_of_liveness(folder.path()).is_string());
}

#[test]
fn installed_weights_that_were_changed_are_refused() {
    let (folder, [near, wide]) = folder();
    for (name, sha256) in [(NEAR, &near), (WIDE, &wide)] {
        let file = format!("{name}.pth");
        check(&folder, &["models", "install", &file, "--as", name, "--sha256", sha256], 0, "installed");
    }
    let kept = folder.path().join("facepay-data/models");
    let change = |file: &str, from: &[u8], to: &[u8]| {
        let mut bytes = std::fs::read(kept.join(file)).unwrap();
        let at = bytes.windows(from.len()).rposition(|window| window == from).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to);
        std::fs::write(kept.join(file), bytes).unwrap();
    };
    let weights = std::fs::read(kept.join("minifasnet-v2-80.safetensors")).unwrap();
    change("minifasnet-v2-80.safetensors", &weights[weights.len() - 4..], &[0; 4]);
    check(&folder, &["models", "verify"], 3, "sha256 is");
    let fault = fault_of_liveness(folder.path());
    assert!(fault.as_str().unwrap().contains("was changed"), "{fault}");

    change("minifasnet-v2-80.json", b"\"is_known\": false", b"\"is_known\": true ");
    check(&folder, &["models", "list"], 3, "sealed");
    let listed = stdout(&run(folder.path(), &["--config", "pair.toml", "doctor"]));
    assert!(listed.contains("FAIL  models.weights"), "{listed}");
    check(&folder, &["models", "remove", NEAR], 0, "removed");
    check(&folder, &["models", "list"], 0, "missing");
    std::fs::remove_file(folder.path().join("facepay-data/appliance.key")).unwrap();
    check(&folder, &["models", "list"], 3, "appliance.key");
}
