//! Horizontal bars over names, grouped, each with its value and range.

use plotters::chart::ChartBuilder;
use plotters::element::{Circle, DashedPathElement, EmptyElement, PathElement, Rectangle, Text};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::{Axis, Scale, Span, number};
use super::canvas::{self, Grounds, failed, paint, tick_text};
use super::paint::{FAINT, GRID, INK, TEXT, colour, text};
use super::{Error, Mark};

/// One value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The value, a median as a rule.
    pub value: f64,
    /// Lowest seen.
    pub low: f64,
    /// Highest seen.
    pub high: f64,
}

/// The bars of one colour.
#[derive(Clone, Debug, PartialEq)]
pub struct BarSeries {
    /// For the legend.
    pub name: String,
    /// One for each group, `None` where there is no value; missing ones at the end count as `None`.
    pub bars: Vec<Option<Bar>>,
}

/// A chart of bars. On a logarithmic axis, where a bar would have no foot, dots take their place.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// What it shows.
    pub title: String,
    /// Of the values.
    pub axis: Axis,
    /// Names from the top down.
    pub groups: Vec<String>,
    /// One colour each, in the order within a group.
    pub series: Vec<BarSeries>,
    /// Values to hold the bars against.
    pub marks: Vec<Mark>,
}

/// Height of a bar with its gap; between groups, in bars; of what is not bars.
const ROW: u32 = 18;
const GAP: f64 = 0.7;
const BESIDES: u32 = 84;

/// A bar at its place, counted in bars from the bottom.
struct Placed {
    series: usize,
    at: f64,
    bar: Bar,
}

impl Bars {
    /// The chart as one `<svg>` element.
    ///
    /// Errors when there is no bar, when a value cannot be drawn on its axis, and when there are
    /// more than eight series.
    pub fn svg(&self) -> Result<String, Error> {
        let has = |series: &BarSeries| series.bars.iter().any(Option::is_some);
        let drawn = self.series.iter().enumerate().filter(|(_, series)| has(series));
        let names: Vec<_> = drawn.map(|(place, series)| (place, series.name.as_str())).collect();
        let (placed, labels, rows) = self.layout();
        let values = placed.iter().flat_map(|Placed { bar, .. }| [bar.value, bar.low, bar.high]);
        let marks = self.marks.iter().map(|mark| mark.at);
        if placed.is_empty() {
            return Err(Error::Empty);
        }
        let span = self.axis.span(values.chain(marks))?;
        let height = BESIDES + (rows * f64::from(ROW)) as u32;
        paint(&self.title, &names, height, |area| self.draw(area, &span, &placed, &labels, rows))
    }

    /// Every bar's place, every group's middle, and the height of all.
    fn layout(&self) -> (Vec<Placed>, Vec<(f64, &str)>, f64) {
        let (mut placed, mut labels, mut depth) = (Vec::new(), Vec::new(), GAP / 2.0);
        for (group, name) in self.groups.iter().enumerate() {
            let top = depth;
            for (series, of) in self.series.iter().enumerate() {
                if let Some(bar) = of.bars.get(group).copied().flatten() {
                    placed.push(Placed { series, at: depth + 0.5, bar });
                    depth += 1.0;
                }
            }
            if depth > top {
                labels.push((f64::midpoint(top, depth), name.as_str()));
                depth += GAP;
            }
        }
        let rows = depth - GAP / 2.0;
        placed.iter_mut().for_each(|placed| placed.at = rows - placed.at);
        labels.iter_mut().for_each(|(at, _)| *at = rows - *at);
        (placed, labels, rows)
    }

    fn draw(
        &self,
        area: &canvas::Area<'_>,
        span: &Span,
        placed: &[Placed],
        labels: &[(f64, &str)],
        rows: f64,
    ) -> Result<(), Error> {
        let widest = labels.iter().map(|(_, name)| canvas::width(name)).max().unwrap_or(0);
        let middles: Vec<f64> = labels.iter().map(|(at, _)| *at).collect();
        let named = |at: &f64| {
            let label = labels.iter().find(|(middle, _)| middle == at);
            label.map_or_else(String::new, |(_, name)| (*name).to_owned())
        };
        let mut chart = ChartBuilder::on(area)
            .margin(14)
            // Room for the value beside the longest bar.
            .margin_right(64)
            .x_label_area_size(46)
            .y_label_area_size(widest + 14)
            .build_cartesian_2d(span.clone(), Span { start: 0.0, end: rows, ticks: middles })
            .map_err(failed)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .light_line_style(GRID)
            .bold_line_style(GRID)
            .axis_style(FAINT)
            .x_desc(&self.axis.label)
            .x_label_style(tick_text())
            .y_label_style(text(TEXT, INK))
            .axis_desc_style(text(TEXT, INK))
            .x_label_formatter(&|position| self.axis.scale.text(*position))
            .y_label_formatter(&named)
            .draw()
            .map_err(failed)?;
        let area = chart.plotting_area();
        placed.iter().try_for_each(|placed| self.draw_bar(area, span, placed))?;
        self.marks.iter().try_for_each(|mark| self.draw_mark(area, mark, rows))
    }

    fn draw_bar(&self, area: &Grounds<'_>, span: &Span, placed: &Placed) -> Result<(), Error> {
        let Placed { series, at, bar } = *placed;
        let position = |value| self.axis.scale.position(value);
        let (value, colour) = (position(bar.value)?, colour(series));
        match self.axis.scale {
            Scale::Linear => {
                let foot = 0.0_f64.clamp(span.start, span.end);
                let corners = [(foot, at - 0.38), (value, at + 0.38)];
                area.draw(&Rectangle::new(corners, colour.mix(0.85).filled()))
            }
            Scale::Log => area.draw(&Circle::new((value, at), 5, colour.filled())),
        }
        .map_err(failed)?;
        if bar.low < bar.high {
            let (low, high) = (position(bar.low)?, position(bar.high)?);
            let style = INK.stroke_width(1);
            area.draw(&PathElement::new(vec![(low, at), (high, at)], style)).map_err(failed)?;
            for end in [low, high] {
                let cap = vec![(end, at - 0.2), (end, at + 0.2)];
                area.draw(&PathElement::new(cap, style)).map_err(failed)?;
            }
        }
        let beside = position(bar.value.max(bar.high))?;
        let style = text(TEXT - 2, FAINT).pos(Pos::new(HPos::Left, VPos::Center));
        let label = EmptyElement::at((beside, at)) + Text::new(number(bar.value), (8, 0), style);
        area.draw(&label).map_err(failed)
    }

    fn draw_mark(&self, area: &Grounds<'_>, mark: &Mark, rows: f64) -> Result<(), Error> {
        let at = self.axis.scale.position(mark.at)?;
        let line = DashedPathElement::new([(at, 0.0), (at, rows)], 5, 4, FAINT);
        area.draw(&line).map_err(failed)?;
        let style = text(TEXT - 2, FAINT).pos(Pos::new(HPos::Center, VPos::Bottom));
        let label = EmptyElement::at((at, rows)) + Text::new(mark.label.clone(), (0, -1), style);
        area.draw(&label).map_err(failed)
    }
}
