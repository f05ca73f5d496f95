//! Databases and caches that the network keeps away: what can't be done is refused in time and cleanly, nothing is done twice, and the
//! appliance is back when they are.

#![allow(clippy::print_stdout, reason = "how long everything took is told, and what could not be tried")]

use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::json;

use crate::client::{Reply, get, post};
use crate::harness::{Appliance, eur};
use crate::proxy::{Line, Proxy, Upstream};
use crate::servers::{Postgres, Redis};

/// What a request may take where the database is away: ten seconds for a connection, and some for everything else.
const REFUSED_WITHIN: Duration = Duration::from_secs(15);
/// The longest that any request takes, and some.
const ENDED_WITHIN: Duration = Duration::from_secs(40);
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// An appliance whose PostgreSQL is behind a proxy.
async fn behind_a_proxy() -> Option<(Appliance, Proxy)> {
    let server = match Postgres::shared() {
        Ok(server) => server,
        Err(why) => {
            println!("SKIP({why})");
            return None;
        }
    };
    let url = server.database();
    let (place, folder) = url.split_once("?host=").unwrap();
    let name = place.rsplit_once('/').unwrap().1;
    let proxy = Proxy::start(Upstream::Unix(format!("{folder}/.s.PGSQL.5432").into())).await;
    let url = format!("\"postgresql://facepay@{}/{name}\"", proxy.address);
    Some((Appliance::start_with(&[("database.url", &url)]).await, proxy))
}

/// A payment that staff vouches for, confirmed; each step with a key made of `key`.
async fn pay(appliance: &Appliance, user: &str, key: &str) -> Result<String, Reply> {
    let new = json!({ "user_id": user, "amount": eur(10) });
    let opened = appliance.admin(post("/transactions", &new).once(key)).await;
    if opened.status != StatusCode::CREATED {
        return Err(opened);
    }
    let confirm = format!("/transactions/{}/confirm", opened.json()["id"].as_str().unwrap());
    let confirmed = appliance.admin(post(confirm, &json!({})).once(&format!("{key}-yes"))).await;
    match confirmed.status {
        StatusCode::OK => Ok(confirmed.json()["state"].as_str().unwrap().to_owned()),
        _ => Err(confirmed),
    }
}

/// Waits until the payment with this key is made, and says how long that took.
async fn back(appliance: &Appliance, user: &str, key: &str) -> Duration {
    let began = Instant::now();
    loop {
        match pay(appliance, user, key).await {
            Ok(state) => {
                assert_eq!(state, "captured");
                return began.elapsed();
            }
            Err(refused) => {
                assert!(began.elapsed() < BACK_WITHIN, "not back: {} {}", refused.status, refused.text());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_cut_off_payments_are_refused_and_none_is_made_twice() {
    let Some((appliance, proxy)) = behind_a_proxy().await else { return };
    let user = appliance.payer("Ada", 1_000).await;
    assert_eq!(pay(&appliance, &user, "before").await.unwrap(), "captured");
    proxy.becomes(Line::Cut);
    let began = Instant::now();
    let refused = pay(&appliance, &user, "meanwhile").await.unwrap_err();
    let took = began.elapsed();
    refused.refused(503, "database_unavailable");
    assert!(took < REFUSED_WITHIN, "{took:?}");
    appliance.send(get("/health")).await.ok(200);
    assert_eq!(appliance.send(get("/readyz")).await.status, StatusCode::SERVICE_UNAVAILABLE);
    proxy.becomes(Line::Good);
    let took = back(&appliance, &user, "meanwhile").await;
    println!("back after {took:?}");
    assert_eq!(pay(&appliance, &user, "meanwhile").await.unwrap(), "captured");
    assert_eq!(appliance.wallet(&user).await, (980, 980, 0), "twice 10 cents, for three tries");
    appliance.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_line_that_falls_silent_for_a_while_nothing_is_lost() {
    let Some((appliance, proxy)) = behind_a_proxy().await else { return };
    let user = appliance.payer("Ada", 1_000).await;
    proxy.becomes(Line::Silent);
    let waits = async {
        let paid = pay(&appliance, &user, "meanwhile").await;
        assert!(
            paid.as_ref().is_ok_and(|state| state == "captured")
                || paid.is_err_and(|reply| reply.status == 503)
        );
    };
    let heals = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        // Who asks for no data is answered all the same.
        appliance.send(get("/health")).await.ok(200);
        proxy.becomes(Line::Good);
    };
    tokio::join!(waits, heals);
    println!("back after {:?}", back(&appliance, &user, "meanwhile").await);
    assert_eq!(appliance.wallet(&user).await, (990, 990, 0));
    appliance.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_or_slow_line_makes_payments_late_and_nothing_else() {
    let Some((appliance, proxy)) = behind_a_proxy().await else { return };
    let user = appliance.payer("Ada", 1_000).await;
    proxy.becomes(Line::Late(Duration::from_millis(10)));
    // The first one also has its statements prepared, each with a way of its own.
    for key in ["late", "late-again"] {
        let began = Instant::now();
        assert_eq!(pay(&appliance, &user, key).await.unwrap(), "captured");
        println!("late by 10 ms each way: {:?}", began.elapsed());
    }
    proxy.becomes(Line::Slow(1_024));
    let began = Instant::now();
    let new = json!({ "user_id": user, "amount": eur(10) });
    let slow = appliance.admin(post("/transactions", &new).once("slow")).await;
    println!("at 1 KiB/s: {} after {:?}", slow.status, began.elapsed());
    assert!(began.elapsed() < ENDED_WITHIN, "a request ends in its time");
    proxy.becomes(Line::Good);
    println!("back after {:?}", back(&appliance, &user, "slow").await);
    assert_eq!(appliance.wallet(&user).await, (970, 970, 0));
    appliance.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_payments_go_on() {
    let redis = match Redis::start() {
        Ok(redis) => redis,
        Err(why) => {
            println!("SKIP({why})");
            return;
        }
    };
    let upstream = redis.url.trim_start_matches("redis://").parse().unwrap();
    let proxy = Proxy::start(Upstream::Tcp(upstream)).await;
    let url = format!("\"redis://{}\"", proxy.address);
    let appliance = Appliance::start_with(&[("redis.url", &url)]).await;
    let user = appliance.payer("Ada", 1_000).await;
    for (line, key) in [(Line::Cut, "cut"), (Line::Silent, "silent")] {
        proxy.becomes(line);
        let began = Instant::now();
        assert_eq!(pay(&appliance, &user, key).await.unwrap(), "captured", "{line:?}");
        println!("{line:?}: {:?}", began.elapsed());
        appliance.send(get("/readyz")).await.ok(200);
    }
    proxy.becomes(Line::Good);
    assert_eq!(pay(&appliance, &user, "good").await.unwrap(), "captured");
    assert_eq!(appliance.wallet(&user).await, (970, 970, 0));
}
