//! Networks whose weights an operator installs, against their makers' definitions in PyTorch with made-up weights: the
//! import, the folding and the architecture in one.

use std::path::Path;

use burn::tensor::Device;
use models::import::{self, ImportError};
use models::net;
use models::verify::{Parity, answer, normalised, try_out};

use crate::made_up::{MadeUp, picture};
use crate::parity::entry;

fn made_up(name: &str) -> MadeUp {
    MadeUp::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), name)
}

fn check(model: &str, fixture: &str, file: impl Fn(&MadeUp) -> Vec<u8>) {
    let (entry, made_up, device) = (entry(model), made_up(fixture), Device::flex());
    let file = file(&made_up);
    let refused = import::convert(&entry, &file);
    assert!(matches!(refused, Err(ImportError::Digest { .. })), "the makers' file has another digest");
    let weights = import::convert_unchecked(&entry, &file).unwrap();
    try_out(&entry, &weights).unwrap();
    let network = net::load(&entry, &weights, &device).unwrap();
    let answers = answer(&*network, normalised(&entry, &picture(entry.input.width)), &device);
    let parity = Parity::of(&scaled_like(&answers[0], &made_up.answer), &made_up.answer);
    eprintln!("{model}: {parity:?}");
    assert!(parity.holds(), "{model}: {parity:?}");
}

/// An answer at the length of the reference: facenet-pytorch brings embeddings to length one, as the host does later.
fn scaled_like(answer: &[f32], reference: &[f32]) -> Vec<f32> {
    let length = |numbers: &[f32]| numbers.iter().map(|n| f64::from(*n).powi(2)).sum::<f64>().sqrt();
    let factor = match (length(reference) - 1.0).abs() < 1e-5 {
        true => 1.0 / length(answer),
        false => 1.0,
    };
    answer.iter().map(|number| (f64::from(*number) * factor) as f32).collect()
}

#[test]
fn both_minifasnets_of_80_pixels_answer_as_their_makers_network_does() {
    check("minifasnet-v2-80", "minifasnet-v2-80", MadeUp::state_file);
    check("minifasnet-v1se-80", "minifasnet-v1se-80", MadeUp::state_file);
}

#[test]
fn facenet_embeds_as_facenet_pytorchs_own_module_does() {
    check("facenet-inception-resnet-v1", "facenet", MadeUp::state_file);
}

#[test]
fn dlibs_network_embeds_as_its_definition_does() {
    check("dlib-resnet-29", "dlib", MadeUp::dlib_file);
}

#[test]
fn a_file_of_dlib_that_is_cut_or_changed_is_an_error_and_no_panic() {
    let (entry, file) = (entry("dlib-resnet-29"), made_up("dlib").dlib_file());
    let convert = |bytes: &[u8]| import::convert_unchecked(&entry, bytes);
    for len in (0..400).chain((400..file.len()).step_by(file.len() / 20)) {
        assert!(convert(&file[..len]).is_err(), "{len} bytes");
    }
    let at = file.windows(5).position(|window| window == b"con_4").unwrap();
    for changed in (0..at + 40).chain(file.len() - 60..file.len()) {
        let mut bytes = file.clone();
        bytes[changed] ^= 0xff;
        let _ = convert(&bytes);
    }
    let other = [&file[..at], b"con_5", &file[at + 5..]].concat();
    assert!(matches!(convert(&other), Err(ImportError::Operator { operator }) if operator == "con_5"));
    assert!(convert(&[&file[..], b"\x01\x01"].concat()).is_err(), "something follows the last layer");
}

#[test]
fn the_file_of_one_network_is_refused_for_the_other() {
    let file = made_up("minifasnet-v1se-80").state_file();
    let refused = import::convert_unchecked(&entry("minifasnet-v2-80"), &file).err().unwrap().to_string();
    assert!(refused.contains("belongs to no layer"), "{refused}");
    let file = made_up("minifasnet-v2-80").state_file();
    let refused = import::convert_unchecked(&entry("minifasnet-v1se-80"), &file).err().unwrap().to_string();
    assert!(refused.contains("is missing"), "{refused}");
}
