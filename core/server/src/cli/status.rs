//! `facepay status`: the running appliance, asked over its own interface.

use std::time::Duration;

use clap::Args;
use http::StatusCode;
use serde_json::{Value, json};

use super::signals::StopSignal;
use super::{Cli, Exit, Failure, offline, terminal};
use crate::client::{self, Client, ClientError};

/// Whom to ask, and how often.
#[derive(Args)]
pub struct Status {
    /// One object instead of text; with --watch one line for each look.
    #[arg(long)]
    json: bool,
    /// Looks again every two seconds until interrupted, whether the appliance answers or not.
    #[arg(long)]
    watch: bool,
    /// Ends with 6 when the appliance is not ready to take payments.
    #[arg(long, conflicts_with = "watch")]
    strict: bool,
    /// The appliance's address; by default that of server.listen.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// An API key; without it only what is open is shown.
    #[arg(long, env = "FACEPAY_KEY", hide_env_values = true)]
    key: Option<String>,
}

const WATCH_EVERY: Duration = Duration::from_secs(2);

pub(super) fn run(cli: &Cli, arguments: &Status) -> Result<Exit, Failure> {
    let (client, base) = connect(cli, arguments.url.as_deref(), arguments.key.clone())?;
    offline::runtime()?.block_on(async {
        match arguments.watch {
            true => watch(&client, &base, arguments.json).await,
            false => once(&client, &base, arguments).await,
        }
    })
}

/// A client of the appliance at `url`, or where the settings have it listen, and the address.
pub(super) fn connect(
    cli: &Cli,
    url: Option<&str>,
    key: Option<String>,
) -> Result<(Client, String), Failure> {
    let settings = offline::settings(cli)?;
    let base = match url {
        Some(url) if url.starts_with("http://") || url.starts_with("https://") => url.to_owned(),
        Some(url) => {
            let text = format!("--url {url}: an appliance is asked over https:// or http://");
            return Err(Failure::new(Exit::Usage, text));
        }
        None => client::address(&settings),
    };
    let client = Client::of(&base, key, &settings.tls);
    Ok((client.map_err(|text| Failure::new(Exit::Configuration, text))?, base))
}

async fn once(client: &Client, base: &str, arguments: &Status) -> Result<Exit, Failure> {
    let status = look(client).await?;
    match arguments.json {
        true => terminal::json(&status),
        false => show(base, &status),
    }
    let ready = status["ready"].as_bool().unwrap_or(false);
    Ok(if arguments.strict && !ready { Exit::Degraded } else { Exit::Ok })
}

/// An appliance that is away for a moment, as in an update, is what one watches for.
async fn watch(client: &Client, base: &str, as_json: bool) -> Result<Exit, Failure> {
    let mut stop = StopSignal::catch()?;
    loop {
        match (look(client).await, as_json) {
            (Ok(status), true) => terminal::out(status),
            (Ok(status), false) => show(base, &status),
            (Err(failure), true) => terminal::out(json!({ "error": failure.text })),
            (Err(failure), false) => terminal::note(format!("facepay: {}", failure.text)),
        }
        tokio::select! {
            () = tokio::time::sleep(WATCH_EVERY) => {}
            () = stop.came() => return Ok(Exit::Ok),
        }
        if !as_json {
            terminal::out("");
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let exit = match &error {
            ClientError::Unreachable { .. } => Exit::Unavailable,
            ClientError::Refused { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                Exit::Permission
            }
            ClientError::Refused { .. } => Exit::Failure,
        };
        Self::new(exit, error.to_string())
    }
}

/// How the appliance does.
pub(super) async fn look(client: &Client) -> Result<Value, Failure> {
    let status = client.get("/health").await?;
    let readiness = client.ask("/readyz?verbose").await?.body;
    let metrics = client.ask("/metrics").await?;
    let metrics = metrics.body.as_str().filter(|_| metrics.status.is_success()).map(queues);
    let listed = async |path: &str| -> Result<Value, ClientError> {
        let answer = client.ask(path).await?;
        // Null where the key is missing or may not see it.
        Ok(if answer.status.is_success() { answer.body["items"].clone() } else { Value::Null })
    };
    Ok(json!({
        "version": status["version"],
        "status": status["status"],
        "features": status["features"],
        "ready": readiness["ready"],
        "checks": readiness["checks"],
        "device": readiness["compute"],
        "decoders": readiness["decoders"],
        "queues": metrics,
        "cameras": listed("/cameras").await?,
        "plugins": listed("/plugins").await?,
        "transactions": listed("/transactions?limit=5").await?,
    }))
}

/// The figures of what waits and of what was dropped, by metric.
fn queues(metrics: &str) -> Value {
    const SHOWN: [&str; 8] = [
        "facepay_outbox_lag_seconds",
        "facepay_ws_clients",
        "facepay_ws_evicted_total",
        "facepay_connections_refused_total",
        "facepay_batch_size_count",
        "facepay_frames_total",
        "facepay_audit_chain_ok",
        "facepay_ledger_ok",
    ];
    let lines = metrics.lines().filter(|line| SHOWN.iter().any(|name| line.starts_with(name)));
    let figures = lines.filter_map(|line| {
        let (name, value) = line.rsplit_once(' ')?;
        Some((name.to_owned(), json!(value.parse::<f64>().ok()?)))
    });
    Value::Object(figures.collect())
}

fn show(base: &str, status: &Value) {
    terminal::out(format!("{base}  facepay {}  {}", text(&status["version"]), text(&status["status"])));
    let device = &status["device"];
    if !device.is_null() {
        let words = ["kind", "adapter", "backend"].map(|name| text(&device[name]));
        terminal::out(format!("device   {} ({})", words.join(" / "), text(&device["why"])));
    }
    if status["features"]["unsigned_plugins"] == true {
        terminal::out("WARNING  plugins.allow_unsigned is set: plugins that nobody vouches for are loaded");
    }
    for check in status["checks"].as_array().into_iter().flatten() {
        let sign = if check["ok"] == true { "ok  " } else { "FAIL" };
        terminal::out(format!("{sign}     {}: {}", text(&check["name"]), text(&check["detail"])));
    }
    match status["queues"].as_object() {
        None => terminal::out(format!("queues: {ASK_WITH_KEY}")),
        Some(figures) => {
            terminal::out("queues");
            for (name, value) in figures {
                let name = name.strip_prefix("facepay_").unwrap_or(name);
                terminal::out(format!("  {name:<52} {value}"));
            }
        }
    }
    let cameras = ["id", "health.state", "health.fps", "health.frame_age_ms", "health.decoder", "source"];
    list("cameras", &status["cameras"], &cameras);
    list("plugins", &status["plugins"], &["id", "version", "trust", "mode", "state"]);
    let payments = ["id", "state", "amount.amount", "amount.currency", "created_at"];
    list("last payments", &status["transactions"], &payments);
}

const ASK_WITH_KEY: &str = "give --key or FACEPAY_KEY to see them";

/// A table of `rows`, by paths into each.
fn list(name: &str, rows: &Value, columns: &[&str]) {
    let Some(rows) = rows.as_array() else {
        return terminal::out(format!("{name}: {ASK_WITH_KEY}"));
    };
    terminal::out(format!("{name}: {}", rows.len()));
    if rows.is_empty() {
        return;
    }
    let cell = |row: &Value, column: &&str| {
        text(row.pointer(&format!("/{}", column.replace('.', "/"))).unwrap_or(&Value::Null))
    };
    let cells = |row: &Value| columns.iter().map(|column| cell(row, column)).collect();
    terminal::table(columns, &rows.iter().map(cells).collect::<Vec<Vec<String>>>());
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_taken_from_the_metrics_by_name() {
        let found =
            queues("# TYPE x\nfacepay_ws_clients 3\nfacepay_frames_total{camera=\"a\"} 7.0\nother 1\n");
        assert_eq!(found, json!({ "facepay_ws_clients": 3.0, "facepay_frames_total{camera=\"a\"}": 7.0 }));
    }
}
