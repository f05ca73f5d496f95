//! Messages with bytes changed anywhere, as a process that was taken over may send them: each is refused, or what is taken of it lies
//! within it and is read without a panic. `PROPTEST_CASES` says how many.

use std::ops::Range;

use plugin_sdk::abi::{fp_bytes, fp_str};
use plugin_sdk::machine::wire::{EffectStorage, EventWire, read_effect, read_event};
use plugin_sdk::payment::wire::{RequestWire, read_request};
use plugin_sdk::{
    Effect, Event, FourCc, Frame, FrameDesc, HttpResponse, Money, Op, Outcome, Plane, Request, identity,
};
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// What is put down in a room of its own.
fn message(put: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut room = vec![0; 4096];
    let mut to = Writer::new(&mut room);
    put(&mut to);
    let len = to.len();
    room.truncate(len);
    room
}

/// One message of each kind that carries more than numbers.
fn messages() -> Vec<Vec<u8>> {
    let desc = FrameDesc {
        width: 8,
        height: 4,
        fourcc: FourCc::GRAY8,
        pts_ns: 1,
        seq: 2,
        stream_id: 3,
        colour_matrix: Default::default(),
        colour_range: Default::default(),
    };
    let frame = Frame::new(&desc, &[Plane { data: &[7; 32], pitch: 8, rows: 4 }]).unwrap();
    let request = Request {
        op: Op::Sale,
        attempt_ref: [5; 16],
        original_ref: Some([6; 16]),
        provider_ref: Some("ref".into()),
        money: Some(Money::new(700, "EUR", 2).unwrap()),
        payload_json: b"{\"token\":1}".to_vec(),
    };
    let checked = identity::Request {
        op: identity::Op::Sync,
        attempt_ref: [5; 16],
        original_ref: None,
        provider_ref: Some("ref".into()),
        payload_json: b"{}".to_vec(),
        document: vec![0, 255, 7],
    };
    let headers = vec![("a".into(), "b".into())];
    let event =
        Event::HttpResponse(HttpResponse { status: 402, headers, body: b"body".to_vec(), truncated: true });
    let effect = EffectStorage::new(Effect::Keep(b"{\"a\":1}".to_vec())).unwrap();
    // SAFETY: what is put down borrows from values that live until the end of this function.
    let put = unsafe {
        [
            message(|to| put_request(to, RequestWire::new(&request).raw()).unwrap()),
            message(|to| put_id_request(to, identity::wire::RequestWire::new(&checked).raw()).unwrap()),
            message(|to| put_event(to, EventWire::new(&event).raw()).unwrap()),
            message(|to| put_effect(to, &effect.raw()).unwrap()),
        ]
    };
    let mut all = put.to_vec();
    all.push(message(|to| put_frames(to, &[frame]).unwrap()));
    all.push(message(|to| {
        // A histogram with two bounds.
        to.u32(2).unwrap();
        for text in ["scores", "1", "How alike faces are."] {
            to.bytes(text.as_bytes()).unwrap();
        }
        to.u32(2).unwrap();
        [0.5_f64, 1.0].iter().for_each(|bound| to.u64(bound.to_bits()).unwrap());
    }));
    all
}

/// A message with some bytes changed, and perhaps its end cut off; or any bytes.
fn changed() -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<Index>(), any::<u8>()), 0..8);
    let one = (any::<Index>(), changes, prop::option::of(any::<Index>()));
    let one = one.prop_map(|(which, changes, end)| {
        let mut bytes = which.get(&messages()).clone();
        let len = bytes.len();
        for (at, byte) in changes {
            bytes[at.index(len)] = byte;
        }
        bytes.truncate(end.map_or(len, |end| end.index(len)));
        bytes
    });
    prop_oneof![3 => one, 1 => prop::collection::vec(any::<u8>(), 0..256)]
}

/// Whether `part` lies within `message`; nothing lies anywhere.
fn lies_in(message: &[u8], part: fp_bytes) -> bool {
    let Range { start, end } = message.as_ptr_range();
    part.len == 0 || (start <= part.ptr && part.len <= end as usize - part.ptr as usize)
}

fn text_lies_in(message: &[u8], part: fp_str) -> bool {
    lies_in(message, fp_bytes { ptr: part.ptr.cast(), len: part.len })
}

proptest! {
    #[test]
    fn what_is_taken_of_a_message_lies_within_it(bytes in changed()) {
        if let Some(raw) = take_request(&mut Reader::new(&bytes)) {
            prop_assert!(text_lies_in(&bytes, raw.provider_ref) && lies_in(&bytes, raw.payload_json));
            // SAFETY: its parts lie within `bytes`.
            drop(unsafe { read_request(&raw) });
        }
        if let Some(raw) = take_id_request(&mut Reader::new(&bytes)) {
            prop_assert!(text_lies_in(&bytes, raw.provider_ref));
            prop_assert!(lies_in(&bytes, raw.payload_json) && lies_in(&bytes, raw.document));
            // SAFETY: as above.
            drop(unsafe { identity::wire::read_request(&raw) });
        }
        if let Some(raw) = take_event(&mut Reader::new(&bytes)) {
            prop_assert!(lies_in(&bytes, raw.headers_json) && lies_in(&bytes, raw.body));
            // SAFETY: as above.
            drop(unsafe { read_event(&raw) });
        }
        if let Some(raw) = take_effect(&mut Reader::new(&bytes)) {
            let texts = [raw.method, raw.path, raw.provider_ref, raw.decline_code];
            prop_assert!(texts.iter().all(|text| text_lies_in(&bytes, *text)));
            prop_assert!([raw.headers_json, raw.body, raw.result_json].iter().all(|part| lies_in(&bytes, *part)));
            // SAFETY: as above.
            drop(unsafe { read_effect::<Outcome>(&raw) });
            // SAFETY: as above.
            drop(unsafe { read_effect::<identity::Finding>(&raw) });
        }
    }

    #[test]
    fn frames_taken_of_a_message_have_their_pixels_within_it(bytes in changed()) {
        for raw in take_frames(&mut Reader::new(&bytes)).unwrap_or_default() {
            let planes = &raw.plane[..raw.n_planes as usize];
            let pixels = |plane: &abi::fp_plane| fp_bytes { ptr: plane.data, len: plane.size };
            prop_assert!(planes.iter().all(|plane| lies_in(&bytes, pixels(plane))));
            // SAFETY: its pixels lie within `bytes`.
            if let Ok(frame) = unsafe { Frame::from_abi(&raw) } {
                let rows = (0..frame.planes()).filter_map(|index| frame.plane(index));
                prop_assert!(rows.map(|plane| plane.data.len()).sum::<usize>() <= bytes.len());
            }
        }
    }

    #[test]
    fn a_definition_is_checked_or_refused(bytes in changed()) {
        if let Some(Ok(definition)) = take_definition(&mut Reader::new(&bytes)) {
            prop_assert!(definition.bounds.is_sorted_by(|a, b| a < b), "{:?}", definition.bounds);
        }
    }

    #[test]
    fn a_head_is_as_long_as_it_must_be(bytes in prop::collection::vec(any::<u8>(), 0..2 * HEAD_BYTES)) {
        let head = Head::of(&bytes);
        prop_assert_eq!(head.is_some(), bytes.len() >= HEAD_BYTES);
        if let Some(head) = head {
            prop_assert_eq!(Head::of(&head.to_bytes()), Some(head));
        }
    }
}
