//! Unpickling by an allow-list: the opcodes and names of a state dict as `torch.save` writes it, and nothing else. A
//! pickle is a program; this machine can't run any other than those that build dicts of tensors.

use std::collections::HashMap;

use super::super::ImportError;
use super::super::cursor::Cursor;
use super::value::{Global, Heap, Kind, Storage, Value, View};

/// A state dict's pickle has some 60 bytes per tensor.
const BYTES_MAX: usize = 4 << 20;
/// The largest network here has a thousand tensors.
const TENSORS_MAX: usize = 4096;
/// PyTorch's tensors of parameters have at most five dimensions.
const DIMENSIONS_MAX: usize = 6;
/// The pickle protocol of `torch.save`.
const PROTOCOL: u8 = 2;

/// A value and what it refers to.
pub(super) struct Pickled<'a> {
    pub(super) value: Value<'a>,
    pub(super) heap: Heap<'a>,
}

/// Reads one pickle and leaves the cursor behind it.
///
/// # Errors
/// [`ImportError::Pickle`] names what a state dict doesn't have; [`ImportError::Damaged`].
pub(super) fn load<'a>(cursor: &mut Cursor<'a>) -> Result<Pickled<'a>, ImportError> {
    let before = cursor.rest();
    let mut bounded = Cursor::of(&before[..before.len().min(BYTES_MAX)]);
    let (mut machine, start) = (Machine::default(), bounded.rest().len());
    while machine.result.is_none() {
        let opcode = bounded.u8()?;
        machine.step(opcode, &mut bounded)?;
    }
    cursor.take(start - bounded.rest().len())?;
    let value = machine.result.ok_or(DAMAGED)?;
    Ok(Pickled { value, heap: machine.heap })
}

const DAMAGED: ImportError = ImportError::Damaged("a pickle that takes what it didn't put there");

fn refused(what: impl Into<String>) -> ImportError {
    ImportError::Pickle { what: what.into() }
}

/// A stack of values, cut by marks; each opcode puts at most one value on it.
#[derive(Default)]
struct Machine<'a> {
    stack: Vec<Value<'a>>,
    /// Lengths of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, Value<'a>>,
    heap: Heap<'a>,
    result: Option<Value<'a>>,
}

impl<'a> Machine<'a> {
    fn step(&mut self, opcode: u8, cursor: &mut Cursor<'a>) -> Result<(), ImportError> {
        match opcode {
            0x80 => match cursor.u8()? {
                PROTOCOL => Ok(()),
                other => Err(refused(format!("pickle protocol {other}"))),
            },
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'.' => {
                self.result = Some(self.pop()?);
                Ok(())
            }
            b'q' | b'r' | b'h' | b'j' => self.remember(opcode, cursor),
            b'e' | b'a' | b'u' | b's' => self.fill(opcode),
            b'R' | b'Q' | b'b' => self.call(opcode),
            _ => {
                let value = self.made(opcode, cursor)?;
                self.stack.push(value);
                Ok(())
            }
        }
    }

    fn pop(&mut self) -> Result<Value<'a>, ImportError> {
        if self.marks.last().is_some_and(|&mark| mark >= self.stack.len()) {
            return Err(DAMAGED);
        }
        self.stack.pop().ok_or(DAMAGED)
    }

    fn pop_many<const N: usize>(&mut self) -> Result<Vec<Value<'a>>, ImportError> {
        let mut popped = (0..N).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
        popped.reverse();
        Ok(popped)
    }

    /// What was put there since the last mark.
    fn pop_marked(&mut self) -> Result<Vec<Value<'a>>, ImportError> {
        let mark = self.marks.pop().ok_or(DAMAGED)?;
        Ok(self.stack.split_off(mark))
    }

    /// The opcodes that put a new value on the stack.
    fn made(&mut self, opcode: u8, cursor: &mut Cursor<'a>) -> Result<Value<'a>, ImportError> {
        Ok(match opcode {
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'K' => Value::Int(cursor.u8()?.into()),
            b'M' => Value::Int(cursor.u16()?.into()),
            b'J' => Value::Int(cursor.i32()?.into()),
            0x8a => Value::Int(long(cursor)?),
            b'X' => {
                let len = cursor.u32()? as usize;
                Value::Text(text(cursor.take(len)?)?)
            }
            b'c' => Value::Global(global(text(cursor.line(b'\n')?)?, text(cursor.line(b'\n')?)?)?),
            b')' | b']' => self.heap.row(Vec::new()),
            b'}' => self.heap.dict(),
            b't' => {
                let row = self.pop_marked()?;
                self.heap.row(row)
            }
            0x85 => {
                let row = self.pop_many::<1>()?;
                self.heap.row(row)
            }
            0x86 => {
                let row = self.pop_many::<2>()?;
                self.heap.row(row)
            }
            0x87 => {
                let row = self.pop_many::<3>()?;
                self.heap.row(row)
            }
            other => return Err(refused(format!("pickle opcode 0x{other:02x}"))),
        })
    }

    /// The opcodes of the memo.
    fn remember(&mut self, opcode: u8, cursor: &mut Cursor<'a>) -> Result<(), ImportError> {
        let key = match opcode {
            b'q' | b'h' => cursor.u8()?.into(),
            _ => cursor.u32()?,
        };
        if opcode == b'q' || opcode == b'r' {
            self.memo.insert(key, *self.stack.last().ok_or(DAMAGED)?);
        } else {
            self.stack.push(*self.memo.get(&key).ok_or(DAMAGED)?);
        }
        Ok(())
    }

    /// The opcodes that put values into the list or dict below them.
    fn fill(&mut self, opcode: u8) -> Result<(), ImportError> {
        let values = match opcode {
            b'e' | b'u' => self.pop_marked()?,
            b'a' => self.pop_many::<1>()?,
            _ => self.pop_many::<2>()?,
        };
        let heap = &mut self.heap;
        match (opcode, self.stack.last()) {
            (b'e' | b'a', Some(&Value::Row(row))) => heap.rows[row].extend(values),
            (b'u' | b's', Some(&Value::Dict(dict))) if values.len() % 2 == 0 => {
                heap.dicts[dict].extend(values.chunks_exact(2).map(|pair| (pair[0], pair[1])));
            }
            _ => return Err(DAMAGED),
        }
        Ok(())
    }

    /// The opcodes that call something or name something outside the pickle.
    fn call(&mut self, opcode: u8) -> Result<(), ImportError> {
        let given = self.pop()?;
        let value = match opcode {
            b'Q' => self.storage(given)?,
            // A dict's attributes: the versions of the modules, which say nothing about the tensors.
            b'b' => match (self.stack.last(), given) {
                (Some(Value::Dict(_)), Value::Dict(_)) => return Ok(()),
                _ => return Err(refused("an object with a state of its own")),
            },
            _ => match self.pop()? {
                Value::Global(Global::OrderedDict) if self.heap.values(given) == Some(&[]) => {
                    self.heap.dict()
                }
                Value::Global(Global::RebuildTensor) => self.tensor(given)?,
                _ => return Err(refused("a call of something else than a tensor or an empty dict")),
            },
        };
        self.stack.push(value);
        Ok(())
    }

    /// `("storage", type, key, device, numbers)`, in older files with a view that is always none.
    fn storage(&mut self, given: Value<'a>) -> Result<Value<'a>, ImportError> {
        let (kind, key, len) = match self.heap.values(given) {
            Some(
                &[Value::Text("storage"), Value::Global(Global::Storage(kind)), Value::Text(key), _, len],
            )
            | Some(
                &[
                    Value::Text("storage"),
                    Value::Global(Global::Storage(kind)),
                    Value::Text(key),
                    _,
                    len,
                    Value::None,
                ],
            ) => (kind, key, len),
            _ => return Err(refused("a reference to something else than a storage")),
        };
        let len = len.size().ok_or(ImportError::Damaged("a storage of less than no numbers"))?;
        if self.heap.storages.len() == TENSORS_MAX {
            return Err(refused(format!("more than {TENSORS_MAX} tensors")));
        }
        self.heap.storages.push(Storage { kind, key, len });
        Ok(Value::Storage(self.heap.storages.len() - 1))
    }

    /// `(storage, offset, shape, strides, requires_grad, hooks)`.
    fn tensor(&mut self, given: Value<'a>) -> Result<Value<'a>, ImportError> {
        let (storage, offset, shape, strides) = match self.heap.values(given) {
            Some(&[Value::Storage(storage), offset, shape, strides, Value::Bool(_), Value::Dict(_)]) => {
                (storage, offset, shape, strides)
            }
            _ => return Err(refused("a tensor with arguments of another kind")),
        };
        let parts = (offset.size(), self.heap.sizes(shape), self.heap.sizes(strides));
        let (Some(offset), Some(shape), Some(strides)) = parts else {
            return Err(ImportError::Damaged("a tensor with a size or stride below zero"));
        };
        if shape.len() != strides.len() || shape.len() > DIMENSIONS_MAX {
            return Err(ImportError::Damaged("a tensor whose strides don't fit its shape"));
        }
        if self.heap.tensors.len() == TENSORS_MAX {
            return Err(refused(format!("more than {TENSORS_MAX} tensors")));
        }
        self.heap.tensors.push(View { storage, offset, shape, strides });
        Ok(Value::Tensor(self.heap.tensors.len() - 1))
    }
}

/// A number of at most eight bytes, little-endian, in two's complement.
fn long(cursor: &mut Cursor<'_>) -> Result<i64, ImportError> {
    let len = usize::from(cursor.u8()?);
    let bytes = cursor.take(len)?;
    let sign = if bytes.last().is_some_and(|&byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut number = [sign; 8];
    let fits = number.get_mut(..len).ok_or_else(|| refused("a number of more than 64 bits"))?;
    fits.copy_from_slice(bytes);
    Ok(i64::from_le_bytes(number))
}

fn text(bytes: &[u8]) -> Result<&str, ImportError> {
    std::str::from_utf8(bytes).map_err(|_| ImportError::Damaged("a text that is not UTF-8"))
}

fn global(module: &str, name: &str) -> Result<Global, ImportError> {
    Ok(match (module, name) {
        ("collections", "OrderedDict") => Global::OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2") => Global::RebuildTensor,
        ("torch", "HalfStorage") => Global::Storage(Kind::F16),
        ("torch", "FloatStorage") => Global::Storage(Kind::F32),
        ("torch", "DoubleStorage") => Global::Storage(Kind::F64),
        ("torch", "LongStorage") => Global::Storage(Kind::I64),
        _ => {
            let name: String = format!("{module}.{name}").chars().take(80).collect();
            return Err(refused(format!("the name {name:?}")));
        }
    })
}
