//! This machine: the phases of an update done with dpkg, systemd and the appliance's own interface.

use std::cell::OnceCell;
use std::time::Duration;

use super::carry_out::{Hands, Restored};
use super::dpkg_lock::DpkgLock;
use super::journal::{Journal, Place, is_whole};
use super::{database, debian, service};
use crate::api::wire::money::moment;
use crate::app::start::machine_clock;
use crate::cli::terminal;
use crate::settings::Settings;

/// Somebody else who installs packages is waited for so long, and longer on the way back, which has no other way.
pub(crate) const LOCKED_MAX: Duration = Duration::from_secs(2 * 60);
const LOCKED_BACK_MAX: Duration = Duration::from_secs(15 * 60);

/// This machine, by these settings.
pub(crate) struct Machine<'a> {
    settings: &'a Settings,
    place: &'a Place,
    /// From the first phase that needs it to the end.
    dpkg: OnceCell<DpkgLock>,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(settings: &'a Settings, place: &'a Place) -> Self {
        Self { settings, place, dpkg: OnceCell::new() }
    }

    /// dpkg's lock, which nobody else has from now on.
    fn dpkg(&self, within: Duration) -> Result<&DpkgLock, String> {
        if let Some(held) = self.dpkg.get() {
            return Ok(held);
        }
        let taken = DpkgLock::take(within, |text| self.tell(text))?;
        Ok(self.dpkg.get_or_init(|| taken))
    }
}

impl Hands for Machine<'_> {
    fn keep(&self, journal: &mut Journal) -> Result<(), String> {
        // Nothing is touched yet: who is in the way now ends the update, and not the service.
        self.dpkg(LOCKED_MAX)?;
        let from = &mut journal.from;
        let package = self.place.package(&from.version);
        if is_whole(&package, from.sha256).is_ok() {
            return Ok(());
        }
        debian::repack(&package, self.place.folder())?;
        let read = std::fs::read(&package).map_err(|error| error.to_string())?;
        from.sha256 = Some(plugin_package::Digest::of(&read));
        Ok(())
    }

    fn snapshot(&self, _: &Journal) -> Result<(), String> {
        service::hold()?;
        database::as_owner(self.settings, &["dump"]).map(drop)
    }

    fn install(&self, journal: &Journal) -> Result<(), String> {
        let package = self.place.package(&journal.to.version);
        is_whole(&package, journal.to.sha256)?;
        let dpkg = self.dpkg(LOCKED_MAX)?;
        service::hold()?;
        debian::install(&package, dpkg)?;
        match debian::installed()? {
            installed if installed == journal.to.version => Ok(()),
            other => Err(format!("its package says {}, dpkg has {other}", journal.to.version)),
        }
    }

    fn tried(&self) -> Result<(), String> {
        service::tried(self.settings)
    }

    fn restore(&self, journal: &Journal) -> Result<Restored, String> {
        service::hold()?;
        let said = database::as_owner(self.settings, &["put-back", &journal.id])?;
        serde_json::from_str(&said).map_err(|error| format!("{said}: {error}"))
    }

    fn put_back(&self, journal: &Journal) -> Result<(), String> {
        service::hold()?;
        if debian::is_whole(&journal.from.version)? {
            return Ok(());
        }
        let package = self.place.package(&journal.from.version);
        is_whole(&package, journal.from.sha256)?;
        debian::install(&package, self.dpkg(LOCKED_BACK_MAX)?)
    }

    fn release(&self) -> Result<(), String> {
        service::start()
    }

    fn installed(&self) -> Result<Option<String>, String> {
        Ok(debian::state()?.map(|state| state.version))
    }

    fn forget(&self) -> Result<(), String> {
        database::as_owner(self.settings, &["forget"]).map(drop)
    }

    fn tell(&self, text: &str) {
        terminal::note(format!("facepay update: {text}"));
    }

    fn now(&self) -> String {
        moment(machine_clock()())
    }
}
