//! The clients of `facepay bench load`, in a process of their own: neither what they keep nor what they cost is the appliance's.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{Timestamp, UserId};
use futures_util::StreamExt;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::super::api::{Request, STOPS_WITHIN};
use super::super::figures::percentiles;
use super::{Load, TICK};
use crate::app::start::machine_clock;
use crate::cli::{Failure, offline, terminal};
use crate::client::{Client, ClientError};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What the kernel keeps for one who doesn't read.
const UNREAD_BYTES: u32 = 4 << 10;
/// Who sends requests.
const REQUESTERS: usize = 16;
/// A console that was not let go of by then won't be.
const LET_GO_WITHIN: Duration = Duration::from_secs(30);

/// Whom the clients ask, and about whom.
#[derive(Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) base: String,
    pub(super) key: String,
    pub(super) people: Vec<String>,
}

/// The clients, seen from the process that measures. They say one thing after another, each a line; they end with this.
pub(super) struct Crowd {
    child: Child,
    /// Open as long as they are to go on.
    _input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Crowd {
    /// Starts this program again, as so many clients.
    pub(super) fn start(load: &Load, target: &Target) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "crowd"]);
        for (option, number) in [
            ("--clients", load.consoles as u64),
            ("--slow", load.slow as u64),
            ("--requests", load.requests_per_second.into()),
            ("--seconds", load.span.as_secs()),
        ] {
            command.args([option, &number.to_string()]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::failed("the clients cannot be talked to".to_owned()));
        };
        // Not among its arguments, which everybody on the machine may read.
        writeln!(input, "{}", serde_json::to_string(target).map_err(|error| failed(&error))?)?;
        Ok(Self { child, _input: input, output: BufReader::new(output) })
    }

    /// Waits for what they say next.
    pub(super) async fn says(mut self) -> Result<(Self, Value), Failure> {
        let heard = move || {
            let mut line = String::new();
            self.output.read_line(&mut line)?;
            let said = serde_json::from_str(&line);
            Ok((self, said.map_err(|_| Failure::failed("the clients ended too soon".to_owned()))?))
        };
        tokio::task::spawn_blocking(heard).await.map_err(|error| failed(&error))?
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        // One that is over already has nothing to be told.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::failed(error.to_string())
}

/// What the other process does; it ends with its standard input.
pub(in crate::cli::bench) fn serve(load: &Load) -> Result<(), Failure> {
    let mut input = BufReader::new(std::io::stdin());
    let mut line = String::new();
    input.read_line(&mut line)?;
    let target = serde_json::from_str::<Target>(&line).map_err(|error| failed(&error))?;
    let runtime = offline::runtime()?;
    let ended = runtime.spawn_blocking(move || drop(input.read_line(&mut line)));
    let done = runtime.block_on(async {
        tokio::select! {
            done = load_it(&target, load) => done,
            _ = ended => Ok(()),
        }
    });
    runtime.shutdown_timeout(STOPS_WITHIN);
    done
}

/// Connects everybody, asks for as long as is to be asked, and follows until the appliance lets go. Each is told of when it is over.
async fn load_it(target: &Target, load: &Load) -> Result<(), Failure> {
    let url = format!("{}/ws/events?token={}", target.base.replacen("http", "ws", 1), target.key);
    let mut consoles = JoinSet::new();
    for _ in 0..load.consoles {
        let socket = tokio_tungstenite::connect_async(&url).await;
        consoles.spawn(follow(socket.map_err(|error| failed(&error))?.0));
    }
    let mut slow = Vec::with_capacity(load.slow);
    for _ in 0..load.slow {
        slow.push(unread(&target.base, &url).await?);
    }
    terminal::out(json!({ "connected": load.consoles + load.slow }));
    terminal::out(ask(target, load).await);
    drop(slow);
    terminal::out(let_go(consoles, load.consoles).await);
    Ok(())
}

/// What one console heard.
#[derive(Default)]
struct Heard {
    times: Vec<Duration>,
    missed: bool,
    close: Option<CloseCode>,
}

async fn follow(mut socket: Socket) -> Heard {
    let (mut heard, clock) = (Heard::default(), machine_clock());
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => {
                let now = clock();
                // Most are of sales: to take them apart would cost more than to send them.
                if !text.contains(TICK) {
                    continue;
                }
                let Ok(event) = serde_json::from_str::<Value>(&text) else { continue };
                if event["type"] == TICK {
                    let at = Timestamp(event["at_us"].as_i64().unwrap_or_default());
                    heard.times.push(now.since(at));
                }
                heard.missed |= event["type"] == "resync";
            }
            Message::Close(frame) => heard.close = frame.map(|frame| frame.code),
            _ => {}
        }
    }
    heard
}

/// A client that takes in next to nothing.
async fn unread(base: &str, url: &str) -> Result<Socket, Failure> {
    let address = base.trim_start_matches("http://").parse().map_err(|error| failed(&error))?;
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(UNREAD_BYTES)?;
    let stream = socket.connect(address).await?;
    let opened = tokio_tungstenite::client_async(url, MaybeTlsStream::Plain(stream)).await;
    Ok(opened.map_err(|error| failed(&error))?.0)
}

/// Asks at a fixed rate, whether earlier requests were answered or not; times are from when each was due.
async fn ask(target: &Target, load: &Load) -> Value {
    let clients: Vec<_> =
        (0..REQUESTERS).map(|_| Arc::new(Client::new(&target.base, Some(target.key.clone())))).collect();
    let (began, errors) = (Instant::now(), Arc::new(Mutex::new(BTreeMap::<String, usize>::new())));
    let mut asking = JoinSet::new();
    let mut times = Vec::new();
    let pause = Duration::from_secs(1) / load.requests_per_second.max(1);
    let people: Vec<UserId> = target.people.iter().filter_map(|person| person.parse().ok()).collect();
    let turns = Request::ROUND.into_iter().cycle().zip(clients.iter().cycle()).zip(people.iter().cycle());
    for (number, ((request, client), person)) in turns.enumerate() {
        let due = began + pause * u32::try_from(number).unwrap_or(u32::MAX);
        if load.requests_per_second == 0 || due >= began + load.span {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        let (client, person, errors) = (client.clone(), *person, errors.clone());
        asking.spawn(async move {
            if let Err(error) = request.send(&client, person).await {
                *errors.lock().entry(kind(&error)).or_default() += 1;
            }
            due.elapsed()
        });
        while let Some(done) = asking.try_join_next() {
            times.extend(done.ok());
        }
    }
    tokio::time::sleep_until((began + load.span).into()).await;
    while let Some(done) = asking.join_next().await {
        times.extend(done.ok());
    }
    let per_second = times.len() as f64 / began.elapsed().as_secs_f64();
    let failures = std::mem::take(&mut *errors.lock());
    let errors: usize = failures.values().sum();
    json!({ "per_second": per_second, "errors": errors, "failures": failures, "ms": percentiles(times) })
}

/// What went wrong, without who and what it was about.
fn kind(error: &ClientError) -> String {
    match error {
        ClientError::Refused { status, detail, .. } => {
            format!("{} {}", status.as_u16(), detail.split(':').next().unwrap_or_default())
        }
        ClientError::Unreachable { .. } => "unreachable".to_owned(),
    }
}

/// Waits until every console was let go of.
async fn let_go(mut consoles: JoinSet<Heard>, connected: usize) -> Value {
    let mut times = Vec::new();
    let (mut missed, mut evicted, mut with_1001) = (0, 0, 0);
    let all = async {
        while let Some(heard) = consoles.join_next().await {
            let heard = heard.unwrap_or_default();
            times.extend(heard.times);
            missed += usize::from(heard.missed);
            evicted += usize::from(heard.close == Some(CloseCode::Again));
            with_1001 += usize::from(heard.close == Some(CloseCode::Away));
        }
    };
    let all_gone = tokio::time::timeout(LET_GO_WITHIN, all).await.is_ok();
    json!({
        "consoles": connected,
        "ms": percentiles(times),
        "missed": missed,
        "evicted": evicted,
        "closed_1001": with_1001,
        "all_gone": all_gone,
    })
}
