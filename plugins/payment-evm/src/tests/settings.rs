//! Settings that are refused, and what becomes of them.

use plugin_sdk::Error;
use serde_json::{Value, json};

use super::node::evm;
use crate::keys::{HOT, MERCHANT, address};
use crate::settings::{SCHEMA, Settings};

fn check(more: Value, expected: &str) {
    let flaw = match evm(&more) {
        Ok(_) => "fine".to_owned(),
        Err(error) => error.to_string(),
    };
    assert!(flaw.contains(expected), "{more}: {flaw}");
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    check(json!({}), "fine");
    check(json!({ "token": checksummed }), "fine");
    check(json!({ "token": checksummed.to_lowercase() }), "fine");
    check(json!({ "token": checksummed.replace("5aAe", "5aae") }), "token: its EIP-55 checksum is wrong");
    check(json!({ "token": "0x0000000000000000000000000000000000000000" }), "token: must not be zero");
    check(json!({ "token": "0x00" }), "token: must have 40 hex digits");
    check(json!({ "token": "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed00" }), "token: must begin with 0x");
    check(
        json!({ "merchant": "0x00000000000000000000000000000000000000cc" }),
        "merchant: the token's contract",
    );
    check(json!({ "merchant": address(HOT.0), "merchant_key": null }), "key: is that of the merchant's own");
    check(json!({ "merchant_key": HOT.0 }), "merchant_key: is not that of the merchant's");
    check(json!({ "key": MERCHANT.0, "merchant_key": null }), "key: is that of the merchant's own");
    check(json!({ "key": "absent" }), "no key called absent");
    check(json!({ "currency": "usd" }), "currency: ");
    check(json!({ "chain_id": 0 }), "must be at least 1");
    check(json!({ "confirmations": 0 }), "must be at least 1");
    check(json!({ "token_decimals": 37 }), "token_decimals: ");
    check(json!({ "path": "/v3/{api_key}" }), "api_key: ");
    check(json!({ "api_key": "node" }), "api_key: ");
    check(json!({ "path": "/v3/{api_key}", "api_key": "node" }), "fine");
    check(json!({ "speed": 1 }), "unknown field");
}

#[test]
fn the_host_puts_the_nodes_key_into_the_path() {
    let settings = json!({
        "path": "/v3/{api_key}", "api_key": "node", "chain_id": 1, "token": "0x", "token_decimals": 6,
        "currency": "USD", "merchant": "0x", "key": "hot", "max_fee_per_gas_max_wei": 1,
    });
    let settings: Settings = serde_json::from_value(settings).unwrap();
    assert_eq!(settings.rpc_path(), "/v3/${secret:node}");
}

#[test]
fn the_schema_names_every_setting_and_marks_the_handles() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let properties = schema["properties"].as_object().unwrap();
    let mut secret: Vec<&str> = Vec::new();
    let mut defaults = json!({});
    for (name, property) in properties {
        if property["x-secret"] == true {
            secret.push(name);
        }
        if let Some(default) = property.get("default") {
            defaults[name] = default.clone();
        }
    }
    assert_eq!(secret, ["api_key", "key", "merchant_key"]);
    let mut bare = json!({
        "chain_id": 1, "token": "t", "token_decimals": 6, "currency": "USD", "merchant": "m", "key": "k",
        "max_fee_per_gas_max_wei": 1,
    });
    for name in schema["required"].as_array().unwrap() {
        assert!(bare.get(name.as_str().unwrap()).is_some(), "{name}");
    }
    let by_serde: Settings = serde_json::from_value(bare.clone()).unwrap();
    bare.as_object_mut().unwrap().extend(defaults.as_object().unwrap().clone());
    assert_eq!(serde_json::from_value::<Settings>(bare).unwrap(), by_serde, "the defaults agree");
}

#[test]
fn without_keys_of_the_host_there_is_no_work() {
    use plugin_sdk::{Host, Limits, Plugin};
    let mut evm = crate::Evm::create(Host::local(None)).unwrap();
    let limits = Limits { max_batch: 1, max_width: 1, max_height: 1, threads: 0 };
    assert!(matches!(evm.activate(&limits), Err(Error::Invalid(_))));
    let settings = json!({
        "chain_id": 1, "token": "0x00000000000000000000000000000000000000cc", "token_decimals": 6,
        "currency": "USD", "merchant": address(MERCHANT.0), "key": "hot", "max_fee_per_gas_max_wei": 1,
    });
    evm.configure(serde_json::from_value(settings).unwrap()).unwrap();
    assert!(matches!(evm.activate(&limits), Err(Error::Unsupported(_))));
}

#[test]
fn the_guides_settings_are_taken() {
    let guide = include_str!("../../../../docs/plugin-guide.md");
    let (_, settings) = guide.split_once("[plugins.settings.payment-evm]\n").unwrap();
    let (settings, _) = settings.split_once("```").unwrap();
    let settings: serde_json::Map<String, Value> = (settings.lines())
        .map(|line| {
            let (name, value) = line.split('#').next().unwrap().split_once(" = ").unwrap();
            (name.to_owned(), serde_json::from_str(value).unwrap())
        })
        .collect();
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    assert_eq!(settings.len(), schema["properties"].as_object().unwrap().len(), "it shows each of them");
    let settings: Settings = serde_json::from_value(settings.into()).unwrap();
    settings.check().unwrap();
}
