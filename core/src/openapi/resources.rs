//! Paths to resources: every intermediate one exists, parents come before children, and siblings
//! do not contradict each other (aws-facts 40, 43).

use std::collections::HashMap;

use super::ids::{Ids, LONG};
use crate::definition::Resource;
use crate::limits::{
    PATH_PARAMETERS_MAX, PATH_SEGMENTS_MAX, REQUEST_HEAD_BYTES_MAX, RESOURCES_PER_API_MAX,
};

/// The resources of an API that is being imported.
pub(crate) struct Resources {
    list: Vec<Resource>,
    /// Child of a resource by path part.
    children: HashMap<(usize, String), usize>,
    /// The one `{param}` and the one `{greedy+}` child of a resource.
    variables: HashMap<(usize, bool), String>,
}

/// A path part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// `pets`
    Static,
    /// `{petId}`
    Parameter(&'a str),
    /// `{proxy+}`
    Greedy(&'a str),
}

impl Resources {
    /// Only the root.
    pub(crate) fn new(ids: &mut Ids) -> Self {
        let root = Resource {
            id: ids.take("resource", "/", LONG),
            path: "/".into(),
            ..Resource::default()
        };
        Self { list: vec![root], children: HashMap::new(), variables: HashMap::new() }
    }

    /// The index of the resource at a path (which begins with `/`), made with its ancestors when
    /// it is not there. Errors are AWS's sentences.
    pub(crate) fn at_path(&mut self, path: &str, ids: &mut Ids) -> Result<usize, String> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        if path.trim_matches('/').is_empty() {
            return Ok(0);
        }
        let mut parent = 0;
        for part in parts {
            parent = self.child(parent, part, ids)?;
        }
        Ok(parent)
    }

    fn child(&mut self, parent: usize, part: &str, ids: &mut Ids) -> Result<usize, String> {
        if let Some(&child) = self.children.get(&(parent, part.to_owned())) {
            return Ok(child);
        }
        let place = variable_place(parent, part);
        let sibling = place.and_then(|place| self.variables.get(&place));
        check_child(&self.list[parent].path, sibling.map(String::as_str), part)?;
        if let Some(place) = place {
            self.variables.insert(place, part.to_owned());
        }
        if self.list.len() >= RESOURCES_PER_API_MAX {
            return Err(format!("An API has at most {RESOURCES_PER_API_MAX} resources"));
        }
        let above = &self.list[parent];
        let path = format!("{}/{part}", above.path.trim_end_matches('/'));
        let resource = Resource {
            id: ids.take("resource", &path, LONG),
            parent_id: Some(above.id.clone()),
            path_part: Some(part.to_owned()),
            path,
            ..Resource::default()
        };
        let child = self.list.len();
        self.list.push(resource);
        self.children.insert((parent, part.to_owned()), child);
        Ok(child)
    }

    /// The resource at an index that [`Self::at_path`] gave.
    pub(crate) fn resource(&mut self, index: usize) -> &mut Resource {
        &mut self.list[index]
    }

    /// All, parents first.
    pub(crate) fn into_list(self) -> Vec<Resource> {
        self.list
    }
}

fn variable_place(parent: usize, part: &str) -> Option<(usize, bool)> {
    match parse_part(part) {
        Ok(Part::Parameter(_)) => Some((parent, false)),
        Ok(Part::Greedy(_)) => Some((parent, true)),
        Ok(Part::Static) | Err(_) => None,
    }
}

/// Whether a resource with this path part may be a child of the resource at `parent`, beside
/// siblings with these path parts.
///
/// # Errors
/// It may not: AWS's sentence.
pub fn check_child<'s>(
    parent: &str,
    siblings: impl IntoIterator<Item = &'s str>,
    part: &str,
) -> Result<(), String> {
    let kind = parse_part(part)?;
    if parent.len() + part.len() >= REQUEST_HEAD_BYTES_MAX {
        return Err(format!("Resource paths have at most {REQUEST_HEAD_BYTES_MAX} bytes"));
    }
    if parent.split('/').filter(|part| !part.is_empty()).count() >= PATH_SEGMENTS_MAX {
        return Err(format!("Resource paths have at most {PATH_SEGMENTS_MAX} parts"));
    }
    check_ancestors(parent, kind)?;
    let same = |sibling: &&str| match (kind, parse_part(sibling)) {
        (Part::Parameter(_), Ok(Part::Parameter(_))) | (Part::Greedy(_), Ok(Part::Greedy(_))) => {
            true
        }
        (Part::Static | Part::Parameter(_) | Part::Greedy(_), _) => false,
    };
    match siblings.into_iter().find(same) {
        None => Ok(()),
        Some(sibling) => Err(format!(
            "A sibling ({sibling}) of this resource already has a variable path part -- only one \
             is allowed"
        )),
    }
}

fn check_ancestors(parent: &str, kind: Part<'_>) -> Result<(), String> {
    let above = parent.rsplit('/').next().unwrap_or_default();
    if let Ok(Part::Greedy(_)) = parse_part(above) {
        return Err(format!(
            "Cannot create a child of a resource with a greedy path variable: {above}"
        ));
    }
    let (Part::Parameter(name) | Part::Greedy(name)) = kind else { return Ok(()) };
    let mut count = 0;
    for other in path_parameters(parent) {
        count += 1;
        if other == name {
            return Err(format!("Path parameter {{{name}}} occurs twice in the path"));
        }
    }
    if count >= PATH_PARAMETERS_MAX {
        return Err(format!("Resource paths have at most {PATH_PARAMETERS_MAX} parameters"));
    }
    Ok(())
}

/// The names in braces of a path, in order, without the `+` of greedy ones.
pub(crate) fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| match parse_part(part) {
        Ok(Part::Parameter(name) | Part::Greedy(name)) => Some(name),
        _ => None,
    })
}

pub(crate) fn parse_part(part: &str) -> Result<Part<'_>, String> {
    const WRONG: &str = "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path \
                         variable and curly braces at the beginning and the end.";
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-:".contains(c);
    let braced = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let (name, kind): (&str, fn(&str) -> Part<'_>) = match braced {
        None => (part, |_| Part::Static),
        Some(inner) => match inner.strip_suffix('+') {
            None => (inner, |name| Part::Parameter(name)),
            Some(name) => (name, |name| Part::Greedy(name)),
        },
    };
    // Commas are allowed in plain parts (developer guide, "important notes").
    let fits = |c: char| plain(c) || (braced.is_none() && c == ',');
    if name.is_empty() || !name.chars().all(fits) { Err(WRONG.into()) } else { Ok(kind(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(paths: &[&str]) -> Result<Vec<String>, String> {
        let mut ids = Ids::new("api");
        let mut resources = Resources::new(&mut ids);
        for path in paths {
            resources.at_path(path, &mut ids)?;
        }
        Ok(resources.into_list().into_iter().map(|r| r.path).collect())
    }

    #[test]
    fn makes_intermediate_resources_once() {
        assert_eq!(
            import(&["/a/{b}/c", "/", "/a/{b}", "/a/x/"]),
            Ok(["/", "/a", "/a/{b}", "/a/{b}/c", "/a/x"].map(String::from).to_vec())
        );
    }

    #[test]
    fn greedy_lives_beside_parameter_and_static() {
        assert!(import(&["/a/{b}", "/a/{any+}", "/a/c", "/{proxy+}"]).is_ok());
    }

    #[test]
    fn refuses_what_aws_refuses() {
        let sibling = import(&["/user/{bizId}/x", "/user/{userId}/fans"]);
        assert_eq!(
            sibling.expect_err("refused"),
            "A sibling ({bizId}) of this resource already has a variable path part -- only one \
             is allowed"
        );
        for path in ["/a b", "/{}", "/{+}", "/x{y}", "/{a}b", "/{a+b}", "/a//b", "/{a/b}", "/é"] {
            assert!(
                import(&[path]).expect_err("refused").starts_with("Resource's path part only"),
                "{path}"
            );
        }
        assert!(import(&["/{proxy+}/x"]).expect_err("refused").contains("greedy"));
        assert!(import(&["/{a}/{a}"]).expect_err("refused").contains("twice"));
        let deep = "/x".repeat(PATH_SEGMENTS_MAX + 1);
        assert!(import(&[&deep]).is_err());
    }
}
