//! Work on every pair of many rows, on all cores, each core with a sum of its own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use parking_lot::Mutex;

/// Rows taken together, so that the other rows are read from memory once for all of them.
const BLOCK: usize = 16;

/// What each core made of its pairs, beginning with `empty`; `add` gets each pair once, the earlier row first, and
/// `done` hears how many rows are through.
pub fn fold<T: Sync, S: Send>(
    rows: &[T],
    empty: impl Fn() -> S + Sync,
    add: impl Fn(&mut S, &T, &T) + Sync,
    done: impl Fn(usize) + Sync,
) -> Vec<S> {
    let (next, through) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let all = Mutex::new(Vec::new());
    let threads = available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut own = empty();
        loop {
            let first = next.fetch_add(BLOCK, Ordering::Relaxed);
            let Some(rest) = rows.get(first..).filter(|rest| !rest.is_empty()) else { break };
            let block = &rest[..rest.len().min(BLOCK)];
            for (index, row) in rest.iter().enumerate() {
                block[..block.len().min(index)].iter().for_each(|earlier| add(&mut own, earlier, row));
            }
            done(through.fetch_add(block.len(), Ordering::Relaxed) + block.len());
        }
        all.lock().push(own);
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    all.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_comes_once_with_the_earlier_row_first() {
        for count in [0, 1, 2, 15, 16, 17, 100] {
            let rows: Vec<usize> = (0..count).collect();
            let found = fold(&rows, Vec::new, |pairs, a, b| pairs.push((*a, *b)), |_| ());
            let mut found: Vec<(usize, usize)> = found.into_iter().flatten().collect();
            found.sort_unstable();
            let expected: Vec<_> = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).collect();
            assert_eq!(found, expected, "{count}");
        }
    }
}
