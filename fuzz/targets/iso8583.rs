//! ISO 8583 messages: what is read is written as it was read, and read again the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payment_iso8583::message::{Bitmap, Message};

fuzz_target!(|bytes: &[u8]| {
    for bitmap in [Bitmap::Binary, Bitmap::Hex] {
        if let Ok(message) = Message::decode(bytes, bitmap) {
            let again = Message::decode(&message.encode(bitmap), bitmap);
            assert!(again.is_ok_and(|again| again == message), "what was written reads differently");
        }
    }
});
