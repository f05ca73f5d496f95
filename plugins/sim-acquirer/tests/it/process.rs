//! The program: where it says that it serves, and that it ends with its standard input.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::Value;

#[test]
fn the_program_says_where_it_serves_and_ends_with_its_standard_input() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sim-acquirer"))
        .args(["--http", "127.0.0.1:0", "--iso8583", "127.0.0.1:0", "--with-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let addresses: Value = serde_json::from_str(&line).unwrap();
    for face in ["http", "iso8583"] {
        TcpStream::connect(addresses[face].as_str().unwrap()).unwrap();
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn an_unknown_argument_is_a_usage_error() {
    let output = Command::new(env!("CARGO_BIN_EXE_sim-acquirer")).arg("--port").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
}
