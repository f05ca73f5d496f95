//! How long face data is kept of people who do not come any more.
use std::time::Duration;

use domain::UserId;
use store::{Retention, Retired};

use crate::{
    Claim,
    bench::{Bench, START, by, eur, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    face_data_goes_after_a_notice_and_the_person_stays,
    who_pays_or_consents_after_the_notice_starts_anew,
    a_late_notice_is_a_whole_one,
    who_has_no_face_data_is_told_nothing,
];

const DAY: Duration = Duration::from_secs(86_400);
const RULE: Retention =
    Retention { keep: Duration::from_secs(100 * 86_400), notice: Duration::from_secs(10 * 86_400) };
const FACE: [f32; 2] = [0.6, 0.8];

fn enrolled(bench: &Bench, name: &str) -> UserId {
    let user = bench.person(name);
    bench.enrol(by(), (user, bench.consent(user, DAY * 1_000)), &FACE).unwrap();
    user
}

fn on_day(bench: &Bench, day: u32) -> Retired {
    bench.store.retire_inactive(later(DAY * day), RULE).unwrap()
}

fn nobody() -> Retired {
    Retired::default()
}

fn told(user: UserId) -> Retired {
    Retired { noticed: vec![user], retired: Vec::new() }
}

fn retired(user: UserId) -> Retired {
    Retired { noticed: Vec::new(), retired: vec![user] }
}

fn face_data_goes_after_a_notice_and_the_person_stays(bench: &Bench) {
    let ada = enrolled(bench, "ada");
    assert_eq!(on_day(bench, 89), nobody());
    assert_eq!(on_day(bench, 90), told(ada));
    let event = bench.store.outbox(bench.store.outbox_last().unwrap() - 1, 1).unwrap();
    assert_eq!(event[0].kind, "user.retention_notice");
    let ends = START.plus(DAY * 100).0;
    assert_eq!(event[0].payload, format!("{{\"user\":\"{ada}\",\"ends_at_micros\":{ends}}}"));
    assert_eq!(on_day(bench, 99), nobody(), "once is enough, and the time is not over");
    assert_eq!(bench.gallery().len(), 1);
    assert_eq!(on_day(bench, 100), retired(ada));
    assert!(bench.store.faces(ada).unwrap().is_empty() && bench.gallery().is_empty());
    assert!(bench.store.consents(ada).unwrap().iter().all(|consent| consent.term.withdrawn_at.is_some()));
    assert_eq!(bench.store.user(ada).unwrap().profile.name, "ada");
    assert_eq!(on_day(bench, 200), nobody());
    bench.assert_sound();
}

fn who_pays_or_consents_after_the_notice_starts_anew(bench: &Bench) {
    let ada = enrolled(bench, "ada");
    assert_eq!(on_day(bench, 90), told(ada));
    // The bench pays at the beginning of time; it is moved to day 95.
    let payment = bench.identified(ada, eur(1));
    let paid = START.plus(DAY * 95).0;
    bench.sql(&format!("UPDATE transactions SET created_at = {paid} WHERE id = '{payment}'")).unwrap();
    assert_eq!(on_day(bench, 100), nobody());
    assert_eq!(on_day(bench, 184), nobody());
    assert_eq!(on_day(bench, 185), told(ada), "told again, for the new time");
    assert_eq!(on_day(bench, 195), retired(ada));
}

fn a_late_notice_is_a_whole_one(bench: &Bench) {
    let ada = enrolled(bench, "ada");
    // Nobody looked for a year: the appliance was off, or is new to this rule.
    assert_eq!(on_day(bench, 365), told(ada));
    assert_eq!(on_day(bench, 374), nobody());
    assert_eq!(on_day(bench, 375), retired(ada));
}

fn who_has_no_face_data_is_told_nothing(bench: &Bench) {
    bench.person("ada");
    assert_eq!(on_day(bench, 1_000), nobody());
}
