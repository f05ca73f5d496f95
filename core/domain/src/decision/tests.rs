//! One row for each way in which a face may not pay.
use super::*;
use crate::limits::Exceeded;
use crate::liveness::{LivenessRules, Tier};
use crate::threshold::{ImpostorTail, Impostors, TailPoint};

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
        face_payment: consent::FacePayment::On,
        reach: Reach::Near,
        currency: "EUR".parse().unwrap(),
        limits: Limits { amount_max: 10_000, day_amount_max: 20_000, hour_count_max: 5 },
        usage: Usage::default(),
        template_made_at: Some(NOW.minus(Duration::from_secs(60))),
        new_terminal: true,
        has_factor: true,
        look_alike: false,
    }
}

fn evidence() -> Evidence {
    Evidence {
        captured_at: NOW.minus(Duration::from_millis(200)),
        camera_live: true,
        similarity: Some(0.72),
        margin: Some(0.5),
        liveness: vec![LivenessScore { score: 0.95, score_min: 0.5 }],
        challenge: Challenge::Open,
        faces_in_view: 1,
        place: Position::Payer,
        templates_searched: 100,
        claimed: false,
    }
}

fn tail() -> ImpostorTail {
    let points = [(0.16, 1e-1), (0.25, 1e-2), (0.33, 1e-3), (0.411, 1e-4), (0.492, 1e-5), (0.573, 1e-6)];
    let point = |(similarity, false_match_rate)| TailPoint { similarity, false_match_rate };
    ImpostorTail::new(points.map(point).to_vec(), 30_000_000).unwrap()
}

fn policy() -> Policy {
    Policy {
        impostors: Impostors::of(tail()),
        fpir_target: 1e-3,
        fpir_target_pay: 1e-4,
        fmr_target: 1e-4,
        similarity_floor: 0.4,
        margin_min: 0.08,
        liveness_grey_band: 0.1,
        liveness: LivenessRules::default(),
        frame_age_max: Duration::from_secs(1),
        step_up: StepUpRules {
            amount_min: 5_000,
            day_amount_min: i64::MAX,
            hour_count_min: u32::MAX,
            template_age_max: None,
            new_terminal: false,
            always: false,
            without_pin: WithoutPin::Staff,
        },
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
    assert!((approval.similarity_min - 0.573).abs() < 2e-3, "{}", approval.similarity_min);
}

#[test]
fn each_refusal_has_its_reason() {
    let rows: Vec<(Reason, Change)> = vec![
        (Reason::CheckoutExpired, |c| c.0.expires_at = NOW),
        (Reason::CameraUnhealthy, |c| c.2.camera_live = false),
        (Reason::FrameStale, |c| c.2.captured_at = NOW.minus(Duration::from_millis(1001))),
        (Reason::FrameStale, |c| c.2.captured_at = NOW.plus(Duration::from_millis(1))),
        (Reason::SeveralFaces, |c| c.2.place = Position::Several),
        (Reason::NotInFront, |c| c.2.place = Position::Bystander),
        (Reason::NotLive, |c| c.2.liveness.clear()),
        (Reason::NotLive, |c| c.2.liveness[0].score = 0.49),
        (Reason::NotLive, |c| c.2.liveness[0].score = f32::NAN),
        (Reason::NotLive, |c| c.2.liveness[0].score_min = f32::NAN),
        (Reason::NotLive, |c| c.2.liveness.push(LivenessScore { score: 0.1, score_min: 0.5 })),
        (Reason::NoMatch, |c| c.2.similarity = Some(0.48)),
        (Reason::NoMatch, |c| c.2.similarity = Some(f32::NAN)),
        (Reason::NoMatch, |c| c.3.fpir_target = f64::NAN),
        (Reason::NoMatch, |c| c.2.templates_searched = 10_000_000),
        (Reason::NoConsent(consent::Standing::Withdrawn), |c| c.1.consent = consent::Standing::Withdrawn),
        (Reason::NoConsent(consent::Standing::Expired), |c| c.1.consent = consent::Standing::Expired),
        (Reason::FacePaymentOff, |c| c.1.face_payment = consent::FacePayment::Off),
        (Reason::FacePaymentWaiting, |c| c.1.face_payment = consent::FacePayment::Waiting),
        (Reason::PayerBlocked, |c| c.1.status = user::Status::Blocked),
        (Reason::CentreUnreachable, |c| c.1.reach = Reach::Lost),
        (Reason::WrongCurrency, |c| c.1.currency = "INR".parse().unwrap()),
        (Reason::Limit(Exceeded::Amount { max: 1_000 }), |c| c.1.limits.amount_max = 1_000),
        (Reason::Limit(Exceeded::Day { max: 20_000 }), |c| c.1.usage.day_amount = 19_000),
        (Reason::Limit(Exceeded::Velocity { max: 5 }), |c| c.1.usage.hour_count = 5),
    ];
    for (index, (reason, change)) in rows.into_iter().enumerate() {
        assert_eq!(decided(change), Decision::Decline(reason), "row {index}");
    }
}

/// One tier of challenges.
fn challenged_from(amount_min: i64, pin: bool) -> LivenessRules {
    LivenessRules::new(vec![Tier { amount_min, gestures: 3, tries_max: 3, pin }]).unwrap()
}

#[test]
fn from_an_amount_on_the_payer_is_challenged_before_anything_else_is_asked() {
    let from = |amount_min, challenge| {
        decided(|c| {
            (c.3.liveness, c.2.challenge) = (challenged_from(amount_min, false), challenge);
            c.3.step_up.always = true;
        })
    };
    assert_eq!(from(1250, Challenge::Open), Decision::Challenge);
    assert_eq!(from(1251, Challenge::Open), Decision::StepUp(vec![StepUp::Policy]));
    assert_eq!(from(1250, Challenge::Passed), Decision::StepUp(vec![StepUp::Policy]));
    // Whoever is refused anyway is not asked to smile first.
    let refused = decided(|c| {
        c.3.liveness = challenged_from(1, false);
        c.1.status = user::Status::Blocked;
    });
    assert_eq!(refused, Decision::Decline(Reason::PayerBlocked));
}

#[test]
fn each_doubt_asks_for_a_further_factor() {
    let rows: Vec<(StepUp, Change)> = vec![
        (StepUp::LookAlike, |c| c.2.margin = Some(0.07)),
        (StepUp::LookAlike, |c| c.2.margin = Some(f32::NAN)),
        (StepUp::NotChallenged, |c| {
            (c.2.challenge, c.3.liveness) = (Challenge::Impossible, challenged_from(1250, false));
        }),
        (StepUp::Amount, |c| {
            (c.2.challenge, c.3.liveness) = (Challenge::Passed, challenged_from(1250, true));
        }),
        (StepUp::LookAlike, |c| c.1.look_alike = true),
        (StepUp::LookAlike, |c| (c.1.look_alike, c.2.margin) = (true, None)),
        (StepUp::WeakMatch, |c| c.2.similarity = Some(0.55)),
        (StepUp::WeakMatch, |c| c.2.templates_searched = 10_000),
        (StepUp::WeakMatch, |c| c.3.fpir_target_pay = f64::NAN),
        (StepUp::WeakMatch, |c| c.3.impostors = Impostors::borrowed(tail())),
        (StepUp::LivenessGreyBand, |c| c.2.liveness[0].score = 0.55),
        (StepUp::LivenessGreyBand, |c| c.3.liveness_grey_band = f32::NAN),
        (StepUp::TemplateAge, |c| c.3.step_up.template_age_max = Some(Duration::from_secs(59))),
        (StepUp::NewTerminal, |c| c.3.step_up.new_terminal = true),
        (StepUp::Spend, |c| c.3.step_up.day_amount_min = 1250),
        (StepUp::Spend, |c| (c.1.usage.day_amount, c.3.step_up.day_amount_min) = (750, 2_000)),
        (StepUp::Spend, |c| c.3.step_up.hour_count_min = 1),
        (StepUp::Amount, |c| c.0.amount = eur(5_000)),
        (StepUp::Policy, |c| c.3.step_up.always = true),
    ];
    for (index, (factor, change)) in rows.into_iter().enumerate() {
        assert_eq!(decided(change), Decision::StepUp(vec![factor]), "row {index}");
    }
}

#[test]
fn who_stands_behind_the_payer_does_not_block_it() {
    assert!(matches!(decided(|c| c.2.faces_in_view = 3), Decision::Approve(_)));
}

#[test]
fn what_is_just_within_a_tier_asks_for_nothing() {
    let rows: Vec<Change> = vec![
        |c| c.0.amount = eur(4_999),
        |c| c.3.step_up.template_age_max = Some(Duration::from_secs(60)),
        |c| (c.1.template_made_at, c.3.step_up.template_age_max) = (None, Some(Duration::ZERO)),
        |c| (c.1.new_terminal, c.3.step_up.new_terminal) = (false, true),
        |c| (c.1.usage.day_amount, c.3.step_up.day_amount_min) = (749, 2_000),
        |c| (c.1.usage.hour_count, c.3.step_up.hour_count_min) = (1, 3),
    ];
    for (index, change) in rows.into_iter().enumerate() {
        assert!(matches!(decided(change), Decision::Approve(_)), "row {index}");
    }
}

#[test]
fn every_reason_is_told_the_most_severe_first() {
    let all = decided(|c| {
        c.0.amount = eur(5_000);
        c.2.margin = Some(0.0);
        c.2.similarity = Some(0.5);
        c.2.liveness[0].score = 0.55;
        let rules = &mut c.3.step_up;
        (rules.template_age_max, rules.new_terminal) = (Some(Duration::ZERO), true);
        (rules.day_amount_min, rules.always) = (1, true);
    });
    let order = [
        StepUp::LookAlike,
        StepUp::WeakMatch,
        StepUp::LivenessGreyBand,
        StepUp::TemplateAge,
        StepUp::NewTerminal,
        StepUp::Spend,
        StepUp::Amount,
        StepUp::Policy,
    ];
    assert_eq!(all, Decision::StepUp(order.to_vec()));
}

#[test]
fn a_person_without_a_pin_is_staffs_to_vouch_for_or_refused() {
    for (without_pin, expected) in [
        (WithoutPin::Staff, Decision::StepUp(vec![StepUp::Amount])),
        (WithoutPin::Decline, Decision::Decline(Reason::NoPin)),
    ] {
        let found = decided(|c| {
            (c.0.amount, c.1.has_factor) = (eur(5_000), false);
            c.3.step_up.without_pin = without_pin;
        });
        assert_eq!(found, expected);
    }
    let small = decided(|c| (c.1.has_factor, c.3.step_up.without_pin) = (false, WithoutPin::Decline));
    assert!(matches!(small, Decision::Approve(_)), "nobody asked for a PIN");
}

#[test]
fn staffs_word_spares_every_further_factor_but_the_one_that_every_payment_asks_for() {
    for (always, expected) in [(false, None), (true, Some(vec![StepUp::Policy]))] {
        let vouched = decided(|c| {
            c.0.amount = eur(9_000);
            c.2.similarity = None;
            c.3.step_up = StepUpRules {
                amount_min: 1,
                day_amount_min: 1,
                hour_count_min: 1,
                template_age_max: Some(Duration::ZERO),
                new_terminal: true,
                always,
                without_pin: WithoutPin::Staff,
            }
            .vouched();
        });
        match expected {
            None => assert!(matches!(vouched, Decision::Approve(_)), "{vouched:?}"),
            Some(reasons) => assert_eq!(vouched, Decision::StepUp(reasons)),
        }
    }
}

#[test]
fn no_match_lies_below_the_floor_however_small_the_gallery() {
    // One template at these targets asks for 0.33 to be named and 0.411 to pay.
    for (floor, matches) in [(0.4, true), (0.75, false)] {
        let found = decided(|c| (c.2.templates_searched, c.3.similarity_floor) = (1, floor));
        assert_eq!(matches!(found, Decision::Approve(_)), matches, "{floor}: {found:?}");
    }
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
        c.2.similarity = Some(0.1);
    });
    assert_eq!(both, Decision::Decline(Reason::NoMatch));
}

#[test]
fn who_is_named_first_is_compared_with_themselves_only() {
    // Ten templates of that person at 1:10,000, whatever the gallery holds.
    for (similarity, templates, matches) in [(0.50, 10, true), (0.48, 10, false), (0.45, 1, true)] {
        let claimed = decided(|c| {
            (c.2.claimed, c.2.similarity, c.2.templates_searched) = (true, Some(similarity), templates);
        });
        match matches {
            true => assert!(matches!(claimed, Decision::Approve(_)), "{similarity}: {claimed:?}"),
            false => assert_eq!(claimed, Decision::Decline(Reason::NoMatch), "{similarity}"),
        }
    }
}
