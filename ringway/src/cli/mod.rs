//! The command line: commands, flags, and how they combine. Knows nothing of what they start.

mod listen;
mod serve;
#[cfg(test)]
mod tests;
mod user;
mod value;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use listen::{Https, Listen, Listening};
pub(crate) use serve::{Keep, Serve};
pub(crate) use user::{Place, User};
use value::address;

const EXAMPLES: &str = "\
Examples:
  ringway up openapi.yaml
  ringway up ringway.yaml --workers 4 --http 0.0.0.0:8080
  ringway serve --data /var/lib/ringway
  ringway user create ada --admin
  ringway check openapi.yaml";

const UP_EXAMPLES: &str = "\
FILE is an OpenAPI 3.0, 3.1 or Swagger 2.0 document with x-amazon-apigateway-* extensions, or a
settings file with an `apis:` key; JSON or YAML. A change of it is imported and published while
requests run; a broken change leaves the old API in force and says what is wrong and where.

Examples:
  ringway up openapi.yaml
  ringway up openapi.yaml --stage prod --http 0.0.0.0:8080 --workers 4
  ringway up ringway.yaml --https 0.0.0.0:8443 --cert server.pem --key server.key
  ringway up openapi.yaml --https-self-signed
  ringway up openapi.yaml --host-suffix localhost --host-suffix api.example.com
  ringway up ringway.yaml --lambda-addr 127.0.0.1:3002

Lambda functions of a settings file (`functions:`) run as processes of this machine. Lambda's API
answers there too, for tools of AWS with any credentials:
  aws --endpoint-url http://127.0.0.1:3001 lambda list-functions
What functions write goes to standard error.

Environment:
  RINGWAY_DRIVER=epoll|io_uring  forces a driver instead of the best one the kernel grants

Signals:
  SIGTERM, SIGINT                finish the requests in flight, then exit with 0
  a second SIGTERM or SIGINT     exit at once";

const ECHO_EXAMPLES: &str = "\
Answers every request with what it received, as JSON: a back end to try an API against.

Examples:
  ringway echo
  ringway echo --listen 127.0.0.1:9000
  curl 'http://127.0.0.1:9000/pets?limit=3'";

const HISTORY_EXAMPLES: &str = "\
A line is: written, replaced, account, region, kind, parent/identifier, revision. Secrets (API keys,
access keys, client certificates) and deployed copies have no history.

Examples:
  ringway store history --data /var/lib/ringway
  ringway store history --data /var/lib/ringway --kind stage --id prod --body";

const RENDER_EXAMPLES: &str = "\
Prints what a mapping template makes of a body, byte for byte, as a deployed one would. What is not
given is empty.

Examples:
  ringway render --template request.vtl --body body.json
  ringway render --template response.vtl --body body.json --params params.json
  ringway render --template request.vtl --context context.json --stage-variables stage.json

The file of --params is like {\"path\": {\"id\": \"7\"}, \"querystring\": {}, \"header\": {}}.";

const COMPLETION_EXAMPLES: &str = "\
Examples:
  ringway completion bash > /etc/bash_completion.d/ringway
  ringway completion zsh > ~/.zfunc/_ringway
  ringway completion fish > ~/.config/fish/completions/ringway.fish";

/// Version and, from build.rs, revision.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("RINGWAY_REVISION"), ")");

/// Amazon API Gateway for your own Linux machines.
#[derive(Debug, Parser)]
#[command(
    name = "ringway",
    version = VERSION,
    after_help = EXAMPLES,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import a document, deploy it and serve it.
    Up(Box<Up>),
    /// Serve what is created through the management API, and keep it.
    Serve(Box<Serve>),
    /// Users of a server's management API: who they are, their access keys and policies.
    User(User),
    /// Import and compile a document without serving it; exit code 1 when it has errors.
    Check(Check),
    /// Render a mapping template without serving it; an error names line and column.
    Render(Render),
    /// Look into the store of `serve`.
    #[command(subcommand)]
    Store(Store),
    /// Run a small back end that answers with what it received.
    Echo(Echo),
    /// Print a completion script for a shell.
    Completion(Completion),
}

/// `ringway up`.
#[derive(Debug, Args)]
#[command(after_help = UP_EXAMPLES)]
pub(crate) struct Up {
    /// OpenAPI document or settings file.
    pub(crate) file: PathBuf,
    /// Stage an OpenAPI document is deployed to; a settings file names its own.
    #[arg(long, value_name = "NAME", default_value = "dev")]
    pub(crate) stage: String,
    /// Where it serves.
    #[command(flatten)]
    pub(crate) listen: Listen,
}

/// `ringway check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// OpenAPI document or settings file.
    pub(crate) file: PathBuf,
    /// Stage an OpenAPI document would be deployed to.
    #[arg(long, value_name = "NAME", default_value = "dev")]
    pub(crate) stage: String,
}

/// `ringway render`.
#[derive(Debug, Args)]
#[command(after_help = RENDER_EXAMPLES)]
pub(crate) struct Render {
    /// Mapping template.
    #[arg(long, value_name = "FILE")]
    pub(crate) template: PathBuf,
    /// Body before the template: `$input.body`.
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// `$context`, as a JSON object.
    #[arg(long, value_name = "FILE")]
    pub(crate) context: Option<PathBuf>,
    /// `$input.params()`, as a JSON object.
    #[arg(long, value_name = "FILE")]
    pub(crate) params: Option<PathBuf>,
    /// `$stageVariables`, as a JSON object.
    #[arg(long, value_name = "FILE")]
    pub(crate) stage_variables: Option<PathBuf>,
}

/// `ringway store`.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Print what documents were before: when written, when replaced, which, revision.
    History(History),
}

/// `ringway store history`.
#[derive(Debug, Args)]
#[command(after_help = HISTORY_EXAMPLES)]
pub(crate) struct History {
    /// Data folder of `ringway serve`, which may be running.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Only documents of this kind, for example stage.
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Only documents with this identifier or name.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Print the documents too, as JSON.
    #[arg(long)]
    pub(crate) body: bool,
}

/// `ringway echo`.
#[derive(Debug, Args)]
#[command(after_help = ECHO_EXAMPLES)]
pub(crate) struct Echo {
    /// Where it answers.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9000", value_parser = address)]
    pub(crate) listen: SocketAddr,
}

/// `ringway completion`.
#[derive(Debug, Args)]
#[command(after_help = COMPLETION_EXAMPLES)]
pub(crate) struct Completion {
    /// The shell.
    pub(crate) shell: Shell,
}
