//! What a command says: data to standard output, progress and errors to standard error.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is where the command line prints")]

use std::io::{IsTerminal, Write};

use serde::Serialize;

/// Prints a line of data. A reader that went away (`| head`) ends the output, not the command.
pub(crate) fn out(line: impl std::fmt::Display) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// Prints one stable object.
pub(crate) fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => out(text),
        Err(error) => note(format!("facepay: the answer cannot be written as JSON: {error}")),
    }
}

/// Prints a line for the person who waits.
pub(crate) fn note(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Whether colours may be used: a terminal, and `NO_COLOR` unset or empty.
pub(crate) fn coloured() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && std::io::stdout().is_terminal()
}

/// Counts on standard error, on a terminal only.
pub(crate) struct Progress {
    what: &'static str,
    total: usize,
    shown: bool,
}

impl Progress {
    pub(crate) fn new(what: &'static str, total: usize) -> Self {
        Self { what, total, shown: std::io::stderr().is_terminal() }
    }

    pub(crate) fn show(&self, done: usize) {
        if self.shown {
            let _ = write!(std::io::stderr().lock(), "\r{} {done}/{} ", self.what, self.total);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            note("");
        }
    }
}

/// Columns padded to their widest cell.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        out(padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    line(head.to_vec());
    for row in rows {
        line(row.iter().map(String::as_str).collect());
    }
}
