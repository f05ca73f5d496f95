//! How the members of a team keep step with one another.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::bands::Member;

/// How often a member looks before it lets others have its core.
const LOOKS: usize = 1 << 12;

/// What every member has done.
#[derive(Debug)]
pub(super) struct Team {
    done: Vec<Done>,
    /// Whether a member will not come: those who wait for it would wait forever.
    is_broken: AtomicBool,
}

/// One member's count, alone in its lines of the cache.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Done(AtomicUsize);

impl Team {
    pub(super) fn of(members: usize) -> Self {
        Self { done: (0..members).map(|_| Done::default()).collect(), is_broken: AtomicBool::new(false) }
    }

    /// Says that the member has done so much.
    pub(super) fn has_done(&self, member: Member, count: usize) {
        if let Some(done) = self.done.get(member.index) {
            done.0.store(count, Ordering::Release);
        }
    }

    /// Waits until all members have done so much; `false` when one of them never will.
    pub(super) fn wait(&self, count: usize) -> bool {
        self.done.iter().all(|done| {
            let mut looks = 0;
            while done.0.load(Ordering::Acquire) < count {
                if self.is_broken.load(Ordering::Relaxed) {
                    return false;
                }
                looks += 1;
                if looks < LOOKS { std::hint::spin_loop() } else { std::thread::yield_now() }
            }
            true
        })
    }

    /// Lets all who wait go, and all who will.
    pub(super) fn give_up(&self) {
        self.is_broken.store(true, Ordering::Relaxed);
    }

    /// Gives the team up if it is dropped by a panic.
    pub(super) fn watch(&self) -> Watch<'_> {
        Watch(self)
    }
}

pub(super) struct Watch<'a>(&'a Team);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.give_up();
        }
    }
}
