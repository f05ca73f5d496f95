//! `sim-acquirer --http ADDRESS --iso8583 ADDRESS [--with-stdin]`: serves until it is killed, or its standard input closes.

use std::io::{self, Read};
use std::process::ExitCode;
use std::thread;

use serde_json::json;
use sim_acquirer::Acquirer;

const USAGE: &str = "sim-acquirer [--http ADDRESS] [--iso8583 ADDRESS] [--with-stdin]";

struct Arguments {
    http: String,
    iso8583: String,
    with_stdin: bool,
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let any_port = || "127.0.0.1:0".to_owned();
    let mut found = Arguments { http: any_port(), iso8583: any_port(), with_stdin: false };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--http" => found.http = words.next().ok_or("--http ADDRESS")?,
            "--iso8583" => found.iso8583 = words.next().ok_or("--iso8583 ADDRESS")?,
            "--with-stdin" => found.with_stdin = true,
            other => return Err(format!("unknown argument {other}")),
        }
    }
    Ok(found)
}

#[allow(clippy::print_stdout)] // the addresses are the program's output
fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(cause) => {
            eprintln!("{cause}\nusage: {USAGE}");
            return ExitCode::from(2);
        }
    };
    let acquirer = match Acquirer::start(&arguments.http, &arguments.iso8583) {
        Ok(acquirer) => acquirer,
        Err(cause) => {
            eprintln!("cannot serve: {cause}");
            return ExitCode::FAILURE;
        }
    };
    let addresses = json!({ "http": acquirer.http().to_string(), "iso8583": acquirer.iso8583().to_string() });
    println!("{addresses}");
    if !arguments.with_stdin {
        loop {
            thread::park();
        }
    }
    let mut rest = [0; 256];
    while io::stdin().read(&mut rest).is_ok_and(|count| count > 0) {}
    ExitCode::SUCCESS
}
