//! Webhooks: which are authentic, and what they are about. And the settings.

use super::*;

/// A key whose code of a message is its sum, shifted: enough to tell messages apart.
struct Keys;

fn code(data: &[u8]) -> Vec<u8> {
    let sum = data.iter().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    [sum.to_be_bytes(); 4].concat()
}

impl SecretService for Keys {
    fn mac(&self, handle: &str, algorithm: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        assert_eq!((handle, algorithm), ("stripe.webhook", MacAlgorithm::HmacSha256));
        Ok(code(data))
    }

    fn sign(&self, _handle: &str, _algorithm: SignAlgorithm, _data: &[u8]) -> Result<Vec<u8>> {
        Err(Error::Unsupported("no private keys here".into()))
    }
}

fn listener(webhook_secret: Value) -> Stripe {
    let mut stripe = Stripe::create(Host::local_with_secrets(Arc::new(Keys))).unwrap();
    let settings = json!({ "api_key": "stripe.key", "webhook_secret": webhook_secret });
    stripe.configure(serde_json::from_value(settings).unwrap()).unwrap();
    stripe
}

fn hook(stripe: &Stripe, headers: &[(&str, &str)], body: &str) -> Result<Outcome> {
    let payload = json!({ "headers": headers, "body": body, "now_s": NOW_S });
    let mut task = stripe.begin(&Call::unbounded(), &request(Op::Webhook, 0, &payload))?;
    match stripe.step(&Call::unbounded(), &mut task, &Event::Start)? {
        Effect::Done(outcome) => Ok(outcome),
        other => panic!("{other:?}"),
    }
}

fn said(outcome: &Outcome) -> String {
    match &outcome.verdict {
        Verdict::Declined { code } => code.clone(),
        verdict => format!("{verdict:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signed(time: &str, body: &str) -> String {
    hex(&code(format!("{time}.{body}").as_bytes()))
}

fn event(object: &Value) -> String {
    json!({ "id": "evt_1", "type": "payment_intent.succeeded", "data": { "object": object } }).to_string()
}

#[test]
fn only_what_carries_a_fresh_signature_is_authentic() {
    let stripe = listener("stripe.webhook".into());
    let body = event(&intent("succeeded"));
    let at = |time: i64| format!("t={time},v1={}", signed(&time.to_string(), &body));
    let good = signed(&NOW_S.to_string(), &body);
    for (header, expected) in [
        (at(NOW_S), "Approved"),
        (at(NOW_S - 300), "Approved"),
        (at(NOW_S + 300), "Approved"),
        (at(NOW_S - 301), "too_old"),
        (at(NOW_S + 301), "too_old"),
        (format!("t={NOW_S},v1={},v1={good},v0=00", "00".repeat(32)), "Approved"),
        (format!("t={NOW_S}, v1={good}"), "Approved"),
        (format!("t={NOW_S},v1={}", good.to_uppercase()), "Approved"),
        (format!("t={},v1={good}", NOW_S + 1), "signature_invalid"),
        (format!("t={NOW_S},v1={}", "00".repeat(32)), "signature_invalid"),
        (format!("t={NOW_S},v1={}", &good[..62]), "signature_invalid"),
        (format!("t={NOW_S},v1={good}00"), "signature_invalid"),
        (format!("t={NOW_S},v0={good}"), "signature_invalid"),
        (format!("t={NOW_S},v1=ää"), "signature_invalid"),
        (format!("t={NOW_S},v1="), "signature_invalid"),
        (format!("t={NOW_S},t={NOW_S},v1={good}"), "signature_invalid"),
        (format!("v1={good}"), "signature_invalid"),
        (format!("t=,v1={good}"), "signature_invalid"),
        (format!("t=-5,v1={}", signed("-5", &body)), "signature_invalid"),
        (format!("t={0},v1={1}", "9".repeat(40), signed(&"9".repeat(40), &body)), "too_old"),
        (String::new(), "signature_invalid"),
        (format!("t={NOW_S}{}", ",v1=00".repeat(100_000)), "signature_invalid"),
    ] {
        let outcome = hook(&stripe, &[("stripe-signature", &header)], &body).unwrap();
        assert_eq!(said(&outcome), expected, "{}", &header.chars().take(90).collect::<String>());
    }
    assert_eq!(said(&hook(&stripe, &[], &body).unwrap()), "signature_invalid");
    let twice = [("stripe-signature", at(NOW_S)), ("stripe-signature", at(NOW_S))];
    let twice = twice.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(said(&hook(&stripe, &twice, &body).unwrap()), "signature_invalid");
}

#[test]
fn without_a_secret_nothing_is_authentic_and_without_keys_nothing_is_read() {
    let body = event(&intent("succeeded"));
    let header = format!("t={NOW_S},v1={}", signed(&NOW_S.to_string(), &body));
    let headers = [("stripe-signature", header.as_str())];
    assert_eq!(said(&hook(&listener(Value::Null), &headers, &body).unwrap()), "signature_invalid");
    let mut keyless = Stripe::create(Host::local(None)).unwrap();
    let settings = json!({ "api_key": "stripe.key", "webhook_secret": "stripe.webhook" });
    keyless.configure(serde_json::from_value(settings).unwrap()).unwrap();
    assert!(matches!(hook(&keyless, &headers, &body), Err(Error::Unsupported(_))));
    let begun = keyless.begin(&Call::unbounded(), &request(Op::Webhook, 0, &json!({ "body": "x" })));
    assert!(matches!(begun, Err(Error::Invalid(_))));
}

#[test]
fn a_webhook_says_which_charge_or_refund_it_is_about() {
    let stripe = listener("stripe.webhook".into());
    let ours = "a1".repeat(16);
    let mut unmarked = intent("succeeded");
    unmarked["metadata"] = json!({});
    let mut odd = intent("succeeded");
    odd["metadata"]["facepay_attempt"] = "A1".into();
    let mut by_hand = refund("re_1", "a1", 5, "succeeded");
    by_hand["metadata"] = Value::Null;
    let dispute = json!({ "object": "dispute", "id": "dp_1", "payment_intent": "pi_1" });
    let charge = json!({ "object": "charge", "id": "ch_1", "payment_intent": "pi_1",
                         "metadata": { "facepay_attempt": ours } });
    for (object, expected) in [
        (intent("succeeded"), Some(("pi_1", json!(ours)))),
        (refund("re_1", "a1", 5, "succeeded"), Some(("re_1", json!(ours)))),
        (by_hand, Some(("pi_1", json!(null)))),
        (charge, Some(("pi_1", json!(ours)))),
        (dispute, Some(("pi_1", json!(null)))),
        (unmarked, None),
        (odd, None),
        (json!({ "object": "customer", "id": "cus_1" }), None),
        (json!({ "object": "dispute", "payment_intent": "pi_1/x" }), None),
        (json!(null), None),
    ] {
        let body = event(&object);
        let header = format!("t={NOW_S},v1={}", signed(&NOW_S.to_string(), &body));
        let outcome = hook(&stripe, &[("stripe-signature", &header)], &body).unwrap();
        match expected {
            None => assert_eq!(said(&outcome), "not_about_us", "{object}"),
            Some((provider_ref, attempt)) => {
                assert_eq!(
                    (said(&outcome).as_str(), outcome.provider_ref.as_str()),
                    ("Approved", provider_ref)
                );
                let result: Value = serde_json::from_slice(&outcome.result_json).unwrap();
                assert_eq!(result, json!({ "event_id": "evt_1", "attempt": attempt }), "{object}");
            }
        }
    }
    for body in ["", "{}", "[", "{\"id\":\"evt_1\",\"data\":{}}", &"[".repeat(100_000)] {
        let header = format!("t={NOW_S},v1={}", signed(&NOW_S.to_string(), body));
        let outcome = hook(&stripe, &[("stripe-signature", &header)], body).unwrap();
        assert_eq!(said(&outcome), "not_about_us");
    }
}

#[test]
fn settings_have_defaults_and_no_unknown_fields() {
    let read = |settings: Value| serde_json::from_value::<Settings>(settings);
    let settings = read(json!({ "api_key": "stripe.key" })).unwrap();
    assert_eq!((settings.timeout_ms, settings.settle_s, settings.endpoint), (8000, 120, 0));
    assert_eq!((settings.api_version.as_str(), settings.webhook_secret.as_deref()), ("2024-06-20", None));
    assert!(settings.currencies.is_empty() && settings.check().is_ok());
    assert!(read(json!({})).is_err());
    assert!(read(json!({ "api_key": "stripe.key", "api_keys": "x" })).is_err());
    for (name, value, found) in [
        ("currencies", json!(["eur"]), "currencies: eur"),
        ("api_version", json!("2024\r\nx"), "api_version"),
    ] {
        let settings = read(json!({ "api_key": "stripe.key", name: value })).unwrap();
        assert!(settings.check().unwrap_err().starts_with(found));
    }
    let schema: Value = serde_json::from_str(settings::SCHEMA).unwrap();
    for handle in ["api_key", "webhook_secret"] {
        assert_eq!(schema["properties"][handle]["x-secret"], true);
    }
}
