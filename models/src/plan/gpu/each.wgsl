// One thread for each four of channels of the target.

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = (group.y * groups.x + group.x) * 64u + lane;
    let row = index / step.goal_fours;
    let four = index % step.goal_fours;
    if row < goal_places() {
        let at = step.goal * batch.items + row * step.goal_fours + four;
        store(at, made(place(row), row, four, at));
    }
}
