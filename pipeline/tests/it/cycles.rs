//! Cameras come and go for years: nothing may be left behind.
#![allow(clippy::print_stdout, reason = "the numbers help when it fails")]

use std::process::Command;

use pipeline::camera::CameraState;

use crate::bench::{Bench, farm};

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
        // The server side closes on its own time.
        let begun = std::time::Instant::now();
        while mount.streams() > 0 && begun.elapsed() < crate::bench::PATIENCE {
            std::thread::yield_now();
        }
        after.push((count("/proc/self/task"), count("/proc/self/fd")));
    }
    println!("threads and files after each cycle: {after:?}");
    // Pools fill during the first cycles, and a thread may be caught on its way out.
    let (threads, files) = after[4];
    let (threads_end, files_end) = after[19];
    assert!(threads_end <= threads + 3, "{after:?}");
    assert!(files_end <= files + 3, "{after:?}");
}

fn count(folder: &str) -> usize {
    std::fs::read_dir(folder).map(Iterator::count).unwrap_or_default()
}
