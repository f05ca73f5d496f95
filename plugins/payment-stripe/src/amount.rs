//! Which amounts mean the same to Stripe as to the appliance.
//!
//! Both count in minor units, but not always the same ones. What would be off by a factor is refused, never converted.

use plugin_sdk::Money;

use crate::settings::Settings;

/// Currencies whose minor unit is the whole one at Stripe.
const ZERO_DECIMAL: [&str; 15] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];
/// Currencies of thousandths at Stripe. The last digit has to be 0.
const THREE_DECIMAL: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];
/// Currencies that Stripe's documentation counts in two ways.
const AMBIGUOUS: [&str; 1] = ["UGX"];

/// Digits after Stripe's decimal point; none where it is not certain.
fn exponent(currency: &str) -> Option<u8> {
    match currency {
        _ if AMBIGUOUS.contains(&currency) => None,
        _ if ZERO_DECIMAL.contains(&currency) => Some(0),
        _ if THREE_DECIMAL.contains(&currency) => Some(3),
        _ => Some(2), // also ISK, whose amounts are whole but counted in hundredths
    }
}

/// The decline code for an amount that must not be sent.
pub(crate) fn refusal(settings: &Settings, money: &Money) -> Option<&'static str> {
    let currency = money.currency();
    if !settings.currencies.is_empty() && !settings.currencies.iter().any(|taken| taken == currency) {
        return Some("currency_not_enabled");
    }
    if exponent(currency) != Some(money.exponent()) {
        return Some("currency_not_supported");
    }
    (money.exponent() == 3 && money.minor % 10 != 0).then_some("amount_not_representable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stripe_would_count_differently_is_refused() {
        let mut settings = Settings::default();
        for (minor, currency, digits, expected) in [
            (1250, "EUR", 2, None),
            (1250, "JPY", 0, None),
            (1250, "HUF", 2, None),
            (1250, "TWD", 2, None),
            (1250, "KWD", 3, None),
            (1251, "KWD", 3, Some("amount_not_representable")),
            (1250, "LYD", 3, Some("currency_not_supported")),
            (1250, "ISK", 0, Some("currency_not_supported")),
            (1250, "UGX", 0, Some("currency_not_supported")),
            (1250, "UGX", 2, Some("currency_not_supported")),
            (1250, "MGA", 2, Some("currency_not_supported")),
            (1250, "EUR", 0, Some("currency_not_supported")),
            (1250, "CLF", 4, Some("currency_not_supported")),
        ] {
            let money = Money::new(minor, currency, digits).unwrap();
            assert_eq!(refusal(&settings, &money), expected, "{money} of {digits} digits");
        }
        settings.currencies = vec!["USD".to_owned()];
        assert_eq!(refusal(&settings, &Money::new(1, "EUR", 2).unwrap()), Some("currency_not_enabled"));
        assert_eq!(refusal(&settings, &Money::new(1, "USD", 2).unwrap()), None);
    }
}
