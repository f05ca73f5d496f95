//! How alike this site's people look to a recogniser: counts of similarities, of nobody in particular.
use diesel::prelude::*;
use domain::threshold::Scores;
use domain::{FaceId, Timestamp, enrolment::FaceKind};

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    row,
    schema::{calibrations, consents, faces},
};

/// A site's scores under one recogniser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calibration {
    /// Which recogniser.
    pub model_tag: u32,
    /// How many people were compared.
    pub people: usize,
    /// How alike they are.
    pub scores: Scores,
    /// When.
    pub measured_at: Timestamp,
}

/// Templates read at a time while it is asked what they may be used for.
const PAGE: i64 = 2_000;

impl Store {
    /// What was measured here with the recogniser `tag`, if anything was.
    ///
    /// # Errors
    /// When the database doesn't answer or holds something else.
    pub fn calibration(&self, tag: u32) -> Result<Option<Calibration>, StoreError> {
        let found: Option<(i64, String, i64)> = self.read(|c| {
            let row = calibrations::table.find(i64::from(tag));
            let columns = (calibrations::people, calibrations::bins, calibrations::measured_at);
            Ok(row.select(columns).first(c).optional()?)
        })?;
        let Some((people, bins, measured_at)) = found else { return Ok(None) };
        let corrupt = || StoreError::Corrupt(format!("the calibration of model tag {tag}"));
        let bins: Option<Vec<u64>> = bins.split(',').map(|bin| bin.parse().ok()).collect();
        let scores = bins.and_then(Scores::from_bins).ok_or_else(corrupt)?;
        let people = usize::try_from(people).map_err(|_| corrupt())?;
        Ok(Some(Calibration { model_tag: tag, people, scores, measured_at: Timestamp(measured_at) }))
    }

    /// Keeps what was measured, in place of what was measured before with that recogniser.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn set_calibration(&self, by: By<'_>, new: &Calibration) -> Result<(), StoreError> {
        let tag = i64::from(new.model_tag);
        let bins: Vec<String> = new.scores.bins().iter().map(u64::to_string).collect();
        let people = i64::try_from(new.people).unwrap_or(i64::MAX);
        let row = (
            calibrations::model_tag.eq(tag),
            calibrations::people.eq(people),
            calibrations::bins.eq(bins.join(",")),
            calibrations::measured_at.eq(new.measured_at.0),
        );
        let detail = format!("{{\"people\":{people},\"scores\":{}}}", new.scores.total());
        self.write_audited(by, |c| {
            diesel::delete(calibrations::table.find(tag)).execute(c)?;
            diesel::insert_into(calibrations::table).values(row).execute(c)?;
            Ok(((), NewAudit::new("calibration.measured", tag).with(detail)))
        })
    }

    /// Forgets everything that was measured here; says whether there was anything.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn forget_calibrations(&self, by: By<'_>) -> Result<bool, StoreError> {
        let known = self.read(|c| Ok(calibrations::table.count().get_result::<i64>(c)?))?;
        if known == 0 {
            return Ok(false);
        }
        self.write_audited(by, |c| {
            diesel::delete(calibrations::table).execute(c)?;
            Ok((true, NewAudit::new("calibration.forgotten", "all")))
        })
    }

    /// The templates of the recogniser `tag` whose people agreed, at `now`, to a consent text of one of `versions`.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn faces_agreed(
        &self,
        tag: u32,
        versions: &[String],
        now: Timestamp,
    ) -> Result<Vec<FaceId>, StoreError> {
        let (mut after, mut agreed) = (String::new(), Vec::new());
        loop {
            let rows: Vec<(String, String)> = self.read(|c| {
                let page = faces::table
                    .inner_join(consents::table.on(consents::id.eq(faces::consent_id)))
                    .filter(faces::model_tag.eq(i64::from(tag)))
                    .filter(faces::id.gt(&after))
                    // People are measured by pictures, as the recogniser was.
                    .filter(faces::kind.eq(FaceKind::Member.as_str()))
                    .filter(consents::withdrawn_at.is_null())
                    .filter(consents::expires_at.gt(now.0))
                    .order(faces::id)
                    .limit(PAGE);
                Ok(page.select((faces::id, consents::text_version)).load(c)?)
            })?;
            let Some((last, _)) = rows.last() else { return Ok(agreed) };
            after.clone_from(last);
            for (face, _) in rows.iter().filter(|(_, version)| versions.contains(version)) {
                agreed.push(row::parse(face)?);
            }
        }
    }

    /// How many templates of the recogniser `tag` there are.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn face_count(&self, tag: u32) -> Result<usize, StoreError> {
        let of_tag = faces::table.filter(faces::model_tag.eq(i64::from(tag)));
        let count: i64 = self.read(|c| Ok(of_tag.count().get_result(c)?))?;
        usize::try_from(count).map_err(|_| StoreError::Corrupt(format!("{count} faces")))
    }
}
