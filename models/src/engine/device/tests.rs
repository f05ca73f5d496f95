//! The choice of a device on whatever machine the tests run on.

use super::*;

fn hardware() -> bool {
    adapters().iter().any(|adapter| adapter.kind == DeviceKind::Gpu)
}

#[test]
fn the_cpu_is_taken_when_asked_for() {
    let device = open(DeviceChoice::Cpu, 3, true).unwrap();
    assert_eq!(
        (device.info.kind, device.info.backend.as_str(), device.info.threads),
        (DeviceKind::Cpu, plan::cpu::instructions(), 3)
    );
    assert!(device.info.why.contains("cpu") && !device.info.adapter.is_empty());
}

#[test]
fn auto_never_takes_a_software_adapter() {
    let device = open(DeviceChoice::Auto, 1, true).unwrap();
    assert_eq!(device.info.kind, if hardware() { DeviceKind::Gpu } else { DeviceKind::Cpu });
    assert!(!device.info.why.is_empty());
}

#[test]
fn gpu_without_hardware_is_refused_with_what_to_do() {
    if hardware() {
        println!("SKIP(this machine has a GPU)");
        return;
    }
    let error = open(DeviceChoice::Gpu, 1, false).err().unwrap();
    assert!(matches!(error, EngineError::NoGpu { .. }));
    assert!(error.to_string().contains("Vulkan driver") && error.to_string().contains("\"cpu\""), "{error}");
}

#[test]
fn an_adapter_that_is_opened_twice_is_one_device() {
    if adapters().is_empty() {
        println!("SKIP(no Vulkan adapter)");
        return;
    }
    let first = open(DeviceChoice::Gpu, 1, true).unwrap();
    let second = open(DeviceChoice::Gpu, 1, true).unwrap();
    assert_eq!(first.burn, second.burn);
    assert_eq!(first.info, second.info);
}

#[test]
fn a_gpu_that_refuses_is_passed_over_for_the_next() {
    let open = |name: &'static str| if name == "good" { Ok(name) } else { Err(format!("{name} is lost")) };
    assert_eq!(first_open(["bad", "good", "worse"].into_iter(), open).unwrap(), Some("good"));
    assert_eq!(first_open([].into_iter(), open).unwrap(), None);
    let error = first_open(["bad", "worse"].into_iter(), open).unwrap_err().to_string();
    let parts = ["bad is lost", "worse is lost", "Vulkan driver", "compute.device to \"cpu\""];
    assert!(parts.iter().all(|part| error.contains(part)), "{error}");
}
