//! Weights and a picture that follow from names and indices alone, as fixtures/make_networks.py makes them, and the
//! file that PyTorch would have written of them.

use std::path::Path;

/// A network's tensors by its makers' names, and its answer to [`picture`] in PyTorch with [`state_file`]'s weights.
#[derive(serde::Deserialize)]
pub(crate) struct MadeUp {
    tensors: Vec<(String, Vec<usize>)>,
    pub(crate) answer: Vec<f32>,
}

impl MadeUp {
    /// The network of `fixtures/state-NAME.json`.
    pub(crate) fn read(fixtures: &Path, name: &str) -> Self {
        let file = fixtures.join(format!("state-{name}.json"));
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    }

    /// A state dict in the container that PyTorch before 1.6 wrote.
    pub(crate) fn state_file(&self) -> Vec<u8> {
        let mut file = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}".to_vec();
        file.extend([&text("little_endian")[..], b"\x88s.\x80\x02ccollections\nOrderedDict\n)R("].concat());
        for (name, shape) in &self.tensors {
            file.extend(text(name));
            file.extend(tensor(name, shape));
        }
        file.extend(b"u.\x80\x02](");
        self.tensors.iter().for_each(|(name, _)| file.extend(text(name)));
        file.extend(b"e.");
        for (name, shape) in &self.tensors {
            let numbers = numbers(name, shape);
            file.extend((numbers.len() as u64).to_le_bytes());
            file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        }
        file
    }
}

impl MadeUp {
    /// What dlib's `serialize` would have written of the tensors `con.N`, `affine.N` and `fc`.
    pub(crate) fn dlib_file(&self) -> Vec<u8> {
        let head = [dlib_int(1), dlib_text("loss_metric_2"), dlib_float(1, -5), dlib_float(3, -2)];
        let versions = [2, 2, 1, 2, 3].map(dlib_int).concat();
        let means =
            [(245, -1), (469, -2), (419, -2)].map(|(mantissa, exponent)| dlib_float(mantissa, exponent));
        let input = [dlib_text("input_rgb_image_sized"), means.concat(), dlib_int(150), dlib_int(150)];
        let mut file = [head.concat(), versions, input.concat()].concat();
        let find = |name: String| {
            let (name, shape) = self.tensors.iter().find(|(found, _)| *found == name)?;
            Some((shape.clone(), numbers(name, shape)))
        };
        let mut inputs = 0;
        for at in 0.. {
            let Some((shape, weight)) = find(format!("con.{at}.weight")) else { break };
            let (_, bias) = find(format!("con.{at}.bias")).unwrap();
            let halves = at == 0 || (at % 2 == 1 && (shape[0] != inputs || at == 27));
            inputs = shape[0];
            file.extend(dlib_convolution(&shape, &[weight, bias].concat(), halves));
            if at == 0 {
                file.extend(dlib_int(1));
            }
            let [factors, summands] =
                ["weight", "bias"].map(|part| find(format!("affine.{at}.{part}")).unwrap().1);
            let width = factors.len();
            file.extend(
                [dlib_text("affine_"), dlib_tensor(&[2 * width, 1, 1, 1], &[factors, summands].concat())]
                    .concat(),
            );
            file.extend([dlib_part(&[1, width, 1, 1]), dlib_part(&[1, width, 1, 1]), dlib_int(0)].concat());
            file.extend([DLIB_REST.to_vec(), dlib_text("relu_"), DLIB_REST.to_vec()].concat());
        }
        let (shape, weight) = find("fc.weight".to_owned()).unwrap();
        let [outputs, inputs] = shape[..] else { panic!("a matrix") };
        let turned: Vec<f32> =
            (0..weight.len()).map(|at| weight[(at % outputs) * inputs + at / outputs]).collect();
        file.extend([dlib_text("fc_2"), dlib_int(outputs as i64), dlib_int(inputs as i64)].concat());
        file.extend(dlib_tensor(&[inputs, outputs, 1, 1], &turned));
        file.extend([dlib_part(&[inputs, outputs, 1, 1]), dlib_part(&[0; 4]), dlib_int(1)].concat());
        file.extend(dlib_float(1, 0).repeat(4));
        file.extend(DLIB_REST);
        file
    }
}

/// A layer's state and three empty tensors.
const DLIB_REST: &[u8] = b"110\x01\x02\x01\x00\x01\x00\x01\x00\x01\x00\x01\x02\x01\x00\x01\x00\x01\x00\x01\x00\x01\x02\x01\x00\x01\x00\x01\x00\x01\x00";

fn dlib_int(number: i64) -> Vec<u8> {
    let bytes = number.unsigned_abs().to_le_bytes();
    let len = (8 - number.unsigned_abs().leading_zeros() as usize / 8).max(1);
    let sign = if number < 0 { 0x80 } else { 0 };
    [&[len as u8 | sign], &bytes[..len]].concat()
}

fn dlib_text(text: &str) -> Vec<u8> {
    [dlib_int(text.len() as i64), text.as_bytes().to_vec()].concat()
}

fn dlib_float(mantissa: i64, exponent: i64) -> Vec<u8> {
    [dlib_int(mantissa), dlib_int(exponent)].concat()
}

fn dlib_sizes(sizes: &[usize]) -> Vec<u8> {
    sizes.iter().flat_map(|&size| dlib_int(size as i64)).collect()
}

fn dlib_part(sizes: &[usize]) -> Vec<u8> {
    [dlib_int(1), dlib_sizes(sizes)].concat()
}

fn dlib_tensor(sizes: &[usize], numbers: &[f32]) -> Vec<u8> {
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    [dlib_int(2), dlib_sizes(sizes), numbers].concat()
}

fn dlib_convolution(shape: &[usize], numbers: &[f32], halves: bool) -> Vec<u8> {
    let (stride, padding) = if halves { (2, 0) } else { (1, shape[2] / 2) };
    let sizes = [shape[0], shape[2], shape[3], stride, stride, padding, padding];
    [
        dlib_text("con_4"),
        dlib_tensor(&[numbers.len(), 1, 1, 1], numbers),
        dlib_sizes(&sizes),
        dlib_part(shape),
        dlib_part(&[1, shape[0], 1, 1]),
        dlib_float(1, 0).repeat(4),
        DLIB_REST.to_vec(),
    ]
    .concat()
}

/// A picture of `side` pixels squared, RGB.
pub(crate) fn picture(side: usize) -> Vec<u8> {
    uniform("picture", side * side * 3).map(|u| (u * 256.0) as u8).collect()
}

/// Numbers in 0..1 without a pattern, others for each name.
fn uniform(name: &str, count: usize) -> impl Iterator<Item = f64> {
    let seed =
        name.bytes().fold(2_166_136_261_u32, |seed, byte| (seed ^ u32::from(byte)).wrapping_mul(16_777_619));
    (0..count as u32).map(move |at| {
        let mut x = at.wrapping_mul(0x9e37_79b9).wrapping_add(seed);
        x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
        x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
        x ^= x >> 16;
        f64::from(x >> 8) / 16_777_216.0
    })
}

fn numbers(name: &str, shape: &[usize]) -> Vec<f32> {
    let is_weight = name.ends_with("weight");
    let fan_in = shape[1..].iter().product::<usize>() as f64;
    let number = |u: f64| match name.ends_with("running_var") || (is_weight && shape.len() == 1) {
        true => 0.5 + u,
        false if is_weight => (u - 0.5) * 2.0 * (3.0 / fan_in).sqrt(),
        false => (u - 0.5) * 0.2,
    };
    uniform(name, shape.iter().product()).map(|u| number(u) as f32).collect()
}

fn text(text: &str) -> Vec<u8> {
    [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

fn int(number: usize) -> Vec<u8> {
    [b"J", &(number as i32).to_le_bytes()[..]].concat()
}

fn tensor(name: &str, shape: &[usize]) -> Vec<u8> {
    let len: usize = shape.iter().product();
    let ints = |numbers: Vec<usize>| -> Vec<u8> {
        let numbers: Vec<u8> = numbers.into_iter().flat_map(int).collect();
        [b"(", &numbers[..], b"t"].concat()
    };
    let strides = (0..shape.len()).map(|at| shape[at + 1..].iter().product()).collect();
    [
        &b"ctorch._utils\n_rebuild_tensor_v2\n(("[..],
        &text("storage"),
        b"ctorch\nFloatStorage\n",
        &text(name),
        &text("cpu"),
        &int(len),
        b"tQK\x00",
        &ints(shape.to_vec()),
        &ints(strides),
        b"\x89ccollections\nOrderedDict\n)RtR",
    ]
    .concat()
}
