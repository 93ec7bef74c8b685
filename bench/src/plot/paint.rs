//! Colours, sizes and styles of text.

use plotters::style::{Color, FontFamily, IntoFont, RGBColor, TextStyle};

/// Okabe and Ito's palette, which people with any kind of colour blindness can tell apart; its
/// yellow, too pale on white, is grey here.
const PALETTE: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(60, 60, 60),
    RGBColor(140, 140, 140),
];

/// Series that can be told apart.
pub(super) const SERIES_MAX: usize = PALETTE.len();
/// Text and whiskers.
pub(super) const INK: RGBColor = RGBColor(40, 44, 52);
/// Labels of ticks and marks.
pub(super) const FAINT: RGBColor = RGBColor(95, 102, 112);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(225, 228, 232);

/// Height of ordinary text; of a title.
pub(super) const TEXT: u32 = 15;
pub(super) const TITLE: u32 = 19;
/// Width of a letter of ordinary text, about.
pub(super) const LETTER: u32 = 7;

/// The colour of a series by its place; callers bound the place by [`SERIES_MAX`].
pub(super) fn colour(series: usize) -> RGBColor {
    PALETTE[series % PALETTE.len()]
}

pub(super) fn text(size: u32, colour: RGBColor) -> TextStyle<'static> {
    (FontFamily::SansSerif, size).into_font().color(&colour.to_rgba())
}
