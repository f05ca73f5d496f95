//! The engine with networks whose answers are known: splitting, gathering, failing, shutting down.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::warp::{Normalise, Target};
use super::*;
use crate::net::Network;

mod folder;
mod gpu;

const SIDE: usize = 4;

/// Answers the mean of each input, as one value, and counts the batches it ran.
struct Mean(Arc<AtomicUsize>);

impl Network for Mean {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    fn forward(&self, input: burn::Tensor<4>) -> Vec<burn::Tensor<2>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let batch = input.dims()[0];
        vec![input.reshape([batch, 3 * SIDE * SIDE]).mean_dim(1)]
    }
}

/// Panics as soon as it sees anything but black.
struct Fragile;

impl Network for Fragile {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    fn forward(&self, input: burn::Tensor<4>) -> Vec<burn::Tensor<2>> {
        let batch = input.dims()[0];
        assert!(input.clone().max().into_scalar::<f32>() <= 0.0, "a fragile network saw light");
        vec![input.reshape([batch, 3 * SIDE * SIDE]).mean_dim(1)]
    }
}

/// Says when it has begun, and goes on only when it is let.
struct Gated(Arc<Barrier>);

impl Network for Gated {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    fn forward(&self, input: burn::Tensor<4>) -> Vec<burn::Tensor<2>> {
        let batch = input.dims()[0];
        if input.clone().max().into_scalar::<f32>() > 0.0 {
            self.0.wait();
            self.0.wait();
        }
        vec![input.reshape([batch, 3 * SIDE * SIDE]).mean_dim(1)]
    }
}

fn model(name: &str, max_batch: usize, network: Box<dyn Network>) -> Model {
    let normalise = Normalise { bgr: false, mean: [0.0; 3], scale: [1.0; 3] };
    let dims = vec![if name == "misdescribed" { 2 } else { 1 }];
    let outputs = vec![OutputInfo { name: "mean".to_owned(), dims }];
    let (model_tag, sha256) = (0, [0; 32]);
    let name = name.to_owned();
    let info =
        ModelInfo { name, input_width: SIDE, input_height: SIDE, outputs, max_batch, model_tag, sha256 };
    Model {
        info: Arc::new(info),
        target: Target { width: SIDE, height: SIDE, normalise },
        runner: Runner::Burn(network),
    }
}

struct Rig {
    engine: Engine,
    batches: Arc<AtomicUsize>,
    gate: Arc<Barrier>,
}

fn rig(threads: usize) -> Rig {
    rig_on(DeviceChoice::Cpu, threads)
}

fn rig_on(device: DeviceChoice, threads: usize) -> Rig {
    let options = EngineOptions { device, threads, software_adapter_allowed: true, ..EngineOptions::new("") };
    let (batches, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(2)));
    let (counted, gated) = (Arc::clone(&batches), Arc::clone(&gate));
    let loader = move |name: &str, machine: &Machine| {
        let network: Box<dyn Network> = match name {
            "mean" => Box::new(Mean(Arc::clone(&counted))),
            "misdescribed" => Box::new(Mean(Arc::clone(&counted))),
            "fragile" => Box::new(Fragile),
            "gated" => Box::new(Gated(Arc::clone(&gated))),
            _ => {
                let known = ["mean", "fragile", "gated"].map(str::to_owned).to_vec();
                return Err(EngineError::UnknownModel { model: name.to_owned(), known });
            }
        };
        Ok(model(name, machine.batch_max, network))
    };
    let engine = Engine::start_with(&options, Box::new(loader));
    Rig { engine: engine.unwrap(), batches, gate }
}

/// A grey picture's pixels, and the region that shows it whole.
fn grey(value: u8) -> (Vec<u8>, Region) {
    (vec![value; SIDE * SIDE], Region { picture: 0, affine: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0] })
}

fn run(engine: &Engine, model: &str, value: u8) -> Result<Vec<Tensor>, EngineError> {
    let (pixels, region) = grey(value);
    engine.run(model, &[Picture::gray8(SIDE as u32, SIDE as u32, &pixels)], &[region])
}

#[test]
fn every_region_gets_its_own_row_in_order_however_the_call_is_split() {
    for threads in [1, 2, 3] {
        let rig = rig(threads);
        let pixels: Vec<Vec<u8>> = (0..40).map(|value| grey(value).0).collect();
        let side = SIDE as u32;
        let pictures: Vec<_> = pixels.iter().map(|pixels| Picture::gray8(side, side, pixels)).collect();
        for count in [1, 2, 7, 8, 9, 40] {
            let regions: Vec<_> = (0..count).map(|picture| Region { picture, ..grey(0).1 }).collect();
            let tensors = rig.engine.run("mean", &pictures, &regions).unwrap();
            assert_eq!(tensors[0].dims, [count, 1]);
            let expected: Vec<f32> = (0..count).map(|value| value as f32).collect();
            assert_eq!(tensors[0].data, expected, "{count} regions on {threads} threads");
            assert_eq!(tensors[0].row(count - 1), Some(&expected[count - 1..]));
            assert_eq!(tensors[0].row(count), None);
        }
    }
}

#[test]
fn no_regions_give_empty_tensors_and_run_nothing() {
    let rig = rig(1);
    rig.engine.open("mean").unwrap();
    let before = rig.batches.load(Ordering::SeqCst);
    let tensors = rig.engine.run("mean", &[], &[]).unwrap();
    assert_eq!((tensors[0].dims.as_slice(), tensors[0].data.len()), ([0, 1].as_slice(), 0));
    assert_eq!(rig.batches.load(Ordering::SeqCst), before);
}

#[test]
fn an_unknown_network_is_refused_with_the_known_names() {
    let error = rig(1).engine.open("nonesuch").unwrap_err();
    assert!(error.to_string().contains("nonesuch") && error.to_string().contains("fragile"), "{error}");
}

#[test]
fn wrong_arguments_are_named_by_their_index() {
    let engine = rig(1).engine;
    let (pixels, region) = grey(1);
    let good = Picture::gray8(4, 4, &pixels);
    let torn = Picture { height: 5, ..good };
    let picture = engine.run("mean", &[good, torn], &[region]).err();
    assert!(matches!(picture, Some(EngineError::Picture { picture: 1, .. })));
    let far = engine.run("mean", &[good], &[region, Region { picture: 1, ..region }]).err();
    assert!(matches!(far, Some(EngineError::Region { region: 1, .. })));
    let wild = Region { affine: [f32::NAN; 6], ..region };
    assert!(matches!(engine.run("mean", &[good], &[wild]), Err(EngineError::Region { region: 0, .. })));
    assert!(engine.run("mean", &[good], &[region]).is_ok(), "a refused call harms no later one");
}

#[test]
fn a_panicking_network_breaks_the_engine_and_every_later_call() {
    let rig = rig(2);
    assert!(run(&rig.engine, "mean", 3).is_ok());
    let error = run(&rig.engine, "fragile", 200).err().unwrap();
    assert!(error.to_string().contains("saw light"), "{error}");
    assert!(matches!(run(&rig.engine, "mean", 3), Err(EngineError::Failed { .. })));
    assert!(matches!(rig.engine.open("gated"), Err(EngineError::Failed { .. })));
    assert!(rig.engine.failure().is_some());
}

#[test]
fn a_network_that_answers_something_else_is_refused_and_harms_no_other() {
    let engine = rig(1).engine;
    let error = engine.open("misdescribed").unwrap_err();
    let EngineError::Weights { source, .. } = &error else { panic!("{error}") };
    assert!(source.to_string().contains("[2]") && source.to_string().contains("[1]"), "{source}");
    assert!(run(&engine, "mean", 3).is_ok());
}

#[test]
fn callers_that_wait_while_the_engine_breaks_are_answered() {
    let rig = rig(2);
    rig.engine.open("gated").unwrap();
    rig.engine.open("fragile").unwrap();
    let (done, results) = sync_channel(64);
    std::thread::scope(|scope| {
        let blocked = scope.spawn(|| run(&rig.engine, "gated", 9));
        rig.gate.wait();
        for _ in 0..2 * QUEUE_LEN_MAX {
            let (engine, done) = (rig.engine.clone(), done.clone());
            scope.spawn(move || done.send(run(&engine, "fragile", 200).is_err()));
        }
        for _ in 0..2 * QUEUE_LEN_MAX {
            assert!(results.recv().unwrap(), "a call on a broken engine must fail");
        }
        rig.gate.wait();
        assert!(blocked.join().unwrap().is_ok(), "what had begun is finished");
    });
}

#[test]
fn dropping_the_last_engine_ends_its_threads() {
    let rig = rig(3);
    let shared = Arc::downgrade(&rig.engine.inner.queue);
    let clone = rig.engine.clone();
    drop(rig);
    assert!(run(&clone, "mean", 3).is_ok());
    drop(clone);
    assert!(shared.upgrade().is_none(), "the threads hold the queue until they end");
}

#[test]
fn a_network_is_loaded_once_however_many_ask_for_it() {
    let rig = rig(2);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| rig.engine.open("mean").unwrap());
        }
    });
    assert_eq!(rig.batches.load(Ordering::SeqCst), 1, "one warm-up");
}
