// Warps regions of one picture into normalised inputs, as the CPU does: bilinear, black outside, chroma held at the edge.

struct Channel {
    // In bytes.
    first: u32,
    stride: u32,
    step: u32,
}

struct Look {
    // From the input's columns and rows to the picture's.
    affine: array<f32, 6>,
    columns: u32,
    rows: u32,
    // Red, green, blue; luma and the two chromas where there are columns of chroma.
    channels: array<Channel, 3>,
    chroma_columns: u32,
    chroma_rows: u32,
    // Black, luma, red from red, green from blue, green from red, blue from blue.
    colour: array<f32, 6>,
    mean: array<f32, 3>,
    scale: array<f32, 3>,
    bgr: u32,
    input_columns: u32,
    input_rows: u32,
    unused: array<u32, 29>,
    item: u32,
}

@group(0) @binding(0) var<storage, read> picture: array<u32>;
@group(0) @binding(1) var<storage, read> looks: array<Look>;
@group(0) @binding(2) var<storage, read_write> inputs: array<f32>;

fn sample(look: u32, channel: u32, column: i32, row: i32) -> f32 {
    let plane = looks[look].channels[channel];
    let at = plane.first + u32(row) * plane.stride + u32(column) * plane.step;
    return f32((picture[at / 4u] >> (8u * (at % 4u))) & 255u);
}

// The sum of the neighbours inside the picture, and their weight.
fn value(look: u32, channel: u32, point: vec2<f32>) -> vec2<f32> {
    let corner = floor(point);
    let way = point - corner;
    let size = vec2<i32>(i32(looks[look].columns), i32(looks[look].rows));
    var sum = vec2<f32>(0.0);
    for (var tap = 0; tap < 4; tap++) {
        let across = vec2<i32>(tap % 2, tap / 2);
        let at = vec2<i32>(corner) + across;
        if all(at >= vec2<i32>(0)) && all(at < size) {
            let near = select(vec2<f32>(1.0) - way, way, across == vec2<i32>(1));
            let weight = near.x * near.y;
            sum += weight * vec2<f32>(sample(look, channel, at.x, at.y), 1.0);
        }
    }
    return sum;
}

// A sample of chroma lies between four of luma, and goes on unchanged past the edge.
fn chroma(look: u32, channel: u32, point: vec2<f32>) -> f32 {
    let last = vec2<i32>(i32(looks[look].chroma_columns), i32(looks[look].chroma_rows)) - 1;
    let held = clamp(0.5 * point - 0.25, vec2<f32>(0.0), vec2<f32>(last));
    let first = vec2<i32>(held);
    let second = min(first + 1, last);
    let way = held - vec2<f32>(first);
    let upper = mix(sample(look, channel, first.x, first.y), sample(look, channel, second.x, first.y), way.x);
    let lower = mix(sample(look, channel, first.x, second.y), sample(look, channel, second.x, second.y), way.x);
    return mix(upper, lower, way.y);
}

fn colour_at(look: u32, point: vec2<f32>) -> vec3<f32> {
    let first = value(look, 0u, point);
    if first.y == 0.0 {
        return vec3<f32>(0.0);
    }
    if looks[look].chroma_columns == 0u {
        return vec3<f32>(first.x, value(look, 1u, point).x, value(look, 2u, point).x);
    }
    let by = looks[look].colour;
    let grey = (first.x - by[0] * first.y) * by[1];
    let blue = (chroma(look, 1u, point) - 128.0) * first.y;
    let red = (chroma(look, 2u, point) - 128.0) * first.y;
    let colour = vec3<f32>(grey + by[2] * red, grey + by[3] * blue + by[4] * red, grey + by[5] * blue);
    return clamp(colour, vec3<f32>(0.0), vec3<f32>(255.0 * first.y));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let look = group.y;
    let columns = looks[look].input_columns;
    let plane = columns * looks[look].input_rows;
    let at = group.x * 64u + lane;
    if at >= plane {
        return;
    }
    let affine = looks[look].affine;
    let x = f32(at % columns);
    let y = f32(at / columns);
    let point = vec2<f32>(affine[0] * x + (affine[1] * y + affine[2]), affine[3] * x + (affine[4] * y + affine[5]));
    let rgb = colour_at(look, point);
    let ordered = select(rgb, rgb.zyx, looks[look].bgr == 1u);
    for (var channel = 0u; channel < 3u; channel++) {
        inputs[(looks[look].item * 3u + channel) * plane + at] =
            (ordered[channel] - looks[look].mean[channel]) * looks[look].scale[channel];
    }
}
