// What a convolution of several places sees.

fn taps() -> u32 {
    return step.kernel_rows * step.kernel_columns;
}

fn seen(row: u32, k: u32) -> vec4<f32> {
    let goal_place = place(row);
    let tap = k / step.source_fours;
    let y = i32(goal_place.y * step.stride + tap / step.kernel_columns) - i32(step.before_rows);
    let x = i32(goal_place.z * step.stride + tap % step.kernel_columns) - i32(step.before_columns);
    return source(goal_place.x, y, x, k % step.source_fours);
}
