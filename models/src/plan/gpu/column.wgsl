// Column by column, then row by row, then by channel.

fn number(item: u32, at: u32) -> f32 {
    if at >= step.goal_channels {
        return 0.0;
    }
    let channel = at % step.source_channels;
    let row = at / step.source_channels % step.source_rows;
    let column = at / step.source_channels / step.source_rows;
    return source(item, i32(row), i32(column), channel / 4u)[channel % 4u];
}

fn made(at: vec3<u32>, row: u32, four: u32, goal_at: u32) -> vec4<f32> {
    let first = 4u * four;
    return vec4<f32>(
        number(at.x, first),
        number(at.x, first + 1u),
        number(at.x, first + 2u),
        number(at.x, first + 3u),
    );
}
