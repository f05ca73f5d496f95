//! The OpenAPI 3.1 document, written from the route table.

use std::collections::BTreeMap;

use http::Method;
use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, Content, HttpMethod, InfoBuilder, ObjectBuilder, OneOfBuilder, OpenApi,
    OpenApiBuilder, PathItem, PathsBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema, Type,
};

use super::problem::ProblemDocument;
use super::route::{Access, Payload, Route};
use crate::auth::cookie;

const DESCRIPTION: &str = "Face recognition payments on your own appliance. Every path also exists under \
    `/v1`. Send an API key or an operator's session as `Authorization: Bearer …`; a browser signs in with \
    `cookie: true` and sends `x-csrf-token` with everything but GET. Errors are RFC 9457 \
    problem documents with a stable `code`. Amounts are whole minor units. Requests that create or move \
    money take `Idempotency-Key`.";

/// The statuses that refuse, and what each means everywhere.
const REFUSALS: [(&str, &str); 11] = [
    ("400", "The request cannot be read, or a required header is missing."),
    ("401", "No valid key or session."),
    ("403", "The role may not do this."),
    ("404", "There is no such thing."),
    ("405", "The path does not take this method."),
    ("409", "The state does not allow this now."),
    ("413", "The body is too large."),
    ("415", "The body's media type is not taken."),
    ("422", "The content breaks a rule; `code` and `reasons` say which."),
    ("429", "Too many attempts; wait."),
    ("503", "A part that is needed is not available now."),
];

/// The document for `table`.
pub(crate) fn document(table: &[Route]) -> OpenApi {
    let mut items: BTreeMap<&str, PathItem> = BTreeMap::new();
    let mut components = ComponentsBuilder::new()
        .schema(ProblemDocument::name(), <ProblemDocument<'_> as utoipa::PartialSchema>::schema())
        .security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
        .security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookie::NAME))));
    for (status, meaning) in REFUSALS {
        components = components.response(format!("Refusal{status}"), refusal(meaning));
    }
    for route in table {
        for payload in route.takes.iter().chain(&route.gives).chain(&route.may_wait) {
            for (name, schema) in &payload.schemas {
                components = components.schema(name.clone(), schema.clone());
            }
        }
        let item = PathItem::new(http_method(&route.method), operation(route));
        match items.get_mut(route.path) {
            Some(known) => known.merge_operations(item),
            None => {
                items.insert(route.path, item);
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

fn http_method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(route: &Route) -> OperationBuilder {
    let tag = route.path.trim_start_matches('/').split('/').next().filter(|t| !t.is_empty());
    let mut operation = OperationBuilder::new()
        .summary(Some(route.summary))
        .operation_id(Some(operation_id(route)))
        .tag(tag.unwrap_or("status"));
    for name in path_parameters(route.path) {
        operation = operation.parameter(parameter(name, ParameterIn::Path, Required::True, None));
    }
    for (name, meaning) in route.query {
        operation = operation.parameter(parameter(name, ParameterIn::Query, Required::False, Some(meaning)));
    }
    if route.idempotent {
        let meaning = "Same key and same body: the first answer again. 1 to 255 visible characters.";
        operation = operation.parameter(parameter(
            "Idempotency-Key",
            ParameterIn::Header,
            Required::True,
            Some(meaning),
        ));
    }
    if let Some(payload) = &route.takes {
        let content = Content::new(Some(Ref::from_schema_name(&payload.name)));
        let body =
            RequestBodyBuilder::new().required(Some(Required::True)).content("application/json", content);
        operation = operation.request_body(Some(body.build()));
    }
    if let Some(content_type) = route.takes_text {
        let body =
            RequestBodyBuilder::new().required(Some(Required::True)).content(content_type, text_content());
        operation = operation.request_body(Some(body.build()));
    }
    operation = operation.response(route.status.to_string(), success(route));
    match &route.may_wait {
        Some(waiting) => operation = operation.response("202", accepted(route, waiting)),
        None if route.may_stay_open => operation = operation.response("202", success(route)),
        None => {}
    }
    for (status, _) in REFUSALS {
        operation = operation.response(status, Ref::from_response_name(format!("Refusal{status}")));
    }
    match route.access {
        Access::Open => operation.securities(Some([SecurityRequirement::default()])),
        Access::LoopbackOr(_) | Access::Needs(_) | Access::NeedsOneOf(_) | Access::Staff => {
            let by = |scheme| SecurityRequirement::new(scheme, Vec::<String>::new());
            operation.securities(Some([by("bearer"), by("cookie")]))
        }
    }
}

fn parameter(name: &str, place: ParameterIn, required: Required, meaning: Option<&str>) -> ParameterBuilder {
    let text = ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::new(Type::String));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(meaning)
        .schema(Some(text.build()))
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// `post_users_id_faces` from `POST /users/{id}/faces`.
fn operation_id(route: &Route) -> String {
    let parts = route.path.split(['/', '{', '}', '-', '.', '*']).filter(|word| !word.is_empty());
    let words: Vec<&str> = parts.chain(route.path.ends_with('/').then_some("index")).collect();
    format!("{}_{}", route.method.as_str().to_ascii_lowercase(), words.join("_"))
}

fn success(route: &Route) -> Response {
    let response = ResponseBuilder::new().description(route.summary);
    match (&route.gives, route.streams) {
        (Some(payload), _) => {
            let content = Content::new(Some(Ref::from_schema_name(&payload.name)));
            response.content("application/json", content).build()
        }
        (None, Some(content_type)) => response.content(content_type, text_content()).build(),
        (None, None) => response.build(),
    }
}

/// What is answered while the outcome is not known or a second person must say yes.
fn accepted(route: &Route, waiting: &Payload) -> Response {
    let open = route.gives.iter().filter(|_| route.may_stay_open);
    let names = open.chain([waiting]).map(|payload| Ref::from_schema_name(&payload.name));
    let either = names.fold(OneOfBuilder::new(), OneOfBuilder::item);
    let content = Content::new(Some(RefOr::T(Schema::OneOf(either.build()))));
    ResponseBuilder::new().description(route.summary).content("application/json", content).build()
}

fn text_content() -> Content {
    let text = ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::new(Type::String));
    Content::new(Some(text.build()))
}

fn refusal(meaning: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name(ProblemDocument::name())));
    ResponseBuilder::new().description(meaning).content("application/problem+json", content).build()
}
