//! Charts as SVG text: lines over a quantity, and bars over names.
//!
//! Takes plain values and knows nothing of what they measure. A chart is one `<svg>` element
//! without scripts or references, so it is a file of its own as well as a part of an HTML page.
//!
//! ```
//! use ringway_bench::plot::{Axis, Lines, Point, Series};
//!
//! let points = vec![Point::of(1.0, 20.1), Point { x: 10.0, y: 8.2, low: 8.0, high: 8.9 }];
//! let chart = Lines {
//!     title: "CPU time a request".into(),
//!     x: Axis::log("connections"),
//!     y: Axis::linear("us"),
//!     series: vec![Series { name: "ringway".into(), points }],
//!     marks: Vec::new(),
//! };
//! assert!(chart.svg().unwrap().starts_with("<svg"));
//! ```

mod axis;
mod bars;
mod canvas;
mod lines;
mod paint;

use std::fmt;

pub use axis::{Axis, Scale};
pub use bars::{Bar, BarSeries, Bars};
pub use lines::{Lines, Point, Series};

/// A value to hold the others against, drawn as a dashed line across the chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where, in the unit of the axis of values.
    pub at: f64,
    /// What it means, a few words.
    pub label: String,
}

/// Why there is no chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no value to draw.
    Empty,
    /// More series than there are colours that can be told apart.
    TooManySeries(usize),
    /// This value cannot be drawn: not finite, or not above zero on a logarithmic axis.
    Value(String),
    /// The drawing library refused.
    Drawing(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a chart without values"),
            Self::TooManySeries(count) => {
                write!(f, "{count} series are more than can be told apart")
            }
            Self::Value(value) => write!(f, "{value} cannot be drawn on its axis"),
            Self::Drawing(error) => write!(f, "cannot draw: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}
