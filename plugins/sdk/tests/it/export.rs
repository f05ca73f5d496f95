//! The entry of a plugin with several interfaces, called through the C tables as a host would.

use std::ffi::{CStr, c_void};

use plugin_sdk::abi::{self, Growing, fp_plugin, fp_str, fp_writer};
use plugin_sdk::{
    Call, Descriptor, Detector, Error, Face, Frame, Host, Liveness, Plugin, Rect, Result, export_plugin,
};

/// Finds one face per frame, as wide as its settings say; panics on demand.
struct Probe {
    width: f32,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    width: f32,
}

impl Plugin for Probe {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.example.probe",
        version: "1.2.3",
        vendor: "Example",
        name: "Probe",
        licence: "MIT",
        max_concurrency: 2,
        required_host_ext: &[],
        config_schema: r#"{"type":"object","properties":{"width":{"type":"number"}}}"#,
    };
    type Config = Settings;

    fn create(_host: Host) -> Result<Self> {
        Ok(Self { width: 1.0 })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        self.width = settings.width;
        Ok(())
    }
}

impl Detector for Probe {
    fn detect(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        call.check()?;
        assert!(self.width >= 0.0, "a negative width");
        let face = |frame_index| Face {
            frame_index,
            bbox: Rect { x: 0.0, y: 0.0, w: self.width, h: 1.0 },
            ..Face::default()
        };
        Ok((0..frames.len() as u32).map(face).collect())
    }
}

impl Liveness for Probe {
    fn score(&self, _call: &Call<'_>, _frames: &[Frame<'_>], _faces: &[Face]) -> Result<Vec<f32>> {
        Err(Error::Io("no sensor".into()))
    }
}

export_plugin!(Probe: Detector, Liveness; crate::services::Guest: Detector; crate::services::Leaver: Detector);

/// An instance, destroyed at the end.
pub(crate) struct Instance {
    table: fp_plugin,
}

impl Instance {
    fn new() -> Self {
        let mut host = abi::fp_host::empty();
        host.abi_major = abi::FP_ABI_MAJOR;
        Self::of("org.example.probe", host)
    }

    /// Of the plugin with this id, on this host.
    pub(crate) fn of(id: &str, host: abi::fp_host) -> Self {
        Self::made(id, host).unwrap()
    }

    /// The same, or the status of why there is none.
    pub(crate) fn made(id: &str, host: abi::fp_host) -> std::result::Result<Self, i32> {
        let host = Box::leak(Box::new(host));
        let mut out = std::ptr::null();
        let create = facepay_plugin_entry().create.unwrap();
        // SAFETY: the host is never freed; all else is valid during the call.
        match unsafe { create(host, fp_str::of(id), &raw mut out, std::ptr::null_mut()) } {
            // SAFETY: the vtable of the new instance.
            abi::FP_OK => Ok(Self { table: unsafe { *out } }),
            status => Err(status),
        }
    }

    fn configure(&self, json: &str) -> (i32, String) {
        let mut reason = Vec::new();
        let mut err = fp_writer::into_reason(&mut reason);
        // SAFETY: [ctl]; text and writer are valid during the call.
        let status =
            unsafe { self.table.configure.unwrap()(self.table.self_, fp_str::of(json), &raw mut err) };
        (status, String::from_utf8(reason).unwrap())
    }

    /// The `self` of its calls.
    pub(crate) fn this(&self) -> *mut c_void {
        self.table.self_
    }

    pub(crate) fn activate(&self) -> i32 {
        let limits = abi::fp_limits::empty();
        // SAFETY: [ctl]; the limits are valid during the call.
        unsafe { self.table.activate.unwrap()(self.table.self_, &raw const limits, std::ptr::null_mut()) }
    }

    fn active(json: &str) -> Self {
        let instance = Self::new();
        assert_eq!(instance.configure(json), (abi::FP_OK, String::new()));
        assert_eq!(instance.activate(), abi::FP_OK);
        instance
    }

    pub(crate) fn interface<T: Growing>(&self, id: &CStr) -> Option<T> {
        // SAFETY: [any]; the id is NUL-terminated, and the table has the type that the id stands for.
        unsafe {
            abi::read(self.table.get_interface.unwrap()(self.table.self_, id.as_ptr()).cast::<T>()).ok()
        }
    }

    /// Calls `detect` on `frames` small frames; the answer's status, count, reason and faces.
    fn detect(&self, frames: u32, stride: u32, room: &mut [u8], call: abi::fp_call) -> (i32, u32, String) {
        let pixels = [0_u8; 4];
        let mut frame = abi::fp_frame::empty();
        (frame.fourcc, frame.width, frame.height, frame.n_planes) = (abi::FP_PIX_GRAY8, 2, 2, 1);
        frame.plane[0] = abi::fp_plane { data: pixels.as_ptr(), size: 4, pitch: 2, rows: 2 };
        let all = vec![frame; frames as usize];
        let mut batch = abi::fp_frame_batch::empty();
        (batch.count, batch.stride, batch.frames) = (frames, size_of_val(&frame) as u32, all.as_ptr());
        let mut out = abi::fp_out_array::empty();
        (out.stride, out.capacity) = (stride, room.len() as u32 / stride);
        out.items = room.as_mut_ptr().cast::<c_void>();
        let mut reason = Vec::new();
        let mut writer = fp_writer::into_reason(&mut reason);
        let call = abi::fp_call { reason: &raw mut writer, ..call };
        let detect = self.interface::<abi::fp_detector_v1>(abi::FP_DETECTOR).unwrap().detect.unwrap();
        // SAFETY: [work]; everything is valid during the call.
        let status = unsafe { detect(self.table.self_, &raw const call, &raw const batch, &raw mut out) };
        (status, out.count, String::from_utf8(reason).unwrap())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: [ctl]; once each, in this order.
        unsafe {
            self.table.deactivate.unwrap()(self.table.self_);
            self.table.destroy.unwrap()(self.table.self_);
        }
    }
}

/// The exported symbol, found by its C name as a host finds it.
fn facepay_plugin_entry() -> &'static abi::fp_entry {
    // SAFETY: `export_plugin!` above defines this symbol with this type in this binary.
    unsafe extern "C" {
        #[link_name = "facepay_plugin_entry"]
        static ENTRY: abi::fp_entry;
    }
    // SAFETY: as above; it is constant.
    unsafe { &ENTRY }
}

const FACE: u32 = size_of::<abi::fp_face>() as u32;

#[test]
fn the_entry_describes_the_plugin_and_its_interfaces() {
    let entry = facepay_plugin_entry();
    assert_eq!((entry.magic, entry.abi_major), (abi::FP_MAGIC, abi::FP_ABI_MAJOR));
    // SAFETY: [any]; constant descriptor of this binary.
    unsafe {
        assert_eq!(entry.count.unwrap()(), 3);
        assert!(entry.descriptor.unwrap()(3).is_null());
        let descriptor = abi::read(entry.descriptor.unwrap()(0)).unwrap();
        assert_eq!(descriptor.id.text().unwrap(), "org.example.probe");
        let ids = [0, 1].map(|index| CStr::from_ptr(*descriptor.interfaces.add(index)));
        assert_eq!(ids, [abi::FP_DETECTOR, abi::FP_LIVENESS]);
        assert!((*descriptor.interfaces.add(2)).is_null() && (*descriptor.required_host_ext).is_null());
    }
}

#[test]
fn an_interface_that_the_plugin_lacks_is_null() {
    let instance = Instance::new();
    assert!(instance.interface::<abi::fp_payment_v1>(abi::FP_PAYMENT).is_none());
    assert!(instance.interface::<abi::fp_detector_v1>(c"facepay.detector/10").is_none());
    assert!(instance.interface::<abi::fp_liveness_v1>(abi::FP_LIVENESS).is_some());
}

#[test]
fn wrong_settings_are_refused_with_a_reason() {
    let instance = Instance::new();
    for (json, expected) in
        [("{", "EOF"), (r#"{"width":1,"height":2}"#, "height"), (r#"{"width":"x"}"#, "string")]
    {
        let (status, reason) = instance.configure(json);
        assert!(status == abi::FP_E_CONFIG && reason.contains(expected), "{json}: {status} {reason}");
    }
}

#[test]
fn an_instance_that_is_not_active_does_no_work() {
    let instance = Instance::new();
    let (status, _, reason) = instance.detect(1, FACE, &mut [0; FACE as usize], abi::fp_call::empty());
    assert_eq!((status, reason.as_str()), (abi::FP_E_INVALID, "the instance is not active"));
}

#[test]
fn faces_are_written_at_the_hosts_stride_and_no_wider() {
    let instance = Instance::active(r#"{"width":7.5}"#);
    let stride = FACE + 12; // a newer host with a longer fp_face
    let mut room = vec![0xAA; 3 * stride as usize];
    assert_eq!(instance.detect(3, stride, &mut room, abi::fp_call::empty()), (abi::FP_OK, 3, String::new()));
    for (index, item) in room.chunks(stride as usize).enumerate() {
        assert_eq!(item[..8], [FACE.to_le_bytes(), (index as u32).to_le_bytes()].concat());
        assert_eq!(item[16..20], 7.5_f32.to_le_bytes());
        assert!(item[FACE as usize..].iter().all(|byte| *byte == 0xAA), "wrote past its own struct");
    }
}

#[test]
fn a_host_of_revision_1_0_gets_the_face_that_it_knows() {
    const OLD: u32 = 84;
    let instance = Instance::active(r#"{"width":7.5}"#);
    let mut room = [0xAA; OLD as usize];
    assert_eq!(instance.detect(1, OLD, &mut room, abi::fp_call::empty()), (abi::FP_OK, 1, String::new()));
    assert_eq!((&room[..4], &room[16..20]), (&OLD.to_le_bytes()[..], &7.5_f32.to_le_bytes()[..]));
}

#[test]
fn a_face_of_revision_1_0_has_nothing_measured_of_its_expression() {
    let mut raw = Face { eye_open: [0.3; 2], ..Default::default() }.to_abi();
    raw.struct_size = std::mem::offset_of!(abi::fp_face, eye_open) as u32;
    // SAFETY: a whole struct, of which only the announced part is read.
    let read = unsafe { abi::read(&raw const raw) }.unwrap();
    assert_eq!(Face::from_abi(&read).eye_open, [0.0; 2]);
}

#[test]
fn too_little_room_reports_the_need_and_writes_nothing() {
    let instance = Instance::active(r#"{"width":1}"#);
    let mut room = [0xAA; FACE as usize];
    let (status, count, _) = instance.detect(3, FACE, &mut room, abi::fp_call::empty());
    assert_eq!((status, count), (abi::FP_E_BUFFER_TOO_SMALL, 3));
    assert!(room.iter().all(|byte| *byte == 0xAA));
}

#[test]
fn a_cancelled_or_late_call_is_not_worked_on() {
    let instance = Instance::active(r#"{"width":1}"#);
    let word = 1_u32;
    let cancelled = abi::fp_call { cancel: &raw const word, ..abi::fp_call::empty() };
    assert_eq!(instance.detect(1, FACE, &mut [0; FACE as usize], cancelled).0, abi::FP_E_CANCELLED);
    let late = abi::fp_call { deadline_ns: 1, ..abi::fp_call::empty() };
    assert_eq!(instance.detect(1, FACE, &mut [0; FACE as usize], late).0, abi::FP_E_DEADLINE);
}

#[test]
fn a_panic_poisons_its_instance_and_no_other() {
    let (sick, well) = (Instance::active(r#"{"width":-1}"#), Instance::active(r#"{"width":1}"#));
    let (status, _, reason) = sick.detect(1, FACE, &mut [0; FACE as usize], abi::fp_call::empty());
    assert!(status == abi::FP_E_PANIC && reason.contains("a negative width"), "{status} {reason}");
    let (status, _, reason) = sick.detect(0, FACE, &mut [0; FACE as usize], abi::fp_call::empty());
    assert!(status == abi::FP_E_PANIC && reason.contains("poisoned by an earlier panic"), "{reason}");
    assert_eq!(sick.configure(r#"{"width":1}"#).0, abi::FP_E_PANIC);
    assert_eq!(well.detect(1, FACE, &mut [0; FACE as usize], abi::fp_call::empty()).0, abi::FP_OK);
}
