//! A detector: one box around the brightest part of each picture. Put your own in the place of `brightest`.

use plugin_sdk::{
    Call, Descriptor, Detector, Error, Face, FourCc, Frame, Host, Plugin, Point, Rect, Result,
};

struct Step {
    settings: Settings,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Boxes of less contrast are no faces: 0 to 1.
    contrast_min: f32,
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
            "properties": { "contrast_min": { "type": "number", "minimum": 0, "maximum": 1, "default": 0.05 } }
        }"#,
    };
    type Config = Settings;

    fn create(_host: Host) -> Result<Self> {
        Ok(Self { settings: Settings { contrast_min: 0.05 } })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        self.settings = settings;
        Ok(())
    }
}

impl Detector for Step {
    fn detect(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        let mut faces = Vec::new();
        for (frame, index) in frames.iter().zip(0..) {
            call.check()?; // fails when the caller gave up or the deadline passed
            let found = brightest(frame, call)?;
            faces.extend(found.filter(|(_, contrast)| *contrast >= self.settings.contrast_min).map(
                |(bbox, contrast)| face(bbox, contrast.min(1.0), index),
            ));
        }
        Ok(faces)
    }
}

/// The brightest of nine parts of the picture, and how far it stands out, 0 to 1.
fn brightest(frame: &Frame<'_>, call: &Call<'_>) -> Result<Option<(Rect, f32)>> {
    let (width, height) = (frame.width(), frame.height());
    let mut means = [0.0_f32; 9];
    for (part, mean) in (0..).zip(&mut means) {
        let (left, top) = (part % 3 * width / 3, part / 3 * height / 3);
        let (right, bottom) = ((part % 3 + 1) * width / 3, (part / 3 + 1) * height / 3);
        *mean = mean_luma(frame, left..right.max(left + 1), top..bottom.max(top + 1), call)?;
    }
    let overall = means.iter().sum::<f32>() / 9.0;
    let best = (0..9_usize).max_by(|a, b| means[*a].total_cmp(&means[*b])).unwrap_or(4);
    let (w, h) = (width as f32 / 3.0, height as f32 / 3.0);
    let bbox = Rect { x: (best % 3) as f32 * w, y: (best / 3) as f32 * h, w, h };
    Ok(Some((bbox, (means[best] - overall) / 255.0)))
}

/// The mean of the first plane within a part, 0 to 255. The part may begin at the picture's last pixel, not beyond it.
fn mean_luma(
    frame: &Frame<'_>,
    columns: std::ops::Range<u32>,
    rows: std::ops::Range<u32>,
    call: &Call<'_>,
) -> Result<f32> {
    let bytes = match frame.fourcc() {
        FourCc::RGB24 | FourCc::BGR24 => 3,
        FourCc::GRAY8 | FourCc::NV12 | FourCc::I420 => 1,
        other => return Err(Error::Unsupported(format!("pixel format {other}"))),
    };
    let plane = frame.plane(0).ok_or_else(|| Error::Invalid("a picture without planes".into()))?;
    let columns = columns.start.min(frame.width() - 1)..columns.end.min(frame.width());
    let rows = rows.start.min(frame.height() - 1)..rows.end.min(frame.height());
    let (mut sum, mut count) = (0_u64, 0_u64);
    for y in rows {
        call.check()?;
        let row = y as usize * plane.pitch as usize;
        let pixels = &plane.data[row + columns.start as usize * bytes..row + columns.end as usize * bytes];
        sum += pixels.iter().map(|value| u64::from(*value)).sum::<u64>();
        count += pixels.len() as u64;
    }
    Ok(sum as f32 / count.max(1) as f32)
}

/// A face that fills the box, its landmarks where most faces have them.
fn face(bbox: Rect, score: f32, frame_index: u32) -> Face {
    let at = |u: f32, v: f32| Point { x: bbox.x + u * bbox.w, y: bbox.y + v * bbox.h };
    let landmarks = [at(0.3, 0.4), at(0.7, 0.4), at(0.5, 0.6), at(0.35, 0.75), at(0.65, 0.75)];
    Face { frame_index, bbox, score, landmarks, quality: score, ..Face::default() }
}

plugin_sdk::export_plugin!(Step: Detector);
