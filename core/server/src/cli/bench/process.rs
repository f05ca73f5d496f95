//! What this process costs, as the kernel counts it.

use std::time::Duration;

/// Memory that is really there, in MiB.
pub(in crate::cli) fn resident_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

/// Processor time of all threads since the start, to the hundredth of a second.
pub(super) fn cpu_time() -> Option<Duration> {
    /// Linux counts for programs in hundredths, whatever the kernel's own clock.
    const TICK_MS: u64 = 10;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may hold anything; user and system time are the 12th and 13th field after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?) * TICK_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_processor_time_and_memory() {
        let (before, begun) = (cpu_time().unwrap(), std::time::Instant::now());
        let mut hash = 0_u64;
        while begun.elapsed() < Duration::from_millis(80) {
            hash = std::hint::black_box(hash.wrapping_mul(31).wrapping_add(7));
        }
        assert!(cpu_time().unwrap() > before);
        assert!(resident_mb().unwrap() > 1.0);
    }
}
