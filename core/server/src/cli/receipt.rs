//! `facepay receipt verify`: a receipt or a certificate, checked without an appliance.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};
use store::{PublicKey, RECEIPT_TYPE};

use super::{Exit, Failure, terminal};
use crate::app::erase::CERTIFICATE_TYPE;

/// What to do with receipts.
#[derive(Subcommand)]
pub enum Receipt {
    /// Checks a receipt from `GET /receipts/{id}`, or a certificate of erasure, and names what was changed.
    Verify {
        /// The JSON as the appliance gave it.
        file: PathBuf,
        /// The appliance's public key, as `facepay audit key` prints it. Without it the file's own key is taken.
        #[arg(long, value_name = "HEX")]
        key: Option<PublicKey>,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(command: &Receipt) -> Result<Exit, Failure> {
    let Receipt::Verify { file, key, json } = command;
    let given = read_json(file)?;
    let verified = verify(&given, *key);
    let (exit, fault) = match &verified {
        Ok(_) => (Exit::Ok, None),
        Err(fault) => (Exit::Integrity, Some(fault)),
    };
    if *json {
        let said = verified.as_ref().ok();
        terminal::json(
            &json!({ "ok": fault.is_none(), "fault": fault, "signed": said, "key": given["key"] }),
        );
    } else {
        match &verified {
            Ok(said) => terminal::out(format!("sound: {}", summary(said))),
            Err(fault) => terminal::out(format!("BROKEN: {fault}")),
        }
    }
    if key.is_none() {
        terminal::note(
            "signed by the key that the file names; compare it with `facepay audit key`, or give --key",
        );
    }
    Ok(exit)
}

/// A file that holds one JSON value.
pub(super) fn read_json(file: &Path) -> Result<Value, Failure> {
    let text = read(file)?;
    serde_json::from_slice(&text).map_err(|error| {
        Failure::new(Exit::Integrity, format!("{}: is not JSON any more: {error}", file.display()))
    })
}

/// A file's bytes.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        let failure = Failure::from(error);
        Failure::new(failure.exit, format!("{}: {}", file.display(), failure.text))
    })
}

/// What is signed, when signature, key and every field beside it hold; else what was changed.
fn verify(given: &Value, key: Option<PublicKey>) -> Result<Value, String> {
    let text = given["receipt"].as_str().or_else(|| given["statement"].as_str());
    let text = text.ok_or("it has no field receipt, nor a statement: it is no receipt")?;
    let named = given["key"].as_str().unwrap_or_default();
    let own: PublicKey = named.parse().map_err(|error| format!("its field key was changed: {error}"))?;
    if let Some(key) = key.filter(|key| *key != own) {
        return Err(format!(
            "it names the key {own}, not {key}: another appliance made it, or it was changed"
        ));
    }
    let signature = hex::decode(given["signature"].as_str().unwrap_or_default());
    let signature = signature.map_err(|_| "its field signature was changed: it is not hexadecimal")?;
    if !own.verify(text.as_bytes(), &signature) {
        return Err("its signature does not hold: receipt or statement, signature or key was changed".into());
    }
    let said: Value =
        serde_json::from_str(text).map_err(|error| format!("what is signed is not JSON: {error}"))?;
    let expected = match said["type"].as_str() {
        Some(RECEIPT_TYPE) => vec![
            ("transaction_id", said["transaction"].clone()),
            ("amount", json!({ "amount": said["amount"]["minor"], "currency": said["amount"]["currency"] })),
            ("amount_text", said["amount"]["text"].clone()),
            ("reference", said["reference"].clone()),
            ("paid_at", said["captured_at_micros"].as_i64().map(moment).into()),
        ],
        Some(CERTIFICATE_TYPE) => {
            let field = |name| (name, said[name].clone());
            ["user_id", "erased_at", "templates", "method"].map(field).to_vec()
        }
        _ => return Err("what is signed is neither a receipt nor a certificate".into()),
    };
    // A receipt may also be kept as what was signed alone.
    let other = expected.iter().find(|(name, value)| given.get(name).unwrap_or(&Value::Null) != value);
    match other {
        Some((name, value)) => Err(format!("its field {name} was changed: {value} is what was signed")),
        None => Ok(said),
    }
}

fn moment(micros: i64) -> String {
    crate::api::wire::money::moment(domain::Timestamp(micros))
}

fn summary(said: &Value) -> String {
    let field = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
    match said["type"].as_str() {
        Some(RECEIPT_TYPE) => {
            let (amount, by) = (&said["amount"]["text"], &said["decision"]["by"]);
            format!(
                "receipt of payment {}, {}, {}, decided by {}",
                field("transaction"),
                amount.as_str().unwrap_or_default(),
                said["captured_at_micros"].as_i64().map(moment).unwrap_or_default(),
                by.as_str().unwrap_or("nothing that was kept")
            )
        }
        _ => format!("certificate that {} was erased, {}", field("user_id"), field("erased_at")),
    }
}

#[cfg(test)]
mod strangers;
