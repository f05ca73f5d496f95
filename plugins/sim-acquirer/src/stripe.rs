//! The Stripe-shaped face: payment intents and refunds over forms and JSON.

use serde_json::{Map, Value, json};

use crate::book::{Book, Order, Refusal};
use crate::clock;
use crate::http::{HttpRequest, HttpResponse};

mod lists;
mod objects;

/// The book with what only this face knows about a charge.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) book: Book,
    /// One for each charge of this face, by the charge's id.
    intents: std::collections::HashMap<String, Intent>,
    /// Metadata of each refund, by its id.
    refunds: std::collections::HashMap<String, Map<String, Value>>,
    serial: u64,
}

/// What an intent has beside its charge.
struct Intent {
    metadata: Map<String, Value>,
    payment_method: String,
}

impl Ledger {
    /// Counts a request that names an attempt.
    pub(crate) fn note(&mut self, request: &HttpRequest) {
        if request.method == "POST" {
            self.book.note(&attempt(request, &request.form()));
        }
    }

    /// An id that was never given before.
    fn mint(&mut self, prefix: &str) -> String {
        self.serial += 1;
        format!("{prefix}_sim{:012}", self.serial)
    }
}

/// What came of a request.
pub(crate) struct Answer {
    pub(crate) response: HttpResponse,
    /// The answer stays under the request's idempotency key.
    pub(crate) is_remembered: bool,
    /// An event to tell the client's webhook: its type and object.
    pub(crate) event: Option<(&'static str, Value)>,
}

impl Answer {
    /// An answer that stays.
    pub(crate) fn remembered(response: HttpResponse) -> Self {
        Self { response, is_remembered: true, event: None }
    }

    /// A refusal before anything was done.
    fn refused(response: HttpResponse) -> Self {
        Self { response, is_remembered: false, event: None }
    }

    fn done(event: &'static str, object: Value) -> Self {
        Self { event: Some((event, object.clone())), ..Self::remembered(HttpResponse::json(200, &object)) }
    }
}

/// The kind of a request, as faults name it.
pub(crate) fn kind(request: &HttpRequest) -> &'static str {
    let is_manual =
        || request.form().iter().any(|(name, value)| name == "capture_method" && value == "manual");
    match (request.method.as_str(), &segments(&request.path)[..]) {
        ("POST", ["payment_intents"]) if is_manual() => "authorize",
        ("POST", ["payment_intents"]) => "sale",
        ("POST", ["payment_intents", _, "capture"]) => "capture",
        ("POST", ["payment_intents", _, "cancel"]) => "void",
        ("POST", ["refunds"]) => "refund",
        _ => "lookup",
    }
}

/// Carries a request out.
pub(crate) fn answer(ledger: &mut Ledger, request: &HttpRequest) -> Answer {
    let authorised = request.header("authorization").is_some_and(|value| {
        let scheme = |name: &str| value.strip_prefix(name).is_some_and(|rest| !rest.trim().is_empty());
        scheme("Bearer ") || scheme("Basic ")
    });
    if !authorised {
        return Answer::refused(failure(401, "invalid_request_error", "api_key_missing"));
    }
    let form = request.form();
    let answered = match (request.method.as_str(), &segments(&request.path)[..]) {
        ("POST", ["payment_intents"]) => create(ledger, request, &form),
        ("POST", ["payment_intents", id, "capture"]) => capture(ledger, id, &form),
        ("POST", ["payment_intents", id, "cancel"]) => cancel(ledger, id, &form),
        ("POST", ["refunds"]) => refund(ledger, request, &form),
        ("GET", path) => lists::answer(ledger, path, &request.query).map(Answer::remembered),
        _ => Err(unknown("url_unknown")),
    };
    answered.unwrap_or_else(Answer::refused)
}

/// Stripe's error object.
pub(crate) fn failure(status: u16, kind: &str, code: &str) -> HttpResponse {
    let message = format!("The request failed: {}.", code.replace('_', " "));
    HttpResponse::json(status, &json!({ "error": { "type": kind, "code": code, "message": message } }))
}

fn unknown(code: &str) -> HttpResponse {
    failure(404, "invalid_request_error", code)
}

fn invalid(code: &str, param: &str) -> HttpResponse {
    let message = format!("{param}: {}.", code.replace('_', " "));
    let error = json!({ "type": "invalid_request_error", "code": code, "param": param, "message": message });
    HttpResponse::json(400, &json!({ "error": error }))
}

/// The parts of a path below `/v1/`.
fn segments(path: &str) -> Vec<&str> {
    path.strip_prefix("/v1/").map(|rest| rest.split('/').collect()).unwrap_or_default()
}

fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

/// Refuses names that this acquirer does not know. `metadata[…]` and `expand[…]` go with everything.
fn only(form: &[(String, String)], names: &[&str]) -> Result<(), HttpResponse> {
    let known = |name: &str| {
        let stem = name.split('[').next().unwrap_or(name);
        names.contains(&name) || ["metadata", "expand", "payment_method_types"].contains(&stem)
    };
    match form.iter().find(|(name, _)| !known(name)) {
        Some((name, _)) => Err(invalid("parameter_unknown", name)),
        None => Ok(()),
    }
}

fn metadata(form: &[(String, String)]) -> Map<String, Value> {
    let entries = form.iter().filter_map(|(name, value)| {
        let key = name.strip_prefix("metadata[")?.strip_suffix(']')?;
        Some((key.to_owned(), json!(value)))
    });
    entries.collect()
}

/// The client's attempt: what the metadata say, else the key.
fn attempt(request: &HttpRequest, form: &[(String, String)]) -> String {
    let named = field(form, "metadata[facepay_attempt]");
    named.or_else(|| request.header("idempotency-key")).unwrap_or_default().to_owned()
}

fn amount(form: &[(String, String)], name: &str) -> Result<Option<i64>, HttpResponse> {
    let Some(text) = field(form, name) else { return Ok(None) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 8;
    match text.parse() {
        Ok(amount @ 1..) if digits => Ok(Some(amount)),
        _ => Err(invalid("parameter_invalid_integer", name)),
    }
}

/// The parameters of a new payment intent.
const CREATE: &[&str] = &[
    "amount",
    "capture_method",
    "confirm",
    "currency",
    "customer",
    "description",
    "off_session",
    "payment_method",
];

fn create(
    ledger: &mut Ledger,
    request: &HttpRequest,
    form: &[(String, String)],
) -> Result<Answer, HttpResponse> {
    only(form, CREATE)?;
    let amount = amount(form, "amount")?.ok_or_else(|| invalid("parameter_missing", "amount"))?;
    let currency = field(form, "currency").ok_or_else(|| invalid("parameter_missing", "currency"))?;
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(invalid("parameter_invalid", "currency"));
    }
    if field(form, "confirm") != Some("true") {
        return Err(invalid("parameter_missing", "confirm")); // there is nobody here to confirm later
    }
    let at_once = match field(form, "capture_method") {
        None | Some("automatic") => true,
        Some("manual") => false,
        Some(_) => return Err(invalid("parameter_invalid", "capture_method")),
    };
    let method = field(form, "payment_method").unwrap_or_default();
    let declined = match method {
        "pm_card_visa" | "pm_card_mastercard" => None,
        "pm_card_chargeDeclined" | "pm_card_chargeCustomerFail" => Some("generic_decline"),
        "pm_card_insufficientFunds" | "pm_card_chargeDeclinedInsufficientFunds" => Some("insufficient_funds"),
        _ => return Err(invalid("resource_missing", "payment_method")),
    };
    let attempt = attempt(request, form);
    let order = Order { attempt, amount, currency: currency.to_ascii_uppercase(), declined, at_once };
    let id = ledger.mint("pi");
    let intent = Intent { metadata: metadata(form), payment_method: method.to_owned() };
    ledger.intents.insert(id.clone(), intent);
    let index = ledger.book.charge(id, order, clock::now_s());
    let object = ledger.intent(index);
    let Some(reason) = declined else {
        let event =
            if at_once { "payment_intent.succeeded" } else { "payment_intent.amount_capturable_updated" };
        return Ok(Answer::done(event, object));
    };
    let error = json!({
        "type": "card_error",
        "code": "card_declined",
        "decline_code": reason,
        "message": "Your card was declined.",
        "payment_intent": object,
    });
    let response = HttpResponse::json(402, &json!({ "error": error }));
    Ok(Answer { event: Some(("payment_intent.payment_failed", object)), ..Answer::remembered(response) })
}

fn capture(ledger: &mut Ledger, id: &str, form: &[(String, String)]) -> Result<Answer, HttpResponse> {
    only(form, &["amount_to_capture"])?;
    let amount = amount(form, "amount_to_capture")?;
    let index = ledger.book.find(id).ok_or_else(|| unknown("resource_missing"))?;
    let amount = amount.unwrap_or(ledger.book.charges[index].order.amount);
    match ledger.book.capture(index, amount, clock::now_s()) {
        Ok(()) => Ok(changed(ledger, index, form, "payment_intent.succeeded")),
        Err(Refusal::Amount) => Err(invalid("amount_too_large", "amount_to_capture")),
        Err(Refusal::State(_)) => Ok(unexpected_state(ledger, index)),
    }
}

fn cancel(ledger: &mut Ledger, id: &str, form: &[(String, String)]) -> Result<Answer, HttpResponse> {
    only(form, &["cancellation_reason"])?;
    let index = ledger.book.find(id).ok_or_else(|| unknown("resource_missing"))?;
    match ledger.book.void(index, clock::now_s()) {
        Ok(()) => Ok(changed(ledger, index, form, "payment_intent.canceled")),
        Err(_) => Ok(unexpected_state(ledger, index)),
    }
}

/// The answer to a change of an intent, which takes on the request's metadata.
fn changed(ledger: &mut Ledger, index: usize, form: &[(String, String)], event: &'static str) -> Answer {
    let id = ledger.book.charges[index].id.clone();
    if let Some(intent) = ledger.intents.get_mut(&id) {
        intent.metadata.extend(metadata(form));
    }
    Answer::done(event, ledger.intent(index))
}

fn unexpected_state(ledger: &Ledger, index: usize) -> Answer {
    let error = json!({
        "type": "invalid_request_error",
        "code": "payment_intent_unexpected_state",
        "message": "This payment intent's status does not allow it.",
        "payment_intent": ledger.intent(index),
    });
    Answer::remembered(HttpResponse::json(400, &json!({ "error": error })))
}

fn refund(
    ledger: &mut Ledger,
    request: &HttpRequest,
    form: &[(String, String)],
) -> Result<Answer, HttpResponse> {
    only(form, &["payment_intent", "amount", "reason"])?;
    let asked = amount(form, "amount")?;
    let id = field(form, "payment_intent").ok_or_else(|| invalid("parameter_missing", "payment_intent"))?;
    let index = ledger.book.find(id).ok_or_else(|| unknown("resource_missing"))?;
    let left = ledger.book.charges[index].captured - ledger.book.refunded(index);
    let (refund_id, attempt) = (ledger.mint("re"), attempt(request, form));
    let refund = (refund_id.clone(), attempt);
    let refused = |code| Answer::remembered(failure(400, "invalid_request_error", code));
    match ledger.book.refund(refund, index, asked.unwrap_or(left), clock::now_s()) {
        Ok(refund) => {
            ledger.refunds.insert(refund_id, metadata(form));
            Ok(Answer::done("refund.created", ledger.refund(refund)))
        }
        Err(Refusal::Amount) if left == 0 => Ok(refused("charge_already_refunded")),
        Err(Refusal::Amount) => Err(invalid("amount_too_large", "amount")),
        Err(Refusal::State(_)) => Ok(unexpected_state(ledger, index)),
    }
}
