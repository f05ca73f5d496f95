//! An appliance of its own for each test: free port, fresh folder, a clock to turn.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::Timestamp;
use serde_json::{Value, json};
use server::app::App;
use server::serve;
use server::settings::{Layers, Settings};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{Ask, Reply, post};

/// A running appliance with its admin's key.
pub(crate) struct Appliance {
    pub(crate) address: SocketAddr,
    pub(crate) app: App,
    pub(crate) admin: String,
    /// The one-time code of a fresh folder; empty where set-up was done before.
    pub(crate) code: String,
    clock: Arc<AtomicI64>,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
}

/// Whether the kernel can't shut plugins in. They run without, then: only the tests of `plugin-host` are about that, and say so.
pub(crate) fn has_no_sandbox() -> bool {
    plugin_host::landlock_abi() == 0
}

/// Settings for tests: no cameras, staff may take small payments without a face.
pub(crate) fn settings(folder: &TempDir, changes: &[(&str, &str)]) -> Settings {
    let path = folder.path().display();
    let mut env = BTreeMap::new();
    let mut set = |key: &str, value: String| {
        env.insert(format!("FACEPAY__{}", key.to_uppercase().replace('.', "__")), value);
    };
    set("data.folder", format!("\"{path}\""));
    set("database.url", format!("\"sqlite:{path}/facepay.db\""));
    set("server.listen", "\"127.0.0.1:0\"".to_owned());
    set("recognition.enabled", "false".to_owned());
    set("policy.attended_amount_max", "10000".to_owned());
    // Tests ask as fast as they can, all with one key.
    set("limits.key_per_s", "0".to_owned());
    set("plugins.unsandboxed", has_no_sandbox().to_string());
    // Simulated cameras play a clip again and again.
    set("cameras.loop_s_max", "0".to_owned());
    // Some push one picture again and again.
    set("cameras.frozen_after_ms", "10000".to_owned());
    for (key, value) in changes {
        set(key, (*value).to_owned());
    }
    Settings::load(&Layers { env, ..Layers::default() }).unwrap()
}

impl Appliance {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts with settings changed from those of [`settings`].
    pub(crate) async fn start_with(changes: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = jiff::Timestamp::now().as_microsecond();
        let mut appliance = Self::start_in(folder, Arc::new(AtomicI64::new(now)), changes).await;
        let minted = appliance.send(post("/setup", &json!({ "code": appliance.code }))).await.ok(201);
        appliance.admin = minted["key"].as_str().unwrap().to_owned();
        appliance
    }

    /// Starts on a fresh folder and leaves set-up open.
    pub(crate) async fn start_new() -> Self {
        let now = jiff::Timestamp::now().as_microsecond();
        Self::start_in(tempfile::tempdir().unwrap(), Arc::new(AtomicI64::new(now)), &[]).await
    }

    async fn start_in(folder: TempDir, clock: Arc<AtomicI64>, changes: &[(&str, &str)]) -> Self {
        let settings = settings(&folder, changes);
        let listener = serve::bind(settings.server.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let read = clock.clone();
        let time = move || match read.load(Ordering::SeqCst) {
            0 => Timestamp(jiff::Timestamp::now().as_microsecond()),
            set => Timestamp(set),
        };
        let app = App::start_at(settings, Arc::new(time)).await.unwrap();
        let code = app.open_setup_when_new().await.unwrap_or_default();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(serve::run(listener, app.clone(), async {
            let _ = stopped.await;
        }));
        Self {
            address,
            app,
            admin: String::new(),
            code,
            clock,
            folder,
            stop: Some(stop),
            served: Some(served),
        }
    }

    /// Every byte that its database has on the disk.
    pub(crate) fn stored(&self) -> Vec<u8> {
        let files = ["facepay.db", "facepay.db-wal"].map(|name| self.folder.path().join(name));
        files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect()
    }

    /// Stops and starts again on the same folder, with the same admin key.
    pub(crate) async fn restarted(mut self, changes: &[(&str, &str)]) -> Self {
        self.stop().await;
        let Self { admin, clock, folder, .. } = self;
        let mut again = Self::start_in(folder, clock, changes).await;
        again.admin = admin;
        again
    }

    /// Stops, and says why it does not start again on the same folder.
    pub(crate) async fn refused_start(&mut self, changes: &[(&str, &str)]) -> String {
        self.stop().await;
        let clock = || Timestamp(jiff::Timestamp::now().as_microsecond());
        let started = App::start_at(settings(&self.folder, changes), Arc::new(clock)).await;
        started.err().expect("it must not start").to_string()
    }

    /// The same, but in between the books are as `work` leaves them: as a crash would.
    pub(crate) async fn crashed(
        mut self,
        changes: &[(&str, &str)],
        work: impl FnOnce(&store::Store, store::By<'_>),
    ) -> Self {
        self.stop().await;
        let path = self.folder.path();
        let key: [u8; 32] = std::fs::read(path.join("appliance.key")).unwrap().try_into().unwrap();
        let url = format!("sqlite:{}", path.join("facepay.db").display()).parse().unwrap();
        let store = store::Store::open(&url, store::seal::Key::new(key), &path.join("keys")).unwrap();
        work(&store, store::By { actor: "test", at: self.app.now() });
        drop(store);
        self.restarted(changes).await
    }

    /// The books add up and nothing in the chain was changed.
    pub(crate) async fn assert_sound(&self) {
        let sound = |store: &store::Store| Ok((store.ledger_verify()?, store.audit_verify()?));
        let (books, chain) = self.app.store(sound).await.unwrap();
        assert!(books.is_ok() && chain.is_ok(), "{books:?} {chain:?}");
    }

    /// Asks it to stop, as a signal would, and does not wait.
    pub(crate) fn begin_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Stops as a signal would.
    pub(crate) async fn stop(&mut self) {
        self.begin_stop();
        if let Some(served) = self.served.take() {
            served.await.unwrap();
            self.app.stop().await;
        }
    }

    /// Lets the clock run, as cameras need it: frames carry the real time.
    pub(crate) fn clock_runs(&self) {
        self.clock.store(0, Ordering::SeqCst);
    }

    /// Turns the clock forward.
    pub(crate) fn later(&self, span: Duration) {
        self.clock.fetch_add(i64::try_from(span.as_micros()).unwrap(), Ordering::SeqCst);
    }

    /// Turns the clock back.
    pub(crate) fn earlier(&self, span: Duration) {
        self.clock.fetch_sub(i64::try_from(span.as_micros()).unwrap(), Ordering::SeqCst);
    }

    /// Its data folder.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Sends without credentials.
    pub(crate) async fn send(&self, ask: Ask) -> Reply {
        ask.send(self.address).await
    }

    /// Sends as the admin.
    pub(crate) async fn admin(&self, ask: Ask) -> Reply {
        self.send(ask.token(&self.admin)).await
    }

    /// A key of this role.
    pub(crate) async fn key(&self, role: &str) -> String {
        let minted = self.admin(post("/keys", &json!({ "name": role, "role": role }))).await.ok(201);
        minted["key"].as_str().unwrap().to_owned()
    }

    /// A person.
    pub(crate) async fn person(&self, name: &str) -> String {
        let user = self.admin(post("/users", &json!({ "name": name }))).await.ok(201);
        user["id"].as_str().unwrap().to_owned()
    }

    /// A person with a live consent and money.
    pub(crate) async fn payer(&self, name: &str, minor: i64) -> String {
        let id = self.person(name).await;
        let consent = json!({ "version": "1", "text": "I agree to pay by face." });
        self.admin(post(format!("/users/{id}/consents"), &consent)).await.ok(201);
        if minor > 0 {
            let credit = json!({ "amount": eur(minor) });
            let ask = post(format!("/users/{id}/credits"), &credit).once(&format!("fund-{id}"));
            self.admin(ask).await.ok(201);
        }
        id
    }

    /// What the person's euro wallet holds: available, posted, reserved.
    pub(crate) async fn wallet(&self, user: &str) -> (i64, i64, i64) {
        let user = self.admin(crate::client::get(format!("/users/{user}"))).await.ok(200);
        let wallet = &user["wallets"][0];
        let minor = |name: &str| wallet[name]["amount"].as_i64().unwrap_or(0);
        (minor("available"), minor("posted"), minor("reserved"))
    }
}

/// Euro cents on the wire.
pub(crate) fn eur(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "EUR" })
}
