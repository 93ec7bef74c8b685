//! Models (<https://docs.aws.amazon.com/apigateway/latest/api/API_Model.html>).

use ringway_core::definition::Model;
use ringway_core::model_template::model_template;
use serde_json::{Value, json};

use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer, shown, without_empty};
use crate::rest::paging::page;
use crate::rest::patch::{self, PatchOperation, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/description", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/schema", ops: REPLACE, target: Target::Value(schema) },
    ],
    wording: Wording::Listed,
};

/// CreateModel.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    let name = call.input.required("name").to_owned();
    if name.is_empty() {
        return Err(ManagementError::bad_request("Model name must be non-empty"));
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(ManagementError::bad_request(format!(
            "Model name must be alphanumeric: {name}"
        )));
    }
    let schema = checked_schema(call.input.required("schema"))?;
    if call.tx.has(Kind::Model, &api, &name) {
        let text = "Model name already exists for this REST API";
        return Err(ManagementError::conflict(text));
    }
    let model = Model {
        id: call.short_id()?,
        content_type: call.input.required("contentType").to_owned(),
        description: call.input.text("description").map(str::to_owned),
        schema,
        name,
    };
    call.tx.put(&api, &model.name, &model)?;
    show(&model).map(Answer::Json)
}

/// GetModel.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let (_, model) = existing(call)?;
    show(&model).map(Answer::Json)
}

/// GetModels.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    let models = call.tx.list::<Model>(&api)?;
    page(&call.input, models, |model| show(&model))
}

/// UpdateModel.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let (api, model) = existing(call)?;
    let model: Model = patch::patched(&model, &patch::operations(&call.input)?, RULES)?;
    call.tx.put(&api, &model.name, &model)?;
    answer(&show(&model)?)
}

/// DeleteModel; one that a method names stays.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let (api, model) = existing(call)?;
    let resources = call.tx.list::<ringway_core::definition::Resource>(&api)?;
    let mut methods = resources.iter().flat_map(|resource| resource.methods.values());
    let names = |models: &indexmap::IndexMap<String, String>| {
        models.values().any(|name| *name == model.name)
    };
    let used = methods.any(|method| {
        let mut responses = method.method_responses.values();
        names(&method.request_models) || responses.any(|response| names(&response.response_models))
    });
    if used {
        let text = format!("Cannot delete model '{}', is referenced in method request", model.name);
        return Err(ManagementError::conflict(text));
    }
    call.tx.remove(Kind::Model, &api, &model.name);
    Ok(Answer::Empty)
}

/// GetModelTemplate.
pub(in crate::rest) fn template(call: &mut Call<'_>) -> Answered {
    let (api, model) = existing(call)?;
    let models = call.tx.list::<Model>(&api)?;
    let referenced = |reference: &str| {
        let name = reference.rsplit('/').next()?;
        models.iter().find(|model| model.name == name).map(|model| model.schema.as_str())
    };
    let value = model_template(&model.schema, referenced).map_err(ManagementError::bad_request)?;
    Ok(Answer::Json(json!({ "value": value })))
}

/// The model a call names; a wrong API is a wrong model too (aws-facts 12).
fn existing(call: &mut Call<'_>) -> Result<(String, Model), ManagementError> {
    let api = call.input.required("restApiId").to_owned();
    let name = call.input.required("modelName").to_owned();
    let text = format!("Invalid model name specified: {name}");
    let model = call.tx.find(&api, &name)?.ok_or_else(|| ManagementError::not_found(text))?;
    Ok((api, model))
}

fn show(model: &Model) -> Result<Value, ManagementError> {
    Ok(without_empty(shown(model)?, &["description"]))
}

fn schema(operation: &PatchOperation) -> Result<Value, ManagementError> {
    checked_schema(operation.value_text()).map(Value::from)
}

fn checked_schema(schema: &str) -> Result<String, ManagementError> {
    if schema.trim().is_empty() {
        let text = "Model schema must have at least 1 property or array items defined";
        return Err(ManagementError::bad_request(text));
    }
    Ok(schema.to_owned())
}
