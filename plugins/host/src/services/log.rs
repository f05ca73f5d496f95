//! Log lines of plugins: bounded in length and rate, one line each.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use plugin_sdk::abi::{self, fp_host, fp_kv, fp_str};
use plugin_sdk::monotonic_ns;

use super::{HostServices, contain};

/// Longest line that is kept, fields included.
const LINE_BYTES_MAX: usize = 2048;
/// Most lines per second and instance; what is above is dropped and counted.
const LINES_PER_SECOND_MAX: u32 = 100;
/// Most fields of a line.
const FIELDS_MAX: u32 = 16;
const SECOND_NS: i64 = 1_000_000_000;

pub(super) static TABLE: abi::fp_host_log_v1 = abi::fp_host_log_v1 {
    struct_size: size_of::<abi::fp_host_log_v1>() as u32,
    _pad: 0,
    enabled: Some(enabled),
    log: Some(log),
};

/// Sends level and line.
type SendLine = Box<dyn Fn(u32, &str) + Send + Sync>;

/// Where the lines of an instance go.
pub(crate) enum LogSink {
    /// To this process's log, so many a second.
    Here(LogLimit),
    /// To the host, through a function that takes level and line; lines above the level are not made.
    Away {
        /// Most detailed level that the host takes.
        finest: u32,
        /// Sends a line, or drops it.
        send: SendLine,
    },
}

impl Default for LogSink {
    fn default() -> Self {
        Self::Here(LogLimit::default())
    }
}

impl LogSink {
    /// Writes a line; false when it was one too many.
    pub(super) fn write(&self, plugin: &str, level: u32, line: &str) -> bool {
        match self {
            Self::Here(limit) => {
                let Some(dropped) = limit.pass(monotonic_ns()) else { return false };
                if dropped > 0 {
                    tracing::warn!(%plugin, dropped, "plugin wrote too many log lines");
                }
                match level {
                    abi::FP_LOG_TRACE => tracing::trace!(%plugin, "{line}"),
                    abi::FP_LOG_DEBUG => tracing::debug!(%plugin, "{line}"),
                    abi::FP_LOG_INFO => tracing::info!(%plugin, "{line}"),
                    abi::FP_LOG_WARN => tracing::warn!(%plugin, "{line}"),
                    _ => tracing::error!(%plugin, "{line}"),
                }
            }
            Self::Away { send, .. } => send(level, line),
        }
        true
    }

    fn takes(&self, level: u32) -> bool {
        match self {
            Self::Here(_) => is_enabled(level),
            Self::Away { finest, .. } => level >= *finest,
        }
    }
}

/// The most detailed level of this process's log.
pub(crate) fn finest() -> u32 {
    (abi::FP_LOG_TRACE..abi::FP_LOG_ERROR).find(|level| is_enabled(*level)).unwrap_or(abi::FP_LOG_ERROR)
}

fn is_enabled(level: u32) -> bool {
    match level {
        abi::FP_LOG_TRACE => tracing::enabled!(tracing::Level::TRACE),
        abi::FP_LOG_DEBUG => tracing::enabled!(tracing::Level::DEBUG),
        abi::FP_LOG_INFO => tracing::enabled!(tracing::Level::INFO),
        abi::FP_LOG_WARN => tracing::enabled!(tracing::Level::WARN),
        _ => tracing::enabled!(tracing::Level::ERROR),
    }
}

/// How many lines an instance has written in this second, and how many were dropped since the last one let through.
#[derive(Default)]
pub(crate) struct LogLimit {
    second: AtomicI64,
    lines: AtomicU32,
    dropped: AtomicU32,
}

impl LogLimit {
    /// Whether one more line may pass now; if so, how many were dropped before it.
    fn pass(&self, now_ns: i64) -> Option<u32> {
        let second = now_ns / SECOND_NS;
        if self.second.swap(second, Ordering::Relaxed) != second {
            self.lines.store(0, Ordering::Relaxed);
        }
        if self.lines.fetch_add(1, Ordering::Relaxed) < LINES_PER_SECOND_MAX {
            return Some(self.dropped.swap(0, Ordering::Relaxed));
        }
        self.dropped.fetch_add(1, Ordering::Relaxed);
        None
    }
}

/// [any]
unsafe extern "C" fn enabled(host: *const fp_host, level: u32) -> i32 {
    let enabled = contain(|| {
        // SAFETY: the plugin passes the host that it was given.
        let services = unsafe { HostServices::of(host) };
        Ok(services.is_some_and(|services| services.log.takes(level)))
    });
    i32::from(enabled.unwrap_or(false))
}

/// [any]
unsafe extern "C" fn log(host: *const fp_host, level: u32, message: fp_str, fields: *const fp_kv, n: u32) {
    // A line that is not text is dropped: there is nobody to tell.
    let _ = contain(|| {
        // SAFETY: the plugin passes the host that it was given; texts and fields are borrowed during the call.
        let (services, line) = unsafe { (HostServices::of(host), line(message, fields, n)?) };
        if let Some(services) = services {
            services.log(level, &line);
        }
        Ok(())
    });
}

/// Message and fields as one line without control characters.
///
/// # Safety
/// The texts are readable, and `fields` points to `n` of them or `n` is 0.
pub(crate) unsafe fn line(
    message: fp_str,
    fields: *const fp_kv,
    n: u32,
) -> Result<String, plugin_sdk::Error> {
    // SAFETY: the caller's contract.
    let mut line = unsafe { message.text() }?.to_owned();
    if !fields.is_null() {
        for index in 0..n.min(FIELDS_MAX) as usize {
            // SAFETY: within the array that the caller vouches for.
            let (key, value) = unsafe {
                let field = *fields.add(index);
                (field.key.text()?, field.value.text()?)
            };
            line.push_str(&format!(" {key}={value}"));
        }
    }
    Ok(bounded(line))
}

/// A line of bounded length without control characters.
pub(crate) fn bounded(mut line: String) -> String {
    line.truncate(line.floor_char_boundary(LINE_BYTES_MAX));
    line.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_above_the_rate_are_dropped_and_counted_in_the_next_second() {
        let limit = LogLimit::default();
        let passed = (0..150).filter(|_| limit.pass(SECOND_NS).is_some()).count();
        assert_eq!(passed as u32, LINES_PER_SECOND_MAX);
        assert_eq!(limit.pass(2 * SECOND_NS), Some(50));
        assert_eq!(limit.pass(2 * SECOND_NS), Some(0));
    }

    #[test]
    fn a_line_is_cut_and_holds_no_control_characters() {
        let long = format!("a\nb\u{1b}[31m{}", "ä".repeat(LINE_BYTES_MAX));
        // SAFETY: the text is borrowed during the call; there are no fields.
        let line = unsafe { line(fp_str::of(&long), std::ptr::null(), 7) }.unwrap();
        assert!(line.starts_with("a b [31mä") && line.len() <= LINE_BYTES_MAX, "{}", line.len());
    }
}
