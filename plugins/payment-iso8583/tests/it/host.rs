//! A host in small: does what the plugin asks for over real sockets, keeps what it keeps, and can crash at any step.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use payment_iso8583::Acquirer;
use plugin_sdk::{
    Call, Effect, Event, Host as PluginHost, Money, Op, Outcome, Payment, Plugin, Request, TcpExchange,
    TcpResponse, Verdict,
};
use serde_json::{Value, json};

pub(crate) type Attempt = [u8; 16];

/// Seconds at which everything happens.
const NOW_S: u64 = 1_764_374_401;

/// What a host knows about its operations.
pub(crate) struct Host {
    plugin: Acquirer,
    acquirer: SocketAddr,
    sequence: u64,
    sequences: HashMap<Attempt, u64>,
    kept: HashMap<Attempt, Value>,
}

/// One operation to drive.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) op: Op,
    pub(crate) attempt: Attempt,
    /// What it is about.
    pub(crate) original: Option<Attempt>,
    pub(crate) minor: i64,
}

impl Host {
    pub(crate) fn new(acquirer: SocketAddr, bitmap: &str) -> Self {
        let mut plugin = Acquirer::create(PluginHost::local(None)).unwrap();
        let settings = json!({
            "terminal_id": "TERM0001", "merchant_id": "MERCHANT0000001", "unlocated_is_final": true,
            "bitmap": bitmap, "answer_wait_ms_max": 300, "repeat_wait_ms": 20, "repeat_count_max": 2,
        });
        plugin.configure(serde_json::from_value(settings).unwrap()).unwrap();
        Self { plugin, acquirer, sequence: 0, sequences: HashMap::new(), kept: HashMap::new() }
    }

    /// An attempt that was never used before.
    pub(crate) fn mint(&mut self) -> Attempt {
        self.sequence += 1;
        let mut attempt = [0x5a; 16];
        attempt[8..].copy_from_slice(&self.sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        self.sequences.insert(attempt, self.sequence);
        attempt
    }

    /// Drives an operation to its end; `None` when the host crashes before it does effect number `crash_at`.
    pub(crate) fn drive(&mut self, asked: Asked, crash_at: Option<usize>) -> Option<Outcome> {
        let call = Call::unbounded();
        let mut task = self.plugin.begin(&call, &self.request(asked)).unwrap();
        let (mut event, mut sent) = (Event::Start, false);
        for done in 0.. {
            let effect = self.plugin.step(&call, &mut task, &event).unwrap();
            if crash_at == Some(done) {
                return None;
            }
            event = match effect {
                Effect::Done(Outcome { verdict: Verdict::NotSent, .. }) if sent => panic!("it was sent"),
                Effect::Done(outcome) => return Some(outcome),
                Effect::Keep(json) => {
                    assert!(asked.op != Op::Reverse, "a reversal has no names of its own");
                    self.kept.insert(asked.attempt, serde_json::from_slice(&json).unwrap());
                    Event::Kept
                }
                Effect::Sleep(time) => {
                    thread::sleep(time);
                    Event::Slept
                }
                Effect::TcpExchange(exchange) => {
                    sent = true;
                    self.exchange(&exchange)
                }
                Effect::Http(_) | Effect::Prompt(_) => panic!("an acquirer is asked over TCP"),
            };
        }
        unreachable!("an operation ends")
    }

    fn request(&self, asked: Asked) -> Request {
        let about = if asked.op == Op::Reverse { asked.original.unwrap() } else { asked.attempt };
        let original = asked.original.filter(|_| asked.op != Op::Reverse);
        let payload = json!({
            "sequence": self.sequences[&about], "begun_at_s": NOW_S, "now_s": NOW_S, "kept": self.kept.get(&about),
            "original": original.map(|original| json!({ "kept": self.kept.get(&original) })),
            "instrument": { "token": "4242424242424242" },
        });
        Request {
            op: asked.op,
            attempt_ref: asked.attempt,
            original_ref: asked.original,
            provider_ref: None,
            money: (asked.minor > 0).then(|| Money::new(asked.minor, "EUR", 2).unwrap()),
            payload_json: payload.to_string().into_bytes(),
        }
    }

    /// One message out and one back.
    fn exchange(&self, exchange: &TcpExchange) -> Event {
        let Ok(mut stream) = TcpStream::connect(self.acquirer) else { return Event::ConnectFailed };
        stream.set_read_timeout(Some(Duration::from_millis(exchange.timeout_ms.into()))).unwrap();
        let framed = [&(exchange.body.len() as u16).to_be_bytes()[..], &exchange.body].concat();
        if stream.write_all(&framed).is_err() {
            return Event::ConnectionLost { sent: true };
        }
        let mut read = |length: usize| {
            let mut bytes = vec![0; length];
            stream.read_exact(&mut bytes).map(|()| bytes)
        };
        let answer = read(2).and_then(|length| read(usize::from(u16::from_be_bytes([length[0], length[1]]))));
        match answer {
            Ok(body) => Event::TcpResponse(TcpResponse { body, truncated: false }),
            Err(cause) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&cause.kind()) => {
                Event::Timeout { sent: true }
            }
            Err(_) => Event::ConnectionLost { sent: true },
        }
    }
}
