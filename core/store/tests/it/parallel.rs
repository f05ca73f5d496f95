//! Many at once: no money is spent twice, nobody waits in a circle, one of many claims wins.
use std::{sync::Barrier, thread, time::Duration};

use domain::limits::Limits;
use domain::operation::{Event, Kind};
use domain::{OperatorId, role::Role, user::Status};
use store::{Claim as KeyClaim, Store, StoreError, UserChange, seal::Key};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, MERCHANT, START, by, eur, fresh},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    fifty_reservations_at_once_never_overdraw,
    charges_at_once_keep_to_the_limits_together,
    sales_and_top_ups_at_once_all_end_well,
    one_of_many_claims_of_a_key_is_fresh,
    many_appliances_may_open_one_database_at_once,
    twenty_wrong_passwords_at_once_lock,
    changes_of_different_fields_at_once_all_hold,
];

/// Runs `work` on `n` threads that start together.
pub(crate) fn at_once<T: Send>(n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (gate, work) = (&Barrier::new(n), &work);
    thread::scope(|scope| {
        let start = |nth| {
            scope.spawn(move || {
                gate.wait();
                work(nth)
            })
        };
        let threads: Vec<_> = (0..n).map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn fifty_reservations_at_once_never_overdraw(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payments: Vec<_> = (0..50).map(|_| bench.identified(payer, eur(100))).collect();
    let results = at_once(50, |nth| bench.prepare(payments[nth], Kind::Sale, eur(100)));
    let reserved = results.iter().filter(|result| result.is_ok()).count();
    for refused in results.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, StoreError::InsufficientFunds { available: 0, asked: 100 }), "{refused}");
    }
    assert_eq!(reserved, 10);
    assert_eq!(bench.holds(payer), (1_000, 0));
    bench.assert_sound();
}

fn charges_at_once_keep_to_the_limits_together(bench: &Bench) {
    for (limits, allowed) in [
        (Limits { amount_max: 100, day_amount_max: 350, hour_count_max: 20 }, 3),
        (Limits { amount_max: 100, day_amount_max: 10_000, hour_count_max: 4 }, 4),
        (Limits { amount_max: 99, day_amount_max: 10_000, hour_count_max: 20 }, 0),
    ] {
        let payer = bench.payer(&format!("payer-{allowed}"), 10_000);
        let payments: Vec<_> = (0..12).map(|_| bench.identified(payer, eur(100))).collect();
        let results =
            at_once(12, |nth| bench.prepare_within(limits, payments[nth], (Kind::Sale, eur(100))).map(drop));
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), allowed, "{limits:?}");
        for refused in results.into_iter().filter_map(Result::err) {
            assert!(matches!(refused, StoreError::Limit(_)), "{refused}");
        }
    }
    bench.assert_sound();
}

fn sales_and_top_ups_at_once_all_end_well(bench: &Bench) {
    const SALES: usize = 5;
    let payers: Vec<_> = (0..8).map(|nth| bench.payer(&format!("payer-{nth}"), 1_000)).collect();
    at_once(16, |nth| {
        let payer = payers[nth / 2];
        for _ in 0..SALES {
            if nth % 2 == 0 {
                bench.fund(payer, 10).unwrap();
            } else {
                let payment = bench.identified(payer, eur(100));
                bench.operate(payment, Kind::Sale, eur(100), &[Event::Submitted, Event::Approved]);
            }
        }
    });
    for payer in payers {
        assert_eq!(bench.holds(payer), (550, 550));
    }
    assert_eq!(bench.holds(MERCHANT), (4_000, 4_000));
    bench.assert_sound();
    let (_, last) = bench.written();
    let seqs: Vec<i64> = bench.store.outbox(0, 500).unwrap().iter().map(|row| row.seq).collect();
    assert_eq!(seqs, (1..=last).collect::<Vec<_>>(), "messages are numbered without gaps");
}

fn one_of_many_claims_of_a_key_is_fresh(bench: &Bench) {
    let claims = at_once(20, |_| bench.store.claim("POST /transactions", "key", &[1; 32], by().at).unwrap());
    let fresh = claims.iter().filter(|claim| **claim == KeyClaim::Fresh).count();
    let waiting = claims.iter().filter(|claim| **claim == KeyClaim::InFlight).count();
    assert_eq!((fresh, waiting), (1, 19));
}

fn many_appliances_may_open_one_database_at_once(bench: &Bench) {
    for _ in 0..3 {
        let dir = TempDir::new().unwrap();
        let keys = dir.path().join("keys");
        let open = |url: &str, key: &Key| {
            Store::open(&url.parse().unwrap(), key.clone(), &keys).and_then(|store| store.ping())
        };
        let (url, key) = (fresh(bench.database, &dir, "one.db").unwrap(), Key::random());
        at_once(4, |_| open(&url, &key)).into_iter().for_each(|opened| opened.unwrap());
        // Of appliances with keys of their own one has the database, and the others are told.
        let url = fresh(bench.database, &dir, "other.db").unwrap();
        let keys = [(); 4].map(|()| Key::random());
        let opened = at_once(4, |nth| open(&url, &keys[nth]));
        assert_eq!(opened.iter().filter(|opened| opened.is_ok()).count(), 1);
        assert!(opened.iter().all(|opened| matches!(opened, Ok(()) | Err(StoreError::Seal))), "{opened:?}");
    }
}

fn twenty_wrong_passwords_at_once_lock(bench: &Bench) {
    let id = OperatorId(Uuid::now_v7());
    bench.store.add_operator(by(), id, "eve", Role::Admin, "hash").unwrap();
    let lockout = Duration::from_secs(300);
    at_once(20, |_| bench.store.note_failed_login(by(), id, 20, lockout).unwrap());
    let locked = bench.store.operator(id).unwrap();
    assert_eq!((locked.failed_logins, locked.locked_until), (20, Some(START.plus(lockout))));
}

fn changes_of_different_fields_at_once_all_hold(bench: &Bench) {
    let ada = bench.person("ada");
    let changes = [
        UserChange { name: Some("Ada L.".to_owned()), ..UserChange::default() },
        UserChange { email: Some("ada@example.org".to_owned()), ..UserChange::default() },
        UserChange { status: Some(Status::Blocked), ..UserChange::default() },
    ];
    at_once(3, |nth| bench.store.change_user(by(), ada, &changes[nth]).map(drop).unwrap());
    let changed = bench.store.user(ada).unwrap();
    assert_eq!((changed.profile.name.as_str(), changed.status), ("Ada L.", Status::Blocked));
    assert_eq!(changed.profile.email.as_deref(), Some("ada@example.org"));
}
