//! Arrays out of an `.npz` file, as numpy writes them: a zip, deflated or not, of `.npy` files of f32.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use flate2::read::DeflateDecoder;

/// Every array by name, flat.
pub(crate) fn read(path: &Path) -> BTreeMap<String, Vec<f32>> {
    let file = std::fs::read(path).unwrap();
    let end = file.windows(4).rposition(|mark| mark == b"PK\x05\x06").expect("a zip directory");
    let mut at = u32_at(&file, end + 16);
    let mut arrays = BTreeMap::new();
    for _ in 0..u16_at(&file, end + 10) {
        let (name_len, extra_len, comment_len) =
            (u16_at(&file, at + 28), u16_at(&file, at + 30), u16_at(&file, at + 32));
        let name = std::str::from_utf8(&file[at + 46..][..name_len]).unwrap();
        let local = u32_at(&file, at + 42);
        let start = local + 30 + u16_at(&file, local + 26) + u16_at(&file, local + 28);
        let mut packed = &file[start..][..u32_at(&file, at + 20)];
        let mut array = Vec::new();
        match u16_at(&file, at + 10) {
            0 => packed.read_to_end(&mut array).unwrap(),
            8 => DeflateDecoder::new(packed).read_to_end(&mut array).unwrap(),
            other => panic!("{name} is compressed by method {other}"),
        };
        arrays.insert(name.trim_end_matches(".npy").to_owned(), npy(&array));
        at += 46 + name_len + extra_len + comment_len;
    }
    arrays
}

fn npy(file: &[u8]) -> Vec<f32> {
    assert_eq!(&file[..6], b"\x93NUMPY");
    let (header, numbers) = file[10..].split_at(u16_at(file, 8));
    let header = std::str::from_utf8(header).unwrap();
    assert!(header.contains("'<f4'") && header.contains("'fortran_order': False"), "{header}");
    numbers.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

fn u16_at(file: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes(file[at..][..2].try_into().unwrap()))
}

fn u32_at(file: &[u8], at: usize) -> usize {
    u32::from_le_bytes(file[at..][..4].try_into().unwrap()) as usize
}
