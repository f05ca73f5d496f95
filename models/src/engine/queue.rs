//! The bounded queue between callers and the engine's threads; once closed it refuses everything.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::EngineError;

/// How often a taker looks for an item before it sleeps: waking up takes longer than the pause between two networks of a
/// chain.
const LOOKS: usize = 1 << 12;

/// First in, first out, except that a taker may gather what belongs together.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    not_empty: Condvar,
    not_full: Condvar,
    len_max: usize,
    /// Whether a taker that doesn't sleep yet should look under the lock.
    is_worth_a_look: AtomicBool,
}

struct State<T> {
    waiting: VecDeque<T>,
    closed: Option<EngineError>,
    /// Takers that have nothing to do.
    idle: usize,
}

impl<T> Queue<T> {
    pub(super) fn new(len_max: usize) -> Self {
        let state = State { waiting: VecDeque::with_capacity(len_max), closed: None, idle: 0 };
        Self {
            state: Mutex::new(state),
            not_empty: Condvar::new(),
            not_full: Condvar::new(),
            len_max,
            is_worth_a_look: AtomicBool::new(false),
        }
    }

    /// Puts `item` in, waiting while the queue is full.
    ///
    /// # Errors
    /// Why the queue is closed.
    pub(super) fn push(&self, item: T) -> Result<(), EngineError> {
        let mut state = self.lock();
        while state.closed.is_none() && state.waiting.len() >= self.len_max {
            state = self.not_full.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(error) = &state.closed {
            return Err(error.clone());
        }
        state.waiting.push_back(item);
        self.is_worth_a_look.store(true, Ordering::Release);
        drop(state);
        self.not_empty.notify_one();
        Ok(())
    }

    /// Puts items before all others, at most `most` and only as many as there are takers with nothing to do, so that each is
    /// taken at once; `items` is asked for that many.
    pub(super) fn recruit(&self, most: usize, items: impl FnOnce(usize) -> Vec<T>) {
        let mut state = self.lock();
        let free = state.idle.saturating_sub(state.waiting.len());
        let items = items(if state.closed.is_none() { free.min(most) } else { 0 });
        let count = items.len();
        items.into_iter().for_each(|item| state.waiting.push_front(item));
        self.is_worth_a_look.store(!state.waiting.is_empty(), Ordering::Release);
        drop(state);
        (0..count).for_each(|_| self.not_empty.notify_one());
    }

    /// The oldest item, and every later one that `joins` it; waits for one, ends when the queue is closed.
    pub(super) fn pop(&self, joins: impl FnMut(&[T], &T) -> bool) -> Option<Vec<T>> {
        let mut state = self.lock();
        if state.closed.is_none() && state.waiting.is_empty() {
            state.idle += 1;
            drop(state);
            self.look();
            state = self.lock();
            while state.closed.is_none() && state.waiting.is_empty() {
                state = self.not_empty.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.idle -= 1;
        }
        self.take(state, joins)
    }

    /// As [`Queue::pop`], but there is nothing at once when nothing waits.
    pub(super) fn pop_waiting(&self, joins: impl FnMut(&[T], &T) -> bool) -> Option<Vec<T>> {
        self.take(self.lock(), joins)
    }

    fn take(
        &self,
        mut state: MutexGuard<'_, State<T>>,
        mut joins: impl FnMut(&[T], &T) -> bool,
    ) -> Option<Vec<T>> {
        let mut taken = vec![state.waiting.pop_front()?];
        let mut at = 0;
        while at < state.waiting.len() {
            match joins(&taken, &state.waiting[at]) {
                true => taken.extend(state.waiting.remove(at)),
                false => at += 1,
            }
        }
        self.is_worth_a_look.store(!state.waiting.is_empty(), Ordering::Release);
        drop(state);
        self.not_full.notify_all();
        Some(taken)
    }

    /// Waits for a moment without sleeping, while there is nothing.
    fn look(&self) {
        for _ in 0..LOOKS {
            if self.is_worth_a_look.load(Ordering::Acquire) {
                return;
            }
            std::hint::spin_loop();
        }
    }

    /// Refuses everything from now on, for the first reason given; returns what was still waiting.
    pub(super) fn close(&self, error: EngineError) -> Vec<T> {
        let mut state = self.lock();
        state.closed.get_or_insert(error);
        let left = state.waiting.drain(..).collect();
        self.is_worth_a_look.store(true, Ordering::Release);
        drop(state);
        self.not_empty.notify_all();
        self.not_full.notify_all();
        left
    }

    /// Why the queue is closed, if it is.
    pub(super) fn closed(&self) -> Option<EngineError> {
        self.lock().closed.clone()
    }

    /// Items that wait.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_takers_with_nothing_to_do_are_recruited_and_none_that_an_item_waits_for() {
        let queue = Queue::new(4);
        let recruited = |most| {
            let mut count = 0;
            queue.recruit(most, |free| {
                count = free;
                vec!["help"; free]
            });
            count
        };
        assert_eq!(recruited(4), 0, "there is no taker");
        queue.lock().idle = 3;
        queue.push("work").unwrap();
        assert_eq!((recruited(1), queue.len()), (1, 2));
        assert_eq!(recruited(4), 1, "one of three takes the work, one helps already");
        assert_eq!(recruited(4), 0, "each has something to do");
        let taken: Vec<_> = (0..3).filter_map(|_| queue.pop(|_, _| false)).flatten().collect();
        assert_eq!(taken, ["help", "help", "work"]);
        queue.close(EngineError::Stopped);
        queue.lock().idle = 3;
        assert_eq!(recruited(4), 0, "who helps would never come");
    }
}
