//! Which recogniser does what, the templates of the one beside, and what was found out about it.
use diesel::{
    dsl::{exists, sum},
    prelude::*,
};
use domain::{
    FaceId, Timestamp, UserId,
    enrolment::FaceKind,
    model_change::{Phase, Roles, Said, TemplateSource, VISITS_PER_PERSON_MAX},
};

use crate::{
    By, FaceRow, NewFace, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    face::{Made, model_tag},
    face_crop, outbox, row,
    schema::{consents, faces, model_roles, shadow_visits, users},
};

/// The roles, and since when they are so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RolesRow {
    /// Who does what.
    pub roles: Roles,
    /// The recogniser whose templates are being deleted.
    pub leaving: Option<u32>,
    /// Since when.
    pub changed_at: Timestamp,
}

/// What a template of the other recogniser stands beside.
#[derive(Debug, Clone, Copy)]
pub struct Beside {
    /// What it was made of.
    pub source: TemplateSource,
    /// The template of the recogniser in force that it goes with, and goes when that one is removed.
    pub origin: FaceId,
    /// So many templates made at visits are kept of a person, the best ones.
    pub visits_max: usize,
}

/// What a candidate said at all visits together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Visits {
    /// The people who came.
    pub people: u64,
    /// How often it was asked.
    pub compared: u64,
    /// How often it named the same person.
    pub agreed: u64,
    /// How often it named somebody else.
    pub named_others: u64,
}

#[derive(Queryable)]
struct Record {
    _id: i32,
    phase: String,
    active_tag: i64,
    other_tag: Option<i64>,
    leaving_tag: Option<i64>,
    changed_at: i64,
}

impl TryFrom<Record> for RolesRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        let roles = Roles {
            phase: row::parse(&r.phase)?,
            active: model_tag(r.active_tag)?,
            other: r.other_tag.map(model_tag).transpose()?,
        };
        let leaving = r.leaving_tag.map(model_tag).transpose()?;
        Ok(Self { roles, leaving, changed_at: Timestamp(r.changed_at) })
    }
}

/// The only row.
const ROW: i32 = 1;
/// Templates deleted in one transaction, so that payments need not wait for long.
const PAGE: i64 = 200;

impl Store {
    /// Who does what; `None` before the first recogniser ran.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn model_roles(&self) -> Result<Option<RolesRow>, StoreError> {
        self.read(roles_in)
    }

    /// Who does what, with the recogniser `tag` in force where none is, or where nobody has a template of the one that
    /// is and no change is under way.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn roles_with(&self, by: By<'_>, tag: u32) -> Result<RolesRow, StoreError> {
        if let Some(known) = self.model_roles()?
            && (known.roles.active == tag || !self.is_free(known)?)
        {
            return Ok(known);
        }
        self.write_audited(by, |c| {
            let row = (
                model_roles::id.eq(ROW),
                model_roles::phase.eq(Phase::Idle.as_str()),
                model_roles::active_tag.eq(i64::from(tag)),
                model_roles::changed_at.eq(by.at.0),
            );
            if insert_or_ignore!(c, model_roles::table, row) == 0 {
                let change = (
                    model_roles::phase.eq(Phase::Idle.as_str()),
                    model_roles::active_tag.eq(i64::from(tag)),
                    model_roles::changed_at.eq(by.at.0),
                );
                let free = [Phase::Idle.as_str(), Phase::Settled.as_str()];
                let only = model_roles::table.find(ROW).filter(model_roles::phase.eq_any(free));
                diesel::update(only).set(change).execute(c)?;
            }
            let now = roles_in(c)?.ok_or(StoreError::NotFound("model roles"))?;
            Ok((now, NewAudit::new("model.in_force", tag)))
        })
    }

    /// Whether another recogniser can take the place of the one in force without anybody losing a template.
    fn is_free(&self, known: RolesRow) -> Result<bool, StoreError> {
        let settled = matches!(known.roles.phase, Phase::Idle | Phase::Settled);
        Ok(settled && self.face_count(known.roles.active)? == 0)
    }

    /// Takes a step of a model change, from the roles that the caller has seen. A start forgets what was found out about
    /// an earlier candidate. After a settlement [`Self::delete_leaving`] has templates to delete.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else took a step in the meantime, or when templates of the candidate are
    /// still being deleted.
    pub fn step_model_change(&self, by: By<'_>, from: Roles, to: Roles) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let known = roles_in(c)?.ok_or(StoreError::NotFound("model roles"))?;
            // Of another candidate nothing was asked.
            if known.roles.other != from.other {
                return Err(overtaken());
            }
            if to.phase == Phase::Shadowing && known.leaving.is_some() {
                let text = "templates are still being deleted; try again in a minute";
                return Err(StoreError::Conflict(text.to_owned()));
            }
            let leaving = if to.phase == Phase::Settled { from.other } else { known.leaving };
            let seen = model_roles::table
                .find(ROW)
                .filter(model_roles::phase.eq(from.phase.as_str()))
                .filter(model_roles::active_tag.eq(i64::from(from.active)));
            let change = (
                model_roles::phase.eq(to.phase.as_str()),
                model_roles::active_tag.eq(i64::from(to.active)),
                model_roles::other_tag.eq(to.other.map(i64::from)),
                model_roles::leaving_tag.eq(leaving.map(i64::from)),
                model_roles::changed_at.eq(by.at.0),
            );
            if diesel::update(seen).set(change).execute(c)? == 0 {
                return Err(overtaken());
            }
            if matches!(to.phase, Phase::Shadowing | Phase::Settled) {
                diesel::delete(shadow_visits::table).execute(c)?;
            }
            let action = action(to.phase);
            let told = serde_json::json!({ "active": to.active, "other": to.other }).to_string();
            outbox::append(c, by.at, action, &told)?;
            Ok(((), NewAudit::new(action, to.active).with(told)))
        })
    }

    /// Deletes some of the templates that a settlement left to be deleted; says how many.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn delete_leaving(&self) -> Result<usize, StoreError> {
        let Some(tag) = self.model_roles()?.and_then(|known| known.leaving) else { return Ok(0) };
        self.write(|c| {
            let of_tag = faces::table.filter(faces::model_tag.eq(i64::from(tag)));
            let page: Vec<String> = of_tag.select(faces::id).limit(PAGE).load(c)?;
            if page.is_empty() {
                let over = model_roles::table.find(ROW).filter(model_roles::leaving_tag.eq(i64::from(tag)));
                diesel::update(over).set(model_roles::leaving_tag.eq(None::<i64>)).execute(c)?;
                return Ok(0);
            }
            face_crop::follow_settlement(c, &page)?;
            Ok(diesel::delete(faces::table.filter(faces::id.eq_any(page))).execute(c)?)
        })
    }

    /// Stores a template of the other recogniser beside one of the recogniser in force. `None` when the person has no
    /// need of it: a template made at a visit is kept only of whom there is none of an enrolment, and only when it is
    /// better than the worst of those that are kept. With it comes the one that it took the place of.
    ///
    /// # Errors
    /// When the template that it stands beside is gone, or its consent is not live: the database itself refuses.
    pub fn add_template_beside(
        &self,
        by: By<'_>,
        face: &NewFace<'_>,
        beside: Beside,
    ) -> Result<Option<FaceRow>, StoreError> {
        let (user, origin) = (face.user.to_string(), beside.origin.to_string());
        self.write(|c| {
            let mine = faces::table.find(&origin).filter(faces::user_id.eq(&user));
            let rests_on = mine.filter(faces::consent_id.eq(face.consent.to_string()));
            if !diesel::select(exists(rests_on)).get_result::<bool>(c)? {
                return Err(StoreError::NotFound("face"));
            }
            if beside.source == TemplateSource::Visit {
                match room(c, &user, face, beside.visits_max)? {
                    Room::None => return Ok(None),
                    Room::Free => {}
                    Room::InPlaceOf(worst) => {
                        diesel::delete(faces::table.find(&worst)).execute(c)?;
                    }
                }
            }
            let made = Made { kind: FaceKind::Member, source: beside.source, origin: Some(origin.clone()) };
            let stored = self.insert_face(c, by.at, (face, made))?;
            self.renew_mean(c, by, face.user, face.model_tag)?;
            let (id, source) = (face.id, beside.source);
            let told = serde_json::json!({ "user": user, "face": id.to_string() }).to_string();
            outbox::append(c, by.at, "face.retemplated", &told)?;
            let detail = serde_json::json!({ "user": user, "origin": origin, "source": source.as_str() });
            NewAudit::new("face.retemplated", id).with(detail.to_string()).append(c, by)?;
            Ok(Some(stored))
        })
    }

    /// How many people have a live consent and a template of the recogniser `active`, and how many of them have one of
    /// `other` as well.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn model_coverage(&self, active: u32, other: u32, now: Timestamp) -> Result<(u64, u64), StoreError> {
        let others = diesel::alias!(faces as others);
        let (people, covered): (i64, i64) = self.read(|c| {
            let known = || {
                let rests = faces::table
                    .inner_join(consents::table.on(consents::id.eq(faces::consent_id)))
                    .filter(faces::user_id.eq(users::id))
                    .filter(faces::model_tag.eq(i64::from(active)))
                    .filter(consents::withdrawn_at.is_null())
                    .filter(consents::expires_at.gt(now.0));
                users::table.filter(exists(rests))
            };
            let of_other = others
                .filter(others.field(faces::model_tag).eq(i64::from(other)))
                .filter(others.field(faces::user_id).eq(users::id));
            Ok((known().count().get_result(c)?, known().filter(exists(of_other)).count().get_result(c)?))
        })?;
        Ok((people.unsigned_abs(), covered.unsigned_abs()))
    }

    /// Notes what a candidate said when `user` came. A person counts so often and no more, lest a few regular guests
    /// speak for everybody.
    ///
    /// # Errors
    /// When there is no such person, or the database can't be written.
    pub fn note_shadow_visit(&self, user: UserId, said: Said) -> Result<(), StoreError> {
        let id = user.to_string();
        let (agreed, named_others) = (i32::from(said == Said::Same), i32::from(said == Said::SomebodyElse));
        self.write(|c| {
            let first = (
                shadow_visits::user_id.eq(&id),
                shadow_visits::compared.eq(1),
                shadow_visits::agreed.eq(agreed),
                shadow_visits::named_others.eq(named_others),
            );
            if insert_or_ignore!(c, shadow_visits::table, first) == 1 {
                return Ok(());
            }
            let open =
                shadow_visits::table.find(&id).filter(shadow_visits::compared.lt(VISITS_PER_PERSON_MAX));
            let more = (
                shadow_visits::compared.eq(shadow_visits::compared + 1),
                shadow_visits::agreed.eq(shadow_visits::agreed + agreed),
                shadow_visits::named_others.eq(shadow_visits::named_others + named_others),
            );
            diesel::update(open).set(more).execute(c)?;
            Ok(())
        })
    }

    /// What the candidate said at all visits.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn shadow_visits(&self) -> Result<Visits, StoreError> {
        let (people, compared, agreed, named_others): (i64, Option<i64>, Option<i64>, Option<i64>) = self
            .read(|c| {
                let all = shadow_visits::table.select((
                    diesel::dsl::count_star(),
                    sum(shadow_visits::compared),
                    sum(shadow_visits::agreed),
                    sum(shadow_visits::named_others),
                ));
                Ok(all.first(c)?)
            })?;
        let count = |sum: Option<i64>| sum.unwrap_or_default().unsigned_abs();
        Ok(Visits {
            people: people.unsigned_abs(),
            compared: count(compared),
            agreed: count(agreed),
            named_others: count(named_others),
        })
    }
}

/// What a step is called in the audit and to whoever listens.
fn action(reached: Phase) -> &'static str {
    match reached {
        Phase::Idle => "model_change.idle",
        Phase::Shadowing => "model_change.shadowing",
        Phase::CutOver => "model_change.cut_over",
        Phase::RolledBack => "model_change.rolled_back",
        Phase::Settled => "model_change.settled",
    }
}

fn overtaken() -> StoreError {
    StoreError::Conflict("the model change went on in the meantime".to_owned())
}

fn roles_in(c: &mut AnyConnection) -> Result<Option<RolesRow>, StoreError> {
    let found: Option<Record> = model_roles::table.find(ROW).first(c).optional()?;
    found.map(RolesRow::try_from).transpose()
}

/// Whether there is room for one more template made at a visit.
enum Room {
    None,
    Free,
    InPlaceOf(String),
}

fn room(c: &mut AnyConnection, user: &str, face: &NewFace<'_>, max: usize) -> Result<Room, StoreError> {
    let known: Vec<(String, String, f64)> = faces::table
        .filter(faces::user_id.eq(user))
        .filter(faces::model_tag.eq(i64::from(face.model_tag)))
        .filter(faces::kind.eq(FaceKind::Member.as_str()))
        .order((faces::quality, faces::id))
        .select((faces::id, faces::source, faces::quality))
        .load(c)?;
    let visit = TemplateSource::Visit.as_str();
    if known.iter().any(|(_, source, _)| source != visit) {
        return Ok(Room::None);
    }
    if known.len() < max {
        return Ok(Room::Free);
    }
    Ok(match known.into_iter().next() {
        Some((worst, _, quality)) if quality < f64::from(face.quality) => Room::InPlaceOf(worst),
        _ => Room::None,
    })
}
