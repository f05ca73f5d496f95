//! One table of routes: the router, the access rules and the OpenAPI document all come from it.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use domain::role::Permission;
use http::Method;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::guard::Guarded;
use super::parameter::{Form, Parameter};
use super::refusals::Refusal;
use crate::app::App;
use crate::auth::Rule;
use crate::auth::place::Place;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: health, set-up, sign-in, the front page.
    Open,
    /// Anybody on this machine, else a holder of the permission.
    LoopbackOr(Permission),
    /// A key or session whose role has the permission.
    Needs(Permission),
    /// A key or session whose role has at least one of them.
    NeedsOneOf([Permission; 2]),
    /// A member of staff who signed in, for their own account.
    Staff,
    /// An API key, for itself.
    Key,
    /// A payer's own device, to see what is that person's.
    Payer,
    /// A payer's own device, to change or end what is kept of that person.
    PayerChanges,
}

impl Access {
    /// Whether people are changed here, which an appliance that follows another leaves to that one.
    pub(crate) fn changes_people(self) -> bool {
        use Permission::{EnrolmentsReview, PeopleErase, PeopleWrite};
        matches!(self, Self::Needs(PeopleWrite | PeopleErase | EnrolmentsReview) | Self::PayerChanges)
    }
}

/// Where a payload's schema comes from.
pub(crate) type NamedSchemas = Vec<(String, RefOr<Schema>)>;

/// A described payload.
#[derive(Clone)]
pub(crate) struct Payload {
    pub(crate) name: String,
    pub(crate) schemas: NamedSchemas,
}

impl Payload {
    fn of<T: ToSchema>() -> Self {
        let name = T::name().into_owned();
        let mut schemas = vec![(name.clone(), T::schema())];
        T::schemas(&mut schemas);
        Self { name, schemas }
    }
}

/// What a request brings.
#[derive(Clone)]
pub(crate) enum Body {
    None,
    Json(Payload),
    /// Pictures: JSON with base64, a form, or one file as it is.
    Pictures(Payload),
    /// Text of this media type.
    Other(&'static str),
    /// JSON of whatever form.
    Any,
}

/// A header of an answer: its name, what it is like, what it means.
pub(crate) type AnswerHeader = (&'static str, Form, &'static str);

/// One method of one path.
#[derive(Clone)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub(crate) place: Place,
    pub(crate) summary: &'static str,
    pub(crate) takes: Body,
    pub(crate) gives: Option<Payload>,
    /// Content types of answers that are not JSON.
    pub(crate) streams: &'static [&'static str],
    /// Headers of the answer that tell something of it.
    pub(crate) headers: &'static [AnswerHeader],
    pub(crate) status: u16,
    pub(crate) query: Vec<Parameter>,
    pub(crate) idempotent: bool,
    /// Also answers 202 with the same payload.
    pub(crate) may_stay_open: bool,
    /// Also answers 202 with this payload, when a second person must say yes.
    pub(crate) may_wait: Option<Payload>,
    /// Also answers 503 with the same payload.
    pub(crate) may_be_unready: bool,
    /// Answers out of the program itself: no database, no work.
    pub(crate) is_kept: bool,
    /// Also answers 304 to who has it.
    pub(crate) may_be_unchanged: bool,
    /// What it refuses with beside what its kind does.
    pub(crate) refusals: Vec<Refusal>,
}

fn route(method: Method, path: &'static str, access: Access, summary: &'static str) -> Route {
    Route {
        method,
        path,
        access,
        place: Place::None,
        summary,
        takes: Body::None,
        gives: None,
        streams: &[],
        headers: &[],
        status: 200,
        query: Vec::new(),
        idempotent: false,
        may_stay_open: false,
        may_wait: None,
        may_be_unready: false,
        is_kept: false,
        may_be_unchanged: false,
        refusals: Vec::new(),
    }
}

pub(crate) fn get(path: &'static str, access: Access, summary: &'static str) -> Route {
    route(Method::GET, path, access, summary)
}

pub(crate) fn post(path: &'static str, access: Access, summary: &'static str) -> Route {
    route(Method::POST, path, access, summary)
}

pub(crate) fn put(path: &'static str, access: Access, summary: &'static str) -> Route {
    route(Method::PUT, path, access, summary)
}

pub(crate) fn patch(path: &'static str, access: Access, summary: &'static str) -> Route {
    route(Method::PATCH, path, access, summary)
}

pub(crate) fn delete(path: &'static str, access: Access, summary: &'static str) -> Route {
    route(Method::DELETE, path, access, summary)
}

impl Route {
    pub(crate) fn takes<T: ToSchema>(mut self) -> Self {
        self.takes = Body::Json(Payload::of::<T>());
        self
    }

    /// Takes pictures in any of the ways in which they come.
    pub(crate) fn takes_pictures<T: ToSchema>(mut self) -> Self {
        self.takes = Body::Pictures(Payload::of::<T>());
        self
    }

    /// Takes a text as it stands.
    pub(crate) fn takes_text(mut self, content_type: &'static str) -> Self {
        self.takes = Body::Other(content_type);
        self
    }

    /// Takes whatever is sent, and finds out itself what it is.
    pub(crate) fn takes_any(mut self) -> Self {
        self.takes = Body::Any;
        self
    }

    pub(crate) fn gives<T: ToSchema>(mut self, status: u16) -> Self {
        self.gives = Some(Payload::of::<T>());
        self.status = status;
        self
    }

    pub(crate) fn gives_nothing(mut self) -> Self {
        self.status = 204;
        self
    }

    /// Also or only answers what is not JSON.
    pub(crate) fn streams(mut self, content_types: &'static [&'static str]) -> Self {
        self.streams = content_types;
        self
    }

    /// Tells something of the answer in headers.
    pub(crate) fn tells(mut self, headers: &'static [AnswerHeader]) -> Self {
        self.headers = headers;
        self
    }

    /// Answers 308: it is elsewhere.
    pub(crate) fn moves(mut self) -> Self {
        self.status = 308;
        self
    }

    /// Is built into the program.
    pub(crate) fn built_in(mut self) -> Self {
        self.is_kept = true;
        self
    }

    /// Answers 304 to who names the version that there is.
    pub(crate) fn may_be_unchanged(mut self) -> Self {
        self.may_be_unchanged = true;
        self
    }

    /// Answers 503 with its payload while payments can't be taken.
    pub(crate) fn may_be_unready(mut self) -> Self {
        self.may_be_unready = true;
        self
    }

    /// What it refuses with beside what every route of its kind does.
    pub(crate) fn refuses(mut self, refusals: &[Refusal]) -> Self {
        self.refusals.extend(refusals);
        self
    }

    /// Answers 303: a browser goes on elsewhere.
    pub(crate) fn redirects(mut self) -> Self {
        self.status = 303;
        self
    }

    /// Answers 201: something is there that was not.
    pub(crate) fn creates(mut self) -> Self {
        self.status = 201;
        self
    }

    /// Answers 101 and becomes a WebSocket.
    pub(crate) fn switches_protocols(mut self) -> Self {
        self.status = 101;
        self
    }

    /// Query parameters with what they mean.
    pub(crate) fn query(mut self, query: &[Parameter]) -> Self {
        self.query = query.to_vec();
        self
    }

    /// The outcome may not be known yet when it is answered: with 202 then.
    pub(crate) fn may_stay_open(mut self) -> Self {
        self.may_stay_open = true;
        self
    }

    /// A second person may have to say yes: it is answered with 202 and what waits for it then.
    pub(crate) fn may_wait_for<T: ToSchema>(mut self) -> Self {
        self.may_wait = Some(Payload::of::<T>());
        self
    }

    /// A key that is for one camera gets in where the request is about that camera.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// `Idempotency-Key` is required.
    pub(crate) fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }
}

/// The routes gathered so far.
#[derive(Default)]
pub(crate) struct Routes {
    pub(crate) router: Router<App>,
    pub(crate) table: Vec<Route>,
}

impl Routes {
    /// Adds a route; without an access rule there is none.
    pub(crate) fn add<H, T>(mut self, route: Route, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let rule = Rule { access: route.access, place: route.place, path: route.path };
        let guarded = Guarded { handler, rule };
        let filter = MethodFilter::try_from(route.method.clone()).unwrap_or(MethodFilter::GET);
        self.router = self.router.route(route.path, on(filter, guarded));
        self.table.push(route);
        self
    }
}
