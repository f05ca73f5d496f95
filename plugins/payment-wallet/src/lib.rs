//! A closed-loop stored-value wallet as a sans-I/O payment step machine.
