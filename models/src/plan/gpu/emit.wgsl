// A value into an answer, from `first` on; with the flag through the sigmoid.

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = (group.y * groups.x + group.x) * 64u + lane;
    let numbers = step.source_rows * step.source_columns * step.source_channels;
    if index >= batch.items * numbers {
        return;
    }
    let item = index / numbers;
    let within = index % numbers;
    let channel = within % step.source_channels;
    let at = (item * step.source_rows * step.source_columns + within / step.source_channels) * step.source_fours;
    let number = load(step.source * batch.items + at + channel / 4u)[channel % 4u];
    let emitted = select(number, 1.0 / (1.0 + exp(-number)), step.flag == 1u);
    // The answers lie one behind another, each with all its items.
    answers[step.goal * batch.items + item * step.answer_len + step.first + within] = emitted;
}
