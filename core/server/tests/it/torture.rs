//! The plug pulled at every commit and at random, against a provider that loses requests and answers: what a client was told
//! is so, once, and both books agree.
//!
//! `cargo xtask torture` runs the same for longer: `FACEPAY_TORTURE_RUNS` random runs from `FACEPAY_TORTURE_SEED` on
//! `FACEPAY_TORTURE_DATABASE` (`sqlite`, `postgres` or `both`).
#![allow(clippy::print_stdout, reason = "what was tried is told, and why something was not")]

mod acquirer;
mod disk;
mod machine;
mod till;
mod verdict;

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Ask, post, put};
use crate::harness::eur;
use crate::servers::Postgres;
use acquirer::Acquirer;
use machine::Machine;
use till::Till;
use verdict::{Verdict, verdict};

/// What each payer's wallet is given.
const FUNDED: i64 = 10_000_000;
/// Clients at once in a random run.
const CLIENTS: usize = 4;
/// Claims of requests that a kill cut off are answered after so long: `payment.deadline_ms_max` and a grace.
const CLAIMS_END: Duration = Duration::from_secs(34);
/// Everything must be settled after so long.
const SETTLED_MAX: Duration = Duration::from_secs(150);

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Database {
    Sqlite,
    Postgres,
}

/// What was tried and what came of it.
#[derive(Debug, Default)]
struct Report {
    runs: u64,
    kills: u64,
    in_doubt: u64,
    payments: u64,
    answered: u64,
    lost: u64,
    doubled: u64,
    violations: Vec<String>,
}

impl Report {
    fn add(&mut self, tills: &[Till], Verdict { lost, doubled, violations }: Verdict) {
        self.payments += tills.iter().map(|till| till.facts.len() as u64).sum::<u64>();
        self.answered += tills.iter().map(|till| till.answered).sum::<u64>();
        self.lost += lost;
        self.doubled += doubled;
        self.violations.extend(violations);
    }

    fn join(&mut self, other: Self) {
        self.runs += other.runs;
        self.kills += other.kills;
        self.in_doubt += other.in_doubt;
        self.payments += other.payments;
        self.answered += other.answered;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.violations.extend(other.violations);
    }

    #[track_caller]
    fn conclude(&self, what: &str) {
        let Self { runs, kills, in_doubt, payments, answered, lost, doubled, violations } = self;
        println!(
            "torture {what}: {runs} runs, {kills} kills, {in_doubt} operations in doubt right after a kill, \
             {payments} payments, {answered} requests done, {lost} lost, {doubled} doubled, {} violations",
            violations.len()
        );
        assert!(violations.is_empty(), "{}", violations.join("\n"));
    }
}

/// One appliance with its acquirer and its clients.
struct Scene {
    machine: Machine,
    acquirer: Acquirer,
    tills: Vec<Till>,
    report: Report,
    last_kill: Instant,
    _folder: TempDir,
}

impl Scene {
    async fn set(database: Database, clients: usize) -> Result<Self, String> {
        let acquirer = Acquirer::start()?;
        let folder = memory();
        let url = match database {
            Database::Sqlite => format!("sqlite:{}/facepay.db", folder.path().display()),
            Database::Postgres => Postgres::shared()?.database(),
        };
        let mut machine = Machine::new(folder.path(), &url, acquirer.address);
        assert!(machine.start(None), "{}", machine.log_end());
        let mut tills = Vec::new();
        for number in 0..clients {
            let user = payer(&machine).await;
            tills.push(client(&machine, &format!("till-{number}"), user));
        }
        let (report, last_kill) = (Report::default(), Instant::now());
        Ok(Self { machine, acquirer, tills, report, last_kill, _folder: folder })
    }

    /// Notes what a kill left behind, and starts again.
    fn rise(&mut self) {
        self.last_kill = Instant::now();
        self.report.kills += 1;
        self.report.in_doubt += self.machine.in_doubt() as u64;
        assert!(self.machine.start(None), "{}", self.machine.log_end());
    }

    /// Lets everything come to its end and compares the books. Whoever is not patient does not wait until the requests that
    /// were cut off are answered.
    async fn end(mut self, patient: bool) -> Report {
        self.acquirer.faults(0, &json!({})).await;
        self.settle().await;
        if !patient {
            self.tills.iter_mut().for_each(Till::give_up);
        }
        if self.tills.iter().any(|till| till.facts.iter().any(|fact| !fact.unanswered.is_empty())) {
            tokio::time::sleep(CLAIMS_END.saturating_sub(self.last_kill.elapsed())).await;
            self.machine.kill();
            assert!(self.machine.start(None), "{}", self.machine.log_end());
            for till in &mut self.tills {
                till.ask_again().await;
            }
            self.settle().await;
        }
        self.machine.kill();
        let book = self.acquirer.book().await;
        let verdict = verdict(&self.machine, &self.tills, FUNDED, &book);
        self.report.add(&self.tills, verdict);
        self.report
    }

    async fn settle(&mut self) {
        let begun = Instant::now();
        for round in 0.. {
            let round = round + usize::try_from(self.last_kill.elapsed().as_micros()).unwrap();
            let mut open = 0;
            for till in &mut self.tills {
                open += till.settle(round).await;
            }
            open += self.machine.in_doubt();
            if open == 0 || begun.elapsed() > SETTLED_MAX {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

/// A folder in memory, where there is one: a kill takes nothing from there either, and nobody waits for the disk. What the disk
/// is told and when is a test of its own.
fn memory() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.unwrap()
}

/// A payer with consent, money in the wallet and a card.
async fn payer(machine: &Machine) -> String {
    let to = machine.address().borrow().expect("it listens");
    let ask = async |ask: Ask| ask.token(&machine.token).send(to).await;
    let user = ask(post("/users", &json!({ "name": "Ada" }))).await.ok(201);
    let id = user["id"].as_str().unwrap().to_owned();
    let consent = json!({ "version": "1", "text": "I agree to pay by face." });
    ask(post(format!("/users/{id}/consents"), &consent)).await.ok(201);
    let credit = json!({ "amount": eur(FUNDED) });
    ask(post(format!("/users/{id}/credits"), &credit).once(&format!("fund-{id}"))).await.ok(201);
    let card = json!({ "token": "pm_card_visa" });
    ask(put(format!("/users/{id}/instruments/org.facepay.payment-stripe"), &card)).await.ok(200);
    id
}

/// A client of this payer.
fn client(machine: &Machine, name: &str, user: String) -> Till {
    let (token, address) = (machine.token.clone(), machine.address());
    Till { name: name.to_owned(), token, user, address, facts: Vec::new(), answered: 0 }
}

/// What goes wrong at the acquirer, and how often.
fn rates() -> Value {
    json!({
        "drop_request": 0.04, "drop_reply": 0.04, "delay_ms:200": 0.04, "duplicate": 0.04,
        "http_500": 0.02, "http_500_after": 0.02, "half_body": 0.04, "late_success_ms:1500": 0.02,
    })
}

/// One life of a payment after the other, the plug pulled on this side of the next commit each time, until a life ends before
/// it.
async fn every_commit(
    (database, provider): (Database, &'static str),
    side: &'static str,
    patient: bool,
) -> Result<Report, String> {
    let mut scene = Scene::set(database, 1).await?;
    scene.machine.kill();
    for nth in 1.. {
        let mut died = !scene.machine.start(Some(format!("{side}:{nth}").as_str()));
        if died {
            scene.machine.kill();
            scene.rise();
        }
        let mut till = scene.tills.remove(0);
        let life = tokio::spawn(async move {
            till.live_all(provider).await;
            till
        });
        while !life.is_finished() {
            if scene.machine.has_ended() {
                died = true;
                scene.rise();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        scene.tills.push(life.await.unwrap());
        scene.machine.kill();
        scene.report.runs += 1;
        if !died {
            break;
        }
    }
    assert!(scene.machine.start(None), "{}", scene.machine.log_end());
    Ok(scene.end(patient).await)
}

/// Both sides of every commit.
async fn both_sides(database: Database, provider: &'static str, patient: bool) -> Result<Report, String> {
    let [before, after] =
        ["before", "after"].map(|side| tokio::spawn(every_commit((database, provider), side, patient)));
    let mut report = before.await.unwrap()?;
    report.join(after.await.unwrap()?);
    Ok(report)
}

/// Clients pay and give back while the plug is pulled at random.
async fn at_random(database: Database, seed: u64, kills: usize) -> Result<Report, String> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut scene = Scene::set(database, CLIENTS).await?;
    scene.acquirer.faults(seed, &rates()).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut lives = Vec::new();
    for mut till in scene.tills.drain(..) {
        let (stopped, mut random) = (stopped.clone(), StdRng::seed_from_u64(random.random()));
        lives.push(tokio::spawn(async move {
            while !*stopped.borrow() {
                till.live(&mut random, 0.5).await;
            }
            till
        }));
    }
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(20..900))).await;
        scene.machine.kill();
        scene.rise();
    }
    stop.send_replace(true);
    for life in lives {
        scene.tills.push(life.await.unwrap());
    }
    scene.report.runs = 1;
    Ok(scene.end(true).await)
}

async fn at_every_commit(database: Database) {
    match both_sides(database, "payment-wallet", false).await {
        Ok(report) => report.conclude(&format!("{database:?}, every commit")),
        Err(why) => println!("SKIP({why})"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_plug_can_be_pulled_at_every_commit_to_sqlite() {
    at_every_commit(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_plug_can_be_pulled_at_every_commit_to_postgresql() {
    at_every_commit(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_plug_can_be_pulled_at_any_time() {
    let seed = rand::random::<u32>().into();
    match at_random(Database::Sqlite, seed, 4).await {
        Ok(report) => report.conclude(&format!("SQLite, at random, seed {seed}")),
        Err(why) => println!("SKIP({why})"),
    }
}

/// A number or word of the environment, as `cargo xtask torture` sets it.
fn told(name: &str) -> Option<String> {
    std::env::var(format!("FACEPAY_TORTURE_{name}")).ok()
}

/// The long one: nothing to do unless it is asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_plug_can_be_pulled_as_often_as_is_asked_for() {
    let Some(runs) = told("RUNS").and_then(|text| text.parse::<u64>().ok()) else { return };
    let seed: u64 =
        told("SEED").and_then(|text| text.parse().ok()).unwrap_or_else(|| rand::random::<u32>().into());
    let databases: &[Database] = match told("DATABASE").as_deref() {
        Some("sqlite") => &[Database::Sqlite],
        Some("postgres") => &[Database::Postgres],
        _ => &[Database::Sqlite, Database::Postgres],
    };
    println!("torture: seed {seed}");
    for &database in databases {
        for provider in ["payment-wallet", "payment-stripe"] {
            match both_sides(database, provider, true).await {
                Ok(report) => report.conclude(&format!("{database:?}, {provider}, every commit")),
                Err(why) => return println!("SKIP({why})"),
            }
        }
        let mut all = Report::default();
        let mut numbers = 0..runs;
        while !numbers.is_empty() {
            // Most of a run is waiting until nothing can arrive any more.
            let batch: Vec<_> = numbers.by_ref().take(4).collect();
            let batch: Vec<_> = batch
                .into_iter()
                .map(|number| tokio::spawn(at_random(database, seed.wrapping_add(number), 8)))
                .collect();
            for run in batch {
                all.join(run.await.unwrap().unwrap());
            }
        }
        all.conclude(&format!("{database:?}, at random, seed {seed}"));
    }
}
