//! The audit handed out: checkpoints, proofs, exports, and back from their files.

use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use store::audit::{AnchorRow, Checkpoint, Exported, Proof, Signed};
use store::{AuditFault, AuditRow, CheckpointRow, Store, StoreError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::App;
use crate::api::Problem;
use crate::api::wire::audit::{self as wire, EXPORT_FORMAT, Line};

impl App {
    /// Signs a checkpoint over what was written since the last one. A chain that is broken gets none and is told of.
    ///
    /// # Errors
    /// When the database doesn't answer or can't be written.
    pub async fn checkpoint(&self) -> Result<Option<CheckpointRow>, StoreError> {
        let at = self.now();
        match self.store(move |store| store.add_checkpoint(at)).await {
            Ok(Ok(made)) => {
                if let Some(row) = &made {
                    tracing::info!(checkpoint = row.id, records = row.last_seq, "audit checkpoint signed");
                }
                Ok(made)
            }
            Ok(Err(fault)) => {
                self.metrics().audit_chain_ok.set(0);
                tracing::error!(%fault, "no checkpoint is signed over a broken audit; run `facepay audit verify`");
                Ok(None)
            }
            // Another appliance on this database made one at the same moment.
            Err(StoreError::Conflict(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

pub(super) fn busy() -> Problem {
    let detail = "the audit is being walked through already; try again when that has ended";
    Problem::conflict("audit_busy", detail)
}

/// Pieces of an export on their way to a client.
const PIECE_BYTES: usize = 64 * 1024;
const PIECES_MAX: usize = 4;
/// Whoever takes none for so long has gone away; the database is not to be kept open for them.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);
/// Whoever takes a little at a time is not waited for longer than this either.
const EXPORTED_WITHIN: Duration = Duration::from_secs(600);

/// The export as it is read, piece by piece. One that breaks off has no last line and is refused by the verifier.
pub(crate) fn lines(app: &App) -> Result<BoxStream<'static, Result<Bytes, std::io::Error>>, Problem> {
    let turn = app.audit_turn().ok_or_else(busy)?;
    let (pieces, taken) = mpsc::channel(PIECES_MAX);
    let (work, runtime) = (app.clone(), Handle::current());
    app.spawn_whole(async move {
        let written = work.store(move |store| {
            let _turn = turn;
            let client = Client { pieces, runtime, until: Instant::now() + EXPORTED_WITHIN };
            let mut out = BufWriter::with_capacity(PIECE_BYTES, client);
            match export(store, &mut out) {
                Ok(()) => Ok(()),
                Err(ExportError::Store(error)) => Err(error),
                Err(ExportError::Write(error)) => {
                    tracing::info!(%error, "an export of the audit was not taken to its end");
                    Ok(())
                }
            }
        });
        if let Err(error) = written.await {
            tracing::error!(%error, "an export of the audit broke off");
        }
    });
    let next = |mut taken: mpsc::Receiver<Bytes>| async move {
        let piece = taken.recv().await?;
        Some((Ok(piece), taken))
    };
    Ok(stream::unfold(taken, next).take_until(app.stopping()).boxed())
}

/// Whoever gets an export.
struct Client {
    pieces: mpsc::Sender<Bytes>,
    runtime: Handle,
    /// When it is given up.
    until: Instant,
}

impl Write for Client {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        let patience = self.until.saturating_duration_since(Instant::now()).min(TAKEN_WITHIN);
        let sent = self.pieces.send_timeout(Bytes::copy_from_slice(piece), patience);
        self.runtime.block_on(sent).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The bytes that were written are text; what is not was changed, and is shown as far as it is text.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A checkpoint as it is handed out.
pub(crate) fn checkpoint(row: &CheckpointRow, anchor: Option<&AnchorRow>) -> wire::Checkpoint {
    let said = Checkpoint::read(&row.signed.statement);
    let hash =
        |of: fn(&Checkpoint) -> [u8; 32]| said.as_ref().map(|said| hex::encode(of(said))).unwrap_or_default();
    wire::Checkpoint {
        id: row.id,
        first_seq: row.first_seq,
        last_seq: row.last_seq,
        root: hex::encode(&row.root),
        chain: hex::encode(&row.chain),
        previous: hash(|said| said.previous),
        at_micros: row.at.0,
        statement: text(&row.signed.statement),
        signature: hex::encode(&row.signed.signature),
        key: said.map(|said| said.key).unwrap_or_default(),
        anchor: anchor.map(|anchor| wire::Anchor {
            provider: anchor.provider.clone(),
            state: match (&anchor.anchor_ref, &anchor.reason) {
                (Some(_), _) => "anchored",
                (None, Some(_)) => "refused",
                (None, None) => "open",
            }
            .to_owned(),
            reference: anchor.anchor_ref.clone(),
        }),
    }
}

/// A record as it is exported.
fn record(row: &AuditRow) -> Line {
    Line::Record {
        seq: row.seq,
        record: text(&row.record),
        previous: hex::encode(&row.previous),
        hash: hex::encode(&row.sha256),
    }
}

/// The proof of one record, with its checkpoint.
pub(crate) fn proof(store: &Store, seq: i64) -> Result<wire::Proof, StoreError> {
    let Proof { seq, record, path, checkpoint: id, .. } = store.audit_proof(seq)?;
    let row = store.checkpoints(id - 1, 1)?.pop().ok_or(StoreError::NotFound("checkpoint"))?;
    let anchor = store.anchors(id - 1, 1)?.pop().filter(|anchor| anchor.checkpoint == id);
    let path = path.iter().map(hex::encode).collect();
    Ok(wire::Proof { seq, record: text(&record), path, checkpoint: checkpoint(&row, anchor.as_ref()) })
}

/// Checkpoints after `after` with their anchors.
pub(crate) fn checkpoints(
    store: &Store,
    after: i64,
    limit: u32,
) -> Result<Vec<wire::Checkpoint>, StoreError> {
    let anchors = store.anchors(after, limit)?;
    let anchor = |id| anchors.iter().find(|anchor| anchor.checkpoint == id);
    Ok(store.checkpoints(after, limit)?.iter().map(|row| checkpoint(row, anchor(row.id))).collect())
}

/// Why an export came to nothing.
pub(crate) enum ExportError {
    Store(StoreError),
    Write(std::io::Error),
}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for ExportError {
    fn from(error: std::io::Error) -> Self {
        Self::Write(error)
    }
}

/// Writes every record and checkpoint as JSON lines.
pub(crate) fn export(store: &Store, out: &mut dyn Write) -> Result<(), ExportError> {
    let key = store.device_key().public().to_string();
    let mut line = |line: &Line| -> Result<(), ExportError> {
        serde_json::to_writer(&mut *out, line).map_err(std::io::Error::from)?;
        Ok(out.write_all(b"\n")?)
    };
    line(&Line::Header { format: EXPORT_FORMAT.to_owned(), key })?;
    let (mut records, mut checkpoints) = (0, 0);
    store.audit_export(|exported| match exported {
        Exported::Record(row) => {
            records += 1;
            line(&record(row))
        }
        Exported::Checkpoint(row) => {
            checkpoints += 1;
            line(&Line::Checkpoint(Box::new(checkpoint(row, None))))
        }
    })?;
    line(&Line::End { records, checkpoints })?;
    Ok(out.flush()?)
}

/// A checkpoint out of a file, for a verifier.
pub(crate) fn signed(given: &wire::Checkpoint) -> Result<Signed, AuditFault> {
    let fault = |what: &str| AuditFault::checkpoint(given.id, what);
    let signature = hex::decode(&given.signature).map_err(|_| fault("its signature is not hexadecimal"))?;
    let signed = Signed { statement: given.statement.clone().into_bytes(), signature };
    // What can't be read is left to the verifier, who also sees the signature.
    let Some(said) = Checkpoint::read(&signed.statement) else { return Ok(signed) };
    let fields = [
        ("id", given.id == said.id),
        ("first_seq", given.first_seq == said.first_seq),
        ("last_seq", given.last_seq == said.last_seq),
        ("root", given.root == hex::encode(said.root)),
        ("chain", given.chain == hex::encode(said.chain)),
        ("previous", given.previous == hex::encode(said.previous)),
        ("at_micros", given.at_micros == said.at.0),
        ("key", given.key == said.key),
    ];
    match fields.iter().find(|(_, same)| !same) {
        Some((name, _)) => Err(fault(&format!("its field {name} does not say what was signed"))),
        None => Ok(signed),
    }
}

/// A proof out of a file.
pub(crate) fn read_proof(given: &wire::Proof) -> Result<Proof, AuditFault> {
    let path = given.path.iter().map(|hash| {
        let mut bytes = [0; 32];
        hex::decode_to_slice(hash, &mut bytes).map(|()| bytes)
    });
    let path = path.collect::<Result<_, _>>();
    let path = path.map_err(|_| AuditFault::record(given.seq, "its path is not made of hashes"))?;
    Ok(Proof {
        seq: given.seq,
        record: given.record.clone().into_bytes(),
        path,
        checkpoint: given.checkpoint.id,
        signed: signed(&given.checkpoint)?,
    })
}
