//! API keys: only the SHA-256 of each is kept.
use diesel::prelude::*;
use domain::role::{Permissions, Role};
use domain::{CameraId, KeyId, Timestamp};

use crate::{By, Store, StoreError, audit::NewAudit, row, schema::api_keys};

/// A key to be recorded.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// The id to be given.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of the key.
    pub sha256: [u8; 32],
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// What it is bound to.
    pub bounds: KeyBounds,
}

/// What a key is bound to besides its role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyBounds {
    /// What of its role's permissions it has; all of them when absent.
    pub scopes: Option<Permissions>,
    /// The one camera that it is for.
    pub camera: Option<CameraId>,
    /// SHA-256 of the client's certificate without which it opens nothing (RFC 8705, `x5t#S256`).
    pub certificate_sha256: Option<[u8; 32]>,
}

/// A key, without anything that would let one in.
#[derive(Debug, Clone)]
pub struct ApiKeyRow {
    /// The id.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// What it is bound to.
    pub bounds: KeyBounds,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = api_keys)]
struct Record {
    id: String,
    name: String,
    role: String,
    sha256: Vec<u8>,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    scopes: Option<String>,
    camera: Option<String>,
    certificate_sha256: Option<Vec<u8>>,
}

impl TryFrom<Record> for ApiKeyRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        Ok(Self {
            id: row::parse(&r.id)?,
            name: r.name,
            role: row::parse(&r.role)?,
            created_at: Timestamp(r.created_at),
            expires_at: row::time_opt(r.expires_at),
            revoked_at: row::time_opt(r.revoked_at),
            bounds: KeyBounds {
                scopes: r.scopes.as_deref().map(row::parse).transpose()?,
                camera: r.camera.as_deref().map(row::parse).transpose()?,
                certificate_sha256: r.certificate_sha256.map(row::digest).transpose()?,
            },
        })
    }
}

impl ApiKeyRow {
    /// Whether the key opens anything at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// What the audit chain keeps of a new key: what it opens.
fn detail(key: &NewApiKey) -> String {
    let text = |text: &str| format!("\"{text}\"");
    let KeyBounds { scopes, camera, certificate_sha256 } = &key.bounds;
    let bounds = [
        ("scopes", scopes.map(|scopes| text(&scopes.to_string()))),
        ("camera", camera.as_ref().map(|camera| text(camera.as_str()))),
        ("certificate_bound", certificate_sha256.map(|_| "true".to_owned())),
        ("expires_at_micros", key.expires_at.map(|at| at.0.to_string())),
    ];
    let bounds = bounds.into_iter().filter_map(|(name, value)| Some(format!(",\"{name}\":{}", value?)));
    format!("{{\"role\":\"{}\"{}}}", key.role, bounds.collect::<String>())
}

impl Store {
    /// Records a key.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn add_api_key(&self, by: By<'_>, key: &NewApiKey) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let record = Record {
                id: key.id.to_string(),
                name: key.name.clone(),
                role: key.role.to_string(),
                sha256: key.sha256.to_vec(),
                created_at: by.at.0,
                expires_at: key.expires_at.map(|at| at.0),
                revoked_at: None,
                scopes: key.bounds.scopes.map(|scopes| scopes.to_string()),
                camera: key.bounds.camera.as_ref().map(ToString::to_string),
                certificate_sha256: key.bounds.certificate_sha256.map(|sha256| sha256.to_vec()),
            };
            diesel::insert_into(api_keys::table).values(&record).execute(c)?;
            Ok(((), NewAudit::new("key.added", key.id).with(detail(key))))
        })
    }

    /// The key with this SHA-256, live or not.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn api_key(&self, sha256: &[u8; 32]) -> Result<Option<ApiKeyRow>, StoreError> {
        let by_digest = api_keys::table.filter(api_keys::sha256.eq(sha256.as_slice()));
        let record = self.read(|c| Ok(by_digest.first::<Record>(c).optional()?))?;
        record.map(ApiKeyRow::try_from).transpose()
    }

    /// The key with this id, live or not.
    ///
    /// # Errors
    /// When there is none.
    pub fn api_key_named(&self, id: KeyId) -> Result<ApiKeyRow, StoreError> {
        let record: Option<Record> =
            self.read(|c| Ok(api_keys::table.find(id.to_string()).first(c).optional()?))?;
        record.ok_or(StoreError::NotFound("key"))?.try_into()
    }

    /// Every key, oldest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn api_keys(&self) -> Result<Vec<ApiKeyRow>, StoreError> {
        let rows = self.read(|c| Ok(api_keys::table.order(api_keys::id).load::<Record>(c)?))?;
        rows.into_iter().map(ApiKeyRow::try_from).collect()
    }

    /// Keys in the order in which they were made.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn api_key_page(&self, after: Option<KeyId>, limit: u32) -> Result<Vec<ApiKeyRow>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let page = api_keys::table.filter(api_keys::id.gt(&after)).order(api_keys::id);
        let rows = self.read(|c| Ok(page.limit(row::page(limit)).load::<Record>(c)?))?;
        rows.into_iter().map(ApiKeyRow::try_from).collect()
    }

    /// Revokes a key at once.
    ///
    /// # Errors
    /// When there is no such key, or it was revoked before.
    pub fn revoke_api_key(&self, by: By<'_>, id: KeyId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let live = api_keys::table
                .filter(api_keys::id.eq(id.to_string()))
                .filter(api_keys::revoked_at.is_null());
            match diesel::update(live).set(api_keys::revoked_at.eq(by.at.0)).execute(c)? {
                0 => Err(StoreError::NotFound("key")),
                _ => Ok(((), NewAudit::new("key.revoked", id))),
            }
        })
    }
}
