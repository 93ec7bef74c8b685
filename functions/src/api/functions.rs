//! Operations on functions themselves.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::{self, Answer};
use super::operation::query;
use super::unsupported::{self, ARCHITECTURE};
use super::{Call, settings, versions};
use crate::configuration::{Configuration, Wanted};
use crate::error::LambdaError;
use crate::function::Function;
use crate::name::{LATEST, Owner, Reference};
use crate::registry::{Registry, version};
use crate::runtime::{Family, family};
use crate::version::{Code, Version};

/// Entries of one page, also where the caller asks for more.
const PAGE_MAX: usize = 50;
/// What the caller may ask for.
const ASKED_MAX: usize = 10_000;

/// The body of a call.
pub(super) fn body<T: DeserializeOwned>(call: &Call) -> Result<T, LambdaError> {
    let text = if call.body.is_empty() { &b"{}"[..] } else { &call.body };
    serde_json::from_slice(text).map_err(LambdaError::serialization)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    function_name: String,
    #[serde(flatten)]
    wanted: Wanted,
    code: Option<Package>,
    #[serde(default)]
    publish: bool,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// Where code is.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Package {
    zip_file: Option<String>,
    s3_bucket: Option<String>,
    s3_key: Option<String>,
    image_uri: Option<String>,
    publish: bool,
    dry_run: bool,
    revision_id: Option<String>,
}

impl Package {
    fn bytes(&self) -> Result<Vec<u8>, LambdaError> {
        if self.s3_bucket.is_some() || self.s3_key.is_some() {
            return Err(LambdaError::unsupported(
                "Code in S3 (S3Bucket, S3Key); give it as ZipFile",
            ));
        }
        if self.image_uri.is_some() {
            return Err(LambdaError::unsupported(
                "Code in an image (ImageUri); give it as ZipFile",
            ));
        }
        let Some(zip) = &self.zip_file else {
            return Err(LambdaError::invalid_parameter(
                "Please provide a source for function code.",
            ));
        };
        STANDARD.decode(zip).map_err(|_| LambdaError::serialization("ZipFile is not base 64"))
    }
}

/// The function that a call of CreateFunction names.
pub(super) fn named(body: &[u8]) -> Result<Reference, LambdaError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Named {
        function_name: String,
    }
    let Named { function_name } =
        serde_json::from_slice(body).map_err(LambdaError::serialization)?;
    Reference::parse(&function_name, None)
}

/// CreateFunction
pub(super) fn create(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let create: Create = body(call)?;
    unsupported::check(&call.body)?;
    let reference = Reference::parse(&create.function_name, None)?;
    let name = &*reference.name;
    let configuration = Configuration::create(create.wanted)?;
    settings::check_tags(&create.tags)?;
    if registry.find(name).is_some() {
        return Err(LambdaError::conflict(format!("Function already exist: {name}")));
    }
    let package = create.code.unwrap_or_default().bytes()?;
    let code = registry.store().unpack(name, &package)?;
    let mut function = Function {
        name: name.into(),
        latest: version(name, LATEST, configuration, code),
        versions: BTreeMap::new(),
        last_version: 0,
        aliases: BTreeMap::new(),
        policies: BTreeMap::new(),
        reserved: None,
        tags: create.tags,
        is_declared: false,
        in_flight: Default::default(),
    };
    if create.publish {
        function = versions::published(function, None)?;
    }
    let function = registry.create(function)?;
    let shown = function.versions.values().next_back().filter(|_| create.publish);
    let shown = shown.unwrap_or(&function.latest);
    Ok(answer::json(
        StatusCode::CREATED,
        &configuration_of(&registry.host().owner, shown, create.publish),
    ))
}

/// A version as it is shown.
pub(super) fn configuration_of(owner: &Owner, version: &Version, is_qualified: bool) -> Value {
    let Configuration { runtime, handler, role, timeout, memory_size, environment, .. } =
        &version.configuration;
    let Code { sha256, bytes, .. } = &version.code;
    let qualifier = is_qualified.then_some(&*version.number);
    let mut shown = json!({
        "FunctionName": version.name,
        "FunctionArn": owner.arn(&version.name, qualifier).to_string(),
        "Runtime": runtime,
        "Role": role,
        "Handler": handler,
        "CodeSize": bytes,
        "Description": version.description,
        "Timeout": timeout,
        "MemorySize": memory_size,
        "LastModified": version.modified,
        "CodeSha256": sha256,
        "Version": version.number,
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": version.revision,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": [ARCHITECTURE],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {
            "LogFormat": "Text",
            "LogGroup": format!("/aws/lambda/{}", version.name),
        },
    });
    if !environment.is_empty() {
        shown["Environment"] = json!({"Variables": environment});
    }
    if family(runtime) == Some(Family::Provided) && handler.is_empty() {
        shown["Handler"] = Value::Null;
    }
    shown
}

/// One page of what is asked for with Marker and MaxItems, and the marker of the next.
pub(super) fn page(
    call: &Call,
    names: &[String],
) -> Result<(std::ops::Range<usize>, Value), LambdaError> {
    let max = match query(&call.head, "MaxItems").map(|text| text.parse::<usize>()) {
        None => PAGE_MAX,
        Some(Ok(max)) if (1..=ASKED_MAX).contains(&max) => max.min(PAGE_MAX),
        Some(_) => {
            return Err(LambdaError::validation(
                "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: \
                 Member must have value between 1 and 10000",
            ));
        }
    };
    // The marker is the last name seen, so that a page is right whatever changed since.
    let start = match query(&call.head, "Marker") {
        None => 0,
        Some(marker) => {
            let decoded = STANDARD.decode(&marker).ok().and_then(|it| String::from_utf8(it).ok());
            let last = decoded.ok_or_else(|| LambdaError::invalid_parameter("Invalid marker"))?;
            names.partition_point(|name| *name <= last)
        }
    };
    let end = names.len().min(start + max);
    let next = match names.get(start..end).and_then(<[String]>::last) {
        Some(last) if end < names.len() => STANDARD.encode(last).into(),
        _ => Value::Null,
    };
    Ok((start..end, next))
}

/// ListFunctions
pub(super) fn list(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let all = match query(&call.head, "FunctionVersion").as_deref() {
        None => false,
        Some("ALL") => true,
        Some(_) => {
            return Err(LambdaError::validation(
                "1 validation error detected: Value at 'functionVersion' failed to satisfy \
                 constraint: Member must satisfy enum value set: [ALL]",
            ));
        }
    };
    let functions = registry.all();
    let owner = &registry.host().owner;
    let each = if all { usize::MAX } else { 1 };
    let versions: Vec<_> =
        functions.iter().flat_map(|function| function.all_versions().take(each)).collect();
    // A space sorts before all that names have.
    let name = |it: &Version| format!("{} {}", it.name, versions::place(&it.number));
    let names: Vec<String> = versions.iter().map(|version| name(version)).collect();
    let (range, next) = page(call, &names)?;
    let shown: Vec<Value> =
        versions[range].iter().map(|version| configuration_of(owner, version, all)).collect();
    Ok(answer::json(StatusCode::OK, &json!({"Functions": shown, "NextMarker": next})))
}

/// GetFunction
pub(super) fn show(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let reference = call.target.function()?;
    let (owner, qualifier) = (&registry.host().owner, reference.qualifier.as_deref());
    let function = registry.expect(&reference.name, qualifier)?;
    let version = function.version(owner, qualifier)?;
    let mut shown = json!({
        "Configuration": configuration_of(owner, version, qualifier.is_some()),
        "Code": {
            "RepositoryType": "Local",
            "Location": format!("file://{}", version.code.folder.display()),
        },
        "Tags": function.tags,
    });
    if let Some(reserved) = function.reserved {
        shown["Concurrency"] = json!({"ReservedConcurrentExecutions": reserved});
    }
    Ok(answer::json(StatusCode::OK, &shown))
}

/// GetFunctionConfiguration
pub(super) fn show_configuration(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let reference = call.target.function()?;
    let (owner, qualifier) = (&registry.host().owner, reference.qualifier.as_deref());
    let function = registry.expect(&reference.name, qualifier)?;
    let version = function.version(owner, qualifier)?;
    Ok(answer::json(StatusCode::OK, &configuration_of(owner, version, qualifier.is_some())))
}

/// DeleteFunction, or one of its versions.
pub(super) fn delete(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let reference = call.target.function()?;
    match reference.qualifier.as_deref() {
        None => registry.remove(&reference.name)?,
        Some(qualifier) => versions::delete(registry, &reference.name, qualifier)?,
    }
    Ok(answer::nothing())
}

/// Somebody may have changed it since it was looked at.
pub(super) fn check_revision(wanted: Option<&str>, own: &str) -> Result<(), LambdaError> {
    if wanted.is_none_or(|wanted| wanted == own) {
        return Ok(());
    }
    Err(LambdaError::precondition(
        "The Revision Id provided does not match the latest Revision Id. Call the \
         GetFunction/GetAlias API to retrieve the latest Revision Id",
    ))
}

/// Only what has no number can change.
fn unqualified(reference: &Reference) -> Result<&str, LambdaError> {
    match reference.qualifier.as_deref() {
        None | Some(LATEST) => Ok(&reference.name),
        Some(_) => Err(LambdaError::invalid_parameter(
            "This operation is permitted on Lambda functions only. Aliases and versions do not \
             support this operation. Please specify either a function name or an unqualified \
             function ARN.",
        )),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Update {
    #[serde(flatten)]
    wanted: Wanted,
    revision_id: Option<String>,
}

/// UpdateFunctionConfiguration
pub(super) fn update_configuration(
    registry: &Registry,
    call: &Call,
) -> Result<Answer, LambdaError> {
    let update: Update = body(call)?;
    unsupported::check(&call.body)?;
    let name = unqualified(call.target.function()?)?;
    let function = registry.change(name, |mut function| {
        let latest = &function.latest;
        check_revision(update.revision_id.as_deref(), &latest.revision)?;
        let configuration = latest.configuration.clone().with(update.wanted)?;
        function.latest = version(name, LATEST, configuration, latest.code.clone());
        Ok(function)
    })?;
    let shown = configuration_of(&registry.host().owner, &function.latest, false);
    Ok(answer::json(StatusCode::OK, &shown))
}

/// UpdateFunctionCode
pub(super) fn update_code(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let package: Package = body(call)?;
    unsupported::check(&call.body)?;
    let name = unqualified(call.target.function()?)?;
    let before = registry.expect(name, None)?;
    check_revision(package.revision_id.as_deref(), &before.latest.revision)?;
    let bytes = package.bytes()?;
    let owner = &registry.host().owner;
    if package.dry_run {
        return Ok(answer::json(StatusCode::OK, &configuration_of(owner, &before.latest, false)));
    }
    let code = registry.store().unpack(name, &bytes)?;
    let function = registry.change(name, |mut function| {
        check_revision(package.revision_id.as_deref(), &function.latest.revision)?;
        let configuration = function.latest.configuration.clone();
        function.latest = version(name, LATEST, configuration, code);
        if package.publish { versions::published(function, None) } else { Ok(function) }
    })?;
    let shown = function.versions.values().next_back().filter(|_| package.publish);
    let shown = shown.unwrap_or(&function.latest);
    Ok(answer::json(StatusCode::OK, &configuration_of(owner, shown, package.publish)))
}
