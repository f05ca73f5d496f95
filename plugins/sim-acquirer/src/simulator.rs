//! The state behind both faces, and how a fault bends the way of one request.

use std::net::TcpStream;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::book::Book;
use crate::control;
use crate::fault::{Fault, Faults};
use crate::http::{HttpRequest, HttpResponse};
use crate::idempotency::{self, Answers, Claim};
use crate::iso8583::desk::Desk;
use crate::stripe::{self, Ledger};
use crate::webhook::Webhooks;

/// How long a request without an answer is held before it is answered 504.
const HELD_MAX: Duration = Duration::from_secs(30);

/// The acquirer.
#[derive(Default)]
pub(crate) struct Simulator {
    state: Mutex<World>,
    pub(crate) webhooks: Webhooks,
}

/// What a reset clears.
#[derive(Default)]
pub(crate) struct World {
    /// Goes up with each reset, so that a late effect finds that its world is gone.
    pub(crate) generation: u64,
    pub(crate) ledger: Ledger,
    pub(crate) desk: Desk,
    pub(crate) faults: Faults,
    answers: Answers,
    /// Requests that were taken on and not yet carried out.
    pub(crate) in_flight: u64,
}

impl World {
    /// The book.
    pub(crate) fn book(&self) -> &Book {
        &self.ledger.book
    }
}

impl Simulator {
    /// The state, locked.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew: an empty book, no faults, no webhooks.
    pub(crate) fn reset(&self) {
        let mut world = self.world();
        *world = World { generation: world.generation + 1, ..World::default() };
        drop(world);
        self.webhooks.point_at(None);
    }

    /// Answers one HTTP connection.
    pub(crate) fn serve_http(&self, stream: &TcpStream) {
        let Ok(request) = HttpRequest::read(stream) else { return };
        if request.path.starts_with("/_sim/") {
            let response = control::answer(self, &request);
            _ = response.write(stream, false); // a client that has gone hears nothing
            return;
        }
        let fault = self.world().faults.draw(stripe::kind(&request));
        if fault == Some(Fault::DropRequest) {
            return;
        }
        let (wait_ms, is_error) = match fault {
            Some(Fault::Delay(ms) | Fault::LateSuccess(ms)) => (ms, false),
            Some(Fault::ErrorBefore) => (0, true),
            _ => (0, false),
        };
        let mut response = self.answer(&request, Duration::from_millis(wait_ms), is_error);
        if fault == Some(Fault::Duplicate) {
            response = self.answer(&request, Duration::ZERO, false);
        }
        match fault {
            Some(Fault::DropReply) => return,
            Some(Fault::LateSuccess(_)) => {
                if !is_held(stream) {
                    return;
                }
                response = stripe::failure(504, "api_error", "gateway_timeout");
            }
            Some(Fault::ErrorAfter) => response = stripe::failure(500, "api_error", "internal_error"),
            _ => {}
        }
        _ = response.write(stream, fault == Some(Fault::HalfBody)); // as above
    }

    /// Carries a request out after `wait`, unless its key says otherwise. With `is_error`, it fails before any effect.
    fn answer(&self, request: &HttpRequest, wait: Duration, is_error: bool) -> HttpResponse {
        let key = request.header("idempotency-key").filter(|_| request.method == "POST");
        let generation = {
            let mut world = self.world();
            world.ledger.note(request);
            match key.map(|key| world.answers.claim(key, idempotency::fingerprint(request))) {
                None | Some(Claim::Fresh) => {}
                Some(Claim::Answered(response)) => return response,
                Some(Claim::InFlight) => {
                    return stripe::failure(409, "idempotency_error", "idempotency_key_in_use");
                }
                Some(Claim::Mismatch) => {
                    return stripe::failure(400, "idempotency_error", "idempotency_key_reused");
                }
            }
            world.in_flight += 1;
            world.generation
        };
        thread::sleep(wait);
        let mut world = self.world();
        if world.generation != generation {
            return stripe::failure(503, "api_error", "reset");
        }
        world.in_flight -= 1;
        let answer = match is_error {
            true => stripe::Answer::remembered(stripe::failure(500, "api_error", "internal_error")),
            false => stripe::answer(&mut world.ledger, request),
        };
        if let Some(key) = key {
            match answer.is_remembered {
                true => world.answers.complete(key, &answer.response),
                false => world.answers.forget(key),
            }
        }
        drop(world);
        if let Some(event) = answer.event {
            self.webhooks.send(event);
        }
        answer.response
    }
}

/// Waits until the client gives up; true when it has not after [`HELD_MAX`].
pub(crate) fn is_held(stream: &TcpStream) -> bool {
    let waited = stream.set_read_timeout(Some(HELD_MAX)).and_then(|()| stream.peek(&mut [0]));
    waited.is_err_and(|cause| {
        matches!(cause.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
    })
}
