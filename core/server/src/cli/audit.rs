//! `facepay audit …`: the audit chain, its checkpoints, the receipts and the ledger, checked without a server.

mod chain;
mod file;

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;
use store::audit::{Audited, Verifier};
use store::{AuditFault, DatabaseUrl, PublicKey, Store, StoreError};

use super::offline::{self, Need};
use super::{Cli, Exit, Failure, receipt, terminal};
use crate::api::wire::audit as wire;
use crate::app::audit::{self as audits, ExportError};

/// What to do with the audit chain.
#[derive(Subcommand)]
pub enum Audit {
    /// Recomputes every link of the chain, every checkpoint and receipt, and every balance of the ledger.
    Verify {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
        /// Verifies an export instead of the database.
        #[arg(long, value_name = "EXPORT", conflicts_with = "chain")]
        file: Option<PathBuf>,
        /// Also compares with a checkpoint that was kept elsewhere, which shows what was cut off or written anew.
        #[arg(long, value_name = "FILE")]
        from_checkpoint: Option<PathBuf>,
        /// The appliance's public key. Without it an export's own key is taken.
        #[arg(long, value_name = "HEX")]
        key: Option<PublicKey>,
        /// Also compares the anchored checkpoints with the chain that this node (JSON-RPC, on this machine) knows.
        #[arg(long, value_name = "URL")]
        chain: Option<String>,
    },
    /// Writes every record and checkpoint as JSON lines.
    Export {
        /// Standard output when not given.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Prints the proof that one record is among those that the newest checkpoint covers.
    Prove {
        /// The record's place.
        seq: i64,
    },
    /// Checks a proof without the database.
    VerifyProof {
        /// What `facepay audit prove` or `GET /audit/proof` gave.
        file: PathBuf,
        /// The appliance's public key. Without it the proof's own key is taken.
        #[arg(long, value_name = "HEX")]
        key: Option<PublicKey>,
    },
    /// Signs a checkpoint over what was written since the last one, and prints the newest.
    Checkpoint,
    /// Prints the public key by which checkpoints, receipts and certificates are verified.
    Key,
}

pub(super) fn run(cli: &Cli, command: &Audit) -> Result<Exit, Failure> {
    match command {
        Audit::Verify { json, file: Some(file), from_checkpoint, key, .. } => {
            let kept = from_checkpoint.as_deref().map(file::checkpoint).transpose()?;
            let verified = file::verify(file, kept.as_ref(), *key)?;
            if key.is_none() {
                terminal::note(
                    "verified by the key that the file names; compare it with `facepay audit key`",
                );
            }
            Ok(tell_file(&verified, *json))
        }
        Audit::Verify { json, from_checkpoint, key, chain, .. } => {
            let kept = from_checkpoint.as_deref().map(file::checkpoint).transpose()?;
            with_database(cli, async |app| {
                let given = *key;
                let verify = move |store: &Store| Ok(Verified::of(store, kept.as_ref(), given));
                let verified = app.store(verify).await??;
                let anchors = match chain {
                    Some(url) => Some(chain::compare(&app, url).await?),
                    None => None,
                };
                Ok(tell(&verified, anchors.as_ref(), *json))
            })
        }
        Audit::Export { out } => with_database(cli, async |app| {
            let out = out.clone();
            app.store(move |store| Ok(export(store, out.as_ref()))).await??;
            Ok(Exit::Ok)
        }),
        Audit::Prove { seq } => with_database(cli, async |app| {
            let seq = *seq;
            terminal::json(&app.store(move |store| audits::proof(store, seq)).await?);
            Ok(Exit::Ok)
        }),
        Audit::VerifyProof { file, key } => verify_proof(file, *key),
        Audit::Checkpoint => with_database(cli, async |app| {
            app.checkpoint().await?;
            let newest = app.store(Store::newest_checkpoint).await?;
            let newest = newest.ok_or_else(|| Failure::failed("nothing was recorded yet"))?;
            terminal::json(&audits::checkpoint(&newest, None));
            Ok(Exit::Ok)
        }),
        Audit::Key => with_database(cli, async |app| {
            terminal::out(app.store(|store| Ok(store.device_key().public())).await?);
            Ok(Exit::Ok)
        }),
    }
}

/// Opening a database that is not there would make an empty one and call it sound.
pub(super) fn with_database<F>(cli: &Cli, work: F) -> Result<Exit, Failure>
where
    F: AsyncFnOnce(crate::app::App) -> Result<Exit, Failure>,
{
    let settings = offline::settings(cli)?;
    if let Ok(DatabaseUrl::Sqlite(file)) = settings.database_url()
        && !file.exists()
    {
        let text = format!("there is no database {}; check database.url", file.display());
        return Err(Failure::new(Exit::Unavailable, text));
    }
    offline::with_settings(settings, Need::Books, work)
}

/// What was found of each part.
struct Verified {
    key: PublicKey,
    audit: Result<Audited, String>,
    receipts: Result<i64, String>,
    ledger: Result<i64, String>,
}

impl Verified {
    fn of(store: &Store, kept: Option<&wire::Checkpoint>, given: Option<PublicKey>) -> Result<Self, Failure> {
        let key = store.device_key().public();
        let audit = match (begun(key, kept), given.filter(|given| *given != key)) {
            (_, Some(given)) => Err(format!("this appliance's key is {key}, not {given}")),
            (Err(fault), None) => Err(fault.to_string()),
            (Ok(verifier), None) => readable(store.audit_walk(verifier))?,
        };
        let receipts = readable(store.receipts_verify())?;
        let ledger = readable(store.ledger_verify())?;
        let ledger = ledger.map(|accounts| i64::try_from(accounts).unwrap_or(i64::MAX));
        Ok(Self { key, audit, receipts, ledger })
    }
}

/// A walk, compared with a checkpoint that was kept elsewhere.
fn begun(key: PublicKey, kept: Option<&wire::Checkpoint>) -> Result<Verifier, AuditFault> {
    let verifier = Verifier::new(key);
    match kept {
        Some(kept) => verifier.against(&audits::signed(kept)?),
        None => Ok(verifier),
    }
}

/// A value that cannot be read is a fault of what is verified, not of the verifier.
pub(super) fn readable<N, F: ToString>(
    verified: Result<Result<N, F>, StoreError>,
) -> Result<Result<N, String>, Failure> {
    match verified {
        Ok(verified) => Ok(verified.map_err(|fault| fault.to_string())),
        Err(error @ (StoreError::Corrupt(_) | StoreError::Seal)) => Ok(Err(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

fn tell(verified: &Verified, anchors: Option<&chain::Compared>, json: bool) -> Exit {
    let Verified { key, audit, receipts, ledger } = verified;
    let anchored = anchors.is_none_or(|anchors| anchors.fault.is_none());
    let sound = audit.is_ok() && receipts.is_ok() && ledger.is_ok() && anchored;
    if json {
        let mut told = json!({
            "ok": sound,
            "key": key.to_string(),
            "audit": audit_json(audit),
            "receipts": { "receipts": receipts.as_ref().ok(), "fault": receipts.as_ref().err() },
            "ledger": { "accounts": ledger.as_ref().ok(), "fault": ledger.as_ref().err() },
        });
        if let Some(anchors) = anchors {
            told["chain"] = json!({ "anchors": anchors.count, "fault": anchors.fault });
        }
        terminal::json(&told);
    } else {
        audit_lines(audit);
        terminal::out(line("receipts", "receipts", receipts));
        terminal::out(line("ledger", "accounts", ledger));
        if let Some(chain::Compared { count, fault }) = anchors {
            let compared = fault.as_ref().map_or(Ok(count), Err);
            terminal::out(line("anchors", "anchors on the chain", &compared));
        }
    }
    if sound { Exit::Ok } else { Exit::Integrity }
}

fn tell_file(audit: &Result<Audited, String>, json: bool) -> Exit {
    if json {
        terminal::json(&json!({ "ok": audit.is_ok(), "audit": audit_json(audit) }));
    } else {
        audit_lines(audit);
    }
    if audit.is_ok() { Exit::Ok } else { Exit::Integrity }
}

fn audit_json(audit: &Result<Audited, String>) -> serde_json::Value {
    let sound = audit.as_ref().ok();
    json!({
        "records": sound.map(|audited| audited.records),
        "checkpoints": sound.map(|audited| audited.checkpoints),
        "covered": sound.map(|audited| audited.covered),
        "root": sound.map(|audited| hex::encode(audited.root)),
        "fault": audit.as_ref().err(),
    })
}

fn audit_lines(audit: &Result<Audited, String>) {
    let records = audit.as_ref().map(|audited| audited.records);
    terminal::out(line("audit chain", "records", &records));
    if let Ok(Audited { checkpoints, covered, .. }) = audit {
        terminal::out(format!("checkpoints: sound, {checkpoints} checkpoints over {covered} records"));
    }
}

pub(super) fn line<N: std::fmt::Display, F: std::fmt::Display>(
    what: &str,
    counted: &str,
    verified: &Result<N, F>,
) -> String {
    match verified {
        Ok(count) => format!("{what}: sound, {count} {counted}"),
        Err(fault) => format!("{what}: BROKEN, {fault}"),
    }
}

fn export(store: &Store, out: Option<&PathBuf>) -> Result<(), Failure> {
    let written = match out {
        Some(path) => {
            let file = std::fs::File::create(path)
                .map_err(|error| Failure::failed(format!("cannot write {}: {error}", path.display())))?;
            audits::export(store, &mut std::io::BufWriter::new(file))
        }
        None => audits::export(store, &mut std::io::BufWriter::new(std::io::stdout().lock())),
    };
    written.map_err(|error| match error {
        ExportError::Store(error) => error.into(),
        ExportError::Write(error) => error.into(),
    })
}

fn verify_proof(file: &std::path::Path, key: Option<PublicKey>) -> Result<Exit, Failure> {
    let given: wire::Proof = serde_json::from_value(receipt::read_json(file)?).map_err(|error| {
        Failure::new(Exit::Integrity, format!("{}: is no proof: {error}", file.display()))
    })?;
    let verified = file::own_key(&given.checkpoint.key, key).and_then(|key| {
        let proof = audits::read_proof(&given).map_err(|fault| fault.to_string())?;
        proof.verify(&key).map_err(|fault| fault.to_string())
    });
    if key.is_none() {
        terminal::note("verified by the key that the proof names; compare it with `facepay audit key`");
    }
    match verified {
        Ok(said) => {
            let (seq, id, last) = (given.seq, said.id, said.last_seq);
            terminal::out(format!("sound: record {seq} is among the {last} records of checkpoint {id}"));
            terminal::out(given.record);
            Ok(Exit::Ok)
        }
        Err(fault) => {
            terminal::out(format!("BROKEN: {fault}"));
            Ok(Exit::Integrity)
        }
    }
}
