//! Plugins are changed while payments go on: none is lost, none is made twice, and a bad plugin harms nobody but itself.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli::packages::{PAYS, Site};
use crate::client::{Reply, get, post};
use crate::harness::{Appliance, eur};
use crate::vision::{EILEEN, enrol, picture, seeing_with};

const WALLET: &str = "org.facepay.payment-wallet";
/// What `exchanged.c` is compiled to: one that keeps the contract, one that only pays, one that approves what nobody heard.
const ONLY_PAYS: u32 = 15;

/// A payment of so many cents that staff vouches for, confirmed.
async fn pay(appliance: &Appliance, user: &str, minor: i64, (provider, key): (&str, &str)) -> Reply {
    let new = json!({ "user_id": user, "amount": eur(minor), "provider": provider });
    let opened = appliance.admin(post("/transactions", &new).once(key)).await.ok(201);
    let confirm = format!("/transactions/{}/confirm", opened["id"].as_str().unwrap());
    appliance.admin(post(confirm, &json!({})).once(key)).await
}

/// The state in which a payment by the wallet is then.
async fn paid(appliance: &Appliance, user: &str, minor: i64, key: &str) -> Value {
    pay(appliance, user, minor, (WALLET, key)).await.ok(200)["state"].clone()
}

/// A payment of which the provider never heard waits to be confirmed again, and nothing of it moved.
const NOT_SENT: &str = "requires_confirmation";

async fn change(appliance: &Appliance, plugin: &str, act: &str) -> Reply {
    let body = if act == "disable" { json!({ "reason": "recalled" }) } else { json!({}) };
    appliance.admin(post(format!("/plugins/{plugin}/{act}"), &body)).await
}

/// The plugin as it is listed.
async fn listed(appliance: &Appliance, plugin: &str) -> Value {
    let all = appliance.admin(get("/plugins")).await.ok(200);
    let mut items = all["items"].as_array().unwrap().iter();
    items.find(|item| item["id"] == plugin).unwrap().clone()
}

/// The value of a series.
async fn figure(appliance: &Appliance, series: &str) -> f64 {
    let text = appliance.admin(get("/metrics")).await.text();
    let line =
        text.lines().find(|line| line.starts_with(series)).unwrap_or_else(|| panic!("{series}: {text}"));
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

/// The actions of the audit about plugins, oldest first: its pages are read to the last.
async fn acts(appliance: &Appliance) -> Vec<String> {
    let (mut acts, mut page) = (Vec::new(), "/audit?limit=200".to_owned());
    loop {
        let audit = appliance.admin(get(page)).await.ok(200);
        let records = audit["items"].as_array().unwrap().iter();
        let actions = records.map(|record| record["action"].as_str().unwrap().to_owned());
        acts.extend(actions.filter(|action| action.starts_with("plugin.")));
        let Some(cursor) = audit["next_cursor"].as_str() else { return acts };
        page = format!("/audit?limit=200&cursor={cursor}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_is_loaded_anew_while_payments_go_on() {
    let appliance = Appliance::start_with(&[("policy.hour_count_max", "10000")]).await;
    let user = appliance.payer("Ada", 100_000).await;
    let (over, payments) = (AtomicBool::new(false), AtomicUsize::new(0));
    let till = async |name: &str| {
        while !over.load(Ordering::Relaxed) {
            let key = format!("{name}-{}", payments.fetch_add(1, Ordering::Relaxed));
            let transaction = pay(&appliance, &user, 10, (WALLET, &key)).await.ok(200);
            assert_eq!(transaction["state"], "captured", "{key}: {transaction}");
        }
    };
    let renewing = async {
        for generation in 2..=11 {
            let renewed = change(&appliance, "payment-wallet", "reload").await.ok(200);
            assert_eq!(renewed["items"][0]["generation"], generation);
            assert_eq!(renewed["items"][0]["state"], "active");
        }
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(till("a"), till("b"), till("c"), renewing);
    let payments = i64::try_from(payments.load(Ordering::Relaxed)).unwrap();
    assert!(payments > 3, "{payments}");
    let left = 100_000 - 10 * payments;
    assert_eq!(appliance.wallet(&user).await, (left, left, 0));
    appliance.assert_sound().await;
    let series = |name: &str| format!("facepay_plugin_{name}{{plugin=\"{WALLET}\"");
    assert_eq!(figure(&appliance, &series("generation")).await, 11.0);
    assert_eq!(figure(&appliance, &format!("{},result=\"reloaded\"", series("changes_total"))).await, 10.0);
    assert_eq!(acts(&appliance).await, ["plugin.reloaded"; 10]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plugins_that_see_are_loaded_anew_and_know_whom_they_knew() {
    let appliance = seeing_with(&[]).await;
    let eileen = appliance.payer("Eileen", 0).await;
    enrol(&appliance, &eileen, EILEEN).await.ok(201);
    let identify = async || appliance.admin(picture("/identify", EILEEN)).await;
    for plugin in ["detection-blazeface", "liveness-minifasnet", "recognition-mobilefacenet"] {
        let (renewed, beside) = tokio::join!(change(&appliance, plugin, "reload"), identify());
        assert_eq!(renewed.ok(200)["items"][0]["generation"], 2, "{plugin}");
        for seen in [beside, identify().await] {
            assert_eq!(seen.ok(200)["faces"][0]["user"], json!(eileen), "{plugin}");
        }
    }
    change(&appliance, "liveness-minifasnet", "disable").await.ok(200);
    assert_ne!(identify().await.status, 200, "nobody is known without liveness");
    change(&appliance, "liveness-minifasnet", "enable").await.ok(200);
    assert_eq!(identify().await.ok(200)["faces"][0]["user"], json!(eileen));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_take_its_place_leaves_a_plugin_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let built = std::env::current_exe().unwrap();
    let built = built.parent().unwrap().parent().unwrap();
    let file = |name: &str| folder.path().join(name);
    let copy = |from: &str| {
        // Another file under the same name, as a package manager puts it there.
        std::fs::copy(built.join(from), file("new.so")).unwrap();
        std::fs::rename(file("new.so"), file("libpayment_wallet.so")).unwrap();
    };
    copy("libpayment_wallet.so");
    let plugins = format!("{:?}", folder.path().display().to_string());
    let appliance = Appliance::start_with(&[("plugins.folder", &plugins)]).await;
    let user = appliance.payer("Ada", 1_000).await;
    std::fs::write(file("libpayment_wallet.so"), "no library").unwrap();
    let refused = change(&appliance, WALLET, "reload").await.refused(409, "plugin_refused").json();
    assert!(refused["detail"].as_str().unwrap().contains("is not a loadable shared library"), "{refused}");
    copy("libpayment_stripe.so");
    let refused = change(&appliance, WALLET, "reload").await.refused(409, "plugin_refused").json();
    assert!(refused["detail"].as_str().unwrap().contains("org.facepay.payment-stripe"), "{refused}");
    change(&appliance, WALLET, "rollback").await.refused(409, "plugin_refused");
    change(&appliance, "payment-none", "reload").await.refused(404, "not_found");
    let plugin = listed(&appliance, WALLET).await;
    assert_eq!((&plugin["generation"], &plugin["state"]), (&json!(1), &json!("active")), "{plugin}");
    assert_eq!(paid(&appliance, &user, 100, "a").await, "captured");
    assert_eq!(acts(&appliance).await, ["plugin.refused"; 3]);
    copy("libpayment_wallet.so");
    change(&appliance, WALLET, "reload").await.ok(200);
    assert_eq!(paid(&appliance, &user, 100, "b").await, "captured");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_plugin_takes_no_payment_until_it_is_enabled_also_after_a_restart() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 1_000).await;
    appliance
        .admin(post(format!("/plugins/{WALLET}/disable"), &json!({ "reason": " " })))
        .await
        .refused(422, "reason_invalid");
    let off = change(&appliance, WALLET, "disable").await.ok(200);
    assert_eq!(off["items"][0]["state"], "disabled: recalled", "{off}");
    assert_eq!(paid(&appliance, &user, 100, "a").await, NOT_SENT);
    change(&appliance, WALLET, "reload").await.refused(409, "plugin_disabled");
    let appliance = appliance.restarted(&[]).await;
    assert_eq!(listed(&appliance, WALLET).await["state"], "disabled: recalled");
    let ready = appliance.send(get("/readyz?verbose")).await.ok(503);
    assert!(ready.to_string().contains("org.facepay.payment-wallet is disabled"), "{ready}");
    assert_eq!(paid(&appliance, &user, 100, "b").await, NOT_SENT);
    assert_eq!(appliance.wallet(&user).await, (1_000, 1_000, 0));
    let on = change(&appliance, WALLET, "enable").await.ok(200);
    assert_eq!((&on["items"][0]["state"], &on["items"][0]["generation"]), (&json!("active"), &json!(2)));
    assert_eq!(paid(&appliance, &user, 100, "c").await, "captured");
    let appliance = appliance.restarted(&[]).await;
    assert_eq!(listed(&appliance, WALLET).await["state"], "active");
    assert_eq!(acts(&appliance).await, ["plugin.disabled", "plugin.enabled"]);
}

/// An appliance with the plugin of the site beside the wallet.
async fn appliance_of(site: &Site) -> Appliance {
    let changes = site.changes();
    let changes: Vec<(&str, &str)> = changes.iter().map(|(key, value)| (*key, value.as_str())).collect();
    Appliance::start_with(&changes).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_is_updated_and_rolled_back_at_work() {
    let site = Site::new();
    site.policy(1, ("revoked", json!([])));
    site.install("first", 1, ONLY_PAYS);
    let appliance = appliance_of(&site).await;
    let sha256 = async || listed(&appliance, PAYS).await["package_sha256"].clone();
    let first = sha256().await;
    change(&appliance, PAYS, "rollback").await.refused(409, "plugin_refused");
    site.install("second", 2, ONLY_PAYS);
    assert_eq!(sha256().await, first, "installed is not loaded");
    change(&appliance, PAYS, "reload").await.ok(200);
    let second = sha256().await;
    assert_ne!(second, first);
    change(&appliance, PAYS, "rollback").await.ok(200);
    assert_eq!(sha256().await, first);
    change(&appliance, PAYS, "reload").await.ok(200);
    assert_eq!(sha256().await, first, "the version before is in force");
    // What the operator has revoked meanwhile comes into no place, and what is in its place goes on.
    site.policy(2, ("revoked", json!([second])));
    change(&appliance, PAYS, "rollback").await.refused(409, "plugin_refused");
    assert_eq!(listed(&appliance, PAYS).await["state"], "active");
    let expected =
        ["refused", "reloaded", "rolled_back", "reloaded", "refused"].map(|act| format!("plugin.{act}"));
    assert_eq!(acts(&appliance).await, expected);
}

/// Each misdeed of `exchanged.c` by its amount, and what is said of it.
const MISDEEDS: [(i64, &str); 7] = [
    (661, "SIG"),
    (662, "exited with 0"),
    (663, "did not answer"),
    (664, "of memory used"),
    (665, "no task for an operation"),
    (666, "panic"),
    (667, "status -77"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_was_put_out_of_use_is_back_once_it_is_enabled() {
    let site = Site::new();
    site.policy(1, ("revoked", json!([])));
    site.install("first", 1, ONLY_PAYS);
    let appliance = appliance_of(&site).await;
    let user = appliance.payer("Ada", 10_000).await;
    for misdeed in 0..3 {
        let payment = pay(&appliance, &user, 661, (PAYS, &format!("m{misdeed}"))).await.ok(200);
        assert_eq!(payment["state"], NOT_SENT, "{payment}");
    }
    let plugin = listed(&appliance, PAYS).await;
    assert!(plugin["state"].as_str().unwrap().starts_with("faulted: 3 faults within a minute"), "{plugin}");
    assert!(plugin["last_fault"]["what"].as_str().unwrap().contains("was killed by SIG"), "{plugin}");
    // Whoever pays by the first provider pays on.
    appliance.send(get("/readyz")).await.ok(200);
    let on = change(&appliance, PAYS, "enable").await.ok(200);
    assert_eq!((&on["items"][0]["state"], &on["items"][0]["generation"]), (&json!("active"), &json!(2)));
    assert!(on["items"][0]["last_fault"]["what"].as_str().unwrap().contains("was killed by SIG"), "{on}");
    appliance.send(get("/readyz")).await.ok(200);
}

/// Waits until the plugin's last fault says so: one that hangs is killed a moment after the payment has given up.
async fn blamed(appliance: &Appliance, said: &str) {
    let begun = Instant::now();
    loop {
        let plugin = listed(appliance, PAYS).await;
        if plugin["last_fault"]["what"].as_str().is_some_and(|what| what.contains(said)) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{said}: {plugin}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn the_command_line_changes_plugins_of_the_running_appliance() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let appliance = runtime.block_on(Appliance::start());
    let url = format!("http://{}", appliance.address);
    let run = |arguments: &[&str]| {
        let mut command = crate::cli::facepay(Path::new("/tmp"));
        let output =
            command.args(arguments).args(["--url", &url, "--key", &appliance.admin]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        crate::cli::stdout(&output)
    };
    assert!(run(&["plugin", "reload", "payment-wallet"]).contains("loaded anew, generation 2, active"));
    let off = run(&["plugin", "disable", WALLET, "--reason", "recalled", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&off).unwrap()["items"][0]["state"], "disabled: recalled");
    assert!(run(&["plugin", "enable", WALLET]).contains("in use, generation 3, active"));
}

/// A plugin that misbehaves within its time needs that time.
mod by_the_clock {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_others_pay_as_fast_as_ever_while_a_plugin_misbehaves() {
        let site = Site::new();
        site.policy(1, ("revoked", json!([])));
        site.install("first", 1, ONLY_PAYS);
        let appliance = appliance_of(&site).await;
        let (good, bad) = (appliance.payer("Ada", 100_000).await, appliance.payer("Bob", 100_000).await);
        let over = AtomicBool::new(false);
        let times = parking_lot::Mutex::new(Vec::new());
        let till = async |name: &str| {
            let mut sale = 0;
            while !over.load(Ordering::Relaxed) {
                sale += 1;
                let begun = Instant::now();
                assert_eq!(paid(&appliance, &good, 10, &format!("{name}-{sale}")).await, "captured");
                times.lock().push(begun.elapsed());
            }
        };
        let misbehaving = async {
            for (amount, said) in MISDEEDS {
                let payment = pay(&appliance, &bad, amount, (PAYS, &format!("bad-{amount}"))).await.ok(200);
                assert_eq!(payment["state"], NOT_SENT, "{payment}");
                // A word that is an error, and no fault, is told to the log only.
                if amount != 667 {
                    blamed(&appliance, said).await;
                }
                change(&appliance, PAYS, "enable").await.ok(200);
            }
            over.store(true, Ordering::Relaxed);
        };
        tokio::join!(till("a"), till("b"), misbehaving);
        let mut times = times.into_inner();
        times.sort_unstable();
        // Each is two requests: opened, and confirmed with its provider.
        let p95 = times[times.len() * 95 / 100] / 2;
        println!("{} sales beside {} misdeeds, a request took {p95:?} at p95", times.len(), MISDEEDS.len());
        assert!(p95 < Duration::from_millis(200), "{p95:?}");
        let spent = 10 * i64::try_from(times.len()).unwrap();
        assert_eq!(appliance.wallet(&good).await, (100_000 - spent, 100_000 - spent, 0));
        assert_eq!(appliance.wallet(&bad).await, (100_000, 100_000, 0));
        appliance.assert_sound().await;
    }
}
