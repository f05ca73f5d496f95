//! Erasure against older backups: of the database, of the keys, and of both at other appliances.
use std::{fs, path::Path, time::Duration};

use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use domain::UserId;
use store::{
    NewUser, Part, PartBuffer, Profile, Snapshot, Store, StoreError,
    seal::{KEY_BYTES, Key},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, MODEL, START, by},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    an_erased_person_stays_so_in_an_older_backup_and_everybody_else_comes_back,
    an_erasure_that_was_cut_short_is_completed,
    whom_another_appliance_erased_is_forgotten_here_too,
    an_older_backup_of_database_and_gallery_opens_no_part_with_an_erased_person,
    a_database_of_an_earlier_version_gets_shares_for_all_its_people,
    a_database_opens_with_its_own_keys_only,
];

const PEOPLE: usize = 1_000;
const HOUR: Duration = Duration::from_secs(3_600);

fn name(nth: usize) -> String {
    format!("Witness-{nth:04}-Zyx")
}

fn template(nth: usize) -> [f32; 4] {
    [0.5, 0.5, 0.5, nth as f32]
}

fn enrolled(bench: &Bench, nth: usize) -> UserId {
    let profile = Profile { name: name(nth), email: None };
    let user = bench.store.add_user(by(), &NewUser { id: UserId(Uuid::now_v7()), profile }).unwrap().id;
    bench.enrol(by(), (user, bench.consent(user, HOUR)), &template(nth)).unwrap();
    user
}

fn gallery(store: &Store) -> Vec<(UserId, Vec<f32>)> {
    let mut rows = Vec::new();
    store.gallery(MODEL, |row| rows.push((row.user, row.template.to_vec()))).unwrap();
    rows.sort_by_key(|(user, _)| *user);
    rows
}

fn an_erased_person_stays_so_in_an_older_backup_and_everybody_else_comes_back(bench: &Bench) {
    let people: Vec<UserId> = (0..PEOPLE).map(|nth| enrolled(bench, nth)).collect();
    let (gone, at) = (people[417], 417);
    let backup = bench.backup();
    bench.store.erase_user(by(), gone).unwrap();

    // Whoever has the backup, the appliance's key and all that lies beside the database now, opens everybody but one.
    let url = bench.restored(&backup);
    let restored = Store::open(&url.parse().unwrap(), bench.key.clone(), &bench.keys()).unwrap();
    assert!(matches!(restored.user(gone), Err(StoreError::NotFound("user"))));
    assert!(matches!(restored.templates_of(gone, MODEL), Err(StoreError::NotFound("user"))));
    assert_eq!(restored.gallery_len(MODEL).unwrap(), PEOPLE, "the rows themselves are back");

    // Before it serves, the appliance erases them once more.
    assert_eq!(restored.redo_erasures(by()).unwrap(), [gone]);
    assert_eq!(restored.redo_erasures(by()).unwrap(), []);
    let left: Vec<_> = (0..PEOPLE).filter(|nth| *nth != at).collect();
    let expected: Vec<_> = left.iter().map(|nth| (people[*nth], template(*nth).to_vec())).collect();
    assert_eq!(gallery(&restored), expected);
    for nth in left {
        assert_eq!(restored.user(people[nth]).unwrap().profile.name, name(nth));
    }
    assert!(restored.audit_verify().unwrap().is_ok());
    let told = restored.outbox(restored.outbox_last().unwrap() - 1, 10).unwrap();
    assert_eq!(told[0].kind, "user.erased", "other appliances hear of it");

    // No name and no template, neither of this person nor of any other, in what lies or was carried away.
    let mut files = bench.files();
    files.push(backup);
    files.extend(fs::read_dir(bench.keys()).unwrap().map(|entry| entry.unwrap().path()));
    let trace: Vec<u8> = template(at).iter().flat_map(|value| value.to_le_bytes()).collect();
    let (known, mut seen) = (people[0].to_string(), 0);
    for file in files {
        // A segment of PostgreSQL's log that was read to its end gets another name.
        let Ok(bytes) = fs::read(&file) else { continue };
        let has = |trace: &[u8]| bytes.windows(trace.len()).any(|window| window == trace);
        for trace in [b"Witness-".as_slice(), &trace] {
            assert!(!has(trace), "{} has {trace:?}", file.display());
        }
        seen += usize::from(has(known.as_bytes()));
    }
    assert!(seen > 1, "whoever is still there is told of in pages and backup alike: {seen}");
}

fn an_erasure_that_was_cut_short_is_completed(bench: &Bench) {
    let (ada, bob) = (enrolled(bench, 1), enrolled(bench, 2));
    // The database goes away after the share was destroyed.
    let refuse = match bench.url.starts_with("sqlite") {
        true => "CREATE TRIGGER refuse BEFORE DELETE ON users BEGIN SELECT RAISE (ABORT, 'gone away'); END",
        false => {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'gone away'; END $$;
             CREATE TRIGGER refuse BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION refuse()"
        }
    };
    bench.sql(refuse).unwrap();
    assert!(bench.store.erase_user(by(), ada).is_err());
    let known = || bench.store.users(None, 10).unwrap().iter().map(|user| user.id).collect::<Vec<_>>();
    assert_eq!(known(), [bob], "whose key is destroyed is nobody");
    bench
        .sql(if bench.url.starts_with("sqlite") {
            "DROP TRIGGER refuse"
        } else {
            "DROP TRIGGER refuse ON users"
        })
        .unwrap();
    let again = bench.reopened(bench.key.clone()).unwrap();
    assert_eq!(again.redo_erasures(by()).unwrap(), [ada]);
    assert_eq!(bench.lines("SELECT id AS line FROM users"), [bob.to_string()]);
    assert_eq!(bench.lines("SELECT user_id AS line FROM erasures"), [ada.to_string()]);
    bench.assert_sound();
}

fn whom_another_appliance_erased_is_forgotten_here_too(bench: &Bench) {
    let (ada, bob) = (enrolled(bench, 1), enrolled(bench, 2));
    let there = TempDir::new().unwrap();
    for entry in fs::read_dir(bench.keys()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), there.path().join(entry.file_name())).unwrap();
    }
    let open = || Store::open(&bench.url.parse().unwrap(), bench.key.clone(), there.path()).unwrap();
    let other = open();
    let backup = bench.backup();
    bench.store.erase_user(by(), ada).unwrap();
    bench.store.erase_user(by(), bob).unwrap();
    // Of one it hears as it happens; of the other at its next start.
    other.forget_erased(ada).unwrap();
    let url = bench.restored(&backup).parse().unwrap();
    let restored = || Store::open(&url, bench.key.clone(), there.path()).unwrap();
    assert!(restored().user(ada).is_err());
    assert!(restored().user(bob).is_ok());
    assert_eq!(open().redo_erasures(by()).unwrap(), [], "nobody is back");
    assert!(restored().user(bob).is_err());
}

fn an_older_backup_of_database_and_gallery_opens_no_part_with_an_erased_person(bench: &Bench) {
    let folder = TempDir::new().unwrap();
    let snapshot = Snapshot::open(folder.path()).unwrap();
    let user = enrolled(bench, 1);
    let part = Part::of(user);
    let faces = bench.store.part_faces(MODEL, part).unwrap();
    let written = snapshot.write((MODEL, part), (1, faces.changes), b"rows").unwrap();
    assert_eq!(bench.store.keep_parts((&snapshot, MODEL), START, &[written]).unwrap(), 1);
    let opens = |store: &Store| {
        let parts = store.kept_parts(&snapshot, MODEL).unwrap();
        parts.iter().filter(|one| snapshot.read(MODEL, one, &mut PartBuffer::default()).is_ok()).count()
    };
    let backup = bench.backup();
    let url = bench.restored(&backup).parse().unwrap();
    let restored = || Store::open(&url, bench.key.clone(), &bench.keys()).unwrap();
    assert_eq!(opens(&restored()), 1, "as long as nobody is erased it opens");
    bench.store.erase_user(by(), user).unwrap();
    assert_eq!(restored().kept_parts(&snapshot, MODEL).unwrap().len(), 1);
    assert_eq!(opens(&restored()), 0);
}

fn a_database_of_an_earlier_version_gets_shares_for_all_its_people(bench: &Bench) {
    // As version 8 of the tables left it: data keys wrapped by the appliance's key alone.
    bench.sql("DELETE FROM facts WHERE name = 'subject_keys'").unwrap();
    let people: Vec<UserId> = (0..3).map(|nth| of_version_8(bench, &name(nth))).collect();
    assert!(bench.store.user(people[0]).is_err());
    let adopted = bench.reopened(bench.key.clone()).unwrap();
    for (nth, user) in people.iter().enumerate() {
        assert_eq!(adopted.user(*user).unwrap().profile.name, name(nth));
    }
    bench.reopened(bench.key.clone()).unwrap().user(people[0]).unwrap();
}

/// Somebody as they were stored before there were shares, written without the store's help.
fn of_version_8(bench: &Bench, name: &str) -> UserId {
    let (user, data_key) = (UserId(Uuid::now_v7()), rand::random::<[u8; KEY_BYTES]>());
    let id = user.to_string();
    let sealed = |key: [u8; KEY_BYTES], plain: &[u8], purpose: &str| {
        let mut aad = Vec::new();
        for part in [purpose, &id] {
            aad.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
            aad.extend_from_slice(part.as_bytes());
        }
        let nonce: [u8; 12] = rand::random();
        let payload = Payload { msg: plain, aad: &aad };
        let sealed = Aes256Gcm::new(&key.into()).encrypt(&nonce.into(), payload).unwrap();
        let hex = hex::encode([&nonce[..], &sealed].concat());
        if bench.url.starts_with("sqlite") { format!("x'{hex}'") } else { format!("'\\x{hex}'") }
    };
    let profile = sealed(data_key, format!("{name}\u{1f}").as_bytes(), "profile");
    let wrapped = sealed(bench.secret, &data_key, "subject-key");
    bench
        .sql(&format!(
            "INSERT INTO users (id, status, profile_sealed, created_at, updated_at)
             VALUES ('{id}', 'active', {profile}, 0, 0);
             INSERT INTO subject_keys (user_id, key_wrapped) VALUES ('{id}', {wrapped})"
        ))
        .unwrap();
    user
}

fn a_database_opens_with_its_own_keys_only(bench: &Bench) {
    let user = enrolled(bench, 1);
    let open = |keys: &Path| Store::open(&bench.url.parse().unwrap(), bench.key.clone(), keys);
    let other = TempDir::new().unwrap();
    assert!(matches!(open(&other.path().join("none")), Err(StoreError::Keys(_))), "none are made for it");
    Store::open(&bench.empty_database().parse().unwrap(), Key::random(), other.path()).unwrap();
    assert!(matches!(open(other.path()), Err(StoreError::Keys(_))), "those of another database");
    open(&bench.keys()).unwrap().user(user).unwrap();
}
