//! The requests that are sent to Stripe.

use plugin_sdk::HttpRequest;

use crate::answer::Object;
use crate::errand::Plan;
use crate::settings::Settings;

/// Most objects of one page of a list: the most that Stripe gives.
const PAGE_SIZE: u32 = 100;

/// One request. The ids in it have been checked by [`crate::payload::is_id`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Make a PaymentIntent and confirm it.
    Create { amount: i64, currency: String, capture: bool, customer: Option<String>, method: String },
    /// One PaymentIntent.
    Look { intent: String },
    /// A page of the PaymentIntents made since a moment, newest first.
    Intents { since_s: i64, after: Option<String> },
    /// A page of a PaymentIntent's refunds, newest first.
    Refunds { intent: String, after: Option<String> },
    /// Take what is held, or less.
    Capture { intent: String, amount: Option<i64> },
    /// Let go of what is held.
    Cancel { intent: String, why: Why },
    /// Give back.
    Refund { intent: String, amount: Option<i64>, why: Why },
}

/// On whose behalf something is undone. Each has an idempotency key of its own, made from the attempt's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The host asked for it.
    Asked,
    /// The payer would have to prove who he is, and can't at a till.
    Unproven,
    /// The attempt is reversed.
    Reversal,
}

impl Ask {
    /// Whether it can move money or let go of it.
    pub(crate) fn moves(&self) -> bool {
        !matches!(self, Self::Look { .. } | Self::Intents { .. } | Self::Refunds { .. })
    }

    /// The request by `plan`. The same ask is the same bytes, so that Stripe knows it again.
    pub(crate) fn request(&self, settings: &Settings, plan: &Plan, timeout_ms: u32) -> HttpRequest {
        let mut headers = vec![
            ("Authorization".to_owned(), format!("Bearer ${{secret:{}}}", settings.api_key)),
            ("Stripe-Version".to_owned(), settings.api_version.clone()),
        ];
        if self.moves() {
            headers.push(("Idempotency-Key".to_owned(), self.key(plan)));
            headers.push(("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        }
        HttpRequest {
            endpoint: settings.endpoint,
            method: if self.moves() { "POST" } else { "GET" }.to_owned(),
            path: self.path(),
            headers,
            body: self.form(&plan.attempt).into_bytes(),
            timeout_ms,
            repeatable: true,
            sensitive: matches!(self, Self::Create { .. }),
        }
    }

    /// The key by which Stripe knows this ask again; one for each, as Stripe refuses one that comes back with another
    /// request. A reversal has the key of its own operation: Stripe keeps the answer to a key, a failure of its own too, and
    /// would repeat that to every later reversal. Two of them do no harm: no more is given back than was taken.
    fn key(&self, plan: &Plan) -> String {
        match self {
            Self::Cancel { why: Why::Unproven, .. } => format!("{}-cancel", plan.attempt),
            Self::Cancel { why: Why::Reversal, .. } => format!("{}-reverse-cancel", plan.own_attempt),
            Self::Refund { why: Why::Reversal, .. } => format!("{}-reverse", plan.own_attempt),
            _ => plan.attempt.clone(),
        }
    }

    fn path(&self) -> String {
        let from = |after: &Option<String>| match after {
            Some(after) => format!("&starting_after={after}"),
            None => String::new(),
        };
        match self {
            Self::Create { .. } => "/v1/payment_intents".to_owned(),
            Self::Look { intent } => format!("/v1/payment_intents/{intent}"),
            Self::Intents { since_s, after } => {
                format!("/v1/payment_intents?limit={PAGE_SIZE}&created[gte]={since_s}{}", from(after))
            }
            Self::Refunds { intent, after } => {
                format!("/v1/refunds?payment_intent={intent}&limit={PAGE_SIZE}{}", from(after))
            }
            Self::Capture { intent, .. } => format!("/v1/payment_intents/{intent}/capture"),
            Self::Cancel { intent, .. } => format!("/v1/payment_intents/{intent}/cancel"),
            Self::Refund { .. } => "/v1/refunds".to_owned(),
        }
    }

    /// The form. Nothing in it needs escaping: ids, numbers, words of ours.
    fn form(&self, attempt: &str) -> String {
        match self {
            Self::Create { amount, currency, capture, customer, method } => {
                let capture = if *capture { "automatic" } else { "manual" };
                let customer = customer.as_ref().map(|id| format!("&customer={id}")).unwrap_or_default();
                // Named, so that Stripe does not offer methods that send the payer to another page.
                format!(
                    "amount={amount}&currency={currency}&confirm=true&payment_method={method}{customer}\
                     &payment_method_types[]=card&capture_method={capture}&metadata[facepay_attempt]={attempt}"
                )
            }
            Self::Capture { amount: Some(amount), .. } => format!("amount_to_capture={amount}"),
            Self::Refund { intent, amount, .. } => {
                let amount = amount.map(|amount| format!("&amount={amount}")).unwrap_or_default();
                format!("payment_intent={intent}{amount}&metadata[facepay_attempt]={attempt}")
            }
            _ => String::new(),
        }
    }

    /// Whether an object can be the answer. One that can't says as little as half of one.
    pub(crate) fn is_answered_by(&self, object: &Object, attempt: &str) -> bool {
        match (self, object) {
            (Self::Create { amount, currency, .. }, Object::Intent(intent)) => {
                intent.amount == *amount && intent.currency == *currency && intent.is_of(attempt)
            }
            (
                Self::Look { intent: id }
                | Self::Capture { intent: id, .. }
                | Self::Cancel { intent: id, .. },
                Object::Intent(intent),
            ) => intent.id == *id,
            (Self::Refund { intent, amount, .. }, Object::Refund(refund)) => {
                refund.payment_intent.as_ref() == Some(intent)
                    && amount.is_none_or(|amount| amount == refund.amount)
            }
            (Self::Intents { .. }, Object::List(list)) => {
                list.data.iter().all(|object| matches!(object, Object::Intent(_)))
            }
            (Self::Refunds { .. }, Object::List(list)) => {
                list.data.iter().all(|object| matches!(object, Object::Refund(_)))
            }
            _ => false,
        }
    }
}
