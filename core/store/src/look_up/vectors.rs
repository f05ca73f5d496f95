//! The table of turned templates: derived from the sealed ones, made and dropped by the program, nobody's only copy.
//!
//! It is not logged: it goes into no archive of PostgreSQL's log and into no dump of ours, and is empty after a crash. Then it
//! has no place either, and is filled anew.
use diesel::{
    connection::SimpleConnection as _,
    prelude::*,
    sql_types::{BigInt, Bool, Text},
};

use super::KEY;
use crate::{
    DatabaseUrl, Store, StoreError,
    connection::AnyConnection,
    row,
    schema::{changes, faces, subject_keys},
};

/// People looked at in one round of filling. Their rows are held meanwhile, and whoever changes one of them waits.
const PEOPLE: u32 = 4;
/// The oldest pgvector that has vectors in half precision.
const VERSION_MIN: (u32, u32) = (0, 7);

/// Whether a database can have the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VectorSupport {
    /// It is SQLite.
    NotPostgres,
    /// The server has no such extension.
    Missing,
    /// The server's extension, of this version, is too old.
    Old(String),
    /// The server has it, but this database has not, and its user may not make it.
    NotCreated,
    /// Of this version.
    Ready(String),
}

impl VectorSupport {
    /// What to do about it; `None` where nothing is missing.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::NotPostgres => Some("looking up needs PostgreSQL; database.url names SQLite".to_owned()),
            Self::Missing => {
                Some("PostgreSQL has no extension vector; install pgvector 0.7 or newer there".to_owned())
            }
            Self::Old(version) => {
                Some(format!("PostgreSQL's extension vector is {version}; it has to be 0.7 or newer"))
            }
            Self::NotCreated => {
                let text = "have a superuser run CREATE EXTENSION vector in this database, once";
                Some(text.to_owned())
            }
            Self::Ready(_) => None,
        }
    }
}

/// What a round of filling did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// People who were looked at.
    pub people: usize,
    /// Whether there may be more to do.
    pub more: bool,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Bool)]
    creatable: bool,
}

#[derive(QueryableByName)]
pub(super) struct Place {
    #[diesel(sql_type = BigInt)]
    pub(super) model_tag: i64,
    #[diesel(sql_type = BigInt)]
    dim: i64,
    #[diesel(sql_type = Text)]
    key_check: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

impl Place {
    pub(super) fn dim(&self) -> usize {
        usize::try_from(self.dim).unwrap_or_default()
    }
}

const PLACE: &str = "SELECT model_tag, dim, key_check, seq FROM face_vectors_place";

/// Adds one template, unless it went meanwhile or its person may not pay. Whoever removes or blocks the person waits until it is there, and
/// takes it along; this one waits for nobody, so that no two wait for each other, and is tried again.
const ADD: &str = "INSERT INTO face_vectors (face_id, user_id, turned)
    SELECT f.id, f.user_id, $2::halfvec FROM faces f JOIN users u ON u.id = f.user_id
    WHERE f.id = $1 AND u.status = 'active' FOR SHARE OF f, u NOWAIT
    ON CONFLICT DO NOTHING";

impl Store {
    /// Whether the database at `url` can have a table to look people up by. Changes nothing.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub fn vector_support_at(url: &DatabaseUrl) -> Result<VectorSupport, StoreError> {
        match url {
            DatabaseUrl::Sqlite(_) => Ok(VectorSupport::NotPostgres),
            DatabaseUrl::Postgres(_) => support(&mut AnyConnection::open(url)?),
        }
    }

    /// Makes the table for templates of `dim` values by the recogniser `model_tag`, unless it is there. One of another recogniser
    /// or key is dropped.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the database can't have it, with what to do; else when it can't be written.
    pub fn keep_vectors(&self, model_tag: u32, dim: usize) -> Result<(), StoreError> {
        let support = self.read(|c| match c {
            AnyConnection::Sqlite(_) => Ok(VectorSupport::NotPostgres),
            AnyConnection::Postgres(_) => support(c),
        })?;
        if let Some(problem) = support.problem() {
            return Err(StoreError::Conflict(problem));
        }
        let dim = i64::try_from(dim).map_err(|_| StoreError::Corrupt(format!("{dim} values")))?;
        let (tag, check) = (i64::from(model_tag), hex::encode(self.key.tag(KEY, "check")));
        self.write(|c| {
            if let Some(known) = place(c)?
                && (known.model_tag, known.dim, &known.key_check) == (tag, dim, &check)
            {
                return Ok(());
            }
            drop_all(c)?;
            c.batch_execute(&format!(
                "CREATE EXTENSION IF NOT EXISTS vector;
                CREATE UNLOGGED TABLE face_vectors (
                    face_id TEXT PRIMARY KEY REFERENCES faces (id) ON DELETE CASCADE,
                    user_id TEXT NOT NULL,
                    turned halfvec({dim}) NOT NULL
                ) WITH (autovacuum_vacuum_scale_factor = 0.001);
                CREATE INDEX face_vectors_user ON face_vectors (user_id);
                CREATE INDEX face_vectors_near ON face_vectors
                    USING hnsw (turned halfvec_ip_ops) WITH (m = 16, ef_construction = 128);
                CREATE UNLOGGED TABLE face_vectors_place (
                    model_tag BIGINT NOT NULL, dim BIGINT NOT NULL, key_check TEXT NOT NULL, seq BIGINT NOT NULL
                );
                INSERT INTO face_vectors_place VALUES ({tag}, {dim}, '{check}', 0);"
            ))?;
            Ok(())
        })
    }

    /// Drops the table, where there is one.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn drop_vectors(&self) -> Result<(), StoreError> {
        if !self.read(has_vectors)? {
            return Ok(());
        }
        self.write(drop_all)
    }

    /// Adds the templates of those who changed since the last round, some people at a time.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn fill_vectors(&self) -> Result<Filled, StoreError> {
        let Some(place) = self.read(place)? else { return Ok(Filled { people: 0, more: false }) };
        let tag = crate::face::model_tag(place.model_tag)?;
        let turn = self.rotation(place.dim());
        let people: Vec<(String, i64)> = self.read(|c| {
            let after = changes::table.filter(changes::kind.eq("person")).filter(changes::seq.gt(place.seq));
            let page = after.order(changes::seq).limit(row::page(PEOPLE));
            Ok(page.select((changes::user_id, changes::seq)).load(c)?)
        })?;
        let Some((_, reached)) = people.last() else { return Ok(Filled { people: 0, more: false }) };
        let ids: Vec<String> = people.iter().map(|(user, _)| user.clone()).collect();
        let sealed: Vec<(String, String, Vec<u8>, Vec<u8>)> = self.read(|c| {
            let theirs = faces::table
                .inner_join(subject_keys::table.on(subject_keys::user_id.eq(faces::user_id)))
                .filter(faces::user_id.eq_any(ids))
                .filter(faces::model_tag.eq(place.model_tag))
                .select((faces::id, faces::user_id, faces::template_sealed, subject_keys::key_wrapped));
            Ok(theirs.load(c)?)
        })?;
        let mut turned = Vec::with_capacity(sealed.len());
        for face in sealed {
            let id = face.0.clone();
            match self.opened_face(face, tag).map(|row| turn.turned(&row.template)) {
                Ok(Some(text)) => turned.push((id, text)),
                // Whose key was just destroyed is about to go.
                Err(StoreError::NotFound(_)) => {}
                Ok(None) => {
                    tracing::error!(face = %id, "a template has another length and can't be looked up");
                }
                Err(error) => tracing::error!(face = %id, %error, "a template can't be looked up"),
            }
        }
        let more = people.len() == PEOPLE as usize;
        self.read(|c| c.in_transaction("", |c| add(c, (place.seq, *reached), &turned)))?;
        Ok(Filled { people: people.len(), more })
    }

    /// How many values the templates of the recogniser `tag` have; `None` where nobody has one.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn template_dim(&self, tag: u32) -> Result<Option<usize>, StoreError> {
        let one = faces::table.filter(faces::model_tag.eq(i64::from(tag))).select(faces::dim);
        let dim: Option<i32> = self.read(|c| Ok(one.first(c).optional()?))?;
        Ok(dim.and_then(|dim| usize::try_from(dim).ok()))
    }

    /// How many templates can be looked up; `None` where there is no table.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn vector_count(&self) -> Result<Option<i64>, StoreError> {
        self.read(|c| {
            if !has_vectors(c)? {
                return Ok(None);
            }
            let AnyConnection::Postgres(c) = c else { return Ok(None) };
            let found: Vec<Count> =
                diesel::sql_query("SELECT count(*) AS count FROM face_vectors").load(c)?;
            Ok(found.first().map(|found| found.count))
        })
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn support(c: &mut AnyConnection) -> Result<VectorSupport, StoreError> {
    let AnyConnection::Postgres(c) = c else { return Ok(VectorSupport::NotPostgres) };
    let query = "SELECT COALESCE(e.installed_version, e.default_version) AS version,
            (e.installed_version IS NOT NULL OR r.rolsuper) AS creatable
        FROM pg_available_extensions e, pg_roles r WHERE e.name = 'vector' AND r.rolname = current_user";
    let found: Option<Version> = diesel::sql_query(query).get_result(c).optional()?;
    Ok(match found {
        None => VectorSupport::Missing,
        Some(found) if parts(&found.version) < VERSION_MIN => VectorSupport::Old(found.version),
        Some(found) if !found.creatable => VectorSupport::NotCreated,
        Some(found) => VectorSupport::Ready(found.version),
    })
}

fn parts(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
}

fn has_vectors(c: &mut AnyConnection) -> Result<bool, StoreError> {
    match c {
        AnyConnection::Sqlite(_) => Ok(false),
        AnyConnection::Postgres(_) => c.has_table("face_vectors_place"),
    }
}

/// How far the table is filled; `None` where there is none, or a crash emptied it.
pub(super) fn place(c: &mut AnyConnection) -> Result<Option<Place>, StoreError> {
    if !has_vectors(c)? {
        return Ok(None);
    }
    let AnyConnection::Postgres(c) = c else { return Ok(None) };
    Ok(diesel::sql_query(PLACE).get_result(c).optional()?)
}

fn drop_all(c: &mut AnyConnection) -> Result<(), StoreError> {
    Ok(c.batch_execute("DROP TABLE IF EXISTS face_vectors; DROP TABLE IF EXISTS face_vectors_place;")?)
}

/// Adds templates, and notes the place, unless another appliance of this database was faster.
fn add(
    c: &mut AnyConnection,
    (from, reached): (i64, i64),
    turned: &[(String, zeroize::Zeroizing<String>)],
) -> Result<(), StoreError> {
    let AnyConnection::Postgres(c) = c else { return Ok(()) };
    let moved = "UPDATE face_vectors_place SET seq = $1 WHERE seq = $2";
    let moved = diesel::sql_query(moved).bind::<BigInt, _>(reached).bind::<BigInt, _>(from).execute(c)?;
    for (face, text) in turned.iter().take(if moved == 1 { usize::MAX } else { 0 }) {
        diesel::sql_query(ADD).bind::<Text, _>(face).bind::<Text, _>(text.as_str()).execute(c)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        for (version, enough) in
            [("0.8.3", true), ("0.7.0", true), ("0.10.0", true), ("1.0", true), ("0.6.2", false), ("", false)]
        {
            assert_eq!(parts(version) >= VERSION_MIN, enough, "{version}");
        }
    }

    #[test]
    fn what_is_missing_is_said_with_what_to_do() {
        assert!(VectorSupport::Missing.problem().unwrap().contains("install pgvector"));
        assert!(VectorSupport::Old("0.5.1".to_owned()).problem().unwrap().contains("0.5.1"));
        assert!(VectorSupport::NotPostgres.problem().unwrap().contains("SQLite"));
        assert_eq!(VectorSupport::Ready("0.8.3".to_owned()).problem(), None);
    }
}
