//! The rules of face payment: pure functions and state machines, no I/O, no clock.
