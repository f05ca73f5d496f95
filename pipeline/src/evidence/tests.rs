//! A verdict needs agreeing, live, recent pictures of one person.
use super::*;
use crate::gallery::TemplateId;

const ANNA: Subject = Subject(1);
const BERT: Subject = Subject(2);
const ALIVE: f32 = 0.9;
/// The least scores: one step.
const MINS: &[f32] = &[0.5];
const TAG: u32 = 1;

/// A face in direction `angle` of a plane; faces of one person differ by a few hundredths.
fn face(angle: f32) -> Embedding {
    Embedding::new(vec![angle.cos(), angle.sin()]).ok().unwrap()
}

fn top(subject: Subject, similarity: f32) -> Top2 {
    Top2 { subject, template: TemplateId(9), similarity, runner_up: None, searched: 2 }
}

struct Bench {
    evidence: Evidence,
    start: Instant,
    options: ConfirmOptions,
}

impl Bench {
    fn new() -> Bench {
        // Three pictures without a refused one.
        let options = ConfirmOptions { liveness_odds_min: 5.8, ..ConfirmOptions::default() };
        Bench { evidence: Evidence::default(), start: Instant::now(), options }
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn add(&mut self, ms: u64, angle: f32, liveness: &[f32], top: Option<Top2>) {
        let sample = Sample {
            at: self.at(ms),
            model_tag: TAG,
            embedding: face(angle),
            weight: 0.8,
            liveness: liveness.to_vec(),
        };
        let _same = self.evidence.add(sample, top.as_ref(), MINS, &self.options);
    }

    /// `open`, `not_live`, or the subject that was agreed on.
    fn finding(&self) -> String {
        match self.evidence.finding(MINS, &self.options) {
            Finding::Open => "open".to_owned(),
            Finding::NotLive => "not_live".to_owned(),
            Finding::Agreed { subject, .. } => format!("{:?}", subject.map(|subject| subject.0)),
        }
    }
}

#[test]
fn three_agreeing_pictures_confirm_a_subject() {
    let mut bench = Bench::new();
    for (frame, said) in ["open", "open", "Some(1)"].into_iter().enumerate() {
        bench.add(frame as u64 * 100, 0.02 * frame as f32, &[ALIVE], Some(top(ANNA, 0.7)));
        assert_eq!(bench.finding(), said, "picture {frame}");
    }
}

#[test]
fn a_disagreeing_picture_starts_the_count_again() {
    let mut bench = Bench::new();
    for (frame, (subject, said)) in
        [(ANNA, "open"), (ANNA, "open"), (BERT, "open"), (ANNA, "open"), (ANNA, "open"), (ANNA, "Some(1)")]
            .into_iter()
            .enumerate()
    {
        bench.add(frame as u64 * 100, 0.0, &[ALIVE], Some(top(subject, 0.7)));
        assert_eq!(bench.finding(), said, "picture {frame}");
    }
}

#[test]
fn faces_like_nobodys_template_are_agreed_to_be_unknown() {
    for nobody in [None, Some(top(ANNA, 0.4))] {
        let mut bench = Bench::new();
        (0..3).for_each(|frame| bench.add(frame * 100, 0.0, &[ALIVE], nobody));
        assert_eq!(bench.finding(), "None");
    }
}

#[test]
fn a_mean_below_the_least_score_is_not_live_once_there_are_enough_pictures() {
    let mut bench = Bench::new();
    // Every other one passes, so that it is not refused for good.
    for frame in 0..8 {
        assert_ne!(bench.finding(), "not_live");
        bench.add(frame * 100, 0.0, &[if frame % 2 == 0 { 0.55 } else { 0.4 }], Some(top(ANNA, 0.9)));
    }
    assert_eq!(bench.finding(), "not_live");
}

#[test]
fn a_track_that_was_refused_stays_so_however_many_lucky_pictures_follow() {
    let mut bench = Bench::new();
    for frame in 0..5 {
        bench.add(frame * 100, 0.0, &[0.3], Some(top(ANNA, 0.9)));
    }
    assert_eq!(bench.finding(), "not_live");
    bench.evidence.decide(Verdict::NotLive, bench.at(400));
    assert!(!bench.evidence.wants(bench.at(649), &bench.options));
    assert!(bench.evidence.wants(bench.at(650), &bench.options));
    for frame in 0..40 {
        bench.add(1_000 + frame * 100, 0.0, &[ALIVE], Some(top(ANNA, 0.9)));
        assert_eq!(bench.finding(), "not_live", "picture {frame}");
    }
    // Neither when somebody asks anew, nor after a gap.
    bench.evidence.look_anew();
    for ms in [9_000, 20_000, 20_100, 20_200, 20_300] {
        bench.add(ms, 0.0, &[ALIVE], Some(top(ANNA, 0.9)));
        assert_eq!(bench.finding(), "not_live", "{ms}");
    }
}

#[test]
fn each_refused_picture_asks_for_more_however_long_ago_it_was() {
    let mut bench = Bench::new();
    bench.add(0, 0.0, &[0.3], Some(top(ANNA, 0.9)));
    for frame in 1..=6 {
        assert_eq!(bench.finding(), "open", "picture {frame}");
        bench.add(frame * 100, 0.0, &[ALIVE], Some(top(ANNA, 0.9)));
    }
    assert_eq!(bench.finding(), "Some(1)");
}

#[test]
fn somebody_else_in_the_same_place_makes_up_for_what_was_refused_there() {
    let mut bench = Bench::new();
    (0..5).for_each(|frame| bench.add(frame * 100, 0.0, &[0.1], None));
    assert_eq!(bench.finding(), "not_live");
    // Turned by 90 degrees: no likeness.
    for frame in 0..15 {
        assert_ne!(bench.finding(), "Some(1)", "picture {frame}");
        bench.add(500 + frame * 100, std::f32::consts::FRAC_PI_2, &[ALIVE], Some(top(ANNA, 0.9)));
    }
    assert_eq!(bench.finding(), "Some(1)");
}

#[test]
fn the_pictures_that_say_who_it_is_must_look_alive_themselves() {
    let mut bench = Bench::new();
    bench.add(0, 0.0, &[0.99], None);
    bench.add(100, 0.0, &[0.1], Some(top(ANNA, 0.9)));
    (2..8).for_each(|frame| bench.add(frame * 100, 0.0, &[0.51], Some(top(ANNA, 0.9))));
    assert!(bench.evidence.record.is_for(bench.options.liveness_odds_min));
    assert_eq!(bench.finding(), "open", "the mean over all is 0.519, over those of Anna 0.451");
}

#[test]
fn a_missing_or_senseless_liveness_score_never_confirms() {
    for liveness in [vec![], vec![f32::NAN]] {
        let mut bench = Bench::new();
        for frame in 0..8 {
            bench.add(frame * 100, 0.0, &liveness, Some(top(ANNA, 0.9)));
            assert!(!bench.finding().contains("Some"));
        }
        assert_eq!(bench.finding(), "not_live");
    }
}

#[test]
fn one_liveness_step_of_two_is_not_enough() {
    for (mins, alive) in [([0.5, 0.5], false), ([0.5, 0.2], true)] {
        let mut bench = Bench::new();
        for frame in 0..8 {
            let (at, liveness) = (bench.at(frame * 100), vec![0.9, 0.3]);
            let sample = Sample { at, model_tag: TAG, embedding: face(0.0), weight: 0.8, liveness };
            let _same = bench.evidence.add(sample, Some(&top(ANNA, 0.9)), &mins, &bench.options);
        }
        let finding = bench.evidence.finding(&mins, &bench.options);
        assert_eq!(matches!(finding, Finding::Agreed { .. }), alive, "{mins:?}");
        assert_eq!(matches!(finding, Finding::NotLive), !alive, "{mins:?}");
    }
}

#[test]
fn somebody_else_in_the_same_place_starts_from_nothing() {
    let mut bench = Bench::new();
    (0..2).for_each(|frame| bench.add(frame * 100, 0.0, &[ALIVE], Some(top(ANNA, 0.9))));
    // Turned by 90 degrees: no likeness. The search says Anna all the same.
    bench.add(200, std::f32::consts::FRAC_PI_2, &[ALIVE], Some(top(ANNA, 0.9)));
    assert_eq!(bench.finding(), "open");
    assert_eq!(bench.evidence.samples.len(), 1);
}

#[test]
fn pictures_from_before_a_gap_do_not_count() {
    let mut bench = Bench::new();
    for (ms, said) in [(0, "open"), (100, "open"), (1_601, "open"), (1_700, "open"), (1_800, "Some(1)")] {
        bench.add(ms, 0.0, &[ALIVE], Some(top(ANNA, 0.9)));
        assert_eq!(bench.finding(), said, "at {ms}");
    }
}

#[test]
fn a_verdict_rests_and_the_next_one_needs_pictures_of_its_own() {
    let mut bench = Bench::new();
    (0..3).for_each(|frame| bench.add(frame * 100, 0.0, &[ALIVE], Some(top(ANNA, 0.9))));
    bench.evidence.decide(Verdict::Known(ANNA), bench.at(200));
    assert!(!bench.evidence.wants(bench.at(1_199), &bench.options));
    assert!(bench.evidence.wants(bench.at(1_200), &bench.options));
    assert_eq!(bench.evidence.verdict(), Some(Verdict::Known(ANNA)));
    bench.add(1_300, 0.0, &[ALIVE], Some(top(ANNA, 0.9)));
    assert_eq!(bench.finding(), "open");
}

#[test]
fn a_better_picture_weighs_more_in_the_mean() {
    let mut bench = Bench::new();
    for (ms, angle, weight) in [(0, 0.0, 0.9), (100, 0.6, 0.05), (200, 0.6, 0.05)] {
        let sample = Sample {
            at: bench.at(ms),
            model_tag: TAG,
            embedding: face(angle),
            weight,
            liveness: vec![ALIVE],
        };
        let _same = bench.evidence.add(sample, None, MINS, &bench.options);
    }
    let Finding::Agreed { mean, .. } = bench.evidence.finding(&[0.5], &bench.options) else {
        panic!("three pictures agree")
    };
    assert!(mean.similarity(&face(0.0)) > 0.99);
}

#[test]
fn a_track_keeps_a_bounded_number_of_pictures() {
    let mut bench = Bench::new();
    (0..100).for_each(|frame| bench.add(frame * 100, 0.0, &[0.1], None));
    assert_eq!(bench.evidence.samples.len(), 8);
}

#[test]
fn the_same_person_goes_on_however_long_nobody_looked() {
    let mut bench = Bench::new();
    (0..3).for_each(|frame| bench.add(frame * 100, 0.0, &[ALIVE], Some(top(ANNA, 0.7))));
    bench.evidence.decide(Verdict::Known(ANNA), bench.at(200));
    for ms in [1_300, 9_000] {
        let sample = Sample {
            at: bench.at(ms),
            model_tag: TAG,
            embedding: face(0.1),
            weight: 0.8,
            liveness: vec![ALIVE],
        };
        assert!(bench.evidence.add(sample, None, MINS, &bench.options), "{ms}");
    }
}

#[test]
fn nobody_slips_into_a_track_between_two_verdicts() {
    let mut bench = Bench::new();
    (0..3).for_each(|frame| bench.add(frame * 100, 0.0, &[ALIVE], Some(top(ANNA, 0.7))));
    bench.evidence.decide(Verdict::Known(ANNA), bench.at(200));
    let mut shows_the_same = |ms, angle| {
        let sample = Sample {
            at: bench.at(ms),
            model_tag: TAG,
            embedding: face(angle),
            weight: 0.8,
            liveness: vec![ALIVE],
        };
        bench.evidence.add(sample, None, MINS, &bench.options)
    };
    // However long nobody looked.
    assert!(!shows_the_same(9_000, 1.5));
    assert_eq!(bench.evidence.verdict(), None);
}

#[test]
fn pictures_that_two_recognisers_embedded_are_never_weighed_together() {
    // As far apart as can be in samples, and then in what was decided before.
    for decided in [false, true] {
        let mut bench = Bench::new();
        (0..3).for_each(|frame| bench.add(frame * 100, 0.0, &[ALIVE], Some(top(ANNA, 0.7))));
        if decided {
            bench.evidence.decide(Verdict::Known(ANNA), bench.at(200));
        }
        let (at, embedding) = (bench.at(300), face(0.0));
        let sample = Sample { at, model_tag: TAG + 1, embedding, weight: 0.8, liveness: vec![ALIVE] };
        assert!(!bench.evidence.add(sample, Some(&top(ANNA, 0.7)), MINS, &bench.options), "{decided}");
        assert_eq!((bench.finding(), bench.evidence.samples.len()), ("open".to_owned(), 1), "{decided}");
        assert_eq!(bench.evidence.verdict(), None);
    }
}

#[test]
fn a_track_is_new_until_it_has_had_its_share_of_pictures_whoever_these_show() {
    let (options, now) = (ConfirmOptions::default(), Instant::now());
    let mut evidence = Evidence::default();
    for picture in 0..options.frames_max {
        assert!(evidence.is_new(&options), "picture {picture}");
        evidence.look(now);
        if picture % 2 == 0 { evidence.forget() } else { evidence.entangle(None) }
    }
    assert!(!evidence.is_new(&options));
    assert_eq!(evidence.looked(), Some(now));
    evidence.decide(Verdict::Unknown, now);
    assert!(!evidence.is_new(&options), "it is decided");
    evidence.look_anew();
    assert!(evidence.is_new(&options));
}
