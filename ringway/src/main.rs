//! The Ringway binary: flags to configuration to threads.

mod banner;
mod change;
mod check;
mod cli;
mod credentials;
mod echo;
mod failure;
mod functions;
mod history;
mod memory;
mod output;
mod process;
mod reload;
mod render;
#[cfg(test)]
mod scratch;
mod serve;
mod source;
mod tls;
mod up;
mod user;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command, Store};
use failure::Failure;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => {
            // Help and version are answers, not failures. Nobody is left when printing fails.
            let _ = answer.print();
            return if answer.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match run(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::complain(&failure);
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Up(up) => up::run(up),
        Command::Serve(serve) => serve::run(serve),
        Command::User(user) => user::run(user),
        Command::Check(check) => check::run(check),
        Command::Render(asked) => render::run(asked),
        Command::Store(Store::History(asked)) => history::run(asked),
        Command::Echo(echo) => echo::run(echo.listen),
        Command::Completion(completion) => {
            let (mut command, mut script) = (Cli::command(), Vec::new());
            clap_complete::generate(completion.shell, &mut command, "ringway", &mut script);
            output::print(&String::from_utf8_lossy(&script));
            Ok(())
        }
    }
}
