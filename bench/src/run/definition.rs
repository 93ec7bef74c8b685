//! The API under test: an OpenAPI document and a settings file in a folder of their own.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::identity::Identity;
use super::scenario::Scenario;
use super::templates;

/// Name of the API's document, as the settings call it.
pub(crate) const DOCUMENT: &str = "openapi.json";
/// Name of the stage all methods are called on.
pub(crate) const STAGE: &str = "bench";
/// The key of `full-path`.
pub(crate) const API_KEY: &str = "bench-key-0123456789abcdef";
/// What a line of the access log says: the fields of a common log.
const LOG_FORMAT: &str = "$context.identity.sourceIp $context.requestTime $context.httpMethod \
     $context.path $context.status $context.responseLength $context.responseLatency \
     $context.requestId";
/// Length of every answer but those of `/large-body`.
pub(crate) const BODY_BYTES: usize = 1024;
/// The function of `/lambda`.
const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:bench";
/// Length of those.
pub(crate) const LARGE_BODY_BYTES: usize = 1 << 20;
/// What the plan allows the key on `/throttle`, requests per second.
pub(crate) const THROTTLE_RATE: u64 = 1_000;
/// The same, at once.
pub(crate) const THROTTLE_BURST: u64 = 50;
/// Integration timeout of `/silent` in `run`: AWS's shortest.
pub(crate) const TIMEOUT_MS: u64 = 50;

/// A temporary folder with both files and a certificate; gone when dropped.
pub(crate) struct Folder {
    path: PathBuf,
    /// Where functions are invoked, if any are.
    pub(crate) lambda: Option<SocketAddr>,
    /// What HTTPS is answered with.
    pub(crate) identity: Identity,
}

impl Folder {
    /// An empty one.
    fn create() -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ringway-bench-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path)?;
        let identity = Identity::write(&path)?;
        Ok(Self { path, lambda: None, identity })
    }

    /// Writes them.
    pub(crate) fn write(api: &Api) -> io::Result<Self> {
        let mut folder = Self::create()?;
        folder.lambda = Some(api.upstream);
        let settings = settings(api, &folder.access_log());
        folder.fill(&openapi(api), &serde_json::to_string_pretty(&settings)?)?;
        Ok(folder)
    }

    /// Writes these.
    pub(crate) fn of(openapi: &Value, settings: &str) -> io::Result<Self> {
        let folder = Self::create()?;
        folder.fill(openapi, settings)?;
        Ok(folder)
    }

    fn fill(&self, openapi: &Value, settings: &str) -> io::Result<()> {
        fs::write(self.path.join(DOCUMENT), serde_json::to_string_pretty(openapi)?)?;
        fs::write(self.settings(), settings)
    }

    /// Where the stage logs to, if it does.
    pub(crate) fn access_log(&self) -> PathBuf {
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
        Self { upstream, rate, burst, access_log: false, timeout_ms: TIMEOUT_MS }
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
        "apis": [{"id": "bench", "openapi": DOCUMENT, "stages": [stage]}],
        "apiKeys": [{"name": "bench", "value": API_KEY, "enabled": true}],
        "usagePlans": [{
            "name": "bench",
            "throttle": throttle,
            "apiStages": [{
                "apiId": "bench",
                "stage": STAGE,
                "throttle": {
                    "/full-path/GET": throttle,
                    "/throttle/GET": {"rateLimit": THROTTLE_RATE, "burstLimit": THROTTLE_BURST},
                },
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
    let vtl = json!({
        "type": "http",
        "httpMethod": "POST",
        "uri": format!("http://{upstream}/"),
        "requestTemplates": {"application/json": templates::REQUEST},
        "responses": {
            "default": {
                "statusCode": "200",
                "responseTemplates": {"application/json": templates::RESPONSE},
            },
        },
    });
    let mut silent = proxy(&Scenario::Timeout.upstream_path());
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
            "/lambda": {"get": operation(&json!({
                "type": "aws_proxy",
                "httpMethod": "POST",
                "uri": format!(
                    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/\
                     invocations"
                ),
            }))},
            "/full-path": {"get": full_path(proxy("/"))},
            "/vtl": {"post": operation(&vtl)},
            "/large-body": {"get": operation(&proxy(&Scenario::LargeBody.upstream_path()))},
            "/throttle": {"get": with_key(operation(&proxy("/")))},
            "/silent": {"get": operation(&silent)},
        },
    })
}

/// With an API key, and a cache key of its own for each `id`.
fn full_path(mut proxy: Value) -> Value {
    proxy["cacheKeyParameters"] = json!(["method.request.querystring.id"]);
    let mut operation = with_key(operation(&proxy));
    operation["parameters"] = json!([{"name": "id", "in": "query", "schema": {"type": "string"}}]);
    operation
}

fn with_key(mut operation: Value) -> Value {
    operation["security"] = json!([{"key": []}]);
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
