//! From files to definitions: reads a document or a settings file and the documents it names, and
//! says what is wrong with them as `file:line:column: path: message`.

mod files;
mod problem;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::Path;

use ringway_core::definition::{Definitions, Function, RestApi};
use ringway_core::openapi::{self, ImportOptions};
use ringway_core::settings::{self, Extensions};

use files::File;
pub(crate) use files::Files;
pub(crate) use problem::Problem;

/// What the files say.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Input of the compiler.
    pub(crate) definitions: Definitions,
    /// Lambda functions that run here.
    pub(crate) functions: Vec<Function>,
    /// What the import did not like but could live with.
    pub(crate) warnings: Vec<String>,
    /// Where the documents want the example back end (`x-ringway-echo`).
    pub(crate) echo: Vec<SocketAddr>,
}

/// Reads `file` and what it names. The files are there also when the definitions are not, so that
/// a correction of any of them can be noticed.
pub(crate) fn load(file: &Path, stage: &str) -> (Files, Result<Loaded, Vec<Problem>>) {
    let mut files = Files::new(file);
    let loaded = if files.root().contents().is_ok_and(settings::is_settings) {
        from_settings(&mut files)
    } else {
        from_document(&mut files, stage)
    };
    (files, loaded)
}

fn from_document(files: &mut Files, stage: &str) -> Result<Loaded, Vec<Problem>> {
    let mut loaded = Loaded::default();
    let (api, extensions) = loaded.import(files.root_mut(), &ImportOptions::default())?;
    loaded.definitions = settings::single(api, stage, &extensions);
    Ok(loaded)
}

fn from_settings(files: &mut Files) -> Result<Loaded, Vec<Problem>> {
    let root = files.root();
    let settings = settings::parse(root.contents().map_err(|problem| vec![problem])?)
        .map_err(|error| root.import_problems(&error))?;
    let (mut loaded, mut apis, mut problems) = (Loaded::default(), Vec::new(), Vec::new());
    for (at, entry) in settings.apis.iter().enumerate() {
        let options = ImportOptions { api_id: entry.id.clone(), ..ImportOptions::default() };
        match loaded.import(files.document(&entry.openapi), &options) {
            Ok((api, _)) => apis.push((at, api)),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    loaded.functions.clone_from(&settings.functions);
    loaded.definitions = settings.definitions(apis);
    Ok(loaded)
}

impl Loaded {
    /// Imports a document and keeps what it says beside its definition.
    fn import(
        &mut self,
        file: &mut File,
        options: &ImportOptions,
    ) -> Result<(RestApi, Extensions), Vec<Problem>> {
        let contents = file.contents().map_err(|problem| vec![problem])?;
        let api =
            openapi::import(contents, options).map_err(|error| file.import_problems(&error))?;
        let extensions =
            Extensions::read(contents).map_err(|error| file.import_problems(&error))?;
        let echo = file.echo(&extensions).map_err(|problem| vec![problem])?;
        if let Some(addr) = echo.filter(|addr| !self.echo.contains(addr)) {
            self.echo.push(addr);
        }
        let warnings = api.warnings.iter();
        self.warnings.extend(warnings.map(|warning| format!("{}: {warning}", file.origin())));
        file.belongs_to(&api.id);
        Ok((api, extensions))
    }
}
