//! `ringway render`: a mapping template offline.

use std::fs;
use std::path::{Path, PathBuf};

use ringway_core::json::Json;
use ringway_core::limits::REQUEST_BODY_BYTES_MAX;
use ringway_core::mapping::Body;
use ringway_core::template::{Given, MappingTemplate};

use crate::cli::Render;
use crate::failure::Failure;
use crate::output;

/// Prints the rendered text and nothing else.
///
/// # Errors
/// A file that cannot be read, or a template that does not parse or render: with line and column.
pub(crate) fn run(asked: &Render) -> Result<(), Failure> {
    let template = read(&asked.template)?;
    let at = |error: String| Failure::new(format!("{}: {error}", asked.template.display()));
    let template = MappingTemplate::parse(&template).map_err(at)?;
    let text = |file: &Option<PathBuf>| file.as_deref().map_or(Ok(String::new()), read);
    let body = text(&asked.body)?;
    let texts = [&asked.context, &asked.params, &asked.stage_variables].map(text);
    let [context, parameters, stage_variables] = texts;
    let (context, parameters, variables) = (context?, parameters?, stage_variables?);
    let given = Given {
        context: object(&context, &asked.context)?,
        parameters: object(&parameters, &asked.params)?,
        stage_variables: object(&variables, &asked.stage_variables)?,
    };
    let mut out = String::new();
    let rendered = template.render_given(&body, &given, &mut out);
    rendered.map_err(|error| at(error.to_string()))?;
    output::print(&out);
    Ok(())
}

/// A file as the gateway reads a body.
fn read(file: &Path) -> Result<String, Failure> {
    let failed = |why: String| Failure::new(format!("{}: {why}", file.display()));
    let bytes = fs::read(file).map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > REQUEST_BODY_BYTES_MAX {
        return Err(failed(format!("a file has at most {REQUEST_BODY_BYTES_MAX} bytes")));
    }
    Ok(Body::decode(&bytes).into_owned())
}

fn object<'t>(text: &'t str, file: &Option<PathBuf>) -> Result<Json<'t>, Failure> {
    let Some(file) = file else { return Ok(Json::Null) };
    match Json::parse(text) {
        Ok(json @ Json::Object(_)) => Ok(json),
        Ok(_) => Err(Failure::new(format!("{}: it is no JSON object", file.display()))),
        Err(error) => {
            let why = format!("{} at byte {}", error.message, error.position);
            Err(Failure::new(format!("{}: {why}", file.display())))
        }
    }
}
