//! Who is found by what, page by page, and who is not any more.
use super::*;

const PEOPLE: [(&str, Option<&str>); 6] = [
    ("Ada Lovelace", Some("ada@example.com")),
    ("Jean-Luc O'Brien", None),
    ("सचिन तेंदुलकर", None),
    ("王小明", Some("Wang@example.com")),
    ("Adam Example", None),
    ("ÉLOISE Ada", None),
];

fn id(number: usize) -> UserId {
    UserId(uuid::Uuid::from_u128(number as u128))
}

fn directory() -> Directory {
    let mut directory = Directory::default();
    for (number, (name, email)) in PEOPLE.iter().enumerate() {
        directory.put(id(number), Timestamp(1), name, *email);
    }
    directory
}

fn check(text: &str, expected: &[usize]) {
    let (directory, query) = (directory(), Query::new(text).unwrap());
    let found: Vec<usize> =
        directory.find(&query, None, 10).iter().map(|user| user.0.as_u128() as usize).collect();
    assert_eq!(found, expected, "{text}");
    // What one person is compared with says the same as what all are looked up in.
    for (number, (name, email)) in PEOPLE.iter().enumerate() {
        assert_eq!(query.means(name, *email), expected.contains(&number), "{text}: {name}");
    }
}

#[test]
fn every_word_begins_a_word_of_the_name_or_the_address_in_any_case() {
    check("ada", &[0, 4, 5]);
    check("ADA L", &[0]);
    check("love ad", &[0]);
    check("lace", &[]);
    check("luc", &[1]);
    check("jean-l", &[1]);
    check("brien jean", &[1]);
    check("o'b", &[1]);
    check("éloise", &[5]);
    check("सच", &[2]);
    check("王", &[3]);
    check("wang@example", &[3]);
    check("example", &[4]);
    check("  ada   lovelace ", &[0]);
    check("ada nobody", &[]);
}

#[test]
fn what_is_no_question_is_none() {
    for text in ["", "   ", "a\u{0}b", &"x".repeat(QUERY_CHARS_MAX + 1)] {
        assert_eq!(Query::new(text), None, "{text:?}");
    }
    assert!(Query::new(&"x".repeat(QUERY_CHARS_MAX)).is_some());
}

#[test]
fn a_page_goes_on_behind_the_last_one() {
    let (directory, query) = (directory(), Query::new("a").unwrap());
    assert_eq!(directory.find(&query, None, 2), [id(0), id(4)]);
    assert_eq!(directory.find(&query, Some(id(4)), 2), [id(5)]);
    assert_eq!(directory.find(&query, Some(id(5)), 2), []);
}

#[test]
fn who_changed_or_went_is_not_found_under_the_old_name() {
    let mut directory = directory();
    let find = |directory: &Directory, text: &str| directory.find(&Query::new(text).unwrap(), None, 10);
    assert!(directory.has(id(0), Timestamp(1)) && !directory.has(id(0), Timestamp(2)));
    directory.put(id(0), Timestamp(2), "Augusta King", None);
    assert!(directory.has(id(0), Timestamp(2)));
    assert_eq!((find(&directory, "lovelace"), find(&directory, "king")), (vec![], vec![id(0)]));
    directory.forget(id(0));
    directory.forget(id(0));
    assert_eq!((find(&directory, "king"), directory.len()), (vec![], PEOPLE.len() - 1));
    assert_eq!(directory.beginnings.len(), directory.people.values().map(|p| p.beginnings.len()).sum());
}
