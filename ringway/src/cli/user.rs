//! `ringway user`: its flags, and the request they make.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use indexmap::IndexMap;
use ringway_control::users::{ADMINISTRATOR_ACCESS, KeyStatus, POLICY_NAME, Request};

use super::value::{account_id, region};

const EXAMPLES: &str = "\
Asks a running `ringway serve`, signed with the credentials of an administrator. With --data it
works on a data folder that no server holds.

Examples:
  ringway user create ada --policy ada.json
  ringway user key create ada >> ~/.aws/credentials
  ringway user list
  ringway user policy put ada readonly.json
  ringway user key deactivate ada AKIAIOSFODNN7EXAMPLE
  ringway user key create admin --data /var/lib/ringway

Environment, as the SDKs of AWS read it:
  AWS_ENDPOINT_URL_API_GATEWAY, AWS_ENDPOINT_URL    where the server's admin port is
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
  AWS_PROFILE, AWS_SHARED_CREDENTIALS_FILE          a profile of ~/.aws/credentials instead
  AWS_REGION, AWS_DEFAULT_REGION                    the region that is signed for";

/// `ringway user`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct User {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: UserCommand,
    /// Where.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Where users are.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Admin port of a running server [default: http://127.0.0.1:4566].
    #[arg(long, value_name = "URL", global = true, conflicts_with = "data")]
    pub(crate) endpoint: Option<String>,
    /// Data folder, while no server runs on it.
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) data: Option<PathBuf>,
    /// Account of the user [default: that of the credentials; with --data 000000000000].
    #[arg(long, value_name = "ID", global = true, value_parser = account_id)]
    pub(crate) account_id: Option<String>,
    /// Region that is signed for [default: us-east-1].
    #[arg(long, value_name = "NAME", global = true, value_parser = region)]
    pub(crate) region: Option<String>,
    /// Profile of the credentials file.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) profile: Option<String>,
}

/// What can be done with users.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user, without an access key.
    Create {
        /// Its name.
        name: String,
        /// JSON file of a policy, which is named after it; may be given more than once.
        #[arg(long, value_name = "FILE")]
        policy: Vec<PathBuf>,
        /// May do everything.
        #[arg(long)]
        admin: bool,
    },
    /// Show all users.
    List,
    /// Remove a user and its access keys.
    Delete {
        /// Its name.
        name: String,
    },
    /// Access keys of a user.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Policies of a user.
    #[command(subcommand)]
    Policy(PolicyCommand),
}

/// What can be done with access keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it, this once, as a profile of ~/.aws/credentials.
    Create {
        /// Name of the user.
        user: String,
    },
    /// Show the keys of a user, without secrets.
    List {
        /// Name of the user.
        user: String,
    },
    /// Refuse a key from now on.
    Deactivate {
        /// Name of the user.
        user: String,
        /// Access key id.
        key: String,
    },
    /// Take a key again.
    Activate {
        /// Name of the user.
        user: String,
        /// Access key id.
        key: String,
    },
    /// Remove a key.
    Delete {
        /// Name of the user.
        user: String,
        /// Access key id.
        key: String,
    },
}

/// What can be done with policies.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Add a policy, or replace the one of its name.
    Put {
        /// Name of the user.
        user: String,
        /// JSON file.
        file: PathBuf,
        /// Its name [default: that of the file].
        #[arg(long)]
        name: Option<String>,
    },
    /// Show the policies of a user.
    List {
        /// Name of the user.
        user: String,
    },
    /// Remove a policy.
    Delete {
        /// Name of the user.
        user: String,
        /// Name of the policy.
        name: String,
    },
}

impl UserCommand {
    /// What is asked for; files are read.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn request(&self) -> Result<Request, String> {
        Ok(match self {
            Self::Create { name, policy, admin } => {
                let mut policies = IndexMap::new();
                if *admin {
                    policies.insert(POLICY_NAME.to_owned(), ADMINISTRATOR_ACCESS.to_owned());
                }
                for file in policy {
                    if policies.insert(named_after(file), text_of(file)?).is_some() {
                        return Err(format!("two policies are named {}", named_after(file)));
                    }
                }
                Request::CreateUser { user_name: name.clone(), policies }
            }
            Self::List => Request::ListUsers {},
            Self::Delete { name } => Request::DeleteUser { user_name: name.clone() },
            Self::Key(command) => command.request(),
            Self::Policy(command) => command.request()?,
        })
    }
}

impl KeyCommand {
    fn request(&self) -> Request {
        let update = |user: &str, key: &str, status| Request::UpdateAccessKey {
            user_name: user.into(),
            access_key_id: key.into(),
            status,
        };
        match self {
            Self::Create { user } => Request::CreateAccessKey { user_name: user.clone() },
            Self::List { user } => Request::ListAccessKeys { user_name: user.clone() },
            Self::Deactivate { user, key } => update(user, key, KeyStatus::Inactive),
            Self::Activate { user, key } => update(user, key, KeyStatus::Active),
            Self::Delete { user, key } => {
                Request::DeleteAccessKey { user_name: user.clone(), access_key_id: key.clone() }
            }
        }
    }
}

impl PolicyCommand {
    fn request(&self) -> Result<Request, String> {
        Ok(match self {
            Self::Put { user, file, name } => Request::PutUserPolicy {
                user_name: user.clone(),
                policy_name: name.clone().unwrap_or_else(|| named_after(file)),
                policy_document: text_of(file)?,
            },
            Self::List { user } => Request::ListUserPolicies { user_name: user.clone() },
            Self::Delete { user, name } => {
                Request::DeleteUserPolicy { user_name: user.clone(), policy_name: name.clone() }
            }
        })
    }
}

fn named_after(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn text_of(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}
