//! The candidate at work beside the recogniser in force: it is shown whom that one is sure of, is compared with it, and
//! makes templates. One face at a time, from a queue of a few that drops the oldest, so that no payment waits for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::enrolment::FaceKind;
use domain::model_change::{Recognition, Said, TemplateSource};
use domain::{FaceId, Timestamp, UserId, threshold};
use pipeline::{CutSighting, Sighting, Space};
use store::{FaceRow, Store, StoreError};
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::crops;
use super::template::{self, Failure};
use crate::app::App;
use crate::app::vision::Vision;

/// People whose visit is remembered; of more it is not known whether they come anew.
const VISITORS_MAX: usize = 4_096;

/// Who came a short while ago.
#[derive(Default)]
struct Visitors(HashMap<UserId, Timestamp>);

impl Visitors {
    /// Whether `user` comes anew at `now`, having been away for `gap`; then it is remembered.
    fn comes_anew(&mut self, user: UserId, now: Timestamp, gap: Duration) -> bool {
        let is_here = |came: &Timestamp| now.since(*came) < gap;
        if self.0.get(&user).is_some_and(is_here) {
            return false;
        }
        if self.0.len() >= VISITORS_MAX {
            self.0.retain(|_, came| is_here(came));
        }
        let has_room = self.0.len() < VISITORS_MAX;
        if has_room {
            self.0.insert(user, now);
        }
        has_room
    }
}

/// Waits for a candidate and works with it while there is one, again and again.
pub(super) async fn run(app: App) {
    let Ok(vision) = app.vision() else { return };
    let mut roles = vision.roles().subscribe();
    loop {
        let candidate = roles.borrow_and_update().candidate();
        match candidate.and_then(|tag| vision.space(tag)) {
            Some(space) => work(&app, vision, space).await,
            None => {
                if roles.changed().await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Shows `space` everybody that the recogniser in force is sure of, as long as it is the candidate.
async fn work(app: &App, vision: &Vision, space: &Arc<Space>) {
    let (mut roles, mut cuts) = (vision.roles().subscribe(), vision.pipeline().cuts());
    let mut visitors = Visitors::default();
    match crops::walk(app, space).await {
        Ok(done) => tracing::info!(made = done.made, left_out = done.left_out, "kept faces have templates"),
        Err(error) => tracing::warn!(%error, "the kept faces were not all looked at"),
    }
    while vision.roles().borrow().candidate() == Some(space.model_tag()) {
        tokio::select! {
            _ = roles.changed() => {}
            cut = cuts.recv() => match cut {
                Ok(cut) => look(app, space, &mut visitors, &cut).await,
                Err(RecvError::Lagged(count)) => {
                    app.metrics().shadow.dropped.inc_by(count);
                }
                Err(RecvError::Closed) => return,
            },
        }
    }
}

/// Shows a face to the candidate when it is a new visit of somebody for sure. Then it rests as long as that took.
async fn look(app: &App, space: &Arc<Space>, visitors: &mut Visitors, cut: &CutSighting) {
    let sighting = &*cut.sighting;
    let Some((subject, template)) = sighting.subject.zip(sighting.template) else { return };
    let (user, face) = (UserId(Uuid::from_u128(subject.0)), FaceId(Uuid::from_u128(template.0)));
    let begun = Instant::now();
    let gap = Duration::from_secs(app.settings().model_change.visit_gap_s);
    match is_sure(app, sighting, user).await {
        Ok(true) if visitors.comes_anew(user, app.now(), gap) => {}
        Ok(_) => return,
        Err(error) => return tracing::warn!(%error, "a visit was not shown to the candidate"),
    }
    if let Err(error) = visit(app, space, (user, face), cut).await {
        app.metrics().shadow.dropped.inc();
        tracing::warn!(%error, "a visit was not shown to the candidate");
    }
    tokio::time::sleep(begun.elapsed()).await;
}

/// Whether the recogniser in force knew somebody so surely that their face may stand for them from now on.
async fn is_sure(app: &App, sighting: &Sighting, user: UserId) -> Result<bool, StoreError> {
    let tag = sighting.model_tag;
    let policy = app.policy_of(Some(tag));
    // Where no face alone pays, none makes a template.
    if !policy.impostors.are_own() {
        return Ok(false);
    }
    let (searched, target) = (sighting.templates_searched, app.settings().model_change.fpir_target);
    let least = threshold::similarity_min(&policy.impostors, searched, target, policy.similarity_floor);
    let (similarity, margin) = (sighting.similarity, sighting.margin);
    let seen = Recognition { similarity, margin, look_alike: false };
    if !seen.is_sure(least, policy.margin_min) {
        return Ok(false);
    }
    let look_alike = app.store(move |store| store.has_look_alike(user, Some(tag))).await?;
    Ok(Recognition { look_alike, ..seen }.is_sure(least, policy.margin_min))
}

/// Asks the candidate who came, notes whether it says the same, and has it make a template.
async fn visit(
    app: &App,
    space: &Arc<Space>,
    (user, face): (UserId, FaceId),
    cut: &CutSighting,
) -> Result<(), Failure> {
    let tag = space.model_tag();
    let read = move |store: &Store| {
        let known = store.faces(user)?;
        let has_one = known.iter().any(|known| known.model_tag == tag);
        Ok((origin(store.face(face)?, known), has_one))
    };
    let (origin, has_one) = app.store(read).await?;
    let (embedding, nearest) = template::embedded(app, space, cut.crop.clone()).await?;
    let said = Said::of(user, nearest, &template::thresholds(app, space));
    // Of whom there is no template yet, the candidate can only say something wrong.
    if has_one || said == Said::SomebodyElse {
        app.store(move |store| store.note_shadow_visit(user, said)).await?;
        let metrics = &app.metrics().shadow;
        let counter = if said == Said::Same { &metrics.agreed } else { &metrics.disagreed };
        counter.inc();
    }
    if said == Said::SomebodyElse {
        return Ok(());
    }
    let quality = cut.sighting.quality.value;
    template::keep(app, space, &origin, (&embedding, quality), TemplateSource::Visit).await
}

/// The template that one made at a visit goes with: the one that matched, or of a mean its newest member on the same
/// consent, since a mean is another one with every enrolment.
fn origin(matched: FaceRow, known: Vec<FaceRow>) -> FaceRow {
    if matched.kind == FaceKind::Member {
        return matched;
    }
    let (tag, consent) = (matched.model_tag, matched.consent);
    let is_of_it =
        |face: &FaceRow| face.kind == FaceKind::Member && face.model_tag == tag && face.consent == consent;
    known.into_iter().rfind(is_of_it).unwrap_or(matched)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_on_one_visit_until_they_were_away_for_a_while() {
        let (ada, bob) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let mut visitors = Visitors::default();
        let gap = Duration::from_secs(600);
        for (user, at_s, expected) in
            [(ada, 0, true), (ada, 599, false), (bob, 599, true), (ada, 600, true), (ada, 1_199, false)]
        {
            assert_eq!(visitors.comes_anew(user, Timestamp(at_s * 1_000_000), gap), expected, "{at_s}");
        }
    }

    #[test]
    fn what_is_remembered_of_visitors_is_bounded() {
        let (mut visitors, gap) = (Visitors::default(), Duration::from_secs(600));
        let someone = |number: usize| UserId(Uuid::from_u128(number as u128 + 1));
        let came =
            (0..2 * VISITORS_MAX).filter(|number| visitors.comes_anew(someone(*number), Timestamp(0), gap));
        assert_eq!(came.count(), VISITORS_MAX);
        assert!(visitors.comes_anew(someone(0), Timestamp(600_000_000), gap), "those who left make room");
        assert_eq!(visitors.0.len(), 1);
    }
}
