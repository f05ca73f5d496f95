//! Kept frames: the same picture, so many at most, none after the instance.

use plugin_sdk::{FourCc, FrameDesc};

use super::*;

fn host() -> *const fp_host {
    HostServices::new("org.example.frames", None, None).with_frames(Frames::default()).leak()
}

fn desc(width: u32, height: u32, fourcc: FourCc) -> FrameDesc {
    let (colour_matrix, colour_range) = Default::default();
    FrameDesc { width, height, fourcc, pts_ns: 5, seq: 6, stream_id: 7, colour_matrix, colour_range }
}

fn keep(host: *const fp_host, frame: &Frame<'_>) -> Result<*const fp_frame, fp_status> {
    let mut kept = std::ptr::null();
    // SAFETY: the host is ours; frame and place are valid during the call.
    match unsafe { retain(host, frame.as_abi(), &raw mut kept) } {
        abi::FP_OK => Ok(kept),
        status => Err(status),
    }
}

fn let_go(host: *const fp_host, frame: *const fp_frame) {
    // SAFETY: the host is ours, and only looks the address up.
    unsafe { release(host, frame) };
}

#[test]
fn a_kept_frame_is_the_same_picture_after_the_first_is_gone() {
    let (host, mut luma) = (host(), vec![9_u8; 5 * 8 + 100]);
    let kept = {
        // Rows of 8 for 5 pixels, and more behind the plane than it needs.
        let planes =
            [Plane { data: &luma, pitch: 8, rows: 5 }, Plane { data: &[3; 3 * 8], pitch: 8, rows: 3 }];
        let frame = Frame::new(&desc(5, 5, FourCc::NV12), &planes).unwrap();
        let mut raw = *frame.as_abi();
        raw.plane[2] = raw.plane[0];
        let mut kept = std::ptr::null();
        // SAFETY: the host is ours; frame and place are valid during the call.
        assert_eq!(unsafe { retain(host, &raw const raw, &raw mut kept) }, abi::FP_OK);
        kept
    };
    luma.fill(0);
    // SAFETY: kept, and not let go while it is used.
    let again = unsafe { Frame::from_abi(&*kept) }.unwrap();
    assert_eq!((again.width(), again.pts_ns(), again.seq(), again.stream_id()), (5, 5, 6, 7));
    let planes = [0, 1].map(|index| again.plane(index).unwrap());
    assert_eq!((planes[0].data, planes[1].data), (&[9; 5 * 8][..], &[3; 3 * 8][..]));
    assert!(planes.iter().all(|plane| plane.data.as_ptr().addr() % ALIGN == 0));
    // Of planes that the picture does not have nothing is told: where they were is memory of a call.
    // SAFETY: as above.
    let unused = unsafe { &(&(*kept).plane)[2..] };
    assert!(unused.iter().all(|plane| plane.data.is_null() && plane.size == 0));
    let twice = keep(host, &again).unwrap();
    assert_ne!(twice, kept);
    let_go(host, kept);
    // SAFETY: this one is still kept.
    assert_eq!(unsafe { (*twice).seq }, 6);
}

#[test]
fn there_is_an_end_to_frames_and_to_their_bytes_until_one_is_let_go() {
    let (host, pixels) = (host(), vec![1; 64 * 64]);
    let small =
        Frame::new(&desc(64, 64, FourCc::GRAY8), &[Plane { data: &pixels, pitch: 64, rows: 64 }]).unwrap();
    let kept: Vec<_> = (0..FRAMES_MAX).map(|_| keep(host, &small).unwrap()).collect();
    assert_eq!(keep(host, &small), Err(abi::FP_E_BUSY));
    for frame in [std::ptr::null(), small.as_abi(), kept[0].wrapping_byte_add(8)] {
        let_go(host, frame);
        assert_eq!(keep(host, &small), Err(abi::FP_E_BUSY), "a frame that is none was let go");
    }
    let_go(host, kept[3]);
    assert!(keep(host, &small).is_ok());
    let side = 16_384;
    let pixels = vec![0; side * side];
    let plane = Plane { data: &pixels, pitch: side as u32, rows: side as u32 };
    let large = Frame::new(&desc(side as u32, side as u32, FourCc::GRAY8), &[plane]).unwrap();
    assert_eq!(keep(self::host(), &large), Err(abi::FP_E_BUSY), "256 MiB and what lies between planes");
}

#[test]
fn what_is_no_frame_is_refused_and_nothing_is_kept_after_the_instance() {
    let (host, pixels) = (host(), [1; 4]);
    let frame =
        Frame::new(&desc(2, 2, FourCc::GRAY8), &[Plane { data: &pixels, pitch: 2, rows: 2 }]).unwrap();
    let mut short = *frame.as_abi();
    short.plane[0].size = 3;
    let mut kept = std::ptr::null();
    // SAFETY: the host is ours; what is not null is valid during the call.
    unsafe {
        assert_eq!(retain(host, &raw const short, &raw mut kept), abi::FP_E_INVALID);
        assert_eq!(retain(host, std::ptr::null(), &raw mut kept), abi::FP_E_INVALID);
        assert_eq!(retain(host, frame.as_abi(), std::ptr::null_mut()), abi::FP_E_INVALID);
        assert_eq!(retain(std::ptr::null(), frame.as_abi(), &raw mut kept), abi::FP_E_INVALID);
    }
    keep(host, &frame).unwrap();
    // SAFETY: the host is ours.
    let services = unsafe { HostServices::of(host) }.unwrap();
    services.ended();
    let kept = services.frames.as_ref().unwrap().0.lock().unwrap();
    assert_eq!((kept.frames.len(), kept.bytes), (0, 0));
    drop(kept);
    assert_eq!(keep(host, &frame), Err(abi::FP_E_INVALID));
}

#[test]
fn planes_that_no_memory_can_hold_have_no_size() {
    assert_eq!(bytes_of(&[1, 64, 0]), Some(ALIGN + 64 + 64));
    assert_eq!(bytes_of(&[usize::MAX]), None);
    assert_eq!(bytes_of(&[usize::MAX / 2, usize::MAX / 2]), None);
}
