//! Enrolments: all templates or none, means that hold nothing of what is gone, and duplicates that two people look at.
use std::time::Duration;

use domain::{
    ConsentId, EnrolmentId, FaceId, UserId,
    approval::Refused,
    enrolment::{FaceKind, State},
};
use store::{
    Admission, By, Duplicate, EnrolmentRow, LookAlike, Member, NewEnrolment, NewReview, StoreError, mean_id,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Claim,
    bench::{Bench, MODEL, START, by, later},
    claims,
    parallel::at_once,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    all_members_are_stored_with_their_mean_or_none_is,
    a_mean_follows_its_members_and_goes_with_the_last_but_one,
    a_mean_holds_nothing_of_a_withdrawn_or_ended_consent,
    the_database_itself_removes_a_mean_with_any_member,
    a_mean_is_neither_removed_nor_measured_by_itself,
    whoever_searched_before_another_was_enrolled_stores_nothing,
    of_two_enrolments_at_once_that_searched_the_same_gallery_one_is_stored,
    a_review_keeps_templates_sealed_until_it_is_decided,
    only_another_person_decides_once_and_in_time,
    a_person_has_one_review_at_a_time_and_its_pictures_stay,
    no_review_without_a_consent_that_lasts,
    withdrawal_and_erasure_take_a_review_along,
    what_nobody_decided_expires_and_is_forgotten,
    a_refused_approval_leaves_the_review_open,
    reviews_are_listed_by_where_they_stand,
];

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
const X: [f32; 3] = [1.0, 0.0, 0.0];
const Y: [f32; 3] = [0.0, 1.0, 0.0];
const BETWEEN: [f32; 3] = [std::f32::consts::FRAC_1_SQRT_2, std::f32::consts::FRAC_1_SQRT_2, 0.0];

fn member(template: &[f32]) -> Member {
    Member { id: FaceId(Uuid::now_v7()), template: Zeroizing::new(template.to_vec()), quality: 0.5 }
}

fn enrolment((user, consent): (UserId, ConsentId), templates: &[&[f32]]) -> NewEnrolment {
    let members = templates.iter().map(|template| member(template)).collect();
    NewEnrolment { user, consent, model_tag: MODEL, members }
}

/// On what everybody is let in who searched the gallery as it is now.
fn admission(bench: &Bench) -> Admission {
    Admission { known: bench.store.outbox_last().unwrap(), faces_max: 10, alike: Vec::new() }
}

/// Somebody with a consent for an hour.
fn agreed(bench: &Bench, name: &str) -> (UserId, ConsentId) {
    let user = bench.person(name);
    (user, bench.consent(user, HOUR))
}

fn enrolled(bench: &Bench, who: (UserId, ConsentId), templates: &[&[f32]]) -> Vec<FaceId> {
    let rows = bench.store.enrol(by(), &enrolment(who, templates), &admission(bench)).unwrap();
    rows.iter().map(|row| row.id).collect()
}

/// The person's mean.
fn mean_of(bench: &Bench, user: UserId) -> Option<(FaceId, Vec<f32>)> {
    let rows = bench.store.faces(user).unwrap();
    let means: Vec<_> = rows.iter().filter(|row| row.kind == FaceKind::Mean).collect();
    assert!(means.len() <= 1);
    let id = means.first()?.id;
    let opened = bench.store.templates_of(user, MODEL).unwrap();
    opened.iter().find(|row| row.id == id).map(|row| (id, row.template.to_vec()))
}

fn near(a: &[f32], b: &[f32]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6)
}

fn all_members_are_stored_with_their_mean_or_none_is(bench: &Bench) {
    let ada = agreed(bench, "ada");
    let two = enrolment(ada, &[&X, &Y]);
    let few = Admission { faces_max: 1, ..admission(bench) };
    assert!(matches!(bench.store.enrol(by(), &two, &few), Err(StoreError::FacesFull(1))));
    // The second one has the first one's id: what was stored before it is gone as well.
    let mut twice = enrolment(ada, &[&X, &Y]);
    twice.members[1].id = twice.members[0].id;
    let written = bench.written();
    assert!(bench.store.enrol(by(), &twice, &admission(bench)).is_err());
    assert_eq!((bench.store.faces(ada.0).unwrap().len(), bench.written()), (0, written));

    let rows = bench.store.enrol(by(), &two, &admission(bench)).unwrap();
    assert_eq!(rows.iter().map(|row| row.kind).collect::<Vec<_>>(), [FaceKind::Member; 2]);
    let (id, mean) = mean_of(bench, ada.0).unwrap();
    assert!(near(&mean, &BETWEEN), "{mean:?}");
    assert_eq!(id, mean_id(MODEL, &[rows[1].id, rows[0].id]));
    assert_ne!(id, mean_id(MODEL + 1, &[rows[1].id, rows[0].id]), "each recogniser has its own");
    assert_eq!(bench.gallery().len(), 3);
    bench.assert_sound();
}

fn a_mean_follows_its_members_and_goes_with_the_last_but_one(bench: &Bench) {
    let ada = agreed(bench, "ada");
    let [x] = enrolled(bench, ada, &[&X])[..] else { panic!() };
    assert_eq!(mean_of(bench, ada.0), None, "of one picture there is no mean");
    let y = bench.enrol(by(), ada, &Y).unwrap();
    let of_another = bench.store.remove_face(by(), bench.person("bob"), y);
    assert!(matches!(of_another, Err(StoreError::NotFound("face"))));
    let first = mean_of(bench, ada.0).unwrap();
    assert!(near(&first.1, &BETWEEN));
    let again = bench.enrol(by(), ada, &Y).unwrap();
    let second = mean_of(bench, ada.0).unwrap();
    assert!(second.1[1] > second.1[0] && second.0 != first.0);
    bench.store.remove_face(by(), ada.0, again).unwrap();
    assert_eq!(mean_of(bench, ada.0), Some(first));
    bench.store.remove_face(by(), ada.0, x).unwrap();
    assert_eq!(mean_of(bench, ada.0), None);
    bench.store.remove_face(by(), ada.0, y).unwrap();
    assert!(bench.gallery().is_empty());
}

fn a_mean_holds_nothing_of_a_withdrawn_or_ended_consent(bench: &Bench) {
    let ada = bench.person("ada");
    let [short, long, third] = [HOUR, HOUR * 3, HOUR * 3].map(|lasts| bench.consent(ada, lasts));
    bench.enrol(by(), (ada, short), &X).unwrap();
    bench.enrol(by(), (ada, long), &Y).unwrap();
    bench.enrol(by(), (ada, third), &BETWEEN).unwrap();
    // It rests on the consent that ends first.
    let mean = bench.store.face(mean_of(bench, ada).unwrap().0).unwrap();
    assert_eq!(mean.consent, short);
    assert_eq!(bench.store.remove_expired_faces(later(HOUR)).unwrap().len(), 1);
    let left = mean_of(bench, ada).unwrap();
    assert!(left.1[1] > 0.9, "{:?}", left.1);
    bench.store.withdraw_consent(later(HOUR), ada, third).unwrap();
    assert_eq!(mean_of(bench, ada), None);
    assert_eq!(bench.gallery(), [(ada, Y.to_vec())]);
    // A new picture beside one whose consent has ended and that is not removed yet.
    bench.enrol(later(HOUR * 3), (ada, bench.consent(ada, DAY)), &X).unwrap();
    assert_eq!(mean_of(bench, ada), None);
}

fn the_database_itself_removes_a_mean_with_any_member(bench: &Bench) {
    let ada = agreed(bench, "ada");
    let ids = enrolled(bench, ada, &[&X, &Y, &BETWEEN]);
    bench.sql(&format!("DELETE FROM faces WHERE id = '{}'", ids[1])).unwrap();
    assert_eq!(mean_of(bench, ada.0), None);
    assert!(bench.sql("UPDATE faces SET kind = 'mean'").is_err());
    assert_eq!(bench.gallery().len(), 2);
}

fn a_mean_is_neither_removed_nor_measured_by_itself(bench: &Bench) {
    let ada = agreed(bench, "ada");
    let mut ids = enrolled(bench, ada, &[&X, &Y]);
    let (mean, _) = mean_of(bench, ada.0).unwrap();
    assert!(matches!(bench.store.remove_face(by(), ada.0, mean), Err(StoreError::Conflict(_))));
    let version = bench.store.consent(ada.1).unwrap().text_version;
    let mut measured = bench.store.faces_agreed(MODEL, &[version], START).unwrap();
    ids.sort_unstable();
    measured.sort_unstable();
    assert_eq!(measured, ids);
    assert_eq!(bench.store.members(ada.0, MODEL, START).unwrap().len(), 2);
    assert_eq!(bench.store.face_count(MODEL).unwrap(), 3);
}

fn whoever_searched_before_another_was_enrolled_stores_nothing(bench: &Bench) {
    let (ada, bob) = (agreed(bench, "ada"), agreed(bench, "bob"));
    let before = admission(bench);
    assert_eq!(bench.store.face_events(before.known).unwrap(), (vec![], before.known));
    enrolled(bench, ada, &[&X]);
    let late = enrolment(bob, &[&X]);
    assert!(matches!(bench.store.enrol(by(), &late, &before), Err(StoreError::Overtaken)));
    let (events, last) = bench.store.face_events(before.known).unwrap();
    assert_eq!(events.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>(), ["face.enrolled"]);
    let caught_up = Admission { known: last, ..admission(bench) };
    // What does not change any face overtakes nobody.
    bench.fund(ada.0, 100).unwrap();
    assert_eq!(bench.store.enrol(by(), &late, &caught_up).unwrap().len(), 1);
}

fn of_two_enrolments_at_once_that_searched_the_same_gallery_one_is_stored(bench: &Bench) {
    let people: Vec<_> = (0..6).map(|at| agreed(bench, &format!("p{at}"))).collect();
    let known = bench.store.outbox_last().unwrap();
    let stored = at_once(people.len(), |at| {
        let admission = Admission { known, faces_max: 10, alike: Vec::new() };
        bench.store.enrol(by(), &enrolment(people[at], &[&X]), &admission).is_ok()
    });
    assert_eq!(stored.into_iter().filter(|stored| *stored).count(), 1);
    assert_eq!(bench.gallery().len(), 1);
}

fn as_(actor: &'static str) -> By<'static> {
    By { actor, at: START }
}

fn review(bench: &Bench, who: (UserId, ConsentId), like: UserId) -> EnrolmentRow {
    let new = NewReview {
        id: EnrolmentId(Uuid::now_v7()),
        enrolment: &enrolment(who, &[&X, &Y]),
        duplicates: vec![Duplicate { user: like, similarity: 0.75 }],
        expires_at: START.plus(HOUR),
    };
    bench.store.open_review(as_("clerk"), &new).unwrap()
}

/// Ada is enrolled, and Bob waits because he looks like her.
fn waiting(bench: &Bench) -> ((UserId, Vec<FaceId>), UserId, EnrolmentRow) {
    let (ada, bob) = (agreed(bench, "ada"), agreed(bench, "bob"));
    let faces = enrolled(bench, ada, &[&X]);
    ((ada.0, faces), bob.0, review(bench, bob, ada.0))
}

fn sealed(bench: &Bench) -> Vec<String> {
    bench.lines(
        "SELECT CASE WHEN templates_sealed IS NULL THEN 'gone' ELSE 'kept' END AS line FROM enrolments",
    )
}

fn a_review_keeps_templates_sealed_until_it_is_decided(bench: &Bench) {
    let ((ada, faces), bob, row) = waiting(bench);
    assert_eq!((row.members, row.state(START), row.duplicates[0].user), (2, State::Review, ada));
    assert_eq!((bench.gallery().len(), sealed(bench)), (1, vec!["kept".to_owned()]));
    let opened = bench.store.waiting(as_("boss"), row.id).unwrap();
    assert_eq!((opened.user, opened.members[1].template.to_vec()), (bob, Y.to_vec()));
    let alike = LookAlike {
        face: opened.members[0].id,
        user: bob,
        other_face: faces[0],
        other_user: ada,
        similarity: 1.0,
        found_at: START,
    };
    let admission = Admission { alike: vec![alike], ..admission(bench) };
    let (row, rows) = bench.store.approve_enrolment(as_("boss"), row.id, &admission).unwrap();
    assert_eq!((row.state(START), row.decided_by.as_deref(), rows.len()), (State::Approved, Some("boss"), 2));
    assert_eq!((bench.gallery().len(), sealed(bench)), (4, vec!["gone".to_owned()]));
    assert!(bench.store.has_look_alike(bob, None).unwrap() && bench.store.has_look_alike(ada, None).unwrap());
    bench.assert_sound();
}

fn only_another_person_decides_once_and_in_time(bench: &Bench) {
    let (_, _, row) = waiting(bench);
    let late = By { actor: "boss", at: START.plus(HOUR) };
    for (by, refused) in [(as_("clerk"), Refused::SamePerson), (late, Refused::Expired)] {
        let tries = [
            bench.store.waiting(by, row.id).map(drop),
            bench.store.reject_enrolment(by, row.id).map(drop),
            bench.store.approve_enrolment(by, row.id, &admission(bench)).map(drop),
        ];
        for (at, refusal) in tries.into_iter().enumerate() {
            assert!(matches!(refusal, Err(StoreError::Approval(why)) if why == refused), "{refused} {at}");
        }
    }
    let rejected = bench.store.reject_enrolment(as_("boss"), row.id).unwrap();
    assert_eq!((rejected.state(START), sealed(bench)), (State::Rejected, vec!["gone".to_owned()]));
    let again = bench.store.approve_enrolment(as_("boss"), row.id, &admission(bench)).map(drop);
    assert!(matches!(again, Err(StoreError::Approval(Refused::Decided))));
    assert!(bench.sql("UPDATE enrolments SET decision = 'approved'").is_err());
    assert_eq!(bench.gallery().len(), 1);
}

fn a_person_has_one_review_at_a_time_and_its_pictures_stay(bench: &Bench) {
    let ((ada, _), bob, row) = waiting(bench);
    let again = review(bench, (bob, row.consent), ada);
    assert_eq!((again.id, sealed(bench).len()), (row.id, 1));
    assert!(bench.sql("UPDATE enrolments SET user_id = user_id || 'x'").is_err());
    let cyd = agreed(bench, "cyd");
    let more = [Duplicate { user: cyd.0, similarity: 0.9 }, Duplicate { user: ada, similarity: 0.8 }];
    let found = bench.store.add_duplicates(as_("boss"), row.id, &more).unwrap();
    let found: Vec<_> = found.duplicates.iter().map(|found| (found.user, found.similarity)).collect();
    assert_eq!(found, [(cyd.0, 0.9), (ada, 0.8)]);
    // Once it is over, another may begin.
    bench.store.reject_enrolment(as_("boss"), row.id).unwrap();
    assert_ne!(review(bench, (bob, row.consent), ada).id, row.id);
}

fn no_review_without_a_consent_that_lasts(bench: &Bench) {
    let (ada, bob) = (bench.person("ada"), bench.person("bob"));
    for (lasts, withdrawn) in [(HOUR / 2, false), (HOUR, true)] {
        let consent = bench.consent(bob, lasts);
        if withdrawn {
            bench.store.withdraw_consent(by(), bob, consent).unwrap();
        }
        let new = NewReview {
            id: EnrolmentId(Uuid::now_v7()),
            enrolment: &enrolment((bob, consent), &[&X]),
            duplicates: vec![Duplicate { user: ada, similarity: 0.9 }],
            expires_at: START.plus(HOUR),
        };
        assert!(
            matches!(bench.store.open_review(by(), &new), Err(StoreError::ConsentMissing)),
            "{withdrawn}"
        );
    }
    assert!(sealed(bench).is_empty());
}

fn withdrawal_and_erasure_take_a_review_along(bench: &Bench) {
    let ((ada, _), bob, row) = waiting(bench);
    bench.store.withdraw_consent(by(), bob, row.consent).unwrap();
    assert!(matches!(bench.store.enrolment(row.id), Err(StoreError::NotFound("enrolment"))));
    let again = review(bench, (bob, bench.consent(bob, HOUR)), ada);
    // Whom it looked like is gone: nothing of them is left in it.
    bench.store.erase_user(by(), ada).unwrap();
    assert!(bench.store.enrolment(again.id).unwrap().duplicates.is_empty());
    bench.store.erase_user(by(), bob).unwrap();
    for table in ["enrolments", "enrolment_duplicates", "faces"] {
        let rows = bench.lines(&format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {table}"));
        assert_eq!(rows, ["0"], "{table}");
    }
}

fn what_nobody_decided_expires_and_is_forgotten(bench: &Bench) {
    let (ada, _, row) = waiting(bench);
    assert_eq!(bench.store.expire_enrolments(later(HOUR / 2), DAY).unwrap(), 0);
    assert_eq!(bench.store.expire_enrolments(later(HOUR), DAY).unwrap(), 1);
    let expired = bench.store.enrolment(row.id).unwrap();
    assert_eq!((expired.state(START), expired.decided_by), (State::Expired, None));
    assert_eq!(sealed(bench), ["gone"]);
    // Another one is due, and the first not yet to be forgotten.
    let other = review(bench, agreed(bench, "cyd"), ada.0);
    assert_eq!(bench.store.expire_enrolments(later(DAY), DAY).unwrap(), 1);
    bench.store.enrolment(row.id).unwrap();
    bench.store.enrolment(other.id).unwrap();
    bench.store.expire_enrolments(later(DAY + HOUR), DAY).unwrap();
    assert!(bench.store.enrolment(row.id).is_err());
    bench.assert_sound();
}

fn a_refused_approval_leaves_the_review_open(bench: &Bench) {
    let (_, bob, row) = waiting(bench);
    let before = admission(bench);
    enrolled(bench, agreed(bench, "cyd"), &[&X]);
    let full = Admission { faces_max: 1, ..admission(bench) };
    for (admission, overtaken) in [(&before, true), (&full, false)] {
        let written = bench.written();
        match bench.store.approve_enrolment(as_("boss"), row.id, admission).map(drop) {
            Err(StoreError::Overtaken) => assert!(overtaken),
            Err(StoreError::FacesFull(1)) => assert!(!overtaken),
            other => panic!("{other:?}"),
        }
        assert_eq!((bench.written(), sealed(bench)), (written, vec!["kept".to_owned()]));
    }
    assert!(bench.store.faces(bob).unwrap().is_empty());
}

fn reviews_are_listed_by_where_they_stand(bench: &Bench) {
    let ((ada, _), _, first) = waiting(bench);
    let second = review(bench, agreed(bench, "cyd"), ada);
    bench.store.reject_enrolment(as_("boss"), second.id).unwrap();
    let listed = |state, at| {
        let rows = bench.store.enrolments((state, at), None, 10).unwrap();
        rows.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let late = START.plus(HOUR);
    for (state, at, expected) in [
        (None, START, vec![second.id, first.id]),
        (Some(State::Review), START, vec![first.id]),
        (Some(State::Review), late, vec![]),
        (Some(State::Expired), late, vec![first.id]),
        (Some(State::Rejected), late, vec![second.id]),
        (Some(State::Approved), late, vec![]),
    ] {
        assert_eq!(listed(state, at), expected, "{state:?}");
    }
    let rest = bench.store.enrolments((None, START), Some(second.id), 10).unwrap();
    assert_eq!(rest.iter().map(|row| row.id).collect::<Vec<_>>(), [first.id]);
}
