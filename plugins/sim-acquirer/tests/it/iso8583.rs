//! The ISO 8583 face, by messages laid out by hand.

use std::io::{Read, Write};
use std::net::TcpStream;

use sim_acquirer::Acquirer;

use crate::client::{acquirer, book, fail, get, until_taken_on};

const ATTEMPT: &str = "0123456789abcdef0123456789abcdef";

/// A message to come; fields in rising order.
struct Draft<'a> {
    mti: &'a str,
    card: &'a str,
    processing: &'a str,
    amount: u32,
    stan: u32,
    rrn: &'a str,
    original: &'a str,
}

const SALE: Draft<'_> = Draft {
    mti: "0200",
    card: "4242424242424242",
    processing: "000000",
    amount: 1250,
    stan: 42,
    rrn: "633300ABCDEF",
    original: "",
};

impl Draft<'_> {
    /// The message with a hexadecimal bitmap.
    fn bytes(&self) -> String {
        let Self { mti, card, processing, amount, stan, rrn, original } = self;
        let pan = if card.is_empty() { String::new() } else { format!("{:02}{card}", card.len()) };
        let (low, high) = match original.is_empty() {
            true => (0x3238_0480_08c1_8000_u64, String::new()),
            false => (0xb238_0480_08c1_8000_u64, "0000004000000000".to_owned()),
        };
        let low = if card.is_empty() { low } else { low | 1 << 62 };
        format!(
            "{mti}{low:016X}{high}{pan}{processing}{amount:012}1129004357{stan:06}0043571129\
             01200{rrn}TERM0001MERCHANT0000001032{ATTEMPT}978{original}"
        )
    }
}

/// The response code, with the message type before it; empty when none came.
fn answer(acquirer: &Acquirer, draft: &Draft<'_>) -> String {
    let bytes = draft.bytes();
    let mut stream = TcpStream::connect(acquirer.iso8583()).expect("it serves");
    stream.write_all(&(bytes.len() as u16).to_be_bytes()).expect("it serves");
    stream.write_all(bytes.as_bytes()).expect("it serves");
    let mut length = [0; 2];
    if stream.read_exact(&mut length).is_err() {
        return String::new();
    }
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    if stream.read_exact(&mut body).is_err() {
        return String::new();
    }
    let body = String::from_utf8(body).expect("it serves");
    let at = body.find(draft.rrn).expect("the answer has the RRN") + 12;
    let is_approved = u64::from_str_radix(&body[4..20], 16).expect("a bitmap") & 1 << 26 != 0;
    let at = if is_approved { at + 6 } else { at };
    format!("{} {}", &body[..4], &body[at..at + 2])
}

fn original(mti: &str, stan: u32) -> String {
    format!("{mti}{stan:06}1129004357{:022}", 0)
}

#[test]
fn a_repeat_is_answered_from_memory_and_another_message_with_its_numbers_refused() {
    let acquirer = acquirer();
    assert_eq!(answer(&acquirer, &SALE), "0210 00");
    assert_eq!(answer(&acquirer, &SALE), "0210 00");
    assert_eq!(answer(&acquirer, &Draft { mti: "0201", ..SALE }), "0210 00");
    assert_eq!(answer(&acquirer, &Draft { mti: "0201", amount: 1251, ..SALE }), "0210 94");
    assert_eq!(book(&acquirer), (1, 1250, 0, 0));
    assert_eq!(
        answer(&acquirer, &Draft { mti: "0201", stan: 43, ..SALE }),
        "0210 00",
        "it may never have come"
    );
    assert_eq!(book(&acquirer), (2, 2500, 0, 1));
}

#[test]
fn cards_are_refused_by_their_numbers() {
    let acquirer = acquirer();
    let rows = [
        ("4000000000000002", "0210 05"),
        ("4000000000009995", "0210 51"),
        ("4000000000000069", "0210 54"),
        ("4242424242424241", "0210 14"),
        ("", "0210 30"),
    ];
    for (stan, (card, expected)) in rows.into_iter().enumerate() {
        assert_eq!(answer(&acquirer, &Draft { card, stan: stan as u32, ..SALE }), expected, "{card}");
    }
    assert_eq!(book(&acquirer), (0, 0, 0, 0));
}

#[test]
fn a_reversal_undoes_once_and_for_good() {
    let acquirer = acquirer();
    let named = original("0200", 42);
    let reversal = Draft { mti: "0400", card: "", original: &named, ..SALE };
    assert_eq!(answer(&acquirer, &SALE), "0210 00");
    for mti in ["0400", "0401", "0401"] {
        assert_eq!(answer(&acquirer, &Draft { mti, ..reversal }), "0410 00");
    }
    assert_eq!(book(&acquirer), (0, 0, 0, 0));
    assert_eq!(answer(&acquirer, &Draft { mti: "0201", ..SALE }), "0210 12", "it was undone");
}

#[test]
fn the_original_of_an_unlocated_reversal_is_refused_when_it_comes_late() {
    let acquirer = acquirer();
    let named = original("0200", 42);
    let reversal = Draft { mti: "0400", card: "", original: &named, ..SALE };
    assert_eq!(answer(&acquirer, &reversal), "0410 25");
    assert_eq!(answer(&acquirer, &SALE), "0210 12");
    assert_eq!(answer(&acquirer, &Draft { mti: "0401", ..reversal }), "0410 25");
    assert_eq!(book(&acquirer), (0, 0, 0, 0));
}

#[test]
fn a_reversal_outruns_an_effect_that_is_late() {
    let acquirer = acquirer();
    fail(&acquirer, "sale", "late_success_ms:300");
    let bytes = SALE.bytes();
    let mut stream = TcpStream::connect(acquirer.iso8583()).unwrap();
    stream.write_all(&(bytes.len() as u16).to_be_bytes()).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    until_taken_on(&acquirer);
    assert_eq!(answer(&acquirer, &Draft { mti: "0201", ..SALE }), "0210 09");
    let named = original("0200", 42);
    assert_eq!(answer(&acquirer, &Draft { mti: "0400", card: "", original: &named, ..SALE }), "0410 25");
    drop(stream);
    while get(&acquirer, "/_sim/faults")["in_flight"] != 0 {
        std::thread::yield_now(); // until the effect would have come
    }
    assert_eq!(answer(&acquirer, &Draft { mti: "0201", ..SALE }), "0210 12");
    assert_eq!(book(&acquirer), (0, 0, 0, 0));
}

#[test]
fn a_capture_refund_and_void_name_their_charge() {
    let acquirer = acquirer();
    let (hold, taken) = (original("0100", 1), original("0200", 2));
    assert_eq!(answer(&acquirer, &Draft { mti: "0100", stan: 1, ..SALE }), "0110 00");
    assert_eq!(answer(&acquirer, &Draft { stan: 2, ..SALE }), "0210 00");
    let later = Draft { original: &hold, ..SALE };
    assert_eq!(answer(&acquirer, &Draft { mti: "0220", stan: 3, amount: 1251, ..later }), "0230 13");
    assert_eq!(answer(&acquirer, &Draft { mti: "0220", stan: 4, amount: 1000, ..later }), "0230 00");
    assert_eq!(answer(&acquirer, &Draft { mti: "0221", stan: 4, amount: 1000, ..later }), "0230 00");
    assert_eq!(answer(&acquirer, &Draft { mti: "0400", stan: 5, ..later }), "0410 12", "it is captured");
    let refund = Draft { processing: "200000", original: &taken, ..SALE };
    assert_eq!(answer(&acquirer, &Draft { stan: 6, amount: 250, ..refund }), "0210 00");
    assert_eq!(answer(&acquirer, &Draft { stan: 7, amount: 1001, ..refund }), "0210 13");
    let unknown = original("0100", 99);
    assert_eq!(answer(&acquirer, &Draft { mti: "0220", stan: 8, original: &unknown, ..SALE }), "0230 25");
    assert_eq!(book(&acquirer), (2, 2250, 250, 1), "the attempt is the same in all of them");
}

#[test]
fn faults_bend_messages_too() {
    let rows = [
        ("drop_request", "", 0),
        ("drop_reply", "", 1),
        ("half_body", "", 1),
        ("http_500", "0210 96", 0),
        ("http_500_after", "0210 96", 1),
        ("duplicate", "0210 00", 1),
    ];
    for (fault, expected, charges) in rows {
        let acquirer = acquirer();
        fail(&acquirer, "sale", fault);
        assert_eq!(answer(&acquirer, &SALE), expected, "{fault}");
        assert_eq!(book(&acquirer), (charges, 1250 * charges as i64, 0, 0), "{fault}");
        assert_eq!(answer(&acquirer, &Draft { mti: "0201", ..SALE }), "0210 00", "{fault}");
        assert_eq!(book(&acquirer), (1, 1250, 0, 0), "{fault}");
    }
}
