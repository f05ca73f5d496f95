//! Claims about the plugin as a whole, over networks that are written down here.

use std::sync::{Arc, Mutex};

use face_mesh::mesh::VERTICES;
use plugin_sdk::{FourCc, FrameDesc, InferenceService, ModelInfo, Plane, Region, Tensor, TensorDesc};

use super::*;

/// Logit of an anchor where nothing is.
const NOTHING: f32 = -50.0;

/// Networks that see what a test says.
#[derive(Default)]
struct Scene {
    /// By frame: anchor and logit of each face that full range sees.
    full: Vec<Vec<(usize, f32)>>,
    /// The same for short range.
    short: Vec<Vec<(usize, f32)>>,
    /// Presence logits of the meshes, in the order in which they are asked for.
    presence: Mutex<std::vec::IntoIter<f32>>,
    /// The names of the networks and how many regions each was run on.
    runs: Mutex<Vec<(String, usize)>>,
}

impl Scene {
    fn rows(faces: &[(usize, f32)], anchors: usize, side: f32) -> (Vec<f32>, Vec<f32>) {
        let (mut regressors, mut logits) = (vec![0.0; anchors * 16], vec![NOTHING; anchors]);
        for &(anchor, logit) in faces {
            // A box of an eighth of the input around the anchor, the eyes level above its middle.
            let size = side / 8.0;
            let row = &mut regressors[16 * anchor..16 * anchor + 16];
            row[2..8].copy_from_slice(&[size, size, -size / 4.0, -size / 4.0, size / 4.0, -size / 4.0]);
            logits[anchor] = logit;
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
            "blazeface-short-range" => (128, [896 * 16, 896]),
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
            let seen =
                |frames: &[Vec<_>]| frames.get(region.frame_index as usize).cloned().unwrap_or_default();
            let (a, b) = match model {
                "blazeface-full-range" => {
                    let (regressors, logits) = Self::rows(&seen(&self.full), 2304, 192.0);
                    (logits, regressors)
                }
                "blazeface-short-range" => Self::rows(&seen(&self.short), 896, 128.0),
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
    // Anchor 24 * 48 + 24 is the point (98, 98) of 192; the frame shows it four times as large, 84 rows cut off above.
    let scene = Arc::new(Scene { full: vec![vec![(24 * 49, 3.0)]], ..Scene::default() });
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
    let scene =
        Arc::new(Scene { full: vec![vec![(100, 2.0)], vec![(200, 2.0), (2000, 2.0)]], ..Scene::default() });
    let faces = detect(&scene, "{}", &[(640, 480), (1920, 1080)]).expect("the networks work");
    let indices: Vec<u32> = faces.iter().map(|face| face.frame_index).collect();
    assert_eq!(indices, [0, 1, 1]);
    assert_eq!(runs(&scene), [ran("blazeface-full-range", 2), ran("face-mesh", 3)]);
}

#[test]
fn only_frames_without_a_face_are_looked_at_again() {
    let scene = Arc::new(Scene {
        full: vec![vec![(100, 2.0)]],
        short: vec![vec![], vec![(5, 1.0)]],
        ..Scene::default()
    });
    let faces = detect(&scene, "{}", &[(640, 480), (640, 480)]).expect("the networks work");
    assert_eq!(faces.iter().map(|face| face.frame_index).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(runs(&scene)[2], ran("blazeface-short-range", 1));
}

#[test]
fn a_face_whose_mesh_is_no_face_is_looked_at_again_and_the_better_one_kept() {
    // Full range's mesh is unsure at both crops; short range's is sure.
    let presence = Mutex::new(vec![-3.0, -3.0, 9.0].into_iter());
    let (full, short) = (vec![vec![(100, 5.0)]], vec![vec![(5, 1.0)]]);
    let scene = Arc::new(Scene { full, short, presence, ..Scene::default() });
    let faces = detect(&scene, "{}", &[(640, 480)]).expect("the networks work");
    assert_eq!(faces.len(), 1);
    assert!(faces[0].quality > 0.99 && faces[0].score < 0.8);
}

#[test]
fn a_second_look_that_sees_less_changes_nothing() {
    let presence = Mutex::new(vec![-3.0, -3.0].into_iter());
    let scene = Arc::new(Scene { full: vec![vec![(100, 5.0)]], presence, ..Scene::default() });
    let faces = detect(&scene, "{}", &[(640, 480)]).expect("the networks work");
    assert_eq!(faces.len(), 1);
    assert!(faces[0].quality < 0.1);
}

#[test]
fn without_a_second_look_an_empty_frame_costs_one_run() {
    let scene = Arc::new(Scene { short: vec![vec![(5, 1.0)]], ..Scene::default() });
    let faces = detect(&scene, r#"{"second_look": false}"#, &[(640, 480)]).expect("the networks work");
    assert!(faces.is_empty());
    assert_eq!(runs(&scene), [ran("blazeface-full-range", 1)]);
}

#[test]
fn tiles_are_looked_at_in_the_same_run_and_cut_faces_left_to_the_whole() {
    // The middle anchor lies inside every look; the first lies on the edge of each, and only the whole may report it.
    let scene = Arc::new(Scene { full: vec![vec![(24 * 49, 3.0), (0, 2.0)]], ..Scene::default() });
    let faces = detect(&scene, r#"{"tiles": 2}"#, &[(700, 400)]).expect("the networks work");
    assert_eq!(runs(&scene)[0], ran("blazeface-full-range", 3));
    assert_eq!(faces.len(), 4, "three whole faces and one cut by the frame's own edge");
}

#[test]
fn each_frame_keeps_its_surest_faces() {
    let seen = vec![(100, 1.0), (1000, 3.0), (2000, 2.0)];
    let scene = Arc::new(Scene { full: vec![seen.clone(), seen], ..Scene::default() });
    let faces = detect(&scene, r#"{"faces_max": 2}"#, &[(640, 480), (640, 480)]).expect("the networks work");
    assert_eq!(faces.len(), 4);
    assert!(faces[0].score > faces[1].score && faces[1].score > 0.85);
}

#[test]
fn a_network_that_answers_no_number_is_an_error_and_no_empty_frame() {
    let scene = Arc::new(Scene { full: vec![vec![(100, f32::NAN)]], ..Scene::default() });
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
