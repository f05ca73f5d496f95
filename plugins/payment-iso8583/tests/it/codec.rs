//! Messages of ours read by pyiso8583, and its messages read by ours.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use payment_iso8583::message::{Bitmap, Message};
use serde_json::{Map, Value, json};

/// Reads lines `{"bitmap", "bytes" | "fields"}` and answers each with what it makes of it.
const SCRIPT: &str = r#"
import copy, json, sys
import iso8583
from iso8583.specs import default_ascii

specs = {"hex": default_ascii, "binary": copy.deepcopy(default_ascii)}
for bitmap in ("p", "1"):
    specs["binary"][bitmap]["data_enc"] = "b"
    specs["binary"][bitmap]["max_len"] = 8
for line in sys.stdin:
    asked = json.loads(line)
    spec = specs[asked["bitmap"]]
    if "bytes" in asked:
        fields, _ = iso8583.decode(bytes.fromhex(asked["bytes"]), spec)
        print(json.dumps({k: v for k, v in fields.items() if k not in ("h", "p", "1")}))
    else:
        message, _ = iso8583.encode(dict(asked["fields"], h=""), spec)
        print(json.dumps(message.hex()))
"#;

/// The interpreter that `cargo xtask counterparts` gives the counterparts of tests.
fn python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../counterparts/python/bin/python");
    let has_it =
        Command::new(&python).args(["-c", "import iso8583"]).status().is_ok_and(|status| status.success());
    has_it.then_some(python)
}

/// Messages with every data element that the plugin uses.
fn samples() -> Vec<Message> {
    let rows: [(&str, &[(u8, &str)]); 5] = [
        (
            "0100",
            &[
                (2, "4242424242424242"),
                (3, "000000"),
                (4, "000000001250"),
                (7, "1129004357"),
                (11, "000042"),
                (12, "014357"),
                (13, "1129"),
                (18, "5812"),
                (22, "012"),
                (25, "00"),
                (37, "533300ABCDEF"),
                (41, "TERM0001"),
                (42, "MERCHANT       "),
                (48, "0123456789abcdef0123456789abcdef"),
                (49, "978"),
            ],
        ),
        (
            "0210",
            &[
                (3, "200000"),
                (4, "999999999999"),
                (7, "1231235959"),
                (11, "999999"),
                (37, "436623ZZZZZZ"),
                (38, "A1 2C3"),
                (39, "00"),
                (41, "T       "),
                (42, "M              "),
                (49, "414"),
            ],
        ),
        (
            "0221",
            &[
                (3, "000000"),
                (4, "000000000001"),
                (11, "000001"),
                (25, "06"),
                (37, "533300000000"),
                (38, "000001"),
                (90, "010000004211290043570000000000000000000000"),
            ],
        ),
        ("0401", &[(90, "020000000711282159590000000000000000000000")]),
        ("0410", &[(2, "424242424242"), (39, "25"), (48, "")]),
    ];
    let message = |(mti, fields): &(&str, &[(u8, &str)])| {
        let empty = Message::new(mti).unwrap();
        fields.iter().try_fold(empty, |message, (number, value)| message.with(*number, *value)).unwrap()
    };
    rows.iter().map(message).collect()
}

fn fields(message: &Message) -> Value {
    let mut fields = Map::from_iter([("t".to_owned(), json!(message.mti()))]);
    let numbers = (2..=128).filter_map(|number| Some((number, message.text(number)?)));
    fields.extend(numbers.map(|(number, value)| (number.to_string(), json!(value))));
    Value::Object(fields)
}

#[test]
fn an_independent_codec_reads_ours_and_is_read_by_ours() {
    let Some(python) = python() else { return println!("SKIP(no pyiso8583: cargo xtask counterparts)") };
    let bitmaps = [(Bitmap::Hex, "hex"), (Bitmap::Binary, "binary")];
    let cases: Vec<_> =
        samples().into_iter().flat_map(|message| bitmaps.map(|bitmap| (message.clone(), bitmap))).collect();
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for (message, (bitmap, name)) in &cases {
        let bytes: String = message.encode(*bitmap).iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(stdin, "{}", json!({ "bitmap": name, "bytes": bytes })).unwrap();
        writeln!(stdin, "{}", json!({ "bitmap": name, "fields": fields(message) })).unwrap();
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let lines: Vec<Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    assert_eq!(lines.len(), 2 * cases.len(), "it answered everything");
    for ((message, (bitmap, name)), answers) in cases.iter().zip(lines.chunks(2)) {
        assert_eq!(answers[0], fields(message), "{name}");
        let theirs = hex::decode(answers[1].as_str().unwrap()).unwrap();
        assert_eq!(Message::decode(&theirs, *bitmap).as_ref(), Ok(message), "{name}");
    }
}
