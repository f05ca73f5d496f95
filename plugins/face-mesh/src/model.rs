//! A network of the host, opened and run with what comes back checked.

use plugin_sdk::{Call, Error, Frame, Inference, Model, Region, Result, Tensor};

use crate::square::Square;

/// Opens a model and makes sure that its input is as large as its weights were trained for.
pub fn open(inference: &Inference, name: &str, input_side: usize) -> Result<Model> {
    let model = inference.open(name)?;
    let found = (model.info().input_width as usize, model.info().input_height as usize);
    if found != (input_side, input_side) {
        return Err(Error::Unsupported(format!(
            "{name} takes {found:?} pixels instead of {input_side} squared"
        )));
    }
    Ok(model)
}

/// Which output of `model` has `len` values for each region.
pub fn output(model: &Model, len: usize) -> Result<usize> {
    let mut outputs = model.info().outputs.iter();
    outputs
        .position(|output| output.dims.iter().product::<usize>() == len)
        .ok_or_else(|| Error::Unsupported(format!("{} has no output of {len} values", model.info().name)))
}

/// Runs `model` on squares of frames, each with the index of its frame.
///
/// A network that answers with anything but numbers is an error, not an empty frame.
pub fn run(
    model: &Model,
    call: &Call<'_>,
    frames: &[Frame<'_>],
    squares: &[(u32, Square)],
) -> Result<Vec<Tensor>> {
    let side = model.info().input_width as usize;
    let region = |(frame_index, square): &(u32, Square)| Region {
        frame_index: *frame_index,
        affine: square.affine(side),
    };
    let regions: Vec<Region> = squares.iter().map(region).collect();
    let tensors = model.run(call, frames, &regions)?;
    if tensors.iter().flat_map(|tensor| &tensor.data).any(|value| !value.is_finite()) {
        return Err(Error::Internal(format!("{} gave values that are no numbers", model.info().name)));
    }
    Ok(tensors)
}
