//! One message to one webhook: written, signed, sent, answered.

use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::{Secret, TransactionId};
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, header};
use http_body_util::Full;
use serde_json::{Value, json};
use sha2::Sha256;
use store::{OutboxRow, WebhookRow};

use crate::api::chain;
use crate::api::wire::money::moment;
use crate::app::App;

/// For the whole exchange.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// What an answer may say; it is not looked at.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// What is told.
pub(super) struct Message<'a> {
    pub(super) event: &'a OutboxRow,
    pub(super) event_id: &'a str,
    /// The payment that it is about, and its number among that payment's events.
    pub(super) payment: Option<(TransactionId, i64)>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: Option<u16>,
    /// Why it did not arrive.
    pub(crate) error: Option<String>,
    pub(crate) took: Duration,
}

impl Message<'_> {
    fn body(&self) -> String {
        let (payment, payment_seq) = self.payment.map(|(id, seq)| (id.to_string(), seq)).unzip();
        json!({
            "id": self.event_id,
            "seq": self.event.seq,
            "kind": self.event.kind,
            "at": moment(domain::Timestamp(self.event.at_micros)),
            "payment": payment,
            "payment_seq": payment_seq,
            "data": serde_json::from_str::<Value>(&self.event.payload).unwrap_or_default(),
        })
        .to_string()
    }
}

/// `t=…,v1=…`: when it was signed, and a code with each secret over `t.body`.
fn signature(secrets: &[Secret<String>], body: &str, now_s: i64) -> String {
    let code = |secret: &Secret<String>| {
        let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes());
        let mac = mac.expect("HMAC takes a key of any length").chain_update(format!("{now_s}.{body}"));
        format!(",v1={}", hex::encode(mac.finalize().into_bytes()))
    };
    format!("t={now_s}{}", secrets.iter().map(code).collect::<String>())
}

/// Sends the message and waits for the answer. It arrived where the status says so; redirections are not followed.
pub(super) async fn send(app: &App, webhook: &WebhookRow, message: &Message<'_>) -> Answer {
    let began = Instant::now();
    let (status, error) = match tokio::time::timeout(ANSWER_WITHIN, exchange(app, webhook, message)).await {
        Ok(Ok(status)) if (200..300).contains(&status) => (Some(status), None),
        Ok(Ok(status)) => (Some(status), Some(format!("it answered {status}"))),
        Ok(Err(error)) => (None, Some(error)),
        Err(_) => (None, Some(format!("no answer within {} s", ANSWER_WITHIN.as_secs()))),
    };
    Answer { status, error, took: began.elapsed() }
}

async fn exchange(app: &App, webhook: &WebhookRow, message: &Message<'_>) -> Result<u16, String> {
    let place = super::place(&webhook.url).map_err(|error| error.to_string())?;
    let body = message.body();
    // A second is enough: the receiver allows for some minutes.
    let signed = signature(&webhook.secrets, &body, app.now().0 / 1_000_000);
    let request = Request::post(&place.path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("FacePay/", env!("CARGO_PKG_VERSION")))
        .header("x-signature", signed)
        .header("x-event-id", message.event_id)
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| chain(&error))?;
    let networks = &app.settings().webhooks.networks;
    // Read so that the receiver can finish; what it says changes nothing.
    let answer = app.outbound().send(&place, networks, request, ANSWER_BYTES_MAX).await;
    answer.map(|answer| answer.head.status.as_u16()).map_err(|error| chain(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_a`.
    #[test]
    fn a_message_is_signed_with_each_secret() {
        let secrets = [Secret::new("whsec_a".to_owned()), Secret::new("whsec_b".to_owned())];
        let signed = signature(&secrets, "{}", 1_700_000_000);
        let codes: Vec<&str> = signed.split(",v1=").collect();
        assert_eq!((codes[0], codes.len()), ("t=1700000000", 3));
        assert_eq!(codes[1], "04339dc4f01d6541e8d3b7e4bd93cd2d4f680ccb28592270900b08e49cc09e57");
        assert_ne!(codes[1], codes[2]);
    }
}
