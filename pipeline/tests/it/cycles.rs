//! Cameras come and go for years: nothing may be left behind.
#![allow(clippy::print_stdout, reason = "the numbers help when it fails")]

use std::process::Command;
use std::time::{Duration, Instant};

use pipeline::camera::CameraState;

use crate::bench::{Bench, PATIENCE, farm};

/// What a connection needs to close.
const QUIET: Duration = Duration::from_millis(100);
const ALONE: &str = "PIPELINE_TEST_ALONE";

/// Runs in a process of its own: other tests open files and threads, too.
#[test]
fn adding_and_removing_a_camera_leaves_no_thread_and_no_file_open() {
    if std::env::var_os(ALONE).is_some() {
        return cycle();
    }
    let this = std::env::current_exe().expect("the test binary");
    let name = "cycles::adding_and_removing_a_camera_leaves_no_thread_and_no_file_open";
    let child =
        Command::new(this).args(["--exact", name, "--nocapture"]).env(ALONE, "1").output().expect("it runs");
    let said = String::from_utf8_lossy(&child.stdout);
    print!("{said}");
    assert!(child.status.success(), "{said}\n{}", String::from_utf8_lossy(&child.stderr));
}

fn cycle() {
    let Some((_farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let mut after = Vec::new();
    for _ in 0..20 {
        let id = bench.add("door", mount.url());
        bench.wait_for(&id, CameraState::Live);
        bench.cameras.remove(&id).expect("it is removed");
        while bench.frames.try_recv().is_ok() {}
        after.push(settled(after.get(4).copied().unwrap_or((usize::MAX, usize::MAX))));
    }
    println!("threads and files after each cycle: {after:?}");
    // Pools fill during the first cycles.
    let ((threads, files), (threads_end, files_end)) = (after[4], after[19]);
    assert!(threads_end <= threads && files_end <= files, "{after:?}");
}

/// Counts threads and open files, as soon as they are down to `bound`: the server closes on its own time.
fn settled(bound: (usize, usize)) -> (usize, usize) {
    let begun = Instant::now();
    loop {
        let now = (count("/proc/self/task"), count("/proc/self/fd"));
        let down = now.0 <= bound.0 && now.1 <= bound.1;
        if (down && begun.elapsed() > QUIET) || begun.elapsed() > PATIENCE {
            return now;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// Memory that this process holds, in MiB.
pub(crate) fn resident_mb() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let resident = pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok());
    resident.unwrap_or_default() * 4 / 1_024
}

pub(crate) fn count(folder: &str) -> usize {
    std::fs::read_dir(folder).map(Iterator::count).unwrap_or_default()
}
