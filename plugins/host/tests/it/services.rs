//! What a plugin gets from its host besides calls, in this process and in one of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_host::{
    CallContext, Frame, FrameDesc, Host, HostOptions, Isolation, Limits, MetricValue, MetricsBook, Plugin,
    PluginMetrics,
};
use serde_json::{Value, json};

use crate::fixture::{both, compile_source, settings, worker};
use crate::packages;

const SOURCE: &str = include_str!("services.c");
const ID: &str = "org.example.services";

/// What the plugin does, in the order of `services.c`.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Record,
    Crash,
    DefineBadly,
    DefineAll,
    Map,
    Tasks,
    CrashInTask,
    Keep,
    ShowKept,
    KeepAll,
    Leak,
}

fn load(isolation: &Isolation, metrics: &MetricsBook) -> Arc<Plugin> {
    let (_dir, library) = compile_source(SOURCE, "SOUND");
    let options =
        HostOptions { isolation: isolation.clone(), metrics: metrics.clone(), ..HostOptions::default() };
    Host::new(options).load(&library, &settings(ID, "")).unwrap()
}

/// What the plugin says came of a deed.
fn said(plugin: &Arc<Plugin>, deed: Deed) -> String {
    static PIXELS: [u8; 64 * 48] = [1; 64 * 48];
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
    let frame = Frame::new(&desc, &[plugin_host::Plane { data: &PIXELS, pitch: 64, rows: 48 }]).unwrap();
    let context = CallContext::until(Instant::now() + Duration::from_secs(60));
    plugin.detector().unwrap().detect(&context, &[frame]).unwrap_err().to_string()
}

fn of(book: &MetricsBook) -> PluginMetrics {
    let mut all = book.read();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn value(book: &MetricsBook, name: &str) -> MetricValue {
    let found = of(book).series.into_iter().find(|series| series.name == name);
    found.unwrap_or_else(|| panic!("no {name}")).value
}

fn hits(book: &MetricsBook) -> f64 {
    match value(book, "hits") {
        MetricValue::Counter(hits) => hits,
        other => panic!("{other:?}"),
    }
}

/// Whether that many values were at most 0.1, 1 and anything, with about this sum.
fn took(book: &MetricsBook, counts: [u64; 3], about: f64) -> bool {
    let MetricValue::Histogram { sum, buckets } = value(book, "took") else { return false };
    let expected = [0.1, 1.0, f64::INFINITY].into_iter().zip(counts);
    expected.eq(buckets) && (sum - about).abs() < 1e-9
}

#[test]
fn what_a_plugin_records_is_in_the_hosts_book_and_stays_there_when_it_goes() {
    for isolation in both() {
        let book = MetricsBook::default();
        let plugin = load(&isolation, &book);
        assert!(said(&plugin, Deed::Record).contains("recorded"));
        assert!(said(&plugin, Deed::Record).contains("recorded"));
        let all = of(&book);
        assert_eq!((all.plugin.as_str(), all.ignored), (ID, 6), "{isolation:?}");
        let unit = |name: &str| all.series.iter().find(|series| series.name == name).unwrap().unit.name();
        assert_eq!((unit("hits"), unit("depth"), unit("took")), ("", "bytes", "seconds"));
        assert_eq!((hits(&book), value(&book, "depth")), (2.0, MetricValue::Gauge(7.0)));
        assert!(took(&book, [4, 2, 2], 11.3), "{isolation:?}: {all:?}");
        // Another generation beside it, then in its place.
        let next = load(&isolation, &book);
        assert!(said(&next, Deed::Record).contains("recorded"));
        drop(plugin);
        assert_eq!((hits(&book), value(&book, "depth")), (3.0, MetricValue::Gauge(7.0)), "{isolation:?}");
        drop(next);
        assert_eq!((hits(&book), of(&book).series.len()), (3.0, 2), "{isolation:?}");
    }
}

#[test]
fn a_process_that_is_replaced_neither_loses_nor_doubles_what_it_counted() {
    let [_, isolated] = both();
    let book = MetricsBook::default();
    let plugin = load(&isolated, &book);
    said(&plugin, Deed::Record);
    // It records and crashes in the same call.
    assert!(said(&plugin, Deed::Crash).contains("was killed by SIGSEGV"));
    // Where it stood at the end is not how it stands.
    assert_ne!(
        of(&book).series.iter().find(|series| series.name == "depth").map(|depth| &depth.value),
        Some(&MetricValue::Gauge(7.0))
    );
    assert!(said(&plugin, Deed::Record).contains("recorded"));
    assert_eq!((hits(&book), of(&book).ignored), (3.0, 9));
    assert!(took(&book, [6, 3, 3], 3.0 * 5.65), "{:?}", of(&book));
}

#[test]
fn metrics_outside_their_bounds_are_refused() {
    for isolation in both() {
        let book = MetricsBook::default();
        let plugin = load(&isolation, &book);
        let statuses = said(&plugin, Deed::DefineBadly);
        assert!(statuses.contains("-1 -1 -2 -2 -1 -1 -1 -1 -1 "), "{isolation:?}: {statuses}");
        let all = said(&plugin, Deed::DefineAll);
        assert!(all.contains("64 defined, then -2"), "{isolation:?}: {all}");
        assert_eq!(of(&book).series.len(), 64);
    }
}

/// The plugin in a package with files beside it, which it needs.
fn packaged(isolation: &Isolation, needs: Value) -> Arc<Plugin> {
    packaged_as("NEEDS_ARTIFACT", &["facepay.host.metrics/1", "facepay.host.artifact/1"], isolation, needs)
}

fn packaged_as(variant: &str, host_ext: &[&str], isolation: &Isolation, needs: Value) -> Arc<Plugin> {
    let (_dir, library) = compile_source(SOURCE, variant);
    let mut needs = needs;
    needs["host_ext"] = json!(host_ext);
    let manifest = json!({
        "format": 1, "id": ID, "version": "1.0.0", "abi": { "major": 1, "minor_min": 2 },
        "interfaces": ["facepay.detector/1"], "libraries": { std::env::consts::ARCH: "fixture.so" },
        "needs": needs, "key_id": "example", "not_after": "2027-12-31", "counter": 1
    });
    let files = [("data/weights.bin", "0123456789"), ("data/empty", "")];
    let package = packages::verified(&packages::folder_with(manifest, &library, &files));
    let options = HostOptions { isolation: isolation.clone(), ..HostOptions::default() };
    Host::new(options).load_package(package, &settings(ID, "")).unwrap()
}

#[test]
fn a_plugin_reads_the_files_that_its_package_lists_and_no_others() {
    for isolation in both() {
        let plugin = packaged(&isolation, json!({}));
        for _ in 0..2 {
            let files = said(&plugin, Deed::Map);
            let expected = "0 0 0 10 0 same 0123456789 -1 -1 -1 -1 -1 -1 -1 -1 -1.";
            assert!(files.contains(expected), "{isolation:?}: {files}");
        }
        // A replacement gets them too.
        if matches!(isolation, Isolation::Isolated(_)) {
            assert!(said(&plugin, Deed::Crash).contains("SIGSEGV"));
            assert!(said(&plugin, Deed::Map).contains("0 0 0 10 0 same 0123456789 -1"));
        }
    }
}

#[test]
fn a_plugin_of_no_package_has_no_files() {
    for isolation in both() {
        let plugin = load(&isolation, &MetricsBook::default());
        assert!(said(&plugin, Deed::Map).contains("no artifacts"), "{isolation:?}");
        let (_dir, library) = compile_source(SOURCE, "NEEDS_ARTIFACT");
        let host = Host::new(HostOptions { isolation: isolation.clone(), ..HostOptions::default() });
        let refused = host.load(&library, &settings(ID, "")).err().unwrap().to_string();
        assert!(
            refused.contains("facepay.host.artifact/1") && refused.contains("install it as one"),
            "{refused}"
        );
    }
}

#[test]
fn a_plugin_whose_package_does_not_say_that_it_reads_files_has_none() {
    let isolated = Isolation::Isolated(worker());
    let silent = packaged_as("SOUND", &["facepay.host.metrics/1"], &isolated, json!({}));
    assert!(said(&silent, Deed::Map).contains("no artifacts"));
}

fn with_threads(isolation: &Isolation, threads: u32) -> Arc<Plugin> {
    let (_dir, library) = compile_source(SOURCE, "SOUND");
    let limits = Limits { threads, ..HostOptions::default().limits };
    let options = HostOptions { isolation: isolation.clone(), limits, ..HostOptions::default() };
    Host::new(options).load(&library, &settings(ID, "")).unwrap()
}

#[test]
fn tasks_run_on_as_many_threads_as_the_plugin_may_have() {
    for isolation in both() {
        let alone = said(&with_threads(&isolation, 1), Deed::Tasks);
        let expected = "0, 200 once, nested -1, inside 0, threads 1, most 1.";
        assert!(alone.contains(expected), "{isolation:?}: {alone}");
        let plugin = with_threads(&isolation, 3);
        let most =
            |said: &str| said.rsplit("most ").next().unwrap().trim_end_matches('.').parse::<u32>().unwrap();
        let said = said(&plugin, Deed::Tasks);
        assert!(said.contains("0, 200 once, nested -1, inside 0, threads 3, "), "{isolation:?}: {said}");
        assert!((2..=3).contains(&most(&said)), "{isolation:?}: {said}");
    }
}

#[test]
fn a_task_that_crashes_is_a_crash_of_its_plugin() {
    let plugin = with_threads(&Isolation::Isolated(worker()), 3);
    assert!(said(&plugin, Deed::CrashInTask).contains("was killed by SIGSEGV"));
    assert!(said(&plugin, Deed::Tasks).contains("0, 200 once"));
}

#[test]
fn a_kept_frame_outlasts_its_call_and_there_is_an_end_to_frames() {
    for isolation in both() {
        let plugin = load(&isolation, &MetricsBook::default());
        assert!(said(&plugin, Deed::Keep).contains("kept"));
        said(&plugin, Deed::Record);
        let (then, now, light) = (Deed::Keep as u64, Deed::ShowKept as u64, 64 * 48);
        let shown = said(&plugin, Deed::ShowKept);
        assert!(
            shown.contains(&format!("kept {then} of 64x48 with {light}, now {now}")),
            "{isolation:?}: {shown}"
        );
        let all = said(&plugin, Deed::KeepAll);
        assert!(all.contains("32 frames, then -6 -6 0."), "{isolation:?}: {all}");
    }
}

#[test]
fn a_package_gets_the_memory_and_threads_that_it_says_it_needs_and_no_more() {
    let isolated = Isolation::Isolated(worker());
    let cores = std::thread::available_parallelism().unwrap().get().min(64);
    let plugin = packaged(&isolated, json!({ "memory_mib": 96, "threads": 2 }));
    let (tasks, two) = (said(&plugin, Deed::Tasks), cores.min(2));
    assert!(tasks.contains(&format!("threads {two}, most {two}.")), "{tasks}");
    let leak = said(&plugin, Deed::Leak);
    assert!(leak.contains("of 96 MiB of memory used"), "{leak}");
    let [here, _] = both();
    assert!(
        said(&packaged(&here, json!({ "threads": 9999 })), Deed::Tasks)
            .contains(&format!("threads {cores},"))
    );
    assert!(
        said(&packaged(&isolated, json!({ "threads": 0, "memory_mib": 1 })), Deed::Tasks)
            .contains("threads 1,")
    );
}
