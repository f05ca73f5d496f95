//! Changes and searches beside each other, against what may be seen at the time.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::gallery::rows::SEGMENT_ROWS;

/// Templates of one writer, which nobody else changes.
const OWN: u128 = 200;
const WRITERS: u128 = 4;

/// How often each template came or went: odd as long as it may be there.
struct Turns(Vec<AtomicU32>);

impl Turns {
    fn new() -> Self {
        Self((0..WRITERS * OWN).map(|_| AtomicU32::new(0)).collect())
    }

    fn come(&self, template: TemplateId) {
        let turn = &self.0[template.0 as usize];
        if turn.load(Ordering::SeqCst).is_multiple_of(2) {
            turn.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn gone(&self, template: TemplateId) {
        let turn = &self.0[template.0 as usize];
        if turn.load(Ordering::SeqCst) % 2 == 1 {
            turn.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn now(&self) -> Vec<u32> {
        self.0.iter().map(|turn| turn.load(Ordering::SeqCst)).collect()
    }
}

/// One writer's changes, each seen by its own next search; what it knows to be there is found, what is not is not.
fn write(
    gallery: &Gallery,
    (turns, faces): (&Turns, &[Embedding]),
    (writer, operations): (u128, usize),
) -> BTreeSet<TemplateId> {
    let mut numbers = Numbers(70 + writer as u64);
    let mut pick = |count: u128| ((numbers.next() + 0.5) * count as f32) as u128 % count;
    let mut there: BTreeMap<TemplateId, Subject> = BTreeMap::new();
    for _ in 0..operations {
        let template = TemplateId(writer * OWN + pick(OWN));
        let subject = Subject(template.0 / 5);
        let face = &faces[template.0 as usize];
        match pick(5) {
            0 | 1 => {
                turns.come(template);
                gallery.insert(template, subject, TAG, face).unwrap();
                there.insert(template, subject);
            }
            2 => {
                assert_eq!(gallery.remove(template), there.remove(&template).is_some());
                turns.gone(template);
            }
            3 => {
                let theirs: Vec<_> =
                    there.iter().filter(|(_, s)| **s == subject).map(|(template, _)| *template).collect();
                assert_eq!(gallery.remove_subject(subject), theirs.len());
                for gone in theirs {
                    turns.gone(gone);
                    there.remove(&gone);
                }
            }
            _ => {
                turns.come(template);
                let refused = gallery.replace_subject(subject, TAG, &[(template, face.clone())]);
                assert!(refused.is_empty());
                for gone in (0..OWN).map(|i| TemplateId(writer * OWN + i)).filter(|id| *id != template) {
                    if there.get(&gone) == Some(&subject) {
                        turns.gone(gone);
                        there.remove(&gone);
                    }
                }
                there.insert(template, subject);
            }
        }
        let found = gallery.search(face).unwrap();
        let is_found = found.is_some_and(|found| found.template == template);
        assert_eq!(is_found, there.contains_key(&template), "{template:?} after a change");
    }
    there.into_keys().collect()
}

#[test]
fn ten_thousand_changes_by_several_threads_are_seen_by_all_when_they_are_made() {
    are_seen_by_all(|gallery| gallery, 2_500);
}

/// Four threads make so many changes each; more threads search.
pub(super) fn are_seen_by_all(searched: impl FnOnce(Gallery) -> Gallery, operations: usize) {
    let mut numbers = Numbers(69);
    let faces: Vec<_> = (0..WRITERS * OWN).map(|_| numbers.embedding()).collect();
    let (gallery, turns) = (Gallery::new(DIM, TAG), Turns::new());
    // So many others that changes go across segments; they are never the best match of a writer's faces.
    for i in 0..2 * SEGMENT_ROWS as u128 {
        let other = numbers.embedding();
        gallery.insert(TemplateId(1_000_000 + i), Subject(1_000_000), TAG, &other).unwrap();
    }
    let gallery = searched(gallery);
    let there: BTreeSet<TemplateId> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (gallery, turns, faces) = (&gallery, &turns, &faces);
                scope.spawn(move || write(gallery, (turns, &faces[..]), (writer, operations)))
            })
            .collect();
        let busy = || !writers.iter().all(ScopedJoinHandle::is_finished);
        let mut seen = 0;
        for face in faces.iter().cycle().take_while(|_| busy()) {
            let before = turns.now();
            let found = gallery.search(face).unwrap().unwrap().template;
            let after = turns.now();
            if let Some(turn) = before.get(found.0 as usize) {
                let away = turn % 2 == 0 && after[found.0 as usize] == *turn;
                assert!(!away, "{found:?} was found and had gone before the search began");
                seen += 1;
            }
        }
        assert!(seen > operations / 25, "searches must have come in between");
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let left: BTreeSet<TemplateId> = gallery.templates_after(None, usize::MAX).into_iter().collect();
    assert_eq!(left.range(..TemplateId(1_000_000)).copied().collect::<BTreeSet<_>>(), there);
    for id in &there {
        assert_eq!(gallery.template(*id).unwrap().unwrap().1.values(), faces[id.0 as usize].values());
    }
    assert_eq!(gallery.len(), there.len() + 2 * SEGMENT_ROWS);
}

#[test]
fn a_search_that_is_under_way_hinders_no_change_and_sees_none() {
    let mut numbers = Numbers(71);
    let (gallery, rows) = filled(2 * SEGMENT_ROWS as u128, &mut numbers);
    let as_it_was = gallery.segments();
    let labels: Vec<_> = as_it_was.iter().flat_map(|segment| segment.labels.clone()).collect();
    for row in &rows[..300] {
        assert!(gallery.remove(row.0));
    }
    assert_eq!(as_it_was.iter().flat_map(|segment| segment.labels.clone()).collect::<Vec<_>>(), labels);
    assert_eq!(gallery.len(), rows.len() - 300);
}
