//! A liveness step that looks once at each face, through a network of the host.

use plugin_sdk::{
    Call, Descriptor, Error, Face, Frame, Host, HostExtension, Limits, Liveness, Model, Plugin, Region,
    Result,
};

struct Print {
    host: Host,
    scale: f32,
    model: Option<Model>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    scale: f32,
}

impl Plugin for Print {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.example.liveness-print", // reverse DNS; settings name the plugin by it
        version: "1.0.0",
        vendor: "Example",
        name: "Print attack detection",
        licence: "MIT",
        max_concurrency: 4, // calls at once on one instance; the host keeps to it
        required_host_ext: &[HostExtension::Inference],
        config_schema: r#"{
            "type": "object",
            "properties": { "scale": { "type": "number", "minimum": 1, "maximum": 4, "default": 2.7 } }
        }"#,
    };
    type Config = Settings;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, scale: 1.0, model: None })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        self.scale = settings.scale;
        Ok(())
    }

    fn activate(&mut self, _limits: &Limits) -> Result<()> {
        let inference = self.host.inference();
        let inference = inference.ok_or_else(|| Error::Unsupported("the host runs no networks".into()))?;
        self.model = Some(inference.open("minifasnet-v1se")?);
        Ok(())
    }

    fn deactivate(&mut self) {
        self.model = None;
    }
}

impl Print {
    /// Where to look for one face: from a pixel of the network's input to a pixel of the frame.
    fn look(&self, face: &Face, side: f32) -> Region {
        let (bbox, middle) = (face.bbox, (side - 1.0) / 2.0);
        let zoom = self.scale * bbox.w.max(bbox.h) / side;
        let (x, y) = (bbox.x + bbox.w / 2.0, bbox.y + bbox.h / 2.0);
        let affine = [zoom, 0.0, x - zoom * middle, 0.0, zoom, y - zoom * middle];
        Region { frame_index: face.frame_index, affine }
    }
}

/// The softmax of the first class, which is that of living people.
fn live(logits: &[f32]) -> f32 {
    let total: f32 = logits.iter().map(|logit| (logit - logits[0]).exp()).sum();
    1.0 / total
}

impl Liveness for Print {
    fn score(&self, call: &Call<'_>, frames: &[Frame<'_>], faces: &[Face]) -> Result<Vec<f32>> {
        let model = self.model.as_ref().ok_or_else(|| Error::Invalid("score before activate".into()))?;
        let side = model.info().input_width as f32;
        let looks: Vec<Region> = faces.iter().map(|face| self.look(face, side)).collect();
        let outputs = model.run(call, frames, &looks)?;
        Ok((0..faces.len()).map(|index| live(outputs[0].region(index))).collect())
    }
}

plugin_sdk::export_plugin!(Print: Liveness);
