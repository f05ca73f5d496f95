//! What is examined: a machine whose appliance may or may not run, or the running appliance itself.

use std::sync::Arc;

use domain::threshold::Impostors;
use store::Store;
use tokio::runtime::Handle;

use super::storage;
use super::thresholds::offered;
use crate::api::chain;
use crate::app::threshold::Tails;
use crate::app::tried::Tried;
use crate::app::{App, vision};
use crate::settings::Settings;

/// The settings, and what is there by them.
pub(crate) struct Case {
    settings: Settings,
    /// Why the settings can't be read, where they can't.
    refused: Option<String>,
    tried: Tried,
    /// The database; `None` where there is none yet, an error where it does not open.
    store: Result<Option<Arc<Store>>, String>,
    /// The tags of the recognisers that the settings name and that load, or why none may; the first is the one that is no shadow.
    offered: Result<Vec<u32>, String>,
    runtime: Handle,
    /// The appliance itself, where it is the one that asks.
    app: Option<App>,
}

impl Case {
    /// A machine seen from beside the appliance. Starts the networks and loads the plugins.
    pub(crate) fn beside(settings: Settings, refused: Option<String>, runtime: Handle) -> Self {
        let tried = Tried::by(&settings);
        let store = storage::opened(&settings).map(|store| store.map(Arc::new));
        let offered = offered(&settings, &tried);
        Self { settings, refused, tried, store, offered, runtime, app: None }
    }

    /// The running appliance: what is at work is asked, and nothing is started beside it.
    pub(crate) fn running(app: &App) -> Self {
        let spaces = app.vision().map(vision::Vision::spaces).unwrap_or_default();
        Self {
            settings: app.settings().clone(),
            refused: None,
            tried: Tried::at_work(app),
            store: Ok(Some(app.0.store.clone())),
            offered: Ok(spaces.iter().map(|space| space.model_tag()).collect()),
            runtime: Handle::current(),
            app: Some(app.clone()),
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// What was put to work.
    pub(crate) fn tried(&self) -> &Tried {
        &self.tried
    }

    pub(super) fn store(&self) -> &Result<Option<Arc<Store>>, String> {
        &self.store
    }

    /// The database where it opens.
    pub(super) fn opened(&self) -> Option<&Store> {
        self.store.as_ref().ok()?.as_deref()
    }

    pub(super) fn offered(&self) -> &Result<Vec<u32>, String> {
        &self.offered
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// The appliance, where it is the one that asks.
    pub(super) fn app(&self) -> Option<&App> {
        self.app.as_ref()
    }

    pub(super) fn is_running(&self) -> bool {
        self.app.is_some()
    }

    /// How alike strangers look to the recogniser, and by how much two pictures of one person differ.
    pub(super) fn impostors(&self, model_tag: u32) -> Result<(Impostors, f32), String> {
        let of = |tails: &Tails| (tails.impostors(Some(model_tag)), tails.spread(Some(model_tag)));
        if let Some(app) = &self.app {
            return Ok(of(app.tails()));
        }
        let tails = Tails::in_folder(&self.settings.compute.weights_folder).map_err(|error| chain(&error))?;
        if let Some(store) =
            self.opened().filter(|_| !self.settings.recognition.calibration_consents.is_empty())
        {
            // What cannot be read is told by the check of the calibration.
            let _ = tails.remember(store, model_tag);
        }
        Ok(of(&tails))
    }
}
