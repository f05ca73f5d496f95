//! Native measures as scores from 0 to 100, by the mappings of ISO/IEC 29794-5:2025 where the measure is the standard's.

use super::component::Component as C;

/// The score of a native measure, 0 (worst) to 100. A measure that is no number scores 0.
pub(super) fn score(component: C, measured: f32) -> u8 {
    let x = f64::from(measured);
    let share = match component {
        C::InterEyeDistance => rising(x, 70.0, 20.0),
        C::HeadSize => 2.0 * falling((x - 0.45).abs(), 0.0, 0.05),
        // Not the standard's: it asks a forest of decision trees. Half of it is reached at twice the variance asked for.
        C::Sharpness => x / (x + 24.0),
        C::LuminanceMean => rising(x / 255.0, 0.2, 0.05) * falling(x / 255.0, 0.8, 0.05),
        C::UnderExposure => 1.2 * (0.832 - rising(x, 0.92, 0.05)),
        C::OverExposure => 0.01 / (x + 0.01),
        C::LuminanceDeviation => {
            let variance = 60.0 * (x / 255.0).powi(2);
            (variance / (variance + 1.0) * std::f64::consts::PI).sin()
        }
        C::DynamicRange => x / 8.0,
        C::IlluminationUniformity => x.powf(0.3),
        // Beyond a right angle the square of the cosine would rise again.
        C::Yaw | C::Pitch | C::Roll => x.abs().min(90.0).to_radians().cos().powi(2),
        // Lengths of the eye and the mouth themselves, where the standard takes the head's.
        C::EyesOpen => rising(x, 0.1, 0.03),
        C::EyesVisible => rising(x, 0.3, 0.1),
        C::MouthClosed => falling(x, 0.4, 0.1),
        C::ExpressionNeutrality => falling(x, 0.7, 0.05),
        C::FacePresence | C::DetectionConfidence => x,
        C::Outside => 1.0 - x,
        C::LeftwardCrop | C::RightwardCrop => rising(x, 0.9, 0.1),
        C::MarginAbove => rising(x, 1.4, 0.1),
        C::MarginBelow => rising(x, 1.8, 0.1),
    };
    // A cast takes what is no number to 0.
    (100.0 * share).round().clamp(0.0, 100.0) as u8
}

/// A half at `middle`, nearly one some `width`s above it.
fn rising(x: f64, middle: f64, width: f64) -> f64 {
    1.0 / (1.0 + ((middle - x) / width).exp())
}

/// A half at `middle`, nearly nothing some `width`s above it.
fn falling(x: f64, middle: f64, width: f64) -> f64 {
    1.0 - rising(x, middle, width)
}
