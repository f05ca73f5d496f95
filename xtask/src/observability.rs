//! The alert rules and the dashboard of `config/observability`: whether Prometheus understands them, and whether the rules go off
//! when they should. That their metrics exist is a test of the server.
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::command::{self, Failure, cache_dir, root, target_dir};

/// Has promtool look at everything, or says why it can't.
pub(crate) fn test() -> Result<Option<String>, Failure> {
    let promtool = match promtool() {
        Ok(promtool) => promtool,
        Err(reason) => return Ok(Some(format!("no promtool: {reason}"))),
    };
    let folder = root().join("config/observability");
    let queries = target_dir().join("dashboard-queries.yml");
    let board = fs::read_to_string(folder.join("dashboard.json"))?;
    fs::write(&queries, as_rules(&serde_json::from_str(&board)?)?)?;
    command::run(
        Command::new(&promtool).args(["check", "rules", "alerts.yml"]).arg(&queries).current_dir(&folder),
    )?;
    command::run(Command::new(&promtool).args(["test", "rules", "alerts_test.yml"]).current_dir(&folder))?;
    Ok(None)
}

/// The queries of a dashboard as recording rules, which is the form in which promtool checks any. What Grafana puts in for
/// its variables is put in here. JSON is YAML.
fn as_rules(board: &Value) -> Result<String, Failure> {
    let panels = board["panels"].as_array().ok_or("the dashboard has no panels")?;
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let queries = targets.filter_map(|target| target["expr"].as_str());
    let rules: Vec<Value> = queries
        .enumerate()
        .map(|(number, query)| {
            let query = query.replace("$__rate_interval", "5m").replace("$instance", ".*");
            serde_json::json!({ "record": format!("dashboard:{number}"), "expr": query })
        })
        .collect();
    if rules.is_empty() {
        return Err("the dashboard asks for nothing".into());
    }
    Ok(serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules }] }).to_string())
}

/// Debian's promtool. Where it is not installed, it is taken out of its package, so that no server is started here.
fn promtool() -> Result<PathBuf, Failure> {
    let runs = |program: &Path| {
        Command::new(program).arg("--version").output().is_ok_and(|ran| ran.status.success())
    };
    let installed = PathBuf::from("promtool");
    if runs(&installed) {
        return Ok(installed);
    }
    let folder = cache_dir()?.join("tools/prometheus");
    let kept = folder.join("usr/bin/promtool");
    if runs(&kept) {
        return Ok(kept);
    }
    fs::create_dir_all(&folder)?;
    command::run(Command::new("apt-get").args(["download", "--quiet=2", "prometheus"]).current_dir(&folder))?;
    let packages = fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let package = packages.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "deb"));
    let package = package.ok_or("no package of prometheus arrived")?;
    command::run(Command::new("dpkg-deb").arg("--extract").arg(package).arg(&folder))?;
    match runs(&kept) {
        true => Ok(kept),
        false => Err("the package of prometheus has no promtool".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_of_every_panel_become_rules_and_none_is_an_error() {
        let board = serde_json::json!({ "panels": [
            { "type": "row" },
            { "targets": [{ "expr": "up{instance=~\"$instance\"}" }, { "expr": "rate(x[$__rate_interval])" }] },
        ] });
        let rules: Value = serde_json::from_str(&as_rules(&board).unwrap()).unwrap();
        assert_eq!(rules["groups"][0]["rules"][0]["expr"], "up{instance=~\".*\"}");
        assert_eq!(rules["groups"][0]["rules"][1]["expr"], "rate(x[5m])");
        assert!(as_rules(&serde_json::json!({ "panels": [] })).is_err());
    }
}
