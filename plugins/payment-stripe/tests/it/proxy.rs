//! What stands before localstripe: Stripe's rules of idempotency, and a script of what goes wrong.

use std::collections::{HashMap, VecDeque};
use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

use crate::message::{Message, exchange};

/// What happens to one request.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// Nothing out of the ordinary.
    None,
    /// It is read and forgotten.
    DropRequest,
    /// It is carried out, and the answer is lost.
    DropReply,
    /// It is carried out, and half of the answer's body arrives.
    HalfReply,
    /// It is carried out, and an answer of half the body arrives that looks whole.
    CutReply,
    /// It is not carried out, and this status comes back with a page for people.
    Status(u16),
}

/// A proxy that runs until the test ends.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    script: VecDeque<Fault>,
    /// What was answered to each key, and to which request.
    answered: HashMap<String, (Vec<u8>, Message)>,
    /// Method, path and idempotency key of each request that came.
    came: Vec<String>,
}

impl Proxy {
    pub(crate) fn before(stripe: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port is free");
        let address = listener.local_addr().expect("it has an address");
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.expect("a connection"), stripe, &shared);
            }
        });
        Self { address, state }
    }

    /// What happens to the next requests, one after another.
    pub(crate) fn script(&self, faults: &[Fault]) {
        let mut state = self.state.lock().unwrap();
        assert!(state.script.is_empty(), "an earlier script was not played to its end");
        state.script.extend(faults);
    }

    /// Method, path and idempotency key of each request since this was last asked.
    pub(crate) fn came(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().came)
    }
}

fn serve(mut stream: TcpStream, stripe: SocketAddr, state: &Mutex<State>) {
    let Ok(request) = Message::read(&mut stream) else { return };
    let mut state = state.lock().unwrap();
    let key = request.header("idempotency-key").unwrap_or_default();
    state.came.push(format!("{} {} {key}", request.word(0), request.word(1)).trim_end().to_owned());
    let fault = state.script.pop_front().unwrap_or(Fault::None);
    let answer = match fault {
        Fault::DropRequest => return,
        Fault::Status(status) => {
            Message::new(&format!("HTTP/1.1 {status} No"), &[("content-type", "text/html")], b"<h1>No</h1>")
        }
        _ => carried_out(&request, stripe, &mut state),
    };
    let bytes = answer.bytes();
    let half = answer.body.len() / 2;
    let sent = match fault {
        Fault::DropReply => return,
        Fault::HalfReply => &bytes[..bytes.len() - half],
        Fault::CutReply => &Message { body: answer.body[..half].to_vec(), ..answer.clone() }.bytes(),
        _ => &bytes,
    };
    let _ = stream.write_all(sent);
    let _ = stream.shutdown(Shutdown::Write);
}

/// The stored answer to a key that was there before; else the answer of localstripe, stored under the key.
fn carried_out(request: &Message, stripe: SocketAddr, state: &mut State) -> Message {
    if request.word(0) == "GET" {
        return exchange(stripe, request).expect("localstripe answers");
    }
    let refused = |kind: &str, message: &str| {
        let body = json!({ "error": { "type": kind, "message": message } }).to_string();
        Message::new("HTTP/1.1 400 Bad Request", &[("content-type", "application/json")], body.as_bytes())
    };
    let Some(key) = request.header("idempotency-key").map(str::to_owned) else {
        return refused("invalid_request_error", "this proxy wants a key on whatever moves money");
    };
    let fingerprint = [request.first.as_bytes(), b"\n", &request.body].concat();
    if let Some((known, answer)) = state.answered.get(&key) {
        return match *known == fingerprint {
            true => answer.clone(),
            false => refused("idempotency_error", "this key came with another request before"),
        };
    }
    let answer = exchange(stripe, request).expect("localstripe answers");
    // Stripe keeps no answer to a request that it did not begin to carry out.
    if !matches!(answer.status(), 400 | 401 | 404 | 409 | 429) {
        state.answered.insert(key, (fingerprint, answer.clone()));
    }
    answer
}
