//! Parameters of a TFLite graph: convolutions, PReLU slopes, also those spelt out in elementary operators, f16
//! constants behind a DEQUANTIZE.

use std::collections::HashSet;

use super::ImportError;
use super::array::{Array, Numbers, Parameter, f16s, f32s};
use super::flatbuffer::{Table, Vector};

/// The graph's parameters in the order of its operators (a convolution's weight and bias, a PReLU's slopes), those
/// that the first output needs before the others.
pub(super) fn parameters(file: &[u8]) -> Result<Vec<Parameter>, ImportError> {
    if file.get(4..8) != Some(b"TFL3") {
        return Err(ImportError::Damaged("not a TFLite file"));
    }
    let graph = Graph::read(file)?;
    let needed = graph.needed()?;
    let (first, then): (Vec<usize>, Vec<usize>) =
        (0..graph.operators.len()).partition(|operator| needed.contains(operator));
    let mut found = Vec::new();
    for operator in first.into_iter().chain(then) {
        graph.visit(&graph.operators[operator], &mut found)?;
    }
    Ok(found)
}

struct Graph<'a> {
    tensors: Vector<'a>,
    buffers: Vector<'a>,
    outputs: Vec<usize>,
    operators: Vec<Operator>,
    /// Which operator makes a tensor.
    makers: Vec<Option<usize>>,
}

struct Operator {
    kind: Kind,
    inputs: Vec<usize>,
    output: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Convolution,
    Depthwise,
    Dequantize,
    Multiply,
    Prelu,
    Subtract,
    WithoutParameters,
}

fn kind(code: usize) -> Result<Kind, ImportError> {
    Ok(match code {
        3 => Kind::Convolution,
        4 => Kind::Depthwise,
        6 => Kind::Dequantize,
        18 => Kind::Multiply,
        41 => Kind::Subtract,
        54 => Kind::Prelu,
        // add, concatenation, maximum, ReLU, reshape, bilinear resize, pad, absolute value
        0 | 2 | 17 | 19 | 22 | 23 | 34 | 101 => Kind::WithoutParameters,
        other => return Err(ImportError::Operator { operator: format!("number {other}") }),
    })
}

impl<'a> Graph<'a> {
    fn read(file: &'a [u8]) -> Result<Self, ImportError> {
        let model = Table::root(file)?;
        let codes = model.vector(1)?;
        let graph = model.vector(2)?.table(0)?;
        let listed = graph.vector(3)?;
        let tensors = graph.vector(0)?;
        let mut operators = Vec::new();
        let mut makers = vec![None; tensors.len()];
        for index in 0..listed.len() {
            let table = listed.table(index)?;
            let code = codes.table(table.number(0)?)?;
            let kind = kind(code.number(3)?.max(usize::from(code.byte(0)?)))?;
            let outputs = table.vector(2)?.numbers()?;
            let &[output] = outputs.as_slice() else {
                return Err(ImportError::Damaged("an operator without one output"));
            };
            let maker =
                makers.get_mut(output).ok_or(ImportError::Damaged("an operator without an output tensor"))?;
            *maker = Some(index);
            operators.push(Operator { kind, inputs: table.vector(1)?.numbers()?, output });
        }
        let outputs = graph.vector(2)?.numbers()?;
        Ok(Self { tensors, buffers: model.vector(4)?, outputs, operators, makers })
    }

    /// The operators that the first output needs.
    fn needed(&self) -> Result<HashSet<usize>, ImportError> {
        let first = self.outputs.first().ok_or(ImportError::Damaged("a graph without outputs"))?;
        let mut open = vec![*first];
        let mut needed = HashSet::new();
        while let Some(tensor) = open.pop() {
            if let Some(&Some(maker)) = self.makers.get(tensor)
                && needed.insert(maker)
            {
                open.extend(&self.operators[maker].inputs);
            }
        }
        Ok(needed)
    }

    fn visit(&self, operator: &Operator, found: &mut Vec<Parameter>) -> Result<(), ImportError> {
        let layer = || self.name(operator.output);
        let wrong = |problem| layer().map_or_else(|e| e, |layer| ImportError::Layer { layer, problem });
        let mut push = |array| {
            found.push(Parameter { layer: layer()?, array });
            Ok(())
        };
        match operator.kind {
            Kind::Convolution | Kind::Depthwise => {
                let weight = self.input(operator, 1)?;
                let weight = match operator.kind {
                    Kind::Convolution => weight.channels_first(),
                    _ => weight.filters_first(),
                };
                push(weight.ok_or_else(|| wrong("a convolution's weight has four dimensions"))?)?;
                push(self.input(operator, 2)?)
            }
            Kind::Prelu => push(self.input(operator, 1)?.flat()),
            // max(x, 0) + half * (x - |x|): below zero the slope is twice the constant
            Kind::Multiply => {
                let of_difference =
                    operator.inputs.iter().any(|&input| self.maker(input) == Some(Kind::Subtract));
                let constant = operator.inputs.iter().position(|&input| self.maker(input).is_none());
                match constant.filter(|_| of_difference) {
                    Some(constant) => push(doubled(self.input(operator, constant)?)),
                    None => Err(wrong("a product that is no PReLU")),
                }
            }
            Kind::Dequantize | Kind::Subtract | Kind::WithoutParameters => Ok(()),
        }
    }

    fn maker(&self, tensor: usize) -> Option<Kind> {
        let maker = (*self.makers.get(tensor)?)?;
        Some(self.operators[maker].kind)
    }

    /// The constant that is an operator's input, through a DEQUANTIZE if there is one.
    fn input(&self, operator: &Operator, index: usize) -> Result<Array, ImportError> {
        let missing = || ImportError::Damaged("an operator lacks an input");
        let &tensor = operator.inputs.get(index).ok_or_else(missing)?;
        match self.makers.get(tensor).ok_or_else(missing)? {
            None => self.constant(tensor),
            Some(maker) if self.operators[*maker].kind == Kind::Dequantize => {
                let &behind = self.operators[*maker].inputs.first().ok_or_else(missing)?;
                self.constant(behind)
            }
            Some(_) => {
                let layer = self.name(operator.output)?;
                Err(ImportError::Layer { layer, problem: "a parameter is not a constant of the graph" })
            }
        }
    }

    fn constant(&self, tensor: usize) -> Result<Array, ImportError> {
        let table = self.tensors.table(tensor)?;
        let bytes = self.buffers.table(table.number(2)?)?.vector(0)?.bytes()?;
        let numbers: Numbers = match table.byte(1)? {
            0 => f32s(bytes),
            1 => f16s(bytes),
            _ => {
                let layer = self.name(tensor)?;
                return Err(ImportError::Layer { layer, problem: "numbers that are neither f32 nor f16" });
            }
        };
        let shape = table.vector(0)?.numbers()?;
        Array::new(shape, numbers).ok_or(ImportError::Damaged("a tensor of another size than its shape"))
    }

    fn name(&self, tensor: usize) -> Result<String, ImportError> {
        let bytes = self.tensors.table(tensor)?.vector(3)?.bytes()?;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}

fn doubled(array: Array) -> Array {
    let numbers = Numbers::F32(array.doubles().into_iter().map(|number| (2.0 * number) as f32).collect());
    Array { shape: array.shape, numbers }
}
