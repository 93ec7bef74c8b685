//! Templates to trie. Runs once per deployment; refuses what AWS refuses.

use std::collections::HashMap;

use super::{NONE, Node, Router, Verb};
use crate::error::CompileError;
use crate::limits::{PATH_PARAMETERS_MAX, PATH_SEGMENTS_MAX, RESOURCES_PER_API_MAX};
use crate::openapi::at::At;
use crate::snapshot::MethodIx;

/// One method of one resource.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// `/pets/{petId}`, `/{proxy+}`.
    pub template: &'a str,
    /// `GET`, …, or `ANY`.
    pub verb: &'a str,
    /// What the router answers.
    pub method: MethodIx,
}

/// Kind of a segment of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Segment<'a> {
    Static(&'a str),
    Param(&'a str),
    Greedy(&'a str),
}

/// Segments of a template; slashes count as they do in a request path.
pub(super) fn segments(template: &str) -> impl Iterator<Item = Segment<'_>> {
    let inner = template.trim_start_matches('/');
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let parts = inner.split('/').filter(move |_| !inner.is_empty());
    parts.map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(name) => match name.strip_suffix('+') {
            Some(name) => Segment::Greedy(name),
            None => Segment::Param(name),
        },
        None => Segment::Static(part),
    })
}

/// Names of the variables of a template, in its order; greedy ones without `+`.
pub fn path_parameters(template: &str) -> impl Iterator<Item = &str> {
    segments(template).filter_map(|segment| match segment {
        Segment::Static(_) => None,
        Segment::Param(name) | Segment::Greedy(name) => Some(name),
    })
}

/// The seeds are fixed: keys are the customer's own templates, what a client sends is only looked
/// up.
const HASH: ahash::RandomState = ahash::RandomState::with_seeds(
    0x243f_6a88_85a3_08d3,
    0x1319_8a2e_0370_7344,
    0xa409_3822_299f_31d0,
    0x082e_fa98_ec4e_6c89,
);

/// Start of the probe sequence of a static child.
pub(super) fn slot(parent: u32, segment: &[u8], mask: usize) -> usize {
    HASH.hash_one((parent, segment)) as usize & mask
}

impl Router {
    /// Builds the router of a stage.
    ///
    /// # Errors
    /// Templates that cannot stand side by side, or exceed a limit; each is located at its path.
    pub fn build<'a>(
        routes: impl IntoIterator<Item = Route<'a>>,
    ) -> Result<Self, Vec<CompileError>> {
        let mut builder = Builder::new();
        let mut errors = Vec::new();
        for route in routes {
            if let Err(message) = builder.add(&route) {
                let path = At::ROOT.key("paths").key(route.template).to_string();
                errors.push(CompileError::new(path, message));
            }
        }
        if errors.is_empty() { Ok(builder.finish()) } else { Err(errors) }
    }
}

/// The trie while it grows.
struct Builder<'a> {
    nodes: Vec<Node>,
    resources: Vec<[u32; Verb::COUNT]>,
    text: Vec<u8>,
    children: HashMap<(u32, &'a str), u32>,
    /// Name of the variable child of a node: AWS allows one.
    names: HashMap<u32, &'a str>,
    /// Name of the greedy child of a node.
    greedy_names: HashMap<u32, &'a str>,
}

impl<'a> Builder<'a> {
    fn new() -> Self {
        let mut new = Self {
            nodes: Vec::new(),
            resources: Vec::new(),
            text: Vec::new(),
            children: HashMap::new(),
            names: HashMap::new(),
            greedy_names: HashMap::new(),
        };
        new.node(NONE, "");
        new
    }

    fn add(&mut self, route: &Route<'a>) -> Result<(), String> {
        let verb = match route.verb {
            "ANY" => Verb::Any,
            other => Verb::of(other).ok_or_else(|| format!("Invalid HTTP method: {other}"))?,
        };
        check(route.template)?;
        let mut node = 0;
        let mut greedy = false;
        for segment in segments(route.template) {
            match segment {
                Segment::Static(text) => node = self.static_child(node, text),
                Segment::Param(name) => node = self.param_child(node, name)?,
                Segment::Greedy(name) => {
                    only_name(&mut self.greedy_names, node, name)?;
                    greedy = true;
                }
            }
        }
        let resource = self.resource(node, greedy)?;
        let method = &mut self.resources[resource as usize][verb as usize];
        if *method != NONE {
            return Err(format!("{} is defined twice for this path", route.verb));
        }
        *method = route.method.0;
        Ok(())
    }

    fn node(&mut self, parent: u32, text: &str) -> u32 {
        let text_start = self.text.len() as u32;
        self.text.extend_from_slice(text.as_bytes());
        self.nodes.push(Node {
            parent,
            text_start,
            text_len: text.len() as u32,
            param: NONE,
            greedy: NONE,
            resource: NONE,
        });
        self.nodes.len() as u32 - 1
    }

    fn static_child(&mut self, parent: u32, text: &'a str) -> u32 {
        if let Some(&child) = self.children.get(&(parent, text)) {
            return child;
        }
        let child = self.node(parent, text);
        self.children.insert((parent, text), child);
        child
    }

    fn param_child(&mut self, parent: u32, name: &'a str) -> Result<u32, String> {
        only_name(&mut self.names, parent, name)?;
        if self.nodes[parent as usize].param == NONE {
            let child = self.node(NONE, "");
            self.nodes[parent as usize].param = child;
        }
        Ok(self.nodes[parent as usize].param)
    }

    fn resource(&mut self, node: u32, greedy: bool) -> Result<u32, String> {
        let node = &mut self.nodes[node as usize];
        let place = if greedy { &mut node.greedy } else { &mut node.resource };
        if *place == NONE {
            if self.resources.len() == RESOURCES_PER_API_MAX {
                return Err(format!("An API has at most {RESOURCES_PER_API_MAX} resources"));
            }
            *place = self.resources.len() as u32;
            self.resources.push([NONE; Verb::COUNT]);
        }
        Ok(*place)
    }

    fn finish(self) -> Router {
        let slots = (self.children.len() * 2).next_power_of_two().max(2);
        let mut table = vec![NONE; slots].into_boxed_slice();
        for (&(parent, text), &child) in &self.children {
            let mut at = slot(parent, text.as_bytes(), slots - 1);
            while table[at] != NONE {
                at = (at + 1) & (slots - 1);
            }
            table[at] = child;
        }
        Router {
            // Without a method nothing is found, and the empty router answers soonest.
            nodes: if self.resources.is_empty() { Box::default() } else { self.nodes.into() },
            resources: self.resources.into(),
            table,
            text: self.text.into(),
        }
    }
}

/// Two variables side by side could not be told apart.
fn only_name<'a>(
    names: &mut HashMap<u32, &'a str>,
    node: u32,
    name: &'a str,
) -> Result<(), String> {
    let first = *names.entry(node).or_insert(name);
    if first == name {
        return Ok(());
    }
    Err(format!(
        "A sibling ({{{first}}}) of this resource already has a variable path part -- only one is \
         allowed"
    ))
}

/// What is wrong with a template by itself.
fn check(template: &str) -> Result<(), String> {
    let mut names: Vec<&str> = Vec::new();
    let mut greedy = false;
    for (at, segment) in segments(template).enumerate() {
        if at == PATH_SEGMENTS_MAX {
            return Err(format!("A path has at most {PATH_SEGMENTS_MAX} segments"));
        }
        if greedy {
            return Err("Cannot create a child of a resource with a greedy path variable.".into());
        }
        greedy = matches!(segment, Segment::Greedy(_));
        match segment {
            Segment::Static(text) if !is_path_part(text) => {
                return Err(format!(
                    "Path part '{text}' has a character no request path can carry"
                ));
            }
            Segment::Static(_) => {}
            Segment::Param(name) | Segment::Greedy(name) => {
                if name.is_empty() || name.contains(['{', '}']) {
                    return Err("A path variable needs a name without braces".into());
                }
                if names.contains(&name) {
                    return Err(format!("Path variable {name} is there twice"));
                }
                names.push(name);
            }
        }
    }
    if names.len() > PATH_PARAMETERS_MAX {
        return Err(format!("A path has at most {PATH_PARAMETERS_MAX} variables"));
    }
    Ok(())
}

/// One or more `pchar` (RFC 3986 section 3.3), and no dot segment.
fn is_path_part(text: &str) -> bool {
    let path_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&byte);
    !matches!(text, "" | "." | "..") && text.bytes().all(path_byte)
}
