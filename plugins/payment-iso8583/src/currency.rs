//! The numbers of ISO 4217 currencies.

/// Code, number, digits after the decimal point.
const CURRENCIES: &[(&str, &str, u8)] = &[
    ("AED", "784", 2),
    ("ARS", "032", 2),
    ("AUD", "036", 2),
    ("BDT", "050", 2),
    ("BGN", "975", 2),
    ("BHD", "048", 3),
    ("BRL", "986", 2),
    ("CAD", "124", 2),
    ("CHF", "756", 2),
    ("CLP", "152", 0),
    ("CNY", "156", 2),
    ("COP", "170", 2),
    ("CZK", "203", 2),
    ("DKK", "208", 2),
    ("EGP", "818", 2),
    ("EUR", "978", 2),
    ("GBP", "826", 2),
    ("GEL", "981", 2),
    ("GHS", "936", 2),
    ("HKD", "344", 2),
    ("HUF", "348", 2),
    ("IDR", "360", 2),
    ("ILS", "376", 2),
    ("INR", "356", 2),
    ("ISK", "352", 0),
    ("JOD", "400", 3),
    ("JPY", "392", 0),
    ("KES", "404", 2),
    ("KRW", "410", 0),
    ("KWD", "414", 3),
    ("KZT", "398", 2),
    ("LKR", "144", 2),
    ("MAD", "504", 2),
    ("MXN", "484", 2),
    ("MYR", "458", 2),
    ("NGN", "566", 2),
    ("NOK", "578", 2),
    ("NPR", "524", 2),
    ("NZD", "554", 2),
    ("OMR", "512", 3),
    ("PEN", "604", 2),
    ("PHP", "608", 2),
    ("PKR", "586", 2),
    ("PLN", "985", 2),
    ("QAR", "634", 2),
    ("RON", "946", 2),
    ("RSD", "941", 2),
    ("SAR", "682", 2),
    ("SEK", "752", 2),
    ("SGD", "702", 2),
    ("THB", "764", 2),
    ("TND", "788", 3),
    ("TRY", "949", 2),
    ("TWD", "901", 2),
    ("TZS", "834", 2),
    ("UAH", "980", 2),
    ("UGX", "800", 0),
    ("USD", "840", 2),
    ("UYU", "858", 2),
    ("VND", "704", 0),
    ("ZAR", "710", 2),
];

/// The number of a currency and how many digits its amounts have after the decimal point.
pub fn number(code: &str) -> Option<(&'static str, u8)> {
    let known = CURRENCIES.iter().find(|(found, ..)| *found == code);
    known.map(|(_, number, exponent)| (*number, *exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_and_no_number_is_there_twice() {
        for (index, (code, number, exponent)) in CURRENCIES.iter().enumerate() {
            let rest = &CURRENCIES[index + 1..];
            assert!(rest.iter().all(|(other, their, _)| other != code && their != number), "{code}");
            assert!(number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()) && *exponent < 4);
        }
        assert_eq!(number("EUR"), Some(("978", 2)));
        assert_eq!(number("JPY"), Some(("392", 0)));
        assert_eq!(number("XXX"), None);
    }
}
