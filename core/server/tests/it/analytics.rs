//! The numbers behind the console's plots.

use std::time::Duration;

use domain::analytics::Series;
use serde_json::{Value, json};
use store::Counted;

use crate::checkout::{after, confirm, enrolled, look, open, show};
use crate::client::{get, post};
use crate::harness::{Appliance, eur};

async fn told(appliance: &Appliance, path: &str) -> Value {
    appliance.admin(get(format!("/analytics/{path}"))).await.ok(200)
}

/// A payment at `till-1` whose money comes `waited` after the look.
async fn paid(
    appliance: &Appliance,
    subject: (domain::UserId, domain::FaceId),
    minor: i64,
    waited: Duration,
) {
    let id = open(appliance, minor).await;
    show(appliance, look(appliance, Some(subject)));
    after(appliance, &id, "awaiting_payer").await;
    appliance.later(waited);
    assert_eq!(confirm(appliance, &id).await["state"], "paid");
}

#[tokio::test]
async fn payments_and_looks_are_told_at_a_glance_and_over_time() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    for _ in 0..3 {
        paid(&appliance, subject, 500, Duration::from_secs(2)).await;
    }
    // One that nobody looks at, one without a camera, one that is refused: more than there is.
    open(&appliance, 100).await;
    let new = json!({ "user_id": subject.0.to_string(), "amount": eur(3_600) });
    let poor = appliance.admin(post("/transactions", &new).once("poor")).await.ok(201);
    let confirm = format!("/transactions/{}/confirm", poor["id"].as_str().unwrap());
    assert_eq!(appliance.admin(post(confirm, &json!({})).once("yes")).await.ok(200)["state"], "declined");

    let found = told(&appliance, "summary").await;
    let payments = &found["payments"];
    assert_eq!(
        (&payments["opened"], &payments["captured"], &payments["declined"], &payments["waiting"]),
        (&json!(5), &json!(3), &json!(1), &json!(1)),
        "{found}"
    );
    assert_eq!(
        found["amounts"],
        json!([{ "currency": "EUR", "captured": eur(1_500), "refunded": eur(0), "count": 3 }])
    );
    let funnel: Vec<_> = found["funnel"].as_array().unwrap().iter().map(|step| &step["count"]).collect();
    assert_eq!(funnel, [&json!(5), &json!(4), &json!(3), &json!(3)], "{found}");
    assert_eq!(found["refusals"], json!([{ "reason": "insufficient_funds", "count": 1 }]));
    let took = &found["look_to_paid"];
    assert_eq!(took["count"], json!(3));
    assert!((took["p50_ms"].as_f64().unwrap() / 2_000.0 - 1.0).abs() < 0.05, "{took}");
    let cameras = found["cameras"].as_array().unwrap();
    let named: Vec<_> = cameras.iter().map(|at| (at["camera"].as_str(), &at["payments"]["opened"])).collect();
    assert_eq!(named, [(None, &json!(1)), (Some("till-1"), &json!(4))]);
    assert!(!found.to_string().contains(&subject.0.to_string()), "nobody is named");

    // The same hour by hour, of one camera only, and of none.
    let over_time = told(&appliance, "payments?camera=till-1").await;
    let points = over_time["items"].as_array().unwrap();
    assert_eq!((points.len(), over_time["bucket"].as_str()), (25, Some("hour")), "{over_time}");
    let opened: u64 = points.iter().map(|point| point["payments"]["opened"].as_u64().unwrap()).sum();
    assert_eq!(opened, 4);
    let latency = told(&appliance, "latency?bucket=day").await;
    assert_eq!(latency["look_to_paid"]["count"], json!(3), "{latency}");
    assert_eq!(latency["stages"].as_array().unwrap().len(), 5);
    assert_eq!(told(&appliance, "summary?branch=nowhere").await["payments"]["opened"], json!(0));
    let quality = told(&appliance, "quality").await;
    let decided: u64 =
        quality["items"].as_array().unwrap().iter().map(|at| at["decided"].as_u64().unwrap()).sum();
    assert_eq!(decided, 3, "{quality}");

    // A day later there is nothing in the last day.
    appliance.later(Duration::from_secs(2 * 86_400));
    assert_eq!(told(&appliance, "summary").await["payments"]["opened"], json!(0));
}

#[tokio::test]
async fn scores_are_told_of_many_looks_and_never_of_a_few() {
    let appliance = Appliance::start().await;
    let add = async |count: u64| {
        let hour = domain::analytics::Bucket::Hour.start(appliance.app.now());
        let branch = appliance.app.settings().policy.branch.clone();
        let of = |series: Series, label: &str, bin| Counted {
            camera: "till-1".to_owned(),
            series,
            label: label.to_owned(),
            bin,
        };
        let counts = [
            (of(Series::Similarity, "known", Series::Similarity.bin(0.7)), count),
            (of(Series::Look, "known", 0), count),
            (of(Series::Look, "low_margin", 0), 1),
            (of(Series::Liveness, "liveness-minifasnet", Series::Liveness.bin(0.97)), count),
        ];
        appliance.app.store(move |store| store.add_counts(&branch, hour, &counts)).await.unwrap();
    };
    add(19).await;
    let few = told(&appliance, "quality").await["similarity_known"].clone();
    assert_eq!(few, json!({ "count": 19, "withheld": true, "bins": [] }));
    add(1).await;
    let found = told(&appliance, "quality?camera=till-1").await;
    assert_eq!(
        found["similarity_known"],
        json!({ "count": 20, "withheld": false, "bins": [{ "from": 0.7, "to": 0.72, "count": 20 }] })
    );
    assert_eq!(found["liveness"][0]["step"], "liveness-minifasnet");
    assert_eq!(found["similarity_unknown"]["withheld"], json!(true));
    let last = found["items"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["looks"]["known"], &last["low_margin_rate"]), (&json!(20), &json!(0.1)), "{found}");
    assert_eq!(told(&appliance, "quality?camera=till-2").await["similarity_known"]["count"], json!(0));
}

#[tokio::test]
async fn plots_are_tables_as_well_and_refuse_spans_that_make_no_sense() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    paid(&appliance, subject, 500, Duration::from_secs(1)).await;
    for (path, header) in [
        ("summary", "branch,camera,opened,captured,"),
        ("payments", "at,opened,captured,"),
        ("latency", "at,count,p50_ms,"),
        ("quality", "at,looks_known,"),
    ] {
        let reply = appliance.admin(get(format!("/analytics/{path}?format=csv"))).await;
        assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
        let text = reply.text();
        let mut lines = text.lines();
        let first = lines.next().unwrap();
        assert!(first.starts_with(header), "{text}");
        let columns = first.split(',').count();
        let rows: Vec<_> = lines.collect();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.split(',').count() == columns), "{text}");
        let asked = get(format!("/analytics/{path}")).header("accept", "text/csv");
        assert_eq!(appliance.admin(asked).await.text().lines().next(), Some(first));
    }
    let table = appliance.admin(get("/analytics/summary?format=csv")).await.text();
    assert!(table.contains("till-1,1,1,0,0,0,0,0,0,0,EUR,500,0,"), "{table}");
    for (query, code) in [
        ("from=noon", "time_invalid"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "window_invalid"),
        ("from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "window_invalid"),
        ("bucket=minute", "bucket_unknown"),
        ("format=xml", "format_unknown"),
    ] {
        appliance.admin(get(format!("/analytics/summary?{query}"))).await.refused(400, code);
    }
    let kiosk = appliance.key("kiosk").await;
    appliance.send(get("/analytics/summary").token(&kiosk)).await.refused(403, "forbidden");
}

#[tokio::test]
async fn what_was_counted_is_there_after_a_restart() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    paid(&appliance, subject, 500, Duration::from_secs(1)).await;
    let appliance = appliance.restarted(&[]).await;
    assert_eq!(told(&appliance, "latency").await["look_to_paid"]["count"], json!(1));
}
