//! Templates as followers copy them.
use diesel::prelude::*;
use domain::Timestamp;

use super::Record;
use crate::{
    CopiedFace, Store, StoreError,
    connection::AnyConnection,
    row,
    schema::{faces, subject_keys},
};

/// A person's templates, opened.
pub(crate) fn copied(
    store: &Store,
    c: &mut AnyConnection,
    user: &str,
) -> Result<Vec<CopiedFace>, StoreError> {
    let rows: Vec<Record> = faces::table.filter(faces::user_id.eq(user)).order(faces::id).load(c)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let wrapped: Vec<u8> = subject_keys::table.find(user).select(subject_keys::key_wrapped).first(c)?;
    let opened = |r: Record| {
        let tag = super::model_tag(r.model_tag)?;
        let template = store.opened_face((r.id, r.user_id, r.template_sealed, wrapped.clone()), tag)?;
        Ok(CopiedFace {
            id: template.id,
            consent: row::parse(&r.consent_id)?,
            model_tag: tag,
            template: template.template,
            quality: r.quality as f32,
            created_at: Timestamp(r.created_at),
            kind: row::parse(&r.kind)?,
            source: row::parse(&r.source)?,
            origin: row::parse_opt(r.origin_id.as_deref())?,
        })
    };
    rows.into_iter().map(opened).collect()
}
