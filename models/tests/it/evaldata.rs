//! The networks against recorded answers of the originals to other pictures. Those pictures are not part of the
//! project; without them each test prints why it was skipped.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use models::verify::{Parity, answer, normalised};
use models::{import, net};

use crate::npz;
use crate::parity::{PIXELS_MAX, entry, network};

fn recorded() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/evaldata/reference");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIP(no recorded answers at {})", folder.display());
    None
}

fn check(model: &str, input: Vec<f32>, references: &[&[f32]]) {
    let device = Device::flex();
    let answers = answer(&*network(model, &device), input, &device);
    assert_eq!(answers.len(), references.len());
    for (answer, reference) in answers.iter().zip(references) {
        let parity = Parity::of(answer, reference);
        eprintln!("{model}: {parity:?}");
        assert!(parity.holds() && parity.difference_max < PIXELS_MAX, "{model}: {parity:?}");
    }
}

fn check_picture(model: &str, picture: &Path, references: &[&[f32]]) {
    let rgb = image::open(picture).unwrap().to_rgb8();
    check(model, normalised(&entry(model), rgb.as_raw()), references);
}

fn channels_first(input: &[f32]) -> Vec<f32> {
    (0..3).flat_map(|channel| input[channel..].iter().step_by(3).copied()).collect()
}

#[test]
fn both_detectors_box_the_recorded_pictures_as_the_originals_did() {
    let Some(folder) = recorded() else { return };
    for (model, file) in
        [("blazeface-full-range", "blazeface_full"), ("blazeface-short-range", "blazeface_short")]
    {
        let recorded = npz::read(&folder.join(file).with_extension("npz"));
        let references = ["regressors", "classificators"].map(|name| recorded[name].as_slice());
        check(model, channels_first(&recorded["input"]), &references);
    }
}

#[test]
fn the_mesh_lies_where_the_original_put_it() {
    let Some(folder) = recorded() else { return };
    let recorded = npz::read(&folder.join("face_landmark.npz"));
    let references = ["conv2d_20", "conv2d_30"].map(|name| recorded[name].as_slice());
    check_picture("face-mesh", &folder.join("a1_mesh192.png"), &references);
}

#[test]
fn liveness_of_the_recorded_crops_is_as_the_original_scored_it() {
    let Some(folder) = recorded() else { return };
    let recorded = npz::read(&folder.join("fr_liveness.npz"));
    for who in ["T1", "F1"] {
        for (scale, key) in [("2.7", "2_7"), ("4.0", "4_0")] {
            let picture = folder.join(format!("pad_{who}_{scale}_128.png"));
            check_picture("minifasnet-v1se", &picture, &[&recorded[&format!("{who}_{key}")]]);
        }
    }
}

/// The makers' file, as an operator has it; the tests' machines may not.
fn makers(file: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/models").join(file);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("SKIP(no {})", path.display());
    }
    bytes
}

#[test]
fn the_makers_own_weights_score_the_recorded_crops_as_their_network_did() {
    let Some(folder) = recorded() else { return };
    for (model, file, scale, key) in [
        ("minifasnet-v2-80", "2.7_80x80_MiniFASNetV2.pth", "2.7", "minifasnet_v2_2_7_80x80"),
        ("minifasnet-v1se-80", "4_0_0_80x80_MiniFASNetV1SE.pth", "4.0", "minifasnet_v1se_4_0_80x80"),
    ] {
        let (entry, device) = (entry(model), Device::flex());
        let Some(file) = makers(file) else { return };
        let weights = import::convert(&entry, &file).unwrap();
        let network = net::load(&entry, &weights, &device).unwrap();
        for who in ["T1", "F1"] {
            let recorded = npz::read(&folder.join(format!("minifasnet_{who}.npz")));
            let picture = image::open(folder.join(format!("pad_{who}_{scale}.png"))).unwrap().to_rgb8();
            let answers = answer(&*network, normalised(&entry, picture.as_raw()), &device);
            let parity = Parity::of(&answers[0], &recorded[key]);
            eprintln!("{model} {who}: {parity:?}");
            assert!(parity.holds(), "{model} {who}: {parity:?}");
        }
    }
}

#[test]
fn dlibs_own_weights_embed_the_recorded_faces_as_its_network_did() {
    let Some(folder) = recorded() else { return };
    let Ok(file) = std::env::var("DLIB_RESNET_DAT") else {
        eprintln!("SKIP(DLIB_RESNET_DAT names no dlib_face_recognition_resnet_model_v1.dat)");
        return;
    };
    let (entry, device) = (entry("dlib-resnet-29"), Device::flex());
    let weights = import::convert(&entry, &std::fs::read(file).unwrap()).unwrap();
    let network = net::load(&entry, &weights, &device).unwrap();
    let recorded = npz::read(&folder.join("dlib_resnet_128.npz"));
    for face in ["a1", "a2", "b1"] {
        let picture = image::open(folder.join(format!("{face}_dlib150.png"))).unwrap().to_rgb8();
        let answers = answer(&*network, normalised(&entry, picture.as_raw()), &device);
        let parity = Parity::of(&answers[0], &recorded[face]);
        eprintln!("{face}: {parity:?}");
        assert!(parity.holds(), "{face}: {parity:?}");
    }
}

#[test]
fn embeddings_of_the_recorded_faces_are_the_originals() {
    let Some(folder) = recorded() else { return };
    for (model, file, suffix) in
        [("mobilefacenet-512", "fr_feature_512", "_bgr"), ("mobilefacenet-192", "mobilefacenet_192", "")]
    {
        let recorded = npz::read(&folder.join(file).with_extension("npz"));
        for face in ["a1", "a2", "b1"] {
            let picture = folder.join(format!("{face}_arc112.png"));
            check_picture(model, &picture, &[&recorded[&format!("{face}{suffix}")]]);
        }
    }
}

#[test]
fn yunet_answers_to_the_recorded_frame_as_the_original_did() {
    let Some(folder) = recorded() else { return };
    let file = folder.join("../../models/yunet_n_640_640.onnx");
    let Ok(bytes) = std::fs::read(&file) else {
        eprintln!("SKIP(no weights at {})", file.display());
        return;
    };
    let (entry, device) = (entry("yunet-n-640"), Device::flex());
    let weights = import::convert(&entry, &bytes).unwrap();
    let network = net::load(&entry, &weights, &device).unwrap();
    let picture = image::open(folder.join("frame_t1_640.png")).unwrap().to_rgb8();
    let answers = answer(&*network, normalised(&entry, picture.as_raw()), &device);
    let recorded = npz::read(&folder.join("yunet_n_640.npz"));
    for (answer, name) in answers.iter().zip(["cls", "obj", "bbox", "kps"]) {
        let reference = [8, 16, 32].map(|stride| recorded[&format!("{name}_{stride}")].as_slice()).concat();
        let parity = Parity::of(answer, &reference);
        eprintln!("yunet-n-640 {name}: {parity:?}");
        assert!(parity.holds(), "{name}: {parity:?}");
    }
}
