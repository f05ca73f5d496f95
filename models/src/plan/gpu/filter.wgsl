// A term of a convolution with one filter per channel.

fn depth() -> u32 {
    return step.kernel_rows * step.kernel_columns;
}

fn term(row: u32, four: u32, k: u32) -> vec4<f32> {
    let goal_place = place(row);
    let y = i32(goal_place.y * step.stride + k / step.kernel_columns) - i32(step.before_rows);
    let x = i32(goal_place.z * step.stride + k % step.kernel_columns) - i32(step.before_columns);
    return source(goal_place.x, y, x, four) * weight(step.weights + k * step.goal_fours + four);
}
