//! Which recogniser does what, and the templates of the one beside.
use std::time::Duration;

use domain::{
    ConsentId, FaceId, UserId,
    enrolment::FaceKind,
    model_change::{Gate, Phase, Roles, Said, TemplateSource, VISITS_PER_PERSON_MAX},
};
use store::{Beside, FaceRow, NewCrop, NewFace, StoreError, Visits};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, MODEL, START, by, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    the_first_recogniser_is_in_force_and_another_only_where_nobody_is_enrolled,
    a_step_is_taken_once_and_only_from_where_it_was_seen,
    a_step_that_was_seen_with_another_candidate_is_not_taken,
    a_settlement_deletes_the_other_templates_and_no_more,
    a_person_counts_at_a_bounded_number_of_visits,
    only_people_with_a_live_consent_are_to_be_covered,
    a_template_beside_needs_the_one_it_stands_beside_and_its_consent,
    the_best_templates_made_at_visits_are_kept,
    a_face_goes_with_what_was_made_of_it,
    another_recognisers_template_is_never_handed_out,
    a_kept_face_goes_with_its_template_consent_or_person,
    kept_faces_are_handed_out_until_the_other_recogniser_has_their_templates,
    a_kept_face_outlives_the_recogniser_that_it_was_taken_for,
];

const HOUR: Duration = Duration::from_secs(3_600);
const NEW: u32 = MODEL + 1;
const OTHER: u32 = MODEL + 2;

/// A person with a face of the recogniser in force.
fn enrolled(bench: &Bench, name: &str) -> (UserId, ConsentId, FaceId) {
    let user = bench.person(name);
    let consent = bench.consent(user, HOUR);
    (user, consent, bench.enrol(by(), (user, consent), &[1.0, 0.0]).unwrap())
}

fn beside(
    bench: &Bench,
    (user, consent, origin): (UserId, ConsentId, FaceId),
    source: TemplateSource,
    quality: f32,
) -> Result<Option<FaceRow>, StoreError> {
    let id = FaceId(Uuid::now_v7());
    let new = NewFace { id, user, consent, model_tag: NEW, template: &[0.0, 1.0, 0.0], quality };
    bench.store.add_template_beside(by(), &new, Beside { source, origin, visits_max: 2 })
}

/// Whether it is the template of a picture by that recogniser.
fn is_member_of(face: &FaceRow, tag: u32) -> bool {
    face.model_tag == tag && face.kind == FaceKind::Member
}

fn shadowing(bench: &Bench) -> Roles {
    let idle = bench.store.roles_with(by(), MODEL).unwrap().roles;
    let shadowing = idle.start(NEW).unwrap();
    bench.store.step_model_change(by(), idle, shadowing).unwrap();
    shadowing
}

fn the_first_recogniser_is_in_force_and_another_only_where_nobody_is_enrolled(bench: &Bench) {
    assert_eq!(bench.store.model_roles().unwrap(), None);
    for tag in [OTHER, MODEL, MODEL] {
        assert_eq!(bench.store.roles_with(by(), tag).unwrap().roles, Roles::idle(tag), "nobody is enrolled");
    }
    enrolled(bench, "ada");
    let known = bench.store.roles_with(later(HOUR), OTHER).unwrap();
    assert_eq!((known.roles, known.changed_at), (Roles::idle(MODEL), START), "ada would not be known");
    let shadowing = shadowing(bench);
    assert_eq!(bench.store.roles_with(by(), NEW).unwrap().roles, shadowing);
    bench.assert_sound();
}

fn a_step_is_taken_once_and_only_from_where_it_was_seen(bench: &Bench) {
    let idle = bench.store.roles_with(by(), MODEL).unwrap().roles;
    let shadowing = shadowing(bench);
    let again = bench.store.step_model_change(by(), idle, shadowing);
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    let cut_over = shadowing.cut_over(Gate::Ready).unwrap();
    bench.store.step_model_change(later(HOUR), shadowing, cut_over).unwrap();
    let known = bench.reopened(bench.key.clone()).unwrap().model_roles().unwrap().unwrap();
    assert_eq!((known.roles, known.changed_at), (cut_over, START.plus(HOUR)));
    let kinds: Vec<String> = bench.store.outbox(0, 100).unwrap().into_iter().map(|row| row.kind).collect();
    assert_eq!(kinds, ["model_change.shadowing", "model_change.cut_over"]);
    bench.assert_sound();
}

fn a_step_that_was_seen_with_another_candidate_is_not_taken(bench: &Bench) {
    let seen = shadowing(bench);
    let given_up = seen.roll_back().unwrap();
    let (settled, _) = given_up.settle().unwrap();
    let other = settled.start(OTHER).unwrap();
    for (from, to) in [(seen, given_up), (given_up, settled), (settled, other)] {
        bench.store.step_model_change(by(), from, to).unwrap();
        bench.store.delete_leaving().unwrap();
    }
    let late = bench.store.step_model_change(by(), seen, seen.cut_over(Gate::Ready).unwrap());
    assert!(matches!(late, Err(StoreError::Conflict(_))), "the gate was asked about another one");
    assert_eq!(bench.store.model_roles().unwrap().unwrap().roles, other);
    bench.assert_sound();
}

fn a_settlement_deletes_the_other_templates_and_no_more(bench: &Bench) {
    let people: Vec<_> = ["ada", "bob", "cyd"].map(|name| enrolled(bench, name)).to_vec();
    let shadowing = shadowing(bench);
    for person in &people {
        beside(bench, *person, TemplateSource::Enrolment, 0.5).unwrap().unwrap();
    }
    bench.store.note_shadow_visit(people[0].0, Said::Same).unwrap();
    let cut_over = shadowing.cut_over(Gate::Ready).unwrap();
    bench.store.step_model_change(by(), shadowing, cut_over).unwrap();
    let (settled, gone) = cut_over.settle().unwrap();
    assert_eq!(gone, MODEL);
    bench.store.step_model_change(by(), cut_over, settled).unwrap();
    assert_eq!(bench.store.model_roles().unwrap().unwrap().leaving, Some(MODEL));
    let early = bench.store.step_model_change(by(), settled, settled.start(MODEL).unwrap());
    assert!(matches!(early, Err(StoreError::Conflict(_))), "they are still being deleted");
    assert_eq!(bench.store.delete_leaving().unwrap(), 3);
    assert_eq!(bench.store.delete_leaving().unwrap(), 0);
    assert_eq!(bench.store.model_roles().unwrap().unwrap().leaving, None);
    assert_eq!((bench.store.face_count(MODEL).unwrap(), bench.store.face_count(NEW).unwrap()), (0, 3));
    assert_eq!(bench.store.shadow_visits().unwrap(), Visits::default(), "what was found out is forgotten");
    assert_eq!(bench.store.model_roles().unwrap().unwrap().roles.phase, Phase::Settled);
    bench.assert_sound();
}

fn a_person_counts_at_a_bounded_number_of_visits(bench: &Bench) {
    let (ada, bob) = (bench.person("ada"), bench.person("bob"));
    for said in [Said::Nobody, Said::SomebodyElse] {
        bench.store.note_shadow_visit(bob, said).unwrap();
    }
    for _ in 0..2 * VISITS_PER_PERSON_MAX {
        bench.store.note_shadow_visit(ada, Said::Same).unwrap();
    }
    let most = u64::from(VISITS_PER_PERSON_MAX.unsigned_abs());
    let expected = Visits { people: 2, compared: most + 2, agreed: most, named_others: 1 };
    assert_eq!(bench.store.shadow_visits().unwrap(), expected);
    bench.store.erase_user(by(), ada).unwrap();
    assert_eq!(
        bench.store.shadow_visits().unwrap(),
        Visits { compared: 2, agreed: 0, people: 1, named_others: 1 }
    );
    assert!(bench.store.note_shadow_visit(ada, Said::Same).is_err(), "nobody is there any more");
}

fn only_people_with_a_live_consent_are_to_be_covered(bench: &Bench) {
    let (ada, bob) = (enrolled(bench, "ada"), enrolled(bench, "bob"));
    bench.enrol(by(), (ada.0, ada.1), &[0.0, 1.0]).unwrap();
    let coverage = |at| bench.store.model_coverage(MODEL, NEW, at).unwrap();
    assert_eq!(coverage(START), (2, 0), "two faces are one person");
    beside(bench, ada, TemplateSource::Visit, 0.5).unwrap().unwrap();
    assert_eq!(coverage(START), (2, 1));
    assert_eq!(coverage(START.plus(HOUR)), (0, 0), "their consents have run out");
    bench.store.withdraw_consent(by(), bob.0, bob.1).unwrap();
    assert_eq!(coverage(START), (1, 1));
}

fn a_template_beside_needs_the_one_it_stands_beside_and_its_consent(bench: &Bench) {
    let (ada, bob) = (enrolled(bench, "ada"), enrolled(bench, "bob"));
    let second = bench.consent(ada.0, HOUR);
    for (person, why) in [
        ((ada.0, ada.1, bob.2), "another person's face"),
        ((ada.0, second, ada.2), "another consent"),
        ((ada.0, ada.1, FaceId(Uuid::now_v7())), "no face"),
    ] {
        let refused = beside(bench, person, TemplateSource::Enrolment, 0.5);
        assert!(matches!(refused, Err(StoreError::NotFound("face"))), "{why}");
    }
    let stored = beside(bench, ada, TemplateSource::Enrolment, 0.5).unwrap().unwrap();
    assert_eq!((stored.model_tag, stored.source), (NEW, TemplateSource::Enrolment));
    bench.store.withdraw_consent(by(), ada.0, ada.1).unwrap();
    assert!(bench.store.faces(ada.0).unwrap().is_empty(), "it rests on the same consent");
}

fn the_best_templates_made_at_visits_are_kept(bench: &Bench) {
    let ada = enrolled(bench, "ada");
    let visit = |quality| beside(bench, ada, TemplateSource::Visit, quality).unwrap();
    visit(0.4).unwrap();
    visit(0.6).unwrap();
    assert!(visit(0.4).is_none(), "no better than the worst");
    visit(0.5).unwrap();
    let kept = |bench: &Bench| {
        let faces = bench.store.faces(ada.0).unwrap();
        let mut kept: Vec<f32> =
            faces.iter().filter(|face| is_member_of(face, NEW)).map(|face| face.quality).collect();
        kept.sort_by(f32::total_cmp);
        kept
    };
    assert_eq!(kept(bench), [0.5, 0.6]);
    beside(bench, ada, TemplateSource::Crop, 0.1).unwrap().unwrap();
    assert!(visit(0.9).is_none(), "whoever has a template of an enrolment needs none");
    bench.assert_sound();
}

fn a_face_goes_with_what_was_made_of_it(bench: &Bench) {
    for (source, remove_first, left) in [
        (TemplateSource::Enrolment, true, 0),
        (TemplateSource::Enrolment, false, 0),
        (TemplateSource::Crop, false, 0),
        (TemplateSource::Visit, true, 0),
        // A bad visit is no fault of the enrolment.
        (TemplateSource::Visit, false, 1),
    ] {
        let ada = enrolled(bench, &format!("ada-{source}-{remove_first}"));
        let bob = enrolled(bench, &format!("bob-{source}-{remove_first}"));
        let made = beside(bench, ada, source, 0.5).unwrap().unwrap();
        beside(bench, bob, source, 0.5).unwrap().unwrap();
        bench.store.remove_face(by(), ada.0, if remove_first { ada.2 } else { made.id }).unwrap();
        assert_eq!(bench.store.faces(ada.0).unwrap().len(), left, "{source} {remove_first}");
        assert_eq!(bench.store.faces(bob.0).unwrap().len(), 2, "another person's");
    }
    bench.assert_sound();
}

fn another_recognisers_template_is_never_handed_out(bench: &Bench) {
    let ada = enrolled(bench, "ada");
    beside(bench, ada, TemplateSource::Enrolment, 0.5).unwrap().unwrap();
    for (tag, expected) in [(MODEL, vec![1.0, 0.0]), (NEW, vec![0.0, 1.0, 0.0])] {
        let mut found = Vec::new();
        bench.store.gallery(tag, |row| found.push(row.template.to_vec())).unwrap();
        assert_eq!(found, std::slice::from_ref(&expected));
        let of_ada = bench.store.templates_of(ada.0, tag).unwrap();
        assert_eq!(of_ada.iter().map(|row| row.template.to_vec()).collect::<Vec<_>>(), [expected]);
    }
    // A row that lies about its recogniser does not open: the seal is bound to it.
    bench.sql(&format!("UPDATE faces SET model_tag = {OTHER} WHERE model_tag = {NEW}")).unwrap();
    assert!(matches!(bench.store.templates_of(ada.0, OTHER), Err(StoreError::Seal)));
}

fn kept(bench: &Bench, (user, consent, face): (UserId, ConsentId, FaceId)) -> Result<(), StoreError> {
    let id = Uuid::now_v7().to_string();
    bench.store.add_crop(START, &NewCrop { id, user, consent, face, bytes: b"a face", quality: 0.5 })
}

fn a_kept_face_goes_with_its_template_consent_or_person(bench: &Bench) {
    type End = fn(&Bench, (UserId, ConsentId, FaceId));
    let ends: [End; 5] = [
        |bench, (user, _, face)| bench.store.remove_face(by(), user, face).unwrap(),
        |bench, (user, consent, _)| bench.store.withdraw_consent(by(), user, consent).unwrap(),
        |bench, (user, ..)| bench.store.erase_user(by(), user).unwrap(),
        |bench, _| drop(bench.store.remove_expired_faces(later(HOUR)).unwrap()),
        |bench, _| assert!(bench.store.forget_crops(by()).unwrap()),
    ];
    for (index, end) in ends.into_iter().enumerate() {
        let ada = enrolled(bench, &format!("ada{index}"));
        kept(bench, ada).unwrap();
        let sealed =
            if bench.url.starts_with("sqlite") { "hex(crop_sealed)" } else { "encode(crop_sealed, 'hex')" };
        let stored = bench.lines(&format!("SELECT {sealed} AS line FROM face_crops")).concat().to_lowercase();
        assert!(stored.len() > 40 && !stored.contains(&hex::encode("a face")), "{stored}");
        end(bench, ada);
        assert_eq!(bench.store.crop_count().unwrap(), 0, "{index}");
    }
    let bob = enrolled(bench, "bob");
    bench.store.withdraw_consent(by(), bob.0, bob.1).unwrap();
    assert!(matches!(kept(bench, bob), Err(StoreError::ConsentMissing)));
    bench.assert_sound();
}

fn kept_faces_are_handed_out_until_the_other_recogniser_has_their_templates(bench: &Bench) {
    let people = ["ada", "bob"].map(|name| enrolled(bench, name));
    people.iter().for_each(|person| kept(bench, *person).unwrap());
    let next = |tags, after: &str, now| bench.store.next_crop(tags, after, now).unwrap();
    let first = next((MODEL, NEW), "", START).unwrap();
    assert_eq!((first.face, first.bytes.as_slice()), (people[0].2, &b"a face"[..]));
    beside(bench, people[0], TemplateSource::Visit, 0.5).unwrap().unwrap();
    assert_eq!(next((MODEL, NEW), "", START).unwrap().face, people[0].2, "a visit is no enrolment");
    beside(bench, people[0], TemplateSource::Crop, 0.5).unwrap().unwrap();
    let second = next((MODEL, NEW), "", START).unwrap();
    assert_eq!(second.face, people[1].2);
    assert!(next((MODEL, NEW), &second.id, START).is_none());
    assert!(next((MODEL, NEW), "", START.plus(HOUR)).is_none(), "the consent has run out");
    assert!(next((OTHER, NEW), "", START).is_none(), "of another recogniser");
    // Sealed to the person: a crop that is said to be somebody else's does not open.
    bench
        .sql(&format!("UPDATE face_crops SET user_id = '{}' WHERE id = '{}'", people[0].0, second.id))
        .unwrap();
    assert!(matches!(bench.store.next_crop((MODEL, NEW), "", START), Err(StoreError::Seal)));
}

fn a_kept_face_outlives_the_recogniser_that_it_was_taken_for(bench: &Bench) {
    let ada = enrolled(bench, "ada");
    kept(bench, ada).unwrap();
    let made = beside(bench, ada, TemplateSource::Crop, 0.5).unwrap().unwrap();
    let shadowing = shadowing(bench);
    let cut_over = shadowing.cut_over(Gate::Ready).unwrap();
    bench.store.step_model_change(by(), shadowing, cut_over).unwrap();
    bench.store.step_model_change(by(), cut_over, cut_over.settle().unwrap().0).unwrap();
    assert_eq!(bench.store.delete_leaving().unwrap(), 1);
    let next = bench.store.next_crop((NEW, OTHER), "", START).unwrap().unwrap();
    assert_eq!(next.face, made.id, "the next recogniser gets it, too");
    bench.store.remove_face(by(), ada.0, made.id).unwrap();
    assert_eq!(bench.store.crop_count().unwrap(), 0);
}
