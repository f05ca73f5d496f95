//! Currencies of ISO 4217 and how many decimal places their minor unit has.
use std::{fmt, str::FromStr};

/// An active ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Text that names no active ISO 4217 currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an ISO 4217 currency code such as EUR, INR or JPY")]
pub struct UnknownCurrency(pub String);

/// Active codes by minor-unit exponent (ISO 4217:2015, list one; funds, metals and test codes left out).
const BY_EXPONENT: [(u8, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
         CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ \
         GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL \
         MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR \
         PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT \
         TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

impl Currency {
    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency is built from ASCII letters only")
    }

    /// How many decimal places one minor unit is below the major unit: 2 for EUR, 0 for JPY.
    #[must_use]
    pub fn exponent(self) -> u8 {
        exponent(self.code()).expect("a currency is built from a listed code only")
    }

    /// `minor` units as a decimal number of the major unit, with all its places: `-12.50`, `1250`, `0.005`.
    #[must_use]
    pub fn decimal(self, minor: i64) -> String {
        let places = usize::from(self.exponent());
        let digits = format!("{:0>width$}", minor.unsigned_abs(), width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        let sign = if minor < 0 { "-" } else { "" };
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }
}

fn exponent(code: &str) -> Option<u8> {
    BY_EXPONENT.iter().find(|(_, codes)| codes.split_whitespace().any(|c| c == code)).map(|(e, _)| *e)
}

impl FromStr for Currency {
    type Err = UnknownCurrency;
    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        let unknown = || UnknownCurrency(text.chars().take(16).collect());
        exponent(text).ok_or_else(unknown)?;
        text.as_bytes().try_into().map(Self).map_err(|_| unknown())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_follow_the_standard() {
        for (code, exponent) in [("EUR", 2), ("INR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)] {
            assert_eq!(code.parse::<Currency>().map(Currency::exponent), Ok(exponent), "{code}");
        }
    }

    #[test]
    fn minor_units_are_written_with_the_places_of_their_currency() {
        for (code, minor, text) in [
            ("EUR", 1250, "12.50"),
            ("EUR", -5, "-0.05"),
            ("EUR", 0, "0.00"),
            ("JPY", -1250, "-1250"),
            ("KWD", 5, "0.005"),
            ("CLF", i64::MIN, "-922337203685477.5808"),
        ] {
            assert_eq!(code.parse::<Currency>().unwrap().decimal(minor), text);
        }
    }

    #[test]
    fn what_is_not_a_code_is_refused() {
        for text in ["", "EU", "eur", "EURO", "XXX", "E R", "€"] {
            assert!(text.parse::<Currency>().is_err(), "{text}");
        }
    }
}
