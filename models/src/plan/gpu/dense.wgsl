// A term of a dense convolution: four channels of the source, into four of the target.

fn depth() -> u32 {
    return taps() * step.source_fours;
}

fn term(row: u32, four: u32, k: u32) -> vec4<f32> {
    let x = seen(row, k);
    let at = step.weights + 4u * k * step.goal_fours + four;
    let first = x.x * weight(at) + x.y * weight(at + step.goal_fours);
    return first + x.z * weight(at + 2u * step.goal_fours) + x.w * weight(at + 3u * step.goal_fours);
}
