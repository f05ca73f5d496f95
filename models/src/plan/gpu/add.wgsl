// The sum of two; what one of them lacks counts as zero. With the flag what is below zero becomes zero.

fn made(at: vec3<u32>, row: u32, four: u32, goal_at: u32) -> vec4<f32> {
    var sum = vec4<f32>(0.0);
    if four < step.source_fours {
        sum = source(at.x, i32(at.y), i32(at.z), four);
    }
    if four < step.around_fours && at.y < step.around_rows && at.z < step.around_columns {
        let other = (at.x * step.around_rows + at.y) * step.around_columns + at.z;
        sum += load(step.around * batch.items + other * step.around_fours + four);
    }
    return select(sum, max(sum, vec4<f32>(0.0)), step.flag == 1u);
}
