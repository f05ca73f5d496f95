//! The mean of a person's templates: made anew whenever one comes or goes, in the same transaction.
use diesel::prelude::*;
use domain::{
    FaceId, Timestamp, UserId,
    enrolment::{self, FaceKind},
};
use sha2::{Digest as _, Sha256};
use uuid::Builder;

use super::{Made, NewFace, SealedFace};
use crate::{
    By, Member, Store, StoreError,
    connection::AnyConnection,
    row,
    schema::{consents, faces, subject_keys},
};

/// The id of the mean of `members`: another one for every other set of them, so that an id never names another template.
#[must_use]
pub fn mean_id(model_tag: u32, members: &[FaceId]) -> FaceId {
    let mut sorted = members.to_vec();
    sorted.sort_unstable();
    let mut digest = Sha256::new();
    digest.update(b"facepay.mean/1");
    digest.update(model_tag.to_be_bytes());
    sorted.iter().for_each(|member| digest.update(member.0.as_bytes()));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    FaceId(Builder::from_custom_bytes(bytes).into_uuid())
}

/// A member with its consent's end, as it is stored.
type Sealed = (SealedFace, f64, i64, String, i64);

/// An opened member, and what its mean takes over from it.
struct Opened {
    member: Member,
    created_at: i64,
    consent: String,
    consent_ends: i64,
}

impl Store {
    /// The person's templates by pictures of the recogniser `model_tag` whose consents are live at `now`.
    ///
    /// # Errors
    /// When the database doesn't answer or a template does not open.
    pub fn members(&self, user: UserId, model_tag: u32, now: Timestamp) -> Result<Vec<Member>, StoreError> {
        let opened = self.read(|c| self.live_members(c, user, model_tag, now))?;
        Ok(opened.into_iter().map(|opened| opened.member).collect())
    }

    /// Makes the means of every recogniser anew.
    pub(crate) fn renew_means(
        &self,
        c: &mut AnyConnection,
        by: By<'_>,
        user: UserId,
    ) -> Result<(), StoreError> {
        let of_user = faces::table.filter(faces::user_id.eq(user.to_string()));
        let tags: Vec<i64> = of_user.select(faces::model_tag).distinct().load(c)?;
        for tag in tags {
            self.renew_mean(c, by, user, super::model_tag(tag)?)?;
        }
        Ok(())
    }

    /// Makes the mean anew of what is there and live; of a single template there is none.
    pub(crate) fn renew_mean(
        &self,
        c: &mut AnyConnection,
        by: By<'_>,
        user: UserId,
        model_tag: u32,
    ) -> Result<(), StoreError> {
        let before = faces::table
            .filter(faces::user_id.eq(user.to_string()))
            .filter(faces::model_tag.eq(i64::from(model_tag)))
            .filter(faces::kind.eq(FaceKind::Mean.as_str()));
        diesel::delete(before).execute(c)?;
        let members = self.live_members(c, user, model_tag, by.at)?;
        let weighted: Vec<(&[f32], f32)> =
            members.iter().map(|opened| (opened.member.template.as_slice(), opened.member.quality)).collect();
        let Some(template) = enrolment::mean(&weighted).map(zeroize::Zeroizing::new) else { return Ok(()) };
        // It rests on all of their consents: the first that ends takes it along.
        let first = members.iter().min_by_key(|opened| opened.consent_ends);
        let newest = members.iter().map(|opened| opened.created_at).max();
        let Some((first, newest)) = first.zip(newest) else { return Ok(()) };
        let ids: Vec<FaceId> = members.iter().map(|opened| opened.member.id).collect();
        let face = NewFace {
            id: mean_id(model_tag, &ids),
            user,
            consent: row::parse(&first.consent)?,
            model_tag,
            template: &template,
            quality: members.iter().map(|opened| opened.member.quality).sum::<f32>() / members.len() as f32,
        };
        self.insert_face(c, Timestamp(newest), (&face, Made::enrolled(FaceKind::Mean))).map(drop)
    }

    fn live_members(
        &self,
        c: &mut AnyConnection,
        user: UserId,
        model_tag: u32,
        now: Timestamp,
    ) -> Result<Vec<Opened>, StoreError> {
        let query = faces::table
            .inner_join(subject_keys::table.on(subject_keys::user_id.eq(faces::user_id)))
            .inner_join(consents::table.on(consents::id.eq(faces::consent_id)))
            .filter(faces::user_id.eq(user.to_string()))
            .filter(faces::model_tag.eq(i64::from(model_tag)))
            .filter(faces::kind.eq(FaceKind::Member.as_str()))
            .filter(consents::withdrawn_at.is_null())
            .filter(consents::expires_at.gt(now.0))
            .order(faces::id)
            .limit(row::PAGE_ROWS_MAX)
            .select((
                (faces::id, faces::user_id, faces::template_sealed, subject_keys::key_wrapped),
                faces::quality,
                faces::created_at,
                consents::id,
                consents::expires_at,
            ));
        let rows: Vec<Sealed> = query.load(c)?;
        rows.into_iter()
            .map(|(sealed, quality, created_at, consent, consent_ends)| {
                let opened = self.opened_face(sealed, model_tag)?;
                let member = Member { id: opened.id, template: opened.template, quality: quality as f32 };
                Ok(Opened { member, created_at, consent, consent_ends })
            })
            .collect()
    }
}
