//! The engine as the plugins' inference service: frames become pictures without a copy.

use models::{Engine, EngineError, Picture, PixelFormat};
use plugin_host::{
    Call, ColourMatrix, ColourRange, FourCc, Frame, InferenceError, InferenceService, ModelInfo, Region,
    Tensor, TensorDesc,
};

/// Runs the plugins' networks on an engine.
pub struct EngineInference(pub Engine);

/// From so many rows on, video that does not name its matrix is taken for BT.709, as is the custom.
const BT709_ROWS_MIN: u32 = 720;

impl InferenceService for EngineInference {
    fn open(&self, model: &str) -> Result<ModelInfo, InferenceError> {
        let info = self.0.open(model).map_err(told)?;
        let output =
            |output: &models::OutputInfo| TensorDesc { name: output.name.clone(), dims: output.dims.clone() };
        Ok(ModelInfo {
            name: info.name.clone(),
            input_width: info.input_width as u32,
            input_height: info.input_height as u32,
            outputs: info.outputs.iter().map(output).collect(),
            max_batch: u32::try_from(info.max_batch).unwrap_or(u32::MAX),
            model_tag: info.model_tag,
            sha256: info.sha256,
        })
    }

    fn run(
        &self,
        call: &Call<'_>,
        model: &str,
        frames: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>, InferenceError> {
        call.check()?;
        let pictures = frames.iter().map(picture).collect::<Result<Vec<_>, _>>()?;
        let regions: Vec<models::Region> = (regions.iter())
            .map(|region| models::Region { picture: region.frame_index as usize, affine: region.affine })
            .collect();
        let tensors = self.0.run(model, &pictures, &regions).map_err(told)?;
        Ok(tensors.into_iter().map(|tensor| Tensor { dims: tensor.dims, data: tensor.data }).collect())
    }
}

/// The same planes under the engine's names.
pub(crate) fn picture<'a>(frame: &Frame<'a>) -> Result<Picture<'a>, InferenceError> {
    let format = match frame.fourcc() {
        FourCc::I420 => PixelFormat::I420,
        FourCc::NV12 => PixelFormat::Nv12,
        FourCc::RGB24 => PixelFormat::Rgb24,
        FourCc::GRAY8 => PixelFormat::Gray8,
        other => return Err(InferenceError::Unsupported(format!("the engine does not read {other}"))),
    };
    let mut picture = Picture {
        width: frame.width(),
        height: frame.height(),
        format,
        planes: [&[]; 3],
        strides: [0; 3],
        full_range: frame.colour_range() == ColourRange::Full,
        bt709: match frame.colour_matrix() {
            ColourMatrix::Bt709 => true,
            ColourMatrix::Unspecified => frame.height() >= BT709_ROWS_MIN,
            ColourMatrix::Bt601 | ColourMatrix::Bt2020 => false,
        },
    };
    for (index, (data, stride)) in picture.planes.iter_mut().zip(&mut picture.strides).enumerate() {
        if let Some(plane) = frame.plane(index) {
            (*data, *stride) = (plane.data, plane.pitch as usize);
        }
    }
    Ok(picture)
}

/// What the engine's error means to a plugin, its causes included: these name a weight file and what to do about it.
fn told(error: EngineError) -> InferenceError {
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let text = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    match error {
        EngineError::UnknownModel { .. } => InferenceError::Unsupported(text),
        EngineError::Weights { .. } => InferenceError::Config(text),
        EngineError::Picture { .. } | EngineError::Region { .. } => InferenceError::Invalid(text),
        _ => InferenceError::Internal(text),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use models::manifest::Digest;
    use models::weights::WeightsError;
    use plugin_host::{FrameDesc, Plane};

    use super::*;

    fn desc(fourcc: FourCc, height: u32) -> FrameDesc {
        FrameDesc {
            width: 4,
            height,
            fourcc,
            pts_ns: 0,
            seq: 0,
            stream_id: 0,
            colour_matrix: ColourMatrix::Unspecified,
            colour_range: ColourRange::Limited,
        }
    }

    #[test]
    fn a_picture_borrows_the_planes_of_its_frame() {
        let (luma, chroma) = ([7; 16], [9; 8]);
        let plane = |data, rows| Plane { data, pitch: 4, rows };
        let planes = [plane(&luma[..], 4), plane(&chroma[..], 2)];
        let frame = Frame::new(&desc(FourCc::NV12, 4), &planes).unwrap();
        let picture = picture(&frame).unwrap();
        assert_eq!(picture.format, PixelFormat::Nv12);
        assert_eq!(picture.planes[0].as_ptr(), luma.as_ptr());
        assert_eq!(picture.planes[1].as_ptr(), chroma.as_ptr());
        assert_eq!((picture.strides, picture.full_range, picture.bt709), ([4, 4, 0], false, false));
    }

    #[test]
    fn tall_video_without_a_matrix_is_high_definition() {
        let pixels = vec![0; 4 * 3 * 720];
        let planes = [Plane { data: &pixels, pitch: 12, rows: 720 }];
        let frame = Frame::new(&desc(FourCc::RGB24, 720), &planes).unwrap();
        assert!(picture(&frame).unwrap().bt709);
    }

    #[test]
    fn a_changed_weight_file_is_told_with_its_name_and_what_to_do() {
        let (expected, found) = (Digest([1; 32]), Digest([2; 32]));
        let changed = WeightsError::Digest { file: "mesh.safetensors".to_owned(), expected, found };
        let error = told(EngineError::Weights { model: "face-mesh".to_owned(), source: Arc::new(changed) });
        let InferenceError::Config(text) = error else { panic!("{error}") };
        let found = found.to_string();
        let parts = ["face-mesh", "mesh.safetensors", &found, "install it anew"];
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }

    #[test]
    fn a_format_that_the_engine_does_not_read_is_refused_by_name() {
        let pixels = [0; 48];
        let planes = [Plane { data: &pixels, pitch: 12, rows: 4 }];
        let frame = Frame::new(&desc(FourCc::BGR24, 4), &planes).unwrap();
        assert!(
            matches!(picture(&frame), Err(InferenceError::Unsupported(text)) if text.contains(&FourCc::BGR24.to_string()))
        );
    }
}
