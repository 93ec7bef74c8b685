//! Runs Lambda functions as local processes: AWS's Lambda API in front, AWS's Runtime API behind.
//!
//! It is an ordinary Lambda endpoint: it must not know the data plane, nor who manages APIs.

mod access;
mod api;
mod concurrency;
mod configuration;
mod dispatch;
mod environment;
mod error;
mod function;
mod host;
mod invocation;
mod log;
mod name;
mod package;
mod queue;
mod registry;
mod runner;
mod runtime;
mod runtime_api;
mod store;
mod version;
mod watch;
mod words;

pub use access::{Access, Users, random_credentials};
pub use runner::{DeclarationError, Runner, RunnerSettings, StartError, check};
