//! What a decoder says of a stream that it had to mend. Libav conceals what is missing and goes on: its pictures look whole to
//! whoever does not listen to it.
//!
//! Decoders run on one thread each, the one that hands their pictures on: so what is counted on a thread is its camera's.

use std::cell::Cell;
use std::sync::Once;

use gst::log;
use gstreamer as gst;

/// The category of everything that libav has to say.
const LIBAV: &str = "libav";
/// Messages besides the picture that some cameras send, malformed, with every picture.
const HARMLESS: &str = "SEI";

thread_local! {
    static MENDED: Cell<u64> = const { Cell::new(0) };
}

/// Begins to listen, once for the process.
pub(super) fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        // What is counted here would fill the terminal; whoever asks for it by GST_DEBUG still gets it.
        if std::env::var_os("GST_DEBUG").is_none() {
            log::remove_default_log_function();
        }
        log::set_threshold_for_name(LIBAV, gst::DebugLevel::Error);
        log::add_log_function(|category, level, _, _, _, _, message| {
            let mended = category.name() == LIBAV
                && level == gst::DebugLevel::Error
                && message.get().is_none_or(|message| !message.contains(HARMLESS));
            if mended {
                MENDED.set(MENDED.get().wrapping_add(1));
            }
        });
    });
}

/// How often the decoder of this thread had something to mend.
pub(super) fn mended() -> u64 {
    MENDED.get()
}
