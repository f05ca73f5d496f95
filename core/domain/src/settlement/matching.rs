//! The three-way match itself.
use std::collections::{BTreeMap, HashMap};

use super::{Entry, Line, LineKind, Match, Money, Pair};

/// By what a line may name a request of ours.
#[derive(Clone, Copy)]
enum By {
    Attempt,
    ProviderRef,
}

/// Requests by the references that a line may give. Places are in the order of the requests' ids, so that the order
/// in which they were handed in does not matter.
struct Index<'a> {
    by_attempt: HashMap<(LineKind, [u8; 16]), Vec<usize>>,
    by_provider_ref: HashMap<(LineKind, &'a str), Vec<usize>>,
}

impl<'a> Index<'a> {
    fn new(entries: &'a [Entry], order: &[usize]) -> Self {
        let mut index = Self { by_attempt: HashMap::new(), by_provider_ref: HashMap::new() };
        for &at in order {
            let entry = &entries[at];
            for attempt in std::iter::once(entry.attempt).chain(entry.authorization) {
                index.by_attempt.entry((entry.kind, attempt)).or_default().push(at);
            }
            if let Some(reference) = entry.provider_ref.as_deref().filter(|text| !text.is_empty()) {
                index.by_provider_ref.entry((entry.kind, reference)).or_default().push(at);
            }
        }
        index
    }

    fn named<'b>(&'b self, by: By, line: &'b Line) -> &'b [usize] {
        let places = match by {
            By::Attempt => line.attempt.and_then(|attempt| self.by_attempt.get(&(line.kind, attempt))),
            By::ProviderRef => self.by_provider_ref.get(&(line.kind, line.provider_ref.as_str())),
        };
        places.map_or(&[], Vec::as_slice)
    }
}

/// Puts every line and every request into one class: the lines in their order, then the requests that no line
/// names, by their ids. Our own reference goes before the provider's, and the same amount before another one. The
/// order in which lines and requests come decides nothing else.
#[must_use]
pub fn compare(entries: &[Entry], lines: &[Line]) -> Vec<Pair> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&at| entries[at].operation);
    let index = Index::new(entries, &order);
    let (of_line, of_entry) = joined(entries, lines, &index);
    let repeats = |line: &Line| {
        let named = [By::Attempt, By::ProviderRef].into_iter().flat_map(|by| index.named(by, line));
        named.copied().find(|&at| entries[at].amount.currency() == line.amount.currency())
    };
    let judged = lines.iter().enumerate().map(|(at, line)| match of_line.get(&at) {
        Some(&entry) => both((entry, &entries[entry]), (at, line)),
        None => theirs_alone((at, line), repeats(line)),
    });
    let alone = order.iter().filter(|at| !of_entry.contains_key(at));
    judged.chain(alone.map(|&at| ours_alone(at, &entries[at]))).collect()
}

/// Which request each line is, and which line each request is.
fn joined(
    entries: &[Entry],
    lines: &[Line],
    index: &Index<'_>,
) -> (BTreeMap<usize, usize>, BTreeMap<usize, usize>) {
    let (mut of_line, mut of_entry) = (BTreeMap::new(), BTreeMap::new());
    let mut order: Vec<usize> = (0..lines.len()).filter(|&at| lines[at].kind != LineKind::Fee).collect();
    // Lines that are equal in all of this may stand for each other.
    order.sort_by_key(|&at| {
        let Line { provider_ref, attempt, kind, amount, fee, at } = &lines[at];
        (at, attempt, provider_ref, kind, amount.currency(), amount.minor(), fee.map(Money::minor))
    });
    let passes =
        [(By::Attempt, true), (By::ProviderRef, true), (By::Attempt, false), (By::ProviderRef, false)];
    for (by, exact) in passes {
        for &at in &order {
            if of_line.contains_key(&at) {
                continue;
            }
            let line = &lines[at];
            let fits = |place: &&usize| {
                let amount = entries[**place].amount;
                !of_entry.contains_key(*place)
                    && amount.currency() == line.amount.currency()
                    && (!exact || amount == line.amount)
            };
            if let Some(&place) = index.named(by, line).iter().find(fits) {
                of_line.insert(at, place);
                of_entry.insert(place, at);
            }
        }
    }
    (of_line, of_entry)
}

/// A request and its line. What our books lack is missing there, whatever the request says.
fn both((place, entry): (usize, &Entry), (at, line): (usize, &Line)) -> Pair {
    let booked = entry.booked.map_or(0, Money::minor);
    let state = match entry.booked {
        None => Match::MissingOurs,
        Some(booked) if booked == line.amount && entry.amount == line.amount => Match::Matched,
        Some(_) => Match::AmountDiff,
    };
    Pair {
        state,
        entry: Some(place),
        line: Some(at),
        currency: line.amount.currency(),
        difference: line.kind.owed(line.amount.minor() - booked),
    }
}

fn theirs_alone((at, line): (usize, &Line), repeats: Option<usize>) -> Pair {
    let (state, difference) = match (line.kind, repeats) {
        (LineKind::Fee, _) => (Match::Matched, 0),
        (_, Some(_)) => (Match::DuplicateTheirs, line.kind.owed(line.amount.minor())),
        (_, None) => (Match::MissingOurs, line.kind.owed(line.amount.minor())),
    };
    Pair { state, entry: repeats, line: Some(at), currency: line.amount.currency(), difference }
}

fn ours_alone(place: usize, entry: &Entry) -> Pair {
    let booked = entry.booked.map_or(0, Money::minor);
    Pair {
        state: Match::MissingTheirs,
        entry: Some(place),
        line: None,
        currency: entry.amount.currency(),
        difference: -entry.kind.owed(booked),
    }
}
