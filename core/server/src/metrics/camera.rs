//! The series of cameras: they come and go with their camera.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use pipeline::FrameResult;
use pipeline::camera::{CameraState, CameraStatus, Decode};

use super::{CameraLabels, CameraResultLabels, CameraStateLabels, Metrics};
use crate::app::camera::{OWN_LABEL, OWN_PREFIX};

/// The result under which every picture is counted that is decoded, or that was pushed;
const RECEIVED: &str = "received";
/// and every one that came and was not decoded.
const SKIPPED: &str = "skipped";

/// What a camera is called in metrics.
pub(super) fn label(camera: &str) -> &str {
    if camera.starts_with(OWN_PREFIX) { OWN_LABEL } else { camera }
}

impl Metrics {
    /// Notes that this camera has series, so that they can go when it does.
    pub(super) fn note_camera(&self, camera: &str) {
        let mut cameras = self.cameras.lock();
        if !cameras.contains(camera) {
            cameras.insert(camera.to_owned());
        }
    }

    /// Brings the series up to these cameras, which are all that run.
    pub(crate) fn observe_cameras(&self, running: &[CameraStatus]) {
        let labels: BTreeSet<&str> = running.iter().map(|camera| label(camera.id.as_str())).collect();
        let gone = {
            let mut cameras = self.cameras.lock();
            let gone: Vec<String> =
                cameras.iter().filter(|c| !labels.contains(c.as_str())).cloned().collect();
            *cameras = labels.iter().map(|camera| (*camera).to_owned()).collect();
            gone
        };
        gone.into_iter().for_each(|camera| self.forget(camera));
        for camera in labels {
            let those = || running.iter().filter(|status| label(status.id.as_str()) == camera);
            for state in CameraState::ALL {
                let labels = CameraStateLabels { camera: camera.to_owned(), state: state.name() };
                let count = those().filter(|status| status.state == state).count();
                self.camera_state.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
            }
            for result in FrameResult::ALL {
                let labels = CameraResultLabels { camera: camera.to_owned(), result: result.name() };
                drop(self.frames.get_or_create(&labels));
            }
            drop(self.frame_age.get_or_create(&CameraLabels { camera: camera.to_owned() }));
            // Sockets come and go, so that what all of them received together would fall at times.
            if camera != OWN_LABEL {
                let (came, skipped) = (|c: &CameraStatus| c.frames_in, |c: &CameraStatus| c.frames_skipped);
                for (result, count) in
                    [(RECEIVED, those().map(came).sum()), (SKIPPED, those().map(skipped).sum())]
                {
                    let labels = CameraResultLabels { camera: camera.to_owned(), result };
                    self.frames.get_or_create(&labels).inner().store(count, Ordering::Relaxed);
                }
            }
            let labels = CameraLabels { camera: camera.to_owned() };
            let sparse = those().filter(|status| status.decodes == Decode::KeyFrames).count();
            self.camera_key_frames.get_or_create(&labels).set(i64::try_from(sparse).unwrap_or(i64::MAX));
        }
    }

    fn forget(&self, camera: String) {
        for state in CameraState::ALL {
            self.camera_state.remove(&CameraStateLabels { camera: camera.clone(), state: state.name() });
        }
        for result in FrameResult::ALL.iter().map(|result| result.name()).chain([RECEIVED, SKIPPED]) {
            self.frames.remove(&CameraResultLabels { camera: camera.clone(), result });
        }
        self.camera_key_frames.remove(&CameraLabels { camera: camera.clone() });
        self.frame_age.remove(&CameraLabels { camera });
    }
}
