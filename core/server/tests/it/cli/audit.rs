//! The offline verifiers: they need no server, and name the exact bad record.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{check, run, stdout};
use crate::audit::receipt_of_a_look;
use crate::client::get;
use crate::harness::Appliance;

/// A folder whose chain has records and checkpoints.
fn recorded() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["Ada", "Bo", "Cy", "Di", "Ed"] {
        check(&folder, &["users", "add", name], 0, "");
        if name != "Di" {
            check(&folder, &["audit", "checkpoint"], 0, "statement");
        }
    }
    folder
}

fn write(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) {
    std::fs::write(folder.path().join(name), text).unwrap();
}

fn file(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn an_export_is_verified_without_the_database_and_its_bad_line_is_named() {
    let folder = recorded();
    check(&folder, &["audit", "export", "--out", "export.jsonl"], 0, "");
    let verify = ["audit", "verify", "--file", "export.jsonl"];
    let export = file(&folder, "export.jsonl");
    std::fs::remove_dir_all(folder.path().join("facepay-data")).unwrap();
    check(&folder, &verify, 0, "sound, 5 records");
    check(&folder, &verify, 0, "4 checkpoints over 5 records");
    let lines: Vec<&str> = export.lines().collect();
    assert_eq!(lines.len(), 1 + 5 + 4 + 1);
    let broken = |text: String, said: &str| {
        write(&folder, "export.jsonl", text);
        check(&folder, &verify, 3, said);
    };
    // Lines: header, 1, c1, 2, c2, 3, c3, 4, 5, c4, end.
    let with = |nth: usize, from: &str, to: &str| {
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        assert!(changed[nth].contains(from), "{}", changed[nth]);
        changed[nth] = changed[nth].replacen(from, to, 1);
        changed.join("\n") + "\n"
    };
    let without = |nth: usize| {
        let left = lines.iter().enumerate().filter(|(at, _)| *at != nth);
        left.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    broken(with(5, "user.added", "user.odded"), "line 6: audit record 3: its contents were changed");
    broken(with(5, "\"hash\":\"", "\"hash\":\"00"), "line 6: audit record 3");
    broken(with(4, "\"id\":2", "\"id\":3"), "line 5: checkpoint");
    broken(with(4, "\"root\":\"", "\"root\":\"0"), "line 5: checkpoint 2: its field root");
    broken(with(4, "\"signature\":\"", "\"signature\":\"0000"), "line 5: checkpoint 2: its signature");
    broken(without(5), "audit record 3: records are missing from here: checkpoint 3 says");
    broken(without(7), "audit record 4: it is missing");
    broken(without(2), "line 4: checkpoint 1: it is missing");
    broken(without(10), "audit record 6: the export was cut off here");
    broken(without(9), "checkpoint 4: it is missing");
    broken(lines[..8].join("\n"), "audit record 5: the export was cut off here");
    broken(String::new(), "it is empty");
}

#[test]
fn a_checkpoint_that_was_kept_shows_what_was_cut_off() {
    let folder = recorded();
    let kept = stdout(&run(folder.path(), &["audit", "checkpoint"]));
    write(&folder, "kept.json", &kept);
    let verify = ["audit", "verify", "--from-checkpoint", "kept.json"];
    check(&folder, &verify, 0, "sound, 5 records");
    let key = stdout(&run(folder.path(), &["audit", "key"]));
    check(&folder, &["audit", "verify", "--key", key.trim()], 0, "sound");
    check(&folder, &["audit", "verify", "--key", "zz"], 2, "--key");
    let other = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    check(&folder, &["audit", "verify", "--key", other], 3, "this appliance's key is");
    // The export of an older state is sound by itself, and not against what was kept.
    check(&folder, &["audit", "export", "--out", "export.jsonl"], 0, "");
    let export = file(&folder, "export.jsonl");
    let older: Vec<&str> = export.lines().take(7).collect();
    write(
        &folder,
        "older.jsonl",
        older.join("\n") + "\n{\"type\":\"end\",\"records\":3,\"checkpoints\":3}\n",
    );
    check(&folder, &["audit", "verify", "--file", "older.jsonl"], 0, "sound, 3 records");
    let against = ["audit", "verify", "--file", "older.jsonl", "--from-checkpoint", "kept.json"];
    check(&folder, &against, 3, "audit record 4: records are missing from here");
    write(&folder, "kept.json", kept.replace("\"last_seq\": 5", "\"last_seq\": 4"));
    check(&folder, &verify, 3, "its field last_seq does not say what was signed");
}

#[test]
fn a_proof_is_verified_without_the_database_and_any_change_is_found() {
    let folder = recorded();
    let proof = stdout(&run(folder.path(), &["audit", "prove", "2"]));
    let key = stdout(&run(folder.path(), &["audit", "key"]));
    check(&folder, &["audit", "prove", "99"], 1, "no audit record");
    std::fs::remove_dir_all(folder.path().join("facepay-data")).unwrap();
    write(&folder, "proof.json", &proof);
    let verify = ["audit", "verify-proof", "proof.json", "--key", key.trim()];
    check(&folder, &verify, 0, "sound: record 2 is among the 5 records of checkpoint 4");
    let given: Value = serde_json::from_str(&proof).unwrap();
    for (pointer, to, said) in [
        ("/seq", json!(3), "audit record 3"),
        ("/record", json!(given["record"].as_str().unwrap().replace("added", "odded")), "audit record 2"),
        ("/path/0", json!("00".repeat(32)), "audit record 2: record or path was changed"),
        ("/path", json!([]), "audit record 2: the path has not the length"),
        ("/checkpoint/id", json!(3), "checkpoint 3: its field id"),
        ("/checkpoint/root", json!("00".repeat(32)), "checkpoint 4: its field root"),
        ("/checkpoint/signature", json!("00".repeat(64)), "checkpoint 4: its signature"),
        ("/checkpoint/key", json!("11".repeat(32)), "key"),
    ] {
        let mut changed = given.clone();
        *changed.pointer_mut(pointer).unwrap() = to;
        write(&folder, "proof.json", changed.to_string());
        check(&folder, &verify, 3, said);
    }
}

#[tokio::test]
async fn a_receipt_is_verified_without_an_appliance_and_the_changed_field_is_named() {
    let appliance = Appliance::start().await;
    let receipt = receipt_of_a_look(&appliance, |_| {}).await;
    let folder = tempfile::tempdir().unwrap();
    let key = receipt["key"].as_str().unwrap().to_owned();
    let verify = ["receipt", "verify", "receipt.json", "--key", &key];
    write(&folder, "receipt.json", receipt.to_string());
    check(&folder, &verify, 0, "sound: receipt of payment");
    check(&folder, &["receipt", "verify", "receipt.json"], 0, "compare it with");
    let text = receipt["receipt"].as_str().unwrap();
    for (field, to) in [
        ("transaction_id", json!("01938f5e-7a6b-7c01-8000-00000000002a")),
        ("amount", json!({ "amount": 1, "currency": "EUR" })),
        ("amount_text", json!("0.01 EUR")),
        ("reference", json!("table 5")),
        ("paid_at", json!("2020-01-01T00:00:00Z")),
        ("signature", json!("00".repeat(64))),
        ("key", json!("zz")),
        ("receipt", json!(text.replace("12.50", "12.51"))),
        ("receipt", json!(text.replace("0.9000", "0.9001"))),
        ("receipt", json!(text.replace("till-1", "till-2"))),
    ] {
        let mut changed = receipt.clone();
        changed[field] = to;
        write(&folder, "receipt.json", changed.to_string());
        check(&folder, &verify, 3, field);
    }
    check(&folder, &["receipt", "verify", "nothing.json"], 1, "nothing.json");
}

/// Answers every question with `answer`, as a chain's node would.
fn node(answer: Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut asked = vec![0; 4096];
            let read = socket.read(&mut asked).unwrap();
            assert!(String::from_utf8_lossy(&asked[..read]).contains("eth_getTransactionByHash"));
            let body = json!({ "jsonrpc": "2.0", "id": 1, "result": answer }).to_string();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
            write!(socket, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        }
    });
    url
}

#[tokio::test]
async fn an_anchor_is_compared_with_what_the_chain_says() {
    let mut appliance = Appliance::start().await;
    appliance.payer("Ada", 100).await;
    appliance.app.checkpoint().await.unwrap();
    let at = appliance.app.now();
    let anchored = move |store: &store::Store| {
        let id = store.newest_checkpoint()?.unwrap().id;
        let new =
            store::audit::NewAnchor { checkpoint: id, provider: "evm".to_owned(), attempt_ref: [1; 16] };
        store.prepare_anchor(at, &new)?;
        store.keep_with_anchor(at, id, "{\"raw\":\"0x02\"}")?;
        assert_eq!(store.open_anchors()?[0].kept.as_deref(), Some("{\"raw\":\"0x02\"}"));
        store.end_anchor(at, id, Ok("0xabc"))?;
        assert!(store.open_anchors()?.is_empty());
        Ok(id)
    };
    let id = appliance.app.store(anchored).await.unwrap();
    let listed = appliance.admin(get("/audit/checkpoints")).await.ok(200);
    let checkpoint =
        listed["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap().clone();
    assert_eq!(checkpoint["anchor"]["reference"], "0xabc", "{checkpoint}");
    appliance.stop().await;
    let folder = appliance.folder().to_owned();
    tokio::task::spawn_blocking(move || {
        let root = format!("0x{}", checkpoint["root"].as_str().unwrap());
        let place = |input: &str, block: Value| json!({ "input": input, "blockHash": block });
        for (answer, exit, said) in [
            (place(&root, json!("0x1")), 0, "anchors: sound, 1".to_owned()),
            (
                place("0x00", json!("0x1")),
                3,
                format!("checkpoint {id}: its anchor 0xabc carries another root"),
            ),
            (place(&root, Value::Null), 3, "is not in a block yet".to_owned()),
            (Value::Null, 3, "is not on the chain".to_owned()),
        ] {
            verify_chain(&folder, &node(answer), exit, &said);
        }
        verify_chain(&folder, "http://192.0.2.1:8545", 2, "--chain");
    })
    .await
    .unwrap();
}

fn verify_chain(folder: &Path, url: &str, exit: i32, said: &str) {
    let mut command = super::facepay(folder);
    command
        .env("FACEPAY__DATA__FOLDER", folder)
        .env("FACEPAY__DATABASE__URL", format!("sqlite:{}/facepay.db", folder.display()));
    let output = command.args(["audit", "verify", "--chain", url]).output().unwrap();
    let text = stdout(&output) + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{url}: {text}");
    assert!(text.contains(said), "{text}");
}
