//! A centre that is asked who a face may be: the table that it looks in, kept in step with its people, and the answer, which names a few
//! to be compared where they would pay, and lets nobody pay.

use std::time::Duration;

use domain::look_up::{CANDIDATES_MAX, candidates};
use domain::visitor::leads;
use domain::{KeyId, UserId};
use http::StatusCode;
use parking_lot::Mutex;
use store::{By, Feed, Filled, NamedPerson, StoreError};
use zeroize::Zeroizing;

use crate::api::Problem;
use crate::app::{App, StartError};
use crate::auth::Principal;

/// How soon who changed can be looked up as they are now. Who is gone or blocked can't be from the same moment on.
const FILLS_EVERY: Duration = Duration::from_secs(1);
/// Rounds of filling before it is looked once more whether the recogniser is still the one in force.
const ROUNDS: usize = 1_024;
/// A unit vector's length, and by how much rounding moves it.
const LENGTH_OFF_MAX: f32 = 1e-3;
/// More values than any recogniser's templates have.
pub(crate) const VALUES_MAX: usize = 4_096;

/// A table that is there.
#[derive(Clone, Copy)]
struct Kept {
    /// The recogniser that made the templates.
    model_tag: u32,
    /// How many there are, or were a moment ago.
    templates: usize,
}

/// What people are looked up by here; nothing where nobody asked for it, or nothing can be had.
#[derive(Default)]
pub(crate) struct LookUp {
    kept: Mutex<Option<Kept>>,
    /// Why they can't be.
    problem: Mutex<Option<String>>,
}

/// Keeps the table where the settings want one, and leaves none where they don't.
pub(super) async fn start(app: &App) -> Result<(), StartError> {
    match app.settings().sync.look_up {
        true => app.spawn(keep(app.clone())),
        false => app.store(store::Store::drop_vectors).await?,
    }
    Ok(())
}

/// Keeps the table, for ever.
async fn keep(app: App) {
    let mut ticks = tokio::time::interval(FILLS_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let known = *app.look_up().kept.lock();
        let kept = keep_up(&app, known).await;
        let problem = kept.as_ref().err().map(|error| crate::api::chain(error));
        *app.look_up().kept.lock() = kept.unwrap_or_default();
        let before = std::mem::replace(&mut *app.look_up().problem.lock(), problem.clone());
        if let Some(problem) = problem.filter(|problem| before.as_ref() != Some(problem)) {
            tracing::warn!(problem, "nobody can be looked up here; it is tried again");
        }
    }
}

/// Brings the table up to the people. Where nobody is enrolled yet there is nothing to look in.
async fn keep_up(app: &App, known: Option<Kept>) -> Result<Option<Kept>, StoreError> {
    let in_force = app.vision().ok().map(crate::app::vision::Vision::model_tag);
    let made = app.store(move |store| {
        let known = store.model_roles()?.map(|row| row.roles.active);
        let Some(tag) = in_force.or(known) else { return Ok(None) };
        let Some(dim) = store.template_dim(tag)? else { return Ok(None) };
        store.keep_vectors(tag, dim)?;
        Ok(Some(tag))
    });
    let Some(model_tag) = made.await? else { return Ok(None) };
    let mut changed = false;
    for _ in 0..ROUNDS {
        let Filled { people, more } = app.store(store::Store::fill_vectors).await?;
        changed |= people > 0;
        if !more || app.is_leaving() {
            break;
        }
    }
    match known.filter(|known| known.model_tag == model_tag && !changed) {
        Some(known) => Ok(Some(known)),
        None => {
            let templates = app.store(move |store| store.gallery_len(model_tag)).await?;
            Ok(Some(Kept { model_tag, templates }))
        }
    }
}

/// A face that somebody asks about.
pub(crate) struct Probe {
    pub(crate) model_tag: u32,
    pub(crate) template: Zeroizing<Vec<f32>>,
}

impl Probe {
    /// Refuses what no recogniser made.
    fn check(&self) -> Result<(), Problem> {
        let length = self.template.iter().map(|value| value * value).sum::<f32>().sqrt();
        // Written so that a value that is no number is refused.
        match (length - 1.0).abs() <= LENGTH_OFF_MAX && self.template.len() <= VALUES_MAX {
            true => Ok(()),
            false => Err(Problem::unprocessable("template_invalid", "a template is a vector of length 1")),
        }
    }
}

/// What a centre says of a face.
pub(crate) struct LookedUp {
    /// Those who may be meant, as the feed has them.
    pub(crate) feed: Feed,
    /// Among how many templates they were found.
    pub(crate) templates: usize,
    /// How clearly each was meant.
    pub(crate) named: Vec<NamedPerson>,
}

/// Names to the follower `from` who the face of `probe` may be: nobody whose face would be nobody's among all who were searched.
pub(crate) async fn look_up(
    app: &App,
    by: &Principal,
    from: KeyId,
    probe: Probe,
) -> Result<LookedUp, Problem> {
    let Some(Kept { model_tag: tag, templates }) = *app.look_up().kept.lock() else { return Err(off(app)) };
    probe.check()?;
    if probe.model_tag != tag {
        let detail = format!("people are looked up here by templates of the recogniser {tag}");
        return Err(Problem::conflict("recogniser_other", detail));
    }
    app.limits().look_up(from)?;
    let (actor, at) = (by.actor(), app.now());
    let policy = app.policy_of(Some(tag));
    let answer = app.store(move |store| {
        let Some(found) = store.look_up(&probe.template, tag, at)? else { return Ok(None) };
        let least = policy.thresholds(templates, false).match_min;
        let similarities: Vec<f32> = found.iter().take(CANDIDATES_MAX).map(|one| one.similarity).collect();
        let count = candidates(&similarities, least, policy.margin_min);
        let people: Vec<UserId> = found.iter().take(count).map(|one| one.user).collect();
        let named = people.iter().zip(leads(&similarities, count));
        let named = named.map(|(user, lead)| NamedPerson { user: *user, lead }).collect();
        let feed = store.tell_candidates(By { actor: &actor, at }, from, &people)?;
        Ok(Some(LookedUp { feed, templates, named }))
    });
    let answer = answer.await?.ok_or_else(|| off(app))?;
    app.metrics().look_up(!answer.feed.changes.is_empty());
    Ok(answer)
}

fn off(app: &App) -> Problem {
    let why = app.look_up().problem.lock().clone();
    let detail = why.unwrap_or_else(|| "nobody is looked up here; see sync.look_up".to_owned());
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "look_up_off", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unit_vectors_are_asked_about() {
        for (template, good) in [
            (vec![0.6, 0.8], true),
            (vec![1.0], true),
            (vec![0.6, 0.9], false),
            (vec![f32::NAN, 0.8], false),
            (vec![f32::INFINITY], false),
            (vec![], false),
            (vec![1.0 / 64.0; VALUES_MAX], true),
            (vec![1.0 / 128.0; 4 * VALUES_MAX], false),
        ] {
            let probe = Probe { model_tag: 1, template: Zeroizing::new(template) };
            assert_eq!(probe.check().is_ok(), good, "{} values", probe.template.len());
        }
    }
}
