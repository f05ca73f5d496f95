//! The host's networks behind the C table.

use std::sync::{Arc, PoisonError, RwLock};

use plugin_sdk::abi::{self, Growing, fp_host, fp_status, fp_str};
use plugin_sdk::{Call, Error, Frame, InferenceService, ModelInfo, Region, Tensor};

use super::{HostServices, answer, contain};

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

/// An open model and its description in the shape of the ABI, which the plugin may keep: it is as lasting as the host.
struct Opened {
    info: ModelInfo,
    raw: abi::fp_model_info,
    _outputs: Vec<abi::fp_tensor_desc>,
}

// SAFETY: immutable after `new`; the raw pointers lead to text and items that the value owns.
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
        let outputs: Vec<_> = outputs.collect::<Result<_, Error>>()?;
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
            *info = &raw const model.raw; // kept alive by `models`, which is never freed
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
    let raw = match unsafe { abi::read(call) } {
        Ok(raw) => raw,
        Err(_) => return abi::FP_E_INVALID,
    };
    // SAFETY: the plugin passes the host that it was given; batches, pixels, outputs, writer and the word for giving up are
    // valid during the call.
    unsafe {
        let ran = contain(|| {
            let models = models(host)?;
            let call = Call::from_abi(&raw);
            let model = models.get(handle)?;
            let frames = read_frames(frames)?;
            let regions = read_regions(regions, frames.len())?;
            if n_outputs as usize != model.info.outputs.len() || (outputs.is_null() && n_outputs > 0) {
                return Err(Error::Invalid(format!("{n_outputs} outputs of {}", model.info.outputs.len())));
            }
            let (found, most) = (regions.len(), model.info.max_batch);
            if found > most as usize {
                return Err(Error::Invalid(format!("{found} regions, at most {most} in one run")));
            }
            let tensors = models.service.run(&call, &model.info.name, &frames, &regions)?;
            give(&model.info, &tensors, regions.len(), outputs)
        });
        answer(ran, raw.reason)
    }
}

/// # Safety
/// `host` is null or one of ours.
unsafe fn models(host: *const fp_host) -> Result<&'static Models, Error> {
    // SAFETY: the caller's contract.
    let models = unsafe { HostServices::of(host) }.and_then(|services| services.models.as_ref());
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

#[cfg(test)]
mod tests {
    use plugin_sdk::{FourCc, FrameDesc, Plane};

    use super::super::HostServices;
    use super::*;

    /// A model without outputs that takes two regions at once.
    struct Two;

    impl InferenceService for Two {
        fn open(&self, model: &str) -> Result<ModelInfo, Error> {
            let (input_width, input_height, sha256) = (8, 8, [0; 32]);
            let (name, outputs) = (model.to_owned(), Vec::new());
            Ok(ModelInfo { name, input_width, input_height, outputs, max_batch: 2, model_tag: 1, sha256 })
        }

        fn run(&self, _: &Call<'_>, _: &str, _: &[Frame<'_>], _: &[Region]) -> Result<Vec<Tensor>, Error> {
            Ok(Vec::new())
        }
    }

    #[test]
    fn more_regions_than_a_model_takes_do_not_reach_it() {
        let host = HostServices::new("org.example.two", Some(Arc::new(Two)), None).leak();
        let desc = FrameDesc {
            width: 1,
            height: 1,
            fourcc: FourCc::GRAY8,
            pts_ns: 0,
            seq: 0,
            stream_id: 0,
            colour_matrix: Default::default(),
            colour_range: Default::default(),
        };
        let frame = Frame::new(&desc, &[Plane { data: &[0], pitch: 1, rows: 1 }]).unwrap();
        let regions = [abi::fp_region::empty(); 3];
        let (mut info, mut handle, call) = (std::ptr::null(), 0, abi::fp_call::empty());
        let mut frames = abi::fp_frame_batch::empty();
        (frames.count, frames.stride) = (1, size_of::<abi::fp_frame>() as u32);
        frames.frames = frame.as_abi();
        let mut batch = abi::fp_region_batch::empty();
        (batch.stride, batch.regions) = (size_of::<abi::fp_region>() as u32, regions.as_ptr());
        // SAFETY: the host is ours; name and places are valid during the call.
        let opened =
            unsafe { open(host, fp_str::of("two"), &raw mut info, &raw mut handle, std::ptr::null_mut()) };
        assert_eq!(opened, abi::FP_OK);
        for (count, expected) in [(2, abi::FP_OK), (3, abi::FP_E_INVALID)] {
            batch.count = count;
            let none = std::ptr::null_mut();
            // SAFETY: as above; the model has no outputs.
            let ran =
                unsafe { run(host, handle, &raw const call, &raw const frames, &raw const batch, none, 0) };
            assert_eq!(ran, expected, "{count} regions");
        }
    }
}
