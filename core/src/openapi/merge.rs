//! PutRestApi: an imported API over the one that is there (aws-facts 272). What stays the same
//! thing keeps its identifier: resources by path; models, validators and authorizers by name.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::PutMode;
use super::documentation;
use super::error::{ImportError, ImportErrorKind};
use super::ids::{LONG, SHORT, distinct};
use super::resources::{Part, parse_part, path_parameters};
use crate::definition::{EndpointConfiguration, Resource, RestApi};
use crate::limits::RESOURCES_PER_API_MAX;

/// The API after PutRestApi. `imported` comes from [`super::import`] with the identifier of
/// `existing`.
///
/// # Errors
/// Paths of both that exclude each other, or more resources than an API may have (merge only).
pub fn merge(
    existing: RestApi,
    mut imported: RestApi,
    mode: PutMode,
) -> Result<RestApi, ImportError> {
    adopt_identifiers(&existing, &mut imported);
    match mode {
        PutMode::Overwrite => Ok(overwritten(existing, imported)),
        PutMode::Merge => merged(existing, imported),
    }
}

/// Only what the document says; the type of the endpoint and documentation versions are no part of
/// one and stay.
fn overwritten(existing: RestApi, imported: RestApi) -> RestApi {
    let endpoint_configuration = imported.endpoint_configuration.or_else(|| {
        let existing = existing.endpoint_configuration?;
        Some(EndpointConfiguration { vpc_endpoint_ids: Vec::new(), ..existing })
    });
    RestApi {
        id: existing.id,
        endpoint_configuration,
        documentation_versions: existing.documentation_versions,
        ..imported
    }
}

fn merged(existing: RestApi, imported: RestApi) -> Result<RestApi, ImportError> {
    let mut binary_media_types = existing.binary_media_types;
    for media_type in imported.binary_media_types {
        if !binary_media_types.contains(&media_type) {
            binary_media_types.push(media_type);
        }
    }
    let parts = &existing.documentation_parts;
    let (documentation_parts, _) = documentation::merged(parts, imported.documentation_parts);
    let mut api = RestApi {
        id: existing.id,
        name: imported.name,
        description: imported.description.or(existing.description),
        version: imported.version.or(existing.version),
        binary_media_types,
        minimum_compression_size: imported
            .minimum_compression_size
            .or(existing.minimum_compression_size),
        api_key_source: match imported.api_key_source {
            source if source != <_>::default() => source,
            _ => existing.api_key_source,
        },
        policy: imported.policy.or(existing.policy),
        endpoint_configuration: imported.endpoint_configuration.or(existing.endpoint_configuration),
        disable_execute_api_endpoint: imported.disable_execute_api_endpoint
            || existing.disable_execute_api_endpoint,
        resources: existing.resources,
        models: existing.models,
        request_validators: existing.request_validators,
        authorizers: existing.authorizers,
        gateway_responses: existing.gateway_responses,
        documentation_parts,
        documentation_versions: existing.documentation_versions,
        warnings: imported.warnings,
    };
    merge_resources(&mut api.resources, imported.resources)?;
    api.models.extend(imported.models);
    api.request_validators.extend(imported.request_validators);
    api.authorizers.extend(imported.authorizers);
    api.gateway_responses.extend(imported.gateway_responses);
    Ok(api)
}

/// A method of the document replaces the one of the same verb; resources come after their parents.
fn merge_resources(
    resources: &mut Vec<Resource>,
    imported: Vec<Resource>,
) -> Result<(), ImportError> {
    let mut places: HashMap<String, usize> =
        resources.iter().enumerate().map(|(at, r)| (r.path.clone(), at)).collect();
    let mut variables: HashMap<(String, bool), String> = HashMap::new();
    let mut greedy = HashSet::new();
    for resource in resources.iter() {
        note_variable(resource, &mut variables, &mut greedy);
    }
    for resource in imported {
        if let Some(at) = places.get(&resource.path) {
            resources[*at].methods.extend(resource.methods);
            continue;
        }
        check(&resource, &variables, &greedy, resources.len())?;
        note_variable(&resource, &mut variables, &mut greedy);
        places.insert(resource.path.clone(), resources.len());
        resources.push(resource);
    }
    Ok(())
}

/// Whether the last part of the path is a variable, and a greedy one.
fn variable(resource: &Resource) -> Option<bool> {
    match parse_part(resource.path_part.as_deref()?) {
        Ok(Part::Parameter(_)) => Some(false),
        Ok(Part::Greedy(_)) => Some(true),
        _ => None,
    }
}

fn note_variable(
    resource: &Resource,
    variables: &mut HashMap<(String, bool), String>,
    greedy: &mut HashSet<String>,
) {
    let (Some(is_greedy), Some(parent), Some(part)) =
        (variable(resource), &resource.parent_id, &resource.path_part)
    else {
        return;
    };
    variables.insert((parent.clone(), is_greedy), part.clone());
    if is_greedy {
        greedy.insert(resource.id.clone());
    }
}

fn check(
    resource: &Resource,
    variables: &HashMap<(String, bool), String>,
    greedy: &HashSet<String>,
    count: usize,
) -> Result<(), ImportError> {
    let parent = resource.parent_id.clone().unwrap_or_default();
    let sibling =
        variable(resource).and_then(|is_greedy| variables.get(&(parent.clone(), is_greedy)));
    let reason = if let Some(sibling) = sibling {
        format!(
            "A sibling ({sibling}) of this resource already has a variable path part -- only one \
             is allowed"
        )
    } else if greedy.contains(&parent) {
        let parameter = path_parameters(&resource.path).last().unwrap_or_default().to_owned();
        format!("Cannot create a child of a resource with a greedy path variable: {parameter}")
    } else if count >= RESOURCES_PER_API_MAX {
        format!("An API has at most {RESOURCES_PER_API_MAX} resources")
    } else {
        return Ok(());
    };
    let path = &resource.path;
    let text = format!("Unable to create resource at path '{path}': {reason}");
    let place = super::at::At::ROOT;
    let place = place.key("paths").key(path).to_string();
    Err(ImportError::new(ImportErrorKind::Definition, place, text))
}

/// Gives what both APIs have the identifier of the existing one, and what is new one that nothing
/// has yet.
fn adopt_identifiers(existing: &RestApi, imported: &mut RestApi) {
    let known: IndexMap<&str, &str> =
        existing.resources.iter().map(|r| (r.path.as_str(), r.id.as_str())).collect();
    let named = imported.resources.iter().map(|r| (r.id.as_str(), r.path.as_str()));
    let resources = renamed(named, &known, LONG);

    let known = existing.models.iter().map(|(name, m)| (name.as_str(), m.id.as_str())).collect();
    let named = imported.models.iter().map(|(name, m)| (m.id.as_str(), name.as_str()));
    let models = renamed(named, &known, SHORT);

    let known = existing.request_validators.values();
    let known = known.map(|v| (v.name.as_str(), v.id.as_str())).collect();
    let named = imported.request_validators.values();
    let validators = renamed(named.map(|v| (v.id.as_str(), v.name.as_str())), &known, SHORT);

    let known = existing.authorizers.values();
    let known = known.map(|a| (a.name.as_str(), a.id.as_str())).collect();
    let named = imported.authorizers.values();
    let authorizers = renamed(named.map(|a| (a.id.as_str(), a.name.as_str())), &known, SHORT);

    for resource in &mut imported.resources {
        rename(&mut resource.id, &resources);
        resource.parent_id.iter_mut().for_each(|id| rename(id, &resources));
        for method in resource.methods.values_mut() {
            method.authorizer_id.iter_mut().for_each(|id| rename(id, &authorizers));
            method.request_validator_id.iter_mut().for_each(|id| rename(id, &validators));
            let namespace = method.integration.as_mut().and_then(|i| i.cache_namespace.as_mut());
            namespace.into_iter().for_each(|id| rename(id, &resources));
        }
    }
    imported.models.values_mut().for_each(|model| rename(&mut model.id, &models));
    rekey(&mut imported.request_validators, &validators, |validator| &mut validator.id);
    rekey(&mut imported.authorizers, &authorizers, |authorizer| &mut authorizer.id);
}

/// Imported identifier to the one it becomes.
fn renamed<'a>(
    imported: impl Iterator<Item = (&'a str, &'a str)>,
    known: &IndexMap<&str, &str>,
    length: usize,
) -> HashMap<String, String> {
    let mut taken: HashSet<String> = known.values().map(|id| (*id).to_owned()).collect();
    let mut renamed = HashMap::new();
    for (id, name) in imported {
        // An identifier made from this name may live on in something that was renamed.
        let new = match known.get(name) {
            Some(same) => (*same).to_owned(),
            None => distinct(id, length, |id| taken.contains(id)),
        };
        taken.insert(new.clone());
        renamed.insert(id.to_owned(), new);
    }
    renamed
}

fn rename(id: &mut String, renamed: &HashMap<String, String>) {
    if let Some(new) = renamed.get(id) {
        id.clone_from(new);
    }
}

fn rekey<T>(
    map: &mut IndexMap<String, T>,
    renamed: &HashMap<String, String>,
    id: fn(&mut T) -> &mut String,
) {
    let entries = std::mem::take(map);
    map.extend(entries.into_iter().map(|(mut key, mut value)| {
        rename(&mut key, renamed);
        rename(id(&mut value), renamed);
        (key, value)
    }));
}
