//! Parameter mapping: where a mapped value comes from, and how it is written where it goes.
//!
//! Sources:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html>.
//! Expressions are parsed when a snapshot is compiled. Which header or parameter receives a value
//! is not known here; see [`integration`](crate::integration).

mod body;
pub mod json_path;
mod mock;
pub(crate) mod percent;
pub(crate) mod query;
mod response;
mod source;
mod velocity;

pub use body::{Body, BodySource, BodyUse};
pub use mock::mock_status;
pub use response::ResponseSource;
pub use source::Source;
pub(crate) use source::UnsafeValue;
pub use velocity::is_static_template;

use crate::context::Variable;
use crate::http::syntax::is_field_value;

/// What a mapping on either side of a call can start from.
enum Shared {
    /// `'text'`, or a stage variable.
    Literal(Box<[u8]>),
    /// `context.NAME`.
    Context(Variable),
    /// A stage variable that does not exist.
    Undefined,
}

/// Reads an expression that means the same on both sides; `None`: another kind.
fn shared(expression: &str, variables: &[(Box<str>, Box<str>)]) -> Result<Option<Shared>, String> {
    let quoted = expression.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let text = if let Some(text) = quoted {
        text
    } else if let Some(name) = expression.strip_prefix("context.") {
        let variable = Variable::parse(name).ok_or_else(|| invalid(expression))?;
        return Ok(Some(Shared::Context(variable)));
    } else if let Some(name) = expression.strip_prefix("stageVariables.") {
        let Some((_, value)) = variables.iter().find(|(known, _)| **known == *name) else {
            return Ok(Some(Shared::Undefined));
        };
        value
    } else {
        return Ok(None);
    };
    if !is_field_value(text.as_bytes()) {
        return Err(format!("{expression}: the text contains a control character"));
    }
    Ok(Some(Shared::Literal(text.as_bytes().into())))
}

/// AWS's words for an expression it cannot read.
fn invalid(expression: &str) -> String {
    format!("Invalid mapping expression specified: {expression}")
}

/// Appends values with commas between them; `false`: there were none.
fn joined<'a>(values: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) -> bool {
    let mut any = false;
    for value in values {
        if any {
            out.push(b',');
        }
        out.extend_from_slice(value);
        any = true;
    }
    any
}
