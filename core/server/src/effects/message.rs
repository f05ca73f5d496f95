//! Messages over TCP for payment plugins: one out and one back, on a connection of its own.

use bytes::Buf;
use plugin_host::{Event, Framing, TcpExchange, TcpResponse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Duration, Instant};

use super::endpoints::Endpoints;
use crate::outbound::Stream;

impl Endpoints {
    /// Sends `asked` and tells what came of it. What may not be sent is a failed connection, and said in the log.
    pub(crate) async fn exchange_message(&self, asked: &TcpExchange, deadline: Instant) -> Event {
        let checked = self.base(asked.endpoint, false).and_then(|place| Ok((place, framed(asked)?)));
        let (place, message) = match checked {
            Ok(checked) => checked,
            Err(fault) => {
                tracing::error!(endpoint = asked.endpoint, fault, "a payment plugin's message was not sent");
                return Event::ConnectFailed;
            }
        };
        let own = Instant::now() + Duration::from_millis(u64::from(asked.timeout_ms.max(1)));
        let mut talk = Talk { sent: false, framing: asked.framing, bytes_max: self.response_bytes_max };
        let exchange = async {
            match self.outbound.connect(place, &self.networks).await {
                Ok(stream) => talk.exchange(stream, &message).await,
                Err(error) => {
                    tracing::warn!(%error, "a payment provider was not reached");
                    Event::ConnectFailed
                }
            }
        };
        let answered = tokio::time::timeout_at(own.min(deadline), exchange).await;
        answered.unwrap_or(Event::Timeout { sent: talk.sent })
    }
}

/// The bytes to send.
fn framed(asked: &TcpExchange) -> Result<Vec<u8>, &'static str> {
    let too_long = "the message is longer than its framing can say";
    let length = asked.body.len();
    let mut message = match asked.framing {
        Framing::None => Vec::new(),
        Framing::Length16 => u16::try_from(length).map_err(|_| too_long)?.to_be_bytes().to_vec(),
        Framing::Length32 => u32::try_from(length).map_err(|_| too_long)?.to_be_bytes().to_vec(),
    };
    message.extend_from_slice(&asked.body);
    match message.is_empty() {
        true => Err("the message is empty"),
        false => Ok(message),
    }
}

/// One exchange, and whether anything of it has left.
struct Talk {
    sent: bool,
    framing: Framing,
    bytes_max: usize,
}

impl Talk {
    async fn exchange(&mut self, mut socket: Box<dyn Stream>, message: &[u8]) -> Event {
        match self.send(&mut socket, message).await {
            Ok(()) => {}
            Err(_) if !self.sent => return Event::ConnectFailed,
            Err(_) => return Event::ConnectionLost { sent: true },
        }
        match self.receive(&mut socket).await {
            Ok(answer) => Event::TcpResponse(answer),
            Err(_) => Event::ConnectionLost { sent: true },
        }
    }

    async fn send(&mut self, socket: &mut impl Stream, mut message: &[u8]) -> std::io::Result<()> {
        // Not `write_all`: it does not say whether anything left before it failed or ran out of time.
        while message.has_remaining() {
            let written = socket.write(message).await?;
            if written == 0 {
                return Err(std::io::ErrorKind::WriteZero.into());
            }
            self.sent = true;
            message.advance(written);
        }
        // TLS keeps what it has not written yet.
        socket.flush().await?;
        match self.framing {
            // Nothing else tells the peer that the message is whole.
            Framing::None => socket.shutdown().await,
            Framing::Length16 | Framing::Length32 => Ok(()),
        }
    }

    async fn receive(&self, socket: &mut impl Stream) -> std::io::Result<TcpResponse> {
        let length = match self.framing {
            Framing::None => return self.receive_to_end(socket).await,
            Framing::Length16 => usize::from(socket.read_u16().await?),
            Framing::Length32 => usize::try_from(socket.read_u32().await?).unwrap_or(usize::MAX),
        };
        if length > self.bytes_max {
            return Ok(TcpResponse { body: Vec::new(), truncated: true });
        }
        let mut body = vec![0; length];
        socket.read_exact(&mut body).await?;
        Ok(TcpResponse { body, truncated: false })
    }

    async fn receive_to_end(&self, socket: &mut impl Stream) -> std::io::Result<TcpResponse> {
        let mut body = Vec::new();
        socket.take(self.bytes_max as u64 + 1).read_to_end(&mut body).await?;
        match body.len() {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            length if length > self.bytes_max => Ok(TcpResponse { body: Vec::new(), truncated: true }),
            _ => Ok(TcpResponse { body, truncated: false }),
        }
    }
}

#[cfg(test)]
mod tests;
