// Probabilities over the channels of a place.

fn made(at: vec3<u32>, row: u32, four: u32, goal_at: u32) -> vec4<f32> {
    var most = source(at.x, i32(at.y), i32(at.z), 0u).x;
    for (var channel = 1u; channel < step.source_channels; channel++) {
        most = max(most, source(at.x, i32(at.y), i32(at.z), channel / 4u)[channel % 4u]);
    }
    var sum = 0.0;
    for (var channel = 0u; channel < step.source_channels; channel++) {
        sum += exp(source(at.x, i32(at.y), i32(at.z), channel / 4u)[channel % 4u] - most);
    }
    let channels = 4u * four + vec4<u32>(0u, 1u, 2u, 3u);
    let shares = exp(source(at.x, i32(at.y), i32(at.z), four) - most) / sum;
    return select(vec4<f32>(0.0), shares, channels < vec4<u32>(step.source_channels));
}
