//! `facepay bench api`: what clients of the REST interface wait for. The appliance is one of its own in this process, on a new
//! SQLite file in the current folder, and so are the clients: both ends are in the figures.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use domain::UserId;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::figures::percentiles;
use super::{payments, process};
use crate::cli::appliance::{Appliance, alone_in};
use crate::cli::{Failure, offline};
use crate::client::{Client, ClientError};
use crate::settings::Settings;

/// People that are paid for and listed.
pub(super) const PEOPLE: usize = 50;
/// Connections besides the clients' that are open at one time.
const CONNECTIONS_BESIDES: usize = 8;
/// What each sale takes, in minor units.
const SALE: i64 = 100;
/// Recognition is off, so nothing has to be waited for longer.
pub(super) const STOPS_WITHIN: Duration = Duration::from_secs(2);

/// What a client asks, in turn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Request {
    System,
    People,
    Person,
    Transactions,
    Audit,
    Sale,
}

/// Times of one client's answers, and how many requests were refused or had no answer.
#[derive(Default)]
struct Answers {
    times: BTreeMap<Request, Vec<Duration>>,
    errors: usize,
}

/// Has `clients` ask one thing after another for `span`, each on a connection of its own.
pub(super) fn api(mut settings: Settings, clients: usize, span: Duration) -> Result<Value, Failure> {
    // Not in the folder for temporary files, which may be in memory: sales wait for the disk.
    let folder = tempfile::tempdir_in(".")?;
    alone_in(&mut settings, &folder.path().canonicalize()?);
    settings.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    settings.server.connections_max = clients + CONNECTIONS_BESIDES;
    settings.recognition.enabled = false;
    payments::unlimited(&mut settings);
    let runtime = offline::runtime()?;
    let report = runtime.block_on(async {
        let appliance = Appliance::start(settings).await?;
        let report = measured(&appliance, clients, span).await;
        appliance.stop().await;
        report
    });
    runtime.shutdown_timeout(STOPS_WITHIN);
    report
}

async fn measured(appliance: &Appliance, clients: usize, span: Duration) -> Result<Value, Failure> {
    let (base, key) = (appliance.base(), appliance.set_up("bench").await?);
    let mut people = Vec::with_capacity(PEOPLE);
    for _ in 0..PEOPLE {
        people.push(payments::payer(appliance.app()).await?);
    }
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for person in people.iter().cycle().take(clients) {
        let client = Client::new(&base, Some(key.clone()));
        running.spawn(asks(client, *person, begun, span));
    }
    let mut all = Answers::default();
    while let Some(answers) = running.join_next().await {
        let answers = answers.map_err(|error| Failure::failed(error.to_string()))?;
        all.errors += answers.errors;
        for (request, times) in answers.times {
            all.times.entry(request).or_default().extend(times);
        }
    }
    let took = begun.elapsed().as_secs_f64();
    let every: Vec<_> = all.times.values().flatten().copied().collect();
    let (answered, spread) = (every.len(), percentiles(every));
    let routes: BTreeMap<_, _> =
        all.times.into_iter().map(|(request, times)| (request.name(), percentiles(times))).collect();
    Ok(json!({
        "clients": clients,
        "seconds": took,
        "requests_per_second": answered as f64 / took,
        "n": answered,
        "p50_ms": spread["p50"], "p95_ms": spread["p95"], "p99_ms": spread["p99"], "max_ms": spread["max"],
        "errors": all.errors,
        "dropped": 0,
        "evicted": 0,
        "rss_mb": process::resident_mb(),
        "routes": routes,
    }))
}

/// One client, which asks as fast as it is answered.
async fn asks(client: Client, person: UserId, begun: Instant, span: Duration) -> Answers {
    let mut answers = Answers::default();
    for request in Request::ROUND.into_iter().cycle() {
        if begun.elapsed() >= span {
            break;
        }
        let asked = Instant::now();
        match request.send(&client, person).await {
            Ok(_) => answers.times.entry(request).or_default().push(asked.elapsed()),
            Err(_) => answers.errors += 1,
        }
    }
    answers
}

impl Request {
    pub(super) const ROUND: [Self; 6] =
        [Self::System, Self::People, Self::Person, Self::Transactions, Self::Audit, Self::Sale];

    fn name(self) -> &'static str {
        match self {
            Self::System => "GET /",
            Self::People => "GET /users",
            Self::Person => "GET /users/{id}",
            Self::Transactions => "GET /transactions",
            Self::Audit => "GET /audit",
            Self::Sale => "POST /transactions",
        }
    }

    pub(super) async fn send(self, client: &Client, person: UserId) -> Result<Value, ClientError> {
        match self {
            Self::System => client.get("/").await,
            Self::People => client.get("/users?limit=20").await,
            Self::Person => client.get(&format!("/users/{person}")).await,
            Self::Transactions => client.get("/transactions?limit=20").await,
            Self::Audit => client.get("/audit?limit=20").await,
            Self::Sale => {
                let amount = json!({ "amount": SALE, "currency": "EUR" });
                let body = json!({ "user_id": person.to_string(), "amount": amount, "terminal": "bench" });
                client.post_once("/transactions", &body, &Uuid::now_v7().to_string()).await
            }
        }
    }
}
