//! A handler that fails still answers, with its id.

use axum::body::{Body, to_bytes};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::app::start::machine_clock;
use crate::settings::{Layers, Settings};

/// An appliance with as little as possible, that waits 50 ms for an answer.
async fn app(folder: &TempDir) -> App {
    let path = folder.path().display();
    let env = [
        ("FACEPAY__DATA__FOLDER", format!("\"{path}\"")),
        ("FACEPAY__DATABASE__URL", format!("\"sqlite:{path}/facepay.db\"")),
        ("FACEPAY__RECOGNITION__ENABLED", "false".to_owned()),
        ("FACEPAY__PLUGINS__PAYMENT", "\"\"".to_owned()),
        ("FACEPAY__SERVER__REQUEST_TIMEOUT_MS", "50".to_owned()),
    ];
    let env = env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let settings = Settings::load(&Layers { env, ..Layers::default() }).ok().unwrap();
    App::open(settings, machine_clock()).await.ok().unwrap()
}

async fn check<H, T>(app: &App, handler: H, status: u16, problem: &str)
where
    H: Handler<T, App>,
    T: 'static,
{
    let guarded = Guarded { handler, rule: Rule::open("/test") };
    let request = Request::builder().header(REQUEST_ID, "r-1").body(Body::empty()).unwrap();
    let response = guarded.call(request, app.clone()).await;
    assert_eq!(response.status().as_u16(), status);
    assert_eq!(response.headers()[REQUEST_ID], "r-1");
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let body: Value = serde_json::from_slice(&to_bytes(response.into_body(), 1000).await.unwrap()).unwrap();
    assert_eq!(body["code"], json!(problem));
    let metrics = app.metrics().text().unwrap();
    let counted = format!("_count{{route=\"/test\",method=\"GET\",code=\"{status}\"}} 1");
    assert!(metrics.contains(&counted), "{metrics}");
}

#[tokio::test]
async fn a_panic_is_a_problem_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    async fn broken() -> &'static str {
        panic!("this panic is part of the test")
    }
    check(&app(&folder).await, broken, 500, "internal").await;
}

#[tokio::test]
async fn a_handler_that_does_not_end_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    check(&app(&folder).await, std::future::pending::<&'static str>, 504, "request_timeout").await;
}
