//! `ringway up`: binds everything, starts the threads, follows the files, drains at the end.

mod notices;
mod start;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use ringway_core::limits::ACCESS_LOG_FINISH_MS;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::cli::Up;
use crate::failure::Failure;
use crate::output;
use crate::reload::Outcome;
use crate::watch::{self, Event, Watch};
use start::Running;

/// Events waiting for the main thread.
const EVENTS_MAX: usize = 16;
/// Exit code of a process that was told twice: 128 and SIGINT's number, as shells report it.
const EXIT_AT_ONCE: i32 = 130;

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
    finish(running);
    Ok(())
}

/// The first signal asks for an orderly end; a second one ends the process where it stands.
fn on_signals(events: SyncSender<Event>) -> Result<(), Failure> {
    let failed = |error| Failure::new(format!("cannot listen to signals: {error}"));
    let told = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        // In this order: the first signal finds the flag down and raises it.
        flag::register_conditional_shutdown(signal, EXIT_AT_ONCE, Arc::clone(&told))
            .map_err(failed)?;
        flag::register(signal, Arc::clone(&told)).map_err(failed)?;
    }
    let mut signals = Signals::new([SIGTERM, SIGINT]).map_err(failed)?;
    let thread = thread::Builder::new().name("signals".into());
    let spawned = thread.spawn(move || {
        if signals.forever().next().is_some() {
            // The main thread is gone when this fails, and with it the process.
            let _ = events.send(Event::Stop);
        }
    });
    spawned.map(drop).map_err(failed)
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

/// Lets requests in flight finish, then writes the rest of the access log.
fn finish(running: Running) {
    output::say("draining: no new connections, requests in flight finish");
    running.admin.drain();
    let cut_off = running.proxy.drain();
    if cut_off > 0 {
        let requests = output::counted(cut_off, "request was", "requests were");
        output::complain(format_args!("{requests} cut off by the drain deadline"));
    }
    if !running.log.finish(Duration::from_millis(ACCESS_LOG_FINISH_MS)) {
        output::complain("the access log did not take its last records in time");
    }
    output::say("stopped");
}
