//! What a pickled state dict is made of. Values refer to one another by number, so that nothing is nested in memory
//! however deep it was in the file.

/// A value on the unpickler's stack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    Text(&'a str),
    Global(Global),
    /// A tuple or list: number in [`Heap::rows`].
    Row(usize),
    /// A dict: number in [`Heap::dicts`].
    Dict(usize),
    /// A tensor's numbers: number in [`Heap::storages`].
    Storage(usize),
    /// Number in [`Heap::tensors`].
    Tensor(usize),
}

/// The names that a state dict may call. Calling them makes values of this module and runs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    OrderedDict,
    RebuildTensor,
    Storage(Kind),
}

/// The type of a storage's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    F16,
    F32,
    F64,
    /// For counters, which no network needs.
    I64,
}

impl Kind {
    /// Bytes of a number.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::F16 => 2,
            Self::F32 => 4,
            Self::F64 | Self::I64 => 8,
        }
    }
}

/// The numbers that several tensors may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Storage<'a> {
    pub(super) kind: Kind,
    pub(super) key: &'a str,
    /// How many numbers.
    pub(super) len: usize,
}

/// A view of a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    /// Number in [`Heap::storages`].
    pub(super) storage: usize,
    /// Its first number there.
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    /// Numbers between neighbours, by dimension.
    pub(super) strides: Vec<usize>,
}

/// Everything that was made while unpickling.
#[derive(Default)]
pub(super) struct Heap<'a> {
    pub(super) rows: Vec<Vec<Value<'a>>>,
    pub(super) dicts: Vec<Vec<(Value<'a>, Value<'a>)>>,
    pub(super) storages: Vec<Storage<'a>>,
    pub(super) tensors: Vec<View>,
}

impl<'a> Heap<'a> {
    pub(super) fn row(&mut self, row: Vec<Value<'a>>) -> Value<'a> {
        self.rows.push(row);
        Value::Row(self.rows.len() - 1)
    }

    pub(super) fn dict(&mut self) -> Value<'a> {
        self.dicts.push(Vec::new());
        Value::Dict(self.dicts.len() - 1)
    }

    /// The values of a tuple or list.
    pub(super) fn values(&self, value: Value<'a>) -> Option<&[Value<'a>]> {
        match value {
            Value::Row(row) => self.rows.get(row).map(Vec::as_slice),
            _ => None,
        }
    }

    /// The same, when they are numbers from zero on.
    pub(super) fn sizes(&self, value: Value<'a>) -> Option<Vec<usize>> {
        self.values(value)?.iter().map(|value| value.size()).collect()
    }
}

impl Value<'_> {
    /// A number from zero on.
    pub(super) fn size(self) -> Option<usize> {
        match self {
            Self::Int(number) => usize::try_from(number).ok(),
            _ => None,
        }
    }
}
