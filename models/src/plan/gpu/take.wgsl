// The network's input, which comes plane by plane.

fn made(at: vec3<u32>, row: u32, four: u32, goal_at: u32) -> vec4<f32> {
    let plane = step.goal_rows * step.goal_columns;
    let first = at.x * 3u * plane + at.y * step.goal_columns + at.z;
    return vec4<f32>(inputs[first], inputs[first + plane], inputs[first + 2u * plane], 0.0);
}
