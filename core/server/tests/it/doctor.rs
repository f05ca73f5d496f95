//! What the running appliance finds out about its machine when it is asked.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli::facepay;
use crate::client::get;
use crate::harness::Appliance;

fn check<'a>(findings: &'a Value, name: &str) -> &'a Value {
    let mut checks = findings["checks"].as_array().unwrap().iter();
    checks.find(|check| check["name"] == name).unwrap_or_else(|| panic!("{name} in {findings}"))
}

fn names(findings: &Value) -> BTreeSet<String> {
    let checks = findings["checks"].as_array().unwrap().iter();
    checks.map(|check| check["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_running_appliance_finds_what_the_command_finds_and_names_no_place() {
    let appliance = Appliance::start_with(&[("compute.weights_folder", crate::vision::WEIGHTS)]).await;
    let findings = appliance.admin(get("/system/doctor")).await.ok(200);
    let checks = findings["checks"].as_array().unwrap();
    assert!(checks.len() >= 25, "{}", checks.len());
    for check in checks {
        for field in ["name", "status", "what", "why", "mend"] {
            assert!(check[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {check}");
        }
    }
    let names = names(&findings);
    assert_eq!(names.len(), checks.len(), "each has a name of its own");
    let counted: u64 = findings["summary"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(counted, checks.len() as u64);
    for (name, status) in [
        ("config.valid", "ok"),
        ("network.port", "ok"),
        ("storage.database", "ok"),
        ("storage.audit_chain", "ok"),
        ("storage.ledger", "ok"),
        ("storage.appliance_key", "warn"),
        ("storage.backup", "warn"),
        // Recognition is off, which is no fault.
        ("compute.device", "skip"),
        ("plugins.payment.payment-wallet", "ok"),
    ] {
        assert_eq!(check(&findings, name)["status"], status, "{}", check(&findings, name));
    }
    let text = findings.to_string();
    assert!(!text.contains(appliance.folder().to_str().unwrap()), "{text}");
    let key = check(&findings, "storage.appliance_key")["what"].as_str().unwrap();
    assert!(key.starts_with("the appliance's key is a file"), "{key}");

    // The command, on the same settings, makes the same checks; with recognition off it has fewer thresholds to tell of.
    let mut command = facepay(appliance.folder());
    command.env("FACEPAY__RECOGNITION__ENABLED", "false").env("FACEPAY__DATA__FOLDER", appliance.folder());
    command.env("DATABASE_URL", format!("sqlite:{}/facepay.db", appliance.folder().display()));
    let said = command.args(["doctor", "--json"]).output().unwrap();
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(names, self::names(&said));
    // Beside the running appliance the port is its own.
    assert_eq!(check(&said, "storage.audit_chain")["status"], "ok");
}

#[tokio::test]
async fn who_may_not_see_the_system_is_told_nothing_of_it() {
    let appliance = Appliance::start().await;
    for (role, status) in [("auditor", 200), ("operator", 200), ("integrator", 200), ("kiosk", 403)] {
        let key = appliance.key(role).await;
        let reply = appliance.send(get("/system/doctor").token(&key)).await;
        assert_eq!(reply.status.as_u16(), status, "{role}: {}", reply.text());
    }
    appliance.send(get("/system/doctor")).await.refused(401, "unauthenticated");
}

/// Whoever asks again at once is told what was found just before; a while later the machine is looked at anew.
#[tokio::test(flavor = "multi_thread")]
async fn findings_are_kept_for_a_moment_and_then_found_anew() {
    let appliance = Appliance::start().await;
    let found = async || appliance.admin(get("/system/doctor")).await.ok(200);
    let began = Instant::now();
    let first = found().await;
    assert_eq!(check(&first, "storage.appliance_key")["status"], "warn");
    let key = appliance.folder().join("appliance.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let all = futures_util::future::join_all((0..8).map(|_| found())).await;
    // A machine that stood still for so long looks anew, rightly.
    if began.elapsed() < Duration::from_secs(4) {
        assert!(all.iter().all(|again| *again == first));
    }
    let until = Instant::now() + Duration::from_secs(60);
    while check(&found().await, "storage.appliance_key")["status"] != json!("fail") {
        assert!(Instant::now() < until, "it was never looked at again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
