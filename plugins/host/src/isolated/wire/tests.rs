//! What crosses arrives unchanged, and what cannot be read is refused.

use plugin_sdk::machine::wire::{EffectStorage, EventWire, read_effect, read_event};
use plugin_sdk::payment::wire::{RequestWire, read_request};
use plugin_sdk::{
    Effect, Event, FourCc, Frame, FrameDesc, HttpResponse, Money, Op, Outcome, Plane, Request, identity,
};

use super::*;

#[test]
fn a_head_crosses_unchanged() {
    let head = Head {
        op: 7,
        status: -3,
        seq: u64::MAX,
        deadline_ns: -1,
        trace_id: [1; 16],
        span_id: [2; 8],
        len: 5,
        extra: 6,
        reason_len: 9,
        flawed: true,
    };
    assert_eq!(Head::of(&head.to_bytes()), Some(head));
    assert_eq!(Head::of(&head.to_bytes()[1..]), None);
}

#[test]
fn frames_cross_with_their_pixels_aligned() {
    let pixels = [[1u8; 12], [2; 12]];
    let desc = FrameDesc {
        width: 4,
        height: 3,
        fourcc: FourCc::GRAY8,
        pts_ns: -5,
        seq: 9,
        stream_id: 3,
        colour_matrix: Default::default(),
        colour_range: Default::default(),
    };
    let frame = |pixels| Frame::new(&desc, &[Plane { data: pixels, pitch: 4, rows: 3 }]).unwrap();
    let mut area = super::super::area::Area::to_write(4096).unwrap().0;
    // SAFETY: the area is this test's alone.
    let room = unsafe { area.writable(REQUEST_AT) };
    let mut to = Writer::new(room);
    put_frames(&mut to, &[frame(&pixels[0]), frame(&pixels[1])]).unwrap();
    let len = to.len();
    let taken = take_frames(&mut Reader::new(&room[..len])).unwrap();
    for (raw, pixels) in taken.iter().zip(&pixels) {
        // SAFETY: the pixels lie in the area.
        let frame = unsafe { Frame::from_abi(raw) }.unwrap();
        let plane = frame.plane(0).unwrap();
        assert_eq!((plane.data, frame.pts_ns(), frame.seq(), frame.stream_id()), (&pixels[..], -5, 9, 3));
        assert_eq!(plane.data.as_ptr() as usize % PIXELS_ALIGN, 0);
    }
    // Every shorter message is refused, and none is read past its end.
    assert!((0..len).all(|cut| take_frames(&mut Reader::new(&room[..cut])).is_none()));
    assert_eq!(put_frames(&mut Writer::new(&mut room[..64]), &[frame(&pixels[0])]), Err(Full));
}

#[test]
fn requests_events_and_effects_cross_unchanged() {
    let request = Request {
        op: Op::Sale,
        attempt_ref: [5; 16],
        original_ref: Some([6; 16]),
        provider_ref: Some("ref".into()),
        money: Some(Money::new(700, "EUR", 2).unwrap()),
        payload_json: b"{}".to_vec(),
    };
    let mut room = [0; 1024];
    let mut to = Writer::new(&mut room);
    // SAFETY: the wires borrow what they point to.
    unsafe { put_request(&mut to, RequestWire::new(&request).raw()) }.unwrap();
    let taken = take_request(&mut Reader::new(&room)).unwrap();
    // SAFETY: the texts lie in the room.
    let read = unsafe { read_request(&taken) }.unwrap();
    assert_eq!((read.op, read.attempt_ref, read.original_ref), (Op::Sale, [5; 16], Some([6; 16])));
    assert_eq!((read.provider_ref.as_deref(), read.money), (Some("ref"), request.money));

    let answered = HttpResponse {
        status: 402,
        headers: vec![("a".into(), "b".into())],
        body: b"body".to_vec(),
        truncated: true,
    };
    let event = Event::HttpResponse(answered);
    // SAFETY: as above.
    unsafe { put_event(&mut Writer::new(&mut room), EventWire::new(&event).raw()) }.unwrap();
    let taken = take_event(&mut Reader::new(&room)).unwrap();
    // SAFETY: the bodies lie in the room.
    match unsafe { read_event(&taken) }.unwrap() {
        Event::HttpResponse(read) => {
            assert_eq!((read.status, read.truncated, &read.body[..]), (402, true, &b"body"[..]));
            assert_eq!(read.headers, [("a".to_owned(), "b".to_owned())]);
        }
        _ => panic!("another event"),
    }

    let kept = EffectStorage::new(Effect::Keep(b"{\"a\":1}".to_vec())).unwrap();
    // SAFETY: as above.
    unsafe { put_effect(&mut Writer::new(&mut room), &kept.raw()) }.unwrap();
    let taken = take_effect(&mut Reader::new(&room)).unwrap();
    // SAFETY: the body lies in the room.
    let read = unsafe { read_effect::<Outcome>(&taken) };
    assert!(matches!(read, Ok(Effect::Keep(json)) if json == b"{\"a\":1}"));
    // A length beyond the message is refused, whatever it says.
    room[28..36].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(take_effect(&mut Reader::new(&room)).is_none());
}

#[test]
fn identity_requests_cross_unchanged() {
    let request = identity::Request {
        op: identity::Op::Sync,
        attempt_ref: [5; 16],
        original_ref: Some([6; 16]),
        provider_ref: Some("ref".into()),
        payload_json: b"{}".to_vec(),
        document: vec![0, 255, 7],
    };
    let mut room = [0; 256];
    let mut to = Writer::new(&mut room);
    // SAFETY: the wire borrows what it points to.
    unsafe { put_id_request(&mut to, identity::wire::RequestWire::new(&request).raw()) }.unwrap();
    let len = to.len();
    let taken = take_id_request(&mut Reader::new(&room)).unwrap();
    // SAFETY: the texts lie in the room.
    let read = unsafe { identity::wire::read_request(&taken) }.unwrap();
    assert_eq!((read.op, read.attempt_ref, read.original_ref), (request.op, [5; 16], Some([6; 16])));
    assert_eq!((read.provider_ref.as_deref(), &read.payload_json[..]), (Some("ref"), &b"{}"[..]));
    assert_eq!(read.document, [0, 255, 7]);
    assert!((0..len).all(|cut| take_id_request(&mut Reader::new(&room[..cut])).is_none()));
}
