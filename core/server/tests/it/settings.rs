//! What the appliance goes by and runs on, as staff is shown it, and changes tried before anybody writes them down.

use serde_json::{Value, json};

use crate::client::{get, post};
use crate::harness::Appliance;

#[tokio::test]
async fn settings_are_told_with_where_they_come_from_and_without_secrets() {
    let url = "\"redis://:hunter2@127.0.0.1:1/0\"";
    let appliance = Appliance::start_with(&[("policy.merchant", "\"corner shop\"")]).await;
    let auditor = appliance.key("auditor").await;
    let told = appliance.send(get("/settings").token(&auditor)).await.ok(200);
    assert_eq!(told["values"]["policy"]["merchant"], json!("corner shop"));
    assert_eq!(told["sources"]["policy.merchant"], json!("environment FACEPAY__POLICY__MERCHANT"));
    assert_eq!(told["sources"]["policy.consent_days"], json!("default"));
    let schema = appliance.send(get("/settings/schema").token(&auditor)).await.ok(200);
    assert_eq!(schema["properties"]["policy"]["additionalProperties"], json!(false));
    // Every key has a source, and every source a key.
    let keys = told["sources"].as_object().unwrap();
    assert!(keys.len() > 150 && keys.keys().all(|key| !at(&told["values"], key).is_null()), "{told}");
    for role in ["operator", "kiosk", "integrator"] {
        let key = appliance.key(role).await;
        appliance.send(get("/settings").token(&key)).await.refused(403, "forbidden");
    }
    let check = post("/settings/check", &json!({ "changes": { "redis.url": url.trim_matches('"') } }));
    let check = appliance.admin(check).await.ok(200);
    assert!(!check.to_string().contains("hunter2"), "{check}");
}

fn at<'a>(values: &'a Value, key: &str) -> &'a Value {
    key.split('.').fold(values, |value, name| &value[name])
}

#[tokio::test]
async fn a_change_of_settings_is_tried_and_told_and_nothing_is_changed_by_it() {
    let appliance = Appliance::start_with(&[("policy.merchant", "\"corner shop\"")]).await;
    let check = async |changes: Value| {
        appliance.admin(post("/settings/check", &json!({ "changes": changes }))).await.ok(200)
    };
    let before = appliance.admin(get("/settings")).await.ok(200);
    let found = check(json!({ "policy.consent_days": 30, "policy.merchant": "other", "ws.events_kept": before["values"]["ws"]["events_kept"] })).await;
    let days = &before["values"]["policy"]["consent_days"];
    assert_eq!(
        found,
        json!({ "valid": true, "changes": [
            { "key": "policy.consent_days", "from": days, "to": 30, "source": "default", "overridden": false },
            // A file would change nothing: the environment is over it.
            { "key": "policy.merchant", "from": "corner shop", "to": "corner shop",
              "source": "environment FACEPAY__POLICY__MERCHANT", "overridden": true },
        ] })
    );
    for (changes, word) in [
        (json!({ "policy.consent_day": 30 }), "policy.consent_days"),
        (json!({ "policy.consent_days": "soon" }), "consent_days"),
        (json!({ "recognition.fpir_target": 7.0 }), "recognition.fpir_target"),
    ] {
        let found = check(changes).await;
        assert_eq!(found["valid"], json!(false));
        assert!(found["problem"].as_str().unwrap().contains(word), "{found}");
    }
    for changes in [
        json!({ "policy.consent_days": null }),
        json!({ "policy": 1, "policy.consent_days": 3 }),
        json!({ "a.".repeat(1_000_000): 1 }),
    ] {
        let asked = post("/settings/check", &json!({ "changes": changes }));
        appliance.admin(asked).await.refused(422, "settings_not_told");
    }
    assert_eq!(appliance.admin(get("/settings")).await.ok(200), before);
    let auditor = appliance.key("auditor").await;
    let asked = post("/settings/check", &json!({ "changes": {} })).token(&auditor);
    appliance.send(asked).await.refused(403, "forbidden");
}

#[tokio::test]
async fn the_machine_is_told_as_it_is() {
    let appliance = Appliance::start().await;
    appliance.later(std::time::Duration::from_secs(90));
    let told = appliance.admin(get("/system")).await.ok(200);
    assert_eq!((&told["uptime_s"], &told["database"]["kind"]), (&json!(90), &json!("sqlite")), "{told}");
    assert_eq!(told["process"]["pid"], json!(std::process::id()));
    for number in [
        &told["database"]["bytes"],
        &told["disk"]["bytes_free"],
        &told["process"]["rss_bytes"],
        &told["process"]["threads"],
    ] {
        assert!(number.as_u64().unwrap() > 0, "{told}");
    }
    assert!(told["disk"]["bytes_free"].as_u64() <= told["disk"]["bytes_total"].as_u64());
    // Recognition is off in this one.
    assert!(told["device"].is_null() && told["models"] == json!([]), "{told}");
    assert_eq!(told["ready"], json!(true));
    let kiosk = appliance.key("kiosk").await;
    appliance.send(get("/system").token(&kiosk)).await.refused(403, "forbidden");
}

#[tokio::test]
async fn the_text_that_people_are_shown_is_the_one_that_their_consent_is_about() {
    let appliance = Appliance::start().await;
    let text = "I agree to pay by face.\n — “at this till”\n";
    let new = json!({ "version": "2026-01", "language": "en", "text": text });
    let kept = appliance.admin(post("/consent-texts", &new)).await.ok(201);
    assert_eq!((&kept["text"], &kept["version"]), (&json!(text), &json!("2026-01")));
    appliance.admin(post("/consent-texts", &new)).await.refused(409, "conflict");
    let german = json!({ "version": "2026-01", "language": "de", "text": "Ich willige ein." });
    appliance.admin(post("/consent-texts", &german)).await.ok(201);
    let operator = appliance.key("operator").await;
    let listed = appliance.send(get("/consent-texts?language=en").token(&operator)).await.ok(200);
    assert_eq!(listed["items"], json!([kept]));
    let person = appliance.person("Ada").await;
    let given = json!({ "version": kept["version"], "language": kept["language"], "text": listed["items"][0]["text"] });
    let consent = post(format!("/users/{person}/consents"), &given).token(&operator);
    let consent = appliance.send(consent).await.ok(201);
    assert_eq!(consent["text_sha256"], kept["text_sha256"]);
    appliance.send(post("/consent-texts", &german).token(&operator)).await.refused(403, "forbidden");
    for (field, value, code) in [
        ("text", json!("  "), "consent_text_invalid"),
        ("version", json!(""), "consent_field_invalid"),
        ("language", json!("x".repeat(36)), "consent_field_invalid"),
    ] {
        let mut bad = german.clone();
        bad[field] = value;
        appliance.admin(post("/consent-texts", &bad)).await.refused(422, code);
    }
}

#[tokio::test]
async fn a_cameras_history_is_told_page_by_page_to_whoever_may_see_it() {
    let appliance = Appliance::start().await;
    let (branch, at) = (appliance.app.settings().policy.branch.clone(), appliance.app.now());
    let keep = move |store: &store::Store| {
        for (second, state) in ["opening", "live", "offline"].into_iter().enumerate() {
            let new = store::CameraStateRow {
                at: at.plus(std::time::Duration::from_secs(second as u64)),
                before: (second > 0).then(|| "opening".to_owned()),
                state: state.to_owned(),
                reason: String::new(),
            };
            store.add_camera_state((&branch, &"till-1".parse().unwrap()), &new)?;
        }
        Ok(())
    };
    appliance.app.store(keep).await.unwrap();
    let path = "/cameras/till-1/health/history";
    let page = appliance.admin(get(format!("{path}?limit=2"))).await.ok(200);
    let states = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(&page), ["offline", "live"]);
    let next = format!("{path}?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
    let rest = appliance.admin(get(next)).await.ok(200);
    assert_eq!(states(&rest), ["opening"]);
    assert!(rest["items"][0]["from"].is_null() && rest["next_cursor"].is_null(), "{rest}");
    let new = json!({ "name": "kiosk", "role": "kiosk", "camera": "till-2" });
    let other = appliance.admin(post("/keys", &new)).await.ok(201);
    let ask = get(path).token(other["key"].as_str().unwrap());
    appliance.send(ask).await.refused(403, "camera_bound");
}
