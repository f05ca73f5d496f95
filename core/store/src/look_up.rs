//! Looking people up at a centre by an index that may miss: what it finds is compared anew, exactly, with the sealed templates, and
//! says who may be meant. It lets nobody pay.
use std::sync::Arc;

use diesel::{
    prelude::*,
    sql_types::{BigInt, Text},
};
use domain::{FaceId, KeyId, Timestamp, UserId};

mod rotation;
mod vectors;

pub(crate) use rotation::Rotation;
pub use vectors::{Filled, VectorSupport};

use crate::{
    By, Change, Changed, Feed, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    counter, row,
    schema::{changes, visitors},
    seal::Key,
    sync::{OWN_FEED, signs_by, spent},
};

/// What the turn's key is derived for.
const KEY: &str = "look-up 1";
/// How many nearest templates the index looks at and gives: all of them are compared anew.
const NEAREST: u32 = 200;

/// The nearest templates that rest on a live consent. The index is used however few there are: a table read from one end to the other
/// would be too slow one day.
const NEAR: &str = "SELECT near.face_id AS id FROM (
        SELECT face_id FROM face_vectors ORDER BY turned <#> $1::halfvec LIMIT 200
    ) near JOIN faces f ON f.id = near.face_id JOIN consents c ON c.id = f.consent_id
    WHERE c.withdrawn_at IS NULL AND c.given_at <= $2 AND c.expires_at > $2";

/// Somebody who may be meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Who.
    pub user: UserId,
    /// The inner product of the person's best template and what was asked, in f32.
    pub similarity: f32,
}

#[derive(QueryableByName)]
struct Near {
    #[diesel(sql_type = Text)]
    id: String,
}

impl Store {
    /// Who among those who were enrolled by the recogniser `model_tag` looks most like `probe`, the likeliest first. `None` where there
    /// is nothing to look people up by; nobody where the templates have another length.
    ///
    /// # Errors
    /// When the database doesn't answer, or a template does not open.
    pub fn look_up(
        &self,
        probe: &[f32],
        model_tag: u32,
        now: Timestamp,
    ) -> Result<Option<Vec<Candidate>>, StoreError> {
        let known = self.read(vectors::place)?.filter(|place| place.model_tag == i64::from(model_tag));
        let Some(place) = known else { return Ok(None) };
        // Only of the table's own length a turn is made: of whatever is asked it would be too much work.
        let Some(turned) = self.rotation(place.dim()).turned(probe) else { return Ok(Some(Vec::new())) };
        let settings = format!("SET LOCAL hnsw.ef_search = {NEAREST}; SET LOCAL enable_seqscan = off");
        let near: Vec<Near> = self.read(|c| {
            c.in_transaction(&settings, |c| {
                let AnyConnection::Postgres(c) = c else { return Ok(Vec::new()) };
                let near = diesel::sql_query(NEAR).bind::<Text, _>(turned.as_str()).bind::<BigInt, _>(now.0);
                Ok(near.load(c)?)
            })
        })?;
        let ids = near.iter().map(|near| row::parse(&near.id)).collect::<Result<Vec<FaceId>, _>>()?;
        let mut best = std::collections::HashMap::<UserId, f32>::new();
        for row in self.gallery_rows(&ids, model_tag)?.into_iter().flatten() {
            let similarity: f32 = row.template.iter().zip(probe).map(|(a, b)| a * b).sum();
            let known = best.entry(row.user).or_insert(f32::NEG_INFINITY);
            *known = known.max(similarity);
        }
        let mut found: Vec<Candidate> =
            best.into_iter().map(|(user, similarity)| Candidate { user, similarity }).collect();
        found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.user.cmp(&b.user)));
        Ok(Some(found))
    }

    /// Tells the appliance `reader` of `people`, as the feed would: what they are like now, and what they spent lately. From here on the feed of its visitors has their
    /// changes. The audit chain has how many they were.
    ///
    /// # Errors
    /// When the database can't be read or written; then nobody is told.
    pub fn tell_candidates(&self, by: By<'_>, reader: KeyId, people: &[UserId]) -> Result<Feed, StoreError> {
        let name = self.fact_once(OWN_FEED, &uuid::Uuid::new_v4().to_string())?;
        // Before they are read: a change that comes between is told by the feed.
        if !people.is_empty() {
            self.write_audited(by, |c| {
                for user in people {
                    let row = (
                        visitors::key_id.eq(reader.to_string()),
                        visitors::user_id.eq(user.to_string()),
                        visitors::told_at.eq(by.at.0),
                    );
                    insert_or_ignore!(c, visitors::table, row);
                }
                let detail = format!("{{\"people\":{}}}", people.len());
                Ok(((), NewAudit::new("look_up.answered", reader).with(detail)))
            })?;
        }
        self.read_at_once(|c| {
            let (mut told, signs_by) = (Vec::with_capacity(2 * people.len()), signs_by(c, reader)?);
            for user in people {
                let id = user.to_string();
                // Whoever went meanwhile, or is damaged, is nobody.
                let person = match self.person(c, &id) {
                    Err(StoreError::Seal | StoreError::Corrupt(_)) => None,
                    person => person?,
                };
                let Some((seq, person)) = place(c, &id, "person")?.zip(person) else { continue };
                told.push(Change { seq, user: *user, what: Changed::Person(Some(Box::new(person))) });
                if let Some(seq) = place(c, &id, "spending")? {
                    let spent = spent(c, &id, &signs_by, by.at)?;
                    told.push(Change { seq, user: *user, what: Changed::Spending(spent) });
                }
            }
            let last = counter::last(c, "change")?;
            Ok(Feed { name: name.clone(), changes: told, reached: last, last })
        })
    }

    /// The turn of this centre's key; made once, which takes some tens of milliseconds.
    fn rotation(&self, dim: usize) -> Arc<Rotation> {
        let mut known = self.rotation.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &*known {
            Some(known) if known.dim() == dim => known.clone(),
            _ => known.insert(Arc::new(Rotation::new(&Key::new(self.key.derived(KEY)), dim))).clone(),
        }
    }
}

/// The place of the newest change of this kind.
fn place(c: &mut AnyConnection, user: &str, kind: &str) -> Result<Option<i64>, StoreError> {
    Ok(changes::table.find((user, kind)).select(changes::seq).first(c).optional()?)
}
