// Each channel times the sigmoid of its gate.

fn made(at: vec3<u32>, row: u32, four: u32, goal_at: u32) -> vec4<f32> {
    let gate = load(step.around * batch.items + at.x * step.around_fours + four);
    return source(at.x, i32(at.y), i32(at.z), four) / (1.0 + exp(-gate));
}
