//! Who is calling and whether they may: keys, sessions, roles. Only health and set-up are open.

pub(crate) mod cookie;
pub(crate) mod key;
pub(crate) mod oidc;
pub(crate) mod operator;
pub(crate) mod payer;
pub(crate) mod place;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod token;
pub(crate) mod totp;

use std::borrow::Cow;
use std::time::Duration;

use axum::extract::{FromRequestParts, Request};
use domain::role::{Permission, Permissions, Role};
use domain::{CameraId, KeyId, OperatorId, PayerDeviceId, Secret, UserId};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts};

use crate::api::{Access, Peer, Problem};
use crate::app::App;
use crate::tls::ClientCertificate;
use place::Place;
use token::TokenHash;

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub who: Who,
    pub role: Role,
    /// What it has of the role's permissions.
    pub permissions: Permissions,
    /// The one camera that it is for.
    pub camera: Option<CameraId>,
}

/// Who is let in where.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) access: Access,
    pub(crate) place: Place,
    /// The route's path, with the names of its parts.
    pub(crate) path: &'static str,
}

impl Rule {
    /// For anybody.
    pub(crate) fn open(path: &'static str) -> Self {
        Self { access: Access::Open, place: Place::None, path }
    }

    /// Whether credentials are to be had here.
    pub(crate) fn is_door(&self) -> bool {
        let doors = [
            "/operators/login",
            "/operators/oidc",
            "/operators/oidc/callback",
            "/setup",
            "/face-payment",
            "/payer/devices",
        ];
        self.access == Access::Open && doors.contains(&self.path)
    }
}

/// What a caller signed in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Key(KeyId),
    Operator(OperatorId),
    /// A payer's own device, for that one person.
    Payer {
        device: PayerDeviceId,
        user: UserId,
    },
    /// The appliance itself: start, recovery, the command line on its own machine.
    System,
}

impl Principal {
    /// The appliance acting by itself.
    pub const SYSTEM: Self =
        Self { who: Who::System, role: Role::Admin, permissions: Permissions::ALL, camera: None };

    /// Whether it may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission) && self.permissions.has(permission)
    }

    /// Refuses who is for another camera.
    pub(crate) fn at(&self, camera: &CameraId) -> Result<(), Problem> {
        match &self.camera {
            Some(own) if own != camera => {
                Err(bound(format!("this key is for the camera {own} and no other")))
            }
            _ => Ok(()),
        }
    }

    /// The camera that a list of what is at cameras is about: the one that was asked for, the only one that it is for, or all.
    ///
    /// # Errors
    /// When another was asked for than it is for.
    pub(crate) fn narrowed(&self, asked: Option<CameraId>) -> Result<Option<CameraId>, Problem> {
        match asked {
            Some(camera) => self.at(&camera).map(|()| Some(camera)),
            None => Ok(self.camera.clone()),
        }
    }

    /// The name that the audit chain keeps: `key:<id>`, `operator:<id>`, `payer:<id of the device>` or `system`.
    pub fn actor(&self) -> String {
        match self.who {
            Who::Key(id) => format!("key:{id}"),
            Who::Operator(id) => format!("operator:{id}"),
            Who::Payer { device, .. } => format!("payer:{device}"),
            Who::System => "system".to_owned(),
        }
    }
}

pub(crate) fn forbidden(principal: &Principal, permission: Permission) -> Problem {
    let detail = match principal.role.may(permission) {
        true => format!("the key has the permission {permission} by its role, but not in its scopes"),
        false => format!("the role {} lacks the permission {permission}", principal.role),
    };
    Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
}

fn bound(detail: impl Into<Cow<'static, str>>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "camera_bound", detail)
}

fn not_for(code: &'static str, detail: &'static str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, code, detail)
}

fn unauthenticated() -> Problem {
    let detail = "send an API key or a session as `Authorization: Bearer …`, or sign in";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"facepay\""))
}

/// Lets the request through with its [`Principal`], or says why not.
pub(crate) async fn admit(app: &App, rule: &Rule, request: &mut Request) -> Result<(), Problem> {
    let permissions: &[Permission] = match &rule.access {
        Access::Open => return Ok(()),
        Access::LoopbackOr(_) if from_loopback(request) => return Ok(()),
        Access::LoopbackOr(permission) | Access::Needs(permission) => std::slice::from_ref(permission),
        Access::NeedsOneOf(permissions) => permissions,
        Access::Payer | Access::PayerChanges => &[Permission::PayerOwn],
        Access::Staff | Access::Key => &[],
    };
    let credential = presented(request, rule.access)?.ok_or_else(unauthenticated)?;
    app.limits().credential(credential.token)?;
    let principal = app.principal(&credential).await?.ok_or_else(unauthenticated)?;
    match (rule.access, principal.who) {
        (Access::Staff, Who::Key(_) | Who::Payer { .. } | Who::System) => {
            return Err(not_for("staff_only", "this is for people who signed in; a key has no account"));
        }
        (Access::Key, Who::Operator(_) | Who::Payer { .. } | Who::System) => {
            return Err(not_for("key_only", "this is for API keys; who signed in asks /operators/me"));
        }
        (Access::Payer | Access::PayerChanges, Who::Key(_) | Who::Operator(_) | Who::System) => {
            return Err(not_for("payer_only", "this is for payers' own devices; staff asks /users/{id}"));
        }
        _ => {}
    }
    if let Some(first) = permissions.first().filter(|_| !permissions.iter().any(|p| principal.may(*p))) {
        return Err(forbidden(&principal, *first));
    }
    rule.place.admit(app, &principal, rule.path, request.uri()).await?;
    if rule.access.changes_people()
        && let Some(centre) = app.centre()
    {
        let detail = format!("people are kept at the centre: ask {}", centre.url());
        return Err(Problem::conflict("kept_at_centre", detail));
    }
    request.extensions_mut().insert(principal);
    request.extensions_mut().insert(credential);
    Ok(())
}

/// The key or session that a request came with, to be looked at again while what it opened lasts.
#[derive(Clone)]
pub(crate) struct Credential {
    token: TokenHash,
    certificate: Option<ClientCertificate>,
}

impl Credential {
    /// What is typed at this machine.
    pub(crate) fn typed(token: &str) -> Self {
        Self { token: TokenHash::of(token), certificate: None }
    }

    /// Ends when the key is revoked, the session over or the account shut.
    pub(crate) async fn lost(self, app: App) {
        let interval = Duration::from_millis(app.settings().ws.ping_interval_ms);
        loop {
            tokio::time::sleep(interval).await;
            // A database that does not answer for once cuts nobody off.
            if let Ok(None) = app.principal(&self).await {
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

/// What the request shows, if anything.
///
/// # Errors
/// When a browser sends the cookie of a session, but not on behalf of one of our pages.
fn presented(request: &Request, access: Access) -> Result<Option<Credential>, Problem> {
    let certificate = request.extensions().get::<ClientCertificate>().copied();
    let credential = |token: &str| Credential { token: TokenHash::of(token), certificate };
    let (headers, uri) = (request.headers(), request.uri());
    if let Some(token) = token(headers, uri) {
        return Ok(Some(credential(&token)));
    }
    // A browser may be both: somebody of the staff pays, too.
    let jar = match access {
        Access::Payer | Access::PayerChanges => cookie::Jar::Payer,
        _ => cookie::Jar::Staff,
    };
    let Some(token) = cookie::token(headers, jar).map(Secret::new) else { return Ok(None) };
    let is_socket = headers.contains_key(header::SEC_WEBSOCKET_KEY);
    let meant = match request.method().is_safe() {
        true => !is_socket || cookie::is_own_page(headers),
        false => cookie::is_meant(headers, &token),
    };
    if !meant {
        let detail = "a request with a session's cookie must come from one of the appliance's own pages, with x-csrf-token";
        return Err(Problem::new(StatusCode::FORBIDDEN, "cross_site", detail));
    }
    Ok(Some(credential(token.expose())))
}

/// The token in the header; for sockets and streams, which browsers open without headers, also in
/// the subprotocol or the query.
fn token(headers: &HeaderMap, uri: &Uri) -> Option<String> {
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
        parts.extensions.get::<Self>().cloned().ok_or_else(unauthenticated)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Credential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(unauthenticated)
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
        assert_eq!(super::token(&map, &uri.parse().unwrap()).as_deref(), token, "{headers:?} {uri}");
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
