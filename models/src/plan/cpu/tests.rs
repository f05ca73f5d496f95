//! The program against the plainest way to do each step, and against Burn.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::net::Network;
use crate::net::dlib_resnet::DlibResnetConfig;
use crate::net::facenet::FacenetConfig;
use crate::net::flow::{Doubling, Pool};
use crate::net::minifasnet::MinifasnetConfig;
use crate::net::yunet::YunetConfig;
use crate::plan::tests::{apart, burns, delivered, noise};
use crate::plan::{Below, Filter, Op, Step, Value, record};

/// A plan that is drawn step by step, with made-up weights.
struct Sketch {
    plan: Plan,
    state: u32,
}

impl Sketch {
    fn of(input: Shape) -> Self {
        Self { plan: Plan { shapes: vec![input], steps: Vec::new(), answers: Vec::new() }, state: 1 }
    }

    fn numbers(&mut self, count: usize) -> Vec<f32> {
        let next = |_| {
            self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(next).collect()
    }

    fn step(&mut self, op: Op, from: Vec<Value>, shape: Shape) -> Value {
        let to = Value(self.plan.shapes.len());
        self.plan.shapes.push(shape);
        self.plan.steps.push(Step { op, from, to });
        to
    }

    fn filter(&mut self, from: Vec<Value>, outputs: usize, drawn: &Drawn) -> Value {
        let [channels, height, width] = self.plan.shape(from[0]);
        let [rows, columns] = drawn.kernel;
        let each = if drawn.per_channel { 1 } else { channels };
        let weights = self.numbers(outputs * each * rows * columns);
        let (bias, slopes) = (self.numbers(outputs), self.numbers(outputs));
        let below = [Below::Linear, Below::Zero, Below::Slopes(slopes)][drawn.below].clone();
        let stops = |axis: usize| {
            ([height, width][axis] + drawn.before[axis] + drawn.behind - drawn.kernel[axis]) / drawn.stride
                + 1
        };
        let shape = [outputs, stops(0), stops(1)];
        let &Drawn { kernel, stride, before, per_channel, .. } = drawn;
        let filter = Filter { weights, bias, kernel, stride, before, per_channel, below };
        self.step(Op::Filter(filter), from, shape)
    }

    fn answer(mut self, value: Value) -> Plan {
        self.plan.answers.push(Answer { parts: vec![value], sigmoid: false });
        self.plan
    }
}

/// How a filter is drawn.
#[derive(Debug, Clone)]
struct Drawn {
    kernel: [usize; 2],
    stride: usize,
    before: [usize; 2],
    behind: usize,
    per_channel: bool,
    below: usize,
}

const POINTWISE: Drawn =
    Drawn { kernel: [1; 2], stride: 1, before: [0; 2], behind: 0, per_channel: false, below: 0 };

/// Every value of a plan, number by number as its step says.
fn plainly(plan: &Plan, input: &[f32]) -> Vec<Vec<f32>> {
    let mut values = vec![input.to_vec()];
    for step in &plan.steps {
        let [channels, height, width] = plan.shape(step.to);
        let of = |value: Value, [channel, row, column]: [usize; 3]| {
            let [channels, height, width] = plan.shape(value);
            let is_there = channel < channels && row < height && column < width;
            if is_there { values[value.0][(channel * height + row) * width + column] } else { 0.0 }
        };
        let mut made = Vec::with_capacity(channels * height * width);
        for channel in 0..channels {
            for row in 0..height {
                for column in 0..width {
                    made.push(number(plan, step, [channel, row, column], &of));
                }
            }
        }
        values.push(made);
    }
    values
}

fn number(plan: &Plan, step: &Step, at: [usize; 3], of: &dyn Fn(Value, [usize; 3]) -> f32) -> f32 {
    let ([channel, row, column], x) = (at, step.from[0]);
    let [channels, height, width] = plan.shape(x);
    match &step.op {
        Op::Filter(filter) => {
            let [rows, columns] = filter.kernel;
            let inputs = if filter.per_channel { channel..channel + 1 } else { 0..channels };
            let (first, each) = (inputs.start, inputs.len());
            let mut sum = f64::from(filter.bias[channel]);
            for (input, tap) in inputs.flat_map(|input| (0..rows * columns).map(move |tap| (input, tap))) {
                let row = (row * filter.stride + tap / columns).wrapping_sub(filter.before[0]);
                let column = (column * filter.stride + tap % columns).wrapping_sub(filter.before[1]);
                let weight = filter.weights[(channel * each + input - first) * rows * columns + tap];
                sum += f64::from(weight) * f64::from(of(x, [input, row, column]));
            }
            let sum = sum as f32 + step.from.get(1).map_or(0.0, |around| of(*around, at));
            if sum < 0.0 { sum * filter.below.slope(channel) } else { sum }
        }
        Op::Pool(Pool::Max { side, stride, .. }) => {
            let window = (0..side * side)
                .map(|tap| [channel, row * stride + tap / side, column * stride + tap % side]);
            let there = window.filter(|[_, row, column]| *row < height && *column < width);
            there.map(|at| of(x, at)).fold(f32::NEG_INFINITY, f32::max)
        }
        Op::Pool(Pool::Mean2) => {
            (0..4).map(|tap| of(x, [channel, 2 * row + tap / 2, 2 * column + tap % 2]) / 4.0).sum()
        }
        Op::Double(Doubling::Nearest) => of(x, [channel, row / 2, column / 2]),
        Op::Double(Doubling::Bilinear) => {
            let between = |at: usize, len: usize| {
                let from = ((at as f32 + 0.5) / 2.0 - 0.5).clamp(0.0, (len - 1) as f32);
                (from as usize, (from as usize + 1).min(len - 1), from.fract())
            };
            let ((top, bottom, down), (left, right, along)) = (between(row, height), between(column, width));
            let line =
                |row| of(x, [channel, row, left]) * (1.0 - along) + of(x, [channel, row, right]) * along;
            line(top) * (1.0 - down) + line(bottom) * down
        }
        Op::Add { relu } => {
            let sum = of(x, at) + of(step.from[1], at);
            if *relu { sum.max(0.0) } else { sum }
        }
        Op::Means => {
            let all = (0..height * width).map(|place| of(x, [channel, place / width, place % width]));
            all.sum::<f32>() / (height * width) as f32
        }
        Op::Gate => of(x, at) / (1.0 + (-of(step.from[1], [channel, 0, 0])).exp()),
        Op::Softmax => {
            let all: f32 = (0..channels).map(|channel| of(x, [channel, row, column]).exp()).sum();
            of(x, at).exp() / all
        }
        Op::ByColumn => {
            let (place, from) = (channel / channels, channel % channels);
            of(x, [from, place % height, place / height])
        }
        Op::Join => {
            let mut from = channel;
            for part in &step.from {
                let [channels, ..] = plan.shape(*part);
                if from < channels {
                    return of(*part, [from, row, column]);
                }
                from -= channels;
            }
            0.0
        }
    }
}

/// The answers of a team.
fn by_team(program: &Arc<Program>, inputs: &[f32], n: usize, members: usize) -> Vec<Vec<f32>> {
    let party = Party::new(Arc::clone(program), inputs.to_vec(), n, members);
    std::thread::scope(|scope| {
        for index in 1..members {
            let party = &party;
            scope.spawn(move || party.work(index));
        }
        party.work(0);
        party.answers().unwrap()
    })
}

/// Checks the answer of a plan, alone and by teams.
fn check(plan: &Plan) {
    let program = Arc::new(Program::compile(plan).expect("the plan has only steps that can be done"));
    let len: usize = plan.input().iter().product();
    let inputs = Sketch::of(plan.input()).numbers(3 * len);
    let [channels, height, width] = plan.shape(plan.answers[0].parts[0]);
    let mut expected = Vec::new();
    for input in inputs.chunks_exact(len) {
        let values = plainly(plan, input);
        let value = &values[plan.answers[0].parts[0].0];
        for place in 0..height * width {
            expected.extend((0..channels).map(|channel| value[channel * height * width + place]));
        }
    }
    let found = [program.run(&inputs, 3), by_team(&program, &inputs, 3, 2), by_team(&program, &inputs, 3, 4)];
    for found in found {
        let apart = apart(&found, std::slice::from_ref(&expected));
        assert!(apart < 1e-5, "{apart} apart: {:?}", plan.shapes);
    }
    for lanes in [4, 16] {
        wide::tested::LANES.set(lanes);
        let found = Program::compile(plan).map(|program| program.run(&inputs, 3));
        wide::tested::LANES.set(0);
        let apart = apart(&found.unwrap(), std::slice::from_ref(&expected));
        assert!(apart < 1e-5, "{apart} apart with registers of {lanes}: {:?}", plan.shapes);
    }
}

fn drawn(per_channel: bool) -> impl Strategy<Value = Drawn> {
    let kernel =
        if per_channel { prop_oneof![Just([3, 3])].boxed() } else { [1..6_usize, 1..6_usize].boxed() };
    (kernel, 1..3_usize, [0..3_usize, 0..3_usize], 0..3_usize, 0..3_usize).prop_map(
        move |(kernel, stride, before, behind, below)| {
            let before = [before[0].min(kernel[0] - 1), before[1].min(kernel[1] - 1)];
            Drawn { kernel, stride, before, behind, per_channel, below }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_convolution_of_the_input_is_what_its_weights_say(
        size in [5..24_usize, 5..24_usize], outputs in 1..40_usize, drawn in drawn(false),
    ) {
        let mut sketch = Sketch::of([3, size[0], size[1]]);
        let made = sketch.filter(vec![Value(0)], outputs, &drawn);
        check(&sketch.answer(made));
    }

    #[test]
    fn a_dense_convolution_is_what_its_weights_say_and_takes_in_what_comes_around(
        size in [5..18_usize, 5..18_usize], inputs in 1..30_usize, outputs in 1..40_usize, missing in 0..20_usize,
        drawn in drawn(false),
    ) {
        let mut sketch = Sketch::of([3, size[0], size[1]]);
        let x = sketch.filter(vec![Value(0)], inputs, &POINTWISE);
        let around = sketch.filter(vec![x], outputs.saturating_sub(missing).max(1), &drawn);
        let made = sketch.filter(vec![x, around], outputs, &drawn);
        check(&sketch.answer(made));
    }

    #[test]
    fn a_filter_per_channel_alone_and_before_a_product_is_what_its_weights_say(
        size in [3..20_usize, 3..20_usize], channels in 1..40_usize, outputs in 1..40_usize, drawn in drawn(true),
        alone in any::<bool>(), below in 0..3_usize,
    ) {
        let mut sketch = Sketch::of([3, size[0], size[1]]);
        let x = sketch.filter(vec![Value(0)], channels, &POINTWISE);
        let mut made = sketch.filter(vec![x], channels, &drawn);
        if !alone {
            let around = sketch.filter(vec![x], outputs, &Drawn { per_channel: false, ..drawn });
            let filtered = sketch.filter(vec![x], channels, &drawn);
            made = sketch.filter(vec![filtered, around], outputs, &Drawn { below, ..POINTWISE });
        }
        check(&sketch.answer(made));
    }

    #[test]
    fn what_is_added_after_a_product_is_not_bent(
        size in [1..14_usize, 1..14_usize], outputs in 1..40_usize, below in 0..3_usize, apart in any::<bool>(),
    ) {
        let mut sketch = Sketch::of([3, size[0], size[1]]);
        let x = sketch.filter(vec![Value(0)], 11, &POINTWISE);
        let other = sketch.filter(vec![x], outputs + usize::from(apart), &POINTWISE);
        let one = sketch.filter(vec![x], outputs, &Drawn { below, ..POINTWISE });
        let shape = sketch.plan.shape(other);
        let sum = sketch.step(Op::Add { relu: false }, vec![one, other], shape);
        check(&sketch.answer(sum));
    }

    #[test]
    fn filters_as_large_as_the_picture_see_all(
        size in [1..9_usize, 1..9_usize], channels in 1..40_usize, outputs in 1..60_usize, below in 0..3_usize,
    ) {
        let mut sketch = Sketch::of([3, size[0], size[1]]);
        let x = sketch.filter(vec![Value(0)], channels, &POINTWISE);
        let each = sketch.filter(vec![x], channels, &Drawn { kernel: size, per_channel: true, below, ..POINTWISE });
        let all = sketch.filter(vec![x], outputs, &Drawn { kernel: size, below, ..POINTWISE });
        let each = sketch.filter(vec![each], outputs, &Drawn { below, ..POINTWISE });
        let made = sketch.step(Op::Join, vec![each, all], [2 * outputs, 1, 1]);
        check(&sketch.answer(made));
    }

    #[test]
    fn what_lies_between_convolutions_is_as_its_name_says(
        size in [4..15_usize, 4..15_usize], channels in 1..20_usize, which in 0..10_usize,
    ) {
        let mut sketch = Sketch::of([3, size[0], size[1]]);
        let x = sketch.filter(vec![Value(0)], channels, &POINTWISE);
        let other = sketch.filter(vec![x], channels + 3, &Drawn { kernel: [2; 2], ..POINTWISE });
        let all = sketch.filter(vec![x], channels, &Drawn { kernel: size, ..POINTWISE });
        let [height, width] = size;
        let pool = |pool: Pool| (Op::Pool(pool), vec![x], [channels, pool.of(height), pool.of(width)]);
        let (op, from, shape) = match which {
            0 => pool(Pool::HALVE),
            1 => pool(Pool::Max { side: 3, stride: 2, over: true }),
            2 => pool(Pool::Max { side: 3, stride: 1, over: false }),
            3 => pool(Pool::Mean2),
            4 => (Op::Double(Doubling::Nearest), vec![x], [channels, 2 * height, 2 * width]),
            5 => (Op::Double(Doubling::Bilinear), vec![x], [channels, 2 * height, 2 * width]),
            6 => (Op::Add { relu: true }, vec![x, other], [channels + 3, height, width]),
            7 => (Op::Gate, vec![x, all], [channels, height, width]),
            8 => (Op::Softmax, vec![x], [channels, height, width]),
            _ => (Op::ByColumn, vec![x], [channels * height * width, 1, 1]),
        };
        let made = sketch.step(op, from, shape);
        let means = sketch.step(Op::Means, vec![made], [shape[0], 1, 1]);
        let joined = sketch.step(Op::Add { relu: false }, vec![made, means], shape);
        check(&sketch.answer(joined));
    }

    #[test]
    fn parts_are_joined_channel_behind_channel(
        channels in prop::collection::vec(1..20_usize, 1..5), size in [1..9_usize, 2..9_usize],
    ) {
        let mut sketch = Sketch::of([3, size[0], size[1]]);
        let parts = channels.iter().map(|channels| sketch.filter(vec![Value(0)], *channels, &POINTWISE)).collect();
        let joined = sketch.step(Op::Join, parts, [channels.iter().sum(), size[0], size[1]]);
        check(&sketch.answer(joined));
    }
}

#[test]
fn every_delivered_network_answers_as_burn_does_alone_and_by_teams() {
    for (entry, network) in delivered() {
        let plan = record(&*network).unwrap();
        let program = Arc::new(Program::compile(&plan).unwrap_or_else(|| panic!("{}", entry.name)));
        let inputs = noise(&*network, 3);
        let expected = burns(&*network, &inputs);
        let teams = [2, 3, 7].map(|members| by_team(&program, &inputs, 3, members));
        for found in std::iter::once(program.run(&inputs, 3)).chain(teams) {
            let apart = apart(&found, &expected);
            assert!(apart < 1e-4, "{}: {apart}", entry.name);
        }
    }
}

#[test]
fn networks_that_are_not_delivered_are_made_of_steps_that_can_be_done_too() {
    let device = &burn::tensor::Device::flex();
    let networks: [Box<dyn Network>; 5] = [
        Box::new(DlibResnetConfig.init(device)),
        Box::new(FacenetConfig.init(device)),
        Box::new(MinifasnetConfig::V2At80.init(device)),
        Box::new(MinifasnetConfig::V1seAt80.init(device)),
        Box::new(YunetConfig { side: 320 }.init(device)),
    ];
    for (at, network) in networks.iter().enumerate() {
        assert!(Program::compile(&record(&**network).unwrap()).is_some(), "number {at}");
    }
}

#[test]
fn a_team_whose_member_panics_gives_no_answers_and_lets_the_others_go() {
    let mut sketch = Sketch::of([3, 8, 8]);
    let x = sketch.filter(vec![Value(0)], 8, &POINTWISE);
    let filter = Drawn { kernel: [3; 2], before: [1; 2], behind: 1, per_channel: true, ..POINTWISE };
    let made = sketch.filter(vec![x], 8, &filter);
    let program = Arc::new(Program::compile(&sketch.answer(made)).unwrap());
    let party = Party::new(program, vec![0.0; 3 * 64], 1, 2);
    std::thread::scope(|scope| {
        let broken = scope.spawn(|| {
            let _watch = party.team.watch();
            panic!("a member panics");
        });
        party.work(0);
        assert!(party.answers().is_none());
        assert!(broken.join().is_err());
    });
}
