// A dense convolution as a matrix product, by tiles: each workgroup brings a block of the source and of the weights into
// its own memory and makes 8 * ROWS places by 8 * FOURS fours of channels of it. What is between `#each` and `#end` is
// written out so many times: drivers do not unroll loops that they must bound.

const TILE_ROWS: u32 = 8u * {{ROWS}}u;
const TILE_FOURS: u32 = 8u * {{FOURS}}u;
const DEPTH: u32 = 4u;

var<workgroup> sources: array<vec4<f32>, DEPTH * TILE_ROWS>;
var<workgroup> factors: array<vec4<f32>, 4u * DEPTH * TILE_FOURS>;

fn source_or_zero(row: u32, k: u32) -> vec4<f32> {
    if k >= taps() * step.source_fours || row >= goal_places() {
        return vec4<f32>(0.0);
    }
    return seen(row, k);
}

fn factor_or_zero(k: u32, four: u32) -> vec4<f32> {
    if k >= 4u * taps() * step.source_fours || four >= step.goal_fours {
        return vec4<f32>(0.0);
    }
    return weight(step.weights + k * step.goal_fours + four);
}

fn put(row: u32, four: u32, sum: vec4<f32>) {
    if row < goal_places() && four < step.goal_fours {
        finish(row, four, sum);
    }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let depth = taps() * step.source_fours;
    let first_row = group.y * TILE_ROWS;
    let first_four = group.x * TILE_FOURS;
    let lane_row = lane / 8u;
    let lane_four = lane % 8u;
    //#each i ROWS
    //#each j FOURS
    var sum_$i_$j = vec4<f32>(0.0);
    //#end
    //#end
    for (var begin = 0u; begin < depth; begin += DEPTH) {
        //#each l SOURCE_TURNS
        {
            let l = lane + 64u * $lu;
            sources[(l % DEPTH) * TILE_ROWS + l / DEPTH] = source_or_zero(first_row + l / DEPTH, begin + l % DEPTH);
        }
        //#end
        //#each l FACTOR_TURNS
        {
            let l = lane + 64u * $lu;
            factors[l] = factor_or_zero(4u * begin + l / TILE_FOURS, first_four + l % TILE_FOURS);
        }
        //#end
        workgroupBarrier();
        //#each k DEPTH
        {
            //#each i ROWS
            let x_$i = sources[$ku * TILE_ROWS + lane_row + 8u * $iu];
            //#end
            //#each p DEPTH
            //#each j FOURS
            {
                let w = factors[(4u * $ku + $pu) * TILE_FOURS + lane_four + 8u * $ju];
                //#each i ROWS
                sum_$i_$j = fma(vec4<f32>(x_$i[$p]), w, sum_$i_$j);
                //#end
            }
            //#end
            //#end
        }
        //#end
        workgroupBarrier();
    }
    //#each i ROWS
    //#each j FOURS
    put(first_row + lane_row + 8u * $iu, first_four + lane_four + 8u * $ju, sum_$i_$j);
    //#end
    //#end
}
