//! The identity step machine against providers that are deaf, talk nonsense, or know people.

use plugin_host::probe::{Age, ProbeHost, Way};
use plugin_sdk::abi::{FP_E_PANIC, FP_OK};
use plugin_sdk::identity::{Effect, Finding, Op, Request, Verdict};
use plugin_sdk::machine;
use plugin_sdk::{Event, HttpResponse, TcpResponse};

use crate::body::Body;
use crate::case::{Checked, Stop};
use crate::drive::{self, Running, STEPS_MAX, follow, hex, out_of_place, spelled};
use crate::line::Provider;
use crate::subject::{Subject, said};

mod ask;
mod office;
mod people;

pub(crate) use ask::Desk;
use office::Office;
pub(crate) use people::people_are_who_they_are;

type Ran = drive::Ran<Finding>;

/// Somebody whom the reference office vouches for, within an answer that is about something else.
const NESTED: &str = r#"{"id":"x","state":"unknown","earlier":{"state":"verified","reference_key":"office-0123456789abcdef","issuer":"Reference office","issued_at_s":1700000000,"assurance":"substantial","name":"A","birth_year":"1990"}}"#;
const LISTED: &str = r#"{"id":"x","reference_key":"office-0123456789abcdef","issuer":"Reference office","issued_at_s":1700000000,"assurance":"substantial","name":"A","birth_year":"1990","asked":[{"state":"verified"}]}"#;

/// Runs one operation; an effect that the host would refuse fails.
fn run(
    body: &Body,
    way: &Way,
    request: &Request,
    happens: &mut dyn FnMut(&Effect) -> Event,
) -> Result<Ran, Stop> {
    let vouching = body.vouching().map_err(Stop::Fail)?;
    let flaw = |effect: &Effect| vouching.flaw(request, effect);
    let op = format!("{:?}", request.op);
    follow(&op, body.begin_identity(way, request), way, &flaw, happens)
}

/// The operations that are offered, each as a request of its own.
fn requests(body: &Body, desk: &mut Desk) -> Result<Vec<Request>, Stop> {
    let vouching = body.vouching().map_err(Stop::Fail)?;
    let verify = desk.verify();
    let sync = desk.sync(&verify);
    Ok([verify, sync].into_iter().filter(|request| vouching.offers(request.op)).collect())
}

/// What nobody does who does not say that it works offline.
const UNASKED: &str = "it verified a person about whom it asked nobody";

/// What must not come of an operation whose provider was never heard.
fn lies(op: Op, verdict: &Verdict, sent: bool) -> Option<&'static str> {
    match verdict {
        Verdict::Verified(_) => Some("verified a person for whom nobody vouched"),
        Verdict::NotSent if op == Op::Sync => {
            Some("says that the original never arrived, which nobody told it")
        }
        Verdict::NotSent if sent => Some("says that nothing was sent after something was"),
        Verdict::Refused { .. } if sent || op == Op::Sync => Some("refused whom the provider may know"),
        Verdict::Pending if !sent && op != Op::Sync => Some("waits for what was never sent"),
        _ => None,
    }
}

/// Runs every operation that is offered against one thing that happens after each effect; none may lie, nor go on for ever
/// where `ends` is true.
fn against(
    subject: &Subject,
    what: &str,
    (sent, ends): (bool, bool),
    happens: &dyn Fn(&Effect) -> Event,
) -> Result<usize, Stop> {
    let body = Body::of(subject)?;
    let mut desk = Desk::new(subject);
    let asks_nobody = desk.hands_over() || body.vouching().map_err(Stop::Fail)?.caps().offline;
    let mut asked = 0;
    for request in requests(&body, &mut desk)? {
        let ran = run(&body, &Way::default(), &request, &mut |effect| happens(effect))?;
        if ran.sent() == 0 {
            // One that asks nobody has nothing to lose; a document by chance says nothing to anybody.
            let verdict = ran.outcome.map(|finding| finding.verdict);
            if matches!(verdict, Some(Verdict::Verified(_))) && !asks_nobody {
                return Stop::fail(format!("{:?}, {what}: {UNASKED}", request.op));
            }
            continue;
        }
        asked += 1;
        if ran.endless && ends {
            let op = request.op;
            return Stop::fail(format!("{op:?}, {what}: it did not end within {STEPS_MAX} steps"));
        }
        let sent = sent && ran.moved() > 0;
        let verdict = ran.outcome.as_ref().map(|finding| &finding.verdict);
        if let Some(lie) = verdict.and_then(|verdict| lies(request.op, verdict, sent)) {
            return Stop::fail(format!("{:?}, {what}: it {lie}", request.op));
        }
    }
    Ok(asked)
}

fn told(asked: usize, what: &str) -> Checked {
    match asked {
        0 => Stop::skip("no operation sends anything: it works offline, or takes other documents"),
        _ => Ok(format!("{asked} operations, {what}")),
    }
}

/// VERIFY is offered, and what is not offered is refused.
pub(crate) fn offers_what_it_says(subject: &Subject) -> Checked {
    let body = Body::of(subject)?;
    let vouching = body.vouching().map_err(Stop::Fail)?;
    if !vouching.offers(Op::Verify) {
        return Stop::fail("it does not offer VERIFY");
    }
    let mut desk = Desk::new(subject);
    let verify = desk.verify();
    if !vouching.offers(Op::Sync) {
        match body.begin_identity(&Way::default(), &desk.sync(&verify)).map_err(Stop::Fail)? {
            Ok(_) => return Stop::fail("it takes on SYNC, which it does not offer"),
            Err(answer) if answer.status == FP_E_PANIC => return Stop::fail(said(&answer)),
            Err(_) => {}
        }
    }
    Ok(format!("{:?}", vouching.caps()))
}

/// No connection came about: nothing was sent, and nobody knows more than that.
pub(crate) fn no_connection(subject: &Subject) -> Checked {
    let refused = against(subject, "no connection", (false, true), &|_| Event::ConnectFailed)?;
    against(subject, "no time to connect", (false, true), &|_| Event::Timeout { sent: false })?;
    told(refused, "nothing sent")
}

/// The request left and no answer came: the provider may know the person.
pub(crate) fn lost_answers(subject: &Subject) -> Checked {
    let lost = against(subject, "a lost answer", (true, true), &|_| Event::ConnectionLost { sent: true })?;
    against(subject, "no answer in time", (true, true), &|_| Event::Timeout { sent: true })?;
    told(lost, "answers lost")
}

/// Answers that prove nothing: broken, cut, of another kind, or a server's excuse.
pub(crate) fn nonsense_answers(subject: &Subject) -> Checked {
    let answers: [(&str, u16, &[u8], bool); 12] = [
        ("500 and a page", 500, b"<html>oops</html>", false),
        ("503 and nothing", 503, b"", false),
        ("200 and nothing", 200, b"", false),
        ("200 and half an object", 200, b"{\"id\":\"x\",\"state\":\"verif", false),
        ("200 and a person without a key", 200, b"{\"state\":\"verified\",\"issuer\":\"x\"}", false),
        ("200 and a person who is a part of it", 200, NESTED.as_bytes(), false),
        ("200 and a person in a list", 200, LISTED.as_bytes(), false),
        ("202 and a number as id", 202, b"{\"id\":7,\"state\":\"pending\"}", false),
        ("200 and no object", 200, b"[1,2", false),
        ("200 and bytes", 200, &[0xFF, 0x00, 0xC3, 0x28], false),
        ("200, too long to keep", 200, b"", true),
        ("a redirect", 302, b"", false),
    ];
    let mut asked = 0;
    for (what, status, body, truncated) in answers {
        let happens = |effect: &Effect| match effect {
            Effect::TcpExchange(_) => Event::TcpResponse(TcpResponse { body: body.to_vec(), truncated }),
            _ => {
                let (headers, body) = (Vec::new(), body.to_vec());
                Event::HttpResponse(HttpResponse { status, headers, body, truncated })
            }
        };
        asked = against(subject, what, (true, true), &happens)?;
    }
    told(asked, "12 answers that prove nothing")
}

/// Nobody is verified by a document that is none, whether it is looked at here or by a provider who knows nobody.
pub(crate) fn nonsense_documents(subject: &Subject) -> Checked {
    let body = Body::of(subject)?;
    let mut desk = Desk::new(subject);
    let mut chance = subject.chance(41);
    let digits: Vec<u8> = (0..4096).map(|_| b'0' + chance.below(10) as u8).collect();
    let noise: Vec<u8> = (0..4096).map(|_| chance.next() as u8).collect();
    let nested = "<a>".repeat(4096);
    let documents: [(&str, &[u8]); 9] = [
        ("nothing", b""),
        ("one byte", b"1"),
        ("zeros", &[0; 1 << 16]),
        ("digits by chance", &digits),
        ("bytes by chance", &noise),
        ("an empty archive", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        ("half an archive", b"PK\x03\x04\x14\0\x08\0\x08\0"),
        ("nested elements", nested.as_bytes()),
        ("a document type", b"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"),
    ];
    for (what, document) in documents {
        for payload in [desk.payload(), b"{}".to_vec(), Vec::new()] {
            let request = Request { document: document.to_vec(), payload_json: payload, ..desk.verify() };
            let mut nobody = Office::default();
            let running = hex(&request.attempt_ref);
            let ran = run(&body, &Way::default(), &request, &mut |effect| match effect {
                Effect::Http(http) => Event::HttpResponse(nobody.handle(&running, http)),
                _ => Event::ConnectionLost { sent: true },
            })?;
            if ran.outcome.is_some_and(|finding| matches!(finding.verdict, Verdict::Verified(_))) {
                return Stop::fail(format!("{what} verified a person"));
            }
        }
    }
    Ok(format!("{} documents", documents.len()))
}

/// Events that fit no effect verify nobody.
pub(crate) fn events_out_of_place(subject: &Subject) -> Checked {
    let mut asked = 0;
    for (what, event) in drive::events_out_of_place() {
        let happens = |effect: &Effect| out_of_place(&event, effect);
        // No host sends these: to ask again until the appliance gives up is as good an answer as any.
        asked = against(subject, what, (true, false), &happens)?;
    }
    told(asked, "4 events out of place")
}

/// Whoever says that a repeat has no second effect asks for the same again, and names the attempt.
pub(crate) fn repeats_are_known(subject: &Subject) -> Checked {
    let body = Body::of(subject)?;
    if !body.vouching().map_err(Stop::Fail)?.caps().idempotent {
        return Stop::skip("it does not say that a repeat has no second effect");
    }
    let request = Desk::new(subject).verify();
    let lost = || run(&body, &Way::default(), &request, &mut |_| Event::ConnectionLost { sent: true });
    let (first, second) = (lost()?, lost()?);
    if first.wire() != second.wire() {
        return Stop::fail("begun again, a verification asks for something else");
    }
    for effect in &first.effects {
        if let machine::Effect::Http(http) = effect
            && http.method != "GET"
            && !spelled(http, &request.attempt_ref)
        {
            return Stop::fail(format!("{} {} names no attempt", http.method, http.path));
        }
    }
    told(first.sent(), "named, the same twice")
}

/// The host has as many endpoints as its settings say; what goes elsewhere is not sent.
pub(crate) fn endpoints_are_declared(subject: &Subject) -> Checked {
    let body = Body::of(subject)?;
    let declared = subject.endpoints;
    let mut asked = 0;
    for request in requests(&body, &mut Desk::new(subject))? {
        for sent in [false, true] {
            let lost = &mut |_: &Effect| Event::ConnectionLost { sent };
            let ran = run(&body, &Way::default(), &request, lost)?;
            if let Some(endpoint) = ran.endpoints().find(|endpoint| *endpoint >= declared) {
                let op = request.op;
                return Stop::fail(format!(
                    "{op:?} goes to endpoint {endpoint}, of {declared} that are declared"
                ));
            }
            asked += usize::from(ran.sent() > 0);
        }
    }
    told(asked, "all to declared endpoints")
}

/// The provider's own id may never have arrived: SYNC works from the attempt alone.
pub(crate) fn references_are_enough(subject: &Subject) -> Checked {
    let body = Body::of(subject)?;
    if !body.vouching().map_err(Stop::Fail)?.offers(Op::Sync) {
        return Stop::skip("it does not offer SYNC");
    }
    let mut desk = Desk::new(subject);
    let verify = desk.verify();
    let sync = desk.sync(&verify);
    let ran = run(&body, &Way::default(), &sync, &mut |_| Event::ConnectionLost { sent: true })?;
    match ran.refused {
        Some(answer) => {
            Stop::fail(format!("SYNC with nothing but the attempt was refused: {}", said(&answer)))
        }
        None => Ok("SYNC".into()),
    }
}

/// What a person confides goes into bodies only: the host refuses it elsewhere, and nobody refuses it in logs and reasons.
pub(crate) fn secrets_stay(subject: &Subject) -> Checked {
    let body = Body::Here(subject.active()?);
    let mut desk = Desk::new(subject);
    let mut reasons = Vec::new();
    let mut office = Office::default();
    for round in 0..8 {
        let mut request = desk.verify();
        if round % 4 < 2 {
            office.knows(&request.document);
        }
        if round % 2 == 1 {
            request.payload_json = desk.odd_payload(); // something to complain about
        }
        let running = hex(&request.attempt_ref);
        let ran = run(&body, &Way::default(), &request, &mut |effect| match effect {
            Effect::Http(http) if round < 6 => Event::HttpResponse(office.handle(&running, http)),
            _ => Event::ConnectionLost { sent: true },
        })?;
        reasons.extend(ran.refused.map(|answer| answer.reason));
    }
    let told = |texts: &[String]| texts.iter().any(|text| desk.confided(text));
    match () {
        () if told(&reasons) => Stop::fail("a reason holds what a person confided"),
        () if told(&ProbeHost::log_lines()) => Stop::fail("a log line holds what a person confided"),
        () => Ok(format!("{} reasons, {} log lines", reasons.len(), ProbeHost::log_lines().len())),
    }
}

/// Operations that are dropped at any point, and many at once, leave the instance as it was.
pub(crate) fn operations_are_dropped(subject: &Subject) -> Checked {
    let body = Body::of(subject)?;
    let mut desk = Desk::new(subject);
    let way = Way::default();
    for round in 0..200 {
        let asked = requests(&body, &mut desk)?;
        let begun = asked.iter().map(|request| body.begin_identity(&way, request));
        let mut tasks: Vec<_> =
            begun.collect::<Result<Vec<_>, String>>().map_err(Stop::Fail)?.into_iter().flatten().collect();
        for task in tasks.iter_mut().skip(round % 3) {
            let stepped = task.step(&way, &Event::Start);
            if stepped.answer.status == FP_E_PANIC {
                return Stop::fail(format!("it panicked: {}", stepped.answer.reason));
            }
        }
    }
    let health = body.health();
    match health.status {
        FP_OK => Ok("200 times every operation".into()),
        _ => Stop::fail(format!("it is unfit afterwards: {}", said(&health))),
    }
}

/// Requests, events and effects of a newer host change nothing.
pub(crate) fn structs_of_a_newer_host(subject: &Subject) -> Checked {
    let body = Body::Here(subject.active()?);
    let asked = requests(&body, &mut Desk::new(subject))?;
    for request in &asked {
        let run = |age: Age| {
            let way = Way { age, ..Way::default() };
            run(&body, &way, request, &mut |_| Event::ConnectionLost { sent: true })
        };
        let (same, newer) = (run(Age::Same)?, run(Age::Newer)?);
        if same.wire() != newer.wire() || same.outcome != newer.outcome {
            return Stop::fail(format!("{:?} goes otherwise under a newer host", request.op));
        }
    }
    Ok(format!("{} operations", asked.len()))
}
