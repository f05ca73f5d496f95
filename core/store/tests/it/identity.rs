//! Identity checks: each has one verdict, what is attested is sealed and goes with its person, and one check carries one payment.
use std::time::Duration;

use domain::{
    IdentityCheckId, UserId,
    identity::{Assurance, Purpose, State, Unfit},
    step_up::Factor,
};
use store::{Attested, IdentityCheckRow, IdentityEnding, NewIdentityCheck, NewProof, StoreError};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, Database, START, by, later},
    claims,
    factors::{proof, waiting},
    parallel::at_once,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_check_has_one_verdict,
    of_many_at_once_no_more_begin_than_in_a_row,
    what_is_attested_is_sealed_and_goes_with_its_person,
    the_same_one_behind_two_people_is_found_for_each_provider,
    a_check_that_was_left_behind_is_unknown_and_may_still_end,
    a_check_carries_one_payment_of_its_person,
];

const NAME: &str = "a name on a document";

fn new(user: UserId, purpose: Purpose) -> NewIdentityCheck {
    NewIdentityCheck {
        id: IdentityCheckId(Uuid::now_v7()),
        user,
        provider: "office".to_owned(),
        kind: "card".to_owned(),
        purpose,
        attempt_ref: *Uuid::new_v4().as_bytes(),
        day_count_max: 10,
    }
}

fn ending(state: State) -> IdentityEnding {
    IdentityEnding { state, code: None, provider_ref: None, attested: None }
}

fn verified(reference_key: &str) -> IdentityEnding {
    let json = format!("{{\"name\":\"{NAME}\"}}").into_bytes().into();
    let reference_key = reference_key.to_owned();
    let attested = Attested { assurance: Assurance::Substantial, reference_key, json };
    IdentityEnding { attested: Some(attested), ..ending(State::Verified) }
}

fn checked(bench: &Bench, new: &NewIdentityCheck, reference_key: &str) -> IdentityCheckRow {
    bench.store.begin_identity_check(by(), new).unwrap();
    bench.store.end_identity_check(by(), new.id, &verified(reference_key)).unwrap()
}

fn is_conflict<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict(_)))
}

fn a_check_has_one_verdict(bench: &Bench) {
    let ada = bench.person("ada");
    let new = new(ada, Purpose::Enrolment);
    assert_eq!(bench.store.begin_identity_check(by(), &new).unwrap().state, State::Asked);
    assert!(is_conflict(bench.store.end_identity_check(by(), new.id, &ending(State::Verified))), "by nobody");
    bench.store.end_identity_check(by(), new.id, &ending(State::Pending)).unwrap();
    let row = bench.store.end_identity_check(by(), new.id, &verified("office-1")).unwrap();
    assert_eq!((row.state, row.assurance), (State::Verified, Some(Assurance::Substantial)));
    for late in [ending(State::Refused), ending(State::Unknown), verified("office-2")] {
        assert!(is_conflict(bench.store.end_identity_check(by(), new.id, &late)));
    }
    let found = bench.store.identity_check(new.id).unwrap();
    assert_eq!(found.attested.unwrap().as_slice(), row.attested.unwrap().as_slice());
    let nobody = self::new(UserId(Uuid::now_v7()), Purpose::Enrolment);
    assert!(matches!(bench.store.begin_identity_check(by(), &nobody), Err(StoreError::NotFound("user"))));
}

fn of_many_at_once_no_more_begin_than_in_a_row(bench: &Bench) {
    let ada = bench.person("ada");
    let begun = at_once(8, |_| {
        let new = NewIdentityCheck { day_count_max: 3, ..new(ada, Purpose::Enrolment) };
        bench.store.begin_identity_check(by(), &new).is_ok()
    });
    assert_eq!(begun.iter().filter(|begun| **begun).count(), 3);
    let next = NewIdentityCheck { day_count_max: 3, ..new(ada, Purpose::Enrolment) };
    assert!(is_conflict(bench.store.begin_identity_check(by(), &next)));
    let day = Duration::from_secs(24 * 3_600);
    bench.store.begin_identity_check(later(day), &next).unwrap();
}

fn what_is_attested_is_sealed_and_goes_with_its_person(bench: &Bench) {
    let (ada, bob) = (bench.person("ada"), bench.person("bob"));
    let new = new(ada, Purpose::Enrolment);
    checked(bench, &new, "office-1");
    let open = self::new(ada, Purpose::Enrolment);
    bench.store.begin_identity_check(by(), &open).unwrap();
    bench.store.keep_identity_check(by(), open.id, format!("{{\"n\":\"{NAME}\"}}").as_bytes()).unwrap();
    let kept = bench.store.identity_check(open.id).unwrap().kept.unwrap();
    assert!(String::from_utf8_lossy(&kept).contains(NAME));
    let hex = match bench.database {
        Database::Sqlite => "SELECT hex(COALESCE(attested_sealed, kept_sealed)) AS line FROM identity_checks",
        Database::Postgres => {
            "SELECT upper(encode(COALESCE(attested_sealed, kept_sealed), 'hex')) AS line FROM identity_checks"
        }
    };
    let (sealed, name) = (bench.lines(hex), hex::encode_upper(NAME));
    assert!(sealed.len() == 2 && sealed.iter().all(|row| row.len() > name.len() && !row.contains(&name)));
    assert_eq!(bench.store.identity_checks(ada, None, 10).unwrap().len(), 2);
    assert!(bench.store.identity_checks(bob, None, 10).unwrap().is_empty());
    bench.store.erase_user(by(), ada).unwrap();
    for id in [new.id, open.id] {
        assert!(matches!(bench.store.identity_check(id), Err(StoreError::NotFound(_))));
    }
}

fn the_same_one_behind_two_people_is_found_for_each_provider(bench: &Bench) {
    let (ada, bob, eve) = (bench.person("ada"), bench.person("bob"), bench.person("eve"));
    let first = new(ada, Purpose::Enrolment);
    assert!(!checked(bench, &first, "office-1").is_shared);
    assert!(!checked(bench, &new(ada, Purpose::Enrolment), "office-1").is_shared, "it is the same person");
    let elsewhere = NewIdentityCheck { provider: "town".to_owned(), ..new(eve, Purpose::Enrolment) };
    assert!(!checked(bench, &elsewhere, "office-1").is_shared, "another provider's keys are others");
    assert!(checked(bench, &new(bob, Purpose::Enrolment), "office-1").is_shared);
    assert!(bench.store.identity_check(first.id).unwrap().is_shared);

    let office = ["office".to_owned()];
    let known = |user, least| bench.store.is_identified(user, &office, least).unwrap();
    assert!(known(ada, Assurance::Low) && known(ada, Assurance::Substantial) && !known(ada, Assurance::High));
    assert!(!known(eve, Assurance::Low), "by another provider");
    assert!(!bench.store.is_identified(ada, &[], Assurance::Low).unwrap());
}

fn a_check_that_was_left_behind_is_unknown_and_may_still_end(bench: &Bench) {
    let ada = bench.person("ada");
    let (left, fresh) = (new(ada, Purpose::Enrolment), new(ada, Purpose::Enrolment));
    bench.store.begin_identity_check(by(), &left).unwrap();
    let minute = Duration::from_secs(60);
    bench.store.begin_identity_check(later(minute), &fresh).unwrap();
    bench.store.leave_identity_checks(later(minute), START.plus(Duration::from_secs(30))).unwrap();
    let state = |id| bench.store.identity_check(id).unwrap().state;
    assert_eq!((state(left.id), state(fresh.id)), (State::Unknown, State::Asked));
    bench.store.end_identity_check(later(minute), left.id, &verified("office-1")).unwrap();
    assert_eq!(state(left.id), State::Verified);
}

fn a_check_carries_one_payment_of_its_person(bench: &Bench) {
    let (ada, bob) = (bench.payer("ada", 1_000), bench.payer("bob", 1_000));
    checked(bench, &new(ada, Purpose::Enrolment), "office-1");
    let payment = waiting(bench, ada);
    let stepped_up = |transaction, check: IdentityCheckId| {
        let identity = Some((check, Assurance::Substantial));
        let proof = NewProof { factor: Factor::Identity, identity, ..proof(transaction) };
        bench.store.prove_step_up(by(), &proof).map(drop)
    };
    let (of_bob, strange) = (new(bob, Purpose::Payment), new(ada, Purpose::Payment));
    checked(bench, &of_bob, "office-1");
    assert!(matches!(stepped_up(payment, of_bob.id), Err(StoreError::NotFound(_))));
    checked(bench, &strange, "office-2");
    assert!(matches!(stepped_up(payment, strange.id), Err(StoreError::Identity(Unfit::NotPayer))));
    let good = new(ada, Purpose::Payment);
    checked(bench, &good, "office-1");
    let two = [payment, waiting(bench, ada)];
    let carried = at_once(2, |at| stepped_up(two[at], good.id));
    assert_eq!(carried.iter().filter(|result| result.is_ok()).count(), 1, "{carried:?}");
    let refused = carried.into_iter().find_map(Result::err).unwrap();
    assert!(matches!(refused, StoreError::Identity(Unfit::Used)), "{refused:?}");
    assert!(bench.store.identity_check(good.id).unwrap().used_at.is_some());
}
