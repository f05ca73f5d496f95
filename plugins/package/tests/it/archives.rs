//! A package as one file.

use std::fs::File;

use plugin_package::{Source, write_archive};
use tar::{Builder, EntryType, Header};

use crate::fixture::{digest, refused, sound, usual, usual_verifier, verified};

#[test]
fn an_archive_is_the_same_package_and_the_same_bytes_each_time() {
    let (package, dir) = (usual(), tempfile::tempdir().unwrap());
    let (one, two) = (dir.path().join("one.fpk"), dir.path().join("two.fpk"));
    write_archive(package.path(), &one).unwrap();
    let later = File::options().write(true).open(package.path().join("plugin.json")).unwrap();
    later.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    write_archive(package.path(), &two).unwrap();
    assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());
    let believed = verified(&one, &usual_verifier()).unwrap();
    assert_eq!(believed.digest, digest(&package));
    assert_eq!(believed.library.bytes().unwrap(), sound());
}

#[test]
fn what_no_package_holds_is_refused_in_an_archive_too() {
    let rows = [
        ("../evil.so", EntryType::Regular, "path_escapes"),
        ("/etc/evil.so", EntryType::Regular, "path_escapes"),
        ("lib", EntryType::Directory, "not_a_file"),
        ("lib/libpay.so", EntryType::Symlink, "not_a_file"),
        ("lib/libpay.so", EntryType::Link, "not_a_file"),
        ("dev", EntryType::Char, "not_a_file"),
        ("more.txt", EntryType::Regular, "malformed"),
    ];
    let dir = tempfile::tempdir().unwrap();
    for (path, kind, expected) in rows {
        let archive = dir.path().join("x.fpk");
        let mut builder = Builder::new(File::create(&archive).unwrap());
        let mut header = Header::new_ustar();
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes()); // as no tool writes it
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_cksum();
        builder.append(&header, std::io::empty()).unwrap();
        builder.into_inner().unwrap();
        let (code, text) = refused(&archive, &usual_verifier());
        assert_eq!(code, expected, "{path} {kind:?}: {text}");
    }
}

#[test]
fn a_file_that_is_twice_in_an_archive_or_cut_short_is_refused() {
    let (package, dir) = (usual(), tempfile::tempdir().unwrap());
    let archive = dir.path().join("x.fpk");
    write_archive(package.path(), &archive).unwrap();
    let whole = std::fs::read(&archive).unwrap();
    let twice = [&whole[..whole.len() - 1024], &whole].concat();
    std::fs::write(&archive, twice).unwrap();
    assert_eq!(refused(&archive, &usual_verifier()).0, "file_extra");
    for len in (0..whole.len() - 1024).step_by(512) {
        std::fs::write(&archive, &whole[..len]).unwrap();
        let opened = Source::open(&archive).and_then(|source| usual_verifier().verify(&source));
        assert!(opened.is_err(), "cut at {len}");
    }
}
