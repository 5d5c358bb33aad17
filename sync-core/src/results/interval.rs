//! How sure a share or a ratio is: 95 % intervals.
//!
//! Wilson, E. B. (1927) for a share; Katz and others (1978), on the logarithm, for a ratio of two shares. Does not
//! decide what may be shown.

use serde::{Deserialize, Serialize};

/// The quantile of the normal distribution that leaves 2.5 % above it.
pub const RATIO_Z: f64 = 1.959_963_984_540_054;

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Interval {
    /// The number itself.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 people")]
fn float(count: u64) -> f64 {
    count as f64
}

/// The share `some` of `all`, with Wilson's interval; none of nobody.
#[must_use]
pub fn wilson(some: u64, all: u64) -> Option<Interval> {
    if all == 0 || some > all {
        return None;
    }
    let (n, p, z) = (float(all), float(some) / float(all), RATIO_Z);
    let widened = 1.0 + z * z / n;
    let middle = (p + z * z / (2.0 * n)) / widened;
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt() / widened;
    Some(Interval { value: p, low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
}

/// The share `one` in proportion to the share `other`, with Katz's interval on the logarithm; none where one of
/// them is zero, since a logarithm has no zero.
#[must_use]
pub fn ratio(one: (u64, u64), other: (u64, u64)) -> Option<Interval> {
    let ((x1, n1), (x2, n2)) = (one, other);
    if x1 == 0 || x2 == 0 || x1 > n1 || x2 > n2 {
        return None;
    }
    let value = (float(x1) / float(n1)) / (float(x2) / float(n2));
    let variance = 1.0 / float(x1) - 1.0 / float(n1) + 1.0 / float(x2) - 1.0 / float(n2);
    let half = RATIO_Z * variance.max(0.0).sqrt();
    Some(Interval { value, low: (value.ln() - half).exp(), high: (value.ln() + half).exp() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: f64, other: f64) {
        assert!((one - other).abs() < 1e-6, "{one} is not {other}");
    }

    #[test]
    fn a_share_has_the_interval_that_text_books_print() {
        // Computed apart, with Python; the shares are those of Newcombe (1998), method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (some, all, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let found = wilson(some, all).expect("somebody is there");
            assert!((found.low - low).abs() < 6e-5 && (found.high - high).abs() < 6e-5, "{found:?}");
        }
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(2, 1), None);
    }

    #[test]
    fn a_ratio_has_the_interval_on_the_logarithm() {
        let found = ratio((26, 36), (201, 248)).expect("both are there");
        near(found.value, 0.891_100_055_279);
        near(found.low, 0.721_346_783_634);
        near(found.high, 1.100_801_066_191);
        assert_eq!(ratio((0, 36), (201, 248)), None);
        let same = ratio((5, 5), (7, 7)).expect("both are there");
        assert_eq!((same.value, same.low, same.high), (1.0, 1.0, 1.0));
    }
}
