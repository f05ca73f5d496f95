//! What the original networks answered to a portrait, from the file that comes with the weights.

use std::path::Path;

use serde_json::Value;

/// One recorded output, for example `face-mesh.points`.
pub(crate) fn tensor(name: &str) -> Vec<f32> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/weights/reference.safetensors");
    let bytes = std::fs::read(file).expect("the recording lies beside the weights");
    let (length, rest) = bytes.split_first_chunk().expect("a length comes first");
    let (index, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let index: Value = serde_json::from_slice(index).expect("then an index");
    let place =
        |side: usize| index[name]["data_offsets"][side].as_u64().expect("the recording has it") as usize;
    let values = data[place(0)..place(1)].chunks_exact(4);
    values.map(|value| f32::from_le_bytes(value.try_into().expect("four bytes"))).collect()
}
