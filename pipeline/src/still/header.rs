//! Reads size and completeness of a JPEG or PNG from its markers, before a decoder allocates anything.

use super::StillError;

/// Which format the magic bytes announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// ISO 10918.
    Jpeg,
    /// ISO 15948.
    Png,
}

/// What the markers say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// Format by magic bytes.
    pub(crate) kind: Kind,
    /// Stored width in pixels, before EXIF orientation.
    pub(crate) width: u32,
    /// Stored height in pixels, before EXIF orientation.
    pub(crate) height: u32,
    /// Whether the end marker is there. Decoders paint what is missing grey instead of failing.
    pub(crate) complete: bool,
}

const PNG_MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

pub(super) fn read(bytes: &[u8]) -> Result<Header, StillError> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => jpeg(bytes),
        _ if bytes.starts_with(PNG_MAGIC) => png(bytes),
        [b'G', b'I', b'F', b'8', ..] => Err(StillError::Unsupported("GIF")),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            Err(StillError::Unsupported("WebP"))
        }
        [b'B', b'M', ..] => Err(StillError::Unsupported("BMP")),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Err(StillError::Unsupported("TIFF")),
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', b'i', ..] => Err(StillError::Unsupported("HEIC")),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => Err(StillError::Unsupported("AVIF")),
        [0xff, 0xd8] | [0xff] => Err(StillError::Truncated),
        _ if !bytes.is_empty() && PNG_MAGIC.starts_with(bytes) => Err(StillError::Truncated),
        _ => Err(StillError::NotAPicture),
    }
}

fn png(bytes: &[u8]) -> Result<Header, StillError> {
    let field =
        |at: usize| -> Option<u32> { Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)) };
    if bytes.len() >= 16 && &bytes[12..16] != b"IHDR" {
        return Err(StillError::NotAPicture);
    }
    let (width, height) = field(16).zip(field(20)).ok_or(StillError::Truncated)?;
    Ok(Header { kind: Kind::Png, width, height, complete: png_ends(bytes) })
}

/// Walks the chunks: complete when IEND lies within the file.
fn png_ends(bytes: &[u8]) -> bool {
    let mut at = PNG_MAGIC.len();
    while let Some(&[a, b, c, d, k0, k1, k2, k3]) = bytes.get(at..at + 8) {
        if [k0, k1, k2, k3] == *b"IEND" {
            return bytes.len() >= at + 12;
        }
        at += 12 + u32::from_be_bytes([a, b, c, d]) as usize;
    }
    false
}

/// Walks the segments up to the first scan; the entropy-coded data after it holds no FF D9 but the real end.
fn jpeg(bytes: &[u8]) -> Result<Header, StillError> {
    let mut size = None;
    let mut at = 2;
    loop {
        let &[0xff, marker] = bytes.get(at..at + 2).ok_or(StillError::Truncated)? else {
            return Err(StillError::NotAPicture);
        };
        match marker {
            0xff => {
                at += 1; // fill byte
                continue;
            }
            0x01 | 0xd0..=0xd7 => {
                at += 2; // stands alone
                continue;
            }
            0xd9 => return Err(StillError::Truncated),
            _ => {}
        }
        let body = bytes.get(at + 2..at + 4).ok_or(StillError::Truncated)?;
        let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
        if length < 2 {
            return Err(StillError::NotAPicture);
        }
        let is_frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            let field = bytes.get(at + 5..at + 9).ok_or(StillError::Truncated)?;
            let height = u32::from(u16::from_be_bytes([field[0], field[1]]));
            let width = u32::from(u16::from_be_bytes([field[2], field[3]]));
            size = Some((width, height));
        }
        at += 2 + length;
        if marker == 0xda {
            let (width, height) = size.ok_or(StillError::NotAPicture)?;
            let complete =
                bytes.get(at..).is_some_and(|scan| scan.windows(2).any(|pair| pair == [0xff, 0xd9]));
            return Ok(Header { kind: Kind::Jpeg, width, height, complete });
        }
    }
}
