//! `facepay doctor`.

use super::run;

#[test]
fn the_doctor_names_what_was_found_why_it_matters_and_what_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["doctor", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.len() >= 25, "{}", checks.len());
    for check in checks {
        for field in ["name", "status", "what", "why", "mend"] {
            assert!(check[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {check}");
        }
    }
    let mut names: Vec<_> = checks.iter().map(|check| check["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    let counted: u64 =
        report["summary"].as_object().unwrap().values().filter_map(serde_json::Value::as_u64).sum();
    assert_eq!(counted, checks.len() as u64);
    assert!(["avx512", "avx2", "neon", "scalar"].contains(&report["device"]["backend"].as_str().unwrap()));
}

#[test]
fn broken_settings_are_a_finding_and_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.toml"), "[server]\nlissten = 1\n").unwrap();
    let output = run(folder.path(), &["--config", "x.toml", "doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let strict = run(folder.path(), &["--config", "x.toml", "doctor", "--strict"]);
    assert_eq!(strict.status.code(), Some(6));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["checks"][0]["name"], "config.valid");
    assert_eq!(report["checks"][0]["status"], "fail");
}

#[test]
fn a_key_that_others_can_read_is_a_failure() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["users", "list"]).status.success());
    let key = folder.path().join("facepay-data/appliance.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = run(folder.path(), &["doctor", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let check =
        report["checks"].as_array().unwrap().iter().find(|check| check["name"] == "storage.appliance_key");
    assert_eq!(check.unwrap()["status"], "fail");
}

#[test]
fn missing_weights_are_one_finding_and_not_one_of_every_plugin() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.toml"), "[compute]\nweights_folder = \"nowhere\"\n").unwrap();
    let mut command = super::facepay(folder.path());
    command.env_remove("FACEPAY__COMPUTE__WEIGHTS_FOLDER");
    let output = command.args(["--config", "x.toml", "doctor", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = |start: &str, expected: &str| {
        let mut found = report["checks"].as_array().unwrap().iter();
        found.all(|check| !check["name"].as_str().unwrap().starts_with(start) || check["status"] == expected)
    };
    assert!(all("compute.device", "fail") && all("plugins.payment", "ok"), "{report}");
    for plugin in ["plugins.detection", "plugins.recognition", "plugins.liveness"] {
        assert!(all(plugin, "skip"), "{report}");
    }
}

#[test]
fn a_port_that_the_appliance_itself_has_is_no_fault_though_it_does_not_answer() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    std::fs::create_dir(folder.path().join("facepay-data")).unwrap();
    std::fs::write(folder.path().join("facepay-data/lock"), "4711").unwrap();
    let lock = std::fs::File::open(folder.path().join("facepay-data/lock")).unwrap();
    let found = || {
        let mut doctor = super::facepay(folder.path());
        let output =
            doctor.args(["doctor", "--json"]).env("FACEPAY__SERVER__LISTEN", &address).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut checks = report["checks"].as_array().unwrap().iter();
        checks.find(|check| check["name"] == "network.port").unwrap().clone()
    };
    assert_eq!(found()["status"], "fail");
    lock.lock().unwrap();
    let held = found();
    assert!(held["status"] == "ok" && held["what"].as_str().unwrap().contains("4711"), "{held}");
}
