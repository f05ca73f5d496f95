//! A recogniser is judged by its own scores or not at all.

use models::manifest::Digest;

use super::*;

const DEFAULT: u32 = 512_001;
const OTHER: u32 = 192_001;

/// Networks that can be opened and not run.
struct Shelf(Manifest);

impl InferenceService for Shelf {
    fn open(&self, model: &str) -> Result<ModelInfo, InferenceError> {
        let entry = self.0.models.iter().find(|entry| entry.name == model);
        let entry = entry.ok_or_else(|| InferenceError::Unsupported(model.to_owned()))?;
        Ok(ModelInfo {
            name: entry.name.clone(),
            input_width: 1,
            input_height: 1,
            outputs: Vec::new(),
            max_batch: 1,
            model_tag: entry.model_tag.unwrap_or_default(),
            sha256: [0; 32],
        })
    }

    fn run(
        &self,
        _: &Call<'_>,
        model: &str,
        _: &[Frame<'_>],
        _: &[Region],
    ) -> Result<Vec<Tensor>, InferenceError> {
        Err(InferenceError::Internal(model.to_owned()))
    }
}

#[test]
fn a_tag_of_a_known_network_is_believed_only_of_who_opened_that_network() {
    let builtin = || Manifest::builtin().unwrap();
    let shelf: Arc<dyn InferenceService> = Arc::new(Shelf(builtin()));
    let witnesses = Witnesses::of([builtin(), builtin()], &shelf);
    for (opens, tag, believed) in [
        (&["mobilefacenet-512"][..], DEFAULT, true),
        (&["mobilefacenet-512"], OTHER, false),
        (&["face-mesh"], DEFAULT, false),
        (&["no-such-network"], DEFAULT, false),
        // An engine of its own: nobody measured it, and its tag says so.
        (&[], 7, true),
        (&[], DEFAULT, false),
        // One that nobody delivers and anybody can install.
        (&[], 128_001, false),
    ] {
        let witness = witnesses.one();
        let opened = opens.iter().filter(|name| witness.open(name).is_ok()).count();
        let found = witnesses.believe("org.example.own", tag, &witness);
        assert_eq!(found.is_ok(), believed, "{tag} after opening {opened} of {opens:?}");
    }
}

#[test]
fn an_installed_network_without_scores_of_its_own_is_no_recogniser() {
    let manifest = Manifest::builtin().unwrap();
    let scores = manifest.impostors(DEFAULT).unwrap().clone();
    let entry = |name: &str| manifest.models.iter().find(|entry| entry.name == name).unwrap().clone();
    let installed = entry("dlib-resnet-29");
    let tag = installed.model_tag.unwrap();
    let in_use = |entry: Entry| InUse { entry, sha256: Digest([0; 32]) };
    let with_scores = Entry { impostors: Some(scores), ..installed.clone() };
    for (entry, tags, starts) in [
        (installed.clone(), vec![tag], false),
        (installed.clone(), vec![DEFAULT, tag], false),
        (installed, vec![DEFAULT], true),
        (with_scores, vec![tag], true),
    ] {
        let models = [in_use(entry), in_use(manifest.models[0].clone())];
        let found = all_measured(&models, tags.iter().copied());
        assert_eq!(found.is_ok(), starts, "{tags:?}");
    }
}
