//! The newest picture wins, no camera starves, and a camera's pictures stay in order.
use std::thread;

use super::*;

fn camera(name: &str) -> CameraId {
    name.parse().unwrap()
}

fn superseded(frame: u32) -> Superseded<u32> {
    Superseded { frame, was_shed: false }
}

fn slots(size_max: usize, side_by_side: usize) -> Arc<FrameSlots<u32>> {
    let delay = Duration::from_millis(20);
    Arc::new(FrameSlots::new(BatchOptions { size_max, delay, side_by_side }))
}

#[test]
fn the_newest_picture_wins_and_the_replaced_one_comes_back() {
    let (slots, now) = (slots(8, 1), Instant::now());
    assert_eq!(slots.put(&camera("a"), false, 1, now), None);
    assert_eq!(slots.put(&camera("a"), false, 2, now), Some(superseded(1)));
    assert_eq!(slots.next_batch(|| now).unwrap().frames, [2]);
}

#[test]
fn the_camera_that_waited_longest_comes_first_even_if_its_picture_was_replaced() {
    let (slots, now) = (slots(1, 1), Instant::now());
    let at = |ms| now + Duration::from_millis(ms);
    slots.put(&camera("a"), false, 1, at(0));
    slots.put(&camera("b"), false, 2, at(1));
    slots.put(&camera("a"), false, 3, at(2));
    assert_eq!(slots.next_batch(|| at(3)).unwrap().frames, [3]);
    slots.put(&camera("a"), false, 4, at(4));
    assert_eq!(slots.next_batch(|| at(5)).unwrap().frames, [2]);
    assert_eq!(slots.next_batch(|| at(6)).unwrap().frames, [4]);
}

#[test]
fn pictures_of_one_camera_are_never_worked_on_side_by_side() {
    let (slots, now) = (slots(8, 2), Instant::now());
    slots.put(&camera("a"), false, 1, now);
    let first = slots.next_batch(|| now).unwrap();
    slots.put(&camera("a"), false, 2, now);
    slots.put(&camera("b"), false, 3, now);
    assert_eq!(slots.next_batch(|| now).unwrap().frames, [3]);
    drop(first);
    assert_eq!(slots.next_batch(|| now).unwrap().frames, [2]);
}

#[test]
fn two_threads_share_what_is_there() {
    let (slots, now) = (slots(8, 2), Instant::now());
    for (number, name) in ["a", "b", "c", "d"].into_iter().enumerate() {
        slots.put(&camera(name), false, number as u32, now);
    }
    let (one, two) = (slots.next_batch(|| now).unwrap(), slots.next_batch(|| now).unwrap());
    assert_eq!((one.frames.len(), two.frames.len()), (2, 2));
}

#[test]
fn closing_sends_waiting_threads_home() {
    let slots = slots(8, 1);
    let waiting = thread::spawn({
        let slots = Arc::clone(&slots);
        move || slots.next_batch(Instant::now).is_none()
    });
    slots.close();
    assert!(waiting.join().unwrap());
    assert_eq!(slots.put(&camera("a"), false, 1, Instant::now()), None);
}

#[test]
fn every_picture_is_taken_once_or_replaced_once() {
    const EACH: u32 = 2_000;
    let slots = slots(4, 2);
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let slots = Arc::clone(&slots);
            thread::spawn(move || {
                let mut taken = Vec::new();
                while let Some(batch) = slots.next_batch(Instant::now) {
                    taken.extend_from_slice(&batch.frames);
                }
                taken
            })
        })
        .collect();
    let cameras: Vec<_> = (0..3u32)
        .map(|number| {
            let slots = Arc::clone(&slots);
            thread::spawn(move || {
                let id = camera(&format!("c{number}"));
                let put = |i| slots.put(&id, false, number * EACH + i, Instant::now());
                (0..EACH).filter_map(put).map(|superseded| superseded.frame).collect::<Vec<u32>>()
            })
        })
        .collect();
    let mut all: Vec<u32> = cameras.into_iter().flat_map(|camera| camera.join().unwrap()).collect();
    // What still waits is replaced by nothing: take it, then close.
    while slots.state.lock().slots.values().any(|slot| slot.waiting.is_some()) {
        thread::yield_now();
    }
    slots.close();
    all.extend(workers.into_iter().flat_map(|worker| worker.join().unwrap()));
    all.sort_unstable();
    assert_eq!(all, (0..3 * EACH).collect::<Vec<_>>());
}

#[test]
fn a_batch_says_whether_pictures_have_to_wait_for_long_not_counting_what_they_wait_for_others() {
    for (waited_ms, strained) in [(5, false), (50, false), (90, true)] {
        let (slots, start) = (slots(1, 1), Instant::now());
        let mut last = false;
        for turn in 0..20 {
            let came = start + Duration::from_millis(100 * turn);
            slots.put(&camera("a"), false, 1, came);
            last = slots.next_batch(|| came + Duration::from_millis(waited_ms)).unwrap().strained;
        }
        assert_eq!(last, strained, "{waited_ms} ms");
    }
}

/// Has a till wait for so long, ten times a second, that the networks are known not to keep up; the time is then what comes
/// back.
fn strain(slots: &Arc<FrameSlots<u32>>, start: Instant) -> Instant {
    for turn in 0..20 {
        let came = start + Duration::from_millis(100 * turn);
        slots.put(&camera("till"), false, 0, came);
        slots.next_batch(|| came + Duration::from_millis(90)).unwrap();
    }
    start + Duration::from_secs(2)
}

#[test]
fn a_camera_of_key_frames_loses_its_turns_first_and_only_while_the_networks_cannot_keep_up() {
    let (slots, start) = (slots(1, 1), Instant::now());
    let (till, hall) = (camera("till"), camera("hall"));
    slots.put(&hall, true, 1, start);
    slots.put(&till, false, 2, start + Duration::from_millis(1));
    assert_eq!(slots.next_batch(|| start).unwrap().frames, [1], "it has waited longest");
    assert_eq!(slots.next_batch(|| start).unwrap().frames, [2]);
    let now = strain(&slots, start);
    let at = |ms| now + Duration::from_millis(ms);
    slots.put(&hall, true, 3, at(0));
    for turn in 0..10 {
        slots.put(&till, false, 4 + turn, at(100 * u64::from(turn) + 1));
        assert_eq!(slots.next_batch(|| at(100 * u64::from(turn) + 90)).unwrap().frames, [4 + turn]);
    }
    let shed = slots.put(&hall, true, 20, at(1_000));
    assert_eq!(shed, Some(Superseded { frame: 3, was_shed: true }));
    // With nobody else to go first it has its turn.
    let batch = slots.next_batch(|| at(1_010)).unwrap();
    assert_eq!((&batch.frames[..], batch.strained), (&[20][..], true));
    drop(batch);
    // Of tills nobody is shed: the one that waits has its turn next.
    slots.put(&till, false, 21, at(1_020));
    slots.put(&camera("till-2"), false, 22, at(1_021));
    assert_eq!(slots.next_batch(|| at(1_022)).unwrap().frames, [21]);
    assert_eq!(slots.put(&camera("till-2"), false, 23, at(1_023)), Some(superseded(22)));
    assert_eq!(slots.next_batch(|| at(1_024)).unwrap().frames, [23]);
}

#[test]
fn how_long_cameras_were_passed_over_is_no_strain() {
    let (slots, start) = (slots(1, 1), Instant::now());
    let (till, halls) = (camera("till"), ["hall-1", "hall-2", "hall-3", "hall-4"].map(camera));
    let now = strain(&slots, start);
    let is_over = (0..80_u64).any(|turn| {
        let came = now + Duration::from_millis(100 * turn);
        if turn % 10 == 0 {
            for hall in &halls {
                slots.put(hall, true, 1, came);
            }
        }
        slots.put(&till, false, 2, came);
        let strained = slots.next_batch(|| came).unwrap().strained;
        if strained && turn % 10 == 9 {
            for _ in &halls {
                assert_eq!(slots.next_batch(|| came).unwrap().frames, [1], "nobody else waits");
            }
        }
        !strained
    });
    assert!(is_over, "the till does not wait any more");
}
