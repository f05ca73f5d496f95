//! What it costs to keep a plugin in a process of its own: `cargo bench -p plugin-host`.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // prints figures; fails where a figure cannot be had

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use plugin_host::{
    CallContext, Face, FourCc, Frame, FrameDesc, Host, HostOptions, Isolation, Liveness, Mount, Plane,
    Plugin, PluginSettings, Rect, WorkerOptions,
};

const SOURCE: &str = r#"
#include <facepay_plugin.h>
#include <string.h>
#define STR(text) { text, sizeof(text) - 1 }
static fp_status score(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces,
                       float *live_score, uint32_t n) {
  (void)self, (void)call, (void)faces;
  if (frames->frames[0].seq == 13) *(volatile int *)8 = 1;
  for (uint32_t i = 0; i < n; i++) live_score[i] = 0.5f;
  return FP_OK;
}
static const fp_liveness_v1 liveness = { .struct_size = sizeof liveness, .score = score };
static const void *get_interface(void *self, const char *id) { (void)self; return strcmp(id, FP_LIVENESS) ? 0 : &liveness; }
static const fp_plugin plugin = { .struct_size = sizeof plugin, .get_interface = get_interface };
static const char *const interfaces[] = { FP_LIVENESS, NULL };
static const fp_descriptor descriptor_0 = {
  .struct_size = sizeof descriptor_0, .max_concurrency = 1, .id = STR("org.example.bench"), .version = STR("1.0.0"),
  .vendor = STR("Example"), .name = STR("Bench"), .licence = STR("MIT"), .interfaces = interfaces };
static uint32_t count(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) { (void)index; return &descriptor_0; }
static fp_status create(const fp_host *host, fp_str id, const fp_plugin **out, fp_writer *err) {
  (void)host, (void)id, (void)err;
  *out = &plugin;
  return FP_OK;
}
const fp_entry facepay_plugin_entry = { .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR,
  .count = count, .descriptor = descriptor, .create = create };
"#;

fn compiled(dir: &Path) -> PathBuf {
    let (source, library) = (dir.join("bench.c"), dir.join("bench.so"));
    std::fs::write(&source, SOURCE).unwrap();
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/include");
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-fPIC", "-shared", "-I"]).args([&include, &source]).arg("-o").arg(&library);
    assert!(cc.status().unwrap().success());
    library
}

fn load(library: &Path, isolation: Isolation) -> Arc<Plugin> {
    let settings = PluginSettings { id: "org.example.bench".into(), config_json: String::new() };
    Host::new(HostOptions { isolation, ..HostOptions::default() }).load(library, &settings).unwrap()
}

fn frame(pixels: &[u8], (width, height): (u32, u32), seq: u64) -> Frame<'_> {
    let desc = FrameDesc {
        width,
        height,
        fourcc: FourCc::RGB24,
        pts_ns: 1,
        seq,
        stream_id: 1,
        colour_matrix: Default::default(),
        colour_range: Default::default(),
    };
    Frame::new(&desc, &[Plane { data: pixels, pitch: width * 3, rows: height }]).unwrap()
}

/// One call about one face.
fn call(step: &Liveness, frame: Frame<'_>) -> bool {
    let face = Face { bbox: Rect { x: 1.0, y: 1.0, w: 9.0, h: 9.0 }, score: 0.9, ..Face::default() };
    step.score(&CallContext::until(Instant::now() + Duration::from_secs(5)), &[frame], &[face]).is_ok()
}

/// So many runs after `warm` uncounted ones, with `pause` before each.
fn measure(name: &str, (n, warm): (usize, usize), pause: Duration, mut run: impl FnMut() -> Duration) {
    let mut times: Vec<Duration> = (0..n + warm)
        .map(|_| {
            std::thread::sleep(pause);
            run()
        })
        .skip(warm)
        .collect();
    times.sort();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    println!("{name:<58} n {n:>6}  p50 {:>10.2?}  p95 {:>10.2?}  p99 {:>10.2?}", at(50), at(95), at(99));
}

fn timed(work: impl FnOnce() -> bool) -> Duration {
    let began = Instant::now();
    assert!(work());
    began.elapsed()
}

/// Generation after generation, while another thread calls without a pause.
fn exchanges(library: &Path, isolation: &Isolation) {
    let mount = Mount::new(load(library, isolation.clone()));
    let step = mount.liveness().unwrap();
    let (pixels, over) = (vec![0; 16 * 16 * 3], AtomicBool::new(false));
    std::thread::scope(|scope| {
        let caller = scope.spawn(|| {
            let (mut calls, mut lost) = (0_u64, 0_u64);
            while !over.load(Ordering::Relaxed) {
                calls += 1;
                lost += u64::from(!call(&step, frame(&pixels, (16, 16), 1)));
            }
            (calls, lost)
        });
        measure("loaded anew: load, exchange, the one before has ended", (100, 3), Duration::ZERO, || {
            timed(|| {
                let retired = mount.exchange(load(library, isolation.clone()), 0).unwrap();
                retired.drain(Duration::from_secs(5))
            })
        });
        over.store(true, Ordering::Relaxed);
        let (calls, lost) = caller.join().unwrap();
        println!("{:<58} calls {calls}, lost {lost}", "beside it");
    });
}

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let library = compiled(dir.path());
    let apart =
        || Isolation::Isolated(WorkerOptions::new(env!("CARGO_BIN_EXE_facepay-plugin-worker").into()));
    let (small, large) = (vec![0; 16 * 16 * 3], vec![0; 640 * 480 * 3]);
    let (tiny, vga) = (|seq| frame(&small, (16, 16), seq), || frame(&large, (640, 480), 1));
    let load_average = || std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average before: {}", load_average().trim());

    let here = load(&library, Isolation::InProcess).liveness().unwrap();
    let batch = 1000;
    measure("in this process, 1000 calls with a 16x16 frame", (200, 20), Duration::ZERO, || {
        timed(|| (0..batch).all(|_| call(&here, tiny(1))))
    });
    let bare = CallContext::default();
    measure("in this process, 1000 calls without face and deadline", (200, 20), Duration::ZERO, || {
        timed(|| (0..batch).all(|_| here.score(&bare, &[tiny(1)], &[]).is_ok()))
    });
    let step = load(&library, apart()).liveness().unwrap();
    measure("isolated, warm, 16x16", (50_000, 1000), Duration::ZERO, || timed(|| call(&step, tiny(1))));
    measure("isolated, warm, 640x480 RGB copied once", (5000, 100), Duration::ZERO, || {
        timed(|| call(&step, vga()))
    });
    measure("isolated, after 20 ms idle, 16x16", (300, 5), Duration::from_millis(20), || {
        timed(|| call(&step, tiny(1)))
    });
    measure("load: spawn, sandbox, open, activate", (100, 3), Duration::ZERO, || {
        let began = Instant::now();
        let plugin = load(&library, apart());
        let took = began.elapsed();
        drop(plugin);
        took
    });
    measure("crash seen by its caller to next answer", (100, 3), Duration::ZERO, || {
        let step = load(&library, apart()).liveness().unwrap();
        assert!(!call(&step, tiny(13)));
        timed(|| call(&step, tiny(1)))
    });
    exchanges(&library, &apart());
    println!("load average after:  {}", load_average().trim());
}
