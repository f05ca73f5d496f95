//! A plugin for the host's tests: a detector and recogniser over a host model, which misbehaves as safe code can when told to.

use std::sync::Mutex;

use plugin_sdk::{
    Call, Descriptor, Detector, EmbeddingInfo, Error, Face, Frame, Health, Host, HostExtension, Level,
    Limits, MacAlgorithm, Metric, Model, Plugin, Recognizer, Rect, Region, Result, export_plugin,
};

struct Probe {
    host: Host,
    settings: Settings,
    model: Option<Model>,
    mac: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    model: String,
    panic: bool,
    /// Keeps the host beyond the instance.
    keep: bool,
    /// Works with the host that an earlier instance kept.
    use_kept: bool,
    /// A secret to authenticate the text `probe` with; the code is then the detail of its health.
    key: String,
    /// A handle that no setting marks as one.
    other_key: String,
}

static KEPT: Mutex<Option<Host>> = Mutex::new(None);

impl Probe {
    fn model(&self) -> Result<&Model> {
        self.model.as_ref().ok_or_else(|| Error::Internal("no model".into()))
    }

    /// The model's first output for each region.
    fn rows(&self, call: &Call<'_>, frames: &[Frame<'_>], at: &[(u32, f32, f32)]) -> Result<Vec<Vec<f32>>> {
        let region = |(frame_index, x, y): &(u32, f32, f32)| Region {
            frame_index: *frame_index,
            affine: [1.0, 0.0, *x, 0.0, 1.0, *y],
        };
        let regions: Vec<Region> = at.iter().map(region).collect();
        let tensors = self.model()?.run(call, frames, &regions)?;
        Ok((0..regions.len()).map(|index| tensors[0].region(index).to_vec()).collect())
    }
}

impl Plugin for Probe {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.probe",
        version: "0.1.0",
        vendor: "FacePay",
        name: "Test probe",
        licence: "MIT",
        max_concurrency: 2,
        required_host_ext: &[HostExtension::Log, HostExtension::Inference],
        config_schema: r#"{"type":"object","properties":{
            "model":{"type":"string","default":"four"},"panic":{"type":"boolean","default":false},
            "keep":{"type":"boolean","default":false},"use_kept":{"type":"boolean","default":false},
            "key":{"type":"string","x-secret":true,"default":""},"other_key":{"type":"string","default":""}}}"#,
    };
    type Config = Settings;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, settings: Settings::default(), model: None, mac: String::new() })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        if settings.keep {
            *KEPT.lock().map_err(|_| Error::Internal("poisoned".into()))? = Some(self.host.clone());
        }
        if settings.use_kept {
            let kept = KEPT.lock().map_err(|_| Error::Internal("poisoned".into()))?.take();
            self.host = kept.ok_or_else(|| Error::Invalid("no host was kept".into()))?;
        }
        self.settings = settings;
        Ok(())
    }

    fn activate(&mut self, _limits: &Limits) -> Result<()> {
        let inference = self.host.inference().ok_or_else(|| Error::Unsupported("no inference".into()))?;
        self.model = Some(inference.open(&self.settings.model)?);
        let handles = [&self.settings.key, &self.settings.other_key];
        for handle in handles.into_iter().filter(|handle| !handle.is_empty()) {
            let secrets = self.host.secrets().ok_or_else(|| Error::Unsupported("no secrets".into()))?;
            let mac = secrets.mac(handle, MacAlgorithm::HmacSha256, b"probe")?;
            self.mac = String::from_utf8_lossy(&mac).into_owned();
        }
        self.host.log(Level::Info, "active");
        Ok(())
    }

    fn deactivate(&mut self) {
        self.model = None;
    }

    fn health(&self) -> Health {
        Health { fit: true, detail: self.mac.clone() }
    }
}

impl Detector for Probe {
    /// One face per frame; its box is the model's first four values.
    fn detect(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        assert!(!self.settings.panic, "told to panic");
        let at: Vec<_> = (0..frames.len() as u32).map(|index| (index, 2.0, 3.0)).collect();
        let rows = self.rows(call, frames, &at)?;
        let face = |(index, row): (usize, &Vec<f32>)| Face {
            frame_index: index as u32,
            bbox: Rect { x: row[0], y: row[1], w: row[2], h: row[3] },
            score: 0.5,
            ..Face::default()
        };
        Ok(rows.iter().enumerate().map(face).collect())
    }
}

impl Recognizer for Probe {
    fn describe(&self) -> Result<EmbeddingInfo> {
        let info = self.model()?.info();
        Ok(EmbeddingInfo {
            dim: info.outputs[0].dims[0] as u32,
            metric: Metric::Cosine,
            model_tag: info.model_tag,
        })
    }

    /// The model's first output at each face's corner, as a unit vector.
    fn embed(&self, call: &Call<'_>, frames: &[Frame<'_>], faces: &[Face]) -> Result<Vec<f32>> {
        let at: Vec<_> = faces.iter().map(|face| (face.frame_index, face.bbox.x, face.bbox.y)).collect();
        let rows = self.rows(call, frames, &at)?;
        let unit = |row: Vec<f32>| {
            let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
            row.into_iter().map(move |value| value / length)
        };
        Ok(rows.into_iter().flat_map(unit).collect())
    }
}

export_plugin!(Probe: Detector, Recognizer);
