//! The texts of requests and settings: names, ids, days, currencies, filters. What is taken is written as it was read.
#![no_main]

use domain::webhook::EventFilter;
use domain::{CameraId, Currency, UserId, pin, settlement::Day, user};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(id) = text.parse::<CameraId>() {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(id) = text.parse::<UserId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
    if let Ok(day) = text.parse::<Day>() {
        assert_eq!(day.to_string().parse(), Ok(day));
        assert!(day.next() > day);
    }
    if let Ok(currency) = text.parse::<Currency>() {
        assert_eq!(currency.code(), text);
    }
    if let Ok(name) = user::checked_name(text) {
        assert!(!name.chars().any(char::is_control) && name.chars().count() <= user::NAME_CHARS_MAX);
    }
    if pin::check(text).is_ok() {
        assert!(text.bytes().all(|digit| digit.is_ascii_digit()));
    }
    let _ = user::checked_email(text);
    let _ = text.parse::<EventFilter>();
});
