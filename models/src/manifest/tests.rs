//! What the manifest refuses, and that the built-in one is whole.

use super::*;

fn changed(from: &str, to: &str) -> Result<Manifest, ManifestError> {
    let text = include_str!("../../weights/manifest.toml");
    assert!(text.contains(from), "the manifest has {from}");
    Manifest::parse(&text.replacen(from, to, 1))
}

#[test]
fn the_builtin_manifest_names_its_networks_and_their_files() {
    let manifest = Manifest::builtin().unwrap();
    let names: Vec<&str> = manifest.models.iter().map(|entry| entry.name.as_str()).collect();
    let expected = [
        "blazeface-full-range",
        "blazeface-short-range",
        "blazeface-back",
        "mtcnn-propose",
        "mtcnn-refine",
        "mtcnn-output",
        "yunet-n-320",
        "yunet-n-640",
        "face-mesh",
        "minifasnet-v1se",
        "minifasnet-v2-80",
        "minifasnet-v1se-80",
        "mobilefacenet-512",
        "mobilefacenet-192",
        "dlib-resnet-29",
        "facenet-inception-resnet-v1",
    ];
    assert_eq!(names, expected);
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights");
    for entry in &manifest.models {
        let licence = entry.rights.licence_file.as_deref();
        assert!(licence.is_none_or(|file| dir.join(file).is_file()), "{licence:?}");
    }
}

#[test]
fn only_recognisers_tag_templates_and_each_has_its_own_tag() {
    let manifest = Manifest::builtin().unwrap();
    let tagged: Vec<&Entry> = manifest.models.iter().filter(|entry| entry.model_tag.is_some()).collect();
    assert!(tagged.iter().all(|entry| entry.outputs[0].name == "embedding"));
    assert_eq!(tagged.len(), 4);
    let mut tags: Vec<_> = tagged.iter().map(|entry| entry.model_tag).collect();
    tags.sort_unstable();
    assert!(tags.windows(2).all(|pair| pair[0] != pair[1]), "{tags:?}");
}

#[test]
fn a_manifest_that_contradicts_itself_is_refused() {
    let two_of_a_name = changed("\"blazeface-short-range\"", "\"blazeface-full-range\"");
    assert!(matches!(two_of_a_name, Err(ManifestError::Duplicate(_))));
    for (from, to) in [
        ("width = 192", "width = 0"),
        ("divisor = 127.5", "divisor = 0.0"),
        ("mean = 127.5", "mean = nan"),
        ("dims = [2304, 16]", "dims = [0]"),
        ("file = \"blazeface-full-range.safetensors\"", "file = \"../x.safetensors\""),
    ] {
        assert!(matches!(changed(from, to), Err(ManifestError::Entry { .. })), "{to}");
    }
}

#[test]
fn a_manifest_with_an_unknown_word_is_refused() {
    for (from, to) in [("sha256 = \"9", "sha256 = \"x"), ("\"npm\"", "\"ftp\""), ("colour", "color")] {
        assert!(matches!(changed(from, to), Err(ManifestError::Parse(_))), "{to}");
    }
}
