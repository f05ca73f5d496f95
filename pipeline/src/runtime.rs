//! GStreamer, started once for the process, and what its libraries complain of told as everything else is.

use std::collections::HashSet;
use std::sync::Once;

use gstreamer as gst;
use gstreamer::glib;
use parking_lot::Mutex;

/// Texts that are remembered; beyond them a complaint is told each time.
const COMPLAINTS_MAX: usize = 256;

/// Starts GStreamer where it has not been started. What GLib would print by itself goes to the log, each text once as a
/// warning: a camera that leaves can have a library complain of itself many times over.
///
/// # Errors
/// When GStreamer does not start.
pub(crate) fn start() -> Result<(), glib::Error> {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let told = Mutex::new(Complaints::default());
        glib::log_set_default_handler(move |domain, level, text| {
            let domain = domain.unwrap_or("glib");
            let serious =
                matches!(level, glib::LogLevel::Error | glib::LogLevel::Critical | glib::LogLevel::Warning);
            if serious && told.lock().is_new(text) {
                tracing::warn!(domain, text, "a library complains");
            } else {
                tracing::debug!(domain, text, "a library says");
            }
        });
    });
    gst::init()
}

/// The texts that were told.
#[derive(Default)]
struct Complaints(HashSet<Box<str>>);

impl Complaints {
    /// Whether this text was not told before.
    fn is_new(&mut self, text: &str) -> bool {
        if self.0.contains(text) {
            return false;
        }
        if self.0.len() < COMPLAINTS_MAX {
            self.0.insert(text.into());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_new_once_and_they_are_bounded() {
        let mut told = Complaints::default();
        assert!(told.is_new("seqnum"));
        assert!(!told.is_new("seqnum"));
        for number in 0..2 * COMPLAINTS_MAX {
            assert!(told.is_new(&number.to_string()));
        }
        assert_eq!(told.0.len(), COMPLAINTS_MAX);
        assert!(!told.is_new("seqnum"));
    }
}
