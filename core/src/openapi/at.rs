//! Where in a document we are: a path that lives on the stack and costs nothing until printed.

use std::fmt;

/// A JSON path, as a chain of borrowed steps up to the root.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    parent: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// `$`
    pub(crate) const ROOT: At<'static> = At { parent: None, step: Step::Root };

    /// The member `key` of this object.
    pub(crate) const fn key<'b>(&'b self, key: &'b str) -> At<'b>
    where
        'a: 'b,
    {
        At { parent: Some(self), step: Step::Key(key) }
    }

    /// The element `index` of this array.
    pub(crate) const fn index<'b>(&'b self, index: usize) -> At<'b>
    where
        'a: 'b,
    {
        At { parent: Some(self), step: Step::Index(index) }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => f.write_str("$"),
            Step::Key(key) => write_key(f, key),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// `.name`, or `['any text']` with `'` and `\` escaped.
pub(crate) fn write_key(f: &mut impl fmt::Write, key: &str) -> fmt::Result {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let first = key.chars().next();
    if first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_') && key.chars().all(plain) {
        return write!(f, ".{key}");
    }
    f.write_str("['")?;
    for c in key.chars() {
        if c == '\'' || c == '\\' {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_str("']")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_json_paths() {
        let (paths, pets) = (At::ROOT.key("paths"), "/pets/{petId}");
        let item = paths.key(pets);
        let get = item.key("get");
        assert_eq!(get.key("x-y").to_string(), "$.paths['/pets/{petId}'].get.x-y");
        assert_eq!(get.index(2).to_string(), "$.paths['/pets/{petId}'].get[2]");
        assert_eq!(At::ROOT.key("a'b\\").to_string(), r"$['a\'b\\']");
        assert_eq!(At::ROOT.key("200").to_string(), "$['200']");
    }
}
