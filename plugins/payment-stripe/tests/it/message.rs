//! As much HTTP/1.1 as the tests need: one message over one connection.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for a byte.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A request or a response: its first line, its headers in lower case, its body.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) first: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    pub(crate) fn new(first: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let headers =
            headers.iter().map(|(name, value)| (name.to_lowercase(), (*value).to_owned())).collect();
        Self { first: first.to_owned(), headers, body: body.to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The word of the first line with this number: `POST /path HTTP/1.1`, `HTTP/1.1 200 OK`.
    pub(crate) fn word(&self, number: usize) -> &str {
        self.first.split(' ').nth(number).unwrap_or_default()
    }

    /// A response's status.
    pub(crate) fn status(&self) -> u16 {
        self.word(1).parse().expect("a status line has a status")
    }

    /// The message as it travels; the connection ends after it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.first);
        for (name, value) in &self.headers {
            if name != "content-length" && name != "connection" {
                text += &format!("{name}: {value}\r\n");
            }
        }
        text += &format!("content-length: {}\r\nconnection: close\r\n\r\n", self.body.len());
        [text.as_bytes(), &self.body].concat()
    }

    /// Reads one; an error when it ends too early.
    pub(crate) fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.trim_end().split("\r\n");
        let first = lines.next().unwrap_or_default().to_owned();
        let header = |line: &str| {
            line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        };
        let mut message = Self { first, headers: lines.filter_map(header).collect(), body: Vec::new() };
        let length = message.header("content-length").map_or(0, |length| length.parse().unwrap_or(0));
        message.body = vec![0; length];
        stream.read_exact(&mut message.body)?;
        Ok(message)
    }
}

pub(crate) fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&to, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Sends a request and reads its answer.
pub(crate) fn exchange(to: SocketAddr, request: &Message) -> io::Result<Message> {
    let mut stream = connect(to)?;
    stream.write_all(&request.bytes())?;
    Message::read(&mut stream)
}
