//! localstripe as a process on loopback, and its books.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::message::{Message, exchange};

/// Any key of this shape will do.
pub(crate) const KEY: &str = "sk_test_facepay";

/// Runs localstripe's application on a loopback port that the system chooses, without its file in the temporary folder. Its
/// lists of intents know no `created` and are oldest first: here they are as Stripe documents them. It ends with its parent.
const WRAPPER: &str = r#"
import os, socket, sys, threading
from aiohttp import web
from localstripe import resources, server

Intent = resources.PaymentIntent

def page(cls, url, created=None, **rest):
    found = super(Intent, cls)._api_list_all(url, **rest)
    since = int((created or {}).get("gte", 0))
    found._list = [intent for intent in reversed(found._list) if intent.created >= since]
    return found

Intent._api_list_all = classmethod(page)
resources.Store.dump_to_disk = lambda store: None
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
web.run_app(server.app, sock=listener, print=None, access_log=None)
"#;

/// A running localstripe with empty books.
pub(crate) struct Localstripe {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Localstripe {
    /// Starts one; without it says so as a skipped test does.
    pub(crate) fn start() -> Option<Self> {
        let python = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../counterparts/python/bin/python");
        if !python.exists() {
            println!("SKIP(no localstripe: cargo xtask counterparts)");
            return None;
        }
        let mut command = Command::new(python);
        let command = command.args(["-c", WRAPPER]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("python starts");
        let mut port = String::new();
        let output = process.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut port).expect("it says its port");
        let port = port.trim().parse().expect("localstripe starts and says its port");
        Some(Self { process, address: SocketAddr::from(([127, 0, 0, 1], port)) })
    }

    /// Asks it directly, around the proxy.
    pub(crate) fn ask(&self, method: &str, path: &str, form: &str) -> Value {
        let key = format!("Bearer {KEY}");
        let headers = [
            ("host", "localhost"),
            ("authorization", key.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let request = Message::new(&format!("{method} {path} HTTP/1.1"), &headers, form.as_bytes());
        let answer = exchange(self.address, &request).expect("localstripe answers");
        assert_eq!(answer.status(), 200, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
    }

    /// A payment method of the card with this number.
    pub(crate) fn card(&self, number: &str) -> String {
        let form =
            format!("type=card&card[number]={number}&card[exp_month]=12&card[exp_year]=2030&card[cvc]=123");
        let made = self.ask("POST", "/v1/payment_methods", &form);
        made["id"].as_str().expect("it has an id").to_owned()
    }

    /// A PaymentIntent as it stands in the books.
    pub(crate) fn intent(&self, id: &str) -> Value {
        self.ask("GET", &format!("/v1/payment_intents/{id}"), "")
    }

    /// How many there are of a kind of object: `payment_intents`, `charges`, `refunds`.
    pub(crate) fn count(&self, kind: &str) -> u64 {
        let page = self.ask("GET", &format!("/v1/{kind}?limit=100"), "");
        page["total_count"].as_u64().expect("a list has a count")
    }
}

impl Drop for Localstripe {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
