//! The SDK's files, so that a project builds without a checkout of FacePay.

/// Texts by their path in the SDK.
macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../sdk/", $path)))),*]
    };
}

/// Every source file of the SDK, and the C header.
pub(super) const FILES: &[(&str, &str)] = files![
    "src/abi.rs",
    "src/abi/borrowed.rs",
    "src/abi/growing.rs",
    "src/abi/identity.rs",
    "src/abi/payment.rs",
    "src/abi/services.rs",
    "src/abi/vision.rs",
    "src/artifacts.rs",
    "src/call.rs",
    "src/error.rs",
    "src/executor.rs",
    "src/export.rs",
    "src/export/descriptor.rs",
    "src/export/identity.rs",
    "src/export/instance.rs",
    "src/export/machine.rs",
    "src/export/payment.rs",
    "src/export/services.rs",
    "src/export/services/artifacts.rs",
    "src/export/services/executor.rs",
    "src/export/services/frames.rs",
    "src/export/services/metrics.rs",
    "src/export/vision.rs",
    "src/face.rs",
    "src/frame.rs",
    "src/frames.rs",
    "src/host.rs",
    "src/identity.rs",
    "src/identity/finding.rs",
    "src/identity/request.rs",
    "src/identity/wire.rs",
    "src/inference.rs",
    "src/lib.rs",
    "src/machine.rs",
    "src/machine/effect.rs",
    "src/machine/event.rs",
    "src/machine/wire.rs",
    "src/metrics.rs",
    "src/payment.rs",
    "src/payment/outcome.rs",
    "src/payment/request.rs",
    "src/payment/wire.rs",
    "src/plugin.rs",
    "src/schema.rs",
    "src/secrets.rs",
    "src/vision.rs",
    "include/facepay_plugin.h",
];

/// The manifest of the copy: it belongs to no workspace.
pub(super) const MANIFEST: &str = concat!(
    "[package]\nname = \"plugin-sdk\"\nversion = \"",
    env!("CARGO_PKG_VERSION"),
    "\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n",
    "serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n"
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn below(folder: &Path, root: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => below(&entry.path(), root, found),
                false => {
                    found.insert(entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned());
                }
            }
        }
    }

    #[test]
    fn the_copy_has_every_source_file_of_the_sdk() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk");
        let mut found = BTreeSet::from(["include/facepay_plugin.h".to_owned()]);
        below(&root.join("src"), &root, &mut found);
        let listed: BTreeSet<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(listed, found);
    }
}
