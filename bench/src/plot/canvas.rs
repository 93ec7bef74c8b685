//! What every chart has: a white ground, a title, and a legend above the drawing.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Rectangle, Text};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, WHITE};

use super::Error;
use super::axis::Span;
use super::paint::{self, INK, LETTER, SERIES_MAX, TEXT, TITLE, colour, text};

/// Width of a chart in pixels; a page scales it.
pub(super) const WIDTH: u32 = 860;
const MARGIN: u32 = 14;
const TITLE_HEIGHT: u32 = 30;
const LEGEND_ROW: u32 = 20;
const SWATCH: u32 = 12;

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub(super) type Plane = Cartesian2d<Span, Span>;
pub(super) type Grounds<'a> = DrawingArea<SVGBackend<'a>, Plane>;

impl Ranged for Span {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (value - self.start) / (self.end - self.start);
        from + (share * f64::from(to - from)).round() as i32
    }

    /// The ticks are chosen by the axis, whatever the room.
    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.start..self.end
    }
}

pub(super) fn failed(error: impl std::fmt::Display) -> Error {
    Error::Drawing(error.to_string())
}

/// Draws title and legend, which takes places and names of the series that have values; hands the
/// area below, `height` pixels high, to `draw`.
pub(super) fn paint(
    title: &str,
    names: &[(usize, &str)],
    height: u32,
    draw: impl FnOnce(&Area<'_>) -> Result<(), Error>,
) -> Result<String, Error> {
    if let Some((last, _)) = names.iter().find(|(series, _)| *series >= SERIES_MAX) {
        return Err(Error::TooManySeries(last + 1));
    }
    // One series needs no legend: the title says what it is.
    let places = if names.len() > 1 { legend(names) } else { Vec::new() };
    let rows = places.last().map_or(0, |(_, row)| row + 1);
    let top = MARGIN + TITLE_HEIGHT + rows * LEGEND_ROW;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, top + height)).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        let (head, body) = root.split_vertically(top);
        let at = (MARGIN as i32, MARGIN as i32);
        head.draw(&Text::new(title.to_owned(), at, text(TITLE, INK))).map_err(failed)?;
        for ((x, row), (series, name)) in places.into_iter().zip(names) {
            let (x, y) = (x as i32, (MARGIN + TITLE_HEIGHT + row * LEGEND_ROW) as i32);
            let swatch = [(x, y), (x + SWATCH as i32, y + SWATCH as i32)];
            let swatch = Rectangle::new(swatch, colour(*series).filled());
            head.draw(&swatch).map_err(failed)?;
            let style = text(TEXT, INK).pos(Pos::new(HPos::Left, VPos::Center));
            let at = (x + SWATCH as i32 + 6, y + SWATCH as i32 / 2);
            head.draw(&Text::new((*name).to_owned(), at, style)).map_err(failed)?;
        }
        draw(&body)?;
        root.present().map_err(failed)?;
    }
    Ok(svg)
}

/// Where each name begins: pixels from the left, and the row.
fn legend(names: &[(usize, &str)]) -> Vec<(u32, u32)> {
    let (mut x, mut row) = (MARGIN, 0);
    let place = |(_, name): &(usize, &str)| {
        let width = SWATCH + 6 + width(name) + 22;
        if x > MARGIN && x + width > WIDTH - MARGIN {
            (x, row) = (MARGIN, row + 1);
        }
        let place = (x, row);
        x += width;
        place
    };
    names.iter().map(place).collect()
}

/// Width of ordinary text in pixels, about: SVG text is measured only where it is shown.
pub(super) fn width(text: &str) -> u32 {
    text.chars().count() as u32 * LETTER
}

/// Small grey text, for ticks.
pub(super) fn tick_text() -> plotters::style::TextStyle<'static> {
    text(TEXT - 1, paint::FAINT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_legend_goes_on_in_the_next_row() {
        let name = "a rather long name of a series";
        let places = legend(&[(0, name); 8]);
        assert_eq!(places[0], (MARGIN, 0));
        assert!(places.last().unwrap().1 >= 2, "{places:?}");
        assert!(places.iter().all(|(x, _)| x + width(name) < WIDTH), "{places:?}");
    }
}
