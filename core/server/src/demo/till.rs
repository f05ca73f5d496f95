//! A till: opens checkouts, waits for the payer, says yes for them, prints the receipt.

use std::time::{Duration, Instant};

use pipeline::simulate::Mount;
use serde_json::{Value, json};

use super::cameras::{came_into_view, round_began};
use super::people::{Payer, money, text};
use super::steps::{Steps, millis};
use crate::client::{Client, ClientError};

/// How often a till asks; a real one listens to `/ws/events`.
const ASK_EVERY: Duration = Duration::from_millis(25);
/// A camera that is not live by then never will be.
const LIVE_WITHIN: Duration = Duration::from_secs(30);
/// Of the two seconds in which nobody is in view so much may be over when a checkout is opened.
const EMPTY_AT_LEAST: Duration = Duration::from_millis(1_000);
/// Three rounds of the clip: a look that is refused can be mended by the next.
const PAYER_WITHIN_MS: u64 = 35_000;
/// A whole round: the stranger is in view for seven seconds of it.
const STRANGER_WITHIN_MS: u64 = 11_000;

/// What became of a sale.
pub(crate) struct Sale {
    /// The checkout's last state.
    pub(crate) state: String,
    /// Whether money moved.
    pub(crate) captured: bool,
    /// How often somebody unknown was confirmed to stand there, where that was counted.
    pub(crate) looks: usize,
}

/// A till at one camera.
pub(crate) struct Till<'a> {
    pub(crate) client: &'a Client,
    pub(crate) steps: &'a Steps,
    pub(crate) camera: &'static str,
    pub(crate) mount: &'a Mount,
}

impl<'a> Till<'a> {
    /// The till of the payer and that of the stranger.
    pub(crate) fn both(client: &'a Client, steps: &'a Steps, cameras: &'a super::Cameras) -> [Self; 2] {
        let till = |camera, mount| Self { client, steps, camera, mount };
        [till("till-1", &cameras.payer), till("till-2", &cameras.stranger)]
    }

    /// Waits until the appliance calls the camera live.
    pub(crate) async fn camera_live(&self) -> Result<bool, ClientError> {
        let until = Instant::now() + LIVE_WITHIN;
        while Instant::now() < until {
            let health = self.client.get(&format!("/cameras/{}/health", self.camera)).await?;
            if health["state"] == "live" {
                let words = format!(
                    "{} is live: {} {}x{}, decoded by {}",
                    self.camera,
                    text(&health["codec"]),
                    health["width"],
                    health["height"],
                    text(&health["decoder"])
                );
                self.steps.say("camera", json!({ "camera": self.camera, "health": health }), words);
                return Ok(true);
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        Ok(false)
    }

    /// Waits for an empty place, opens a checkout, has it confirmed when the payer is recognised.
    pub(crate) async fn sell(&self, minor: i64) -> Result<Sale, ClientError> {
        self.place_empty().await;
        let checkout = self.open(minor, PAYER_WITHIN_MS).await?;
        let checkout = self.while_awaiting_payer(&checkout).await?;
        if checkout["state"] != "awaiting_confirmation" {
            return self.unpaid(&checkout).await;
        }
        let recognised_ms = came_into_view(self.mount).map(|seen| millis(seen.elapsed()));
        let words = format!("{} recognised {}", self.camera, text(&checkout["user_id"]));
        let details = json!({ "camera": self.camera, "user_id": checkout["user_id"], "look_to_recognised_ms": recognised_ms });
        self.steps.say("recognised", details, words);

        let id = text(&checkout["id"]);
        let (path, once) = (format!("/checkouts/{id}/confirm"), format!("yes-{id}"));
        let paid = self.client.post_once(&path, &json!({}), &once).await?;
        // The answer comes after the provider's.
        let look_to_paid_ms = came_into_view(self.mount).map(|seen| millis(seen.elapsed()));
        let transaction =
            self.client.get(&format!("/transactions/{}", text(&paid["transaction_id"]))).await?;
        let captured = transaction["state"] == "captured";
        let details = json!({
            "state": transaction["state"],
            "amount": transaction["amount"],
            "transaction_id": transaction["id"],
            "user_id": transaction["user_id"],
            "look_to_paid_ms": look_to_paid_ms,
        });
        let words = format!(
            "{} {}, {} ms after the face came into view",
            money(&transaction["amount"]),
            text(&transaction["state"]),
            look_to_paid_ms.unwrap_or_default()
        );
        self.steps.say("transaction", details, words);
        if captured {
            self.receipt(&transaction).await?;
        }
        Ok(Sale { state: text(&paid["state"]).to_owned(), captured, looks: 0 })
    }

    /// Opens a checkout in front of a stranger and waits until its time is over.
    ///
    /// `looks` tells how often the stranger was confirmed to stand there: a camera that sees nobody proves nothing.
    pub(crate) async fn refuse(
        &self,
        minor: i64,
        payer: &Payer,
        looks: impl Fn() -> usize,
    ) -> Result<Sale, ClientError> {
        self.place_empty().await;
        let checkout = self.open(minor, STRANGER_WITHIN_MS).await?;
        let checkout = self.while_awaiting_payer(&checkout).await?;
        let mut sale = self.unpaid(&checkout).await?;
        // Nobody may have paid for the stranger either.
        let payments = self.client.get(&format!("/transactions?user_id={}", payer.id)).await?;
        let same = |payment: &Value| payment["id"] == checkout["transaction_id"];
        sale.captured |= payments["items"].as_array().is_some_and(|items| items.iter().any(same));
        let looks = looks();
        sale.looks = looks;
        let words = match sale.captured {
            true => "the stranger's payment was charged: this must not happen".to_owned(),
            false => format!("{}: looked at {looks} times, {}, nobody was charged", self.camera, sale.state),
        };
        let details =
            json!({ "camera": self.camera, "state": sale.state, "charged": sale.captured, "looks": looks });
        self.steps.say("stranger", details, words);
        Ok(sale)
    }

    async fn unpaid(&self, checkout: &Value) -> Result<Sale, ClientError> {
        let transaction =
            self.client.get(&format!("/transactions/{}", text(&checkout["transaction_id"]))).await?;
        let state = text(&checkout["state"]).to_owned();
        let details = json!({
            "camera": self.camera,
            "checkout": state,
            "state": transaction["state"],
            "amount": transaction["amount"],
            "user_id": transaction["user_id"],
            "reason": checkout["reason"],
        });
        let words = match text(&checkout["reason"]) {
            reason if reason == state => format!("{} ended unpaid: {state}", self.camera),
            reason => format!("{} ended unpaid: {state} {reason}", self.camera),
        };
        self.steps.say("transaction", details, words);
        let moved = ["captured", "authorized", "processing", "in_doubt"];
        Ok(Sale { captured: moved.contains(&text(&transaction["state"])), state, looks: 0 })
    }

    async fn place_empty(&self) {
        let before = round_began(self.mount);
        if before.is_some_and(|began| began.elapsed() < EMPTY_AT_LEAST) {
            return;
        }
        let until = Instant::now() + Duration::from_secs(15);
        while round_began(self.mount) == before && Instant::now() < until {
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    async fn open(&self, minor: i64, deadline_ms: u64) -> Result<Value, ClientError> {
        let new = json!({
            "camera": self.camera,
            "amount": { "amount": minor, "currency": "EUR" },
            "reference": format!("demo at {}", self.camera),
            "deadline_ms": deadline_ms,
        });
        let checkout = self.client.post_once("/checkouts", &new, &format!("demo-{}", self.camera)).await?;
        let words = format!("{} asks for {}", self.camera, money(&checkout["amount"]));
        let details =
            json!({ "camera": self.camera, "checkout_id": checkout["id"], "amount": checkout["amount"] });
        self.steps.say("checkout", details, words);
        Ok(checkout)
    }

    /// Asks until a payer was found or the checkout is over; its own deadline ends the wait.
    async fn while_awaiting_payer(&self, checkout: &Value) -> Result<Value, ClientError> {
        let path = format!("/checkouts/{}", text(&checkout["id"]));
        loop {
            let now = self.client.get(&path).await?;
            if now["state"] != "awaiting_payer" {
                return Ok(now);
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    async fn receipt(&self, transaction: &Value) -> Result<(), ClientError> {
        let receipt = self.client.get(&format!("/receipts/{}", text(&transaction["id"]))).await?;
        let words = format!(
            "receipt: {} for {}, {}, signed {}…",
            text(&receipt["amount_text"]),
            text(&receipt["reference"]),
            text(&receipt["paid_at"]),
            text(&receipt["signature"]).get(..16).unwrap_or_default()
        );
        self.steps.say("receipt", json!({ "receipt": receipt }), words);
        Ok(())
    }
}
