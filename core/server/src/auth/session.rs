//! Sessions of signed-in staff: kept in the cache until they end, found by the hash of their token.

use domain::role::{Permissions, Role};
use domain::{OperatorId, Timestamp};
use store::OperatorRow;

use super::operator::optional;
use super::token::TokenHash;
use super::{Principal, Who};
use crate::api::Problem;
use crate::app::App;

/// How a session says whether a second factor was proved elsewhere.
const STRONG: &str = "strong";
const WEAK: &str = "weak";

/// A session as it is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) operator: OperatorId,
    pub(super) role: Role,
    pub(super) began_at: Timestamp,
    pub(super) ends_at: Timestamp,
    /// Whether who signed in proved a second factor elsewhere.
    pub(super) is_strong: bool,
}

/// Opens a session.
pub(super) async fn open(app: &App, token: &TokenHash, session: &Kept) -> Result<(), Problem> {
    let Kept { operator, role, began_at, ends_at, is_strong } = session;
    let strong = if *is_strong { STRONG } else { WEAK };
    let value = format!("{operator} {role} {} {} {strong}", began_at.0, ends_at.0);
    let kept = app.cache().set(&key(token), value.as_bytes(), ends_at.since(*began_at)).await;
    kept.map_err(|error| unavailable(&error))
}

/// Ends a session at once.
pub(super) async fn close(app: &App, token: &TokenHash) -> Result<(), Problem> {
    app.cache().delete(&key(token)).await.map_err(|error| unavailable(&error))
}

/// Who presents this token, while the session lasts and the account is open.
pub(super) async fn principal(app: &App, token: &TokenHash) -> Result<Option<Principal>, Problem> {
    let Some(session) = kept(app, token).await? else { return Ok(None) };
    let id = session.operator;
    let operator = app.store(move |store| optional(store.operator(id))).await?;
    let operator = operator.filter(|operator| is_open(operator, session.began_at));
    Ok(operator.map(|operator| Principal {
        who: Who::Operator(id),
        role: session.role,
        permissions: permissions(app, &operator, session.is_strong),
        camera: None,
    }))
}

/// The session itself, while it lasts.
pub(super) async fn kept(app: &App, token: &TokenHash) -> Result<Option<Kept>, Problem> {
    let kept = app.cache().get(&key(token)).await.map_err(|error| unavailable(&error))?;
    Ok(kept.and_then(|value| parse(&value)).filter(|session| app.now() < session.ends_at))
}

fn is_open(operator: &OperatorRow, began_at: Timestamp) -> bool {
    let since = operator.sessions_since.is_none_or(|since| since <= began_at);
    operator.disabled_at.is_none() && since
}

/// Nothing but the own account where a one-time code is asked for and there is no device for it yet.
fn permissions(app: &App, operator: &OperatorRow, is_strong: bool) -> Permissions {
    let asked = app.settings().auth.totp_roles.iter().any(|role| role == operator.role.as_str());
    match asked && operator.totp_confirmed_at.is_none() && !is_strong {
        true => Permissions::from_iter([]),
        false => Permissions::ALL,
    }
}

fn unavailable(error: &dyn std::error::Error) -> Problem {
    Problem::unavailable("cache_unavailable", error.to_string())
}

fn key(token: &TokenHash) -> String {
    format!("session:{}", hex::encode(token.0))
}

fn parse(value: &[u8]) -> Option<Kept> {
    let text = std::str::from_utf8(value).ok()?;
    let words: Vec<&str> = text.split(' ').collect();
    let [operator, role, began_at, ends_at, strong] = words[..] else { return None };
    Some(Kept {
        operator: operator.parse().ok()?,
        role: role.parse().ok()?,
        began_at: Timestamp(began_at.parse().ok()?),
        ends_at: Timestamp(ends_at.parse().ok()?),
        is_strong: match strong {
            STRONG => true,
            WEAK => false,
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_read_as_it_was_written_and_nothing_else_is_one() {
        let id = "01938f5e-7a6b-7c01-8000-00000000002a";
        let session = Kept {
            operator: id.parse().unwrap(),
            role: Role::Operator,
            began_at: Timestamp(3),
            ends_at: Timestamp(10),
            is_strong: true,
        };
        assert_eq!(parse(format!("{id} operator 3 10 strong").as_bytes()), Some(session));
        for value in [
            format!("{id} emperor 3 10 strong"),
            format!("{id} operator 3 10"),
            format!("{id} operator 3 10 11"),
            format!("{id} operator x 10 weak"),
            String::new(),
        ] {
            assert_eq!(parse(value.as_bytes()), None, "{value}");
        }
    }
}
