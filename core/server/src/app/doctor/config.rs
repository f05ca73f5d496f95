//! The settings' files.

use super::{Case, Check, ask};
use crate::api::chain;
use crate::settings::Settings;

/// Whether the files can be read: those that a running appliance started with may have been changed since.
pub(super) fn valid(case: &Case) -> Vec<Check> {
    let asked = ask(
        "config.valid",
        "an appliance does not start on settings that it cannot read",
        "facepay config check",
    );
    let refused = match case.is_running() {
        // What a file says is not for whoever may only ask how the appliance does.
        true => Settings::load(&case.settings().layers).err().map(|error| {
            tracing::warn!(error = chain(&error), "the settings' files are not valid any more");
            "the files as they are now are not valid: the next start would refuse them".to_owned()
        }),
        false => case.refused().map(str::to_owned),
    };
    vec![asked.must(match refused {
        None => Ok("all layers are valid".to_owned()),
        Some(why) => Err(why),
    })]
}
