//! The plugins of the settings, and whether anybody vouches for them.

use super::{Case, Check, Status, ask};
use crate::app::tried::Loaded;

pub(super) fn checks(case: &Case) -> Vec<Check> {
    let tried = case.tried();
    let mut checks: Vec<Check> =
        tried.plugins.iter().map(|loaded| plugin(loaded, tried.device.is_ok())).collect();
    checks.push(signatures(case));
    checks
}

fn plugin(plugin: &Loaded, networks_run: bool) -> Check {
    let Loaded { role, name, result, .. } = plugin;
    let mend = format!("facepay plugin list; set plugins.folder and plugins.{role}");
    let answer =
        result.as_ref().map(|found| format!("{} {} loads, {}", found.id, found.version, found.licence));
    let asked =
        ask(format!("plugins.{role}.{name}"), "without it no face is recognised and nothing is paid", mend);
    match answer {
        // The plugins that see have nothing to see with, which is no fault of theirs.
        Err(_) if !networks_run && *role != "payment" => {
            asked.found(Status::Skip, "no network runs; compute.device says why")
        }
        answer => asked.must(answer.map_err(Clone::clone)),
    }
}

fn signatures(case: &Case) -> Check {
    let asked = ask(
        "plugins.unsigned",
        "anybody who can write the store can have the appliance run their code",
        "plugins.allow_unsigned = false, and packages that their vendors signed",
    );
    asked.should(match case.settings().plugins.allow_unsigned {
        true => Err("plugins that nobody vouches for are loaded".to_owned()),
        false => Ok("of other vendors only signed packages are loaded".to_owned()),
    })
}
