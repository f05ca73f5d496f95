// Twice as high and wide: each number four times, or with the flag bilinear between pixel centres.

fn made(at: vec3<u32>, row: u32, four: u32, goal_at: u32) -> vec4<f32> {
    if step.flag == 0u {
        return source(at.x, i32(at.y / 2u), i32(at.z / 2u), four);
    }
    let last = vec2<f32>(f32(step.source_rows - 1u), f32(step.source_columns - 1u));
    let position = clamp((vec2<f32>(at.yz) + 0.5) / 2.0 - 0.5, vec2<f32>(0.0), last);
    let low = vec2<i32>(floor(position));
    let high = min(low + 1, vec2<i32>(last));
    let part = position - floor(position);
    let upper = mix(source(at.x, low.x, low.y, four), source(at.x, low.x, high.y, four), part.y);
    let lower = mix(source(at.x, high.x, low.y, four), source(at.x, high.x, high.y, four), part.y);
    return mix(upper, lower, part.x);
}
