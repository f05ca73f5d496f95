//! A network that is none: the same numbers for the same pixels.

use plugin_host::{Call, Frame, InferenceError, InferenceService, ModelInfo, Region, Tensor, TensorDesc};

/// One value per region: the pixel under the region's origin, or 0 outside of the frame, as a part of 255.
pub(crate) struct Pattern;

impl InferenceService for Pattern {
    fn open(&self, model: &str) -> Result<ModelInfo, InferenceError> {
        if model != "pattern" {
            return Err(InferenceError::Unsupported(format!("model {model}")));
        }
        Ok(ModelInfo {
            name: model.into(),
            input_width: 8,
            input_height: 8,
            outputs: vec![TensorDesc { name: "value".into(), dims: vec![1] }],
            max_batch: 4,
            model_tag: 1,
            sha256: [0; 32],
        })
    }

    fn run(
        &self,
        call: &Call<'_>,
        _: &str,
        frames: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>, InferenceError> {
        call.check()?;
        let value = |region: &Region| {
            let frame = &frames[region.frame_index as usize];
            let (x, y) = (region.affine[2] as u32, region.affine[5] as u32);
            let plane = frame.plane(0).filter(|_| x < frame.width() && y < frame.height());
            plane.map_or(0.0, |plane| f32::from(plane.data[(y * plane.pitch + x) as usize]) / 255.0)
        };
        let data: Vec<f32> = regions.iter().map(value).collect();
        Ok(vec![Tensor { dims: vec![data.len(), 1], data }])
    }
}
