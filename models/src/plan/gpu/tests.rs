//! Plans on whatever Vulkan adapter there is, against Burn on the CPU.

use super::*;
use crate::plan::record;
use crate::plan::tests::{apart, burns, delivered, noise};

/// A device of this machine, or why there is none.
fn gpu(precision: Precision, width: Width) -> Result<Gpu, String> {
    let (device, queue) = crate::engine::test_device()?;
    Ok(Gpu::new(device, queue, precision, width))
}

fn compare(precision: Precision, width: Width) {
    let mut gpu = match gpu(precision, width) {
        Ok(gpu) => gpu,
        Err(reason) => {
            println!("SKIP({reason})");
            return;
        }
    };
    if gpu.precision != precision {
        println!("SKIP(the adapter has no f16)");
        return;
    }
    for (entry, network) in delivered() {
        let mut program = gpu.compile(&record(&*network).unwrap(), 3);
        for items in [1, 3] {
            let inputs = noise(&*network, items);
            let found = gpu.begin(&mut program, items, |batch| batch.write(0, &inputs)).wait().unwrap();
            let apart = apart(&found, &burns(&*network, &inputs));
            println!("{} {items}: {apart:e}", entry.name);
            assert!(apart < precision.apart_max(), "{} {items}: {apart}", entry.name);
        }
    }
}

#[test]
fn every_delivered_network_answers_as_burn_does() {
    compare(Precision::Full, Width::HARDWARE);
    compare(Precision::Full, Width::SOFTWARE);
}

#[test]
fn with_half_the_bytes_a_number_the_answers_are_near() {
    compare(Precision::Half, Width::SOFTWARE);
}

#[test]
fn two_runs_may_be_under_way() {
    let mut gpu = match gpu(Precision::Full, Width::SOFTWARE) {
        Ok(gpu) => gpu,
        Err(reason) => {
            println!("SKIP({reason})");
            return;
        }
    };
    let (_, network) = delivered().into_iter().find(|(entry, _)| entry.name == "minifasnet-v1se").unwrap();
    let mut program = gpu.compile(&record(&*network).unwrap(), 2);
    let inputs = noise(&*network, 2);
    let (one, other) = inputs.split_at(inputs.len() / 2);
    let pending = [one, other].map(|input| gpu.begin(&mut program, 1, |batch| batch.write(0, input)));
    for (pending, input) in pending.into_iter().zip([one, other]) {
        assert!(apart(&pending.wait().unwrap(), &burns(&*network, input)) < 1e-4);
    }
}
