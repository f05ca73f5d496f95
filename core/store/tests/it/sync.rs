//! Several appliances with the same people: who follows has what the centre has, nobody comes back, nothing counts twice.
use std::{collections::BTreeMap, time::Duration};

use domain::{
    KeyId, Secret, UserId,
    limits::Limits,
    operation::{Event, Kind},
    role::Role,
    user::Status,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use store::{
    Changed, DatabaseUrl, KeyBounds, NewApiKey, Retention, SignedReceipt, Store, StoreError, UserChange,
    seal::Key,
};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, MODEL, START, by, eur, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_follower_has_what_the_centre_has,
    what_is_gone_at_the_centre_is_gone_at_its_followers,
    a_page_that_comes_again_or_late_brings_nobody_back,
    a_centre_that_began_anew_is_read_from_its_beginning,
    a_restored_centre_gives_out_another_feed,
    what_ended_at_a_follower_stays_ended_and_is_in_nobodys_way,
    who_pays_at_followers_keeps_their_face,
    who_lost_their_face_to_a_clock_that_was_ahead_has_it_again,
    what_is_spent_anywhere_counts_everywhere,
    a_receipt_counts_once_and_only_by_its_appliances_signature,
    twenty_followers_agree_with_their_centre_whatever_the_network_does,
];

const DAY: Duration = Duration::from_secs(86_400);
const YEAR: Duration = Duration::from_secs(365 * 86_400);
const PAGE: u32 = 7;

pub(crate) fn key_at(centre: &Bench) -> KeyId {
    let id = KeyId(Uuid::now_v7());
    let sha256 = rand::random();
    let bounds = KeyBounds { certificate_sha256: Some([1; 32]), ..KeyBounds::default() };
    let name = "branch".to_owned();
    let key = NewApiKey { id, name, role: Role::Appliance, sha256, expires_at: None, bounds };
    centre.store.add_api_key(by(), &key).unwrap();
    id
}

/// Reads the feed to its end.
fn follow(follower: &Store, centre: &Store, key: KeyId) {
    loop {
        let at = follower.sync_position().unwrap();
        let feed = centre.feed(key, at.position, PAGE, START).unwrap();
        let (name, last) = (feed.name.clone(), feed.last);
        let reached = follower.copy(by(), &feed).unwrap();
        if reached.position == last && reached.feed == Some(name) {
            return;
        }
    }
}

/// Everybody's name, status, templates and providers.
fn people(store: &Store) -> BTreeMap<UserId, (String, Status, Vec<String>)> {
    let person = |row: store::UserRow| {
        let mut has: Vec<String> = Vec::new();
        let faces = store.faces(row.id).unwrap();
        has.extend(faces.iter().map(|face| format!("{} {} {}", face.id, face.kind, face.consent)));
        has.extend(
            store.templates_of(row.id, MODEL).unwrap().iter().map(|face| format!("{:?}", face.template)),
        );
        has.extend(store.consents(row.id).unwrap().iter().map(|consent| format!("{:?}", consent.term)));
        let token = store.instrument(row.id, "sim").unwrap();
        has.extend(token.map(|token| token.expose().clone()));
        (row.id, (row.profile.name, row.status, has))
    };
    store.users(None, 500).unwrap().into_iter().map(person).collect()
}

fn other(bench: &Bench) -> Bench {
    Bench::new(bench.database).unwrap()
}

fn a_follower_has_what_the_centre_has(centre: &Bench) {
    let (ada, bob) = (centre.person("ada"), centre.person("bob"));
    let consent = centre.consent(ada, YEAR);
    for n in 0..3 {
        let mut template = vec![0.0; 8];
        template[n] = 1.0;
        centre.enrol(by(), (ada, consent), &template).unwrap();
    }
    centre.store.set_instrument(by(), ada, "sim", &Secret::new("token".to_owned())).unwrap();
    centre.store.set_pin(by(), bob, &Secret::new("$argon2id$x".to_owned())).unwrap();
    let (branch, key) = (other(centre), key_at(centre));
    follow(&branch.store, &centre.store, key);
    assert_eq!(people(&branch.store), people(&centre.store));
    assert_eq!(branch.gallery().len(), 4, "three and their mean");
    assert_eq!(branch.store.own_people().unwrap(), 0);
    let has_pin = |user| branch.store.has_pin_at_centre(user).unwrap();
    assert!(has_pin(bob) && !has_pin(ada));
    assert!(!branch.store.has_pin(bob).unwrap(), "it stays where tries are counted");
    let change = UserChange { status: Some(Status::Blocked), name: Some("Ada L".to_owned()), email: None };
    centre.store.change_user(by(), ada, &change).unwrap();
    let third = centre.store.faces(ada).unwrap()[2].id;
    centre.store.remove_face(by(), ada, third).unwrap();
    centre.store.remove_instrument(by(), ada, "sim").unwrap();
    centre.store.remove_pin(by(), bob).unwrap();
    follow(&branch.store, &centre.store, key);
    assert_eq!(people(&branch.store), people(&centre.store));
    assert!(!has_pin(bob));
    let position = branch.store.sync_position().unwrap();
    follow(&branch.store, &centre.store, key);
    assert_eq!(branch.store.sync_position().unwrap(), position, "nothing new, nothing done");
    branch.assert_sound();
}

fn what_is_gone_at_the_centre_is_gone_at_its_followers(centre: &Bench) {
    let (ada, bob) = (centre.person("ada"), centre.person("bob"));
    let consents = [ada, bob].map(|user| (user, centre.consent(user, YEAR)));
    for enrolled in consents {
        centre.enrol(by(), enrolled, &[1.0, 0.0]).unwrap();
    }
    let (branch, key) = (other(centre), key_at(centre));
    let local = branch.person("local");
    follow(&branch.store, &centre.store, key);
    assert_eq!(branch.gallery().len(), 2);
    let before = branch.store.outbox_last().unwrap();
    centre.store.withdraw_consent(by(), bob, consents[1].1).unwrap();
    centre.store.erase_user(by(), ada).unwrap();
    follow(&branch.store, &centre.store, key);
    assert!(branch.gallery().is_empty());
    assert!(matches!(branch.store.user(ada), Err(StoreError::NotFound(_))));
    assert!(branch.store.user(local).is_ok(), "who is nobody's copy stays");
    let told: Vec<String> =
        branch.store.outbox(before, 100).unwrap().into_iter().map(|row| row.kind).collect();
    assert!(
        told.contains(&"user.erased".to_owned()) && told.contains(&"face.retemplated".to_owned()),
        "{told:?}"
    );
}

fn a_page_that_comes_again_or_late_brings_nobody_back(centre: &Bench) {
    let ada = centre.person("ada");
    let consent = centre.consent(ada, YEAR);
    centre.enrol(by(), (ada, consent), &[1.0, 0.0]).unwrap();
    let (branch, key) = (other(centre), key_at(centre));
    let late = centre.store.feed(key, 0, PAGE, START).unwrap();
    follow(&branch.store, &centre.store, key);
    branch.store.copy(by(), &late).unwrap();
    assert_eq!(branch.gallery().len(), 1);
    centre.store.erase_user(by(), ada).unwrap();
    follow(&branch.store, &centre.store, key);
    assert!(branch.store.redo_erasures(by()).unwrap().is_empty());
    let late = store::Feed { last: i64::MAX, ..late };
    branch.store.copy(by(), &late).unwrap();
    assert!(branch.gallery().is_empty() && branch.store.users(None, 10).unwrap().is_empty());
}

fn a_centre_that_began_anew_is_read_from_its_beginning(centre: &Bench) {
    let [ada, bob] = ["ada", "bob"].map(|name| centre.person(name));
    let (branch, key) = (other(centre), key_at(centre));
    follow(&branch.store, &centre.store, key);
    let anew = other(centre);
    let cid = anew.person("cid");
    let key = key_at(&anew);
    follow(&branch.store, &anew.store, key);
    let there: Vec<UserId> = people(&branch.store).into_keys().collect();
    assert_eq!(there, [cid], "{ada} and {bob} are not named any more");
}

fn a_restored_centre_gives_out_another_feed(centre: &Bench) {
    centre.person("ada");
    let (branch, key) = (other(centre), key_at(centre));
    follow(&branch.store, &centre.store, key);
    let dumped = tempfile::NamedTempFile::new().unwrap();
    let url: DatabaseUrl = centre.url.parse().unwrap();
    url.dump(dumped.path()).unwrap();
    let restored: DatabaseUrl = centre.empty_database().parse().unwrap();
    restored.load(dumped.path()).unwrap();
    restored.renew_feed().unwrap();
    let again = Store::open(&restored, Key::new(centre.secret), &centre.keys()).unwrap();
    let [before, after] = [&centre.store, &again].map(|store| store.feed(key, 0, PAGE, START).unwrap().name);
    assert_ne!(before, after);
}

fn what_ended_at_a_follower_stays_ended_and_is_in_nobodys_way(centre: &Bench) {
    let (ada, bob) = (centre.person("ada"), centre.person("bob"));
    let consent = centre.consent(ada, YEAR);
    centre.enrol(by(), (ada, consent), &[1.0, 0.0]).unwrap();
    let (branch, key) = (other(centre), key_at(centre));
    follow(&branch.store, &centre.store, key);
    branch.store.withdraw_consent(by(), ada, consent).unwrap();
    let renamed = UserChange { name: Some("Ada L".to_owned()), ..UserChange::default() };
    centre.store.change_user(by(), ada, &renamed).unwrap();
    centre.store.erase_user(by(), bob).unwrap();
    follow(&branch.store, &centre.store, key);
    assert!(branch.gallery().is_empty());
    assert_eq!(branch.store.user(ada).unwrap().profile.name, "Ada L");
    assert!(branch.store.user(bob).is_err());
}

fn who_pays_at_followers_keeps_their_face(centre: &Bench) {
    let ada = centre.person("ada");
    let consent = centre.consent(ada, 4 * YEAR);
    centre.enrol(by(), (ada, consent), &[1.0, 0.0]).unwrap();
    let (branch, key) = (other(centre), key_at(centre));
    follow(&branch.store, &centre.store, key);
    branch.fund(ada, 5_000).unwrap();
    pay(&branch, ada, 100).unwrap();
    hand_over(&branch.store, &centre.store, key, true);
    let retention = Retention { keep: DAY, notice: Duration::ZERO };
    let told = || centre.store.retire_inactive(later(2 * DAY), retention).unwrap().noticed;
    // As if it had been a day later.
    centre.sql(&format!("UPDATE paid_elsewhere SET paid_at = {}", START.plus(DAY + DAY / 2).0)).unwrap();
    assert!(told().is_empty());
    centre.sql(&format!("UPDATE paid_elsewhere SET paid_at = {}", START.0)).unwrap();
    assert_eq!(told(), [ada]);
}

fn who_lost_their_face_to_a_clock_that_was_ahead_has_it_again(centre: &Bench) {
    let (ada, bob) = (centre.person("ada"), centre.person("bob"));
    for (user, lasts) in [(ada, DAY), (bob, 3 * YEAR)] {
        let consent = centre.consent(user, lasts);
        centre.enrol(by(), (user, consent), &[1.0, 0.0]).unwrap();
    }
    let (branch, key) = (other(centre), key_at(centre));
    follow(&branch.store, &centre.store, key);
    let sweep = |after: Duration| {
        let removed = branch.store.remove_expired_faces(later(after)).unwrap();
        let users: Vec<UserId> = removed.into_iter().map(|(_, user)| user).collect();
        (users.clone(), branch.store.copies_ran_out(START.plus(after), &users).unwrap())
    };
    assert_eq!(sweep(YEAR), (vec![ada], false));
    assert_eq!(sweep(2 * DAY), (vec![], false), "it has run out by this clock, too");
    follow(&branch.store, &centre.store, key);
    assert_eq!(branch.gallery().len(), 1, "nobody changed");
    assert_eq!(sweep(DAY / 2), (vec![], true));
    follow(&branch.store, &centre.store, key);
    assert_eq!(people(&branch.store), people(&centre.store));
    assert_eq!(sweep(DAY / 2), (vec![], false));
}

const LIMITS: Limits = Limits { amount_max: 1_000, day_amount_max: 1_000, hour_count_max: 100 };

/// Charges and captures; the wallet is this appliance's own.
fn pay(bench: &Bench, user: UserId, minor: i64) -> Result<(), StoreError> {
    let payment = bench.identified(user, eur(minor));
    let prepared = bench.prepare_within(LIMITS, payment, (Kind::Sale, eur(minor)))?;
    for event in [Event::Submitted, Event::Approved] {
        bench.settle(prepared.operation.id, event)?;
    }
    Ok(())
}

/// Hands over what the centre has not got yet; `arrives` says whether the answer comes back.
fn hand_over(branch: &Store, centre: &Store, key: KeyId, arrives: bool) {
    let unsent = branch.unsent_receipts(100).unwrap();
    let receipts: Vec<SignedReceipt> = unsent.iter().map(|(_, signed)| signed.clone()).collect();
    if receipts.is_empty() {
        return;
    }
    centre.take_receipts(by(), key, &receipts).unwrap();
    if arrives {
        branch.receipts_sent(unsent.into_iter().map(|(id, _)| id).collect()).unwrap();
    }
}

fn spent(store: &Store, user: UserId) -> (i64, u32) {
    let usage = store.usage(user, "EUR".parse().unwrap(), START).unwrap();
    (usage.day_amount, usage.hour_count)
}

fn what_is_spent_anywhere_counts_everywhere(centre: &Bench) {
    let ada = centre.payer("ada", 5_000);
    let (a, b) = (other(centre), other(centre));
    let keys = [key_at(centre), key_at(centre)];
    for (branch, key) in [(&a, keys[0]), (&b, keys[1])] {
        follow(&branch.store, &centre.store, key);
        branch.fund(ada, 5_000).unwrap();
    }
    pay(centre, ada, 100).unwrap();
    pay(&a, ada, 200).unwrap();
    pay(&b, ada, 300).unwrap();
    for (branch, key) in [(&a, keys[0]), (&b, keys[1])] {
        hand_over(&branch.store, &centre.store, key, true);
    }
    assert_eq!(spent(&centre.store, ada), (600, 3));
    for (branch, key) in [(&a, keys[0]), (&b, keys[1])] {
        follow(&branch.store, &centre.store, key);
        assert_eq!(spent(&branch.store, ada), (600, 3));
        assert_eq!(branch.store.sync_position().unwrap().unsent, 0);
    }
    let refused = pay(&a, ada, 401);
    assert!(matches!(refused, Err(StoreError::Limit(_))), "{refused:?}");
    pay(&a, ada, 400).unwrap();
}

fn a_receipt_counts_once_and_only_by_its_appliances_signature(centre: &Bench) {
    let ada = centre.payer("ada", 5_000);
    let (a, b) = (other(centre), other(centre));
    let (key, other_key) = (key_at(centre), key_at(centre));
    for (branch, key) in [(&a, key), (&b, other_key)] {
        follow(&branch.store, &centre.store, key);
        branch.fund(ada, 5_000).unwrap();
        pay(branch, ada, 100).unwrap();
    }
    hand_over(&a.store, &centre.store, key, false);
    hand_over(&a.store, &centre.store, key, true);
    assert_eq!(spent(&centre.store, ada), (100, 1));
    let [(_, theirs)] = &b.store.unsent_receipts(10).unwrap()[..] else { panic!("one is waiting") };
    let mut changed = theirs.clone();
    changed.receipt = String::from_utf8(changed.receipt).unwrap().replace("100", "900").into_bytes();
    for (from, handed) in [(key, theirs.clone()), (other_key, changed)] {
        let taken = centre.store.take_receipts(by(), from, &[handed]).unwrap();
        assert_eq!((taken.new, taken.refused.len()), (0, 1), "{taken:?}");
    }
    assert_eq!(spent(&centre.store, ada), (100, 1));
    hand_over(&b.store, &centre.store, other_key, true);
    assert_eq!(spent(&centre.store, ada), (200, 2));
    let followers = centre.store.followers().unwrap();
    // The same receipt under another key of the interface, as after a key was replaced.
    let replaced = key_at(centre);
    assert_eq!(centre.store.take_receipts(by(), replaced, std::slice::from_ref(theirs)).unwrap().new, 0);
    let receipts: Vec<i64> = followers.iter().map(|follower| follower.receipts).collect();
    assert_eq!(receipts, [1, 1]);
}

/// Changes, payments, lost answers, lost pages and erasures in an order that a seed says.
fn twenty_followers_agree_with_their_centre_whatever_the_network_does(centre: &Bench) {
    const FOLLOWERS: usize = 20;
    let seed: u64 = rand::random();
    let mut rng = StdRng::seed_from_u64(seed);
    let branches: Vec<(Bench, KeyId)> = (0..FOLLOWERS).map(|_| (other(centre), key_at(centre))).collect();
    let mut alive: Vec<UserId> = Vec::new();
    let mut paid = BTreeMap::<UserId, i64>::new();
    for step in 0..150 {
        let (branch, key) = branches.choose(&mut rng).unwrap();
        match (rng.random_range(0..10), alive.choose(&mut rng).copied()) {
            (0..=2, _) | (_, None) => {
                let user = centre.person(&format!("p{step}"));
                let consent = centre.consent(user, YEAR);
                centre.enrol(by(), (user, consent), &[1.0, step as f32]).unwrap();
                alive.push(user);
            }
            (3, Some(user)) => {
                centre.store.erase_user(by(), user).unwrap();
                alive.retain(|one| *one != user);
            }
            (4..=6, Some(user)) if branch.store.user(user).is_ok() => {
                let _ = branch.fund(user, 10);
                pay(branch, user, 10).unwrap();
                *paid.entry(user).or_default() += 10;
            }
            (7, _) => hand_over(&branch.store, &centre.store, *key, rng.random()),
            // A page, or the same one twice.
            _ => {
                let at = branch.store.sync_position().unwrap();
                let feed = centre.store.feed(*key, at.position, PAGE, START).unwrap();
                branch.store.copy(by(), &feed).unwrap();
                branch.store.copy(by(), &feed).unwrap();
            }
        }
    }
    for (branch, key) in &branches {
        hand_over(&branch.store, &centre.store, *key, true);
    }
    let expected = people(&centre.store);
    assert_eq!(expected.len(), alive.len());
    for (branch, key) in &branches {
        follow(&branch.store, &centre.store, *key);
        assert_eq!(people(&branch.store), expected, "seed {seed}");
        for user in &alive {
            let everywhere = paid.get(user).copied().unwrap_or_default();
            assert_eq!(spent(&branch.store, *user).0, everywhere, "seed {seed}");
        }
        branch.assert_sound();
    }
    let feed = centre.store.feed(branches[0].1, 0, 500, START).unwrap();
    let gone = feed.changes.iter().filter(|change| matches!(change.what, Changed::Person(None))).count();
    assert!(feed.changes.len() <= 2 * (alive.len() + gone), "it is no longer than there were people");
}
