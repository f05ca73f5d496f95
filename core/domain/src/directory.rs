//! Whom a few typed letters may mean: people found by how their names and addresses begin.
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{Timestamp, UserId};

/// The most characters that are looked for.
pub const QUERY_CHARS_MAX: usize = 120;

/// What somebody typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(Vec<String>);

impl Query {
    /// The words of `text`, of any case; `None` where there is none, or too much.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let words: Vec<String> = text.split_whitespace().map(folded).collect();
        let sized = (1..=QUERY_CHARS_MAX).contains(&text.trim().chars().count());
        (sized && !text.trim().chars().any(char::is_control)).then_some(Self(words))
    }

    /// Whether each word begins a word of the name, or the address.
    #[must_use]
    pub fn means(&self, name: &str, email: Option<&str>) -> bool {
        self.fits(&beginnings(name, email))
    }

    fn fits(&self, beginnings: &[Arc<str>]) -> bool {
        self.0.iter().all(|word| beginnings.iter().any(|known| known.starts_with(word.as_str())))
    }

    /// The word that the fewest people are likely to have.
    fn rarest(&self) -> &str {
        self.0.iter().max_by_key(|word| word.len()).map_or("", String::as_str)
    }
}

/// How people's names and addresses begin. It holds names: printed nowhere, and in memory only.
#[derive(Default)]
pub struct Directory {
    beginnings: BTreeSet<(Arc<str>, UserId)>,
    people: HashMap<UserId, Person>,
}

struct Person {
    beginnings: Vec<Arc<str>>,
    changed_at: Timestamp,
}

impl Directory {
    /// How many people are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether nobody is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Whether it has the person as they were at their change of `changed_at`.
    #[must_use]
    pub fn has(&self, user: UserId, changed_at: Timestamp) -> bool {
        self.people.get(&user).is_some_and(|person| person.changed_at == changed_at)
    }

    /// Puts a person in, in place of what was known of them.
    pub fn put(&mut self, user: UserId, changed_at: Timestamp, name: &str, email: Option<&str>) {
        self.forget(user);
        let beginnings = beginnings(name, email);
        self.beginnings.extend(beginnings.iter().map(|beginning| (beginning.clone(), user)));
        self.people.insert(user, Person { beginnings, changed_at });
    }

    /// Takes a person out.
    pub fn forget(&mut self, user: UserId) {
        let Some(person) = self.people.remove(&user) else { return };
        for beginning in person.beginnings {
            self.beginnings.remove(&(beginning, user));
        }
    }

    /// Whom `query` may mean, in the order of their ids, the first `limit` after `after`.
    #[must_use]
    pub fn find(&self, query: &Query, after: Option<UserId>, limit: usize) -> Vec<UserId> {
        let rarest = query.rarest();
        let from = (Arc::from(rarest), UserId(uuid::Uuid::nil()));
        let candidates = self.beginnings.range(from..).take_while(|(known, _)| known.starts_with(rarest));
        let behind = candidates.map(|(_, user)| *user).filter(|user| after.is_none_or(|after| *user > after));
        let fits = |user: &UserId| self.people.get(user).is_some_and(|person| query.fits(&person.beginnings));
        let found: BTreeSet<UserId> = behind.filter(fits).collect();
        found.into_iter().take(limit).collect()
    }
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Each word of the name from its beginning and from each of its parts, `jean-luc` and `luc`, and the address.
fn beginnings(name: &str, email: Option<&str>) -> Vec<Arc<str>> {
    let name = folded(name);
    let parts = name.split_whitespace().flat_map(|word| {
        let inner = word.match_indices(['-', '\'', '’', '.']).map(|(at, sign)| at + sign.len());
        std::iter::once(0).chain(inner).map(|at| &word[at..]).filter(|part| !part.is_empty())
    });
    let mut all: Vec<Arc<str>> = parts.map(Arc::from).collect();
    all.extend(email.map(|email| Arc::from(folded(email))));
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests;
