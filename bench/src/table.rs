//! Tables, written once and shown as text and as HTML.

use std::fmt;

use crate::html::escape;

/// A column: its title, and where its text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Words.
    Left(&'static str),
    /// Numbers.
    Right(&'static str),
}

impl Column {
    fn title(self) -> &'static str {
        match self {
            Self::Left(title) | Self::Right(title) => title,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Left(_) => "",
            Self::Right(_) => " class=\"number\"",
        }
    }
}

/// What a cell says about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing.
    #[default]
    Plain,
    /// Reached, better.
    Good,
    /// Missed, worse.
    Bad,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it shows.
    pub text: String,
    /// Its colour in HTML.
    pub tone: Tone,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, tone: Tone::Plain }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// Rows under titles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// One without rows.
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; cells beyond the columns are not shown.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A `<table>` element.
    pub fn html(&self) -> String {
        let titles = self
            .columns
            .iter()
            .map(|column| format!("<th{}>{}</th>", column.class(), escape(column.title())));
        let mut html = format!("<table>\n<thead><tr>{}</tr></thead>\n", titles.collect::<String>());
        html.push_str("<tbody>\n");
        for row in &self.rows {
            let cells = row.iter().zip(&self.columns).map(|(cell, column)| {
                let text = escape(&cell.text);
                let text = match cell.tone {
                    Tone::Plain => text,
                    Tone::Good => format!("<b class=\"good\">{text}</b>"),
                    Tone::Bad => format!("<b class=\"bad\">{text}</b>"),
                };
                format!("<td{}>{text}</td>", column.class())
            });
            html.push_str(&format!("<tr>{}</tr>\n", cells.collect::<String>()));
        }
        html + "</tbody>\n</table>\n"
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = |text: &str| text.chars().count();
        let width = |(index, column): (usize, &Column)| {
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            cells.map(|cell| length(&cell.text)).fold(length(column.title()), usize::max)
        };
        let widths: Vec<usize> = self.columns.iter().enumerate().map(width).collect();
        let line = |texts: &mut dyn Iterator<Item = &str>| {
            let mut line = String::new();
            for ((text, column), width) in texts.zip(&self.columns).zip(&widths) {
                match column {
                    Column::Left(_) => line.push_str(&format!("{text:<width$}  ")),
                    Column::Right(_) => line.push_str(&format!("{text:>width$}  ")),
                }
            }
            line.trim_end().to_owned()
        };
        writeln!(f, "{}", line(&mut self.columns.iter().map(|column| column.title())))?;
        self.rows.iter().try_for_each(|row| {
            writeln!(f, "{}", line(&mut row.iter().map(|cell| cell.text.as_str())))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&[Column::Left("server"), Column::Right("us")]);
        table.push(vec!["ringway".into(), "2.5".into()]);
        table.push(vec!["<x>".into(), Cell { text: "12.5".into(), tone: Tone::Bad }]);
        table
    }

    #[test]
    fn columns_line_up() {
        assert_eq!(table().to_string(), "server     us\nringway   2.5\n<x>      12.5\n");
    }

    #[test]
    fn html_is_escaped_and_toned() {
        let html = table().html();
        assert!(html.contains("<td>&lt;x&gt;</td>"), "{html}");
        assert!(html.contains("<td class=\"number\"><b class=\"bad\">12.5</b></td>"), "{html}");
        assert!(!Table::default().html().contains("<td"), "{html}");
    }
}
