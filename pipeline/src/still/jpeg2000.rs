//! JPEG 2000, as pictures lie in identity documents; nobody else sends it.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use super::{Still, StillError, StillLimits};

/// Decodes a JPEG 2000 picture (ISO/IEC 15444-1), a file or a bare codestream, in colour or grey.
///
/// # Errors
/// A [`StillError`] with a stable code. Sizes are checked on the header, before any sample is decoded.
pub fn decode_jpeg2000(bytes: &[u8], limits: &StillLimits) -> Result<Still, StillError> {
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(bytes, &settings).map_err(|_| StillError::NotAPicture)?;
    let (width, height) = (image.width(), image.height());
    limits.check(width, height)?;
    let colours = match image.color_space() {
        ColorSpace::Gray | ColorSpace::Icc { num_channels: 1, .. } => 1,
        ColorSpace::RGB | ColorSpace::Icc { num_channels: 3, .. } => 3,
        _ => return Err(StillError::Unsupported("JPEG 2000 in unusual colours")),
    };
    let channels = colours + usize::from(image.has_alpha());
    let mut context = DecoderContext::default();
    let samples = image.decode(&mut context).map_err(|_| StillError::NotAPicture)?.data_u8();
    let pixels = samples.chunks_exact(channels);
    let rgb = match colours {
        1 => pixels.flat_map(|pixel| [pixel[0]; 3]).collect(),
        _ => pixels.flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect(),
    };
    // Of components that are smaller than the picture there are too few samples.
    Still::from_rgb(width, height, rgb).ok_or(StillError::Unsupported("JPEG 2000 of unequal channels"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::still::decode;

    const COLLINS: &[u8] = include_bytes!("../../assets/eileen-collins.jp2");
    /// Where its pixels lie in the JPEG.
    const LEFT: usize = 144;
    const TOP: usize = 8;

    #[test]
    fn it_looks_like_the_picture_that_it_was_made_of() {
        let found = decode_jpeg2000(COLLINS, &StillLimits::default()).unwrap();
        assert_eq!((found.width(), found.height()), (160, 200));
        let whole =
            decode(include_bytes!("../../assets/eileen-collins.jpg"), &StillLimits::default()).unwrap();
        let rows = whole.rgb().chunks_exact(whole.width() as usize * 3).skip(TOP);
        let cut = rows.flat_map(|row| &row[LEFT * 3..(LEFT + 160) * 3]);
        let sum: u64 = found.rgb().iter().zip(cut).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = sum as f64 / found.rgb().len() as f64;
        assert!(mean < 10.0, "{mean}");
    }

    #[test]
    fn what_is_too_large_cut_or_something_else_is_refused() {
        let small = StillLimits { side_px_max: 100, ..StillLimits::default() };
        assert!(matches!(decode_jpeg2000(COLLINS, &small), Err(StillError::TooLarge { .. })));
        assert!(matches!(
            decode_jpeg2000(b"\xFF\xD8\xFF", &StillLimits::default()),
            Err(StillError::NotAPicture)
        ));
        for length in (0..COLLINS.len()).step_by(97) {
            // Some of it may be enough for a picture; nothing may be a panic.
            let _picture = decode_jpeg2000(&COLLINS[..length], &StillLimits::default());
        }
    }

    #[test]
    fn a_damaged_picture_is_refused_or_decoded_and_no_panic() {
        let mut damaged = COLLINS.to_vec();
        for at in (0..damaged.len()).step_by(13) {
            damaged[at] ^= 0xA5;
            let _picture = decode_jpeg2000(&damaged, &StillLimits::default());
            damaged[at] ^= 0xA5;
        }
    }
}
