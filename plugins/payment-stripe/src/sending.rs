//! One request on its way: what has been heard of it, and what may have come of it.

use plugin_sdk::{Event, HttpRequest};

use crate::answer::{Answer, Object, RefusedIntent, read};
use crate::ask::Ask;

/// What is known of a request that has not been answered, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Doubt {
    /// No byte of it has left.
    Unsent,
    /// Stripe turned it away as one too many.
    Limited,
    /// It may have had its effect.
    Perhaps,
}

/// A request and how far it got.
pub(crate) struct Sending {
    pub(crate) ask: Ask,
    pub(crate) request: HttpRequest,
    pub(crate) doubt: Doubt,
}

/// What an event means for the request.
#[derive(Debug)]
pub(crate) enum Heard {
    /// It is done, and this came of it.
    Object(Object),
    /// The payer's bank or card said no: nothing moved.
    CardRefused { code: String, intent: Option<String> },
    /// Stripe refused it: nothing moved.
    RequestRefused { code: String, intent: Option<RefusedIntent> },
    /// No answer that counts: the same bytes may be sent again.
    Nothing,
    /// No answer that counts, and none to be had by sending again.
    Hopeless,
    /// The event answers no request.
    Foreign,
}

impl Sending {
    /// A request that has not been sent.
    pub(crate) fn new(ask: Ask, request: HttpRequest) -> Self {
        Self { ask, request, doubt: Doubt::Unsent }
    }

    /// Takes note of what happened. `attempt` is the one that the request is about.
    pub(crate) fn hear(&mut self, event: &Event, attempt: &str) -> Heard {
        let answer = match event {
            Event::HttpResponse(response) => read(response),
            Event::ConnectFailed | Event::Timeout { sent: false } | Event::ConnectionLost { sent: false } => {
                return Heard::Nothing;
            }
            Event::Timeout { sent: true } | Event::ConnectionLost { sent: true } => Answer::Unclear,
            _ => return Heard::Foreign,
        };
        match answer {
            Answer::Object(object) if self.ask.is_answered_by(&object, attempt) => Heard::Object(object),
            Answer::Object(_) | Answer::Unclear => self.nothing(Doubt::Perhaps),
            Answer::Limited => self.nothing(Doubt::Limited),
            Answer::CardRefused { code, intent } => Heard::CardRefused { code, intent },
            // An earlier sending may have been taken all the same: a key that was valid then, a method that was there.
            Answer::RequestRefused { .. } if self.doubt == Doubt::Perhaps => Heard::Hopeless,
            Answer::RequestRefused { code, intent } => Heard::RequestRefused { code, intent },
        }
    }

    fn nothing(&mut self, doubt: Doubt) -> Heard {
        self.doubt = self.doubt.max(doubt);
        Heard::Nothing
    }
}
