//! Every stored tail is one; what nobody measured pays nothing; a real gallery moves its own threshold.

use std::time::Duration;

use domain::consent::{FacePayment, Standing};
use domain::decision::{Charge, Decision, Evidence, LivenessScore, Payer, Policy, Reason, StepUp, decide};
use domain::liveness::Challenge;
use domain::presence::Position;
use domain::reach::Reach;
use domain::threshold::{Match, Scores};
use domain::user::Status;
use domain::{Money, Timestamp};
use pipeline::{Embedding, Gallery, Subject, TemplateId};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::app::evidence;
use crate::settings::{Layers, Settings};

const DEFAULT: u32 = 512_001;
const DIM: usize = 64;

#[test]
fn every_built_in_tail_is_one_and_an_unknown_recogniser_gets_the_strictest_and_pays_nothing() {
    let builtin = Manifest::builtin().unwrap();
    let tails = Tails::builtin().unwrap();
    let delivered = builtin.models.iter().filter(|entry| matches!(entry.weights, Weights::Delivered(_)));
    let recognisers = delivered.filter_map(|entry| entry.model_tag);
    let unknown = tails.impostors(Some(7));
    assert!(!unknown.are_own());
    let mut count = 0;
    for tag in recognisers.filter(|tag| builtin.impostors(*tag).is_some()) {
        let own = tails.impostors(Some(tag));
        assert!(own.are_own(), "{tag}");
        for rate in [1e-4, 1e-6, 1e-9] {
            assert!(own.similarity_at(rate) <= unknown.similarity_at(rate), "{tag} at {rate}");
        }
        let spread = tails.spread(Some(tag));
        assert!(spread > 0.01 && spread < 0.2 && spread <= tails.spread(Some(7)), "{tag}: {spread}");
        count += 1;
    }
    assert!(count >= 2, "{count}");
}

#[test]
fn scores_of_an_installed_network_are_its_own_and_lent_to_nobody() {
    let mut manifest = Manifest::builtin().unwrap();
    let mut scores = manifest.impostors(DEFAULT).unwrap().clone();
    scores.points.iter_mut().for_each(|(similarity, _)| *similarity = 0.9 + *similarity * 0.1);
    let installed = manifest.models.iter_mut().find(|entry| entry.name == "dlib-resnet-29").unwrap();
    installed.impostors = Some(scores);
    let tag = installed.model_tag;
    let tails = Tails::of(&manifest).unwrap();
    assert!(tails.impostors(tag).are_own() && tails.impostors(tag).similarity_at(1e-4) > 0.9);
    let unknown = |tails: &Tails| tails.impostors(Some(7)).similarity_at(1e-4);
    assert_eq!(unknown(&tails), unknown(&Tails::builtin().unwrap()));
}

#[test]
fn a_tail_that_is_none_stops_the_start_by_name() {
    let mut manifest = Manifest::builtin().unwrap();
    let entry = manifest.models.iter_mut().find(|entry| entry.model_tag == Some(DEFAULT)).unwrap();
    entry.impostors.as_mut().unwrap().points.truncate(3);
    let Err(error) = Tails::of(&manifest) else { panic!("taken") };
    assert!(error.to_string().contains("512001"), "{error}");
}

#[test]
fn a_set_of_recognisers_has_the_tail_that_is_stored_for_its_tag() {
    let mut manifest = Manifest::builtin().unwrap();
    let impostors = manifest.impostors(DEFAULT).unwrap().clone();
    manifest.sets.push(manifest::Set { model_tag: 9, about: String::new(), impostors });
    let tails = Tails::of(&manifest).unwrap();
    assert!(tails.impostors(Some(9)).are_own() && !tails.impostors(Some(10)).are_own());
}

fn site(middle: f32) -> ImpostorTail {
    let mut scores = Scores::default();
    for step in 0..200_000_u32 {
        // Two hundred thousand scores in a triangle around `middle`.
        let (a, b) = (step % 447, step / 447);
        scores.add(middle + 0.3 * ((a + b) as f32 / 446.0 - 1.0));
    }
    scores.tail(400).unwrap()
}

#[test]
fn what_a_site_measured_raises_its_recognisers_thresholds_and_no_others() {
    let tails = Tails::builtin().unwrap();
    let before = tails.impostors(Some(DEFAULT)).similarity_at(1e-6);
    assert!(!tails.take_up(DEFAULT, site(-0.3)), "a site of people who look less alike changes nothing");
    assert_eq!(tails.impostors(Some(DEFAULT)).similarity_at(1e-6), before);
    assert!(tails.take_up(DEFAULT, site(0.3)));
    let raised = tails.impostors(Some(DEFAULT)).similarity_at(1e-6);
    assert!(raised > before + 0.05, "{before} to {raised}");
    assert!(!tails.take_up(DEFAULT, site(0.25)), "nothing is taken back by itself");
    assert_eq!(tails.impostors(Some(DEFAULT)).similarity_at(1e-6), raised);
    assert_eq!(tails.impostors(Some(192_001)).shift(), 0.0);
}

fn policy_of(model_tag: u32) -> Policy {
    let tails = Tails::builtin().unwrap();
    let settings = Settings::load(&Layers::default()).unwrap();
    evidence::policy(&settings, tails.impostors(Some(model_tag)), tails.spread(Some(model_tag)))
}

fn policy() -> Policy {
    policy_of(DEFAULT)
}

fn direction(random: &mut StdRng) -> Vec<f32> {
    (0..DIM).map(|_| random.random_range(-1.0..1.0)).collect()
}

/// A face whose cosine to `of` is `similarity`.
fn as_like_as(of: &Embedding, similarity: f32, random: &mut StdRng) -> Embedding {
    let other = Embedding::new(direction(random)).unwrap();
    let along = of.similarity(&other);
    let across = other.values().iter().zip(of.values()).map(|(value, of)| value - along * of);
    let across = Embedding::new(across.collect()).unwrap();
    let rest = (1.0 - similarity * similarity).sqrt();
    let values = of.values().iter().zip(across.values()).map(|(of, across)| similarity * of + rest * across);
    Embedding::new(values.collect()).unwrap()
}

/// Fills `gallery` with strangers until it holds `count` templates.
fn fill(gallery: &Gallery, count: usize, random: &mut StdRng) {
    for person in gallery.len()..count {
        let (template, subject) = (TemplateId(person as u128), Subject(person as u128));
        let stranger = Embedding::new(direction(random)).unwrap();
        gallery.insert(template, subject, DEFAULT, &stranger).unwrap();
    }
}

/// What becomes of ten euros that `probe` is to pay, by the gallery as it is.
fn pays(gallery: &Gallery, probe: &Embedding, look_alike: bool) -> Decision {
    let found = gallery.search(probe).unwrap().unwrap();
    let seen = Seen { similarity: found.similarity, searched: found.searched, claimed: false };
    decided(&seen, look_alike, &policy())
}

/// A face that was compared.
#[derive(Debug)]
struct Seen {
    similarity: f32,
    searched: usize,
    claimed: bool,
}

/// What becomes of ten euros that this face is to pay.
fn decided(seen: &Seen, look_alike: bool, policy: &Policy) -> Decision {
    let now = Timestamp(1_000_000_000);
    let evidence = Evidence {
        captured_at: now,
        camera_live: true,
        similarity: Some(seen.similarity),
        // That of the templates alone: in 64 dimensions strangers are nearer to each other than faces are.
        margin: None,
        liveness: vec![LivenessScore { score: 0.99, score_min: 0.5 }],
        faces_in_view: 1,
        place: Position::Payer,
        challenge: Challenge::Open,
        templates_searched: seen.searched,
        claimed: seen.claimed,
    };
    let settings = Settings::load(&Layers::default()).unwrap();
    let payer = Payer {
        status: Status::Active,
        consent: Standing::Live,
        face_payment: FacePayment::On,
        reach: Reach::Near,
        currency: "EUR".parse().unwrap(),
        limits: evidence::limits(&settings.policy),
        usage: domain::limits::Usage::default(),
        template_made_at: Some(now),
        new_terminal: false,
        has_factor: true,
        look_alike,
    };
    let amount = Money::new(1_000, "EUR".parse().unwrap()).unwrap();
    let charge = Charge { amount, expires_at: now.plus(Duration::from_secs(60)) };
    decide(&charge, &payer, &evidence, policy, now)
}

#[test]
fn a_recogniser_that_nobody_measured_lets_no_face_pay_alone_however_like_it_is() {
    for claimed in [false, true] {
        for searched in [1, 10_000] {
            for similarity in [0.7, 0.9, 1.0] {
                let seen = Seen { similarity, searched, claimed };
                let by = |model_tag| decided(&seen, false, &policy_of(model_tag));
                assert!(!matches!(by(7), Decision::Approve(_)), "{seen:?}");
                if similarity > 0.8 {
                    assert_eq!(by(7), Decision::StepUp(vec![StepUp::WeakMatch]), "{seen:?}");
                    assert!(matches!(by(DEFAULT), Decision::Approve(_)), "{seen:?}, measured");
                }
            }
        }
    }
}

#[test]
fn ninety_nine_thousand_more_people_move_the_threshold_with_no_setting_changed() {
    let mut random = StdRng::seed_from_u64(7);
    let gallery = Gallery::new(DIM, DEFAULT);
    fill(&gallery, 100, &mut random);
    let (_, payer) = gallery.template(TemplateId(42)).unwrap().unwrap();
    let [good, fair] = [0.68, 0.60].map(|similarity| as_like_as(&payer, similarity, &mut random));
    let small = policy().thresholds(gallery.len(), false);
    assert!(matches!(pays(&gallery, &good, false), Decision::Approve(_)));
    assert!(matches!(pays(&gallery, &fair, false), Decision::Approve(_)));
    assert_eq!(pays(&gallery, &good, true), Decision::StepUp(vec![StepUp::LookAlike]));

    fill(&gallery, 10_000, &mut random);
    assert_eq!(pays(&gallery, &good, false), Decision::StepUp(vec![StepUp::WeakMatch]));
    assert_eq!(pays(&gallery, &fair, false), Decision::Decline(Reason::NoMatch));

    fill(&gallery, 100_000, &mut random);
    let large = policy().thresholds(gallery.len(), false);
    assert!(large.match_min > small.match_min + 0.15 && large.pay_min > small.pay_min + 0.15, "{large:?}");
    assert_eq!(large.judge(gallery.search(&good).unwrap().unwrap().similarity), Match::No);
    let sure = as_like_as(&payer, large.pay_min + 0.01, &mut random);
    assert!(matches!(pays(&gallery, &sure, false), Decision::Approve(_)), "who is sure still pays");
}
