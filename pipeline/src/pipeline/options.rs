//! How recognition is run.

use super::PipelineError;
use crate::evidence::ConfirmOptions;
use crate::quality::QualityOptions;
use crate::tracker::TrackerOptions;

/// The most pictures a plugin is promised to get at once.
const BATCH_SIZE_LIMIT: usize = 64;

/// How recognition is run.
#[derive(Clone, Copy, Debug)]
pub struct RecognitionOptions {
    /// Most pictures analysed together, 1 to 64.
    pub batch_size_max: usize,
    /// The longest that a picture waits for others while the networks are busy.
    pub batch_delay_ms_max: u64,
    /// Threads that take batches; 0 takes one per core, and one more. Each works on its own batch.
    pub recognizer_threads: usize,
    /// Batches that the networks can work on side by side: 0 takes one per thread (CPU); 1 on a GPU.
    pub side_by_side: usize,
    /// An older picture yields no sighting.
    pub frame_age_ms_max: u64,
    /// The steps have so long for a batch.
    pub call_ms_max: u64,
    /// How faces are followed.
    pub tracker: TrackerOptions,
    /// What a face must be like to pay or to be named.
    pub quality: QualityOptions,
    /// What a face must be like to be enrolled.
    pub quality_to_enrol: QualityOptions,
    /// When a track is decided.
    pub confirm: ConfirmOptions,
    /// The longest side of a face that is cut out of its picture, in pixels.
    pub crop_px_max: u32,
}

impl Default for RecognitionOptions {
    fn default() -> Self {
        Self {
            batch_size_max: 8,
            batch_delay_ms_max: 20,
            recognizer_threads: 0,
            side_by_side: 0,
            frame_age_ms_max: 1_000,
            call_ms_max: 5_000,
            tracker: TrackerOptions::default(),
            quality: QualityOptions::for_payment(),
            quality_to_enrol: QualityOptions::for_enrolment(),
            confirm: ConfirmOptions::default(),
            crop_px_max: 256,
        }
    }
}

impl RecognitionOptions {
    /// These settings, if they can work.
    pub(super) fn checked(self) -> Result<Self, PipelineError> {
        let (options, confirm) = (&self, &self.confirm);
        let refused = [
            (
                !(1..=BATCH_SIZE_LIMIT).contains(&options.batch_size_max),
                "batch_size_max lies between 1 and 64",
            ),
            (options.recognizer_threads > 64, "recognizer_threads is at most 64"),
            (options.frame_age_ms_max == 0, "frame_age_ms_max is above zero"),
            (options.crop_px_max == 0, "crop_px_max is above zero"),
            (options.call_ms_max == 0, "call_ms_max is above zero"),
            (options.tracker.tracks_max == 0, "tracker.tracks_max is above zero"),
            (confirm.agreeing_frames_min == 0, "confirm.agreeing_frames_min is above zero"),
            (confirm.liveness_frames_min == 0, "confirm.liveness_frames_min is above zero"),
            // Written so that a value that is no number is refused.
            (!(1.0..=1e9).contains(&confirm.liveness_odds_min), "confirm.liveness_odds_min is at least 1"),
            (
                confirm.frames_max < confirm.agreeing_frames_min.max(confirm.liveness_frames_min),
                "confirm.frames_max is at least as large as the least numbers of frames",
            ),
        ];
        match refused.into_iter().find(|(wrong, _)| *wrong) {
            Some((_, why)) => Err(PipelineError::Options(why)),
            None => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut RecognitionOptions);

    #[test]
    fn settings_that_cannot_work_are_named() {
        let rows: [(&str, Change); 7] = [
            ("batch_size_max", |o| o.batch_size_max = 0),
            ("batch_size_max", |o| o.batch_size_max = 65),
            ("frame_age_ms_max", |o| o.frame_age_ms_max = 0),
            ("agreeing_frames_min", |o| o.confirm.agreeing_frames_min = 0),
            ("liveness_frames_min", |o| o.confirm.liveness_frames_min = 0),
            ("liveness_odds_min", |o| o.confirm.liveness_odds_min = f32::NAN),
            ("frames_max", |o| o.confirm.frames_max = 2),
        ];
        assert!(RecognitionOptions::default().checked().is_ok());
        for (name, change) in rows {
            let mut options = RecognitionOptions::default();
            change(&mut options);
            let refused = options.checked().expect_err(name).to_string();
            assert!(refused.contains(name), "{refused} does not name {name}");
        }
    }
}
