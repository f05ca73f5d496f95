//! A state dict: tensors by name, out of either of the two containers that `torch.save` has written.

use half::f16;

use super::super::ImportError;
use super::super::array::{Array, Numbers};
use super::super::cursor::Cursor;
use super::pickle::{self, Pickled};
use super::value::{Kind, Storage, Value, View};
use super::zip::{self, Stored};

/// The two pickles that PyTorch before 1.6 began a file with: its magic number and the version of the container.
const LEGACY: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.";

/// Names of a network that was trained on several devices begin with this.
const PARALLEL: &str = "module.";

/// Tensors by name, in the order of the file. What is taken is gone.
pub(super) struct StateDict<'a> {
    tensors: Vec<(&'a str, View)>,
    storages: Vec<(Storage<'a>, &'a [u8])>,
    /// Numbers that may still be taken: as many as the storages have, whatever looks at them how often.
    left: usize,
}

impl<'a> StateDict<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ImportError::Pickle`] when the file has more than a state dict; [`ImportError::Damaged`].
    pub(super) fn read(file: &'a [u8]) -> Result<Self, ImportError> {
        let (pickled, data) = if file.starts_with(zip::MAGIC) {
            zipped(file)?
        } else if let Some(rest) = file.strip_prefix(LEGACY) {
            legacy(rest)?
        } else {
            return Err(ImportError::Damaged("neither of the two beginnings of a file of torch.save"));
        };
        let Value::Dict(dict) = pickled.value else {
            return Err(ImportError::Pickle { what: "something else than a dict at the top".to_owned() });
        };
        let mut heap = pickled.heap;
        let mut tensors = Vec::new();
        for (key, value) in std::mem::take(&mut heap.dicts[dict]) {
            let (Value::Text(name), Value::Tensor(tensor)) = (key, value) else {
                return Err(ImportError::Pickle {
                    what: "a value that is no tensor; save state_dict() alone".to_owned(),
                });
            };
            tensors.push((name, heap.tensors[tensor].clone()));
        }
        if tensors.iter().all(|(name, _)| name.starts_with(PARALLEL)) {
            tensors.iter_mut().for_each(|(name, _)| *name = &name[PARALLEL.len()..]);
        }
        let storages: Vec<_> = heap.storages.into_iter().zip(data).collect();
        let mut counted: Vec<&str> = Vec::new();
        let mut left = 0;
        for (storage, _) in &storages {
            if !counted.contains(&storage.key) {
                counted.push(storage.key);
                left += storage.len;
            }
        }
        Ok(Self { tensors, storages, left })
    }

    /// Takes a tensor out, its numbers in row-major order; `None` when there is none of that name.
    ///
    /// # Errors
    /// [`ImportError::Damaged`] when it looks outside its storage; [`ImportError::Layer`] when it has no fractions.
    pub(super) fn take(&mut self, name: &str) -> Result<Option<Array>, ImportError> {
        let Some(at) = self.tensors.iter().position(|(found, _)| *found == name) else { return Ok(None) };
        let (_, view) = self.tensors.remove(at);
        let (storage, bytes) = self.storages[view.storage];
        let len = view.check(storage.len)?;
        self.left =
            self.left.checked_sub(len).ok_or(ImportError::Damaged("more numbers than the file has"))?;
        let numbers = match storage.kind {
            Kind::F16 => f32s(&view, bytes, |b: [u8; 2]| f16::from_le_bytes(b).to_f32()),
            Kind::F32 => f32s(&view, bytes, f32::from_le_bytes),
            Kind::F64 => f32s(&view, bytes, |b: [u8; 8]| f64::from_le_bytes(b) as f32),
            Kind::I64 => {
                return Err(ImportError::Layer {
                    layer: name.to_owned(),
                    problem: "its numbers are integers",
                });
            }
        };
        Ok(Some(Array { shape: view.shape, numbers: Numbers::F32(numbers) }))
    }

    /// A tensor that nobody took and that isn't one of `unused` or a counter of training steps.
    pub(super) fn surplus(&self, unused: &[&str]) -> Option<&'a str> {
        let needless = |name: &str| name.ends_with(".num_batches_tracked") || unused.contains(&name);
        self.tensors.iter().map(|(name, _)| *name).find(|name| !needless(name))
    }
}

impl View {
    /// How many numbers it has, when all lie within a storage of `len` and there are no more of them than that.
    fn check(&self, len: usize) -> Result<usize, ImportError> {
        let outside = ImportError::Damaged("a tensor looks outside its storage");
        let Some(numbers) = self.shape.iter().try_fold(1_usize, |n, &side| n.checked_mul(side)) else {
            return Err(outside);
        };
        if numbers == 0 {
            return Ok(0);
        }
        let last =
            self.shape.iter().zip(&self.strides).try_fold(self.offset, |last, (side, stride)| {
                last.checked_add((side - 1).checked_mul(*stride)?)
            });
        match last {
            Some(last) if last < len && numbers <= len => Ok(numbers),
            _ => Err(outside),
        }
    }

    /// Where each number lies in the storage, in row-major order. The view was checked.
    fn places(&self) -> impl Iterator<Item = usize> {
        let len: usize = self.shape.iter().product();
        (0..len).map(move |mut at| {
            let sides = self.shape.iter().zip(&self.strides).rev();
            sides.fold(self.offset, |place, (side, stride)| {
                let step = at % side * stride;
                at /= side;
                place + step
            })
        })
    }
}

fn f32s<const N: usize>(view: &View, bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    let numbers = bytes.as_chunks::<N>().0;
    view.places().map(|place| number(numbers[place])).collect()
}

/// A pickle and the bytes of its storages, in their order.
type Container<'a> = (Pickled<'a>, Vec<&'a [u8]>);

/// `NAME/data.pkl` and a file `NAME/data/KEY` per storage, as PyTorch from 1.6 on writes.
fn zipped(archive: &[u8]) -> Result<Container<'_>, ImportError> {
    let files = zip::files(archive)?;
    let mut pickles =
        files.iter().filter_map(|file| Some((file.name.strip_suffix("/data.pkl")?, file.bytes)));
    let (Some((folder, bytes)), None) = (pickles.next(), pickles.next()) else {
        return Err(ImportError::Damaged(
            "a zip archive without one data.pkl; torch.jit archives have no state dict",
        ));
    };
    let find = |name: &str| {
        let of_folder = |file: &&Stored<'_>| {
            file.name.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) == Some(name)
        };
        files.iter().find(of_folder).map(|file| file.bytes)
    };
    if find("byteorder").is_some_and(|order| order != b"little") {
        return Err(ImportError::Damaged("numbers that are not little-endian"));
    }
    let pickled = pickle::load(&mut Cursor::of(bytes))?;
    let mut data = Vec::with_capacity(pickled.heap.storages.len());
    for storage in &pickled.heap.storages {
        let bytes = find(&format!("data/{}", storage.key));
        let bytes = bytes.filter(|bytes| Some(bytes.len()) == storage.len.checked_mul(storage.kind.bytes()));
        data.push(bytes.ok_or(ImportError::Damaged("a storage that is missing or of another size"))?);
    }
    Ok((pickled, data))
}

/// The pickles of the machine, the state dict and the storages' keys, then each storage's length and numbers.
fn legacy(file: &[u8]) -> Result<Container<'_>, ImportError> {
    let mut cursor = Cursor::of(file);
    let machine = pickle::load(&mut cursor)?;
    let is_little = match machine.value {
        Value::Dict(dict) => {
            machine.heap.dicts[dict].contains(&(Value::Text("little_endian"), Value::Bool(true)))
        }
        _ => false,
    };
    if !is_little {
        return Err(ImportError::Damaged("numbers that are not little-endian"));
    }
    let pickled = pickle::load(&mut cursor)?;
    let keys = pickle::load(&mut cursor)?;
    let keys = keys.heap.values(keys.value).unwrap_or_default().to_vec();
    let storages = &pickled.heap.storages;
    let mut data: Vec<Option<&[u8]>> = vec![None; storages.len()];
    if keys.len() > storages.len() {
        return Err(ImportError::Damaged("more storages than tensors look at"));
    }
    for key in keys {
        let is_it = |storage: &Storage<'_>| Value::Text(storage.key) == key;
        let storage = storages.iter().find(|storage| is_it(storage));
        let storage = storage.ok_or(ImportError::Damaged("a storage that no tensor looks at"))?;
        if cursor.u64()? != storage.len as u64 {
            return Err(ImportError::Damaged("a storage of another size than its tensors say"));
        }
        let len = storage.len.checked_mul(storage.kind.bytes());
        let bytes = cursor.take(len.ok_or(ImportError::Damaged("a storage larger than any memory"))?)?;
        for (other, data) in storages.iter().zip(&mut data) {
            if other == storage {
                *data = Some(bytes);
            }
        }
    }
    let data = data.into_iter().collect::<Option<Vec<_>>>();
    Ok((pickled, data.ok_or(ImportError::Damaged("a storage that is missing"))?))
}
