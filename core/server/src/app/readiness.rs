//! What runs and whether payments can be taken: said as it is.

use pipeline::camera::CameraState;
use store::Store;

use super::App;
use crate::api::chain;
use crate::api::wire::system as wire;

/// Status and features, for `/` and `/health`.
pub(crate) async fn status(app: &App) -> wire::Status {
    let ready = readiness(app, false).await.ready;
    let status = match (app.is_leaving(), ready) {
        (true, _) => "draining",
        (false, true) => "ready",
        (false, false) => "not_ready",
    };
    let database = &app.settings().database.url;
    wire::Status {
        name: "facepay",
        version: env!("CARGO_PKG_VERSION"),
        status,
        features: wire::Features {
            recognition: app.has_vision(),
            payments: app.providers().find(None).is_some(),
            database: if database.starts_with("sqlite:") { "sqlite" } else { "postgresql" },
            cache: if app.settings().redis.url.is_empty() { "in-process" } else { "redis" },
            setup_open: app.setup().is_open(),
            unsigned_plugins: app.settings().plugins.allow_unsigned,
            oidc: !app.settings().oidc.issuer.is_empty(),
        },
    }
}

/// Whether payments can be taken now, and with `verbose` why.
pub(crate) async fn readiness(app: &App, verbose: bool) -> wire::Readiness {
    let database = app.store(Store::ping).await;
    if let Err(error) = &database {
        // Anybody may ask for readiness, so the host and file in this text stay here.
        tracing::error!(error = chain(error), "the database does not answer");
    }
    let cameras = app.vision().map(|vision| vision.cameras().list()).unwrap_or_default();
    let live = cameras.iter().filter(|camera| camera.state == CameraState::Live).count();
    let mut checks = vec![
        check("serving", !app.is_leaving(), "draining", "takes requests"),
        check("database", database.is_ok(), "does not answer", "answers"),
        check("audit", app.metrics().audit_chain_ok.get() == 1, "the chain is broken", "the chain is whole"),
        check("books", app.metrics().ledger_ok.get() == 1, "the books do not add up", "the books add up"),
        check(
            "payments",
            app.providers().find(None).is_some(),
            "no payment plugin is loaded",
            "plugin loaded",
        ),
    ];
    let out_of_use = super::plugin::out_of_use(app);
    let detail = if out_of_use.is_empty() { "all in use".to_owned() } else { out_of_use.join(", ") };
    checks.push(wire::Check { name: "plugins", ok: out_of_use.is_empty(), detail });
    if let Ok(vision) = app.vision() {
        let found = vision.offers_the_active();
        checks.push(check("recogniser", found, "the settings do not offer the one in force", "in force"));
    }
    let ready = checks.iter().all(|check| check.ok);
    if !verbose {
        return wire::Readiness { ready, checks: Vec::new(), compute: None, decoders: Vec::new() };
    }
    // Told, but not asked for: a shop opens with a camera down, and pays at the others.
    let detail = format!("{live} of {} are live", cameras.len());
    checks.push(wire::Check { name: "cameras", ok: live == cameras.len(), detail });
    if let Ok(vision) = app.vision() {
        let detail = format!("searched by {}", vision.gallery().kernel());
        checks.push(wire::Check { name: "gallery", ok: true, detail });
    }
    if app.centre().is_some() {
        let near = app.reach() == domain::reach::Reach::Near;
        checks.push(check(
            "centre",
            near,
            "not heard of; payers may spend less, in the end nothing",
            "heard of",
        ));
    }
    let decoder = |camera: &pipeline::camera::CameraStatus| format!("{}: {}", camera.id, camera.decoder);
    let compute = app.vision().ok().map(super::vision::Vision::compute);
    wire::Readiness { ready, checks, compute, decoders: cameras.iter().map(decoder).collect() }
}

fn check(name: &'static str, ok: bool, bad: &str, good: &str) -> wire::Check {
    wire::Check { name, ok, detail: if ok { good } else { bad }.to_owned() }
}

/// Brings the metrics of plugins, cameras and thresholds up to this moment.
pub(crate) fn observe(app: &App) {
    super::plugin::observe(app);
    super::threshold::observe(app, app.metrics());
    super::sync::observe(app);
    if let Ok(vision) = app.vision() {
        app.metrics().observe_cameras(&vision.cameras().list());
    }
}
