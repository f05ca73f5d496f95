//! GPUs through Vulkan: listing them, and opening one once for the whole process.

use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use burn::tensor::DeviceKind as BurnDeviceKind;
use burn::tensor::wgpu::WgpuBackend;

use super::{AdapterInfo, DeviceInfo, DeviceKind, OpenDevice, Precision, Warp};

/// Devices this process has opened. Burn opens each adapter at most once and never closes it.
///
/// Held too while Vulkan instances come and go: its loader crashes when several threads do that at once.
static OPENED: Mutex<Vec<Opened>> = Mutex::new(Vec::new());

struct Opened {
    selector: BurnDeviceKind,
    device: burn::tensor::Device,
    wgpu: (wgpu::Device, wgpu::Queue),
    info: DeviceInfo,
}

/// An adapter together with the way Burn is told to take it.
pub(super) struct Candidate {
    pub(super) info: AdapterInfo,
    selector: BurnDeviceKind,
    rank: u8,
}

/// The adapters of this machine that Vulkan knows, hardware first. A machine without Vulkan has none.
pub fn adapters() -> Vec<AdapterInfo> {
    candidates().into_iter().map(|candidate| candidate.info).collect()
}

/// The adapters, best first.
pub(super) fn candidates() -> Vec<Candidate> {
    let _serialised = opened();
    let vulkan = wgpu::Backends::VULKAN;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: vulkan,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let mut found = candidates_of(at_once(instance.enumerate_adapters(vulkan)).unwrap_or_default().iter());
    found.sort_by_key(|candidate| candidate.rank);
    found
}

fn candidates_of<'a>(adapters: impl Iterator<Item = &'a wgpu::Adapter>) -> Vec<Candidate> {
    let mut seen = [0_usize; 3];
    let mut next = |kind: usize| {
        seen[kind] += 1;
        seen[kind] - 1
    };
    adapters
        .filter_map(|adapter| {
            let info = adapter.get_info();
            let (rank, selector, kind) = match info.device_type {
                wgpu::DeviceType::DiscreteGpu => (0, BurnDeviceKind::DiscreteGpu(next(0)), DeviceKind::Gpu),
                wgpu::DeviceType::IntegratedGpu => {
                    (1, BurnDeviceKind::IntegratedGpu(next(1)), DeviceKind::Gpu)
                }
                wgpu::DeviceType::VirtualGpu => (2, BurnDeviceKind::VirtualGpu(next(2)), DeviceKind::Gpu),
                // Burn has no way to ask for an adapter that won't say what it is.
                wgpu::DeviceType::Other => return None,
                wgpu::DeviceType::Cpu => (3, BurnDeviceKind::Cpu, DeviceKind::SoftwareGpu),
            };
            Some(Candidate { info: describe(&info, kind), selector, rank })
        })
        .collect()
}

fn describe(info: &wgpu::AdapterInfo, kind: DeviceKind) -> AdapterInfo {
    AdapterInfo {
        name: info.name.clone(),
        backend: info.backend.to_string(),
        driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
        kind,
    }
}

/// What there is when there is no hardware GPU, for the operator.
pub(super) fn without_hardware(found: &[Candidate]) -> String {
    if found.is_empty() {
        return "Vulkan has no adapter on this machine".to_owned();
    }
    let names: Vec<_> = found.iter().map(|candidate| candidate.info.name.as_str()).collect();
    format!("Vulkan has only software adapters on this machine ({})", names.join(", "))
}

impl Candidate {
    /// Opens the adapter, or returns it as it was opened before.
    ///
    /// # Errors
    /// The adapter's name and what its driver said.
    pub(super) fn open(&self, why: &str) -> Result<OpenDevice, String> {
        let mut opened = opened();
        if let Some(known) = opened.iter().find(|known| known.selector == self.selector) {
            let info = DeviceInfo { why: why.to_owned(), ..known.info.clone() };
            return Ok(OpenDevice { burn: known.device.clone(), wgpu: Some(known.wgpu.clone()), info });
        }
        let (device, setup) = burn::tensor::Device::wgpu_options()
            .device_kind(self.selector.clone())
            .graphics_api(WgpuBackend::Vulkan)
            .init_with_setup()
            .map_err(|error| format!("the device {} couldn't be opened: {error}", self.info.name))?;
        let real = describe(&setup.adapter.get_info(), self.info.kind);
        let info = DeviceInfo {
            kind: real.kind,
            adapter: real.name,
            backend: real.backend,
            driver: real.driver,
            why: why.to_owned(),
            threads: 1,
            precision: Precision::Full,
            warp: Warp::Host,
        };
        let wgpu = (setup.device, setup.queue);
        opened.push(Opened {
            selector: self.selector.clone(),
            device: device.clone(),
            wgpu: wgpu.clone(),
            info: info.clone(),
        });
        Ok(OpenDevice { burn: device, wgpu: Some(wgpu), info })
    }
}

fn opened() -> MutexGuard<'static, Vec<Opened>> {
    OPENED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A device of its own for whoever breaks it.
#[cfg(test)]
pub(crate) fn own_device() -> Result<(wgpu::Device, wgpu::Queue), String> {
    let _serialised = opened();
    let backends = wgpu::Backends::VULKAN;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let adapters = at_once(instance.enumerate_adapters(backends)).unwrap_or_default();
    let adapter = adapters.first().ok_or("no Vulkan adapter")?;
    let asked = adapter.request_device(&wgpu::DeviceDescriptor::default());
    at_once(asked).ok_or("the adapter keeps one waiting")?.map_err(|error| error.to_string())
}

/// The value of a future that never waits, as wgpu's are on native systems.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
