//! Listening, limits, documents, health, the end.

use http::Method;
use serde_json::json;
use server::serve::{self, ServeError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Ask, get, post};
use crate::harness::Appliance;

#[tokio::test]
async fn a_taken_port_is_named() {
    let appliance = Appliance::start().await;
    let error = serve::bind(appliance.address).await.err().unwrap();
    assert!(matches!(error, ServeError::PortTaken { address } if address == appliance.address));
    assert!(error.to_string().contains("server.listen"), "{error}");
}

#[tokio::test]
async fn the_front_page_is_a_page_for_people_and_json_for_programs() {
    let appliance = Appliance::start().await;
    let page = appliance.send(get("/").header("accept", "text/html,*/*")).await;
    let text = page.text();
    assert!(text.contains("FacePay") && !text.contains("{{"), "{text}");
    let outside = text.split('"').any(|part| part.starts_with("http") || part.starts_with("//"));
    assert!(!outside, "the page asks no other host");
    for (path, kind, kept) in [
        ("/console/people", "text/html", "no-cache"),
        ("/kiosk", "text/html", "no-cache"),
        ("/sw.js", "text/javascript", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/me.webmanifest", "application/manifest+json", "no-cache"),
    ] {
        let reply = appliance.send(get(path).header("accept-encoding", "gzip")).await;
        assert!(reply.header("content-type").starts_with(kind), "{path}: {}", reply.header("content-type"));
        assert_eq!(reply.header("cache-control"), kept, "{path}");
        let again = appliance.send(get(path).header("if-none-match", reply.header("etag"))).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
    }
    let script = text.split('"').find(|part| part.starts_with("/assets/") && part.ends_with(".js")).unwrap();
    let plain = appliance.send(get(script)).await;
    let packed = appliance.send(get(script).header("accept-encoding", "br, gzip")).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(2 * packed.body.len() < plain.body.len());
    assert!(packed.header("cache-control").contains("immutable"));
    appliance.send(get("/assets/nothing.js")).await.refused(404, "not_found");
    let status = appliance.send(get("/")).await.ok(200);
    assert_eq!((&status["status"], &status["features"]["database"]), (&json!("ready"), &json!("sqlite")));
}

#[tokio::test]
async fn readiness_says_what_really_runs() {
    let appliance = Appliance::start().await;
    assert_eq!(appliance.send(get("/livez")).await.status, 200);
    assert_eq!(appliance.send(get("/readyz")).await.ok(200), json!({ "ready": true }));
    let verbose = appliance.send(get("/v1/readyz?verbose")).await.ok(200);
    let names: Vec<_> = verbose["checks"].as_array().unwrap().iter().map(|check| &check["name"]).collect();
    assert!(names.contains(&&json!("database")) && names.contains(&&json!("payments")), "{names:?}");
}

#[tokio::test]
async fn an_appliance_without_a_payment_plugin_is_not_ready() {
    let appliance = Appliance::start_with(&[("plugins.payment", "\"\"")]).await;
    assert_eq!(appliance.send(get("/readyz")).await.ok(503), json!({ "ready": false }));
    let user = appliance.payer("Ada", 1000).await;
    let new = json!({ "user_id": user, "amount": crate::harness::eur(5) });
    let opened = appliance.admin(post("/transactions", &new).once("a")).await.ok(201);
    let confirm = format!("/transactions/{}/confirm", opened["id"].as_str().unwrap());
    appliance.admin(post(confirm, &json!({})).once("b")).await.refused(503, "payments_off");
}

/// Where the kernel has no landlock, `sandbox` says so.
#[tokio::test]
async fn a_payment_plugin_is_shut_in_unless_the_settings_name_it() {
    for (in_process, shut_in) in [("[]", true), ("[\"payment-wallet\"]", false)] {
        let appliance = Appliance::start_with(&[("plugins.in_process", in_process)]).await;
        let plugins = appliance.admin(get("/plugins")).await.ok(200);
        let wallet = &plugins["items"][0];
        assert_eq!(wallet["id"], "org.facepay.payment-wallet");
        let whole = wallet["sandbox"].as_str().is_some_and(|text| text.ends_with(", seccomp, limits"));
        assert_eq!(whole, shut_in, "{wallet}");
    }
}

#[tokio::test]
async fn the_interface_is_documented_without_another_host() {
    let appliance = Appliance::start().await;
    let openapi = appliance.send(get("/openapi.json")).await.ok(200);
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"), "{}", openapi["openapi"]);
    for route in server::api::table() {
        let operation =
            &openapi["paths"][route.path.replace("{*", "{")][route.method.as_str().to_lowercase()];
        assert!(operation.is_object(), "{} {}", route.method, route.path);
    }
    let sockets = appliance.send(get("/asyncapi.yaml")).await;
    assert_eq!((sockets.status.as_u16(), sockets.header("content-type")), (200, "application/yaml"));
    for message in [
        "sighting",
        "camera.state",
        "plugin.state",
        "resync",
        "video_frame",
        "toggle_face_detection",
        "match_face",
        "clear_face_cache",
        "face_detection",
        "face_match",
        "error",
    ] {
        assert!(sockets.text().contains(&format!("const: {message} }}")), "{message}");
    }
    for start in ["/docs", "/docs/"] {
        assert_eq!(appliance.send(get(start)).await.header("location"), "/docs/index.html", "{start}");
    }
    let docs = appliance.send(get("/docs/index.html")).await;
    assert_eq!(docs.status, 200);
    assert!(!docs.text().contains("https://"), "{}", docs.text());
    assert_eq!(appliance.send(get("/docs/swagger-ui-bundle.js")).await.status, 200);
    let start = appliance.send(get("/docs/swagger-initializer.js")).await.text();
    assert!(start.contains("\"validatorUrl\": \"none\""), "{start}");
    assert!(!start.contains("https://"), "{start}");
    appliance.send(get("/docs/nothing.js")).await.refused(404, "not_found");
}

#[test]
fn the_committed_interface_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let now = server::api::openapi_json();
    if std::env::var_os("FACEPAY_WRITE_DOCS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == now, "docs/openapi.json is out of date: run this test with FACEPAY_WRITE_DOCS=1");
}

#[tokio::test]
async fn clients_above_the_limit_are_told_to_come_back() {
    let appliance = Appliance::start_with(&[("server.connections_max", "1")]).await;
    let _held = TcpStream::connect(appliance.address).await.unwrap();
    let reply = loop {
        // The held connection is counted as soon as it is accepted, which may be just after connecting.
        let mut socket = TcpStream::connect(appliance.address).await.unwrap();
        socket.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut text = String::new();
        if socket.read_to_string(&mut text).await.is_ok() && !text.is_empty() {
            break text;
        }
    };
    assert!(reply.starts_with("HTTP/1.1 503") && reply.contains("connections_full"), "{reply}");
}

#[tokio::test]
async fn a_client_that_never_finishes_its_request_is_dropped() {
    let appliance = Appliance::start_with(&[("server.header_read_timeout_ms", "100")]).await;
    let mut socket = TcpStream::connect(appliance.address).await.unwrap();
    socket.write_all(b"GET /livez HTTP/1.1\r\nhost: ").await.unwrap();
    let mut text = String::new();
    let ended =
        tokio::time::timeout(std::time::Duration::from_secs(5), socket.read_to_string(&mut text)).await;
    assert!(ended.is_ok(), "the connection must end");
}

#[tokio::test]
async fn a_read_only_data_folder_stops_the_start() {
    use server::app::{App, StartError};
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("file");
    std::fs::write(&taken, "in the way").unwrap();
    let changes = [("data.folder", format!("\"{}/below\"", taken.display()))];
    let settings = crate::harness::settings(&folder, &[(changes[0].0, &changes[0].1)]);
    let error = App::start(settings).await.err().unwrap();
    assert!(matches!(error, StartError::Permission(_)), "{error}");
    assert!(error.to_string().contains("data.folder"), "{error}");
}

#[tokio::test]
async fn another_appliance_key_does_not_open_the_database() {
    use server::app::{App, StartError};
    let folder = tempfile::tempdir().unwrap();
    let settings = crate::harness::settings(&folder, &[]);
    App::start(settings.clone()).await.unwrap().stop().await;
    std::fs::write(folder.path().join("appliance.key"), [9; 32]).unwrap();
    assert!(matches!(App::start(settings.clone()).await.err(), Some(StartError::Integrity(_))));
    std::fs::write(folder.path().join("appliance.key"), "short").unwrap();
    assert!(matches!(App::start(settings).await.err(), Some(StartError::Integrity(_))));
}

#[tokio::test]
async fn the_version_prefix_answers_with_and_without_its_slash() {
    let appliance = Appliance::start().await;
    assert_eq!(appliance.send(get("/v1")).await.ok(200)["name"], "facepay");
    let moved = appliance.send(get("/v1/")).await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (308, "/v1"));
}

#[tokio::test]
async fn refusals_without_a_route_have_an_id_and_are_counted() {
    let appliance = Appliance::start().await;
    let odd = Method::from_bytes(b"BREW").unwrap();
    for (method, path, status) in
        [(Method::GET, "/nowhere", 404), (Method::GET, "/v1/nowhere", 404), (odd, "/users", 405)]
    {
        let reply = appliance.send(Ask { method, ..get(path).header("x-request-id", "r-1") }).await;
        assert_eq!((reply.status.as_u16(), reply.header("x-request-id")), (status, "r-1"), "{path}");
    }
    let metrics = appliance.send(get("/metrics")).await.text();
    let counted =
        |labels: &str| metrics.contains(&format!("duration_seconds_count{{route=\"none\",{labels}}}"));
    assert!(counted("method=\"GET\",code=\"404\"") && counted("method=\"other\",code=\"405\""), "{metrics}");
}

#[tokio::test]
async fn a_leaving_appliance_says_so_while_it_still_serves() {
    // Longer than any test: it is cut off in the middle of this phase.
    let mut appliance = Appliance::start_with(&[("server.unready_ms", "3600000")]).await;
    let user = appliance.person("Ada").await;
    appliance.begin_stop();
    while appliance.send(get("/readyz")).await.status == 200 {}
    assert_eq!(appliance.send(get("/readyz")).await.ok(503), json!({ "ready": false }));
    assert_eq!(appliance.send(get("/health")).await.ok(200)["status"], "draining");
    appliance.admin(get(format!("/users/{user}"))).await.ok(200);
}

#[tokio::test]
async fn whole_work_ends_before_the_stop_does() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let mut appliance = Appliance::start().await;
    let ended = Arc::new(AtomicBool::new(false));
    let (answer, answered) = tokio::sync::oneshot::channel::<()>();
    let set = ended.clone();
    appliance.app.spawn_whole(async move {
        answered.await.unwrap();
        set.store(true, Ordering::SeqCst);
    });
    let app = appliance.app.clone();
    // The stop is under way when the answer comes.
    tokio::join!(biased; app.stop(), async { answer.send(()).unwrap() });
    assert!(ended.load(Ordering::SeqCst));
    appliance.stop().await;
}

#[tokio::test]
async fn work_that_never_ends_holds_a_stop_up_for_the_drain_time_only() {
    let appliance = Appliance::start_with(&[("server.drain_timeout_ms", "50")]).await;
    appliance.app.spawn_whole(std::future::pending());
    let stopped = tokio::time::timeout(std::time::Duration::from_secs(10), appliance.app.stop()).await;
    assert!(stopped.is_ok(), "the stop must end");
}

#[test]
fn the_committed_roles_are_those_of_the_program() {
    use domain::role::{Permission, Role};
    let mut now = format!("{:<16}", "permission");
    for role in Role::ALL {
        now += &format!(" {:<10}", role.as_str());
    }
    for permission in Permission::ALL {
        now = now.trim_end().to_owned() + &format!("\n{:<16}", permission.as_str());
        for role in Role::ALL {
            now += &format!(" {:<10}", if role.may(*permission) { "yes" } else { "-" });
        }
    }
    now = now.trim_end().to_owned() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/roles.txt");
    if std::env::var_os("FACEPAY_WRITE_DOCS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == now, "docs/roles.txt is out of date: run this test with FACEPAY_WRITE_DOCS=1");
}
