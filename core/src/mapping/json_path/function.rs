//! Functions at the end of a path: what they are called, take and yield.

use std::borrow::Cow;

use super::JsonPathError;
use super::cursor::Cursor;
use super::evaluate::{Evaluation, Stop};
use super::path::{Path, Token};
use crate::json::{Json, Number};

/// The functions of Jayway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Append,
    Average,
    Concat,
    First,
    Index,
    Keys,
    Last,
    Length,
    Max,
    Min,
    StandardDeviation,
    Sum,
}

#[derive(Debug, Clone)]
pub(super) enum Argument {
    Json(Json<'static>),
    Path {
        path: Path,
        /// The path and `.*` behind it, which is what `length` counts.
        children: Path,
    },
}

impl Argument {
    pub(super) fn path(path: Path) -> Self {
        let mut children = path.clone();
        if !path.steps.is_empty() && !path.ends_in_function() {
            let tokens = path.steps.iter().map(|step| step.token.clone());
            children = Path::of(path.is_root, tokens.chain([Token::Wildcard]).collect());
            // Jayway decides that before it appends the `.*`.
            children.definite = path.definite;
        }
        Self::Path { path, children }
    }

    /// Reads arguments up to and with the `)`; the cursor stands behind the `(`.
    pub(super) fn read_all(cursor: &mut Cursor) -> Result<Vec<Self>, JsonPathError> {
        let mut arguments = Vec::new();
        let mut start: Option<(usize, bool)> = None;
        let mut text = String::new();
        let (mut parens, mut brackets, mut braces, mut quoted) = (1_i32, 0_i32, 0_i32, false);
        let mut before = '\0';
        loop {
            if !cursor.in_bounds(cursor.at) {
                return cursor.error("the arguments of a function do not end");
            }
            let char = cursor.current()?;
            let at = cursor.at;
            cursor.at += 1;
            if start.is_none() {
                match char {
                    ' ' | '\t' | '\n' | '\r' => continue,
                    '{' | '"' | '-' | '0'..='9' => start = Some((at, false)),
                    '$' | '@' => start = Some((at, true)),
                    _ => {}
                }
            }
            match char {
                '"' => quoted = !quoted || before == '\\',
                '(' => parens += 1,
                '{' => braces += 1,
                '[' => brackets += 1,
                '}' => braces -= 1,
                ']' => brackets -= 1,
                ')' | ',' => {
                    parens -= i32::from(char == ')');
                    let ends = parens == 0 && char == ')';
                    if !quoted && braces == 0 && brackets == 0 && (ends || parens == 1) {
                        // A `)` right behind `(` closes a function of the path; one behind
                        // arguments ends the path here, and what is left of it is refused.
                        let to = at + usize::from(char == ')' && !ends && before == '(');
                        match start.take() {
                            Some((from, true)) => {
                                let path = Path::read(cursor.part(from, to, true))?;
                                arguments.push(Self::path(path));
                            }
                            Some((_, false)) => arguments.push(Self::json(cursor, &text)?),
                            None => {}
                        }
                        text.clear();
                        if ends {
                            return Ok(arguments);
                        }
                        before = char;
                        continue;
                    }
                }
                '\\' if quoted && matches!(cursor.current()?, ',' | '"') => {
                    text.push(cursor.current()?);
                    cursor.at += 1;
                    before = '\0';
                    continue;
                }
                _ => {}
            }
            if braces < 0 || brackets < 0 {
                return cursor.error("a bracket is not expected");
            }
            if start.is_some() {
                text.push(char);
            }
            before = char;
        }
    }

    fn json(cursor: &Cursor, text: &str) -> Result<Self, JsonPathError> {
        match Json::parse_lenient(text) {
            Ok(json) => Ok(Self::Json(json.into_owned())),
            Err(error) => cursor.error(format!("{text}: {}", error.message)),
        }
    }
}

const EMPTY: Stop = Stop::Failed("a function is applied to no list, or to an empty one");

impl Function {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "append" => Self::Append,
            "avg" => Self::Average,
            "concat" => Self::Concat,
            "first" => Self::First,
            "index" => Self::Index,
            "keys" => Self::Keys,
            "last" => Self::Last,
            "length" | "size" => Self::Length,
            "max" => Self::Max,
            "min" => Self::Min,
            "stddev" => Self::StandardDeviation,
            "sum" => Self::Sum,
            _ => return None,
        })
    }

    /// Applies the function to a value. Arguments are evaluated first, at the root of the document.
    pub(super) fn apply<'t, 'd>(
        self,
        arguments: &[Argument],
        model: &Json<'d>,
        evaluation: &Evaluation<'t, 'd>,
    ) -> Result<Json<'d>, Stop> {
        let mut values: Vec<Cow<'t, Json<'d>>> = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(match argument {
                Argument::Json(json) => Cow::Owned(json.clone()),
                Argument::Path { path, .. } => evaluation.value(path, evaluation.root)?,
            });
        }
        match self {
            Self::Append => Ok(append(model, values)),
            Self::Concat => concat(model, &values, evaluation),
            Self::Keys => Ok(keys(model)),
            Self::Length => length(model, arguments, evaluation),
            Self::First => element(model, 0),
            Self::Last => element(model, -1),
            Self::Index => {
                let index = numbers(&values).next().ok_or(Stop::OutOfBounds)?;
                element(model, java_int(index.as_f64()))
            }
            Self::Average | Self::Max | Self::Min | Self::StandardDeviation | Self::Sum => {
                self.aggregate(model, &values)
            }
        }
    }

    fn aggregate<'d>(
        self,
        model: &Json<'d>,
        values: &[Cow<'_, Json<'d>>],
    ) -> Result<Json<'d>, Stop> {
        let of_model = match model {
            Json::Array(elements) => elements.as_slice(),
            _ => &[],
        };
        let of_model = of_model.iter().filter_map(|element| match element {
            Json::Number(number) => Some(number),
            _ => None,
        });
        let (mut count, mut sum, mut squares) = (0_u32, 0.0_f64, 0.0_f64);
        // The least and the greatest begin where Java's `Double.MAX_VALUE` and `MIN_VALUE` are.
        let (mut least, mut greatest) = (f64::MAX, 5e-324_f64);
        for value in of_model.chain(numbers(values)).map(Number::as_f64) {
            count += 1;
            sum += value;
            squares += value * value;
            least = if least > value { value } else { least };
            greatest = if greatest < value { value } else { greatest };
        }
        if count == 0 {
            return Err(EMPTY);
        }
        let count = f64::from(count);
        let result = match self {
            Self::Average => sum / count,
            Self::Max => greatest,
            Self::Min => least,
            Self::StandardDeviation => (squares / count - sum * sum / count / count).sqrt(),
            _ => sum,
        };
        Ok(Json::Number(Number::double(result)))
    }
}

/// All numbers among the values and in lists among them.
fn numbers<'v, 'd>(
    values: &'v [Cow<'_, Json<'d>>],
) -> impl Iterator<Item = &'v Number<'d>> + use<'v, 'd> {
    values.iter().flat_map(|value| {
        let elements = match value.as_ref() {
            Json::Array(elements) => elements.as_slice(),
            scalar => std::slice::from_ref(scalar),
        };
        elements.iter().filter_map(|element| match element {
            Json::Number(number) => Some(number),
            _ => None,
        })
    })
}

/// `Number.intValue`.
#[expect(clippy::cast_possible_truncation, reason = "it saturates, as Java does")]
fn java_int(value: f64) -> i32 {
    value as i32
}

fn element<'d>(model: &Json<'d>, index: i32) -> Result<Json<'d>, Stop> {
    let Json::Array(elements) = model else { return Err(EMPTY) };
    if let Ok(at) = usize::try_from(index) {
        return elements.get(at).cloned().ok_or(Stop::OutOfBounds);
    }
    let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    // The first element is not reached from behind: Jayway asks for more than zero.
    match elements.len().checked_sub(back) {
        Some(at @ 1..) => Ok(elements[at].clone()),
        _ => Err(EMPTY),
    }
}

fn append<'d>(model: &Json<'d>, values: Vec<Cow<'_, Json<'d>>>) -> Json<'d> {
    let mut changed = model.clone();
    if let Json::Array(elements) = &mut changed {
        elements.extend(values.into_iter().map(Cow::into_owned));
    }
    changed
}

fn concat<'d>(
    model: &Json<'d>,
    values: &[Cow<'_, Json<'d>>],
    evaluation: &Evaluation<'_, 'd>,
) -> Result<Json<'d>, Stop> {
    let mut out = String::new();
    if let Json::Array(elements) = model {
        elements.iter().filter_map(Json::as_str).for_each(|text| out.push_str(text));
    }
    for value in values {
        match value.as_ref() {
            Json::Array(elements) => {
                for element in elements.iter().filter(|element| **element != Json::Null) {
                    evaluation.step()?;
                    element.write_java(&mut out);
                }
            }
            Json::Null => {}
            other => other.write_java(&mut out),
        }
    }
    Ok(Json::String(Cow::Owned(out)))
}

fn keys<'d>(model: &Json<'d>) -> Json<'d> {
    match model {
        Json::Object(members) => Json::Array(members.keys().cloned().map(Json::String).collect()),
        _ => Json::Null,
    }
}

fn length<'d>(
    model: &Json<'d>,
    arguments: &[Argument],
    evaluation: &Evaluation<'_, 'd>,
) -> Result<Json<'d>, Stop> {
    let count =
        |length: usize| Json::Number(Number::integer(i64::try_from(length).unwrap_or(i64::MAX)));
    match arguments.first() {
        Some(Argument::Path { children, .. }) => {
            if let Json::Array(elements) = evaluation.value(children, model)?.as_ref() {
                return Ok(count(elements.len()));
            }
        }
        Some(Argument::Json(_)) => return Err(Stop::Failed("length takes a path")),
        None => {}
    }
    Ok(match model {
        Json::Array(elements) => count(elements.len()),
        Json::Object(members) => count(members.len()),
        _ => Json::Null,
    })
}
