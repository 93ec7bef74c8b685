//! Applies a change of the files: the new definitions, or the old ones and what is wrong.

use std::fmt;
use std::path::PathBuf;

use ringway_control::plane::Plane;
use ringway_core::definition::{Definitions, Function};
use ringway_functions::Runner;

use crate::change::Change;
use crate::source::{self, Files, Loaded, Problem};

/// The definitions in force and the files that were last looked at.
#[derive(Debug)]
pub(crate) struct Reload {
    file: PathBuf,
    stage: String,
    /// What is served.
    definitions: Definitions,
    functions: Vec<Function>,
    /// Runs the functions. It ends with this.
    runner: Option<Runner>,
    /// What it was read from.
    serving: Files,
    /// What was read last; differs from `serving` after a broken change.
    seen: Files,
}

/// What a look at the files led to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Nothing new.
    Unchanged,
    /// A broken change was taken back.
    Restored(u64),
    /// A new generation is in force.
    Applied(u64, Change),
    /// The old generation stays.
    Refused(u64, Vec<Problem>),
}

impl Reload {
    /// Starts from what is being served.
    pub(crate) fn new(
        file: PathBuf,
        stage: String,
        serving: Files,
        loaded: Loaded,
        runner: Option<Runner>,
    ) -> Self {
        let (seen, Loaded { definitions, functions, .. }) = (serving.clone(), loaded);
        Self { file, stage, definitions, functions, runner, serving, seen }
    }

    /// The files to watch.
    pub(crate) fn files(&self) -> &Files {
        &self.seen
    }

    /// Reads the files again and publishes what they say, if it is new and can run.
    pub(crate) fn look(&mut self, plane: &Plane) -> Outcome {
        let published = plane.published();
        let (files, loaded) = source::load(&self.file, &self.stage);
        if files == self.seen {
            return Outcome::Unchanged;
        }
        self.seen = files;
        if self.seen == self.serving {
            return Outcome::Restored(published.generation());
        }
        let applied = loaded.and_then(|loaded| {
            self.declare(&loaded.functions)?;
            match plane.replace_files(loaded.definitions.clone()) {
                Ok(snapshot) => Ok((loaded, snapshot.generation)),
                Err(errors) => {
                    // Code that is gone by now is missed when it is invoked.
                    let _ = self.declare(&self.functions);
                    Err(self.seen.located(errors))
                }
            }
        });
        match applied {
            Ok((Loaded { definitions, functions, .. }, generation)) => {
                let change = Change::between(&self.definitions, &definitions);
                self.definitions = definitions;
                self.functions = functions;
                self.serving = self.seen.clone();
                Outcome::Applied(generation, change)
            }
            Err(problems) => Outcome::Refused(published.generation(), problems),
        }
    }

    fn declare(&self, functions: &[Function]) -> Result<(), Vec<Problem>> {
        match &self.runner {
            Some(runner) => runner
                .declare(functions, &self.seen.folder())
                .map_err(|error| vec![self.seen.function_problem(error)]),
            // They were left to another endpoint, and still are.
            None if functions.is_empty() || !self.functions.is_empty() => Ok(()),
            None => Err(vec![self.seen.no_runner()]),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unchanged => Ok(()),
            Self::Restored(generation) => {
                write!(f, "restored: the files are those of generation {generation} again")
            }
            Self::Applied(generation, change) => {
                write!(f, "applied: generation {generation} ({change})")
            }
            Self::Refused(generation, problems) => {
                problems.iter().try_for_each(|problem| writeln!(f, "{problem}"))?;
                write!(f, "still serving generation {generation}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ringway_control::access::Access;
    use ringway_control::settings::Settings;
    use ringway_control::store::MemoryStore;

    use super::*;
    use crate::scratch::Scratch;

    fn document(path: &str, kind: &str) -> String {
        format!(
            "openapi: 3.0.1
info: {{title: shop, version: '1'}}
paths:
  {path}:
    get:
      responses: {{}}
      x-amazon-apigateway-integration:
        type: {kind}
        requestTemplates: {{application/json: '{{\"statusCode\": 200}}'}}
        responses: {{default: {{statusCode: '200'}}}}
"
        )
    }

    fn plane(files: Definitions) -> Plane {
        let settings = Settings {
            account_id: "000000000000".into(),
            region: "us-east-1".into(),
            log_folder: None,
            host_suffix: "localhost".into(),
            endpoints: Arc::default(),
        };
        let store = Box::<MemoryStore>::default();
        Plane::open(store, Access::Open, settings, files, Arc::default()).unwrap()
    }

    #[test]
    fn a_change_is_applied_refused_or_taken_back() {
        let scratch = Scratch::new();
        let file = scratch.write("api.yaml", document("/a", "mock"));
        let (files, loaded) = source::load(&file, "dev");
        let loaded = loaded.unwrap();
        let plane = plane(loaded.definitions.clone());
        let mut reload = Reload::new(file, "dev".into(), files, loaded, None);
        let mut look = |text: &str| {
            scratch.write("api.yaml", text);
            let told = reload.look(&plane).to_string();
            let told = told.replace(&format!("{}/", scratch.path().display()), "");
            (told, plane.published().generation())
        };
        assert_eq!(look(&document("/a", "mock")), (String::new(), 1));

        let told = look(&document("/b", "mock"));
        assert_eq!(told, ("applied: generation 2 (+1 -1 routes)".into(), 2));

        let (told, generation) = look(&document("/b", "nonsense"));
        assert!(told.starts_with("api.yaml:8:9: $.paths['/b'].get."), "{told}");
        assert!(told.ends_with("\nstill serving generation 2"), "{told}");
        assert_eq!(generation, 2);
        assert_eq!(look(&document("/b", "nonsense")), (String::new(), 2), "said once");

        let told = look(&document("/b", "mock"));
        assert_eq!(told.0, "restored: the files are those of generation 2 again");
        assert_eq!(look(&document("/a", "mock")).1, 3);
    }
}
