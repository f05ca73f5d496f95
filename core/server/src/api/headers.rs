//! What every answer tells browsers to leave alone.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Of what is no page nothing is run and nothing loaded.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/// Pages load from this host alone. Styles stand in them too, scripts never.
const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(), geolocation=(), payment=()",
    ),
];
const TWO_YEARS: &str = "max-age=63072000";

/// Adds what is not said otherwise.
pub(super) fn secure(headers: &mut HeaderMap, encrypted: bool) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let policy = if kind.starts_with("text/html") { PAGE } else { DATA };
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    if encrypted {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TWO_YEARS));
    }
    // What is said about people and money is kept by nobody on the way.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_run_their_own_files_and_data_runs_nothing() {
        for (kind, script) in [("text/html; charset=utf-8", true), ("application/json", false), ("", false)] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            secure(&mut headers, false);
            let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert_eq!(policy.contains("script-src 'self'"), script, "{kind}");
            assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
            assert!(!policy.contains("script-src 'self' "), "nothing that stands in a page is run: {policy}");
        }
    }

    #[test]
    fn what_may_be_kept_says_so_itself() {
        let mut headers = HeaderMap::new();
        secure(&mut headers, true);
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        let kept = HeaderValue::from_static("max-age=60");
        let mut headers = HeaderMap::from_iter([(header::CACHE_CONTROL, kept)]);
        secure(&mut headers, false);
        assert_eq!(headers[header::CACHE_CONTROL], "max-age=60");
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}
