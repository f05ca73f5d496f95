//! The headers of a plugin's library.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = plugin_package::library_faults(data, "x86_64");
});
