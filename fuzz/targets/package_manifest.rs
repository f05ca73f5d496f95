//! What a plugin's package says of itself, its paths, its policy.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plugin_package::{PackageManifest, PackagePath, Policy, PublicKey};

fuzz_target!(|data: &[u8]| {
    let _ = PackageManifest::parse(data);
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(path) = PackagePath::parse(text) {
        // It stays within its folder.
        assert!(!path.as_str().starts_with('/') && !path.as_str().split('/').any(|part| part == ".."));
    }
    if let Ok(key) = text.parse::<PublicKey>() {
        let day = plugin_package::Date::new(2026, 1, 31);
        if let Ok(day) = day {
            assert!(Policy::open(data, &[0; 64], &key, day).is_err());
        }
    }
});
