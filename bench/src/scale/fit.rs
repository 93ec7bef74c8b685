//! A straight line through measured points: what one more of something costs.

use serde::{Deserialize, Serialize};

/// `y = fixed + each * x`, by least squares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Growth of `y` for one more `x`.
    pub each: f64,
    /// `y` at `x = 0`.
    pub fixed: f64,
    /// Share of the spread of `y` that the line explains, 0 to 1.
    pub fit: f64,
}

/// The line through `points`; `None` unless two of them differ in `x`.
pub(crate) fn line(points: &[(f64, f64)]) -> Option<Line> {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| {
        points.iter().map(|(x, y)| of(x - mean_x, y - mean_y)).sum::<f64>()
    };
    let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
    // NaN, of no points at all, is not above 0 either.
    if xx.is_nan() || xx <= 0.0 {
        return None;
    }
    let each = xy / xx;
    // Points on a level line are explained in full.
    let fit = if yy > 0.0 { xy * xy / (xx * yy) } else { 1.0 };
    Some(Line { each, fixed: mean_y - each * mean_x, fit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(points: &[(f64, f64)], each: f64, fixed: f64, fit: f64) {
        let line = line(points).unwrap();
        for (got, expect) in [(line.each, each), (line.fixed, fixed), (line.fit, fit)] {
            assert!((got - expect).abs() < 1e-9, "{line:?} instead of {each}, {fixed}, {fit}");
        }
    }

    #[test]
    fn points_on_a_line_give_the_line() {
        check(&[(0.0, 100.0), (1000.0, 4100.0), (8000.0, 32_100.0)], 4.0, 100.0, 1.0);
        check(&[(1.0, 7.0), (2.0, 7.0)], 0.0, 7.0, 1.0);
    }

    #[test]
    fn points_beside_it_are_averaged_and_show_in_the_fit() {
        // By hand: both means are 1 and 2, so xx = 2, xy = 1, yy = 2.
        check(&[(0.0, 1.0), (1.0, 3.0), (2.0, 2.0)], 0.5, 1.5, 0.25);
    }

    #[test]
    fn without_two_places_there_is_no_line() {
        assert_eq!(line(&[]), None);
        assert_eq!(line(&[(5.0, 1.0)]), None);
        assert_eq!(line(&[(5.0, 1.0), (5.0, 2.0)]), None);
    }
}
