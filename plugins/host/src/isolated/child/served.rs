//! The plugin's instance in a worker, and the threads that make the host's calls into it.

use std::collections::HashMap;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Mutex, PoisonError, RwLock};

use plugin_sdk::abi::{self, Growing, fp_call, fp_face, fp_status, fp_writer};

use crate::home::face_batch;
use crate::instance::{Instance, TaskPtr};
use crate::isolated::area::Area;
use crate::isolated::lane::received;
use crate::isolated::socket;
use crate::isolated::wire::{self, ANSWER_AT, Head, REQUEST_AT, Reader, Writer, op};
use crate::operation::Asked;
use crate::vision::FACES_MAX;

/// Most operations held at once.
const TASKS_MAX: usize = 4096;

/// An active instance, until it is stopped.
pub(super) struct Served {
    instance: RwLock<Option<Instance>>,
    tasks: Mutex<Tasks>,
}

#[derive(Default)]
struct Tasks {
    last: u64,
    held: HashMap<u64, TaskPtr>,
}

impl Served {
    pub(super) fn new(instance: Instance) -> Self {
        Self { instance: RwLock::new(Some(instance)), tasks: Mutex::default() }
    }

    /// What the plugin says of its fitness; `None` once it is stopped.
    pub(super) fn health(&self) -> Option<(fp_status, Vec<u8>)> {
        self.with(Instance::health)
    }

    /// Deactivates and destroys the instance, when no call is in it.
    pub(super) fn stop(&self) {
        drop(self.instance.write().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn with<T>(&self, work: impl FnOnce(&Instance) -> T) -> Option<T> {
        self.instance.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(work)
    }

    /// Holds an operation under a number; 0 when there is none to hold, or no room.
    fn hold(&self, task: Option<TaskPtr>) -> u64 {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(task) = task.filter(|_| tasks.held.len() < TASKS_MAX) else { return 0 };
        tasks.last += 1;
        let number = tasks.last;
        tasks.held.insert(number, task);
        number
    }

    /// What came of a begin.
    fn begun(&self, (status, task): (fp_status, Option<TaskPtr>)) -> Done {
        let extra = if status == abi::FP_OK { self.hold(task) } else { 0 };
        Done { status, extra, ..Done::default() }
    }

    fn held(&self, number: u64) -> Option<TaskPtr> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).held.get(&number).copied()
    }

    fn let_go(&self, number: u64) -> Option<TaskPtr> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).held.remove(&number)
    }
}

/// The worker's side of a lane.
pub(super) struct ServedLane {
    socket: OwnedFd,
    request: Area,
    answer: Area,
}

/// What came of a call: status, number, bytes of data in the answer's area, and how the contract was broken.
#[derive(Default)]
struct Done {
    status: fp_status,
    extra: u64,
    len: usize,
    flaw: Option<String>,
}

impl ServedLane {
    pub(super) fn new(socket: OwnedFd, request: Area, answer: Area) -> Self {
        Self { socket, request, answer }
    }

    /// Makes the host's calls until the host is gone.
    pub(super) fn serve(mut self, served: &Served) {
        while let Some(head) = received(self.socket.as_fd()) {
            let mut reason = Vec::new();
            let mut writer = fp_writer::into_reason(&mut reason);
            let mut call = fp_call::empty();
            call.deadline_ns = head.deadline_ns;
            call.cancel = self.request.base().cast::<u32>().cast_const();
            (call.trace_id, call.span_id) = (head.trace_id, head.span_id);
            call.reason = &raw mut writer;
            let Some(Some(done)) = served.with(|instance| self.make(served, instance, &call, &head)) else {
                return; // nothing that this version of the host would ask
            };
            if let Some(flaw) = &done.flaw {
                reason = flaw.as_bytes()[..flaw.floor_char_boundary(wire::REASON_BYTES_MAX)].to_vec();
            }
            // SAFETY: the mapping is writable; the host only copies from it.
            let room = unsafe { self.answer.writable(0) };
            room[..reason.len()].copy_from_slice(&reason);
            let head = Head {
                status: done.status,
                extra: done.extra,
                len: done.len as u64,
                reason_len: reason.len() as u32,
                flawed: done.flaw.is_some(),
                ..head
            };
            if socket::send(self.socket.as_fd(), &head.to_bytes(), true).is_err() {
                return;
            }
        }
    }

    /// Makes one call; `None` when the request cannot be read.
    fn make(&mut self, served: &Served, instance: &Instance, call: &fp_call, head: &Head) -> Option<Done> {
        // SAFETY: the host writes the area only before it sends a request.
        let data = unsafe { self.request.readable(REQUEST_AT, usize::try_from(head.len).ok()?) }?;
        let mut from = Reader::new(data);
        // SAFETY: the mapping is writable, and no other thread of this program uses it; the host only copies from it.
        let room = unsafe { self.answer.writable(ANSWER_AT) };
        match head.op {
            op::DETECT => detect(instance, call, &mut from, room),
            op::SCORE | op::EMBED => values(instance, call, head, &mut from, room),
            op::BEGIN => {
                let request = wire::take_request(&mut from)?;
                Some(served.begun(instance.begin(call, Asked::Payment(&request))))
            }
            op::BEGIN_IDENTITY => {
                let request = wire::take_id_request(&mut from)?;
                Some(served.begun(instance.begin(call, Asked::Identity(&request))))
            }
            op::STEP => {
                let (task, event) = (served.held(head.extra)?, wire::take_event(&mut from)?);
                let mut next = abi::fp_effect::empty();
                // SAFETY: the task is held, so it has not ended; the host makes one call at a time with it.
                let status = unsafe { instance.step(call, task, &event, &mut next) };
                if status != abi::FP_OK {
                    return Some(Done { status, ..Done::default() });
                }
                let mut to = Writer::new(room);
                // SAFETY: what the effect points to is valid until the next step or end.
                let flaw = unsafe { wire::put_effect(&mut to, &next) }.err();
                Some(Done { len: to.len(), flaw, ..Done::default() })
            }
            op::END => {
                if let Some(task) = served.let_go(head.extra) {
                    // SAFETY: the task came from `begin` and is held no more; the host makes no other call with it.
                    unsafe { instance.end(task) };
                }
                Some(Done::default())
            }
            _ => None,
        }
    }
}

fn detect(instance: &Instance, call: &fp_call, from: &mut Reader<'_>, room: &mut [u8]) -> Option<Done> {
    let asked = from.u32()? as usize;
    let frames = wire::take_frames(from)?;
    let capacity = asked.min(FACES_MAX).min(room.len() / size_of::<fp_face>());
    let mut out = abi::fp_out_array::empty();
    (out.stride, out.capacity) = (size_of::<fp_face>() as u32, capacity as u32);
    // The faces are written where the host reads them; the area is aligned for them. What the plugin leaves out is zero.
    room[..capacity * size_of::<fp_face>()].fill(0);
    out.items = room.as_mut_ptr().cast();
    let status = instance.detect(call, &frame_batch(&frames), &mut out);
    let len = (out.count as usize).min(capacity) * size_of::<fp_face>();
    Some(Done { status, extra: out.count.into(), len, flaw: None })
}

fn values(
    instance: &Instance,
    call: &fp_call,
    head: &Head,
    from: &mut Reader<'_>,
    room: &mut [u8],
) -> Option<Done> {
    let frames = wire::take_frames(from)?;
    let bytes = from.bytes()?;
    let mut faces = vec![fp_face::empty(); bytes.len() / size_of::<fp_face>()];
    if size_of_val(faces.as_slice()) != bytes.len() {
        return None;
    }
    wire::copy_into(&mut faces, bytes);
    let count = faces.len().checked_mul(usize::try_from(head.extra).ok()?)?;
    let len = count * size_of::<f32>();
    // SAFETY: any bytes are floats; the part in the middle is aligned for them, and begins where the area does.
    let (before, places, _) = unsafe { room.align_to_mut::<f32>() };
    if !before.is_empty() {
        return None;
    }
    let Some(places) = places.get_mut(..count) else {
        let status = abi::FP_E_UNSUPPORTED;
        return Some(Done { status, ..Done::default() });
    };
    places.fill(f32::NAN); // what the plugin leaves out is then malformed
    let (batch, faces) = (frame_batch(&frames), face_batch(&faces));
    let status = match head.op {
        op::SCORE => instance.score(call, &batch, &faces, places),
        _ => instance.embed(call, &batch, &faces, places),
    };
    Some(Done { status, len, ..Done::default() })
}

fn frame_batch(frames: &[abi::fp_frame]) -> abi::fp_frame_batch {
    let mut batch = abi::fp_frame_batch::empty();
    batch.count = frames.len() as u32;
    batch.stride = size_of::<abi::fp_frame>() as u32;
    batch.frames = frames.as_ptr();
    batch
}
