//! Reads NumPy's uncompressed archives of 32-bit floats.

/// The values of the array `name` in an archive; `None` unless it is there, stored as it is.
pub(crate) fn array(archive: &[u8], name: &str) -> Option<Vec<f32>> {
    const HEADER: usize = 30;
    let word = |at: usize| Some(u16::from_le_bytes(archive.get(at..at + 2)?.try_into().ok()?) as usize);
    let wanted = format!("{name}.npy");
    let mut at = 0;
    while archive.get(at..at + 4)? == b"PK\x03\x04" {
        let stored = word(at + 8)? == 0;
        let (name_len, extra_len) = (word(at + 26)?, word(at + 28)?);
        let found = archive.get(at + HEADER..at + HEADER + name_len)?;
        let data = archive.get(at + HEADER + name_len + extra_len..)?;
        let text_len = u16::from_le_bytes(data.get(8..10)?.try_into().ok()?) as usize;
        let text = std::str::from_utf8(data.get(10..10 + text_len)?).ok()?;
        let len: usize = text[text.find("'shape': (")? + 10..text.rfind(')')?]
            .split(',')
            .filter_map(|dim| dim.trim().parse::<usize>().ok())
            .product();
        let values = data.get(10 + text_len..10 + text_len + 4 * len)?;
        if found == wanted.as_bytes() {
            let read = |value: &[u8]| Some(f32::from_le_bytes(value.try_into().ok()?));
            return if stored && text.contains("<f4") {
                values.chunks_exact(4).map(read).collect()
            } else {
                None
            };
        }
        at += HEADER + name_len + extra_len + 10 + text_len + values.len();
    }
    None
}
