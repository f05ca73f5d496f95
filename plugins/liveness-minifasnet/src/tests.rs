//! Claims about the plugin as a whole, over recorded logits.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use plugin_sdk::{FourCc, FrameDesc, InferenceService, ModelInfo, Plane, Rect, Tensor, TensorDesc};

use super::*;

/// Answers each region with the next row of recorded logits.
struct Recorded {
    rows: Mutex<VecDeque<[f32; 3]>>,
    classes: usize,
}

impl InferenceService for Recorded {
    fn open(&self, model: &str) -> Result<ModelInfo> {
        Ok(ModelInfo {
            name: model.to_owned(),
            input_width: 128,
            input_height: 128,
            outputs: vec![TensorDesc { name: "logits".to_owned(), dims: vec![self.classes] }],
            max_batch: 3,
            model_tag: 0,
            sha256: [0; 32],
        })
    }

    fn run(
        &self,
        _call: &Call<'_>,
        _model: &str,
        _frames: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>> {
        let mut rows = self.rows.lock().expect("no test panics in here");
        let data: Vec<f32> = regions.iter().filter_map(|_| rows.pop_front()).flatten().collect();
        Ok(vec![Tensor { dims: vec![regions.len(), 3], data }])
    }
}

fn plugin(rows: &[[f32; 3]], classes: usize) -> Result<MiniFasNet> {
    let rows = Mutex::new(rows.iter().copied().collect());
    let mut plugin = MiniFasNet::create(Host::local(Some(Arc::new(Recorded { rows, classes }))))?;
    plugin.activate(&Limits { max_batch: 1, max_width: 640, max_height: 480, threads: 0 })?;
    Ok(plugin)
}

fn scores(rows: &[[f32; 3]], faces: &[Face]) -> Result<Vec<f32>> {
    let pixels = vec![0; 640 * 480];
    let desc = FrameDesc {
        width: 640,
        height: 480,
        fourcc: FourCc::GRAY8,
        pts_ns: 0,
        seq: 0,
        stream_id: 0,
        colour_matrix: Default::default(),
        colour_range: Default::default(),
    };
    let frame = Frame::new(&desc, &[Plane { data: &pixels, pitch: 640, rows: 480 }])?;
    plugin(rows, 3)?.score(&Call::unbounded(), &[frame], faces)
}

fn face(x: f32, w: f32) -> Face {
    Face { bbox: Rect { x, y: 100.0, w, h: 90.0 }, ..Face::default() }
}

const LIVE: [f32; 3] = [20.0, 0.0, 0.0];
const FLAT: [f32; 3] = [0.0, 20.0, 0.0];

#[test]
fn each_face_gets_the_mean_of_its_own_two_looks() {
    let found = scores(
        &[LIVE, LIVE, FLAT, LIVE, FLAT, FLAT],
        &[face(10.0, 80.0), face(200.0, 80.0), face(400.0, 80.0)],
    );
    let found = found.expect("all looks are good");
    for (score, expected) in found.iter().zip([1.0, 0.5, 0.0]) {
        assert!((score - expected).abs() < 1e-6, "{found:?}");
    }
    assert_eq!(found.len(), 3);
}

#[test]
fn a_look_that_is_no_number_is_an_error_and_no_score() {
    let broken = [f32::NAN, 0.0, 0.0];
    assert!(matches!(scores(&[LIVE, broken], &[face(10.0, 80.0)]), Err(Error::Invalid(_))));
}

#[test]
fn a_face_without_extent_is_an_error() {
    assert!(scores(&[LIVE; 2], &[face(10.0, 0.0)]).is_err());
}

#[test]
fn a_face_of_a_frame_that_is_not_there_is_an_error() {
    assert!(scores(&[LIVE; 2], &[Face { frame_index: 1, ..face(10.0, 80.0) }]).is_err());
}

#[test]
fn a_network_with_other_classes_is_refused() {
    assert!(matches!(plugin(&[], 2), Err(Error::Unsupported(_))));
}

#[test]
fn before_activation_there_is_no_score() {
    let plugin = MiniFasNet::create(Host::local(None)).expect("creation does no work");
    assert!(matches!(plugin.score(&Call::unbounded(), &[], &[]), Err(Error::Invalid(_))));
}
