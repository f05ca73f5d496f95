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
}

impl Seen {
    fn new(host: *const fp_host, n: usize) -> Self {
        let calls = (0..n).map(|_| AtomicU32::new(0)).collect();
        let [inside, most, nested] = [0; 3].map(AtomicU32::new);
        Self { host, calls, inside, most, nested, pause: Duration::ZERO }
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
    seen.calls[index as usize].fetch_add(1, Ordering::Relaxed);
    if index == 0 {
        let status = seen.run(1).unsigned_abs();
        seen.nested.store(status, Ordering::Relaxed);
    }
    std::thread::sleep(seen.pause);
    seen.inside.fetch_sub(1, Ordering::SeqCst);
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
fn tasks_are_at_once_and_never_more_than_the_plugin_has_threads() {
    let host = host(3);
    let both = [Seen::new(host, 30), Seen::new(host, 30)];
    let both = both.map(|seen| Seen { pause: Duration::from_millis(2), ..seen });
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
