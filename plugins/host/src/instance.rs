//! A plugin instance in this process: its life, and the only calls into its tables.

use plugin_sdk::abi::{self, Growing, fp_call, fp_status, fp_str, fp_writer};
use plugin_sdk::{EmbeddingInfo, Error, Limits, Metric};

use crate::error::LoadError;
use crate::library::PluginLibrary;
use crate::manifest::Manifest;
use crate::services::HostServices;

mod machine;

pub(crate) use machine::{EndFn, StepFn, TaskPtr};

/// Most values of an embedding.
const DIM_MAX: u32 = 8192;

/// What an active instance can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Offers {
    /// Finding faces.
    pub(crate) detector: bool,
    /// Scoring faces as live.
    pub(crate) liveness: bool,
    /// Embedding faces, and as what.
    pub(crate) recognizer: Option<EmbeddingInfo>,
    /// Payments: the mask of operations and the capabilities.
    pub(crate) payment: Option<(u32, u64)>,
    /// Identities: the mask of operations and the capabilities.
    pub(crate) identity: Option<(u32, u64)>,
}

/// The vtable and tables of an instance. Dropping ends the instance; the host that it was given stays.
pub(crate) struct Instance {
    services: &'static HostServices,
    table: abi::fp_plugin,
    active: bool,
    tables: Tables,
}

/// The tables of the interfaces that the plugin has and this host knows; each has all its functions.
#[derive(Default)]
struct Tables {
    detector: Option<abi::fp_detector_v1>,
    liveness: Option<abi::fp_liveness_v1>,
    recognizer: Option<abi::fp_recognizer_v1>,
    payment: Option<abi::fp_payment_v1>,
    identity: Option<abi::fp_identity_v1>,
}

// SAFETY: the vtable's functions carry thread tags: [any] and [work] functions may be called from any thread, the latter
// within `Permits`; [ctl] functions are called while the instance is owned alone, at start and on drop.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    /// Takes an instance from creation to activity.
    pub(crate) fn start(
        library: &PluginLibrary,
        manifest: &Manifest,
        services: HostServices,
        config_json: &str,
        limits: Limits,
    ) -> Result<Self, LoadError> {
        let mut instance = Self::create(library, manifest, services)?;
        instance.control(&manifest.id, "configure", |table, err| {
            let configure = table.configure?;
            // SAFETY: [ctl]; the instance is not active, the text and the writer are valid during the call.
            Some(unsafe { configure(table.self_, fp_str::of(config_json), err) })
        })?;
        instance.control(&manifest.id, "activate", |table, err| {
            let activate = table.activate?;
            let mut raw = abi::fp_limits::empty();
            (raw.max_batch, raw.threads) = (limits.max_batch, limits.threads);
            (raw.max_width, raw.max_height) = (limits.max_width, limits.max_height);
            // SAFETY: [ctl]; the instance is not active, the limits and the writer are valid during the call.
            Some(unsafe { activate(table.self_, &raw const raw, err) })
        })?;
        instance.active = true;
        instance.tables = instance.interfaces(manifest)?;
        Ok(instance)
    }

    fn create(
        library: &PluginLibrary,
        manifest: &Manifest,
        services: HostServices,
    ) -> Result<Self, LoadError> {
        let create = library.entry.create.expect("checked when the library was opened");
        let (mut table, mut reason) = (std::ptr::null(), Vec::new());
        let mut err = fp_writer::into_reason(&mut reason);
        let host = services.leak();
        // SAFETY: just made.
        let services = unsafe { HostServices::of(host) }.expect("a host that was just made");
        // SAFETY: [ctl]; the host is never freed; all else is valid during the call.
        let status = unsafe { create(host, fp_str::of(&manifest.id), &raw mut table, &raw mut err) };
        let made = refused(&manifest.id, "create", status, reason).and_then(|()| {
            // SAFETY: null or the vtable of the new instance.
            unsafe { abi::read(table) }
                .map_err(|error| LoadError::unreadable(manifest.path.clone(), "fp_plugin.struct_size", error))
        });
        let table = made.inspect_err(|_| services.ended())?;
        Ok(Self { services, table, active: false, tables: Tables::default() })
    }

    /// Makes one [ctl] call; a function that the vtable lacks has nothing to do.
    fn control(
        &mut self,
        id: &str,
        stage: &'static str,
        call: impl FnOnce(&abi::fp_plugin, *mut fp_writer) -> Option<fp_status>,
    ) -> Result<(), LoadError> {
        let mut reason = Vec::new();
        let mut err = fp_writer::into_reason(&mut reason);
        let status = call(&self.table, &raw mut err).unwrap_or(abi::FP_OK);
        refused(id, stage, status, reason)
    }

    /// The tables of the interfaces that the manifest names.
    fn interfaces(&self, manifest: &Manifest) -> Result<Tables, LoadError> {
        let mut tables = Tables::default();
        for id in &manifest.interfaces {
            match id.as_str() {
                "facepay.detector/1" => tables.detector = Some(self.interface(manifest, id)?),
                "facepay.liveness/1" => tables.liveness = Some(self.interface(manifest, id)?),
                "facepay.recognizer/1" => tables.recognizer = Some(self.interface(manifest, id)?),
                "facepay.payment/1" => tables.payment = Some(self.interface(manifest, id)?),
                "facepay.identity/1" => tables.identity = Some(self.interface(manifest, id)?),
                _ => {
                    tracing::warn!(plugin = %manifest.id, interface = %id, "interface is unknown and unused");
                }
            }
        }
        match tables.missing() {
            Some(field) => Err(LoadError::Field {
                path: manifest.path.clone(),
                field,
                found: "a null pointer".to_owned(),
                expected: "a function".to_owned(),
                remedy: "fill it in and rebuild",
            }),
            None => Ok(tables),
        }
    }

    fn interface<T: Growing>(&self, manifest: &Manifest, id: &str) -> Result<T, LoadError> {
        let name = std::ffi::CString::new(id).expect("an id read from a C string holds no NUL");
        let table = match self.table.get_interface {
            // SAFETY: [any]; the instance lives, and the id is NUL-terminated.
            Some(get) => unsafe { get(self.table.self_, name.as_ptr()) },
            None => std::ptr::null(),
        };
        // SAFETY: null, or the constant table that this id stands for (rule R7).
        unsafe { abi::read(table.cast::<T>()) }.map_err(|error| LoadError::Field {
            path: manifest.path.clone(),
            field: "fp_plugin.get_interface()",
            found: error.to_string(),
            expected: format!("a table for {id}, which the descriptor promises"),
            remedy: "fix the plugin",
        })
    }

    /// What the active instance can be asked for.
    pub(crate) fn offers(&self, manifest: &Manifest) -> Result<Offers, LoadError> {
        Ok(Offers {
            detector: self.tables.detector.is_some(),
            liveness: self.tables.liveness.is_some(),
            recognizer: self.describe(manifest)?,
            payment: self.tables.payment.map(|table| (table.ops_mask, table.caps)),
            identity: self.tables.identity.map(|table| (table.ops_mask, table.caps)),
        })
    }

    /// What the embeddings are; `None` when the plugin is no recogniser.
    fn describe(&self, manifest: &Manifest) -> Result<Option<EmbeddingInfo>, LoadError> {
        let Some(describe) = self.tables.recognizer.and_then(|table| table.describe) else { return Ok(None) };
        let mut raw = abi::fp_embedding_info::empty();
        // SAFETY: [any]; the instance lives, and `raw` is writable and says how long it is.
        let status = unsafe { describe(self.table.self_, &raw mut raw) };
        if let Some(source) = Error::from_status(status, String::new()) {
            let (id, stage) = (manifest.id.clone(), "describe its embeddings");
            return Err(LoadError::Refused { id, stage, source });
        }
        embedding_info(manifest, raw.dim, raw.metric, raw.model_tag).map(Some)
    }

    /// Status and text of what the plugin says about its fitness.
    pub(crate) fn health(&self) -> (fp_status, Vec<u8>) {
        let mut said = Vec::new();
        let Some(health) = self.table.health else { return (abi::FP_OK, said) };
        let mut json = fp_writer::into_reason(&mut said);
        // SAFETY: [any]; the instance lives, and the writer is valid during the call.
        let status = unsafe { health(self.table.self_, &raw mut json) };
        (status, said)
    }

    /// `[work]` within a permit.
    pub(crate) fn detect(
        &self,
        call: &fp_call,
        frames: &abi::fp_frame_batch,
        faces: &mut abi::fp_out_array,
    ) -> fp_status {
        let Some(detect) = self.tables.detector.and_then(|table| table.detect) else { return ABSENT };
        // SAFETY: [work] within a permit; the instance lives; batch, array and call are valid during the call.
        unsafe { detect(self.table.self_, call, frames, faces) }
    }

    /// `[work]` within a permit.
    pub(crate) fn score(
        &self,
        call: &fp_call,
        frames: &abi::fp_frame_batch,
        faces: &abi::fp_face_batch,
        scores: &mut [f32],
    ) -> fp_status {
        let Some(score) = self.tables.liveness.and_then(|table| table.score) else { return ABSENT };
        let n = scores.len() as u32;
        // SAFETY: [work] within a permit; the instance lives; batches, scores and call are valid during the call.
        unsafe { score(self.table.self_, call, frames, faces, scores.as_mut_ptr(), n) }
    }

    /// `[work]` within a permit.
    pub(crate) fn embed(
        &self,
        call: &fp_call,
        frames: &abi::fp_frame_batch,
        faces: &abi::fp_face_batch,
        values: &mut [f32],
    ) -> fp_status {
        let Some(embed) = self.tables.recognizer.and_then(|table| table.embed) else { return ABSENT };
        // SAFETY: [work] within a permit; the instance lives; batches, values and call are valid during the call.
        unsafe { embed(self.table.self_, call, frames, faces, values.as_mut_ptr(), values.len()) }
    }
}

/// The status of a call into a table that the instance does not have.
const ABSENT: fp_status = abi::FP_E_UNSUPPORTED;

impl Tables {
    /// The first function that an interface lacks.
    fn missing(&self) -> Option<&'static str> {
        let (detector, liveness) = (self.detector.as_ref(), self.liveness.as_ref());
        let (recognizer, payment) = (self.recognizer.as_ref(), self.payment.as_ref());
        let identity = self.identity.as_ref();
        let functions = [
            ("fp_detector_v1.detect", detector.is_some_and(|table| table.detect.is_none())),
            ("fp_liveness_v1.score", liveness.is_some_and(|table| table.score.is_none())),
            ("fp_recognizer_v1.describe", recognizer.is_some_and(|table| table.describe.is_none())),
            ("fp_recognizer_v1.embed", recognizer.is_some_and(|table| table.embed.is_none())),
            ("fp_payment_v1.begin", payment.is_some_and(|table| table.begin.is_none())),
            ("fp_payment_v1.step", payment.is_some_and(|table| table.step.is_none())),
            ("fp_payment_v1.end", payment.is_some_and(|table| table.end.is_none())),
            ("fp_identity_v1.begin", identity.is_some_and(|table| table.begin.is_none())),
            ("fp_identity_v1.step", identity.is_some_and(|table| table.step.is_none())),
            ("fp_identity_v1.end", identity.is_some_and(|table| table.end.is_none())),
        ];
        functions.into_iter().find_map(|(field, is_missing)| is_missing.then_some(field))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let table = &self.table;
        if self.active
            && let Some(deactivate) = table.deactivate
        {
            // SAFETY: [ctl]; nothing else uses the instance: it is owned here, and calls borrow it.
            unsafe { deactivate(table.self_) };
        }
        if let Some(destroy) = table.destroy {
            // SAFETY: [ctl]; not active any more, called once.
            unsafe { destroy(table.self_) };
        }
        self.services.ended();
    }
}

fn refused(id: &str, stage: &'static str, status: fp_status, reason: Vec<u8>) -> Result<(), LoadError> {
    match Error::from_status(status, String::from_utf8_lossy(&reason).into_owned()) {
        None => Ok(()),
        Some(source) => Err(LoadError::Refused { id: id.to_owned(), stage, source }),
    }
}

/// What a recogniser says of its embeddings, checked.
pub(crate) fn embedding_info(
    manifest: &Manifest,
    dim: u32,
    metric: u32,
    model_tag: u32,
) -> Result<EmbeddingInfo, LoadError> {
    let known = match metric {
        abi::FP_DISTANCE_COSINE => Some(Metric::Cosine),
        abi::FP_DISTANCE_L2 => Some(Metric::L2),
        _ => None,
    };
    match known {
        Some(metric) if (1..=DIM_MAX).contains(&dim) => Ok(EmbeddingInfo { dim, metric, model_tag }),
        _ => Err(LoadError::Field {
            path: manifest.path.clone(),
            field: "fp_embedding_info",
            found: format!("dim {dim}, metric {metric}"),
            expected: format!("dim 1 to {DIM_MAX}, metric 1 or 2"),
            remedy: "fix the plugin",
        }),
    }
}
