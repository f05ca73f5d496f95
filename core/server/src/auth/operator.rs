//! Staff: argon2id passwords, sessions that end, locks after failures.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::role::{Permissions, Role};
use domain::{OperatorId, Secret, Timestamp};
use http::{HeaderValue, StatusCode, header};
use std::time::Duration;
use store::{By, KeyBounds, OperatorRow, Store, StoreError};
use uuid::Uuid;

use super::session::{self, Kept};
use super::token::{self, Kind, TokenHash};
use super::{Credential, Principal, Who, payer, totp};
use crate::api::Problem;
use crate::app::App;

const NAME_CHARS_MAX: usize = 60;
const PASSWORD_CHARS_MIN: usize = 10;
const PASSWORD_CHARS_MAX: usize = 256;
/// OWASP's figures for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// The one way in which passwords and PINs are hashed.
pub(crate) fn argon2() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None);
    let params = params.map_err(|error| Problem::unavailable("password_hashing", error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A signed-in member of staff.
pub(crate) struct Session {
    pub(crate) token: Secret<String>,
    pub(crate) operator: OperatorRow,
    pub(crate) expires_at: Timestamp,
}

impl App {
    /// Adds a member of staff.
    pub(crate) async fn add_operator(
        &self,
        by: &Principal,
        name: &str,
        password: Secret<String>,
        role: Role,
    ) -> Result<OperatorId, Problem> {
        let name = name.trim().to_owned();
        if !(1..=NAME_CHARS_MAX).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(Problem::unprocessable("name_invalid", "a name has 1 to 60 characters"));
        }
        if !role.is_for_staff() {
            let detail = format!("the role {role} is not for members of staff");
            return Err(Problem::unprocessable("role_unknown", detail));
        }
        let hash = hashed(password).await?;
        let (id, actor, at) = (OperatorId(Uuid::now_v7()), by.actor(), self.now());
        self.store(move |store| store.add_operator(By { actor: &actor, at }, id, &name, role, &hash)).await?;
        Ok(id)
    }

    /// Signs a member of staff in. A wrong name and a wrong password look alike and take as long; that a code is missing is
    /// told only to who knows the password.
    pub(crate) async fn sign_in(
        &self,
        name: String,
        password: Secret<String>,
        code: Option<Secret<String>>,
    ) -> Result<Session, Problem> {
        // Nobody has such a name or password, so nothing is worked out for it.
        if name.chars().count() > NAME_CHARS_MAX || password.expose().chars().count() > PASSWORD_CHARS_MAX {
            return Err(refused());
        }
        let turn = self.login_turn().ok_or_else(busy)?;
        let now = self.now();
        let operator = self.store(move |store| optional(store.operator_named(&name))).await?;
        let operator = operator.filter(|operator| operator.disabled_at.is_none());
        let locked_until = operator.as_ref().and_then(|operator| operator.locked_until);
        if let Some(until) = locked_until.filter(|until| now < *until) {
            return Err(locked(until.since(now)));
        }
        let hash = operator.as_ref().map(|operator| operator.password_hash.clone());
        // The turn lasts as long as the work, even when the client hangs up.
        let matches = blocking(move || {
            let _turn = turn;
            verify(hash.as_deref(), &password)
        });
        let matches = matches.await?;
        let Some(operator) = operator else { return Err(refused()) };
        let matches = match (matches, operator.totp_confirmed_at, code) {
            (true, Some(_), None) => return Err(code_missing()),
            (true, Some(_), Some(code)) => self.takes_code(operator.id, code.expose()).await?,
            (matches, ..) => matches,
        };
        self.note_login(&operator, matches).await?;
        if !matches {
            return Err(refused());
        }
        self.open_session(operator, false).await
    }

    /// Opens a session for who proved to be this operator; `is_strong`: by two factors elsewhere.
    pub(super) async fn open_session(
        &self,
        operator: OperatorRow,
        is_strong: bool,
    ) -> Result<Session, Problem> {
        let ttl = Duration::from_secs(self.settings().auth.session_ttl_s);
        let token = token::mint(Kind::Session, &mut rand::rng());
        let began_at = self.now();
        let expires_at = began_at.plus(ttl);
        let kept =
            Kept { operator: operator.id, role: operator.role, began_at, ends_at: expires_at, is_strong };
        session::open(self, &TokenHash::of(token.expose()), &kept).await?;
        Ok(Session { token, operator, expires_at })
    }

    /// Whether this is the code of the account's device, and was taken for the first time.
    async fn takes_code(&self, id: OperatorId, code: &str) -> Result<bool, Problem> {
        let secret = self.store(move |store| store.totp_secret(id)).await?;
        match secret.and_then(|secret| totp::step(&secret, code, self.now())) {
            Some(step) => Ok(self.store(move |store| store.take_totp_step(id, step)).await?),
            None => Ok(false),
        }
    }

    /// Ends the session of this token.
    pub(crate) async fn sign_out(&self, credential: &Credential) -> Result<(), Problem> {
        session::close(self, &credential.token).await
    }

    /// When the session of this token ends.
    pub(crate) async fn session_end(&self, credential: &Credential) -> Result<Option<Timestamp>, Problem> {
        Ok(session::kept(self, &credential.token).await?.map(|session| session.ends_at))
    }

    /// A new secret for one-time codes, for who says the password again.
    pub(crate) async fn offer_totp(
        &self,
        by: &Principal,
        id: OperatorId,
        password: Secret<String>,
    ) -> Result<(OperatorRow, Secret<Vec<u8>>), Problem> {
        let operator = self.store(move |store| store.operator(id)).await?;
        self.check_password(&operator, password).await?;
        let secret = totp::mint(&mut rand::rng());
        let (actor, at, kept) = (by.actor(), self.now(), secret.clone());
        self.store(move |store| store.offer_totp(By { actor: &actor, at }, id, &kept)).await?;
        Ok((operator, secret))
    }

    /// Puts the secret in force, for who shows a code of it.
    pub(crate) async fn confirm_totp(
        &self,
        by: &Principal,
        id: OperatorId,
        code: &str,
    ) -> Result<(), Problem> {
        if !self.takes_code(id, code).await? {
            return Err(Problem::unprocessable(
                "code_wrong",
                "this is not the code that the device shows now",
            ));
        }
        let (actor, at) = (by.actor(), self.now());
        Ok(self.store(move |store| store.confirm_totp(By { actor: &actor, at }, id)).await?)
    }

    /// Forgets the device of somebody who has lost it.
    pub(crate) async fn reset_totp(&self, by: &Principal, id: OperatorId) -> Result<(), Problem> {
        if by.who == Who::Operator(id) {
            return Err(Problem::conflict("operator_in_use", "nobody resets their own device; ask another"));
        }
        let (actor, at) = (by.actor(), self.now());
        Ok(self.store(move |store| store.reset_totp(By { actor: &actor, at }, id)).await?)
    }

    /// Replaces the password of who says the old one; all sessions of the account are over.
    pub(crate) async fn change_password(
        &self,
        by: &Principal,
        id: OperatorId,
        old: Secret<String>,
        new: Secret<String>,
    ) -> Result<(), Problem> {
        let operator = self.store(move |store| store.operator(id)).await?;
        self.check_password(&operator, old).await?;
        let hash = hashed(new).await?;
        let (actor, at) = (by.actor(), self.now());
        Ok(self.store(move |store| store.set_password(By { actor: &actor, at }, id, &hash)).await?)
    }

    /// Refuses a wrong password, as a sign-in would: wrong ones lock the account.
    async fn check_password(&self, operator: &OperatorRow, password: Secret<String>) -> Result<(), Problem> {
        let now = self.now();
        if let Some(until) = operator.locked_until.filter(|until| now < *until) {
            return Err(locked(until.since(now)));
        }
        let (turn, hash) = (self.login_turn().ok_or_else(busy)?, operator.password_hash.clone());
        let matches = blocking(move || {
            let _turn = turn;
            verify(Some(&hash), &password)
        });
        if matches.await? {
            return Ok(());
        }
        self.note_login(operator, false).await?;
        Err(Problem::new(StatusCode::FORBIDDEN, "password_wrong", "the password is wrong"))
    }

    async fn note_login(&self, operator: &OperatorRow, good: bool) -> Result<(), Problem> {
        let auth = &self.settings().auth;
        let (id, at) = (operator.id, self.now());
        let (failures_max, lockout) = (auth.login_failures_max, Duration::from_secs(auth.login_lockout_s));
        let actor = format!("operator:{id}");
        let note = move |store: &Store| match (By { actor: &actor, at }, good) {
            (by, true) => store.note_login(by, id),
            (by, false) => store.note_failed_login(by, id, failures_max, lockout),
        };
        Ok(self.store(note).await?)
    }

    /// Shuts an account; its sessions end with it.
    pub(crate) async fn disable_operator(&self, by: &Principal, id: OperatorId) -> Result<(), Problem> {
        if by.who == Who::Operator(id) {
            return Err(Problem::conflict("operator_in_use", "nobody shuts their own account; ask another"));
        }
        let (actor, at) = (by.actor(), self.now());
        Ok(self.store(move |store| store.disable_operator(By { actor: &actor, at }, id)).await?)
    }

    /// Who presents this, if it is live.
    pub(crate) async fn principal(&self, credential: &Credential) -> Result<Option<Principal>, Problem> {
        let (now, hash) = (self.now(), credential.token);
        let key = self.store(move |store| store.api_key(&hash.0)).await?;
        if let Some(key) = key.filter(|key| key.is_live(now)) {
            let KeyBounds { scopes, camera, certificate_sha256 } = key.bounds;
            let shown = credential.certificate.map(|certificate| certificate.0);
            // Without its certificate a key is as good as unknown.
            if certificate_sha256.is_some() && certificate_sha256 != shown {
                return Ok(None);
            }
            let permissions = scopes.unwrap_or(Permissions::ALL);
            return Ok(Some(Principal { who: Who::Key(key.id), role: key.role, permissions, camera }));
        }
        match session::principal(self, &hash).await? {
            None => payer::principal(self, &hash).await,
            found => Ok(found),
        }
    }
}

/// The hash to keep of a password that is long enough.
async fn hashed(password: Secret<String>) -> Result<String, Problem> {
    if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&password.expose().chars().count()) {
        return Err(Problem::unprocessable("password_weak", "a password has 10 to 256 characters"));
    }
    blocking(move || {
        let hash = argon2()?.hash_password(password.expose().as_bytes());
        hash.map(|h| h.to_string()).map_err(|e| Problem::unavailable("password_hashing", e.to_string()))
    })
    .await
}

/// Whether the password is the one of `hash`; without a hash the same work is done for nothing.
fn verify(hash: Option<&str>, password: &Secret<String>) -> Result<bool, Problem> {
    let argon2 = argon2()?;
    let password = password.expose().as_bytes();
    match hash.map(PasswordHash::new) {
        Some(Ok(hash)) => Ok(argon2.verify_password(password, &hash).is_ok()),
        Some(Err(_)) | None => {
            // The result is of no use; its time is.
            let _ = argon2.hash_password(password);
            Ok(false)
        }
    }
}

/// What is there, or nothing; a database that does not answer is neither.
pub(super) fn optional<T>(found: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn busy() -> Problem {
    let detail = "others are signing in at this moment; try again";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "login_busy", detail)
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
}

fn locked(remaining: Duration) -> Problem {
    let seconds = remaining.as_secs() + u64::from(remaining.subsec_nanos() > 0);
    let detail = "too many wrong passwords; wait before the next attempt";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "login_locked", detail)
        .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
}

fn refused() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "login_refused", "the name, the password or the code is wrong")
}

fn code_missing() -> Problem {
    let detail = "this account has a device for one-time codes; send what it shows as `code`";
    Problem::new(StatusCode::UNAUTHORIZED, "code_required", detail)
}

/// Works something out away from the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Problem::internal(&error)))
}
