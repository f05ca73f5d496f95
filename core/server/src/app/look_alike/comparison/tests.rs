//! Everybody is compared with everybody, a little at a time, and measured only where they agreed.

use pipeline::Embedding;

use super::*;

const TAG: u32 = 1;

/// People on a circle, `degrees` apart from each other, with a template each.
fn circle(count: u128, degrees: f32) -> Gallery {
    let gallery = Gallery::new(2, TAG);
    for person in 0..count {
        let angle = (person as f32 * degrees).to_radians();
        let embedding = Embedding::new(vec![angle.cos(), angle.sin()]).unwrap();
        gallery.insert(TemplateId(person), Subject(person), TAG, &embedding).unwrap();
    }
    gallery
}

/// Subjects that look alike.
type Pairs = Vec<(u128, u128)>;

/// Goes on, one template at a time, until the gallery is through.
fn through(gallery: &Gallery, alike_min: f32, agreed: &[u128]) -> (Pairs, Option<(u64, usize)>) {
    let mut comparison = Comparison::default();
    comparison.begin(TAG, agreed.iter().map(|id| TemplateId(*id)).collect());
    let (mut pairs, mut measured) = (Vec::new(), None);
    // One round for each template, and one that finds nothing more.
    for _ in 0..=gallery.len() {
        let round = comparison.go_on(gallery, alike_min, || true);
        pairs.extend(round.alike.iter().map(|((one, _), other)| (one.0, other.template.0)));
        measured = measured.or(round.measured.map(|(scores, people)| (scores.total(), people)));
    }
    assert!(!comparison.is_of(TAG), "it begins anew");
    pairs.sort_unstable();
    (pairs, measured)
}

#[test]
fn look_alikes_are_found_from_both_sides_whoever_came_first() {
    // 20 degrees apart: neighbours have a cosine of 0.94, the next but one 0.77.
    let gallery = circle(4, 20.0);
    let (pairs, measured) = through(&gallery, 0.9, &[]);
    assert_eq!(pairs, [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2)]);
    assert_eq!(measured, None, "nobody agreed");
    assert!(through(&gallery, 0.95, &[]).0.is_empty());
}

#[test]
fn two_faces_of_one_person_are_no_look_alikes() {
    let gallery = circle(1, 0.0);
    let again = Embedding::new(vec![1.0, 0.0]).unwrap();
    gallery.insert(TemplateId(7), Subject(0), TAG, &again).unwrap();
    assert!(through(&gallery, 0.1, &[0, 7]).0.is_empty());
}

#[test]
fn only_those_who_agreed_are_measured_and_each_pair_once() {
    let gallery = circle(6, 20.0);
    for (agreed, expected) in
        [(&[0, 1, 2, 3, 4, 5][..], Some((15, 6))), (&[0, 2, 5], Some((3, 3))), (&[4], None), (&[4, 99], None)]
    {
        assert_eq!(through(&gallery, 2.0, agreed).1, expected, "{agreed:?}");
    }
}

#[test]
fn a_large_gallery_is_gone_through_in_several_rounds() {
    let gallery = circle(600, 0.5);
    let mut comparison = Comparison::default();
    comparison.begin(TAG, (0..600).map(TemplateId).collect());
    let rounds: Vec<_> = (0..3).map(|_| comparison.go_on(&gallery, 2.0, || false)).collect();
    assert!(rounds[0].measured.is_none() && rounds[1].measured.is_none());
    let (scores, people) = rounds[2].measured.as_ref().unwrap();
    assert_eq!((scores.total(), *people), (600 * 599 / 2, 600));
}

#[test]
fn who_is_removed_meanwhile_is_passed_over() {
    let gallery = circle(4, 20.0);
    let mut comparison = Comparison::default();
    comparison.begin(TAG, (0..4).map(TemplateId).collect());
    let first = comparison.go_on(&gallery, 0.9, || true);
    assert_eq!(first.alike.len(), 1);
    gallery.remove(TemplateId(1));
    let rest = comparison.go_on(&gallery, 0.9, || false);
    let pairs: Vec<_> = rest.alike.iter().map(|((one, _), other)| (one.0, other.template.0)).collect();
    assert_eq!(pairs, [(2, 3), (3, 2)]);
}
