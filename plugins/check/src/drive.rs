//! One operation from its begin to its end, everything that it asks for answered by the test.

use plugin_host::probe::{Answer, Stepped, Task, Way, effect_flaw};
use plugin_sdk::abi::{FP_E_PANIC, FP_OK};
use plugin_sdk::machine::Effect;
use plugin_sdk::machine::wire::Ending;
use plugin_sdk::{Event, HttpRequest, Outcome, Request, TcpResponse, Verdict};

use crate::body::Body;
use crate::case::Stop;
use crate::subject::said;

/// Most steps of one operation, as many as an appliance takes by default.
pub(crate) const STEPS_MAX: usize = 64;

/// How an operation went.
pub(crate) struct Ran<E = Outcome> {
    /// Everything that it asked for, in order.
    pub(crate) effects: Vec<Effect<E>>,
    pub(crate) outcome: Option<E>,
    /// The status of a begin or step that failed.
    pub(crate) refused: Option<Answer>,
    /// It went on until it was left.
    pub(crate) endless: bool,
}

impl Ran {
    pub(crate) fn verdict(&self) -> Option<&Verdict> {
        self.outcome.as_ref().map(|outcome| &outcome.verdict)
    }
}

impl<E> Ran<E> {
    /// Requests and messages that may have changed something: to look changes nothing.
    pub(crate) fn moved(&self) -> usize {
        let moves = |effect: &&Effect<E>| match effect {
            Effect::Http(request) => request.method != "GET",
            effect => matches!(effect, Effect::TcpExchange(_)),
        };
        self.effects.iter().filter(moves).count()
    }

    /// Requests and messages.
    pub(crate) fn sent(&self) -> usize {
        self.endpoints().count()
    }

    pub(crate) fn endpoints(&self) -> impl Iterator<Item = u32> {
        self.effects.iter().filter_map(|effect| match effect {
            Effect::Http(request) => Some(request.endpoint),
            Effect::TcpExchange(exchange) => Some(exchange.endpoint),
            _ => None,
        })
    }

    /// What left, byte by byte.
    pub(crate) fn wire(&self) -> Vec<(String, Vec<u8>)> {
        let wire = self.effects.iter().filter_map(|effect| match effect {
            Effect::Http(request) => {
                let head = format!("{} {} {:?}", request.method, request.path, request.headers);
                Some((head, request.body.clone()))
            }
            Effect::TcpExchange(exchange) => Some((format!("{:?}", exchange.framing), exchange.body.clone())),
            _ => None,
        });
        wire.collect()
    }
}

/// Runs a payment operation, as [`follow`] does.
pub(crate) fn drive(
    body: &Body,
    way: &Way,
    request: &Request,
    happens: &mut dyn FnMut(&Effect<Outcome>) -> Event,
) -> Result<Ran, Stop> {
    follow(&format!("{:?}", request.op), body.begin(way, request), way, &effect_flaw, happens)
}

/// An operation under way, wherever the plugin runs.
pub(crate) trait Running<E> {
    /// Tells it what happened.
    fn step(&mut self, way: &Way, event: &Event) -> Stepped<E>;
}

impl<E: Ending> Running<E> for Task<'_, E> {
    fn step(&mut self, way: &Way, event: &Event) -> Stepped<E> {
        Task::step(self, way, event)
    }
}

/// Follows an operation to its end. `happens` says what came of each request and message; waits pass, what is to be kept is
/// kept, and nobody answers prompts. A panic or an effect with a flaw fails.
pub(crate) fn follow<E: Ending, T: Running<E>>(
    op: &str,
    begun: Result<Result<T, Answer>, String>,
    way: &Way,
    flaw: &dyn Fn(&Effect<E>) -> Option<String>,
    happens: &mut dyn FnMut(&Effect<E>) -> Event,
) -> Result<Ran<E>, Stop> {
    let mut ran = Ran { effects: Vec::new(), outcome: None, refused: None, endless: false };
    let mut task = match begun.map_err(Stop::Fail)? {
        Ok(task) => task,
        Err(answer) if answer.status == FP_E_PANIC => return Stop::fail(format!("{op} {}", said(&answer))),
        Err(answer) => return Ok(Ran { refused: Some(answer), ..ran }),
    };
    let mut event = Event::Start;
    for _ in 0..STEPS_MAX {
        let stepped = task.step(way, &event);
        if stepped.answer.status == FP_E_PANIC {
            return Stop::fail(format!("{op} {}", said(&stepped.answer)));
        }
        if stepped.answer.status != FP_OK {
            return Ok(Ran { refused: Some(stepped.answer), ..ran });
        }
        let effect = stepped.effect.map_err(|why| Stop::Fail(format!("{op}: an effect: {why}")))?;
        if let Some(flaw) = flaw(&effect) {
            return Stop::fail(format!("{op}: an effect with {flaw}"));
        }
        event = match &effect {
            Effect::Done(outcome) => return Ok(Ran { outcome: Some(outcome.clone()), ..ran }),
            Effect::Sleep(_) => Event::Slept,
            Effect::Prompt(_) => Event::Timeout { sent: false },
            Effect::Keep(_) => Event::Kept,
            Effect::Http(_) | Effect::TcpExchange(_) => happens(&effect),
        };
        ran.effects.push(effect);
    }
    Ok(Ran { endless: true, ..ran })
}

/// Events that fit no effect, each with what it is called.
pub(crate) fn events_out_of_place() -> [(&'static str, Event); 4] {
    [
        ("Slept", Event::Slept),
        ("Kept", Event::Kept),
        ("an answer to a prompt", Event::PromptAnswer { json: b"{\"answer\":\"1234\"}".to_vec() }),
        ("a TCP answer", Event::TcpResponse(TcpResponse { body: vec![0; 4], truncated: false })),
    ]
}

/// What comes of an effect that `event` does not fit.
pub(crate) fn out_of_place<E>(event: &Event, effect: &Effect<E>) -> Event {
    match effect {
        Effect::TcpExchange(_) if matches!(event, Event::TcpResponse(_)) => Event::Slept,
        _ => event.clone(),
    }
}

/// Whether a request holds a reference: as bytes in hexadecimal, with or without the hyphens of a UUID.
pub(crate) fn spelled(request: &HttpRequest, reference: &[u8; 16]) -> bool {
    let digits = hex(reference);
    let headers = request.headers.iter().map(|(_, value)| value.as_str());
    let body = String::from_utf8_lossy(&request.body);
    let mut texts = headers.chain([request.path.as_str(), &body]);
    texts.any(|text| text.to_lowercase().replace('-', "").contains(&digits))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
