//! Memory for the numbers between layers, kept by each thread: given back to the system after every layer, it would
//! have to be mapped and zeroed again for the next.

use std::cell::RefCell;
use std::ops::RangeInclusive;

/// Buffers that a thread keeps.
const KEPT_MAX: usize = 8;

/// Numbers of the buffers that are kept: what is smaller the allocator keeps itself, what is larger than any layer of
/// one face is not worth the memory.
const LENS: RangeInclusive<usize> = 1 << 15..=1 << 20;

thread_local! {
    static KEPT: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// `len` zeros, in the smallest kept buffer that is large enough.
pub(super) fn zeros(len: usize) -> Vec<f32> {
    if !LENS.contains(&len) {
        return vec![0.0; len];
    }
    let kept = KEPT.with_borrow_mut(|kept| {
        let fits = kept.iter().enumerate().filter(|(_, buffer)| buffer.capacity() >= len);
        let smallest = fits.min_by_key(|(_, buffer)| buffer.capacity()).map(|(at, _)| at);
        smallest.map(|at| kept.swap_remove(at))
    });
    let mut buffer = kept.unwrap_or_default();
    buffer.clear();
    buffer.resize(len, 0.0);
    buffer
}

/// Keeps a buffer for a later layer, unless there are enough or its size isn't worth it.
pub(super) fn keep(buffer: Vec<f32>) {
    if LENS.contains(&buffer.capacity()) {
        KEPT.with_borrow_mut(|kept| {
            if kept.len() < KEPT_MAX {
                kept.push(buffer);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_buffer_comes_back_as_zeros_and_no_more_are_kept_than_the_bound() {
        let (small, large) = (*LENS.start(), *LENS.end());
        let buffer = vec![7.0; small + 100];
        let address = buffer.as_ptr();
        keep(vec![7.0; 2 * small]);
        keep(buffer);
        let again = zeros(small);
        assert_eq!(again.as_ptr(), address);
        assert!(again.len() == small && again.iter().all(|&number| number == 0.0));
        (0..2 * KEPT_MAX).for_each(|_| keep(vec![7.0; small]));
        let kept = || KEPT.with_borrow(Vec::len);
        assert_eq!(kept(), KEPT_MAX);
        (0..KEPT_MAX).for_each(|_| drop(zeros(small)));
        keep(vec![7.0; large + 1]);
        keep(vec![7.0; small - 1]);
        assert_eq!(kept(), 0, "buffers of other sizes are not kept");
    }
}
