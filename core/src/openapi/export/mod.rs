//! Definitions to OpenAPI documents, as GetExport does (aws-facts 278 to 280): the order of a
//! document and how it is written. Knows nothing of stages but their name.

mod documentation;
mod extensions;
mod integration;
mod models;
mod operation;
mod options;
mod security;

use serde_json::{Value, json};

pub use self::options::{Accepts, Documentation, ExportOptions, ExportType, Extensions};

use self::documentation::Parts;
use self::security::Schemes;
use super::problems::Object;
use crate::definition::RestApi;

/// An exported document.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The document.
    pub document: Value,
    /// Notation.
    pub export_type: ExportType,
    /// `info.version`.
    pub version: String,
}

impl Exported {
    /// The `Content-Type` of AWS's answer, whatever the document is.
    pub const CONTENT_TYPE: &'static str = "application/octet-stream";

    /// The document as text.
    #[must_use]
    pub fn bytes(&self, accepts: Accepts) -> Vec<u8> {
        let json = || format!("{:#}", self.document);
        let text = match accepts {
            Accepts::Json => json(),
            // JSON is YAML too, should a text be none that the writer can write.
            Accepts::Yaml => serde_saphyr::to_string(&self.document).unwrap_or_else(|_| json()),
        };
        text.into_bytes()
    }

    /// The `Content-Disposition` of AWS's answer.
    #[must_use]
    pub fn content_disposition(&self, accepts: Accepts) -> String {
        let plain = |c: char| if c.is_ascii_graphic() && !"\"\\/".contains(c) { c } else { '_' };
        let version: String = self.version.chars().map(plain).collect();
        let (kind, extension) = (self.export_type.name(), accepts.file_extension());
        format!("attachment; filename=\"{kind}_{version}.{extension}\"")
    }
}

/// The document that describes an API. With [`Extensions::ALL`] an import of it gives the same API
/// again, as far as the notation can say it: Swagger 2.0 knows one body schema per method.
#[must_use]
pub fn export(api: &RestApi, options: &ExportOptions) -> Exported {
    let (schemes, documentation) = (Schemes::of(api), Parts::of(api, options));
    let export = Export { api, options, schemes, documentation };
    let version = api.version.clone().unwrap_or_else(|| options.created_date.clone());
    let document = Value::Object(export.document(&version));
    Exported { document, export_type: options.export_type, version }
}

/// An export under way.
struct Export<'a> {
    api: &'a RestApi,
    options: &'a ExportOptions,
    schemes: Schemes<'a>,
    documentation: Parts<'a>,
}

impl Export<'_> {
    fn document(&self, version: &str) -> Object {
        let mut document = Object::new();
        let mut info = Object::new();
        info.insert("title".into(), json!(self.api.name));
        if let Some(description) = &self.api.description {
            info.insert("description".into(), json!(description));
        }
        info.insert("version".into(), json!(version));
        let host = &self.options.host_pattern;
        let host = host.replace("{id}", &self.api.id).replace("{region}", &self.options.region);
        match self.options.export_type {
            ExportType::Swagger2 => self.swagger(&mut document, info, host),
            ExportType::OpenApi30 => self.openapi(&mut document, info, &host),
        }
        self.extensions(&mut document);
        document
    }

    fn swagger(&self, document: &mut Object, info: Object, host: String) {
        document.insert("swagger".into(), "2.0".into());
        document.insert("info".into(), info.into());
        document.insert("host".into(), host.into());
        document.insert("basePath".into(), format!("/{}", self.options.stage_name).into());
        document.insert("schemes".into(), json!(["https"]));
        document.insert("paths".into(), self.paths().into());
        for (key, section) in [
            ("securityDefinitions", self.security_schemes()),
            ("definitions", models::schemas(self.api, self.options.export_type)),
        ] {
            insert_filled(document, key, section);
        }
        insert_filled(document, extensions::ENDPOINT, self.endpoint());
    }

    fn openapi(&self, document: &mut Object, info: Object, host: &str) {
        document.insert("openapi".into(), "3.0.1".into());
        document.insert("info".into(), info.into());
        let mut server = Object::new();
        server.insert("url".into(), format!("https://{host}/{{basePath}}").into());
        let variables = json!({"basePath": {"default": self.options.stage_name}});
        server.insert("variables".into(), variables);
        insert_filled(&mut server, extensions::ENDPOINT, self.endpoint());
        document.insert("servers".into(), json!([server]));
        document.insert("paths".into(), self.paths().into());
        let mut components = Object::new();
        for (key, section) in [
            ("schemas", models::schemas(self.api, self.options.export_type)),
            ("securitySchemes", self.security_schemes()),
        ] {
            insert_filled(&mut components, key, section);
        }
        document.insert("components".into(), components.into());
    }
}

fn insert_filled(into: &mut Object, key: &str, section: Object) {
    if !section.is_empty() {
        into.insert(key.to_owned(), section.into());
    }
}
