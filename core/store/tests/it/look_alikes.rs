//! People who look alike, and how alike this site's people are.
use std::time::Duration;

use domain::threshold::Scores;
use domain::{FaceId, UserId};
use store::{Calibration, LookAlike};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, MODEL, START, by, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_pair_is_kept_once_from_whichever_side_it_is_found,
    a_pair_goes_with_either_face_consent_or_person,
    a_pair_with_a_face_that_is_gone_is_left_out,
    what_was_measured_comes_back_and_is_forgotten,
    only_faces_whose_people_agreed_to_it_are_measured_with,
];

const HOUR: Duration = Duration::from_secs(3_600);

/// A person with a face.
fn enrolled(bench: &Bench, name: &str) -> (UserId, FaceId) {
    let user = bench.person(name);
    (user, bench.enrol(by(), (user, bench.consent(user, HOUR)), &[1.0, 0.0]).unwrap())
}

fn pair(one: (UserId, FaceId), other: (UserId, FaceId)) -> LookAlike {
    LookAlike {
        face: one.1,
        user: one.0,
        other_face: other.1,
        other_user: other.0,
        similarity: 0.75,
        found_at: START,
    }
}

fn a_pair_is_kept_once_from_whichever_side_it_is_found(bench: &Bench) {
    let (ada, bob, cyd) = (enrolled(bench, "ada"), enrolled(bench, "bob"), enrolled(bench, "cyd"));
    assert_eq!(bench.store.add_look_alikes(by(), &[pair(ada, bob)]).unwrap(), 1);
    assert_eq!(bench.store.add_look_alikes(by(), &[pair(bob, ada), pair(ada, bob)]).unwrap(), 0);
    for (person, expected) in [(ada, true), (bob, true), (cyd, false)] {
        assert_eq!(bench.store.has_look_alike(person.0, None).unwrap(), expected);
        assert_eq!(bench.store.has_look_alike(person.0, Some(MODEL)).unwrap(), expected);
        assert!(!bench.store.has_look_alike(person.0, Some(MODEL + 1)).unwrap(), "to another recogniser");
        assert_eq!(bench.store.look_alikes(Some(person.0)).unwrap().len(), usize::from(expected));
    }
    assert_eq!(bench.store.look_alikes(None).unwrap(), [pair(ada, bob)]);
    bench.assert_sound();
}

fn a_pair_goes_with_either_face_consent_or_person(bench: &Bench) {
    type End = fn(&Bench, (UserId, FaceId));
    let ends: [End; 4] = [
        |bench, (user, face)| bench.store.remove_face(by(), user, face).unwrap(),
        |bench, (user, face)| {
            let consent = bench.store.face(face).unwrap().consent;
            bench.store.withdraw_consent(by(), user, consent).unwrap();
        },
        |bench, (user, _)| bench.store.erase_user(by(), user).unwrap(),
        |bench, _| drop(bench.store.remove_expired_faces(later(HOUR)).unwrap()),
    ];
    for (index, end) in ends.into_iter().enumerate() {
        for first in [true, false] {
            let [ada, bob] = ["ada", "bob"].map(|name| enrolled(bench, &format!("{name}{index}{first}")));
            bench.store.add_look_alikes(by(), &[pair(ada, bob)]).unwrap();
            end(bench, if first { ada } else { bob });
            assert!(!bench.store.has_look_alike(ada.0, None).unwrap(), "{index}");
            assert!(!bench.store.has_look_alike(bob.0, None).unwrap(), "{index}");
            let rows = bench.lines("SELECT CAST(COUNT(*) AS TEXT) AS line FROM look_alikes");
            assert_eq!(rows, ["0"], "{index}");
        }
    }
}

fn a_pair_with_a_face_that_is_gone_is_left_out(bench: &Bench) {
    let (ada, bob) = (enrolled(bench, "ada"), enrolled(bench, "bob"));
    let gone = (bob.0, FaceId(Uuid::now_v7()));
    assert_eq!(bench.store.add_look_alikes(by(), &[pair(ada, gone), pair(ada, bob)]).unwrap(), 1);
}

fn what_was_measured_comes_back_and_is_forgotten(bench: &Bench) {
    assert_eq!(bench.store.calibration(MODEL).unwrap(), None);
    assert!(!bench.store.forget_calibrations(by()).unwrap(), "there is nothing");
    for people in [300, 400] {
        let mut scores = Scores::default();
        [0.1, 0.2, 0.2].into_iter().for_each(|similarity| scores.add(similarity));
        let measured = Calibration { model_tag: MODEL, people, scores, measured_at: START };
        bench.store.set_calibration(by(), &measured).unwrap();
        assert_eq!(bench.store.calibration(MODEL).unwrap(), Some(measured));
    }
    assert_eq!(bench.store.calibration(MODEL + 1).unwrap(), None, "each recogniser has its own");
    assert!(bench.store.forget_calibrations(by()).unwrap());
    assert_eq!(bench.store.calibration(MODEL).unwrap(), None);
    bench.assert_sound();
}

fn only_faces_whose_people_agreed_to_it_are_measured_with(bench: &Bench) {
    let (_, face) = enrolled(bench, "ada");
    let (bob, withdrawn) = enrolled(bench, "bob");
    let consent = bench.store.face(withdrawn).unwrap().consent;
    let version = bench.store.consent(consent).unwrap().text_version;
    bench.store.withdraw_consent(by(), bob, consent).unwrap();
    let agreed = |tag, version: &str, at| bench.store.faces_agreed(tag, &[version.to_owned()], at).unwrap();
    assert_eq!(agreed(MODEL, &version, START), [face]);
    for (tag, version, at) in
        [(MODEL + 1, version.as_str(), START), (MODEL, "another", START), (MODEL, &version, START.plus(HOUR))]
    {
        assert!(agreed(tag, version, at).is_empty(), "{tag} {version}");
    }
    assert_eq!(bench.store.face_count(MODEL).unwrap(), 1);
}
