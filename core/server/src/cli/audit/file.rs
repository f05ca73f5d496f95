//! Exports and checkpoints in files: read and verified without a database.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use store::PublicKey;
use store::audit::{Audited, Link, Verifier};

use super::{Exit, Failure, receipt, wire};
use crate::api::wire::audit::{EXPORT_FORMAT, Line};
use crate::app::audit as audits;

/// The longest line that an export has.
const LINE_BYTES_MAX: usize = 1 << 20;

/// A checkpoint that was kept: what `facepay audit checkpoint` printed, or an item of `GET /audit/checkpoints`, or the
/// last one of an export.
pub(super) fn checkpoint(file: &Path) -> Result<wire::Checkpoint, Failure> {
    let text = receipt::read(file)?;
    if let Ok(checkpoint) = serde_json::from_slice(&text) {
        return Ok(checkpoint);
    }
    let lines = text.split(|byte| *byte == b'\n').rev();
    let last = lines.filter_map(|line| match serde_json::from_slice(line) {
        Ok(Line::Checkpoint(checkpoint)) => Some(*checkpoint),
        _ => None,
    });
    last.into_iter().next().ok_or_else(|| {
        Failure::new(Exit::Integrity, format!("{}: holds no checkpoint that can be read", file.display()))
    })
}

/// The key that a file names, when it is the one that was given.
pub(super) fn own_key(named: &str, given: Option<PublicKey>) -> Result<PublicKey, String> {
    let own: PublicKey = named.parse().map_err(|error| format!("its key can't be read: {error}"))?;
    match given {
        Some(given) if given != own => Err(format!("it names the key {own}, not {given}")),
        _ => Ok(own),
    }
}

/// Verifies an export line by line.
pub(super) fn verify(
    file: &Path,
    kept: Option<&wire::Checkpoint>,
    key: Option<PublicKey>,
) -> Result<Result<Audited, String>, Failure> {
    let opened = File::open(file)
        .map_err(|error| Failure::failed(format!("cannot read {}: {error}", file.display())))?;
    let mut walk = Walk { key, kept, verifier: None, ended: None };
    for (nth, line) in BufReader::new(opened).split(b'\n').enumerate() {
        let line = line?;
        if let Err(fault) = walk.take(&line) {
            return Ok(Err(format!("line {}: {fault}", nth + 1)));
        }
    }
    Ok(walk.end())
}

struct Walk<'a> {
    key: Option<PublicKey>,
    kept: Option<&'a wire::Checkpoint>,
    verifier: Option<Verifier>,
    ended: Option<(i64, i64)>,
}

impl Walk<'_> {
    fn take(&mut self, line: &[u8]) -> Result<(), String> {
        if line.len() > LINE_BYTES_MAX {
            return Err("it is too long to be a line of an export".to_owned());
        }
        if self.ended.is_some() {
            return Err("it comes behind the end of the export".to_owned());
        }
        let place = self.verifier.as_ref().map_or(1, |verifier| verifier.seq() + 1);
        let line = serde_json::from_slice(line).map_err(|error| {
            format!("it can't be read, where record {place} or a checkpoint is due: {error}")
        })?;
        match (line, &mut self.verifier) {
            (Line::Header { format, key }, None) if format == EXPORT_FORMAT => {
                let key = own_key(&key, self.key)?;
                self.verifier = Some(super::begun(key, self.kept).map_err(|fault| fault.to_string())?);
                Ok(())
            }
            (Line::Record { seq, record, previous, hash }, Some(verifier)) => {
                let bytes = |hex: &str, name: &str| {
                    hex::decode(hex).map_err(|_| format!("audit record {place}: its {name} was changed"))
                };
                let (previous, sha256) = (bytes(&previous, "previous")?, bytes(&hash, "hash")?);
                let link = Link { seq, record: record.as_bytes(), previous: &previous, sha256: &sha256 };
                verifier.record(link).map_err(|fault| fault.to_string())
            }
            (Line::Checkpoint(checkpoint), Some(verifier)) => {
                let signed = audits::signed(&checkpoint).map_err(|fault| fault.to_string())?;
                verifier.checkpoint(checkpoint.id, &signed).map(drop).map_err(|fault| fault.to_string())
            }
            (Line::End { records, checkpoints }, Some(_)) => {
                self.ended = Some((records, checkpoints));
                Ok(())
            }
            (_, None) => Err(format!("an export begins with a header that says {EXPORT_FORMAT}")),
            (Line::Header { .. }, Some(_)) => Err("a second header".to_owned()),
        }
    }

    fn end(self) -> Result<Audited, String> {
        let verifier = self.verifier.ok_or("it is empty")?;
        let last = verifier.seq();
        let ended =
            verifier.end(self.ended.map(|(records, _)| records)).map_err(|fault| fault.to_string())?;
        match self.ended {
            None => Err(format!(
                "audit record {}: the export was cut off here: its end line is missing",
                last + 1
            )),
            Some((_, checkpoints)) if checkpoints != ended.checkpoints => {
                let next = ended.checkpoints + 1;
                Err(format!("checkpoint {next}: it is missing: the end line counts {checkpoints}"))
            }
            Some(_) => Ok(ended),
        }
    }
}
