//! The state dicts of Silent-Face-Anti-Spoofing: MiniFASNet V2, and V1 with squeeze-and-excitation.

use super::layout::{Layer, Layout, Step};

/// Residual blocks of the three stages.
const BLOCKS: [(&str, usize); 3] = [("conv_3", 4), ("conv_4", 6), ("conv_5", 2)];

/// The layout, with or without squeeze-and-excitation at the end of each stage.
pub(super) fn layout(excited: bool) -> Layout {
    let mut layers = Vec::new();
    bent(&mut layers, "conv1");
    bent(&mut layers, "conv2_dw");
    for (down, (stage, blocks)) in ["conv_23", "conv_34", "conv_45"].into_iter().zip(BLOCKS) {
        bottleneck(&mut layers, down);
        (0..blocks).for_each(|block| bottleneck(&mut layers, &format!("{stage}.model.{block}")));
        if excited {
            let last = format!("{stage}.model.{}.se_module", blocks - 1);
            layers.push(Layer::normed(format!("{last}.fc1"), format!("{last}.bn1")));
            layers.push(Layer::normed(format!("{last}.fc2"), format!("{last}.bn2")));
        }
    }
    bent(&mut layers, "conv_6_sep");
    layers.push(Layer::normed("conv_6_dw.conv", "conv_6_dw.bn"));
    // nothing bends between the two linear layers, so they are one
    let head = [Step::Map("linear".to_owned()), Step::Norm("bn".to_owned()), Step::Map("prob".to_owned())];
    layers.push(Layer::Affine(head.into()));
    Layout { epsilon: 1e-5, layers, unused: &[] }
}

/// A convolution, BatchNorm and PReLU.
fn bent(layers: &mut Vec<Layer>, name: &str) {
    layers.push(Layer::normed(format!("{name}.conv"), format!("{name}.bn")));
    layers.push(Layer::Slope(format!("{name}.prelu")));
}

fn bottleneck(layers: &mut Vec<Layer>, name: &str) {
    bent(layers, &format!("{name}.conv"));
    bent(layers, &format!("{name}.conv_dw"));
    layers.push(Layer::normed(format!("{name}.project.conv"), format!("{name}.project.bn")));
}
