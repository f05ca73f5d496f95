//! The state dicts of facenet-pytorch's MTCNN: its three networks.

use super::layout::{Layer, Layout};

/// P-Net.
pub(super) fn propose() -> Layout {
    layout(&["conv1", "conv2", "conv3"], &["conv4_1", "conv4_2"])
}

/// R-Net.
pub(super) fn refine() -> Layout {
    layout(&["conv1", "conv2", "conv3", "dense4"], &["dense5_1", "dense5_2"])
}

/// O-Net.
pub(super) fn output() -> Layout {
    layout(&["conv1", "conv2", "conv3", "conv4", "dense5"], &["dense6_1", "dense6_2", "dense6_3"])
}

/// Layers that a PReLU of the same number follows, then heads.
fn layout(bent: &[&str], heads: &[&str]) -> Layout {
    let mut layers = Vec::new();
    for name in bent {
        let number = name.trim_start_matches(char::is_alphabetic);
        layers.push(Layer::plain(*name));
        layers.push(Layer::Slope(format!("prelu{number}")));
    }
    layers.extend(heads.iter().map(|name| Layer::plain(*name)));
    Layout { epsilon: 0.0, layers, unused: &[] }
}
