//! Answers recorded from AWS, compared with ours. Recordings hide what differs from run to run
//! behind `<name:1>`: one placeholder must stand for one text throughout a recording.

use std::collections::HashMap;

use regex::Regex;
use ringway_core::definition::{Method, RestApi};
use serde_json::{Map, Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance");

/// A document of the conformance set, with the variables of its test filled in.
pub(crate) fn document(file: &str) -> String {
    let text = std::fs::read_to_string(format!("{FOLDER}/files/{file}")).expect(file);
    let uri = "http://petstore.execute-api.us-east-1.amazonaws.com/petstore/pets";
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f/invocations";
    let arn = format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}");
    text.replace("${uri}", uri)
        .replace("${lambda_invocation_arn}", &arn)
        .replace("${credentials}", "arn:aws:iam::123456789012:role/r")
}

pub(crate) struct Recording {
    answers: Map<String, Value>,
    bound: HashMap<String, String>,
    differences: Vec<String>,
    placeholder: Regex,
}

impl Recording {
    /// The answers of `test` in one of the snapshots.
    pub(crate) fn load(snapshot: &str, test: &str) -> Self {
        let file = format!("{FOLDER}/snapshots/{snapshot}.shared.snapshot.json");
        let text = std::fs::read_to_string(file).expect("snapshot");
        let all: Map<String, Value> = serde_json::from_str(&text).expect("JSON");
        let (_, found) = all.into_iter().find(|(name, _)| name.ends_with(test)).expect(test);
        let answers = found["recorded-content"].as_object().expect("answers").clone();
        let placeholder = Regex::new(r"<[a-z]+(?:-[a-z]+)*(?::\d+)?>").expect("regex");
        Self { answers, bound: HashMap::new(), differences: Vec::new(), placeholder }
    }

    pub(crate) fn calls(&self) -> Vec<(String, Value)> {
        self.answers.iter().map(|(call, answer)| (call.clone(), answer.clone())).collect()
    }

    /// Notes every difference between an answer of AWS and ours.
    pub(crate) fn compare(&mut self, at: &str, recorded: &Value, ours: &Value) {
        match (recorded, ours) {
            (Value::Object(theirs), Value::Object(ours)) => {
                for (key, value) in theirs {
                    if !["ResponseMetadata", "createdDate", "rootResourceId"]
                        .contains(&key.as_str())
                    {
                        let missing = Value::Null;
                        self.compare(
                            &format!("{at}.{key}"),
                            value,
                            ours.get(key).unwrap_or(&missing),
                        );
                    }
                }
                for key in ours.keys().filter(|key| !theirs.contains_key(*key)) {
                    self.differences.push(format!("{at}: AWS has no {key}"));
                }
            }
            (Value::Array(theirs), Value::Array(ours)) if theirs.len() == ours.len() => {
                for (index, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                    self.compare(&format!("{at}[{index}]"), theirs, ours);
                }
            }
            // Recordings show JSON in texts as JSON.
            (Value::Object(_), Value::String(text)) => match serde_json::from_str(text) {
                Ok(parsed) => self.compare(at, recorded, &parsed),
                Err(_) => self.differences.push(format!("{at}: not JSON: {text}")),
            },
            (Value::String(theirs), Value::String(ours)) if theirs != ours => {
                if !self.bind(theirs, ours) {
                    self.differences.push(format!("{at}: {theirs:?}, ours {ours:?}"));
                }
            }
            _ if recorded == ours => {}
            _ => self.differences.push(format!("{at}: {recorded}, ours {ours}")),
        }
    }

    /// Matches a text with placeholders and remembers what they stand for.
    fn bind(&mut self, theirs: &str, ours: &str) -> bool {
        let (mut pattern, mut names, mut last) = (String::from("^"), Vec::new(), 0);
        for found in self.placeholder.find_iter(theirs) {
            pattern += &regex::escape(&theirs[last..found.start()]);
            pattern += "(.+?)";
            names.push(found.as_str());
            last = found.end();
        }
        pattern += &(regex::escape(&theirs[last..]) + "$");
        let Some(captures) = Regex::new(&pattern).expect("regex").captures(ours) else {
            return false;
        };
        names.iter().enumerate().all(|(index, name)| {
            let text = &captures[index + 1];
            let varies = !name.contains(':');
            varies || self.bound.entry((*name).into()).or_insert_with(|| text.into()) == text
        })
    }

    #[track_caller]
    pub(crate) fn assert_same(&self) {
        assert!(self.differences.is_empty(), "differences:\n{}", self.differences.join("\n"));
        assert!(!self.answers.is_empty());
    }
}

/// Our answer to the call a recording names.
pub(crate) fn answer(call: &str, api: &RestApi) -> Value {
    match call {
        "import_rest_api" | "import-swagger" | "import_tf_rest_api" | "import-api" => header(api),
        "resources" => resources(api),
        "get-models" => models(api),
        "get-authorizers" => json!({"items": api.authorizers.values().collect::<Vec<_>>()}),
        "request-validators" => {
            json!({"items": api.request_validators.values().collect::<Vec<_>>()})
        }
        _ => method_call(call, api),
    }
}

fn header(api: &RestApi) -> Value {
    let endpoint = api.endpoint_configuration.clone();
    assert_eq!(endpoint, None, "EDGE by default");
    let mut answer = pruned(json!({
        "id": api.id, "name": api.name, "binaryMediaTypes": api.binary_media_types,
        "apiKeySource": api.api_key_source,
        "disableExecuteApiEndpoint": api.disable_execute_api_endpoint,
        "endpointConfiguration": {"ipAddressType": "ipv4", "types": ["EDGE"]},
    }));
    for (key, value) in [("description", &api.description), ("version", &api.version)] {
        if let Some(text) = value {
            answer[key] = json!(text);
        }
    }
    answer
}

fn resources(api: &RestApi) -> Value {
    let mut items: Vec<Value> = Vec::new();
    for resource in &api.resources {
        let mut item = serde_json::to_value(resource).expect("serializable");
        if let Some(methods) = item.get_mut("resourceMethods").and_then(Value::as_object_mut) {
            methods.values_mut().for_each(|method| *method = json!({}));
        }
        items.push(item);
    }
    items.sort_by_key(|item| item["path"].to_string());
    json!({"items": items})
}

fn models(api: &RestApi) -> Value {
    let mut models: Vec<_> = api.models.values().collect();
    models.sort_by_key(|model| &model.name);
    json!({"items": models})
}

/// `method-pets/{petId}-get`, `integration-response-root-options`, …
fn method_call(call: &str, api: &RestApi) -> Value {
    let kinds = ["method-response-", "integration-response-", "method-", "integration-"];
    let kind = kinds.into_iter().find(|kind| call.starts_with(kind)).expect(call);
    let (path, verb) = call[kind.len()..].rsplit_once('-').expect(call);
    let path = if path == "root" { "/".to_owned() } else { format!("/{path}") };
    let resource = api.resources.iter().find(|r| r.path == path).expect(&path);
    let method: &Method = &resource.methods[&verb.to_ascii_uppercase()];
    let integration = method.integration.as_ref();
    let not_found = json!({
        "Error": {
            "Code": "NotFoundException",
            "Message": "Invalid Response status code specified",
        },
        "message": "Invalid Response status code specified",
    });
    let answer = match kind {
        "method-" => Some(json!(method)),
        "integration-" => integration.map(|i| json!(i)),
        "method-response-" => method.method_responses.get("200").map(|r| json!(r)),
        _ => integration.and_then(|i| i.integration_responses.get("200")).map(|r| json!(r)),
    };
    pruned(answer.unwrap_or(not_found))
}

/// AWS leaves out empty maps and lists, but for one.
fn pruned(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let empty = |value: &Value| match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    let members = members.into_iter().map(|(key, value)| (key, pruned(value)));
    members.filter(|(key, value)| key == "cacheKeyParameters" || !empty(value)).collect()
}
