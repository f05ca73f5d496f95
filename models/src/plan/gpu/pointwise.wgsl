// What a 1x1 convolution sees.

fn taps() -> u32 {
    return 1u;
}

fn seen(row: u32, k: u32) -> vec4<f32> {
    return load(step.source * batch.items + row * step.source_fours + k);
}
