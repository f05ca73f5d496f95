//! Money and moments on the wire.

use domain::money::MoneyError;
use domain::{Currency, Money, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::problem::Problem;

/// An amount in a request; checked by [`AmountIn::checked`].
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAmount)]
pub(crate) struct AmountIn {
    /// Whole minor units above zero: 1250 for 12.50 EUR.
    #[schema(value_type = i64, minimum = 1, maximum = 1_000_000_000_000_i64)]
    amount: serde_json::Number,
    /// ISO 4217 code.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: String,
}

impl AmountIn {
    /// The amount as money, or what is wrong with it.
    pub(crate) fn checked(&self) -> Result<Money, Problem> {
        let currency: Currency =
            self.currency.parse().map_err(|error: domain::currency::UnknownCurrency| {
                Problem::unprocessable("currency_unknown", error.to_string())
            })?;
        let minor = self.amount.as_i64().ok_or_else(|| {
            let whole = "the amount must be a whole number of minor units: 1250 for 12.50 EUR";
            Problem::unprocessable("amount_not_whole", whole)
        })?;
        Money::new(minor, currency).map_err(|error| amount_problem(&error))
    }
}

/// The problem that an impossible amount is.
pub(crate) fn amount_problem(error: &MoneyError) -> Problem {
    let code = match error {
        MoneyError::NotPositive(_) => "amount_not_positive",
        MoneyError::TooLarge(_) => "amount_too_large",
        MoneyError::CurrencyMismatch(..) => "wrong_currency",
    };
    Problem::unprocessable(code, error.to_string())
}

/// An amount in an answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Amount {
    /// Whole minor units.
    amount: i64,
    /// ISO 4217 code.
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
}

impl Amount {
    pub(crate) fn minor(amount: i64, currency: Currency) -> Self {
        Self { amount, currency: currency.code().to_owned() }
    }
}

impl Amount {
    /// For tables, where the currency has a column of its own.
    pub(crate) fn minor_units(&self) -> i64 {
        self.amount
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self::minor(money.minor(), money.currency())
    }
}

/// `at` as RFC 3339 in UTC.
pub(crate) fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).unwrap_or_default().to_string()
}

/// The moment that an RFC 3339 text names.
pub(crate) fn parse_moment(text: &str) -> Result<Timestamp, Problem> {
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    parsed.map(|at| Timestamp(at.as_microsecond())).map_err(|_| {
        Problem::unprocessable("time_invalid", "a time is written as RFC 3339, such as 2026-01-31T12:00:00Z")
    })
}
