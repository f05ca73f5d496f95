//! Lists as the console asks for them: people by name, payments by what they are, the audit from either end.

use std::time::Duration;

use domain::UserId;
use serde_json::{Value, json};

use crate::checkout::{after, confirm, enrolled, look, open, show};
use crate::client::{get, patch, post};
use crate::harness::{Appliance, eur};

/// What a list gives, by one field of its items.
async fn listed(appliance: &Appliance, path: &str, field: &str) -> Vec<Value> {
    let page = appliance.admin(get(path)).await.ok(200);
    page["items"].as_array().unwrap().iter().map(|item| item[field].clone()).collect()
}

#[tokio::test]
async fn people_are_found_by_the_beginnings_of_their_names_as_they_are_now() {
    let appliance = Appliance::start().await;
    let new = json!({ "name": "Ada Lovelace", "email": "ada@example.com" });
    let ada = appliance.admin(post("/users", &new)).await.ok(201)["id"].as_str().unwrap().to_owned();
    let jean = appliance.person("Jean-Luc O'Brien").await;
    let names = async |q: &str| listed(&appliance, &format!("/users?q={q}"), "name").await;
    assert_eq!(names("LOVE").await, ["Ada Lovelace"]);
    assert_eq!(names("ada%40ex").await, ["Ada Lovelace"]);
    assert_eq!(names("luc%20jea").await, ["Jean-Luc O'Brien"]);
    assert!(names("lace").await.is_empty());
    assert_eq!(names(&jean).await, ["Jean-Luc O'Brien"]);
    // Who comes, is renamed, is blocked or goes is found as they are.
    appliance.later(Duration::from_secs(1));
    appliance.person("Ada Byron").await;
    appliance.admin(patch(format!("/users/{ada}"), &json!({ "name": "Augusta King" }))).await.ok(200);
    assert_eq!(names("ada").await, ["Augusta King", "Ada Byron"], "the address begins so");
    assert!(names("lovelace").await.is_empty());
    appliance.admin(patch(format!("/users/{ada}"), &json!({ "status": "blocked" }))).await.ok(200);
    assert_eq!(names("ada&status=active").await, ["Ada Byron"]);
    assert_eq!(names("ada&status=blocked").await, ["Augusta King"]);
    assert_eq!(listed(&appliance, "/users?status=blocked", "name").await, ["Augusta King"]);
    appliance.admin(crate::client::delete(format!("/users/{ada}"))).await.ok(200);
    assert_eq!(names("ada").await, ["Ada Byron"]);
    for q in ["", "%20", "a%00b", &"x".repeat(121)] {
        appliance.admin(get(format!("/users?q={q}"))).await.refused(400, "q_invalid");
    }
    appliance.admin(get("/users?status=asleep")).await.refused(400, "status_unknown");
    // A key is asked for as well.
    appliance.send(get("/users?q=ada")).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn whoever_is_searched_for_is_listed_page_by_page() {
    let appliance = Appliance::start().await;
    let store = |store: &store::Store| {
        for number in 0..600 {
            let name = format!("{} Person {number}", if number % 3 == 0 { "Ada" } else { "Bob" });
            let id = UserId(uuid::Uuid::from_u128(number + 1));
            let profile = store::Profile { name, email: None };
            let by = store::By { actor: "test", at: domain::Timestamp(1_800_000_000_000_000) };
            store.add_user(by, &store::NewUser { id, profile })?;
        }
        Ok(())
    };
    appliance.app.store(store).await.unwrap();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = appliance.admin(get(format!("/users?q=ada&limit=90{cursor}"))).await.ok(200);
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<Value> =
        (0..600).step_by(3).map(|n| json!(uuid::Uuid::from_u128(n + 1).to_string())).collect();
    assert_eq!(found.len(), expected.len());
    assert_eq!(found, expected);
    assert_eq!(listed(&appliance, "/users?q=person%20ada%20597", "name").await, ["Ada Person 597"]);
}

#[tokio::test]
async fn payments_are_filtered_and_each_tells_its_history() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    let id = open(&appliance, 1250).await;
    appliance.later(Duration::from_millis(800));
    show(&appliance, look(&appliance, Some(subject)));
    after(&appliance, &id, "awaiting_payer").await;
    let paid = confirm(&appliance, &id).await["transaction_id"].as_str().unwrap().to_owned();
    let other = json!({ "user_id": subject.0.to_string(), "amount": eur(300), "reference": "b" });
    appliance.later(Duration::from_secs(3_600));
    let other = appliance.admin(post("/transactions", &other).once("b")).await.ok(201);
    let other = other["id"].as_str().unwrap();
    let between = jiff_text(appliance.app.now().0 - 1_000_000);
    let until = format!("to={between}");
    let (paid_only, both) = (vec![json!(paid)], vec![json!(other), json!(paid)]);
    for (query, expected) in [
        ("", &both),
        ("camera=till-1", &paid_only),
        ("provider=org.facepay.payment-wallet", &paid_only),
        ("reference=table%204", &paid_only),
        ("amount_min=301", &paid_only),
        ("amount_min=300&amount_max=1250&currency=EUR", &both),
        (until.as_str(), &paid_only),
        ("branch=nowhere", &vec![]),
    ] {
        assert_eq!(listed(&appliance, &format!("/transactions?{query}"), "id").await, *expected, "{query}");
    }
    assert_eq!(listed(&appliance, &format!("/transactions?from={between}"), "id").await, [json!(other)]);
    for (query, code) in [
        ("from=yesterday", "time_invalid"),
        ("currency=BTC", "currency_unknown"),
        ("amount_min=-1", "query_invalid"),
        ("state=x", "state_unknown"),
    ] {
        appliance.admin(get(format!("/transactions?{query}"))).await.refused(400, code);
    }

    let history = appliance.admin(get(format!("/transactions/{paid}/history"))).await.ok(200);
    let steps = history["steps"].as_array().unwrap();
    let actions: Vec<_> = steps.iter().map(|step| step["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        ["transaction.opened", "transaction.identified", "transaction.confirmed", "transaction.captured"]
    );
    assert_eq!((&steps[0]["after_ms"], &steps[1]["after_ms"]), (&json!(0), &json!(800)), "{history}");
    assert_eq!(steps[3]["state"], "captured");
    let actor = steps[0]["actor"].as_str().unwrap();
    assert!(actor.starts_with("key:"), "{actor}");
    let operation = &history["operations"][0];
    assert_eq!(
        (&operation["kind"], &operation["state"], &operation["provider"]),
        (&json!("sale"), &json!("approved"), &json!("org.facepay.payment-wallet"))
    );
    let asked: Vec<_> = operation["steps"].as_array().unwrap().iter().map(|step| &step["state"]).collect();
    assert_eq!(asked.last(), Some(&&json!("approved")), "{operation}");
    assert!(!history.to_string().contains("Ada"), "{history}");
    let nothing = uuid::Uuid::now_v7();
    let missing = appliance.admin(get(format!("/transactions/{nothing}/history"))).await;
    missing.refused(404, "transaction_not_found");
    let kiosk = appliance.key("kiosk").await;
    appliance
        .send(get(format!("/transactions/{paid}/history")).token(&kiosk))
        .await
        .refused(403, "forbidden");
}

fn jiff_text(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).unwrap().to_string()
}

#[tokio::test]
async fn the_audit_is_read_from_the_newest_and_by_who_did_what() {
    let appliance = Appliance::start().await;
    for name in ["Ada", "Bo", "Cy"] {
        appliance.person(name).await;
    }
    let newest = listed(&appliance, "/audit?order=newest&limit=200", "seq").await;
    let oldest = listed(&appliance, "/audit?limit=200", "seq").await;
    assert_eq!(newest.iter().rev().collect::<Vec<_>>(), oldest.iter().collect::<Vec<_>>());
    let page = appliance.admin(get("/audit?order=newest&limit=2")).await.ok(200);
    let next = format!("/audit?order=newest&limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(listed(&appliance, &next, "seq").await, newest[2..4]);
    assert_eq!(listed(&appliance, "/audit?action=user.added", "action").await.len(), 3);
    let users = listed(&appliance, "/audit?action=user.&order=newest&limit=1", "action").await;
    assert_eq!(users, ["user.added"]);
    let actor = &listed(&appliance, "/audit?action=user.added", "actor").await[0];
    let path = format!("/audit?actor={}&action=user.added", actor.as_str().unwrap());
    assert_eq!(listed(&appliance, &path, "seq").await.len(), 3);
    assert!(listed(&appliance, "/audit?actor=system&action=user.added", "seq").await.is_empty());
    appliance.admin(get("/audit?order=sideways")).await.refused(400, "order_unknown");
    appliance.admin(get("/audit?from=noon")).await.refused(400, "time_invalid");
}

#[tokio::test]
async fn the_audit_is_verified_when_asked_and_says_what_is_wrong() {
    let appliance = Appliance::start().await;
    let auditor = appliance.key("auditor").await;
    appliance.person("Ada").await;
    let verify = || post("/audit/verify", &json!({})).token(&auditor);
    let found = appliance.send(verify()).await.ok(200);
    let last = listed(&appliance, "/audit?order=newest&limit=1", "seq").await;
    assert_eq!((&found["whole"], &found["records"]), (&json!(true), &last[0]), "{found}");
    assert!(found["fault"].is_null() && found["root"].as_str().unwrap().len() == 64, "{found}");
    // Somebody rewrites a record behind the appliance's back.
    let file = appliance.folder().join("facepay.db");
    let mut sqlite = std::process::Command::new("sqlite3");
    let changed = sqlite.arg(&file).arg("UPDATE audit SET actor = 'nobody' WHERE seq = 2").status();
    if !changed.is_ok_and(|status| status.success()) {
        return println!("SKIP(no sqlite3)");
    }
    let found = appliance.send(verify()).await.ok(200);
    assert_eq!(found["whole"], json!(false));
    assert_eq!((&found["fault"]["place"], &found["fault"]["at"]), (&json!("record"), &json!("2")), "{found}");
    assert_eq!(appliance.send(get("/readyz")).await.ok(503)["ready"], json!(false));
}

#[tokio::test]
async fn the_whole_audit_is_handed_out_and_verified_elsewhere() {
    let appliance = Appliance::start().await;
    appliance.person("Ada").await;
    appliance.admin(post("/audit/checkpoints", &json!({}))).await.ok(200);
    let reply = appliance.admin(get("/audit/export")).await;
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    let text = reply.text();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["type"], &lines[lines.len() - 1]["type"]), (&json!("header"), &json!("end")));
    let file = appliance.folder().join("export.ndjson");
    std::fs::write(&file, &text).unwrap();
    let run = |file: &std::path::Path| {
        let mut facepay = std::process::Command::new(env!("CARGO_BIN_EXE_facepay"));
        facepay.args(["audit", "verify", "--json", "--file"]).arg(file).output().unwrap()
    };
    assert!(run(&file).status.success(), "{}", String::from_utf8_lossy(&run(&file).stdout));
    std::fs::write(&file, text.replacen("user.added", "user.addad", 1)).unwrap();
    assert_eq!(run(&file).status.code(), Some(3));
    let kiosk = appliance.key("kiosk").await;
    appliance.send(get("/audit/export").token(&kiosk)).await.refused(403, "forbidden");
}
