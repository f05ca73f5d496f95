//! Rows that come back from bytes are those that went.
use super::*;

/// A gallery that reads exact values from another one.
struct Elsewhere(Vec<(TemplateId, Subject, Embedding)>);

impl ExactTemplates for Elsewhere {
    fn read(&self, templates: &[TemplateId]) -> Result<Vec<Option<Embedding>>, SourceError> {
        let find = |id: &TemplateId| self.0.iter().find(|row| row.0 == *id).map(|row| row.2.clone());
        Ok(templates.iter().map(find).collect())
    }
}

fn labels(rows: &[(TemplateId, Subject, Embedding)]) -> Vec<(Subject, TemplateId)> {
    rows.iter().map(|(template, subject, _)| (*subject, *template)).collect()
}

fn far(rows: &[(TemplateId, Subject, Embedding)]) -> Gallery {
    let gallery = Gallery::with_source(DIM, TAG, Arc::new(Elsewhere(rows.to_vec())), 0);
    gallery.expect(rows.len());
    gallery
}

#[test]
fn rows_out_of_bytes_are_searched_like_those_that_were_inserted() {
    let mut numbers = Numbers(81);
    let (near, rows) = filled(1_300, &mut numbers);
    let (first, rest) = rows.split_at(700);
    let gallery = far(&rows);
    assert_eq!(gallery.insert_coded(&near.coded(&labels(first)).unwrap()), Ok(700));
    // Twice the same and one that is there by itself already: a template has one row.
    gallery.insert(rest[0].0, rest[0].1, TAG, &rest[0].2).unwrap();
    for _ in 0..2 {
        assert_eq!(gallery.insert_coded(&near.coded(&labels(rest)).unwrap()), Ok(600));
    }
    assert_eq!((gallery.len(), gallery.subjects(), gallery.is_exact()), (1_300, near.subjects(), false));
    for _ in 0..100 {
        let query = numbers.embedding();
        assert_eq!(gallery.search(&query).unwrap(), near.search(&query).unwrap());
    }
    assert_eq!(gallery.coded(&labels(&rows)), near.coded(&labels(&rows)), "and go out as they came in");
    assert!(gallery.remove(rows[3].0));
    assert!(gallery.coded(&labels(&rows)).is_none(), "who is not here is not left out quietly");
    assert!(near.coded(&[(Subject(999), rows[3].0)]).is_none(), "nor given as somebody else");
}

#[test]
fn bytes_that_are_no_rows_of_the_gallery_are_refused_whole() {
    let mut numbers = Numbers(82);
    let (near, rows) = filled(20, &mut numbers);
    let bytes = near.coded(&labels(&rows)).unwrap();
    let gallery = far(&rows);
    for cut in (0..bytes.len()).step_by(7) {
        assert_eq!(gallery.insert_coded(&bytes[..cut]), Err(CodedError::Unfit), "cut at {cut}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(gallery.insert_coded(&longer), Err(CodedError::Unfit));
    // Model tag, dim and count, each changed; so many rows that their bytes are not to be counted.
    for at in [0, 4, 8, 11] {
        let mut changed = bytes.to_vec();
        changed[at] ^= 0x81;
        assert_eq!(gallery.insert_coded(&changed), Err(CodedError::Unfit), "byte {at}");
    }
    assert!(gallery.is_empty());
    assert_eq!(near.insert_coded(&bytes), Err(CodedError::Inexact));
    assert_eq!(far(&[]).coded(&[]).map(|bytes| bytes.len()), Some(12));
}
