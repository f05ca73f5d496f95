//! Sign-in through the house's own identity provider: OpenID Connect Core 1.0, the authorization code flow with PKCE (RFC 7636).
//! The account has to be there already; who it is comes from the provider, what it may do from here.

mod token;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use domain::Secret;
use http::{Request, StatusCode, header};
use http_body_util::Full;
use rand::Rng as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::operator::{Session, optional};
use crate::api::{Problem, chain};
use crate::app::App;
use crate::outbound::Place;
use crate::secrets::Vault;
use crate::settings::Oidc;
use token::{Expected, KeySet};

/// Who was sent to the provider is awaited back for so long.
const WAITS: Duration = Duration::from_secs(600);
/// The provider answers within this.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// Largest answer of the provider.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// A sign-in that goes on at the provider.
pub(crate) struct Begun {
    /// Where the browser is sent.
    pub(crate) location: String,
    /// What it has to bring back, and to have in a cookie.
    pub(crate) state: Secret<String>,
}

/// What a provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Deserialize)]
struct Provider {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// The form by which a code is exchanged, and what proves who exchanges it.
struct Exchange {
    form: String,
    authorization: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl App {
    /// Begins a sign-in at the provider.
    pub(crate) async fn begin_oidc(&self) -> Result<Begun, Problem> {
        let settings = self.oidc()?;
        let provider = self.provider(settings).await?;
        let [state, nonce, verifier] = std::array::from_fn(|_| word());
        let kept = format!("{nonce} {verifier}");
        let kept = self.cache().set(&key(&state), kept.as_bytes(), WAITS).await;
        kept.map_err(|error| Problem::unavailable("cache_unavailable", error.to_string()))?;
        let query = serde_urlencoded::to_string([
            ("response_type", "code"),
            ("client_id", &settings.client_id),
            ("redirect_uri", &settings.redirect_url),
            ("scope", &settings.scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier))),
            ("code_challenge_method", "S256"),
        ]);
        let query = query.map_err(|error| Problem::internal(&error))?;
        let endpoint = provider.authorization_endpoint;
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        Ok(Begun { location: format!("{endpoint}{separator}{query}"), state: Secret::new(state) })
    }

    /// Ends a sign-in with what the browser brought back. Each is good once.
    pub(crate) async fn end_oidc(&self, state: &str, code: &str) -> Result<Session, Problem> {
        let settings = self.oidc()?;
        let kept = self.taken(state).await?.and_then(|kept| String::from_utf8(kept).ok()).ok_or_else(gone)?;
        let (nonce, verifier) = kept.split_once(' ').ok_or_else(gone)?;
        let provider = self.provider(settings).await?;
        let exchange = self.exchange(settings, code, verifier).await?;
        let tokens: Tokens = self.asked(settings, &provider.token_endpoint, Some(exchange)).await?;
        let keys: KeySet = self.asked(settings, &provider.jwks_uri, None).await?;
        let expected = Expected {
            issuer: &settings.issuer,
            client_id: &settings.client_id,
            nonce,
            now_s: self.now().0.div_euclid(1_000_000),
        };
        let claims = token::verified(&tokens.id_token, &keys, &expected).map_err(|fault| {
            tracing::warn!(%fault, "the identity provider's word is not taken");
            not_believed()
        })?;
        let name = claims.get(&settings.name_claim).and_then(serde_json::Value::as_str).unwrap_or_default();
        let name = name.to_owned();
        let operator = self.store(move |store| optional(store.operator_named(&name))).await?;
        let operator = operator.filter(|operator| operator.disabled_at.is_none()).ok_or_else(unknown)?;
        self.open_session(operator, settings.second_factor).await
    }

    /// What was kept of a sign-in, for the first who asks.
    async fn taken(&self, state: &str) -> Result<Option<Vec<u8>>, Problem> {
        let (key, cache) = (key(state), self.cache());
        let taken = async {
            let first = cache.count(&format!("{key}:taken"), WAITS).await? == 1;
            let kept = cache.get(&key).await?.filter(|_| first);
            cache.delete(&key).await.map(|()| kept)
        };
        taken.await.map_err(|error: store::cache::CacheError| {
            Problem::unavailable("cache_unavailable", error.to_string())
        })
    }

    /// What is set of the house's identity provider.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn oidc(&self) -> Result<&Oidc, Problem> {
        let settings = &self.settings().oidc;
        match settings.issuer.is_empty() {
            true => Err(Problem::not_found("identity provider")),
            false => Ok(settings),
        }
    }

    /// The provider as it describes itself now: sign-ins are few, and a provider that moved its keys is believed at once.
    async fn provider(&self, settings: &Oidc) -> Result<Provider, Problem> {
        let place = format!("{}/.well-known/openid-configuration", settings.issuer.trim_end_matches('/'));
        let provider: Provider = self.asked(settings, &place, None).await?;
        // Whoever names another issuer could have its tokens taken for this one's.
        match provider.issuer == settings.issuer {
            true => Ok(provider),
            false => {
                tracing::warn!(
                    issuer = provider.issuer,
                    "the identity provider names itself otherwise than oidc.issuer"
                );
                Err(not_believed())
            }
        }
    }

    /// The form that exchanges a code, with the client's credentials.
    async fn exchange(&self, settings: &Oidc, code: &str, verifier: &str) -> Result<Exchange, Problem> {
        let form = serde_urlencoded::to_string([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &settings.redirect_url),
            ("client_id", &settings.client_id),
            ("code_verifier", verifier),
        ]);
        let form = form.map_err(|error| Problem::internal(&error))?;
        if settings.client_secret.is_empty() {
            return Ok(Exchange { form, authorization: None });
        }
        let vault = Vault::new(self.settings().secrets.folder.clone());
        let handle = settings.client_secret.clone();
        let read = tokio::task::spawn_blocking(move || vault.bytes(&handle)).await;
        let secret = read.map_err(|error| Problem::internal(&error))?.map_err(|error| {
            tracing::error!(error = chain(&error), "oidc.client_secret cannot be used");
            Problem::unavailable(
                "oidc_unavailable",
                "the appliance's secret for the identity provider cannot be used",
            )
        })?;
        // Each part is encoded first (RFC 6749, 2.3.1).
        let coded = |text: &str| serde_urlencoded::to_string([("", text)]).map(|pair| pair[1..].to_owned());
        let secret = String::from_utf8_lossy(secret.expose()).into_owned();
        let both = coded(&settings.client_id).and_then(|id| Ok(format!("{id}:{}", coded(&secret)?)));
        let both = both.map_err(|error| Problem::internal(&error))?;
        Ok(Exchange { form, authorization: Some(format!("Basic {}", STANDARD.encode(both))) })
    }

    /// What the provider answers at `url`, to a form or to nothing.
    async fn asked<T: DeserializeOwned>(
        &self,
        settings: &Oidc,
        url: &str,
        exchange: Option<Exchange>,
    ) -> Result<T, Problem> {
        let unanswered = |error: &dyn std::error::Error| {
            tracing::warn!(url, error = chain(error), "the identity provider gives no answer");
            Problem::unavailable(
                "oidc_unavailable",
                "the identity provider gives no answer; sign in with the password",
            )
        };
        let place = Place::of(url).map_err(|error| unanswered(&error))?;
        let request = match exchange {
            None => Request::get(&place.path).body(Full::default()),
            Some(Exchange { form, authorization }) => {
                let request = Request::post(&place.path)
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                let request = match authorization {
                    Some(value) => request.header(header::AUTHORIZATION, value),
                    None => request,
                };
                request.body(Full::new(Bytes::from(form)))
            }
        };
        let request = request.map_err(|error| unanswered(&error))?;
        let sent = self.outbound().send(&place, &settings.networks, request, ANSWER_BYTES_MAX);
        let answer = tokio::time::timeout(ANSWERS_WITHIN, sent).await.map_err(|error| unanswered(&error))?;
        let answer = answer.map_err(|error| unanswered(&error))?;
        let body = answer.body.filter(|_| answer.head.status == StatusCode::OK).unwrap_or_default();
        serde_json::from_slice(&body).map_err(|_| {
            tracing::warn!(url, status = answer.head.status.as_u16(), "the identity provider refuses");
            not_believed()
        })
    }
}

/// A word that nobody guesses.
fn word() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn key(state: &str) -> String {
    format!("oidc:{}", hex::encode(Sha256::digest(state)))
}

fn gone() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "oidc_gone", "this sign-in is over; begin it anew")
}

fn not_believed() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "oidc_refused",
        "the identity provider's word is not taken; the log says why",
    )
}

fn unknown() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "oidc_unknown",
        "whom the identity provider names has no account here; ask an admin",
    )
}
