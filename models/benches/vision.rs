//! Prints the figures of `facepay bench vision` without the appliance: `cargo bench -p models -- [cpu|gpu] [threads] [batch]`.

use std::io::Write;

use models::{DeviceChoice, Engine, EngineOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let number = |at: usize| words.get(at).map_or(Ok(1), |word| word.parse::<usize>());
    let device = match words.first().map(String::as_str) {
        Some("gpu") => DeviceChoice::Gpu,
        Some("auto") => DeviceChoice::Auto,
        _ => DeviceChoice::Cpu,
    };
    let weights = concat!(env!("CARGO_MANIFEST_DIR"), "/weights");
    let options = EngineOptions { device, threads: number(1)?, ..EngineOptions::new(weights) };
    let report = models::engine::bench(&Engine::start(options)?, 50, number(2)?)?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{}, {}, {} threads, batch {}",
        report.device, report.backend, report.threads, report.batch
    )?;
    for (stage, figures) in &report.stages {
        writeln!(out, "{stage:24} {:9.2} {:9.2}", figures.p50_ms, figures.p95_ms)?;
    }
    writeln!(out, "{:24} {:9.2} {:9.2}", "chain", report.chain.p50_ms, report.chain.p95_ms)?;
    writeln!(out, "{:24} {:9.2}", "faces per second", report.chain.faces_per_second)?;
    Ok(())
}
