//! Who may ask, as the document has it.

use http::Method;
use utoipa::openapi::ComponentsBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

use crate::api::route::{Access, Route};
use crate::auth::cookie::Jar;

const KEY: &str = "key";
const SESSION: &str = "session";
const COOKIE: &str = "cookie";
const CSRF: &str = "csrf";
const PAYER: &str = "payer";
const PAYER_COOKIE: &str = "payer_cookie";

/// The ways to say who one is.
pub(super) fn schemes(components: ComponentsBuilder) -> ComponentsBuilder {
    let bearer = |format: &str, meaning: &str| {
        let http = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format);
        SecurityScheme::Http(http.description(Some(meaning)).build())
    };
    let cookie = |jar: Jar, meaning: &str| {
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(jar.name(), meaning)))
    };
    let csrf =
        ApiKeyValue::with_description("x-csrf-token", "The session's `csrf`, with everything but GET.");
    components
        .security_scheme(KEY, bearer("fpk_…", "An API key."))
        .security_scheme(SESSION, bearer("fps_…", "The `token` of `POST /operators/login`."))
        .security_scheme(COOKIE, cookie(Jar::Staff, "A browser's session, set by `POST /operators/login`."))
        .security_scheme(PAYER, bearer("fpp_…", "The `token` of `POST /payer/devices`."))
        .security_scheme(PAYER_COOKIE, cookie(Jar::Payer, "A payer's browser, set by `POST /payer/devices`."))
        .security_scheme(CSRF, SecurityScheme::ApiKey(ApiKey::Header(csrf)))
}

/// What the route asks for: any one of these.
pub(super) fn of(route: &Route) -> Vec<SecurityRequirement> {
    let by = |scheme| SecurityRequirement::new(scheme, Vec::<String>::new());
    let jar = |cookie| match route.method {
        Method::GET => by(cookie),
        _ => by(cookie).add(CSRF, Vec::<String>::new()),
    };
    let browser = jar(COOKIE);
    match route.access {
        Access::Open => vec![SecurityRequirement::default()],
        Access::LoopbackOr(_) => vec![SecurityRequirement::default(), by(KEY), by(SESSION), browser],
        Access::Needs(_) | Access::NeedsOneOf(_) => vec![by(KEY), by(SESSION), browser],
        Access::Staff => vec![by(SESSION), browser],
        Access::Key => vec![by(KEY)],
        Access::Payer | Access::PayerChanges => vec![by(PAYER), jar(PAYER_COOKIE)],
    }
}
