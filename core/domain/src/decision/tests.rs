//! One row for each way in which a face may not pay.
use super::*;
use crate::threshold::TailPoint;

const NOW: Timestamp = Timestamp(1_000_000_000);

fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap()).unwrap()
}

fn charge() -> Charge {
    Charge { amount: eur(1250), expires_at: NOW.plus(Duration::from_secs(60)) }
}

fn payer() -> Payer {
    Payer {
        status: user::Status::Active,
        consent: consent::Standing::Live,
        currency: "EUR".parse().unwrap(),
        limits: Limits { amount_max: 10_000, day_amount_max: 20_000, hour_count_max: 5 },
        usage: Usage::default(),
    }
}

fn evidence() -> Evidence {
    Evidence {
        captured_at: NOW.minus(Duration::from_millis(200)),
        camera_live: true,
        similarity: 0.72,
        margin: Some(0.5),
        liveness: vec![LivenessScore { score: 0.95, score_min: 0.5 }],
        faces_in_view: 1,
        place: Place::Payer,
        templates_searched: 100,
    }
}

fn policy() -> Policy {
    let point = |similarity, false_match_rate| TailPoint { similarity, false_match_rate };
    Policy {
        impostors: ImpostorTail::new(vec![point(0.411, 1e-4), point(0.573, 1e-6)]).unwrap(),
        fpir_target: 1e-3,
        similarity_floor: 0.4,
        margin_min: 0.08,
        liveness_grey_band: 0.1,
        frame_age_max: Duration::from_secs(1),
        step_up_amount_min: 5_000,
        tap_free_amount_max: 0,
    }
}

type Case = (Charge, Payer, Evidence, Policy);
type Change = fn(&mut Case);

fn decided(change: impl FnOnce(&mut Case)) -> Decision {
    let mut case = (charge(), payer(), evidence(), policy());
    change(&mut case);
    let (charge, payer, evidence, policy) = case;
    decide(&charge, &payer, &evidence, &policy, NOW)
}

#[test]
fn a_good_face_may_pay_after_confirming() {
    let Decision::Approve(approval) = decided(|_| {}) else { panic!("not approved") };
    assert_eq!(approval.confirmation, Confirmation::Required);
    assert!((approval.similarity_min - 0.492).abs() < 2e-3, "{}", approval.similarity_min);
}

#[test]
fn each_refusal_has_its_reason() {
    let rows: Vec<(Reason, Change)> = vec![
        (Reason::CheckoutExpired, |c| c.0.expires_at = NOW),
        (Reason::CameraUnhealthy, |c| c.2.camera_live = false),
        (Reason::FrameStale, |c| c.2.captured_at = NOW.minus(Duration::from_millis(1001))),
        (Reason::FrameStale, |c| c.2.captured_at = NOW.plus(Duration::from_millis(1))),
        (Reason::SeveralFaces, |c| c.2.place = Place::Several),
        (Reason::NotInFront, |c| c.2.place = Place::Bystander),
        (Reason::NotLive, |c| c.2.liveness.clear()),
        (Reason::NotLive, |c| c.2.liveness[0].score = 0.49),
        (Reason::NotLive, |c| c.2.liveness[0].score = f32::NAN),
        (Reason::NotLive, |c| c.2.liveness[0].score_min = f32::NAN),
        (Reason::NotLive, |c| c.2.liveness.push(LivenessScore { score: 0.1, score_min: 0.5 })),
        (Reason::NoMatch, |c| c.2.similarity = 0.48),
        (Reason::NoMatch, |c| c.2.similarity = f32::NAN),
        (Reason::NoMatch, |c| c.3.fpir_target = f64::NAN),
        (Reason::NoMatch, |c| c.2.templates_searched = 10_000_000),
        (Reason::NoConsent(consent::Standing::Withdrawn), |c| c.1.consent = consent::Standing::Withdrawn),
        (Reason::NoConsent(consent::Standing::Expired), |c| c.1.consent = consent::Standing::Expired),
        (Reason::PayerBlocked, |c| c.1.status = user::Status::Blocked),
        (Reason::WrongCurrency, |c| c.1.currency = "INR".parse().unwrap()),
        (Reason::Limit(Exceeded::Amount { max: 1_000 }), |c| c.1.limits.amount_max = 1_000),
        (Reason::Limit(Exceeded::Day { max: 20_000 }), |c| c.1.usage.day_amount = 19_000),
        (Reason::Limit(Exceeded::Velocity { max: 5 }), |c| c.1.usage.hour_count = 5),
    ];
    for (index, (reason, change)) in rows.into_iter().enumerate() {
        assert_eq!(decided(change), Decision::Decline(reason), "row {index}");
    }
}

#[test]
fn doubt_asks_for_a_further_factor() {
    let rows: Vec<(StepUp, Change)> = vec![
        (StepUp::LookAlike, |c| c.2.margin = Some(0.07)),
        (StepUp::LookAlike, |c| c.2.margin = Some(f32::NAN)),
        (StepUp::LivenessGreyBand, |c| c.2.liveness[0].score = 0.55),
        (StepUp::Amount, |c| c.0.amount = eur(5_000)),
    ];
    for (index, (factor, change)) in rows.into_iter().enumerate() {
        assert_eq!(decided(change), Decision::StepUp(factor), "row {index}");
    }
}

#[test]
fn who_stands_behind_the_payer_does_not_block_it() {
    assert!(matches!(decided(|c| c.2.faces_in_view = 3), Decision::Approve(_)));
}

#[test]
fn the_only_person_of_a_gallery_has_no_look_alike() {
    assert!(matches!(decided(|c| c.2.margin = None), Decision::Approve(_)));
}

#[test]
fn a_small_amount_is_spared_the_question_only_where_policy_says_so() {
    let Decision::Approve(approval) = decided(|c| c.3.tap_free_amount_max = 1250) else {
        panic!("not approved")
    };
    assert_eq!(approval.confirmation, Confirmation::Spared);
}

#[test]
fn a_refusal_comes_before_a_step_up() {
    let both = decided(|c| {
        c.2.margin = Some(0.0);
        c.2.similarity = 0.1;
    });
    assert_eq!(both, Decision::Decline(Reason::NoMatch));
}
