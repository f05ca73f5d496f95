//! What went wrong with a source, in a camera's terms.

use gst::glib;
use gstreamer as gst;

use crate::camera::CameraState;
use crate::source::SourceError;

/// Why a source was closed, and what that makes of the camera.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) state: CameraState,
    /// For a person to read; never holds a URL.
    pub(crate) reason: String,
    /// Trying again soon is useless, or does harm.
    pub(crate) permanent: bool,
}

impl Fault {
    pub(crate) fn offline(reason: impl Into<String>) -> Fault {
        Fault { state: CameraState::Offline, reason: reason.into(), permanent: false }
    }

    pub(crate) fn unsupported(reason: impl Into<String>) -> Fault {
        Fault { state: CameraState::Unsupported, reason: reason.into(), permanent: true }
    }

    /// An element of GStreamer is not installed.
    pub(crate) fn missing(element: &str) -> Fault {
        Fault::unsupported(format!("the GStreamer element {element} is not installed"))
    }

    /// Reads an error message of a camera on this machine: it comes back when it is plugged in, so nothing is final.
    pub(crate) fn of_device(error: &glib::Error) -> Fault {
        let fault = Fault::of(error);
        match fault.state {
            CameraState::Unsupported => fault,
            _ => Fault::offline(error.message()),
        }
    }

    /// Reads an error message of the pipeline. Only the short message is used: the debug text names addresses.
    pub(crate) fn of(error: &glib::Error) -> Fault {
        let reason = error.message().to_owned();
        if let Some(kind) = error.kind::<gst::ResourceError>() {
            return match kind {
                gst::ResourceError::NotAuthorized => {
                    let reason = "the camera refuses the user or password".into();
                    Fault { state: CameraState::Unauthorized, reason, permanent: true }
                }
                gst::ResourceError::NotFound => Fault {
                    state: CameraState::NotFound,
                    reason: "there is no such stream".into(),
                    permanent: false,
                },
                _ => Fault::offline(reason),
            };
        }
        match error.kind::<gst::StreamError>() {
            Some(
                gst::StreamError::CodecNotFound
                | gst::StreamError::TypeNotFound
                | gst::StreamError::WrongType
                | gst::StreamError::Format
                | gst::StreamError::Decrypt,
            ) => Fault::unsupported(reason),
            _ if error.matches(gst::CoreError::MissingPlugin) => Fault::unsupported(reason),
            _ => Fault::offline(reason),
        }
    }
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Fault {
        // Addresses and folders change: what is refused now may be allowed, or resolve, later.
        Fault::offline(error.to_string())
    }
}
