//! Another recogniser takes over while cameras run.

use pipeline::{FaceCrop, RecognizerSet, Space, Unmetered};

use super::*;
use crate::recognize::vision::{start_steps, steps_with};

const WITHIN: Duration = Duration::from_secs(60);

/// The space of a recogniser, and a pipeline with it.
fn running(settings: &str) -> (pipeline::Pipeline, Arc<Space>) {
    let steps = steps_with(LIVENESS_OFF, &[(settings, 1.0)]);
    let recognizer: RecognizerSet = steps.recognizer.clone();
    let gallery = Arc::new(Gallery::new(recognizer.dim(), recognizer.model_tag()));
    let space = Space::new(recognizer, gallery).expect("the gallery is made for it");
    (start_steps(steps, Arc::new(Unmetered)), Arc::new(space))
}

fn crop(pipeline: &pipeline::Pipeline, still: &Still) -> FaceCrop {
    let faces = pipeline.analyse(still).expect("the picture is analysed");
    faces[0].crop.clone().expect("a good face is cut out")
}

#[test]
fn a_face_cut_out_of_its_picture_is_embedded_as_in_it() {
    for model in ["mobilefacenet-512", "mobilefacenet-192"] {
        let (pipeline, space) = running(&format!("{{\"model\": \"{model}\"}}"));
        for file in ["eileen-collins.jpg", "grace-hopper.jpg"] {
            let still = portrait(file);
            let crop = crop(&pipeline, &still);
            let (width, height) = (crop.picture().width(), crop.picture().height());
            assert!(width.max(height) <= 256, "{width} x {height}");
            let alone = space.embed(&crop, WITHIN).expect("it is embedded");
            let similarity = alone.similarity(&embedding(&pipeline, &still));
            println!("{model} {file}: {width} x {height}, similarity {similarity}");
            assert!(similarity > 0.97, "{model} {file}: {similarity}");
        }
    }
}

#[test]
fn from_one_batch_to_the_next_another_recogniser_names_people_and_nothing_is_mixed() {
    let Some((_farm, till, _)) = two_cameras() else { return };
    let (pipeline, old) = running("");
    let (_other, new) = running("{\"model\": \"mobilefacenet-192\"}");
    let eileen = portrait("eileen-collins.jpg");
    enrol(&pipeline, EILEEN, &eileen);
    let template = new.embed(&crop(&pipeline, &eileen), WITHIN).expect("it is embedded");
    new.gallery().insert(TemplateId(2), EILEEN, new.model_tag(), &template).expect("it fits");
    let (mut sightings, mut cuts, begun) = (pipeline.sightings(), pipeline.cuts(), Instant::now());
    let _till = camera(&pipeline, "till", &till);
    let before = next(&mut sightings, begun);
    assert_eq!((before.subject, before.model_tag), (Some(EILEEN), old.model_tag()));
    pipeline.adopt(Arc::clone(&new));
    assert_eq!(pipeline.gallery().model_tag(), new.model_tag());
    // A batch that was under way ends with the recogniser that it began with.
    let after =
        std::iter::repeat_with(|| next(&mut sightings, begun)).find(|s| s.model_tag == new.model_tag());
    let after = after.expect("it goes on");
    assert_eq!((after.subject, after.template), (Some(EILEEN), Some(TemplateId(2))));
    println!("similarity {} before, {} after", before.similarity, after.similarity);
    let cut = cuts.blocking_recv().expect("somebody known was cut out");
    assert!(cut.sighting.subject == Some(EILEEN) && cut.crop.picture().width() <= 256);
}
