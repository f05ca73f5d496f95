//! What a library's headers may not show, each made by the real linker.

use std::process::Command;

use plugin_package::{ElfFault, check_library, sign_folder};
use serde_json::json;

use crate::fixture::{SOUND, compile, sound, unsigned, vendor};

const HERE: &str = std::env::consts::ARCH;

#[test]
fn each_unfit_library_is_refused_by_its_headers_alone() {
    let two = format!("{SOUND}int another(void) {{ return 1; }}\n");
    let hidden =
        format!("{SOUND}__attribute__((visibility(\"hidden\"))) int another(void) {{ return 1; }}\n");
    let both = format!("{SOUND}__asm__(\".section .both,\\\"awx\\\",@progbits\\n.long 0\\n.previous\");\n");
    let mut long = SOUND.to_owned();
    (0..500).for_each(|n| long += &format!("int extra_{n}(void) {{ return {n}; }}\n"));
    let rows: [(&str, &str, &[&str], &str); 16] = [
        ("sound", SOUND, &[], ""),
        ("a function that is hidden", &hidden, &[], ""),
        ("only the older hash table", SOUND, &["-Wl,--hash-style=sysv"], ""),
        ("both hash tables", SOUND, &["-Wl,--hash-style=both"], ""),
        ("mathematics", SOUND, &["-Wl,--no-as-needed", "-lm"], ""),
        ("exports more", &two, &[], "library_exports"),
        ("exports more, by the older hash table", &two, &["-Wl,--hash-style=sysv"], "library_exports"),
        ("exports many", &long, &[], "library_exports"),
        ("exports nothing", "static int none;\n", &[], "library_exports"),
        ("rpath", SOUND, &["-Wl,--disable-new-dtags,-rpath,/tmp"], "library_search_path"),
        ("runpath", SOUND, &["-Wl,--enable-new-dtags,-rpath,$ORIGIN"], "library_search_path"),
        ("executable stack", SOUND, &["-z", "execstack"], "library_executable_stack"),
        ("a section to write and to run", &both, &[], "library_writable_code"),
        ("an auxiliary library", SOUND, &["-Wl,-f,libevil.so"], "library_needs"),
        ("a filter", SOUND, &["-Wl,-F,libevil.so"], "library_needs"),
        ("no library at all", "", &[], "library_exports"),
    ];
    for (name, source, flags, expected) in rows {
        let found = check_library(&compile(source, flags), HERE);
        let code = found.as_ref().map_or_else(ElfFault::code, |()| "");
        assert_eq!(code, expected, "{name}: {found:?}");
    }
}

#[test]
fn a_library_that_needs_another_is_refused_and_the_other_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("libssl.so"), compile("int x;\n", &["-Wl,-soname,libssl.so.3"])).unwrap();
    let search = format!("-L{}", dir.path().display());
    let found = check_library(&compile(SOUND, &["-Wl,--no-as-needed", &search, "-lssl"]), HERE);
    assert_eq!(found.unwrap_err().to_string(), "it needs libssl.so.3; link that statically");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn a_library_whose_code_is_patched_at_loading_is_refused() {
    let source = "__asm__(\".text\\n.globl facepay_plugin_entry\\nfacepay_plugin_entry: .quad here\\nhere: nop\\n\");\n";
    let found = check_library(&compile(source, &["-Wl,-z,notext"]), HERE);
    assert_eq!(found.unwrap_err().code(), "library_text_relocations");
}

#[test]
fn what_is_for_another_machine_or_no_library_is_refused() {
    let mut other = sound().to_vec();
    other[18] = 243; // RISC-V
    let mut object = sound().to_vec();
    object[16] = 1; // ET_REL
    let mut class32 = sound().to_vec();
    class32[4] = 1;
    let rows: [(&[u8], &str); 6] = [
        (&other, "library_machine"),
        (&class32, "library_machine"),
        (&object, "not_a_library"),
        (b"", "not_a_library"),
        (b"\x7fELF", "library_machine"),
        (b"text", "not_a_library"),
    ];
    for (bytes, expected) in rows {
        assert_eq!(check_library(bytes, HERE).unwrap_err().code(), expected);
    }
}

#[test]
fn no_garbled_header_is_taken_for_a_sound_one_or_stops_the_reader() {
    let sound = sound();
    // Every byte of the headers and tables in turn; cutting short at every length.
    let dynamic = sound.len().min(0x400);
    for index in (0..dynamic).chain((0x400..sound.len()).step_by(7)) {
        let mut garbled = sound.to_vec();
        garbled[index] ^= 0xff;
        let _ = check_library(&garbled, HERE);
    }
    for len in (0..sound.len()).step_by(13) {
        let _ = check_library(&sound[..len], HERE);
    }
    assert!(check_library(&sound[..0x200], HERE).is_err());
}

#[test]
fn section_headers_are_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let two = compile(&format!("{SOUND}int another(void) {{ return 1; }}\n"), &[]);
    let path = dir.path().join("x.so");
    std::fs::write(&path, two).unwrap();
    let stripped = Command::new("strip").arg("--strip-all").arg(&path).status().unwrap();
    assert!(stripped.success());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[40..48].fill(0); // e_shoff
    bytes[60..64].fill(0); // e_shnum, e_shstrndx
    assert_eq!(check_library(&bytes, HERE).unwrap_err().code(), "library_exports");
}

#[test]
fn nobody_signs_what_every_appliance_would_refuse() {
    let two = compile(&format!("{SOUND}int another(void) {{ return 1; }}\n"), &[]);
    let package = unsigned(&two, ("counter", json!(5)));
    let refused = sign_folder(package.path(), &vendor()).unwrap_err().to_string();
    assert!(refused.contains("it exports another"), "{refused}");
    assert!(!package.path().join("plugin.sig").exists());
}
