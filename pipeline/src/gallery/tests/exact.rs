//! The answer is that of comparing with all templates in f32, where that is hardest: near copies, equals, few values.
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::*;
use crate::gallery::rows::SEGMENT_ROWS;

/// Those of all faces, with the gallery that holds them.
pub(super) type Faces = Vec<(TemplateId, Subject, Embedding)>;

/// A face that differs from another by about `noise`.
pub(super) fn near(face: &Embedding, noise: f32, numbers: &mut Numbers) -> Embedding {
    let length = (face.values().len() as f32).sqrt();
    let values = face.values().iter().map(|value| value + noise * numbers.next() / length).collect();
    Embedding::new(values).ok().unwrap()
}

pub(super) fn fill(gallery: &Gallery, faces: &Faces) {
    for (template, subject, embedding) in faces {
        gallery.insert(*template, *subject, TAG, embedding).unwrap();
    }
}

pub(super) fn check(gallery: &Gallery, faces: &Faces, queries: &[Embedding]) {
    for (query, together) in queries.iter().zip(gallery.search_all(queries).unwrap()) {
        let found = gallery.search(query).unwrap();
        assert_eq!(found, together, "a batch finds what each search finds");
        let found = found.unwrap();
        assert_eq!((found.template, found.runner_up), brute(faces, query));
        let exact = faces.iter().find(|face| face.0 == found.template).unwrap();
        assert_eq!(
            (found.subject, found.similarity.to_bits()),
            (exact.1, exact.2.similarity(query).to_bits())
        );
    }
}

#[test]
fn near_copies_are_told_apart_to_the_last_bit() {
    let mut numbers = Numbers(60);
    for dim in [128, 192, 512] {
        for noise in [1e-1, 1e-3, 1e-6] {
            let face = numbers.embedding_of(dim);
            let copy = |i: u128, numbers: &mut Numbers| {
                (TemplateId(i ^ 0x155), Subject(i / 4), near(&face, noise, numbers))
            };
            let faces: Faces = (0..SEGMENT_ROWS as u128 + 90).map(|i| copy(i, &mut numbers)).collect();
            let gallery = Gallery::new(dim, TAG);
            fill(&gallery, &faces);
            let queries: Vec<_> = (0..12).map(|_| near(&face, 0.5, &mut numbers)).collect();
            check(&gallery, &faces, &queries);
        }
    }
}

#[test]
fn of_equals_the_smallest_id_is_first() {
    let mut numbers = Numbers(61);
    let (face, stranger) = (numbers.embedding_of(192), numbers.embedding_of(192));
    let equal = |i: u128| (TemplateId((i * 37) % 101), Subject((i * 37) % 101 / 2), face.clone());
    let mut faces: Faces = (1..101).map(equal).collect();
    let gallery = Gallery::new(192, TAG);
    fill(&gallery, &faces);
    while faces.len() > 1 {
        check(&gallery, &faces, &[face.clone(), stranger.clone()]);
        let gone = faces.swap_remove(faces.len() / 3);
        gallery.remove(gone.0);
    }
}

#[test]
fn behind_many_pictures_of_one_person_somebody_else_is_the_runner_up() {
    let mut numbers = Numbers(67);
    let face = numbers.embedding_of(512);
    let picture = |i: u128, numbers: &mut Numbers| match i {
        0..40 => (TemplateId(i), Subject(0), near(&face, 0.001, numbers)),
        _ => (TemplateId(i), Subject(i), near(&face, 2.0, numbers)),
    };
    let faces: Faces = (0..200).map(|i| picture(i, &mut numbers)).collect();
    let gallery = Gallery::new(512, TAG);
    fill(&gallery, &faces);
    check(&gallery, &faces, &[face]);
}

#[test]
fn strangers_of_every_length_are_found_like_by_a_full_sort() {
    let mut numbers = Numbers(62);
    for dim in [128, 192, 512] {
        let faces: Faces =
            (0..3_000).map(|i| (TemplateId(i), Subject(i / 2), numbers.embedding_of(dim))).collect();
        let gallery = Gallery::new(dim, TAG);
        fill(&gallery, &faces);
        let strangers: Vec<_> = (0..20).map(|_| numbers.embedding_of(dim)).collect();
        check(&gallery, &faces, &strangers);
        let known: Vec<_> = faces.iter().step_by(301).map(|face| near(&face.2, 1.0, &mut numbers)).collect();
        check(&gallery, &faces, &known);
    }
}

/// Exact values that are elsewhere.
#[derive(Default)]
struct Elsewhere {
    faces: Mutex<HashMap<TemplateId, Embedding>>,
    read: AtomicUsize,
}

impl Elsewhere {
    fn of(faces: &Faces) -> Arc<Self> {
        let map = faces.iter().map(|face| (face.0, face.2.clone())).collect();
        Arc::new(Self { faces: Mutex::new(map), read: AtomicUsize::new(0) })
    }
}

impl ExactTemplates for Elsewhere {
    fn read(&self, templates: &[TemplateId]) -> Result<Vec<Option<Embedding>>, SourceError> {
        self.read.fetch_add(templates.len(), Ordering::Relaxed);
        let faces = self.faces.lock();
        if faces.is_empty() {
            return Err("out of reach".into());
        }
        Ok(templates.iter().map(|template| faces.get(template).cloned()).collect())
    }
}

#[test]
fn where_exact_values_are_elsewhere_a_few_are_read_for_the_same_answer() {
    let mut numbers = Numbers(63);
    let faces: Faces = (0..4_000).map(|i| (TemplateId(i), Subject(i), numbers.embedding_of(512))).collect();
    let source = Elsewhere::of(&faces);
    let gallery = Gallery::with_source(512, TAG, source.clone(), 1_000);
    fill(&gallery, &faces);
    let queries: Vec<_> = (0..10).map(|_| numbers.embedding_of(512)).collect();
    check(&gallery, &faces, &queries);
    let each = source.read.load(Ordering::Relaxed) / (2 * queries.len());
    assert!((1..200).contains(&each), "{each} of 4,000 templates were read for a search");
    let (subject, face) = gallery.template(TemplateId(7)).unwrap().unwrap();
    assert_eq!((subject, face.values()), (Subject(7), faces[7].2.values()));
    let alike = gallery.alike(&faces[9].2, Subject(1), 0.999).unwrap();
    assert_eq!(alike, [(Subject(9), TemplateId(9), faces[9].2.similarity(&faces[9].2))]);

    source.faces.lock().clear();
    assert!(
        matches!(gallery.search(&queries[0]), Err(SearchError::Source(_))),
        "nobody is a stranger by that"
    );
}

#[test]
fn small_galleries_read_nothing_from_elsewhere_until_they_have_grown() {
    let mut numbers = Numbers(64);
    let faces: Faces = (0..700).map(|i| (TemplateId(i), Subject(i), numbers.embedding_of(192))).collect();
    let source = Elsewhere::of(&faces);
    let gallery = Gallery::with_source(192, TAG, source.clone(), 600);
    for (template, subject, embedding) in &faces {
        gallery.insert(*template, *subject, TAG, embedding).unwrap();
        let grown = template.0 >= 600;
        gallery.search(embedding).unwrap();
        assert_eq!(source.read.load(Ordering::Relaxed) > 0, grown, "{} templates", template.0 + 1);
    }
    let expecting = Gallery::with_source(192, TAG, source.clone(), 600);
    expecting.expect(601);
    fill(&expecting, &faces[..10].to_vec());
    let before = source.read.load(Ordering::Relaxed);
    expecting.search(&faces[0].2).unwrap();
    assert!(source.read.load(Ordering::Relaxed) > before);
}

#[test]
fn whoever_is_gone_elsewhere_hides_nobody() {
    let mut numbers = Numbers(65);
    let face = numbers.embedding_of(512);
    // The nearest ones are so near that they rule out everybody else by their bounds.
    let distance = |i: u128| if i < 40 { 0.001 } else { 0.5 + i as f32 / 100.0 };
    let faces: Faces =
        (0..400).map(|i| (TemplateId(i), Subject(i), near(&face, distance(i), &mut numbers))).collect();
    let source = Elsewhere::of(&faces);
    let gallery = Gallery::with_source(512, TAG, source.clone(), 0);
    fill(&gallery, &faces);
    source.faces.lock().retain(|template, _| template.0 >= 40);
    let found = gallery.search(&face).unwrap().unwrap();
    assert_eq!((found.template, found.runner_up), brute(&faces[40..], &face));
}

#[test]
fn alike_are_just_those_that_a_full_comparison_finds() {
    let mut numbers = Numbers(66);
    let face = numbers.embedding_of(192);
    let faces: Faces = (0..2_000)
        .map(|i| (TemplateId(i), Subject(i / 2), near(&face, i as f32 / 500.0, &mut numbers)))
        .collect();
    let gallery = Gallery::new(192, TAG);
    fill(&gallery, &faces);
    for least in [-1.0, 0.4, 0.7, 0.9, faces[31].2.similarity(&face)] {
        let mut all = Vec::new();
        gallery.compare_with_others(&face, Subject(3), |subject, template, similarity| {
            all.push((subject, template, similarity));
        });
        all.retain(|(_, _, similarity)| *similarity >= least);
        let mut found = gallery.alike(&face, Subject(3), least).unwrap();
        found.sort_by_key(|alike| alike.1);
        all.sort_by_key(|alike| alike.1);
        assert_eq!(found, all);
        let others = faces.iter().filter(|row| row.1 != Subject(3) && row.2.similarity(&face) >= least);
        assert_eq!(found.len(), others.count());
    }
}
