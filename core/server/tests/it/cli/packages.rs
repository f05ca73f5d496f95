//! `facepay plugin keygen|sign|verify|install|rollback`, and what the appliance then loads.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{check, run, stdout};

const ID: &str = "org.example.fixture";
/// The plugin of `exchanged.c`.
pub(crate) const PAYS: &str = "org.example.exchanged";
/// Only the plugin of the package is loaded.
const SETTINGS: &str = "[recognition]\nenabled = false\n[payment]\nattended = true\n\
                        [plugins]\ndetection = \"\"\nliveness = []\nrecognition = \"\"\n\
                        payment = \"org.example.fixture\"\n";

/// A folder with the keys of an operator and of a vendor, and settings that name the vendor's plugin.
pub(crate) struct Site {
    folder: TempDir,
    root: String,
    vendor: String,
}

impl Site {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = key(&folder, "root.key");
        let vendor = key(&folder, "example.key");
        let settings = format!("{SETTINGS}root_key = \"{root}\"\npolicy = \"policy.json\"\n");
        std::fs::write(folder.path().join("x.toml"), settings).unwrap();
        Self { folder, root, vendor }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The settings of an appliance that believes the site's policy and pays with its plugin too.
    pub(crate) fn changes(&self) -> [(&'static str, String); 7] {
        let path = |name: &str| format!("{:?}", self.path(name).display().to_string());
        [
            ("data.folder", path("facepay-data")),
            ("plugins.root_key", format!("\"{}\"", self.root)),
            ("plugins.policy", path("policy.json")),
            ("plugins.payment_also", format!("[\"{PAYS}\"]")),
            ("payment.attended", "true".to_owned()),
            ("payment.deadline_ms_max", "2000".to_owned()),
            ("policy.hour_count_max", "10000".to_owned()),
        ]
    }

    /// A release of the plugin that only pays, signed and installed. Its `fault` is one of `exchanged.c`, by number.
    pub(crate) fn install(&self, name: &str, counter: u64, fault: u32) {
        let package = self.path(name);
        std::fs::create_dir(&package).unwrap();
        compile("exchanged.c", fault, &package.join("plugin.so"));
        let schema = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
        std::fs::write(package.join("schema.json"), schema.to_string()).unwrap();
        let manifest = json!({
            "id": PAYS, "version": "1.0.0", "interfaces": ["facepay.payment/1"], "counter": counter,
            "config_schema": "schema.json"
        });
        self.sign(name, manifest);
        self.check(&["plugin", "install", name], 0, "installed");
    }

    /// Builds and signs a release into a folder of its own; gives its digest.
    fn release(&self, name: &str, counter: u64) -> String {
        std::fs::create_dir(self.path(name)).unwrap();
        compile("fixture.c", 0, &self.path(name).join("plugin.so"));
        let interfaces = json!([
            "facepay.detector/1",
            "facepay.liveness/1",
            "facepay.recognizer/1",
            "facepay.payment/1",
            "org.example.unknown/1"
        ]);
        self.sign(name, json!({ "id": ID, "version": "1.0.0", "interfaces": interfaces, "counter": counter }))
    }

    /// Completes the manifest of the package of this name and signs it; gives its digest.
    fn sign(&self, name: &str, mut manifest: Value) -> String {
        let package = self.path(name);
        let same = json!({
            "format": 1, "abi": { "major": 1, "minor_min": 0 }, "libraries": { std::env::consts::ARCH: "plugin.so" },
            "needs": { "host_ext": ["facepay.host.log/1"] }, "key_id": "example", "not_after": "2099-12-31"
        });
        manifest.as_object_mut().unwrap().extend(same.as_object().unwrap().clone());
        std::fs::write(package.join("plugin.json"), manifest.to_string()).unwrap();
        let archive = format!("{name}.fpk");
        let signed = self.run(&["plugin", "sign", name, "--key", "example.key", "--archive", &archive]);
        assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
        stdout(&signed).trim().to_owned()
    }

    /// Signs a policy that trusts the vendor, with `change` in it.
    pub(crate) fn policy(&self, counter: u64, change: (&str, Value)) {
        let keys = json!([{ "id": "example", "public": self.vendor, "prefixes": ["org.example"] }]);
        let mut policy = json!({ "format": 1, "counter": counter, "keys": keys });
        policy[change.0] = change.1;
        std::fs::write(self.path("policy.json"), policy.to_string()).unwrap();
        check(&self.folder, &["plugin", "sign", "policy.json", "--key", "root.key"], 0, "signed");
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        run(self.folder.path(), &[&["--config", "x.toml"], arguments].concat())
    }

    fn check(&self, arguments: &[&str], exit: i32, said: &str) {
        check(&self.folder, &[&["--config", "x.toml"], arguments].concat(), exit, said);
    }

    fn listed(&self) -> Value {
        serde_json::from_slice(&self.run(&["plugin", "list", "--json"]).stdout).unwrap()
    }
}

fn key(folder: &TempDir, name: &str) -> String {
    let made = run(folder.path(), &["plugin", "keygen", name]);
    assert!(made.status.success());
    stdout(&made).trim().to_owned()
}

/// A C fixture of the host's tests.
fn compile(source: &str, fault: u32, library: &Path) {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let mut cc = std::process::Command::new("cc");
    cc.args(["-std=gnu11", "-fPIC", "-shared", "-I"]).arg(plugins.join("sdk/include"));
    cc.arg(format!("-DFAULT={fault}")).arg(plugins.join("host/tests/it").join(source)).arg("-o").arg(library);
    let output = cc.output().unwrap_or_else(|error| panic!("cc is needed to build the C fixtures: {error}"));
    assert!(output.status.success(), "cc: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_vendors_package_pays_once_the_operator_trusts_it_and_not_after_a_byte_of_it_changed() {
    let site = Site::new();
    let digest = site.release("one", 1);
    site.check(&["plugin", "verify", "one"], 3, "plugins.root_key");
    site.policy(1, ("in_process", json!([digest])));
    site.check(&["plugin", "verify", "one"], 0, "verified, signed by example");
    site.check(&["plugin", "list"], 1, "no package called org.example.fixture is installed");
    site.check(&["plugin", "install", "one.fpk"], 0, "installed, signed by example");

    let listed = site.listed();
    let plugin = &listed["plugins"][0]["plugin"];
    assert_eq!(
        (&plugin["id"], &plugin["trust"], &plugin["key_id"]),
        (&json!(ID), &json!("signed"), &json!("example"))
    );
    assert_eq!(plugin["package_sha256"], digest.as_str(), "{listed}");
    assert_eq!(listed["installed"][0]["state"], "signed by example", "{listed}");
    assert_eq!(listed["allow_unsigned"], false);

    let store = site.path("facepay-data/plugins").join(ID);
    let version = std::fs::read_dir(store).unwrap().next().unwrap().unwrap().path();
    let library = version.join("plugin.so");
    let sound = std::fs::read(&library).unwrap();
    std::fs::write(&library, [&sound[..], b"x"].concat()).unwrap();
    site.check(&["plugin", "list"], 1, "plugin.so is not what was signed");
    site.check(&["serve"], 3, "plugin.so is not what was signed");
    std::fs::write(&library, sound).unwrap();
    site.policy(2, ("revoked", json!([digest])));
    site.check(&["serve"], 3, "the policy revoked");
    site.check(&["audit", "verify"], 0, "sound");
    let told = stdout(&site.run(&["audit", "export"]));
    assert_eq!(told.matches("plugin.refused").count(), 2, "each refused start is told: {told}");
}

#[test]
fn what_is_refused_has_its_reason_and_a_record_and_a_rollback_ends_where_the_policy_does() {
    let site = Site::new();
    let (first, second) = (site.release("one", 1), site.release("two", 2));
    assert_ne!(first, second, "another counter is another package");
    site.policy(1, ("in_process", json!([first, second])));
    site.check(&["plugin", "install", "one"], 0, "installed");
    site.check(&["plugin", "install", "two"], 0, "installed");
    site.check(&["plugin", "install", "one"], 3, "counter is 1, at least 2 is needed");
    let refused = site.run(&["plugin", "install", "one", "--json"]);
    let refused: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!((&refused["ok"], &refused["reason"]), (&json!(false), &json!("downgraded")));
    site.check(&["plugin", "rollback", ID], 0, "back to 1.0.0");
    assert_eq!(site.listed()["installed"][0]["sha256"], first.as_str());
    site.check(&["plugin", "rollback", ID], 0, "back to 1.0.0");
    site.policy(2, ("counters", json!({ ID: 2 })));
    site.check(&["plugin", "rollback", ID], 3, "at least 2 is needed");
    site.policy(1, ("counters", json!({})));
    site.check(&["plugin", "verify", "two"], 3, "one with 2 was in force already");
    site.check(&["plugin", "rollback", "org.example.none"], 3, "in force already");
    std::fs::remove_file(site.path("policy.sig")).unwrap();
    site.check(&["plugin", "verify", "two"], 3, "not signed by plugins.root_key");

    let told = stdout(&site.run(&["audit", "export"]));
    let count = |action: &str| told.matches(action).count();
    let counts = ["plugin.installed", "plugin.rolled_back", "plugin.refused"].map(count);
    assert_eq!(counts, [2, 2, 4], "{told}");
    assert!(told.contains("downgraded"), "{told}");
    site.check(&["audit", "verify"], 0, "sound");
}

#[test]
fn an_unsigned_package_loads_only_where_the_settings_say_so_and_loudly() {
    let site = Site::new();
    site.release("one", 1);
    std::fs::remove_file(site.path("one/plugin.sig")).unwrap();
    site.check(&["plugin", "install", "one"], 3, "plugins.root_key");
    site.check(&["plugin", "install", "one", "--allow-unsigned"], 0, "nobody vouches");
    site.check(&["plugin", "list"], 1, "plugins.root_key");
    let settings = std::fs::read_to_string(site.path("x.toml")).unwrap();
    std::fs::write(site.path("x.toml"), settings + "allow_unsigned = true\n").unwrap();
    site.check(&["plugin", "list"], 0, "UNSIGNED");
    let listed = site.listed();
    assert_eq!(
        (&listed["allow_unsigned"], &listed["plugins"][0]["plugin"]["trust"]),
        (&json!(true), &json!("unsigned"))
    );
    let report = site.run(&["doctor", "--json"]);
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let mut checks = report["checks"].as_array().unwrap().iter();
    let found = checks.find(|check| check["name"] == "plugins.unsigned").unwrap();
    assert_eq!(found["status"], "warn", "{found}");
}
