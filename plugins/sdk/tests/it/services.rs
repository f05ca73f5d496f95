//! The host's services as safe code sees them, over C tables of a host that writes down what it was asked for.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_void};
use std::sync::{Arc, Mutex, PoisonError};

use plugin_sdk::abi::{self, Growing, fp_bytes, fp_frame, fp_host, fp_str};
use plugin_sdk::{
    Call, Descriptor, Detector, Error, ExecutorService, Face, FourCc, Frame, FrameDesc, Host, HostExtension,
    KeptFrame, LocalServices, MetricDesc, MetricsService, Plane, Plugin, Rect, Result, Unit,
};

use crate::export::Instance;

/// Does with its host what the width of the first frame says; keeps frames longer than it lives.
pub(crate) struct Guest {
    host: Host,
}

const RECORD: u32 = 1;
const MAP: u32 = 2;
const TASKS: u32 = 3;
const PANIC: u32 = 4;
const KEEP: u32 = 5;
const KEEP_TOO_MANY: u32 = 6;

static KEPT: Mutex<Option<KeptFrame>> = Mutex::new(None);

fn seq(frame: &Frame<'_>) -> u64 {
    frame.seq()
}

impl Plugin for Guest {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.example.guest",
        version: "1.0.0",
        vendor: "Example",
        name: "Guest",
        licence: "MIT",
        max_concurrency: 1,
        required_host_ext: &[HostExtension::Metrics, HostExtension::Executor, HostExtension::FrameRef],
        config_schema: "",
    };
    type Config = BTreeMap<String, ()>;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host })
    }

    fn configure(&mut self, _: BTreeMap<String, ()>) -> Result<()> {
        Ok(())
    }
}

impl Guest {
    fn record(&self) -> Result<f32> {
        let metrics = self.host.metrics().ok_or(Error::Busy)?;
        let hits = metrics.counter("hits", Unit::None, "Found")?;
        let heat = metrics.gauge("heat", Unit::Celsius, "Of the sensor")?;
        let took = metrics.histogram("took", Unit::Seconds, "Time", &[0.5, 1.0])?;
        hits.inc();
        std::thread::scope(|scope| {
            scope.spawn(|| hits.add(2.5));
        });
        heat.set(-1.0);
        took.observe(0.25);
        match metrics.counter("refused", Unit::None, "") {
            Err(Error::Invalid(_)) => Ok(1.0),
            other => Err(Error::Internal(format!("{:?}", other.map(drop)))),
        }
    }

    fn map(&self) -> Result<f32> {
        let artifacts = self.host.artifacts().ok_or(Error::Busy)?;
        let bytes: &'static [u8] = artifacts.map("weights")?;
        assert_eq!((bytes, artifacts.map("empty")), (&b"1234"[..], Ok(&b""[..])));
        artifacts.map("other").map(|_| 0.0)
    }

    fn detected(&self, frame: &Frame<'_>) -> Result<f32> {
        let executor = self.host.executor();
        match frame.width() {
            RECORD => self.record(),
            MAP => self.map(),
            TASKS => Ok(executor.map(100, |index| index * 2)?.into_iter().sum::<u32>() as f32),
            PANIC => executor.run(100, |index| assert_ne!(index, 40, "task forty")).map(|()| 0.0),
            KEEP => {
                let kept = self.host.frames().ok_or(Error::Busy)?.retain(frame)?;
                let seq = kept.look(seq)?;
                *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
                Ok(seq as f32)
            }
            _ => self.host.frames().ok_or(Error::Busy)?.retain(frame).map(|_| 0.0),
        }
    }
}

impl Detector for Guest {
    fn detect(&self, _call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        let w = self.detected(&frames[0])?;
        Ok(vec![Face { bbox: Rect { x: 0.0, y: 0.0, w, h: 1.0 }, ..Face::default() }])
    }
}

/// Keeps a frame where it outlasts the instance, which is then not made: `create` fails, or panics the next time.
pub(crate) struct Leaver;

static LEFT: Mutex<Vec<KeptFrame>> = Mutex::new(Vec::new());

impl Plugin for Leaver {
    const DESCRIPTOR: Descriptor = Descriptor { id: "org.example.leaver", ..Guest::DESCRIPTOR };
    type Config = BTreeMap<String, ()>;

    fn create(host: Host) -> Result<Self> {
        let (colour_matrix, colour_range) = Default::default();
        let (width, height, fourcc) = (1, 1, FourCc::GRAY8);
        let desc = FrameDesc {
            width,
            height,
            fourcc,
            pts_ns: 0,
            seq: 77,
            stream_id: 0,
            colour_matrix,
            colour_range,
        };
        let frame = Frame::new(&desc, &[Plane { data: &[0], pitch: 1, rows: 1 }])?;
        let kept = host.frames().ok_or(Error::Busy)?.retain(&frame)?;
        assert_eq!(kept.look(seq), Ok(77));
        let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
        left.push(kept);
        assert_eq!(left.len(), 1, "the second one");
        Err(Error::Busy)
    }

    fn configure(&mut self, _: BTreeMap<String, ()>) -> Result<()> {
        Ok(())
    }
}

impl Detector for Leaver {
    fn detect(&self, _call: &Call<'_>, _frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        Ok(Vec::new())
    }
}

/// What the host was asked for.
static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn note(what: String) {
    ASKED.lock().unwrap().push(what);
}

fn asked() -> Vec<String> {
    std::mem::take(&mut *ASKED.lock().unwrap())
}

unsafe extern "C" fn define(_: *const fp_host, metric: *const abi::fp_metric, handle: *mut u32) -> i32 {
    // SAFETY: a metric of the SDK, valid now.
    unsafe {
        let metric = abi::read(metric).unwrap();
        let bounds = match metric.n_bounds {
            0 => &[][..],
            n => std::slice::from_raw_parts(metric.bounds, n as usize),
        };
        let [name, unit, help] = [metric.name, metric.unit, metric.help].map(|text| text.text().unwrap());
        if name == "refused" {
            return abi::FP_E_INVALID;
        }
        note(format!("define {} {name} {unit} {help} {bounds:?}", metric.kind));
        *handle = metric.kind + 100;
    }
    abi::FP_OK
}

unsafe extern "C" fn record(_: *const fp_host, handle: u32, value: f64) {
    note(format!("record {handle} {value}"));
}

unsafe extern "C" fn map(_: *const fp_host, name: fp_str, out: *mut fp_bytes) -> i32 {
    // SAFETY: name and place of the SDK, valid now.
    unsafe {
        *out = match name.text().unwrap() {
            "weights" => fp_bytes::of(b"1234"),
            "empty" => fp_bytes { ptr: std::ptr::null(), len: 0 },
            _ => return abi::FP_E_INVALID,
        };
    }
    abi::FP_OK
}

unsafe extern "C" fn run(_: *const fp_host, n: u32, task: Option<abi::fp_task_fn>, ctx: *mut c_void) -> i32 {
    let (task, ctx) = (task.unwrap(), ctx.expose_provenance());
    let next = std::sync::atomic::AtomicU32::new(0);
    let work = || loop {
        let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if index >= n {
            return;
        }
        // SAFETY: the plugin's task may be called from any thread until this function returns.
        unsafe { task(std::ptr::with_exposed_provenance_mut(ctx), index) };
    };
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(work);
        }
    });
    abi::FP_OK
}

unsafe extern "C" fn retain(_: *const fp_host, frame: *const fp_frame, kept: *mut *const fp_frame) -> i32 {
    // SAFETY: frame and place of the SDK, valid now.
    unsafe {
        if (*frame).width == KEEP_TOO_MANY {
            return abi::FP_E_BUSY;
        }
        *kept = Box::leak(Box::new(*frame));
    }
    abi::FP_OK
}

unsafe extern "C" fn release(_: *const fp_host, kept: *const fp_frame) {
    // SAFETY: one that `retain` gave.
    note(format!("release {}", unsafe { (*kept).width }));
}

const fn size<T>() -> u32 {
    size_of::<T>() as u32
}

static METRICS: abi::fp_host_metrics_v1 = abi::fp_host_metrics_v1 {
    struct_size: size::<abi::fp_host_metrics_v1>(),
    _pad: 0,
    define: Some(define),
    record: Some(record),
};
static ARTIFACTS: abi::fp_host_artifact_v1 =
    abi::fp_host_artifact_v1 { struct_size: size::<abi::fp_host_artifact_v1>(), _pad: 0, map: Some(map) };
static EXECUTOR: abi::fp_host_executor_v1 =
    abi::fp_host_executor_v1 { struct_size: size::<abi::fp_host_executor_v1>(), _pad: 0, run: Some(run) };
static FRAMES: abi::fp_host_frame_ref_v1 = abi::fp_host_frame_ref_v1 {
    struct_size: size::<abi::fp_host_frame_ref_v1>(),
    _pad: 0,
    retain: Some(retain),
    release: Some(release),
};

unsafe extern "C" fn extension(_: *const fp_host, id: *const c_char) -> *const c_void {
    // SAFETY: the SDK passes a NUL-terminated id.
    let id = unsafe { CStr::from_ptr(id) };
    match () {
        () if id == abi::FP_HOST_METRICS => (&raw const METRICS).cast(),
        () if id == abi::FP_HOST_ARTIFACT => (&raw const ARTIFACTS).cast(),
        () if id == abi::FP_HOST_EXECUTOR => (&raw const EXECUTOR).cast(),
        () if id == abi::FP_HOST_FRAME_REF => (&raw const FRAMES).cast(),
        () => std::ptr::null(),
    }
}

fn host() -> fp_host {
    fp_host { abi_major: abi::FP_ABI_MAJOR, get_extension: Some(extension), ..fp_host::empty() }
}

fn guest() -> Instance {
    let instance = Instance::of("org.example.guest", host());
    assert_eq!(instance.activate(), abi::FP_OK);
    instance
}

/// The status and reason of a call, or the width of the face that it found.
fn detect(instance: &Instance, what: u32) -> std::result::Result<f32, (i32, String)> {
    let pixels = [0_u8; 8];
    let mut frame = fp_frame::empty();
    (frame.fourcc, frame.width, frame.height, frame.n_planes) = (abi::FP_PIX_GRAY8, what, 1, 1);
    (frame.seq, frame.plane[0]) = (77, abi::fp_plane { data: pixels.as_ptr(), size: 8, pitch: 8, rows: 1 });
    let mut batch = abi::fp_frame_batch::empty();
    (batch.count, batch.stride, batch.frames) = (1, size::<fp_frame>(), &raw const frame);
    let (mut face, mut out) = (abi::fp_face::empty(), abi::fp_out_array::empty());
    (out.stride, out.capacity, out.items) = (size::<abi::fp_face>(), 1, (&raw mut face).cast());
    let mut reason = Vec::new();
    let mut writer = abi::fp_writer::into_reason(&mut reason);
    let call = abi::fp_call { reason: &raw mut writer, ..abi::fp_call::empty() };
    let table = instance.interface::<abi::fp_detector_v1>(abi::FP_DETECTOR).unwrap();
    // SAFETY: [work]; the instance lives; all else is valid during the call.
    let status =
        unsafe { table.detect.unwrap()(instance.this(), &raw const call, &raw const batch, &raw mut out) };
    match status {
        abi::FP_OK => Ok(face.w),
        status => Err((status, String::from_utf8(reason).unwrap())),
    }
}

/// Tests that read what the host was asked for take turns.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn metrics_are_defined_and_recorded_through_the_table() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let guest = guest();
    asked();
    assert_eq!(detect(&guest, RECORD), Ok(1.0));
    let expected = [
        "define 1 hits  Found []",
        "define 2 heat celsius Of the sensor []",
        "define 3 took seconds Time [0.5, 1.0]",
        "record 101 1",
        "record 101 2.5",
        "record 102 -1",
        "record 103 0.25",
    ];
    assert_eq!(asked(), expected);
}

#[test]
fn a_file_that_the_package_does_not_list_is_an_error_with_its_name() {
    let said = detect(&guest(), MAP).unwrap_err();
    assert_eq!(said.0, abi::FP_E_INVALID);
    assert!(said.1.contains("artifact other"), "{}", said.1);
}

#[test]
fn tasks_give_their_results_in_order_and_a_panic_in_one_poisons_the_instance() {
    let guest = guest();
    assert_eq!(detect(&guest, TASKS), Ok(9900.0));
    let said = detect(&guest, PANIC).unwrap_err();
    assert_eq!(said.0, abi::FP_E_PANIC);
    assert!(said.1.contains("task forty"), "{}", said.1);
    assert_eq!(detect(&guest, TASKS).unwrap_err().0, abi::FP_E_PANIC);
}

#[test]
fn a_kept_frame_cannot_be_looked_at_or_let_go_once_its_instance_is_destroyed() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let guest = guest();
    asked();
    assert_eq!(detect(&guest, KEEP), Ok(77.0));
    assert_eq!(detect(&guest, KEEP), Ok(77.0)); // lets the first one go
    assert_eq!(asked(), ["release 5"]);
    assert_eq!(detect(&guest, KEEP_TOO_MANY).unwrap_err().0, abi::FP_E_BUSY);
    let kept = KEPT.lock().unwrap().take().unwrap();
    let (looking, looked) = (std::sync::Barrier::new(2), Mutex::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            kept.look(|frame| {
                looking.wait();
                std::thread::sleep(std::time::Duration::from_millis(50));
                *looked.lock().unwrap() = frame.seq() == 77;
            })
            .unwrap();
        });
        looking.wait();
        drop(guest); // waits for who looks
        assert!(*looked.lock().unwrap());
    });
    assert!(matches!(kept.look(seq), Err(Error::Invalid(_))));
    drop(kept);
    assert_eq!(asked(), [""; 0]);
}

#[test]
fn a_kept_frame_cannot_be_looked_at_once_its_instance_was_not_made() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    asked();
    for status in [abi::FP_E_BUSY, abi::FP_E_PANIC] {
        assert_eq!(Instance::made("org.example.leaver", host()).err(), Some(status));
        let left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
        let looked = left.last().unwrap().look(seq);
        assert!(matches!(looked, Err(Error::Invalid(_))), "{status}: {looked:?}");
    }
    LEFT.lock().unwrap_or_else(PoisonError::into_inner).clear();
    assert_eq!(asked(), [""; 0]);
}

/// Records as numbers.
#[derive(Default)]
struct Numbers(Mutex<Vec<f64>>);

impl MetricsService for Numbers {
    fn define(&self, metric: &MetricDesc<'_>) -> Result<u32> {
        Ok(metric.bounds.len() as u32)
    }

    fn record(&self, _: u32, value: f64) {
        self.0.lock().unwrap().push(value);
    }
}

/// Runs tasks backwards.
struct Backwards;

impl ExecutorService for Backwards {
    fn run(&self, n: u32, task: &(dyn Fn(u32) + Sync)) -> Result<()> {
        (0..n).rev().for_each(task);
        Ok(())
    }
}

#[test]
fn a_plugins_own_tests_can_give_it_services_of_theirs() {
    let numbers = Arc::new(Numbers::default());
    let services = LocalServices {
        metrics: Some(numbers.clone()),
        executor: Some(Arc::new(Backwards)),
        ..LocalServices::default()
    };
    let host = Host::local_with(services);
    host.metrics().unwrap().counter("hits", Unit::None, "").unwrap().inc();
    assert_eq!(*numbers.0.lock().unwrap(), [1.0]);
    let order = Mutex::new(Vec::new());
    let squares = host.executor().map(3, |index| {
        order.lock().unwrap().push(index);
        index * index
    });
    assert_eq!((squares, order.into_inner().unwrap()), (Ok(vec![0, 1, 4]), vec![2, 1, 0]));
    let bare = Host::local(None);
    assert!(bare.metrics().is_none() && bare.artifacts().is_none() && bare.frames().is_none());
    let alone = bare.executor();
    assert_eq!(alone.map(3, |index| index), Ok(vec![0, 1, 2]));
    // It refuses what a host refuses.
    assert!(matches!(alone.run(plugin_sdk::TASKS_MAX + 1, |_| ()), Err(Error::Invalid(_))));
    let nested = alone.map(2, |_| alone.run(1, |_| ())).unwrap();
    assert!(nested.iter().all(|status| matches!(status, Err(Error::Invalid(_)))));
    assert_eq!(alone.run(1, |_| ()), Ok(()));
}
