//! Refusals as the document has them: most routes share one for each status.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::ToSchema;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{
    AllOfBuilder, Content, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Schema, Type,
};

use crate::api::problem::ProblemDocument;
use crate::api::refusals;
use crate::api::route::Route;
use crate::api::wire::names::one_of;

/// What each status means everywhere.
const MEANINGS: [(u16, &str); 13] = [
    (400, "The request cannot be read, or a required header is missing."),
    (401, "No valid key or session."),
    (403, "The role may not do this."),
    (404, "There is no such thing."),
    (409, "The state does not allow this now."),
    (413, "The body is too large."),
    (415, "The body's media type is not taken."),
    (422, "The content breaks a rule; `code` and `reasons` say which."),
    (426, "This is for WebSocket clients."),
    (429, "Too many attempts; wait."),
    (503, "A part that is needed is not available now."),
    (504, "It took longer than `server.request_timeout_ms`; ask for the state before trying again."),
    (507, "The disk is full or the database read-only; nothing happened."),
];

type Codes = BTreeSet<&'static str>;

/// Of each status, the codes that most routes have.
pub(super) struct Shared(BTreeMap<u16, Codes>);

impl Shared {
    pub(super) fn of(table: &[Route]) -> Self {
        let mut counts = BTreeMap::<(u16, Codes), usize>::new();
        for refusal in table.iter().flat_map(refusals::of) {
            *counts.entry(refusal).or_default() += 1;
        }
        let mut counted: Vec<_> = counts.into_iter().collect();
        // The last of a status stays, which is the most frequent.
        counted.sort_by_key(|(_, count)| *count);
        Self(counted.into_iter().map(|(refusal, _)| refusal).collect())
    }

    /// Those that routes refer to, by name.
    pub(super) fn responses(&self) -> impl Iterator<Item = (String, Response)> {
        self.0.iter().map(|(status, codes)| (name(*status), refusal(*status, codes)))
    }

    /// That of a status with these codes.
    pub(super) fn response(&self, status: u16, codes: &Codes) -> RefOr<Response> {
        match self.0.get(&status) == Some(codes) {
            true => RefOr::Ref(Ref::from_response_name(name(status))),
            false => RefOr::T(refusal(status, codes)),
        }
    }
}

fn name(status: u16) -> String {
    format!("Refusal{status}")
}

fn refusal(status: u16, codes: &Codes) -> Response {
    let told = ObjectBuilder::new().schema_type(SchemaType::new(Type::Object));
    let told = told.property("code", one_of(codes.iter().copied()));
    let problem = AllOfBuilder::new().item(Ref::from_schema_name(ProblemDocument::name())).item(told);
    let meaning = MEANINGS.iter().find(|(known, _)| *known == status).map_or("Refused.", |(_, text)| text);
    let content = Content::new(Some(RefOr::T(Schema::AllOf(problem.build()))));
    ResponseBuilder::new().description(meaning).content("application/problem+json", content).build()
}
