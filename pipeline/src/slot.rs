//! One waiting place per camera, in which the newest picture wins; threads take batches from them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::batch::{self, BatchOptions, Next, Situation};
use crate::camera::CameraId;
use crate::strain::Strain;

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
    /// Since when the camera waits to be looked at; a newer picture does not put it back in line.
    since: Instant,
    /// Its last picture is being worked on: pictures of one camera are worked on one after the other.
    in_work: bool,
    delivered: Instant,
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

    /// Leaves a picture; returns the one that it replaces.
    pub(crate) fn put(&self, camera: &CameraId, frame: T, now: Instant) -> Option<T> {
        let mut state = self.state.lock();
        if state.closed {
            return Some(frame);
        }
        if !state.slots.contains_key(camera) {
            state.forget(now);
            let slot = FrameSlot { waiting: None, since: now, in_work: false, delivered: now };
            state.slots.insert(camera.clone(), slot);
        }
        let slot = state.slots.get_mut(camera)?;
        slot.delivered = now;
        if slot.waiting.is_none() {
            slot.since = now;
        }
        let replaced = slot.waiting.replace(frame);
        drop(state);
        self.changed.notify_one();
        replaced
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
        Situation { ready: ready().count(), since: ready().map(|s| s.since).min(), live, busy: self.busy }
    }

    /// The pictures of the cameras that have waited longest.
    fn take(&mut self, count: usize, now: Instant, delay: Duration) -> (Vec<CameraId>, Vec<T>) {
        let waiting = |(_, slot): &(&CameraId, &mut FrameSlot<T>)| !slot.in_work && slot.waiting.is_some();
        let mut ready: Vec<_> = self.slots.iter_mut().filter(waiting).collect();
        ready.sort_by(|(a, one), (b, other)| one.since.cmp(&other.since).then_with(|| a.cmp(b)));
        let mut taken = (Vec::new(), Vec::new());
        for (camera, slot) in ready.into_iter().take(count) {
            if let Some(frame) = slot.waiting.take() {
                slot.in_work = true;
                // What it waited for others to come is no sign of too much work.
                self.strain.note(now, now.saturating_duration_since(slot.since).saturating_sub(delay));
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
