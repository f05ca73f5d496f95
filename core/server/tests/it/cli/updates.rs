//! `facepay update …`: the real program, real packages and a real database, on a machine whose dpkg and systemctl are scripts and whose
//! service is an endpoint that answers as the version that is installed. The real ones are in `cargo xtask boot`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{facepay, run, stdout};
use crate::harness::Appliance;

/// Whatever else is asked of them, Debian's own answer.
const DPKG: &str = r#"#!/bin/sh
[ "$1" = --install ] || exec /usr/bin/dpkg "$@"
for package; do :; done
echo "dpkg $package" >> "$SITE/log"
version=$(/usr/bin/dpkg-deb --field "$package" Version)
[ "$version" != "$UNPACKS_NOT" ] || { echo "dpkg: no room" >&2; exit 1; }
[ ! -e "$SITE/running" ] || { echo "the service runs while its files are replaced" >&2; exit 1; }
printf %s "$version" > "$SITE/installed"
"#;
const DPKG_QUERY: &str = r#"#!/bin/sh
case "$1" in
--show) printf "install ok installed %s" "$(cat "$SITE/installed")" ;;
--status) printf 'Package: facepay\nStatus: install ok installed\nVersion: %s\nArchitecture: %s\nMaintainer: x\nDescription: x\n' \
  "$(cat "$SITE/installed")" "$(/usr/bin/dpkg --print-architecture)" ;;
--listfiles) printf '/.\n%s\n%s\n' "$SITE/program" "$SITE/settings" ;;
--control-list) printf 'conffiles\npostinst\n' ;;
--control-show) [ "$3" = conffiles ] && echo "$SITE/settings" || printf '#!/bin/sh\nexit 0\n' ;;
esac
"#;
const SYSTEMCTL: &str = r#"#!/bin/sh
echo "systemctl $*" >> "$SITE/log"
case "$*" in
*facepay-update.service) exec "$SITE/updates/updater" update resume ;;
"stop facepay.service") rm -f "$SITE/running" ;;
"mask facepay.service") touch "$SITE/masked" ;;
"unmask facepay.service") rm -f "$SITE/masked" ;;
"start --no-block facepay.service")
  [ ! -e "$SITE/masked" ] || exit 1
  [ "$(cat "$SITE/installed")" != "$BREAKS" ] || cp "$SITE/broken.db" facepay-data/facepay.db
  touch "$SITE/running" ;;
show*) echo ActiveState=active; echo NRestarts=0 ;;
esac
"#;

/// A machine with version 0.1.0-1, an operator and a vendor.
struct Site {
    folder: TempDir,
    port: u16,
    root: String,
}

impl Site {
    /// `good` are the versions that become ready.
    fn new(good: &'static [&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let key = |name: &str| stdout(&run(&path, &["plugin", "keygen", name])).trim().to_owned();
        let (root, house) = (key("root.key"), key("house.key"));
        std::fs::create_dir(path.join("bin")).unwrap();
        std::fs::create_dir(path.join("dpkg")).unwrap();
        for (name, script) in [("dpkg", DPKG), ("dpkg-query", DPKG_QUERY), ("systemctl", SYSTEMCTL)] {
            let program = path.join("bin").join(name);
            std::fs::write(&program, script).unwrap();
            std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        for (name, text) in [("installed", "0.1.0-1"), ("running", ""), ("program", "x"), ("settings", "x")] {
            std::fs::write(path.join(name), text).unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            listener.incoming().flatten().for_each(|stream| answer(stream, &path, good));
        });
        let site = Self { folder, port, root };
        let prefixes = json!([plugin_package::UPDATE_ID]);
        let policy = json!({ "format": 1, "counter": 1, "keys": [{ "id": "house", "public": house, "prefixes": prefixes }] });
        std::fs::write(site.path("policy.json"), policy.to_string()).unwrap();
        assert!(
            run(site.folder.path(), &["plugin", "sign", "policy.json", "--key", "root.key"]).status.success()
        );
        assert!(site.run(&["users", "add", "Ada Lovelace"]).status.success());
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = facepay(self.folder.path());
        command
            .args(arguments)
            .env("PATH", format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap()))
            .env("SITE", self.folder.path())
            .env("DPKG_ADMINDIR", self.path("dpkg"))
            .env("FACEPAY__SERVER__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("FACEPAY__PLUGINS__ROOT_KEY", &self.root)
            .env("FACEPAY__PLUGINS__POLICY", "policy.json")
            .env("FACEPAY__UPDATE__FOLDER", self.path("updates"))
            .env("FACEPAY__UPDATE__READY_WITHIN_S", "2")
            .env("FACEPAY__UPDATE__STEADY_S", "0");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What it says; it ends with `exit`.
    fn says(&self, arguments: &[&str], exit: i32) -> String {
        said(self.run(arguments), exit)
    }

    /// A signed update of a package that is really one; `more` migrations come with it.
    fn update(&self, version: &str, architecture: &str, more: &str) -> String {
        let tree = self.path("tree");
        let control = tree.join("DEBIAN");
        let share = tree.join("usr/share/facepay");
        std::fs::create_dir_all(&control).unwrap();
        std::fs::create_dir_all(&share).unwrap();
        let fields = format!(
            "Package: facepay\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: x\nDescription: x\n"
        );
        std::fs::write(control.join("control"), fields).unwrap();
        let migrations = stdout(&self.run(&["migrate", "--list"])) + more;
        std::fs::write(share.join("migrations"), migrations).unwrap();
        let package = self.path("new.deb");
        let built = Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Znone", "--build"])
            .args([&tree, &package])
            .output();
        assert!(built.unwrap().status.success());
        let name = format!("{version}.fpu");
        let sign = ["update", "sign", "new.deb", "--key", "house.key", "--key-id", "house", "--counter", "1"];
        self.says(&[&sign[..], &["--not-after", "2099-12-31", "--out", &name]].concat(), 0);
        name
    }

    fn here(&self) -> String {
        stdout(&Command::new("dpkg").arg("--print-architecture").output().unwrap()).trim().to_owned()
    }

    fn installed(&self) -> String {
        std::fs::read_to_string(self.path("installed")).unwrap()
    }

    fn history(&self) -> Vec<Value> {
        let history = std::fs::read(self.path("updates/history.json")).unwrap();
        serde_json::from_slice(&history).unwrap()
    }

    /// A version is at work, whole, and nothing of an update is left.
    fn is_at(&self, version: &str) {
        assert_eq!(self.installed(), version);
        assert!(self.path("running").exists() && !self.path("masked").exists());
        assert!(!self.path("updates/journal.json").exists() && !self.path("updates/updater").exists());
        assert!(!self.path("facepay-data/before-update.db").exists(), "a copy of people's data is left");
        assert!(stdout(&self.run(&["users", "list"])).contains("Ada Lovelace"));
    }
}

fn said(output: Output, exit: i32) -> String {
    let text = stdout(&output) + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{text}");
    text
}

/// The service: it answers while it runs, and is ready where its version is good.
fn answer(mut stream: TcpStream, site: &Path, good: &[&str]) {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request);
    let version = std::fs::read_to_string(site.join("installed")).unwrap_or_default();
    let ready = site.join("running").exists() && good.contains(&version.as_str());
    let (status, ready) = if ready { ("200 OK", true) } else { ("503 Service Unavailable", false) };
    let body =
        json!({ "ready": ready, "checks": [{ "name": "payments", "ok": ready, "detail": "no plugin" }] });
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all((head + &body).as_bytes());
}

#[test]
fn an_update_takes_the_place_of_what_is_installed_and_a_rollback_takes_it_back() {
    let site = Site::new(&["0.1.0-1", "0.2.0-1"]);
    let update = site.update("0.2.0-1", &site.here(), "");
    let checked = site.says(&["update", "check", &update], 0);
    assert!(checked.contains("0.2.0-1 over 0.1.0-1: signed by house"), "{checked}");
    assert!(site.says(&["update", "rollback"], 1).contains("no package of a version before"));
    let applied = site.says(&["update", "apply", &update], 0);
    assert!(applied.contains("0.2.0-1 is at work"), "{applied}");
    site.is_at("0.2.0-1");
    // That of the version before was made of what was installed, without the settings, which are the administrator's.
    let made =
        Command::new("dpkg-deb").arg("--contents").arg(site.path("updates/0.1.0-1.deb")).output().unwrap();
    let made = stdout(&made);
    assert!(made.contains("/program\n") && !made.contains("/settings\n"), "{made}");
    let again = site.says(&["update", "apply", &update], 3);
    assert!(again.contains("installed already"), "{again}");
    site.says(&["update", "rollback"], 0);
    site.is_at("0.1.0-1");
    site.says(&["update", "rollback"], 0);
    site.is_at("0.2.0-1");
    let status: Value = serde_json::from_slice(&site.run(&["update", "status", "--json"]).stdout).unwrap();
    assert_eq!((&status["installed"], &status["before"]), (&json!("0.2.0-1"), &json!("0.1.0-1")), "{status}");
    let outcomes: Vec<_> = site.history().iter().map(|entry| entry["outcome"].clone()).collect();
    assert_eq!(outcomes, ["applied", "refused", "applied", "applied"]);
}

#[test]
fn what_is_refused_says_why_and_changes_nothing() {
    let site = Site::new(&["0.1.0-1"]);
    let here = site.here();
    let other = if here == "arm64" { "amd64" } else { "arm64" };
    let whole = site.update("0.3.0-1", &here, "");
    let bytes = std::fs::read(site.path(&whole)).unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(site.path(name), bytes).unwrap();
    let at = bytes.windows(7).position(|window| window == b"Version").unwrap();
    put("changed.fpu", &[&bytes[..at], b"version", &bytes[at + 7..]].concat());
    put("cut.fpu", &bytes[..bytes.len() - 2048]);
    put("none.fpu", b"no update");
    let rows = [
        (site.update("0.0.9-1", &here, ""), "older_version", "only a newer one is an update"),
        (site.update("0.1.0-1", &here, ""), "same_version", "installed already"),
        (site.update("0.4.0-1", other, ""), "other_architecture", "fetch the one for"),
        ("changed.fpu".to_owned(), "file_changed", "not what was signed"),
        ("cut.fpu".to_owned(), "", ""),
        ("none.fpu".to_owned(), "", ""),
    ];
    for (file, reason, said) in &rows {
        let output = site.run(&["update", "apply", file, "--json"]);
        assert!(!output.status.success(), "{file}");
        let refused: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(refused["ok"], false, "{refused}");
        assert!(reason.is_empty() || refused["reason"] == *reason, "{file}: {refused}");
        assert!(refused["detail"].as_str().unwrap().contains(said), "{file}: {refused}");
    }
    let mut trusting_nobody = site.command(&["update", "apply", &whole]);
    let refused = said(trusting_nobody.env("FACEPAY__PLUGINS__ROOT_KEY", "").output().unwrap(), 3);
    assert!(refused.contains("plugins.root_key"), "{refused}");
    assert_eq!(site.installed(), "0.1.0-1");
    assert!(!site.path("log").exists(), "nothing was stopped, installed or started");
    assert_eq!(site.history().len(), rows.len() + 1, "each is told");
    assert!(!site.path("updates/0.3.0-1.deb").exists() && !site.path("updates/journal.json").exists());
}

#[test]
fn a_version_that_does_not_become_ready_goes_again_and_the_one_before_is_at_work() {
    let site = Site::new(&["0.1.0-1"]);
    let update = site.update("0.2.0-1", &site.here(), "");
    let told = site.says(&["update", "apply", &update], 1);
    assert!(told.contains("0.2.0-1 went again and 0.1.0-1 is at work"), "{told}");
    assert!(told.contains("not ready within 2 s") && told.contains("payments: no plugin"), "{told}");
    site.is_at("0.1.0-1");
    assert_eq!(site.history()[0]["outcome"], "rolled_back");
    assert!(!site.path("updates/0.2.0-1.deb").exists(), "what is not fit is not kept");
}

#[test]
fn a_package_that_does_not_install_leaves_the_version_before() {
    let site = Site::new(&["0.1.0-1", "0.2.0-1"]);
    let update = site.update("0.2.0-1", &site.here(), "");
    let mut apply = site.command(&["update", "apply", &update]);
    let told = said(apply.env("UNPACKS_NOT", "0.2.0-1").output().unwrap(), 1);
    assert!(told.contains("no room"), "{told}");
    site.is_at("0.1.0-1");
}

/// What a newer version leaves of the site's database: it knows a migration more, and this was done in it. Whether there is a sqlite3.
fn broken(site: &Site, statements: &str) -> bool {
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000');";
    std::fs::copy(site.path("facepay-data/facepay.db"), site.path("broken.db")).unwrap();
    let changed =
        Command::new("sqlite3").arg(site.path("broken.db")).arg(format!("{newer}{statements}")).status();
    changed.is_ok_and(|status| status.success())
}

fn aside(site: &Site) -> Option<PathBuf> {
    let data = std::fs::read_dir(site.path("facepay-data")).unwrap().flatten();
    data.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains(".after-update-"))
}

#[test]
fn the_database_from_before_is_back_where_an_update_that_changed_it_goes() {
    let site = Site::new(&["0.1.0-1"]);
    let update = site.update("0.2.0-1", &site.here(), "29991231000000\n");
    if !broken(&site, "") {
        return println!("SKIP(no sqlite3)");
    }
    assert!(site.says(&["update", "check", &update], 0).contains("migrations  1"));
    let mut apply = site.command(&["update", "apply", &update]);
    let told = said(apply.env("BREAKS", "0.2.0-1").output().unwrap(), 1);
    assert!(told.contains("what it was lies in"), "{told}");
    site.is_at("0.1.0-1");
    assert!(aside(&site).is_some());
}

#[test]
fn a_version_that_is_not_ready_stays_where_money_moved_and_is_taken_as_soon_as_it_is() {
    let site = Site::new(&["0.1.0-1", "0.3.0-1"]);
    let update = site.update("0.2.0-1", &site.here(), "29991231000000\n");
    if !broken(&site, "UPDATE counters SET value = 1 WHERE name = 'operation'") {
        return println!("SKIP(no sqlite3)");
    }
    let mut apply = site.command(&["update", "apply", &update]);
    let told = said(apply.env("BREAKS", "0.2.0-1").output().unwrap(), 5);
    assert!(told.contains("money may have moved") && told.contains("before-update.db"), "{told}");
    assert_eq!(site.installed(), "0.2.0-1");
    assert!(site.path("running").exists() && !site.path("masked").exists());
    assert!(site.path("facepay-data/before-update.db").exists() && aside(&site).is_none());
    assert!(site.says(&["update", "apply", &update], 5).contains("is under way"));
    // Somebody installs one that mends it.
    std::fs::write(site.path("installed"), "0.3.0-1").unwrap();
    site.says(&["update", "resume"], 1);
    assert_eq!(site.installed(), "0.3.0-1");
    assert!(!site.path("updates/journal.json").exists());
    assert_eq!(site.history().last().unwrap()["outcome"], "superseded");
}

#[test]
fn nothing_is_rolled_back_over_a_migration() {
    let site = Site::new(&["0.1.0-1", "0.2.0-1"]);
    let update = site.update("0.2.0-1", &site.here(), "29991231000000\n");
    site.says(&["update", "apply", &update], 0);
    site.is_at("0.2.0-1");
    assert!(site.says(&["update", "rollback"], 1).contains("a backup from before the update"));
    site.is_at("0.2.0-1");
    let mut elsewhere =
        site.command(&["update", "check", &site.update("0.3.0-1", &site.here(), "29991231000000\n")]);
    let shared = elsewhere.env("DATABASE_URL", "postgresql://db.example/facepay").output().unwrap();
    assert!(said(shared, 3).contains("may be others' as well"));
}

#[test]
fn whoever_installs_packages_is_named_and_nothing_is_begun_until_it_ends() {
    let site = Site::new(&["0.1.0-1", "0.2.0-1"]);
    let update = site.update("0.2.0-1", &site.here(), "");
    let lock = std::fs::File::create(site.path("dpkg/lock-frontend")).unwrap();
    rustix::fs::fcntl_lock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    let told = site.says(&["update", "apply", &update, "--wait", "1"], 5);
    let here = format!("(process {})", std::process::id());
    assert!(told.contains("dpkg is in use by ") && told.contains(&format!("{here}: waiting for up to 1 s")));
    assert!(told.contains(&format!("{here}, and was for 1 s; nothing was changed")), "{told}");
    assert!(!site.path("log").exists(), "nothing was stopped, installed or started");
    assert!(!site.path("updates/journal.json").exists() && !site.path("updates/0.2.0-1.deb").exists());
    site.is_at("0.1.0-1");
    // It ends while it is waited for.
    let mut apply = site.command(&["update", "apply", &update]).stderr(Stdio::piped()).spawn().unwrap();
    let mut waits = String::new();
    BufReader::new(apply.stderr.as_mut().unwrap()).read_line(&mut waits).unwrap();
    assert!(waits.contains("waiting for up to 120 s"), "{waits}");
    drop(lock);
    assert!(apply.wait().unwrap().success());
    site.is_at("0.2.0-1");
}

#[test]
fn settings_that_somebody_else_can_write_say_nothing_to_root() {
    let site = Site::new(&["0.1.0-1", "0.2.0-1"]);
    let update = site.update("0.2.0-1", &site.here(), "");
    let (file, mode) = (site.path("site.toml"), std::fs::Permissions::from_mode);
    std::fs::write(&file, "").unwrap();
    std::fs::set_permissions(&file, mode(0o666)).unwrap();
    for command in [&["check", update.as_str()][..], &["apply", &update], &["rollback"]] {
        let refused = site.says(&[&["--config", "site.toml", "update"], command].concat(), 7);
        assert!(refused.contains("has mode 666, so that others can write it"), "{refused}");
    }
    assert!(!site.path("log").exists() && !site.path("updates").exists(), "nothing was looked at");
    std::fs::set_permissions(&file, mode(0o644)).unwrap();
    site.says(&["--config", "site.toml", "update", "apply", &update], 0);
    site.is_at("0.2.0-1");
}

#[test]
fn an_appliance_that_is_not_ready_is_updated_only_by_somebody_who_says_so() {
    let site = Site::new(&["0.2.0-1"]);
    let update = site.update("0.2.0-1", &site.here(), "");
    assert!(site.says(&["update", "apply", &update], 6).contains("not ready as it is"));
    assert_eq!(site.installed(), "0.1.0-1");
    site.says(&["update", "apply", &update, "--unready"], 0);
    site.is_at("0.2.0-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_updates_is_in_the_audit_once() {
    let folder = tempfile::tempdir().unwrap();
    let entry = |id: &str, outcome: &str, why: Value| json!({ "id": id, "at": "2026-11-30T02:00:00Z", "outcome": outcome, "from": "1", "to": "2", "why": why });
    let history = json!([
        entry("a", "applied", Value::Null),
        entry("b", "rolled_back", json!("not ready within 300 s")),
        entry("c", "refused", json!("forged")),
    ]);
    std::fs::write(folder.path().join("history.json"), history.to_string()).unwrap();
    let place = format!("{:?}", folder.path().display().to_string());
    let changes = [("update.folder", place.as_str())];
    let appliance = Appliance::start_with(&changes).await.restarted(&changes).await;
    let audit = appliance.admin(crate::client::get("/audit?limit=200&action=update.")).await.ok(200);
    let told: Vec<_> =
        audit["items"].as_array().unwrap().iter().map(|row| (&row["action"], &row["subject"])).collect();
    let expected = [("update.applied", "a"), ("update.rolled_back", "b"), ("update.refused", "c")];
    assert_eq!(json!(told), json!(expected), "{audit}");
}
