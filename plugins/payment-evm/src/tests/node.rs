//! A node that answers by a table, and the appliance's part.

use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{B256, U256};
use plugin_sdk::{
    Call, Effect, Event, Host, HttpResponse, Limits, Money, Op, Outcome, Payment, Plugin, Request, Verdict,
    monotonic_ns,
};
use serde_json::{Value, json};

use crate::Evm;
use crate::keys::{HOT, Keys, MERCHANT, address};
use crate::token::TRANSFER_TOPIC;

pub(super) const TOKEN: &str = "0x00000000000000000000000000000000000000cc";
const BLOCK_HASH: B256 = B256::repeat_byte(0xbb);

/// What the node does with one question.
#[derive(Clone)]
pub(super) enum Reply {
    Result(Value),
    /// The body as it is.
    Body(String),
    Event(Event),
}

/// An operation and the node that it asks. By itself the node is sound: the sale is mined in block 16 of 16.
pub(super) struct Trial {
    pub(super) op: Op,
    pub(super) cents: i64,
    pub(super) settings: Value,
    pub(super) payload: Value,
    pub(super) kept: Option<Value>,
    /// What is answered instead, by method; `eth_call` is `tokens` or `rehearsal`.
    pub(super) instead: Vec<(&'static str, Reply)>,
    pub(super) left: Option<Duration>,
}

/// What came of it.
pub(super) struct Ran {
    pub(super) outcome: Outcome,
    pub(super) kept: Option<Value>,
    /// Each question, `keep` and `sleep`, in their order.
    pub(super) did: Vec<String>,
    pub(super) timeouts_ms: Vec<u32>,
    /// What was broadcast.
    pub(super) raws: Vec<String>,
}

impl Ran {
    pub(super) fn code(&self) -> String {
        match &self.outcome.verdict {
            Verdict::Declined { code } => code.clone(),
            other => format!("{other:?}"),
        }
    }
}

pub(super) fn evm(more: &Value) -> plugin_sdk::Result<Evm> {
    let mut settings = json!({
        "chain_id": 31337, "token": TOKEN, "token_decimals": 6, "currency": "USD",
        "merchant": address(MERCHANT.0), "key": HOT.0, "merchant_key": MERCHANT.0,
        "max_fee_per_gas_max_wei": 1000, "confirmations": 1,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        settings[name] = value.clone();
    }
    let mut evm = Evm::create(Host::local_with_secrets(Arc::new(Keys)))?;
    let settings = serde_json::from_value(settings).map_err(|e| plugin_sdk::Error::Config(e.to_string()))?;
    evm.configure(settings)?;
    evm.activate(&Limits { max_batch: 1, max_width: 1, max_height: 1, threads: 0 })?;
    Ok(evm)
}

impl Trial {
    pub(super) fn new(op: Op) -> Self {
        let payload = json!({
            "reservation": { "state": "pending", "amount": 1250, "currency": "USD" },
            "wallet": { "status": "active" },
            "captured": { "amount": 1250, "currency": "USD", "refunded": 0 },
            "sha256": "ab".repeat(32),
        });
        let (settings, kept, instead, left) = (json!({}), None, Vec::new(), None);
        Self { op, cents: 1250, settings, payload, kept, instead, left }
    }

    /// The same with another answer to one question.
    pub(super) fn but(mut self, method: &'static str, reply: Reply) -> Self {
        self.instead.insert(0, (method, reply));
        self
    }

    /// The same with another value in the payload.
    pub(super) fn with(mut self, place: &str, value: Value) -> Self {
        *self.payload.pointer_mut(place).unwrap() = value;
        self
    }

    pub(super) fn request(&self) -> Request {
        let mut payload = self.payload.clone();
        payload["kept"] = self.kept.clone().unwrap_or(Value::Null);
        Request {
            op: self.op,
            attempt_ref: [1; 16],
            original_ref: Some([2; 16]),
            provider_ref: None,
            money: (self.cents > 0).then(|| Money::new(self.cents, "USD", 2).unwrap()),
            payload_json: payload.to_string().into_bytes(),
        }
    }

    pub(super) fn run(&self) -> Ran {
        let evm = evm(&self.settings).unwrap();
        let mut call = Call::unbounded();
        if let Some(left) = self.left {
            call = call.with_deadline_ns(monotonic_ns() + i64::try_from(left.as_nanos()).unwrap());
        }
        let mut task = evm.begin(&call, &self.request()).unwrap();
        let (mut did, mut timeouts_ms, mut raws) = (Vec::new(), Vec::new(), Vec::new());
        let (mut event, mut kept) = (Event::Start, self.kept.clone());
        for _ in 0..64 {
            event = match evm.step(&call, &mut task, &event).unwrap() {
                Effect::Done(outcome) => return Ran { outcome, kept, did, timeouts_ms, raws },
                Effect::Http(asked) => {
                    timeouts_ms.push(asked.timeout_ms);
                    let question: Value = serde_json::from_slice(&asked.body).unwrap();
                    let method = named(&question);
                    if method == "eth_sendRawTransaction" {
                        raws.push(question["params"][0].as_str().unwrap().to_owned());
                    }
                    did.push(method.clone());
                    self.answer(&method, &question, kept.as_ref())
                }
                Effect::Keep(json) => {
                    kept = Some(serde_json::from_slice(&json).unwrap());
                    did.push("keep".into());
                    Event::Kept
                }
                Effect::Sleep(_) => {
                    did.push("sleep".into());
                    Event::Slept
                }
                other => panic!("{other:?}"),
            };
        }
        panic!("{:?} did not end: {did:?}", self.op);
    }

    fn answer(&self, method: &str, question: &Value, kept: Option<&Value>) -> Event {
        let instead = self.instead.iter().find(|(name, _)| *name == method);
        let body = match instead.map(|(_, reply)| reply) {
            Some(Reply::Event(event)) => return event.clone(),
            Some(Reply::Body(body)) => body.replace("ID", &question["id"].to_string()),
            Some(Reply::Result(result)) => json!({ "id": question["id"], "result": result }).to_string(),
            None => json!({ "id": question["id"], "result": sound(method, kept) }).to_string(),
        };
        Event::HttpResponse(HttpResponse { status: 200, body: body.into(), ..HttpResponse::default() })
    }
}

/// The method; the two kinds of `eth_call` by what they are for.
fn named(question: &Value) -> String {
    match (question["method"].as_str().unwrap(), question["params"][0].get("from")) {
        ("eth_call", None) => "tokens".into(),
        ("eth_call", Some(_)) => "rehearsal".into(),
        (method, _) => method.into(),
    }
}

fn sound(method: &str, kept: Option<&Value>) -> Value {
    match method {
        "eth_chainId" => json!("0x7a69"),
        "tokens" => json!(B256::from(U256::from(12_500_000))),
        "rehearsal" => json!(B256::with_last_byte(1)),
        "eth_feeHistory" => json!({ "baseFeePerGas": ["0x7", "0x7"], "reward": [["0x1"]] }),
        "eth_getBalance" => json!("0xde0b6b3a7640000"),
        "eth_getTransactionCount" => json!("0x5"),
        "eth_sendRawTransaction" => kept.unwrap()["hash"].clone(),
        "eth_getTransactionReceipt" => receipt(kept.unwrap()),
        "eth_blockNumber" => json!("0x10"),
        "eth_getBlockByNumber" => json!({ "number": "0x10", "hash": BLOCK_HASH }),
        other => panic!("{other} is never asked"),
    }
}

/// The receipt of the kept transaction, mined in block 16, with the payment that its calldata asks for.
pub(super) fn receipt(kept: &Value) -> Value {
    let kept = crate::kept::Kept::read(kept).unwrap();
    let transfer = crate::token::Transfer::read(&kept.transaction.data);
    let logs: Vec<Value> = transfer
        .map(|transfer| {
            json!({
                "address": kept.transaction.to, "data": B256::from(transfer.units),
                "topics": [TRANSFER_TOPIC, kept.from.into_word(), transfer.to.into_word()],
            })
        })
        .into_iter()
        .collect();
    json!({
        "transactionHash": kept.signed.hash, "status": "0x1", "blockNumber": "0x10", "blockHash": BLOCK_HASH,
        "logs": logs,
    })
}

/// Answers that are none, whatever was asked.
pub(super) fn garbage() -> Vec<Reply> {
    let bodies = [
        "",
        "null",
        "[]",
        "{}",
        "\u{0}",
        "<html>502</html>",
        r#"{"id":ID}"#,
        r#"{"id":0,"result":"0x1"}"#,
        r#"{"result":"0x1"}"#,
        r#"{"id":ID,"error":"no"}"#,
        r#"{"id":ID,"error":{"code":-32000,"message":"header not found"}}"#,
        r#"{"id":ID,"error":{"code":-32005,"message":"rate limit"}}"#,
        r#"{"id":ID,"result":"0x1","error":{"code":1}}"#,
    ];
    let results = [
        json!(true),
        json!(5),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("5"),
        json!("0xzz"),
        json!("0x1_0"),
        json!([]),
        json!(["0x1"]),
        json!({}),
        json!({ "number": "0x10", "hash": null }),
        json!({ "baseFeePerGas": "0x7" }),
        json!(format!("0x{}", "f".repeat(65))),
        json!(format!("0x{}", "f".repeat(4001))),
    ];
    let events = [
        Event::ConnectFailed,
        Event::Timeout { sent: false },
        Event::Timeout { sent: true },
        Event::ConnectionLost { sent: true },
        Event::HttpResponse(HttpResponse { status: 500, ..HttpResponse::default() }),
        Event::HttpResponse(HttpResponse { status: 429, body: b"{}".to_vec(), ..HttpResponse::default() }),
        Event::HttpResponse(HttpResponse { status: 200, truncated: true, ..HttpResponse::default() }),
    ];
    (bodies.map(|body| Reply::Body(body.into())).into_iter())
        .chain(results.map(Reply::Result))
        .chain(events.map(Reply::Event))
        .collect()
}
