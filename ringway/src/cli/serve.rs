//! `ringway serve`: its flags, said on the command line, in the environment or in a file. A flag
//! beats the environment, the environment beats the file.
//!
//! The environment and the file are read as flags are: `RINGWAY_HTTP` and `http = "…"` are
//! `--http`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, Parser};
use toml::Value;

use super::listen::Listen;
use super::value::{account_id, region};

const EXAMPLES: &str = "\
Starts without an API and is managed as Amazon API Gateway is, on the admin port. What is changed
there is in the data folder when the answer arrives.

Examples:
  ringway serve --data /var/lib/ringway
  ringway serve --data ./data --http 0.0.0.0:8080 --workers 4 --region eu-west-1
  ringway serve --data ./data --no-http --https 0.0.0.0:8443 --cert server.pem --key server.key
  ringway serve --config /etc/ringway.toml
  ringway serve --ephemeral
  aws --endpoint-url http://127.0.0.1:4566 apigateway get-rest-apis

Every flag may also be given in the environment, as RINGWAY_ and its name in capitals, and in the
file of --config, by its name; a flag beats the environment, the environment beats the file:
  --http 127.0.0.1:8080   RINGWAY_HTTP=127.0.0.1:8080   http = \"127.0.0.1:8080\"
  --ephemeral             RINGWAY_EPHEMERAL=true        ephemeral = true
  --host-suffix a,b       RINGWAY_HOST_SUFFIX=a,b       host-suffix = [\"a\", \"b\"]
Paths in the file are relative to it. A name in the file that is no flag is refused.

Calls of the admin port are signed (AWS Signature Version 4). The first start makes an
administrator, prints its access key once, and keeps it in admin-credentials in the data folder;
`ringway user` makes further users.

With --lambda-addr, Lambda functions are made, kept in the data folder and run as processes of this
machine, and integrations find them there. Users call with their access keys:
  ringway serve --data ./data --lambda-addr 127.0.0.1:3001
  aws --endpoint-url http://127.0.0.1:3001 lambda list-functions

Environment:
  RINGWAY_ADMIN_ACCESS_KEY_ID, RINGWAY_ADMIN_SECRET_ACCESS_KEY
                                  the administrator's access key; it replaces another one
  AWS_REGION, AWS_DEFAULT_REGION  the region, where RINGWAY_REGION is not set
  RINGWAY_DRIVER=epoll|io_uring   forces a driver instead of the best one the kernel grants

Signals:
  SIGTERM, SIGINT                 finish the requests in flight, then exit with 0
  a second SIGTERM or SIGINT      exit at once";

/// `ringway serve`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// Folder of the store; made where there is none.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Keep everything in memory, and offer POST /_ringway/reset on the admin port.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    ephemeral: Option<bool>,
    /// TOML file with any of these flags.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Account of callers that name none [default: 000000000000].
    #[arg(long, value_name = "ID", value_parser = account_id)]
    account_id: Option<String>,
    /// Region of callers that name none [default: us-east-1].
    #[arg(long, value_name = "NAME", value_parser = region)]
    region: Option<String>,
    /// Folder of the log groups that stages name, a file each [default: standard output].
    #[arg(long, value_name = "DIR")]
    log_dir: Option<PathBuf>,
    /// Where they serve.
    #[command(flatten)]
    listen: Listen,
}

/// Where documents are kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// In a data folder.
    Folder(PathBuf),
    /// In memory.
    Nowhere,
}

/// The flags by themselves: what the environment and the file are read with.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Alone {
    #[command(flatten)]
    serve: Serve,
}

impl Serve {
    /// These flags over the environment over the file.
    ///
    /// # Errors
    /// A value that is none, a file that cannot be read, a name in it that is no flag.
    pub(crate) fn complete(
        self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let said = self.over(environment(variable)?);
        match said.config.clone() {
            Some(path) => Ok(said.over(file(&path)?)),
            None => Ok(said),
        }
    }

    fn over(self, below: Self) -> Self {
        let data = below.data.filter(|_| self.ephemeral != Some(true));
        let ephemeral = below.ephemeral.filter(|_| self.data.is_none());
        Self {
            data: self.data.or(data),
            ephemeral: self.ephemeral.or(ephemeral),
            config: self.config.or(below.config),
            account_id: self.account_id.or(below.account_id),
            region: self.region.or(below.region),
            log_dir: self.log_dir.or(below.log_dir),
            listen: self.listen.over(below.listen),
        }
    }

    /// Where documents are kept.
    ///
    /// # Errors
    /// Both or neither were asked for.
    pub(crate) fn keep(&self) -> Result<Keep, String> {
        match (&self.data, self.ephemeral.unwrap_or(false)) {
            (Some(folder), false) => Ok(Keep::Folder(folder.clone())),
            (None, true) => Ok(Keep::Nowhere),
            (Some(_), true) => Err("--data and --ephemeral exclude each other".into()),
            (None, false) => Err("where to keep APIs? give --data DIR, or --ephemeral".into()),
        }
    }

    /// Where they serve.
    pub(crate) fn listen(&self) -> &Listen {
        &self.listen
    }

    /// Where log groups are files.
    pub(crate) fn log_dir(&self) -> Option<&Path> {
        self.log_dir.as_deref()
    }

    /// The account of callers that name none.
    pub(crate) fn account_id(&self) -> &str {
        self.account_id.as_deref().unwrap_or("000000000000")
    }

    /// The region of callers that name none.
    pub(crate) fn region(&self) -> &str {
        self.region.as_deref().unwrap_or("us-east-1")
    }
}

/// The names of all flags.
fn names() -> Vec<String> {
    let command = Alone::command();
    let names = command.get_arguments().filter_map(clap::Arg::get_long);
    names.filter(|name| *name != "help").map(Into::into).collect()
}

/// A flag with a value, as it stands on a command line.
fn flag(name: &str, value: &str) -> Result<String, String> {
    let flag = format!("--{name}={value}");
    parse([flag.clone()]).map(|_| flag)
}

fn parse(flags: impl IntoIterator<Item = String>) -> Result<Serve, String> {
    Alone::try_parse_from(flags).map(|alone| alone.serve).map_err(|error| {
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default();
        line.strip_prefix("error: ").unwrap_or(line).to_owned()
    })
}

fn environment(variable: impl Fn(&str) -> Option<String>) -> Result<Serve, String> {
    // As the SDKs of AWS do: empty means not set.
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let mut flags = Vec::new();
    for name in names() {
        let own = format!("RINGWAY_{}", name.replace('-', "_").to_ascii_uppercase());
        let others: &[&str] =
            if name == "region" { &["AWS_REGION", "AWS_DEFAULT_REGION"] } else { &[] };
        let mut found = [&*own].into_iter().chain(others.iter().copied());
        if let Some((from, value)) = found.find_map(|from| Some((from, set(from)?))) {
            flags.push(flag(&name, &value).map_err(|error| format!("{from}: {error}"))?);
        }
    }
    parse(flags)
}

fn file(path: &Path) -> Result<Serve, String> {
    let at = |error: String| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| at(error.to_string()))?;
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| at(error.to_string()))?;
    let known = names();
    let mut flags = Vec::new();
    for (name, value) in &table {
        if name == "config" || !known.contains(name) {
            return Err(at(format!("`{name}` is not a setting; they are named as the flags are")));
        }
        let value = text_of(value).ok_or_else(|| at(format!("{name}: a text was expected")))?;
        flags.push(flag(name, &value).map_err(|error| at(format!("{name}: {error}")))?);
    }
    let mut read = parse(flags).map_err(at)?;
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let own = read.data.iter_mut().chain(&mut read.log_dir);
    own.chain(read.listen.paths()).for_each(|path| *path = folder.join(&*path));
    Ok(read)
}

/// As it would be said in a flag.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(answer) => Some(answer.to_string()),
        Value::Array(values) => {
            values.iter().map(text_of).collect::<Option<Vec<_>>>().map(|texts| texts.join(","))
        }
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}
