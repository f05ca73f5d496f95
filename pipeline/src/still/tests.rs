//! What may come in as a picture, and the name of what may not.

use super::*;

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let rgb: Vec<u8> =
        (0..usize::from(width) * usize::from(height)).flat_map(|i| [i as u8, 90, 200]).collect();
    let mut out = Vec::new();
    jpeg_encoder::Encoder::new(&mut out, 90)
        .encode(&rgb, width, height, jpeg_encoder::ColorType::Rgb)
        .expect("a small picture encodes");
    out
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, height, image::Rgb([10, 20, 30]))
        .write_to(&mut out, image::ImageFormat::Png)
        .expect("a small picture encodes");
    out.into_inner()
}

fn code(bytes: &[u8]) -> &'static str {
    match decode(bytes, &StillLimits::default()) {
        Ok(_) => "ok",
        Err(error) => error.code(),
    }
}

#[test]
fn jpeg_and_png_decode_to_rgb_of_their_size() {
    for bytes in [jpeg(33, 17), png(33, 17)] {
        let still = decode(&bytes, &StillLimits::default()).expect("it is a picture");
        assert_eq!((still.width(), still.height(), still.rgb().len()), (33, 17, 33 * 17 * 3));
    }
    let still = decode(&png(2, 1), &StillLimits::default()).expect("it is a picture");
    assert_eq!(still.rgb(), [10, 20, 30, 10, 20, 30]);
}

#[test]
fn what_is_no_picture_is_named() {
    let rows: &[(&[u8], &str)] = &[
        (b"", "not_a_picture"),
        (b"hello, world", "not_a_picture"),
        (b"GIF89a...", "unsupported"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "unsupported"),
        (b"\0\0\0\x18ftypheic", "unsupported"),
        (b"\xff\xd8", "truncated"),
        (b"\xff\xd8\xff\xe0", "truncated"),
        (b"\xff\xd8\xff\xd9", "truncated"),
        (b"\x89PNG\r\n", "truncated"),
    ];
    for (bytes, expected) in rows {
        assert_eq!(code(bytes), *expected, "{bytes:?}");
    }
}

#[test]
fn a_picture_cut_anywhere_is_never_accepted() {
    for whole in [jpeg(64, 64), png(64, 64)] {
        assert_eq!(code(&whole), "ok");
        for end in 0..whole.len() {
            assert_ne!(code(&whole[..end]), "ok", "cut at {end} of {}", whole.len());
        }
        assert_eq!(code(&whole[..whole.len() * 3 / 4]), "truncated");
    }
}

#[test]
fn a_size_of_zero_is_empty() {
    let mut wide = png(8, 8);
    wide[16..20].fill(0);
    assert_eq!(code(&wide), "empty");

    let mut tall = jpeg(8, 8);
    let frame = tall.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a baseline frame header");
    tall[frame + 5..frame + 7].fill(0);
    assert_eq!(code(&tall), "empty");
}

#[test]
fn a_huge_declared_size_is_refused_before_it_is_allocated() {
    let mut bomb = png(8, 8);
    bomb[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    assert_eq!(code(&bomb), "too_large");

    let limits = StillLimits { pixels_max: 63, ..StillLimits::default() };
    assert!(matches!(decode(&png(8, 8), &limits), Err(StillError::TooLarge { width: 8, height: 8 })));
}

#[test]
fn exif_orientation_turns_the_picture_upright() {
    // Orientation 6: the camera was held so that the stored picture must be turned by 90 degrees.
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let plain = jpeg(32, 16);
    let mut turned = plain[..2].to_vec();
    turned.extend([0xff, 0xe1]);
    turned.extend(u16::try_from(exif.len() + 2).expect("short").to_be_bytes());
    turned.extend(exif);
    turned.extend(&plain[2..]);
    let still = decode(&turned, &StillLimits::default()).expect("it is a picture");
    assert_eq!((still.width(), still.height()), (16, 32));
}

#[test]
fn noise_never_panics() {
    let mut bytes = jpeg(24, 24);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..2_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let at = state as usize % bytes.len();
        bytes[at] = (state >> 32) as u8;
        let _verdict = code(&bytes);
    }
}

#[test]
fn colours_between_pixels_are_mixed_and_those_beyond_the_edge_are_the_edges() {
    let still = Still::from_rgb(2, 2, vec![0, 0, 0, 100, 0, 0, 0, 100, 0, 100, 100, 0]).expect("pixels");
    for (x, y, colour) in [
        (0.0, 0.0, [0, 0, 0]),
        (1.0, 0.0, [100, 0, 0]),
        (0.5, 0.25, [50, 25, 0]),
        (-9.0, 9.0, [0, 100, 0]),
        (9.0, -9.0, [100, 0, 0]),
    ] {
        assert_eq!(still.sample(x, y), colour, "{x} {y}");
    }
}
