//! Claims about the plugin as a whole, over networks that are written down here.

use std::sync::{Arc, Mutex};

use face_mesh::mesh::VERTICES;
use plugin_sdk::{
    Call, Detector, Error, Face, FourCc, Frame, FrameDesc, Host, InferenceService, Limits, ModelInfo, Plane,
    Plugin, Region, Result, Tensor, TensorDesc,
};

use super::*;

/// Logit of an anchor where nothing is, and of a face that a network does not see.
const NOTHING: f32 = -50.0;

/// A face in a frame, upright, the eyes level above its middle.
#[derive(Clone, Copy)]
struct Sight {
    frame: u32,
    x: f32,
    y: f32,
    size: f32,
    /// Logit by which full range sees it where it is a fourteenth of a look or more.
    full: f32,
    /// Logit by which back sees it where it is a twentieth of a look or more.
    back: f32,
}

impl Sight {
    /// A face that both networks are sure of.
    fn clear(frame: u32, x: f32, y: f32, size: f32) -> Self {
        Self { frame, x, y, size, full: 3.0, back: 2.0 }
    }
}

/// Networks that see what a test says.
#[derive(Default)]
struct Scene {
    sights: Vec<Sight>,
    /// Presence logits of the meshes, in the order in which they are asked for.
    presence: Mutex<std::vec::IntoIter<f32>>,
    /// The names of the networks and how many regions each was run on.
    runs: Mutex<Vec<(String, usize)>>,
}

/// What the scene must know of a network: side of its input, finest stride, anchors a cell there, anchors in all.
type Layout = (f32, f32, usize, usize);
const FULL: Layout = (192.0, 4.0, 1, 2304);
const BACK: Layout = (256.0, 16.0, 2, 896);

impl Scene {
    fn of(sights: &[Sight]) -> Arc<Self> {
        Arc::new(Self { sights: sights.to_vec(), ..Self::default() })
    }

    /// The regressors and logits that a network gives for an upright region.
    fn rows(&self, region: &Region, layout: Layout) -> (Vec<f32>, Vec<f32>) {
        let (side, stride, per_cell, anchors) = layout;
        let (mut regressors, mut logits) = (vec![0.0; anchors * 16], vec![NOTHING; anchors]);
        for sight in self.sights.iter().filter(|sight| sight.frame == region.frame_index) {
            let [scale, _, left, _, _, top] = region.affine;
            let (u, v, size) =
                ((sight.x - left) / scale + 0.5, (sight.y - top) / scale + 0.5, sight.size / scale);
            let least = if layout == FULL { side / 14.0 } else { side / 20.0 };
            if !(0.0..side).contains(&u) || !(0.0..side).contains(&v) || size < least {
                continue;
            }
            let (column, row) = ((u / stride).floor(), (v / stride).floor());
            let anchor = per_cell * (row * side / stride + column) as usize;
            let (x, y) = (u - (column + 0.5) * stride, v - (row + 0.5) * stride);
            let eyes = [x - size / 4.0, y - size / 4.0, x + size / 4.0, y - size / 4.0];
            let row = &mut regressors[16 * anchor..16 * anchor + 8];
            row[..4].copy_from_slice(&[x, y, size, size]);
            row[4..].copy_from_slice(&eyes);
            logits[anchor] = if layout == FULL { sight.full } else { sight.back };
        }
        (regressors, logits)
    }

    /// A level frontal mesh in the middle of the input.
    fn mesh() -> Vec<f32> {
        let mut row = [96.0, 96.0, 0.0].repeat(VERTICES);
        let set = [(33, 66.0, 76.0), (133, 86.0, 76.0), (362, 106.0, 76.0), (263, 126.0, 76.0)];
        let more = [(61, 76.0, 126.0), (291, 116.0, 126.0), (10, 96.0, 36.0), (152, 96.0, 156.0)];
        for (index, x, y) in set.into_iter().chain(more) {
            row[3 * index..3 * index + 2].copy_from_slice(&[x, y]);
        }
        row
    }
}

impl InferenceService for Scene {
    fn open(&self, model: &str) -> Result<ModelInfo> {
        let (side, lens) = match model {
            "blazeface-full-range" => (192, [2304, 2304 * 16]),
            "blazeface-back" => (256, [896 * 16, 896]),
            "face-mesh" => (192, [3 * VERTICES, 1]),
            _ => return Err(Error::Unsupported(model.to_owned())),
        };
        let outputs = lens.map(|len| TensorDesc { name: String::new(), dims: vec![len] }).into();
        let (name, sha256) = (model.to_owned(), [0; 32]);
        Ok(ModelInfo {
            name,
            input_width: side,
            input_height: side,
            outputs,
            max_batch: 64,
            model_tag: 0,
            sha256,
        })
    }

    fn run(
        &self,
        _call: &Call<'_>,
        model: &str,
        _frames: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>> {
        self.runs.lock().expect("nothing panics here").push((model.to_owned(), regions.len()));
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for region in regions {
            let (a, b) = match model {
                "blazeface-full-range" => {
                    let (regressors, logits) = self.rows(region, FULL);
                    (logits, regressors)
                }
                "blazeface-back" => self.rows(region, BACK),
                _ => {
                    let next = self.presence.lock().expect("nothing panics here").next();
                    (Self::mesh(), vec![next.unwrap_or(20.0)])
                }
            };
            first.extend(a);
            second.extend(b);
        }
        let tensor = |data: Vec<f32>| Tensor { dims: vec![regions.len(), data.len() / regions.len()], data };
        Ok(vec![tensor(first), tensor(second)])
    }
}

/// What the plugin finds in frames of these sizes; each is the first of its stream, or a still picture.
fn detect(scene: &Arc<Scene>, config: &str, sizes: &[(u32, u32)]) -> Result<Vec<Face>> {
    let mut plugin = BlazeFace::create(Host::local(Some(scene.clone())))?;
    plugin.configure(serde_json::from_str(config).expect("the settings are known"))?;
    plugin.activate(&Limits { max_batch: 8, max_width: 1920, max_height: 1080, threads: 0 })?;
    let pixels = vec![0; 1920 * 1080];
    let frames = sizes.iter().map(|&(width, height)| {
        let desc = FrameDesc {
            width,
            height,
            fourcc: FourCc::GRAY8,
            pts_ns: 0,
            seq: 0,
            stream_id: 0,
            colour_matrix: Default::default(),
            colour_range: Default::default(),
        };
        Frame::new(&desc, &[Plane { data: &pixels, pitch: width, rows: height }])
    });
    let frames: Vec<_> = frames.collect::<Result<_>>()?;
    plugin.detect(&Call::unbounded(), &frames)
}

fn runs(scene: &Scene) -> Vec<(String, usize)> {
    scene.runs.lock().expect("nothing panics here").clone()
}

fn ran(name: &str, regions: usize) -> (String, usize) {
    (name.to_owned(), regions)
}

#[test]
fn a_face_comes_back_in_frame_pixels_with_its_mesh() {
    let scene = Scene::of(&[Sight::clear(0, 391.5, 223.5, 96.0)]);
    let faces = detect(&scene, "{}", &[(768, 432)]).expect("the networks work");
    assert_eq!(faces.len(), 1);
    let Face { bbox, score, landmarks, yaw, pitch, roll, quality, .. } = faces[0];
    let middle = (bbox.x + bbox.w / 2.0, bbox.y + bbox.h / 2.0);
    assert_eq!((middle, bbox.w, bbox.h), ((391.5, 223.5), 96.0, 96.0));
    assert!((score - 0.952_574).abs() < 1e-5 && quality > 0.999);
    assert!(yaw.abs() + pitch.abs() + roll.abs() < 1e-3);
    // The mesh's crop is 144 frame pixels for 192 of its own: an eye 20 left of and above the middle is 15 off.
    let eye = landmarks[0];
    assert!((eye.x - (391.5 - 15.0)).abs() < 1e-3 && (eye.y - (223.5 - 15.0)).abs() < 1e-3, "{eye:?}");
    assert!(landmarks[0].x < landmarks[1].x && landmarks[3].x < landmarks[4].x);
}

#[test]
fn all_frames_share_one_run_of_each_network() {
    let faces = [(0, 100.0, 300.0), (1, 300.0, 200.0), (1, 900.0, 600.0)];
    let scene = Scene::of(&faces.map(|(frame, x, y)| Sight::clear(frame, x, y, 200.0)));
    let faces = detect(&scene, "{}", &[(640, 480), (1920, 1080)]).expect("the networks work");
    let indices: Vec<u32> = faces.iter().map(|face| face.frame_index).collect();
    assert_eq!(indices, [0, 1, 1]);
    assert_eq!(runs(&scene), [ran("blazeface-full-range", 2), ran("face-mesh", 3)]);
}

#[test]
fn only_frames_without_a_face_are_searched_closer_and_from_further_back() {
    let scene = Scene::of(&[Sight::clear(0, 300.0, 200.0, 100.0), Sight::clear(1, 70.0, 60.0, 24.0)]);
    let faces = detect(&scene, "{}", &[(640, 480), (640, 480)]).expect("the networks work");
    assert_eq!(faces.iter().map(|face| face.frame_index).collect::<Vec<_>>(), [0, 1]);
    assert_eq!((faces[1].bbox.x.round(), faces[1].bbox.w.round()), (58.0, 24.0));
    assert_eq!(runs(&scene)[2], ran("blazeface-back", 5), "four tiles and the view from further back");
}

#[test]
fn a_face_whose_mesh_is_no_face_is_looked_at_again_and_the_better_one_kept() {
    // Full range's mesh is unsure at both crops; back's is sure.
    let presence = Mutex::new(vec![-3.0, -3.0, 9.0].into_iter());
    let sights = vec![Sight { full: 5.0, back: 1.0, ..Sight::clear(0, 300.0, 200.0, 100.0) }];
    let scene = Arc::new(Scene { sights, presence, ..Scene::default() });
    let faces = detect(&scene, "{}", &[(640, 480)]).expect("the networks work");
    assert_eq!(faces.len(), 1);
    assert!(faces[0].quality > 0.99 && faces[0].score < 0.8);
}

#[test]
fn of_many_looks_only_what_the_mesh_confirms_counts() {
    let presence = Mutex::new(vec![9.0, -3.0, -3.0].into_iter());
    let sights = vec![Sight::clear(0, 70.0, 60.0, 24.0), Sight::clear(0, 500.0, 300.0, 24.0)];
    let scene = Arc::new(Scene { sights, presence, ..Scene::default() });
    let faces = detect(&scene, "{}", &[(640, 480)]).expect("the networks work");
    assert_eq!(faces.len(), 1);
    assert!(faces[0].quality > 0.99);
}

#[test]
fn a_second_look_that_sees_less_changes_nothing() {
    let presence = Mutex::new(vec![-3.0, -3.0].into_iter());
    let sights = vec![Sight { back: NOTHING, ..Sight::clear(0, 300.0, 200.0, 100.0) }];
    let scene = Arc::new(Scene { sights, presence, ..Scene::default() });
    let faces = detect(&scene, "{}", &[(640, 480)]).expect("the networks work");
    assert_eq!(faces.len(), 1);
    assert!(faces[0].quality < 0.1);
}

#[test]
fn a_good_face_does_not_hide_another_that_the_first_look_only_suspects() {
    // Sigmoid of -0.5 is 0.38: no face, but a hint.
    let near = Sight { full: -0.5, ..Sight::clear(0, 500.0, 300.0, 200.0) };
    let scene = Scene::of(&[Sight::clear(0, 100.0, 100.0, 60.0), near]);
    let faces = detect(&scene, "{}", &[(640, 480)]).expect("the networks work");
    let widths: Vec<f32> = faces.iter().map(|face| face.bbox.w.round()).collect();
    assert_eq!(widths, [60.0, 200.0]);
    assert_eq!(runs(&scene)[2], ran("blazeface-back", 1));
}

#[test]
fn a_suspicion_that_the_mesh_does_not_confirm_adds_no_face() {
    let near = Sight { full: -0.5, ..Sight::clear(0, 500.0, 300.0, 200.0) };
    let sights = vec![Sight::clear(0, 100.0, 100.0, 60.0), near];
    let presence = Mutex::new(vec![9.0, -3.0, -3.0].into_iter());
    let scene = Arc::new(Scene { sights, presence, ..Scene::default() });
    let faces = detect(&scene, "{}", &[(640, 480)]).expect("the networks work");
    assert_eq!(faces.len(), 1);
    assert_eq!(runs(&scene)[2], ran("blazeface-back", 1));
}

#[test]
fn without_a_second_look_an_empty_frame_costs_one_run() {
    let scene = Scene::of(&[Sight { full: NOTHING, ..Sight::clear(0, 300.0, 200.0, 100.0) }]);
    let faces = detect(&scene, r#"{"second_look": false}"#, &[(640, 480)]).expect("the networks work");
    assert!(faces.is_empty());
    assert_eq!(runs(&scene), [ran("blazeface-full-range", 1)]);
}

#[test]
fn tiles_are_looked_at_in_the_same_run_and_faces_cut_by_one_left_to_the_others() {
    // The left tile ends at 400, the right one begins at 300. The last face is too small for the whole, and the frame
    // itself cuts it.
    let places = [(350.0, 200.0, 60.0), (310.0, 80.0, 60.0), (680.0, 380.0, 42.0)];
    let scene = Scene::of(&places.map(|(x, y, size)| Sight::clear(0, x, y, size)));
    let faces = detect(&scene, r#"{"tiles": 2}"#, &[(700, 400)]).expect("the networks work");
    assert_eq!(runs(&scene)[0], ran("blazeface-full-range", 3));
    let mut found: Vec<_> = faces.iter().map(|f| (f.bbox.x.round(), f.bbox.w.round())).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(found, [(280.0, 60.0), (320.0, 60.0), (659.0, 42.0)]);
}

#[test]
fn each_frame_keeps_its_surest_faces() {
    let seen = [(100.0, 1.0), (300.0, 3.0), (500.0, 2.0)];
    let sights =
        [0, 1].map(|frame| seen.map(|(x, full)| Sight { full, ..Sight::clear(frame, x, 200.0, 100.0) }));
    let scene = Scene::of(&sights.concat());
    let faces = detect(&scene, r#"{"faces_max": 2}"#, &[(640, 480), (640, 480)]).expect("the networks work");
    assert_eq!(faces.len(), 4);
    assert!(faces[0].score > faces[1].score && faces[1].score > 0.85);
}

#[test]
fn a_network_that_answers_no_number_is_an_error_and_no_empty_frame() {
    let scene = Scene::of(&[Sight { full: f32::NAN, ..Sight::clear(0, 300.0, 200.0, 100.0) }]);
    assert!(matches!(detect(&scene, "{}", &[(640, 480)]), Err(Error::Internal(_))));
}

#[test]
fn no_frames_give_no_faces() {
    let scene = Arc::new(Scene::default());
    assert!(detect(&scene, "{}", &[]).expect("nothing can fail").is_empty());
}

#[test]
fn without_networks_the_plugin_does_not_start() {
    let mut plugin = BlazeFace::create(Host::local(None)).expect("creation does no work");
    let limits = Limits { max_batch: 1, max_width: 1, max_height: 1, threads: 0 };
    assert!(matches!(plugin.activate(&limits), Err(Error::Unsupported(_))));
    assert!(plugin.detect(&Call::unbounded(), &[]).is_err());
}
