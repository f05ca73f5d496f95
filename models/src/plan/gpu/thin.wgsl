// A convolution of few places: each thread sums a slice of what one four of channels at one place needs.

const SLICES: u32 = {{SLICES}}u;
const EACH: u32 = 64u / SLICES;

var<workgroup> parts: array<vec4<f32>, 64>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let slice = lane / EACH;
    let index = (group.y * groups.x + group.x) * EACH + lane % EACH;
    let row = index / step.goal_fours;
    let four = index % step.goal_fours;
    let exists = row < goal_places();
    var sum = vec4<f32>(0.0);
    if exists {
        for (var k = slice; k < depth(); k += SLICES) {
            sum += term(row, four, k);
        }
    }
    if SLICES > 1u {
        parts[lane] = sum;
        workgroupBarrier();
        for (var other = 1u; other < SLICES && slice == 0u; other++) {
            sum += parts[other * EACH + lane % EACH];
        }
    }
    if exists && slice == 0u {
        finish(row, four, sum);
    }
}
