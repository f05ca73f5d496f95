//! With which statuses and codes a route refuses: what its kind does anyway, and what it says of itself.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;

use super::route::{Access, Body, Route};

/// A status with codes under which it is answered.
pub(crate) type Refusal = (u16, &'static [&'static str]);

/// Of a request that brings pictures.
pub(crate) const PICTURES: &[Refusal] = &[
    (400, &["multipart_invalid"]),
    (413, &["multipart_invalid"]),
    (
        422,
        &[
            "base64_invalid",
            "multipart_field_unknown",
            "picture_missing",
            "pictures_ambiguous",
            "pictures_too_many",
            "not_a_picture",
            "picture_truncated",
            "picture_empty",
            "picture_too_large",
            "picture_unsupported",
        ],
    ),
];
/// Of one that has a face measured.
pub(crate) const FACE: &[Refusal] = &[
    (404, &["camera_not_found"]),
    (422, &["no_face", "several_faces", "face_quality", "face_not_live"]),
    (503, &["recognition_off", "analysis_failed", "camera_no_picture"]),
];
/// Of one about a running camera.
pub(crate) const CAMERA: &[Refusal] = &[(404, &["camera_not_found"]), (503, &["recognition_off"])];
/// Of one that names a source.
pub(crate) const SOURCE: &[Refusal] = &[
    (409, &["cameras_full", "camera_exists"]),
    (
        422,
        &[
            "source_malformed",
            "source_scheme_unsupported",
            "source_host_unresolved",
            "source_address_refused",
            "source_path_refused",
            "camera_config_invalid",
        ],
    ),
];
/// Of one that names an amount.
pub(crate) const AMOUNT: &[Refusal] =
    &[(422, &["currency_unknown", "amount_not_whole", "amount_not_positive", "amount_too_large"])];
/// Of one that moves the money of a payment.
pub(crate) const MOVES: &[Refusal] = &[
    (
        409,
        &["approval_needed", "evidence_expired", "evidence_used", "evidence_mismatch", "provider_declined"],
    ),
    (422, &["insufficient_funds", "limit_exceeded"]),
    (503, &["payments_off", "provider_not_asked"]),
];
/// Of one in which a payer proves a further factor.
pub(crate) const FACTOR: &[Refusal] = &[
    (404, &["identity_check_not_found"]),
    (
        409,
        &[
            "pin_missing",
            "pin_required",
            "evidence_used",
            "identity_not_taken",
            "identity_not_verified",
            "identity_not_payer",
            "identity_other_purpose",
            "identity_too_low",
            "identity_too_old",
        ],
    ),
    (422, &["factor_missing", "pin_invalid", "pin_wrong"]),
    (429, &["pin_busy", "pin_locked"]),
    (503, &["password_hashing"]),
];
/// Of one that takes the password of who is signed in.
pub(crate) const PASSWORD: &[Refusal] =
    &[(403, &["password_wrong"]), (429, &["login_busy", "login_locked"]), (503, &["password_hashing"])];

/// Every status that `route` refuses with, and the codes of each.
pub(crate) fn of(route: &Route) -> BTreeMap<u16, BTreeSet<&'static str>> {
    let mut all = BTreeMap::<u16, BTreeSet<&'static str>>::new();
    let mut may = |status: u16, codes: &[&'static str]| {
        all.entry(status).or_default().extend(codes);
    };
    may(429, &["rate_limited"]);
    if !route.is_kept {
        may(503, &["database_unavailable"]);
        may(504, &["request_timeout"]);
    }
    if route.access != Access::Open {
        may(401, &["unauthenticated"]);
        may(503, &["cache_unavailable"]);
        let cross_site = route.method != Method::GET || route.status == 101;
        may(403, if cross_site { &["cross_site"] } else { &[] });
    }
    match route.access {
        Access::Open => {}
        Access::Staff => may(403, &["staff_only"]),
        Access::Key => may(403, &["key_only"]),
        Access::Payer | Access::PayerChanges => may(403, &["payer_only"]),
        Access::LoopbackOr(_) | Access::Needs(_) | Access::NeedsOneOf(_) => {
            may(403, &["forbidden", "camera_bound"]);
        }
    }
    if route.access.changes_people() {
        may(409, &["kept_at_centre"]);
    }
    if route.path.contains('{') {
        may(400, &["path_invalid"]);
    }
    if !route.query.is_empty() {
        may(400, &["query_invalid"]);
    }
    if route.query.iter().any(|asked| asked.name == "cursor") {
        may(400, &["cursor_invalid"]);
    }
    if route.method != Method::GET && !route.is_kept {
        may(409, &["conflict"]);
        may(507, &["storage_not_writable"]);
    }
    match &route.takes {
        Body::None => {}
        Body::Json(_) | Body::Pictures(_) => {
            may(400, &["json_syntax", "body_unreadable"]);
            may(413, &["body_too_large"]);
            may(415, &["unsupported_media_type"]);
            may(422, &["json_data"]);
        }
        Body::Other(_) | Body::Any => may(413, &["body_too_large"]),
    }
    if matches!(route.takes, Body::Pictures(_)) {
        PICTURES.iter().for_each(|(status, codes)| may(*status, codes));
    }
    if route.idempotent {
        may(400, &["idempotency_key_missing", "idempotency_key_invalid"]);
        may(409, &["idempotency_in_flight", "outcome_unknown"]);
        may(413, &["body_too_large"]);
        may(422, &["idempotency_key_reused"]);
    }
    route.refusals.iter().for_each(|(status, codes)| may(*status, codes));
    all
}
