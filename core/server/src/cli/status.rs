//! `facepay status`: the running appliance, asked over its own interface.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use http::StatusCode;
use serde_json::{Value, json};

use super::{Cli, Exit, Failure, offline, terminal};
use crate::client::{Client, ClientError};

/// Whom to ask, and how often.
#[derive(Args)]
pub struct Status {
    /// One object instead of text; with --watch one for each look.
    #[arg(long)]
    json: bool,
    /// Looks again every two seconds until interrupted.
    #[arg(long)]
    watch: bool,
    /// The appliance's address; by default that of server.listen.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// An API key; without it only what is open is shown.
    #[arg(long, env = "FACEPAY_KEY", hide_env_values = true)]
    key: Option<String>,
}

const WATCH_EVERY: Duration = Duration::from_secs(2);

pub(super) fn run(cli: &Cli, arguments: &Status) -> Result<Exit, Failure> {
    let base = match &arguments.url {
        Some(url) if url.starts_with("http://") => url.clone(),
        Some(url) => {
            let text = format!("--url {url}: ask over http:// on this machine or through a tunnel");
            return Err(Failure::new(Exit::Usage, text));
        }
        None => address(offline::settings(cli)?.server.listen),
    };
    let client = Client::new(&base, arguments.key.clone());
    offline::runtime()?.block_on(async {
        loop {
            let status = look(&client).await?;
            match arguments.json {
                true => terminal::json(&status),
                false => show(&base, &status),
            }
            if !arguments.watch {
                let ready = status["ready"].as_bool().unwrap_or(false);
                return Ok(if ready { Exit::Ok } else { Exit::Degraded });
            }
            tokio::select! {
                () = tokio::time::sleep(WATCH_EVERY) => terminal::out(""),
                _ = tokio::signal::ctrl_c() => return Ok(Exit::Ok),
            }
        }
    })
}

/// Where an appliance that listens there can be reached from this machine.
pub(super) fn address(listen: SocketAddr) -> String {
    match (listen.ip().is_unspecified(), listen) {
        (false, listen) => format!("http://{listen}"),
        (true, SocketAddr::V4(v4)) => format!("http://127.0.0.1:{}", v4.port()),
        (true, SocketAddr::V6(v6)) => format!("http://[::1]:{}", v6.port()),
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

async fn look(client: &Client) -> Result<Value, Failure> {
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
    const SHOWN: [&str; 6] = [
        "facepay_ws_clients",
        "facepay_ws_evicted_total",
        "facepay_outbox_lag_seconds",
        "facepay_batch_size_count",
        "facepay_frames_total",
        "facepay_audit_chain_ok",
    ];
    let lines = metrics.lines().filter(|line| SHOWN.iter().any(|name| line.starts_with(name)));
    let figures = lines.filter_map(|line| {
        let (name, value) = line.rsplit_once(' ')?;
        Some((name.to_owned(), json!(value.parse::<f64>().ok()?)))
    });
    Value::Object(figures.collect())
}

fn show(base: &str, status: &Value) {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    terminal::out(format!("{base}  facepay {}  {}", text(&status["version"]), text(&status["status"])));
    let device = &status["device"];
    if !device.is_null() {
        let words = ["kind", "adapter", "backend"].map(|name| text(&device[name]));
        terminal::out(format!("device   {} ({})", words.join(" / "), text(&device["why"])));
    }
    for check in status["checks"].as_array().into_iter().flatten() {
        let sign = if check["ok"] == true { "ok  " } else { "FAIL" };
        terminal::out(format!("{sign}     {}: {}", text(&check["name"]), text(&check["detail"])));
    }
    let list = |name: &str, columns: &[&str]| match status[name].as_array() {
        None => terminal::out(format!("{name}: give --key or FACEPAY_KEY to see them")),
        Some(rows) => {
            let cell = |row: &Value, column: &&str| {
                text(row.pointer(&format!("/{}", column.replace('.', "/"))).unwrap_or(&Value::Null))
            };
            let cells = |row: &Value| columns.iter().map(|column| cell(row, column)).collect();
            terminal::out(format!("{name}: {}", rows.len()));
            if !rows.is_empty() {
                terminal::table(columns, &rows.iter().map(cells).collect::<Vec<Vec<String>>>());
            }
        }
    };
    list("cameras", &["id", "health.state", "health.fps", "health.frame_age_ms", "health.decoder", "source"]);
    list("plugins", &["id", "version", "state"]);
    list("transactions", &["id", "state", "amount.amount", "amount.currency", "created_at"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appliance_on_every_address_is_asked_on_loopback() {
        for (listen, base) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("192.168.1.4:80", "http://192.168.1.4:80"),
        ] {
            assert_eq!(address(listen.parse().unwrap()), base);
        }
    }

    #[test]
    fn figures_are_taken_from_the_metrics_by_name() {
        let found =
            queues("# TYPE x\nfacepay_ws_clients 3\nfacepay_frames_total{camera=\"a\"} 7.0\nother 1\n");
        assert_eq!(found, json!({ "facepay_ws_clients": 3.0, "facepay_frames_total{camera=\"a\"}": 7.0 }));
    }
}
