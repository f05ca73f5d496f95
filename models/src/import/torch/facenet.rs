//! The state dict of facenet-pytorch's Inception-ResNet-v1. Its classifier of training is not needed.

use super::layout::{Layer, Layout, Step};

/// A stage's blocks: their name, how many, how deep each branch is, and by which factor they count.
type Stage = (&'static str, usize, &'static [usize], f64);

const STAGES: [Stage; 3] =
    [("repeat_1", 5, &[1, 2, 3], 0.17), ("repeat_2", 10, &[1, 3], 0.1), ("repeat_3", 5, &[1, 3], 0.2)];
/// The branches of the blocks between the stages.
const BETWEEN: [(&str, &[usize]); 2] = [("mixed_6a", &[1, 3]), ("mixed_7a", &[2, 2, 3])];

/// The layout.
pub(super) fn layout() -> Layout {
    let stem = ["conv2d_1a", "conv2d_2a", "conv2d_2b", "conv2d_3b", "conv2d_4a", "conv2d_4b"];
    let mut layers: Vec<Layer> = stem.into_iter().map(normed).collect();
    for (at, (stage, count, branches, factor)) in STAGES.into_iter().enumerate() {
        for block in 0..count {
            add_block(&mut layers, &format!("{stage}.{block}"), branches, factor);
        }
        if let Some((name, branches)) = BETWEEN.get(at) {
            add_branches(&mut layers, name, branches);
        }
    }
    add_block(&mut layers, "block8", &[1, 3], 1.0);
    layers.push(Layer::normed("last_linear", "last_bn"));
    Layout { epsilon: 1e-3, layers, unused: &["logits.weight", "logits.bias"] }
}

fn normed(name: &str) -> Layer {
    Layer::normed(format!("{name}.conv"), format!("{name}.bn"))
}

fn add_block(layers: &mut Vec<Layer>, name: &str, branches: &[usize], factor: f64) {
    add_branches(layers, name, branches);
    layers.push(Layer::Affine(vec![Step::Map(format!("{name}.conv2d")), Step::Factor(factor)]));
}

/// A branch of one convolution has its name, the others a number for each.
fn add_branches(layers: &mut Vec<Layer>, name: &str, branches: &[usize]) {
    for (branch, &depth) in branches.iter().enumerate() {
        match depth {
            1 => layers.push(normed(&format!("{name}.branch{branch}"))),
            _ => layers.extend((0..depth).map(|conv| normed(&format!("{name}.branch{branch}.{conv}")))),
        }
    }
}
