//! Only who does what is asked, in order and in time, and has depth, passes.

use plugin_host::Point;

use super::*;
use Gesture::{Blink, Nod, Smile, TurnLeft, TurnRight};

const PICTURE_MS: u64 = 100;

/// A face before a camera, ten pictures a second.
struct Actor {
    running: Running,
    start: Instant,
    ms: u64,
    flat: bool,
    phases: Vec<ChallengePhase>,
}

/// A pose that differs from rest by what a gesture needs times `strength`.
fn pose(gesture: Gesture, strength: f32) -> (f32, f32, f32, f32) {
    let (mut yaw, mut pitch, mut eyes, mut smile) = (1.0, -8.0, 0.45, 0.55);
    match gesture {
        TurnLeft => yaw += 20.0 * strength,
        TurnRight => yaw -= 20.0 * strength,
        Nod => pitch -= 12.0 * strength,
        Blink => eyes *= 1.0 - 0.18 * strength,
        Smile => smile *= 1.0 + 0.10 * strength,
    }
    (yaw, pitch, eyes, smile)
}

/// A round face, or a flat picture of one, turned by `yaw` degrees.
fn surface(yaw: f32, flat: bool) -> Surface {
    let (sin, cos) = yaw.to_radians().sin_cos();
    let points = (0..30).map(|i| {
        let (x, y) = ((i % 6) as f32 * 20.0 - 50.0, (i / 6) as f32 * 30.0 - 60.0);
        let z =
            if flat { 0.0 } else { 60.0 * (1.0 - (x / 65.0).powi(2) - (y / 90.0).powi(2)).max(0.0).sqrt() };
        Point { x: 300.0 + x * cos + z * sin, y: 200.0 + y }
    });
    Surface::new(points)
}

impl Actor {
    fn new(gestures: &[Gesture], flat: bool) -> Self {
        let start = Instant::now();
        let plan = ChallengePlan { nonce: Nonce([7; 16]), gestures: gestures.to_vec(), step_ms_max: 4_000 };
        let running = Running::new(plan, start);
        let mut actor = Self { running, start, ms: 0, flat, phases: Vec::new() };
        (0..REST_PICTURES).for_each(|_| actor.show(Nod, 0.0));
        actor
    }

    fn show(&mut self, gesture: Gesture, strength: f32) {
        self.ms += PICTURE_MS;
        let (yaw_deg, pitch_deg, eyes, smile) = pose(gesture, strength);
        let at = self.start + Duration::from_millis(self.ms);
        let now = Signals { at, yaw_deg, pitch_deg, eyes, smile };
        let over = matches!(self.phases.last(), Some(ChallengePhase::Failed(_) | ChallengePhase::Passed));
        if !over && let Some(phase) = self.running.see(&now, &surface(yaw_deg, self.flat)) {
            self.phases.push(phase);
        }
    }

    fn wait(&mut self, ms: u64) {
        (0..ms / PICTURE_MS).for_each(|_| self.show(Nod, 0.0));
    }

    fn perform(&mut self, gesture: Gesture) {
        self.wait(300);
        [0.4, 0.8, 1.3, 1.5, 0.9, 0.2].into_iter().for_each(|strength| self.show(gesture, strength));
    }

    fn end(&self) -> ChallengePhase {
        *self.phases.last().expect("something happened")
    }
}

const PASSED: ChallengePhase = ChallengePhase::Passed;

fn failed(failure: ChallengeFailure) -> ChallengePhase {
    ChallengePhase::Failed(failure)
}

#[test]
fn whoever_does_what_is_asked_in_order_passes_and_is_asked_one_by_one() {
    let asked = [Smile, TurnRight, Blink, Nod, TurnLeft];
    let mut actor = Actor::new(&asked, false);
    asked.into_iter().for_each(|gesture| actor.perform(gesture));
    let prompts = asked.iter().enumerate();
    let expected: Vec<_> = prompts
        .map(|(index, gesture)| ChallengePhase::Prompt { index, gesture: *gesture })
        .chain([PASSED])
        .collect();
    assert_eq!(actor.phases, expected);
    let answer = actor.running.into_answer().expect("everything was done");
    assert_eq!(answer.gestures.iter().map(|answered| answered.gesture).collect::<Vec<_>>(), asked);
    assert!(answer.depth >= answer.depth_min && answer.depth < 1.0, "{}", answer.depth);
}

#[test]
fn another_movement_of_the_head_than_the_one_asked_for_ends_it() {
    for (asked, shown) in [(TurnLeft, TurnRight), (TurnRight, TurnLeft), (TurnLeft, Nod), (Blink, TurnLeft)] {
        let mut actor = Actor::new(&[asked, TurnLeft], false);
        actor.perform(shown);
        assert_eq!(actor.end(), failed(ChallengeFailure::WrongGesture), "{asked:?} {shown:?}");
    }
}

#[test]
fn a_blink_or_smile_that_was_not_asked_for_is_forgiven_and_no_answer() {
    for shown in [Blink, Smile] {
        let mut actor = Actor::new(&[TurnLeft], false);
        actor.perform(shown);
        assert_eq!(actor.end(), ChallengePhase::Prompt { index: 0, gesture: TurnLeft });
        actor.perform(TurnLeft);
        assert_eq!(actor.end(), PASSED);
    }
}

#[test]
fn a_flat_picture_that_is_turned_fails() {
    let mut actor = Actor::new(&[TurnLeft], true);
    actor.perform(TurnLeft);
    assert_eq!(actor.end(), failed(ChallengeFailure::Flat));
    assert!(actor.running.into_answer().is_none());
}

#[test]
fn what_begins_with_the_prompt_is_a_recording() {
    let mut actor = Actor::new(&[TurnLeft], false);
    actor.show(TurnLeft, 0.8);
    assert_eq!(actor.end(), failed(ChallengeFailure::TooEarly));
}

#[test]
fn each_step_has_its_time() {
    let mut actor = Actor::new(&[TurnLeft, Blink], false);
    actor.wait(3_000);
    actor.perform(TurnLeft);
    assert_eq!(actor.end(), ChallengePhase::Prompt { index: 1, gesture: Blink }, "4 s for each step");
    actor.wait(4_100);
    assert_eq!(actor.end(), failed(ChallengeFailure::Late));
}

#[test]
fn a_gesture_that_is_held_is_not_done() {
    let mut actor = Actor::new(&[TurnLeft], false);
    actor.wait(300);
    (0..45).for_each(|_| actor.show(TurnLeft, 1.4));
    assert_eq!(actor.end(), failed(ChallengeFailure::Late));
}

#[test]
fn a_face_that_never_looks_ahead_is_too_late() {
    let start = Instant::now();
    let plan = ChallengePlan { nonce: Nonce([7; 16]), gestures: vec![TurnLeft], step_ms_max: 1_000 };
    let mut running = Running::new(plan, start);
    let aside = |ms| Signals {
        at: start + Duration::from_millis(ms),
        yaw_deg: 40.0,
        pitch_deg: 0.0,
        eyes: 0.4,
        smile: 0.5,
    };
    assert_eq!(running.see(&aside(500), &surface(40.0, false)), None);
    assert_eq!(running.see(&aside(1_100), &surface(40.0, false)), Some(failed(ChallengeFailure::Late)));
}

#[test]
fn a_detector_that_measures_too_little_proves_nothing() {
    let start = Instant::now();
    let shown = |eyes, smile, surface: Surface, gestures: &[Gesture]| {
        let plan = ChallengePlan { nonce: Nonce([7; 16]), gestures: gestures.to_vec(), step_ms_max: 4_000 };
        let mut running = Running::new(plan, start);
        let now =
            |ms| Signals { at: start + Duration::from_millis(ms), yaw_deg: 0.0, pitch_deg: 0.0, eyes, smile };
        (1..=REST_PICTURES as u64).filter_map(|picture| running.see(&now(picture * 100), &surface)).last()
    };
    let (seen, none) = (surface(0.0, false), Surface::default());
    let blind = Some(failed(ChallengeFailure::NotMeasured));
    assert_eq!(shown(0.4, 0.5, none, &[TurnLeft]), blind);
    assert_eq!(shown(0.0, 0.5, seen, &[TurnLeft, Blink]), blind);
    assert_eq!(shown(0.4, 0.0, seen, &[TurnLeft, Smile]), blind);
    assert!(matches!(shown(0.0, 0.0, seen, &[TurnLeft, Nod]), Some(ChallengePhase::Prompt { .. })));
}

#[test]
fn plans_differ_hold_a_turn_and_repeat_nothing() {
    let mut state = 1_u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut orders = std::collections::HashSet::new();
    for _ in 0..5_000 {
        let plan = ChallengePlan::draw(Nonce([0; 16]), 3, 4_000, &mut below);
        let gestures = plan.gestures().to_vec();
        let distinct: std::collections::HashSet<_> = gestures.iter().collect();
        assert!(distinct.len() == 3 && gestures.iter().any(|gesture| gesture.is_turn()), "{gestures:?}");
        orders.insert(gestures);
    }
    assert_eq!(orders.len(), 54, "every order is drawn");
}
