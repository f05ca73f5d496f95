//! Which parts of GStreamer are installed here: what an operator's check asks before a camera does.

use gstreamer as gst;

/// Whether an element of this kind can be made; `false` also when GStreamer itself does not start.
pub fn is_installed(kind: &str) -> bool {
    crate::runtime::start().is_ok() && gst::ElementFactory::find(kind).is_some()
}

/// GStreamer's name and version; `None` when it does not start.
pub fn version() -> Option<String> {
    crate::runtime::start().ok().map(|()| gst::version_string().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_installation_has_is_found_and_what_none_has_is_not() {
        assert!(version().is_some_and(|version| version.starts_with("GStreamer 1.")));
        assert!(is_installed("fakesink"));
        assert!(!is_installed("no-such-element"));
    }
}
