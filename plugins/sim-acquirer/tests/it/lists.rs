//! Finding things: by id, by page, by time; the settlement file.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use serde_json::Value;
use sim_acquirer::Acquirer;

use crate::client::{acquirer, charge, get, post};

fn ids(list: &Value) -> Vec<String> {
    let found = list["data"].as_array().expect("a list").iter();
    found.map(|found| found["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn lists_are_newest_first_and_paged_without_gap_or_overlap() {
    let acquirer = acquirer();
    let mut made: Vec<String> = (0..7)
        .map(|index| charge(&acquirer, &format!("a{index}"), "").body["id"].as_str().unwrap().to_owned())
        .collect();
    made.reverse();
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = get(&acquirer, &format!("/v1/payment_intents?limit=3{after}"));
        seen.extend(ids(&page));
        if page["has_more"] == false {
            break;
        }
        after = format!("&starting_after={}", seen.last().unwrap());
    }
    assert_eq!(seen, made);
}

#[test]
fn a_charge_is_found_by_id_and_in_lists_by_its_metadata_and_time() {
    let acquirer = acquirer();
    let made = charge(&acquirer, "a1", "").body;
    assert_eq!(get(&acquirer, &format!("/v1/payment_intents/{}", made["id"].as_str().unwrap())), made);
    let created = made["created"].as_u64().unwrap();
    let rows = [
        (format!("created[gte]={created}"), 1),
        (format!("created[gt]={created}"), 0),
        (format!("created%5Blt%5D={}", created + 1), 1),
        (format!("created[lte]={}", created - 1), 0),
    ];
    for (query, count) in rows {
        let list = get(&acquirer, &format!("/v1/payment_intents?limit=100&{query}"));
        assert_eq!(ids(&list).len(), count, "{query}");
        assert!(count == 0 || list["data"][0]["metadata"]["facepay_attempt"] == "a1");
    }
    for path in ["/v1/payment_intents/pi_x", "/v1/refunds/re_x", "/v1/x"] {
        assert_eq!(get(&acquirer, path)["error"]["type"], "invalid_request_error", "{path}");
    }
    for query in ["limit=0", "limit=101", "limit=x", "starting_after=pi_x", "colour=red", "created[gte]=x"] {
        let list = get(&acquirer, &format!("/v1/payment_intents?{query}"));
        assert_eq!(list["error"]["type"], "invalid_request_error", "{query}");
    }
}

#[test]
fn refunds_are_listed_by_their_charge() {
    let acquirer = acquirer();
    let of = |key: &str| {
        let id = charge(&acquirer, key, "").body["id"].as_str().unwrap().to_owned();
        let form = format!("payment_intent={id}&amount=5&metadata[facepay_attempt]=r{key}");
        post(&acquirer, "/v1/refunds", &format!("r{key}"), &form);
        id
    };
    let (first, _second) = (of("a1"), of("a2"));
    let list = get(&acquirer, &format!("/v1/refunds?payment_intent={first}&limit=100"));
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["metadata"]["facepay_attempt"], "ra1");
    let found = get(&acquirer, &format!("/v1/refunds/{}", ids(&list)[0]));
    assert_eq!(found, list["data"][0]);
    assert_eq!(ids(&get(&acquirer, "/v1/refunds")).len(), 2);
}

#[test]
fn the_settlement_file_has_the_days_sales_and_refunds() {
    let (acquirer, from) = (acquirer(), today());
    let sale = charge(&acquirer, "a1", "").body;
    let id = sale["id"].as_str().unwrap();
    charge(&acquirer, "a2", "&capture_method=manual");
    let refund = post(&acquirer, "/v1/refunds", "r1", &format!("payment_intent={id}&amount=250"));
    let found: Vec<String> = dates(from, today()).iter().flat_map(|date| csv(&acquirer, date)).collect();
    let refund_id = refund.body["id"].as_str().unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with(&format!("{id},a1,sale,1250,EUR,17,")), "{found:?}");
    assert!(found[1].starts_with(&format!("{refund_id},r1,refund,250,EUR,0,")), "{found:?}");
    assert!(csv(&acquirer, "1999-01-01").is_empty());
}

/// The lines of a day's file, without its head.
fn csv(acquirer: &Acquirer, date: &str) -> Vec<String> {
    let mut stream = TcpStream::connect(acquirer.http()).expect("it listens");
    write!(stream, "GET /_sim/settlement?date={date} HTTP/1.1\r\n\r\n").expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    let (_, body) = text.split_once("\r\n\r\n").expect("there is a body");
    let mut lines = body.lines().map(str::to_owned);
    assert_eq!(lines.next().as_deref(), Some("provider_ref,attempt,kind,amount,currency,fee,at"));
    lines.collect()
}

/// The date in UTC.
fn today() -> String {
    let output = Command::new("date").args(["-u", "+%F"]).output().expect("coreutils has it");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// One day, or two where it was midnight meanwhile.
fn dates(from: String, to: String) -> Vec<String> {
    if from == to { vec![from] } else { vec![from, to] }
}
