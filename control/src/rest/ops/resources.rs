//! Resources (<https://docs.aws.amazon.com/apigateway/latest/api/API_Resource.html>). A resource
//! holds its methods; its path follows from its ancestors.

use ringway_core::definition::Resource;
use ringway_core::limits::RESOURCES_PER_API_MAX;
use ringway_core::openapi::check_child;
use serde_json::Value;

use crate::definition::ResourceOutline;
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer, shown};
use crate::rest::input::Input;
use crate::rest::paging::page;
use crate::rest::patch::{self, PatchOperation, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/pathPart", ops: REPLACE, target: Target::Own(path_part) },
        Rule { path: "/parentId", ops: REPLACE, target: Target::Own(parent_id) },
    ],
    wording: Wording::Plain,
};

/// CreateResource.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let api = call.input.required("restApiId").to_owned();
    let parent = call.input.required("parentId");
    let part = call.input.required("pathPart");
    let all = call.tx.list::<ResourceOutline>(&api)?;
    let path = path_below(&all, parent, part, None)?;
    if all.len() >= RESOURCES_PER_API_MAX {
        let text = "Maximum number of resources for this API has been reached";
        return Err(ManagementError::limit_exceeded(text));
    }
    let resource = Resource {
        id: call.long_id()?,
        parent_id: Some(parent.to_owned()),
        path_part: Some(part.to_owned()),
        path,
        ..Resource::default()
    };
    call.tx.put(&api, &resource.id, &resource)?;
    answer(&resource)
}

/// GetResource.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let api = call.input.required("restApiId").to_owned();
    let id = call.input.required("resourceId").to_owned();
    show(call, &api, &id).map(Answer::Json)
}

/// GetResources. Only the page's resources are read.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    let ids = call.tx.ids(Kind::Resource, &api);
    let input = call.input.clone();
    page(&input, ids, |id| show(call, &api, &id))
}

/// UpdateResource: renames or moves a resource; the paths below it follow.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let api = call.input.required("restApiId").to_owned();
    let id = call.input.required("resourceId").to_owned();
    let before: ResourceOutline = call.tx.find(&api, &id)?.ok_or_else(unknown)?;
    let after = patch::patched(&before, &patch::operations(&call.input)?, RULES)?;
    if (&before.parent_id, &before.path_part) != (&after.parent_id, &after.path_part) {
        relocate(call, &api, after)?;
    }
    show(call, &api, &id).map(Answer::Json)
}

/// DeleteResource, with everything below it.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let api = call.input.required("restApiId").to_owned();
    let id = call.input.required("resourceId").to_owned();
    let resource: ResourceOutline = call.tx.find(&api, &id)?.ok_or_else(unknown)?;
    if resource.parent_id.is_none() {
        return Err(ManagementError::bad_request("Root resource cannot be deleted."));
    }
    let all = call.tx.list::<ResourceOutline>(&api)?;
    for below in subtree(&all, &resource) {
        call.tx.remove(Kind::Resource, &api, &below.id);
    }
    Ok(Answer::Empty)
}

/// AWS's 404 for a resource, whether the API or the resource is unknown (aws-facts 9).
pub(super) fn unknown() -> ManagementError {
    ManagementError::not_found("Invalid Resource identifier specified")
}

fn show(call: &mut Call<'_>, api: &str, id: &str) -> Result<Value, ManagementError> {
    if embeds_methods(&call.input) {
        shown(&call.tx.find::<Resource>(api, id)?.ok_or_else(unknown)?)
    } else {
        shown(&call.tx.find::<ResourceOutline>(api, id)?.ok_or_else(unknown)?)
    }
}

fn embeds_methods(input: &Input) -> bool {
    input.list("embed").is_some_and(|names| names.iter().any(|name| name == "methods"))
}

/// The path of a child of `parent`, where `moved` is no sibling of itself.
fn path_below(
    all: &[ResourceOutline],
    parent: &str,
    part: &str,
    moved: Option<&str>,
) -> Result<String, ManagementError> {
    let parent = all.iter().find(|resource| resource.id == parent).ok_or_else(unknown)?;
    let siblings: Vec<&str> = all
        .iter()
        .filter(|other| other.parent_id.as_deref() == Some(&parent.id))
        .filter(|other| Some(other.id.as_str()) != moved)
        .filter_map(|other| other.path_part.as_deref())
        .collect();
    if siblings.contains(&part) {
        let text = format!("Another resource with the same parent already has this name: {part}");
        return Err(ManagementError::conflict(text));
    }
    child_path(&parent.path, siblings, part)
}

fn child_path<'s>(
    parent: &str,
    siblings: impl IntoIterator<Item = &'s str>,
    part: &str,
) -> Result<String, ManagementError> {
    check_child(parent, siblings, part).map_err(ManagementError::bad_request)?;
    Ok(format!("{}/{part}", parent.trim_end_matches('/')))
}

/// A resource and everything below it, parents first.
fn subtree<'a>(all: &'a [ResourceOutline], top: &'a ResourceOutline) -> Vec<&'a ResourceOutline> {
    let mut found = vec![top];
    let mut at = 0;
    while at < found.len() {
        let parent = Some(found[at].id.as_str());
        found.extend(all.iter().filter(|resource| resource.parent_id.as_deref() == parent));
        at += 1;
    }
    found
}

/// Writes a resource at its new place, and what is below it under its new path.
fn relocate(call: &mut Call<'_>, api: &str, moved: ResourceOutline) -> Result<(), ManagementError> {
    let all = call.tx.list::<ResourceOutline>(api)?;
    let before = subtree(&all, &moved);
    let parent = moved.parent_id.as_deref().unwrap_or_default();
    if before.iter().any(|below| below.id == parent) {
        let text = "A resource cannot be moved below itself";
        return Err(ManagementError::bad_request(text));
    }
    let part = moved.path_part.as_deref().unwrap_or_default();
    let mut paths = std::collections::HashMap::new();
    paths.insert(moved.id.as_str(), path_below(&all, parent, part, Some(&moved.id))?);
    for below in &before[1..] {
        let above = below.parent_id.as_deref().and_then(|id| paths.get(id));
        let above = above.ok_or_else(ManagementError::internal)?;
        let part = below.path_part.as_deref().unwrap_or_default();
        let path = child_path(above, [], part)?;
        paths.insert(&below.id, path);
    }
    for (id, path) in paths {
        let mut resource: Resource = call.tx.find(api, id)?.ok_or_else(unknown)?;
        if id == moved.id {
            resource.parent_id.clone_from(&moved.parent_id);
            resource.path_part.clone_from(&moved.path_part);
        }
        resource.path = path;
        call.tx.put(api, id, &resource)?;
    }
    Ok(())
}

fn path_part(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    replace(document, operation, "pathPart")
}

fn parent_id(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    replace(document, operation, "parentId")
}

/// The root has neither member, and gets none (aws-facts 44).
fn replace(
    document: &mut Value,
    operation: &PatchOperation,
    member: &str,
) -> Result<(), ManagementError> {
    match document.get_mut(member) {
        Some(value) => *value = operation.value_text().into(),
        None => {
            let text = format!("Root resource cannot update its {member}.");
            return Err(ManagementError::bad_request(text));
        }
    }
    Ok(())
}
