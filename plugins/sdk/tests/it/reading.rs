//! Structs of a newer writer, read by this build.

use plugin_sdk::abi::{self, Growing, fp_frame};
use plugin_sdk::{FourCc, Frame};

/// A frame as a newer writer lays it out: with a tail.
#[derive(Clone, Copy)]
#[repr(C)]
struct LongFrame {
    known: fp_frame,
    tail: [u8; 32],
}

const KNOWN: u32 = size_of::<fp_frame>() as u32;
const LONG: u32 = size_of::<LongFrame>() as u32;

fn grey(pixels: &[u8; 4]) -> fp_frame {
    let mut frame = fp_frame::empty();
    frame.struct_size = LONG;
    (frame.fourcc, frame.width, frame.height, frame.n_planes) = (FourCc::GRAY8.0, 2, 2, 1);
    frame.plane[0] = abi::fp_plane { data: pixels.as_ptr(), size: 4, pitch: 2, rows: 2 };
    frame
}

#[test]
fn the_copy_of_a_longer_struct_does_not_claim_its_tail() {
    let pixels = [7; 4];
    let long = LongFrame { known: grey(&pixels), tail: [0xff; 32] };
    // SAFETY: the struct has as many bytes as it says, and its plane is borrowed.
    let frame = unsafe { Frame::from_abi(&abi::read((&raw const long).cast::<fp_frame>()).unwrap()) };
    assert_eq!((long.known.struct_size, frame.unwrap().as_abi().struct_size), (200, 168));
}

#[test]
fn items_are_read_within_their_stride_whatever_they_say() {
    let pixels = [7; 4];
    let long = [LongFrame { known: grey(&pixels), tail: [0xff; 32] }; 2];
    // SAFETY: as many items as said, that far apart.
    let apart = unsafe { abi::read_array((&raw const long).cast::<fp_frame>(), 2, LONG) }.unwrap();
    // These claim more than lies between them.
    let short = [grey(&pixels); 2];
    // SAFETY: as many items as said, that far apart.
    let dense = unsafe { abi::read_array(short.as_ptr(), 2, KNOWN) }.unwrap();
    for frame in apart.into_iter().chain(dense) {
        assert_eq!((frame.struct_size, frame.width), (KNOWN, 2));
    }
}
