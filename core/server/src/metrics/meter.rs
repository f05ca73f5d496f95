//! What recognition measures of itself, on its way into the metrics.

use std::time::Duration;

use pipeline::camera::CameraId;
use pipeline::{FrameResult, Meter, QualityReason, Stage};

use super::camera::label;
use super::{CameraLabels, CameraResultLabels, FaultLabels, Metrics, ReasonLabels, StageLabels};

impl Meter for Metrics {
    fn stage(&self, stage: Stage, took: Duration) {
        self.tally.stage(stage, took);
        self.stage_duration.get_or_create(&StageLabels { stage: stage.name() }).observe(took.as_secs_f64());
    }

    fn batch(&self, frames: usize) {
        self.batch_size.observe(frames as f64);
    }

    fn frame(&self, camera: &CameraId, result: FrameResult, age: Duration) {
        let camera = label(camera.as_str()).to_owned();
        self.note_camera(&camera);
        if result == FrameResult::Analysed {
            self.frame_age.get_or_create(&CameraLabels { camera: camera.clone() }).observe(age.as_secs_f64());
        }
        self.frames.get_or_create(&CameraResultLabels { camera, result: result.name() }).inc();
    }

    fn refused(&self, reason: QualityReason) {
        self.faces_refused.get_or_create(&ReasonLabels { reason: reason.name() }).inc();
    }

    fn fault(&self, plugin: &str, kind: &'static str) {
        self.plugin_faults.get_or_create(&FaultLabels { plugin: plugin.to_owned(), kind }).inc();
    }

    fn sighting(&self, _camera: &CameraId, known: bool, similarity: f32) {
        if known {
            self.match_similarity.observe(f64::from(similarity));
        }
    }
}
