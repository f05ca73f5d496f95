//! A branch that holds only those whom its cameras have seen: it asks its centre who a stranger is. Whoever is named is here for a while, to be
//! compared, judged and limited as everybody else is. Nothing is kept of a face that the centre does not know either.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use domain::decision::LivenessScore;
use domain::threshold::Match;
use domain::visitor::{Asking, SeenFace, StayRules, Unasked, leaving, searched};
use domain::{CameraId, UserId};
use http::Method;
use parking_lot::Mutex;
use pipeline::{FaceSighting, TrackId};
use sha2::{Digest, Sha256};
use store::{By, Feed, Holds, NamedPerson, StoreError, SyncPosition};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::camera::pipeline_id;
use super::sync::CentreError;
use super::{App, StartError, enrolled, evidence};
use crate::api::wire::sync as wire;
use crate::auth::Principal;
use crate::settings;

/// Faces that wait to be asked for.
const FACES_KEPT: usize = 16;
/// Faces that are asked for at one time.
const AT_ONCE: usize = 4;
/// Whoever stands at a till waits no longer; a later answer is none.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
/// People of whom it is noted what the feed told while answers were under way. With more of them these answers are dropped.
const TOLD_MAX: usize = 10_000;

/// A confirmed face with its template, at this appliance's cameras. No `Debug`: it shows a person.
pub struct Face {
    /// Which camera.
    pub camera: CameraId,
    /// The track within the camera.
    pub track: u64,
    /// The recogniser that made the template.
    pub model_tag: u32,
    /// The unit vector.
    pub template: Zeroizing<Vec<f32>>,
    /// The track's score at each configured liveness step.
    pub liveness: Vec<LivenessScore>,
    /// How like the best of those who are here; `None` where it is like nobody.
    pub similarity: Option<f32>,
    /// Among how many templates that is.
    pub templates_searched: usize,
}

/// What is known of strangers, and of those who were named.
pub(crate) struct Strangers {
    faces: broadcast::Sender<Arc<Face>>,
    asking: Mutex<Asking>,
    /// Among how many templates the centre found those who are here; 0 where everybody is.
    templates: AtomicUsize,
    under_way: Mutex<UnderWay>,
    /// Pages of the feed and answers are taken one after the other.
    turn: tokio::sync::Mutex<()>,
    room: Arc<Semaphore>,
    problem: Mutex<Option<String>>,
}

impl Default for Strangers {
    fn default() -> Self {
        Self {
            faces: broadcast::Sender::new(FACES_KEPT),
            asking: Mutex::default(),
            templates: AtomicUsize::new(0),
            under_way: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
            problem: Mutex::default(),
        }
    }
}

/// Answers that are under way, and whom the feed told of meanwhile.
#[derive(Default)]
struct UnderWay {
    count: usize,
    told: HashMap<UserId, i64>,
    too_many: bool,
}

/// An answer that is under way, until it is dropped.
struct Open<'a>(&'a Strangers);

impl Strangers {
    fn open(&self) -> Open<'_> {
        self.under_way.lock().count += 1;
        Open(self)
    }

    /// Notes whom a page tells of, before it is taken over.
    fn note(&self, feed: &Feed) {
        let mut under_way = self.under_way.lock();
        if under_way.count == 0 {
            return;
        }
        for change in &feed.changes {
            let newest = under_way.told.entry(change.user).or_insert(change.seq);
            *newest = change.seq.max(*newest);
        }
        under_way.too_many |= under_way.told.len() > TOLD_MAX;
    }

    /// What the feed told since the first of the answers that are under way was asked for; `None` where it was too much.
    fn told(&self) -> Option<HashMap<UserId, i64>> {
        let under_way = self.under_way.lock();
        (!under_way.too_many).then(|| under_way.told.clone())
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut under_way = self.0.under_way.lock();
        under_way.count -= 1;
        if under_way.count == 0 {
            *under_way = UnderWay::default();
        }
    }
}

impl App {
    /// Confirmed faces with their templates, where strangers are asked for.
    pub fn faces(&self) -> &broadcast::Sender<Arc<Face>> {
        &self.strangers().faces
    }

    /// Whether only those are held whom the cameras have seen.
    pub(crate) fn holds_seen(&self) -> bool {
        self.centre().is_some() && self.settings().sync.holds == settings::Holds::Seen
    }

    /// Among how many templates a face was found by which somebody is here, of whom `here` are here.
    pub(crate) fn searched(&self, here: usize) -> usize {
        searched(here, self.strangers().templates.load(Ordering::Relaxed))
    }
}

/// Takes up whom this appliance holds. Before it follows, so that nobody is here of whom the centre would not tell.
pub(super) async fn take_up(app: &App, key: &[u8]) -> Result<(), StartError> {
    let holds = match app.settings().sync.holds {
        settings::Holds::Everybody => Holds::Everybody,
        settings::Holds::Seen => Holds::Named { key_sha256: hex::encode(Sha256::digest(key)) },
    };
    let (actor, at) = (Principal::SYSTEM.actor(), app.now());
    let left = app.store(move |store| store.take_up_holding(By { actor: &actor, at }, &holds)).await?;
    forget(app, &left).await;
    if !left.is_empty() {
        tracing::info!(
            people = left.len(),
            "whom the centre does not tell this appliance of is here no more"
        );
    }
    leave(app).await?;
    if app.holds_seen() {
        app.spawn(ask(app.clone()));
        if let Ok(vision) = app.vision() {
            app.spawn(forward(app.clone(), vision.pipeline().faces()));
        }
    }
    Ok(())
}

/// Hands on the faces of the cameras, for ever.
async fn forward(app: App, mut faces: broadcast::Receiver<Arc<FaceSighting>>) {
    loop {
        match faces.recv().await {
            Ok(face) => {
                if let Some(face) = of_pipeline(&face) {
                    // Nobody is asked where nobody listens.
                    let _ = app.faces().send(Arc::new(face));
                }
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

fn of_pipeline(FaceSighting { sighting, embedding }: &FaceSighting) -> Option<Face> {
    Some(Face {
        camera: sighting.camera.as_str().parse().ok()?,
        track: sighting.track.0,
        model_tag: sighting.model_tag,
        template: Zeroizing::new(embedding.values().to_vec()),
        liveness: sighting.liveness.iter().map(evidence::liveness).collect(),
        similarity: sighting.subject.map(|_| sighting.similarity),
        templates_searched: sighting.templates_searched,
    })
}

/// Asks for strangers, for ever.
async fn ask(app: App) {
    let mut faces = app.faces().subscribe();
    loop {
        match faces.recv().await {
            Ok(face) => consider(&app, face),
            Err(RecvError::Lagged(_)) => app.metrics().stranger("limited"),
            Err(RecvError::Closed) => return,
        }
    }
}

/// Asks for a face where the rules say so.
fn consider(app: &App, face: Arc<Face>) {
    let matched = match face.similarity {
        None => Match::No,
        Some(similarity) => {
            let searched = app.searched(face.templates_searched);
            app.policy_of(Some(face.model_tag)).thresholds(searched, false).judge(similarity)
        }
    };
    let live = !face.liveness.is_empty() && face.liveness.iter().all(|score| score.passes());
    let seen = SeenFace { track: face.track, live, matched };
    let per_min = app.settings().sync.look_ups_per_min;
    let asked = app.strangers().asking.lock().ask(seen, app.reach(), per_min, app.now());
    match (asked, app.strangers().room.clone().try_acquire_owned()) {
        (Ok(()), Ok(permit)) => app.spawn(look_up(app.clone(), face, permit)),
        (Ok(()), Err(_)) | (Err(Unasked::TooMany), _) => app.metrics().stranger("limited"),
        (Err(Unasked::Offline), _) => {
            tracing::debug!("a stranger stays one: the centre is not near");
            app.metrics().stranger("offline");
        }
        (Err(Unasked::NotLive | Unasked::Known | Unasked::Again), _) => {}
    }
}

/// Asks the centre who a face is, and takes in whom it names.
async fn look_up(app: App, face: Arc<Face>, _room: OwnedSemaphorePermit) {
    let asked = Instant::now();
    let _open = app.strangers().open();
    let result = match named(&app, &face).await {
        Ok(Taken::Here) => {
            app.metrics().stranger_named.observe(asked.elapsed().as_secs_f64());
            if let (Ok(vision), Ok(camera)) = (app.vision(), pipeline_id(&face.camera)) {
                vision.pipeline().ask_again(&camera, TrackId(face.track));
            }
            "named"
        }
        Ok(Taken::Nobody) => "nobody",
        Ok(Taken::Dropped) => "dropped",
        Err(error) => {
            let text = crate::api::chain(&error);
            let known = app.strangers().problem.lock().replace(text.clone());
            if known.as_ref() != Some(&text) {
                tracing::warn!(error = text, "the centre does not say who a stranger is; they stay one");
            }
            "failed"
        }
    };
    if result != "failed" {
        app.strangers().problem.lock().take();
    }
    app.metrics().stranger(result);
}

/// What came of an answer.
enum Taken {
    /// Somebody is here now.
    Here,
    /// It named nobody.
    Nobody,
    /// Whom it named changed while it was under way.
    Dropped,
}

async fn named(app: &App, face: &Face) -> Result<Taken, CentreError> {
    let Some(centre) = app.centre() else { return Ok(Taken::Nobody) };
    let asked =
        wire::Asked { model_tag: face.model_tag, template: wire::Secret64::of_values(&face.template) };
    let body = serde_json::to_vec(&asked).map_err(CentreError::Unreadable)?;
    let asked = centre.ask::<wire::Candidates>(Method::POST, "/sync/look-up", Some(body));
    let answered = tokio::time::timeout(ANSWERED_WITHIN, asked).await;
    let answer = answered.map_err(|_| CentreError::Late)??;
    let (feed, templates, named) = answer.into_named()?;
    if named.is_empty() {
        return Ok(Taken::Nobody);
    }
    let taken = take_in(app, feed, templates, named).await?;
    forget(app, &taken).await;
    if taken.is_empty() {
        return Ok(Taken::Dropped);
    }
    leave(app).await?;
    Ok(Taken::Here)
}

async fn take_in(
    app: &App,
    feed: Feed,
    templates: usize,
    named: Vec<NamedPerson>,
) -> Result<Vec<UserId>, StoreError> {
    let _turn = app.strangers().turn.lock().await;
    let Some(told) = app.strangers().told() else { return Ok(Vec::new()) };
    let (actor, at) = (Principal::SYSTEM.actor(), app.sync_now());
    let taken = app.store(move |store| {
        let by = By { actor: &actor, at };
        store.take_in(by, (&feed, templates), &named, &told)
    });
    let taken = taken.await?;
    if !taken.is_empty() {
        app.strangers().templates.store(templates, Ordering::Relaxed);
    }
    Ok(taken)
}

/// Takes over a page of the feed of visitors.
pub(super) async fn copy(app: &App, by: By<'_>, feed: Feed) -> Result<SyncPosition, StoreError> {
    let (actor, at) = (by.actor.to_owned(), by.at);
    let (copied, left) = {
        let _turn = app.strangers().turn.lock().await;
        app.strangers().note(&feed);
        app.store(move |store| store.copy_visitors(By { actor: &actor, at }, &feed)).await?
    };
    forget(app, &left).await;
    Ok(copied)
}

/// Lets those go whose time is over, and the oldest of too many.
pub(super) async fn leave(app: &App) -> Result<(), StoreError> {
    if !app.holds_seen() {
        return Ok(());
    }
    let sync = &app.settings().sync;
    let kept = Duration::from_secs(sync.visitors_h_max.saturating_mul(3_600));
    let rules = StayRules { kept, most: sync.visitors_max };
    let (actor, at) = (Principal::SYSTEM.actor(), app.sync_now());
    let _turn = app.strangers().turn.lock().await;
    let work = app.store(move |store| {
        let late = leaving(&store.visitors()?.visits, rules, at);
        // Whoever paid here lately counts as having come then.
        let gone = match store.renew_stays(&late)? {
            true => leaving(&store.visitors()?.visits, rules, at),
            false => late,
        };
        store.let_go(By { actor: &actor, at }, &gone)?;
        Ok((gone, store.visitors()?))
    });
    let (gone, left) = work.await?;
    app.strangers().templates.store(left.templates, Ordering::Relaxed);
    app.metrics().visitors.set(i64::try_from(left.visits.len()).unwrap_or(i64::MAX));
    forget(app, &gone).await;
    Ok(())
}

/// Has the galleries hold what the database has of `users`, before anybody is told that they came or left.
async fn forget(app: &App, users: &[UserId]) {
    for user in users {
        app.names().forget(*user);
        enrolled::refresh(app, *user).await;
    }
}

#[cfg(test)]
mod tests {
    use store::{Change, Changed};
    use uuid::Uuid;

    use super::*;

    fn page(people: impl IntoIterator<Item = (u128, i64)>) -> Feed {
        let change =
            |(user, seq)| Change { seq, user: UserId(Uuid::from_u128(user)), what: Changed::Person(None) };
        let changes = people.into_iter().map(change).collect();
        Feed { name: String::new(), changes, reached: 0, last: 0 }
    }

    #[test]
    fn what_the_feed_tells_is_noted_as_long_as_an_answer_is_under_way() {
        let strangers = Strangers::default();
        let told = |strangers: &Strangers| {
            let mut told: Vec<(u128, i64)> =
                strangers.told().unwrap().into_iter().map(|(user, seq)| (user.0.as_u128(), seq)).collect();
            told.sort_unstable();
            told
        };
        strangers.note(&page([(1, 1)]));
        assert_eq!(told(&strangers), [], "nobody waits for an answer");
        let first = strangers.open();
        strangers.note(&page([(1, 5), (2, 6), (1, 3)]));
        let second = strangers.open();
        drop(first);
        assert_eq!(told(&strangers), [(1, 5), (2, 6)], "the later one may have been asked for before");
        strangers.note(&page((0..=TOLD_MAX as u128).map(|user| (user, 7))));
        assert!(strangers.told().is_none(), "too much to say who is still there");
        drop(second);
        assert_eq!(told(&strangers), []);
    }
}
