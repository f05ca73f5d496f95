//! Several recognisers that count together.

use pipeline::{Member, RecognizerSet, RecognizerSetError, Steps, Unmetered};

use super::*;
use crate::recognize::vision::{start_steps, steps_with};

/// The similarity of the two portraits by these steps.
fn similarity(steps: Steps) -> f32 {
    let pipeline = start_steps(steps, Arc::new(Unmetered));
    embedding(&pipeline, &portrait("eileen-collins.jpg"))
        .similarity(&embedding(&pipeline, &portrait("grace-hopper.jpg")))
}

#[test]
fn a_sets_similarity_is_the_weighted_mean_of_its_members_and_its_templates_are_its_own() {
    let members = [(r#"{"model": "mobilefacenet-512"}"#, 3.0), (r#"{"model": "mobilefacenet-192"}"#, 1.0)];
    let steps = steps_with(LIVENESS_OFF, &members);
    assert_eq!((steps.recognizer.dim(), steps.recognizer.members()[1].weight), (704, 0.25));
    let alone = steps.recognizer.members().iter().map(|member| {
        let recognizer = RecognizerSet::single(member.recognizer.clone()).expect("it compares by cosine");
        assert_eq!(recognizer.model_tag(), member.recognizer.model_tag());
        assert_ne!(recognizer.model_tag(), steps.recognizer.model_tag());
        member.weight * similarity(Steps { recognizer, ..steps.clone() })
    });
    let expected: f32 = alone.sum();
    let found = similarity(steps);
    assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
}

#[test]
fn recognisers_that_do_not_make_a_set_are_named() {
    let steps = steps_with(LIVENESS_OFF, &[("", 1.0)]);
    let member = |weight| Member { weight, ..steps.recognizer.members()[0].clone() };
    for weight in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let refused = RecognizerSet::new(vec![member(1.0), member(weight)]).err().expect("no weight");
        assert_eq!(refused, RecognizerSetError::Weight("org.facepay.recognition-mobilefacenet".to_owned()));
    }
    for count in [0, 5] {
        let refused = RecognizerSet::new(vec![member(1.0); count]).err().expect("no set");
        assert_eq!(refused, RecognizerSetError::Count(count));
    }
}
