//! The codec: a message laid out by hand, round trips of any message, and bytes that are none.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::*;
use crate::field::Content;

const BITMAPS: [Bitmap; 2] = [Bitmap::Hex, Bitmap::Binary];

#[test]
fn a_message_laid_out_by_hand_is_written_and_read() {
    let message = (Message::new("0400").unwrap())
        .with(2, "4242424242424242")
        .and_then(|message| message.with(3, "000000"))
        .and_then(|message| message.with(4, "000000001250"))
        .and_then(|message| message.with(48, "abc"))
        .and_then(|message| message.with(90, "0200000042112900435700000000000000000000".to_owned() + "00"))
        .unwrap();
    let body = "164242424242424242000000000000001250003abc020000004211290043570000000000000000000000";
    let hex = format!("0400F0000000000100000000004000000000{body}");
    let binary = [&b"0400\xf0\0\0\0\0\x01\0\0\0\0\0\x40\0\0\0\0"[..], body.as_bytes()].concat();
    for (bitmap, bytes) in [(Bitmap::Hex, hex.as_bytes()), (Bitmap::Binary, &binary)] {
        assert_eq!(message.encode(bitmap), bytes, "{bitmap:?}");
        assert_eq!(Message::decode(bytes, bitmap), Ok(message.clone()), "{bitmap:?}");
    }
    assert_eq!(message.repeated().mti(), "0401");
}

#[test]
fn what_is_no_message_says_why() {
    let rows = [
        ("", Fault::Short),
        ("02x0", Fault::Type),
        ("0200", Fault::Short),
        ("0200000000000000000G", Fault::Bitmap),
        ("02000000000000000000", Fault::Long),
        ("02000080000000000000", Fault::Unknown(9)),
        ("0200400000000000000020", Fault::Short),
        ("020040000000000000002x", Fault::Value(2)),
        ("02004000000000000000+1", Fault::Value(2)),
        ("020040000000000000002012345678901234567890", Fault::Value(2)),
        ("020020000000000000000000x0", Fault::Value(3)),
        ("0200200000000000000000000", Fault::Short),
    ];
    for (bytes, expected) in rows {
        let expected = if expected == Fault::Long { None } else { Some(expected) };
        let bytes = if expected.is_none() { format!("{bytes}0") } else { bytes.to_owned() };
        let found = Message::decode(bytes.as_bytes(), Bitmap::Hex).unwrap_err();
        assert_eq!(found, expected.unwrap_or(Fault::Long), "{bytes}");
    }
}

#[test]
fn a_card_number_is_not_printed() {
    let message = Message::new("0200").unwrap().with(2, "4242424242424242").unwrap();
    assert_eq!(format!("{message:?}"), "0200 with [2]");
    let fault = Message::new("0200").unwrap().with(2, "4242 4242").unwrap_err();
    assert_eq!(fault.to_string(), "data element 2 does not fit");
}

/// Any value that a data element takes.
fn value(number: u8) -> BoxedStrategy<(u8, Vec<u8>)> {
    let field = field(number).expect("only known ones are asked for");
    let byte = match field.content {
        Content::Digits => (b'0'..=b'9').boxed(),
        Content::Text => (b' '..=b'~').boxed(),
        Content::Bytes => any::<u8>().boxed(),
    };
    let shortest = if field.prefix == 0 { field.length } else { 0 };
    let value = proptest::collection::vec(byte, shortest..=field.length);
    value.prop_map(move |value| (number, value)).boxed()
}

fn message() -> impl Strategy<Value = Message> {
    let known: Vec<u8> = (2..=128).filter(|number| field(*number).is_some()).collect();
    let count = known.len();
    let values = proptest::sample::subsequence(known, 0..=count)
        .prop_flat_map(|numbers| numbers.into_iter().map(value).collect::<Vec<_>>());
    ("[0-9]{4}", values).prop_map(|(mti, values)| {
        let empty = Message::new(&mti).expect("four digits");
        let message =
            values.into_iter().try_fold(empty, |message, (number, value)| message.with(number, value));
        message.expect("the values fit")
    })
}

proptest! {
    #![proptest_config(Config::with_cases(2_000))]

    #[test]
    fn every_message_comes_back_from_its_bytes(message in message()) {
        for bitmap in BITMAPS {
            let bytes = message.encode(bitmap);
            prop_assert_eq!(Message::decode(&bytes, bitmap), Ok(message.clone()));
            prop_assert!(Message::decode(&bytes[..bytes.len() - 1], bitmap).is_err());
            prop_assert_eq!(Message::decode(&[&bytes[..], b"0"].concat(), bitmap), Err(Fault::Long));
        }
    }
}

proptest! {
    #![proptest_config(Config::with_cases(100_000))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), mti in "0[0-9]{3}") {
        for bitmap in BITMAPS {
            _ = Message::decode(&bytes, bitmap);
            _ = Message::decode(&[mti.as_bytes(), &bytes].concat(), bitmap);
        }
    }
}

proptest! {
    #![proptest_config(Config::with_cases(2_000))]

    #[test]
    fn a_changed_byte_makes_it_another_message_or_none(message in message(), at: proptest::sample::Index, to: u8) {
        for bitmap in BITMAPS {
            let mut bytes = message.encode(bitmap);
            let at = at.index(bytes.len());
            prop_assume!(!bytes[at].eq_ignore_ascii_case(&to));
            bytes[at] = to;
            prop_assert_ne!(Message::decode(&bytes, bitmap), Ok(message.clone()));
        }
    }
}
