//! A simulated card acquirer with a book of its own: the oracle of the payment tests.
//!
//! It is strict where real ones are, never forgets an idempotency key, fails on demand, and says afterwards what really
//! happened. It holds everything in memory and serves loopback tests only.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

mod book;
mod clock;
mod control;
mod fault;
mod http;
mod idempotency;
mod iso8583;
mod simulator;
mod stripe;
mod webhook;

use simulator::Simulator;

/// Connections at once; further ones wait.
const CONNECTIONS_MAX: usize = 512;

/// A running acquirer. It ends when dropped.
pub struct Acquirer {
    http: SocketAddr,
    iso8583: SocketAddr,
    ending: Arc<AtomicBool>,
}

impl Acquirer {
    /// Begins to serve. Fails when an address cannot be had.
    pub fn start(http: impl ToSocketAddrs, iso8583: impl ToSocketAddrs) -> io::Result<Self> {
        let (http, iso8583) = (TcpListener::bind(http)?, TcpListener::bind(iso8583)?);
        let ending = Arc::new(AtomicBool::new(false));
        let acquirer =
            Self { http: http.local_addr()?, iso8583: iso8583.local_addr()?, ending: Arc::clone(&ending) };
        let simulator = Arc::new(Simulator::default());
        let other = Arc::clone(&simulator);
        accept(http, Arc::clone(&ending), Arc::new(move |stream| simulator.serve_http(stream)));
        accept(iso8583, ending, Arc::new(move |stream| other.serve_iso8583(stream)));
        Ok(acquirer)
    }

    /// Where the Stripe-shaped face and the control are.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where the ISO 8583 face is.
    pub fn iso8583(&self) -> SocketAddr {
        self.iso8583
    }
}

impl Drop for Acquirer {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Release);
        for address in [self.http, self.iso8583] {
            _ = TcpStream::connect(address); // wakes the listener, which then sees that it ends
        }
    }
}

type Serve = Arc<dyn Fn(&TcpStream) + Send + Sync>;

/// The places for connections.
#[derive(Default)]
struct Places {
    taken: Mutex<usize>,
    freed: Condvar,
}

/// One place, free again when dropped.
struct Place(Arc<Places>);

impl Place {
    /// Waits for a place.
    fn take(places: &Arc<Places>) -> Self {
        let taken = places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = places.freed.wait_while(taken, |taken| *taken >= CONNECTIONS_MAX);
        *taken.unwrap_or_else(PoisonError::into_inner) += 1;
        Self(Arc::clone(places))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.freed.notify_one();
    }
}

/// Serves each connection on a thread of its own.
fn accept(listener: TcpListener, ending: Arc<AtomicBool>, serve: Serve) {
    let places = Arc::new(Places::default());
    thread::spawn(move || {
        for stream in listener.incoming() {
            if ending.load(Ordering::Acquire) {
                return;
            }
            let Ok(stream) = stream else { continue };
            let (place, serve) = (Place::take(&places), Arc::clone(&serve));
            thread::spawn(move || {
                serve(&stream);
                drop(place);
            });
        }
    });
}
