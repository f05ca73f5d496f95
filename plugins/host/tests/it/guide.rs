//! The plugins of docs/plugin-guide.md, built and loaded as the guide says.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use plugin_host::{
    Call, CallContext, Face, Frame, Host, HostOptions, InferenceError, InferenceService, ModelInfo, Rect,
    Region, Tensor, TensorDesc,
};

use crate::fixture::{built, frame, settings};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The block of the guide that opens with this fence and begins with this text.
fn block(fence: &str, begins: &str) -> String {
    let guide = std::fs::read_to_string(root().join("docs/plugin-guide.md")).unwrap();
    let (_, rest) = guide.split_once(&format!("```{fence}\n{begins}")).unwrap();
    format!("{begins}{}", rest.split_once("```\n").unwrap().0)
}

/// The network that the guide's plugin names; it finds everybody live by two to one.
struct Network;

impl InferenceService for Network {
    fn open(&self, model: &str) -> Result<ModelInfo, InferenceError> {
        assert_eq!(model, "minifasnet-v1se");
        Ok(ModelInfo {
            name: model.into(),
            input_width: 128,
            input_height: 128,
            outputs: vec![TensorDesc { name: "logits".into(), dims: vec![3] }],
            max_batch: 8,
            model_tag: 1,
            sha256: [0; 32],
        })
    }

    fn run(
        &self,
        _: &Call<'_>,
        _: &str,
        _: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>, InferenceError> {
        // 2.5 times the face, around its middle at (20, 24).
        let zoom = 2.5 * 10.0 / 128.0;
        assert_eq!(regions[0].affine, [zoom, 0.0, 20.0 - zoom * 63.5, 0.0, zoom, 24.0 - zoom * 63.5]);
        let logits = [std::f32::consts::LN_2 * 2.0, 0.0, 0.0];
        Ok(vec![Tensor { dims: vec![1, 3], data: logits.to_vec() }])
    }
}

fn face(w: f32) -> Face {
    Face { bbox: Rect { x: 15.0, y: 20.0, w, h: 8.0 }, score: 0.9, ..Face::default() }
}

#[test]
fn the_guides_rust_plugin_is_the_example_that_cargo_builds_and_works() {
    let source = std::fs::read_to_string(root().join("plugins/host/examples/guide.rs")).unwrap();
    assert_eq!(block("rust", ""), source, "copy plugins/host/examples/guide.rs into the guide");
    let inference: Arc<dyn InferenceService> = Arc::new(Network);
    let host = Host::new(HostOptions { inference: Some(inference), ..HostOptions::default() });
    let settings = settings("org.example.liveness-print", r#"{"scale":2.5}"#);
    let plugin = host.load(&built("libguide.so"), &settings).unwrap();
    let scores =
        plugin.liveness().unwrap().score(&CallContext::default(), &[frame()], &[face(10.0)]).unwrap();
    assert!((scores[0] - 2.0 / 3.0).abs() < 1e-6, "{scores:?}");
}

#[test]
fn the_guides_c_plugin_compiles_with_its_line_and_works() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("liveness_size.c"), block("c", "")).unwrap();
    let line = block("sh", "cc ").replace("../facepay", &root().display().to_string());
    let output = Command::new("sh").args(["-c", &line]).current_dir(dir.path()).output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let settings = settings("org.example.liveness-size", "");
    let plugin = Host::default().load(&dir.path().join("libliveness_size.so"), &settings).unwrap();
    let liveness = plugin.liveness().unwrap();
    let scores = liveness.score(&CallContext::default(), &[frame()], &[face(79.0), face(80.0)]).unwrap();
    assert_eq!(scores, [0.0, 1.0]);
}
