// The maximum, or with the flag the mean, of a window; what lies over the edge does not count.

fn made(at: vec3<u32>, row: u32, four: u32, goal_at: u32) -> vec4<f32> {
    let begin = vec2<u32>(at.y, at.z) * step.stride;
    let to = min(begin + vec2<u32>(step.kernel_rows, step.kernel_columns), vec2<u32>(step.source_rows, step.source_columns));
    var most = source(at.x, i32(begin.x), i32(begin.y), four);
    var sum = vec4<f32>(0.0);
    for (var y = begin.x; y < to.x; y++) {
        for (var x = begin.y; x < to.y; x++) {
            let numbers = source(at.x, i32(y), i32(x), four);
            most = max(most, numbers);
            sum += numbers;
        }
    }
    return select(most, sum / f32(step.kernel_rows * step.kernel_columns), step.flag == 1u);
}
