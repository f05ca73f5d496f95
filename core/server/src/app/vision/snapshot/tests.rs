//! A gallery started from its parts is the one that the database has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use domain::ConsentId;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use store::seal::Key;
use store::{By, DatabaseUrl, Synthetic};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::app::vision::gallery;

const TAG: u32 = 3;
const DIM: usize = 32;
const AT: Timestamp = Timestamp(1_800_000_000_000_000);
const BY: By<'static> = By { actor: "test", at: AT };
/// Several to a part in some parts, nobody in others.
const PEOPLE: u128 = 600;

/// A data folder, and what is needed to open it again.
struct Data {
    folder: TempDir,
    key: Key,
}

impl Data {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), key: Key::random() }
    }

    /// A data folder with people, and their gallery kept.
    fn filled() -> Self {
        let data = Self::new();
        let store = data.store();
        store.add_synthetic(AT, TAG, &(0..PEOPLE).map(somebody).collect::<Vec<_>>()).unwrap();
        let (gallery, _) = data.start();
        assert_eq!(data.keep(&store, &gallery), occupied(&store));
        data
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> Arc<Store> {
        let url: DatabaseUrl = format!("sqlite:{}", self.path("db").display()).parse().unwrap();
        Arc::new(Store::open(&url, self.key.clone(), &self.path("keys")).unwrap())
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::open(&self.path("gallery")).unwrap()
    }

    fn file(&self, part: Part) -> PathBuf {
        self.path("gallery").join(format!("{TAG}-{part}"))
    }

    /// Starts a gallery that leaves exact values in the database.
    fn start(&self) -> (Gallery, Filled) {
        gallery(&self.store(), Some(&self.snapshot()), (DIM, TAG), 0).ok().unwrap()
    }

    /// Keeps what is in the database now. Nothing is open afterwards.
    fn keep_all(&self) {
        let (gallery, _) = self.start();
        self.keep(&self.store(), &gallery);
    }

    fn keep(&self, store: &Store, gallery: &Gallery) -> usize {
        keep((store, &self.snapshot()), &[gallery], AT, |_| true).unwrap()
    }

    /// Starts once from the parts and once without, which has to be the same.
    fn assert_as_in_the_database(&self) -> Filled {
        let (from_parts, filled) = self.start();
        let (near, _) = gallery(&self.store(), None, (DIM, TAG), usize::MAX).ok().unwrap();
        let ids = near.templates_after(None, usize::MAX);
        assert!(from_parts.templates_after(None, usize::MAX) == ids, "everybody is there and nobody else");
        let label = |id: &TemplateId| (near.template(*id).unwrap().unwrap().0, *id);
        let labels: Vec<_> = ids.iter().map(label).collect();
        assert!(from_parts.coded(&labels) == near.coded(&labels), "every row is the same");
        let mut random = StdRng::seed_from_u64(7);
        for _ in 0..100 {
            let probe = Embedding::new(direction(&mut random)).unwrap();
            assert_eq!(from_parts.search(&probe).unwrap(), near.search(&probe).unwrap());
        }
        filled
    }
}

fn direction(random: &mut StdRng) -> Vec<f32> {
    (0..DIM).map(|_| random.random_range(-1.0..1.0)).collect()
}

fn id(number: u128) -> Uuid {
    // Spread over the parts by something else than their order.
    Uuid::from_u128((number + 1) << 64 | (number * 2_654_435_761) >> 7 & 0xff)
}

fn somebody(number: u128) -> Synthetic {
    let mut random = StdRng::seed_from_u64(number as u64);
    let template = Embedding::new(direction(&mut random)).unwrap().values().to_vec();
    Synthetic { user: UserId(id(number)), consent: ConsentId(id(number)), face: FaceId(id(number)), template }
}

fn probe(number: u128) -> Embedding {
    Embedding::new(somebody(number).template).unwrap()
}

fn subject(number: u128) -> Subject {
    Subject(id(number).as_u128())
}

/// How many parts have somebody in them.
fn occupied(store: &Store) -> usize {
    let mut parts = BTreeSet::new();
    store.gallery(TAG, |row| parts.extend([Part::of(row.user)])).unwrap();
    parts.len()
}

fn all_opened(store: &Store) -> Filled {
    let opened = occupied(store);
    Filled { opened, read: usize::from(Part::COUNT) - opened, refused: 0 }
}

#[test]
fn a_gallery_started_from_its_parts_finds_what_one_from_the_database_finds() {
    let data = Data::filled();
    let store = data.store();
    assert_eq!(data.assert_as_in_the_database(), all_opened(&store));
    assert!(occupied(&store) > 100 && occupied(&store) < 300);
    let (gallery, _) = data.start();
    assert_eq!(data.keep(&store, &gallery), 0, "what is kept is not written again");
}

#[test]
fn who_came_or_went_since_is_as_the_database_has_them() {
    let data = Data::filled();
    let (store, before) = (data.store(), all_opened(&data.store()));
    store.erase_user(BY, UserId(id(1))).unwrap();
    store.withdraw_consent(BY, UserId(id(2)), ConsentId(id(2))).unwrap();
    store.remove_face(BY, UserId(id(3)), FaceId(id(3))).unwrap();
    store.add_synthetic(AT, TAG, &[somebody(PEOPLE)]).unwrap();
    let filled = data.assert_as_in_the_database();
    let touched = [1, 2, 3, PEOPLE].map(|number| Part::of(UserId(id(number))));
    assert_eq!(filled.refused, 0);
    let distinct = touched.iter().collect::<BTreeSet<_>>().len();
    assert!(before.opened - filled.opened <= distinct && before.opened > filled.opened, "{filled:?}");
    let (gallery, _) = data.start();
    for gone in 1..=3 {
        assert_ne!(gallery.search(&probe(gone)).unwrap().unwrap().subject, subject(gone));
    }
    assert_eq!(gallery.search(&probe(PEOPLE)).unwrap().unwrap().subject, subject(PEOPLE));
    // What they left behind lies in no file either.
    data.keep(&store, &gallery);
    assert_eq!(data.assert_as_in_the_database(), all_opened(&store));
}

#[test]
fn parts_that_do_not_open_are_read_from_the_database_and_written_anew() {
    let data = Data::filled();
    let store = data.store();
    let whole = all_opened(&store);
    let parts: BTreeSet<Part> = (0..40).map(|number| Part::of(UserId(id(number)))).collect();
    let parts: Vec<Part> = parts.into_iter().take(6).collect();
    let bytes = |part: Part| std::fs::read(data.file(part)).unwrap();
    let (mut torn, mut flipped) = (bytes(parts[0]), bytes(parts[1]));
    let half = torn.len() / 2;
    torn[half..].fill(0);
    *flipped.last_mut().unwrap() ^= 1;
    let (one, other) = (bytes(parts[2]), bytes(parts[3]));
    for (part, bytes) in
        [(parts[0], torn), (parts[1], flipped), (parts[2], other), (parts[3], one), (parts[4], Vec::new())]
    {
        std::fs::write(data.file(part), bytes).unwrap();
    }
    std::fs::remove_file(data.file(parts[5])).unwrap();
    let filled = data.assert_as_in_the_database();
    assert_eq!(filled, Filled { opened: whole.opened - 6, refused: 6, ..whole });
    assert_eq!(data.start().1.refused, 0, "they have no key any more");
    let (gallery, _) = data.start();
    assert_eq!(data.keep(&store, &gallery), 6);
    assert_eq!(data.assert_as_in_the_database(), whole);
}

#[test]
fn another_folder_key_or_length_opens_nothing_and_harms_nothing() {
    let data = Data::filled();
    let whole = all_opened(&data.store());
    std::fs::write(data.path("gallery").join("id"), "damaged").unwrap();
    assert_eq!(data.assert_as_in_the_database(), Filled::default(), "a new folder has no parts");
    data.keep_all();
    assert_eq!(data.assert_as_in_the_database(), whole);
    // A recogniser of another length with the same tag takes none of it.
    let (store, snapshot) = (data.store(), data.snapshot());
    let (other, filled) = gallery(&store, Some(&snapshot), (DIM + 1, TAG), 0).ok().unwrap();
    assert_eq!((other.len(), filled.opened, filled.refused), (0, 0, whole.opened));
}

#[test]
fn an_older_database_with_newer_parts_and_the_other_way_round_is_what_the_database_says() {
    let data = Data::filled();
    let copy = |from: &str, to: &str| {
        for end in ["", "-wal", "-shm"] {
            let (from, to) = (data.path(&format!("{from}{end}")), data.path(&format!("{to}{end}")));
            if std::fs::copy(&from, &to).is_err() {
                let _none = std::fs::remove_file(&to);
            }
        }
    };
    let copy_folder = |from: &Path, to: &Path| {
        std::fs::create_dir_all(to).unwrap();
        for file in std::fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    };
    copy("db", "old");
    copy_folder(&data.path("gallery"), &data.path("old-gallery"));
    for number in 0..20 {
        data.store().erase_user(BY, UserId(id(number))).unwrap();
    }
    data.keep_all();
    copy("db", "new");
    // Older parts with the newer database: whom it erased stays away.
    copy_folder(&data.path("old-gallery"), &data.path("gallery"));
    assert!(data.assert_as_in_the_database().refused > 0);
    assert_eq!(data.start().0.len() as u128, PEOPLE - 20);
    copy("new", "db");
    data.keep_all();
    // The older database with newer parts: whom the newer one erased is erased again.
    copy("old", "db");
    assert_eq!(data.store().redo_erasures(BY).unwrap().len(), 20);
    data.assert_as_in_the_database();
    assert_eq!(data.start().0.len() as u128, PEOPLE - 20);
}

#[test]
fn no_row_and_no_template_lies_readable_in_the_folder() {
    let data = Data::filled();
    let (gallery, _) = data.start();
    let mut files = Vec::new();
    for file in std::fs::read_dir(data.path("gallery")).unwrap() {
        files.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    assert!(files.len() > PEOPLE as usize * DIM);
    for number in 0..50 {
        let label = (subject(number), TemplateId(id(number).as_u128()));
        let row = gallery.coded(&[label]).unwrap();
        let exact: Vec<u8> = somebody(number).template.iter().flat_map(|value| value.to_le_bytes()).collect();
        // The ids, the eight-bit values, the exact ones.
        for secret in [&row[12..28], &row[row.len() - DIM..], &exact[..16]] {
            assert!(!files.windows(secret.len()).any(|window| window == secret), "somebody {number}");
        }
    }
}

#[test]
fn a_gallery_with_its_exact_values_in_memory_is_not_kept() {
    let data = Data::new();
    let store = data.store();
    store.add_synthetic(AT, TAG, &[somebody(0), somebody(1)]).unwrap();
    let (gallery, filled) = gallery(&store, Some(&data.snapshot()), (DIM, TAG), 2).ok().unwrap();
    assert_eq!((data.keep(&store, &gallery), filled), (0, Filled::default()));
    assert_eq!(std::fs::read_dir(data.path("gallery")).unwrap().count(), 1, "only the folder's name");
}

#[test]
fn whoever_the_gallery_has_not_heard_of_yet_is_not_left_out_of_a_part() {
    let data = Data::filled();
    let store = data.store();
    let (gallery, _) = data.start();
    store.add_synthetic(AT, TAG, &[somebody(PEOPLE)]).unwrap();
    assert_eq!(data.keep(&store, &gallery), 0, "the database has somebody whom the gallery has not");
    data.assert_as_in_the_database();
}

#[test]
fn changes_beside_the_keeping_are_never_lost() {
    let data = Data::filled();
    let (store, done) = (data.store(), AtomicBool::new(false));
    let (gallery, _) = data.start();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let (store, gallery) = (&store, &gallery);
                scope.spawn(move || {
                    for turn in 0..60 {
                        let number = writer * 60 + turn;
                        store.erase_user(BY, UserId(id(number))).unwrap();
                        gallery.remove_subject(subject(number));
                        let new = somebody(PEOPLE + number);
                        let (template, face) = (TemplateId(new.face.0.as_u128()), probe(PEOPLE + number));
                        store.add_synthetic(AT, TAG, &[new]).unwrap();
                        gallery.insert(template, subject(PEOPLE + number), TAG, &face).unwrap();
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            let snapshot = data.snapshot();
            while !done.load(Ordering::Relaxed) {
                keep((&store, &snapshot), &[&gallery], AT, |_| true).unwrap();
            }
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::Relaxed);
    });
    let filled = data.assert_as_in_the_database();
    assert_eq!(filled.refused, 0);
    data.keep(&store, &gallery);
    assert_eq!(data.assert_as_in_the_database(), all_opened(&store));
}
