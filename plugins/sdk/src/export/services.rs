//! The host's C tables as the services behind [`Host`](crate::Host).

use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{Arc, PoisonError, RwLock};

use crate::abi::{self, Growing, fp_bytes, fp_host, fp_str, fp_tensor_out, fp_writer};
use crate::artifacts::ArtifactService;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::executor::ExecutorService;
use crate::frame::Frame;
use crate::frames::FrameKeeper;
use crate::host::{Level, Services};
use crate::inference::{InferenceService, ModelInfo, Region, Tensor, TensorDesc};
use crate::metrics::MetricsService;
use crate::secrets::{MacAlgorithm, SecretService, SignAlgorithm};

mod artifacts;
mod executor;
mod frames;
mod metrics;

use artifacts::AbiArtifacts;
use executor::AbiExecutor;
use frames::AbiFrames;
use metrics::AbiMetrics;

/// The host that created the instance. It and its tables live until the process ends (rule R8), as clones of a
/// [`Host`](crate::Host) may.
pub(super) struct AbiHost {
    host: HostPtr,
    log: Option<abi::fp_host_log_v1>,
    inference: Option<Arc<AbiInference>>,
    secrets: Option<Arc<AbiSecrets>>,
    metrics: Option<Arc<AbiMetrics>>,
    artifacts: Option<Arc<AbiArtifacts>>,
    executor: Option<Arc<AbiExecutor>>,
    frames: Option<Arc<AbiFrames>>,
}

#[derive(Clone, Copy)]
struct HostPtr(*const fp_host);

// SAFETY: the host's functions tagged [any] and [work] may be called from any thread, and the host is never freed (R8).
unsafe impl Send for HostPtr {}
// SAFETY: as above.
unsafe impl Sync for HostPtr {}

impl AbiHost {
    /// Reads the host's tables.
    ///
    /// # Safety
    /// `host` is null or points to a host that lives until the process ends (rule R8).
    pub(super) unsafe fn new(host: *const fp_host) -> Result<Self> {
        // SAFETY: the caller's contract.
        let raw = unsafe { abi::read(host) }.map_err(|error| Error::Invalid(error.to_string()))?;
        if raw.abi_major != abi::FP_ABI_MAJOR {
            let ours = abi::FP_ABI_MAJOR;
            return Err(Error::Unsupported(format!(
                "fp_host.abi_major is {}, expected {ours}",
                raw.abi_major
            )));
        }
        // SAFETY: the ids name tables of these types, and the host is never freed.
        unsafe {
            let inference = extension::<abi::fp_host_inference_v1>(host, &raw, abi::FP_HOST_INFERENCE)?;
            let secrets = extension::<abi::fp_host_secret_v1>(host, &raw, abi::FP_HOST_SECRET)?;
            let metrics = extension::<abi::fp_host_metrics_v1>(host, &raw, abi::FP_HOST_METRICS)?;
            let artifacts = extension::<abi::fp_host_artifact_v1>(host, &raw, abi::FP_HOST_ARTIFACT)?;
            let executor = extension::<abi::fp_host_executor_v1>(host, &raw, abi::FP_HOST_EXECUTOR)?;
            let frames = extension::<abi::fp_host_frame_ref_v1>(host, &raw, abi::FP_HOST_FRAME_REF)?;
            Ok(Self {
                host: HostPtr(host),
                log: extension(host, &raw, abi::FP_HOST_LOG)?,
                inference: inference.map(|table| {
                    Arc::new(AbiInference { host: HostPtr(host), table, opened: RwLock::default() })
                }),
                secrets: secrets.map(|table| Arc::new(AbiSecrets { host: HostPtr(host), table })),
                metrics: metrics.map(|table| Arc::new(AbiMetrics { host: HostPtr(host), table })),
                artifacts: artifacts.map(|table| Arc::new(AbiArtifacts { host: HostPtr(host), table })),
                executor: executor.map(|table| Arc::new(AbiExecutor { host: HostPtr(host), table })),
                frames: frames.map(|table| Arc::new(AbiFrames::new(HostPtr(host), table))),
            })
        }
    }
}

/// A table of the host, `None` when it does not offer it.
///
/// # Safety
/// `host` is valid, and `id` names a table of type `T`.
unsafe fn extension<T: Growing>(host: *const fp_host, raw: &fp_host, id: &CStr) -> Result<Option<T>> {
    let Some(get) = raw.get_extension else { return Ok(None) };
    // SAFETY: the host is valid and `id` is NUL-terminated.
    let table = unsafe { get(host, id.as_ptr()) };
    if table.is_null() {
        return Ok(None);
    }
    // SAFETY: the host answers this id with a table of type `T` (rule R7).
    let table = unsafe { abi::read(table.cast::<T>()) };
    table.map(Some).map_err(|error| Error::Invalid(error.to_string()))
}

impl Services for AbiHost {
    fn log(&self, level: Level, message: &str) {
        let level = match level {
            Level::Trace => abi::FP_LOG_TRACE,
            Level::Debug => abi::FP_LOG_DEBUG,
            Level::Info => abi::FP_LOG_INFO,
            Level::Warn => abi::FP_LOG_WARN,
            Level::Error => abi::FP_LOG_ERROR,
        };
        if let Some(log) = self.log.and_then(|table| table.log) {
            // SAFETY: [any]; the host lives, the message is borrowed during the call, and there are no fields.
            unsafe { log(self.host.0, level, fp_str::of(message), std::ptr::null(), 0) };
        }
    }

    fn inference(&self) -> Option<Arc<dyn InferenceService>> {
        self.inference.clone().map(|inference| inference as Arc<dyn InferenceService>)
    }

    fn secrets(&self) -> Option<Arc<dyn SecretService>> {
        self.secrets.clone().map(|secrets| secrets as Arc<dyn SecretService>)
    }

    fn metrics(&self) -> Option<Arc<dyn MetricsService>> {
        self.metrics.clone().map(|metrics| metrics as Arc<dyn MetricsService>)
    }

    fn artifacts(&self) -> Option<Arc<dyn ArtifactService>> {
        self.artifacts.clone().map(|artifacts| artifacts as Arc<dyn ArtifactService>)
    }

    fn executor(&self) -> Option<Arc<dyn ExecutorService>> {
        self.executor.clone().map(|executor| executor as Arc<dyn ExecutorService>)
    }

    fn frames(&self) -> Option<Arc<dyn FrameKeeper>> {
        self.frames.clone().map(|frames| frames as Arc<dyn FrameKeeper>)
    }

    fn shut(&self) {
        if let Some(frames) = &self.frames {
            frames.shut();
        }
    }
}

/// The host's keys through the C table.
struct AbiSecrets {
    host: HostPtr,
    table: abi::fp_host_secret_v1,
}

impl AbiSecrets {
    fn used(
        &self,
        with: Option<abi::fp_secret_fn>,
        handle: &str,
        algorithm: u32,
        data: &[u8],
    ) -> Result<Vec<u8>> {
        let with = with.ok_or_else(|| Error::Internal("the host's table of secrets has a gap".into()))?;
        let mut made = Vec::new();
        // A code or signature is far shorter than a reason may be.
        let mut out = fp_writer::into_reason(&mut made);
        // SAFETY: [work]; the host lives; handle, data and writer are valid during the call.
        let status =
            unsafe { with(self.host.0, fp_str::of(handle), algorithm, fp_bytes::of(data), &raw mut out) };
        // The table has no place for a reason.
        let reason = || format!("secret {handle} was not used; the host's log says why").into_bytes();
        checked(status, if status == abi::FP_OK { Vec::new() } else { reason() })?;
        Ok(made)
    }
}

impl SecretService for AbiSecrets {
    fn mac(&self, handle: &str, algorithm: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        self.used(self.table.mac, handle, algorithm.code(), data)
    }

    fn sign(&self, handle: &str, algorithm: SignAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        self.used(self.table.sign, handle, algorithm.code(), data)
    }
}

/// The host's networks through the C table.
struct AbiInference {
    host: HostPtr,
    table: abi::fp_host_inference_v1,
    opened: RwLock<HashMap<String, Arc<Opened>>>,
}

/// A model that this instance opened.
struct Opened {
    handle: u32,
    info: ModelInfo,
}

impl InferenceService for AbiInference {
    fn open(&self, model: &str) -> Result<ModelInfo> {
        let open = self.table.open.ok_or_else(|| Error::Internal("host inference has no open()".into()))?;
        let (mut raw, mut handle, mut reason) = (std::ptr::null(), 0, Vec::new());
        let mut err = fp_writer::into_reason(&mut reason);
        // SAFETY: [ctl]; the host lives, and all arguments are valid during the call.
        let status =
            unsafe { open(self.host.0, fp_str::of(model), &raw mut raw, &raw mut handle, &raw mut err) };
        checked(status, reason)?;
        // SAFETY: the host's answer is valid for its lifetime.
        let info = unsafe { read_info(model, raw) }?;
        let opened = Arc::new(Opened { handle, info: info.clone() });
        self.opened.write().unwrap_or_else(PoisonError::into_inner).insert(model.to_owned(), opened);
        Ok(info)
    }

    fn run(
        &self,
        call: &Call<'_>,
        model: &str,
        frames: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>> {
        let run = self.table.run.ok_or_else(|| Error::Internal("host inference has no run()".into()))?;
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner).get(model).cloned();
        let opened = opened.ok_or_else(|| Error::Invalid(format!("{model} is not open")))?;
        let raw_regions: Vec<abi::fp_region> = regions.iter().map(region_to_abi).collect();
        let mut tensors: Vec<Tensor> =
            opened.info.outputs.iter().map(|output| blank(output, regions.len())).collect();
        let mut outs: Vec<fp_tensor_out> = (tensors.iter_mut())
            .map(|tensor| fp_tensor_out {
                data: tensor.data.as_mut_ptr(),
                capacity: tensor.data.len(),
                len: 0,
            })
            .collect();
        let mut reason = Vec::new();
        let mut err = fp_writer::into_reason(&mut reason);
        let call = abi::fp_call { reason: &raw mut err, ..call.to_abi() };
        let mut frame_batch = abi::fp_frame_batch::empty();
        frame_batch.count = frames.len() as u32;
        frame_batch.stride = size_of::<abi::fp_frame>() as u32;
        frame_batch.frames = frames.as_ptr().cast(); // `Frame` is transparent over `fp_frame`
        let mut region_batch = abi::fp_region_batch::empty();
        region_batch.count = raw_regions.len() as u32;
        region_batch.stride = size_of::<abi::fp_region>() as u32;
        region_batch.regions = raw_regions.as_ptr();
        // SAFETY: [work]; the host lives; batches, outputs and the writer are valid during the call.
        let status = unsafe {
            run(
                self.host.0,
                opened.handle,
                &raw const call,
                &raw const frame_batch,
                &raw const region_batch,
                outs.as_mut_ptr(),
                outs.len() as u32,
            )
        };
        checked(status, reason)?;
        match outs.iter().find(|out| out.len != out.capacity) {
            Some(out) => {
                Err(Error::Internal(format!("{model} gave {} values instead of {}", out.len, out.capacity)))
            }
            None => Ok(tensors),
        }
    }
}

fn checked(status: abi::fp_status, reason: Vec<u8>) -> Result<()> {
    match Error::from_status(status, String::from_utf8_lossy(&reason).into_owned()) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn blank(output: &TensorDesc, regions: usize) -> Tensor {
    let dims = [&[regions], &output.dims[..]].concat();
    let data = vec![0.0; dims.iter().product()];
    Tensor { dims, data }
}

fn region_to_abi(region: &Region) -> abi::fp_region {
    abi::fp_region { frame_index: region.frame_index, affine: region.affine, ..Growing::empty() }
}

/// The description of a model.
///
/// # Safety
/// `raw` is null or points to a valid description.
unsafe fn read_info(model: &str, raw: *const abi::fp_model_info) -> Result<ModelInfo> {
    // SAFETY: the caller's contract; texts and arrays of the description are valid with it.
    unsafe {
        let raw = abi::read(raw).map_err(|error| Error::Invalid(error.to_string()))?;
        let outputs = abi::read_array(raw.outputs, raw.n_outputs, raw.output_stride)?;
        let outputs = outputs.iter().map(|output| {
            let dims = output.dim.get(..output.rank as usize);
            let dims = dims.ok_or_else(|| Error::Unsupported(format!("tensor of rank {}", output.rank)))?;
            Ok(TensorDesc {
                name: output.name.text()?.to_owned(),
                dims: dims.iter().map(|dim| *dim as usize).collect(),
            })
        });
        Ok(ModelInfo {
            name: model.to_owned(),
            input_width: raw.input_width,
            input_height: raw.input_height,
            outputs: outputs.collect::<Result<_>>()?,
            max_batch: raw.max_batch,
            model_tag: raw.model_tag,
            sha256: raw.sha256,
        })
    }
}
