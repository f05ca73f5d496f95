// What all kernels share. Values lie place by place, row by row, the channels of a place in fours; a value's offset in the
// arena is that for one item, times the items of the batch.

alias Stored = vec4<{{number}}>;

struct Step {
    // Offsets: of values in the arena, of parameters in the weights; all in fours of numbers.
    source: u32,
    around: u32,
    goal: u32,
    weights: u32,
    bias: u32,
    slope: u32,
    // Rows, columns, channels in fours.
    source_rows: u32,
    source_columns: u32,
    source_fours: u32,
    goal_rows: u32,
    goal_columns: u32,
    goal_fours: u32,
    around_rows: u32,
    around_columns: u32,
    around_fours: u32,
    // Channels as they are counted.
    source_channels: u32,
    goal_channels: u32,
    kernel_rows: u32,
    kernel_columns: u32,
    stride: u32,
    before_rows: u32,
    before_columns: u32,
    // What the kernel at hand says.
    first: u32,
    flag: u32,
    answer_len: u32,
}

struct Batch {
    items: u32,
}

@group(0) @binding(0) var<storage, read_write> arena: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored>;
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<uniform> batch: Batch;
@group(0) @binding(4) var<storage, read_write> answers: array<f32>;
@group(0) @binding(5) var<storage, read> inputs: array<f32>;

fn load(at: u32) -> vec4<f32> {
    return vec4<f32>(arena[at]);
}

fn store(at: u32, numbers: vec4<f32>) {
    arena[at] = Stored(numbers);
}

fn weight(at: u32) -> vec4<f32> {
    return vec4<f32>(weights[at]);
}

// Rows of the target of all items: places, one item after another.
fn goal_places() -> u32 {
    return batch.items * step.goal_rows * step.goal_columns;
}

// A row of the target: its item, row and column.
fn place(row: u32) -> vec3<u32> {
    let places = step.goal_rows * step.goal_columns;
    let within = row % places;
    return vec3<u32>(row / places, within / step.goal_columns, within % step.goal_columns);
}

// Four channels of the source, which are zero outside the picture.
fn source(item: u32, row: i32, column: i32, four: u32) -> vec4<f32> {
    let inside = row >= 0 && column >= 0 && row < i32(step.source_rows) && column < i32(step.source_columns);
    if !inside {
        return vec4<f32>(0.0);
    }
    let at = (item * step.source_rows + u32(row)) * step.source_columns + u32(column);
    return load(step.source * batch.items + at * step.source_fours + four);
}

// The sum with bias and what comes around, bent, into the target.
fn finish(row: u32, four: u32, sum: vec4<f32>) {
    var y = sum + weight(step.bias + four);
    if four < step.around_fours {
        y += load(step.around * batch.items + row * step.around_fours + four);
    }
    let bent = max(y, vec4<f32>(0.0)) + weight(step.slope + four) * min(y, vec4<f32>(0.0));
    store(step.goal * batch.items + row * step.goal_fours + four, bent);
}
