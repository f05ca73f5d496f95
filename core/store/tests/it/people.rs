//! People, their consents and their templates.
use std::time::Duration;

use domain::{ConsentId, FaceId, Secret, UserId};
use store::{NewUser, Profile, StoreError, Synthetic};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, MODEL, START, by, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    people_are_read_back_in_the_order_they_came,
    an_address_belongs_to_one_person,
    names_are_not_readable_in_the_database,
    a_template_needs_a_live_consent_of_that_person,
    the_database_itself_refuses_a_template_without_consent,
    withdrawal_removes_templates_at_once,
    an_ended_consent_takes_its_templates_along,
    a_consent_stays_as_it_was_given,
    a_stored_template_cannot_be_moved_to_another,
    a_template_comes_back_bit_for_bit,
    templates_are_read_by_their_ids_and_who_is_erased_is_missing,
    made_up_people_are_in_the_gallery_like_anybody,
    erasure_leaves_nothing_of_a_person,
];

const HOUR: Duration = Duration::from_secs(3_600);
const FACE: [f32; 3] = [0.6, -0.8, f32::MIN_POSITIVE];

fn people_are_read_back_in_the_order_they_came(bench: &Bench) {
    let ids: Vec<UserId> = ["ada", "bob", "cyd"].map(|name| bench.person(name)).to_vec();
    let first = bench.store.users(None, 2).unwrap();
    let rest = bench.store.users(Some(first[1].id), 2).unwrap();
    let found: Vec<UserId> = first.iter().chain(&rest).map(|user| user.id).collect();
    assert_eq!(found, ids);
    assert_eq!(bench.store.user(ids[1]).unwrap().profile.name, "bob");
    assert_eq!(bench.store.users(None, 10).unwrap().len(), 3);
}

fn an_address_belongs_to_one_person(bench: &Bench) {
    bench.person("ada");
    let profile = Profile { name: "Ada".to_owned(), email: Some("ADA@example.com".to_owned()) };
    let again = bench.store.add_user(by(), &NewUser { id: UserId(Uuid::now_v7()), profile });
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    assert_eq!(bench.store.users(None, 10).unwrap().len(), 1);
}

fn names_are_not_readable_in_the_database(bench: &Bench) {
    bench.person("ada");
    let hex =
        if bench.url.starts_with("sqlite") { "hex(profile_sealed)" } else { "encode(profile_sealed, 'hex')" };
    let stored = bench.lines(&format!("SELECT {hex} AS line FROM users")).concat().to_lowercase();
    assert!(stored.len() > 40);
    assert!(!stored.contains(&hex::encode("ada")), "{stored}");
}

fn a_template_needs_a_live_consent_of_that_person(bench: &Bench) {
    let (ada, bob) = (bench.person("ada"), bench.person("bob"));
    let (of_ada, withdrawn) = (bench.consent(ada, HOUR), bench.consent(ada, HOUR));
    bench.store.withdraw_consent(by(), ada, withdrawn).unwrap();
    let nobodys = ConsentId(Uuid::now_v7());
    for (when, user, consent, live) in [
        (by(), ada, of_ada, true),
        (by(), ada, nobodys, false),
        (by(), ada, withdrawn, false),
        (by(), bob, of_ada, false),
        (later(HOUR), ada, of_ada, false),
    ] {
        match bench.enrol(when, (user, consent), &FACE) {
            Ok(_) => assert!(live),
            Err(error) => assert!(!live && matches!(error, StoreError::ConsentMissing), "{error}"),
        }
    }
    assert_eq!(bench.gallery().len(), 1);
}

fn the_database_itself_refuses_a_template_without_consent(bench: &Bench) {
    let ada = bench.person("ada");
    let consent = bench.consent(ada, HOUR);
    let insert = |id: &str, at: i64| {
        let bytes = if bench.url.starts_with("sqlite") { "x'00'" } else { "'\\x00'" };
        bench.sql(&format!(
            "INSERT INTO faces (id, user_id, consent_id, model_tag, dim, template_sealed, quality, created_at)
             VALUES ('{id}', '{ada}', '{consent}', 1, 1, {bytes}, 0.5, {at})"
        ))
    };
    insert("live", START.0).unwrap();
    bench.store.withdraw_consent(by(), ada, consent).unwrap();
    let refused = insert("late", START.0).unwrap_err();
    assert!(refused.to_string().contains("faces_need_consent"), "{refused}");
    assert!(bench.store.faces(ada).unwrap().is_empty());
}

fn withdrawal_removes_templates_at_once(bench: &Bench) {
    let ada = bench.person("ada");
    let (first, second) = (bench.consent(ada, HOUR), bench.consent(ada, HOUR));
    bench.enrol(by(), (ada, first), &FACE).unwrap();
    let kept = bench.enrol(by(), (ada, second), &FACE).unwrap();
    bench.store.withdraw_consent(by(), ada, first).unwrap();
    let left: Vec<_> = bench.store.faces(ada).unwrap().iter().map(|face| face.id).collect();
    assert_eq!(left, [kept]);
    assert_eq!(bench.gallery().len(), 1);
    let again = bench.store.withdraw_consent(by(), ada, first);
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    assert!(bench.store.consent(first).unwrap().term.withdrawn_at.is_some());
}

fn an_ended_consent_takes_its_templates_along(bench: &Bench) {
    let ada = bench.person("ada");
    let (short, long) = (bench.consent(ada, HOUR), bench.consent(ada, HOUR * 3));
    let ended = bench.enrol(by(), (ada, short), &FACE).unwrap();
    bench.enrol(by(), (ada, long), &FACE).unwrap();
    assert!(bench.store.remove_expired_faces(later(HOUR / 2)).unwrap().is_empty());
    assert_eq!(bench.store.remove_expired_faces(later(HOUR)).unwrap(), [(ended, ada)]);
    assert_eq!(bench.gallery().len(), 1);
}

fn a_stored_template_cannot_be_moved_to_another(bench: &Bench) {
    let (ada, bob) = (bench.person("ada"), bench.person("bob"));
    let face = bench.enrol(by(), (ada, bench.consent(ada, HOUR)), &FACE).unwrap();
    for change in [format!("user_id = '{bob}'"), "template_sealed = template_sealed".to_owned()] {
        let refused = bench.sql(&format!("UPDATE faces SET {change} WHERE id = '{face}'")).unwrap_err();
        assert!(refused.to_string().contains("faces_are_fixed"), "{refused}");
    }
    // What no trigger watches, the seal does: a template said to come from another model does not open.
    bench.sql(&format!("UPDATE faces SET model_tag = {}", MODEL + 1)).unwrap();
    let opened =
        bench.store.gallery(MODEL + 1, |_| panic!("a template opened for a model that did not make it"));
    assert!(matches!(opened, Err(StoreError::Seal)));
}

fn a_template_comes_back_bit_for_bit(bench: &Bench) {
    let (ada, bob) = (bench.person("ada"), bench.person("bob"));
    bench.enrol(by(), (ada, bench.consent(ada, HOUR)), &FACE).unwrap();
    bench.enrol(by(), (bob, bench.consent(bob, HOUR)), &[1.0, 0.0, 0.0]).unwrap();
    assert_eq!(bench.gallery(), [(ada, FACE.to_vec()), (bob, vec![1.0, 0.0, 0.0])]);
    bench.store.gallery(MODEL + 1, |_| panic!("another model's templates are not asked for")).unwrap();
}

fn templates_are_read_by_their_ids_and_who_is_erased_is_missing(bench: &Bench) {
    let (ada, bob) = (bench.person("ada"), bench.person("bob"));
    let [of_ada, of_bob] = [(ada, FACE), (bob, [1.0, 0.0, 0.0])].map(|(user, template)| {
        bench.enrol(by(), (user, bench.consent(user, HOUR)), &template).unwrap();
        bench.store.faces(user).unwrap()[0].id
    });
    let read = |tag: u32| {
        let rows = bench.store.gallery_rows(&[of_bob, of_ada, FaceId(Uuid::now_v7())], tag).unwrap();
        rows.into_iter().map(|row| row.map(|row| (row.user, row.template.to_vec()))).collect::<Vec<_>>()
    };
    assert_eq!(bench.store.gallery_len(MODEL).unwrap(), 2);
    assert_eq!(read(MODEL), [Some((bob, vec![1.0, 0.0, 0.0])), Some((ada, FACE.to_vec())), None]);
    assert_eq!(read(MODEL + 1), [None, None, None], "another model's templates are not read");
    bench.store.erase_user(by(), ada).unwrap();
    assert_eq!(read(MODEL), [Some((bob, vec![1.0, 0.0, 0.0])), None, None]);
    assert_eq!(bench.store.gallery_len(MODEL).unwrap(), 1);
}

fn made_up_people_are_in_the_gallery_like_anybody(bench: &Bench) {
    let ids: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
    let person = |id: &Uuid| Synthetic {
        user: UserId(*id),
        consent: ConsentId(*id),
        face: FaceId(*id),
        template: FACE.to_vec(),
    };
    bench.store.add_synthetic(START, MODEL, &ids.iter().map(person).collect::<Vec<_>>()).unwrap();
    let mut found = bench.gallery();
    found.sort_by_key(|(user, _)| *user);
    assert_eq!(found, ids.iter().map(|id| (UserId(*id), FACE.to_vec())).collect::<Vec<_>>());
    bench.store.erase_user(by(), UserId(ids[0])).unwrap();
    assert_eq!(bench.gallery().len(), 2);
}

fn erasure_leaves_nothing_of_a_person(bench: &Bench) {
    let ada = bench.payer("ada", 500);
    bench.enrol(by(), (ada, bench.consent(ada, HOUR)), &FACE).unwrap();
    bench.store.set_pin(by(), ada, &Secret::new("hash".to_owned())).unwrap();
    bench.store.set_instrument(by(), ada, "wallet", &Secret::new("pm_1".to_owned())).unwrap();
    bench.store.erase_user(by(), ada).unwrap();
    assert!(matches!(bench.store.user(ada), Err(StoreError::NotFound("user"))));
    for table in [
        "users",
        "subject_keys",
        "consents",
        "faces",
        "look_alikes",
        "enrolments",
        "shadow_visits",
        "face_crops",
        "pins",
        "instruments",
    ] {
        let rows = bench.lines(&format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {table}"));
        assert_eq!(rows, ["0"], "{table}");
    }
    assert!(matches!(bench.store.erase_user(by(), ada), Err(StoreError::NotFound("user"))));
    // Who was erased can't come back under the same id.
    let profile = Profile { name: "ada".to_owned(), email: None };
    let again = bench.store.add_user(by(), &NewUser { id: ada, profile });
    assert!(matches!(again, Err(StoreError::NotFound("user"))));
    // The books stay, under an id that names nobody any more.
    assert_eq!(bench.holds(ada), (500, 500));
    bench.assert_sound();
}

fn a_consent_stays_as_it_was_given(bench: &Bench) {
    let ada = bench.person("ada");
    let consent = bench.consent(ada, Duration::from_secs(60));
    for change in ["expires_at = expires_at + 1", "given_at = 0", "text_sha256 = 'other'"] {
        assert!(bench.sql(&format!("UPDATE consents SET {change}")).is_err(), "{change}");
    }
    bench.store.withdraw_consent(by(), ada, consent).unwrap();
    assert!(bench.sql("UPDATE consents SET withdrawn_at = NULL").is_err());
}
