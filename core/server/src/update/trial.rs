//! Whether a version that was just started is fit to stay, by what is seen of it again and again.

use std::time::Duration;

/// A service that dies so often while it is tried is not waited for any longer.
const RESTARTS_MAX: u32 = 3;

/// What is seen of the service at one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// `None` where it is ready; else what it says of itself, or why it says nothing.
    pub(crate) unready: Option<String>,
    /// systemd does not start it again.
    pub(crate) given_up: bool,
    /// How often systemd started it again.
    pub(crate) restarts: u32,
}

/// What is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may still become so.
    Wait,
    /// It was ready for long enough.
    Ready,
    /// Why it is not waited for any longer.
    Unfit(String),
}

/// A trial: ready within a time, and steady from then on.
pub(crate) struct Trial {
    ready_within: Duration,
    steady: Duration,
    /// Since when it has been ready, and how often it had been started again by then.
    since: Option<(Duration, u32)>,
}

impl Trial {
    pub(crate) fn new(ready_within: Duration, steady: Duration) -> Self {
        Self { ready_within, steady, since: None }
    }

    /// Judges what is seen so long after the start.
    pub(crate) fn judge(&mut self, elapsed: Duration, seen: &Seen) -> Verdict {
        let Seen { unready, given_up, restarts } = seen;
        if *given_up {
            return Verdict::Unfit("the service ended, and systemd does not start it again".to_owned());
        }
        if *restarts >= RESTARTS_MAX {
            return Verdict::Unfit(format!("the service died {restarts} times"));
        }
        match (unready, self.since) {
            (None, Some((since, before))) if before == *restarts => {
                if elapsed.saturating_sub(since) >= self.steady {
                    return Verdict::Ready;
                }
            }
            (None, _) => {
                self.since = Some((elapsed, *restarts));
                if self.steady.is_zero() {
                    return Verdict::Ready;
                }
            }
            (Some(_), _) => self.since = None,
        }
        // One that is ready by then is still watched.
        match (unready, elapsed >= self.ready_within + self.steady) {
            (Some(why), _) if elapsed >= self.ready_within => {
                Verdict::Unfit(format!("not ready within {} s: {why}", self.ready_within.as_secs()))
            }
            (_, true) => Verdict::Unfit(format!("not steady within {} s", self.ready_within.as_secs())),
            _ => Verdict::Wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One look a second: `r` ready, `.` not, `x` given up; a digit is the number of restarts from then on.
    fn judged(looks: &str) -> String {
        let mut trial = Trial::new(Duration::from_secs(5), Duration::from_secs(2));
        let (mut restarts, mut second) = (0, 0);
        for look in looks.chars() {
            if let Some(number) = look.to_digit(10) {
                restarts = number;
                continue;
            }
            let unready = (look != 'r').then(|| "draining".to_owned());
            let seen = Seen { unready, given_up: look == 'x', restarts };
            match trial.judge(Duration::from_secs(second), &seen) {
                Verdict::Wait => second += 1,
                Verdict::Ready => return format!("ready at {second}"),
                Verdict::Unfit(why) => return format!("{why} at {second}"),
            }
        }
        "waiting".to_owned()
    }

    #[test]
    fn a_version_stays_that_is_ready_in_time_and_steady() {
        for (looks, expected) in [
            ("rrr", "ready at 2"),
            ("....rrr", "ready at 6"),
            ("......", "not ready within 5 s: draining at 5"),
            (".....rrr", "ready at 7"),
            ("rr.rrr", "ready at 5"),
            ("r.r.r.", "not ready within 5 s: draining at 5"),
            ("..x", "the service ended, and systemd does not start it again at 2"),
            (".1.2.3.", "the service died 3 times at 3"),
            ("rr1rrr", "ready at 4"),
            ("r1r2rr", "waiting"),
        ] {
            assert_eq!(judged(looks), expected, "{looks}");
        }
    }
}
