//! Whether the networks ran on what the settings ask for.

use serde::Serialize;
use serde_json::Value;

use super::measurement::{self, Measurement};
use super::plan::Part;
use crate::settings::Device as Asked;

/// The device, and whether it is the right one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Device {
    /// `compute.device`.
    pub(super) asked: Asked,
    /// What ran, as `facepay doctor` tells; null where nothing could.
    pub(super) used: Value,
    pub(super) as_asked: bool,
    /// Both in a sentence.
    pub(super) said: String,
}

/// Holds what ran against what is asked for. A processor is fine where it is declared or there is nothing better; a GPU that is
/// made up by software is never what somebody wants, nor is a GPU that lies idle.
pub(super) fn judge(asked: Asked, measurements: &[Measurement]) -> Device {
    let doctor = measurement::of(measurements, Part::Doctor);
    let used = doctor["device"].clone();
    let idle_gpu = doctor["checks"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|check| check["name"] == "compute.gpu" && check["status"] == "ok");
    let adapter = used["adapter"].as_str().unwrap_or_default();
    let (as_asked, said) = match (asked, used["kind"].as_str()) {
        (_, None) => (false, "No device runs the networks: see the findings of facepay doctor.".to_owned()),
        (Asked::Auto | Asked::Gpu, Some("gpu")) => (true, format!("The networks ran on a GPU, {adapter}.")),
        (Asked::Gpu, Some(_)) => {
            (false, format!("The settings ask for a GPU, and the networks ran on {adapter}, which is none."))
        }
        (_, Some("software_gpu")) => {
            (false, format!("The networks ran on {adapter}: software that pretends to be a GPU."))
        }
        (Asked::Cpu, Some("cpu")) => {
            (true, format!("The networks ran on the processor, {adapter}, as the settings declare."))
        }
        (Asked::Auto, Some("cpu")) if !idle_gpu => {
            (true, format!("The networks ran on the processor, {adapter}: there is no GPU here."))
        }
        (Asked::Auto, Some("cpu")) => {
            (false, format!("There is a GPU, and the networks ran on the processor, {adapter}."))
        }
        (_, Some(kind)) => {
            (false, format!("The networks ran on {adapter} ({kind}), which was not asked for."))
        }
    };
    Device { asked, used, as_asked, said }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(asked: Asked, kind: Option<&str>, gpu: &str) -> bool {
        let device = kind.map(|kind| json!({ "kind": kind, "adapter": "one" }));
        let checks = json!([{ "name": "compute.gpu", "status": gpu }]);
        let output = json!({ "device": device, "checks": checks });
        judge(asked, &[Measurement::made(Part::Doctor, output)]).as_asked
    }

    #[test]
    fn only_what_was_asked_for_is_right() {
        for (asked, kind, gpu, right) in [
            (Asked::Gpu, Some("gpu"), "ok", true),
            (Asked::Gpu, Some("software_gpu"), "skip", false),
            (Asked::Gpu, Some("cpu"), "skip", false),
            (Asked::Auto, Some("gpu"), "ok", true),
            (Asked::Auto, Some("cpu"), "skip", true),
            (Asked::Auto, Some("cpu"), "ok", false),
            (Asked::Auto, Some("software_gpu"), "skip", false),
            (Asked::Cpu, Some("cpu"), "ok", true),
            (Asked::Cpu, Some("gpu"), "ok", false),
            (Asked::Cpu, Some("software_gpu"), "ok", false),
            (Asked::Auto, None, "ok", false),
        ] {
            assert_eq!(judged(asked, kind, gpu), right, "{asked:?}, {kind:?}, {gpu}");
        }
        assert!(!judge(Asked::Cpu, &[]).as_asked, "nothing was measured");
    }
}
