//! The host's networks behind the C table.

use std::sync::{Arc, PoisonError, RwLock};

use plugin_sdk::abi::{self, Growing, fp_host, fp_status, fp_str};
use plugin_sdk::{Error, Frame, InferenceService, ModelInfo, Region, Tensor};

use super::{Context, answer, contain};

/// Most models that one instance opens.
const MODELS_MAX: usize = 64;

pub(super) static TABLE: abi::fp_host_inference_v1 = abi::fp_host_inference_v1 {
    struct_size: size_of::<abi::fp_host_inference_v1>() as u32,
    _pad: 0,
    open: Some(open),
    run: Some(run),
};

/// The models that one instance has opened, by handle.
pub(super) struct Models {
    service: Arc<dyn InferenceService>,
    opened: RwLock<Vec<Arc<Opened>>>,
}

/// An open model and its description in the shape of the ABI, which the plugin may keep.
struct Opened {
    info: ModelInfo,
    raw: abi::fp_model_info,
    _outputs: Box<[abi::fp_tensor_desc]>,
}

// SAFETY: immutable after `new`; the raw pointers lead to text and boxes that the value owns.
unsafe impl Send for Opened {}
// SAFETY: as above.
unsafe impl Sync for Opened {}

impl Opened {
    fn new(info: ModelInfo) -> Result<Arc<Self>, Error> {
        let outputs = info.outputs.iter().map(|output| {
            let mut raw = abi::fp_tensor_desc::empty();
            raw.rank = output.dims.len() as u32;
            // A moved `String` keeps its bytes where they are, so the pointer stays right when `info` moves below.
            raw.name = fp_str::of(&output.name);
            let places = raw.dim.get_mut(..output.dims.len());
            let places = places.ok_or_else(|| Error::Unsupported(format!("tensor of rank {}", raw.rank)))?;
            for (place, dim) in places.iter_mut().zip(&output.dims) {
                *place = u32::try_from(*dim).map_err(|_| Error::Unsupported(format!("tensor side {dim}")))?;
            }
            Ok(raw)
        });
        let outputs: Box<[_]> = outputs.collect::<Result<_, Error>>()?;
        let mut raw = abi::fp_model_info::empty();
        (raw.input_width, raw.input_height) = (info.input_width, info.input_height);
        (raw.max_batch, raw.model_tag, raw.sha256) = (info.max_batch, info.model_tag, info.sha256);
        raw.n_outputs = outputs.len() as u32;
        raw.output_stride = size_of::<abi::fp_tensor_desc>() as u32;
        raw.outputs = outputs.as_ptr();
        Ok(Arc::new(Self { info, raw, _outputs: outputs }))
    }
}

impl Models {
    pub(super) fn new(service: Arc<dyn InferenceService>) -> Self {
        Self { service, opened: RwLock::default() }
    }

    fn open(&self, model: &str) -> Result<(u32, Arc<Opened>), Error> {
        let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = opened.iter().position(|known| known.info.name == model) {
            return Ok((handle as u32, Arc::clone(&opened[handle])));
        }
        if opened.len() >= MODELS_MAX {
            return Err(Error::Unsupported(format!("more than {MODELS_MAX} models of one instance")));
        }
        let info = ModelInfo { name: model.to_owned(), ..self.service.open(model)? };
        let new = Opened::new(info)?;
        opened.push(Arc::clone(&new));
        Ok((opened.len() as u32 - 1, new))
    }

    fn get(&self, handle: u32) -> Result<Arc<Opened>, Error> {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        opened
            .get(handle as usize)
            .cloned()
            .ok_or_else(|| Error::Invalid(format!("no model with handle {handle}")))
    }
}

/// [ctl]
unsafe extern "C" fn open(
    host: *const fp_host,
    model: fp_str,
    info: *mut *const abi::fp_model_info,
    handle: *mut u32,
    err: *mut abi::fp_writer,
) -> fp_status {
    // SAFETY: the plugin passes the host that it was given; name, places and writer are valid during the call.
    unsafe {
        let opened = contain(|| {
            let models = models(host)?;
            if info.is_null() || handle.is_null() {
                return Err(Error::Invalid("no place for the model's description or handle".into()));
            }
            let (number, model) = models.open(model.text()?)?;
            *handle = number;
            *info = &raw const model.raw; // kept alive by `models`, as long as the host
            Ok(())
        });
        answer(opened, err)
    }
}

/// [work]
unsafe extern "C" fn run(
    host: *const fp_host,
    handle: u32,
    call: *const abi::fp_call,
    frames: *const abi::fp_frame_batch,
    regions: *const abi::fp_region_batch,
    outputs: *mut abi::fp_tensor_out,
    n_outputs: u32,
) -> fp_status {
    // SAFETY: null or a call that is valid now.
    let reason = unsafe { abi::read(call) }.map_or(std::ptr::null_mut(), |call| call.reason);
    // SAFETY: the plugin passes the host that it was given; batches, pixels, outputs and writer are valid during the call.
    unsafe {
        let ran = contain(|| {
            let models = models(host)?;
            let model = models.get(handle)?;
            let frames = read_frames(frames)?;
            let regions = read_regions(regions, frames.len())?;
            if n_outputs as usize != model.info.outputs.len() || (outputs.is_null() && n_outputs > 0) {
                return Err(Error::Invalid(format!("{n_outputs} outputs of {}", model.info.outputs.len())));
            }
            let tensors = models.service.run(&model.info.name, &frames, &regions)?;
            give(&model.info, &tensors, regions.len(), outputs)
        });
        answer(ran, reason)
    }
}

/// # Safety
/// `host` is null or one of ours, alive.
unsafe fn models<'a>(host: *const fp_host) -> Result<&'a Models, Error> {
    // SAFETY: the caller's contract.
    let models = unsafe { Context::of(host) }.and_then(|context| context.models.as_ref());
    models.ok_or_else(|| Error::Unsupported("this host has no networks".into()))
}

/// # Safety
/// The batch and the pixels that it leads to are valid for `'a`.
unsafe fn read_frames<'a>(batch: *const abi::fp_frame_batch) -> Result<Vec<Frame<'a>>, Error> {
    // SAFETY: the caller's contract.
    unsafe {
        let batch = abi::read(batch).map_err(|error| Error::Invalid(error.to_string()))?;
        let frames = abi::read_array(batch.frames, batch.count, batch.stride)?;
        frames.iter().map(|raw| Frame::from_abi(raw)).collect()
    }
}

/// # Safety
/// The batch is valid now.
unsafe fn read_regions(batch: *const abi::fp_region_batch, frames: usize) -> Result<Vec<Region>, Error> {
    // SAFETY: the caller's contract.
    let raw = unsafe {
        let batch = abi::read(batch).map_err(|error| Error::Invalid(error.to_string()))?;
        abi::read_array(batch.regions, batch.count, batch.stride)?
    };
    let region = |raw: &abi::fp_region| match () {
        () if raw.frame_index as usize >= frames => {
            Err(Error::Invalid(format!("region in frame {} of {frames}", raw.frame_index)))
        }
        () if !raw.affine.iter().all(|value| value.is_finite()) => {
            Err(Error::Invalid("region with a transform that is not finite".into()))
        }
        () => Ok(Region { frame_index: raw.frame_index, affine: raw.affine }),
    };
    raw.iter().map(region).collect()
}

/// Copies the tensors into the plugin's outputs.
///
/// # Safety
/// `outputs` points to as many outputs as the model has, each with `capacity` writable values.
unsafe fn give(
    info: &ModelInfo,
    tensors: &[Tensor],
    regions: usize,
    outputs: *mut abi::fp_tensor_out,
) -> Result<(), Error> {
    if tensors.len() != info.outputs.len() {
        return Err(Error::Internal(format!("{} gave {} outputs", info.name, tensors.len())));
    }
    for (index, (tensor, desc)) in tensors.iter().zip(&info.outputs).enumerate() {
        let expected = regions * desc.dims.iter().product::<usize>();
        if tensor.data.len() != expected {
            let got = tensor.data.len();
            return Err(Error::Internal(format!("{} gave {got} values instead of {expected}", info.name)));
        }
        // SAFETY: within the outputs that the caller vouches for.
        let out = unsafe { &mut *outputs.add(index) };
        out.len = expected;
        if out.capacity < expected || (out.data.is_null() && expected > 0) {
            return Err(Error::BufferTooSmall);
        }
        if expected > 0 {
            // SAFETY: not null, and at least `expected` values are writable.
            unsafe { std::ptr::copy_nonoverlapping(tensor.data.as_ptr(), out.data, expected) };
        }
    }
    Ok(())
}
