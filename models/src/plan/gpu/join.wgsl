// The source's channels into the target's from `first` on; the target's others stay.

fn made(at: vec3<u32>, row: u32, four: u32, goal_at: u32) -> vec4<f32> {
    var numbers = load(goal_at);
    for (var part = 0u; part < 4u; part++) {
        let channel = 4u * four + part;
        if channel >= step.first && channel < step.first + step.source_channels {
            let begin = channel - step.first;
            numbers[part] = source(at.x, i32(at.y), i32(at.z), begin / 4u)[begin % 4u];
        } else if channel >= step.goal_channels {
            numbers[part] = 0.0;
        }
    }
    return numbers;
}
