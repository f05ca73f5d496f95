//! Made-up people by the thousand, to measure with.
use diesel::prelude::*;
use domain::{ConsentId, FaceId, Timestamp, UserId, enrolment::FaceKind};

use super::{Made, NewFace};
use crate::{
    Store, StoreError,
    schema::{consents, subject_keys, users},
    seal::Key,
};

/// Somebody made up, with one template.
pub struct Synthetic {
    /// The id to be given.
    pub user: UserId,
    /// The id of the consent to be given.
    pub consent: ConsentId,
    /// The id of the template to be given.
    pub face: FaceId,
    /// The unit vector.
    pub template: Vec<f32>,
}

impl Store {
    /// Stores made-up people whose templates the recogniser `tag` is to have made, sealed like anybody's, in one commit.
    /// Nothing of it is in the audit chain or told to anybody: for a database that is measured and thrown away.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn add_synthetic(&self, at: Timestamp, tag: u32, people: &[Synthetic]) -> Result<(), StoreError> {
        self.write(|c| {
            for person in people {
                let (id, consent) = (person.user.to_string(), person.consent.to_string());
                let key = Key::random();
                let user = (
                    users::id.eq(&id),
                    users::status.eq("active"),
                    users::profile_sealed.eq(key.seal(b"synthetic", b"synthetic")?),
                    users::created_at.eq(at.0),
                    users::updated_at.eq(at.0),
                );
                diesel::insert_into(users::table).values(user).execute(c)?;
                let key = (
                    subject_keys::user_id.eq(&id),
                    subject_keys::key_wrapped.eq(self.wrap_data_key(&key, &id)?),
                );
                diesel::insert_into(subject_keys::table).values(key).execute(c)?;
                let agreed = (
                    consents::id.eq(&consent),
                    consents::user_id.eq(&id),
                    consents::text_version.eq("synthetic"),
                    consents::text_sha256.eq(""),
                    consents::language.eq("en"),
                    consents::channel.eq("synthetic"),
                    consents::operator.eq("synthetic"),
                    consents::given_at.eq(at.0),
                    consents::expires_at.eq(i64::MAX),
                );
                diesel::insert_into(consents::table).values(agreed).execute(c)?;
                let face = NewFace {
                    id: person.face,
                    user: person.user,
                    consent: person.consent,
                    model_tag: tag,
                    template: &person.template,
                    quality: 1.0,
                };
                self.insert_face(c, at, (&face, Made::enrolled(FaceKind::Member)))?;
            }
            Ok(())
        })
    }
}
