//! Who is let into the gallery: how many faces count, what overtakes a search, and what is told of those who wait.
use std::time::Duration;

use domain::{
    ConsentId, EnrolmentId, FaceId, UserId,
    enrolment::{FaceKind, State},
    model_change::TemplateSource,
};
use store::{
    Admission, Beside, By, Duplicate, EnrolmentRow, FaceRow, Member, NewEnrolment, NewFace, NewReview,
    StoreError,
};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, MODEL, START, by, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    neither_a_mean_nor_another_recognisers_template_counts_among_the_faces,
    whatever_changes_anybodys_templates_overtakes_an_enrolment,
    a_mean_has_the_quality_and_the_newest_day_of_its_members,
    what_nobody_decided_in_time_makes_room_for_the_next,
    every_step_of_a_review_is_told_and_recorded,
];

const HOUR: Duration = Duration::from_secs(3_600);
const X: [f32; 3] = [1.0, 0.0, 0.0];
const Y: [f32; 3] = [0.0, 1.0, 0.0];

fn agreed(bench: &Bench, name: &str) -> (UserId, ConsentId) {
    let user = bench.person(name);
    (user, bench.consent(user, 4 * HOUR))
}

/// An enrolment of templates with these qualities.
fn enrolment((user, consent): (UserId, ConsentId), members: &[(&[f32], f32)]) -> NewEnrolment {
    let member = |(template, quality): &(&[f32], f32)| {
        Member::new(FaceId(Uuid::now_v7()), template.to_vec(), *quality)
    };
    NewEnrolment { user, consent, model_tag: MODEL, members: members.iter().map(member).collect() }
}

/// Lets it in who searched the gallery as it is now.
fn admitted(bench: &Bench, new: &NewEnrolment, faces_max: usize) -> Result<Vec<FaceRow>, StoreError> {
    let known = bench.store.outbox_last().unwrap();
    bench.store.enrol(by(), new, &Admission { known, faces_max, alike: Vec::new() })
}

fn neither_a_mean_nor_another_recognisers_template_counts_among_the_faces(bench: &Bench) {
    let ada = agreed(bench, "ada");
    let one = enrolment(ada, &[(&X, 0.5)]);
    let beside = NewEnrolment { model_tag: MODEL + 1, ..enrolment(ada, &[(&X, 0.5), (&Y, 0.5)]) };
    admitted(bench, &beside, 3).unwrap();
    admitted(bench, &enrolment(ada, &[(&X, 0.5), (&Y, 0.5)]), 3).unwrap();
    admitted(bench, &one, 3).unwrap();
    let full = admitted(bench, &enrolment(ada, &[(&X, 0.5)]), 3);
    assert!(matches!(full, Err(StoreError::FacesFull(3))));
    assert_eq!(bench.store.members(ada.0, MODEL, START).unwrap().len(), 3);
}

fn whatever_changes_anybodys_templates_overtakes_an_enrolment(bench: &Bench) {
    let (ada, bob) = (agreed(bench, "ada"), agreed(bench, "bob"));
    let face = bench.enrol(by(), ada, &X).unwrap();
    let other = bench.enrol(by(), ada, &Y).unwrap();
    let retemplated = || {
        let id = FaceId(Uuid::now_v7());
        let (user, consent) = ada;
        let new = NewFace { id, user, consent, model_tag: MODEL + 1, template: &X, quality: 0.5 };
        let beside = Beside { origin: face, source: TemplateSource::Crop, visits_max: 3 };
        bench.store.add_template_beside(by(), &new, beside).unwrap().unwrap();
    };
    let removed = || bench.store.remove_face(by(), ada.0, other).unwrap();
    let withdrawn = || bench.store.withdraw_consent(by(), ada.0, ada.1).unwrap();
    let erased = || bench.store.erase_user(by(), ada.0).unwrap();
    let changes: [(&str, &dyn Fn()); 4] = [
        ("face.retemplated", &retemplated),
        ("face.removed", &removed),
        ("consent.withdrawn", &withdrawn),
        ("user.erased", &erased),
    ];
    for (kind, change) in changes {
        let known = bench.store.outbox_last().unwrap();
        change();
        let (events, _) = bench.store.face_events(known).unwrap();
        assert_eq!(events.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>(), [kind]);
        let searched_before = Admission { known, faces_max: 10, alike: Vec::new() };
        let late = bench.store.enrol(by(), &enrolment(bob, &[(&Y, 0.5)]), &searched_before);
        assert!(matches!(late, Err(StoreError::Overtaken)), "{kind}");
    }
    assert!(bench.store.faces(bob.0).unwrap().is_empty());
}

fn a_mean_has_the_quality_and_the_newest_day_of_its_members(bench: &Bench) {
    let ada = agreed(bench, "ada");
    admitted(bench, &enrolment(ada, &[(&X, 0.9)]), 10).unwrap();
    let known = bench.store.outbox_last().unwrap();
    let admission = Admission { known, faces_max: 10, alike: Vec::new() };
    bench.store.enrol(later(HOUR), &enrolment(ada, &[(&Y, 0.3)]), &admission).unwrap();
    let rows = bench.store.faces(ada.0).unwrap();
    let mean = rows.iter().find(|row| row.kind == FaceKind::Mean).unwrap();
    assert!((mean.quality - 0.6).abs() < 1e-6, "{}", mean.quality);
    assert_eq!(mean.created_at, START.plus(HOUR));
    let opened = bench.store.templates_of(ada.0, MODEL).unwrap();
    let opened = opened.iter().find(|row| row.id == mean.id).unwrap();
    // Three times as good weighs three times as much.
    assert!((opened.template[0] / opened.template[1] - 3.0).abs() < 1e-3, "{:?}", opened.template);
}

fn review(bench: &Bench, by: By<'_>, who: (UserId, ConsentId), like: UserId) -> EnrolmentRow {
    let new = NewReview {
        id: EnrolmentId(Uuid::now_v7()),
        enrolment: &enrolment(who, &[(&X, 0.5)]),
        duplicates: vec![Duplicate { user: like, similarity: 0.75 }],
        expires_at: by.at.plus(HOUR),
    };
    bench.store.open_review(by, &new).unwrap()
}

fn what_nobody_decided_in_time_makes_room_for_the_next(bench: &Bench) {
    let (ada, bob, cyd) = (agreed(bench, "ada"), agreed(bench, "bob"), agreed(bench, "cyd"));
    let first = review(bench, by(), bob, ada.0);
    let others = review(bench, by(), cyd, ada.0);
    // Before anybody swept up what nobody decided.
    let next = review(bench, later(HOUR), bob, ada.0);
    assert_ne!(next.id, first.id);
    let decision = |id| bench.store.enrolment(id).unwrap().decision.is_some();
    assert_eq!([first.id, others.id, next.id].map(decision), [true, false, false], "only the person's own");
}

fn every_step_of_a_review_is_told_and_recorded(bench: &Bench) {
    let (ada, bob) = (agreed(bench, "ada"), agreed(bench, "bob"));
    let known = bench.store.outbox_last().unwrap();
    let boss = By { actor: "boss", ..by() };
    let mut expected = Vec::new();
    for (state, told) in [
        (State::Rejected, "enrolment.rejected"),
        (State::Expired, "enrolment.expired"),
        (State::Approved, "enrolment.approved"),
    ] {
        let row = review(bench, by(), bob, ada.0);
        match state {
            State::Rejected => drop(bench.store.reject_enrolment(boss, row.id).unwrap()),
            State::Expired => {
                assert_eq!(bench.store.expire_enrolments(later(HOUR), HOUR).unwrap(), 1);
            }
            _ => {
                let known = bench.store.outbox_last().unwrap();
                let admission = Admission { known, faces_max: 10, alike: Vec::new() };
                drop(bench.store.approve_enrolment(boss, row.id, &admission).unwrap());
            }
        }
        let row = bench.store.enrolment(row.id).unwrap();
        let by_whom = (state != State::Expired).then_some("boss");
        assert_eq!((row.state(START), row.decided_by.as_deref()), (state, by_whom));
        expected.extend(["enrolment.review", told].map(|kind| (kind.to_owned(), row.id.to_string())));
    }
    let told = bench.store.outbox(known, 100).unwrap().into_iter();
    let told: Vec<_> = told.filter(|row| row.kind.starts_with("enrolment.")).collect();
    for (row, (kind, id)) in told.iter().zip(&expected) {
        assert!(row.kind == *kind && row.payload.contains(id), "{} {}", row.kind, row.payload);
    }
    assert_eq!(told.len(), expected.len());
    let recorded =
        bench.lines("SELECT action AS line FROM audit WHERE action LIKE 'enrolment.%' ORDER BY seq");
    assert_eq!(recorded, expected.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>());
    bench.assert_sound();
}
