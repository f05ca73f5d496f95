//! Face recognition by MobileFaceNet.
