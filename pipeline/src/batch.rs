//! When to stop waiting for more pictures. Pure: time comes in.

use std::time::{Duration, Instant};

/// How pictures of several cameras are put together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchOptions {
    /// Most pictures in one batch.
    pub(crate) size_max: usize,
    /// The longest that the first picture waits for others.
    pub(crate) delay: Duration,
    /// Batches that the networks can work on side by side: one per thread on the CPU, one on a GPU.
    pub(crate) side_by_side: usize,
}

/// How things stand when a thread asks for work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    /// Pictures that could be taken now.
    pub(crate) ready: usize,
    /// Since when the first of them waits.
    pub(crate) since: Option<Instant>,
    /// Cameras that deliver, apart from those whose picture is being worked on.
    pub(crate) live: usize,
    /// Batches being worked on.
    pub(crate) busy: usize,
}

/// What the thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Takes so many.
    Take(usize),
    /// Waits for more, but not longer than this.
    WaitUntil(Instant),
    /// Waits for the first.
    Wait,
}

/// Fires at once when the networks have nothing else to do or every live camera has delivered, else when the first
/// picture has waited long enough. Threads that are free at the same time share what is there.
pub(crate) fn next(situation: &Situation, options: &BatchOptions, now: Instant) -> Next {
    let Some(since) = situation.since.filter(|_| situation.ready > 0) else { return Next::Wait };
    let free = options.side_by_side.saturating_sub(situation.busy);
    let full = situation.ready >= options.size_max.min(situation.live);
    let deadline = since + options.delay;
    if free == 0 && !full && now < deadline {
        return Next::WaitUntil(deadline);
    }
    Next::Take(situation.ready.div_ceil(free.max(1)).min(options.size_max))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ready: usize, live: usize, busy: usize, waited_ms: u64, side_by_side: usize) -> Next {
        let start = Instant::now();
        let options = BatchOptions { size_max: 8, delay: Duration::from_millis(20), side_by_side };
        let since = (ready > 0).then_some(start);
        let next =
            next(&Situation { ready, since, live, busy }, &options, start + Duration::from_millis(waited_ms));
        match next {
            Next::WaitUntil(at) => {
                assert_eq!(at, start + Duration::from_millis(20));
                next
            }
            next => next,
        }
    }

    #[test]
    fn an_idle_engine_gets_what_is_there_at_once() {
        assert_eq!(check(1, 6, 0, 0, 1), Next::Take(1));
        assert_eq!(check(5, 6, 0, 0, 1), Next::Take(5));
    }

    #[test]
    fn a_busy_engine_waits_for_more_until_the_deadline() {
        assert!(matches!(check(2, 6, 1, 0, 1), Next::WaitUntil(_)));
        assert!(matches!(check(2, 6, 1, 19, 1), Next::WaitUntil(_)));
        assert_eq!(check(2, 6, 1, 20, 1), Next::Take(2));
    }

    #[test]
    fn nobody_waits_when_all_live_cameras_have_delivered() {
        assert_eq!(check(3, 3, 1, 0, 1), Next::Take(3));
        assert_eq!(check(8, 12, 1, 0, 1), Next::Take(8));
        assert_eq!(check(11, 12, 1, 0, 1), Next::Take(8));
    }

    #[test]
    fn free_threads_share_what_is_there() {
        assert_eq!(check(4, 4, 0, 0, 2), Next::Take(2));
        assert_eq!(check(1, 4, 0, 0, 2), Next::Take(1));
        assert_eq!(check(3, 4, 1, 0, 2), Next::Take(3));
    }

    #[test]
    fn without_pictures_there_is_nothing_to_do() {
        assert_eq!(check(0, 4, 0, 1_000, 1), Next::Wait);
    }
}
