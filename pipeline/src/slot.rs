//! One waiting place per camera, in which the newest picture wins; threads take batches from them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::batch::{self, BatchOptions, Next, Situation};
use crate::camera::CameraId;
use crate::strain::Strain;

mod rank;

use rank::Rank;

#[cfg(test)]
mod tests;

/// A camera that delivered nothing for so long is not waited for.
const LIVE_WITHIN: Duration = Duration::from_secs(1);
/// And after so long it is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60);

/// The waiting places of all cameras.
pub(crate) struct FrameSlots<T> {
    options: BatchOptions,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    slots: HashMap<CameraId, FrameSlot<T>>,
    busy: usize,
    closed: bool,
    strain: Strain,
}

struct FrameSlot<T> {
    waiting: Option<T>,
    /// A newer picture does not put the camera back in line.
    rank: Rank,
    /// Others were taken before what waits, for it is a spare camera's.
    passed_over: bool,
    /// Its last picture is being worked on: pictures of one camera are worked on one after the other.
    in_work: bool,
    delivered: Instant,
}

/// A picture that is not looked at: a newer one came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Superseded<T> {
    pub(crate) frame: T,
    /// It would have been looked at by then, had others not gone first.
    pub(crate) was_shed: bool,
}

/// Pictures to be worked on together, longest waiting first. Its cameras are free again when it is dropped.
pub(crate) struct Batch<T> {
    pub(crate) frames: Vec<T>,
    /// Whether pictures have to wait for long.
    pub(crate) strained: bool,
    cameras: Vec<CameraId>,
    slots: Arc<FrameSlots<T>>,
}

impl<T> FrameSlots<T> {
    pub(crate) fn new(options: BatchOptions) -> Self {
        let state = State { slots: HashMap::new(), busy: 0, closed: false, strain: Strain::default() };
        Self { options, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Leaves a picture of a camera that is spare or not; returns the one that it supersedes.
    pub(crate) fn put(
        &self,
        camera: &CameraId,
        is_spare: bool,
        frame: T,
        now: Instant,
    ) -> Option<Superseded<T>> {
        let mut state = self.state.lock();
        if state.closed {
            return None;
        }
        if !state.slots.contains_key(camera) {
            state.forget(now);
            let rank = Rank { is_spare, since: now };
            let slot = FrameSlot { waiting: None, rank, passed_over: false, in_work: false, delivered: now };
            state.slots.insert(camera.clone(), slot);
        }
        let slot = state.slots.get_mut(camera)?;
        slot.delivered = now;
        slot.rank.is_spare = is_spare;
        if slot.waiting.is_none() {
            slot.rank.since = now;
        }
        let was_shed = slot.passed_over;
        let superseded = slot.waiting.replace(frame).map(|frame| Superseded { frame, was_shed });
        drop(state);
        self.changed.notify_one();
        superseded
    }

    /// Waits for the next batch; `None` once closed.
    pub(crate) fn next_batch(self: &Arc<Self>, clock: impl Fn() -> Instant) -> Option<Batch<T>> {
        let mut state = self.state.lock();
        loop {
            if state.closed {
                return None;
            }
            let now = clock();
            match batch::next(&state.situation(now), &self.options, now) {
                Next::Take(count) => {
                    let (cameras, frames) = state.take(count, now, self.options.delay);
                    let strained = state.strain.is_on();
                    state.busy += 1;
                    let more = state.situation(now).ready > 0;
                    drop(state);
                    if more {
                        self.changed.notify_one();
                    }
                    return Some(Batch { frames, strained, cameras, slots: Arc::clone(self) });
                }
                Next::WaitUntil(at) => {
                    self.changed.wait_for(&mut state, at.saturating_duration_since(now));
                }
                Next::Wait => self.changed.wait(&mut state),
            }
        }
    }

    /// Sends every waiting thread home; nothing is taken or left from now on.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        state.slots.clear();
        drop(state);
        self.changed.notify_all();
    }
}

impl<T> State<T> {
    fn situation(&self, now: Instant) -> Situation {
        let free = || self.slots.values().filter(|slot| !slot.in_work);
        let live = free().filter(|slot| now.saturating_duration_since(slot.delivered) < LIVE_WITHIN).count();
        let ready = || free().filter(|slot| slot.waiting.is_some());
        Situation {
            ready: ready().count(),
            since: ready().map(|s| s.rank.since).min(),
            live,
            busy: self.busy,
        }
    }

    /// The pictures of those cameras whose turn it is.
    fn take(&mut self, count: usize, now: Instant, delay: Duration) -> (Vec<CameraId>, Vec<T>) {
        let strained = self.strain.is_on();
        let waiting = |(_, slot): &(&CameraId, &mut FrameSlot<T>)| !slot.in_work && slot.waiting.is_some();
        let mut ready: Vec<_> = self.slots.iter_mut().filter(waiting).collect();
        ready.sort_by(|(a, one), (b, other)| one.rank.order(&other.rank, strained).then_with(|| a.cmp(b)));
        let left = ready.split_off(count.min(ready.len()));
        let goes_first = strained && ready.iter().any(|(_, slot)| !slot.rank.is_spare);
        for (_, slot) in left {
            slot.passed_over |= goes_first && slot.rank.is_spare;
        }
        let mut taken = (Vec::new(), Vec::new());
        for (camera, slot) in ready {
            if let Some(frame) = slot.waiting.take() {
                slot.in_work = true;
                // What it waited for others to come, or to go first, is no sign of too much work.
                if !std::mem::take(&mut slot.passed_over) {
                    let waited = now.saturating_duration_since(slot.rank.since);
                    self.strain.note(now, waited.saturating_sub(delay));
                }
                taken.0.push(camera.clone());
                taken.1.push(frame);
            }
        }
        taken
    }

    fn forget(&mut self, now: Instant) {
        self.slots.retain(|_, slot| {
            slot.in_work
                || slot.waiting.is_some()
                || now.saturating_duration_since(slot.delivered) < FORGOTTEN_AFTER
        });
    }
}

impl<T> Drop for Batch<T> {
    fn drop(&mut self) {
        let mut state = self.slots.state.lock();
        state.busy -= 1;
        for camera in &self.cameras {
            if let Some(slot) = state.slots.get_mut(camera) {
                slot.in_work = false;
            }
        }
        drop(state);
        self.slots.changed.notify_all();
    }
}
