//! Claims about the plugin as a whole, over networks that are written down here.

use std::sync::Arc;

use plugin_sdk::{FourCc, FrameDesc, InferenceService, ModelInfo, Plane, Point, Tensor, TensorDesc};

use super::*;
use crate::align::ARCFACE;
use crate::config::{Choice, Looks};

/// Embeds a look as the slope of its first row and a constant, so that a mirror look differs in one value's sign.
struct Slope {
    scale: f32,
}

impl InferenceService for Slope {
    fn open(&self, model: &str) -> Result<ModelInfo> {
        Ok(ModelInfo {
            name: model.to_owned(),
            input_width: side(model),
            input_height: side(model),
            outputs: vec![TensorDesc { name: "embedding".to_owned(), dims: vec![2] }],
            max_batch: 3,
            model_tag: if model == "mobilefacenet-512" { 7 } else { 8 },
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
        let rows = regions.iter().flat_map(|region| [region.affine[0] * self.scale, self.scale]);
        Ok(vec![Tensor { dims: vec![regions.len(), 2], data: rows.collect() }])
    }
}

fn side(model: &str) -> u32 {
    match model {
        "dlib-resnet-29" => 150,
        "facenet-inception-resnet-v1" => 160,
        _ => 112,
    }
}

fn plugin(scale: f32, config: Config) -> MobileFaceNet {
    let mut plugin =
        MobileFaceNet::create(Host::local(Some(Arc::new(Slope { scale })))).expect("creation does no work");
    plugin.configure(config).expect("every choice is allowed");
    let limits = Limits { max_batch: 1, max_width: 200, max_height: 200, threads: 0 };
    plugin.activate(&limits).expect("the network fits");
    plugin
}

/// A face as large as the template times `scale`.
fn face(scale: f32) -> Face {
    Face { landmarks: ARCFACE.points.map(|p| Point { x: p.x * scale, y: p.y * scale }), ..Face::default() }
}

fn embed(plugin: &MobileFaceNet, faces: &[Face]) -> Result<Vec<f32>> {
    let pixels = vec![0; 200 * 200];
    let desc = FrameDesc {
        width: 200,
        height: 200,
        fourcc: FourCc::GRAY8,
        pts_ns: 0,
        seq: 0,
        stream_id: 0,
        colour_matrix: Default::default(),
        colour_range: Default::default(),
    };
    let frame = Frame::new(&desc, &[Plane { data: &pixels, pitch: 200, rows: 200 }])?;
    plugin.embed(&Call::unbounded(), &[frame], faces)
}

fn close(found: &[f32], expected: &[f32]) -> bool {
    found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-4)
}

const PLAIN: Config = Config { model: Choice::MobileFaceNet512, looks: Looks::One };
const MIRROR: Config = Config { model: Choice::MobileFaceNet512, looks: Looks::Two };

#[test]
fn faces_are_embedded_in_order_as_unit_vectors() {
    let found = embed(&plugin(9.0, PLAIN), &[face(1.0), face(0.75)]).expect("two faces");
    let half = std::f32::consts::FRAC_1_SQRT_2;
    assert!(close(&found, &[half, half, 0.6, 0.8]));
}

#[test]
fn the_mirror_look_counts_as_much_as_the_plain_one() {
    // A mirror look negates the first value, so the mean has only the second.
    let found = embed(&plugin(9.0, MIRROR), &[face(1.0), face(0.75), face(1.5)]).expect("three faces");
    assert!(close(&found, &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0]));
}

#[test]
fn four_looks_are_averaged_for_each_face() {
    // Near and far looks come with their mirror images, which negate the first value.
    let four = Config { looks: Looks::Four, ..PLAIN };
    let found = embed(&plugin(9.0, four), &[face(1.0), face(0.75)]).expect("two faces");
    assert!(close(&found, &[0.0, 1.0, 0.0, 1.0]));
}

#[test]
fn the_description_tells_the_networks_apart() {
    let described = plugin(1.0, PLAIN).describe().expect("active");
    assert_eq!(described, EmbeddingInfo { dim: 2, metric: Metric::Cosine, model_tag: 7 });
    let other = Config { model: Choice::MobileFaceNet192, ..PLAIN };
    assert_eq!(plugin(1.0, other).describe().expect("active").model_tag, 8);
}

#[test]
fn each_network_sees_the_face_in_its_own_size_and_place() {
    // The slope of a look's first row is how wide a pixel of the input is on the face.
    for (model, points, width) in [
        (Choice::DlibResnet29, align::DLIB.points, 1.0),
        (Choice::FaceNet, align::FACENET.points, align::FACENET.aspect),
    ] {
        let face = Face { landmarks: points, ..Face::default() };
        let found = embed(&plugin(1.0, Config { model, looks: Looks::One }), &[face]).expect("a face");
        assert!((found[0] / found[1] - width).abs() < 1e-4, "{found:?}");
    }
}

#[test]
fn an_embedding_without_direction_is_an_error() {
    for scale in [0.0, f32::NAN, f32::INFINITY] {
        assert!(matches!(embed(&plugin(scale, PLAIN), &[face(1.0)]), Err(Error::Internal(_))));
    }
}

#[test]
fn landmarks_that_are_no_face_are_an_error() {
    assert!(matches!(embed(&plugin(1.0, PLAIN), &[face(1.0), face(0.0)]), Err(Error::Invalid(_))));
}

#[test]
fn an_inactive_recogniser_embeds_nothing() {
    let mut plugin = plugin(1.0, PLAIN);
    plugin.deactivate();
    assert!(plugin.describe().is_err());
    assert!(embed(&plugin, &[]).is_err());
}
