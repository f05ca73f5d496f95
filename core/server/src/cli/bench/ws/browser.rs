//! Browsers on `/ws/face-recognition`: how long it takes from sending a picture to hearing what is in it, and who it is.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use super::{Load, Served, Socket, percentiles, process};
use crate::cli::Failure;

/// Pictures a second of each browser: as many as are analysed by the shipped settings.
const FPS: u32 = 10;
/// Networks are warm and every person is recognised once, before it counts.
const SETTLING: Duration = Duration::from_secs(3);
/// An answer that has not come by then does not come.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Has the next picture recognised as if nobody had been: every picture then takes the whole chain.
const FORGET: &str = r#"{"type":"clear_face_cache"}"#;

/// The part of an answer that is measured.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    /// Which of the browser's pictures, from 1.
    frame: Option<usize>,
    #[serde(borrow, default)]
    user: Option<&'a str>,
}

/// What one browser heard of the pictures that count.
#[derive(Default)]
struct Heard {
    sent: usize,
    detections: Vec<Duration>,
    matches: Vec<Duration>,
    strangers: usize,
    errors: usize,
}

/// Measures `load.browsers` for `load.span`, all showing the same person.
pub(super) async fn round(served: &Served<'_>, load: &Load, pictures: &[Bytes]) -> Result<Value, Failure> {
    let mut sockets = Vec::with_capacity(load.browsers);
    for _ in 0..load.browsers {
        let socket = served.connect("/ws/face-recognition").await;
        sockets.push(socket.map_err(|error| Failure::failed(error.to_string()))?);
    }
    let mut browsers = JoinSet::new();
    for (number, socket) in sockets.into_iter().enumerate() {
        // Cameras are not in step with each other.
        let delay = Duration::from_secs(1) / FPS * number as u32 / load.browsers as u32;
        browsers.spawn(Browser::new(socket, pictures.to_vec()).run(delay, load.span));
    }
    tokio::time::sleep(SETTLING).await;
    let (begun, cpu_before) = (Instant::now(), process::cpu_time());
    let mut all = Heard::default();
    while let Some(heard) = browsers.join_next().await {
        let heard = heard.map_err(|error| Failure::failed(error.to_string()))?;
        all.sent += heard.sent;
        all.detections.extend(heard.detections);
        all.matches.extend(heard.matches);
        all.strangers += heard.strangers;
        all.errors += heard.errors;
    }
    let took = begun.elapsed().as_secs_f64();
    let cpu_cores =
        process::cpu_time().zip(cpu_before).map(|(now, before)| (now - before).as_secs_f64() / took);
    Ok(json!({
        "browsers": load.browsers,
        "source_fps": FPS,
        "picture_bytes": pictures.iter().map(Bytes::len).sum::<usize>() / pictures.len().max(1),
        "pictures": all.sent,
        "unanswered": all.sent.saturating_sub(all.detections.len()),
        "errors": all.errors,
        "detection_ms": percentiles(all.detections),
        "match_ms": percentiles(all.matches),
        "strangers": all.strangers,
        "cpu_cores": cpu_cores,
    }))
}

struct Browser {
    socket: Socket,
    pictures: Vec<Bytes>,
    /// When each picture was sent.
    sent: Vec<Instant>,
    heard: Heard,
}

impl Browser {
    fn new(socket: Socket, pictures: Vec<Bytes>) -> Self {
        Self { socket, pictures, sent: Vec::new(), heard: Heard::default() }
    }

    /// Sends pictures at an even pace; those of the last `span` count.
    async fn run(mut self, delay: Duration, span: Duration) -> Heard {
        tokio::time::sleep(delay).await;
        let counts_from = Instant::now() + SETTLING;
        let ends = counts_from + span;
        let mut beats = tokio::time::interval(Duration::from_secs(1) / FPS);
        while Instant::now() < ends + ANSWER_WITHIN {
            let going_on = tokio::select! {
                now = beats.tick() => now.into_std() >= ends || self.show(counts_from).await,
                message = self.socket.next() => match message {
                    Some(Ok(Message::Text(text))) => self.hear(&text, counts_from).await,
                    Some(Ok(_)) => true,
                    _ => false,
                },
            };
            if !going_on {
                self.heard.errors += 1;
                break;
            }
        }
        self.heard
    }

    async fn show(&mut self, counts_from: Instant) -> bool {
        let Some(picture) = self.pictures.get(self.sent.len() % self.pictures.len().max(1)).cloned() else {
            return false;
        };
        let now = Instant::now();
        self.sent.push(now);
        self.heard.sent += usize::from(now >= counts_from);
        self.socket.send(Message::Binary(picture)).await.is_ok()
    }

    async fn hear(&mut self, text: &str, counts_from: Instant) -> bool {
        let now = Instant::now();
        let Ok(answer) = serde_json::from_str::<Answer<'_>>(text) else { return false };
        let sent = answer.frame.and_then(|frame| self.sent.get(frame.wrapping_sub(1)));
        let took = sent.filter(|sent| **sent >= counts_from).map(|sent| now.saturating_duration_since(*sent));
        match answer.kind {
            "face_detection" => self.heard.detections.extend(took),
            "face_match" => {
                self.heard.matches.extend(took);
                self.heard.strangers += usize::from(answer.user.is_none());
                return self.socket.send(Message::text(FORGET)).await.is_ok();
            }
            "error" => self.heard.errors += 1,
            _ => {}
        }
        true
    }
}
