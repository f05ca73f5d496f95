//! Answers and values, sound and not.

use plugin_sdk::HttpResponse;

use super::*;

fn answered(status: u16, body: &str) -> Result<Answer, Doubt> {
    let response = HttpResponse { status, body: body.as_bytes().to_vec(), ..HttpResponse::default() };
    read(&Event::HttpResponse(response), 7)
}

#[test]
fn a_question_is_json_rpc() {
    let body = Question::new("eth_getBalance", json!(["0xa1", "latest"])).body(7);
    let expected =
        json!({ "jsonrpc": "2.0", "id": 7, "method": "eth_getBalance", "params": ["0xa1", "latest"] });
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), expected);
}

#[test]
fn a_result_and_an_error_are_answers() {
    let rows = [
        (r#"{"id":7,"result":"0x1"}"#, Answer::Result(json!("0x1"))),
        (r#"{"id":7,"result":null}"#, Answer::Result(Value::Null)),
        (r#"{"id":7,"result":1,"error":null}"#, Answer::Result(json!(1))),
        (r#"{"id":7,"error":{"code":-32000}}"#, Answer::Error { code: -32000, reverted: false }),
        (r#"{"id":7,"error":{"code":3}}"#, Answer::Error { code: 3, reverted: true }),
        (
            r#"{"id":7,"error":{"code":-32000,"message":"execution reverted: x"}}"#,
            Answer::Error { code: -32000, reverted: true },
        ),
        (r#"{"id":7,"error":{"code":"x","message":5}}"#, Answer::Error { code: 0, reverted: false }),
        (r#"{"id":7,"error":{"code":1e99}}"#, Answer::Error { code: 0, reverted: false }),
        (r#"{"id":7,"result":"0x1","error":{}}"#, Answer::Error { code: 0, reverted: false }),
    ];
    for (body, expected) in rows {
        assert_eq!(answered(200, body), Ok(expected), "{body}");
    }
}

#[test]
fn anything_else_is_no_answer() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "7",
        "<html>",
        r#"{"id":7}"#,
        r#"{"id":7,"error":null}"#,
        r#"{"id":7,"error":"no"}"#,
        r#"{"id":7,"result":"0x1","error":"no"}"#,
        r#"{"id":8,"result":"0x1"}"#,
        r#"{"id":"7","result":"0x1"}"#,
        r#"{"id":null,"error":{"code":-32700}}"#,
        r#"{"result":"0x1"}"#,
        r#"[{"id":7,"result":"0x1"}]"#,
        r#"{"id":7,"result":"0x1"} "#.trim_end_matches("} "),
    ] {
        assert_eq!(answered(200, body), Err(Doubt::NotAnAnswer), "{body}");
    }
    let fine = r#"{"id":7,"result":"0x1"}"#;
    for status in [0, 100, 204, 301, 401, 429, 500, 503] {
        assert_eq!(answered(status, fine), Err(Doubt::Status(status)));
    }
    let response =
        HttpResponse { status: 200, body: fine.into(), truncated: true, ..HttpResponse::default() };
    assert_eq!(read(&Event::HttpResponse(response), 7), Err(Doubt::NotAnAnswer));
    for event in [
        Event::Start,
        Event::Slept,
        Event::Kept,
        Event::ConnectFailed,
        Event::Timeout { sent: true },
        Event::ConnectionLost { sent: false },
    ] {
        assert_eq!(read(&event, 7), Err(Doubt::NoConnection));
    }
}

#[test]
fn numbers_are_hex_and_within_their_bits() {
    let f = |digits: usize| format!("0x{}", "f".repeat(digits));
    let rows = [
        (json!("0x0"), Some(U256::ZERO), Some(0)),
        (json!("0x1A"), Some(U256::from(26)), Some(26)),
        (json!("0x0001"), Some(U256::ONE), Some(1)),
        (json!(f(16)), Some(U256::from(u64::MAX)), Some(u64::MAX)),
        (json!(f(17)), Some(U256::from(0xf_ffff_ffff_ffff_ffff_u128)), None),
        (json!(f(64)), Some(U256::MAX), None),
        (json!(f(65)), None, None),
        (json!(f(100_000)), None, None),
    ];
    for (value, wide, narrow) in rows {
        assert_eq!((quantity(&value), number(&value)), (wide, narrow), "{value}");
    }
    for value in [
        json!(null),
        json!(1),
        json!(1.5),
        json!(true),
        json!([]),
        json!({}),
        json!(""),
        json!("0x"),
        json!("1a"),
        json!("0X1a"),
        json!("-0x1"),
        json!("0x-1"),
        json!("0x1_0"),
        json!("0x 1"),
        json!("0xg"),
        json!("0x\u{661}"),
    ] {
        assert_eq!((quantity(&value), number(&value)), (None, None), "{value}");
    }
}

#[test]
fn words_and_addresses_have_their_length() {
    let hex = |bytes: usize| json!(format!("0x{}", "ab".repeat(bytes)));
    for (length, is_word, is_address) in [
        (0, false, false),
        (19, false, false),
        (20, false, true),
        (31, false, false),
        (32, true, false),
        (33, false, false),
    ] {
        let value = hex(length);
        assert_eq!((word(&value).is_some(), address(&value).is_some()), (is_word, is_address), "{length}");
    }
    for value in [json!("0xabc"), json!("ab"), json!(5), json!(null), json!("0xzz")] {
        assert_eq!(bytes(&value), None, "{value}");
    }
}
