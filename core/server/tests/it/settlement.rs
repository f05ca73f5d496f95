//! Settlement over HTTP: a day with everything in it, files good and bad, statements that add up.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Ask, Reply, get, post};
use crate::harness::{Appliance, eur};
use crate::money::cut_off;

const DAY: Duration = Duration::from_secs(86_400);
const HEAD: &str = "provider_ref,attempt,kind,amount,currency,fee,at\n";
const PROVIDER: &str = "org.facepay.payment-wallet";
const UNKNOWN: &str = "01938f5e-7a6b-7c01-8000-00000000002a";

/// The date that the appliance's clock shows, in UTC.
fn today(appliance: &Appliance) -> String {
    let now = jiff::Timestamp::from_microsecond(appliance.app.now().0).unwrap();
    now.to_string()[..10].to_owned()
}

fn text(path: impl Into<String>, body: &str) -> Ask {
    post(path, &json!({})).header("content-type", "text/csv").raw(body.to_owned())
}

async fn paid(appliance: &Appliance, user: &str, amount: &Value, key: &str) -> Value {
    let new = json!({ "user_id": user, "amount": amount });
    let opened = appliance.admin(post("/transactions", &new).once(key)).await.ok(201);
    step(appliance, &opened, "confirm", &json!({}), key).await
}

async fn step(appliance: &Appliance, payment: &Value, step: &str, body: &Value, key: &str) -> Value {
    let path = format!("/transactions/{}/{step}", payment["id"].as_str().unwrap());
    appliance.admin(post(path, body).once(&format!("{key}-{step}"))).await.ok(200)
}

async fn close(appliance: &Appliance, date: &str, key: &str) -> Reply {
    appliance.admin(post("/settlements", &json!({ "date": date })).once(key)).await
}

/// What each request of a payment is called at the provider, by its kind.
async fn attempts(appliance: &Appliance, payment: &Value) -> Vec<(String, String)> {
    let id = payment["id"].as_str().unwrap().parse().unwrap();
    let rows = appliance.app.store(move |store| store.operations(id)).await.unwrap();
    rows.into_iter().map(|row| (row.kind.to_string(), hex::encode(row.attempt_ref))).collect()
}

async fn attempt(appliance: &Appliance, payment: &Value, kind: &str) -> String {
    attempts(appliance, payment).await.into_iter().find(|(known, _)| known == kind).unwrap().1
}

fn line(attempt: &str, kind: &str, minor: i64, fee: i64) -> String {
    format!(",{attempt},{kind},{minor},EUR,{fee},2026-01-31T12:00:00Z\n")
}

/// A day with a sale, a partial refund, a capture, a void and a declined payment; returns the provider's file for it.
async fn day(appliance: &Appliance) -> String {
    let user = appliance.payer("Ada", 50_000).await;
    let sold = paid(appliance, &user, &eur(1250), "s").await;
    step(appliance, &sold, "refunds", &json!({ "amount": eur(250) }), "s").await;
    let hold = |key: &'static str| {
        let new = json!({ "user_id": user, "amount": eur(3000) });
        async move {
            let opened = appliance.admin(post("/transactions", &new).once(key)).await.ok(201);
            step(appliance, &opened, "confirm", &json!({ "capture": "manual" }), key).await
        }
    };
    let (captured, voided) = (hold("c").await, hold("v").await);
    step(appliance, &captured, "capture", &json!({}), "c").await;
    step(appliance, &voided, "void", &json!({}), "v").await;
    let poor = appliance.payer("Bob", 10).await;
    let declined = paid(appliance, &poor, &eur(500), "d").await;
    assert_eq!(declined["state"], "declined", "{declined}");
    format!(
        "{HEAD}{}{}{}",
        line(&attempt(appliance, &sold, "sale").await, "sale", 1250, 25),
        line(&attempt(appliance, &sold, "refund").await, "refund", 250, 0),
        // Some providers name what they captured by the authorization.
        line(&attempt(appliance, &captured, "authorize").await, "sale", 3000, 60),
    )
}

#[tokio::test]
async fn a_day_is_closed_compared_and_exported() {
    let appliance = &Appliance::start().await;
    let (file, date) = (day(appliance).await, today(appliance));
    let open = appliance.admin(get(format!("/reports/settlement?date={date}"))).await.ok(200);
    assert_eq!((&open["providers"][0]["state"], &open["totals"][0]["gross"]), (&json!("open"), &json!(4250)));
    appliance.later(DAY);
    let closed = close(appliance, &date, "close").await.ok(201);
    assert_eq!((&closed["state"], &closed["provider"]), (&json!("closed"), &json!(PROVIDER)));
    assert_eq!(closed["operation_count"], 3);
    let totals = &closed["ours"][0];
    assert_eq!(
        (&totals["gross"], &totals["refunds"], &totals["fees"], &totals["net"]),
        (&json!(4250), &json!(250), &json!(0), &json!(4000))
    );
    let again = close(appliance, &date, "close").await;
    assert_eq!((again.header("idempotent-replayed"), again.status.as_u16()), ("true", 201));
    close(appliance, &date, "other-key").await.refused(409, "conflict");

    let id = closed["id"].as_str().unwrap();
    let path = format!("/settlements/{id}/file");
    let compared = appliance.admin(text(&path, &file).once("file")).await.ok(200);
    assert_eq!((&compared["state"], &compared["breaks_left"]), (&json!("matched"), &json!(0)), "{compared}");
    let totals = &compared["theirs"][0];
    assert_eq!((&totals["fees"], &totals["net"]), (&json!(85), &json!(3915)));
    // The same file again changes nothing, with the same key or another; another file is refused.
    for key in ["file", "file-again"] {
        assert_eq!(appliance.admin(text(&path, &file).once(key)).await.ok(200), compared);
    }
    appliance.admin(text(&path, HEAD).once("other-file")).await.refused(409, "conflict");

    let csv = appliance.admin(get(format!("/settlements/{id}/export"))).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let owed = csv.text().lines().skip(1).map(|row| minor(row.split(',').nth(4).unwrap())).sum::<i64>();
    assert_eq!(owed, 3915, "{}", csv.text());
    let xml = appliance.admin(get(format!("/settlements/{id}/export?format=camt053"))).await;
    assert_eq!(xml.header("content-type"), "application/xml");
    let xml = xml.text();
    let closing = xml.split("<Cd>CLBD</Cd>").nth(1).unwrap();
    assert!(closing.contains("<Amt Ccy=\"EUR\">39.15</Amt><CdtDbtInd>CRDT</CdtDbtInd>"), "{xml}");
    assert_eq!(xml.matches("<Ntry>").count(), 4, "three payments and the fees: {xml}");
    let report = appliance.admin(get(format!("/reports/settlement?date={date}"))).await.ok(200);
    assert_eq!(
        (&report["providers"][0]["state"], &report["totals"][0]["net"]),
        (&json!("matched"), &json!(3915))
    );
    assert_eq!(report["providers"][0]["settlement_id"], id);
    let csv = appliance.admin(get(format!("/reports/settlement?date={date}&format=csv"))).await.text();
    let rows = ["ours,EUR,2,42.50,1,2.50,0.00,40.00,0", "theirs,EUR,2,42.50,1,2.50,0.85,39.15,0"];
    let expected = rows.map(|row| format!("{date},{PROVIDER},matched,{row}"));
    assert_eq!(csv.lines().skip(1).collect::<Vec<_>>(), expected);
    sound(appliance).await;
}

/// A decimal number of euros as cents.
fn minor(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

/// The books and the chain are as they must be.
async fn sound(appliance: &Appliance) {
    let verified = appliance.app.store(|store| Ok((store.ledger_verify()?, store.audit_verify()?))).await;
    let (ledger, audit) = verified.unwrap();
    assert!(ledger.is_ok() && audit.is_ok(), "{ledger:?} {audit:?}");
}

#[tokio::test]
async fn what_disagrees_is_shown_and_resolved() {
    let appliance = &Appliance::start().await;
    let (file, date) = (day(appliance).await, today(appliance));
    appliance.later(DAY);
    let closed = close(appliance, &date, "close").await.ok(201);
    let path = format!("/settlements/{}", closed["id"].as_str().unwrap());
    // One line twice, one amount wrong, one line of nobody, one of ours left out.
    let rows: Vec<&str> = file.lines().skip(1).collect();
    let broken = format!(
        "{HEAD}{}\n{}\n{}\nstranger,,sale,77,EUR,,2026-01-31T12:00:00Z\n",
        rows[0],
        rows[0],
        rows[1].replace(",250,", ",240,")
    );
    let compared = appliance.admin(text(format!("{path}/file"), &broken).once("file")).await.ok(200);
    assert_eq!((&compared["state"], &compared["breaks_left"]), (&json!("with_breaks"), &json!(4)));
    let lines = appliance.admin(get(format!("{path}/lines"))).await.ok(200);
    let classes: Vec<(&Value, &Value)> =
        lines["items"].as_array().unwrap().iter().map(|line| (&line["match"], &line["difference"])).collect();
    let expected = [
        ("matched", 0),
        ("duplicate_theirs", 1250),
        ("amount_diff", 10),
        ("missing_ours", 77),
        ("missing_theirs", -3000),
    ]
    .map(|(class, difference)| (json!(class), json!(difference)));
    assert_eq!(classes, expected.iter().map(|(class, difference)| (class, difference)).collect::<Vec<_>>());
    let first = appliance.admin(get(format!("{path}/lines?limit=2"))).await.ok(200);
    let rest = format!("{path}/lines?limit=9&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(appliance.admin(get(rest)).await.ok(200)["items"].as_array().unwrap().len(), 3);
    let only = appliance.admin(get(format!("{path}/lines?match=amount_diff"))).await.ok(200);
    assert_eq!(only["items"][0]["number"], 3);

    let resolve =
        |n: u32, body: Value| post(format!("{path}/lines/{n}/resolve"), &body).once(&format!("r{n}"));
    let line =
        appliance.admin(resolve(3, json!({ "reason": "their rounding", "write_off": true }))).await.ok(200);
    assert_eq!(line["resolved"]["reason"], "their rounding");
    for n in [2, 4, 5] {
        appliance.admin(resolve(n, json!({ "reason": "comes tomorrow" }))).await.ok(200);
    }
    appliance.admin(resolve(1, json!({ "reason": "x" }))).await.refused(409, "conflict");
    appliance.admin(resolve(9, json!({ "reason": "x" }))).await.refused(404, "settlement_line_not_found");
    appliance.admin(resolve(2, json!({ "reason": " " }))).await.refused(422, "reason_invalid");
    assert_eq!(appliance.admin(get(&path)).await.ok(200)["state"], "matched");
    let audit = appliance.app.store(|store| store.audit(0, 500)).await.unwrap();
    assert_eq!(audit.iter().filter(|record| record.action == "settlement.resolved").count(), 4);
    sound(appliance).await;
}

#[tokio::test]
async fn a_payment_that_nobody_knows_is_in_no_sum_and_is_listed_as_open() {
    let appliance = &Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    paid(appliance, &user, &eur(700), "a").await;
    let other = appliance.payer("Bob", 5000).await;
    let new = json!({ "user_id": other, "amount": eur(900) });
    let opened = appliance.admin(post("/transactions", &new).once("b")).await.ok(201);
    cut_off(appliance, &opened).await;
    let date = today(appliance);
    let report = appliance.admin(get(format!("/reports/settlement?date={date}"))).await.ok(200);
    let day = &report["providers"][0];
    assert_eq!(day["ours"][0]["gross"], 700);
    assert_eq!(day["open_operations"][0]["transaction_id"], opened["id"]);
    assert_eq!(day["open_operations"][0]["state"], "submitting");
    let closed = close(appliance, &date, "close").await.ok(201);
    assert_eq!((&closed["operation_count"], &closed["ours"][0]["gross"]), (&json!(1), &json!(700)));
    let csv = appliance.admin(get(format!("/reports/settlement?date={date}&format=csv"))).await.text();
    assert!(csv.lines().nth(1).unwrap().ends_with(",1"), "{csv}");
}

#[tokio::test]
async fn every_currency_is_written_with_its_own_places() {
    let wallet = r#"{ payment-wallet = { currencies = ["EUR", "JPY", "KWD"], sale_amount_max = 1000000 } }"#;
    let changes = [
        ("policy.sale_amount_max", "100000"),
        ("policy.attended_amount_max", "100000"),
        ("plugins.settings", wallet),
    ];
    let appliance = &Appliance::start_with(&changes).await;
    let user = appliance.payer("Ada", 5000).await;
    let mut file = HEAD.to_owned();
    for (currency, minor) in [("EUR", 1205), ("JPY", 1250), ("KWD", 1005)] {
        let amount = json!({ "amount": minor, "currency": currency });
        let credit = post(format!("/users/{user}/credits"), &json!({ "amount": amount }));
        appliance.admin(credit.once(&format!("fund-{currency}"))).await.ok(201);
        let payment = paid(appliance, &user, &amount, currency).await;
        assert_eq!(payment["state"], "captured", "{payment}");
        let attempt = attempt(appliance, &payment, "sale").await;
        file += &format!("pi_{currency},{attempt},sale,{minor},{currency},5,2026-01-31T12:00:00Z\n");
    }
    let date = today(appliance);
    let closed = close(appliance, &date, "close").await.ok(201);
    let path = format!("/settlements/{}", closed["id"].as_str().unwrap());
    let compared = appliance.admin(text(format!("{path}/file"), &file).once("file")).await.ok(200);
    assert_eq!(compared["state"], "matched");
    let csv = appliance.admin(get(format!("{path}/export?format=csv"))).await.text();
    for cells in
        ["sale,12.05,EUR,12.05,", "sale,1250,JPY,1250,", "sale,1.005,KWD,1.005,", "fee,0.005,KWD,-0.005,"]
    {
        assert!(csv.contains(cells), "{cells}: {csv}");
    }
    let xml = appliance.admin(get(format!("{path}/export?format=camt053"))).await.text();
    for amount in ["<Amt Ccy=\"EUR\">12.00<", "<Amt Ccy=\"JPY\">1245<", "<Amt Ccy=\"KWD\">1.000<"] {
        assert!(xml.contains(amount), "{amount}: {xml}");
    }
}

#[tokio::test]
async fn bad_files_are_refused_and_change_nothing() {
    let appliance = &Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    paid(appliance, &user, &eur(700), "a").await;
    let closed = close(appliance, &today(appliance), "close").await.ok(201);
    let path = &format!("/settlements/{}/file", closed["id"].as_str().unwrap());
    let good = "pi_1,,sale,700,EUR,,2026-01-31T12:00:00Z\n";
    for (nth, (body, fault)) in [
        (String::new(), "line 1: the header must be"),
        ("amount\n1\n".to_owned(), "line 1: the header must be"),
        (format!("{HEAD}{good}pi_2,,sale,12.50,EUR,,2026-01-31T12:00:00Z\n"), "line 3: amount"),
        (format!("{HEAD}pi_2,,sale,-1,EUR,,2026-01-31T12:00:00Z\n"), "line 2: amount"),
        (format!("{HEAD}pi_2,,sale,1,EURO,,2026-01-31T12:00:00Z\n"), "line 2: currency"),
        (format!("{HEAD}pi_2,,payout,1,EUR,,2026-01-31T12:00:00Z\n"), "line 2: kind"),
        (format!("{HEAD}pi_2,zz,sale,1,EUR,,2026-01-31T12:00:00Z\n"), "line 2: attempt"),
        (format!("{HEAD}pi_2,,sale,1,EUR,,yesterday\n"), "line 2: at"),
        (format!("{HEAD}pi_2,,sale,1,EUR\n"), "line 2: there are 5 fields"),
        (format!("{HEAD}\"pi_2,,sale\n"), "line 2: a quoted field is not closed"),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = appliance.admin(text(path, &body).once(&format!("k{nth}"))).await;
        let refused = refused.refused(422, "settlement_file_invalid").json();
        assert!(refused["reasons"][0].as_str().unwrap().starts_with(fault), "{fault}: {refused}");
    }
    let raw = text(path, "").raw(vec![0xff, 0xfe]).once("raw");
    appliance.admin(raw).await.refused(422, "body_not_text");
    appliance.admin(text(path, HEAD)).await.refused(400, "idempotency_key_missing");
    let unknown = text(format!("/settlements/{UNKNOWN}/file"), HEAD).once("u");
    appliance.admin(unknown).await.refused(404, "settlement_not_found");
    let state = appliance.admin(get(path.trim_end_matches("/file"))).await.ok(200);
    assert_eq!((&state["state"], &state["theirs"]), (&json!("closed"), &json!([])));
}

#[tokio::test]
async fn what_cannot_be_closed_or_shown_is_refused() {
    let appliance = &Appliance::start().await;
    let refused = |body: Value, key: &'static str| appliance.admin(post("/settlements", &body).once(key));
    refused(json!({ "date": "2026-02-30" }), "a").await.refused(422, "date_invalid");
    refused(json!({ "date": "today" }), "b").await.refused(422, "date_invalid");
    refused(json!({ "date": "2999-01-01" }), "c").await.refused(409, "conflict");
    let unknown = json!({ "date": "2026-01-31", "provider": "acme.pay" });
    refused(unknown, "d").await.refused(422, "provider_unknown");
    let missing = post("/settlements", &json!({ "date": "2026-01-31" }));
    appliance.admin(missing).await.refused(400, "idempotency_key_missing");
    for (path, status, code) in [
        (format!("/settlements/{UNKNOWN}"), 404, "settlement_not_found"),
        (format!("/settlements/{UNKNOWN}/lines"), 404, "settlement_not_found"),
        (format!("/settlements/{UNKNOWN}/export"), 404, "settlement_not_found"),
        (format!("/settlements/{UNKNOWN}/export?format=pdf"), 400, "format_unknown"),
        (format!("/settlements/{UNKNOWN}/lines?match=odd"), 400, "match_unknown"),
        ("/settlements/x".to_owned(), 404, "settlement_not_found"),
        ("/reports/settlement?format=xml".to_owned(), 400, "format_unknown"),
        ("/reports/settlement?date=31.01.2026".to_owned(), 422, "date_invalid"),
    ] {
        appliance.admin(get(path)).await.refused(status, code);
    }
    let report = appliance.admin(get("/reports/settlement")).await.ok(200);
    assert_eq!((&report["date"], &report["providers"]), (&json!(today(appliance)), &json!([])));
    let closed = close(appliance, &today(appliance), "e").await.ok(201);
    let export = format!("/settlements/{}/export?format=camt053", closed["id"].as_str().unwrap());
    appliance.admin(get(export)).await.refused(409, "settlement_empty");
    let names = appliance.admin(get("/settlements")).await.ok(200);
    assert_eq!(names["items"].as_array().unwrap().len(), 1);
}
