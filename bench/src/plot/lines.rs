//! Lines over a quantity: a value with its range at each point.

use plotters::chart::ChartBuilder;
use plotters::element::{
    Circle, Cross, DashedPathElement, EmptyElement, PathElement, Text, TriangleMarker,
};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::{Axis, Span};
use super::canvas::{self, Grounds, failed, paint, tick_text};
use super::paint::{FAINT, GRID, INK, TEXT, colour, text};
use super::{Error, Mark};

/// One measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// At what.
    pub x: f64,
    /// The value, a median as a rule.
    pub y: f64,
    /// Lowest seen.
    pub low: f64,
    /// Highest seen.
    pub high: f64,
}

impl Point {
    /// One without a range.
    pub fn of(x: f64, y: f64) -> Self {
        Self { x, y, low: y, high: y }
    }
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// For the legend.
    pub name: String,
    /// Drawn by ascending `x`, in whatever order they come.
    pub points: Vec<Point>,
}

/// A chart of lines, with whiskers where a point has a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// What it shows.
    pub title: String,
    /// Of the quantity.
    pub x: Axis,
    /// Of the values.
    pub y: Axis,
    /// One colour each; those without points are left out of the drawing.
    pub series: Vec<Series>,
    /// Values of `y` to hold the lines against.
    pub marks: Vec<Mark>,
}

const HEIGHT: u32 = 360;

impl Lines {
    /// The chart as one `<svg>` element.
    ///
    /// Errors when there is no point, when a value cannot be drawn on its axis, and when there are
    /// more than eight series.
    pub fn svg(&self) -> Result<String, Error> {
        let drawn = self.series.iter().enumerate().filter(|(_, series)| !series.points.is_empty());
        let names: Vec<_> = drawn.map(|(place, series)| (place, series.name.as_str())).collect();
        let points = || self.series.iter().flat_map(|series| &series.points);
        let x = self.x.span(points().map(|point| point.x))?;
        let marks = self.marks.iter().map(|mark| mark.at);
        let values = points().flat_map(|point| [point.y, point.low, point.high]);
        let y = self.y.span(values.chain(marks))?;
        paint(&self.title, &names, HEIGHT, |area| self.draw(area, &x, &y))
    }

    fn draw(&self, area: &canvas::Area<'_>, x: &Span, y: &Span) -> Result<(), Error> {
        let mut chart = ChartBuilder::on(area)
            .margin(14)
            .margin_right(30)
            .x_label_area_size(46)
            .y_label_area_size(66)
            .build_cartesian_2d(x.clone(), y.clone())
            .map_err(failed)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(GRID)
            .bold_line_style(GRID)
            .axis_style(FAINT)
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .label_style(tick_text())
            .axis_desc_style(text(TEXT, INK))
            .x_label_formatter(&|position| self.x.scale.text(*position))
            .y_label_formatter(&|position| self.y.scale.text(*position))
            .draw()
            .map_err(failed)?;
        let area = chart.plotting_area();
        for mark in &self.marks {
            self.draw_mark(area, mark, x)?;
        }
        for (index, series) in self.series.iter().enumerate() {
            self.draw_series(area, index, series)?;
        }
        Ok(())
    }

    fn draw_mark(&self, area: &Grounds<'_>, mark: &Mark, x: &Span) -> Result<(), Error> {
        let at = self.y.scale.position(mark.at)?;
        let ends = [(x.start, at), (x.end, at)];
        let line = DashedPathElement::new(ends, 6, 4, FAINT);
        area.draw(&line).map_err(failed)?;
        let style = text(TEXT - 1, FAINT).pos(Pos::new(HPos::Right, VPos::Bottom));
        let label = EmptyElement::at((x.end, at)) + Text::new(mark.label.clone(), (-4, -2), style);
        area.draw(&label).map_err(failed)
    }

    fn draw_series(&self, area: &Grounds<'_>, index: usize, series: &Series) -> Result<(), Error> {
        let colour = colour(index);
        let mut points = series.points.clone();
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        let mut line = Vec::with_capacity(points.len());
        for point in &points {
            let x = self.x.scale.position(point.x)?;
            let y = |value| self.y.scale.position(value);
            line.push((x, y(point.y)?));
            if point.low < point.high {
                let ends = vec![(x, y(point.low)?), (x, y(point.high)?)];
                let whisker = PathElement::new(ends, colour.mix(0.55).stroke_width(2));
                area.draw(&whisker).map_err(failed)?;
            }
        }
        let path = PathElement::new(line.clone(), colour.stroke_width(2));
        area.draw(&path).map_err(failed)?;
        line.into_iter().try_for_each(|at| marker(area, index, at))
    }
}

/// A shape by the place of the series, so that colour is not the only difference.
fn marker(area: &Grounds<'_>, index: usize, at: (f64, f64)) -> Result<(), Error> {
    let style = colour(index);
    match index % 4 {
        0 => area.draw(&Circle::new(at, 4, style.filled())),
        1 => area.draw(&TriangleMarker::new(at, 5, style.filled())),
        2 => area.draw(&Cross::new(at, 4, style.stroke_width(2))),
        _ => area.draw(&Circle::new(at, 4, style.stroke_width(2))),
    }
    .map_err(failed)
}
