//! The texts that people agree to, in versions and languages. None is changed after it was written.
use diesel::prelude::*;
use domain::{ConsentTextId, Timestamp};
use sha2::{Digest, Sha256};

use crate::{By, Store, StoreError, audit::NewAudit, row, schema::consent_texts};

/// A text to be kept.
#[derive(Debug, Clone)]
pub struct NewConsentText {
    /// The id to be given.
    pub id: ConsentTextId,
    /// Its version, such as `2026-01`.
    pub version: String,
    /// Its language (BCP 47), such as `de`.
    pub language: String,
    /// The text, to the byte.
    pub text: String,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentTextRow {
    /// The id.
    pub id: ConsentTextId,
    /// Its version.
    pub version: String,
    /// Its language (BCP 47).
    pub language: String,
    /// The text, to the byte.
    pub text: String,
    /// SHA-256 of the text, hex: what consents are recorded with.
    pub text_sha256: String,
    /// Who wrote it down.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = consent_texts)]
struct Record {
    id: String,
    version: String,
    language: String,
    text: String,
    sha256: String,
    created_by: String,
    created_at: i64,
}

impl TryFrom<Record> for ConsentTextRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        let Record { version, language, text, sha256: text_sha256, created_by, .. } = r;
        let (id, created_at) = (row::parse(&r.id)?, Timestamp(r.created_at));
        Ok(Self { id, version, language, text, text_sha256, created_by, created_at })
    }
}

impl Store {
    /// Keeps a text.
    ///
    /// # Errors
    /// When this version has a text in this language already.
    pub fn add_consent_text(&self, by: By<'_>, new: &NewConsentText) -> Result<ConsentTextRow, StoreError> {
        let record = || Record {
            id: new.id.to_string(),
            version: new.version.clone(),
            language: new.language.clone(),
            text: new.text.clone(),
            sha256: hex::encode(Sha256::digest(new.text.as_bytes())),
            created_by: by.actor.to_owned(),
            created_at: by.at.0,
        };
        self.write_audited(by, |c| {
            diesel::insert_into(consent_texts::table).values(record()).execute(c)?;
            let Record { version, language, sha256, .. } = record();
            let detail = serde_json::json!({ "version": version, "language": language, "sha256": sha256 });
            Ok(((), NewAudit::new("consent_text.added", new.id).with(detail.to_string())))
        })?;
        record().try_into()
    }

    /// Texts before `before`, newest first; only those in `language` and of `version` where these are given.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn consent_texts(
        &self,
        (language, version): (Option<&str>, Option<&str>),
        before: Option<ConsentTextId>,
        limit: u32,
    ) -> Result<Vec<ConsentTextRow>, StoreError> {
        let rows = self.read(|c| {
            let mut query = consent_texts::table.into_boxed();
            if let Some(language) = language {
                query = query.filter(consent_texts::language.eq(language));
            }
            if let Some(version) = version {
                query = query.filter(consent_texts::version.eq(version));
            }
            if let Some(before) = before {
                query = query.filter(consent_texts::id.lt(before.to_string()));
            }
            Ok(query.order(consent_texts::id.desc()).limit(row::page(limit)).load::<Record>(c)?)
        })?;
        rows.into_iter().map(ConsentTextRow::try_from).collect()
    }

    /// The kept texts with these SHA-256, in hex; one of each.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn consent_texts_of(&self, sha256: &[String]) -> Result<Vec<ConsentTextRow>, StoreError> {
        let named = consent_texts::table.filter(consent_texts::sha256.eq_any(sha256));
        let mut rows: Vec<Record> = self.read(|c| Ok(named.order(consent_texts::sha256).load(c)?))?;
        rows.dedup_by(|one, other| one.sha256 == other.sha256);
        rows.into_iter().map(ConsentTextRow::try_from).collect()
    }
}
