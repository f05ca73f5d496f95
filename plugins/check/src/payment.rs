//! The payment step machine against providers that are deaf, talk nonsense, or work.

use plugin_host::probe::{Age, Way};
use plugin_sdk::abi::{FP_E_PANIC, FP_OK};
use plugin_sdk::{Caps, Effect, Event, HttpResponse, Op, Request, TcpResponse, Verdict};

use crate::body::Body;
use crate::case::{Checked, Stop};
use crate::drive::{self, Ran, Running, STEPS_MAX, drive, out_of_place, spelled};
use crate::subject::{Subject, said};

mod ask;
mod book;
mod message;
mod model;

pub(crate) use ask::Till;
pub(crate) use message::{signed_messages, unsigned_messages};
pub(crate) use model::money_is_kept;

/// What must not come of an operation whose provider was never heard.
fn lies(op: Op, verdict: &Verdict, sent: bool) -> Option<&'static str> {
    match verdict {
        Verdict::Approved => Some("approved what no provider approved"),
        Verdict::NotSent if op == Op::Sync => {
            Some("says that the original never arrived, which nobody told it")
        }
        Verdict::NotSent if sent => Some("says that nothing was sent after something was"),
        Verdict::Declined { .. } if sent || op == Op::Sync => {
            Some("declined what the provider may have done")
        }
        Verdict::Pending if !sent && op != Op::Sync => Some("waits for what was never sent"),
        _ => None,
    }
}

/// Runs every operation that is offered against one thing that happens after each effect, and none may lie or go on for ever.
fn against(
    subject: &Subject,
    what: &str,
    sent: bool,
    happens: &dyn Fn(&Effect) -> Event,
) -> Result<usize, Stop> {
    against_all(subject, what, (sent, true), happens)
}

/// As [`against`]; where `ends` is false an operation may go on until it is left.
fn against_all(
    subject: &Subject,
    what: &str,
    (sent, ends): (bool, bool),
    happens: &dyn Fn(&Effect) -> Event,
) -> Result<usize, Stop> {
    let instance = Body::of(subject)?;
    let mut till = Till::new(subject);
    let mut asked = 0;
    for op in money_ops(&instance.offered().map_err(Stop::Fail)?.0) {
        let ran = drive(&instance, &Way::default(), &till.request(op, None), &mut |effect| happens(effect))?;
        if ran.sent() == 0 {
            continue; // a provider that asks nobody has nothing to lose
        }
        asked += 1;
        if ran.endless && ends {
            return Stop::fail(format!("{op:?}, {what}: it did not end within {STEPS_MAX} steps"));
        }
        let sent = sent && ran.moved() > 0;
        if let Some(lie) = ran.verdict().and_then(|verdict| lies(op, verdict, sent)) {
            return Stop::fail(format!("{op:?}, {what}: it {lie}"));
        }
    }
    Ok(asked)
}

fn told(asked: usize, what: &str) -> Checked {
    match asked {
        0 => Stop::skip("no operation sends anything: give settings and an instrument that it takes"),
        _ => Ok(format!("{asked} operations, {what}")),
    }
}

/// The operations that move money, and those that clear up after them.
fn money_ops(ops: &[Op]) -> impl Iterator<Item = Op> {
    let all = [Op::Authorize, Op::Sale, Op::Capture, Op::Void, Op::Refund, Op::Reverse, Op::Sync];
    all.into_iter().filter(|op| ops.contains(op))
}

/// Operations and capabilities fit together, and what is not offered is refused.
pub(crate) fn offers_what_it_says(subject: &Subject) -> Checked {
    let instance = Body::Here(subject.active()?);
    let (ops, caps) = instance.offered().map_err(Stop::Fail)?;
    if ops.is_empty() {
        return Stop::fail("ops_mask names no operation");
    }
    let needs = |cap: bool, op: Op| cap && !ops.contains(&op);
    let Caps { sync_by_ref, reversal, webhook, multi_capture, partial_capture, partial_refund, .. } = caps;
    let unfit = [
        (needs(sync_by_ref, Op::Sync), "SYNC_BY_REF without SYNC"),
        (needs(reversal, Op::Reverse), "REVERSAL without REVERSE"),
        (needs(webhook, Op::Webhook), "WEBHOOK without the operation"),
        (needs(multi_capture || partial_capture, Op::Capture), "captures without CAPTURE"),
        (needs(partial_refund, Op::Refund), "PARTIAL_REFUND without REFUND"),
        (ops.contains(&Op::Capture) && !ops.contains(&Op::Authorize), "CAPTURE without AUTHORIZE"),
    ];
    if let Some((_, what)) = unfit.iter().find(|(is_unfit, _)| *is_unfit) {
        return Stop::fail(format!("it offers {what}"));
    }
    let mut till = Till::new(subject);
    for op in Op::ALL.into_iter().filter(|op| !ops.contains(op)) {
        match instance.begin(&Way::default(), &till.request(op, None)).map_err(Stop::Fail)? {
            Ok(_) => return Stop::fail(format!("it takes on {op:?}, which it does not offer")),
            Err(answer) if answer.status == FP_E_PANIC => return Stop::fail(said(&answer)),
            Err(_) => {}
        }
    }
    Ok(format!("{ops:?}"))
}

/// No connection came about: nothing was sent, and nobody knows more than that.
pub(crate) fn no_connection(subject: &Subject) -> Checked {
    let refused = against(subject, "no connection", false, &|_| Event::ConnectFailed)?;
    against(subject, "no time to connect", false, &|_| Event::Timeout { sent: false })?;
    told(refused, "nothing sent")
}

/// The request left and no answer came: the provider may have done it.
pub(crate) fn lost_answers(subject: &Subject) -> Checked {
    let lost = against(subject, "a lost answer", true, &|_| Event::ConnectionLost { sent: true })?;
    against(subject, "no answer in time", true, &|_| Event::Timeout { sent: true })?;
    told(lost, "answers lost")
}

/// Answers that prove nothing: broken, cut, of another kind, or a server's excuse.
pub(crate) fn nonsense_answers(subject: &Subject) -> Checked {
    let http = |status: u16, body: &[u8], truncated: bool| {
        let (headers, body) = (Vec::new(), body.to_vec());
        Event::HttpResponse(HttpResponse { status, headers, body, truncated })
    };
    let answers: [(&str, u16, &[u8], bool); 9] = [
        ("500 and a page", 500, b"<html>oops</html>", false),
        ("503 and nothing", 503, b"", false),
        ("200 and nothing", 200, b"", false),
        ("200 and half an object", 200, b"{\"id\":\"x\",\"status\":\"succ", false),
        ("200 and an empty object", 200, b"{}", false),
        ("200 and no object", 200, b"[1,2", false),
        ("200 and bytes", 200, &[0xFF, 0x00, 0xC3, 0x28], false),
        ("200, too long to keep", 200, b"", true),
        ("a redirect", 302, b"", false),
    ];
    let mut asked = 0;
    for (what, status, body, truncated) in answers {
        let happens = |effect: &Effect| match effect {
            Effect::TcpExchange(_) => Event::TcpResponse(TcpResponse { body: body.to_vec(), truncated }),
            _ => http(status, body, truncated),
        };
        asked = against(subject, what, true, &happens)?;
    }
    told(asked, "9 answers that prove nothing")
}

/// Events that fit no effect approve nothing.
pub(crate) fn events_out_of_place(subject: &Subject) -> Checked {
    let mut asked = 0;
    for (what, event) in drive::events_out_of_place() {
        let happens = |effect: &Effect| out_of_place(&event, effect);
        // No host sends these: to ask again until the appliance gives up is as good an answer as any.
        asked = against_all(subject, what, (true, false), &happens)?;
    }
    told(asked, "4 events out of place")
}

/// A provider recognises a repeated request by the attempt: so each request that moves money carries it.
pub(crate) fn attempts_are_named(subject: &Subject) -> Checked {
    let instance = Body::of(subject)?;
    let mut till = Till::new(subject);
    let (mut named, mut unnamed) = (0, 0);
    for op in money_ops(&instance.offered().map_err(Stop::Fail)?.0) {
        let request = till.request(op, None);
        let ran = drive(&instance, &Way::default(), &request, &mut |_| Event::ConnectionLost { sent: true })?;
        let references: Vec<[u8; 16]> =
            std::iter::once(request.attempt_ref).chain(request.original_ref).collect();
        for effect in &ran.effects {
            match effect {
                Effect::Http(http) if http.method != "GET" => {
                    if !references.iter().any(|reference| spelled(http, reference)) {
                        return Stop::fail(format!("{op:?}: {} {} names no attempt", http.method, http.path));
                    }
                    named += 1;
                }
                Effect::TcpExchange(_) => unnamed += 1,
                _ => {}
            }
        }
    }
    match (named, unnamed) {
        (0, 0) => told(0, ""),
        (0, _) => Stop::skip("its messages are no HTTP, and name attempts in their own way"),
        _ => Ok(format!("{named} requests")),
    }
}

/// Begun twice, an operation asks for the same: that is what makes a repeat one.
pub(crate) fn repeats_are_the_same(subject: &Subject) -> Checked {
    let instance = Body::of(subject)?;
    let mut till = Till::new(subject);
    let mut asked = 0;
    for op in money_ops(&instance.offered().map_err(Stop::Fail)?.0) {
        let request = till.request(op, None);
        let run =
            || drive(&instance, &Way::default(), &request, &mut |_| Event::ConnectionLost { sent: true });
        let (first, second) = (run()?, run()?);
        if first.wire() != second.wire() {
            return Stop::fail(format!("{op:?}: begun again it asks for something else"));
        }
        asked += usize::from(first.sent() > 0);
    }
    told(asked, "twice each")
}

/// The host has as many endpoints as its settings say; what goes elsewhere is not sent.
pub(crate) fn endpoints_are_declared(subject: &Subject) -> Checked {
    let instance = Body::of(subject)?;
    let mut till = Till::new(subject);
    let mut asked = 0;
    for op in money_ops(&instance.offered().map_err(Stop::Fail)?.0) {
        for sent in [false, true] {
            let lost = &mut |_: &Effect| Event::ConnectionLost { sent };
            let ran = drive(&instance, &Way::default(), &till.request(op, None), lost)?;
            if let Some(endpoint) = ran.endpoints().find(|endpoint| *endpoint >= subject.endpoints) {
                let declared = subject.endpoints;
                return Stop::fail(format!(
                    "{op:?} goes to endpoint {endpoint}, of {declared} that are declared"
                ));
            }
            asked += usize::from(ran.sent() > 0);
        }
    }
    told(asked, "all to declared endpoints")
}

/// The provider's own id may never have arrived: SYNC and REVERSE work from the attempt alone.
pub(crate) fn references_are_enough(subject: &Subject) -> Checked {
    let instance = Body::of(subject)?;
    let (ops, _) = instance.offered().map_err(Stop::Fail)?;
    let mut till = Till::new(subject);
    let about: Vec<Op> = [Op::Sync, Op::Reverse].into_iter().filter(|op| ops.contains(op)).collect();
    if about.is_empty() {
        return Stop::skip("it offers neither SYNC nor REVERSE");
    }
    for op in &about {
        let request = Request { provider_ref: None, ..till.request(*op, None) };
        let ran = drive(&instance, &Way::default(), &request, &mut |_| Event::ConnectionLost { sent: true })?;
        if let Some(answer) = ran.refused {
            return Stop::fail(format!("{op:?} with nothing but the attempt was refused: {}", said(&answer)));
        }
    }
    Ok(format!("{about:?}"))
}

/// Operations that are dropped at any point, and many at once, leave the instance as it was.
pub(crate) fn operations_are_dropped(subject: &Subject) -> Checked {
    let instance = Body::of(subject)?;
    let mut till = Till::new(subject);
    let ops: Vec<Op> = money_ops(&instance.offered().map_err(Stop::Fail)?.0).collect();
    let way = Way::default();
    for round in 0..200 {
        let requests: Vec<Request> = ops.iter().map(|op| till.request(*op, None)).collect();
        let begun = requests.iter().map(|request| instance.begin(&way, request));
        let mut tasks: Vec<_> =
            begun.collect::<Result<Vec<_>, String>>().map_err(Stop::Fail)?.into_iter().flatten().collect();
        for task in tasks.iter_mut().skip(round % 3) {
            let stepped = task.step(&way, &Event::Start);
            if stepped.answer.status == FP_E_PANIC {
                return Stop::fail(format!("it panicked: {}", stepped.answer.reason));
            }
        }
    }
    let health = instance.health();
    match health.status {
        FP_OK => Ok(format!("200 times {} operations", ops.len())),
        _ => Stop::fail(format!("it is unfit afterwards: {}", said(&health))),
    }
}

/// Requests, events and effects of a newer host change nothing.
pub(crate) fn structs_of_a_newer_host(subject: &Subject) -> Checked {
    let instance = Body::Here(subject.active()?);
    let mut till = Till::new(subject);
    let mut asked = 0;
    for op in money_ops(&instance.offered().map_err(Stop::Fail)?.0) {
        let request = till.request(op, None);
        let run = |age: Age| -> Result<Ran, Stop> {
            let way = Way { age, ..Way::default() };
            drive(&instance, &way, &request, &mut |_| Event::ConnectionLost { sent: true })
        };
        let (same, newer) = (run(Age::Same)?, run(Age::Newer)?);
        if same.wire() != newer.wire() || same.verdict() != newer.verdict() {
            return Stop::fail(format!("{op:?} goes otherwise under a newer host"));
        }
        asked += 1;
    }
    Ok(format!("{asked} operations"))
}
