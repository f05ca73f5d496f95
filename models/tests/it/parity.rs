//! Every network of the manifest answers what the original answered to a portrait.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use models::manifest::{Entry, Manifest, Weights};
use models::net::{self, Network};
use models::verify::answer;
use models::{
    verify,
    weights::{self, Shelf},
};

/// Offsets of boxes and points may differ by less than this many pixels of the network's input.
pub(crate) const PIXELS_MAX: f64 = 1.0;

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("weights")
}

pub(crate) fn entry(name: &str) -> Entry {
    Manifest::builtin().unwrap().entry(name).unwrap().clone()
}

/// The entries whose weights are in the weights folder.
fn delivered() -> Vec<Entry> {
    let models = Manifest::builtin().unwrap().models.into_iter();
    models.filter(|entry| matches!(entry.weights, Weights::Delivered(_))).collect()
}

pub(crate) fn network(name: &str, device: &Device) -> Box<dyn Network> {
    let entry = entry(name);
    net::load(&entry, &weights::read(&entry, &folder()).unwrap(), device).unwrap()
}

#[test]
fn every_network_answers_as_the_original_did() {
    let reports = verify(&Manifest::builtin().unwrap(), &Shelf { folder: folder(), ..Shelf::default() });
    assert_eq!(reports.len(), delivered().len());
    for report in reports {
        let parity = report.parity.unwrap();
        eprintln!(
            "{:22} cosine {:.8}, largest difference {:.2e}, relative {:.2e}",
            report.name, parity.cosine_min, parity.difference_max, parity.relative_max
        );
        assert!(parity.holds() && parity.difference_max < PIXELS_MAX, "{}: {parity:?}", report.name);
    }
}

/// Numbers without a pattern in 0..1, others for each seed, the same on every run.
fn noise(seed: u32, len: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0
    };
    (0..len).map(|_| next()).collect()
}

#[test]
fn each_row_of_a_batch_is_answered_as_if_it_were_alone() {
    let device = Device::flex();
    for entry in delivered() {
        let network = network(&entry.name, &device);
        let shape = network.input();
        let len = shape.iter().product();
        let rows: Vec<Vec<f32>> = (1..=3).map(|seed| noise(seed, len)).collect();
        let batch = TensorData::new(rows.concat(), [rows.len(), shape[0], shape[1], shape[2]]);
        let together = network.forward(Tensor::from_data(batch, &device));
        assert_eq!(together.len(), entry.outputs.len());
        for (output, together) in together.into_iter().enumerate() {
            let together: Vec<f32> = together.into_data().try_into_vec().unwrap();
            for (row, together) in rows.iter().zip(together.chunks(entry.outputs[output].len())) {
                let alone = &answer(&*network, row.clone(), &device)[output];
                let parity = verify::Parity::of(together, alone);
                assert!(
                    parity.cosine_min > 0.999_999 && parity.relative_max < 1e-5,
                    "{} {output}: {parity:?}",
                    entry.name
                );
            }
        }
    }
}
