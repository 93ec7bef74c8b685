//! Axes: what range they span, where their ticks are, and how a tick is written.
//!
//! A logarithmic axis is drawn as a linear one over the decimal logarithms, so that the rest of the
//! drawing knows only one kind.

use super::Error;

/// How values become lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// From 0, or from the lowest value when that is negative.
    Linear,
    /// Decimal logarithm; values must be above 0.
    Log,
}

/// One axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// What it shows, with the unit.
    pub label: String,
    /// How.
    pub scale: Scale,
}

/// Ticks of a linear axis, about.
const TICKS: f64 = 6.0;
/// Below so many decades a logarithmic axis also has ticks at 2 and 5.
const DECADES_WITH_STEPS: f64 = 2.5;

impl Axis {
    /// A linear one.
    pub fn linear(label: &str) -> Self {
        Self { label: label.to_owned(), scale: Scale::Linear }
    }

    /// A logarithmic one.
    pub fn log(label: &str) -> Self {
        Self { label: label.to_owned(), scale: Scale::Log }
    }

    /// The axis over all of `values`.
    pub(super) fn span(&self, values: impl IntoIterator<Item = f64>) -> Result<Span, Error> {
        let mut range: Option<(f64, f64)> = None;
        for value in values {
            let at = self.scale.position(value)?;
            let (low, high) = range.unwrap_or((at, at));
            range = Some((low.min(at), high.max(at)));
        }
        let (low, high) = range.ok_or(Error::Empty)?;
        Ok(match self.scale {
            Scale::Linear => linear(low.min(0.0), high),
            Scale::Log => logarithmic(low, high),
        })
    }
}

impl Scale {
    /// Where `value` is drawn.
    pub(super) fn position(self, value: f64) -> Result<f64, Error> {
        let position = match self {
            Self::Linear => value,
            Self::Log => value.log10(),
        };
        if position.is_finite() { Ok(position) } else { Err(Error::Value(value.to_string())) }
    }

    /// How the tick at `position` is written.
    pub(super) fn text(self, position: f64) -> String {
        match self {
            Self::Linear => number(position),
            Self::Log => number(10_f64.powf(position)),
        }
    }
}

/// Positions from end to end, and those of the ticks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) ticks: Vec<f64>,
}

fn linear(low: f64, high: f64) -> Span {
    let length = if high > low { high - low } else { 1.0 };
    let rough = length / TICKS;
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * power);
    let step = steps.into_iter().find(|step| *step >= rough * 0.999).unwrap_or(rough);
    let first = (low / step).floor();
    let count = ((low + length) / step - first - 1e-9).ceil().max(1.0);
    // Bounded: `step` is at least a sixth of the length.
    let ticks: Vec<f64> = (0..=count as u32).map(|n| (first + f64::from(n)) * step).collect();
    Span { start: first * step, end: (first + count) * step, ticks }
}

fn logarithmic(low: f64, high: f64) -> Span {
    // A single value still gets some width.
    let (low, high) = if high - low < 0.1 { (low - 0.15, high + 0.15) } else { (low, high) };
    let steps: &[f64] = if high - low <= DECADES_WITH_STEPS { &[1.0, 2.0, 5.0] } else { &[1.0] };
    // Bounded: finite values of f64 lie within 632 decades.
    let decades = (low.floor() as i32 - 1)..=(high.ceil() as i32 + 1);
    let all: Vec<f64> = decades
        .flat_map(|decade| steps.iter().map(move |step| f64::from(decade) + step.log10()))
        .collect();
    let start = all.iter().copied().rfind(|tick| *tick <= low + 1e-9).unwrap_or(low);
    let end = all.iter().copied().find(|tick| *tick >= high - 1e-9).unwrap_or(high);
    let ticks = all.into_iter().filter(|tick| (start..=end).contains(tick)).collect();
    Span { start, end, ticks }
}

/// A number in few letters: `0.25`, `12.5`, `9000`, `40k`, `2M`.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    let (scaled, unit) = match size {
        1e9.. => (value / 1e9, "G"),
        1e6.. => (value / 1e6, "M"),
        1e4.. => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let decimals = match scaled.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    let text = format!("{scaled:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text.as_str()
    };
    format!("{}{unit}", if text == "-0" { "0" } else { text })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers() {
        for (value, expect) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.25, "0.25"),
            (12.5, "12.5"),
            (9000.0, "9000"),
            (40_000.0, "40k"),
            (2_500_000.0, "2.5M"),
            (-3.0, "-3"),
            (100.0, "100"),
        ] {
            assert_eq!(number(value), expect);
        }
    }

    #[test]
    fn ticks_are_round_numbers() {
        let span = Axis::linear("us").span([2.5, 11.9]).unwrap();
        assert_eq!(span.ticks, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]);
        let span = Axis::log("connections").span([1.0, 10_000.0]).unwrap();
        assert_eq!(span.ticks, [0.0, 1.0, 2.0, 3.0, 4.0]);
        let span = Axis::log("us").span([30.0, 400.0]).unwrap();
        let ticks: Vec<_> = span.ticks.iter().map(|tick| Scale::Log.text(*tick)).collect();
        assert_eq!(ticks, ["20", "50", "100", "200", "500"]);
    }

    #[test]
    fn what_has_no_place_is_refused() {
        assert_eq!(Axis::linear("x").span([]), Err(Error::Empty));
        assert_eq!(Axis::log("x").span([0.0]), Err(Error::Value("0".into())));
        assert_eq!(Axis::log("x").span([-1.0]), Err(Error::Value("-1".into())));
        assert_eq!(Axis::linear("x").span([f64::NAN]), Err(Error::Value("NaN".into())));
    }

    proptest! {
        #[test]
        fn every_value_lies_between_few_ticks(
            values in prop::collection::vec(1e-6..1e9_f64, 1..20),
            log: bool,
        ) {
            let axis = if log { Axis::log("x") } else { Axis::linear("x") };
            let span = axis.span(values.clone()).unwrap();
            let slack = (span.end - span.start) * 1e-6;
            for value in values {
                let at = axis.scale.position(value).unwrap();
                let lies = span.start - slack <= at && at <= span.end + slack;
                prop_assert!(lies, "{value}: {span:?}");
            }
            prop_assert!((2..=17).contains(&span.ticks.len()), "{span:?}");
            prop_assert!(span.ticks.windows(2).all(|pair| pair[0] < pair[1]), "{span:?}");
        }
    }
}
