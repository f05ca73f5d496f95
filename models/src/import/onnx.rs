//! Parameters of an ONNX graph: convolutions with what follows them folded in, PReLU slopes, linear layers.

use std::collections::HashMap;

use super::ImportError;
use super::affine::{Affine, BatchNorm};
use super::array::{Array, Parameter, f32s};
use super::protobuf::{Fields, Value, varint};

const EPSILON: f32 = 1e-5;
const FLOAT: u64 = 1;

/// The graph's parameters in the order of its nodes: a convolution's or linear layer's weight and bias, a PReLU's
/// slopes.
pub(super) fn parameters(file: &[u8]) -> Result<Vec<Parameter>, ImportError> {
    let graph = sub_message(file, 7)?.ok_or(ImportError::Damaged("an ONNX file without a graph"))?;
    let mut nodes = Vec::new();
    let mut constants = HashMap::new();
    for field in Fields::of(graph) {
        match field? {
            (1, Value::Bytes(bytes)) => nodes.push(node(bytes)?),
            (5, Value::Bytes(bytes)) => {
                let (name, array) = tensor(bytes)?;
                constants.extend(array.map(|array| (name, array)));
            }
            _ => {}
        }
    }
    let mut walk = Walk { constants, layers: Vec::new() };
    for node in &nodes {
        walk.visit(node)?;
    }
    Ok(walk.layers.into_iter().flat_map(Layer::into_parameters).collect())
}

struct Node {
    operator: String,
    inputs: Vec<String>,
    output: String,
    epsilon: f32,
}

enum Layer {
    Affine(Mapping),
    Slope(Parameter),
}

struct Mapping {
    output: String,
    affine: Affine,
    is_linear: bool,
}

impl Layer {
    fn into_parameters(self) -> Vec<Parameter> {
        match self {
            Self::Slope(parameter) => vec![parameter],
            Self::Affine(Mapping { output, affine, .. }) => {
                affine.into_arrays().map(|array| Parameter { layer: output.clone(), array }).into()
            }
        }
    }
}

struct Walk {
    constants: HashMap<String, Array>,
    layers: Vec<Layer>,
}

impl Walk {
    fn visit(&mut self, node: &Node) -> Result<(), ImportError> {
        match node.operator.as_str() {
            "Conv" => self.convolution(node),
            "PRelu" => self.slope(node),
            "MatMul" => self.linear(node),
            "BatchNormalization" => self.normalisation(node),
            "Add" | "Concat" | "Constant" | "Flatten" | "Gather" | "GlobalAveragePool" | "MaxPool"
            | "Mul" | "Relu" | "Reshape" | "Resize" | "Shape" | "Sigmoid" | "Transpose" | "Unsqueeze" => {
                Ok(())
            }
            other => Err(ImportError::Operator { operator: other.to_owned() }),
        }
    }

    fn constant(&self, node: &Node, input: usize) -> Result<&Array, ImportError> {
        let found = node.inputs.get(input).and_then(|name| self.constants.get(name));
        found.ok_or_else(|| node.wrong("a parameter is not a constant of the graph"))
    }

    fn convolution(&mut self, node: &Node) -> Result<(), ImportError> {
        let (weight, bias) = (self.constant(node, 1)?, self.constant(node, 2)?);
        let shape = <[usize; 4]>::try_from(weight.shape.as_slice()).ok();
        let affine = shape.and_then(|shape| Affine::new(shape, weight.doubles(), bias.doubles()));
        let wrong = || node.wrong("a convolution's weight has four dimensions, its bias the first of them");
        let (affine, output) = (affine.ok_or_else(wrong)?, node.output.clone());
        self.layers.push(Layer::Affine(Mapping { output, affine, is_linear: false }));
        Ok(())
    }

    fn slope(&mut self, node: &Node) -> Result<(), ImportError> {
        let array = self.constant(node, 1)?.clone().flat();
        self.layers.push(Layer::Slope(Parameter { layer: node.output.clone(), array }));
        Ok(())
    }

    /// The layer whose output this node takes, if nothing else came between.
    fn before(&mut self, node: &Node) -> Option<&mut Mapping> {
        match self.layers.last_mut() {
            Some(Layer::Affine(before)) if node.inputs.first() == Some(&before.output) => Some(before),
            _ => None,
        }
    }

    /// A matrix product, folded into the linear layer before it if there is one.
    fn linear(&mut self, node: &Node) -> Result<(), ImportError> {
        let matrix = self.constant(node, 1)?;
        let [inputs, outputs] = *matrix.shape else {
            return Err(node.wrong("a linear layer's weight has two dimensions"));
        };
        if inputs == 0 || outputs == 0 {
            return Err(node.wrong("a linear layer without inputs or outputs"));
        }
        let matrix = matrix.doubles();
        if let Some(before) =
            self.before(node).filter(|before| before.is_linear && before.affine.outputs() == inputs)
        {
            before.affine.then(&matrix, outputs);
            before.output.clone_from(&node.output);
            return Ok(());
        }
        let weight = (0..outputs * inputs).map(|at| matrix[(at % inputs) * outputs + at / inputs]).collect();
        let affine = Affine::new([outputs, inputs, 1, 1], weight, vec![0.0; outputs]);
        let affine = affine.ok_or_else(|| node.wrong("a linear layer without inputs or outputs"))?;
        self.layers.push(Layer::Affine(Mapping { output: node.output.clone(), affine, is_linear: true }));
        Ok(())
    }

    /// BatchNorm, folded into the layer before it.
    fn normalisation(&mut self, node: &Node) -> Result<(), ImportError> {
        let [scale, shift, mean, variance] =
            [1, 2, 3, 4].map(|input| self.constant(node, input).map(Array::doubles));
        let (scale, shift, mean, variance) = (scale?, shift?, mean?, variance?);
        let epsilon = f64::from(node.epsilon);
        let Some(before) = self.before(node) else {
            return Err(node.wrong("a BatchNorm that follows no convolution"));
        };
        if !before.affine.normalise(&BatchNorm { scale, shift, mean, variance, epsilon }) {
            return Err(node.wrong("a BatchNorm of another width than the layer before it"));
        }
        before.output.clone_from(&node.output);
        Ok(())
    }
}

impl Node {
    fn wrong(&self, problem: &'static str) -> ImportError {
        ImportError::Layer { layer: self.output.clone(), problem }
    }
}

fn sub_message(message: &[u8], number: u64) -> Result<Option<&[u8]>, ImportError> {
    for field in Fields::of(message) {
        if let (found, Value::Bytes(bytes)) = field?
            && found == number
        {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

fn text(bytes: &[u8]) -> Result<String, ImportError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| ImportError::Damaged("a name that is not UTF-8"))
}

fn node(message: &[u8]) -> Result<Node, ImportError> {
    let mut node =
        Node { operator: String::new(), inputs: Vec::new(), output: String::new(), epsilon: EPSILON };
    for field in Fields::of(message) {
        match field? {
            (1, Value::Bytes(bytes)) => node.inputs.push(text(bytes)?),
            (2, Value::Bytes(bytes)) if node.output.is_empty() => node.output = text(bytes)?,
            (4, Value::Bytes(bytes)) => node.operator = text(bytes)?,
            (5, Value::Bytes(bytes)) => {
                if let Some(epsilon) = epsilon(bytes)? {
                    node.epsilon = epsilon;
                }
            }
            _ => {}
        }
    }
    Ok(node)
}

fn epsilon(attribute: &[u8]) -> Result<Option<f32>, ImportError> {
    let (mut is_epsilon, mut number) = (false, None);
    for field in Fields::of(attribute) {
        match field? {
            (1, Value::Bytes(name)) => is_epsilon = name == b"epsilon",
            (2, Value::Fixed32(bytes)) => number = Some(f32::from_le_bytes(bytes)),
            _ => {}
        }
    }
    Ok(number.filter(|_| is_epsilon))
}

/// A constant's name and, if it is of floats, its numbers.
fn tensor(message: &[u8]) -> Result<(String, Option<Array>), ImportError> {
    let (mut name, mut shape, mut kind, mut raw) = (String::new(), Vec::new(), 0, &[][..]);
    let side = |side: u64| usize::try_from(side).map_err(|_| ImportError::Damaged("a dimension below zero"));
    for field in Fields::of(message) {
        match field? {
            (1, Value::Varint(number)) => shape.push(side(number)?),
            (1, Value::Bytes(mut packed)) => {
                while !packed.is_empty() {
                    shape.push(side(varint(&mut packed)?)?);
                }
            }
            (2, Value::Varint(number)) => kind = number,
            (4 | 9, Value::Bytes(bytes)) => raw = bytes,
            (8, Value::Bytes(bytes)) => name = text(bytes)?,
            _ => {}
        }
    }
    if kind != FLOAT {
        return Ok((name, None));
    }
    let array = Array::new(shape, f32s(raw))
        .ok_or(ImportError::Damaged("a tensor of another size than its shape"))?;
    Ok((name, Some(array)))
}
