//! A line to a provider that loses, delays, doubles and cuts by chance.

use plugin_sdk::machine::Effect;
use plugin_sdk::{Event, HttpRequest, HttpResponse};
use serde_json::Value;

use crate::seed::Chance;

/// A provider behind HTTP.
pub(crate) trait Provider {
    /// Handles a request that came while `running` was the attempt at work.
    fn handle(&mut self, running: &str, request: &HttpRequest) -> HttpResponse;
}

/// The provider, the line to it, and what is still on the way.
pub(crate) struct Line<P> {
    pub(crate) provider: P,
    chance: Chance,
    /// The line fails sometimes.
    pub(crate) bad: bool,
    late: Vec<(String, HttpRequest)>,
}

impl<P: Provider> Line<P> {
    /// A good line.
    pub(crate) fn new(provider: P, chance: Chance) -> Self {
        Self { provider, chance, bad: false, late: Vec::new() }
    }

    /// Whether a request of an attempt is still on the way.
    pub(crate) fn is_late(&self, attempt: &str) -> bool {
        self.late.iter().any(|(running, _)| running == attempt)
    }

    /// What comes of a request that `running` sends.
    pub(crate) fn happens<E>(&mut self, running: &str, effect: &Effect<E>) -> Event {
        let Effect::Http(request) = effect else { return Event::ConnectFailed };
        let fault = if self.bad { self.chance.below(15) } else { u64::MAX };
        let answered = |provider: &mut P| provider.handle(running, request);
        match fault {
            0 => Event::ConnectFailed,
            1 => Event::Timeout { sent: false },
            2 => Event::ConnectionLost { sent: true }, // it never arrived
            3 => {
                answered(&mut self.provider); // it did, and its answer was lost
                Event::ConnectionLost { sent: true }
            }
            4 => {
                self.late.push((running.to_owned(), request.clone()));
                Event::Timeout { sent: true }
            }
            5 => {
                answered(&mut self.provider); // it came twice
                Event::HttpResponse(answered(&mut self.provider))
            }
            6 => Event::HttpResponse(excuse(500)),
            7 => {
                answered(&mut self.provider);
                Event::HttpResponse(excuse(503))
            }
            8 => {
                let mut response = answered(&mut self.provider);
                response.body.truncate(response.body.len() / 2);
                Event::HttpResponse(response)
            }
            9 => {
                let mut response = answered(&mut self.provider);
                (response.body, response.truncated) = (Vec::new(), true);
                Event::HttpResponse(response)
            }
            10 => Event::HttpResponse(excuse(200)), // a portal on the way answers with a page of its own
            _ => Event::HttpResponse(answered(&mut self.provider)),
        }
    }

    /// What was on the way arrives.
    pub(crate) fn arrive(&mut self) {
        for (running, request) in std::mem::take(&mut self.late) {
            self.provider.handle(&running, &request);
        }
    }
}

fn excuse(status: u16) -> HttpResponse {
    HttpResponse { status, body: b"<html>".to_vec(), ..Default::default() }
}

/// A response with a JSON body.
pub(crate) fn json_response(status: u16, body: &Value) -> HttpResponse {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    HttpResponse { status, headers, body: body.to_string().into_bytes(), truncated: false }
}
