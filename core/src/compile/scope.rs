//! What the parts of one stage are compiled against.

use std::cell::OnceCell;

use super::report::{Place, Report};
use super::settings::Limits;
use super::shared::Shared;
use crate::context::{Template, TemplateKind};
use crate::definition::{Integration, Method, Resource, RestApi, Stage};
use crate::mapping::{ResponseSource, Source};
use crate::schema::Schemas;
use crate::snapshot::BinaryMediaTypes;

/// One stage and the API it runs.
pub(super) struct Scope<'d> {
    /// API identifier.
    pub(super) api_id: &'d str,
    /// The deployment's copy of the API.
    pub(super) api: &'d RestApi,
    /// Stage settings.
    pub(super) stage: &'d Stage,
    /// The other deployment of the stage, when there is a canary: settings may be for its methods.
    pub(super) other: Option<&'d RestApi>,
    /// Whose cached responses are seen: the stage's name, or the canary's own.
    pub(super) cache_name: &'d str,
    /// Root of the API's document.
    pub(super) document: Place<'d>,
    /// The stage in the settings.
    pub(super) settings: Place<'d>,
    /// AWS's walls, or what the stage raises them to.
    pub(super) limits: Limits,
    /// Stage variables, sorted by name.
    pub(super) variables: Box<[(Box<str>, Box<str>)]>,
    /// What stages have in common.
    pub(super) shared: &'d Shared,
    /// `binaryMediaTypes`.
    pub(super) binary_media_types: BinaryMediaTypes,
    /// The models of the API once a method needs them; `None` when they were refused.
    pub(super) schemas: OnceCell<Option<Schemas>>,
}

/// One method of that API.
pub(super) struct MethodScope<'s, 'd> {
    pub(super) stage: &'s Scope<'d>,
    pub(super) resource: &'d Resource,
    /// `GET`, …, or `ANY`.
    pub(super) verb: &'d str,
    pub(super) method: &'d Method,
    pub(super) integration: &'d Integration,
    /// The method in the document.
    pub(super) place: Place<'s>,
    /// Names of the path parameters, in the order of the path.
    pub(super) path_parameters: Box<[Box<str>]>,
}

impl Scope<'_> {
    /// Value of a stage variable.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let at = self.variables.binary_search_by(|(own, _)| (**own).cmp(name)).ok()?;
        Some(&self.variables[at].1)
    }

    /// The models of the API, compiled.
    pub(super) fn schemas(&self, report: &mut Report) -> Option<&Schemas> {
        let compile = || {
            let models = self.api.models.values();
            let texts = models.map(|model| (model.name.clone(), model.schema.clone())).collect();
            Schemas::compile(&texts)
                .map_err(|error| {
                    let place = self.document.key("definitions");
                    let message = if error.pointer.is_empty() {
                        format!("Invalid model specified: {}", error.message)
                    } else {
                        format!("Invalid model specified: {}: {}", error.pointer, error.message)
                    };
                    report.refuse(&place.key(&error.model), message);
                })
                .ok()
        };
        self.schemas.get_or_init(compile).as_ref()
    }

    /// Compiles a text with variables.
    pub(super) fn template(&self, text: &str, kind: TemplateKind) -> Result<Template, String> {
        Template::parse(text, kind, &self.variables)
    }

    /// Compiles a request-side expression of the API as a whole.
    pub(super) fn source(&self, expression: &str) -> Result<Source, String> {
        Source::parse_for_api(expression, &self.variables)
    }

    /// Compiles a response-side expression.
    pub(super) fn response_source(&self, expression: &str) -> Result<ResponseSource, String> {
        ResponseSource::parse(expression, &self.variables)
    }
}

impl<'s> MethodScope<'s, '_> {
    /// The integration in the document.
    pub(super) fn integration_place(&self) -> Place<'s> {
        self.place.key("x-amazon-apigateway-integration")
    }

    /// Compiles a request-side expression.
    pub(super) fn source(&self, expression: &str) -> Result<Source, String> {
        Source::parse(expression, &self.path_parameters, &self.stage.variables)
    }
}

/// AWS's text for an expression it does not know (aws-facts 53, blanks as there).
pub(super) fn invalid_expression(expression: &str) -> String {
    format!(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : \
         [Invalid mapping expression specified: {expression}]"
    )
}
