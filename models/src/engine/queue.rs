//! The bounded queue between callers and the engine's threads; once closed it refuses everything.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::EngineError;

/// First in, first out, except that a taker may gather what belongs together.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    not_empty: Condvar,
    not_full: Condvar,
    len_max: usize,
}

struct State<T> {
    waiting: VecDeque<T>,
    closed: Option<EngineError>,
}

impl<T> Queue<T> {
    pub(super) fn new(len_max: usize) -> Self {
        let state = State { waiting: VecDeque::with_capacity(len_max), closed: None };
        Self { state: Mutex::new(state), not_empty: Condvar::new(), not_full: Condvar::new(), len_max }
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
        drop(state);
        self.not_empty.notify_one();
        Ok(())
    }

    /// The oldest item, and every later one that `joins` it; waits for one, ends when the queue is closed.
    pub(super) fn pop(&self, mut joins: impl FnMut(&[T], &T) -> bool) -> Option<Vec<T>> {
        let mut state = self.lock();
        while state.closed.is_none() && state.waiting.is_empty() {
            state = self.not_empty.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut taken = vec![state.waiting.pop_front()?];
        let mut at = 0;
        while at < state.waiting.len() {
            match joins(&taken, &state.waiting[at]) {
                true => taken.extend(state.waiting.remove(at)),
                false => at += 1,
            }
        }
        drop(state);
        self.not_full.notify_all();
        Some(taken)
    }

    /// Refuses everything from now on, for the first reason given; returns what was still waiting.
    pub(super) fn close(&self, error: EngineError) -> Vec<T> {
        let mut state = self.lock();
        state.closed.get_or_insert(error);
        let left = state.waiting.drain(..).collect();
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
