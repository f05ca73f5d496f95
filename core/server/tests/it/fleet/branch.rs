//! A branch: an appliance that follows the centre over a line that breaks, with a clock that may be wrong.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::UserId;
use serde_json::{Value, json};

use super::centre::Centre;
use super::network::{Network, Wire, Wires};
use super::process::Process;
use super::{OFFLINE_AFTER, OFFLINE_MINOR_MAX};
use crate::client::{Ask, Reply, get, post};
use crate::harness::eur;

/// What a payer's wallet is given at each branch.
const FUNDED: i64 = 10_000_000;
/// Debian's library that lies about the time.
const FAKETIME: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
];

/// A payment that was taken.
pub(crate) struct Paid {
    pub(crate) user: UserId,
    pub(crate) minor: i64,
    pub(crate) transaction: String,
}

/// What became of a try to pay.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    Taken,
    /// By its code.
    Refused(String),
}

/// One follower.
pub(crate) struct Branch {
    pub(crate) number: usize,
    pub(crate) process: Process,
    pub(crate) wires: Wires,
    /// The key of the interface that it comes to the centre with.
    pub(crate) key_id: String,
    /// How far its clock is off, in seconds.
    pub(crate) skew_s: i64,
    /// Where its clock is set; `None` for one whose clock is right.
    clock: Option<PathBuf>,
    token: String,
    /// Since when its line is as it is.
    pub(crate) since: Instant,
    pub(crate) paid: Vec<Paid>,
    funded: BTreeSet<UserId>,
}

/// The library, where it is installed.
pub(crate) fn faketime() -> Option<&'static str> {
    FAKETIME.into_iter().find(|path| Path::new(path).exists())
}

impl Branch {
    /// A new follower with a clock that is off by `skew_s`, if it can be; it does not run yet.
    pub(crate) async fn new(
        (folder, network): (&Path, Network),
        centre: &Centre,
        number: usize,
        skew_s: Option<i64>,
    ) -> Self {
        let wires = network.branch(number, centre.process.address).await;
        let (name, folder) = (format!("branch-{number}"), folder.join(format!("branch-{number}")));
        let own = centre.authority.issue("branch", &name);
        let (key, key_id) = centre.admits(&own, &name).await;
        std::fs::create_dir_all(folder.join("secrets")).unwrap();
        let secret = folder.join("secrets/centre");
        std::fs::write(&secret, &key).unwrap();
        std::fs::set_permissions(&secret, Permissions::from_mode(0o600)).unwrap();
        let [certificate, private_key] = own.files.each_ref().map(|path| path.display());
        let settings = format!(
            "[secrets]\nfolder = \"{}/secrets\"\n[tls]\ntrusted = \"{}\"\n[sync]\ncentre = \"https://{}\"\n\
             key = \"centre\"\ncertificate = \"{certificate}\"\nprivate_key = \"{private_key}\"\n\
             offline_after_s = {}\noffline_day_amount_max = {OFFLINE_MINOR_MAX}\n",
            folder.display(),
            centre.authority.file().display(),
            wires.centre,
            OFFLINE_AFTER.as_secs(),
        );
        let database = format!("sqlite:{}/facepay.db", folder.display());
        let process = Process::new(&folder, (&database, wires.address), &settings);
        let minted = process.run(&["keys", "add", "fleet", "--role", "admin", "--json"]);
        let token = minted["key"].as_str().expect("a key is minted").to_owned();
        let clock = skew_s.and(faketime()).map(|_| folder.join("clock"));
        let mut branch = Self {
            number,
            process,
            wires,
            key_id,
            skew_s: 0,
            clock,
            token,
            since: Instant::now(),
            paid: Vec::new(),
            funded: BTreeSet::new(),
        };
        branch.set_clock(skew_s.unwrap_or_default());
        branch
    }

    /// Sets its clock off by so many seconds, while it runs, too.
    pub(crate) fn set_clock(&mut self, skew_s: i64) {
        let Some(clock) = &self.clock else { return };
        // Renamed into place: it is read at any moment.
        let new = clock.with_extension("new");
        std::fs::write(&new, format!("{skew_s:+}\n")).unwrap();
        std::fs::rename(&new, clock).unwrap();
        self.skew_s = skew_s;
    }

    pub(crate) async fn start(&mut self) {
        let mut serve = self.process.program();
        serve.arg("serve");
        if let (Some(clock), Some(library)) = (&self.clock, faketime()) {
            serve
                .env("LD_PRELOAD", library)
                .env("FAKETIME_TIMESTAMP_FILE", clock)
                .env("FAKETIME_CACHE_DURATION", "1")
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .env("DONT_FAKE_MONOTONIC", "1");
        }
        let serve = self.wires.inside(serve);
        self.process.start(serve).await;
    }

    /// From now on its line is so.
    pub(crate) fn becomes(&mut self, wire: Wire) {
        let before = self.wires.now();
        self.wires.becomes(wire);
        if before != self.wires.now() {
            self.since = Instant::now();
        }
    }

    /// Whether nothing is between it and the centre.
    pub(crate) fn is_online(&self) -> bool {
        self.process.is_running() && self.wires.now() == Wire::Good
    }

    /// Whether it must have noticed by now that the centre is away.
    pub(crate) fn is_offline_for_sure(&self) -> bool {
        self.wires.now().is_cut() && self.since.elapsed() > OFFLINE_AFTER + Duration::from_secs(2)
    }

    pub(crate) async fn ask(&self, ask: Ask) -> Reply {
        let asked = ask.token(&self.token).try_send(self.wires.address);
        let asked = tokio::time::timeout(Duration::from_secs(60), asked).await;
        let number = self.number;
        asked
            .unwrap_or_else(|_| panic!("branch {number} does not answer"))
            .unwrap_or_else(|error| panic!("branch {number}: {error:?}\n{}", self.process.log_end()))
    }

    /// How it stands with the centre.
    pub(crate) async fn standing(&self) -> Value {
        self.ask(get("/sync")).await.ok(200)
    }

    /// Staff vouches for somebody who pays so much; each try has a `name` of its own.
    pub(crate) async fn pay(&mut self, user: UserId, minor: i64, name: &str) -> Tried {
        if !self.funded.contains(&user) {
            let credit = post(format!("/users/{user}/credits"), &json!({ "amount": eur(FUNDED) }));
            let funded = self.ask(credit.once(&format!("fund-{user}"))).await;
            if funded.status == 404 {
                return Tried::Refused("user_not_found".to_owned());
            }
            funded.ok(201);
            self.funded.insert(user);
        }
        let new = json!({ "user_id": user.to_string(), "amount": eur(minor) });
        let opened = self.ask(post("/transactions", &new).once(name)).await;
        let opened = match refusal(opened) {
            Ok(opened) => opened,
            Err(code) => return Tried::Refused(code),
        };
        if opened["state"] != "requires_confirmation" {
            return Tried::Refused(opened["reason"].as_str().unwrap_or_default().to_owned());
        }
        let id = opened["id"].as_str().unwrap();
        let confirm = post(format!("/transactions/{id}/confirm"), &json!({}));
        let confirmed = self.ask(confirm.once(&format!("{name}-yes"))).await;
        match refusal(confirmed) {
            Ok(row) if row["state"] == "captured" => {
                self.paid.push(Paid { user, minor, transaction: id.to_owned() });
                Tried::Taken
            }
            Ok(row) => Tried::Refused(row["reason"].as_str().unwrap_or_default().to_owned()),
            Err(code) => Tried::Refused(code),
        }
    }

    /// What this person paid here.
    pub(crate) fn sum_of(&self, user: UserId) -> i64 {
        self.paid.iter().filter(|paid| paid.user == user).map(|paid| paid.minor).sum()
    }
}

/// The JSON of what was done, or the code of what was refused. What fails is a fault.
fn refusal(reply: Reply) -> Result<Value, String> {
    assert!(!reply.status.is_server_error(), "{} {}", reply.status, reply.text());
    match reply.status.is_success() {
        true => Ok(reply.json()),
        false => Err(reply.json()["code"].as_str().unwrap_or_default().to_owned()),
    }
}
