//! The search is exact, and what was removed never comes back.
use std::thread::ScopedJoinHandle;

use super::*;

mod changes;
mod coded;
mod exact;
mod on_gpu;
mod orders;

const DIM: usize = 24;
const TAG: u32 = 7;

/// A small generator, so that every run sees the same numbers (Marsaglia's xorshift, 64 bits).
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    }

    fn embedding(&mut self) -> Embedding {
        self.embedding_of(DIM)
    }

    pub(super) fn embedding_of(&mut self, dim: usize) -> Embedding {
        Embedding::new((0..dim).map(|_| self.next()).collect()).ok().unwrap()
    }
}

fn filled(count: u128, numbers: &mut Numbers) -> (Gallery, Vec<(TemplateId, Subject, Embedding)>) {
    let gallery = Gallery::new(DIM, TAG);
    let rows: Vec<_> = (0..count).map(|i| (TemplateId(i), Subject(i / 3), numbers.embedding())).collect();
    for (template, subject, embedding) in &rows {
        gallery.insert(*template, *subject, TAG, embedding).unwrap();
    }
    (gallery, rows)
}

/// What a reader would write: sort all, of equals the smallest id first, take the first, then the first of anybody else.
fn brute(rows: &[(TemplateId, Subject, Embedding)], query: &Embedding) -> (TemplateId, Option<f32>) {
    let mut all: Vec<_> = rows.iter().map(|(t, s, e)| (e.similarity(query), *t, *s)).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let other = all.iter().find(|row| row.2 != all[0].2);
    (all[0].1, other.map(|row| row.0))
}

#[test]
fn the_best_two_are_those_of_a_full_sort() {
    let mut numbers = Numbers(42);
    let (gallery, rows) = filled(300, &mut numbers);
    for _ in 0..200 {
        let query = numbers.embedding();
        let found = gallery.search(&query).unwrap().unwrap();
        assert_eq!((found.template, found.runner_up), brute(&rows, &query));
    }
}

#[test]
fn two_threads_find_what_one_finds() {
    let mut numbers = Numbers(43);
    let (gallery, rows) = filled(80_001, &mut numbers);
    for _ in 0..3 {
        let query = numbers.embedding();
        let found = gallery.search(&query).unwrap().unwrap();
        assert_eq!((found.template, found.runner_up), brute(&rows, &query));
    }
}

#[test]
fn the_runner_up_is_somebody_else() {
    let gallery = Gallery::new(2, TAG);
    let face = |x: f32, y: f32| Embedding::new(vec![x, y]).ok().unwrap();
    gallery.insert(TemplateId(1), Subject(1), TAG, &face(1.0, 0.0)).unwrap();
    gallery.insert(TemplateId(2), Subject(1), TAG, &face(1.0, 0.1)).unwrap();
    assert_eq!(gallery.search(&face(1.0, 0.0)).unwrap().unwrap().runner_up, None);
    gallery.insert(TemplateId(3), Subject(2), TAG, &face(0.0, 1.0)).unwrap();
    let found = gallery.search(&face(1.0, 0.0)).unwrap().unwrap();
    assert_eq!((found.subject, found.runner_up), (Subject(1), Some(0.0)));
    assert_eq!(found.margin(), Some(1.0));
}

#[test]
fn a_removed_template_is_never_returned() {
    let mut numbers = Numbers(44);
    let (gallery, mut rows) = filled(120, &mut numbers);
    while rows.len() > 1 {
        let gone = rows.swap_remove(rows.len() / 2);
        assert!(gallery.remove(gone.0) && !gallery.remove(gone.0));
        let found = gallery.search(&gone.2).unwrap().unwrap();
        assert_eq!((found.template, found.runner_up), brute(&rows, &gone.2));
    }
    assert_eq!(gallery.remove_subject(rows[0].1), 1);
    assert!(gallery.search(&rows[0].2).unwrap().is_none());
}

#[test]
fn a_template_of_another_recogniser_is_refused() {
    let gallery = Gallery::new(DIM, TAG);
    let face = Numbers(45).embedding();
    let refused = gallery.insert(TemplateId(1), Subject(1), TAG + 1, &face);
    assert_eq!(refused, Err(GalleryError::ModelTag { expected: TAG, found: TAG + 1 }));
    assert!(Gallery::new(DIM + 1, TAG).search(&face).unwrap().is_none());
}

#[test]
fn searches_beside_changes_never_see_a_removed_subject() {
    let mut numbers = Numbers(46);
    let (gallery, rows) = filled(600, &mut numbers);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for (_, subject, embedding) in rows.iter().filter(|row| row.1.0 % 2 == 0) {
                gallery.remove_subject(*subject);
                let found = gallery.search(embedding).unwrap().unwrap();
                assert_ne!(found.subject, *subject);
            }
        });
        for (_, _, embedding) in &rows {
            assert!(gallery.search(embedding).unwrap().is_some());
        }
    });
    assert_eq!(gallery.subjects(), 100);
}

#[test]
fn a_subjects_templates_are_replaced_by_those_that_fit() {
    let mut numbers = Numbers(47);
    let (gallery, rows) = filled(30, &mut numbers);
    let (subject, new) = (rows[3].1, numbers.embedding());
    let long = Embedding::new(vec![1.0; DIM + 1]).ok().unwrap();
    let refused =
        gallery.replace_subject(subject, TAG, &[(TemplateId(90), new.clone()), (TemplateId(91), long)]);
    assert_eq!(refused, [(TemplateId(91), GalleryError::Dim { expected: DIM, found: DIM + 1 })]);
    assert_eq!(gallery.len(), 28);
    assert_eq!(gallery.search(&new).unwrap().unwrap().template, TemplateId(90));
    assert_ne!(gallery.search(&rows[3].2).unwrap().unwrap().subject, subject, "the old ones are gone");

    let other_tag = gallery.replace_subject(subject, TAG + 1, &[(TemplateId(92), new)]);
    assert_eq!(other_tag, [(TemplateId(92), GalleryError::ModelTag { expected: TAG, found: TAG + 1 })]);
    assert_eq!((gallery.len(), gallery.subjects()), (27, 9), "what was removed is gone in any case");
    gallery.replace_subject(rows[0].1, TAG, &[]);
    assert_eq!(gallery.subjects(), 8);
}

#[test]
fn a_search_beside_a_replacement_always_finds_the_subject() {
    let mut numbers = Numbers(48);
    let (gallery, rows) = filled(60, &mut numbers);
    let (subject, face) = (rows[0].1, rows[0].2.clone());
    std::thread::scope(|scope| {
        let search = || {
            for _ in 0..20_000 {
                let found = gallery.search(&face).unwrap().unwrap();
                assert_eq!((found.subject, found.searched >= 58), (subject, true));
            }
        };
        let readers = [(); 3].map(|()| scope.spawn(search));
        // As long as anybody searches, so that one comes in between where there is room.
        while !readers.iter().all(ScopedJoinHandle::is_finished) {
            for template in [TemplateId(1_000), TemplateId(1_001)] {
                gallery.replace_subject(subject, TAG, &[(template, face.clone())]);
            }
        }
    });
}
