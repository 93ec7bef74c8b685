//! The harness of the black-box tests: fixtures that run the real binary, real nginx, real curl and
//! scripted peers, and the checkers behind `tidy.rs`.
//!
//! It drives `ringway` from outside only. It must not depend on any crate of the workspace: what a
//! test can see here is what a user can see.

pub mod api;
pub mod bench;
pub mod binary;
pub mod certificates;
pub mod curl;
pub mod functions;
pub mod gateway;
pub mod metrics;
pub mod nginx;
pub mod poll;
pub mod port;
mod process;
pub mod raw;
pub mod response;
pub mod scratch;
pub mod signing;
pub mod soap;
pub mod tidy;
pub mod upstream;
