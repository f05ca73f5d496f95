//! Claims about the plugin as a whole, over networks that are written down here.

use std::sync::{Arc, Mutex};

use face_mesh::mesh::VERTICES;
use plugin_sdk::{
    Call, Detector, Error, Face, FourCc, Frame, FrameDesc, Host, InferenceService, Limits, ModelInfo, Plane,
    Plugin, Region, Result, Tensor, TensorDesc,
};

use super::*;
use crate::decode::cell_count;

const SIDE: usize = 640;

/// A network that sees faces of 160 pixels of its input, each in the middle of the cell of this number, this surely.
struct Scene {
    seen: Vec<(usize, f32)>,
    runs: Mutex<Vec<(String, usize)>>,
}

impl Scene {
    fn of(seen: &[(usize, f32)]) -> Arc<Self> {
        Arc::new(Self { seen: seen.to_vec(), runs: Mutex::default() })
    }

    fn answers(&self) -> Vec<Vec<f32>> {
        let count = cell_count(SIDE);
        let (mut scores, mut boxes, mut points) =
            (vec![0.0; count], vec![0.0; 4 * count], vec![0.0; 10 * count]);
        for &(cell, score) in &self.seen {
            let size = 20.0_f32.ln();
            scores[cell] = score;
            boxes[4 * cell..][..4].copy_from_slice(&[0.5, 0.5, size, size]);
            points[10 * cell..][..4].copy_from_slice(&[-4.5, -4.5, 5.5, -4.5]);
        }
        vec![scores.clone(), scores, boxes, points]
    }
}

impl InferenceService for Scene {
    fn open(&self, model: &str) -> Result<ModelInfo> {
        let cells = cell_count(SIDE);
        let (side, lens) = match model {
            "yunet-n-640" => (640, vec![cells, cells, 4 * cells, 10 * cells]),
            "face-mesh" => (192, vec![3 * VERTICES, 1]),
            _ => return Err(Error::Unsupported(model.to_owned())),
        };
        let outputs = lens.into_iter().map(|len| TensorDesc { name: String::new(), dims: vec![len] });
        Ok(ModelInfo {
            name: model.to_owned(),
            input_width: side,
            input_height: side,
            outputs: outputs.collect(),
            max_batch: 64,
            model_tag: 0,
            sha256: [0; 32],
        })
    }

    fn run(&self, _: &Call<'_>, model: &str, _: &[Frame<'_>], regions: &[Region]) -> Result<Vec<Tensor>> {
        self.runs.lock().expect("nothing panics here").push((model.to_owned(), regions.len()));
        let one = match model {
            "face-mesh" => {
                // Only what has an extent has a pose.
                let mut row = [96.0, 96.0, 0.0].repeat(VERTICES);
                for (index, x, y) in
                    [(33, 66.0, 76.0), (263, 126.0, 76.0), (10, 96.0, 36.0), (152, 96.0, 156.0)]
                {
                    row[3 * index..3 * index + 2].copy_from_slice(&[x, y]);
                }
                vec![row, vec![20.0]]
            }
            _ => self.answers(),
        };
        let tensor =
            |row: Vec<f32>| Tensor { dims: vec![regions.len(), row.len()], data: row.repeat(regions.len()) };
        Ok(one.into_iter().map(tensor).collect())
    }
}

fn detect(scene: &Arc<Scene>, config: &str, frames: usize) -> Result<Vec<Face>> {
    let mut plugin = Yunet::create(Host::local(Some(scene.clone())))?;
    plugin.configure(serde_json::from_str(config).expect("the settings are known"))?;
    plugin.activate(&Limits { max_batch: 8, max_width: 1280, max_height: 720, threads: 0 })?;
    let pixels = vec![0; 1280 * 720];
    let desc = FrameDesc {
        width: 1280,
        height: 720,
        fourcc: FourCc::GRAY8,
        pts_ns: 0,
        seq: 0,
        stream_id: 0,
        colour_matrix: Default::default(),
        colour_range: Default::default(),
    };
    let frame = || Frame::new(&desc, &[Plane { data: &pixels, pitch: 1280, rows: 720 }]);
    let frames: Vec<_> = (0..frames).map(|_| frame()).collect::<Result<_>>()?;
    plugin.detect(&Call::unbounded(), &frames)
}

/// The cell in this column and row of the finest map.
fn cell(column: usize, row: usize) -> usize {
    80 * row + column
}

#[test]
fn a_face_comes_back_in_frame_pixels_with_its_mesh() {
    let faces = detect(&Scene::of(&[(cell(40, 40), 0.9)]), "{}", 1).expect("the networks work");
    assert_eq!(faces.len(), 1);
    let Face { bbox, score, quality, yaw, .. } = faces[0];
    // The input's point (324, 324) is 4 right of and below its middle; the frame shows it twice as large.
    let middle = (bbox.x + bbox.w / 2.0, bbox.y + bbox.h / 2.0);
    let off = (middle.0 - 647.5).abs() + (middle.1 - 367.5).abs() + (bbox.w - 320.0).abs();
    assert!(off < 1e-2, "{bbox:?}");
    assert!((score - 0.9).abs() < 1e-6 && quality > 0.99 && yaw.abs() < 1e-3);
    assert!(!faces[0].surface.points().is_empty());
}

#[test]
fn all_frames_share_one_run_of_each_network() {
    let scene = Scene::of(&[(cell(20, 40), 0.9), (cell(60, 40), 0.7)]);
    let faces = detect(&scene, "{}", 2).expect("the networks work");
    assert_eq!(faces.iter().map(|face| face.frame_index).collect::<Vec<_>>(), [0, 0, 1, 1]);
    let runs = scene.runs.lock().expect("nothing panics here").clone();
    assert_eq!(runs, [("yunet-n-640".to_owned(), 2), ("face-mesh".to_owned(), 4)]);
}

#[test]
fn neighbouring_cells_that_see_one_face_give_one_face() {
    let scene = Scene::of(&[(cell(40, 40), 0.8), (cell(41, 40), 0.9), (cell(41, 41), 0.7)]);
    let faces = detect(&scene, "{}", 1).expect("the networks work");
    assert_eq!(faces.len(), 1);
    assert!((faces[0].score - 0.9).abs() < 1e-6);
}

#[test]
fn a_frame_keeps_its_surest_faces() {
    let scene = Scene::of(&[(cell(10, 40), 0.7), (cell(40, 40), 0.8), (cell(70, 40), 0.9)]);
    let faces = detect(&scene, r#"{"faces_max": 2}"#, 1).expect("the networks work");
    assert_eq!(faces.iter().map(|face| (face.score * 10.0).round()).collect::<Vec<_>>(), [9.0, 8.0]);
}

#[test]
fn a_network_that_answers_no_number_is_an_error_and_no_empty_frame() {
    let found = detect(&Scene::of(&[(cell(40, 40), f32::NAN)]), "{}", 1);
    assert!(matches!(found, Err(Error::Internal(_))));
}

#[test]
fn without_networks_the_plugin_does_not_start() {
    let found = detect(&Scene::of(&[]), r#"{"model": "yunet-n-320"}"#, 1);
    assert!(matches!(found, Err(Error::Unsupported(_))), "nobody installed it");
}
