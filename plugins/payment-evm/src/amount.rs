//! Minor units of a currency as the smallest units of a token. Integers only.

use alloy_primitives::U256;
use plugin_sdk::Money;

use crate::refusal::Refusal;

/// What `money` is in the token's smallest units. An amount that the token cannot say exactly is refused, never rounded.
pub fn token_units(money: &Money, token_decimals: u8) -> Result<U256, Refusal> {
    let minor = u64::try_from(money.minor).map_err(|_| Refusal::AmountNotRepresentable)?;
    let minor = U256::from(minor);
    let exponent = money.exponent();
    let units = if token_decimals >= exponent {
        minor.checked_mul(power_of_ten(token_decimals - exponent)?)
    } else {
        let divisor = power_of_ten(exponent - token_decimals)?;
        (minor % divisor).is_zero().then(|| minor / divisor)
    };
    units.filter(|units| !units.is_zero()).ok_or(Refusal::AmountNotRepresentable)
}

fn power_of_ten(exponent: u8) -> Result<U256, Refusal> {
    U256::from(10).checked_pow(U256::from(exponent)).ok_or(Refusal::AmountNotRepresentable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(minor: i64, exponent: u8, decimals: u8, expected: &str) {
        let money = Money::new(minor, "USD", exponent).unwrap();
        let answer = match token_units(&money, decimals) {
            Ok(units) => units.to_string(),
            Err(refusal) => refusal.code().to_owned(),
        };
        assert_eq!(answer, expected, "{minor} at exponent {exponent}, token of {decimals} decimals");
    }

    #[test]
    fn an_amount_is_converted_exactly_or_refused() {
        check(1250, 2, 6, "12500000");
        check(1, 2, 18, "10000000000000000");
        check(1250, 2, 2, "1250");
        check(1250, 0, 0, "1250");
        check(1250, 3, 2, "125");
        check(1251, 3, 2, "amount_not_representable");
        check(99, 2, 0, "amount_not_representable");
        check(100, 2, 0, "1");
        check(i64::MAX, 0, 36, "9223372036854775807000000000000000000000000000000000000");
        check(i64::MAX, 0, 58, &format!("{}{}", i64::MAX, "0".repeat(58)));
        check(i64::MAX, 0, 59, "amount_not_representable");
        check(1, 0, 78, "amount_not_representable");
        check(1, 0, 255, "amount_not_representable");
    }
}
