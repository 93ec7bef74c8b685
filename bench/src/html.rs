//! A page of results: one file without scripts and without references to anything outside it.
//!
//! Knows nothing of what is measured: facts, headings, tables, charts and notes go in.

use crate::table::Table;

/// What stands under a heading.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Plain words.
    Text(String),
    /// A table.
    Table(Table),
    /// An `<svg>` element.
    Chart(String),
    /// Sentences of equal weight.
    Notes(Vec<String>),
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// What all figures have in common: names and values.
    pub facts: Vec<(String, String)>,
    /// Headings and what stands under them.
    pub parts: Vec<(String, Vec<Block>)>,
}

/// Text as it may stand in an element or a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

const STYLE: &str = "
:root { color-scheme: light; }
body { margin: 0; background: #f4f5f7; color: #282c34; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1500px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 26px; margin: 8px 0 16px; }
h2 { font-size: 19px; margin: 34px 0 10px; }
dl, .card { background: #fff; border: 1px solid #e1e4e8; border-radius: 8px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 20px; margin: 0;
     padding: 14px 18px; font-size: 14px; }
dt { color: #5f6670; }
dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
.card { padding: 6px 10px; margin: 12px 0; overflow-x: auto; }
svg { display: block; width: 100%; max-width: 900px; height: auto; margin: 0 auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px;
        font-variant-numeric: tabular-nums; }
th, td { padding: 5px 7px; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; }
th { color: #5f6670; font-weight: 600; border-bottom: 2px solid #e1e4e8; }
tbody tr + tr td { border-top: 1px solid #eef0f2; }
tbody tr:hover td { background: #f6f8fa; }
.good { color: #00704f; } .bad { color: #b23c00; }
ul { padding-left: 22px; } li { margin: 4px 0; }
";

impl Page {
    /// The whole document.
    pub fn html(&self) -> String {
        let title = escape(&self.title);
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<dl>\n"
        );
        for (name, value) in &self.facts {
            html.push_str(&format!("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value)));
        }
        html.push_str("</dl>\n");
        for (heading, blocks) in &self.parts {
            html.push_str(&format!("<h2>{}</h2>\n", escape(heading)));
            blocks.iter().for_each(|block| html.push_str(&block.html()));
        }
        html + "</main>\n</body>\n</html>\n"
    }
}

impl Block {
    fn html(&self) -> String {
        match self {
            Self::Text(text) => format!("<p>{}</p>\n", escape(text)),
            Self::Table(table) => format!("<div class=\"card\">\n{}</div>\n", table.html()),
            Self::Chart(svg) => format!("<div class=\"card\">\n{svg}</div>\n"),
            Self::Notes(notes) => {
                let items = notes.iter().map(|note| format!("<li>{}</li>\n", escape(note)));
                format!("<ul>\n{}</ul>\n", items.collect::<String>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stands_alone_and_trusts_no_text() {
        let page = Page {
            title: "a < b".into(),
            facts: vec![("machine".into(), "<script>".into())],
            parts: vec![(
                "Figures".into(),
                vec![Block::Text("x & y".into()), Block::Notes(vec!["'quoted'".into()])],
            )],
        };
        let html = page.html();
        for part in ["<h1>a &lt; b</h1>", "&lt;script&gt;", "x &amp; y", "&#39;quoted&#39;"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        for outside in ["<script", "http:", "https:", "href", "src=", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}: {html}");
        }
    }
}
