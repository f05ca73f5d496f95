//! Figures: how long a search takes, and what the pipeline costs without the networks.

use parking_lot::Mutex;
use pipeline::{Meter, Stage};

use super::*;
use crate::recognize::vision::start_metered;

/// Numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    fn embedding(&mut self, dim: usize) -> Embedding {
        Embedding::new((0..dim).map(|_| self.next()).collect()).expect("a direction")
    }
}

#[test]
fn a_search_among_ten_thousand_is_short() {
    let (mut numbers, gallery) = (Numbers(42), Gallery::new(512, 1));
    let mut took = Duration::MAX;
    for (size, kind) in [(10_000, "10k"), (100_000, "100k")] {
        while gallery.len() < size {
            let id = gallery.len() as u128;
            gallery.insert(TemplateId(id), Subject(id), 1, &numbers.embedding(512)).expect("it fits");
        }
        let probe = numbers.embedding(512);
        let mut times: Vec<Duration> = (0..20)
            .map(|_| {
                let begun = Instant::now();
                assert!(gallery.search(&probe).unwrap().is_some());
                begun.elapsed()
            })
            .collect();
        times.sort();
        println!("search among {kind} x 512: best {:?}, median {:?}", times[0], times[10]);
        took = took.min(times[0]);
    }
    // Ten times what it takes on a slow machine.
    assert!(took < Duration::from_millis(50), "{took:?}");
}

/// Every stage's durations.
#[derive(Default)]
struct Durations(Mutex<HashMap<Stage, Vec<Duration>>>);

impl Meter for Durations {
    fn stage(&self, stage: Stage, took: Duration) {
        self.0.lock().entry(stage).or_default().push(took);
    }
}

#[test]
fn the_pipeline_costs_little_beside_the_networks() {
    let Some((_farm, till, _)) = two_cameras() else { return };
    let durations = Arc::new(Durations::default());
    let pipeline = start_metered(LIVENESS_OFF, durations.clone());
    enrol(&pipeline, EILEEN, &portrait("eileen-collins.jpg"));
    durations.0.lock().clear();
    let (mut observations, begun) = (pipeline.observations(), Instant::now());
    camera(&pipeline, "till", &till);
    for _ in 0..30 {
        next(&mut observations, begun);
    }
    pipeline.shutdown();
    let mut ours = Duration::ZERO;
    for stage in Stage::ALL {
        let mut took = durations.0.lock().remove(&stage).unwrap_or_default();
        took.sort();
        let median = took[took.len() / 2];
        println!(
            "{}: median {median:?}, longest {:?}, {} times",
            stage.name(),
            took[took.len() - 1],
            took.len()
        );
        if matches!(stage, Stage::Tracking | Stage::Search) {
            ours += median;
        }
    }
    println!("without the networks: {ours:?} a picture");
    // Twenty times what it takes on a quiet machine.
    assert!(ours < Duration::from_millis(20), "{ours:?}");
}
