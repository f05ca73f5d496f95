//! Looking people up: what the index finds is what a comparison with everybody finds, who is gone isn't found, and a database without
//! the extension says so.
use std::{
    collections::HashMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    ConsentId, FaceId, KeyId, UserId,
    operation::{Event, Kind},
    user::Status,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use store::{
    Candidate, Changed, DatabaseUrl, Filled, Store, StoreError, Synthetic, UserChange, VectorSupport,
};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, MODEL, START, by, eur, later},
    claims,
    servers::Postgres,
    sync::key_at,
};

/// On every database as it comes.
pub(crate) const ON_BOTH: &[Claim] =
    claims![a_database_without_the_extension_says_so_and_looks_nobody_up, a_feed_of_visitors_has_nobody_else];

/// A claim's name and its proof on a PostgreSQL with pgvector.
pub(crate) const CLAIMS: &[Claim] = claims![
    the_index_finds_whom_a_comparison_with_everybody_finds,
    who_is_gone_blocked_or_replaced_is_found_by_nobody_from_the_same_commit_on,
    what_lies_in_the_table_is_no_template,
    the_table_is_made_filled_dropped_and_made_anew,
    two_appliances_fill_one_table_side_by_side,
    who_was_named_is_told_of_from_then_on_and_counted,
];

const YEAR: Duration = Duration::from_secs(365 * 86_400);
const DIM: usize = 128;

/// A store on a PostgreSQL with pgvector; or why there is none.
pub(crate) fn bench() -> Result<Bench, String> {
    let counterparts = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../counterparts");
    Bench::at(&Postgres::with_vectors(&counterparts)?.database())
}

fn unit(values: Vec<f32>) -> Vec<f32> {
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    values.into_iter().map(|value| value / length).collect()
}

/// As normally distributed as is needed here.
fn noise(rng: &mut StdRng) -> Vec<f32> {
    unit((0..DIM).map(|_| (0..6).map(|_| rng.random::<f32>() - 0.5).sum()).collect())
}

fn mixed(parts: &[(f32, &[f32])]) -> Vec<f32> {
    unit((0..DIM).map(|n| parts.iter().map(|(share, part)| share * part[n]).sum()).collect())
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A template of the middle of one face, as another picture gives it: some 0.7 like the first.
fn picture(rng: &mut StdRng, face: &[f32]) -> Vec<f32> {
    mixed(&[(1.0, face), (0.65, &noise(rng)[..])])
}

/// People as a recogniser sees them: all a little alike, and more so within one of some groups.
fn faces(rng: &mut StdRng, people: usize) -> Vec<Vec<f32>> {
    let all = noise(rng);
    let groups: Vec<Vec<f32>> = (0..12).map(|_| noise(rng)).collect();
    (0..people)
        .map(|n| mixed(&[(0.25, &all[..]), (0.45, &groups[n % 12][..]), (1.0, &noise(rng)[..])]))
        .collect()
}

fn stored(bench: &Bench, templates: &[Vec<f32>]) -> Vec<UserId> {
    let person = |template: &Vec<f32>| Synthetic {
        user: UserId(Uuid::now_v7()),
        consent: ConsentId(Uuid::now_v7()),
        face: FaceId(Uuid::now_v7()),
        template: template.clone(),
    };
    let people: Vec<Synthetic> = templates.iter().map(person).collect();
    bench.store.add_synthetic(START, MODEL, &people).unwrap();
    people.into_iter().map(|person| person.user).collect()
}

fn fill(store: &Store) {
    while store.fill_vectors().unwrap().more {}
}

fn found(store: &Store, probe: &[f32]) -> Vec<Candidate> {
    store.look_up(probe, MODEL, START).unwrap().unwrap()
}

fn finds(store: &Store, probe: &[f32], user: UserId) -> bool {
    found(store, probe).iter().any(|one| one.user == user)
}

fn the_index_finds_whom_a_comparison_with_everybody_finds(bench: &Bench) {
    const PEOPLE: usize = 3_000;
    const PROBES: usize = 600;
    let mut rng = StdRng::seed_from_u64(20_261_130);
    let faces = faces(&mut rng, PEOPLE);
    let templates: Vec<Vec<f32>> = faces.iter().map(|face| picture(&mut rng, face)).collect();
    let people = stored(bench, &templates);
    bench.store.keep_vectors(MODEL, DIM).unwrap();
    fill(&bench.store);
    assert_eq!(bench.store.vector_count().unwrap(), Some(PEOPLE as i64));
    let place: HashMap<UserId, usize> = people.iter().enumerate().map(|(n, user)| (*user, n)).collect();
    let (mut same, mut within, mut likeness) = (0, 0, Vec::new());
    for n in 0..PROBES {
        // One in four is a stranger, for whom the nearest is hardest to find.
        let probe = match n % 4 {
            0 => noise(&mut rng),
            _ => picture(&mut rng, &faces[n * 5]),
        };
        let all: Vec<f32> = templates.iter().map(|template| dot(template, &probe)).collect();
        let best = (0..PEOPLE).max_by(|a, b| all[*a].total_cmp(&all[*b])).unwrap();
        let found = found(&bench.store, &probe);
        assert!(found.len() >= 100, "{}", found.len());
        same += usize::from(found[0].user == people[best]);
        within += usize::from(found.iter().take(5).any(|one| one.user == people[best]));
        likeness.push(all[best]);
        // What is found is compared anew: to the last bit, in order.
        for one in &found {
            assert_eq!(one.similarity.to_bits(), all[place[&one.user]].to_bits());
        }
        assert!(found.is_sorted_by(|a, b| a.similarity >= b.similarity));
    }
    likeness.sort_by(f32::total_cmp);
    println!(
        "{PEOPLE} people, {PROBES} look-ups: the best is the best of all in {same}, among five in {within}; the best are {:.2} alike in the median",
        likeness[PROBES / 2]
    );
    // The server tells of it some seconds later.
    let scans =
        "SELECT idx_scan::text AS line FROM pg_stat_user_indexes WHERE indexrelname = 'face_vectors_near'";
    let began = Instant::now();
    while bench.lines(scans)[0].parse::<usize>().unwrap() < PROBES {
        assert!(began.elapsed() < Duration::from_secs(30), "the index was not used");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(same * 100 >= PROBES * 99, "recall at 1 is {same} of {PROBES}");
}

fn who_is_gone_blocked_or_replaced_is_found_by_nobody_from_the_same_commit_on(bench: &Bench) {
    let store = &bench.store;
    let [ada, bob, eve] = ["ada", "bob", "eve"].map(|name| bench.person(name));
    let [a, b, e] = [0, 1, 2].map(|at| {
        let mut template = vec![0.0; 8];
        template[at] = 1.0;
        template
    });
    let consents = [ada, bob, eve].map(|user| bench.consent(user, YEAR));
    bench.enrol(by(), (ada, consents[0]), &a).unwrap();
    bench.enrol(by(), (bob, consents[1]), &b).unwrap();
    let first = bench.enrol(by(), (eve, consents[2]), &e).unwrap();
    store.keep_vectors(MODEL, 8).unwrap();
    fill(store);
    assert!(finds(store, &a, ada) && finds(store, &b, bob) && finds(store, &e, eve));
    let rows = |user: UserId| {
        let sql = format!("SELECT count(*)::text AS line FROM face_vectors WHERE user_id = '{user}'");
        bench.lines(&sql)[0].parse::<usize>().unwrap()
    };
    assert_eq!(rows(ada), 1);
    store.erase_user(by(), ada).unwrap();
    assert_eq!(rows(ada), 0);
    assert!(!finds(store, &a, ada));

    let set = |status| {
        let change = UserChange { status: Some(status), name: None, email: None };
        store.change_user(by(), bob, &change).unwrap();
    };
    set(Status::Blocked);
    assert_eq!(rows(bob), 0);
    fill(store);
    assert_eq!(rows(bob), 0, "who is blocked is not filled in again");
    set(Status::Active);
    fill(store);
    assert!(finds(store, &b, bob), "who may pay again is found again");
    store.withdraw_consent(by(), bob, consents[1]).unwrap();
    assert_eq!(rows(bob), 0);

    store.remove_face(by(), eve, first).unwrap();
    assert_eq!(rows(eve), 0);
    let consent = bench.consent(eve, Duration::from_secs(60));
    bench.enrol(by(), (eve, consent), &a).unwrap();
    fill(store);
    assert!(finds(store, &a, eve));
    let late = store.look_up(&a, MODEL, later(Duration::from_secs(60)).at).unwrap().unwrap();
    assert!(late.is_empty(), "nobody is named by a consent that has ended");
}

fn what_lies_in_the_table_is_no_template(bench: &Bench) {
    let mut rng = StdRng::seed_from_u64(7);
    let templates: Vec<Vec<f32>> = (0..20).map(|_| noise(&mut rng)).collect();
    let people = stored(bench, &templates);
    bench.store.keep_vectors(MODEL, DIM).unwrap();
    fill(&bench.store);
    let turned: Vec<Vec<f32>> = people
        .iter()
        .map(|user| {
            let sql = format!("SELECT turned::text AS line FROM face_vectors WHERE user_id = '{user}'");
            let text = bench.lines(&sql).concat();
            text.trim_matches(['[', ']']).split(',').map(|value| value.parse().unwrap()).collect()
        })
        .collect();
    for (n, template) in templates.iter().enumerate() {
        let alike = dot(template, &turned[n]).abs();
        assert!(alike < 0.5, "{n} is {alike} like what lies there");
        // Distances are what stays, and leaks.
        let kept = dot(&turned[0], &turned[n]) - dot(&templates[0], template);
        assert!(kept.abs() < 0.01, "{n}: {kept}");
    }
}

fn the_table_is_made_filled_dropped_and_made_anew(bench: &Bench) {
    let store = &bench.store;
    let ada = bench.person("ada");
    let consent = bench.consent(ada, YEAR);
    bench.enrol(by(), (ada, consent), &[0.6, 0.8]).unwrap();
    let nothing = |store: &Store| store.look_up(&[0.6, 0.8], MODEL, START).unwrap().is_none();
    assert!(nothing(store), "nobody asked for it");
    assert_eq!(store.fill_vectors().unwrap(), Filled { people: 0, more: false });
    store.drop_vectors().unwrap();
    assert_eq!(store.template_dim(MODEL).unwrap(), Some(2));
    for _ in 0..2 {
        store.keep_vectors(MODEL, 2).unwrap();
        fill(store);
        assert_eq!(store.vector_count().unwrap(), Some(1));
        assert!(finds(store, &[0.6, 0.8], ada));
    }
    // A crash of the server empties what is not logged.
    bench.sql("TRUNCATE face_vectors, face_vectors_place").unwrap();
    store.keep_vectors(MODEL, 2).unwrap();
    fill(store);
    assert!(finds(store, &[0.6, 0.8], ada));
    store.keep_vectors(MODEL + 1, 2).unwrap();
    fill(store);
    assert_eq!(store.vector_count().unwrap(), Some(0), "another recogniser has other templates");
    store.drop_vectors().unwrap();
    assert!(nothing(store));
    assert_eq!(
        bench
            .lines("SELECT tablename::text AS line FROM pg_tables WHERE tablename LIKE 'face_vectors%'")
            .len(),
        0
    );
    let change = UserChange { status: Some(Status::Blocked), name: None, email: None };
    store.change_user(by(), ada, &change).unwrap();
}

fn two_appliances_fill_one_table_side_by_side(bench: &Bench) {
    let mut rng = StdRng::seed_from_u64(9);
    let templates: Vec<Vec<f32>> = (0..200).map(|_| noise(&mut rng)).collect();
    let people = stored(bench, &templates);
    bench.store.keep_vectors(MODEL, DIM).unwrap();
    let other = Arc::new(bench.reopened(bench.key.clone()).unwrap());
    std::thread::scope(|scope| {
        for store in [&bench.store, &*other] {
            scope.spawn(move || {
                // One of the two may find a row taken: it goes on where the other one left off.
                let more = || store.fill_vectors().map_or(true, |filled| filled.more);
                assert!((0..100_000).any(|_| !more()), "it does not end");
            });
        }
        scope.spawn(|| people[..20].iter().for_each(|user| bench.store.erase_user(by(), *user).unwrap()));
    });
    fill(&bench.store);
    assert_eq!(bench.store.vector_count().unwrap(), Some(180));
    assert!(finds(&other, &templates[50], people[50]), "both have the same turn");
}

fn who_was_named_is_told_of_from_then_on_and_counted(bench: &Bench) {
    let store = &bench.store;
    let [ada, bob] = ["ada", "bob"].map(|name| bench.person(name));
    let key = key_at(bench);
    let before = bench.written().0;
    assert!(store.tell_candidates(by(), key, &[]).unwrap().changes.is_empty());
    assert_eq!(bench.written().0, before, "nobody was told of anybody");
    bench.fund(ada, 1_000).unwrap();
    let sale = bench.identified(ada, eur(300));
    bench.operate(sale, Kind::Sale, eur(300), &[Event::Submitted, Event::Approved]);
    let told = store.tell_candidates(by(), key, &[ada]).unwrap();
    let [person, spending] = &told.changes[..] else { panic!("{} changes", told.changes.len()) };
    assert!(person.user == ada && matches!(person.what, Changed::Person(Some(_))));
    let Changed::Spending(spent) = &spending.what else { panic!("no spending") };
    assert_eq!(
        spent.iter().map(|spent| spent.amount).sum::<i64>(),
        300,
        "limits hold for whoever is named, too"
    );
    let record = bench.lines("SELECT detail AS line FROM audit WHERE action = 'look_up.answered'");
    assert_eq!(record.len(), 1);
    assert!(record[0].contains("\"people\":1") && !record[0].contains(&ada.to_string()), "{record:?}");
    let of_visitors = |after| store.feed_of_visitors(key, after, 10, START).unwrap();
    store.erase_user(by(), ada).unwrap();
    store.erase_user(by(), bob).unwrap();
    let feed = of_visitors(told.last);
    let gone = feed.changes.iter().filter(|change| matches!(change.what, Changed::Person(None))).count();
    assert!(
        gone == 1 && feed.changes.iter().all(|change| change.user == ada),
        "who is erased is told, and nobody else"
    );
    let late = store.tell_candidates(by(), key, &[bob]).unwrap();
    assert!(late.changes.is_empty(), "who went in the meantime is nobody");
    bench.assert_sound();
}

fn a_feed_of_visitors_has_nobody_else(bench: &Bench) {
    let people: Vec<UserId> = (0..5).map(|n| bench.person(&format!("p{n}"))).collect();
    let (key, other) = (key_at(bench), key_at(bench));
    let feed = |key: KeyId, after, limit| bench.store.feed_of_visitors(key, after, limit, START).unwrap();
    let end = feed(key, 0, 10);
    assert!(end.changes.is_empty());
    assert!(end.reached == end.last && end.last >= 5, "a page without anybody goes to the end");
    bench.store.tell_candidates(by(), key, &people[..3]).unwrap();
    let page = feed(key, 0, 2);
    assert_eq!(page.changes.len(), 2);
    assert!(page.reached < page.last, "there is more");
    let rest = feed(key, page.reached, 2);
    assert_eq!(rest.changes.len(), 1);
    assert_eq!(rest.reached, rest.last);
    assert!(feed(other, 0, 10).changes.is_empty(), "another follower was told of nobody");
    bench.assert_sound();
}

fn a_database_without_the_extension_says_so_and_looks_nobody_up(bench: &Bench) {
    let url: DatabaseUrl = bench.url.parse().unwrap();
    let support = Store::vector_support_at(&url).unwrap();
    if matches!(support, VectorSupport::Ready(_) | VectorSupport::Old(_)) {
        return println!("this machine's own PostgreSQL has pgvector");
    }
    let problem = support.problem().unwrap();
    assert!(problem.contains("pgvector") || problem.contains("SQLite"), "{problem}");
    let refused = bench.store.keep_vectors(MODEL, 2).unwrap_err();
    assert!(matches!(&refused, StoreError::Conflict(why) if *why == problem), "{refused}");
    assert_eq!(bench.store.vector_count().unwrap(), None);
    assert!(bench.store.look_up(&[1.0, 0.0], MODEL, START).unwrap().is_none());
    bench.store.drop_vectors().unwrap();
    let ada = bench.person("ada");
    let change = UserChange { status: Some(Status::Blocked), name: None, email: None };
    bench.store.change_user(by(), ada, &change).unwrap();
}
