//! From verb and path to an operation, and what the operation is about.

use std::borrow::Cow;

use hyper::Method;
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;

use super::answer::Answer;
use super::{Call, aliases, functions, policy, settings, versions};
use crate::error::LambdaError;
use crate::name::{Owner, Reference};
use crate::registry::Registry;

/// What is served of the Lambda API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Invoke,
    InvokeWithResponseStream,
    CreateFunction,
    ListFunctions,
    GetFunction,
    DeleteFunction,
    GetFunctionConfiguration,
    UpdateFunctionConfiguration,
    UpdateFunctionCode,
    PublishVersion,
    ListVersionsByFunction,
    CreateAlias,
    ListAliases,
    GetAlias,
    UpdateAlias,
    DeleteAlias,
    AddPermission,
    GetPolicy,
    RemovePermission,
    PutFunctionConcurrency,
    GetFunctionConcurrency,
    DeleteFunctionConcurrency,
    TagResource,
    ListTags,
    UntagResource,
    GetAccountSettings,
}

/// What an operation is about.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) function: Option<Reference>,
    /// Alias or statement.
    pub(crate) member: String,
}

impl Target {
    /// The function; routes that lead to an operation on one have it.
    pub(super) fn function(&self) -> Result<&Reference, LambdaError> {
        self.function.as_ref().ok_or_else(LambdaError::unknown_operation)
    }

    /// As policies name it.
    pub(super) fn resource(&self, owner: &Owner) -> String {
        let arn = |it: &Reference| owner.arn(&it.name, it.qualifier.as_deref()).to_string();
        self.function.as_ref().map_or_else(|| "*".into(), arn)
    }
}

/// Finds the operation of a request.
pub(super) fn find(head: &Parts) -> Result<(Operation, Target), LambdaError> {
    let path = head.uri.path();
    let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    // Some of AWS's paths end in a slash.
    let parts = match &parts[..] {
        [rest @ .., ""] => rest,
        all => all,
    };
    let (operation, function, member) =
        route(&head.method, parts).ok_or_else(|| LambdaError::unsupported_operation(head))?;
    let qualifier = query(head, "Qualifier");
    let function =
        function.map(|name| Reference::parse(&decoded(name)?, qualifier.as_deref())).transpose()?;
    Ok((operation, Target { function, member: decoded(member.unwrap_or_default())?.into() }))
}

type Route<'p> = (Operation, Option<&'p str>, Option<&'p str>);

fn route<'p>(method: &Method, parts: &[&'p str]) -> Option<Route<'p>> {
    use Operation as Of;
    let verb = method.as_str();
    let (of, name, member) = match *parts {
        ["2015-03-31", "functions"] => {
            (by_verb(verb, [Of::ListFunctions, Of::CreateFunction])?, None, None)
        }
        ["2015-03-31", "functions", name] => match verb {
            "GET" => (Of::GetFunction, Some(name), None),
            "DELETE" => (Of::DeleteFunction, Some(name), None),
            _ => return None,
        },
        ["2015-03-31", "functions", name, collection] => {
            let of = match (verb, collection) {
                ("POST", "invocations") => Of::Invoke,
                ("GET", "configuration") => Of::GetFunctionConfiguration,
                ("PUT", "configuration") => Of::UpdateFunctionConfiguration,
                ("PUT", "code") => Of::UpdateFunctionCode,
                (_, "versions") => by_verb(verb, [Of::ListVersionsByFunction, Of::PublishVersion])?,
                (_, "aliases") => by_verb(verb, [Of::ListAliases, Of::CreateAlias])?,
                (_, "policy") => by_verb(verb, [Of::GetPolicy, Of::AddPermission])?,
                _ => return None,
            };
            (of, Some(name), None)
        }
        ["2015-03-31", "functions", name, "aliases", alias] => {
            let of = match verb {
                "GET" => Of::GetAlias,
                "PUT" => Of::UpdateAlias,
                "DELETE" => Of::DeleteAlias,
                _ => return None,
            };
            (of, Some(name), Some(alias))
        }
        ["2015-03-31", "functions", name, "policy", sid] if verb == "DELETE" => {
            (Of::RemovePermission, Some(name), Some(sid))
        }
        ["2021-11-15", "functions", name, "response-streaming-invocations"] if verb == "POST" => {
            (Of::InvokeWithResponseStream, Some(name), None)
        }
        ["2017-10-31", "functions", name, "concurrency"] if verb == "PUT" => {
            (Of::PutFunctionConcurrency, Some(name), None)
        }
        ["2017-10-31", "functions", name, "concurrency"] if verb == "DELETE" => {
            (Of::DeleteFunctionConcurrency, Some(name), None)
        }
        ["2019-09-30", "functions", name, "concurrency"] if verb == "GET" => {
            (Of::GetFunctionConcurrency, Some(name), None)
        }
        ["2017-03-31", "tags", arn] => {
            let of = match verb {
                "GET" => Of::ListTags,
                "POST" => Of::TagResource,
                "DELETE" => Of::UntagResource,
                _ => return None,
            };
            (of, Some(arn), None)
        }
        ["2016-08-19", "account-settings"] if verb == "GET" => (Of::GetAccountSettings, None, None),
        _ => return None,
    };
    Some((of, name, member))
}

/// What reads and what writes a collection.
fn by_verb(verb: &str, [read, write]: [Operation; 2]) -> Option<Operation> {
    match verb {
        "GET" => Some(read),
        "POST" => Some(write),
        _ => None,
    }
}

fn decoded(text: &str) -> Result<Cow<'_, str>, LambdaError> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map_err(|_| LambdaError::validation("The path is not UTF-8"))
}

/// A parameter of the query.
pub(super) fn query(head: &Parts, name: &str) -> Option<String> {
    let query = head.uri.query()?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}

impl Operation {
    /// As policies name it.
    pub(super) const fn action(self) -> &'static str {
        match self {
            Self::Invoke | Self::InvokeWithResponseStream => "lambda:InvokeFunction",
            Self::CreateFunction => "lambda:CreateFunction",
            Self::ListFunctions => "lambda:ListFunctions",
            Self::GetFunction => "lambda:GetFunction",
            Self::DeleteFunction => "lambda:DeleteFunction",
            Self::GetFunctionConfiguration => "lambda:GetFunctionConfiguration",
            Self::UpdateFunctionConfiguration => "lambda:UpdateFunctionConfiguration",
            Self::UpdateFunctionCode => "lambda:UpdateFunctionCode",
            Self::PublishVersion => "lambda:PublishVersion",
            Self::ListVersionsByFunction => "lambda:ListVersionsByFunction",
            Self::CreateAlias => "lambda:CreateAlias",
            Self::ListAliases => "lambda:ListAliases",
            Self::GetAlias => "lambda:GetAlias",
            Self::UpdateAlias => "lambda:UpdateAlias",
            Self::DeleteAlias => "lambda:DeleteAlias",
            Self::AddPermission => "lambda:AddPermission",
            Self::GetPolicy => "lambda:GetPolicy",
            Self::RemovePermission => "lambda:RemovePermission",
            Self::PutFunctionConcurrency => "lambda:PutFunctionConcurrency",
            Self::GetFunctionConcurrency => "lambda:GetFunctionConcurrency",
            Self::DeleteFunctionConcurrency => "lambda:DeleteFunctionConcurrency",
            Self::TagResource => "lambda:TagResource",
            Self::ListTags => "lambda:ListTags",
            Self::UntagResource => "lambda:UntagResource",
            Self::GetAccountSettings => "lambda:GetAccountSettings",
        }
    }

    /// Runs an operation that shows or changes functions.
    pub(super) fn manage(self, registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
        match self {
            // They wait, so they are not here.
            Self::Invoke | Self::InvokeWithResponseStream => Err(LambdaError::unknown_operation()),
            Self::CreateFunction => functions::create(registry, call),
            Self::ListFunctions => functions::list(registry, call),
            Self::GetFunction => functions::show(registry, call),
            Self::DeleteFunction => functions::delete(registry, call),
            Self::GetFunctionConfiguration => functions::show_configuration(registry, call),
            Self::UpdateFunctionConfiguration => functions::update_configuration(registry, call),
            Self::UpdateFunctionCode => functions::update_code(registry, call),
            Self::PublishVersion => versions::publish(registry, call),
            Self::ListVersionsByFunction => versions::list(registry, call),
            Self::CreateAlias => aliases::create(registry, call),
            Self::ListAliases => aliases::list(registry, call),
            Self::GetAlias => aliases::show(registry, call),
            Self::UpdateAlias => aliases::update(registry, call),
            Self::DeleteAlias => aliases::delete(registry, call),
            Self::AddPermission => policy::add(registry, call),
            Self::GetPolicy => policy::show(registry, call),
            Self::RemovePermission => policy::remove(registry, call),
            Self::PutFunctionConcurrency => settings::reserve(registry, call),
            Self::GetFunctionConcurrency => settings::reserved(registry, call),
            Self::DeleteFunctionConcurrency => settings::unreserve(registry, call),
            Self::TagResource => settings::tag(registry, call),
            Self::ListTags => settings::tags(registry, call),
            Self::UntagResource => settings::untag(registry, call),
            Self::GetAccountSettings => settings::account(registry),
        }
    }
}
