//! The walk through the whole audit over the interface, however long it takes.
#![allow(clippy::print_stdout, reason = "why a test was skipped is told")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{get, post};
use crate::harness::Appliance;
use crate::servers::Postgres;

/// A session of PostgreSQL that lets nobody read the audit until it is dropped.
struct Held(Child);

impl Held {
    fn audit(url: &str) -> Self {
        let mut psql = Command::new("psql");
        psql.args(["-qXAt", "-v", "ON_ERROR_STOP=1", "-d", url]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut session = psql.spawn().unwrap();
        let lock = b"BEGIN; LOCK TABLE audit IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n";
        session.stdin.as_mut().unwrap().write_all(lock).unwrap();
        let mut said = String::new();
        BufReader::new(session.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said.trim(), "held");
        Self(session)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        self.0.wait().unwrap();
    }
}

#[tokio::test]
async fn a_walk_that_takes_longer_than_a_request_goes_on_and_tells_what_it_found() {
    let Ok(postgres) = Postgres::shared() else { return println!("SKIP(no PostgreSQL)") };
    let url = postgres.database();
    let quoted = format!("\"{url}\"");
    let changes = [("database.url", quoted.as_str()), ("server.request_timeout_ms", "4000")];
    let appliance = Appliance::start_with(&changes).await;
    let auditor = appliance.key("auditor").await;
    let standing = async || appliance.send(get("/audit/verify").token(&auditor)).await.ok(200);
    let verify = || post("/audit/verify", &json!({})).token(&auditor);
    // The start walked through it once.
    let first = standing().await;
    assert!(first["walk"].is_null() && first["last"]["whole"] == json!(true), "{first}");

    let held = Held::audit(&url);
    let waits = appliance.send(verify()).await.ok(202);
    assert_eq!(waits["records"], json!(0), "{waits}");
    let under_way = standing().await;
    assert_eq!(under_way["walk"]["began_at"], waits["began_at"], "{under_way}");
    assert_eq!(under_way["last"], first["last"]);
    // Who asks meanwhile waits for the same walk, and an export for its end.
    assert_eq!(appliance.send(verify()).await.ok(202)["began_at"], waits["began_at"]);
    appliance.send(get("/audit/export").token(&auditor)).await.refused(409, "audit_busy");
    drop(held);
    let found = loop {
        let found = standing().await;
        if found["walk"].is_null() {
            break found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let records = |found: &Value| found["records"].as_i64().unwrap();
    assert!(found["last"]["whole"] == json!(true), "{found}");
    assert!(records(&found["last"]) > records(&first["last"]), "{found}");
    let again = appliance.send(verify()).await.ok(200);
    assert_eq!(records(&again), records(&found["last"]));
    let kiosk = appliance.key("kiosk").await;
    appliance.send(get("/audit/verify").token(&kiosk)).await.refused(403, "forbidden");
}
