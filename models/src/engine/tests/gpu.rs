//! The GPU path against the CPU path, on a hardware GPU when there is one, else on software Vulkan.

use std::time::{Duration, Instant};

use super::*;
use crate::engine::bench::STAGES;
use crate::verify::Parity;

const WEIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/weights");

fn start(device: DeviceChoice, precision: Precision) -> Engine {
    let options =
        EngineOptions { device, precision, software_adapter_allowed: true, ..EngineOptions::new(WEIGHTS) };
    Engine::start(options).unwrap()
}

/// An engine whose GPU warps.
fn warping() -> Engine {
    let options = EngineOptions {
        device: DeviceChoice::Gpu,
        warp: Warp::Device,
        software_adapter_allowed: true,
        ..EngineOptions::new(WEIGHTS)
    };
    let engine = Engine::start(options).unwrap();
    assert_eq!(engine.device().warp, Warp::Device);
    engine
}

/// A smooth picture with light, dark and colour in it.
fn pixels() -> Vec<u8> {
    let value = |x: usize, y: usize, channel: usize| {
        let wave = ((x * (channel + 2)) as f32 / 23.0).sin() * ((y * (3 - channel)) as f32 / 31.0).cos();
        (127.0 + 120.0 * wave) as u8
    };
    (0..160 * 160 * 3).map(|index| value(index / 3 % 160, index / 480, index % 3)).collect()
}

#[test]
fn the_gpu_path_agrees_with_the_cpu_path() {
    if adapters().is_empty() {
        println!("SKIP(no Vulkan adapter; mesa-vulkan-drivers brings a software one)");
        return;
    }
    let full = Precision::Full;
    let (gpu, cpu) = (start(DeviceChoice::Gpu, full), start(DeviceChoice::Cpu, full));
    assert_ne!(gpu.device().kind, DeviceKind::Cpu);
    let pixels = pixels();
    let picture = Picture::rgb24(160, 160, &pixels);
    let region = |shift| Region { picture: 0, affine: [1.0, 0.1, 4.0 * shift as f32, -0.1, 1.0, 10.0] };
    // Five regions: more than one bucket of software Vulkan, and one that has to be padded.
    let five = ("blazeface-short-range", 5);
    let chain = STAGES.iter().map(|&(_, model, _)| (model, 1));
    for (model, count) in chain.chain([five]) {
        let regions: Vec<_> = (0..count).map(region).collect();
        let on_gpu = gpu.run(model, &[picture], &regions).unwrap();
        let on_cpu = cpu.run(model, &[picture], &regions).unwrap();
        assert_eq!(on_gpu.len(), on_cpu.len());
        for (output, (on_gpu, on_cpu)) in on_gpu.iter().zip(&on_cpu).enumerate() {
            assert_eq!(on_gpu.dims, on_cpu.dims);
            for region in 0..regions.len() {
                let parity = Parity::of(on_gpu.row(region).unwrap(), on_cpu.row(region).unwrap());
                assert!(parity.holds(), "{model}, output {output}, region {region}: {parity:?}");
            }
        }
    }
}

#[test]
fn what_the_gpu_warps_is_answered_as_what_the_cpu_does() {
    if adapters().is_empty() {
        println!("SKIP(no Vulkan adapter; mesa-vulkan-drivers brings a software one)");
        return;
    }
    let (gpu, cpu) = (warping(), start(DeviceChoice::Cpu, Precision::Full));
    let pixels = pixels();
    let pictures = [Picture::rgb24(160, 160, &pixels), Picture::gray8(150, 150, &pixels)];
    let region = |at: usize| Region { picture: at % 2, affine: [1.0, 0.1, 4.0 * at as f32, -0.1, 1.0, 10.0] };
    for (_, model, _) in STAGES {
        let regions: Vec<_> = (0..5).map(region).collect();
        let on_gpu = gpu.keeping(&pictures, || gpu.run(model, &pictures, &regions)).unwrap();
        let on_cpu = cpu.run(model, &pictures, &regions).unwrap();
        for (on_gpu, on_cpu) in on_gpu.iter().zip(&on_cpu) {
            for region in 0..regions.len() {
                let parity = Parity::of(on_gpu.row(region).unwrap(), on_cpu.row(region).unwrap());
                assert!(parity.holds(), "{model}, region {region}: {parity:?}");
            }
        }
    }
}

#[test]
fn another_picture_at_the_same_address_is_seen_as_it_is() {
    if adapters().is_empty() {
        println!("SKIP(no Vulkan adapter; mesa-vulkan-drivers brings a software one)");
        return;
    }
    let (gpu, cpu) = (warping(), start(DeviceChoice::Cpu, Precision::Full));
    let mut pixels = pixels();
    let regions = [Region { picture: 0, affine: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0] }];
    let run = |engine: &Engine, pixels: &[u8]| {
        let pictures = [Picture::rgb24(160, 160, pixels)];
        let answers = engine.keeping(&pictures, || engine.run("mobilefacenet-512", &pictures, &regions));
        answers.unwrap()[0].data.clone()
    };
    let first = run(&gpu, &pixels);
    pixels.reverse();
    let second = run(&gpu, &pixels);
    assert!(cosine(&first, &second) < 0.99, "the same answer to another picture");
    assert!(cosine(&second, &run(&cpu, &pixels)) > 0.99999);
}

#[test]
fn inputs_of_both_kinds_make_one_batch() {
    let Ok((device, queue)) = test_device() else {
        println!("SKIP(no Vulkan adapter; mesa-vulkan-drivers brings a software one)");
        return;
    };
    let (warper, carrier) = warping_on(Warp::Device, Some(&(device.clone(), queue.clone())), 4).unwrap();
    let gpu = Gpu::new(device, queue, Precision::Full, Width::SOFTWARE);
    let machine = Machine {
        burn: burn::tensor::Device::flex(),
        gpu: Some(Arc::new(Mutex::new(gpu))),
        warper: Some(Arc::new(warper)),
        batch_max: 4,
    };
    let shelf = Shelf { folder: WEIGHTS.into(), ..Shelf::default() };
    let model = model::from_shelf(shelf).unwrap()("minifasnet-v1se", &machine).unwrap();
    let Runner::Gpu(planned) = &model.runner else { panic!("the plan isn't used") };
    let pixels = pixels();
    let picture = Picture::rgb24(160, 160, &pixels);
    let affine = |shift: f32| [1.0, 0.1, shift, -0.1, 1.0, 10.0];
    let numbers =
        |shift| Inputs::Numbers(warped(&model, &[picture], &[Region { picture: 0, affine: affine(shift) }]));
    let seen = |shift| Seen {
        picture: carrier.carried(&picture).unwrap(),
        look: Look::new(&picture, &affine(shift), &model.target),
    };
    let mixed = [numbers(0.0), Inputs::Seen(vec![seen(10.0), seen(20.0)]), numbers(30.0)];
    let warped = [0.0, 10.0, 20.0, 30.0].map(numbers);
    let answers = |inputs: &[Inputs]| {
        let inputs: Vec<&Inputs> = inputs.iter().collect();
        planned.begin(&model.target, &inputs, 4).wait().unwrap()
    };
    for (mixed, warped) in answers(&mixed).iter().zip(answers(&warped)) {
        let parity = Parity::of(mixed, &warped);
        assert!(parity.holds(), "{parity:?}");
    }
}

#[test]
fn numbers_of_16_bits_are_kept_where_the_adapter_has_them_and_embed_a_face_nearly_alike() {
    let cpu = start(DeviceChoice::Cpu, Precision::Half);
    assert_eq!(cpu.device().precision, Precision::Full);
    if adapters().is_empty() {
        println!("SKIP(no Vulkan adapter; mesa-vulkan-drivers brings a software one)");
        return;
    }
    let half = start(DeviceChoice::Gpu, Precision::Half);
    if half.device().precision != Precision::Half {
        println!("SKIP(the adapter has no f16)");
        return;
    }
    let pixels = pixels();
    let regions = [Region { picture: 0, affine: [1.0, 0.1, 4.0, -0.1, 1.0, 10.0] }];
    let run =
        |engine: &Engine| engine.run("mobilefacenet-512", &[Picture::rgb24(160, 160, &pixels)], &regions);
    let (half, full) = (run(&half).unwrap(), run(&cpu).unwrap());
    let similarity = cosine(half[0].row(0).unwrap(), full[0].row(0).unwrap());
    assert!(similarity < 1.0, "the same to the last bit: nothing was kept in 16 bits");
    assert!(similarity > 0.9999, "{similarity}");
}

fn cosine(one: &[f32], other: &[f32]) -> f64 {
    let dot = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

#[test]
fn callers_on_a_gpu_share_batches_and_get_their_own_rows() {
    if adapters().is_empty() {
        println!("SKIP(no Vulkan adapter; mesa-vulkan-drivers brings a software one)");
        return;
    }
    let rig = rig_on(DeviceChoice::Gpu, 1);
    rig.engine.open("mean").unwrap();
    rig.engine.open("gated").unwrap();
    let before = rig.batches.load(Ordering::SeqCst);
    std::thread::scope(|scope| {
        // While the only thread is held at the gate, four callers queue up.
        let held = scope.spawn(|| run(&rig.engine, "gated", 9));
        rig.gate.wait();
        let callers: Vec<_> = (1..=4)
            .map(|value| {
                (
                    value,
                    scope.spawn({
                        let rig = &rig;
                        move || run(&rig.engine, "mean", value)
                    }),
                )
            })
            .collect();
        let patience = Instant::now() + Duration::from_secs(60);
        while rig.engine.inner.queue.len() < callers.len() {
            assert!(Instant::now() < patience, "the callers never came");
            std::thread::yield_now();
        }
        rig.gate.wait();
        for (value, caller) in callers {
            let data = &caller.join().unwrap().unwrap()[0].data;
            assert!((data[0] - f32::from(value)).abs() < 1e-4 && data.len() == 1, "{value}: {data:?}");
        }
        assert!(held.join().unwrap().is_ok());
    });
    assert_eq!(rig.batches.load(Ordering::SeqCst) - before, 1, "four callers, one batch");
}
