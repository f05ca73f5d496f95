//! Pictures on their way to a GPU: each is copied into the device's memory once, however many networks look at it.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::picture::{Picture, PixelFormat};

/// Pieces of the device's memory that lie ready for the next pictures.
const FREE_MAX: usize = 16;

/// A picture in the device's memory, for as long as it is held. An object, so that nobody has to look through all of wgpu to see
/// that an engine can be shared.
pub(super) trait Carried: Send + Sync {
    /// The planes, laid out as [`Picture::places`] says.
    fn buffer(&self) -> &wgpu::Buffer;
}

/// Carries a picture; it has passed its check. `None` when it doesn't fit.
type Carry = Box<dyn Fn(&Picture<'_>) -> Option<Arc<dyn Carried>> + Send + Sync>;

struct InMemory {
    buffer: wgpu::Buffer,
    pool: Arc<Pool>,
}

impl Carried for InMemory {
    fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}

impl Drop for InMemory {
    fn drop(&mut self) {
        // Whatever reads it was submitted before, so that the device has read it before it writes the next picture there.
        self.pool.give(self.buffer.clone());
    }
}

/// Carries pictures to a device, and knows those that stay as they are for a while.
pub(super) struct Carrier {
    carry: Carry,
    kept: Mutex<Vec<Kept>>,
}

/// A picture that stays as it is, and what was carried of it: nothing yet, or nothing ever when it doesn't fit.
#[derive(Clone)]
struct Kept {
    place: Place,
    carried: Arc<OnceLock<Option<Arc<dyn Carried>>>>,
}

/// Which bytes a picture is made of. Those of two pictures that live at a time are the same only if the pictures are.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    format: PixelFormat,
    size: [u32; 2],
    planes: [[usize; 2]; 3],
}

impl Carrier {
    pub(super) fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Self {
        let memory = Memory::of(device, queue);
        Self { carry: Box::new(move |picture| memory.carry(picture)), kept: Mutex::default() }
    }

    /// Does `work`, during which each of `pictures`, which nobody can change meanwhile, is carried once at the most, when it is
    /// asked for first.
    pub(super) fn keeping<T>(&self, pictures: &[Picture<'_>], work: impl FnOnce() -> T) -> T {
        let keep = |picture| Kept { place: Place::of(picture), carried: Arc::default() };
        let kept: Vec<Kept> = pictures.iter().map(keep).collect();
        locked(&self.kept).extend_from_slice(&kept);
        let _until_dropped = Keeping { carrier: self, kept };
        work()
    }

    /// The picture in the device's memory; `None` when it doesn't fit there. It has passed its check.
    pub(super) fn carried(&self, picture: &Picture<'_>) -> Option<Arc<dyn Carried>> {
        let place = Place::of(picture);
        let kept = locked(&self.kept).iter().find(|kept| kept.place == place).cloned();
        match kept {
            Some(kept) => kept.carried.get_or_init(|| (self.carry)(picture)).clone(),
            None => (self.carry)(picture),
        }
    }
}

/// A device's memory, as far as pictures go.
struct Memory {
    queue: wgpu::Queue,
    pool: Arc<Pool>,
    bytes_max: u64,
}

impl Memory {
    fn of(device: &wgpu::Device, queue: &wgpu::Queue) -> Self {
        let limits = device.limits();
        Self {
            queue: queue.clone(),
            pool: Arc::new(Pool { device: device.clone(), free: Mutex::default() }),
            bytes_max: limits.max_storage_buffer_binding_size.min(limits.max_buffer_size),
        }
    }

    fn carry(&self, picture: &Picture<'_>) -> Option<Arc<dyn Carried>> {
        let (lens, places) = (picture.lens(), picture.places());
        let bytes = (places[2] + lens[2]).next_multiple_of(4) as u64;
        if bytes > self.bytes_max {
            return None;
        }
        let buffer = self.pool.take(bytes.next_power_of_two().min(self.bytes_max));
        let carried = Arc::new(InMemory { buffer, pool: Arc::clone(&self.pool) });
        let size = std::num::NonZeroU64::new(bytes)?;
        let mut view = self.queue.write_buffer_with(&carried.buffer, 0, size)?;
        for ((plane, len), place) in picture.planes.iter().zip(lens).zip(places) {
            view.slice(place..place + len).copy_from_slice(&plane[..len]);
        }
        Some(carried)
    }
}

impl Place {
    fn of(picture: &Picture<'_>) -> Self {
        let lens = picture.lens();
        let plane = |at: usize| match lens[at] {
            0 => [0, 0],
            _ => [picture.planes[at].as_ptr().addr(), picture.strides[at]],
        };
        Self {
            format: picture.format,
            size: [picture.width, picture.height],
            planes: [plane(0), plane(1), plane(2)],
        }
    }
}

/// Pictures that stay as they are until this is dropped.
struct Keeping<'a> {
    carrier: &'a Carrier,
    kept: Vec<Kept>,
}

impl Drop for Keeping<'_> {
    fn drop(&mut self) {
        let is_ours = |kept: &Kept| self.kept.iter().any(|ours| Arc::ptr_eq(&ours.carried, &kept.carried));
        locked(&self.carrier.kept).retain(|kept| !is_ours(kept));
    }
}

/// Pieces of the device's memory, those that lie ready.
struct Pool {
    device: wgpu::Device,
    free: Mutex<Vec<wgpu::Buffer>>,
}

impl Pool {
    fn take(&self, size: u64) -> wgpu::Buffer {
        let mut free = locked(&self.free);
        if let Some(at) = free.iter().position(|buffer| buffer.size() == size) {
            return free.swap_remove(at);
        }
        drop(free);
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        let label = Some("picture");
        self.device.create_buffer(&wgpu::BufferDescriptor { label, size, usage, mapped_at_creation: false })
    }

    fn give(&self, buffer: wgpu::Buffer) {
        let mut free = locked(&self.free);
        if free.len() == FREE_MAX {
            free.remove(0);
        }
        free.push(buffer);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
