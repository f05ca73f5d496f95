//! As much of HTTP/1.1 as a test's server needs: one request and one response per connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::clock;

const HEAD_BYTES_MAX: u64 = 64 << 10;
const BODY_BYTES_MAX: usize = 1 << 20;
const READ_WAIT_MAX: Duration = Duration::from_secs(30);

/// One request.
#[derive(Clone)]
pub(crate) struct HttpRequest {
    pub(crate) method: String,
    /// Path without the query.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl HttpRequest {
    /// Reads one request. Fails when the client sends something else or nothing.
    pub(crate) fn read(stream: &TcpStream) -> io::Result<Self> {
        stream.set_read_timeout(Some(READ_WAIT_MAX))?;
        let mut reader = BufReader::new(stream);
        let mut head = reader.by_ref().take(HEAD_BYTES_MAX);
        let first = line(&mut head)?;
        let mut words = first.split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Err(malformed()) };
        let mut headers = Vec::new();
        loop {
            let text = line(&mut head)?;
            if text.is_empty() {
                break;
            }
            let (name, value) = text.split_once(':').ok_or_else(malformed)?;
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs(query),
            headers,
            body: Vec::new(),
        };
        let length = request.header("content-length").unwrap_or("0");
        let length = length.parse().ok().filter(|length| *length <= BODY_BYTES_MAX).ok_or_else(malformed)?;
        request.body = vec![0; length];
        reader.read_exact(&mut request.body)?;
        Ok(request)
    }

    /// The header with a name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The fields of a form.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        pairs(&String::from_utf8_lossy(&self.body))
    }
}

/// One response.
#[derive(Clone)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    /// The answer to an earlier request with the same key.
    pub(crate) is_replay: bool,
}

impl HttpResponse {
    /// A JSON response.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self { status, content_type: "application/json", body: body.to_string(), is_replay: false }
    }

    /// A CSV response.
    pub(crate) fn csv(body: String) -> Self {
        Self { status: 200, content_type: "text/csv", body, is_replay: false }
    }

    /// Writes the response; with `half`, no more than half of its body.
    pub(crate) fn write(&self, mut stream: &TcpStream, half: bool) -> io::Result<()> {
        let replay = if self.is_replay { "Idempotent-Replayed: true\r\n" } else { "" };
        let head = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nDate: {}\r\n{replay}Connection: close\r\n\r\n",
            self.status,
            reason(self.status),
            self.content_type,
            self.body.len(),
            clock::http_date(clock::now_s()),
        );
        let shown = if half { self.body.len() / 2 } else { self.body.len() };
        let bytes = [head.as_bytes(), &self.body.as_bytes()[..shown]].concat();
        stream.write_all(&bytes)
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        404 => "Not Found",
        409 => "Conflict",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Other",
    }
}

/// One line without its end. A line that does not end is an error.
fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut text = String::new();
    reader.read_line(&mut text)?;
    let ended = text.strip_suffix('\n').ok_or_else(malformed)?;
    Ok(ended.strip_suffix('\r').unwrap_or(ended).to_owned())
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not an HTTP/1.1 request")
}

/// Names and values of a query or form.
fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

/// The text behind `%41` and `+`.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).filter(|_| byte == b'%');
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        at += if code.is_some() { 3 } else { 1 };
        out.push(code.unwrap_or(if byte == b'+' { b' ' } else { byte }));
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn a_form_is_decoded() {
        let rows = [
            ("a=1&b=2", vec![("a", "1"), ("b", "2")]),
            ("metadata%5Bfacepay_attempt%5D=0a", vec![("metadata[facepay_attempt]", "0a")]),
            ("a=x+y%2Bz&b", vec![("a", "x y+z"), ("b", "")]),
            ("a=%zz%4", vec![("a", "%zz%4")]),
            ("", vec![]),
        ];
        for (text, expected) in rows {
            let found = pairs(text);
            let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
