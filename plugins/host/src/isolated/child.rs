//! The worker's side: locks itself in, opens the plugin, answers the host, and ends with it.

use std::ffi::OsString;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use plugin_sdk::abi;
use plugin_sdk::{Limits, SecretService};

use super::area::Area;
use super::sandbox;
use super::socket;
use super::wire::{ANSWER_AT, CONTROL_BYTES, HEAD_BYTES, Head, REQUEST_AT, Reader, VERSION, Writer, op};
use crate::error::LoadError;
use crate::instance::{Instance, Offers};
use crate::library::PluginLibrary;
use crate::manifest::Manifest;
use crate::memory;
use crate::metrics::{BOARD_BYTES, Board};
use crate::services::{Executor, Files, Frames, HostServices, Recorder};

mod host;
mod served;

use host::HostLine;
use served::{Served, ServedLane};

/// Address space on top of what a plugin may use: the program, its libraries and the holes that allocators reserve.
const ADDRESS_BYTES_EXTRA: u64 = 2 << 30;
/// Pools of the allocator: each reserves addresses, of which the process has few.
const ARENAS_MAX: u16 = 2;
/// Most open descriptors.
const FDS_MAX: u64 = 256;
/// Stack of the threads that call the plugin.
const STACK_BYTES: usize = 4 << 20;

/// Runs a plugin's process: the program `facepay-plugin-worker`. Its standard input is a socket to the host.
pub fn worker_main() -> ExitCode {
    leave_host_behind();
    // SAFETY: the host made the socket our standard input; nothing else in this program uses that.
    let control = unsafe { OwnedFd::from_raw_fd(0) };
    match Worker::greeted(control).and_then(Worker::serve) {
        Some(()) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    }
}

/// Closes what the process may have inherited, and ties its life to the host's.
fn leave_host_behind() {
    // SAFETY: no descriptor above 2 is in use yet; the others change settings of this process only.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, 0u32);
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
    }
    memory::limit_arenas(ARENAS_MAX);
}

/// What the host says first.
struct Hello {
    path: PathBuf,
    id: String,
    sha256: [u8; 32],
    finest: u32,
    unsandboxed: bool,
    memory_bytes: u64,
    shared_bytes: u64,
    cpu_s: u64,
}

struct Worker {
    control: OwnedFd,
    request: Area,
    answer: Area,
    line: Arc<HostLine>,
    board: Arc<Board>,
    code: OwnedFd,
    hello: Hello,
    head: Head,
}

impl Worker {
    /// A worker that has heard what it is to do; `None` when that makes no sense, as without a host.
    fn greeted(control: OwnedFd) -> Option<Self> {
        let mut message = [0; HEAD_BYTES];
        let (got, fds) = socket::receive_with(control.as_fd(), &mut message).ok()?;
        let head = Head::of(&message[..got]).filter(|head| head.op == op::HELLO)?;
        let [code, request, answer, services, data, board]: [OwnedFd; 6] = fds.try_into().ok()?;
        let request = Area::map(request.as_fd(), CONTROL_BYTES, false).ok()?;
        let mut answer = Area::map(answer.as_fd(), CONTROL_BYTES, true).ok()?;
        let data = Area::map(data.as_fd(), CONTROL_BYTES, true).ok()?;
        let board = Arc::new(Board::shared(Area::map(board.as_fd(), BOARD_BYTES, true).ok()?));
        // SAFETY: the host writes the area only between its requests.
        let said = unsafe { request.readable(REQUEST_AT, usize::try_from(head.len).ok()?) }?;
        if Reader::new(said).array() != Some(VERSION) {
            say(&control, &mut answer, Head { trace_id: VERSION, ..head }, &[])?; // for the host to name
            return None;
        }
        let hello = Hello::of(said)?;
        let line = Arc::new(HostLine::new(services, data));
        Some(Self { control, request, answer, line, board, code, hello, head })
    }

    fn serve(mut self) -> Option<()> {
        let enforced = sandbox::enter(&limits(&self.hello));
        // Said before any of the plugin's code runs.
        self.say(Head { extra: enforced.to_bits(), trace_id: VERSION, ..self.head }, &[])?;
        if !(enforced.is_whole() || self.hello.unsandboxed) {
            return None;
        }
        let opened = self.open();
        let (library, manifest) = self.reported(opened)?;
        let json = serde_json::to_vec(&manifest).ok()?;
        self.say(self.head, &json)?;
        let (head, fds) = self.next()?;
        self.head = head;
        let started = self.start(&library, &manifest, fds);
        let (instance, offers, lanes) = self.reported(started)?;
        let served = Arc::new(Served::new(instance));
        for lane in lanes {
            let served = Arc::clone(&served);
            let thread = std::thread::Builder::new().name("call".into()).stack_size(STACK_BYTES);
            thread.spawn(move || lane.serve(&served)).ok()?;
        }
        self.say(self.head, &told(offers))?;
        self.attend(&served)
    }

    /// Opens the library. A payment or identity plugin opens no further files once its constructors have run.
    fn open(&mut self) -> Result<(PluginLibrary, Manifest), LoadError> {
        let Hello { path, id, sha256, .. } = &self.hello;
        let failed = |source| LoadError::Read { path: path.clone(), source };
        let code = self.code.try_clone().map_err(failed)?;
        let host = HostServices::in_worker(id, self.line.log(self.hello.finest), None);
        let library = PluginLibrary::only(path, code, *sha256, host)?;
        let manifest = Manifest::find(&library, path, id)?;
        let opens_files =
            manifest.interfaces.iter().all(|id| matches!(id.split('.').nth(1), Some(kind) if sees(kind)));
        if !opens_files && !sandbox::seal() && !self.hello.unsandboxed {
            let what = format!("plugin {id}: the kernel refused to close the sandbox after loading");
            return Err(LoadError::Apart { what });
        }
        Ok((library, manifest))
    }

    fn start(
        &self,
        library: &PluginLibrary,
        manifest: &Manifest,
        fds: Vec<OwnedFd>,
    ) -> Result<(Instance, Offers, Vec<ServedLane>), LoadError> {
        let unreadable = || LoadError::Apart { what: "the host's settings cannot be read".into() };
        let len = usize::try_from(self.head.len).unwrap_or(usize::MAX);
        // SAFETY: the host writes the area only between its requests.
        let data = unsafe { self.request.readable(REQUEST_AT, len) }.ok_or_else(unreadable)?;
        let start = Start::of(data).ok_or_else(unreadable)?;
        let lanes = start.lanes(fds).ok_or_else(unreadable)?;
        let secrets: Option<Arc<dyn SecretService>> =
            start.has_secrets.then(|| Arc::clone(&self.line) as Arc<dyn SecretService>);
        let log = self.line.log(self.hello.finest);
        let recorder = Recorder::away(Arc::clone(&self.board), self.line.define());
        let files = start.has_artifacts.then(|| Files::Away(self.line.map()));
        let mut services = HostServices::in_worker(&manifest.id, log, secrets)
            .with_metrics(recorder)
            .with_files(files)
            .with_executor(Executor::new(start.limits.threads))
            .with_frames(Frames::default());
        services.allow(&start.handles);
        let instance = Instance::start(library, manifest, services, &start.config_json, start.limits)?;
        let offers = instance.offers(manifest)?;
        Ok((instance, offers, lanes))
    }

    /// Answers what is asked besides calls, until the host stops the plugin or is gone.
    fn attend(mut self, served: &Served) -> Option<()> {
        loop {
            let (head, _) = self.next()?;
            match head.op {
                op::HEALTH => {
                    let (status, said) = served.health()?;
                    self.say(Head { status, ..head }, &said)?;
                }
                op::STOP => {
                    served.stop();
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// The next request and its descriptors; `None` when the host is gone.
    fn next(&self) -> Option<(Head, Vec<OwnedFd>)> {
        let mut message = [0; HEAD_BYTES];
        let (got, fds) = socket::receive_with(self.control.as_fd(), &mut message).ok()?;
        Some((Head::of(&message[..got])?, fds))
    }

    fn say(&mut self, head: Head, data: &[u8]) -> Option<()> {
        say(&self.control, &mut self.answer, head, data)
    }

    /// The value, or the error told to the host.
    fn reported<T>(&mut self, result: Result<T, LoadError>) -> Option<T> {
        result.map_err(|error| self.say(Head { status: -1, ..self.head }, chain(&error).as_bytes())).ok()
    }
}

/// Answers with data.
fn say(control: &OwnedFd, area: &mut Area, head: Head, data: &[u8]) -> Option<()> {
    // SAFETY: the mapping is writable; the host reads the area only, and what it reads it copies and checks.
    let room = unsafe { area.writable(0) };
    room.get_mut(..data.len())?.copy_from_slice(data);
    let head = Head { len: data.len() as u64, ..head };
    socket::send(control.as_fd(), &head.to_bytes(), true).ok()
}

/// Interfaces whose plugins may read system libraries while they work, as inference runtimes load parts of themselves late.
fn sees(kind: &str) -> bool {
    ["detector/", "liveness/", "recognizer/"].iter().any(|name| kind.starts_with(name))
}

/// An error and what caused it, in one line.
fn chain(error: &LoadError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.fold(error.to_string(), |text, cause| match text.contains(&cause.to_string()) {
        true => text,
        false => format!("{text}: {cause}"),
    })
}

impl Hello {
    fn of(data: &[u8]) -> Option<Self> {
        let mut from = Reader::new(data);
        from.array::<16>()?; // the version
        Some(Self {
            path: PathBuf::from(OsString::from_vec(from.bytes()?.to_vec())),
            id: from.text()?.to_owned(),
            sha256: from.array()?,
            finest: from.u32()?,
            unsandboxed: from.u32()? != 0,
            memory_bytes: from.u64()?,
            shared_bytes: from.u64()?,
            cpu_s: from.u64()?,
        })
    }
}

/// What the host says once it knows the plugin.
struct Start {
    config_json: String,
    handles: std::collections::BTreeSet<String>,
    has_secrets: bool,
    has_artifacts: bool,
    limits: Limits,
    lanes: u32,
    request_bytes: usize,
    answer_bytes: usize,
}

impl Start {
    fn of(data: &[u8]) -> Option<Self> {
        let mut from = Reader::new(data);
        let config_json = from.text()?.to_owned();
        let handles = (0..from.u32()?).map(|_| from.text().map(str::to_owned)).collect::<Option<_>>()?;
        let (has_secrets, has_artifacts) = (from.u32()? != 0, from.u32()? != 0);
        let (max_batch, max_width, max_height) = (from.u32()?, from.u32()?, from.u32()?);
        let limits = Limits { max_batch, max_width, max_height, threads: from.u32()? };
        let lanes = from.u32()?;
        let (request, answer) = (usize::try_from(from.u64()?).ok()?, usize::try_from(from.u64()?).ok()?);
        let answer_bytes = Some(answer).filter(|bytes| *bytes > ANSWER_AT)?;
        Some(Self {
            config_json,
            handles,
            has_secrets,
            has_artifacts,
            limits,
            lanes,
            request_bytes: request,
            answer_bytes,
        })
    }

    /// The lanes over the descriptors: all sockets, then a pair of areas for each.
    fn lanes(&self, fds: Vec<OwnedFd>) -> Option<Vec<ServedLane>> {
        let count = self.lanes as usize;
        let mut files = fds;
        let sockets: Vec<OwnedFd> = files.drain(..count.min(files.len())).collect();
        if sockets.len() != count || files.len() != 2 * count {
            return None;
        }
        let map = |file: BorrowedFd<'_>, len, writable| Area::map(file, len, writable).ok();
        let lanes = sockets.into_iter().zip(files.chunks_exact(2)).map(|(socket, pair)| {
            let request = map(pair[0].as_fd(), self.request_bytes, false)?;
            let answer = map(pair[1].as_fd(), self.answer_bytes, true)?;
            Some(ServedLane::new(socket, request, answer))
        });
        lanes.collect()
    }
}

/// What an active plugin offers, as the host reads it.
fn told(offers: Offers) -> Vec<u8> {
    let mut room = [0; 96];
    let mut to = Writer::new(&mut room);
    let metric = |metric| match metric {
        plugin_sdk::Metric::Cosine => abi::FP_DISTANCE_COSINE,
        plugin_sdk::Metric::L2 => abi::FP_DISTANCE_L2,
    };
    let recognizer =
        offers.recognizer.map_or([0; 4], |info| [1, info.dim, metric(info.metric), info.model_tag]);
    let words = [offers.detector.into(), offers.liveness.into()].into_iter().chain(recognizer);
    let put = words.into_iter().try_for_each(|word| to.u32(word)).and_then(|()| {
        [offers.payment, offers.identity].into_iter().try_for_each(|machine| {
            let (ops_mask, caps) = machine.unwrap_or_default();
            to.u32(machine.is_some().into())?;
            to.u32(ops_mask)?;
            to.u64(caps)
        })
    });
    let len = put.map_or(0, |()| to.len());
    room[..len].to_vec()
}

/// What the process may use.
fn limits(hello: &Hello) -> [(libc::__rlimit_resource_t, u64); 8] {
    [
        (libc::RLIMIT_CORE, 0), // a core dump of a face plugin is biometric data
        (libc::RLIMIT_DATA, hello.memory_bytes),
        (libc::RLIMIT_AS, hello.memory_bytes + hello.shared_bytes + ADDRESS_BYTES_EXTRA),
        (libc::RLIMIT_CPU, hello.cpu_s),
        (libc::RLIMIT_NOFILE, FDS_MAX),
        (libc::RLIMIT_FSIZE, 0),
        (libc::RLIMIT_MEMLOCK, 0),
        (libc::RLIMIT_MSGQUEUE, 0),
    ]
}
