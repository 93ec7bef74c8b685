//! `ringway up`: binds everything, starts the threads, follows the files, drains at the end.

mod notices;
mod start;

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::cli::Up;
use crate::failure::Failure;
use crate::output;
use crate::process::{EVENTS_MAX, on_signals};
use crate::reload::Outcome;
use crate::watch::{self, Event, Watch};
use start::Running;

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// Whatever keeps it from starting.
pub(crate) fn run(up: &Up) -> Result<(), Failure> {
    let (sender, events) = sync_channel(EVENTS_MAX);
    on_signals(sender.clone())?;
    let mut running = start::start(up)?;
    let mut watch = follow(&running, sender);
    let generation = running.plane.published().generation();
    let file = up.file.display();
    output::say(format_args!("ready: serving generation {generation}; edit {file} to change it"));
    serve(&mut running, &mut watch, &events);
    running.process.finish();
    Ok(())
}

fn follow(running: &Running, events: SyncSender<Event>) -> Option<Watch> {
    Watch::start(running.reload.files().paths(), events)
        .inspect_err(|error| output::complain(unwatched(error)))
        .ok()
}

fn unwatched(error: &notify::Error) -> String {
    format!("note: changes of the files will not be noticed: {error}")
}

fn serve(running: &mut Running, watch: &mut Option<Watch>, events: &Receiver<Event>) {
    // The files may have changed before they were watched.
    apply(running, watch);
    while watch::next(events) == Event::Changed {
        apply(running, watch);
    }
}

/// Looks at the files, and once more after a change: other files may be named now, which were not
/// watched while they were read.
fn apply(running: &mut Running, watch: &mut Option<Watch>) {
    for _ in 0..2 {
        let outcome = running.reload.look(&running.plane);
        match &outcome {
            Outcome::Unchanged => return,
            Outcome::Restored(_) | Outcome::Applied(..) => output::say(&outcome),
            Outcome::Refused(..) => output::complain(&outcome),
        }
        if let Some(watch) = watch
            && let Err(error) = watch.follow(running.reload.files().paths())
        {
            output::complain(unwatched(&error));
        }
    }
}
