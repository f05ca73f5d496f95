//! What was answered under each idempotency key. Nothing is ever forgotten, short of a reset.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::http::{HttpRequest, HttpResponse};

/// Digest of everything that makes a request the same request.
pub(crate) type Fingerprint = [u8; 32];

/// The answers under their keys.
#[derive(Default)]
pub(crate) struct Answers {
    entries: HashMap<String, (Fingerprint, Option<HttpResponse>)>,
}

/// What a key says about a request.
pub(crate) enum Claim {
    /// Never seen: the request is to be carried out.
    Fresh,
    /// Seen with another request.
    Mismatch,
    /// The same request is being carried out.
    InFlight,
    /// The same request was answered so.
    Answered(HttpResponse),
}

impl Answers {
    /// Takes a key for a request.
    pub(crate) fn claim(&mut self, key: &str, fingerprint: Fingerprint) -> Claim {
        match self.entries.get(key) {
            None => {
                self.entries.insert(key.to_owned(), (fingerprint, None));
                Claim::Fresh
            }
            Some((found, _)) if *found != fingerprint => Claim::Mismatch,
            Some((_, None)) => Claim::InFlight,
            Some((_, Some(response))) => {
                Claim::Answered(HttpResponse { is_replay: true, ..response.clone() })
            }
        }
    }

    /// Remembers the answer under a claimed key.
    pub(crate) fn complete(&mut self, key: &str, response: &HttpResponse) {
        if let Some((_, answer)) = self.entries.get_mut(key) {
            *answer = Some(response.clone());
        }
    }

    /// Gives a claimed key back: the request was refused before anything was done.
    pub(crate) fn forget(&mut self, key: &str) {
        self.entries.remove(key);
    }
}

/// What makes a request the same: method, path and form.
pub(crate) fn fingerprint(request: &HttpRequest) -> Fingerprint {
    let mut form = request.form();
    form.sort();
    let mut hash = Sha256::new();
    for part in [request.method.as_str(), request.path.as_str()] {
        hash.update(part);
        hash.update([0]);
    }
    for part in form.iter().flat_map(|(name, value)| [name, value]) {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().into()
}
