//! Weight files that are missing, changed, cut short or another network's are refused by name.

use burn::tensor::Device;
use models::manifest::Digest;
use models::net;
use models::weights::{self, WeightsError};
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

use crate::parity::{entry, folder};

const MODEL: &str = "blazeface-short-range";

fn error(bytes: &[u8]) -> WeightsError {
    net::load(&entry(MODEL), bytes, &Device::flex()).err().expect("the weights are refused")
}

/// The file with each tensor passed through `change`, which may drop it.
fn changed(change: impl Fn(&str, &[usize]) -> Option<(String, Vec<usize>)>) -> Vec<u8> {
    let bytes = weights::read(&entry(MODEL), &folder()).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let views = tensors.iter().filter_map(|(name, view)| {
        let (name, shape) = change(name, view.shape())?;
        Some((name, TensorView::new(view.dtype(), shape, view.data()).unwrap()))
    });
    safetensors::serialize(views.collect::<Vec<_>>(), None).unwrap()
}

#[test]
fn a_missing_file_is_named_with_what_to_do() {
    let error = weights::read(&entry(MODEL), tempfile::tempdir().unwrap().path()).unwrap_err().to_string();
    assert!(
        error.contains("blazeface-short-range.safetensors") && error.contains("compute.weights_folder"),
        "{error}"
    );
}

#[test]
fn a_file_cut_short_is_refused_before_it_is_parsed() {
    let bytes = weights::read(&entry(MODEL), &folder()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("blazeface-short-range.safetensors"), &bytes[..bytes.len() / 2]).unwrap();
    let error = weights::read(&entry(MODEL), dir.path()).unwrap_err();
    assert!(matches!(&error, WeightsError::Digest { expected, found, .. }
        if *expected == Digest::of(&bytes) && *found == Digest::of(&bytes[..bytes.len() / 2])));
    assert!(error.to_string().contains("cut short"), "{error}");
}

#[test]
fn bytes_cut_anywhere_are_an_error_and_no_panic() {
    let bytes = weights::read(&entry(MODEL), &folder()).unwrap();
    for len in (0..200).chain((200..bytes.len()).step_by(bytes.len() / 50)) {
        assert!(matches!(error(&bytes[..len]), WeightsError::Format { .. }), "{len} bytes");
    }
}

#[test]
fn a_tensor_of_another_shape_is_named_with_both_shapes() {
    let bytes = changed(|name, shape| {
        let turned = [shape[0] * 5, 3, 1, 5];
        Some((name.to_owned(), if name == "stem.weight" { turned.to_vec() } else { shape.to_vec() }))
    });
    let error = error(&bytes).to_string();
    let parts = ["blazeface-short-range.safetensors", "stem.weight", "[24, 3, 5, 5]", "[120, 3, 1, 5]"];
    assert!(parts.iter().all(|part| error.contains(part)), "{error}");
}

#[test]
fn a_missing_tensor_is_named() {
    let bytes = changed(|name, shape| {
        (name != "fine.3.separable.pointwise.bias").then(|| (name.to_owned(), shape.to_vec()))
    });
    let missing = error(&bytes);
    assert!(matches!(missing, WeightsError::Missing { tensor, expected, .. }
        if tensor == "fine.3.separable.pointwise.bias" && expected == [36]));
}

#[test]
fn a_tensor_that_belongs_to_no_layer_is_named() {
    let bytes = changed(|name, shape| Some((name.to_owned(), shape.to_vec())));
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let extra = TensorView::new(safetensors::Dtype::F32, vec![1], &[0; 4]).unwrap();
    let views: Vec<_> = tensors.iter().chain([("surplus", extra)]).collect();
    let surplus = error(&safetensors::serialize(views, None).unwrap());
    assert!(matches!(surplus, WeightsError::Surplus { tensor, .. } if tensor == "surplus"));
}

#[test]
fn weights_of_another_network_are_refused() {
    let other = weights::read(&entry("face-mesh"), &folder()).unwrap();
    assert!(matches!(error(&other), WeightsError::Missing { .. } | WeightsError::Shape { .. }));
}

#[test]
fn a_number_that_is_not_finite_is_refused() {
    let mut bytes = weights::read(&entry(MODEL), &folder()).unwrap();
    let end = bytes.len();
    bytes[end - 2..].copy_from_slice(&0x7e00_u16.to_le_bytes());
    assert!(matches!(error(&bytes), WeightsError::NotFinite { .. }));
}
