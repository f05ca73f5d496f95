//! `facepay bench payments`: sales by staff from the wallet, on a database of their own, each answered when it is durable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::operation::Kind;
use domain::{ConsentId, Currency, Money, OperationId, Timestamp, TransferId, UserId};
use serde_json::{Value, json};
use store::{By, DatabaseUrl, Funding, NewConsent, NewUser, Profile, Store, TransactionFilter};
use uuid::Uuid;

use super::figures::percentiles;
use crate::app::{App, payer, transaction};
use crate::auth::Principal;
use crate::cli::{Failure, offline};
use crate::settings::Settings;

/// What each payer is given, and each sale takes, in minor units.
const FUNDED: i64 = 1_000_000_000;
const SALE: i64 = 100;
/// Sales before it is measured, by each client.
const WARM_UP: usize = 3;
/// Writes by which the audit chain's part is measured.
const PROBES: u32 = 2_000;
/// How often they are written.
const PROBE_TURNS: usize = 5;
/// Threads that write them, so that they share commits.
const PROBE_THREADS: u32 = 16;

/// Sales by one client and by `clients` at once, for `seconds` each.
pub(super) fn payments(
    mut settings: Settings,
    clients: usize,
    seconds: u64,
    url: Option<String>,
) -> Result<Value, Failure> {
    // Not in the folder for temporary files, which may be in memory: the disk is what is measured.
    let folder = tempfile::tempdir_in(".").map_err(|error| Failure::failed(error.to_string()))?;
    let path = folder.path().canonicalize().map_err(|error| Failure::failed(error.to_string()))?;
    settings.data.folder = path.join("data");
    settings.secrets.folder = path.join("data/secrets");
    settings.database.url = url.unwrap_or_else(|| format!("sqlite:{}/bench.db", path.display()));
    let database = settings.database_url()?;
    if Store::has_key(&database)? {
        return Err(Failure::failed(format!("{database} is in use; give the URL of an empty database")));
    }
    settings.recognition.enabled = false;
    settings.redis.url.clear();
    unlimited(&mut settings);
    offline::runtime()?.block_on(async {
        let app = App::open(settings, crate::app::start::machine_clock()).await?;
        let mut payers = Vec::new();
        for _ in 0..clients {
            payers.push(payer(&app).await?);
        }
        let span = Duration::from_secs(seconds);
        let alone = round(&app, &payers[..1], span).await?;
        let together = round(&app, &payers, span).await?;
        let audit = audit_share(&app, together.sales as f64 / together.seconds).await?;
        let kind = match database {
            DatabaseUrl::Sqlite(_) => "sqlite",
            DatabaseUrl::Postgres(_) => "postgresql",
        };
        let figures = together.figures();
        Ok(json!({
            "database": kind, "clients": clients, "seconds": seconds,
            "sales_per_second": figures["sales_per_second"],
            "p50_ms": figures["p50_ms"], "p99_ms": figures["p99_ms"],
            "fsyncs_per_sale": figures["fsyncs_per_sale"],
            "alone": alone.figures(), "together": figures, "audit": audit,
        }))
    })
}

/// Has the wallet take the payments, and no limit stop anybody.
pub(super) fn unlimited(settings: &mut Settings) {
    settings.plugins.payment = "payment-wallet".to_owned();
    settings.plugins.payment_also.clear();
    settings.policy.sale_amount_max = FUNDED;
    settings.policy.attended_amount_max = FUNDED;
    settings.policy.day_amount_max = i64::MAX;
    settings.policy.hour_count_max = u32::MAX;
}

fn euros(minor: i64) -> Result<Money, Failure> {
    let currency: Currency = "EUR".parse().map_err(|error| failed(&error))?;
    Money::new(minor, currency).map_err(|error| failed(&error))
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::failed(error.to_string())
}

/// Somebody with consent and money.
pub(super) async fn payer(app: &App) -> Result<UserId, Failure> {
    let (id, at, amount) = (UserId(Uuid::now_v7()), app.now(), euros(FUNDED)?);
    let enrolled = move |store: &Store| {
        let by = By { actor: "bench", at };
        let profile = Profile { name: "A payer".to_owned(), email: None };
        store.add_user(by, &NewUser { id, profile })?;
        let consent = NewConsent {
            id: ConsentId(Uuid::now_v7()),
            user: id,
            text_version: "1".to_owned(),
            text_sha256: "0".repeat(64),
            language: "en".to_owned(),
            channel: "branch".to_owned(),
            expires_at: at.plus(Duration::from_secs(86_400)),
        };
        store.add_consent(by, &consent)?;
        store.fund_wallet(by, &Funding { id: TransferId(Uuid::now_v7()), user: id, amount })
    };
    app.store(enrolled).await?;
    Ok(id)
}

/// What one round gave.
struct Round {
    sales: usize,
    seconds: f64,
    commits: u64,
    times: Vec<Duration>,
}

impl Round {
    fn figures(&self) -> Value {
        let spread = percentiles(self.times.clone());
        json!({
            "sales": self.sales,
            "sales_per_second": self.sales as f64 / self.seconds,
            "p50_ms": spread["p50"],
            "p99_ms": spread["p99"],
            "fsyncs_per_sale": self.commits as f64 / self.sales.max(1) as f64,
        })
    }
}

/// Each payer pays as fast as it is answered.
async fn round(app: &App, payers: &[UserId], span: Duration) -> Result<Round, Failure> {
    for &payer in payers {
        for _ in 0..WARM_UP {
            sale(app, payer).await?;
        }
    }
    let commits = commits(app).await?;
    let begun = Instant::now();
    let clients: Vec<_> = payers
        .iter()
        .map(|&payer| {
            let app = app.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                while begun.elapsed() < span {
                    let asked = Instant::now();
                    sale(&app, payer).await?;
                    times.push(asked.elapsed());
                }
                Ok::<_, Failure>(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.map_err(|error| failed(&error))??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let commits = self::commits(app).await? - commits;
    Ok(Round { sales: times.len(), seconds, commits, times })
}

async fn commits(app: &App) -> Result<u64, Failure> {
    Ok(app.store(|store| Ok(store.commits())).await?)
}

/// One sale, from opening to captured.
async fn sale(app: &App, user: UserId) -> Result<(), Failure> {
    let amount = euros(SALE)?;
    let (reference, proof, terminal, provider) = (None, None, None, None);
    let claim = payer::Claim { user, amount, reference, proof, terminal, provider };
    let opened = payer::open(app, &Principal::SYSTEM, claim).await?;
    let paid = transaction::pay(app, &Principal::SYSTEM, opened.id, Kind::Sale).await?;
    match paid.state {
        domain::transaction::State::Captured => Ok(()),
        state => Err(Failure::failed(format!("a sale ended {state}: {}", paid.reason.unwrap_or_default()))),
    }
}

/// The audit chain's part of a sale: how many records it writes, and what one costs the writer. The cost is the
/// difference between the same small write with a record and without one.
async fn audit_share(app: &App, sales_per_second: f64) -> Result<Value, Failure> {
    let (records, operation) = app.store(last_sale).await?;
    let audited: Write = |store, at, id| store.keep(By { actor: "bench", at }, id, "{}");
    let bare: Write = |store, at, id| store.put_off(at, id, Duration::ZERO);
    // By turns, and the fastest of each, so that what else this machine does at times counts for neither.
    let mut took = [Duration::MAX; 2];
    for turn in 0..2 * PROBE_TURNS {
        let write = [bare, audited][turn % 2];
        took[turn % 2] = took[turn % 2].min(probed(app, operation, write).await?);
    }
    let each = (took[1].as_secs_f64() - took[0].as_secs_f64()) / f64::from(PROBES);
    Ok(json!({
        "records_per_sale": records,
        "microseconds_per_record": each * 1e6,
        "share_of_time": each * f64::from(records) * sales_per_second,
    }))
}

type Write = fn(&Store, Timestamp, OperationId) -> Result<(), store::StoreError>;

/// How many records the last sale wrote, and its request.
fn last_sale(store: &Store) -> Result<(u32, OperationId), store::StoreError> {
    let filter = TransactionFilter { limit: 1, ..TransactionFilter::default() };
    let last = store.transactions(&filter)?.pop().ok_or(store::StoreError::NotFound("transaction"))?;
    let operation = store.operations(last.id)?.pop().ok_or(store::StoreError::NotFound("operation"))?.id;
    let subjects = [last.id.to_string(), operation.to_string()];
    let (mut count, mut after) = (0, 0);
    loop {
        let rows = store.audit(after, 200)?;
        let Some(row) = rows.last() else { return Ok((count, operation)) };
        after = row.seq;
        count += rows.iter().filter(|row| subjects.contains(&row.subject)).count() as u32;
    }
}

/// The time that [`PROBES`] writes take that share their commits.
async fn probed(app: &App, operation: OperationId, write: Write) -> Result<Duration, Failure> {
    let (at, app) = (app.now(), Arc::new(app.clone()));
    let begun = Instant::now();
    let writers: Vec<_> = (0..PROBE_THREADS)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move {
                let each = move |store: &Store| {
                    (0..PROBES / PROBE_THREADS).try_for_each(|_| write(store, at, operation))
                };
                app.store(each).await
            })
        })
        .collect();
    for writer in writers {
        writer.await.map_err(|error| failed(&error))??;
    }
    Ok(begun.elapsed())
}
