//! `ringway check`: import and compile, and serve nothing.

use ringway_core::compile::compile;

use crate::cli::Check;
use crate::failure::Failure;
use crate::{output, source};

/// Prints what the file holds.
///
/// # Errors
/// Everything that keeps it from being served.
pub(crate) fn run(check: &Check) -> Result<(), Failure> {
    let (files, loaded) = source::load(&check.file, &check.stage);
    let loaded = loaded.map_err(Failure::Source)?;
    ringway_functions::check(&loaded.functions, &files.folder())
        .map_err(|error| Failure::Source(vec![files.function_problem(error)]))?;
    // Unlike a publication this opens no log file: a check changes nothing.
    let snapshot =
        compile(&loaded.definitions, 1).map_err(|errors| Failure::Source(files.located(errors)))?;
    for warning in &loaded.warnings {
        output::complain(format_args!("note: {warning}"));
    }
    let routes = snapshot.stages.iter().map(|stage| stage.methods.len()).sum();
    let apis = output::counted(snapshot.apis.len(), "API", "APIs");
    let stages = output::counted(snapshot.stages.len(), "stage", "stages");
    let routes = output::counted(routes, "route", "routes");
    let functions = match loaded.functions.len() {
        0 => String::new(),
        count => format!(", {}", output::counted(count, "function", "functions")),
    };
    output::say(format_args!("ok: {apis}, {stages}, {routes}{functions}"));
    Ok(())
}
