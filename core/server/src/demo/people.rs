//! The demo's payer: added, asked for consent, enrolled and given money over the public interface.

use serde_json::{Value, json};

use super::cameras::PAYER_JPEG;
use super::steps::Steps;
use crate::client::{Client, ClientError};

const NAME: &str = "Eileen Collins";
const CONSENT: &str = "I agree that this appliance keeps a template of my face to recognise me when I pay. \
                       I can withdraw at any time; the template is then deleted at once.";
/// 100.00 EUR.
const FUNDS: i64 = 10_000;

/// Somebody who can pay.
pub(crate) struct Payer {
    pub(super) id: String,
}

impl Payer {
    /// Enrols the payer, telling each step.
    pub(crate) async fn enrol(client: &Client, steps: &Steps) -> Result<Self, ClientError> {
        let user = client.post("/users", &json!({ "name": NAME })).await?;
        let id = user["id"].as_str().unwrap_or_default().to_owned();
        steps.say("user", json!({ "user_id": id, "name": NAME }), format!("{NAME} is added as {id}"));

        let consent = json!({ "version": "demo-1", "text": CONSENT, "channel": "demo" });
        let consent = client.post(&format!("/users/{id}/consents"), &consent).await?;
        let details = json!({ "consent_id": consent["id"], "expires_at": consent["expires_at"] });
        steps.say("consent", details, format!("consent recorded, until {}", text(&consent["expires_at"])));

        let enrolled = client.post_jpeg(&format!("/users/{id}/faces"), PAYER_JPEG).await?;
        let face = &enrolled["faces"][0];
        let details =
            json!({ "face_id": face["id"], "quality": face["quality"], "model_tag": face["model_tag"] });
        steps.say("enrolled", details, format!("face enrolled, quality {}", face["quality"]));

        let funds = json!({ "amount": { "amount": FUNDS, "currency": "EUR" } });
        let credit = client.post_once(&format!("/users/{id}/credits"), &funds, "demo-credit-1").await?;
        let available = &credit["wallet"]["available"];
        steps.say("funded", json!({ "available": available }), format!("wallet holds {}", money(available)));
        Ok(Self { id })
    }

    /// Minor units that the payer can spend.
    pub(crate) async fn available(&self, client: &Client) -> Result<i64, ClientError> {
        let user = client.get(&format!("/users/{}", self.id)).await?;
        Ok(user["wallets"][0]["available"]["amount"].as_i64().unwrap_or_default())
    }
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// An amount of the wire as people read it, for currencies with two decimals such as the demo's.
pub(super) fn money(amount: &Value) -> String {
    let minor = amount["amount"].as_i64().unwrap_or_default();
    format!("{}.{:02} {}", minor / 100, minor % 100, text(&amount["currency"]))
}
