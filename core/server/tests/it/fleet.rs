//! Many appliances for minutes: real processes that follow a centre on a PostgreSQL, in namespaces of their own, with lines that
//! break, clocks that are wrong, and databases that are killed. In the end all have the same, nobody is back, nothing counts twice.
//!
//! `cargo xtask fleet` runs it: `FACEPAY_FLEET_FOLLOWERS` followers and `FACEPAY_FLEET_STEPS` steps from `FACEPAY_FLEET_SEED`, in a
//! network of this process's own where `FACEPAY_FLEET_ALONE` is set.
#![allow(clippy::print_stdout, reason = "what was done is told")]

mod branch;
mod centre;
mod network;
mod process;
mod schedule;
mod verdict;
mod world;

use std::time::{Duration, Instant};

use network::Network;
use world::World;

/// Nothing heard for so long, and a payer may spend less: twice the time for which a question waits at the centre, and some …
const OFFLINE_AFTER: Duration = Duration::from_secs(12);
/// … this much a day.
const OFFLINE_MINOR_MAX: i64 = 2_000;
/// Which recogniser the templates are of.
const MODEL: u32 = 1;
/// How far clocks are off.
const SKEW_S: i64 = 600;

fn told<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(format!("FACEPAY_FLEET_{name}")).ok()?.parse().ok()
}

/// Nothing to do unless it is asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_appliances_agree_with_their_centre_whatever_happens() {
    let Some(followers) = told("FOLLOWERS") else { return };
    let steps = told("STEPS").unwrap_or(240);
    let seed: u64 = told("SEED").unwrap_or_else(|| rand::random::<u32>().into());
    let network = Network::set_up(told::<u8>("ALONE").is_some());
    println!("fleet: {followers} followers, {steps} steps, seed {seed}, network: {network:?}");
    let (folder, begun) = (tempfile::tempdir().unwrap(), Instant::now());
    let mut world = match World::start((folder.path(), network), followers).await {
        Ok(world) => world,
        Err(why) => return println!("SKIP({why})"),
    };
    println!("fleet: all follow after {:.0?}", begun.elapsed());
    for step in schedule::of(seed, steps) {
        world.does(step).await;
    }
    println!("fleet: all was done after {:.0?}", begun.elapsed());
    world.settles().await;
    let violations = world.ends();
    println!("fleet: {:.0?}, {} violations", begun.elapsed(), violations.len());
    assert!(violations.is_empty(), "seed {seed}:\n{}", violations.join("\n"));
}
