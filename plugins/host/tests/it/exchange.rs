//! A plugin is exchanged while it is called: no call fails for that, operations end where they began, and what is wrong with the
//! new one is found before it is put to work.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use plugin_host::{
    CallContext, CallError, ColourMatrix, ColourRange, Effect, Event, ExchangeError, Face, FourCc, Frame,
    FrameDesc, Golden, HttpResponse, Isolation, Money, Mount, Op, Payment, PaymentTask, Plane, Plugin,
    PluginState, Rect, Request, Retired, Verdict,
};

use crate::fixture::{both, compile_source, host, settings, worker};

const SOURCE: &str = include_str!("exchanged.c");
const ID: &str = "org.example.exchanged";
const FACE: Rect = Rect { x: 10.0, y: 10.0, w: 10.0, h: 12.0 };
const SIDE: u32 = 64;
static WHITE: [u8; (SIDE * SIDE) as usize] = [255; (SIDE * SIDE) as usize];
static BLACK: [u8; (SIDE * SIDE) as usize] = [0; (SIDE * SIDE) as usize];

/// The generation of this name, with a fault as in `exchanged.c`.
fn load(isolation: &Isolation, fault: &str, name: &str) -> Arc<Plugin> {
    let (_dir, library) = compile_source(SOURCE, fault);
    let settings = settings(ID, &format!("{{\"name\":\"{name}\"}}"));
    host(isolation.clone()).load(&library, &settings).unwrap()
}

fn exchange(mount: &Mount, next: Arc<Plugin>) -> Result<Retired, ExchangeError> {
    mount.exchange(next, mount.closings())
}

fn isolated() -> Isolation {
    Isolation::Isolated(worker())
}

fn frame(pixels: &'static [u8]) -> Frame<'static> {
    let desc = FrameDesc {
        width: SIDE,
        height: SIDE,
        fourcc: FourCc::GRAY8,
        pts_ns: 1,
        seq: 1,
        stream_id: 1,
        colour_matrix: ColourMatrix::Unspecified,
        colour_range: ColourRange::Full,
    };
    Frame::new(&desc, &[Plane { data: pixels, pitch: SIDE, rows: SIDE }]).unwrap()
}

fn golden() -> Golden<'static> {
    let face = Face { bbox: FACE, score: 0.9, quality: 1.0, ..Face::default() };
    Golden { portrait: frame(&WHITE), face, empty: frame(&BLACK) }
}

fn soon() -> CallContext {
    CallContext::until(Instant::now() + Duration::from_secs(60))
}

fn sale() -> Request {
    Request {
        op: Op::Sale,
        attempt_ref: [7; 16],
        original_ref: None,
        provider_ref: None,
        money: Money::new(100, "EUR", 2).ok(),
        payload_json: b"{}".to_vec(),
    }
}

/// A sale whose provider was just asked.
fn asked(payment: &Payment) -> PaymentTask {
    let mut task = payment.begin(&soon(), &sale()).unwrap();
    assert!(matches!(task.step(&soon(), &Event::Start).unwrap(), Effect::Http(_)));
    task
}

/// The outcome's verdict and reference once the provider has answered.
fn answered(task: &mut PaymentTask) -> Result<(Verdict, String), CallError> {
    let response = HttpResponse { status: 200, headers: Vec::new(), body: Vec::new(), truncated: false };
    match task.step(&soon(), &Event::HttpResponse(response))? {
        Effect::Done(outcome) => Ok((outcome.verdict, outcome.provider_ref)),
        other => panic!("{other:?}"),
    }
}

/// Whether the process of this id is there.
fn lives(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// The children of this process, and theirs not.
fn children() -> Vec<u32> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().filter_map(Result::ok);
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

#[test]
fn no_call_fails_while_generation_follows_generation() {
    for isolation in both() {
        let mount = Mount::new(load(&isolation, "SOUND", "1"));
        let (detector, payment) = (mount.detector().unwrap(), mount.payment().unwrap());
        let (over, calls) = (AtomicBool::new(false), AtomicU64::new(0));
        let generations = 30;
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        assert_eq!(detector.detect(&soon(), &[frame(&WHITE)]).unwrap().len(), 1);
                        calls.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let mut task = asked(&payment);
                    std::thread::sleep(Duration::from_millis(3));
                    assert_eq!(answered(&mut task).unwrap().0, Verdict::Approved);
                }
            });
            for generation in 2..=generations {
                let next = load(&isolation, "SOUND", &generation.to_string());
                let retired = exchange(&mount, next).unwrap();
                assert!(retired.drain(Duration::from_secs(30)), "generation {generation}");
                assert_eq!(mount.generation(), generation);
            }
            over.store(true, Ordering::Relaxed);
        });
        assert!(calls.load(Ordering::Relaxed) > generations, "{calls:?}");
        let said = mount.plugin().health().detail;
        assert!(said.contains(&format!("\"{generations}\"")), "{said}");
    }
}

#[test]
fn an_operation_ends_in_the_generation_in_which_it_began() {
    let mount = Mount::new(load(&isolated(), "SOUND", "old"));
    let payment = mount.payment().unwrap();
    let mut task = asked(&payment);
    let retired = exchange(&mount, load(&isolated(), "SOUND", "new")).unwrap();
    let (verdict, by) = answered(&mut asked(&payment)).unwrap();
    assert!(verdict == Verdict::Approved && by.contains("new"), "{by}");
    let drained = drain_beside(retired, Duration::from_secs(30));
    std::thread::sleep(Duration::from_millis(100));
    assert!(!drained.is_finished(), "an operation is under way");
    let (verdict, by) = answered(&mut task).unwrap();
    assert!(verdict == Verdict::Approved && by.contains("old"), "{by}");
    drop(task);
    assert!(drained.join().unwrap());
}

fn drain_beside(retired: Retired, within: Duration) -> std::thread::JoinHandle<bool> {
    std::thread::spawn(move || retired.drain(within))
}

#[test]
fn a_generation_that_is_not_done_in_time_is_ended_with_what_it_holds() {
    let mount = Mount::new(load(&isolated(), "SOUND", "old"));
    let payment = mount.payment().unwrap();
    let mut task = asked(&payment);
    let retired = exchange(&mount, load(&isolated(), "SOUND", "new")).unwrap();
    assert!(!retired.drain(Duration::from_millis(50)));
    // Nobody learns the outcome: to the appliance it is unknown, and it asks.
    let error = answered(&mut task).unwrap_err();
    assert!(matches!(error.kind(), "crashed" | "faulted"), "{error}");
    assert!(answered(&mut asked(&payment)).unwrap().1.contains("new"));
}

#[test]
fn nobody_enters_a_closed_place_and_its_process_ends_after_what_was_under_way() {
    let before = children();
    let mount = Mount::new(load(&isolated(), "SOUND", "old"));
    let process = |pid: &u32| !before.contains(pid);
    let own: Vec<u32> = children().into_iter().filter(process).collect();
    let (detector, payment) = (mount.detector().unwrap(), mount.payment().unwrap());
    let mut task = asked(&payment);
    let retired = mount.close("recalled by its vendor");
    assert_eq!(mount.state(), PluginState::Disabled { reason: "recalled by its vendor".to_owned() });
    let refused = detector.detect(&soon(), &[frame(&WHITE)]).unwrap_err();
    assert_eq!(refused.to_string(), format!("plugin {ID} is disabled: recalled by its vendor"));
    assert_eq!(payment.begin(&soon(), &sale()).err().map(|error| error.kind()), Some("disabled"));
    assert_eq!(answered(&mut task).unwrap().0, Verdict::Approved, "it was under way");
    drop(task);
    assert!(retired.drain(Duration::from_secs(30)));
    // Other tests start processes beside: at least one that was there is gone.
    assert!(own.is_empty() || own.iter().any(|pid| !lives(*pid)), "{own:?}");
    assert_eq!(mount.plugin().resident_bytes(), None);

    // Whoever had begun to exchange it before it was closed does not open it.
    let late = mount.exchange(load(&isolated(), "SOUND", "late"), 0);
    assert!(matches!(late, Err(ExchangeError::Closed { .. })));
    assert!(matches!(mount.state(), PluginState::Disabled { .. }));
    exchange(&mount, load(&isolated(), "SOUND", "new")).unwrap().drain(Duration::ZERO);
    assert_eq!((mount.state(), mount.generation()), (PluginState::Active, 2));
    assert!(mount.plugin().resident_bytes().is_some_and(|bytes| bytes > 100_000));
    assert!(answered(&mut asked(&payment)).unwrap().1.contains("new"));
}

#[test]
fn what_breaks_a_promise_takes_no_place() {
    // In processes of their own: a process keeps every library that it has opened.
    let isolation = isolated();
    let mount = Mount::new(load(&isolation, "SOUND", "old"));
    for (fault, expected) in [
        ("OTHER_TAG", "embeds as model 10 (2 values, Cosine) and not 9"),
        ("OTHER_CAPS", "restart the appliance"),
        ("LESS", "offered detection, liveness, recognition, payment and now offers liveness"),
    ] {
        let refused = exchange(&mount, load(&isolation, fault, "new")).err().unwrap().to_string();
        assert!(refused.contains(expected), "{fault}: {refused}");
    }
    let (_dir, library) = crate::fixture::compile("SOUND");
    let other = host(isolation.clone()).load(&library, &settings(crate::fixture::ID, "")).unwrap();
    assert!(matches!(exchange(&mount, other), Err(ExchangeError::Id { .. })));
    assert_eq!(mount.generation(), 1);
    let more = load(&isolation, "MORE_OPS", "new");
    assert!(!mount.payment().unwrap().offers(Op::Refund));
    exchange(&mount, more).unwrap().drain(Duration::ZERO);
    assert!(mount.payment().unwrap().offers(Op::Refund), "an operation more is no broken promise");
}

#[test]
fn each_wrong_answer_is_found_before_the_plugin_is_put_to_work() {
    let before = load(&isolated(), "SOUND", "before");
    before.self_test(&golden(), None).unwrap();
    for (fault, expected) in [
        ("SEES_GHOSTS", "1 faces in an empty picture"),
        ("SEES_NOBODY", "0 faces in a portrait"),
        ("SEES_TWO", "2 faces in a portrait"),
        ("SEES_ELSEWHERE", "is found elsewhere"),
        ("SCORES_BY_MOOD", "scored as 0.1 and as 0.8"),
        ("EMBEDS_BY_MOOD", "the same face has two embeddings"),
        ("EMBEDS_OTHERWISE", "its embeddings are not those of before"),
        ("APPROVES_UNHEARD", "is approved, and no provider was reached"),
        ("NEVER_ENDS", "no outcome after 32 steps"),
        ("CRASHES", "was killed by SIG"),
    ] {
        let next = load(&isolated(), fault, "next");
        let error = next.self_test(&golden(), Some(&before)).expect_err(fault).to_string();
        assert!(error.contains(expected), "{fault}: {error}");
    }
    load(&isolated(), "SOUND", "next").self_test(&golden(), Some(&before)).unwrap();
}

#[test]
fn the_last_fault_is_told_also_of_a_generation_that_is_gone() {
    let mount = Mount::new(load(&isolated(), "CRASHES", "old"));
    assert_eq!(mount.last_fault(), None);
    assert_eq!(mount.detector().unwrap().detect(&soon(), &[frame(&WHITE)]).unwrap_err().kind(), "crashed");
    let crash = mount.last_fault().unwrap();
    assert!(crash.what.contains("was killed by SIG"), "{crash:?}");
    exchange(&mount, load(&isolated(), "SOUND", "new")).unwrap().drain(Duration::ZERO);
    assert_eq!(mount.last_fault(), Some(crash));
    assert!(mount.plugin().last_fault().is_none());
}
