//! The tables brought up to date without a start.

use store::Store;

use super::alone::Alone;
use super::appliance_key;
use super::start::StartError;
use crate::settings::{self, Settings};

/// How many migrations the next start would apply. Changes nothing.
///
/// # Errors
/// When the database can't be reached, or an appliance of a newer version has used it.
pub(crate) fn pending(settings: &Settings) -> Result<usize, StartError> {
    Ok(settings.database_url()?.pending()?)
}

/// Applies them, all or none, and says how many there were.
///
/// # Errors
/// When an appliance is at work on the folder, or as [`pending`].
pub(crate) fn run(settings: &Settings) -> Result<usize, StartError> {
    let _alone = Alone::in_folder(&settings.data.folder)?;
    let url = settings.database_url()?;
    let pending = url.pending()?;
    let key = appliance_key::of(settings, &url)?;
    Store::open(&url, key, &settings::keys_folder(&settings.data.folder))?;
    Ok(pending)
}
