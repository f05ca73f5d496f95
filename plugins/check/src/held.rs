//! What this process holds, to see what a plugin left behind.

use std::fs;
use std::time::{Duration, Instant};

use crate::case::Stop;

/// The longest wait for threads that were joined and are still listed.
const JOINED_MAX: Duration = Duration::from_secs(1);

/// What a process holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) memory_bytes: u64,
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
}

impl Held {
    pub(crate) fn now() -> Result<Self, Stop> {
        let failed = |error: std::io::Error| Stop::Skip(format!("/proc cannot be read: {error}"));
        let status = fs::read_to_string("/proc/self/status").map_err(failed)?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
        let count = |folder: &str| Ok::<_, Stop>(fs::read_dir(folder).map_err(failed)?.count());
        Ok(Self {
            memory_bytes: kib.unwrap_or(0) << 10,
            descriptors: count("/proc/self/fd")?,
            threads: count("/proc/self/task")?,
        })
    }

    /// What it holds once the threads that came since are gone, or do not go.
    pub(crate) fn settled(before: &Self) -> Result<Self, Stop> {
        let mut after = Self::now()?;
        let waited = Instant::now();
        while after.threads > before.threads && waited.elapsed() < JOINED_MAX {
            std::thread::sleep(Duration::from_millis(10));
            after = Self::now()?;
        }
        Ok(after)
    }

    /// How much more it is than before, 0 where it is less.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            memory_bytes: self.memory_bytes.saturating_sub(before.memory_bytes),
            descriptors: self.descriptors.saturating_sub(before.descriptors),
            threads: self.threads.saturating_sub(before.threads),
        }
    }
}
