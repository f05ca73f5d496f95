//! How long face data is kept, by the settings.

use std::time::Duration;

use store::Retention;

use super::Privacy;

const DAY: Duration = Duration::from_secs(86_400);

impl Privacy {
    /// Days after the last payment or consent.
    pub(super) fn kept_days(&self) -> u32 {
        match self.inactive_after_days {
            0 => self.keep_days_max,
            days => days.min(self.keep_days_max),
        }
    }

    /// The same with the notice, as the store takes it.
    pub(crate) fn retention(&self) -> Retention {
        Retention { keep: DAY * self.kept_days(), notice: DAY * self.notice_days }
    }
}
