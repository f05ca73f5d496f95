// The mean of each channel: one workgroup for each four of channels of an item.

var<workgroup> parts: array<vec4<f32>, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let places = step.source_rows * step.source_columns;
    let first = step.source * batch.items + group.y * places * step.source_fours + group.x;
    var sum = vec4<f32>(0.0);
    for (var at = lane; at < places; at += 64u) {
        sum += load(first + at * step.source_fours);
    }
    parts[lane] = sum;
    workgroupBarrier();
    if lane == 0u {
        for (var other = 1u; other < 64u; other++) {
            sum += parts[other];
        }
        store(step.goal * batch.items + group.y * step.goal_fours + group.x, sum / f32(places));
    }
}
