//! The secrets that plugins' settings name.

use super::{Case, Check, Status, ask};
use crate::api::chain;
use crate::secrets::Vault;

/// One check for each plugin that needs secrets; one that is skipped where none does.
pub(super) fn checks(case: &Case) -> Vec<Check> {
    let (settings, tried) = (case.settings(), case.tried());
    let folder = settings.secrets.folder.display();
    let asked = |name: String| {
        let mend = format!("install -m 0600 -o facepay FILE {folder}/HANDLE; or set secrets.folder");
        ask(name, "without its keys a provider answers nothing", mend)
    };
    let vault = Vault::new(settings.secrets.folder.clone());
    let mut checks = Vec::new();
    for plugin in tried.plugins.iter().filter(|plugin| !plugin.secrets.is_empty()) {
        let faults: Vec<String> = (plugin.secrets.iter())
            .filter_map(|handle| vault.bytes(handle).err().map(|error| chain(&error)))
            .collect();
        let answer = match faults.is_empty() {
            true => Ok(format!("{} in {folder}", Vec::from_iter(plugin.secrets.iter().cloned()).join(", "))),
            false => Err(faults.join("; ")),
        };
        checks.push(asked(format!("secrets.{}", plugin.name)).must(answer));
    }
    if checks.is_empty() {
        checks.push(asked("secrets".to_owned()).found(Status::Skip, "no plugin's settings name a secret"));
    }
    checks
}
