//! Secrets that a running appliance is given, by its settings, its files and its traffic, and that are then looked for in everything
//! that it says: logs at their finest, refusals, metrics, settings as shown, findings of the doctor, the audit's export.
#![allow(clippy::print_stdout, reason = "how many were looked for and where is told")]

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::facepay;
use crate::client::{Ask, Reply, delete, get, patch, post, put};
use crate::harness::eur;
use crate::tls::Authority;
use crate::vision::{EILEEN, WEIGHTS, picture};

const PASSWORD: &str = "canary-password-7f31";
const PROVIDER: &str = "canary-provider-secret-9c02";
const DATABASE: &str = "canary-database-5d18";
const REDIS: &str = "canary-redis-2b77";
const CAMERA: &str = "canary-camera-e440";
const CAMERA_LISTED: &str = "canary-listed-camera-13aa";
const LICENCE: &str = "canary-licence-key-86bd";
const PROXY: &str = "canary-proxy-b0b5";
const RECOGNISER: &str = "canary-recogniser-passphrase-44e1";
const NAME: &str = "Canary Nightingale";
const EMAIL: &str = "canary-mail-70c9@example.org";
const IDEMPOTENCY: &str = "canary-idempotency-52f6";
const INSTRUMENT: &str = "canary-instrument-token-08d3";
const WEBHOOK_USER: &str = "canary-webhook-password-61ce";
const CONSENT: &str = "canary consent text 3e9a";
const PIN: &str = "930471";
/// In place of texts that are secrets, to see them in no message of a parser.
const PIN_AS_NUMBER: u64 = 730_915_284;
const PASSWORD_AS_NUMBER: u64 = 618_402_973;

/// What is looked for: a name and the text.
#[derive(Default)]
struct Canaries(Vec<(&'static str, String)>);

impl Canaries {
    fn add(&mut self, name: &'static str, text: impl Into<String>) -> String {
        let text = text.into();
        assert!(text.len() >= 6, "{name} is too short to be told from chance");
        self.0.push((name, text.clone()));
        text
    }

    /// Bytes, in the ways in which they are printed.
    fn add_bytes(&mut self, name: &'static str, bytes: &[u8]) {
        self.add(name, hex::encode(bytes));
        self.add(name, STANDARD.encode(bytes).trim_end_matches('=').to_owned());
        let listed: Vec<String> = bytes.iter().map(u8::to_string).collect();
        self.add(name, listed.join(", "));
    }

    fn names(&self) -> usize {
        self.0.iter().map(|(name, _)| *name).collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Where in `said` one of them stands, by its name and what is around it.
    fn found(&self, place: &str, said: &str) -> Vec<String> {
        let hit = |(name, text): &(&str, String)| {
            let at = said.find(text.as_str())?;
            let from = said[..at].char_indices().rev().nth(120).map_or(0, |(from, _)| from);
            Some(format!("{name} in {place}: {}", &said[from..at + text.len()]))
        };
        self.0.iter().filter_map(hit).collect()
    }
}

/// The real program at work, and all that it says.
struct Running {
    process: Child,
    address: SocketAddr,
    said: Arc<Mutex<String>>,
    refusals: String,
    /// Answers with another status than was expected.
    odd: Vec<String>,
}

impl Running {
    fn start(folder: &Path) -> Self {
        let mut serve = facepay(folder);
        serve.args(["--config", "canaries.toml", "serve"]).env("FACEPAY__LOG__FILTER", "trace");
        let mut process = serve.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap());
        let said = Arc::new(Mutex::new(String::new()));
        let mut address = None;
        while address.is_none() {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "it does not start: {}", said.lock().unwrap());
            let listening = line.split_once("listening address=").map(|(_, rest)| rest.trim().to_owned());
            address = listening.and_then(|text| text.parse().ok());
            said.lock().unwrap().push_str(&line);
        }
        let more = said.clone();
        std::thread::spawn(move || {
            let mut line = Vec::new();
            while lines.by_ref().read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                more.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        Self { process, address: address.unwrap(), said, refusals: String::new(), odd: Vec::new() }
    }

    /// Sends; what is refused is kept.
    async fn ask(&mut self, ask: Ask) -> Reply {
        let reply = ask.send(self.address).await;
        if !reply.status.is_success() {
            self.refusals.push_str(&format!("{:?}\n{}\n", reply.headers, reply.text()));
        }
        reply
    }

    /// Sends what is answered with this status; another one is told when all was tried.
    async fn answers(&mut self, ask: Ask, status: u16) {
        let name = format!("{} {}", ask.method, ask.path);
        let reply = self.ask(ask).await;
        if reply.status.as_u16() != status {
            self.odd.push(format!("{name}: {} and not {status}: {}", reply.status, reply.text()));
        }
    }

    /// What it logged, without the moments, in which any six digits may stand.
    fn log(&mut self) -> String {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let said = self.said.lock().unwrap();
        let lines = said.lines().map(|line| line.split_once('Z').map_or(line, |(_, rest)| rest));
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Settings and files with secrets in them.
fn seeded(canaries: &mut Canaries) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let authority = Authority::new();
    let issued = authority.issue("localhost", "server");
    let key = std::fs::read_to_string(&issued.files[1]).unwrap();
    canaries.add("TLS key", key.lines().nth(1).unwrap());
    std::fs::write(path.join("server.key"), &key).unwrap();
    std::fs::create_dir_all(path.join("data/secrets")).unwrap();
    let mut secret = std::fs::OpenOptions::new();
    let mut secret =
        secret.write(true).create(true).mode(0o600).open(path.join("data/secrets/stripe")).unwrap();
    std::io::Write::write_all(&mut secret, canaries.add("provider's secret", PROVIDER).as_bytes()).unwrap();
    for (name, text) in [
        ("listed camera's password", CAMERA_LISTED),
        ("licence key", LICENCE),
        ("proxy's password", PROXY),
        ("recogniser's passphrase", RECOGNISER),
    ] {
        canaries.add(name, text);
    }
    let settings = format!(
        r#"
        [server]
        listen = "127.0.0.1:0"
        [data]
        folder = "{data}"
        [database]
        url = "sqlite:{data}/facepay.db"
        [compute]
        weights_folder = {WEIGHTS}
        [limits]
        key_per_s = 0
        [policy]
        attended_amount_max = 10000
        [cameras]
        loopback = true
        [[cameras.list]]
        id = "listed"
        source = "rtsp://admin:{CAMERA_LISTED}@127.0.0.1:1/stream"
        [webhooks]
        networks = []
        [payment]
        endpoints = ["http://127.0.0.1:1"]
        [plugins]
        payment = "payment-wallet"
        [plugins.settings.identity-aadhaar]
        licence_key = "{LICENCE}"
        proxy = "http://joe:{PROXY}@proxy.example/"
        [plugins.settings.acme]
        passphrase = "{RECOGNISER}"
        "#,
        data = path.join("data").display(),
    );
    std::fs::write(path.join("canaries.toml"), settings).unwrap();
    folder
}

/// A command line beside it: what it says on both outputs.
fn command(folder: &Path, config: &str, arguments: &[&str]) -> String {
    let mut command = facepay(folder);
    let output =
        command.args(["--config", config]).args(arguments).env("FACEPAY__LOG__FILTER", "trace").output();
    let output = output.unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// All that is in the file for a diagnosis.
fn bundled(file: &Path) -> String {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()));
    let (mut names, mut all) = (Vec::new(), String::new());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        names.push(entry.path().unwrap().file_name().unwrap().to_string_lossy().into_owned());
        entry.read_to_string(&mut all).unwrap();
    }
    let expected = ["machine", "doctor", "settings", "status", "metrics", "books", "journal"];
    assert!(names.iter().map(|name| name.split('.').next().unwrap()).eq(expected), "{names:?}");
    for said in ["storage.appliance_key", "[server]", "\"ready\"", "facepay_audit_chain_ok", "audit_records"]
    {
        assert!(all.contains(said), "{said} is missing in {} characters", all.len());
    }
    all
}

/// What an authenticator app shows.
fn shown(secret: &str) -> String {
    let key = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&(jiff::Timestamp::now().as_second() / 30).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// A person, their factors and what they pay with.
async fn people(run: &mut Running, key: &str, canaries: &mut Canaries) -> String {
    let person = json!({ "name": canaries.add("name", NAME), "email": canaries.add("e-mail", EMAIL) });
    let user = text(&run.ask(post("/users", &person).token(key)).await.ok(201)["id"]);
    let path = |rest: &str| format!("/users/{user}{rest}");
    let consent = json!({ "version": "1", "text": canaries.add("consent's text", CONSENT) });
    run.ask(post(path("/consents"), &consent).token(key)).await.ok(201);
    let enrolled = run.ask(picture(&path("/faces"), EILEEN).token(key)).await.ok(201);
    assert_eq!(enrolled["faces"].as_array().unwrap().len(), 1);
    canaries.add("picture", STANDARD.encode(&EILEEN[EILEEN.len() / 2..][..48]));
    let pin = json!({ "pin": canaries.add("PIN", PIN) });
    run.ask(put(path("/pin"), &pin).token(key)).await.ok(204);
    let instrument = json!({ "token": canaries.add("instrument's token", INSTRUMENT) });
    run.ask(put(path("/instruments/stripe"), &instrument).token(key)).await.ok(200);
    let link = run.ask(post(path("/face-payment/link"), &json!({})).token(key)).await.ok(201);
    let (token, code) =
        (canaries.add("link", text(&link["token"])), canaries.add("link's code", text(&link["code"])));
    let credit = json!({ "amount": eur(5_000) });
    let once = canaries.add("idempotency key", IDEMPOTENCY);
    run.ask(post(path("/credits"), &credit).token(key).once(&once)).await.ok(201);
    // What is wrong in them is told without them.
    let unknown = "01938f5e-7a6b-7c01-8000-00000000002a";
    let number = canaries.add("PIN as a number", PIN_AS_NUMBER.to_string());
    for (ask, status) in [
        (put(path("/pin"), &json!({ "pin": PIN_AS_NUMBER })), 422),
        (put(path("/pin"), &json!({ "pin": [number] })), 422),
        (put(path("/pin"), &json!({ "pin": PIN, "colour": 1 })), 422),
        (put(format!("/users/{unknown}/pin"), &pin), 404),
        (put(format!("/users/{unknown}/instruments/stripe"), &instrument), 404),
        (put(path("/instruments/stripe"), &json!({ "token": { "is": INSTRUMENT } })), 422),
        (put(path("/instruments/stripe"), &instrument).raw(format!("{{\"token\":\"{INSTRUMENT}")), 400),
        (post(path("/face-payment"), &pin), 403),
        (post("/face-payment", &json!({ "token": token, "code": "000000x" })), 422),
        (post("/face-payment", &json!({ "token": PIN_AS_NUMBER, "code": code })), 422),
        (post(path("/credits"), &json!({ "amount": eur(7) })).once(&once), 422),
        (post(path("/credits"), &json!({ "amount": eur(7) })).once(&format!("{once} {once}")), 400),
        (patch(format!("/users/{unknown}"), &person), 404),
        (patch(path(""), &json!({ "name": [NAME] })), 422),
        (patch(path(""), &json!({ "email": format!("{EMAIL}@{EMAIL}") })), 422),
        (post(path("/consents"), &json!({ "version": "", "text": CONSENT })), 422),
        (post(path("/verify"), &json!({ "image": [STANDARD.encode(EILEEN)] })), 422),
        (post(path("/verify"), &json!({ "image": format!("%{}", STANDARD.encode(EILEEN)) })), 422),
    ] {
        run.answers(ask.token(key), status).await;
    }
    user
}

/// Staff with a device, and a browser.
async fn staff(run: &mut Running, key: &str, canaries: &mut Canaries) {
    canaries.add("password", PASSWORD);
    let number = canaries.add("password as a number", PASSWORD_AS_NUMBER.to_string());
    let new = json!({ "name": "ada", "password": PASSWORD, "role": "operator" });
    run.ask(post("/operators", &new).token(key)).await.ok(201);
    let login = |extra: Value| {
        let mut body = json!({ "name": "ada", "password": PASSWORD });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        post("/operators/login", &body)
    };
    let session = run.ask(login(json!({}))).await.ok(200);
    let session = canaries.add("session", text(&session["token"]));
    let browser = run.ask(login(json!({ "cookie": true }))).await;
    let cookie = browser.header("set-cookie").split(';').next().unwrap().to_owned();
    canaries.add("cookie", cookie.split_once('=').unwrap().1);
    let csrf = canaries.add("CSRF token", text(&browser.ok(200)["csrf"]));
    let again = json!({ "password": PASSWORD });
    let offered = run.ask(post("/operators/me/totp", &again).token(&session)).await.ok(201);
    let secret = canaries.add("one-time codes' secret", text(&offered["secret"]));
    let code = canaries.add("one-time code", shown(&secret));
    run.ask(post("/operators/me/totp/confirm", &json!({ "code": code })).token(&session)).await.ok(204);
    for (ask, status) in [
        (login(json!({ "code": code })), 401),
        (login(json!({ "code": PASSWORD_AS_NUMBER })), 422),
        (login(json!({ "password": PASSWORD_AS_NUMBER })), 422),
        (login(json!({ "password": [number] })), 422),
        (login(json!({ "password": format!("{PASSWORD}x") })), 401),
        (login(json!({})).raw(format!("{{\"password\":\"{PASSWORD}\"")), 400),
        (
            post("/operators/me/password", &json!({ "old": PASSWORD, "new": PASSWORD_AS_NUMBER }))
                .token(&session),
            422,
        ),
        (post("/operators/me/totp", &json!({ "password": PASSWORD_AS_NUMBER })).token(&session), 422),
        (
            post("/operators", &json!({ "name": "bo", "password": PASSWORD_AS_NUMBER, "role": "x" }))
                .token(key),
            422,
        ),
        (post("/operators", &new).token(key), 409),
        (get("/keys").token(&session), 403),
        (get("/users").token(&format!("{session}x")), 401),
        (get("/users").header("authorization", &format!("Basic {session}")), 401),
        (post("/users", &json!({})).header("cookie", &cookie), 403),
        (
            post("/users", &json!({})).header("cookie", &cookie).header("x-csrf-token", &format!("{csrf}x")),
            403,
        ),
        (get(format!("/ws/events?token={session}&colour=red")), 400),
        (get(format!("/users?token={session}")), 401),
    ] {
        run.answers(ask, status).await;
    }
}

/// Cameras, webhooks and keys.
async fn places(run: &mut Running, key: &str, canaries: &mut Canaries) {
    canaries.add("camera's password", CAMERA);
    canaries.add("webhook's password", WEBHOOK_USER);
    let camera = |source: String| post("/cameras", &json!({ "id": "till-1", "source": source }));
    for (ask, status) in [
        (camera(format!("rtsp://admin:{CAMERA}@127.0.0.1:1/x?password={CAMERA}")), 201),
        (camera(format!("rtsp://admin:{CAMERA}@127.0.0.1:1/x")), 409),
        (camera(format!("http://admin:{CAMERA}@127.0.0.1:1/x")), 422),
        (camera(format!("rtsp://admin:{CAMERA}@[::/x")), 422),
        (camera(format!("rtsp:admin:{CAMERA}@host/x")), 422),
        (camera(format!("rtsp://admin:{CAMERA}@169.254.169.254/x")), 422),
        (camera(format!("rtsp://admin:{CAMERA}@no-such-host.invalid/x")), 422),
        (
            patch("/cameras/till-1", &json!({ "source": format!("rtsp://b:{CAMERA}@10.255.255.1:99999/x") })),
            422,
        ),
        (get("/cameras/till-1"), 200),
        (get("/cameras/till-1/snapshot"), 503),
        (post("/webhooks", &json!({ "url": format!("http://joe:{WEBHOOK_USER}@10.0.0.9/") })), 422),
        (post("/webhooks", &json!({ "url": format!("ftp://joe:{WEBHOOK_USER}@localhost/") })), 422),
        (post("/webhooks", &json!({ "url": format!("http://joe:{WEBHOOK_USER}@[::/") })), 422),
    ] {
        run.answers(ask.token(key), status).await;
    }
    // Nothing listens there: whatever it says of that, it says it without the password.
    run.ask(get(format!("/webcam/test?url=rtsp://admin:{CAMERA}@127.0.0.1:1/x")).token(key)).await;
    let hook = json!({ "url": format!("http://127.0.0.1:1/{WEBHOOK_USER}") });
    let minted = run.ask(post("/webhooks", &hook).token(key)).await.ok(201);
    canaries.add("webhook's secret", text(&minted["secret"]));
    let id = text(&minted["id"]);
    run.ask(post(format!("/webhooks/{id}/test"), &json!({})).token(key)).await.ok(200);
    let second = run.ask(post(format!("/webhooks/{id}/secrets"), &json!({})).token(key)).await.ok(201);
    canaries.add("webhook's second secret", text(&second["secret"]));
    let minted =
        run.ask(post("/keys", &json!({ "name": "shop", "role": "integrator" })).token(key)).await.ok(201);
    let other = canaries.add("API key", text(&minted["key"]));
    run.ask(get("/keys").token(&other)).await.refused(403, "forbidden");
    run.ask(delete(format!("/keys/{}", text(&minted["id"]))).token(key)).await.ok(204);
    run.ask(get("/users").token(&other)).await.refused(401, "unauthenticated");
    run.ask(get("/users").token(&format!("{other}é"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_anything_that_the_appliance_says() {
    let mut canaries = Canaries::default();
    let folder = seeded(&mut canaries);
    let minted: Value = serde_json::from_slice(
        &facepay(folder.path())
            .args(["--config", "canaries.toml", "keys", "add", "seed", "--role", "admin", "--json"])
            .output()
            .unwrap()
            .stdout,
    )
    .unwrap();
    let key = canaries.add("admin's key", text(&minted["key"]));
    let mut run = Running::start(folder.path());
    let user = people(&mut run, &key, &mut canaries).await;
    staff(&mut run, &key, &mut canaries).await;
    places(&mut run, &key, &mut canaries).await;
    let new = json!({ "user_id": user, "amount": eur(500), "image": STANDARD.encode(EILEEN) });
    let paid = run.ask(post("/transactions", &new).token(&key).once("pay")).await.ok(201);
    let id = text(&paid["id"]);
    run.ask(post(format!("/transactions/{id}/confirm"), &json!({})).token(&key).once("yes")).await;
    let pin = json!({ "pin": PIN });
    run.ask(post(format!("/transactions/{id}/step-up"), &pin).token(&key).once("pin")).await;

    let mut places = vec![
        ("metrics", run.ask(get("/metrics")).await.text()),
        ("audit", run.ask(get("/audit?limit=200").token(&key)).await.text()),
        ("cameras", run.ask(get("/cameras").token(&key)).await.text()),
        ("findings", run.ask(get("/system/doctor").token(&key)).await.text()),
        ("refusals", std::mem::take(&mut run.refusals)),
    ];
    for arguments in [
        &["config", "show"][..],
        &["audit", "export"],
        &["doctor", "--json"],
        &["camera", "list"],
        &["keys", "list", "--json"],
        &["operators", "list", "--json"],
        &["status", "--json"],
    ] {
        places.push((arguments[0], command(folder.path(), "canaries.toml", arguments)));
    }
    let mut diag = facepay(folder.path());
    diag.args(["--config", "canaries.toml", "diag", "bundle", "--out", "diag.tar.gz", "--key", &key]);
    let made = diag.env("FACEPAY__SERVER__LISTEN", run.address.to_string()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    places.push(("diag", bundled(&folder.path().join("diag.tar.gz"))));
    places.push(("log", run.log()));
    canaries.add_bytes("appliance key", &std::fs::read(folder.path().join("data/appliance.key")).unwrap());
    let template = template(folder.path(), &user);
    canaries
        .add_bytes("template", &template.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>());
    canaries.add("template", template.iter().map(f32::to_string).collect::<Vec<_>>().join(", "));

    let broken = broken(folder.path(), &mut canaries);
    places.extend(broken.iter().map(|said| ("a start that fails", said.clone())));
    let trace = places.iter().find(|(name, _)| *name == "log").unwrap();
    assert!(trace.1.contains("DEBUG") && trace.1.lines().count() > 60, "{} lines", trace.1.lines().count());
    // A person's name belongs into none of these either.
    let found: Vec<String> = places.iter().flat_map(|(place, said)| canaries.found(place, said)).collect();
    let chars: usize = places.iter().map(|(_, said)| said.len()).sum();
    println!("{} secrets looked for in {} places, {chars} characters", canaries.names(), places.len());
    assert!(canaries.names() >= 20 && found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
    assert!(run.odd.is_empty(), "{}", run.odd.join("\n"));
}

/// The middle of the enrolled template, as it is inside.
fn template(folder: &Path, user: &str) -> Vec<f32> {
    let key: [u8; 32] = std::fs::read(folder.join("data/appliance.key")).unwrap().try_into().unwrap();
    let url = format!("sqlite:{}", folder.join("data/facepay.db").display()).parse().unwrap();
    let store = store::Store::open(&url, store::seal::Key::new(key), &folder.join("data/keys")).unwrap();
    let user = user.parse().unwrap();
    let tag = store.faces(user).unwrap()[0].model_tag;
    let rows = store.templates_of(user, tag).unwrap();
    rows.first().expect("somebody is enrolled").template[64..70].to_vec()
}

/// Starts and look-ups with settings that can't be used.
fn broken(folder: &Path, canaries: &mut Canaries) -> Vec<String> {
    canaries.add("database's password", DATABASE);
    canaries.add("Redis' password", REDIS);
    let mut said = Vec::new();
    for (name, settings) in [
        (
            "database",
            format!("[database]\nurl = \"postgresql://joe:{DATABASE}@127.0.0.1:1/pay?sslkey={DATABASE}\"\n"),
        ),
        ("scheme", format!("[database]\nurl = \"mysql://joe:{DATABASE}@127.0.0.1:1/pay\"\n")),
        ("redis", format!("[redis]\nurl = \"redis://:{REDIS}@127.0.0.1:1\"\n")),
        ("no-redis", format!("[redis]\nurl = \"joe:{REDIS}@127.0.0.1\"\n")),
        ("type", format!("[limits]\nkey_per_s = \"{REDIS}\"\n")),
        ("tls", "[tls]\ncertificate = \"server.key\"\nkey = \"server.key\"\n".to_owned()),
        ("line", format!("[redis]\nurl = \"redis://:{REDIS}@h\n")),
    ] {
        let file = folder.join(name).with_extension("toml");
        std::fs::write(&file, format!("[data]\nfolder = \"{}\"\n{settings}", folder.join(name).display()))
            .unwrap();
        for arguments in [&["serve"][..], &["config", "show"], &["config", "check"], &["doctor", "--json"]] {
            said.push(command(folder, &format!("{name}.toml"), arguments));
        }
    }
    said
}
