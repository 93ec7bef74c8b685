//! IAM policies: parsed and compiled once, decided for each request
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>).
//!
//! An explicit deny wins, and nothing is allowed that no statement allows. It must not know where
//! policies are stored, nor which calls there are.

mod condition;
mod context;
mod grammar;
mod operator;
mod pattern;
mod principal;
mod source;
mod statement;

pub use context::Context;
pub use source::RequestSource;

use std::collections::HashSet;
use std::fmt;

use grammar::{Document, Many};
use statement::{Effect, Statement};

use crate::limits::{IAM_POLICIES_PER_USER_MAX, IAM_POLICY_CHARS_MAX};
use crate::mapping::percent::decoded_path;

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// A user: its statements name no principal.
    Identity,
    /// A resource: each statement says whom it is about.
    Resource,
}

/// A question.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// ARN of the caller; nothing for an anonymous one.
    pub principal: Option<&'a str>,
    /// `apigateway:GET`. Case does not count.
    pub action: &'a str,
    /// ARN: [`management_arn`].
    pub resource: &'a str,
    /// What conditions and policy variables may ask.
    pub context: Context<'a>,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allow,
    /// A statement denies it.
    ExplicitDeny,
    /// No statement is about it.
    ImplicitDeny,
}

/// Why a document is none. AWS's code for it is `MalformedPolicyDocument`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedPolicyDocument {
    /// Which of the documents, from 0.
    pub document: usize,
    /// Which of its statements, from 0.
    pub statement: Option<usize>,
    /// In AWS's words where they are known.
    pub message: String,
}

impl fmt::Display for MalformedPolicyDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for MalformedPolicyDocument {}

/// Policies that are decided together: those of one user, or of one resource.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policies {
    statements: Vec<Statement>,
}

impl Policies {
    /// Compiles JSON documents.
    ///
    /// # Errors
    /// The first thing that is wrong. An operator, a condition key or a policy variable that is not
    /// supported is wrong: a deny that asks for it would never deny.
    pub fn compile<'t>(
        documents: impl IntoIterator<Item = &'t str>,
        kind: PolicyKind,
    ) -> Result<Self, MalformedPolicyDocument> {
        let mut statements = Vec::new();
        for (document, text) in documents.into_iter().enumerate() {
            let malformed =
                |statement, message| MalformedPolicyDocument { document, statement, message };
            if document == IAM_POLICIES_PER_USER_MAX {
                let message = format!("Cannot exceed {IAM_POLICIES_PER_USER_MAX} policies.");
                return Err(malformed(None, message));
            }
            let (written, variables) = parse(text).map_err(|message| malformed(None, message))?;
            for (ix, statement) in written.into_iter().enumerate() {
                let compiled = Statement::compile(statement, kind, variables);
                statements.push(compiled.map_err(|message| malformed(Some(ix), message))?);
            }
        }
        Ok(Self { statements })
    }

    /// The order of documents and statements does not count.
    #[must_use]
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let mut decision = Decision::ImplicitDeny;
        for statement in self.statements.iter().filter(|it| it.applies(request)) {
            match statement.effect {
                Effect::Deny => return Decision::ExplicitDeny,
                Effect::Allow => decision = Decision::Allow,
            }
        }
        decision
    }
}

/// ARN of what a management call is about, from the path as it was sent
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html>).
///
/// One spelling for each resource, however its path was encoded: escapes are decoded, but for a
/// slash inside a segment, a percent sign, and the colons of the ARN behind `/tags/`.
#[must_use]
pub fn management_arn(region: &str, path: &str) -> String {
    let path = path.strip_prefix('/').unwrap_or(path);
    let of_tags = path.starts_with("tags/");
    let mut arn = format!("arn:aws:apigateway:{region}::");
    for segment in path.split('/') {
        arn.push('/');
        let plain: Vec<u8> = decoded_path(segment.as_bytes()).collect();
        for letter in String::from_utf8_lossy(&plain).chars() {
            match letter {
                '/' => arn.push_str("%2F"),
                '%' => arn.push_str("%25"),
                ':' if of_tags => arn.push_str("%3A"),
                _ => arn.push(letter),
            }
        }
    }
    arn
}

/// Statements, and whether they know policy variables.
fn parse(text: &str) -> Result<(Vec<grammar::Statement>, bool), String> {
    let chars = text.chars().filter(|letter| !letter.is_whitespace());
    if chars.take(IAM_POLICY_CHARS_MAX + 1).count() > IAM_POLICY_CHARS_MAX {
        return Err(format!("Cannot exceed quota for PolicySize: {IAM_POLICY_CHARS_MAX}"));
    }
    let document: Document =
        serde_json::from_str(text).map_err(|error| format!("Syntax errors in policy. {error}"))?;
    let variables = match document.version.as_deref() {
        Some("2012-10-17") => true,
        Some("2008-10-17") | None => false,
        Some(_) => return Err("Policy document must be version 2012-10-17 or greater.".into()),
    };
    let Many(statements) = document.statement;
    if statements.is_empty() {
        return Err("Policy document must contain statements.".into());
    }
    let mut sids = HashSet::new();
    for sid in statements.iter().filter_map(|statement| statement.sid.as_deref()) {
        if !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err("Statement IDs (SID) must be alpha-numeric. Check that your input \
                        satisfies the regular expression [0-9A-Za-z]*"
                .into());
        }
        if !sids.insert(sid) {
            return Err("Statement IDs (SID) in a single policy must be unique.".into());
        }
    }
    Ok((statements, variables))
}
