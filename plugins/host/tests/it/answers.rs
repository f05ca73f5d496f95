//! What a plugin returns, treated as hostile.

use std::time::{Duration, Instant};

use plugin_host::{CallContext, CallError, Face, Isolation, PluginState, Rect};

use crate::fixture::{both, frame, load, load_in};

fn face() -> Face {
    Face { bbox: Rect { x: 1.0, y: 1.0, w: 9.0, h: 9.0 }, score: 0.9, ..Face::default() }
}

/// The answer of the step that the fault is in.
fn answer(isolation: Isolation, fault: &str) -> Result<String, CallError> {
    let plugin = load_in(isolation, fault).unwrap();
    let (context, frames) = (CallContext::default(), [frame()]);
    match fault {
        "NO_LIVE_SCORE" | "NAN_LIVE_SCORE" | "HIGH_LIVE_SCORE" => {
            plugin.liveness().unwrap().score(&context, &frames, &[face()]).map(|scores| format!("{scores:?}"))
        }
        "NAN_EMBEDDING" | "LONG_EMBEDDING" => {
            let embeddings = plugin.recognizer().unwrap().embed(&context, &frames, &[face()]);
            embeddings.map(|embeddings| format!("{} embeddings", embeddings.iter().len()))
        }
        _ => {
            plugin.detector().unwrap().detect(&context, &frames).map(|faces| format!("{} faces", faces.len()))
        }
    }
}

#[test]
fn each_malformed_answer_is_refused_and_named() {
    let rows = [
        ("NAN_SCORE", "returned face 0 with score NaN, not within 0..=1"),
        ("BAD_SCORE", "returned face 0 with score 1.5, not within 0..=1"),
        ("EMPTY_BOX", "returned face 0 with w 0, not within"),
        ("BAD_FRAME_INDEX", "returned face 0 with frame_index 1 of 1 frames"),
        ("TOO_MANY", "returned 33 faces in room for 32"),
        ("ENDLESS_NEED", "returned more faces than it asked room for"),
        ("NO_LIVE_SCORE", "returned live score NaN for face 0"),
        ("NAN_LIVE_SCORE", "returned live score NaN for face 0"),
        ("HIGH_LIVE_SCORE", "returned live score 1.01 for face 0"),
        ("NAN_EMBEDDING", "returned an embedding of face 0 that is not finite"),
        ("LONG_EMBEDDING", "returned embedding 0 of length 1.41"),
    ];
    for (isolation, (fault, expected)) in rows.into_iter().flat_map(|row| both().map(|place| (place, row))) {
        match answer(isolation, fault) {
            Err(CallError::Malformed { id, what }) => {
                let error = format!("{id} returned {what}");
                assert!(error.contains(expected), "{fault}: {error}");
            }
            Err(other) => panic!("{fault}: {other}"),
            Ok(answer) => panic!("{fault}: accepted {answer}"),
        }
    }
}

#[test]
fn an_error_of_the_plugin_arrives_with_its_reason() {
    let rows = [
        ("RETURNS_ERROR", "input/output failed: the sensor is dirty"),
        ("UNKNOWN_STATUS", "internal fault: unknown status -77"),
    ];
    for (isolation, (fault, expected)) in rows.into_iter().flat_map(|row| both().map(|place| (place, row))) {
        let error = answer(isolation, fault).unwrap_err();
        assert!(matches!(error, CallError::Refused { .. }), "{fault}");
        assert!(error.to_string().contains(expected), "{fault}: {error}");
    }
}

#[test]
fn a_plugin_that_needs_more_room_gets_it_once() {
    for isolation in both() {
        assert_eq!(answer(isolation, "NEEDS_ROOM").unwrap(), "100 faces");
    }
}

#[test]
fn a_sound_answer_arrives_unchanged() {
    both().into_iter().for_each(sound_answer_from);
}

fn sound_answer_from(isolation: Isolation) {
    let plugin = load_in(isolation, "SOUND").unwrap();
    let (context, frames) = (CallContext::default(), [frame()]);
    let faces = plugin.detector().unwrap().detect(&context, &frames).unwrap();
    assert_eq!(
        faces,
        [Face {
            bbox: Rect { x: 0.0, y: 0.0, w: 10.0, h: 12.0 },
            score: 0.75,
            quality: 1.0,
            ..Face::default()
        }]
    );
    assert_eq!(plugin.liveness().unwrap().score(&context, &frames, &faces).unwrap(), [0.5]);
    let recognizer = plugin.recognizer().unwrap();
    assert_eq!((recognizer.dim(), recognizer.model_tag()), (2, 9));
    let embeddings = recognizer.embed(&context, &frames, &[face(), face()]).unwrap();
    assert!(embeddings.iter().eq([[0.6_f32, 0.8], [0.6, 0.8]]));
}

#[test]
fn an_answer_after_the_deadline_is_not_used_and_is_counted() {
    for isolation in both() {
        let plugin = load_in(isolation, "LATE").unwrap();
        let context = CallContext::until(Instant::now() + Duration::from_millis(200));
        let answer = plugin.detector().unwrap().detect(&context, &[frame()]);
        assert!(matches!(answer, Err(CallError::Overrun { .. })), "{:?}", answer.err());
        assert_eq!((plugin.faults().overruns, plugin.state()), (1, PluginState::Active));
    }
}

#[test]
fn a_plugin_is_not_called_when_the_deadline_has_passed() {
    let plugin = load("SOUND").unwrap();
    let answer = plugin.detector().unwrap().detect(&CallContext::until(Instant::now()), &[frame()]);
    assert!(matches!(answer, Err(CallError::NotCalled { .. })), "{:?}", answer.err());
}

#[test]
fn a_plugin_that_keeps_answering_nonsense_is_taken_out_of_use() {
    both().into_iter().for_each(nonsense_from);
}

fn nonsense_from(isolation: Isolation) {
    let plugin = load_in(isolation, "NAN_SCORE").unwrap();
    let detect = || plugin.detector().unwrap().detect(&CallContext::default(), &[frame()]).unwrap_err();
    assert!((0..3).all(|_| matches!(detect(), CallError::Malformed { .. })));
    assert!(matches!(detect(), CallError::Faulted { .. }));
    assert!(matches!(plugin.state(), PluginState::Faulted { .. }) && !plugin.health().fit);
}

#[test]
fn a_callers_mistake_is_not_the_plugins_fault() {
    let plugin = load("SOUND").unwrap();
    let (context, frames) = (CallContext::default(), [frame()]);
    let stray = Face { frame_index: 1, ..face() };
    let answers = [
        plugin.liveness().unwrap().score(&context, &frames, &[stray]).err(),
        plugin.detector().unwrap().detect(&context, &[frame(); 65]).map(|_| Vec::<f32>::new()).err(),
    ];
    for error in answers {
        assert!(matches!(error, Some(CallError::Caller { .. })), "{error:?}");
    }
    assert_eq!(plugin.faults(), plugin_host::Faults::default());
}
