//! Path and verb to method, with AWS's precedence (aws-facts 120 to 124).
//!
//! * A static segment wins over `{param}`, `{param}` over `{greedy+}`; a dead end below one choice
//!   goes back to the next (120, 123). A resource without methods does not exist.
//! * The resource is chosen by its path alone. When it lacks the verb and `ANY`, only the greedy
//!   parameters beside it and above it, on the same branch, may answer instead (121).
//! * Slashes at the front and one at the end do not count; an empty segment inside matches nothing
//!   but a greedy parameter (122).
//! * Segments are compared as sent. No escape is decoded, not even of unreserved characters:
//!   `/p%65ts` is an unknown path, and a back end cannot read another path than was matched.
//! * A path with a `.` or `..` segment, escaped or not, is unknown: such a path could leave the
//!   part of the back end that a greedy parameter exposes.
//!
//! A look-up allocates nothing and visits each node of the trie at most once.

mod build;
mod fit;
#[cfg(test)]
mod model;
mod ranges;

pub use build::{Route, path_parameters};
pub use fit::{fit, placeholders};
pub use ranges::PathRanges;

use crate::snapshot::MethodIx;

/// No node, no resource, no method.
const NONE: u32 = u32::MAX;

/// Routes of one stage.
#[derive(Debug, Default)]
pub struct Router {
    /// The trie; the first node is the root. Empty: no route at all.
    nodes: Box<[Node]>,
    /// Verbs of a resource, by [`Verb`].
    resources: Box<[[u32; Verb::COUNT]]>,
    /// Open-addressed table of the static children, by parent and segment; a power of two long.
    table: Box<[u32]>,
    /// Texts of all static segments.
    text: Box<[u8]>,
}

/// One position in the trie.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The node above; [`NONE`] for the root and for parameters, which no table entry leads to.
    parent: u32,
    /// Segment, a range of [`Router::text`].
    text_start: u32,
    text_len: u32,
    /// The child that takes any one segment.
    param: u32,
    /// Resource of the greedy child.
    greedy: u32,
    /// Resource of this node.
    resource: u32,
}

/// Verbs AWS knows; `ANY` stands for every one of them, and for no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Patch,
    Options,
    Any,
}

impl Verb {
    const COUNT: usize = 8;

    /// Case-sensitive (RFC 9110 section 9.1).
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "DELETE" => Self::Delete,
            "PATCH" => Self::Patch,
            "OPTIONS" => Self::Options,
            _ => return None,
        })
    }
}

/// What a part of the trie has for a path.
enum Found {
    Nothing,
    /// A resource, but not this verb.
    OtherVerbs,
    Method(u32),
}

/// One look-up.
struct Search<'r> {
    router: &'r Router,
    /// From the first to the last byte that counts.
    path: &'r [u8],
    verb: Verb,
}

impl Router {
    /// Finds the method that answers `verb` on `path`, which is the part of the request path after
    /// the stage, as sent.
    ///
    /// Fills `params` with the path parameters in the order of the template, as ranges of `path`.
    #[must_use]
    pub fn find(&self, path: &[u8], verb: &str, params: &mut PathRanges) -> Option<MethodIx> {
        params.truncate(0);
        let verb = Verb::of(verb)?;
        if self.nodes.is_empty() || path.len() > usize::from(u16::MAX) {
            return None;
        }
        let start = path.iter().position(|&byte| byte != b'/').unwrap_or(path.len());
        let path = if start < path.len() { path.strip_suffix(b"/").unwrap_or(path) } else { path };
        if has_dot_segment(&path[start..]) {
            return None;
        }
        // One past the end means that no segment is left: the root, when it is so at once.
        let start = if start == path.len() { start + 1 } else { start };
        match (Search { router: self, path, verb }).descend(0, start, params) {
            Found::Method(ix) => Some(MethodIx(ix)),
            Found::Nothing | Found::OtherVerbs => None,
        }
    }

    fn static_child(&self, parent: u32, segment: &[u8]) -> Option<u32> {
        let mask = self.table.len().checked_sub(1)?;
        let mut at = build::slot(parent, segment, mask);
        loop {
            let child = self.table[at];
            if child == NONE {
                return None;
            }
            let node = &self.nodes[child as usize];
            if node.parent == parent && self.segment(node) == segment {
                return Some(child);
            }
            at = (at + 1) & mask;
        }
    }

    fn segment(&self, node: &Node) -> &[u8] {
        let start = node.text_start as usize;
        &self.text[start..start + node.text_len as usize]
    }

    fn method(&self, resource: u32, verb: Verb) -> Found {
        if resource == NONE {
            return Found::Nothing;
        }
        let verbs = &self.resources[resource as usize];
        let own = verbs[verb as usize];
        let method = if own == NONE { verbs[Verb::Any as usize] } else { own };
        if method == NONE { Found::OtherVerbs } else { Found::Method(method) }
    }
}

impl Search<'_> {
    /// The best of the trie below `node` for the path from `start`. Recursion is as deep as the
    /// deepest template, [`crate::limits::PATH_SEGMENTS_MAX`].
    fn descend(&self, node: u32, start: usize, params: &mut PathRanges) -> Found {
        let at = &self.router.nodes[node as usize];
        let Some(rest) = self.path.get(start..) else {
            return self.router.method(at.resource, self.verb);
        };
        let end = start + rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
        let segment = &self.path[start..end];
        let held = params.len();
        let mut found = match self.router.static_child(node, segment) {
            Some(child) => self.descend(child, end + 1, params),
            None => Found::Nothing,
        };
        if matches!(found, Found::Nothing) && at.param != NONE && !segment.is_empty() {
            params.push(start, end);
            found = self.descend(at.param, end + 1, params);
        }
        if matches!(found, Found::Method(_)) {
            return found;
        }
        params.truncate(held);
        if at.greedy == NONE || rest.is_empty() {
            return found;
        }
        params.push(start, self.path.len());
        match self.router.method(at.greedy, self.verb) {
            Found::Nothing => found,
            own => own,
        }
    }
}

/// Is there a segment `.` or `..`, with or without `%2e`?
fn has_dot_segment(path: &[u8]) -> bool {
    // Few paths have a segment that starts like one, so this scan is all that most requests pay.
    let suspicious = |segment: &[u8]| match segment {
        [b'.', rest @ ..] => dots_only(rest),
        [b'%', b'2', b'e' | b'E', rest @ ..] => dots_only(rest),
        _ => false,
    };
    path.split(|&byte| byte == b'/').any(suspicious)
}

/// What may follow the first dot of a dot segment.
fn dots_only(rest: &[u8]) -> bool {
    matches!(rest, [] | [b'.'] | [b'%', b'2', b'e' | b'E'])
}
