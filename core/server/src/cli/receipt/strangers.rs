//! Receipts and certificates that somebody changed: each is refused, or says what was signed. `PROPTEST_CASES` says how many.

use proptest::prelude::*;
use proptest::sample::Index;
use store::DeviceKey;
use store::seal::Key;

use super::*;

/// A sound receipt, a sound certificate, and the key that signed them.
fn signed() -> ([Value; 2], PublicKey) {
    let key = DeviceKey::of(&Key::random());
    let receipt = json!({
        "type": RECEIPT_TYPE,
        "transaction": "01a22c17-bac9-7785-8579-45b8d444d836",
        "amount": { "minor": 1250, "currency": "EUR", "text": "12.50 EUR" },
        "reference": "till 3",
        "captured_at_micros": 1_790_000_000_000_000_i64,
    });
    let certificate = json!({
        "type": CERTIFICATE_TYPE,
        "user_id": "01a22c17-b691-7351-ae08-9d33519e76d9",
        "erased_at": "2026-09-21T13:46:40Z",
        "templates": 3,
        "method": "key destroyed",
    });
    let envelope = |name: &str, said: &Value, beside: Value| {
        let text = said.to_string();
        let mut whole = beside;
        whole[name] = json!(text);
        whole["key"] = json!(key.public().to_string());
        whole["signature"] = json!(hex::encode(key.sign(text.as_bytes())));
        whole
    };
    let beside = json!({
        "transaction_id": receipt["transaction"],
        "amount": { "amount": 1250, "currency": "EUR" },
        "amount_text": "12.50 EUR",
        "reference": "till 3",
        "paid_at": moment(1_790_000_000_000_000),
    });
    let both =
        [envelope("receipt", &receipt, beside), envelope("statement", &certificate, certificate.clone())];
    (both, key.public())
}

/// What a sound file says; the fields beside it are those of `verify`.
fn said(sound: &Value) -> Value {
    let text = sound["receipt"].as_str().or_else(|| sound["statement"].as_str()).unwrap();
    serde_json::from_str(text).unwrap()
}

/// JSON of any shape, not deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[0-9a-fA-F]{0,130}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 32, 6, |inner| {
        let name = prop_oneof![
            Just("receipt".to_owned()),
            Just("statement".to_owned()),
            Just("key".to_owned()),
            Just("signature".to_owned()),
            "[a-z_]{1,8}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn what_is_changed_here_was_sound_before() {
    let (both, key) = signed();
    for sound in both {
        assert_eq!(verify(&sound, None), Ok(said(&sound)));
        assert_eq!(verify(&sound, Some(key)), Ok(said(&sound)));
    }
}

proptest! {
    #[test]
    fn a_file_with_other_bytes_is_refused_or_says_what_was_signed(
        which in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..6),
    ) {
        let (both, key) = signed();
        let sound = which.get(&both);
        let mut bytes = sound.to_string().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(changed) = serde_json::from_slice::<Value>(&bytes) {
            for key in [None, Some(key)] {
                if let Ok(found) = verify(&changed, key) {
                    prop_assert_eq!(found, said(sound));
                }
            }
        }
    }

    #[test]
    fn a_field_of_another_value_is_refused(which in any::<Index>(), field in any::<Index>(), value in any_json()) {
        let (both, key) = signed();
        let mut changed = which.get(&both).clone();
        let fields = changed.as_object_mut().unwrap();
        let name = field.get(&fields.keys().cloned().collect::<Vec<_>>()).clone();
        let before = fields.insert(name.clone(), value.clone()).unwrap();
        prop_assume!(before != value && name != "type");
        prop_assert!(verify(&changed, Some(key)).is_err(), "{name}: {value}");
    }

    #[test]
    fn any_json_is_refused(given in any_json()) {
        prop_assert!(verify(&given, None).is_err());
    }

    #[test]
    fn no_other_key_vouches_for_it(which in any::<Index>()) {
        let ((both, _), (_, other)) = (signed(), signed());
        prop_assert!(verify(which.get(&both), Some(other)).is_err());
    }
}
