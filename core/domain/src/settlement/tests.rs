//! Every line and every request ends in one class, and the classes account for every minor unit.
use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, currency.parse().unwrap()).unwrap()
}

fn entry(number: u8, kind: LineKind, amount: Money) -> Entry {
    Entry {
        operation: OperationId(Uuid::from_u128(u128::from(number))),
        attempt: [number; 16],
        authorization: None,
        provider_ref: Some(format!("p-{number}")),
        kind,
        amount,
        booked: Some(amount),
    }
}

fn line(number: u8, kind: LineKind, amount: Money) -> Line {
    Line {
        provider_ref: format!("p-{number}"),
        attempt: Some([number; 16]),
        kind,
        amount,
        fee: None,
        at: Timestamp(0),
    }
}

/// What is compared, and each class with its difference.
type Row = (&'static str, Vec<Entry>, Vec<Line>, Vec<(Match, i64)>);

fn classes(entries: &[Entry], lines: &[Line]) -> Vec<(Match, i64)> {
    compare(entries, lines).iter().map(|pair| (pair.state, pair.difference)).collect()
}

#[test]
fn each_disagreement_has_its_class_and_its_difference() {
    use LineKind::{Fee, Refund, Sale};
    let eur = |minor| money(minor, "EUR");
    let rows: [Row; 10] = [
        ("nothing", vec![], vec![], vec![]),
        ("agreed", vec![entry(1, Sale, eur(5))], vec![line(1, Sale, eur(5))], vec![(Match::Matched, 0)]),
        ("we miss a sale", vec![], vec![line(1, Sale, eur(5))], vec![(Match::MissingOurs, 5)]),
        ("we miss a refund", vec![], vec![line(1, Refund, eur(5))], vec![(Match::MissingOurs, -5)]),
        ("they miss a sale", vec![entry(1, Sale, eur(5))], vec![], vec![(Match::MissingTheirs, -5)]),
        ("they miss a refund", vec![entry(1, Refund, eur(5))], vec![], vec![(Match::MissingTheirs, 5)]),
        (
            "they gave back more",
            vec![entry(1, Refund, eur(5))],
            vec![line(1, Refund, eur(7))],
            vec![(Match::AmountDiff, -2)],
        ),
        (
            "twice",
            vec![entry(1, Sale, eur(5))],
            vec![line(1, Sale, eur(5)), line(1, Sale, eur(5))],
            vec![(Match::Matched, 0), (Match::DuplicateTheirs, 5)],
        ),
        (
            "a refund is not its sale",
            vec![entry(1, Sale, eur(5))],
            vec![line(1, Refund, eur(5))],
            vec![(Match::MissingOurs, -5), (Match::MissingTheirs, -5)],
        ),
        ("a fee stands as it is", vec![], vec![line(1, Fee, eur(5))], vec![(Match::Matched, 0)]),
    ];
    for (name, entries, lines, expected) in rows {
        assert_eq!(classes(&entries, &lines), expected, "{name}");
    }
}

#[test]
fn amounts_in_another_currency_are_never_compared() {
    let found = compare(
        &[entry(1, LineKind::Sale, money(500, "JPY"))],
        &[line(1, LineKind::Sale, money(500, "KWD"))],
    );
    let found: Vec<_> = found.iter().map(|p| (p.state, p.currency.to_string(), p.difference)).collect();
    let expected =
        [(Match::MissingOurs, "KWD".to_owned(), 500), (Match::MissingTheirs, "JPY".to_owned(), -500)];
    assert_eq!(found, expected);
}

#[test]
fn a_capture_is_found_by_the_reference_of_its_authorization() {
    let mut captured = entry(2, LineKind::Sale, money(5, "EUR"));
    (captured.authorization, captured.provider_ref) = (Some([1; 16]), None);
    let mut theirs = line(1, LineKind::Sale, money(5, "EUR"));
    theirs.provider_ref.clear();
    assert_eq!(classes(&[captured], &[theirs]), [(Match::Matched, 0)]);
}

#[test]
fn a_line_without_our_reference_is_found_by_the_provider_s_and_the_fitting_amount_first() {
    let refund = |number, minor| {
        let mut refund = entry(number, LineKind::Refund, money(minor, "EUR"));
        refund.provider_ref = Some("p-0".to_owned());
        refund
    };
    let theirs = |minor| Line { attempt: None, ..line(0, LineKind::Refund, money(minor, "EUR")) };
    let found = compare(&[refund(1, 3), refund(2, 4)], &[theirs(4), theirs(3), theirs(3)]);
    let found: Vec<_> = found.iter().map(|pair| (pair.state, pair.entry, pair.line)).collect();
    let expected = [
        (Match::Matched, Some(1), Some(0)),
        (Match::Matched, Some(0), Some(1)),
        (Match::DuplicateTheirs, Some(0), Some(2)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_the_books_lack_is_a_break_even_when_both_sides_agree() {
    let (sale, theirs) = (money(5, "EUR"), line(1, LineKind::Sale, money(5, "EUR")));
    for (booked, expected) in [
        (None, (Match::MissingOurs, 5)),
        (Some(money(4, "EUR")), (Match::AmountDiff, 1)),
        (Some(sale), (Match::Matched, 0)),
    ] {
        let ours = Entry { booked, ..entry(1, LineKind::Sale, sale) };
        assert_eq!(classes(&[ours], std::slice::from_ref(&theirs)), [expected], "{booked:?}");
    }
    let unbooked = Entry { booked: None, ..entry(1, LineKind::Sale, sale) };
    assert_eq!(classes(&[unbooked], &[]), [(Match::MissingTheirs, 0)]);
}

#[test]
fn days_are_those_of_the_calendar_and_follow_each_other() {
    for text in
        ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-01 ", "", "0000-01-01"]
    {
        assert!(text.parse::<Day>().is_err(), "{text}");
    }
    for (day, next) in
        [("2026-01-31", "2026-02-01"), ("2028-02-28", "2028-02-29"), ("2026-12-31", "2027-01-01")]
    {
        assert_eq!(day.parse::<Day>().unwrap().next().to_string(), next);
    }
    assert!("2026-02-01".parse::<Day>().unwrap() > "2026-01-31".parse().unwrap());
}

#[test]
fn a_sum_that_does_not_fit_is_refused() {
    let largest = money(crate::money::MINOR_MAX, "EUR");
    let many = |count| totals(std::iter::repeat_n((LineKind::Sale, largest), count));
    assert_eq!(many(1_000).unwrap()[0].gross, 1_000 * crate::money::MINOR_MAX);
    assert_eq!(many(10_000_000), Err(LedgerError::OutOfRange));
}

fn amounts() -> impl Strategy<Value = Money> {
    (1..4_i64, prop::sample::select(vec!["EUR", "JPY", "KWD"])).prop_map(|(minor, code)| money(minor, code))
}

fn kinds() -> impl Strategy<Value = LineKind> {
    prop::sample::select(vec![LineKind::Sale, LineKind::Refund])
}

/// Few references, so that lines and requests often name each other, wrongly as well.
fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let one = (kinds(), amounts(), prop::option::of(0..5_u8), prop::option::of(0..4_i64), 0..12_u8);
    prop::collection::vec(one, 0..12).prop_map(|rows| {
        let made =
            rows.into_iter().zip(1_u8..).map(|((kind, amount, reference, booked, authorization), number)| {
                let booked =
                    booked.map(|less| Money::new(amount.minor() - less, amount.currency()).unwrap_or(amount));
                Entry {
                    provider_ref: reference.map(|number| format!("p-{number}")),
                    authorization: (kind == LineKind::Sale && authorization > 6)
                        .then_some([authorization; 16]),
                    booked,
                    ..entry(number, kind, amount)
                }
            });
        made.collect()
    })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let kinds = prop::sample::select(LineKind::ALL.to_vec());
    let one = (kinds, amounts(), 0..5_u8, prop::option::of(1..14_u8), prop::option::of(1..3_i64), 0..3_i64);
    prop::collection::vec(one, 0..14).prop_map(|rows| {
        let made = rows.into_iter().map(|(kind, amount, reference, attempt, fee, at)| Line {
            provider_ref: format!("p-{reference}"),
            attempt: attempt.map(|number| [number; 16]),
            fee: fee.and_then(|minor| Money::new(minor, amount.currency()).ok()),
            at: Timestamp(at),
            ..line(0, kind, amount)
        });
        made.collect()
    })
}

/// How often each class with each difference is there, for comparing without regard to places.
fn tally(entries: &[Entry], lines: &[Line]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for pair in compare(entries, lines) {
        let entry = pair.entry.map(|at| entries[at].operation);
        let line = pair.line.map(|at| format!("{:?}", lines[at]));
        *tally.entry(format!("{:?} {entry:?} {line:?} {}", pair.state, pair.difference)).or_default() += 1;
    }
    tally
}

proptest! {
    #[test]
    fn every_line_and_every_request_is_in_exactly_one_class(entries in entries(), lines in lines()) {
        let pairs = compare(&entries, &lines);
        let mut of_line: Vec<usize> = pairs.iter().filter_map(|pair| pair.line).collect();
        of_line.sort_unstable();
        prop_assert_eq!(of_line, (0..lines.len()).collect::<Vec<_>>());
        // A duplicate only names the request that it repeats.
        let own = pairs.iter().filter(|pair| pair.state != Match::DuplicateTheirs);
        let mut of_entry: Vec<usize> = own.filter_map(|pair| pair.entry).collect();
        of_entry.sort_unstable();
        prop_assert_eq!(of_entry, (0..entries.len()).collect::<Vec<_>>());
    }

    #[test]
    fn the_differences_turn_our_books_into_the_provider_s(entries in entries(), lines in lines()) {
        for code in ["EUR", "JPY", "KWD"] {
            let currency: Currency = code.parse().unwrap();
            let ours = entries.iter().filter_map(|entry| Some((entry.kind, entry.booked?)));
            let ours: i64 = ours.filter(|(_, m)| m.currency() == currency).map(|(k, m)| k.owed(m.minor())).sum();
            let pairs = compare(&entries, &lines);
            let breaks: i64 = pairs.iter().filter(|p| p.currency == currency).map(|p| p.difference).sum();
            let theirs = totals_of(&lines).unwrap();
            let theirs = theirs.iter().find(|t| t.currency == currency).copied().unwrap_or(Totals::none(currency));
            prop_assert_eq!(ours + breaks - theirs.fees, theirs.net());
            prop_assert_eq!(theirs.gross - theirs.refunds - theirs.fees, theirs.net());
        }
    }

    #[test]
    fn only_a_full_agreement_of_all_three_is_matched(entries in entries(), lines in lines()) {
        for pair in compare(&entries, &lines) {
            let (Some(entry), Some(line)) = (pair.entry.map(|at| &entries[at]), pair.line.map(|at| &lines[at]))
            else {
                continue;
            };
            let agreed = entry.amount == line.amount && entry.booked == Some(line.amount);
            prop_assert_eq!(pair.state == Match::Matched, agreed && pair.state != Match::DuplicateTheirs);
        }
    }

    #[test]
    fn the_order_in_which_they_come_decides_nothing(
        (entries, other_entries) in entries().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        (lines, other_lines) in lines().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(tally(&entries, &lines), tally(&other_entries, &other_lines));
    }
}
