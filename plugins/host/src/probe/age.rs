//! Structs as hosts of other ages lay them out (rules R1 and R2 of the header).

use std::io;

use plugin_sdk::abi::Growing;

use super::guarded::{Edge, Guarded};

/// Bytes by which the structs of a newer host are longer.
const TAIL_BYTES: usize = 64;
/// What those bytes hold.
const TAIL: u8 = 0xAA;

/// When the host was built, seen from this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Age {
    /// Its structs end where they ended in revision 1.0 of the ABI.
    Older,
    /// Its structs are the ones of this build.
    #[default]
    Same,
    /// Its structs go on for 64 bytes that no revision knows.
    Newer,
}

impl Age {
    /// Bytes that a struct has with such a host, which is also the stride of its arrays.
    pub(super) fn size<T: Growing>(self) -> usize {
        match self {
            Self::Older => T::SIZE_MIN,
            Self::Same => size_of::<T>(),
            Self::Newer => size_of::<T>() + TAIL_BYTES,
        }
    }
}

/// Structs in a row, with nothing behind the last.
pub(super) struct Laid {
    memory: Guarded,
    size: usize,
}

impl Laid {
    /// The values, each as long as the age makes them.
    pub(super) fn of<T: Growing>(age: Age, values: &[T]) -> io::Result<Self> {
        let size = age.size::<T>();
        let mut bytes = vec![TAIL; size * values.len()];
        for (place, value) in bytes.chunks_exact_mut(size.max(1)).zip(values) {
            let known = size.min(size_of::<T>());
            // SAFETY: `known` bytes are readable at the value and writable at the place.
            unsafe {
                std::ptr::copy_nonoverlapping(
                    std::ptr::from_ref(value).cast::<u8>(),
                    place.as_mut_ptr(),
                    known,
                );
            }
            place[..4].copy_from_slice(&(size as u32).to_ne_bytes());
        }
        Ok(Self { memory: Guarded::new(&bytes, Edge::End)?, size })
    }

    /// The same, which can only be read from now on.
    pub(super) fn read_only(self) -> io::Result<Self> {
        Ok(Self { memory: self.memory.read_only()?, ..self })
    }

    pub(super) fn as_ptr<T>(&self) -> *mut T {
        self.memory.as_ptr().cast()
    }

    pub(super) fn stride(&self) -> u32 {
        self.size as u32
    }

    /// Whether the callee wrote behind what it knows of the first struct, which no callee may, whatever it answers.
    pub(super) fn tail_flaw<T: Growing>(&self) -> Option<String> {
        let tail = self.memory.bytes().get(size_of::<T>()..self.size)?;
        let is_written = tail.iter().any(|byte| *byte != TAIL);
        is_written.then(|| format!("the tail of {} that no revision knows was written to", T::NAME))
    }

    /// The first struct as its callee left it, or what the callee did wrong with its size or its tail.
    pub(super) fn answered<T: Growing>(&self) -> Result<T, String> {
        let bytes = self.memory.bytes();
        let written = u32::from_ne_bytes(bytes[..4].try_into().map_err(|_| "no struct".to_owned())?) as usize;
        if written > size_of::<T>() || written > self.size {
            return Err(format!(
                "{}.struct_size says {written} of {} bytes after the call, but at most {} were written (rule R1)",
                T::NAME,
                self.size,
                size_of::<T>().min(self.size)
            ));
        }
        if let Some(flaw) = self.tail_flaw::<T>() {
            return Err(flaw);
        }
        let place = self.as_ptr::<T>().cast_const();
        // SAFETY: `struct_size`, checked above, is at most the memory's length.
        unsafe { plugin_sdk::abi::read(place) }.map_err(|error| error.to_string())
    }
}
