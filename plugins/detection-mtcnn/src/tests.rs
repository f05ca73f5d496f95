//! Claims about the plugin as a whole, over networks that are written down here.

use std::sync::{Arc, Mutex};

use face_mesh::mesh::VERTICES;
use plugin_sdk::{
    Call, Detector, Error, Face, FourCc, Frame, FrameDesc, Host, InferenceService, Limits, ModelInfo, Plane,
    Plugin, Region, Result, Tensor, TensorDesc,
};

use super::*;
use crate::pyramid::{STRIDE, WINDOW, WINDOWS};

/// A face in a frame.
#[derive(Clone, Copy)]
struct Sight {
    frame: u32,
    x: f32,
    y: f32,
    size: f32,
    /// How sure the first, the second and the third network are.
    sure: [f32; 3],
}

/// Networks that see the faces that a test says: each in squares that it fills more or less.
struct Scene {
    sights: Vec<Sight>,
    runs: Mutex<Vec<String>>,
}

impl Scene {
    fn of(sights: &[Sight]) -> Arc<Self> {
        Arc::new(Self { sights: sights.to_vec(), runs: Mutex::default() })
    }

    /// What a network answers to the square of a frame that has this corner and side: probabilities of no face and of a
    /// face, edges.
    fn judge(&self, frame: u32, corner: (f32, f32), side: f32, network: usize) -> ([f32; 2], [f32; 4]) {
        let fits = |sight: &&Sight| {
            let off = (sight.x - corner.0 - side / 2.0).abs().max((sight.y - corner.1 - side / 2.0).abs());
            sight.frame == frame && off < side / 6.0 && (0.75..1.35).contains(&(sight.size / side))
        };
        match self.sights.iter().find(fits) {
            None => ([1.0, 0.0], [0.0; 4]),
            Some(Sight { x, y, size, sure, .. }) => {
                let edge = |at: f32, from: f32| (at - from) / side;
                let (left, top) = (edge(x - size / 2.0, corner.0), edge(y - size / 2.0, corner.1));
                let (right, bottom) =
                    (edge(x + size / 2.0, corner.0 + side), edge(y + size / 2.0, corner.1 + side));
                ([1.0 - sure[network], sure[network]], [left, top, right, bottom])
            }
        }
    }

    fn propose(&self, region: &Region) -> [Vec<f32>; 3] {
        let (scale, left, top) = (region.affine[0], region.affine[2], region.affine[5]);
        let (mut scores, mut edges) = (Vec::new(), Vec::new());
        for window in 0..WINDOWS * WINDOWS {
            let [x, y] = [window % WINDOWS, window / WINDOWS].map(|at| (at * STRIDE) as f32 - 0.5);
            let corner = (left + scale * x, top + scale * y);
            let (score, edge) = self.judge(region.frame_index, corner, scale * WINDOW as f32, 0);
            scores.extend(score);
            edges.extend(edge);
        }
        [scores, edges, Vec::new()]
    }

    fn look(&self, region: &Region, side: f32, network: usize) -> [Vec<f32>; 3] {
        let (scale, left, top) = (region.affine[0], region.affine[2], region.affine[5]);
        let corner = (left - 0.5 * scale, top - 0.5 * scale);
        let (score, edges) = self.judge(region.frame_index, corner, scale * side, network);
        let points = [0.3, 0.7, 0.5, 0.35, 0.65, 0.4, 0.4, 0.6, 0.8, 0.8];
        [score.to_vec(), edges.to_vec(), points.to_vec()]
    }

    /// Only a mesh that has an extent has a pose.
    fn mesh() -> Vec<f32> {
        let mut row = [96.0, 96.0, 0.0].repeat(VERTICES);
        for (index, x, y) in [(33, 66.0, 76.0), (263, 126.0, 76.0), (10, 96.0, 36.0), (152, 96.0, 156.0)] {
            row[3 * index..3 * index + 2].copy_from_slice(&[x, y]);
        }
        row
    }
}

impl InferenceService for Scene {
    fn open(&self, model: &str) -> Result<ModelInfo> {
        let windows = WINDOWS * WINDOWS;
        let (side, lens) = match model {
            "mtcnn-propose" => (128, vec![2 * windows, 4 * windows]),
            "mtcnn-refine" => (24, vec![2, 4]),
            "mtcnn-output" => (48, vec![2, 4, 10]),
            "face-mesh" => (192, vec![3 * VERTICES, 1]),
            _ => return Err(Error::Unsupported(model.to_owned())),
        };
        let outputs = lens.into_iter().map(|len| TensorDesc { name: String::new(), dims: vec![len] });
        Ok(ModelInfo {
            name: model.to_owned(),
            input_width: side,
            input_height: side,
            outputs: outputs.collect(),
            max_batch: 4096,
            model_tag: 0,
            sha256: [0; 32],
        })
    }

    fn run(&self, _: &Call<'_>, model: &str, _: &[Frame<'_>], regions: &[Region]) -> Result<Vec<Tensor>> {
        self.runs.lock().expect("nothing panics here").push(model.to_owned());
        let mut outputs = [const { Vec::new() }; 3];
        for region in regions {
            let row = match model {
                "mtcnn-propose" => self.propose(region),
                "mtcnn-refine" => self.look(region, 24.0, 1),
                "mtcnn-output" => self.look(region, 48.0, 2),
                _ => [Self::mesh(), vec![20.0], Vec::new()],
            };
            outputs.iter_mut().zip(row).for_each(|(output, row)| output.extend(row));
        }
        let count = if model == "mtcnn-output" { 3 } else { 2 };
        let tensor = |data: Vec<f32>| Tensor { dims: vec![regions.len(), data.len() / regions.len()], data };
        Ok(outputs.into_iter().take(count).map(tensor).collect())
    }
}

fn detect(scene: &Arc<Scene>, config: &str, frames: usize) -> Result<Vec<Face>> {
    let mut plugin = Mtcnn::create(Host::local(Some(scene.clone())))?;
    plugin.configure(serde_json::from_str(config).expect("the settings are known"))?;
    plugin.activate(&Limits { max_batch: 8, max_width: 640, max_height: 480, threads: 0 })?;
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
    let frame = || Frame::new(&desc, &[Plane { data: &pixels, pitch: 640, rows: 480 }]);
    let frames: Vec<_> = (0..frames).map(|_| frame()).collect::<Result<_>>()?;
    plugin.detect(&Call::unbounded(), &frames)
}

fn sight(frame: u32, x: f32, y: f32, size: f32) -> Sight {
    Sight { frame, x, y, size, sure: [0.7, 0.8, 0.95] }
}

fn runs(scene: &Scene) -> Vec<String> {
    scene.runs.lock().expect("nothing panics here").clone()
}

#[test]
fn faces_of_all_sizes_come_back_in_frame_pixels_each_once() {
    let sizes = [(100.0, 100.0, 44.0), (300.0, 150.0, 90.0), (420.0, 300.0, 300.0)];
    let scene = Scene::of(&sizes.map(|(x, y, size)| sight(0, x, y, size)));
    let mut faces = detect(&scene, "{}", 1).expect("the networks work");
    faces.sort_by(|a, b| a.bbox.w.total_cmp(&b.bbox.w));
    assert_eq!(faces.len(), 3);
    for (face, (x, y, size)) in faces.iter().zip(sizes) {
        let off = (face.bbox.x + size / 2.0 - x).abs() + (face.bbox.y + size / 2.0 - y).abs();
        assert!(off + (face.bbox.w - size).abs() + (face.bbox.h - size).abs() < 0.1, "{:?}", face.bbox);
        assert!((face.score - 0.95).abs() < 1e-6 && face.quality > 0.99);
        assert!(!face.surface.points().is_empty());
    }
}

#[test]
fn each_network_runs_once_over_all_frames() {
    let scene = Scene::of(&[sight(0, 200.0, 200.0, 80.0), sight(1, 300.0, 300.0, 120.0)]);
    let faces = detect(&scene, "{}", 2).expect("the networks work");
    assert_eq!(faces.iter().map(|face| face.frame_index).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(runs(&scene), ["mtcnn-propose", "mtcnn-refine", "mtcnn-output", "face-mesh"]);
}

#[test]
fn each_network_can_refuse_what_the_one_before_saw() {
    for (sure, ran) in [([0.5, 0.9, 0.9], 1), ([0.7, 0.6, 0.9], 2), ([0.7, 0.8, 0.6], 3)] {
        let scene = Scene::of(&[Sight { sure, ..sight(0, 200.0, 200.0, 80.0) }]);
        assert!(detect(&scene, "{}", 1).expect("the networks work").is_empty());
        assert_eq!(runs(&scene).len(), ran, "{sure:?}");
    }
}

#[test]
fn a_face_smaller_than_the_least_is_not_searched_for() {
    let scene = Scene::of(&[sight(0, 200.0, 200.0, 24.0)]);
    assert!(detect(&scene, "{}", 1).expect("the networks work").is_empty());
    assert_eq!(detect(&scene, r#"{"face_px_min": 24}"#, 1).expect("the networks work").len(), 1);
}

#[test]
fn a_network_that_answers_no_number_is_an_error_and_no_empty_frame() {
    let scene = Scene::of(&[Sight { sure: [0.9, 0.9, f32::NAN], ..sight(0, 200.0, 200.0, 80.0) }]);
    assert!(matches!(detect(&scene, "{}", 1), Err(Error::Internal(_))));
}

#[test]
fn an_empty_frame_costs_one_run() {
    let scene = Scene::of(&[]);
    assert!(detect(&scene, "{}", 1).expect("the networks work").is_empty());
    assert_eq!(runs(&scene), ["mtcnn-propose"]);
}
