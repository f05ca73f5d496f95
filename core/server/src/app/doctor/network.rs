//! Port, exposure, Redis, payment endpoints, secrets.

use std::net::TcpListener;

use store::cache::Cache;

use super::{Asked, Case, Check, Status, ask};
use crate::api::chain;
use crate::app::alone;
use crate::client::{self, Client};
use crate::redaction::Redacted;
use crate::settings::Settings;

/// Whether the appliance can listen, or does.
pub(super) fn port(case: &Case) -> Vec<Check> {
    vec![match case.is_running() {
        true => listens(case.settings()),
        false => case.runtime().block_on(is_free(case.settings())),
    }]
}

/// Who can reach it, and what it reaches.
pub(super) fn reach(case: &Case) -> Vec<Check> {
    let settings = case.settings();
    vec![exposure(settings), case.runtime().block_on(redis(settings)), endpoints(settings), secrets(settings)]
}

fn asked() -> Asked {
    let mend = "ss -ltnp names the other program; or set server.listen";
    ask("network.port", "the appliance listens there", mend)
}

/// Of the appliance that answers, and so has its port.
fn listens(settings: &Settings) -> Check {
    let what = format!("this appliance answers on {}", settings.server.listen);
    asked().found(Status::Ok, what)
}

async fn is_free(settings: &Settings) -> Check {
    let (listen, asked) = (settings.server.listen, asked());
    if TcpListener::bind(listen).is_ok() {
        return asked.found(Status::Ok, format!("{listen} is free"));
    }
    let health = match Client::of(&client::address(settings), None, &settings.tls) {
        Ok(client) => client.get("/health").await.map_err(|error| chain(&error)),
        Err(text) => Err(text),
    };
    asked.must(match (health, alone::holder(&settings.data.folder)) {
        (Ok(body), _) if body["name"] == "facepay" => Ok(format!("facepay {} runs on {listen}", body["version"])),
        // One that asks whoever comes for a certificate, or serves with other settings than these.
        (_, Some(process)) => Ok(format!(
            "{listen} is taken while the appliance of data.folder runs (process {process}), which does not answer this command"
        )),
        _ => Err(format!("{listen} cannot be taken")),
    })
}

fn exposure(settings: &Settings) -> Check {
    let (listen, encrypted) = (settings.server.listen, !settings.tls.certificate.as_os_str().is_empty());
    let mend = "set tls.certificate and tls.key; or a loopback address as server.listen, behind a TLS proxy";
    let asked = ask("network.exposure", "keys and faces must not cross a network in the clear", mend);
    asked.should(match (listen.ip().is_loopback(), encrypted) {
        (true, _) => Ok(format!("{listen} is reachable from this machine only")),
        (false, true) => Ok(format!("{listen} is reachable from the network, by TLS")),
        (false, false) => Err(format!("{listen} is reachable from the network without TLS")),
    })
}

async fn redis(settings: &Settings) -> Check {
    let url = &settings.redis.url;
    let asked = ask(
        "network.redis",
        "sessions and locks are kept there",
        "systemctl start redis-server; or empty redis.url",
    );
    if url.is_empty() {
        return asked.found(Status::Skip, "redis.url is empty: the cache lives in the process");
    }
    asked.must(match Cache::open(url).await {
        Ok(_) => Ok(format!("{} answers", Redacted::url(url))),
        Err(error) => Err(chain(&error)),
    })
}

fn endpoints(settings: &Settings) -> Check {
    let count = settings.payment.endpoints.len();
    let asked = ask(
        "payment.endpoints",
        "payment plugins reach their provider through these only",
        "set payment.endpoints",
    );
    match count {
        0 => asked.found(Status::Skip, "none: the wallet needs no provider"),
        _ => asked.found(Status::Ok, format!("{count}, all on this machine's loopback")),
    }
}

/// Words that people leave in example URLs.
fn secrets(settings: &Settings) -> Check {
    const DEFAULTS: [&str; 8] = [
        "admin:admin",
        "admin:12345",
        "root:root",
        "postgres:postgres",
        "user:password",
        "admin:password",
        ":changeme@",
        ":secret@",
    ];
    let cameras = settings.cameras.list.iter().map(|camera| (camera.id.as_str(), camera.source.as_str()));
    let urls = [("database.url", settings.database.url.as_str()), ("redis.url", settings.redis.url.as_str())];
    let weak: Vec<&str> = urls
        .into_iter()
        .chain(cameras)
        .filter(|(_, url)| DEFAULTS.iter().any(|word| url.to_ascii_lowercase().contains(word)))
        .map(|(place, _)| place)
        .collect();
    ask(
        "config.secrets",
        "factory passwords are the first that are tried",
        "change the password there and in the settings",
    )
    .should(match weak.is_empty() {
        true => Ok("no factory password in the settings".to_owned()),
        false => Err(format!("a factory password is used in {}", weak.join(", "))),
    })
}
