//! The files a definition comes from, as they were read, and places in them.

use std::fs;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ringway_core::error::CompileError;
use ringway_core::limits::SETTINGS_BYTES_MAX;
use ringway_core::openapi::{self, ImportError};
use ringway_core::settings::Extensions;
use ringway_functions::DeclarationError;

use super::Problem;

/// Problems shown; each costs a pass over its file to find the line.
const PROBLEMS_MAX: usize = 50;

/// One file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    path: PathBuf,
    /// Its bytes, or why there are none.
    contents: Result<Vec<u8>, String>,
    /// The API whose document this is.
    api: Option<String>,
}

/// The settings file or single document first, then the documents the settings name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Files(Vec<File>);

impl File {
    fn read(path: PathBuf) -> Self {
        let contents = read(&path).map_err(|error| error.to_string());
        Self { path, contents, api: None }
    }

    /// Its bytes.
    pub(super) fn contents(&self) -> Result<&[u8], Problem> {
        self.contents.as_deref().map_err(|error| {
            Problem::whole(self.origin(), format!("cannot read the file: {error}"))
        })
    }

    /// Its name, as the user knows it.
    pub(super) fn origin(&self) -> String {
        self.path.display().to_string()
    }

    /// A place in this file; its line is found from the path.
    fn problem(&self, path: &str, message: String) -> Problem {
        let text = self.contents.as_deref().ok().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let position = text.and_then(|text| openapi::locate(text, path));
        Problem { origin: self.origin(), position, path: path.into(), message }
    }

    /// The problems of an import of this file.
    pub(super) fn import_problems(&self, error: &ImportError) -> Vec<Problem> {
        let problem = |error: &ImportError| {
            let found = self.problem(&error.path, error.message.clone());
            Problem { position: error.line.or(found.position), ..found }
        };
        error.all().map(problem).collect()
    }
}

/// Reads a file, but not more of it than the largest kind may have.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    // One byte more: the import says by itself what is too large.
    fs::File::open(path)?.take(SETTINGS_BYTES_MAX as u64 + 1).read_to_end(&mut contents)?;
    Ok(contents)
}

impl Files {
    /// Reads the file a command names.
    pub(super) fn new(root: &Path) -> Self {
        Self(vec![File::read(root.to_owned())])
    }

    /// The file a command names.
    pub(super) fn root(&self) -> &File {
        &self.0[0]
    }

    /// The same, to note whose document it is.
    pub(super) fn root_mut(&mut self) -> &mut File {
        &mut self.0[0]
    }

    /// The folder relative names start from.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root().path.parent().map(Path::to_owned).unwrap_or_default()
    }

    /// Adds the document of an API and reads it, unless it has been read before.
    pub(super) fn document(&mut self, path: &str) -> &mut File {
        let path = self.folder().join(path);
        let at = match self.0.iter().position(|file| file.path == path) {
            Some(at) => at,
            None => {
                self.0.push(File::read(path));
                self.0.len() - 1
            }
        };
        &mut self.0[at]
    }

    /// What is wrong with a function of the settings file.
    pub(crate) fn function_problem(&self, error: DeclarationError) -> Problem {
        self.root().problem(&format!("$.functions[{}]", error.function), error.message)
    }

    /// Functions that came after the start: nobody runs them.
    pub(crate) fn no_runner(&self) -> Problem {
        let message = "functions run from the start, or with --lambda-addr: start again";
        self.root().problem("$.functions", message.into())
    }

    /// Every path that was read, or tried.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|file| file.path.as_path())
    }

    /// The compiler's errors with their places in these files.
    pub(crate) fn located(&self, errors: Vec<CompileError>) -> Vec<Problem> {
        let count = errors.len();
        let shown = errors.into_iter().take(PROBLEMS_MAX).map(|error| self.locate(error));
        let mut problems: Vec<Problem> = shown.collect();
        if let Some(more) = count.checked_sub(PROBLEMS_MAX).filter(|more| *more > 0) {
            problems.push(Problem::whole(self.root().origin(), format!("{more} more problems")));
        }
        problems
    }

    fn locate(&self, error: CompileError) -> Problem {
        if self.is_document()
            && let Some(member) = error.path.strip_prefix("$.apis[0].stages[0]")
        {
            // A single document has no settings: they come from the command line and from itself.
            return match member {
                ".stageName" => Problem::whole("--stage", error.message),
                _ => self.root().problem(&format!("$.x-ringway-stage{member}"), error.message),
            };
        }
        let of_api = |file: &&File| error.api.is_some() && file.api == error.api;
        let file = self.0.iter().find(of_api).unwrap_or_else(|| self.root());
        file.problem(&error.path, error.message)
    }

    fn is_document(&self) -> bool {
        self.0.len() == 1 && self.root().api.is_some()
    }
}

impl File {
    /// This is the document of an API.
    pub(super) fn belongs_to(&mut self, api: &str) {
        self.api = Some(api.to_owned());
    }

    /// Where the document wants the example back end: its top-level `x-ringway-echo`.
    ///
    /// # Errors
    /// Not an address of this machine alone.
    pub(super) fn echo(&self, extensions: &Extensions) -> Result<Option<SocketAddr>, Problem> {
        let Some(wanted) = &extensions.echo else { return Ok(None) };
        match wanted.parse::<SocketAddr>() {
            Ok(addr) if addr.ip().is_loopback() => Ok(Some(addr)),
            _ => {
                let message = "expected a loopback address and a port, such as 127.0.0.1:9000";
                Err(self.problem("$.x-ringway-echo", message.into()))
            }
        }
    }
}
