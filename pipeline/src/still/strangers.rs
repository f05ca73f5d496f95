//! Pictures with bytes changed anywhere: each is decoded within the limits or refused, and nothing panics. `PROPTEST_CASES` says how many.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

const LIMITS: StillLimits = StillLimits { side_px_max: 1024, pixels_max: 1 << 20, alloc_bytes_max: 16 << 20 };

/// A file with some bytes changed, and perhaps its end cut off.
fn changed(file: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    (prop::collection::vec((any::<Index>(), any::<u8>()), 0..12), prop::option::of(any::<Index>())).prop_map(
        move |(changes, end)| {
            let mut bytes = file.to_vec();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(end.map_or(bytes.len(), |end| end.index(file.len())));
            bytes
        },
    )
}

fn is_within(still: &Still) -> bool {
    let pixels = u64::from(still.width()) * u64::from(still.height());
    pixels <= LIMITS.pixels_max && still.rgb().len() as u64 == pixels * 3
}

proptest! {
    #[test]
    fn a_changed_jpeg_is_decoded_or_refused(bytes in changed(include_bytes!("../../assets/eileen-collins.jpg"))) {
        prop_assert!(decode(&bytes, &LIMITS).map_or(true, |still| is_within(&still)));
    }

    #[test]
    fn a_changed_jpeg_2000_is_decoded_or_refused(bytes in changed(include_bytes!("../../assets/eileen-collins.jp2"))) {
        prop_assert!(decode_jpeg2000(&bytes, &LIMITS).map_or(true, |still| is_within(&still)));
    }

    #[test]
    fn any_bytes_are_a_picture_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(decode(&bytes, &LIMITS).map_or(true, |still| is_within(&still)));
    }
}
