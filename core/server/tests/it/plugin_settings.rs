//! Plugins' settings, as staff is shown them with what they may be, and changes of them tried before anybody writes them down.

use serde_json::{Value, json};

use crate::client::{get, post};
use crate::harness::Appliance;
use crate::webhooks_in::fixtures;

const WALLET: &str = "/plugins/payment-wallet/settings";

async fn check(appliance: &Appliance, path: &str, changes: Value) -> Value {
    let asked = post(format!("{path}/check"), &json!({ "changes": changes }));
    appliance.admin(asked).await.ok(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugins_settings_are_told_with_what_they_may_be_and_where_they_come_from() {
    let appliance =
        Appliance::start_with(&[("plugins.settings.payment-wallet.sale_amount_max", "5000")]).await;
    let auditor = appliance.key("auditor").await;
    let told = appliance.send(get(WALLET).token(&auditor)).await.ok(200);
    assert_eq!(
        (&told["plugin"], &told["name"]),
        (&json!("org.facepay.payment-wallet"), &json!("payment-wallet"))
    );
    assert_eq!(told["schema"]["properties"]["refund_window_days"]["maximum"], 3650);
    assert_eq!(
        told["values"],
        json!({
            "currencies": ["EUR", "GBP", "INR", "JPY", "USD"],
            "sale_amount_max": 5000,
            // The plugin's own default.
            "refund_window_days": 180,
        })
    );
    let environment = "environment FACEPAY__PLUGINS__SETTINGS__PAYMENT-WALLET__SALE_AMOUNT_MAX";
    assert_eq!(told["sources"], json!({ "currencies": "default", "sale_amount_max": environment }));
    assert_eq!(told["hidden"], json!([]));
    appliance.admin(get("/plugins/payment-none/settings")).await.refused(404, "not_found");
    for role in ["operator", "integrator", "kiosk"] {
        let key = appliance.key(role).await;
        appliance.send(get(WALLET).token(&key)).await.refused(403, "forbidden");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_plugins_settings_is_tried_by_the_plugin_and_changes_nothing() {
    let appliance =
        Appliance::start_with(&[("plugins.settings.payment-wallet.sale_amount_max", "5000")]).await;
    let before = appliance.admin(get(WALLET)).await.ok(200);
    let generation =
        async || appliance.admin(get("/plugins")).await.ok(200)["items"][0]["generation"].clone();
    let found = check(
        &appliance,
        WALLET,
        json!({ "refund_window_days": 30, "currencies": ["EUR"], "sale_amount_max": 7 }),
    )
    .await;
    let environment = "environment FACEPAY__PLUGINS__SETTINGS__PAYMENT-WALLET__SALE_AMOUNT_MAX";
    assert_eq!(
        found,
        json!({ "valid": true, "secrets_missing": [], "changes": [
            { "key": "refund_window_days", "from": 180, "to": 30, "source": "", "overridden": false },
            { "key": "currencies", "from": ["EUR", "GBP", "INR", "JPY", "USD"], "to": ["EUR"],
              "source": "default", "overridden": false },
            // A file would change nothing: the environment is over it.
            { "key": "sale_amount_max", "from": 5000, "to": 5000, "source": environment, "overridden": true },
        ] })
    );
    for (changes, key, word) in [
        (json!({ "refund_window_days": 4000 }), json!("refund_window_days"), "must be at most 3650"),
        (json!({ "refund_window_days": "soon" }), json!("refund_window_days"), "must be of type integer"),
        (json!({ "currencies": ["EUR", "EU"] }), json!("currencies"), "must have at least 3 characters"),
        (json!({ "refund_days": 3 }), json!("refund_days"), "is no setting"),
        // The schema lets it through, and the plugin does not.
        (json!({ "currencies": ["eur"] }), Value::Null, "eur is no ISO 4217 code"),
    ] {
        let found = check(&appliance, WALLET, changes.clone()).await;
        assert_eq!((&found["valid"], &found["key"]), (&json!(false), &key), "{changes}: {found}");
        assert!(found["problem"].as_str().unwrap().contains(word), "{changes}: {found}");
    }
    for changes in [json!({ "currencies": null }), json!({ "a": 1, "a.b": 2 })] {
        let asked = post(format!("{WALLET}/check"), &json!({ "changes": changes }));
        appliance.admin(asked).await.refused(422, "settings_not_told");
    }
    assert_eq!(appliance.admin(get(WALLET)).await.ok(200), before);
    assert_eq!(generation().await, 1, "the one at work is the one that was");
    let none = json!({ "changes": {} });
    appliance.admin(post("/plugins/none/settings/check", &none)).await.refused(404, "not_found");
    let auditor = appliance.key("auditor").await;
    appliance.send(post(format!("{WALLET}/check"), &none).token(&auditor)).await.refused(403, "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugins_secrets_are_never_shown_and_their_names_only_where_they_are_there() {
    let secrets = tempfile::tempdir().unwrap();
    std::fs::write(secrets.path().join("hook.key"), "hunter2").unwrap();
    let folder = format!("{:?}", secrets.path().display().to_string());
    let plugins = format!("{:?}", fixtures().display().to_string());
    let path = "/plugins/hook/settings";
    for (handle, found, misses_one) in
        [("hook.key", json!(["hook.key"]), false), ("sk_live_hunter2", json!([]), true)]
    {
        let appliance = Appliance::start_with(&[
            ("plugins.folder", &plugins),
            ("plugins.payment", "hook"),
            ("plugins.settings", &format!("{{ hook = {{ key = \"{handle}\" }} }}")),
            ("secrets.folder", &folder),
        ])
        .await;
        let told = appliance.admin(get(path)).await.ok(200);
        let hidden =
            json!([{ "key": "key", "names_secrets": true, "found": found, "misses_one": misses_one }]);
        assert_eq!((&told["values"], &told["hidden"]), (&json!({}), &hidden), "{handle}");
        let tried = check(&appliance, path, json!({ "key": "another_hunter2" })).await;
        assert_eq!(tried["changes"][0]["overridden"], true, "{tried}");
        let missing = if misses_one { json!(["key"]) } else { json!([]) };
        assert_eq!(tried["secrets_missing"], missing, "{tried}");
        assert!(!format!("{told}{tried}").contains("hunter2"), "{told}{tried}");
    }
}
