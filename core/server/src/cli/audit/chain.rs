//! Anchored checkpoints against the chain: the transaction that a node knows must carry the checkpoint's root.

use serde_json::{Value, json};
use store::audit::AnchorRow;
use store::{CheckpointRow, Store};

use super::{Exit, Failure};
use crate::app::App;
use crate::client::Client;

/// Anchors that were compared, and the first that is wrong.
pub(super) struct Compared {
    pub(super) count: usize,
    pub(super) fault: Option<String>,
}

/// Compares every anchored checkpoint with what the node at `url` knows.
pub(super) async fn compare(app: &App, url: &str) -> Result<Compared, Failure> {
    let client = Client::new(&loopback(url)?, None);
    let mut compared = Compared { count: 0, fault: None };
    let mut after = 0;
    loop {
        let load = move |store: &Store| Ok((store.anchors(after, PAGE)?, store.checkpoints(after, PAGE)?));
        let (anchors, checkpoints) = app.store(load).await?;
        let Some(last) = anchors.last() else { return Ok(compared) };
        after = last.checkpoint;
        for anchor in &anchors {
            let checkpoint = checkpoints.iter().find(|checkpoint| checkpoint.id == anchor.checkpoint);
            let (Some(reference), Some(checkpoint)) = (&anchor.anchor_ref, checkpoint) else { continue };
            compared.count += 1;
            let known = transaction(&client, reference).await?;
            if let Some(what) = difference(&known, checkpoint) {
                compared.fault = Some(fault(anchor, reference, what));
                return Ok(compared);
            }
        }
    }
}

const PAGE: u32 = 500;

fn fault(anchor: &AnchorRow, reference: &str, what: &str) -> String {
    format!("checkpoint {}: its anchor {reference} {what}", anchor.checkpoint)
}

/// What the chain says otherwise than the checkpoint.
fn difference(known: &Value, checkpoint: &CheckpointRow) -> Option<&'static str> {
    let carried = known["input"].as_str().unwrap_or_default();
    if known.is_null() {
        Some("is not on the chain")
    } else if !carried.eq_ignore_ascii_case(&format!("0x{}", hex::encode(&checkpoint.root))) {
        Some("carries another root")
    } else if known["blockHash"].is_null() {
        Some("is not in a block yet")
    } else {
        None
    }
}

async fn transaction(client: &Client, reference: &str) -> Result<Value, Failure> {
    let asked =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_getTransactionByHash", "params": [reference] });
    let answer = client.post("/", &asked).await;
    let mut answer = answer.map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?;
    match answer.get("error") {
        Some(error) => {
            Err(Failure::new(Exit::Unavailable, format!("the node refused the question: {error}")))
        }
        None => Ok(answer["result"].take()),
    }
}

/// A node on this machine: what it says is believed.
fn loopback(url: &str) -> Result<String, Failure> {
    let refused = || Failure::new(Exit::Usage, "--chain takes http:// and an address of this machine");
    let uri: http::Uri = url.parse().map_err(|_| refused())?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let here =
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if uri.scheme_str() == Some("http") && here { Ok(url.to_owned()) } else { Err(refused()) }
}
