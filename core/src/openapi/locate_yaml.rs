//! A JSON path in YAML text, by the events of the parser that serde-saphyr uses.

use serde_saphyr::granit_parser::{self, Event, Parser, Span};

use super::json::Position;
use super::locate::PathStep;
use crate::limits::DEFINITION_DEPTH_MAX;

enum Frame {
    Sequence {
        index: usize,
    },
    /// `key` is false between a key and the end of its value.
    Mapping {
        key: bool,
    },
}

struct Search<'p> {
    path: &'p [PathStep],
    /// Open collections; the first `matched + 1` lie on the path.
    stack: Vec<Frame>,
    matched: usize,
    found: Option<Position>,
}

/// The position of the deepest existing ancestor of `path`: of its key, or of an element.
pub(super) fn find(text: &str, path: &[PathStep]) -> Option<Position> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: DEFINITION_DEPTH_MAX,
        block_nesting_limit: DEFINITION_DEPTH_MAX,
    };
    let mut search = Search { path, stack: Vec::new(), matched: 0, found: None };
    for next in Parser::new_from_str_with_options(text, options) {
        // Broken text has been found up to here.
        let Ok((event, span)) = next else { break };
        if !search.event(&event, span) || search.matched == path.len() && search.found.is_some() {
            break;
        }
    }
    search.found
}

fn start(span: Span) -> Position {
    (span.start.line() as u32, span.start.col() as u32 + 1)
}

impl Search<'_> {
    /// False once the rest of the path cannot be there any more.
    fn event(&mut self, event: &Event<'_>, span: Span) -> bool {
        match event {
            Event::Scalar(text, ..) => {
                let is_key = matches!(self.stack.last(), Some(Frame::Mapping { key: true }));
                if is_key { self.key(text, span) } else { self.node(span) && self.node_end() }
            }
            Event::Alias(_) => self.node(span) && self.node_end(),
            Event::SequenceStart(..) => {
                let go = self.node(span);
                self.stack.push(Frame::Sequence { index: 0 });
                go
            }
            Event::MappingStart(..) => {
                let go = self.node(span);
                self.stack.push(Frame::Mapping { key: true });
                go
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.stack.pop();
                self.stack.len() > self.matched && self.node_end()
            }
            _ => true,
        }
    }

    fn on_path(&self) -> bool {
        self.stack.len() == self.matched + 1
    }

    fn key(&mut self, text: &str, span: Span) -> bool {
        if self.on_path() && self.path.get(self.matched).is_some_and(|step| step.is_key(text)) {
            self.found = Some(start(span));
            self.matched += 1;
        }
        if let Some(Frame::Mapping { key }) = self.stack.last_mut() {
            *key = false;
        }
        true
    }

    /// A value begins: the root, an element, the value of a member, or a key that is no scalar.
    fn node(&mut self, span: Span) -> bool {
        if self.stack.is_empty() && self.found.is_none() {
            self.found = Some(start(span));
        }
        if self.on_path()
            && let Some(Frame::Sequence { index }) = self.stack.last()
            && self.path.get(self.matched).is_some_and(|step| step.is_index(*index))
        {
            self.found = Some(start(span));
            self.matched += 1;
        }
        true
    }

    /// A value ends. When it was the one the path leads through, the search is over.
    fn node_end(&mut self) -> bool {
        match self.stack.last_mut() {
            Some(Frame::Sequence { index }) => *index += 1,
            Some(Frame::Mapping { key }) => *key = !*key,
            None => return false,
        }
        self.stack.len() > self.matched
    }
}
