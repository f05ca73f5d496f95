//! What must be true when every line is mended: all branches have what the centre has, and every payment is there once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::{Timestamp, UserId};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::{Store, TransactionFilter};

use super::MODEL;
use super::branch::Branch;
use super::centre::Centre;

/// Faces go at most a minute after their consent has run out.
const SWEPT_WITHIN: Duration = Duration::from_secs(90);

/// What is known of everybody.
pub(crate) struct Known<'a> {
    /// Who was erased.
    pub(crate) erased: &'a BTreeSet<UserId>,
    /// Whose consent runs out during the run or soon after it, and when.
    pub(crate) expiring: &'a BTreeMap<UserId, Timestamp>,
}

/// What must not be, in words.
pub(crate) fn verdict(centre: &Centre, branches: &[Branch], known: &Known<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let stores: Vec<Store> = branches.iter().map(|branch| branch.process.store()).collect();
    people_agree(&mut wrong, centre.store(), (branches, &stores), known);
    for (branch, store) in branches.iter().zip(&stores) {
        let place = format!("branch {}", branch.number);
        gone(&mut wrong, store, (&place, known.erased));
        sound(&mut wrong, store, &place);
    }
    gone(&mut wrong, centre.store(), ("the centre", known.erased));
    gone_from_tables(&mut wrong, centre, known.erased);
    sound(&mut wrong, centre.store(), "the centre");
    receipts(&mut wrong, centre, (branches, &stores));
    spent(&mut wrong, centre, (branches, &stores));
    wrong
}

/// Name, status, consents, templates and faces of one person.
type Has = (String, String, Vec<String>);

fn people(store: &Store) -> BTreeMap<UserId, Has> {
    let mut all = BTreeMap::new();
    let mut after = None;
    loop {
        let page = store.users(after, 200).unwrap();
        let Some(last) = page.last() else { return all };
        after = Some(last.id);
        for row in page {
            let mut has = Vec::new();
            for face in store.faces(row.id).unwrap() {
                has.push(format!("face {} {} {}", face.id, face.kind, face.consent));
            }
            for face in store.templates_of(row.id, MODEL).unwrap() {
                has.push(format!("template {:?}", face.template));
            }
            for consent in store.consents(row.id).unwrap() {
                has.push(format!("consent {:?}", consent.term));
            }
            all.insert(row.id, (row.profile.name, format!("{:?}", row.status), has));
        }
    }
}

fn people_agree(
    wrong: &mut Vec<String>,
    centre: &Store,
    (branches, stores): (&[Branch], &[Store]),
    known: &Known<'_>,
) {
    let expected = people(centre);
    for (branch, store) in branches.iter().zip(stores) {
        let found = people(store);
        for user in expected.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
            let (there, here) = (expected.get(user), found.get(user));
            let same = match known.expiring.get(user) {
                // Each takes such faces away by its own clock.
                Some(at) => fits(branch.skew_s, *at, (there, here)),
                None => there == here,
            };
            if !same {
                let number = branch.number;
                wrong.push(format!("branch {number}, {user}: {} instead of {}", told(here), told(there)));
            }
        }
    }
}

/// Whether somebody whose consent runs out at `at` has here what they should have by a clock that is off by `skew_s`: what the centre
/// took away is gone, what it has is here until it has run out here.
fn fits(skew_s: i64, at: Timestamp, (there, here): (Option<&Has>, Option<&Has>)) -> bool {
    let faces = |has: Option<&Has>| has.map(|(.., has)| has.iter().any(|one| one.starts_with("face")));
    let now = Timestamp(jiff::Timestamp::now().as_microsecond() + skew_s * 1_000_000);
    match (faces(there), faces(here)) {
        (Some(false), Some(here)) => !here,
        (Some(true), Some(here)) if now < at => here,
        (Some(true), Some(here)) => !here || now.since(at) < SWEPT_WITHIN,
        _ => false,
    }
}

fn told(has: Option<&Has>) -> String {
    match has {
        None => "nobody".to_owned(),
        Some((name, status, has)) => {
            let count = |kind: &str| has.iter().filter(|one| one.starts_with(kind)).count();
            format!("{name}, {status}, {} faces, {} consents", count("face"), count("consent"))
        }
    }
}

/// Nobody who was erased is anywhere.
fn gone(wrong: &mut Vec<String>, store: &Store, (place, erased): (&str, &BTreeSet<UserId>)) {
    for user in erased {
        let known = store.user(*user).is_ok();
        let faces = store.faces(*user).unwrap().len() + store.templates_of(*user, MODEL).unwrap().len();
        let consents = store.consents(*user).unwrap().len();
        if known || faces + consents > 0 {
            wrong.push(format!(
                "{place}: {user} was erased, and is there ({faces} faces, {consents} consents)"
            ));
        }
    }
}

/// The same by the tables themselves, where there is a server to ask.
fn gone_from_tables(wrong: &mut Vec<String>, centre: &Centre, erased: &BTreeSet<UserId>) {
    for (table, column) in
        [("users", "id"), ("subject_keys", "user_id"), ("faces", "user_id"), ("consents", "user_id")]
    {
        let there = centre.lines(&format!("SELECT {column} FROM {table}"));
        for user in erased.iter().filter(|user| there.contains(&user.to_string())) {
            wrong.push(format!("the centre: {user} was erased, and is in {table}"));
        }
    }
}

/// Its books add up, and its chain is in order and unbroken, whatever its clock did.
fn sound(wrong: &mut Vec<String>, store: &Store, place: &str) {
    if let Err(fault) = store.audit_verify().unwrap() {
        wrong.push(format!("{place}: the audit chain: {fault}"));
    }
    if let Err(fault) = store.ledger_verify().unwrap() {
        wrong.push(format!("{place}: the books: {fault}"));
    }
    if let Err(fault) = store.receipts_verify().unwrap() {
        wrong.push(format!("{place}: the receipts: {fault}"));
    }
}

/// Every payment that a till was told of is in its branch's books and at the centre, once, and nothing else is.
fn receipts(wrong: &mut Vec<String>, centre: &Centre, (branches, stores): (&[Branch], &[Store])) {
    let mut there = BTreeMap::<(String, String, String), usize>::new();
    let lines = centre.lines(
        "SELECT key_id || ' ' || transaction_id || ' ' || encode(sha256, 'hex') FROM follower_receipts",
    );
    for line in lines {
        let mut words = line.split(' ').map(str::to_owned);
        let mut next = || words.next().unwrap();
        *there.entry((next(), next(), next())).or_default() += 1;
    }
    let (mut told, mut signed) = (0, 0);
    for (branch, store) in branches.iter().zip(stores) {
        let mut booked = captured(store);
        for paid in &branch.paid {
            told += paid.minor;
            let (number, id) = (branch.number, &paid.transaction);
            if booked.remove(id) != Some(paid.minor) {
                wrong.push(format!("branch {number}: {id} was taken, and is not in its books"));
            }
            let Some(receipt) = store.receipt(id.parse().unwrap()).unwrap() else {
                wrong.push(format!("branch {number}: {id} has no receipt"));
                continue;
            };
            let said: Value = serde_json::from_slice(&receipt.receipt).unwrap();
            signed += said["amount"]["minor"].as_i64().unwrap_or_default();
            let key = (branch.key_id.clone(), id.clone(), hex::encode(Sha256::digest(&receipt.receipt)));
            match there.remove(&key) {
                Some(1) => {}
                found => {
                    wrong
                        .push(format!("branch {number}: {id} is at the centre {} times", found.unwrap_or(0)));
                }
            }
        }
        wrong.extend(
            booked.keys().map(|id| format!("branch {}: {id}, of which nobody was told", branch.number)),
        );
    }
    wrong.extend(there.keys().map(|receipt| format!("the centre has a receipt of nothing: {receipt:?}")));
    if told != signed {
        wrong.push(format!("{told} were paid, and {signed} are on receipts"));
    }
}

/// What was captured, by its id.
fn captured(store: &Store) -> BTreeMap<String, i64> {
    let (mut all, mut before) = (BTreeMap::new(), None);
    loop {
        let filter = TransactionFilter { before, limit: 200, ..TransactionFilter::default() };
        let page = store.transactions(&filter).unwrap();
        let Some(last) = page.last() else { return all };
        before = Some(last.id);
        let taken = page.iter().filter(|row| row.captured_minor > 0);
        all.extend(taken.map(|row| (row.id.to_string(), row.captured_minor)));
    }
}

/// What somebody spent counts everywhere, once.
fn spent(wrong: &mut Vec<String>, centre: &Centre, (branches, stores): (&[Branch], &[Store])) {
    let now = Timestamp(jiff::Timestamp::now().as_microsecond());
    let usage =
        |store: &Store, user: UserId| store.usage(user, "EUR".parse().unwrap(), now).unwrap().day_amount;
    for user in people(centre.store()).into_keys() {
        let paid: i64 = branches.iter().map(|branch| branch.sum_of(user)).sum();
        let mut check = |place: String, found: i64| {
            if found != paid {
                wrong.push(format!("{place}, {user}: {found} spent, and {paid} were paid"));
            }
        };
        check("the centre".to_owned(), usage(centre.store(), user));
        for (branch, store) in branches.iter().zip(stores) {
            check(format!("branch {}", branch.number), usage(store, user));
        }
    }
}
