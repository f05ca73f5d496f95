//! Which answers count, and what their codes mean.

use super::*;
use crate::message::Fault;

fn build(mti: &str, fields: &[(u8, &str)]) -> Message {
    let fold = |message: Message, (number, value): &(u8, &str)| message.with(*number, *value);
    let built: Result<Message, Fault> = fields.iter().try_fold(Message::new(mti).unwrap(), fold);
    built.unwrap()
}

const FIELDS: [(u8, &str); 8] = [
    (3, "000000"),
    (4, "000000001250"),
    (7, "1129004357"),
    (11, "000042"),
    (37, "633300ABCDEF"),
    (41, "TERM0001"),
    (42, "MERCHANT0000001"),
    (49, "978"),
];

#[test]
fn response_codes_mean_what_the_table_says() {
    let rows = [
        ("00", "approved", "approved"),
        ("11", "approved", "approved"),
        ("05", "do_not_honour", "do_not_honour"),
        ("51", "insufficient_funds", "insufficient_funds"),
        ("54", "card_expired", "card_expired"),
        ("12", "transaction_invalid", "transaction_invalid"),
        ("25", "original_not_located", "not located"),
        ("91", "issuer_unavailable", "undecided"),
        ("92", "issuer_unavailable", "undecided"),
        ("90", "cutoff_in_progress", "undecided"),
        ("08", "undecided", "undecided"),
        ("09", "undecided", "undecided"),
        ("10", "undecided", "undecided"),
        ("68", "undecided", "undecided"),
        ("94", "undecided", "undecided"),
        ("96", "undecided", "undecided"),
        ("99", "undecided", "undecided"),
        ("ZZ", "undecided", "undecided"),
    ];
    for (code, expected, of_reversal) in rows {
        for (mti, answer, expected) in [("0200", "0210", expected), ("0400", "0410", of_reversal)] {
            let found = read(&build(mti, &FIELDS), &build(answer, &FIELDS).with(39, code).unwrap());
            let found = match found {
                Reading::Approved => "approved".to_owned(),
                Reading::Declined(reason) => reason,
                Reading::NotLocated => "not located".to_owned(),
                Reading::Undecided => "undecided".to_owned(),
            };
            assert_eq!(found, expected, "{mti} {code}");
        }
    }
}

#[test]
fn an_answer_that_differs_in_one_particular_says_nothing() {
    let request = build("0200", &FIELDS);
    for (number, value) in FIELDS {
        let other = value.replace(|found: char| found.is_ascii_alphanumeric(), "9");
        let answer = build("0210", &FIELDS).with(39, "00").unwrap().with(number, other).unwrap();
        assert_eq!(read(&request, &answer), Reading::Undecided, "{number}");
        let without: Vec<_> = FIELDS.into_iter().filter(|(found, _)| *found != number).collect();
        let expected = if ECHOED.contains(&number) { Reading::Undecided } else { Reading::Approved };
        assert_eq!(read(&request, &build("0210", &without).with(39, "00").unwrap()), expected, "{number}");
    }
    assert_eq!(read(&request, &build("0210", &FIELDS)), Reading::Undecided, "no response code");
}

#[test]
fn only_the_answer_type_of_its_request_counts() {
    let rows = [("0100", "0110"), ("0201", "0210"), ("0220", "0230"), ("0221", "0230"), ("0401", "0410")];
    for (request, expected) in rows {
        for (_, answer) in rows {
            let answer = build(answer, &FIELDS).with(39, "00").unwrap();
            let found = read(&build(request, &FIELDS), &answer);
            assert_eq!(found == Reading::Approved, answer.mti() == expected, "{request} {answer:?}");
        }
    }
}
