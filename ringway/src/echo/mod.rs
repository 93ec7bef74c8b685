//! The small back end that answers with what it received: one thread a connection, bounded.
//!
//! For trying an API out, not for speed.

mod connection;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use ringway_core::limits::ACCEPT_BACKOFF_MS;

use crate::failure::Failure;
use crate::output;
use connection::Connection;

/// Connections at once; further ones wait in the listen queue.
const CONNECTIONS_MAX: usize = 512;
/// Stack of a connection's thread, bytes.
const STACK_BYTES: usize = 256 * 1024;

/// `ringway echo`: serves until the process ends.
///
/// # Errors
/// When the address cannot be listened on.
pub(crate) fn run(addr: SocketAddr) -> Result<(), Failure> {
    let listener = TcpListener::bind(addr)
        .map_err(|error| Failure::new(format!("cannot listen on {addr}: {error}")))?;
    let bound = listener.local_addr().unwrap_or(addr);
    output::say(format_args!("ready: echo on http://{bound}/"));
    serve(&listener);
    Ok(())
}

/// Serves on a thread of its own until the process ends.
///
/// # Errors
/// When the address cannot be listened on, or no thread can be made.
pub(crate) fn spawn(addr: SocketAddr) -> io::Result<()> {
    let listener = TcpListener::bind(addr)?;
    thread::Builder::new().name("echo".into()).spawn(move || serve(&listener))?;
    Ok(())
}

/// The token of each connection that is being served; as many as the channel holds.
type Places = Arc<Mutex<Receiver<()>>>;

fn serve(listener: &TcpListener) {
    let (place, places) = sync_channel::<()>(CONNECTIONS_MAX);
    let places = Arc::new(Mutex::new(places));
    while place.send(()).is_ok() {
        match listener.accept() {
            Ok((stream, _)) => serve_one(stream, &places),
            Err(_) => {
                leave(&places);
                thread::sleep(Duration::from_millis(ACCEPT_BACKOFF_MS));
            }
        }
    }
}

fn serve_one(stream: TcpStream, places: &Places) {
    let held = Arc::clone(places);
    let thread = thread::Builder::new().name("echo".into()).stack_size(STACK_BYTES);
    let spawned = thread.spawn(move || {
        // A client that breaks off has nobody to tell.
        let _ = Connection::new(stream).and_then(|mut connection| connection.serve());
        leave(&held);
    });
    if spawned.is_err() {
        leave(places);
    }
}

/// Gives back the place of one connection.
fn leave(places: &Places) {
    let _ = places.lock().unwrap_or_else(PoisonError::into_inner).try_recv();
}
