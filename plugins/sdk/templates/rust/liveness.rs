//! A liveness step: how much detail a face has. Put your own measure in the place of `detail`; this one stops nobody.

use plugin_sdk::{Call, Descriptor, Error, Face, FourCc, Frame, Host, Liveness, Plugin, Result};

struct Step {
    settings: Settings,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Mean difference between neighbouring pixels, 0 to 255, from which a face is surely live.
    detail_full: f32,
}

impl Plugin for Step {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "{{id}}",
        version: "0.1.0",
        vendor: "{{vendor}}",
        name: "{{title}}",
        licence: "MIT",
        max_concurrency: 4, // calls at once on one instance; the host keeps to it
        required_host_ext: &[],
        config_schema: r#"{
            "type": "object",
            "properties": { "detail_full": { "type": "number", "minimum": 1, "maximum": 255, "default": 20 } }
        }"#,
    };
    type Config = Settings;

    fn create(_host: Host) -> Result<Self> {
        Ok(Self { settings: Settings { detail_full: 20.0 } })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        self.settings = settings;
        Ok(())
    }
}

impl Liveness for Step {
    fn score(&self, call: &Call<'_>, frames: &[Frame<'_>], faces: &[Face]) -> Result<Vec<f32>> {
        let score = |face: &Face| {
            let detail = detail(&frames[face.frame_index as usize], face, call)?;
            Ok((detail / self.settings.detail_full).clamp(0.0, 1.0))
        };
        faces.iter().map(score).collect()
    }
}

/// The mean difference between neighbours in a row within the face's box, 0 to 255.
fn detail(frame: &Frame<'_>, face: &Face, call: &Call<'_>) -> Result<f32> {
    let bytes = match frame.fourcc() {
        FourCc::RGB24 | FourCc::BGR24 => 3,
        FourCc::GRAY8 | FourCc::NV12 | FourCc::I420 => 1,
        other => return Err(Error::Unsupported(format!("pixel format {other}"))),
    };
    let plane = frame.plane(0).ok_or_else(|| Error::Invalid("a picture without planes".into()))?;
    // A box may reach over the edges of its picture.
    let within = |at: f32, end: u32| at.clamp(0.0, end as f32) as usize;
    let bbox = face.bbox;
    let (left, right) = (within(bbox.x, frame.width()), within(bbox.x + bbox.w, frame.width()));
    let (top, bottom) = (within(bbox.y, frame.height()), within(bbox.y + bbox.h, frame.height()));
    let (mut sum, mut count) = (0_u64, 0_u64);
    for y in top..bottom {
        call.check()?; // fails when the caller gave up or the deadline passed
        let row = y * plane.pitch as usize;
        let pixels = &plane.data[row + left * bytes..row + right.max(left) * bytes];
        let neighbours = pixels.iter().zip(pixels.iter().skip(bytes));
        sum += neighbours.map(|(one, other)| u64::from(one.abs_diff(*other))).sum::<u64>();
        count += pixels.len().saturating_sub(bytes) as u64;
    }
    Ok(sum as f32 / count.max(1) as f32)
}

plugin_sdk::export_plugin!(Step: Liveness);
