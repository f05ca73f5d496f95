//! A recogniser with an engine of its own: the pattern of light and dark over the face, 8 by 8. It tells pictures apart, not
//! people: put your network in the place of `pattern`.

use plugin_sdk::{
    Call, Descriptor, EmbeddingInfo, Error, Face, FourCc, Frame, Host, Metric, Plugin, Recognizer, Result,
};

/// Cells along one side of the pattern.
const SIDE: usize = 8;
/// Embeddings of different tags never compare: another network, another tag. Below 2^31.
const MODEL_TAG: u32 = 1;

struct Step;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {}

impl Plugin for Step {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "{{id}}",
        version: "0.1.0",
        vendor: "{{vendor}}",
        name: "{{title}}",
        licence: "MIT",
        max_concurrency: 4, // calls at once on one instance; the host keeps to it
        required_host_ext: &[],
        config_schema: "",
    };
    type Config = Settings;

    fn create(_host: Host) -> Result<Self> {
        Ok(Self)
    }

    fn configure(&mut self, _settings: Settings) -> Result<()> {
        Ok(())
    }
}

impl Recognizer for Step {
    fn describe(&self) -> Result<EmbeddingInfo> {
        Ok(EmbeddingInfo { dim: (SIDE * SIDE) as u32, metric: Metric::Cosine, model_tag: MODEL_TAG })
    }

    fn embed(&self, call: &Call<'_>, frames: &[Frame<'_>], faces: &[Face]) -> Result<Vec<f32>> {
        let mut embeddings = Vec::with_capacity(faces.len() * SIDE * SIDE);
        for face in faces {
            call.check()?; // fails when the caller gave up or the deadline passed
            embeddings.extend(unit(pattern(&frames[face.frame_index as usize], face)?));
        }
        Ok(embeddings)
    }
}

/// The light in the middle of each cell of the face's box.
fn pattern(frame: &Frame<'_>, face: &Face) -> Result<[f32; SIDE * SIDE]> {
    let bytes = match frame.fourcc() {
        FourCc::RGB24 | FourCc::BGR24 => 3,
        FourCc::GRAY8 | FourCc::NV12 | FourCc::I420 => 1,
        other => return Err(Error::Unsupported(format!("pixel format {other}"))),
    };
    let plane = frame.plane(0).ok_or_else(|| Error::Invalid("a picture without planes".into()))?;
    let bbox = face.bbox;
    Ok(std::array::from_fn(|cell| {
        let part = |index: usize| (index as f32 + 0.5) / SIDE as f32;
        let x = (bbox.x + part(cell % SIDE) * bbox.w).clamp(0.0, (frame.width() - 1) as f32) as usize;
        let y = (bbox.y + part(cell / SIDE) * bbox.h).clamp(0.0, (frame.height() - 1) as f32) as usize;
        let at = y * plane.pitch as usize + x * bytes;
        plane.data[at..at + bytes].iter().map(|value| f32::from(*value)).sum::<f32>() / bytes as f32
    }))
}

/// The pattern around its mean as a vector of length 1; one without any contrast is the first axis.
fn unit(mut values: [f32; SIDE * SIDE]) -> [f32; SIDE * SIDE] {
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    values.iter_mut().for_each(|value| *value -= mean);
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length < 1e-3 {
        values.fill(0.0);
        values[0] = 1.0;
        return values;
    }
    values.map(|value| value / length)
}

plugin_sdk::export_plugin!(Step: Recognizer);
