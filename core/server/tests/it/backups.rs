//! Backups over the interface: listed, made one at a time, and never at the cost of those of the nights.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::facepay;
use crate::client::{Ask, get, post};
use crate::harness::Appliance;

fn make() -> Ask {
    post("/system/backups", &json!({}))
}

/// An appliance whose backups this key opens.
async fn with_owner(changes: &[(&str, &str)]) -> (Appliance, age::x25519::Identity) {
    let identity = age::x25519::Identity::generate();
    let recipients = format!("[\"{}\"]", identity.to_public());
    let mut all = vec![("backup.recipients", recipients.as_str())];
    all.extend(changes);
    (Appliance::start_with(&all).await, identity)
}

fn folder(appliance: &Appliance) -> PathBuf {
    appliance.folder().join("backups")
}

async fn listed(appliance: &Appliance) -> Value {
    appliance.admin(get("/system/backups")).await.ok(200)
}

async fn acts(appliance: &Appliance, action: &str) -> Vec<Value> {
    let found = appliance.admin(get(format!("/audit?action={action}"))).await.ok(200);
    found["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn without_anybody_who_could_open_it_no_backup_is_made_and_the_setting_is_named() {
    let appliance = Appliance::start().await;
    let found = listed(&appliance).await;
    assert_eq!(found, json!({ "items": [], "configured": false, "overdue": true }));
    let refused = appliance.admin(make()).await.refused(409, "backup_recipients_missing");
    assert!(refused.text().contains("backup.recipients"), "{}", refused.text());
    assert!(!folder(&appliance).exists());
}

#[tokio::test]
async fn a_backup_is_made_on_demand_listed_and_in_the_audit() {
    let (appliance, identity) = with_owner(&[]).await;
    appliance.person("Ada").await;
    let made = appliance.admin(make()).await.ok(201);
    assert_eq!((&made["by_hand"], &made["verified_at"]), (&json!(true), &Value::Null), "{made}");
    let name = made["name"].as_str().unwrap();
    let file = folder(&appliance).join(name);
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    assert_eq!(made["bytes"], json!(bytes.len()));
    let found = listed(&appliance).await;
    assert_eq!((&found["items"], &found["overdue"]), (&json!([made]), &json!(false)), "{found}");
    let acts = acts(&appliance, "backup.made").await;
    assert_eq!((acts.len(), &acts[0]["subject"]), (1, &json!(name)));
    assert!(acts[0]["actor"].as_str().unwrap().starts_with("key:"), "{}", acts[0]);

    // The owner finds it sound where it lies, and whoever lists it sees that.
    verify(&appliance, &file, &identity);
    let sound = listed(&appliance).await;
    assert!(sound["items"][0]["verified_at"].is_string(), "{sound}");
    // What was changed since is not what was found sound.
    std::fs::write(&file, &bytes[1..]).unwrap();
    assert!(listed(&appliance).await["items"][0]["verified_at"].is_null());
    // Two nights later there should have been another.
    appliance.later(Duration::from_secs(51 * 3_600));
    assert_eq!(listed(&appliance).await["overdue"], json!(true));
}

fn verify(appliance: &Appliance, file: &Path, identity: &age::x25519::Identity) {
    use age::secrecy::ExposeSecret;
    let key = appliance.folder().join("owner");
    std::fs::write(&key, identity.to_string().expose_secret()).unwrap();
    let mut command = facepay(appliance.folder());
    command.args(["backup", "verify"]).arg(file).arg("--identity").arg(&key);
    let found = command.arg("--keys").arg(folder(appliance).join("keys.age")).output().unwrap();
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
}

#[tokio::test]
async fn who_may_see_the_system_sees_backups_and_only_an_admin_makes_one() {
    let (appliance, _) = with_owner(&[]).await;
    for role in ["operator", "auditor", "integrator", "kiosk"] {
        let key = appliance.key(role).await;
        let sees = appliance.send(get("/system/backups").token(&key)).await;
        assert_eq!(sees.status.as_u16(), if role == "kiosk" { 403 } else { 200 }, "{role}");
        appliance.send(make().token(&key)).await.refused(403, "forbidden");
    }
    appliance.send(make()).await.refused(401, "unauthenticated");
    appliance.admin(post("/system/backups", &json!({ "to": "/elsewhere" }))).await.refused(422, "json_data");
    assert!(!folder(&appliance).exists());
}

/// Somebody with an admin's session asks again and again, so that nothing of before is left. It is.
#[tokio::test]
async fn backups_by_hand_push_out_none_of_the_nights() {
    let (appliance, _) = with_owner(&[("backup.keep", "2")]).await;
    std::fs::create_dir(folder(&appliance)).unwrap();
    let nights = ["20260101T000000.000000Z.facepay.age", "20260102T000000.000000Z.facepay.age"];
    for night in nights {
        std::fs::write(folder(&appliance).join(night), night).unwrap();
    }
    let mut made = Vec::new();
    for _ in 0..5 {
        appliance.later(Duration::from_secs(1));
        made.push(appliance.admin(make()).await.ok(201)["name"].clone());
    }
    let found = listed(&appliance).await;
    let names: Vec<_> = found["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
    let expected = [&made[4], &made[3], &made[2], &json!(nights[1]), &json!(nights[0])];
    assert_eq!(names.iter().collect::<Vec<_>>(), expected);
    let planned = found["items"].as_array().unwrap().iter().filter(|item| item["by_hand"] == json!(false));
    assert_eq!(planned.count(), 2);
}

/// Where the keys are written there is a pipe that nobody reads: the backup waits until somebody does, and is none then.
#[tokio::test]
async fn one_is_made_at_a_time_and_one_that_fails_is_told_of() {
    let (appliance, _) = with_owner(&[("server.request_timeout_ms", "2000")]).await;
    std::fs::create_dir(folder(&appliance)).unwrap();
    let pipe = folder(&appliance).join("keys.age.new");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let waits = appliance.admin(make()).await.ok(202);
    assert!(waits["since"].is_string(), "{waits}");
    let found = listed(&appliance).await;
    assert_eq!((&found["making"], &found["items"]), (&waits, &json!([])), "{found}");
    appliance.admin(make()).await.refused(409, "backup_busy");
    let read = tokio::task::spawn_blocking({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).unwrap()
    });
    assert!(!read.await.unwrap().is_empty());
    let failed = loop {
        let found = listed(&appliance).await;
        if found["making"].is_null() {
            break found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let why = failed["failure"]["detail"].as_str().unwrap();
    assert!(!why.contains(appliance.folder().to_str().unwrap()) && why.contains("backup.folder"), "{why}");
    assert_eq!(acts(&appliance, "backup.failed").await.len(), 1);
    // The next one is made, and nothing is told of the last one that was not.
    let _ = std::fs::remove_file(&pipe);
    appliance.admin(make()).await.ok(201);
    assert!(listed(&appliance).await["failure"].is_null());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_a_refusal_without_its_place() {
    let (appliance, _) = with_owner(&[("backup.folder", "\"/proc/facepay-backups\"")]).await;
    let refused = appliance.admin(make()).await.refused(507, "storage_not_writable");
    assert!(
        refused.text().contains("backup.folder") && !refused.text().contains("/proc/"),
        "{}",
        refused.text()
    );
    assert_eq!(acts(&appliance, "backup.failed").await.len(), 1);
    assert!(acts(&appliance, "backup.made").await.is_empty());
}

/// The timer's command is at work on the folder.
#[tokio::test]
async fn two_programs_never_write_into_one_folder_at_once() {
    let (appliance, _) = with_owner(&[]).await;
    std::fs::create_dir(folder(&appliance)).unwrap();
    let other = std::fs::File::open(folder(&appliance)).unwrap();
    other.lock().unwrap();
    let refused = appliance.admin(make()).await.refused(503, "backup_failed");
    assert!(refused.text().contains("another backup is being written"), "{}", refused.text());
    other.unlock().unwrap();
    appliance.admin(make()).await.ok(201);
}
