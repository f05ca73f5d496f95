//! The OpenAPI 3.1 document, written from the route table.

use std::collections::BTreeMap;

use http::Method;
use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::{
    ComponentsBuilder, Content, HeaderBuilder, HttpMethod, InfoBuilder, OneOfBuilder, OpenApi,
    OpenApiBuilder, PathItem, PathsBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
};

use super::parameter::{self, Form};
use super::problem::ProblemDocument;
use super::refusals;
use super::route::{Body, Payload, Route};
use super::wire::face::RefusedPicture;
use super::wire::quality::QualityFault;

mod body;
mod refusal;
mod security;

const DESCRIPTION: &str = "Face recognition payments on your own appliance. Every path also exists under \
    `/v1`. Send an API key or an operator's session as `Authorization: Bearer …`; a browser signs in with \
    `cookie: true` and sends `x-csrf-token` with everything but GET. Errors are RFC 9457 \
    problem documents with a stable `code`. Amounts are whole minor units. Requests that create or move \
    money take `Idempotency-Key`.";

/// The document for `table`.
pub(crate) fn document(table: &[Route]) -> OpenApi {
    let mut items: BTreeMap<String, PathItem> = BTreeMap::new();
    let mut components = security::schemes(ComponentsBuilder::new())
        .schema(ProblemDocument::name(), <ProblemDocument<'_> as utoipa::PartialSchema>::schema())
        .schema(QualityFault::name(), <QualityFault as utoipa::PartialSchema>::schema())
        .schema(RefusedPicture::name(), <RefusedPicture as utoipa::PartialSchema>::schema());
    let shared = refusal::Shared::of(table);
    for (name, response) in shared.responses() {
        components = components.response(name, response);
    }
    for route in table {
        for payload in payloads(route) {
            for (name, schema) in &payload.schemas {
                components = components.schema(name.clone(), schema.clone());
            }
        }
        let item = PathItem::new(http_method(&route.method), operation(route, &shared));
        let path = route.path.replace("{*", "{");
        match items.get_mut(&path) {
            Some(known) => known.merge_operations(item),
            None => {
                items.insert(path, item);
            }
        }
    }
    let paths = items.into_iter().fold(PathsBuilder::new(), |paths, (path, item)| paths.path(path, item));
    let info = InfoBuilder::new()
        .title("FacePay")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .build();
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components.build())).build()
}

/// Everything that the route's requests and answers are made of.
pub(crate) fn payloads(route: &Route) -> impl Iterator<Item = &Payload> {
    let taken = match &route.takes {
        Body::Json(payload) | Body::Pictures(payload) => Some(payload),
        Body::None | Body::Other(_) | Body::Any => None,
    };
    taken.into_iter().chain(&route.gives).chain(&route.may_wait)
}

fn http_method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(route: &Route, shared: &refusal::Shared) -> OperationBuilder {
    let tag = route.path.trim_start_matches('/').split('/').next().filter(|t| !t.is_empty());
    let mut operation = OperationBuilder::new()
        .summary(Some(route.summary))
        .operation_id(Some(operation_id(route)))
        .tag(tag.unwrap_or("status"));
    for (name, form) in parameter::in_path(route.path) {
        operation = operation.parameter(described(name, ParameterIn::Path, form).required(Required::True));
    }
    for asked in &route.query {
        let required = if asked.is_required { Required::True } else { Required::False };
        let parameter = described(asked.name, ParameterIn::Query, asked.form);
        operation = operation.parameter(parameter.required(required).description(Some(asked.meaning)));
    }
    if route.idempotent {
        operation = operation.parameter(idempotency_key());
    }
    if let Some(body) = body::of(route) {
        operation = operation.request_body(Some(body));
    }
    operation = operation.response(route.status.to_string(), success(route));
    if route.may_be_unchanged {
        operation =
            operation.response("304", ResponseBuilder::new().description("What you have is what there is."));
    }
    match &route.may_wait {
        Some(waiting) => operation = operation.response("202", accepted(route, waiting)),
        None if route.may_stay_open => operation = operation.response("202", success(route)),
        None => {}
    }
    for (status, codes) in refusals::of(route) {
        operation = operation.response(status.to_string(), shared.response(status, &codes));
    }
    if route.may_be_unready {
        operation = operation.response("503", success(route));
    }
    operation.securities(Some(security::of(route)))
}

fn described(name: &str, place: ParameterIn, form: Form) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).schema(Some(form.schema()))
}

fn idempotency_key() -> ParameterBuilder {
    let key = body::text().pattern(Some("^[!-~]+$")).min_length(Some(1)).max_length(Some(255));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("Same key and same body: the first answer again. 1 to 255 visible characters."))
        .schema(Some(key))
}

/// `post_users_id_faces` from `POST /users/{id}/faces`.
fn operation_id(route: &Route) -> String {
    let parts = route.path.split(['/', '{', '}', '-', '.', '*']).filter(|word| !word.is_empty());
    let words: Vec<&str> = parts.chain(route.path.ends_with('/').then_some("index")).collect();
    format!("{}_{}", route.method.as_str().to_ascii_lowercase(), words.join("_"))
}

fn success(route: &Route) -> Response {
    let mut response = ResponseBuilder::new().description(route.summary);
    if let Some(payload) = &route.gives {
        let content = Content::new(Some(Ref::from_schema_name(&payload.name)));
        response = response.content("application/json", content);
    }
    for content_type in route.streams {
        response = response.content(*content_type, body::content(content_type));
    }
    for (name, form, meaning) in route.headers {
        let header = HeaderBuilder::new().schema(Some(form.schema())).description(Some(*meaning));
        response = response.header(*name, header.build());
    }
    response.build()
}

/// What is answered while the outcome is not known or a second person must say yes.
fn accepted(route: &Route, waiting: &Payload) -> Response {
    let open = route.gives.iter().filter(|_| route.may_stay_open);
    let names = open.chain([waiting]).map(|payload| Ref::from_schema_name(&payload.name));
    let either = names.fold(OneOfBuilder::new(), OneOfBuilder::item);
    let content = Content::new(Some(RefOr::T(Schema::OneOf(either.build()))));
    ResponseBuilder::new().description(route.summary).content("application/json", content).build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_payloads_have_one_name() {
        let table = crate::api::table();
        let mut known = BTreeMap::<&str, &RefOr<Schema>>::new();
        for (name, schema) in table.iter().flat_map(payloads).flat_map(|payload| &payload.schemas) {
            let first = *known.entry(name).or_insert(schema);
            assert!(first == schema, "{name} is two things: one of them needs `#[schema(as = …)]`");
        }
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let table = crate::api::table();
        let ids: BTreeSet<String> = table.iter().map(operation_id).collect();
        assert_eq!(ids.len(), table.len());
    }
}
