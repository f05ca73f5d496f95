//! The way into the gallery: nobody gets in whose face is enrolled for somebody else, however many try at once.
//!
//! One enrolment after the other brings the gallery up to the database, searches it and stores. The database refuses
//! what was searched in an older gallery, so that another appliance or the command line beside this one slips
//! nothing in between either; it is searched again then.

use domain::enrolment::mean;
use domain::{FaceId, Timestamp, UserId};
use pipeline::{Embedding, Space, Subject, TemplateId};
use store::{Admission, Duplicate, NewEnrolment, Store, StoreError, mean_id};
use tokio::sync::Mutex;

use crate::api::Problem;
use crate::app::{App, enrolled, identify, look_alike};

/// Lets one enrolment through at a time; holds the last message that the gallery is known to have followed.
pub(crate) struct Gate(Mutex<i64>);

impl Gate {
    /// A gate to a gallery that was filled after message `published`.
    pub(crate) fn new(published: i64) -> Self {
        Self(Mutex::new(published))
    }
}

/// How often a gallery that changes meanwhile is searched again.
const TRIES_MAX: usize = 8;

/// What became of an enrolment at the gate.
pub(crate) enum Admitted<T> {
    /// It is stored, and the gallery knows it.
    In(T),
    /// It looks like other people; nothing is stored.
    Duplicates(Found),
}

/// The people whom an enrolment looks like.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) people: Vec<Duplicate>,
    /// The places of those members that do.
    members: Vec<usize>,
}

impl Found {
    /// Whether this member is one of those that look like somebody else.
    pub(crate) fn of_member(&self, place: usize) -> bool {
        self.members.contains(&place)
    }
}

/// A template to be, under the id that it will have: a member, or the mean that comes of all.
struct Probe {
    id: FaceId,
    embedding: Embedding,
}

/// Searches for everybody whom `new` looks like and has `write` store it where there is nobody but those `cleared`.
pub(crate) async fn admit<T, F>(
    app: &App,
    new: &NewEnrolment,
    cleared: &[UserId],
    write: F,
) -> Result<Admitted<T>, Problem>
where
    T: Send + 'static,
    F: Fn(&Store, &Admission) -> Result<T, StoreError> + Clone + Send + 'static,
{
    let faces_max = app.settings().recognition.faces_per_user_max;
    let mut known = app.gate().0.lock().await;
    for _ in 0..TRIES_MAX {
        catch_up(app, &mut known).await?;
        let probes = probes(app, new).await?;
        let (found, alike) = search(app, (new.user, new.model_tag), probes).await?;
        if found.people.iter().any(|duplicate| !cleared.contains(&duplicate.user)) {
            return Ok(Admitted::Duplicates(found));
        }
        let (admission, write) = (Admission { known: *known, faces_max, alike }, write.clone());
        match app.store(move |store| write(store, &admission)).await {
            Err(StoreError::Overtaken) => {}
            Err(error) => return Err(error.into()),
            Ok(done) => {
                // Only what is committed may be recognised.
                enrolled::refresh(app, new.user).await;
                return Ok(Admitted::In(done));
            }
        }
    }
    Err(StoreError::Overtaken.into())
}

/// Brings the gallery up to the database.
async fn catch_up(app: &App, known: &mut i64) -> Result<(), StoreError> {
    loop {
        let after = *known;
        let (events, last) = app.store(move |store| store.face_events(after)).await?;
        for row in &events {
            if let Some(user) = enrolled::touched(row) {
                enrolled::refresh(app, user).await;
            }
        }
        match events.last() {
            Some(row) => *known = row.seq,
            None => {
                *known = last;
                return Ok(());
            }
        }
    }
}

/// The new templates, and the mean of them and those that the person has.
async fn probes(app: &App, new: &NewEnrolment) -> Result<Vec<Probe>, Problem> {
    let (user, tag, at) = (new.user, new.model_tag, app.now());
    let known = app.store(move |store| store.members(user, tag, at)).await?;
    let all: Vec<_> = known.iter().chain(&new.members).collect();
    let weighted: Vec<(&[f32], f32)> =
        all.iter().map(|member| (member.template.as_slice(), member.quality)).collect();
    let ids: Vec<FaceId> = all.iter().map(|member| member.id).collect();
    let mean = mean(&weighted).map(|values| (mean_id(tag, &ids), values));
    let members = new.members.iter().map(|member| (member.id, member.template.to_vec()));
    let probe = |(id, values)| {
        let embedding = Embedding::new(values).map_err(|error| Problem::internal(&error))?;
        Ok(Probe { id, embedding })
    };
    members.chain(mean).map(probe).collect()
}

/// Whose templates the probes look like so much that they must be theirs, and which ones they look like at all.
async fn search(
    app: &App,
    (user, model_tag): (UserId, u32),
    probes: Vec<Probe>,
) -> Result<(Found, Vec<store::LookAlike>), Problem> {
    let app = app.clone();
    let at = app.now();
    let work = move || {
        let space = identify::space(&app, model_tag)?;
        let mut found = Found::default();
        let mut alike = Vec::new();
        for (place, probe) in probes.iter().enumerate() {
            let people = duplicates(&app, &space, user, &probe.embedding)?;
            if !people.is_empty() {
                found.members.push(place);
            }
            people.into_iter().for_each(|duplicate| note(&mut found.people, duplicate));
            alike.extend(look_alikes(&app, &space, (probe, user), probes.len(), at)?);
        }
        found.people.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        Ok((found, alike))
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Problem::internal(&error)))
}

/// The people besides `user` whom a face looks like so much that it must be theirs.
fn duplicates(
    app: &App,
    space: &Space,
    user: UserId,
    embedding: &Embedding,
) -> Result<Vec<Duplicate>, StoreError> {
    let (gallery, subject) = (space.gallery(), Subject(user.0.as_u128()));
    // Somebody who is let in beside a look-alike may add faces that are more like their own.
    let nearest = gallery.search(embedding).map_err(look_alike::no_answer)?;
    if nearest.is_none_or(|nearest| nearest.subject == subject) {
        return Ok(Vec::new());
    }
    let least = look_alike::duplicate_min(app, &app.thresholds_of(space));
    let alike = look_alike::alike(gallery, embedding, subject, least).map_err(look_alike::no_answer)?;
    let person = |alike: look_alike::Alike| Duplicate {
        user: UserId(uuid::Uuid::from_u128(alike.subject.0)),
        similarity: alike.similarity,
    };
    Ok(alike.into_iter().map(person).collect())
}

/// Keeps each person once, with the most similar of their faces.
fn note(people: &mut Vec<Duplicate>, duplicate: Duplicate) {
    match people.iter_mut().find(|known| known.user == duplicate.user) {
        Some(known) => known.similarity = known.similarity.max(duplicate.similarity),
        None => people.push(duplicate),
    }
}

/// Whom the recogniser might take a new template for; kept with it, before anybody is recognised by it.
fn look_alikes(
    app: &App,
    space: &Space,
    (probe, user): (&Probe, UserId),
    probes: usize,
    at: Timestamp,
) -> Result<Vec<store::LookAlike>, StoreError> {
    let (gallery, subject) = (space.gallery(), Subject(user.0.as_u128()));
    // The new templates count themselves: they are searched from now on.
    let policy = app.policy_of(Some(space.model_tag()));
    let least = policy.thresholds(gallery.len() + probes, false).match_min;
    let one = (TemplateId(probe.id.0.as_u128()), subject);
    let alike =
        look_alike::alike(gallery, &probe.embedding, subject, least).map_err(look_alike::no_answer)?;
    Ok(alike.into_iter().map(|other| look_alike::pair(one, other, at)).collect())
}
