//! Sessions of signed-in staff: kept in the cache until they end, found by the hash of their token.

use domain::Timestamp;

use super::operator::optional;
use super::token::TokenHash;
use super::{Principal, Who};
use crate::api::Problem;
use crate::app::App;

/// Opens a session until `expires_at`.
pub(super) async fn open(
    app: &App,
    token: &TokenHash,
    principal: Principal,
    expires_at: Timestamp,
) -> Result<(), Problem> {
    let Who::Operator(id) = principal.who else { return Ok(()) };
    let value = format!("{id} {} {}", principal.role, expires_at.0);
    let kept = app.cache().set(&key(token), value.as_bytes(), expires_at.since(app.now())).await;
    kept.map_err(|error| Problem::unavailable("cache_unavailable", error.to_string()))
}

/// Who presents this token, while the session lasts and the account is open.
pub(super) async fn principal(app: &App, token: &TokenHash) -> Result<Option<Principal>, Problem> {
    let kept = app.cache().get(&key(token)).await;
    let kept = kept.map_err(|error| Problem::unavailable("cache_unavailable", error.to_string()))?;
    let Some(principal) = kept.and_then(|value| parse(&value, app.now())) else { return Ok(None) };
    let Who::Operator(id) = principal.who else { return Ok(None) };
    let operator = app.store(move |store| optional(store.operator(id))).await?;
    Ok(operator.is_some_and(|operator| operator.disabled_at.is_none()).then_some(principal))
}

fn key(token: &TokenHash) -> String {
    format!("session:{}", hex::encode(token.0))
}

fn parse(value: &[u8], now: Timestamp) -> Option<Principal> {
    let text = std::str::from_utf8(value).ok()?;
    let mut words = text.split(' ');
    let (id, role, end) = (words.next()?, words.next()?, words.next()?);
    let live = now < Timestamp(end.parse().ok()?);
    live.then_some(Principal { who: Who::Operator(id.parse().ok()?), role: role.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_on_time_and_nothing_else_is_one() {
        let id = "01938f5e-7a6b-7c01-8000-00000000002a";
        for (value, now, is_live) in [
            (format!("{id} operator 10"), 9, true),
            (format!("{id} operator 10"), 10, false),
            (format!("{id} emperor 10"), 9, false),
            (format!("{id} operator"), 9, false),
            (String::new(), 9, false),
        ] {
            assert_eq!(parse(value.as_bytes(), Timestamp(now)).is_some(), is_live, "{value} {now}");
        }
    }
}
