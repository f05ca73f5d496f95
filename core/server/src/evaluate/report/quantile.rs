//! Normal deviates: the axis on which two normal distributions trade their errors along a straight line.

/// The value below which a share `p` of the standard normal distribution lies; infinite at 0 and 1, NaN beyond.
///
/// P. J. Acklam's rational approximation (2003): the relative error stays below 1.2e-9.
pub fn normal(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
        1.0,
    ];
    /// Below this, and above 1 less this, lie the tails.
    const TAIL: f64 = 0.024_25;
    let tail = |share: f64| {
        let q = (-2.0 * share.ln()).sqrt();
        polynomial(&C, q) / polynomial(&D, q)
    };
    match p {
        p if !(0.0..=1.0).contains(&p) => f64::NAN,
        0.0 => f64::NEG_INFINITY,
        1.0 => f64::INFINITY,
        p if p < TAIL => tail(p),
        p if p > 1.0 - TAIL => -tail(1.0 - p),
        p => {
            let (q, r) = (p - 0.5, (p - 0.5) * (p - 0.5));
            polynomial(&A, r) * q / polynomial(&B, r)
        }
    }
}

/// Horner's rule, the highest power first.
fn polynomial(factors: &[f64], x: f64) -> f64 {
    factors.iter().fold(0.0, |sum, factor| sum * x + factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_quantiles_are_met() {
        for (p, expected) in [
            (0.5, 0.0),
            (0.975, 1.959_963_985),
            (0.025, -1.959_963_985),
            (0.841_344_746_068_543, 1.0),
            (1e-4, -3.719_016_485),
            (1e-6, -4.753_424_309),
            (0.999_999, 4.753_424_309),
        ] {
            assert!((normal(p) - expected).abs() < 1e-7, "{p}: {}", normal(p));
        }
        assert_eq!((normal(0.0), normal(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(normal(-0.1).is_nan() && normal(1.1).is_nan() && normal(f64::NAN).is_nan());
    }
}
