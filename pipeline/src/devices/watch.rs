//! Tells when a camera is plugged in or out, where udev tells it.

use gst::prelude::*;
use gstreamer as gst;

use super::CLASS;

/// Watches until it is dropped.
pub(crate) struct Watch {
    monitor: gst::DeviceMonitor,
}

impl Watch {
    /// Calls `changed` whenever a camera has come or gone, on a thread that it must not hold up. `None` where nobody tells.
    pub(crate) fn start(changed: impl Fn() + Send + Sync + 'static) -> Option<Watch> {
        crate::runtime::start().ok()?;
        let monitor = gst::DeviceMonitor::new();
        monitor.add_filter(Some(CLASS), None)?;
        monitor.bus().set_sync_handler(move |_, message| {
            use gst::MessageView::{DeviceAdded, DeviceRemoved};
            if matches!(message.view(), DeviceAdded(_) | DeviceRemoved(_)) {
                changed();
            }
            gst::BusSyncReply::Drop
        });
        match monitor.start() {
            Ok(()) => Some(Watch { monitor }),
            Err(error) => {
                tracing::info!(%error, "nobody tells when cameras are plugged in; they are looked for");
                None
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.monitor.stop();
        self.monitor.bus().unset_sync_handler();
    }
}
