//! The ISO 8583 face: messages with a 2-byte length before each, over TCP.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::fault::Fault;
use crate::simulator::{Simulator, is_held};

pub(crate) mod desk;
mod message;

use desk::{Kind, MALFUNCTION, Reply};
use message::Message;

impl Simulator {
    /// Answers the messages of one connection, one after the other.
    pub(crate) fn serve_iso8583(&self, mut stream: &TcpStream) {
        while let Ok(bytes) = read(stream) {
            let Some(message) = Message::read(&bytes) else { return };
            let Some(kind) = Kind::of(&message) else { return };
            let fault = self.world().faults.draw(kind.name());
            if fault == Some(Fault::DropRequest) {
                return;
            }
            let (wait_ms, is_error) = match fault {
                Some(Fault::Delay(ms) | Fault::LateSuccess(ms)) => (ms, false),
                Some(Fault::ErrorBefore) => (0, true),
                _ => (0, false),
            };
            let mut reply = self.reply(kind, &message, Duration::from_millis(wait_ms), is_error);
            match fault {
                Some(Fault::Duplicate) => reply = self.reply(kind, &message, Duration::ZERO, false),
                Some(Fault::DropReply) => return,
                Some(Fault::LateSuccess(_)) => {
                    is_held(stream);
                    return;
                }
                Some(Fault::ErrorAfter) => reply = Reply::code(MALFUNCTION),
                _ => {}
            }
            let body = reply.to(&message).write();
            let Ok(length) = u16::try_from(body.len()) else { return };
            let framed = [&length.to_be_bytes()[..], &body].concat();
            let is_half = fault == Some(Fault::HalfBody);
            let shown = if is_half { framed.len() / 2 } else { framed.len() };
            if stream.write_all(&framed[..shown]).is_err() || is_half {
                return;
            }
        }
    }

    /// Carries a message out after `wait`, unless it did so before. With `is_error`, it fails before any effect.
    fn reply(&self, kind: Kind, message: &Message, wait: Duration, is_error: bool) -> Reply {
        let generation = {
            let mut world = self.world();
            world.ledger.book.note(message.field(48));
            if let Some(reply) = world.desk.claim(kind, message) {
                return reply;
            }
            world.in_flight += 1;
            world.generation
        };
        thread::sleep(wait);
        let mut world = self.world();
        if world.generation != generation {
            return Reply::code(MALFUNCTION);
        }
        let world = &mut *world;
        world.in_flight -= 1;
        if is_error {
            world.desk.forget(message); // a repeat is carried out, or no reversal would ever get through
            return Reply::code(MALFUNCTION);
        }
        let reply = world.desk.carry_out(&mut world.ledger.book, kind, message);
        world.desk.complete(message, &reply);
        reply
    }
}

/// The next message without its length.
fn read(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(None)?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut body)?;
    Ok(body)
}
