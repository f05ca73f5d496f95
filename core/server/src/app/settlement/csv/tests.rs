//! Good files are read exactly, and each fault is named with its line.
use super::*;

const HEAD: &str = "provider_ref,attempt,kind,amount,currency,fee,at\n";
const GOOD: &str = "pi_1,00112233445566778899aabbccddeeff,sale,1250,EUR,25,2026-01-31T12:00:00Z\n";

fn body(rows: &str) -> Result<Vec<Line>, Vec<String>> {
    read(&format!("{HEAD}{rows}"))
}

#[test]
fn a_line_is_read_as_it_is_written() {
    let lines = body(GOOD).unwrap();
    let line = &lines[0];
    assert_eq!((line.provider_ref.as_str(), line.kind, line.amount.minor()), ("pi_1", LineKind::Sale, 1250));
    assert_eq!((line.fee.map(Money::minor), line.attempt.unwrap()[15]), (Some(25), 0xff));
    assert_eq!(line.at, Timestamp(1_769_860_800_000_000));
}

#[test]
fn every_form_of_rfc_4180_and_no_lines_at_all_are_read() {
    let quoted = "\"pi,\"\"1\",,\"refund\",5,JPY,,2026-01-31T12:00:00+09:00";
    for (text, count) in [
        (HEAD.to_owned(), 0),
        (HEAD.trim_end().to_owned(), 0),
        (format!("\u{feff}{HEAD}{GOOD}"), 1),
        (format!("{HEAD}{GOOD}").replace('\n', "\r\n"), 1),
        (format!("{HEAD}{GOOD}{}", GOOD.trim_end()), 2),
        (format!("{HEAD}{quoted}"), 1),
        (format!("{HEAD},,fee,7,KWD,0,2026-01-31T12:00:00Z\n"), 1),
    ] {
        assert_eq!(read(&text).map(|lines| lines.len()), Ok(count), "{text}");
    }
    assert_eq!(body(quoted).unwrap()[0].provider_ref, "pi,\"1");
}

#[test]
fn each_fault_is_named_with_its_line() {
    for (row, fault) in [
        ("pi_1,,sale,1250,EUR,2026-01-31T12:00:00Z", "line 2: there are 6 fields"),
        ("", "line 2: there are 1 fields"),
        ("pi_1,,sale,12.50,EUR,,2026-01-31T12:00:00Z", "line 2: amount: a whole number"),
        ("pi_1,,sale,-5,EUR,,2026-01-31T12:00:00Z", "line 2: amount: a whole number"),
        ("pi_1,,sale,+5,EUR,,2026-01-31T12:00:00Z", "line 2: amount: a whole number"),
        ("pi_1,,sale,0,EUR,,2026-01-31T12:00:00Z", "line 2: amount: an amount must be"),
        ("pi_1,,sale,1000000000001,EUR,,2026-01-31T12:00:00Z", "line 2: amount: an amount must not be above"),
        ("pi_1,,sale,99999999999999999999,EUR,,2026-01-31T12:00:00Z", "line 2: amount: a whole number"),
        ("pi_1,,sale,5,EURO,,2026-01-31T12:00:00Z", "line 2: currency:"),
        ("pi_1,,sale,5,eur,,2026-01-31T12:00:00Z", "line 2: currency:"),
        ("pi_1,,sale,5,EUR,-1,2026-01-31T12:00:00Z", "line 2: fee: a whole number"),
        ("pi_1,,fee,5,EUR,1,2026-01-31T12:00:00Z", "line 2: fee: a fee has no fee"),
        ("pi_1,,payout,5,EUR,,2026-01-31T12:00:00Z", "line 2: kind:"),
        ("pi_1,,sale,5,EUR,,31.01.2026", "line 2: at:"),
        (",,sale,5,EUR,,2026-01-31T12:00:00Z", "line 2: a sale or refund needs"),
        ("pi_1,0011,sale,5,EUR,,2026-01-31T12:00:00Z", "line 2: attempt:"),
        ("pi 1,,sale,5,EUR,,2026-01-31T12:00:00Z", "line 2: provider_ref"),
        ("\"pi\n1\",,sale,5,EUR,,2026-01-31T12:00:00Z", "line 2: provider_ref"),
        ("\"pi_1,,sale", "line 2: a quoted field is not closed"),
        ("\"pi\"x,,sale", "line 2: text after a closing quote"),
        ("pi\"1,,sale", "line 2: a quote inside"),
        ("pi\u{0}1,,sale", "line 2: a control character"),
    ] {
        let faults = body(&format!("{row}\n")).unwrap_err();
        assert!(faults[0].starts_with(fault), "{row}: {faults:?}");
    }
    let faults = body(&format!("{GOOD}x\n{GOOD}y\n")).unwrap_err();
    assert!(faults[0].starts_with("line 3:") && faults[1].starts_with("line 5:"), "{faults:?}");
    for text in ["", "amount\n5\n", GOOD, "provider_ref;attempt\n"] {
        assert!(read(text).unwrap_err()[0].starts_with("line 1: the header must be"), "{text}");
    }
    assert_eq!(body(&"x\n".repeat(100)).unwrap_err().len(), FAULTS_MAX);
}
