//! The API under test: an OpenAPI document and a settings file in a folder of their own.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::limits::DELAY_MS_MAX;

/// Name of the stage all methods are called on.
pub(crate) const STAGE: &str = "bench";
/// The key of `full-path`.
pub(crate) const API_KEY: &str = "bench-key-0123456789abcdef";
/// What a line of the access log says: the fields of a common log.
const LOG_FORMAT: &str = "$context.identity.sourceIp $context.requestTime $context.httpMethod \
     $context.path $context.status $context.responseLength $context.responseLatency \
     $context.requestId";
/// Length of every answer.
pub(crate) const BODY_BYTES: usize = 1024;

/// A temporary folder with both files; gone when dropped.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Writes them.
    pub(crate) fn write(api: &Api) -> io::Result<Self> {
        let name = format!("ringway-bench-{}-{}", std::process::id(), api.upstream.port());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path)?;
        let folder = Self { path };
        let document = serde_json::to_string_pretty(&openapi(api))?;
        fs::write(folder.path.join("openapi.json"), document)?;
        let settings = serde_json::to_string_pretty(&settings(api, &folder.access_log()))?;
        fs::write(folder.settings(), settings)?;
        Ok(folder)
    }

    fn access_log(&self) -> PathBuf {
        self.path.join("access.log")
    }

    /// What `ringway up` takes.
    pub(crate) fn settings(&self) -> PathBuf {
        self.path.join("settings.json")
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left in the temporary folder.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// What the API is to be like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api {
    /// Where HTTP_PROXY goes.
    pub(crate) upstream: SocketAddr,
    /// Of account, plan, key and method alike, requests per second.
    pub(crate) rate: u64,
    /// Of the same, requests.
    pub(crate) burst: u64,
    /// Writes one to a file in the folder.
    pub(crate) access_log: bool,
    /// Integration timeout of `/silent`.
    pub(crate) timeout_ms: u64,
}

impl Api {
    /// The limits are out of the way: this measures the path, not the refusal.
    pub(crate) fn unlimited(upstream: SocketAddr) -> Self {
        let (rate, burst) = (10_000_000, 5_000_000);
        Self { upstream, rate, burst, access_log: false, timeout_ms: 29_000 }
    }
}

fn settings(api: &Api, access_log: &Path) -> Value {
    let Api { rate, burst, .. } = api;
    let throttle = json!({"rateLimit": rate, "burstLimit": burst});
    let mut stage = json!({
        "stageName": STAGE,
        "cacheClusterEnabled": true,
        "cacheClusterSize": "0.5",
        "methodSettings": {
            "cached/GET": {"cachingEnabled": true, "cacheTtlInSeconds": 3600},
            "full-path/GET": {
                "cachingEnabled": true,
                "cacheTtlInSeconds": 3600,
                "throttlingRateLimit": rate,
                "throttlingBurstLimit": burst,
            },
        },
    });
    if api.access_log {
        stage["accessLogSettings"] = json!({
            "destinationArn": format!("file://{}", access_log.display()),
            "format": LOG_FORMAT,
        });
    }
    json!({
        "account": {"throttleSettings": throttle},
        "apis": [{"id": "bench", "openapi": "openapi.json", "stages": [stage]}],
        "apiKeys": [{"name": "bench", "value": API_KEY, "enabled": true}],
        "usagePlans": [{
            "name": "bench",
            "throttle": throttle,
            "apiStages": [{
                "apiId": "bench",
                "stage": STAGE,
                "throttle": {"/full-path/GET": throttle},
            }],
            "keys": ["bench"],
        }],
    })
}

fn openapi(api: &Api) -> Value {
    let upstream = api.upstream;
    let proxy = |path: &str| {
        json!({
            "type": "http_proxy",
            "httpMethod": "GET",
            "uri": format!("http://{upstream}{path}"),
        })
    };
    let mock = json!({
        "type": "mock",
        "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
        "responses": {
            "default": {
                "statusCode": "200",
                "responseTemplates": {"application/json": mock_body()},
            },
        },
    });
    let mut silent = proxy(&format!("/delay/{DELAY_MS_MAX}"));
    silent["timeoutInMillis"] = json!(api.timeout_ms);
    json!({
        "openapi": "3.0.1",
        "info": {"title": "bench", "version": "1"},
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}},
        },
        "paths": {
            "/mock": {"get": operation(&mock)},
            "/cached": {"get": operation(&proxy("/"))},
            "/proxy": {"get": operation(&proxy("/"))},
            "/full-path": {"get": full_path(proxy("/"))},
            "/silent": {"get": operation(&silent)},
        },
    })
}

/// With an API key, and a cache key of its own for each `id`.
fn full_path(mut proxy: Value) -> Value {
    proxy["cacheKeyParameters"] = json!(["method.request.querystring.id"]);
    let mut operation = operation(&proxy);
    operation["security"] = json!([{"key": []}]);
    operation["parameters"] = json!([{"name": "id", "in": "query", "schema": {"type": "string"}}]);
    operation
}

fn operation(integration: &Value) -> Value {
    json!({
        "responses": {"200": {"description": "1 KB of JSON"}},
        "x-amazon-apigateway-integration": integration,
    })
}

/// JSON without anything that a template language could read as its own.
pub(crate) fn mock_body() -> String {
    let filler = BODY_BYTES - r#"{"data":""}"#.len();
    format!(r#"{{"data":"{}"}}"#, "x".repeat(filler))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_comes_and_goes() {
        let folder = Folder::write(&Api::unlimited("127.0.0.1:9999".parse().unwrap())).unwrap();
        let path = folder.path().to_owned();
        let text = fs::read_to_string(path.join("openapi.json")).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let integration = "x-amazon-apigateway-integration";
        let proxy = &document["paths"]["/proxy"]["get"][integration];
        assert_eq!(proxy["uri"], "http://127.0.0.1:9999/");
        let default = &document["paths"]["/mock"]["get"][integration]["responses"]["default"];
        let body = default["responseTemplates"]["application/json"].as_str().unwrap();
        assert_eq!(body.len(), BODY_BYTES);
        serde_json::from_str::<Value>(body).unwrap();
        assert!(fs::read_to_string(folder.settings()).unwrap().contains(STAGE));
        drop(folder);
        assert!(!path.exists());
    }
}
