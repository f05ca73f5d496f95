//! The pipeline from outside: simulated cameras in, pictures out.

mod bench;
mod chaos;
mod cycles;
mod faults;
mod ingest;
mod key_frames;
mod recognize;
mod sources;
mod video;
mod views;
