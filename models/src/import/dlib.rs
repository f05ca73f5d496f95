//! Parameters of dlib's face recogniser, as dlib's C++ `serialize` wrote them: the layers from the input on, each with its
//! name, its parameters, its sizes, and what training left behind.
//!
//! Numbers are a byte with their sign and length, then their bytes; texts are a number and their bytes; a float is a
//! mantissa and an exponent. Tensors alone are plain little-endian floats.

use super::ImportError;
use super::affine::{Affine, BatchNorm};
use super::array::{Array, Parameter, f32s};
use super::cursor::Cursor;

/// Layers that the network is nested in, each with a version of one byte.
const VERSIONS_MAX: usize = 1024;
/// Largest of a tensor's four sizes.
const SIDE_MAX: i64 = 1 << 20;
/// The colour values are divided by this, in dlib's `input_rgb_image`.
const DIVISOR: f64 = 256.0;

/// The network's parameters in the order of its layers, with what every convolution does to the size.
///
/// # Errors
/// [`ImportError::Damaged`] and [`ImportError::Operator`], when this isn't dlib's network.
pub(super) fn parameters(file: &[u8], strides: &[usize]) -> Result<Vec<Parameter>, ImportError> {
    let mut reader = Reader { cursor: Cursor::of(file) };
    let means = reader.head()?;
    let mut layers: Vec<(String, Affine)> = Vec::new();
    let mut strides = strides.iter();
    while !reader.cursor.rest().is_empty() {
        let name = reader.text()?;
        match name.as_str() {
            "con_4" => {
                let at = layers.len();
                let mut affine = reader.convolution(strides.next().copied())?;
                if at == 0 {
                    affine.take_over_input(&means, DIVISOR);
                }
                layers.push((format!("{name}{at}"), affine));
                reader.left_over()?;
                if at == 0 {
                    // pictures per picture
                    reader.int()?;
                }
            }
            "affine_" => {
                let norm = reader.scaling()?;
                if !layers.last_mut().is_some_and(|(_, affine)| affine.normalise(&norm)) {
                    return Err(ImportError::Damaged("a scaling of another width than the layer before it"));
                }
                reader.left_over()?;
            }
            "relu_" | "add_prev_" => reader.left_over()?,
            "max_pool_2" | "avg_pool_2" => {
                (0..6).try_for_each(|_| reader.int().map(drop))?;
                reader.left_over()?;
            }
            "fc_2" => {
                layers.push((name, reader.linear()?));
                reader.left_over()?;
            }
            _ => return Err(ImportError::Operator { operator: name }),
        }
    }
    let parameters = layers.into_iter().flat_map(|(layer, affine)| {
        affine.into_arrays().map(|array| Parameter { layer: layer.clone(), array })
    });
    Ok(parameters.collect())
}

struct Reader<'a> {
    cursor: Cursor<'a>,
}

impl Reader<'_> {
    /// A number of at most eight bytes; the first byte's highest bit is its sign.
    fn int(&mut self) -> Result<i64, ImportError> {
        let head = self.cursor.u8()?;
        let len = usize::from(head & 0x0f);
        let odd = ImportError::Damaged("a number that dlib would not write");
        if head & 0x70 != 0 || !(1..=8).contains(&len) {
            return Err(odd);
        }
        let mut bytes = [0; 8];
        bytes[..len].copy_from_slice(self.cursor.take(len)?);
        let size = i64::try_from(u64::from_le_bytes(bytes)).map_err(|_| odd)?;
        Ok(if head & 0x80 == 0 { size } else { -size })
    }

    fn text(&mut self) -> Result<String, ImportError> {
        let len = usize::try_from(self.int()?).ok().filter(|&len| len <= 64);
        let bytes = self.cursor.take(len.ok_or(ImportError::Damaged("a name that is too long"))?)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| ImportError::Damaged("a name that is not UTF-8"))
    }

    fn float(&mut self) -> Result<f64, ImportError> {
        let (mantissa, exponent) = (self.int()?, self.int()?);
        let exponent = i32::try_from(exponent).ok().filter(|exponent| exponent.abs() < 1024);
        let exponent = exponent.ok_or(ImportError::Damaged("a float that is none"))?;
        Ok(mantissa as f64 * 2.0_f64.powi(exponent))
    }

    fn flag(&mut self) -> Result<(), ImportError> {
        match self.cursor.u8()? {
            b'0' | b'1' => Ok(()),
            _ => Err(ImportError::Damaged("neither yes nor no")),
        }
    }

    fn expect(&mut self, number: i64) -> Result<(), ImportError> {
        match self.int()? == number {
            true => Ok(()),
            false => Err(ImportError::Damaged("another version of dlib's format")),
        }
    }

    /// The loss, the versions of all layers, and the input with its mean colours.
    fn head(&mut self) -> Result<[f64; 3], ImportError> {
        self.expect(1)?;
        if self.text()? != "loss_metric_2" {
            return Err(ImportError::Damaged("not a network of dlib that was trained on distances"));
        }
        let (_margin, _threshold) = (self.float()?, self.float()?);
        const INPUT: &str = "input_rgb_image_sized";
        let mut versions = 0;
        while self.int()? != INPUT.len() as i64 {
            versions += 1;
            if versions > VERSIONS_MAX {
                return Err(ImportError::Damaged("a network without an input"));
            }
        }
        if self.cursor.take(INPUT.len())? != INPUT.as_bytes() {
            return Err(ImportError::Damaged("a network with another input"));
        }
        let means = [self.float()?, self.float()?, self.float()?];
        let (_rows, _columns) = (self.int()?, self.int()?);
        Ok(means)
    }

    /// Four sizes, bounded.
    fn sizes(&mut self) -> Result<[usize; 4], ImportError> {
        let mut size = || {
            let size = Some(self.int()?).filter(|size| (0..=SIDE_MAX).contains(size));
            size.map(|size| size as usize).ok_or(ImportError::Damaged("a tensor that is too large"))
        };
        Ok([size()?, size()?, size()?, size()?])
    }

    fn tensor(&mut self) -> Result<Array, ImportError> {
        self.expect(2)?;
        let shape = self.sizes()?;
        let len = shape.iter().try_fold(4_usize, |len, &side| len.checked_mul(side));
        let bytes = self.cursor.take(len.ok_or(ImportError::Damaged("a tensor that is too large"))?)?;
        let array = Array::new(shape.to_vec(), f32s(bytes));
        array.ok_or(ImportError::Damaged("a tensor of another size than its shape"))
    }

    /// A shape laid over a part of a tensor.
    fn part(&mut self) -> Result<[usize; 4], ImportError> {
        self.expect(1)?;
        self.sizes()
    }

    /// Filters and biases, one after the other in one tensor.
    fn convolution(&mut self, stride: Option<usize>) -> Result<Affine, ImportError> {
        let numbers = self.tensor()?.doubles();
        let mut size = || self.int().map(|size| usize::try_from(size).ok());
        let [_filters, rows, columns] = [size()?, size()?, size()?];
        let (strides, paddings) = ([size()?, size()?], [size()?, size()?]);
        let (filters, biases) = (self.part()?, self.part()?);
        (0..4).try_for_each(|_| self.float().map(drop))?;
        // dlib's rule: what moves on by one keeps the size
        let kept = |side: Option<usize>| if stride == Some(1) { side.map(|side| side / 2) } else { Some(0) };
        if strides != [stride; 2] || paddings != [kept(rows), kept(columns)] {
            return Err(ImportError::Damaged("a convolution with other strides than this network's"));
        }
        let weights: usize = filters.iter().product();
        let (Some((weight, bias)), [1, _, 1, 1]) = (numbers.split_at_checked(weights), biases) else {
            return Err(ImportError::Damaged("a convolution of another size than its filters"));
        };
        let affine = Affine::new(filters, weight.to_vec(), bias.to_vec());
        affine.ok_or(ImportError::Damaged("a convolution of another size than its filters"))
    }

    /// What dlib keeps of a BatchNorm when training is over: a factor and a summand for each channel.
    fn scaling(&mut self) -> Result<BatchNorm, ImportError> {
        let numbers = self.tensor()?.doubles();
        let (_factors, _summands, mode) = (self.part()?, self.part()?, self.int()?);
        let (scale, shift) = numbers.split_at(numbers.len() / 2);
        if mode != 0 || scale.len() != shift.len() {
            return Err(ImportError::Damaged("a scaling that is not of channels"));
        }
        let (mean, variance) = (vec![0.0; scale.len()], vec![1.0; scale.len()]);
        Ok(BatchNorm { scale: scale.to_vec(), shift: shift.to_vec(), mean, variance, epsilon: 0.0 })
    }

    /// A matrix of `[inputs, outputs]` and no bias.
    fn linear(&mut self) -> Result<Affine, ImportError> {
        let (_outputs, _inputs) = (self.int()?, self.int()?);
        let matrix = self.tensor()?;
        let [inputs, outputs, 1, 1] = *matrix.shape else {
            return Err(ImportError::Damaged("a linear layer that is no matrix"));
        };
        let numbers = matrix.doubles();
        let weight = (0..numbers.len()).map(|at| numbers[(at % inputs) * outputs + at / inputs]).collect();
        let (_weights, _biases, _mode) = (self.part()?, self.part()?, self.int()?);
        (0..4).try_for_each(|_| self.float().map(drop))?;
        let affine = Affine::new([outputs, inputs, 1, 1], weight, vec![0.0; outputs]);
        affine.ok_or(ImportError::Damaged("a linear layer without inputs or outputs"))
    }

    /// A layer's state and what training left: gradients and the last output.
    fn left_over(&mut self) -> Result<(), ImportError> {
        (0..3).try_for_each(|_| self.flag())?;
        (0..3).try_for_each(|_| self.tensor().map(drop))
    }
}
