//! Claims about the plugin as a whole, over recorded logits.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use plugin_sdk::{FourCc, FrameDesc, InferenceService, ModelInfo, Plane, Rect, Tensor, TensorDesc};

use super::*;
use crate::config::Choice;

/// Answers each region with the next row of recorded logits, and remembers which network looked where.
struct Recorded {
    rows: Mutex<VecDeque<[f32; 3]>>,
    seen: Mutex<Vec<(String, f32)>>,
    classes: usize,
}

impl InferenceService for Recorded {
    fn open(&self, model: &str) -> Result<ModelInfo> {
        Ok(ModelInfo {
            name: model.to_owned(),
            input_width: side(model),
            input_height: side(model),
            outputs: vec![TensorDesc { name: "logits".to_owned(), dims: vec![self.classes] }],
            max_batch: 3,
            model_tag: 0,
            sha256: [0; 32],
        })
    }

    fn run(
        &self,
        _call: &Call<'_>,
        model: &str,
        _frames: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>> {
        let mut seen = self.seen.lock().expect("no test panics in here");
        let width = |region: &Region| region.affine[0] * side(model) as f32;
        seen.extend(regions.iter().map(|region| (model.to_owned(), width(region))));
        let mut rows = self.rows.lock().expect("no test panics in here");
        let data: Vec<f32> = regions.iter().filter_map(|_| rows.pop_front()).flatten().collect();
        Ok(vec![Tensor { dims: vec![regions.len(), 3], data }])
    }
}

fn side(model: &str) -> u32 {
    if model.ends_with("-80") { 80 } else { 128 }
}

fn recorded(rows: &[[f32; 3]], classes: usize) -> Arc<Recorded> {
    let rows = Mutex::new(rows.iter().copied().collect());
    Arc::new(Recorded { rows, seen: Mutex::default(), classes })
}

fn plugin(recorded: Arc<Recorded>, model: Choice) -> Result<MiniFasNet> {
    let mut plugin = MiniFasNet::create(Host::local(Some(recorded)))?;
    plugin.configure(Config { model })?;
    plugin.activate(&Limits { max_batch: 1, max_width: 640, max_height: 480, threads: 0 })?;
    Ok(plugin)
}

fn scores(rows: &[[f32; 3]], faces: &[Face]) -> Result<Vec<f32>> {
    scores_of(&plugin(recorded(rows, 3), Choice::One)?, faces)
}

fn scores_of(plugin: &MiniFasNet, faces: &[Face]) -> Result<Vec<f32>> {
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
    plugin.score(&Call::unbounded(), &[frame], faces)
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
fn each_of_the_pair_looks_at_its_own_scale_and_has_its_own_class() {
    let networks = recorded(&[FLAT, LIVE, FLAT, LIVE], 3);
    let plugin = plugin(Arc::clone(&networks), Choice::Pair).expect("both networks fit");
    let found = scores_of(&plugin, &[face(200.0, 50.0), face(400.0, 50.0)]).expect("all looks are good");
    // the living class of the pair is the second
    assert!((found[0] - 1.0).abs() < 1e-6 && found[1] < 1e-6, "{found:?}");
    let seen = networks.seen.lock().expect("no test panics in here");
    let expected = [
        ("minifasnet-v2-80", 2.7),
        ("minifasnet-v2-80", 2.7),
        ("minifasnet-v1se-80", 4.0),
        ("minifasnet-v1se-80", 4.0),
    ];
    for ((network, width), (name, scale)) in seen.iter().zip(expected) {
        assert!(network == name && (width / 50.0 - scale).abs() < 0.05, "{seen:?}");
    }
    assert_eq!(seen.len(), 4);
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
    for model in [Choice::One, Choice::Pair] {
        assert!(matches!(plugin(recorded(&[], 2), model), Err(Error::Unsupported(_))));
    }
}

#[test]
fn before_activation_there_is_no_score() {
    let plugin = MiniFasNet::create(Host::local(None)).expect("creation does no work");
    assert!(matches!(plugin.score(&Call::unbounded(), &[], &[]), Err(Error::Invalid(_))));
}
