//! `facepay update sign`: an update of a Debian package, on the machine of whoever vouches for it.

use std::path::PathBuf;

use clap::Args;
use plugin_package::{SecretKey, UPDATE_ID, UpdateManifest, sign_update, write_archive};

use super::super::plugin::{not_signed, unusable};
use super::super::{Exit, Failure, terminal};
use crate::update::debian;

/// The package's file in an update.
const PACKAGE: &str = "facepay.deb";
/// Where a package says which migrations it brings.
const MIGRATIONS: &str = "usr/share/facepay/migrations";

/// What to sign, and what is said of it.
#[derive(Args)]
pub struct Sign {
    /// The Debian package.
    package: PathBuf,
    /// The file of the secret key, as `facepay plugin keygen` made it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// What the operators' policies call the key.
    #[arg(long, value_name = "NAME")]
    key_id: String,
    /// The last day on which it is taken, such as 2027-12-31.
    #[arg(long, value_name = "DATE")]
    not_after: String,
    /// Rises with each release; a policy may demand a least one.
    #[arg(long, value_name = "NUMBER")]
    counter: u64,
    /// The oldest version that it may come after.
    #[arg(long, value_name = "VERSION")]
    from_min: Option<String>,
    /// The new file.
    #[arg(long, value_name = "FILE.fpu")]
    out: PathBuf,
}

pub(super) fn sign(arguments: &Sign) -> Result<Exit, Failure> {
    let Sign { package, key, key_id, not_after, counter, from_min, out } = arguments;
    let key = SecretKey::read(key).map_err(unusable)?;
    let field = |name| debian::field(package, name).map_err(Failure::failed);
    let name = field("Package")?;
    if name != debian::PACKAGE {
        let text = format!("{} is a package of {name}, not of {}", package.display(), debian::PACKAGE);
        return Err(Failure::failed(text));
    }
    let manifest = UpdateManifest {
        format: 1,
        id: UPDATE_ID.to_owned(),
        version: field("Version")?,
        architecture: field("Architecture")?,
        from_min: from_min.clone(),
        migrations: debian::file_in(package, MIGRATIONS)
            .map_err(Failure::failed)?
            .lines()
            .map(str::to_owned)
            .collect(),
        files: [].into(),
        key_id: key_id.clone(),
        not_after: not_after.clone(),
        counter: *counter,
    };
    let folder = tempfile::tempdir()?;
    std::fs::copy(package, folder.path().join(PACKAGE))?;
    let digest = sign_update(folder.path(), &manifest, &key).map_err(not_signed)?;
    write_archive(folder.path(), out).map_err(|refusal| not_signed(refusal.into()))?;
    terminal::out(digest);
    Ok(Exit::Ok)
}
