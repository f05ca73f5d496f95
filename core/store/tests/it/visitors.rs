//! A follower that holds only those whom its centre named to it: who is called back while an answer is under way does not come, who leaves is not
//! erased, and nobody is held of whom the centre would not tell.
use std::{collections::HashMap, time::Duration};

use domain::{
    FaceId, KeyId, UserId,
    operation::{Event, Kind},
    user::Status,
};
use store::{Feed, Holds, LookAlike, NamedPerson, Store, StoreError, UserChange};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, START, by, eur, later},
    claims,
    sync::key_at,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    whoever_is_named_is_here_and_nobody_else,
    who_is_gone_at_the_centre_is_gone_here_and_comes_back_by_no_answer,
    who_leaves_is_not_erased_and_may_come_back,
    who_pays_here_counts_as_having_come_then,
    a_double_at_the_centre_is_known_here_though_nobody_else_is,
    another_key_or_another_centre_keeps_nobody,
    whoever_held_everybody_begins_with_nobody_and_the_other_way_round,
];

const YEAR: Duration = Duration::from_secs(365 * 86_400);
const DAY: Duration = Duration::from_secs(86_400);
/// Among how many templates the centre found them.
const TEMPLATES: usize = 300_000_000;
/// Nobody is called back.
fn nothing() -> HashMap<UserId, i64> {
    HashMap::new()
}

/// A centre and a branch that holds those whom it has seen.
struct Site<'a> {
    centre: &'a Bench,
    branch: Bench,
    key: KeyId,
}

fn named(key: &str) -> Holds {
    Holds::Named { key_sha256: key.to_owned() }
}

fn of(lead: Option<f32>, users: &[UserId]) -> Vec<NamedPerson> {
    users.iter().map(|user| NamedPerson { user: *user, lead }).collect()
}

impl<'a> Site<'a> {
    fn new(centre: &'a Bench) -> Self {
        let site = Self { centre, branch: Bench::new(centre.database).unwrap(), key: key_at(centre) };
        assert!(site.store().take_up_holding(by(), &named("k")).unwrap().is_empty());
        site.follow();
        site
    }

    fn store(&self) -> &Store {
        &self.branch.store
    }

    /// Somebody who is enrolled at the centre.
    fn enrolled(&self, name: &str) -> (UserId, FaceId) {
        let user = self.centre.person(name);
        let consent = self.centre.consent(user, YEAR);
        (user, self.centre.enrol(by(), (user, consent), &[1.0, 0.0]).unwrap())
    }

    fn page(&self) -> Feed {
        let after = self.store().sync_position().unwrap().position;
        self.centre.store.feed_of_visitors(self.key, after, 50, START).unwrap()
    }

    fn follow(&self) {
        loop {
            let page = self.page();
            let (position, _) = self.store().copy_visitors(by(), &page).unwrap();
            if position.position == page.last {
                return;
            }
        }
    }

    fn answer(&self, users: &[UserId]) -> Feed {
        self.centre.store.tell_candidates(by(), self.key, users).unwrap()
    }

    fn take_in(&self, answer: &Feed, users: &[UserId]) -> Vec<UserId> {
        self.store().take_in(by(), (answer, TEMPLATES), &of(Some(0.3), users), &nothing()).unwrap()
    }

    fn visits(&self, users: &[UserId]) {
        assert_eq!(self.take_in(&self.answer(users), users), users);
    }

    fn is_here(&self, user: UserId) -> bool {
        self.store().user(user).is_ok()
    }
}

fn whoever_is_named_is_here_and_nobody_else(centre: &Bench) {
    let site = Site::new(centre);
    let ((ada, _), (bob, _)) = (site.enrolled("ada"), site.enrolled("bob"));
    site.follow();
    assert!(!site.is_here(ada) && !site.is_here(bob), "nobody was seen yet");
    site.visits(&[ada]);
    assert!(site.is_here(ada) && !site.is_here(bob));
    assert_eq!(site.branch.gallery().len(), 1);
    let known = site.store().visitors().unwrap();
    assert_eq!((known.templates, known.visits.len()), (TEMPLATES, 1));
    // Whoever is named and not described is nobody.
    assert!(site.take_in(&site.answer(&[]), &[bob]).is_empty());
    for (user, name) in [(ada, "Ada L"), (bob, "Bob B")] {
        let change = UserChange { name: Some(name.to_owned()), ..UserChange::default() };
        centre.store.change_user(by(), user, &change).unwrap();
    }
    site.follow();
    assert_eq!(site.store().user(ada).unwrap().profile.name, "Ada L");
    assert!(!site.is_here(bob));
    site.branch.assert_sound();
}

fn who_is_gone_at_the_centre_is_gone_here_and_comes_back_by_no_answer(centre: &Bench) {
    let site = Site::new(centre);
    let ((ada, _), (bob, _)) = (site.enrolled("ada"), site.enrolled("bob"));
    site.visits(&[ada]);
    centre.store.erase_user(by(), ada).unwrap();
    let change = UserChange { status: Some(Status::Blocked), ..UserChange::default() };
    let under_way = site.answer(&[bob]);
    centre.store.change_user(by(), bob, &change).unwrap();
    let page = site.page();
    let told: HashMap<UserId, i64> = page.changes.iter().map(|change| (change.user, change.seq)).collect();
    site.store().copy_visitors(by(), &page).unwrap();
    assert!(!site.is_here(ada) && site.branch.gallery().is_empty());
    let late = site.store().take_in(by(), (&under_way, TEMPLATES), &of(None, &[bob]), &told).unwrap();
    assert!(late.is_empty() && !site.is_here(bob), "blocked while the answer was under way");
    // Taken before the page came, the same answer is put right by it.
    assert_eq!(site.take_in(&under_way, &[bob]), [bob]);
    site.store().copy_visitors(by(), &page).unwrap();
    assert_eq!(site.store().user(bob).unwrap().status, Status::Blocked);
    // Whoever was held and erased is never copied again, whatever an answer says.
    let back = Feed {
        changes: under_way.changes.into_iter().map(|change| store::Change { user: ada, ..change }).collect(),
        ..site.answer(&[])
    };
    assert!(site.take_in(&back, &[ada]).is_empty() && !site.is_here(ada));
}

fn who_leaves_is_not_erased_and_may_come_back(centre: &Bench) {
    let site = Site::new(centre);
    let (ada, _) = site.enrolled("ada");
    site.visits(&[ada]);
    let before = site.store().outbox_last().unwrap();
    site.store().let_go(by(), &[ada]).unwrap();
    assert!(!site.is_here(ada) && site.branch.gallery().is_empty());
    assert!(site.store().visitors().unwrap().visits.is_empty());
    let told: Vec<String> =
        site.store().outbox(before, 10).unwrap().into_iter().map(|row| row.kind).collect();
    assert_eq!(told, ["face.retemplated"], "the gallery hears of it; nobody was erased");
    assert!(site.store().redo_erasures(by()).unwrap().is_empty());
    site.visits(&[ada]);
    assert_eq!(site.branch.gallery().len(), 1);
    site.branch.assert_sound();
}

fn who_pays_here_counts_as_having_come_then(centre: &Bench) {
    let site = Site::new(centre);
    let ((ada, _), (bob, _)) = (site.enrolled("ada"), site.enrolled("bob"));
    site.visits(&[ada, bob]);
    site.branch.fund(ada, 1_000).unwrap();
    let sale = site.branch.identified(ada, eur(300));
    site.branch.operate(sale, Kind::Sale, eur(300), &[Event::Submitted, Event::Approved]);
    assert!(!site.store().renew_stays(&[ada, bob]).unwrap(), "both came when she paid");
    site.branch.sql(&format!("UPDATE stays SET since = {}", START.minus(DAY).0)).unwrap();
    assert!(site.store().renew_stays(&[ada, bob]).unwrap());
    let since: HashMap<UserId, _> =
        site.store().visitors().unwrap().visits.iter().map(|visit| (visit.user, visit.since)).collect();
    assert!(since[&ada] >= START && since[&bob] == START.minus(DAY), "{since:?}");
    // What they spent here counts for whoever comes back.
    site.store().let_go(by(), &[ada]).unwrap();
    site.visits(&[ada]);
    let usage = site.store().usage(ada, "EUR".parse().unwrap(), later(Duration::ZERO).at).unwrap();
    assert_eq!(usage.day_amount, 300);
}

fn a_double_at_the_centre_is_known_here_though_nobody_else_is(centre: &Bench) {
    const LEAST: f32 = 0.1;
    let site = Site::new(centre);
    let ((ada, face), (bob, other_face)) = (site.enrolled("ada"), site.enrolled("bob"));
    for (lead, expected) in [
        (None, false),
        (Some(0.3), false),
        (Some(0.05), true),
        (Some(-0.2), true),
        (Some(f32::NAN), true),
        (Some(f32::INFINITY), true),
    ] {
        let answer = site.answer(&[ada]);
        let taken = site.store().take_in(by(), (&answer, TEMPLATES), &of(lead, &[ada]), &nothing());
        assert_eq!(taken.unwrap(), [ada]);
        assert_eq!(site.store().has_double_at_centre(ada, LEAST).unwrap(), expected, "{lead:?}");
    }
    assert!(!site.store().has_double_at_centre(bob, LEAST).unwrap(), "who is not here was not named");
    // As was found when they were enrolled; she is here already.
    site.visits(&[ada]);
    let pair = LookAlike { face, user: ada, other_face, other_user: bob, similarity: 0.6, found_at: START };
    centre.store.add_look_alikes(by(), &[pair]).unwrap();
    site.follow();
    assert!(!site.store().has_look_alike(ada, None).unwrap(), "he is not here");
    assert!(site.store().has_double_at_centre(ada, LEAST).unwrap());
    site.store().let_go(by(), &[ada]).unwrap();
    site.visits(&[ada]);
    assert!(site.store().has_double_at_centre(ada, LEAST).unwrap(), "nor for whoever comes later");
}

fn another_key_or_another_centre_keeps_nobody(centre: &Bench) {
    let site = Site::new(centre);
    let (ada, _) = site.enrolled("ada");
    site.visits(&[ada]);
    assert!(site.store().take_up_holding(by(), &named("k")).unwrap().is_empty());
    assert!(site.is_here(ada), "a start keeps whom the centre tells of");
    assert_eq!(site.store().take_up_holding(by(), &named("another")).unwrap(), [ada]);
    assert!(!site.is_here(ada));
    site.follow();
    assert!(!site.is_here(ada), "the feed alone brings nobody");
    site.visits(&[ada]);
    let anew = Feed { name: Uuid::new_v4().to_string(), ..site.page() };
    let (position, left) = site.store().copy_visitors(by(), &anew).unwrap();
    assert_eq!((position.position, left), (0, vec![ada]));
    assert!(!site.is_here(ada));
    assert!(site.take_in(&site.answer(&[ada]), &[ada]).is_empty(), "of the feed before");
    site.branch.assert_sound();
}

fn whoever_held_everybody_begins_with_nobody_and_the_other_way_round(centre: &Bench) {
    let (branch, key) = (Bench::new(centre.database).unwrap(), key_at(centre));
    let ada = centre.person("ada");
    let read = || {
        for _ in 0..2 {
            let after = branch.store.sync_position().unwrap().position;
            branch.store.copy(by(), &centre.store.feed(key, after, 50, START).unwrap()).unwrap();
        }
    };
    assert!(branch.store.take_up_holding(by(), &Holds::Everybody).unwrap().is_empty());
    read();
    assert!(branch.store.user(ada).is_ok());
    assert_eq!(branch.store.take_up_holding(by(), &named("k")).unwrap(), [ada]);
    assert!(matches!(branch.store.user(ada), Err(StoreError::NotFound(_))));
    assert!(branch.store.take_up_holding(by(), &Holds::Everybody).unwrap().is_empty());
    read();
    assert!(branch.store.user(ada).is_ok(), "the feed was read from its beginning");
    let known = branch.store.visitors().unwrap();
    assert!(known.visits.is_empty() && known.templates == 0);
}
