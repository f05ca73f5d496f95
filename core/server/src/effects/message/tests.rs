//! Messages to real sockets that behave and that do not.

use std::future::Future;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::outbound::Outbound;
use crate::secrets::Vault;

const BYTES_MAX: usize = 64;

/// Talks to a peer that does `answer` on the one connection that it accepts.
async fn talked<F>(asked: TcpExchange, answer: impl FnOnce(TcpStream) -> F + Send + 'static) -> Event
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("tcp://{}", listener.local_addr().unwrap());
    let peer = tokio::spawn(async move { answer(listener.accept().await.unwrap().0).await });
    let event = exchanged(&base, &asked).await;
    peer.abort();
    event
}

async fn exchanged(base: &str, asked: &TcpExchange) -> Event {
    let vault = Arc::new(Vault::new("/nowhere".into()));
    let endpoints = Endpoints::new([&[base.to_owned()], &[]], BYTES_MAX, Outbound::trusting_nobody(), vault);
    let endpoints = endpoints.unwrap();
    endpoints.exchange_message(asked, Instant::now() + Duration::from_secs(10)).await
}

fn message(framing: Framing, timeout_ms: u32) -> TcpExchange {
    TcpExchange { body: b"0200".to_vec(), framing, timeout_ms, ..TcpExchange::default() }
}

fn answered(event: &Event) -> (&[u8], bool) {
    match event {
        Event::TcpResponse(answer) => (&answer.body, answer.truncated),
        _ => panic!("no answer"),
    }
}

#[tokio::test]
async fn a_message_goes_out_and_one_comes_back_in_each_framing() {
    for (framing, sent, received) in [
        (Framing::Length16, &b"\x00\x040200"[..], &b"\x00\x040210ignored"[..]),
        (Framing::Length32, b"\x00\x00\x00\x040200", b"\x00\x00\x00\x040210"),
    ] {
        let event = talked(message(framing, 5000), move |mut socket| async move {
            let mut request = vec![0; sent.len()];
            socket.read_exact(&mut request).await.unwrap();
            assert_eq!(request, sent);
            // In parts, as a network may deliver it.
            let (first, second) = received.split_at(3);
            socket.write_all(first).await.unwrap();
            socket.flush().await.unwrap();
            socket.write_all(second).await.unwrap();
            std::future::pending::<()>().await;
        });
        assert_eq!(answered(&event.await), (&b"0210"[..], false), "{framing:?}");
    }
    let event = talked(message(Framing::None, 5000), |mut socket| async move {
        let mut request = Vec::new();
        socket.read_to_end(&mut request).await.unwrap();
        assert_eq!(request, b"0200");
        socket.write_all(b"0210").await.unwrap();
    });
    assert_eq!(answered(&event.await), (&b"0210"[..], false));
}

#[tokio::test]
async fn an_answer_above_the_bound_is_not_kept() {
    for (framing, answer) in [
        (Framing::Length16, [&[0_u8, 65][..], &[b'x'; 65]].concat()),
        (Framing::Length32, b"\xff\xff\xff\xff".to_vec()),
        (Framing::None, vec![b'x'; BYTES_MAX + 1]),
    ] {
        let event = talked(message(framing, 5000), move |mut socket| async move {
            socket.write_all(&answer).await.unwrap();
            std::future::pending::<()>().await;
        });
        assert_eq!(answered(&event.await), (&b""[..], true), "{framing:?}");
    }
}

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_is_whole_is_lost_after_sending() {
    for (framing, answer) in [
        (Framing::Length16, &b""[..]),
        (Framing::Length16, b"\x00"),
        (Framing::Length16, b"\x00\x04021"),
        (Framing::Length32, b"\x00\x00\x00\x04"),
        (Framing::None, b""),
    ] {
        let event = talked(message(framing, 5000), move |mut socket| async move {
            let mut request = [0; 4];
            socket.read_exact(&mut request).await.unwrap();
            socket.write_all(answer).await.unwrap();
        });
        assert!(matches!(event.await, Event::ConnectionLost { sent: true }), "{framing:?} {answer:?}");
    }
}

#[tokio::test]
async fn a_peer_that_does_not_answer_in_time_may_have_heard() {
    let event = talked(message(Framing::Length16, 50), |socket| async move {
        std::future::pending::<()>().await;
        drop(socket);
    });
    assert!(matches!(event.await, Event::Timeout { sent: true }));
}

#[tokio::test]
async fn what_never_left_is_a_failed_connection() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let sound = message(Framing::Length16, 5000);
    assert!(matches!(exchanged(&format!("tcp://{closed}"), &sound).await, Event::ConnectFailed));
    let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = open.local_addr().unwrap();
    let long = TcpExchange { body: vec![0; 65_536], ..sound.clone() };
    let empty = TcpExchange { body: Vec::new(), framing: Framing::None, ..sound.clone() };
    let elsewhere = TcpExchange { endpoint: 1, ..sound.clone() };
    for asked in [long, empty, elsewhere] {
        assert!(matches!(exchanged(&format!("tcp://{address}"), &asked).await, Event::ConnectFailed));
    }
    assert!(matches!(exchanged(&format!("http://{address}"), &sound).await, Event::ConnectFailed));
    // Nobody ever connected.
    assert!(futures_util::FutureExt::now_or_never(open.accept()).is_none());
}

/// A peer whose queue of connections is full does not complete one more: time runs out before anything left.
#[tokio::test]
async fn time_that_runs_out_before_a_connection_is_there_is_not_sent() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(socket)) =
        tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await
    {
        waiting.push(socket);
    }
    let event = exchanged(&format!("tcp://{address}"), &message(Framing::Length16, 100)).await;
    assert!(matches!(event, Event::Timeout { sent: false }));
}
