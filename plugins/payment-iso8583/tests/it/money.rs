//! Whatever is lost on the way: one charge or none, and the plugin's word is the acquirer's book.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use plugin_sdk::{Op, Verdict};
use serde_json::{Value, json};
use sim_acquirer::Acquirer;

use crate::host::{Asked, Attempt, Host};

/// A host with an acquirer of its own.
struct World {
    acquirer: Acquirer,
    host: Host,
}

impl World {
    fn new(bitmap: &str) -> Self {
        let acquirer = Acquirer::start("127.0.0.1:0", "127.0.0.1:0").unwrap();
        let host = Host::new(acquirer.iso8583(), bitmap);
        Self { acquirer, host }
    }

    fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(self.acquirer.http()).unwrap();
        let body = body.to_string();
        write!(stream, "{method} /_sim/{path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn script(&self, faults: &[&str], on: &str) {
        let script: Vec<Value> = faults.iter().map(|fault| json!({ "on": on, "fault": fault })).collect();
        self.control("POST", "faults", &json!({ "script": script }));
    }

    /// What lies in the acquirer's account, what is held, and that nothing was done twice.
    fn book(&self) -> (i64, i64) {
        let book = self.control("GET", "book", &Value::Null);
        assert_eq!((&book["conserved"], &book["attempts"]["doubled"]), (&json!(true), &json!(0)), "{book}");
        let held =
            book["charges"].as_array().unwrap().iter().filter(|charge| charge["state"] == "authorized");
        let held = held.map(|charge| charge["amount"].as_i64().unwrap()).sum();
        (book["totals"]["EUR"]["account"].as_i64().unwrap_or(0), held)
    }

    /// Waits until the acquirer has carried out what it took on.
    fn quiesce(&self) {
        while self.control("GET", "faults", &Value::Null)["in_flight"] != 0 {
            thread::yield_now();
        }
    }

    /// An operation to its end, with the reversal of what nobody knows. True when it took effect.
    fn settle(&mut self, asked: Asked, crash_at: Option<usize>) -> bool {
        match self.host.drive(asked, crash_at).map(|outcome| outcome.verdict) {
            Some(Verdict::Approved) => true,
            Some(Verdict::Declined { .. } | Verdict::NotSent) => false,
            Some(Verdict::Pending) => panic!("an acquirer decides"),
            Some(Verdict::Unknown) | None => {
                self.reverse(asked.attempt);
                false
            }
        }
    }

    /// A reversal, asked for until it is acknowledged.
    fn reverse(&mut self, original: Attempt) {
        let attempt = self.host.mint();
        let asked = Asked { op: Op::Reverse, attempt, original: Some(original), minor: 0 };
        for _ in 0..20 {
            if self.host.drive(asked, None).unwrap().verdict == Verdict::Approved {
                return;
            }
        }
        panic!("the reversal was never acknowledged");
    }

    fn asked(&mut self, op: Op, original: Option<Attempt>, minor: i64) -> Asked {
        Asked { op, attempt: self.host.mint(), original, minor }
    }

    fn must(&mut self, op: Op, original: Option<Attempt>, minor: i64) -> Attempt {
        let asked = self.asked(op, original, minor);
        assert!(self.settle(asked, None), "{op:?}");
        asked.attempt
    }
}

/// An operation and what it does to the account and to what is held.
struct Row {
    op: Op,
    /// What fault scripts call it.
    name: &'static str,
    before: (i64, i64),
    after: (i64, i64),
}

const ROWS: [Row; 4] = [
    Row { op: Op::Authorize, name: "authorize", before: (0, 0), after: (0, 1250) },
    Row { op: Op::Sale, name: "sale", before: (0, 0), after: (1250, 0) },
    Row { op: Op::Capture, name: "capture", before: (0, 1250), after: (1000, 0) },
    Row { op: Op::Refund, name: "refund", before: (1250, 0), after: (250, 0) },
];

const FAULTS: [&str; 10] = [
    "drop_request",
    "drop_reply",
    "half_body",
    "duplicate",
    "http_500",
    "http_500_after",
    "delay_ms:100",
    "delay_ms:500",
    "late_success_ms:60",
    "late_success_ms:800",
];

/// What an operation needs before it, and the operation.
fn prepared(world: &mut World, op: Op) -> Asked {
    let original = match op {
        Op::Capture | Op::Void => Some(world.must(Op::Authorize, None, 1250)),
        Op::Refund => Some(world.must(Op::Sale, None, 1250)),
        _ => None,
    };
    let minor = match op {
        Op::Authorize | Op::Sale => 1250,
        Op::Void => 0,
        _ => 1000,
    };
    world.asked(op, original, minor)
}

/// Runs an operation under each fault, once and more often than it is repeated. Returns how many took effect.
fn under_faults(row: &Row, bitmap: &str) -> u32 {
    let Row { op, name, before, after } = row;
    let mut took_effect = 0;
    for fault in FAULTS {
        for times in [1, 2, 4] {
            let mut world = World::new(bitmap);
            let asked = prepared(&mut world, *op);
            assert_eq!(world.book(), *before);
            world.script(&vec![fault; times], name);
            let is_done = world.settle(asked, None);
            took_effect += u32::from(is_done);
            world.script(&[], name);
            world.quiesce();
            let expected = if is_done { after } else { before };
            assert_eq!(world.book(), *expected, "{op:?} {fault} ×{times}, done: {is_done}");
        }
    }
    took_effect
}

#[test]
fn under_every_fault_an_operation_happens_once_or_provably_not_at_all() {
    let took_effect: u32 = thread::scope(|scope| {
        let runs = ["hex", "binary"]
            .map(|bitmap| ROWS.each_ref().map(|row| scope.spawn(move || under_faults(row, bitmap))));
        runs.into_iter().flatten().map(|run| run.join().unwrap()).sum()
    });
    assert!((120..240).contains(&took_effect), "{took_effect} of 240 took effect: both ways must occur");
}

#[test]
fn a_crash_at_any_step_leaves_nothing_behind_after_the_reversal() {
    for fault in ["delay_ms:0", "drop_reply"] {
        for Row { op, name, before, after } in ROWS {
            for crash_at in 0..8 {
                let mut world = World::new("hex");
                let asked = prepared(&mut world, op);
                world.script(&[fault], name);
                let is_done = world.settle(asked, Some(crash_at));
                assert!(crash_at > 0 || !is_done);
                let expected = if is_done { after } else { before };
                assert_eq!(world.book(), expected, "{op:?} {fault}, crash before effect {crash_at}");
            }
        }
    }
}

#[test]
fn an_operation_that_is_asked_again_after_a_crash_happens_once() {
    for Row { op, name, after, .. } in ROWS {
        for crash_at in 0..6 {
            let mut world = World::new("binary");
            let asked = prepared(&mut world, op);
            world.script(&["drop_reply"], name);
            world.host.drive(asked, Some(crash_at));
            assert_eq!(world.host.drive(asked, None).unwrap().verdict, Verdict::Approved);
            assert_eq!(world.book(), after, "{op:?}, crash before effect {crash_at}");
        }
    }
}

#[test]
fn a_void_lets_go_once_however_often_it_is_asked() {
    for fault in ["drop_request", "drop_reply", "half_body", "duplicate", "late_success_ms:60"] {
        let mut world = World::new("hex");
        let asked = prepared(&mut world, Op::Void);
        world.script(&[fault], "void");
        for _ in 0..2 {
            assert_eq!(world.host.drive(asked, None).unwrap().verdict, Verdict::Approved, "{fault}");
            assert_eq!(world.book(), (0, 0), "{fault}");
        }
    }
}

#[test]
fn a_late_original_is_refused_after_its_reversal() {
    let mut world = World::new("hex");
    let sale = world.asked(Op::Sale, None, 1250);
    world.script(&["late_success_ms:2000"; 3], "sale");
    assert_eq!(world.host.drive(sale, None).unwrap().verdict, Verdict::Unknown);
    world.reverse(sale.attempt);
    assert_eq!(world.control("GET", "faults", &Value::Null)["in_flight"], 1, "it is still to come");
    world.quiesce();
    assert_eq!(world.book(), (0, 0));
    let again = world.host.drive(sale, None).unwrap().verdict;
    assert_eq!(again, Verdict::Declined { code: "transaction_invalid".into() });
}

#[test]
fn many_payments_through_seeded_chance_come_to_what_the_book_says() {
    let mut world = World::new("hex");
    let rates = json!({ "drop_request": 0.12, "drop_reply": 0.12, "half_body": 0.06, "duplicate": 0.1,
                        "http_500": 0.04, "http_500_after": 0.04, "late_success_ms:40": 0.06 });
    world.control("POST", "faults", &json!({ "seed": 7, "rates": rates }));
    let (mut account, mut held) = (0, 0);
    for index in 0..150_i64 {
        let amount = 100 + index;
        let op = if index % 2 == 0 { Op::Sale } else { Op::Authorize };
        let charge = world.asked(op, None, amount);
        if !world.settle(charge, None) {
            continue;
        }
        match op {
            Op::Sale => account += amount,
            _ => held += amount,
        }
        let then = if op == Op::Sale { Op::Refund } else { Op::Capture };
        let next = world.asked(then, Some(charge.attempt), amount - 30);
        if world.settle(next, None) {
            match then {
                Op::Refund => account -= amount - 30,
                _ => (account, held) = (account + amount - 30, held - amount),
            }
        }
    }
    world.control("POST", "faults", &json!({}));
    world.quiesce();
    assert_eq!(world.book(), (account, held));
    assert!(account > 3000, "most get through: {account}");
}
