//! The interface's document: whole, valid, and true of every answer that any test gets.
#![allow(clippy::print_stdout, reason = "why a test was skipped is told")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use http::Method;
use serde_json::Value;

use crate::client::Reply;
use crate::schema::{faults, resolved};

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&server::api::openapi_json()).unwrap());

/// Paths whose last part has slashes.
const DEEP: [&str; 4] = ["/docs/{file}", "/assets/{file}", "/icons/{file}", "/console/{screen}"];

/// The operation that answers `path`, if the document has one.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().filter(|path| *path != "/v1/")?;
    let path = path.strip_prefix("/v1").filter(|rest| rest.starts_with('/')).unwrap_or(path);
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let fits = |template: &str| {
        let mut parts = template.split('/').zip(path.split('/'));
        let deep = DEEP.contains(&template) && path.split('/').count() >= template.split('/').count();
        let alike = |(named, part): (&str, &str)| named.starts_with('{') || named == part;
        (deep || template.split('/').count() == path.split('/').count()) && parts.all(alike)
    };
    // What is written out comes before what stands for anything.
    let found =
        paths.get(path).or_else(|| paths.iter().find(|(template, _)| fits(template)).map(|(_, item)| item));
    found?.get(method.as_str().to_lowercase())
}

/// Fails where the document does not tell of this answer.
pub(crate) fn tells_of(method: &Method, path: &str, reply: &Reply) {
    if let Some(untold) = untold(method, path, reply) {
        panic!("{untold}");
    }
}

/// What the document does not tell of this answer.
fn untold(method: &Method, path: &str, reply: &Reply) -> Option<String> {
    let operation = operation(method, path)?;
    let (status, code) = (reply.status.as_u16(), reply.json()["code"].clone());
    // What is our fault, and what no route sees, is in no document.
    if status == 500
        || ["connections_full", "path_not_found", "method_not_allowed"].iter().any(|no| code == *no)
    {
        return None;
    }
    let name = format!("{method} {path}: {status}");
    let Some(response) = operation["responses"].get(status.to_string()) else {
        return Some(format!("{name} is in no document: {}", reply.text()));
    };
    let response = response["$ref"].as_str().map_or(response, |reference| resolved(&DOCUMENT, reference));
    if reply.body.is_empty() {
        return None;
    }
    let kind = reply.header("content-type");
    let contents = response["content"].as_object();
    let content = contents.and_then(|all| all.get(kind).or_else(|| all.get(kind.split(';').next()?)));
    let Some(content) = content else { return Some(format!("{name} is no {kind} in the document")) };
    let is_json = kind.contains("json") && content["schema"].is_object() && !reply.json().is_null();
    let found = if is_json { faults(&DOCUMENT, &content["schema"], &reply.json(), "") } else { Vec::new() };
    (!found.is_empty()).then(|| format!("{name} {found:?}"))
}

/// Every reference in `value`.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let mut found = BTreeSet::new();
    references(&DOCUMENT, &mut found);
    for reference in &found {
        assert!(!resolved(&DOCUMENT, reference).is_null(), "{reference}");
    }
    for kind in ["schemas", "responses"] {
        for name in DOCUMENT["components"][kind].as_object().unwrap().keys() {
            assert!(found.contains(format!("#/components/{kind}/{name}").as_str()), "nobody uses {name}");
        }
    }
    assert!(found.len() > 100, "{}", found.len());
}

#[test]
fn every_list_has_a_page_of_its_own() {
    let (mut lists, paths) = (0, DOCUMENT["paths"].as_object().unwrap());
    for (path, item) in paths {
        let schema = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let Some(name) =
            schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/PageOf"))
        else {
            continue;
        };
        let items =
            &DOCUMENT["components"]["schemas"][format!("PageOf{name}")]["properties"]["items"]["items"];
        assert_eq!(items["$ref"], format!("#/components/schemas/{name}"), "{path}");
        lists += 1;
    }
    assert!(lists >= 18, "{lists}");
}

#[test]
fn every_operation_says_who_may_ask_and_how_it_refuses() {
    let mut operations = 0;
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            let has = |status: &str| operation["responses"].get(status).is_some();
            let open = operation["security"].as_array().unwrap().contains(&serde_json::json!({}));
            assert!(open || (has("401") && has("403")), "{name}");
            assert!(has("429"), "{name}");
            let taken = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let may_be_unfit = ["400", "413", "415", "422"].into_iter().all(has);
            assert!(!taken.is_string() || may_be_unfit, "{name}");
            operations += 1;
        }
    }
    assert_eq!(operations, server::api::table().len());
}

#[test]
fn a_validator_of_others_takes_the_document() {
    let python = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../counterparts/openapi/bin/python");
    if !python.exists() {
        return println!("SKIP(no validator of OpenAPI: cargo xtask counterparts)");
    }
    let folder = tempfile::tempdir().unwrap();
    let (fine, broken) = (folder.path().join("fine.json"), folder.path().join("broken.json"));
    std::fs::write(&fine, server::api::openapi_json()).unwrap();
    let mut document = DOCUMENT.clone();
    document["paths"]["/users"]["get"]["responses"]["200"].as_object_mut().unwrap().remove("description");
    std::fs::write(&broken, document.to_string()).unwrap();
    for (file, is_valid) in [(fine, true), (broken, false)] {
        let mut validator = Command::new(&python);
        validator.args(["-m", "openapi_spec_validator", "--schema", "3.1"]).arg(&file);
        let checked = validator.output().unwrap();
        let said = String::from_utf8_lossy(&checked.stdout).into_owned();
        assert_eq!(checked.status.success(), is_valid, "{said}");
    }
}
