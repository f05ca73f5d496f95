//! `facepay plugin new` and `check`, as docs/plugin-guide.md shows them.

use std::path::Path;
use std::process::Command;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{check, run};

/// The guide's scripts that use the program.
fn scripts() -> Vec<String> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/plugin-guide.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let blocks = guide.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.filter(|script| script.starts_with("facepay plugin new")).collect()
}

#[test]
fn every_script_of_the_guide_makes_a_plugin_that_passes() {
    let scripts = scripts();
    assert_eq!(scripts.len(), 3, "one for each language");
    let program = Path::new(env!("CARGO_BIN_EXE_facepay")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    for script in scripts {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new("sh")
            .args(["-ec", &script])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env("CARGO_NET_OFFLINE", "true")
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains(" 0 failed"), "{script}{said}{errors}");
    }
}

#[test]
fn what_is_no_plugin_fails_with_the_documented_object() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text.so"), "not a library").unwrap();
    let output = run(folder.path(), &["plugin", "check", "text.so", "--json", "--seed", "4"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let counts = ["passed", "failed", "skipped", "seed"].map(|key| report[key].as_u64().unwrap());
    assert_eq!(counts, [0, 1, 0, 4], "{report}");
    let test = &report["tests"][0];
    assert_eq!(
        (&test["group"], &test["name"], &test["result"]),
        (&"load".into(), &"opens".into(), &"fail".into())
    );
    assert!(test["detail"].as_str().unwrap().contains("not a loadable shared library"), "{report}");
}

#[test]
fn projects_that_cannot_be_written_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let new = |name: &'static str, kind: &'static str| ["plugin", "new", name, "--lang", "c", "--kind", kind];
    check(&folder, &new("print", "divination"), 2, "recognition, payment or identity");
    check(&folder, &new("../print", "liveness"), 2, "lower-case letters");
    check(&folder, &new("print", "liveness"), 0, "facepay plugin check libprint.so");
    check(&folder, &new("print", "liveness"), 1, "File exists");
    check(&folder, &["plugin", "check", "x.so", "--instrument", "tok_1"], 2, "--instrument");
    check(&folder, &["plugin", "check", "x.so", "--instrument", "\"tok_1\""], 2, "has to be a JSON object");
}

/// The delivered plugins that look through the host's networks, with those that are delivered.
const VISION: [&str; 4] =
    ["detection_blazeface", "detection_mtcnn", "liveness_minifasnet", "recognition_mobilefacenet"];

fn delivered(name: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_facepay"));
    program.with_file_name(format!("lib{name}.so")).display().to_string()
}

/// The object that the program prints.
fn object(arguments: &[&str], exit: i32) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {}{errors}", super::stdout(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_delivered_vision_plugins_fail_nothing() {
    for name in VISION {
        let report =
            object(&["plugin", "check", &delivered(name), "--json", "--seed", "7", "--budget", "400"], 0);
        assert_eq!(report["failed"], 0, "{report}");
        let tests = report["tests"].as_array().unwrap();
        let result = |name: &str| &tests.iter().find(|test| test["name"] == name).unwrap()["result"];
        for name in ["neighbours_in_a_batch", "network_that_gives_no_numbers", "calls_at_once"] {
            assert_eq!(result(name), "pass", "{report}");
        }
        assert_eq!(report["timed"][0]["calls"].as_array().map(Vec::len), Some(2), "{report}");
    }
}

#[test]
fn the_delivered_wallet_passes_in_a_sandbox_and_is_timed_on_both_sides() {
    let wallet = delivered("payment_wallet");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), settings("payment_wallet").to_string()).unwrap();
    let settings = file.path().display().to_string();
    let given = ["--settings", &settings, "--json"];
    let check = [&["plugin", "check", &wallet, "--isolated", "--seed", "7"][..], &given].concat();
    let report = object(&check, 0);
    assert_eq!(report["failed"], 0, "{report}");
    assert!(report["passed"].as_u64().unwrap() > 20, "{report}");
    let bench = object(&[&["plugin", "bench", &wallet, "--seconds", "1"][..], &given].concat(), 0);
    for (index, side) in ["in_process", "isolated"].into_iter().enumerate() {
        let measured = &bench["sides"][index];
        assert_eq!((&measured["side"], &measured["result"]), (&side.into(), &"pass".into()), "{bench}");
        assert!(measured["calls"][1]["p99_ns"].as_u64().unwrap() > 0, "{bench}");
    }
}

/// Settings that the delivered payment plugins take.
fn settings(name: &str) -> Value {
    match name {
        "payment_iso8583" => json!({
            "terminal_id": "TERM0001", "merchant_id": "MERCHANT0000001", "unlocated_is_final": true
        }),
        "payment_stripe" => json!({ "api_key": "stripe.key", "webhook_secret": "stripe.webhook" }),
        "payment_evm" => json!({
            "chain_id": 1, "token": format!("0x{}", "ab".repeat(20)), "token_decimals": 6, "currency": "EUR",
            "merchant": format!("0x{}", "cd".repeat(20)), "key": "evm.key", "max_fee_per_gas_max_wei": 50_000_000_000_u64
        }),
        _ => json!({ "currencies": ["EUR"], "sale_amount_max": 100_000 }),
    }
}

#[test]
fn random_calls_find_nothing_in_the_delivered_payment_plugins() {
    for name in ["payment_wallet", "payment_iso8583", "payment_stripe", "payment_evm"] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), settings(name).to_string()).unwrap();
        let (library, settings) = (delivered(name), file.path().display().to_string());
        let bounds = ["--cases", "8", "--seed", "7", "--json"];
        let arguments = [&["plugin", "fuzz", &library, "--settings", &settings][..], &bounds].concat();
        let found = object(&arguments, 0);
        let expected = (&8.into(), &Value::Array(vec![]), &Value::Null);
        assert_eq!((&found["cases"], &found["findings"], &found["not_tried"]), expected, "{name}: {found}");
    }
}

#[test]
fn what_is_no_plugin_is_found_once_and_repeated() {
    let text = tempfile::NamedTempFile::new().unwrap();
    let library = text.path().display().to_string();
    let found = object(&["plugin", "fuzz", &library, "--json", "--reproduce", "12"], 1);
    let finding = &found["findings"][0];
    assert_eq!(
        (&found["seed"], &finding["seed"], &finding["call"]),
        (&12.into(), &12.into(), &"opening".into())
    );
}

#[test]
fn stripes_plugin_believes_what_is_signed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let put =
        |name: &str, value: &Value| std::fs::write(folder.path().join(name), value.to_string()).unwrap();
    let (now_s, attempt) = (1_764_374_400, "ab".repeat(16));
    let about =
        json!({ "id": "pi_1", "object": "payment_intent", "metadata": { "facepay_attempt": attempt } });
    let body =
        json!({ "id": "evt_1", "type": "payment_intent.succeeded", "data": { "object": about } }).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(&[1; 32]).unwrap();
    mac.update(format!("{now_s}.{body}").as_bytes());
    let signature = format!("t={now_s},v1={}", hex::encode(mac.finalize().into_bytes()));
    put(
        "message.json",
        &json!({ "headers": [["stripe-signature", signature]], "body": body, "now_s": now_s }),
    );
    put("settings.json", &settings("payment_stripe"));
    let library = delivered("payment_stripe");
    let files =
        ["--settings", "settings.json", "--message", "message.json", "--include", "_messages", "--json"];
    let output = run(folder.path(), &[&["plugin", "check", &library][..], &files].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["passed"], &report["failed"], &report["skipped"]),
        (&2.into(), &0.into(), &0.into()),
        "{report}"
    );
}
