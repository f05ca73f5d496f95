//! ID tokens: a signature by one of the provider's keys, and claims that are meant for this appliance, this sign-in and now (OpenID
//! Connect Core 1.0, 3.1.3.7; RFC 7515, RFC 7518).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The clocks of both may differ by so much, in seconds.
const SKEW_S: i64 = 60;

/// The provider's keys (RFC 7517).
#[derive(Deserialize)]
pub(super) struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
}

/// What a token has to say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now_s: i64,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the ID token is malformed")]
    Malformed,
    #[error("the ID token is signed by an algorithm other than RS256 and ES256")]
    Algorithm,
    #[error("none of the provider's keys signed the ID token")]
    Signature,
    #[error("the ID token has another issuer")]
    Issuer,
    #[error("the ID token is for another client")]
    Audience,
    #[error("the ID token is of another sign-in")]
    Nonce,
    #[error("the ID token is over, or of the future: compare the clocks")]
    Time,
}

/// The claims of `token`, if all of it holds.
pub(super) fn verified(
    token: &str,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<Map<String, Value>, Fault> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Fault::Malformed)?;
    let (head, payload) = signed.split_once('.').ok_or(Fault::Malformed)?;
    let header: Header = serde_json::from_slice(&bytes(head)?).map_err(|_| Fault::Malformed)?;
    let signature = bytes(signature)?;
    let named = |key: &&Key| header.kid.is_none() || key.kid == header.kid;
    let signs = |key: &Key| key.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
    let mut candidates = keys.keys.iter().filter(named).filter(|key| signs(key));
    let holds = match header.alg.as_str() {
        "RS256" => candidates.any(|key| key.holds_rs256(signed.as_bytes(), &signature)),
        "ES256" => candidates.any(|key| key.holds_es256(signed.as_bytes(), &signature)),
        _ => return Err(Fault::Algorithm),
    };
    if !holds {
        return Err(Fault::Signature);
    }
    let claims: Map<String, Value> =
        serde_json::from_slice(&bytes(payload)?).map_err(|_| Fault::Malformed)?;
    expected.fits(&claims)?;
    Ok(claims)
}

impl Expected<'_> {
    fn fits(&self, claims: &Map<String, Value>) -> Result<(), Fault> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let seconds = |name: &str| claims.get(name).and_then(Value::as_f64).map(|seconds| seconds as i64);
        if text("iss") != Some(self.issuer) {
            return Err(Fault::Issuer);
        }
        let is_ours = match claims.get("aud") {
            Some(Value::String(one)) => one == self.client_id,
            Some(Value::Array(several)) => {
                several.iter().any(|one| one == self.client_id)
                    && (several.len() == 1 || text("azp") == Some(self.client_id))
            }
            _ => false,
        };
        if !is_ours || text("azp").is_some_and(|party| party != self.client_id) {
            return Err(Fault::Audience);
        }
        if text("nonce") != Some(self.nonce) {
            return Err(Fault::Nonce);
        }
        let (until, from) = (seconds("exp").ok_or(Fault::Time)?, seconds("iat").ok_or(Fault::Time)?);
        match self.now_s < until.saturating_add(SKEW_S) && from <= self.now_s.saturating_add(SKEW_S) {
            true => Ok(()),
            false => Err(Fault::Time),
        }
    }
}

impl Key {
    fn holds_rs256(&self, signed: &[u8], signature: &[u8]) -> bool {
        let (Ok(n), Ok(e)) = (bytes(&self.n), bytes(&self.e)) else { return false };
        let key = RsaPublicKeyComponents { n, e };
        self.kty == "RSA" && key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok()
    }

    fn holds_es256(&self, signed: &[u8], signature: &[u8]) -> bool {
        let (Ok(x), Ok(y)) = (bytes(&self.x), bytes(&self.y)) else { return false };
        let point = [&[4][..], &x, &y].concat();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        self.kty == "EC" && self.crv == "P-256" && key.verify(signed, signature).is_ok()
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Fault::Malformed)
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    use super::*;

    const EXPECTED: Expected<'static> =
        Expected { issuer: "https://id.example", client_id: "facepay", nonce: "n-1", now_s: 1_000 };

    struct Signer(EcdsaKeyPair);

    impl Signer {
        fn new() -> Self {
            let random = SystemRandom::new();
            let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
            Self(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
                    .unwrap(),
            )
        }

        fn keys(&self) -> KeySet {
            let point = self.0.public_key().as_ref();
            let [x, y] = [&point[1..33], &point[33..]].map(|part| URL_SAFE_NO_PAD.encode(part));
            let key = json!({ "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "x": x, "y": y });
            serde_json::from_value(json!({ "keys": [key] })).unwrap()
        }

        fn token(&self, header: &Value, claims: &Value) -> String {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let signed = format!("{}.{}", part(header), part(claims));
            let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
        }
    }

    fn header() -> Value {
        json!({ "alg": "ES256", "kid": "k1" })
    }

    fn claims() -> Value {
        json!({ "iss": "https://id.example", "aud": "facepay", "nonce": "n-1", "iat": 990, "exp": 1_100, "sub": "ada" })
    }

    #[test]
    fn only_a_token_for_this_client_this_sign_in_and_now_is_taken() {
        let signer = Signer::new();
        let found = |change: &dyn Fn(&mut Value)| {
            let mut claims = claims();
            change(&mut claims);
            verified(&signer.token(&header(), &claims), &signer.keys(), &EXPECTED).map(|claims| claims.len())
        };
        assert_eq!(found(&|_| {}), Ok(6));
        assert_eq!(found(&|c| c["aud"] = json!(["facepay"])), Ok(6));
        assert_eq!(found(&|c| (c["aud"], c["azp"]) = (json!(["facepay", "x"]), json!("facepay"))), Ok(7));
        for (field, value, fault) in [
            ("iss", json!("https://evil.example"), Fault::Issuer),
            ("aud", json!("other"), Fault::Audience),
            ("aud", json!(["facepay", "other"]), Fault::Audience),
            ("azp", json!("other"), Fault::Audience),
            ("aud", Value::Null, Fault::Audience),
            ("nonce", json!("n-2"), Fault::Nonce),
            ("nonce", Value::Null, Fault::Nonce),
            ("exp", json!(939), Fault::Time),
            ("exp", Value::Null, Fault::Time),
            ("iat", json!(1_061), Fault::Time),
        ] {
            assert_eq!(found(&|claims| claims[field] = value.clone()), Err(fault), "{field} {value}");
        }
    }

    #[test]
    fn only_the_providers_keys_and_safe_algorithms_sign() {
        let (signer, stranger) = (Signer::new(), Signer::new());
        let found = |token: &str| verified(token, &signer.keys(), &EXPECTED).map(drop);
        assert_eq!(found(&stranger.token(&header(), &claims())), Err(Fault::Signature));
        for alg in ["none", "HS256", "RS512", "es256"] {
            let token = signer.token(&json!({ "alg": alg }), &claims());
            assert_eq!(found(&token), Err(Fault::Algorithm), "{alg}");
        }
        assert_eq!(found(&signer.token(&json!({ "alg": "RS256" }), &claims())), Err(Fault::Signature));
        let other = json!({ "alg": "ES256", "kid": "k2" });
        assert_eq!(found(&signer.token(&other, &claims())), Err(Fault::Signature));
        let token = signer.token(&header(), &claims());
        assert_eq!(found(&token), Ok(()));
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert_eq!(found(&format!("{signed}.")), Err(Fault::Signature));
        for malformed in ["", "a", "a.b", "a.b.c", signed] {
            assert!(found(malformed).is_err(), "{malformed}");
        }
    }
}
