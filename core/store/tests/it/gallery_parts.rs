//! Sealed parts of a gallery: their keys live as long as the faces stay as they were.
use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration};

use domain::{ConsentId, FaceId, UserId};
use store::{KeptPart, NewFace, Part, PartBuffer, PartFault, Snapshot, Synthetic, UserChange, WrittenPart};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, MODEL, START, by, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_part_opens_as_it_was_written_and_holds_nothing_readable,
    the_faces_of_a_part_are_those_of_the_people_whose_ids_end_so,
    whatever_changes_a_face_takes_the_key_of_its_part_and_no_other,
    a_change_that_is_rolled_back_takes_no_key,
    a_part_whose_faces_changed_while_it_was_written_gets_no_key,
    torn_changed_swapped_and_older_parts_do_not_open,
    a_restored_database_opens_no_part_that_it_does_not_know,
    appliances_that_share_a_database_have_keys_of_their_own,
    a_part_that_did_not_open_is_forgotten_but_not_a_newer_one,
    files_without_a_key_are_swept_away,
];

const HOUR: Duration = Duration::from_secs(3_600);
/// Another recogniser.
const OTHER: u32 = MODEL + 1;
const ROWS: &[u8] = b"rows of a part, as telling as the faces themselves";

fn snapshot() -> (TempDir, Snapshot) {
    let folder = TempDir::new().unwrap();
    let snapshot = Snapshot::open(folder.path()).unwrap();
    (folder, snapshot)
}

/// Writes a part as the faces are now; its key is not kept yet.
fn written(bench: &Bench, snapshot: &Snapshot, (tag, part): (u32, Part), rows: &[u8]) -> WrittenPart {
    let faces = bench.store.part_faces(tag, part).unwrap();
    snapshot.write((tag, part), (faces.faces.len(), faces.changes), rows).unwrap()
}

fn kept(bench: &Bench, snapshot: &Snapshot, place: (u32, Part), rows: &[u8]) {
    let one = written(bench, snapshot, place, rows);
    assert_eq!(bench.store.keep_parts((snapshot, place.0), START, &[one]).unwrap(), 1);
}

/// What a part gives that has a key.
fn read(bench: &Bench, snapshot: &Snapshot, (tag, part): (u32, Part)) -> Option<Result<Vec<u8>, PartFault>> {
    let parts = bench.store.kept_parts(snapshot, tag).unwrap();
    let one = parts.iter().find(|one| one.part == part)?;
    let mut buffer = PartBuffer::default();
    Some(snapshot.read(tag, one, &mut buffer).map(<[u8]>::to_vec))
}

fn refused(bench: &Bench, snapshot: &Snapshot, place: (u32, Part)) -> bool {
    matches!(read(bench, snapshot, place), Some(Err(_)))
}

/// Somebody with a face of each of two recognisers; gives that of the first.
fn somebody(bench: &Bench, name: &str) -> (UserId, FaceId) {
    let user = bench.person(name);
    let face = bench.enrol(by(), (user, bench.consent(user, HOUR)), &[1.0, 0.0]).unwrap();
    let (id, consent) = (FaceId(Uuid::now_v7()), bench.consent(user, 100 * HOUR));
    let other = NewFace { id, user, consent, model_tag: OTHER, template: &[0.0, 1.0], quality: 0.5 };
    bench.store.add_face(by(), &other).unwrap();
    (user, face)
}

fn a_part_opens_as_it_was_written_and_holds_nothing_readable(bench: &Bench) {
    let (folder, snapshot) = snapshot();
    let place = (MODEL, Part::of(bench.person("ada")));
    kept(bench, &snapshot, place, ROWS);
    assert_eq!(read(bench, &snapshot, place).unwrap().unwrap(), ROWS);
    // Shorter ones leave nothing of the longer ones behind.
    kept(bench, &snapshot, place, &ROWS[..9]);
    let again = Snapshot::open(folder.path()).unwrap();
    assert_eq!(read(bench, &again, place).unwrap().unwrap(), &ROWS[..9]);
    let file = file(&folder, place);
    let bytes = fs::read(&file).unwrap();
    assert!(!bytes.windows(4).any(|window| window == &ROWS[..4]) && bytes.len() == 9 + 28);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

fn file(folder: &TempDir, (tag, part): (u32, Part)) -> PathBuf {
    folder.path().join(format!("{tag}-{part}"))
}

fn the_faces_of_a_part_are_those_of_the_people_whose_ids_end_so(bench: &Bench) {
    let ids = [0x1_abc, 0x2_abc, 0x1_abd].map(|number| UserId(Uuid::from_u128(number)));
    let people = ids.map(|user| Synthetic {
        user,
        consent: ConsentId(user.0),
        face: FaceId(Uuid::from_u128(user.0.as_u128() + 7)),
        template: vec![0.6, 0.8],
    });
    bench.store.add_synthetic(START, MODEL, &people).unwrap();
    assert_eq!(ids.map(|id| Part::of(id).to_string()), ["abc", "abc", "abd"]);
    assert_eq!(Part::all().map(|part| part.to_string().parse::<Part>()).filter(Result::is_ok).count(), 4_096);
    assert!(
        "ABC".parse::<Part>().is_err() && "1000".parse::<Part>().is_err() && "abc ".parse::<Part>().is_err()
    );
    let part = Part::of(ids[0]);
    let mut found = bench.store.part_faces(MODEL, part).unwrap();
    found.faces.sort_unstable();
    let expected: Vec<_> = people[..2].iter().map(|person| (person.face, person.user)).collect();
    assert_eq!(found.faces, expected);
    let rows = bench.store.part_rows(MODEL, part).unwrap();
    assert!(rows.len() == 2 && rows.iter().all(|row| row.template.as_slice() == [0.6, 0.8]));
    assert!(bench.store.part_faces(OTHER, part).unwrap().faces.is_empty());
}

fn whatever_changes_a_face_takes_the_key_of_its_part_and_no_other(bench: &Bench) {
    type Change = fn(&Bench, UserId, FaceId);
    let changes: &[(&str, bool, Change)] = &[
        ("enrolled again", false, |bench, user, _| {
            let consent = bench.consent(user, HOUR);
            bench.enrol(by(), (user, consent), &[0.0, 1.0]).unwrap();
        }),
        ("removed", false, |bench, user, face| bench.store.remove_face(by(), user, face).unwrap()),
        ("withdrawn", false, |bench, user, face| {
            let faces = bench.store.faces(user).unwrap();
            let consent = faces.iter().find(|row| row.id == face).unwrap().consent;
            bench.store.withdraw_consent(by(), user, consent).unwrap();
        }),
        ("run out", false, |bench, _, _| {
            assert!(!bench.store.remove_expired_faces(later(2 * HOUR)).unwrap().is_empty());
        }),
        ("moved to another recogniser", true, |bench, _, face| {
            bench.sql(&format!("UPDATE faces SET model_tag = {OTHER} WHERE id = '{face}'")).unwrap();
        }),
        ("erased", true, |bench, user, _| bench.store.erase_user(by(), user).unwrap()),
        ("without a key", true, |bench, user, _| {
            bench.sql(&format!("DELETE FROM subject_keys WHERE user_id = '{user}'")).unwrap();
        }),
    ];
    for (what, others_too, change) in changes {
        let (_folder, snapshot) = snapshot();
        let (user, face) = somebody(bench, what);
        let part = Part::of(user);
        let beside = Part::all().find(|other| *other != part).unwrap();
        for place in [(MODEL, part), (MODEL, beside), (OTHER, part)] {
            kept(bench, &snapshot, place, ROWS);
        }
        bench.sql(&format!("UPDATE faces SET quality = 0.9 WHERE id = '{face}'")).unwrap();
        bench.store.change_user(by(), user, &UserChange::default()).unwrap();
        assert!(read(bench, &snapshot, (MODEL, part)).is_some(), "what is no part of it takes no key");
        change(bench, user, face);
        assert!(read(bench, &snapshot, (MODEL, part)).is_none(), "{what}");
        assert!(read(bench, &snapshot, (MODEL, beside)).is_some(), "{what}");
        assert_eq!(read(bench, &snapshot, (OTHER, part)).is_none(), *others_too, "{what}");
    }
}

fn a_change_that_is_rolled_back_takes_no_key(bench: &Bench) {
    let (_folder, snapshot) = snapshot();
    let (user, face) = somebody(bench, "ada");
    let place = (MODEL, Part::of(user));
    kept(bench, &snapshot, place, ROWS);
    bench.sql(&format!("BEGIN; DELETE FROM faces WHERE id = '{face}'; ROLLBACK")).unwrap();
    assert!(read(bench, &snapshot, place).unwrap().is_ok());
}

fn a_part_whose_faces_changed_while_it_was_written_gets_no_key(bench: &Bench) {
    let (_folder, snapshot) = snapshot();
    let (ada, face) = somebody(bench, "ada");
    let places = [(MODEL, Part::of(ada)), (MODEL, Part::all().find(|part| *part != Part::of(ada)).unwrap())];
    let both = places.map(|place| written(bench, &snapshot, place, ROWS));
    bench.store.remove_face(by(), ada, face).unwrap();
    assert_eq!(bench.store.keep_parts((&snapshot, MODEL), START, &both).unwrap(), 1);
    assert!(read(bench, &snapshot, places[0]).is_none());
    assert!(read(bench, &snapshot, places[1]).unwrap().is_ok());
}

fn torn_changed_swapped_and_older_parts_do_not_open(bench: &Bench) {
    let (folder, snapshot) = snapshot();
    let [a, b] = ["ada", "bob"].map(|name| (MODEL, Part::of(bench.person(name))));
    let other = (OTHER, a.1);
    for place in [a, b, other] {
        kept(bench, &snapshot, place, ROWS);
    }
    let (path, whole) = (file(&folder, a), fs::read(file(&folder, a)).unwrap());
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        assert!(refused(bench, &snapshot, a), "byte {at}");
        fs::write(&path, &whole[..at]).unwrap();
        assert!(refused(bench, &snapshot, a), "cut at {at}");
    }
    fs::write(&path, [&whole[..], &[0]].concat()).unwrap();
    assert!(refused(bench, &snapshot, a), "longer");
    for swapped in [b, other] {
        fs::copy(file(&folder, swapped), &path).unwrap();
        assert!(refused(bench, &snapshot, a), "another part's file");
    }
    fs::remove_file(&path).unwrap();
    assert!(refused(bench, &snapshot, a), "no file");
    kept(bench, &snapshot, a, ROWS);
    fs::write(&path, &whole).unwrap();
    assert!(refused(bench, &snapshot, a), "an older file with a newer key");
    // The key of one place says nothing in another one.
    bench.sql(&format!("DELETE FROM gallery_parts WHERE part = '{}' AND model_tag = {MODEL}", a.1)).unwrap();
    bench
        .sql(&format!(
            "INSERT INTO gallery_parts SELECT folder, model_tag, '{}', key_wrapped, templates, written_at
             FROM gallery_parts WHERE part = '{}' AND model_tag = {MODEL}",
            a.1, b.1
        ))
        .unwrap();
    fs::copy(file(&folder, b), &path).unwrap();
    assert!(refused(bench, &snapshot, a), "another part's file with that part's key");
    assert!(read(bench, &snapshot, b).unwrap().is_ok());
}

fn a_restored_database_opens_no_part_that_it_does_not_know(bench: &Bench) {
    let (folder, snapshot) = snapshot();
    let (user, face) = somebody(bench, "ada");
    let place = (MODEL, Part::of(user));
    kept(bench, &snapshot, place, ROWS);
    let before = fs::read(file(&folder, place)).unwrap();
    bench.sql("CREATE TABLE backup AS SELECT * FROM gallery_parts").unwrap();
    bench.store.remove_face(by(), user, face).unwrap();
    kept(bench, &snapshot, place, b"without the face");
    bench.sql("DELETE FROM gallery_parts; INSERT INTO gallery_parts SELECT * FROM backup").unwrap();
    assert!(refused(bench, &snapshot, place), "an older database with a newer file");
    fs::write(file(&folder, place), before).unwrap();
    assert_eq!(read(bench, &snapshot, place).unwrap().unwrap(), ROWS, "both of one time are as they were");
    bench.sql("DROP TABLE backup").unwrap();
}

fn appliances_that_share_a_database_have_keys_of_their_own(bench: &Bench) {
    let (one, here) = snapshot();
    let (other, there) = snapshot();
    let (user, _) = somebody(bench, "ada");
    let place = (MODEL, Part::of(user));
    kept(bench, &here, place, b"here");
    kept(bench, &there, place, b"there");
    assert_eq!(read(bench, &here, place).unwrap().unwrap(), b"here");
    assert_eq!(read(bench, &there, place).unwrap().unwrap(), b"there");
    fs::copy(file(&one, place), file(&other, place)).unwrap();
    assert!(refused(bench, &there, place));
    bench.store.erase_user(by(), user).unwrap();
    assert!(read(bench, &here, place).is_none() && read(bench, &there, place).is_none());
}

fn a_part_that_did_not_open_is_forgotten_but_not_a_newer_one(bench: &Bench) {
    let (_folder, snapshot) = snapshot();
    let place = (MODEL, Part::of(bench.person("ada")));
    kept(bench, &snapshot, place, ROWS);
    let old = bench.store.kept_parts(&snapshot, MODEL).unwrap();
    kept(bench, &snapshot, place, ROWS);
    let forget = |parts: &[KeptPart]| {
        bench.store.forget_parts((&snapshot, MODEL), &parts.iter().collect::<Vec<_>>()).unwrap();
    };
    forget(&old);
    assert!(read(bench, &snapshot, place).unwrap().is_ok());
    forget(&bench.store.kept_parts(&snapshot, MODEL).unwrap());
    assert!(read(bench, &snapshot, place).is_none());
}

fn files_without_a_key_are_swept_away(bench: &Bench) {
    let (folder, snapshot) = snapshot();
    let (user, _) = somebody(bench, "ada");
    let beside = Part::all().find(|part| *part != Part::of(user)).unwrap();
    for place in [(MODEL, Part::of(user)), (MODEL, beside)] {
        kept(bench, &snapshot, place, ROWS);
    }
    fs::write(folder.path().join("not-ours"), "x").unwrap();
    let sweep = || snapshot.sweep(&bench.store.kept_places(&snapshot).unwrap()).unwrap();
    assert_eq!(sweep(), 0);
    bench.store.erase_user(by(), user).unwrap();
    assert_eq!((sweep(), sweep()), (1, 0));
    let mut left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, [format!("{MODEL}-{beside}"), "id".to_owned(), "not-ours".to_owned()]);
}
