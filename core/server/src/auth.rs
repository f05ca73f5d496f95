//! Who is calling and whether they may: keys, sessions, roles. Only health and set-up are open.

pub(crate) mod operator;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod token;

use std::time::Duration;

use axum::extract::{FromRequestParts, Request};
use domain::role::{Permission, Role};
use domain::{KeyId, OperatorId};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts};

use crate::api::{Access, Peer, Problem};
use crate::app::App;
use token::TokenHash;

/// An authenticated caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Principal {
    pub who: Who,
    pub role: Role,
}

/// What a caller signed in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Key(KeyId),
    Operator(OperatorId),
    /// The appliance itself: start, recovery, the command line on its own machine.
    System,
}

impl Principal {
    /// The appliance acting by itself.
    pub const SYSTEM: Self = Self { who: Who::System, role: Role::Admin };

    /// The name that the audit chain keeps: `key:<id>`, `operator:<id>` or `system`.
    pub fn actor(&self) -> String {
        match self.who {
            Who::Key(id) => format!("key:{id}"),
            Who::Operator(id) => format!("operator:{id}"),
            Who::System => "system".to_owned(),
        }
    }
}

pub(crate) fn forbidden(role: Role, permission: Permission) -> Problem {
    let detail = format!("the role {role} lacks the permission {permission}");
    Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
}

fn unauthenticated() -> Problem {
    let detail = "send an API key or a session as `Authorization: Bearer …`";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"facepay\""))
}

/// Lets the request through with its [`Principal`], or says why not.
pub(crate) async fn admit(app: &App, access: Access, request: &mut Request) -> Result<(), Problem> {
    let permissions = match &access {
        Access::Open => return Ok(()),
        Access::LoopbackOr(_) if from_loopback(request) => return Ok(()),
        Access::LoopbackOr(permission) | Access::Needs(permission) => std::slice::from_ref(permission),
        Access::NeedsOneOf(permissions) => permissions,
    };
    let token = presented(request.headers(), request.uri()).ok_or_else(unauthenticated)?;
    let credential = Credential(TokenHash::of(&token));
    let principal = app.principal(credential.0).await?.ok_or_else(unauthenticated)?;
    if let Some(first) = permissions.first().filter(|_| !permissions.iter().any(|p| principal.role.may(*p))) {
        return Err(forbidden(principal.role, *first));
    }
    request.extensions_mut().insert(principal);
    request.extensions_mut().insert(credential);
    Ok(())
}

/// The key or session that a request came with, to be looked at again while what it opened lasts.
#[derive(Clone, Copy)]
pub(crate) struct Credential(TokenHash);

impl Credential {
    /// Ends when the key is revoked, the session over or the account shut.
    pub(crate) async fn lost(self, app: App) {
        let interval = Duration::from_millis(app.settings().ws.ping_interval_ms);
        loop {
            tokio::time::sleep(interval).await;
            // A database that does not answer for once cuts nobody off.
            if let Ok(None) = app.principal(self.0).await {
                return;
            }
        }
    }
}

/// A request through a proxy on this machine is not local: it brings forwarding headers.
fn from_loopback(request: &Request) -> bool {
    let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip"];
    let direct = forwarded.iter().all(|name| !request.headers().contains_key(*name));
    direct && request.extensions().get::<Peer>().is_some_and(|peer| peer.0.ip().to_canonical().is_loopback())
}

/// The token in the header; for sockets and streams, which browsers open without headers, also in
/// the subprotocol or the query.
fn presented(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(value) = text(header::AUTHORIZATION) {
        let (scheme, token) = value.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned());
    }
    let path = uri.path().strip_prefix("/v1").unwrap_or(uri.path());
    if !(path.starts_with("/ws/") || path.ends_with("/stream")) {
        return None;
    }
    let offered = text(header::SEC_WEBSOCKET_PROTOCOL).unwrap_or_default();
    let in_protocol = offered.split(',').find_map(|name| name.trim().strip_prefix("facepay.token."));
    let in_query = uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("token="));
    in_protocol.or(in_query).map(str::to_owned)
}

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Missing only where a route is open by mistake: then nothing is allowed.
        parts.extensions.get::<Self>().copied().ok_or_else(unauthenticated)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Credential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().copied().ok_or_else(unauthenticated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&str, &str)], uri: &str, token: Option<&str>) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: http::HeaderName = name.parse().unwrap();
            map.insert(name, value.parse().unwrap());
        }
        assert_eq!(presented(&map, &uri.parse().unwrap()).as_deref(), token, "{headers:?} {uri}");
    }

    #[test]
    fn a_token_is_taken_from_the_header_and_for_sockets_from_where_browsers_can_put_it() {
        check(&[], "/users", None);
        check(&[("authorization", "Bearer abc")], "/users", Some("abc"));
        check(&[("authorization", "bearer abc")], "/users", Some("abc"));
        check(&[("authorization", "Basic abc")], "/users", None);
        check(&[], "/users?token=abc", None);
        check(&[], "/ws/events?after=3&token=abc", Some("abc"));
        check(&[], "/v1/ws/events?token=abc", Some("abc"));
        check(&[], "/webcam/stream?token=abc", Some("abc"));
        check(&[("sec-websocket-protocol", "facepay.v1, facepay.token.abc")], "/ws/events", Some("abc"));
        check(&[("sec-websocket-protocol", "facepay.token.abc")], "/users", None);
    }
}
