//! The cache in this process: bounded, the longest unused entries go first.
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

struct Entry {
    value: Value,
    ends_at: Instant,
    used: u64,
}

enum Value {
    Bytes(Vec<u8>),
    Count(u64),
}

pub(super) struct Memory {
    entries: HashMap<String, Entry>,
    entries_max: usize,
    /// Rises with each use; the entry with the smallest is the longest unused.
    uses: u64,
}

impl Memory {
    pub(super) fn new(entries_max: usize) -> Self {
        Self { entries: HashMap::new(), entries_max: entries_max.max(1), uses: 0 }
    }

    pub(super) fn get(&mut self, key: &str, now: Instant) -> Option<Vec<u8>> {
        match &self.live(key, now)?.value {
            Value::Bytes(bytes) => Some(bytes.clone()),
            Value::Count(count) => Some(count.to_string().into_bytes()),
        }
    }

    pub(super) fn set(&mut self, key: &str, value: &[u8], now: Instant, ttl: Duration) {
        self.insert(key, Value::Bytes(value.to_vec()), now, ttl);
    }

    pub(super) fn delete(&mut self, key: &str) {
        self.entries.remove(key);
    }

    pub(super) fn count(&mut self, key: &str, now: Instant, window: Duration) -> u64 {
        if let Some(Entry { value: Value::Count(count), .. }) = self.live(key, now) {
            *count = count.saturating_add(1);
            return *count;
        }
        self.insert(key, Value::Count(1), now, window);
        1
    }

    fn live(&mut self, key: &str, now: Instant) -> Option<&mut Entry> {
        self.uses += 1;
        let entry = self.entries.get_mut(key).filter(|entry| entry.ends_at > now)?;
        entry.used = self.uses;
        Some(entry)
    }

    fn insert(&mut self, key: &str, value: Value, now: Instant, ttl: Duration) {
        if self.entries.len() >= self.entries_max && !self.entries.contains_key(key) {
            self.make_room(now);
        }
        self.uses += 1;
        let ends_at = now.checked_add(ttl).unwrap_or(now);
        self.entries.insert(key.to_owned(), Entry { value, ends_at, used: self.uses });
    }

    /// Drops what expired, or else a sixteenth, so that the search is paid for once in many entries.
    fn make_room(&mut self, now: Instant) {
        self.entries.retain(|_, entry| entry.ends_at > now);
        if self.entries.len() < self.entries_max {
            return;
        }
        let mut uses: Vec<u64> = self.entries.values().map(|entry| entry.used).collect();
        let (_, oldest, _) = uses.select_nth_unstable(self.entries_max / 16);
        let oldest = *oldest;
        self.entries.retain(|_, entry| entry.used > oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn an_entry_ends_with_its_time() {
        let (mut memory, start) = (Memory::new(8), Instant::now());
        memory.set("a", b"1", start, MINUTE);
        assert_eq!(memory.get("a", start + MINUTE / 2), Some(b"1".to_vec()));
        assert_eq!(memory.get("a", start + MINUTE), None);
    }

    #[test]
    fn a_count_starts_again_after_its_window() {
        let (mut memory, start) = (Memory::new(8), Instant::now());
        assert_eq!(memory.count("a", start, MINUTE), 1);
        assert_eq!(memory.count("a", start + MINUTE / 2, MINUTE), 2);
        assert_eq!(memory.count("a", start + MINUTE, MINUTE), 1);
    }

    #[test]
    fn the_longest_unused_goes_first_and_the_bound_holds() {
        let (mut memory, now) = (Memory::new(4), Instant::now());
        for key in ["a", "b", "c", "d"] {
            memory.set(key, b"", now, MINUTE);
        }
        assert!(memory.get("a", now).is_some());
        memory.set("e", b"", now, MINUTE);
        assert!(memory.entries.len() <= 4);
        assert!(memory.get("b", now).is_none());
        assert!(memory.get("a", now).is_some());
    }
}
