//! What a caller hands in: borrowed planes of a picture, and the regions to look at.

/// The longest side a picture may have, in pixels.
const SIDE_MAX: u32 = 16_384;

/// The layout of a picture's planes, 8 bits a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelFormat {
    /// Y plane, then U and V planes of half the width and height (rounded up).
    I420,
    /// Y plane, then one plane of interleaved U and V of half the height (rounded up).
    Nv12,
    /// One plane of interleaved red, green, blue.
    Rgb24,
    /// One plane of luma, taken as full-range grey.
    Gray8,
}

/// A picture whose planes are borrowed from whoever decoded it.
#[derive(Clone, Copy)]
pub struct Picture<'a> {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// How the planes are to be read.
    pub format: PixelFormat,
    /// The planes; those the format doesn't have are empty.
    pub planes: [&'a [u8]; 3],
    /// Bytes from one row to the next, per plane.
    pub strides: [usize; 3],
    /// YUV only: luma spans 0..=255 (JPEG) instead of 16..=235 (video).
    pub full_range: bool,
    /// YUV only: BT.709 coefficients (HD video) instead of BT.601.
    pub bt709: bool,
}

impl<'a> Picture<'a> {
    /// A picture of tightly packed RGB, 3 bytes a pixel.
    pub fn rgb24(width: u32, height: u32, pixels: &'a [u8]) -> Self {
        Self {
            width,
            height,
            format: PixelFormat::Rgb24,
            planes: [pixels, &[], &[]],
            strides: [width as usize * 3, 0, 0],
            full_range: true,
            bt709: false,
        }
    }

    /// A picture of tightly packed grey, 1 byte a pixel.
    pub fn gray8(width: u32, height: u32, pixels: &'a [u8]) -> Self {
        Self {
            format: PixelFormat::Gray8,
            strides: [width as usize, 0, 0],
            ..Self::rgb24(width, height, pixels)
        }
    }
}

impl Picture<'_> {
    /// Says what is wrong with the size, planes and strides, if anything.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if self.width == 0 || self.height == 0 {
            return Err("it has no pixels");
        }
        if self.width > SIDE_MAX || self.height > SIDE_MAX {
            return Err("a side is longer than 16384 pixels");
        }
        for ((row_len, rows), (plane, stride)) in
            self.layout().into_iter().zip(self.planes.iter().zip(self.strides))
        {
            if rows == 0 {
                continue;
            }
            if stride < row_len {
                return Err("a stride is shorter than its row");
            }
            let needed = stride.checked_mul(rows - 1).and_then(|skipped| skipped.checked_add(row_len));
            if needed.is_none_or(|needed| plane.len() < needed) {
                return Err("a plane is shorter than its rows");
            }
        }
        Ok(())
    }

    /// Bytes of each plane from its first pixel to its last. The picture has passed its check.
    pub(super) fn lens(&self) -> [usize; 3] {
        let (layout, strides) = (self.layout(), self.strides);
        [0, 1, 2].map(|plane| match layout[plane] {
            (_, 0) => 0,
            (row_len, rows) => strides[plane] * (rows - 1) + row_len,
        })
    }

    /// Where each plane begins when one lies behind another, in bytes, each at a whole word of four. The picture has passed its
    /// check.
    pub(super) fn places(&self) -> [usize; 3] {
        let [first, second, _] = self.lens().map(|len| len.next_multiple_of(4));
        [0, first, first + second]
    }

    /// Bytes in a row and number of rows, per plane.
    fn layout(&self) -> [(usize, usize); 3] {
        let (width, height) = (self.width as usize, self.height as usize);
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        match self.format {
            PixelFormat::I420 => [(width, height), (half_width, half_height), (half_width, half_height)],
            PixelFormat::Nv12 => [(width, height), (2 * half_width, half_height), (0, 0)],
            PixelFormat::Rgb24 => [(3 * width, height), (0, 0), (0, 0)],
            PixelFormat::Gray8 => [(width, height), (0, 0), (0, 0)],
        }
    }
}

/// One place in one picture that a network is to look at.
///
/// `affine` is a row-major 2×3 matrix from input pixel to picture pixel: for column `x` and row `y` of the network's input the
/// sampled point is `(a0·x + a1·y + a2, a3·x + a4·y + a5)`. Integer coordinates are pixel centres. Sampling is
/// bilinear; whatever lies outside the picture is black.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// Index into the pictures of the same call.
    pub picture: usize,
    /// Network-input pixel to picture pixel.
    pub affine: [f32; 6],
}

impl Region {
    /// The whole of a picture, scaled to fit `input` and centred, with black on the two short sides.
    pub fn letterbox(picture: usize, size: [u32; 2], input: [usize; 2]) -> Self {
        let [width, height] = size.map(|side| side as f32);
        let [input_width, input_height] = input.map(|side| side as f32);
        let scale = (width / input_width).max(height / input_height);
        let x = (width - 1.0) / 2.0 - scale * (input_width - 1.0) / 2.0;
        let y = (height - 1.0) / 2.0 - scale * (input_height - 1.0) / 2.0;
        Self { picture, affine: [scale, 0.0, x, 0.0, scale, y] }
    }
}
