//! How a network's layers are called in its makers' state dict, in the order in which the network here wants them.

use super::super::ImportError;
use super::super::affine::{Affine, BatchNorm};
use super::super::array::{Array, Parameter};
use super::state::StateDict;

/// The layers of a state dict.
pub(in super::super) struct Layout {
    /// What every BatchNorm adds to a variance.
    pub(in super::super) epsilon: f64,
    pub(in super::super) layers: Vec<Layer>,
    /// Tensors that training needed and nothing here does.
    pub(in super::super) unused: &'static [&'static str],
}

/// One or several modules of the state dict that are one layer here.
pub(in super::super) enum Layer {
    /// A convolution or linear layer with what follows it.
    Affine(Vec<Step>),
    /// The slopes of a PReLU.
    Slope(String),
}

/// A part of an affine layer.
pub(in super::super) enum Step {
    /// A convolution or linear layer; with a bias if the file has one.
    Map(String),
    /// BatchNorm.
    Norm(String),
    /// A factor that is written down in the makers' network.
    Factor(f64),
}

impl Layer {
    /// A convolution or linear layer by itself.
    pub(in super::super) fn plain(name: impl Into<String>) -> Self {
        Self::Affine(vec![Step::Map(name.into())])
    }

    /// A convolution or linear layer and its BatchNorm.
    pub(in super::super) fn normed(name: impl Into<String>, norm: impl Into<String>) -> Self {
        Self::Affine(vec![Step::Map(name.into()), Step::Norm(norm.into())])
    }
}

impl Layout {
    /// The network's parameters in the order of the layout: weight and bias of each affine layer, slopes.
    ///
    /// # Errors
    /// When a tensor is missing, has another number of dimensions, or belongs to no layer.
    pub(super) fn parameters(&self, mut state: StateDict<'_>) -> Result<Vec<Parameter>, ImportError> {
        let mut parameters = Vec::new();
        for layer in &self.layers {
            match layer {
                Layer::Slope(name) => {
                    let array = taken(&mut state, name, "weight")?.flat();
                    parameters.push(Parameter { layer: name.clone(), array });
                }
                Layer::Affine(steps) => {
                    let (layer, affine) = self.affine(&mut state, steps)?;
                    let arrays = affine.into_arrays().into_iter();
                    parameters.extend(arrays.map(|array| Parameter { layer: layer.clone(), array }));
                }
            }
        }
        match state.surplus(self.unused) {
            Some(tensor) => Err(ImportError::Surplus { tensor: tensor.to_owned() }),
            None => Ok(parameters),
        }
    }

    fn affine(&self, state: &mut StateDict<'_>, steps: &[Step]) -> Result<(String, Affine), ImportError> {
        let mut done: Option<(String, Affine)> = None;
        for step in steps {
            done = Some(match (done, step) {
                (None, Step::Map(name)) => (name.clone(), map(state, name)?),
                (Some((layer, mut before)), Step::Map(name)) => {
                    follow(&mut before, state, name)?;
                    (layer, before)
                }
                (Some((layer, mut before)), Step::Norm(name)) => {
                    if !before.normalise(&self.norm(state, name)?) {
                        return Err(wrong(name, "a BatchNorm of another width than the layer before it"));
                    }
                    (layer, before)
                }
                (Some((layer, mut before)), Step::Factor(factor)) => {
                    before.scale(*factor);
                    (layer, before)
                }
                (None, Step::Norm(name)) => return Err(wrong(name, "a BatchNorm that follows no layer")),
                (None, Step::Factor(_)) => return Err(wrong("", "a factor that follows no layer")),
            });
        }
        done.ok_or_else(|| wrong("", "a layer without parts"))
    }

    fn norm(&self, state: &mut StateDict<'_>, name: &str) -> Result<BatchNorm, ImportError> {
        let mut row = |part| Ok::<_, ImportError>(taken(state, name, part)?.doubles());
        let (scale, shift, mean) = (row("weight")?, row("bias")?, row("running_mean")?);
        let variance = row("running_var")?;
        if variance.iter().any(|&variance| !(variance.is_finite() && variance >= 0.0)) {
            return Err(wrong(name, "a variance below zero"));
        }
        Ok(BatchNorm { scale, shift, mean, variance, epsilon: self.epsilon })
    }
}

fn map(state: &mut StateDict<'_>, name: &str) -> Result<Affine, ImportError> {
    let weight = taken(state, name, "weight")?;
    let shape = match *weight.shape {
        [outputs, inputs] => [outputs, inputs, 1, 1],
        [outputs, inputs, height, width] => [outputs, inputs, height, width],
        _ => return Err(wrong(name, "a weight with neither two nor four dimensions")),
    };
    let bias = match state.take(&format!("{name}.bias"))? {
        Some(bias) => bias.doubles(),
        None => vec![0.0; shape[0].min(weight.doubles().len())],
    };
    Affine::new(shape, weight.doubles(), bias)
        .ok_or_else(|| wrong(name, "a bias of another length than the weight"))
}

/// A linear layer without bias, folded into the one before it.
fn follow(before: &mut Affine, state: &mut StateDict<'_>, name: &str) -> Result<(), ImportError> {
    let weight = taken(state, name, "weight")?;
    let [outputs, inputs] = *weight.shape else {
        return Err(wrong(name, "a linear layer's weight has two dimensions"));
    };
    if inputs != before.outputs() || outputs == 0 {
        return Err(wrong(name, "a linear layer of another width than the one before it"));
    }
    let numbers = weight.doubles();
    let turned: Vec<f64> =
        (0..numbers.len()).map(|at| numbers[(at % outputs) * inputs + at / outputs]).collect();
    before.then(&turned, outputs);
    Ok(())
}

fn taken(state: &mut StateDict<'_>, name: &str, part: &str) -> Result<Array, ImportError> {
    let tensor = format!("{name}.{part}");
    state.take(&tensor)?.ok_or(ImportError::Missing { tensor })
}

fn wrong(layer: &str, problem: &'static str) -> ImportError {
    ImportError::Layer { layer: layer.to_owned(), problem }
}
