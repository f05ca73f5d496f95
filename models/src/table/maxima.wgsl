// The largest that a row counts in each block of 64 rows, for {{QUERIES}} queries.

struct Part {
    // Words of a row, four values each.
    words: u32,
    // Which block of the table is the first one here, and how many the table has.
    first: u32,
    blocks: u32,
    // Which part of the table this is, and which turn of it.
    number: u32,
    turn: u32,
    // Scale and weight of each query.
    measures: array<vec4<f32>, {{QUERIES}}>,
}

// Block by block, word by word, that of each row: what a workgroup reads at once lies together.
@group(0) @binding(0) var<storage, read> values: array<u32>;
// Scale and offset of each row.
@group(0) @binding(1) var<storage, read> measures: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> queries: array<vec4<i32>>;
@group(0) @binding(3) var<uniform> part: Part;
// Query by query those of all blocks, as bits of an f32; then of each part the turn that it has seen.
@group(0) @binding(4) var<storage, read_write> maxima: array<u32>;

var<workgroup> counts: array<f32, 64>;

fn largest(row: u32, count: f32) -> f32 {
    counts[row] = count;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if row < half {
            counts[row] = max(counts[row], counts[row + half]);
        }
        workgroupBarrier();
    }
    let found = counts[0];
    workgroupBarrier();
    return found;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) row: u32) {
    let start = group.x * part.words * 64u + row;
    //#each q QUERIES
    var product$q = 0;
    //#end
    for (var word = 0u; word < part.words; word += 1u) {
        let packed = vec4<i32>(bitcast<i32>(values[start + 64u * word]));
        // The lowest byte first, each with its sign.
        let four = (packed << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u);
        //#each q QUERIES
        product$q += dot(four, queries[$qu * part.words + word]);
        //#end
    }
    let measure = measures[64u * group.x + row];
    let block = part.first + group.x;
    //#each q QUERIES
    let count$q = f32(product$q) * measure.x * part.measures[$q].x + measure.y * part.measures[$q].y;
    let largest$q = largest(row, count$q);
    if row == 0u {
        maxima[$qu * part.blocks + block] = bitcast<u32>(largest$q);
    }
    //#end
    if group.x == 0u && row == 0u {
        maxima[{{QUERIES}}u * part.blocks + part.number] = part.turn;
    }
}
