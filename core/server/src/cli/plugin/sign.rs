//! `facepay plugin keygen|sign`: the tools of those who vouch, vendors for packages and operators for policies.

use std::path::PathBuf;

use clap::Args;
use plugin_package::{KeyError, SecretKey, SignError, sign_folder, sign_policy, write_archive};

use super::super::{Exit, Failure, terminal};
use crate::api::chain;

/// Where a new key goes.
#[derive(Args)]
pub struct Keygen {
    /// The new file for the secret key, mode 0600.
    file: PathBuf,
}

/// What to sign.
#[derive(Args)]
pub struct Sign {
    /// A package's folder, or a policy.json.
    path: PathBuf,
    /// The file of the secret key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Also writes the package as one file.
    #[arg(long, value_name = "FILE.fpk")]
    archive: Option<PathBuf>,
}

/// Makes a key and shows its public half.
pub(super) fn keygen(arguments: &Keygen) -> Result<Exit, Failure> {
    let key = SecretKey::new(&rand::random());
    key.write_new(&arguments.file).map_err(unusable)?;
    terminal::note(format!("{} holds the secret key; its public key:", arguments.file.display()));
    terminal::out(key.public());
    Ok(Exit::Ok)
}

/// Signs a package or a policy.
pub(super) fn sign(arguments: &Sign) -> Result<Exit, Failure> {
    let Sign { path, key, archive } = arguments;
    let key = SecretKey::read(key).map_err(unusable)?;
    if !path.is_dir() {
        if archive.is_some() {
            return Err(Failure::new(Exit::Usage, "--archive is for a package's folder"));
        }
        let counter = sign_policy(path, &key).map_err(not_signed)?;
        terminal::out(format!("{}: signed, counter {counter}", path.display()));
        return Ok(Exit::Ok);
    }
    let digest = sign_folder(path, &key).map_err(not_signed)?;
    if let Some(archive) = archive {
        write_archive(path, archive).map_err(|refusal| not_signed(refusal.into()))?;
    }
    terminal::out(digest);
    Ok(Exit::Ok)
}

pub(in crate::cli) fn unusable(error: KeyError) -> Failure {
    let exit = match &error {
        KeyError::Open(_) => Exit::Permission,
        _ => Exit::Failure,
    };
    Failure::new(exit, chain(&error))
}

pub(in crate::cli) fn not_signed(error: SignError) -> Failure {
    let exit = match &error {
        SignError::Refused(_) => Exit::Integrity,
        SignError::File { .. } => Exit::Failure,
    };
    Failure::new(exit, chain(&error))
}
