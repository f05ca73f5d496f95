//! Sessions in browsers: a cookie that no script reads, and a word that a page of another host can't know.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Secret;
use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Whose session a cookie holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Jar {
    Staff,
    Payer,
}

impl Jar {
    /// The cookie's name. The prefix has browsers insist on TLS (or this machine), on the path `/` and on no other host.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Staff => "__Host-facepay",
            Self::Payer => "__Host-facepay-payer",
        }
    }
}

/// That of a sign-in which goes on at an identity provider.
const STATE_NAME: &str = "__Host-facepay-oidc";
/// Where a page puts the word, with everything that changes something.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";

/// The cookie that holds a session for so many seconds; none at all for zero.
pub(crate) fn set(jar: Jar, token: &str, seconds: u64) -> Option<HeaderValue> {
    let name = jar.name();
    let text = format!("{name}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The cookie of a sign-in that goes on at an identity provider. Browsers have to bring it along from there, so it is lax.
pub(crate) fn set_state(state: &str) -> Option<HeaderValue> {
    let text = format!("{STATE_NAME}={state}; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Whether the browser began the sign-in of this state.
pub(crate) fn has_state(headers: &HeaderMap, state: &str) -> bool {
    named(headers, STATE_NAME).is_some_and(|kept| kept.as_bytes().ct_eq(state.as_bytes()).into())
}

/// The session that a browser sends.
pub(crate) fn token(headers: &HeaderMap, jar: Jar) -> Option<String> {
    named(headers, jar.name())
}

fn named(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
}

/// The word that goes with a session: only who was told it, or knows the token, can send it.
pub(crate) fn csrf(token: &Secret<String>) -> String {
    let digest = Sha256::new().chain_update(b"facepay csrf 1").chain_update(token.expose());
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

/// Whether the request comes with the session's word.
pub(super) fn is_meant(headers: &HeaderMap, token: &Secret<String>) -> bool {
    let given = headers.get(CSRF_HEADER).map(HeaderValue::as_bytes).unwrap_or_default();
    given.ct_eq(csrf(token).as_bytes()).into()
}

/// Whether a page of this very host opens the socket. Browsers let any page open one, with the cookies of its host.
pub(super) fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(_, host)| text(header::HOST) == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        for (cookie, found) in [
            ("__Host-facepay=fps_a", Some("fps_a")),
            ("theme=dark; __Host-facepay=fps_a; x=y", Some("fps_a")),
            ("facepay=fps_a", None),
            ("x__Host-facepay=fps_a", None),
            ("", None),
        ] {
            assert_eq!(token(&headers(&[("cookie", cookie)]), Jar::Staff).as_deref(), found, "{cookie}");
        }
        let set = set(Jar::Staff, "fps_a", 60).unwrap();
        assert_eq!(set, "__Host-facepay=fps_a; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict");
        assert!(set.is_sensitive());
    }

    #[test]
    fn staff_and_payers_have_a_cookie_each() {
        let both = headers(&[("cookie", "__Host-facepay=fps_a; __Host-facepay-payer=fpp_b")]);
        assert_eq!(token(&both, Jar::Staff).as_deref(), Some("fps_a"));
        assert_eq!(token(&both, Jar::Payer).as_deref(), Some("fpp_b"));
        assert_eq!(token(&headers(&[("cookie", "__Host-facepay=fps_a")]), Jar::Payer), None);
    }

    #[test]
    fn a_word_fits_its_session_alone() {
        let (one, other) = (Secret::new("fps_a".to_owned()), Secret::new("fps_b".to_owned()));
        let sent = headers(&[(CSRF_HEADER, &csrf(&one))]);
        assert!(is_meant(&sent, &one) && !is_meant(&sent, &other) && !is_meant(&headers(&[]), &one));
        assert!(!csrf(&one).contains("fps_a"));
    }

    #[test]
    fn sockets_are_opened_by_pages_of_the_same_host() {
        for (origin, host, own) in [
            ("https://till.example", "till.example", true),
            ("http://127.0.0.1:8080", "127.0.0.1:8080", true),
            ("https://evil.example", "till.example", false),
            ("https://till.example:8443", "till.example", false),
            ("null", "till.example", false),
        ] {
            assert_eq!(is_own_page(&headers(&[("origin", origin), ("host", host)])), own, "{origin}");
        }
        assert!(!is_own_page(&headers(&[("host", "till.example")])));
    }
}
