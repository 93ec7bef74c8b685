//! Documentation versions
//! (<https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationVersion.html>).

use serde_json::Value;

use ringway_core::definition::DocumentationPart;

use crate::definition::{DocumentationVersion, Stage};
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, shown, without_empty};
use crate::rest::paging::page;
use crate::rest::patch::{self, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[Rule { path: "/description", ops: REPLACE, target: Target::Value(patch::text) }],
    wording: Wording::Plain,
};

/// AWS's bound, characters.
const VERSION_CHARS_MAX: usize = 64;

/// CreateDocumentationVersion: a copy of all parts, which a stage may take at once.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    let version = call.input.required("documentationVersion").to_owned();
    if version.trim().is_empty() || version.chars().count() > VERSION_CHARS_MAX {
        return Err(ManagementError::bad_request(format!(
            "Documentation version must have 1 to {VERSION_CHARS_MAX} characters"
        )));
    }
    if call.tx.has(Kind::DocumentationVersion, &api, &version) {
        return Err(ManagementError::conflict("Documentation version already exists"));
    }
    let parts = call.tx.list::<DocumentationPart>(&api)?;
    let version = DocumentationVersion {
        version,
        description: call.input.text("description").map(str::to_owned),
        created_date: call.now_seconds(),
        documentation_parts: parts.into_iter().map(|part| (part.id.clone(), part)).collect(),
    };
    if let Some(name) = call.input.text("stageName").map(str::to_owned) {
        let stage = call.tx.find::<Stage>(&api, &name)?;
        let text = "Invalid stage identifier specified";
        let mut stage = stage.ok_or_else(|| ManagementError::not_found(text))?;
        stage.documentation_version = Some(version.version.clone());
        stage.last_updated_date = call.now_seconds();
        call.tx.put(&api, &name, &stage)?;
    }
    call.tx.put(&api, &version.version, &version)?;
    show(&version).map(Answer::Json)
}

/// GetDocumentationVersion.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    show(&existing(call)?.1).map(Answer::Json)
}

/// GetDocumentationVersions.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    page(&call.input, call.tx.list::<DocumentationVersion>(&api)?, |version| show(&version))
}

/// UpdateDocumentationVersion.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let (api, version) = existing(call)?;
    let version: DocumentationVersion =
        patch::patched(&version, &patch::operations(&call.input)?, RULES)?;
    call.tx.put(&api, &version.version, &version)?;
    show(&version).map(Answer::Json)
}

/// DeleteDocumentationVersion; one that a stage uses stays.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let (api, version) = existing(call)?;
    let stages = call.tx.list::<Stage>(&api)?;
    let uses = |stage: &&Stage| stage.documentation_version.as_ref() == Some(&version.version);
    if let Some(stage) = stages.iter().find(uses) {
        return Err(ManagementError::bad_request(format!(
            "Documentation version {} is used by stage {}",
            version.version, stage.stage_name
        )));
    }
    call.tx.remove(Kind::DocumentationVersion, &api, &version.version);
    Ok(Answer::Empty)
}

fn existing(call: &mut Call<'_>) -> Result<(String, DocumentationVersion), ManagementError> {
    let api = call.existing_api()?;
    let name = call.input.required("documentationVersion").to_owned();
    let text = "Invalid Documentation version specified";
    let version = call.tx.find(&api, &name)?.ok_or_else(|| ManagementError::not_found(text))?;
    Ok((api, version))
}

fn show(version: &DocumentationVersion) -> Result<Value, ManagementError> {
    let mut value = shown(version)?;
    if let Value::Object(members) = &mut value {
        members.shift_remove("documentationParts");
    }
    Ok(without_empty(value, &["description"]))
}
