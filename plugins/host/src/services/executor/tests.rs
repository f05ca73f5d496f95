//! Tasks: each once, none after the run, never more at once than allowed.

use std::sync::Barrier;
use std::time::Duration;

use super::*;

fn host(threads: u32) -> *const fp_host {
    HostServices::new("org.example.tasks", None, None).with_executor(Executor::new(threads)).leak()
}

/// Counts calls by index, and how many were at once; waits so that others can come.
struct Seen {
    host: *const fp_host,
    calls: Vec<AtomicU32>,
    inside: AtomicU32,
    most: AtomicU32,
    nested: AtomicU32,
    pause: Duration,
    /// Over several runs: how many are inside, and were at most.
    all: Arc<[AtomicU32; 2]>,
}

impl Seen {
    fn new(host: *const fp_host, n: usize) -> Self {
        let calls = (0..n).map(|_| AtomicU32::new(0)).collect();
        let [inside, most, nested] = [0; 3].map(AtomicU32::new);
        Self { host, calls, inside, most, nested, pause: Duration::ZERO, all: Arc::default() }
    }

    fn run(&self, n: u32) -> fp_status {
        // SAFETY: the host is ours; `count` takes such a context from any thread, and it outlives the run.
        unsafe { run(self.host, n, Some(count), std::ptr::from_ref(self).cast_mut().cast()) }
    }

    fn once_each(&self) -> bool {
        self.calls.iter().all(|calls| calls.load(Ordering::Relaxed) == 1)
    }
}

unsafe extern "C" fn count(ctx: *mut c_void, index: u32) {
    // SAFETY: `run` above passes such a context.
    let seen = unsafe { &*ctx.cast::<Seen>() };
    let inside = seen.inside.fetch_add(1, Ordering::SeqCst) + 1;
    seen.most.fetch_max(inside, Ordering::SeqCst);
    let all = seen.all[0].fetch_add(1, Ordering::SeqCst) + 1;
    seen.all[1].fetch_max(all, Ordering::SeqCst);
    seen.calls[index as usize].fetch_add(1, Ordering::Relaxed);
    if index == 0 {
        let status = seen.run(1).unsigned_abs();
        seen.nested.store(status, Ordering::Relaxed);
    }
    std::thread::sleep(seen.pause);
    seen.inside.fetch_sub(1, Ordering::SeqCst);
    seen.all[0].fetch_sub(1, Ordering::SeqCst);
}

#[test]
fn each_task_runs_once_and_all_have_ended_when_run_returns() {
    for (threads, tasks) in [(1, 1), (1, 100), (2, 2), (4, 1000), (4, 3), (64, 200)] {
        let seen = Seen::new(host(threads), tasks as usize);
        for round in 1..=20 {
            assert_eq!(seen.run(tasks), abi::FP_OK);
            assert_eq!(seen.inside.load(Ordering::SeqCst), 0, "{threads} threads, {tasks} tasks");
            assert!(seen.calls.iter().all(|calls| calls.load(Ordering::Relaxed) == round));
        }
        assert!(seen.most.load(Ordering::SeqCst) <= threads);
    }
}

#[test]
fn tasks_are_at_once_on_the_callers_and_on_one_thread_less_than_the_plugin_has() {
    let (host, all) = (host(3), Arc::<[AtomicU32; 2]>::default());
    let both = [Seen::new(host, 30), Seen::new(host, 30)];
    let both = both.map(|seen| Seen { pause: Duration::from_millis(2), all: Arc::clone(&all), ..seen });
    struct Across<'a>(&'a [Seen; 2]);
    // SAFETY: the counters are atomic, and the host is never freed.
    unsafe impl Sync for Across<'_> {}
    let (across, start) = (Across(&both), Barrier::new(2));
    let across = &across;
    std::thread::scope(|scope| {
        for at in 0..2 {
            let start = &start;
            scope.spawn(move || {
                let seen = &across;
                start.wait();
                assert_eq!(seen.0[at].run(30), abi::FP_OK);
            });
        }
    });
    assert!(both.iter().all(Seen::once_each));
    // Two callers, and two helpers between them.
    let most: u32 = both.iter().map(|seen| seen.most.load(Ordering::SeqCst)).max().unwrap();
    assert!((2..=3).contains(&most), "{most} at once");
    let most = all[1].load(Ordering::SeqCst);
    assert!((3..=4).contains(&most), "{most} at once of both");
}

/// Tasks that do not return until they are let go.
#[derive(Default)]
struct Hung {
    inside: AtomicU32,
    may_go: Mutex<bool>,
    let_go: Condvar,
}

unsafe extern "C" fn hang(ctx: *mut c_void, _index: u32) {
    // SAFETY: the test below passes such a context.
    let hung = unsafe { &*ctx.cast::<Hung>() };
    hung.inside.fetch_add(1, Ordering::SeqCst);
    let may_go = hung.may_go.lock().unwrap();
    drop(hung.let_go.wait_while(may_go, |may_go| !*may_go).unwrap());
}

#[test]
fn tasks_that_hang_keep_no_other_plugins_helpers() {
    const THREADS: u32 = 20;
    let (hung, stuck, sound) = (Hung::default(), host(THREADS), host(3));
    std::thread::scope(|scope| {
        let (hung, stuck) = (&hung, stuck.expose_provenance());
        scope.spawn(move || {
            let (stuck, ctx) = (std::ptr::with_exposed_provenance(stuck), std::ptr::from_ref(hung));
            // SAFETY: the host is ours; `hang` takes such a context from any thread, and it outlives the run.
            assert_eq!(unsafe { run(stuck, THREADS, Some(hang), ctx.cast_mut().cast()) }, abi::FP_OK);
        });
        let seen = Seen { pause: Duration::from_millis(2), ..Seen::new(sound, 100) };
        let all_hang = || hung.inside.load(Ordering::SeqCst) == THREADS;
        let until = std::time::Instant::now() + Duration::from_secs(20);
        while !all_hang() && std::time::Instant::now() < until {
            std::thread::yield_now();
        }
        let (all_hang, status) = (all_hang(), seen.run(100));
        *hung.may_go.lock().unwrap() = true;
        hung.let_go.notify_all();
        assert!(all_hang && status == abi::FP_OK);
        assert!(seen.most.load(Ordering::SeqCst) >= 2, "nobody came to help");
    });
}

#[test]
fn helpers_go_with_the_instance_and_what_comes_later_is_done_alone() {
    let seen = Seen { pause: Duration::from_millis(1), ..Seen::new(host(3), 30) };
    assert_eq!(seen.run(30), abi::FP_OK);
    // SAFETY: the host is ours.
    let services = unsafe { HostServices::of(seen.host) }.unwrap();
    services.ended();
    let pool = &services.executor.as_ref().unwrap().pool;
    while pool.threads() > 0 {
        std::thread::yield_now();
    }
    seen.most.store(0, Ordering::SeqCst);
    assert_eq!((seen.run(30), seen.most.load(Ordering::SeqCst), pool.threads()), (abi::FP_OK, 1, 0));
}

#[test]
fn tasks_within_tasks_too_many_and_none_are_refused() {
    let seen = Seen::new(host(2), 4);
    assert_eq!(seen.run(4), abi::FP_OK);
    assert_eq!(seen.nested.load(Ordering::Relaxed), abi::FP_E_INVALID.unsigned_abs());
    assert_eq!(seen.run(4), abi::FP_OK, "the thread is free again");
    assert_eq!((seen.run(0), seen.run(TASKS_MAX + 1)), (abi::FP_OK, abi::FP_E_INVALID));
    // SAFETY: the host is ours; there is no task to call.
    unsafe {
        assert_eq!(run(seen.host, 1, None, std::ptr::null_mut()), abi::FP_E_INVALID);
        assert_eq!(run(std::ptr::null(), 1, Some(count), std::ptr::null_mut()), abi::FP_E_INVALID);
        let without = HostServices::new("org.example.tasks", None, None).leak();
        assert_eq!(run(without, 1, Some(count), std::ptr::null_mut()), abi::FP_E_UNSUPPORTED);
    }
}
