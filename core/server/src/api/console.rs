//! The console and the kiosk: pages that are built into the program, and the files that they load.

use std::collections::HashMap;
use std::io::Write;
use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

use super::extract::Path;
use super::problem::Problem;
use super::route::{Access, Route, Routes, get};

/// What `console/` builds; committed, so that nobody needs Node to build the appliance.
#[derive(RustEmbed)]
#[folder = "../../console/dist"]
struct Files;

/// The page that shows every screen; which one, it reads from its address.
const PAGE: &str = "index.html";
/// Nothing that stands in the page itself is run or styles it.
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
/// Names of assets have a digest in them: what was loaded once stays good.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
/// What assets are.
const ASSETS: &[&str] = &["text/javascript", "text/css", "font/woff2", "image/svg+xml", "image/png"];

/// A file as it is sent.
struct File {
    plain: Bytes,
    /// Where that is shorter.
    gzipped: Option<Bytes>,
    kind: HeaderValue,
    tag: HeaderValue,
}

static FILES: LazyLock<HashMap<String, File>> =
    LazyLock::new(|| Files::iter().filter_map(|name| Some((name.to_string(), File::of(&name)?))).collect());

impl File {
    fn of(name: &str) -> Option<Self> {
        let file = Files::get(name)?;
        let plain = Bytes::from(file.data.into_owned());
        Some(Self {
            gzipped: gzipped(&plain).filter(|gzipped| gzipped.len() < plain.len()),
            plain,
            kind: HeaderValue::from_str(file.metadata.mimetype()).ok()?,
            tag: HeaderValue::from_str(&format!("\"{}\"", hex::encode(file.metadata.sha256_hash()))).ok()?,
        })
    }
}

fn gzipped(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

pub(super) fn routes(routes: Routes) -> Routes {
    let kept = |route: Route| route.built_in().may_be_unchanged();
    let page = |path| kept(get(path, Access::Open, "The console, for people").streams(&["text/html"]));
    let file = |path, kinds| kept(get(path, Access::Open, "A file of the console").streams(kinds));
    let missing = &[(404, &["not_found"][..])];
    routes
        .add(page("/console"), screen)
        .add(page("/console/{*screen}"), screen)
        .add(page("/kiosk"), screen)
        .add(page("/me"), screen)
        .add(page("/index.html"), screen)
        .add(file("/assets/{*file}", ASSETS).refuses(missing), asset)
        .add(file("/icons/{*file}", &["image/png", "image/svg+xml"]).refuses(missing), icon)
        .add(file("/manifest.webmanifest", &["application/manifest+json"]), manifest)
        .add(file("/me.webmanifest", &["application/manifest+json"]), manifest_of_me)
        .add(file("/sw.js", &["text/javascript"]), worker)
}

/// The page, at whatever address.
pub(super) async fn screen(headers: HeaderMap) -> Result<Response, Problem> {
    sent(PAGE, &headers, ASK_AGAIN)
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    sent(&format!("assets/{name}"), &headers, FOR_EVER)
}

async fn icon(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    sent(&format!("icons/{name}"), &headers, ASK_AGAIN)
}

async fn manifest(headers: HeaderMap) -> Result<Response, Problem> {
    sent("manifest.webmanifest", &headers, ASK_AGAIN)
}

/// Of the payer's page, for who puts it on their home screen.
async fn manifest_of_me(headers: HeaderMap) -> Result<Response, Problem> {
    sent("me.webmanifest", &headers, ASK_AGAIN)
}

async fn worker(headers: HeaderMap) -> Result<Response, Problem> {
    sent("sw.js", &headers, ASK_AGAIN)
}

fn sent(name: &str, asked: &HeaderMap, kept: &'static str) -> Result<Response, Problem> {
    let file = FILES.get(name).ok_or_else(|| Problem::not_found("file"))?;
    let has = |name, text: &str| {
        asked.get_all(name).iter().any(|value| value.to_str().is_ok_and(|value| value.contains(text)))
    };
    let mut response = match file.tag.to_str().is_ok_and(|tag| has(header::IF_NONE_MATCH, tag)) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => match &file.gzipped {
            Some(gzipped) if has(header::ACCEPT_ENCODING, "gzip") => {
                ([(header::CONTENT_ENCODING, "gzip")], gzipped.clone()).into_response()
            }
            _ => file.plain.clone().into_response(),
        },
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, file.kind.clone());
    headers.insert(header::ETAG, file.tag.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_and_all_that_it_names_are_built_in() {
        let page = String::from_utf8(FILES[PAGE].plain.to_vec()).unwrap();
        let named = page.split('"').filter(|text| text.starts_with('/') && text.contains('.'));
        let mut count = 0;
        for name in named {
            assert!(FILES.contains_key(name.trim_start_matches('/')), "{name}");
            count += 1;
        }
        assert!(count >= 3, "{page}");
        assert!(!page.contains("http://") && !page.contains("https://"), "no other host is asked");
    }
}
