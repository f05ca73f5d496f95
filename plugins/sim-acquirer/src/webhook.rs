//! Events to the client's webhook, signed as Stripe signs them, on a thread of their own.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::clock;

const QUEUE_MAX: usize = 1024;
const TRIES_MAX: u32 = 5;
const WAIT_MAX: Duration = Duration::from_secs(5);
/// After so long without a further event, those gathered for another order go out.
const GATHER: Duration = Duration::from_millis(200);
const GATHER_MAX: usize = 16;

/// Where events go.
#[derive(Clone)]
pub(crate) struct Target {
    /// `http://host:port/path`.
    url: String,
    secret: String,
    /// Events that come close together go out last first.
    reorder: bool,
    /// Each event goes out twice.
    duplicate: bool,
}

impl Target {
    /// Reads `{"url", "secret", "reorder", "duplicate"}`; no url is no target.
    pub(crate) fn parse(body: &Value) -> Result<Option<Self>, String> {
        let Some(url) = body["url"].as_str().filter(|url| !url.is_empty()) else { return Ok(None) };
        split(url).ok_or("url: only http://host:port/path")?;
        let secret =
            body["secret"].as_str().filter(|secret| !secret.is_empty()).ok_or("secret is missing")?;
        Ok(Some(Self {
            url: url.to_owned(),
            secret: secret.to_owned(),
            reorder: body["reorder"] == true,
            duplicate: body["duplicate"] == true,
        }))
    }
}

/// The events to come, and what became of earlier ones.
pub(crate) struct Webhooks {
    shared: Arc<Mutex<Shared>>,
    queue: SyncSender<Value>,
}

#[derive(Default)]
struct Shared {
    target: Option<Target>,
    serial: u64,
    waiting: u64,
    delivered: u64,
    failed: u64,
}

impl Default for Webhooks {
    fn default() -> Self {
        let (queue, events) = sync_channel(QUEUE_MAX);
        let shared = Arc::new(Mutex::new(Shared::default()));
        let theirs = Arc::clone(&shared);
        thread::spawn(move || deliver(&theirs, &events));
        Self { shared, queue }
    }
}

impl Webhooks {
    /// Sends later events there; `None` sends them nowhere.
    pub(crate) fn point_at(&self, target: Option<Target>) {
        lock(&self.shared).target = target;
    }

    /// Queues an event, if anybody listens. Waits while the queue is full.
    pub(crate) fn send(&self, (kind, object): (&'static str, Value)) {
        let mut shared = lock(&self.shared);
        if shared.target.is_none() {
            return;
        }
        shared.serial += 1;
        shared.waiting += 1;
        let event = json!({
            "id": format!("evt_sim{:012}", shared.serial),
            "object": "event",
            "type": kind,
            "created": clock::now_s(),
            "livemode": false,
            "data": { "object": object },
        });
        drop(shared);
        _ = self.queue.send(event); // the thread lives as long as the queue
    }

    /// Counts.
    pub(crate) fn report(&self) -> Value {
        let shared = lock(&self.shared);
        json!({ "waiting": shared.waiting, "delivered": shared.delivered, "failed": shared.failed })
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn deliver(shared: &Mutex<Shared>, events: &Receiver<Value>) {
    while let Ok(first) = events.recv() {
        let target = lock(shared).target.clone();
        let mut batch = vec![first];
        if target.as_ref().is_some_and(|target| target.reorder) {
            while batch.len() < GATHER_MAX
                && let Ok(event) = events.recv_timeout(GATHER)
            {
                batch.push(event);
            }
            batch.reverse();
        }
        for event in batch {
            let is_delivered = target.as_ref().is_some_and(|target| is_delivered(target, &event.to_string()));
            let mut shared = lock(shared);
            shared.waiting -= 1;
            match is_delivered {
                true => shared.delivered += 1,
                false => shared.failed += 1,
            }
        }
    }
}

/// Posts an event, again and ever later until it is taken.
fn is_delivered(target: &Target, body: &str) -> bool {
    let is_taken = (0..TRIES_MAX).any(|tried| {
        thread::sleep(if tried == 0 { Duration::ZERO } else { Duration::from_millis(100 << tried) });
        post(target, body).is_ok_and(|status| (200..300).contains(&status))
    });
    if is_taken && target.duplicate {
        _ = post(target, body); // once is what counts
    }
    is_taken
}

/// Posts once. Returns the status.
fn post(target: &Target, body: &str) -> io::Result<u16> {
    let no_url = || io::Error::new(io::ErrorKind::InvalidInput, "no http url");
    let (authority, path) = split(&target.url).ok_or_else(no_url)?;
    let address = authority.to_socket_addrs()?.next().ok_or_else(no_url)?;
    let mut stream = TcpStream::connect_timeout(&address, WAIT_MAX)?;
    stream.set_read_timeout(Some(WAIT_MAX))?;
    let signature = signature(&target.secret, clock::now_s(), body);
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n\
         Stripe-Signature: {signature}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len(),
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(64 << 10).read_to_end(&mut answer)?;
    let status = std::str::from_utf8(answer.get(9..12).unwrap_or_default()).unwrap_or_default();
    status.parse().map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "no HTTP response"))
}

/// `t=…,v1=…`: the HMAC-SHA256 of the time, a dot and the body.
fn signature(secret: &str, at_s: u64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("{at_s}.{body}").as_bytes());
    format!("t={at_s},v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// Host with port, and path.
fn split(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("http://")?;
    let at = rest.find('/').unwrap_or(rest.len());
    let path = if at == rest.len() { "/" } else { &rest[at..] };
    rest[..at].contains(':').then_some((&rest[..at], path))
}
