//! State dicts as PyTorch wrote them are read whole, and nothing else is believed.

use super::super::array::{Array, Numbers};
use super::layout::{Layer, Step};
use super::*;

const ZIP: &[u8] = include_bytes!("../../../tests/fixtures/state-zip.pt");
const LEGACY: &[u8] = include_bytes!("../../../tests/fixtures/state-legacy.pt");
const PARALLEL: &[u8] = include_bytes!("../../../tests/fixtures/state-parallel.pt");
const HOSTILE: &[u8] = include_bytes!("../../../tests/fixtures/state-hostile.pt");
const NESTED: &[u8] = include_bytes!("../../../tests/fixtures/state-nested.pt");
const BYTES: &[u8] = include_bytes!("../../../tests/fixtures/state-bytes.pt");
const PROTOCOL4: &[u8] = include_bytes!("../../../tests/fixtures/state-protocol4.pt");

const NAMES: [&str; 7] = ["plain", "turned", "part", "half", "double", "scalar", "count"];

fn numbers(array: &Array) -> &[f32] {
    match &array.numbers {
        Numbers::F32(numbers) => numbers,
        Numbers::F16(_) => panic!("tensors are read as f32"),
    }
}

fn refusal(file: &[u8]) -> String {
    let read = StateDict::read(file).and_then(|mut state| state.take("plain"));
    read.err().map_or_else(|| panic!("the file is refused"), |error| error.to_string())
}

#[test]
fn both_containers_give_every_tensor_its_shape_and_numbers() {
    for file in [ZIP, LEGACY] {
        let mut state = StateDict::read(file).unwrap();
        for (name, shape, expected) in [
            ("plain", &[2, 2][..], &[0.5, -1.0, 2.0, 3.25][..]),
            ("turned", &[3, 2], &[0.0, 3.0, 1.0, 4.0, 2.0, 5.0]),
            ("part", &[3], &[6.0, 8.0, 10.0]),
            ("half", &[2], &[1.5, -0.25]),
            ("double", &[2], &[0.125, 1e10]),
            ("scalar", &[], &[7.0]),
        ] {
            let array = state.take(name).unwrap().unwrap();
            assert_eq!((array.shape.as_slice(), numbers(&array)), (shape, expected), "{name}");
            assert!(state.take(name).unwrap().is_none(), "{name} is taken once");
        }
        assert_eq!(state.surplus(&[]), Some("count"));
        assert_eq!(state.surplus(&["count"]), None);
        assert!(matches!(state.take("count"), Err(ImportError::Layer { .. })), "integers are no weights");
    }
}

#[test]
fn the_prefix_of_a_network_trained_on_several_devices_is_left_out() {
    let mut state = StateDict::read(PARALLEL).unwrap();
    assert_eq!(numbers(&state.take("plain").unwrap().unwrap()), [0.5, -1.0, 2.0, 3.25]);
}

#[test]
fn what_a_state_dict_does_not_need_is_refused_by_name() {
    for (file, named) in [
        (HOSTILE, "eval"),
        (NESTED, "no tensor"),
        (BYTES, "torch.ByteStorage"),
        (PROTOCOL4, "pickle protocol 4"),
        (b"PK\x03\x04 and no more", "directory"),
        (b"", "beginnings"),
        (b"\x80\x02}.", "beginnings"),
    ] {
        let said = refusal(file);
        assert!(said.contains(named), "{said}");
    }
}

#[test]
fn a_file_cut_anywhere_is_an_error_and_a_file_changed_anywhere_no_panic() {
    for file in [ZIP, LEGACY] {
        for len in 0..file.len() {
            assert!(StateDict::read(&file[..len]).is_err(), "{len} bytes");
        }
        for (at, flip) in (0..file.len()).flat_map(|at| [(at, 0x01), (at, 0x80), (at, 0xff)]) {
            let mut changed = file.to_vec();
            changed[at] ^= flip;
            let Ok(mut state) = StateDict::read(&changed) else { continue };
            NAMES.iter().for_each(|name| drop(state.take(name)));
        }
    }
}

/// A pickled number of eight bytes.
fn int(number: i64) -> Vec<u8> {
    [&[0x8a, 8][..], &number.to_le_bytes()].concat()
}

fn text(text: &str) -> Vec<u8> {
    [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

fn ints(numbers: &[i64]) -> Vec<u8> {
    let numbers: Vec<u8> = numbers.iter().flat_map(|&number| int(number)).collect();
    [b"(", &numbers[..], b"t"].concat()
}

/// A file of PyTorch before 1.6 with these pickles of the state dict and the keys, then `data`.
fn legacy(state: &[u8], keys: &[u8], data: &[u8]) -> Vec<u8> {
    let machine = [b"\x80\x02}", &text("little_endian")[..], b"\x88s."].concat();
    [b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", &machine[..], state, keys, data]
        .concat()
}

/// A file with one tensor `plain` of a storage that says it has `len` numbers and has four.
fn with_view(len: i64, offset: i64, shape: &[i64], strides: &[i64]) -> Vec<u8> {
    let storage =
        [&text("storage")[..], b"ctorch\nFloatStorage\n", &text("7"), &text("cpu"), &int(len)].concat();
    let storage = [b"(", &storage[..], b"tQ"].concat();
    let view = [&storage[..], &int(offset), &ints(shape), &ints(strides)].concat();
    let tensor =
        [b"ctorch._utils\n_rebuild_tensor_v2\n(", &view[..], b"\x89ccollections\nOrderedDict\n)RtR"].concat();
    let state = [b"\x80\x02}", &text("plain")[..], &tensor, b"s."].concat();
    let keys = [b"\x80\x02](", &text("7")[..], b"e."].concat();
    let data = [&len.to_le_bytes()[..], &[0; 16]].concat();
    legacy(&state, &keys, &data)
}

#[test]
fn a_tensor_looks_at_nothing_outside_its_storage_and_at_nothing_twice() {
    let mut state = StateDict::read(Box::leak(with_view(4, 0, &[2, 2], &[2, 1]).into_boxed_slice())).unwrap();
    assert_eq!(state.take("plain").unwrap().unwrap().shape, [2, 2]);
    for (len, offset, shape, strides) in [
        (4, 0, &[5][..], &[1][..]),
        (4, 4, &[1], &[1]),
        (4, 1, &[2, 2], &[2, 1]),
        (4, -1, &[2], &[1]),
        (4, 0, &[-1], &[1]),
        (4, 0, &[2], &[-1]),
        (4, 0, &[2], &[i64::MAX]),
        (4, i64::MAX, &[2], &[i64::MAX]),
        (4, 0, &[i64::MAX, i64::MAX], &[0, 0]),
        (4, 0, &[1 << 40], &[0]),
        (4, 0, &[8], &[0]),
        (4, 0, &[2], &[1, 1]),
        (4, 0, &[1; 9], &[1; 9]),
        (5, 0, &[4], &[1]),
        (-4, 0, &[4], &[1]),
        (i64::MAX, 0, &[4], &[1]),
        (1 << 62, 0, &[4], &[1]),
    ] {
        let said = refusal(&with_view(len, offset, shape, strides));
        assert!(said.contains("damaged"), "{len} {offset} {shape:?} {strides:?}: {said}");
    }
}

#[test]
fn a_pickle_that_is_no_state_dict_is_an_error() {
    let end = [b"\x80\x02](", &text("7")[..], b"e."].concat();
    for program in [
        &b"\x80\x02."[..],
        b"\x80\x02t.",
        b"\x80\x02(\x85.",
        b"\x80\x02h\x01.",
        b"\x80\x02q\x01.",
        b"\x80\x02]e.",
        b"\x80\x02](a.",
        b"\x80\x02N.",
        b"\x80\x02(N}b.",
        b"\x80\x02}Nb.",
        b"\x80\x02}(Nu.",
        b"\x80\x02N)R.",
        b"\x80\x02NQ.",
        b"\x80\x02cos\nsystem\n.",
        b"\x80\x02cos\nsystem",
        b"\x80\x02ccollections\nOrderedDict\nN\x85R.",
        b"\x80\x02\x8a\xff.",
        b"\x80\x02X\xff\xff\xff\xff.",
        b"\x80\x02X\x01\x00\x00\x00\xff.",
        b"\x80\x02i.",
        b"\x80\x02\x93.",
        b"\x80\x02G00000000.",
        b"\x80\x020.",
        b"\x80\x02}2ss.",
    ] {
        assert!(StateDict::read(&legacy(program, &end, &[])).is_err(), "{program:?}");
    }
}

#[test]
fn nesting_without_end_takes_no_stack_and_a_pickle_without_end_is_cut() {
    let deep = [&b"\x80\x02)"[..], &b"\x85".repeat(1 << 20), b"."].concat();
    assert!(refusal(&legacy(&deep, b"\x80\x02].", &[])).contains("dict at the top"));
    let endless = [&b"\x80\x02"[..], &b"N".repeat(5 << 20), b"."].concat();
    assert!(refusal(&legacy(&endless, b"\x80\x02].", &[])).contains("ends early"));
}

#[test]
fn another_networks_tensors_are_named() {
    for (layers, named) in [
        (vec![Layer::Affine(vec![Step::Map("stem".to_owned())])], "stem.weight is missing"),
        (vec![Layer::Affine(vec![Step::Norm("stem".to_owned())])], "follows no layer"),
        (vec![], "belongs to no layer"),
    ] {
        let layout = Layout { epsilon: 1e-5, layers, unused: &[] };
        let refused = layout.parameters(StateDict::read(ZIP).unwrap()).err().unwrap().to_string();
        assert!(refused.contains(named), "{refused}");
    }
}
