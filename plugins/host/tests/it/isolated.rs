//! Plugins that crash, hang, exit, leak and lie in a process of their own: each is contained and named, and a good one beside
//! it goes on answering.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use plugin_host::{
    CallContext, CallError, Detector, Effect, Event, Face, Frame, FrameDesc, Host, HostOptions, HttpResponse,
    Isolation, LoadError, Money, Op, Plugin, PluginState, Rect, Request, WorkerOptions,
};

use crate::fixture::{compile_source, host, settings, worker};

const SOURCE: &str = include_str!("wild.c");
const ID: &str = "org.example.wild";

/// What the wild plugin does, in the order of `wild.c`.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Answer,
    Crash,
    CrashOnThread,
    Abort,
    Exit,
    Leak,
    Hang,
    HangDeaf,
    Panic,
    Stray,
    Nonsense,
    Try,
    Look,
    Threads,
    Flood,
}

fn compiled(fault: &str) -> (tempfile::TempDir, PathBuf) {
    compile_source(SOURCE, fault)
}

fn load(options: WorkerOptions, fault: &str) -> Result<Arc<Plugin>, LoadError> {
    let (_dir, library) = compiled(fault);
    host(Isolation::Isolated(options)).load(&library, &settings(ID, ""))
}

fn wild(fault: &str) -> Arc<Plugin> {
    load(worker(), fault).unwrap()
}

fn frame(deed: Deed) -> Frame<'static> {
    let grey = crate::fixture::frame();
    let desc = FrameDesc {
        width: grey.width(),
        height: grey.height(),
        fourcc: grey.fourcc(),
        pts_ns: 1,
        seq: deed as u64,
        stream_id: 1,
        colour_matrix: grey.colour_matrix(),
        colour_range: grey.colour_range(),
    };
    static PIXELS: [u8; 64 * 48] = [0; 64 * 48];
    Frame::new(&desc, &[plugin_host::Plane { data: &PIXELS, pitch: 64, rows: 48 }]).unwrap()
}

fn in_time(ms: u64) -> CallContext {
    CallContext::until(Instant::now() + Duration::from_millis(ms))
}

fn detect(detector: &Detector, deed: Deed) -> Result<Vec<Face>, CallError> {
    detector.detect(&in_time(60_000), &[frame(deed)])
}

/// What the plugin says when it is told to look or to try.
fn said(detector: &Detector, deed: Deed) -> String {
    detect(detector, deed).unwrap_err().to_string()
}

#[test]
fn each_misdeed_is_contained_and_named_while_a_good_plugin_goes_on_answering() {
    let good = wild("SOUND").detector().unwrap();
    let small = WorkerOptions { memory_bytes_max: 64 << 20, ..worker() };
    let rows = [
        (Deed::Crash, "crashed", "was killed by SIGSEGV"),
        (Deed::CrashOnThread, "crashed", "was killed by SIGSEGV"),
        (Deed::Abort, "crashed", "was killed by SIGABRT"),
        (Deed::Exit, "crashed", "exited with 0"),
        (Deed::Leak, "crashed", "of 64 MiB of memory used"),
        (Deed::HangDeaf, "hung", "did not answer within"),
        (Deed::Stray, "crashed", "was killed by SIGSEGV"),
        (Deed::Panic, "refused", "panicked: index out of bounds"),
        (Deed::Nonsense, "malformed", "face 0 with x NaN"),
        (Deed::Hang, "refused", "cancelled"),
    ];
    for (deed, kind, expected) in rows {
        let plugin = load(small.clone(), "SOUND").unwrap();
        let detector = plugin.detector().unwrap();
        let ms = if matches!(deed, Deed::Hang | Deed::HangDeaf) { 100 } else { 60_000 };
        let error = detector.detect(&in_time(ms), &[frame(deed)]).unwrap_err();
        let text = error.to_string();
        assert_eq!(error.kind(), kind, "{deed:?}: {text}");
        assert!(text.contains(expected), "{deed:?}: {text}");
        assert_eq!(detect(&good, Deed::Answer).unwrap().len(), 1, "beside {deed:?}");
        // The plugin itself is back, in a new process.
        wait_until("the plugin is back", || detect(&detector, Deed::Answer).is_ok());
        let faults = plugin.faults();
        let counted = faults.crashes + faults.hangs + faults.panics + faults.malformed;
        assert_eq!(counted, u64::from(!matches!(deed, Deed::Hang)), "{deed:?}: {faults:?}");
    }
    assert_eq!(good.plugin().faults(), plugin_host::Faults::default());
}

#[test]
fn a_score_that_comes_with_an_error_is_not_used() {
    let liveness = wild("SOUND").liveness().unwrap();
    let bbox = Rect { x: 1.0, y: 1.0, w: 9.0, h: 9.0 };
    let face = Face { bbox, score: 0.9, ..Face::default() };
    let scores = liveness.score(&in_time(60_000), &[frame(Deed::Answer)], &[face]);
    assert!(matches!(scores, Err(CallError::Refused { .. })), "{scores:?}");
}

#[test]
fn what_fails_while_it_is_loaded_is_an_error_of_loading() {
    let rows = [
        ("CRASH_AT_LOAD", "was killed by SIGSEGV while it was loaded"),
        ("EXIT_AT_LOAD", "exited with 7 while it was loaded"),
        ("CRASH_AT_ACTIVATE", "was killed by SIGSEGV while it was loaded"),
    ];
    for (fault, expected) in rows {
        let error = load(worker(), fault).err().unwrap().to_string();
        assert!(error.contains(ID) && error.contains(expected), "{fault}: {error}");
    }
    let missing = WorkerOptions::new("/nowhere/facepay-plugin-worker".into());
    let error = load(missing, "SOUND").err().unwrap().to_string();
    assert!(error.contains("/nowhere/facepay-plugin-worker could not be started"), "{error}");
}

#[test]
fn three_faults_within_a_minute_take_a_plugin_out_of_use() {
    let plugin = wild("SOUND");
    let detector = plugin.detector().unwrap();
    // A call that finds no process on a machine that is slow to start one is refused, and no fault of its own.
    wait_until("three crashes are counted", || {
        let kind = detect(&detector, Deed::Crash).unwrap_err().kind();
        assert!(["crashed", "faulted"].contains(&kind), "{kind}");
        plugin.faults().crashes == 3
    });
    let error = detect(&detector, Deed::Answer).unwrap_err();
    assert!(matches!(error, CallError::Faulted { .. }), "{error}");
    let expected = "3 faults within a minute, the last: was killed by SIGSEGV";
    assert_eq!(plugin.state(), PluginState::Faulted { reason: expected.into() });
    assert_eq!((plugin.faults().crashes, plugin.health().fit), (3, false));
}

/// What a kernel without landlock cannot refuse is not asserted, and said.
#[allow(clippy::print_stdout)] // counted in the last line of all tests
fn has_landlock(plugin: &Plugin) -> bool {
    let enforced = plugin.sandbox().unwrap();
    assert!(enforced.ends_with(", seccomp, limits"), "{enforced}");
    let has = enforced.starts_with("landlock ABI");
    let abi = format!("landlock ABI {},", plugin_host::landlock_abi());
    assert!(!has || enforced.starts_with(&abi), "{enforced} instead of {abi}");
    if !has {
        println!("SKIP({enforced})");
    }
    has
}

#[test]
fn everything_but_computing_is_refused() {
    let options = WorkerOptions { unsandboxed: true, ..worker() };
    // EPERM 1, EACCES 13, ENOSYS 38. A payment plugin opens nothing and makes no code; a detector may read libraries.
    let both = "unlink=1 inet=1 unix=1 fork=1 clone3=38 exec=1 ptrace=1 kill=1 io_uring=1 memfd=1 unshare=1 mount=1 rlimit=1 \
                bpf=1 dumpable=1 readv=1";
    let rows = [
        ("SOUND", "passwd=1 root=1 memory=1 create=1 library=1", "code=1"),
        ("WITHOUT_PAYMENT", "passwd=13 root=13 memory=13 create=13 library=0", "code=0"),
    ];
    for (fault, files, code) in rows {
        let plugin = load(options.clone(), fault).unwrap();
        if fault == "WITHOUT_PAYMENT" && !has_landlock(&plugin) {
            continue;
        }
        let tried = said(&plugin.detector().unwrap(), Deed::Try);
        let expected = format!("{files} {both} {code}");
        assert!(tried.contains(&expected), "{fault}: {tried}\nexpected: {expected}");
    }
    let plugin = load(options, "TOUCH_FILES_AT_LOAD").unwrap();
    if has_landlock(&plugin) {
        let looked = said(&plugin.detector().unwrap(), Deed::Look);
        assert!(looked.contains("at_load=13"), "{looked}");
    }
}

#[test]
fn a_process_sees_nothing_of_its_host_and_has_what_it_needs() {
    let detector = wild("SOUND").detector().unwrap();
    let looked = said(&detector, Deed::Look);
    // Descriptors: the code, twice, the socket for services and that of each of four lanes.
    assert!(looked.contains("variables=0 files=") && looked.contains("core=0"), "{looked}");
    let files: u32 =
        looked.split("files=").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
    assert!(files <= 7, "{looked}");
    assert_eq!(detect(&detector, Deed::Threads).unwrap().len(), 1);
}

#[test]
fn a_flood_of_log_lines_does_not_keep_calls_from_their_answers() {
    let plugin = wild("SOUND");
    let detector = plugin.detector().unwrap();
    assert_eq!(detect(&detector, Deed::Flood).unwrap().len(), 1);
    assert_eq!(detect(&detector, Deed::Answer).unwrap().len(), 1);
    assert!(plugin.health().fit);
    assert_eq!(plugin.state(), PluginState::Active);
}

#[test]
fn calls_at_once_have_lanes_of_their_own() {
    let plugin = wild("SOUND");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let detector = plugin.detector().unwrap();
                for _ in 0..200 {
                    assert_eq!(detect(&detector, Deed::Answer).unwrap()[0].score, 0.75);
                }
            });
        }
    });
    assert_eq!(plugin.faults(), plugin_host::Faults::default());
}

#[test]
fn more_than_one_call_takes_is_the_callers_mistake() {
    let plugin = load(WorkerOptions { call_bytes_max: 4096, ..worker() }, "SOUND").unwrap();
    let detector = plugin.detector().unwrap();
    let frames = [frame(Deed::Answer), frame(Deed::Answer)];
    let error = detector.detect(&in_time(60_000), &frames).unwrap_err();
    assert!(matches!(error, CallError::Caller { .. }), "{error}");
    assert_eq!(detect(&detector, Deed::Answer).unwrap().len(), 1);
}

fn sale() -> Request {
    Request {
        op: Op::Sale,
        attempt_ref: [5; 16],
        original_ref: None,
        provider_ref: None,
        money: Some(Money::new(100, "EUR", 2).unwrap()),
        payload_json: Vec::new(),
    }
}

#[test]
fn an_operation_ends_with_its_process_and_is_not_taken_up_by_the_next() {
    let plugin = wild("SOUND");
    let (payment, context) = (plugin.payment().unwrap(), in_time(60_000));
    let mut task = payment.begin(&context, &sale()).unwrap();
    let mut other = payment.begin(&context, &sale()).unwrap();
    assert!(matches!(task.step(&context, &Event::Start), Ok(Effect::Http(_))));
    assert!(matches!(other.step(&context, &Event::Start), Ok(Effect::Http(_))));
    let answer = || {
        let (headers, body) = (Vec::new(), Vec::new());
        Event::HttpResponse(HttpResponse { status: 200, headers, body, truncated: false })
    };
    let error = task.step(&context, &answer()).map(|_| "an effect").unwrap_err().to_string();
    assert!(error.contains("was killed by SIGSEGV"), "{error}");
    let error = other.step(&context, &answer()).map(|_| "an effect").unwrap_err().to_string();
    assert!(error.contains("lost the operation, as its process was killed by SIGSEGV"), "{error}");
    drop((task, other)); // nothing is left to end
    wait_until("the plugin is back", || payment.begin(&context, &sale()).is_ok());
    assert_eq!(plugin.faults().crashes, 1);
}

#[test]
fn a_callers_wish_to_give_up_reaches_the_plugin() {
    let plugin = wild("SOUND");
    let (detector, word) = (plugin.detector().unwrap(), Arc::new(AtomicU32::new(0)));
    let context = CallContext { cancel: Some(Arc::clone(&word)), ..in_time(60_000) };
    let began = Instant::now();
    let error = std::thread::scope(|scope| {
        let call = scope.spawn(|| detector.detect(&context, &[frame(Deed::Hang)]).unwrap_err());
        word.store(1, Ordering::Release);
        call.join().unwrap()
    });
    assert!(error.to_string().contains("cancelled"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(plugin.faults(), plugin_host::Faults::default());
}

/// The processes that `pid` has started, on whichever of its threads.
fn children(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let each = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    each.flat_map(|pids| pids.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

fn is_alive(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < until, "{what}: not within 30 s");
        std::thread::yield_now();
    }
}

/// Runs as a process of its own, started by the test below: holds a plugin that hangs, until it is killed.
#[test]
fn holds_a_plugin_until_it_is_killed() {
    if std::env::var_os("FACEPAY_TEST_HOLDS_A_PLUGIN").is_none() {
        return;
    }
    let plugin = wild("SOUND");
    let detector = plugin.detector().unwrap();
    println!("held");
    let _ = detect(&detector, Deed::HangDeaf);
}

#[test]
fn no_process_outlives_its_host() {
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "isolated::holds_a_plugin_until_it_is_killed", "--nocapture"])
        .env("FACEPAY_TEST_HOLDS_A_PLUGIN", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("held")));
    let workers = children(holder.id());
    assert_eq!(workers.len(), 1, "{workers:?}");
    holder.kill().unwrap();
    holder.wait().unwrap();
    wait_until("the worker ends", || !is_alive(workers[0]));
}

#[test]
fn a_dropped_plugin_leaves_no_process() {
    let plugin = wild("SOUND");
    let pid: u32 = {
        let with = children(std::process::id());
        let found = with.into_iter().filter(|pid| is_alive(*pid));
        found.max().unwrap()
    };
    drop(plugin);
    wait_until("the worker ends", || !is_alive(pid));
}

#[test]
fn a_plugin_that_needs_the_hosts_networks_runs_in_this_process_only() {
    let options = HostOptions { isolation: Isolation::Isolated(worker()), ..HostOptions::default() };
    let probe = crate::fixture::built("libprobe.so");
    let error =
        Host::new(options).load(&probe, &settings("org.facepay.probe", "")).err().unwrap().to_string();
    assert!(error.contains("run this plugin in the appliance's own process"), "{error}");
}
