//! Damaged and foreign files are refused, never believed.

use super::*;
use crate::manifest::Manifest;

fn entry(name: &str) -> Entry {
    Manifest::builtin().unwrap().entry(name).unwrap().clone()
}

#[test]
fn bytes_that_the_manifest_does_not_name_are_refused() {
    let refused = convert(&entry("face-mesh"), b"TFL3");
    assert!(matches!(refused, Err(ImportError::Digest { .. })));
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let mut entry = entry("face-mesh");
    entry.source.as_mut().unwrap().file = "face-mesh.caffe".to_owned();
    assert!(matches!(convert_unchecked(&entry, b""), Err(ImportError::Kind(_))));
}

#[test]
fn empty_and_meaningless_bytes_are_damage() {
    for name in ["face-mesh", "mobilefacenet-512"] {
        for bytes in [&b""[..], b"x", b"TFL3TFL3TFL3TFL3", &[0xff; 64], &[0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]]
        {
            let refused = convert_unchecked(&entry(name), bytes);
            assert!(matches!(refused, Err(ImportError::Damaged(_))), "{name} {bytes:?}");
        }
    }
}

#[test]
fn an_onnx_operator_that_is_not_known_is_named() {
    let node = [&[0x22, 6][..], b"LSTMis"].concat();
    let graph = [&[0x0a, node.len() as u8][..], &node].concat();
    let file = [&[0x3a, graph.len() as u8][..], &graph].concat();
    let refused = convert_unchecked(&entry("mobilefacenet-512"), &file);
    assert!(matches!(refused, Err(ImportError::Operator { operator }) if operator == "LSTMis"));
}

#[test]
fn a_graph_of_another_network_is_refused_with_both_counts() {
    let empty_graph = [0x3a, 2, 0x12, 0];
    let refused = convert_unchecked(&entry("mobilefacenet-512"), &empty_graph);
    assert!(matches!(refused, Err(ImportError::Count { found: 0, expected }) if expected > 100));
}
